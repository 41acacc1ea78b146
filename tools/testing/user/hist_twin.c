// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random keys, expressions and records beside a naive twin, which has no table and no
 * programs; and the order in which entries are shown.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/sort.h>

#include "hist/view.h"
#include "hist_home.h"

#define TWIN_ENTRIES	512

static char text[1 << 20];

/* A key or a value of the twin: its text, and what it is of a record. */
struct twin_item {
	const char	*text;
	u64		(*value)(const struct home_switch *rec);
};

static u64 twin_log2(u64 value)
{
	u64 bits = 0;

	while (bits < 64 && (1ULL << bits) < value)
		bits++;
	return bits;
}

/* Rounded up below 2^20, as users know it. */
static u64 twin_third(u64 value)
{
	return value >= 1 << 20 ? value / 3 : value / 3 + !!(value % 3);
}

static u64 twin_next(const struct home_switch *r)
{
	return (s64)r->next_pid;
}

static u64 twin_prev(const struct home_switch *r)
{
	return (s64)r->prev_pid;
}

static u64 twin_sum(const struct home_switch *r)
{
	return (s64)r->next_pid + (s64)r->prev_pid;
}

static u64 twin_less(const struct home_switch *r)
{
	return (s64)r->next_pid - (s64)r->prev_pid - r->prev_prio;
}

static u64 twin_times(const struct home_switch *r)
{
	return (s64)r->next_pid * (s64)r->prev_pid + 3;
}

static u64 twin_by(const struct home_switch *r)
{
	return r->prev_pid ? (u64)(s64)r->next_pid / (u64)(s64)r->prev_pid : -1;
}

static u64 twin_half(const struct home_switch *r)
{
	return (u64)(s64)r->next_pid / 2;
}

static u64 twin_by3(const struct home_switch *r)
{
	return twin_third((s64)r->next_pid);
}

static u64 twin_large(const struct home_switch *r)
{
	return (u64)r->prev_state / 1048577;
}

static u64 twin_minus(const struct home_switch *r)
{
	return -((s64)r->next_pid + 1);
}

static u64 twin_rank(const struct home_switch *r)
{
	return (s64)r->next_pid + (u64)((s64)r->prev_pid * r->prev_prio) / 4;
}

static u64 twin_log(const struct home_switch *r)
{
	return twin_log2((s64)r->next_pid);
}

static u64 twin_logs(const struct home_switch *r)
{
	return twin_log2((s64)r->next_pid) + twin_log2((s64)r->prev_pid);
}

static u64 twin_bucket(const struct home_switch *r)
{
	return (u64)(s64)r->next_pid / 7 * 7;
}

static u64 twin_const(const struct home_switch *r)
{
	return 5;
}

static const struct twin_item twin_items[] = {
	{ "next_pid", twin_next },
	{ "prev_pid.hex", twin_prev },
	{ "next_pid+prev_pid", twin_sum },
	{ "next_pid-prev_pid-prev_prio", twin_less },
	{ "next_pid*prev_pid+3", twin_times },
	{ "next_pid/prev_pid", twin_by },
	{ "next_pid/2", twin_half },
	{ "next_pid/3", twin_by3 },
	{ "prev_state/1048577", twin_large },
	{ "-(next_pid+1)", twin_minus },
	{ "next_pid.log2+prev_pid.log2", twin_logs },
	{ "next_pid+prev_pid*prev_prio/4", twin_rank },
	{ "2+3", twin_const },
	/* Only keys may be these. */
	{ "next_pid.log2", twin_log },
	{ "next_pid.buckets=7", twin_bucket },
};

#define TWIN_VALS	13

/* What the twin counted. */
struct twin_entry {
	u64	key[3];
	u64	hits;
	u64	sum[2];
};

struct twin {
	const struct twin_item	*key[3], *val[2];
	unsigned int		keys, vals;
	struct twin_entry	entry[TWIN_ENTRIES];
	unsigned int		nr;
};

static void twin_count(struct twin *twin, const struct home_switch *rec)
{
	u64 key[3] = {};
	unsigned int i, j;

	for (j = 0; j < twin->keys; j++)
		key[j] = twin->key[j]->value(rec);
	for (i = 0; i < twin->nr && memcmp(twin->entry[i].key, key, sizeof(key)); i++)
		;
	if (i == twin->nr)
		memcpy(twin->entry[twin->nr++].key, key, sizeof(key));
	twin->entry[i].hits++;
	for (j = 0; j < twin->vals; j++)
		twin->entry[i].sum[j] += twin->val[j]->value(rec);
}

static void twin_compare(const struct twin *twin, const char *command)
{
	struct otr_hist *hist = home_hist(&home_switch, 0);
	struct otr_hist_map *map;
	struct otr_hist_totals totals;

	EXPECT_EQ(otr_hist_take(hist, &map), 0);
	otr_hist_map_totals(map, &totals);
	if (totals.entries != twin->nr)
		KTAP_FAIL("%s: %u entries, not %u\n", command, totals.entries, twin->nr);
	for (unsigned int i = 0; i < twin->nr; i++) {
		const struct twin_entry *want = &twin->entry[i];
		int entry = otr_hist_map_find(map, want->key);
		bool same = entry >= 0 && otr_hist_map_sum(map, entry, 0) == want->hits;

		for (unsigned int j = 0; same && j < twin->vals; j++)
			same = otr_hist_map_sum(map, entry, 1 + j) == want->sum[j];
		if (!same) {
			KTAP_FAIL("%s: key %llx %llx %llx", command, (long long)want->key[0],
				  (long long)want->key[1], (long long)want->key[2]);
			break;
		}
	}
	otr_hist_map_free(map);
}

static s64 twin_random(void)
{
	s64 value = (u64)random() << 33 ^ random();

	return random() % 3 ? value % 8 : value >> random() % 64;
}

static void twins(void)
{
	static struct twin twin;
	char command[512];

	srandom(1);
	for (unsigned int round = 0; round < 3000; round++) {
		int len;

		memset(&twin, 0, sizeof(twin));
		twin.keys = 1 + random() % 3;
		twin.vals = random() % 3;
		len = snprintf(command, sizeof(command), "hist:size=512:keys");
		for (unsigned int i = 0; i < twin.keys; i++) {
			twin.key[i] = &twin_items[random() % ARRAY_SIZE(twin_items)];
			len += snprintf(command + len, sizeof(command) - len, "%s%s",
					i ? "," : "=", twin.key[i]->text);
		}
		for (unsigned int i = 0; i < twin.vals; i++) {
			twin.val[i] = &twin_items[random() % TWIN_VALS];
			len += snprintf(command + len, sizeof(command) - len, "%s%s",
					i ? "," : ":vals=", twin.val[i]->text);
		}
		/* With a variable the way through the code is another one. */
		if (random() % 4 == 0)
			strcat(command, ":x=next_pid");
		home_start();
		home_write_ok(&home_switch, command);
		for (unsigned int i = 0; i < 200; i++) {
			struct home_switch rec = home_switch_rec(twin_random(), twin_random(), "x");

			rec.prev_prio = twin_random();
			rec.prev_state = twin_random();
			twin_count(&twin, &rec);
			home_count(&home_switch, &rec, 0);
		}
		twin_compare(&twin, command);
		home_end();
		if (ktap_failures)
			break;
	}
}

static const char *const sort_orders[] = { "", ".descending" };

/* Entries come in order, whatever that is. */
static void sorted(void)
{
	char command[128];
	s64 a, b, last_a, last_b;

	for (unsigned int i = 0; i < 4; i++) {
		s64 first = i & 1 ? -1 : 1, second = i & 2 ? -1 : 1;
		struct seq_buf out;
		const char *at;

		home_start();
		snprintf(command, sizeof(command),
			 "hist:keys=next_pid:vals=prev_pid:sort=prev_pid%s,next_pid%s:size=4096",
			 sort_orders[i & 1], sort_orders[i >> 1]);
		home_write_ok(&home_switch, command);
		for (int pid = -1000; pid < 1000; pid++)
			home_hit((pid + 1000) * 7919 % 13, pid * 617 % 4001, "", 0);
		seq_buf_init(&out, text, sizeof(text) - 1);
		home_shown(&home_switch, 0, &out);
		at = text;
		last_a = INT64_MIN;
		last_b = INT64_MIN;
		for (unsigned int nr = 0; nr < 2000; nr++) {
			unsigned long long key, sum;

			if (sscanf(at, "{ next_pid: %llu } hitcount: %*u prev_pid: %llu", &key,
				   &sum) != 2) {
				KTAP_FAIL("%u: %.60s", nr, at);
				break;
			}
			a = first * (s64)sum;
			b = second * (s32)key;
			if (a < last_a || (a == last_a && b <= last_b)) {
				KTAP_FAIL("%s: %u: %.80s", command, nr, at);
				break;
			}
			last_a = a;
			last_b = b;
			at = strchr(at, '\n') + 1;
		}
		home_end();
	}
}

/*
 * What a sort by the keys' bytes and the usual sort behind it would make of entries, which
 * are all equal in what they are sorted by.
 */
static int compare_keys(const void *a, const void *b, const void *priv)
{
	const struct otr_hist_view *view = priv;

	return memcmp(*(const u8 *const *)a + view->key_at, *(const u8 *const *)b + view->key_at,
		      view->payload_at - view->key_at);
}

static int compare_nothing(const void *a, const void *b, const void *priv)
{
	return 0;
}

static void equals(void)
{
	static const char *const commands[] = {
		"hist:keys=next_comm:size=2048", "hist:keys=next_pid,prev_pid:size=2048",
		"hist:keys=next_comm,prev_comm,next_pid:size=2048", "hist:keys=next_pid:size=2048",
	};
	const u8 *want[1000];

	for (unsigned int c = 0; c < ARRAY_SIZE(commands); c++) {
		struct otr_hist_view *view;

		home_start();
		home_write_ok(&home_switch, commands[c]);
		for (int i = 0; i < 1000; i++) {
			struct home_switch rec = home_switch_rec(random(), i, "");

			for (unsigned int j = 0; j < 15; j++) {
				rec.next_comm[j] = 1 + random() % 255;
				rec.prev_comm[j] = 1 + random() % 255;
			}
			home_count(&home_switch, &rec, 0);
		}
		view = otr_hist_view_create(home_hist(&home_switch, 0));
		EXPECT_EQ(view->nr, ARRAY_SIZE(want));
		for (unsigned int i = 0; i < view->nr; i++)
			want[i] = view->rows + (size_t)i * view->stride;
		shim_sort_r(want, view->nr, sizeof(*want), compare_keys, view);
		shim_sort_r(want, view->nr, sizeof(*want), compare_nothing, view);
		EXPECT(!memcmp(want, view->order, sizeof(want)));
		otr_hist_view_free(view);
		home_end();
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(twins),
	KTAP_CASE(sorted),
	KTAP_CASE(equals),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
