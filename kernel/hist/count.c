// SPDX-License-Identifier: GPL-2.0-only
/* What a histogram does with a record. */
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "hist/plan.h"

/*
 * A record being counted by a histogram with large keys, variables or actions.
 *
 * @hist: the histogram
 * @rec: the record
 * @ts: its time
 * @probe: where it comes from
 * @pad: room
 * @payload: what the record's entry keeps
 */
struct counted {
	struct otr_hist		*hist;
	const void		*rec;
	u64			ts;
	unsigned long		probe;
	struct otr_hist_pad	*pad;
	void			*payload;
};

static __always_inline u64 count_number(const struct otr_hist *hist,
					const struct otr_hist_value *value, const void *rec,
					u64 ts, const u64 *refs)
{
	if (likely(value->from == HIST_FROM_FIELD))
		return otr_access_number(&value->access, rec);
	return otr_hist_run(hist, value, rec, ts, refs);
}

static __always_inline void count_add(const struct otr_hist *hist, struct otr_hist_map *map,
				      int entry, const void *rec, u64 ts, const u64 *refs)
{
	union otr_hist_sum *sum = otr_hist_map_sums(map, entry);
	unsigned int i;

	otr_hist_add(map, sum, 1);
	for (i = 0; i < hist->nr_sums; i++)
		otr_hist_add(map, ++sum, count_number(hist, &hist->sum[i], rec, ts, refs));
}

/* Text up to its end, to its zero, or to what there is room for with a zero behind it. */
static size_t count_text(const struct otr_access *access, const void *rec, char *to, size_t room)
{
	struct otr_span text = otr_access_bytes(access, rec);
	size_t len = strnlen(text.at, min(text.len, room - 1));

	memcpy(to, text.at, len);
	return len;
}

/* Frames in a record: how many, and then themselves. */
static unsigned int count_frames(const struct otr_access *access, const void *rec,
				 unsigned long *to)
{
	struct otr_span frames = otr_access_bytes(access, rec);
	unsigned long nr = 0;

	if (frames.len < sizeof(nr))
		return 0;
	memcpy(&nr, frames.at, sizeof(nr));
	nr = min3(nr, frames.len / sizeof(nr) - 1, (unsigned long)OTR_HIST_FRAMES);
	memcpy(to, frames.at + sizeof(nr), nr * sizeof(nr));
	return nr;
}

static unsigned int count_stack(const struct counted *c, const struct otr_hist_value *value,
				unsigned long *to)
{
	if (value->from == HIST_FROM_FRAMES)
		return count_frames(&value->access, c->rec, to);
	return c->hist->home->ops->stack(c->probe, to, OTR_HIST_FRAMES);
}

/* The key is zero before. */
static void count_key(const struct counted *c, const struct otr_hist_value *value)
{
	void *to = (void *)c->pad->key + value->offset;

	switch (value->from) {
	case HIST_FROM_TEXT:
		count_text(&value->access, c->rec, to, value->size);
		break;
	case HIST_FROM_STACK:
	case HIST_FROM_FRAMES:
		count_stack(c, value, to);
		break;
	default:
		*(u64 *)to = count_number(c->hist, value, c->rec, c->ts, NULL);
	}
}

static u64 *count_vars(const struct otr_hist_table *table, void *payload)
{
	return payload + otr_hist_vars_at(table);
}

static u8 *count_flags(const struct otr_hist_table *table, void *payload)
{
	return payload + otr_hist_flags_at(table);
}

/*
 * Read a variable of an entry.
 *
 * @once: it is not set after that, whoever else reads it at this moment
 */
static bool count_read_var(const struct otr_hist_table *table, void *payload, unsigned int nr,
			   bool once, u64 *value)
{
	u8 *set = &count_flags(table, payload)[nr];

	/* Both pair with count_set_var(): who sees that it is set sees a value. */
	if (once ? !xchg(set, 0) : !smp_load_acquire(set))
		return false;
	*value = READ_ONCE(count_vars(table, payload)[nr]);
	return true;
}

static void count_set_var(const struct otr_hist_table *table, void *payload, unsigned int nr,
			  u64 value)
{
	WRITE_ONCE(count_vars(table, payload)[nr], value);
	/* Pairs with count_read_var(): who finds it set finds this number, or a newer one. */
	smp_store_release(&count_flags(table, payload)[nr], 1);
}

/* Variables of other histograms, whose entries have the record's key. */
static bool count_look_up(const struct counted *c)
{
	const struct otr_hist *hist = c->hist;
	unsigned int i;

	for (i = 0; i < hist->nr_refs; i++) {
		const struct otr_hist_item *ref = hist->refs[i];
		struct otr_hist_map *map;
		int entry;

		if (!ref->table)
			continue;
		map = READ_ONCE(ref->table->map);
		entry = otr_hist_map_find(map, c->pad->key);
		if (entry < 0 || !count_read_var(ref->table, otr_hist_map_payload(map, entry),
						 ref->var, ref->once, &c->pad->refs[i]))
			return false;
	}
	return true;
}

/* Its own, as they were just set: another CPU may have set those of the entry since then. */
static void count_look_inside(const struct counted *c)
{
	const struct otr_hist *hist = c->hist;
	unsigned int i;

	for (i = 0; i < hist->nr_refs; i++)
		if (!hist->refs[i]->table)
			c->pad->refs[i] = c->pad->own[hist->refs[i]->var];
}

/* A text or a stack stays with the entry, its address is the value. */
static u64 count_keep(const struct counted *c, const struct otr_hist_value *value)
{
	void *to = c->payload + value->text;
	unsigned long *frames = to;
	char *text = to;
	unsigned int nr;

	switch (value->from) {
	case HIST_FROM_COMM:
		return (unsigned long)c->payload;
	case HIST_FROM_TEXT:
		text[count_text(&value->access, c->rec, text, OTR_HIST_TEXT_MAX)] = '\0';
		return (unsigned long)to;
	case HIST_FROM_STACK:
	case HIST_FROM_FRAMES:
		nr = count_stack(c, value, frames + 1);
		if (nr < OTR_HIST_FRAMES)
			frames[nr + 1] = 0;
		WRITE_ONCE(frames[0], nr);
		return (unsigned long)to;
	default:
		return count_number(c->hist, value, c->rec, c->ts, c->pad->refs);
	}
}

static void count_set(const struct counted *c, const struct otr_hist_value *value)
{
	u64 number = count_keep(c, value);

	c->pad->own[value->var] = number;
	count_set_var(c->hist->table, c->payload, value->var, number);
}

static void count_save(const struct counted *c)
{
	unsigned int i;

	for (i = 0; i < c->hist->nr_saves; i++)
		count_set(c, &c->hist->saves[i].value);
}

static bool count_is_news(enum otr_hist_handler handler, u64 before, u64 now)
{
	return handler == HIST_ON_MAX ? now > before : now != before;
}

/*
 * What a snapshot is taken for.
 *
 * @c: the record
 * @action: the action
 */
struct wanted {
	const struct counted		*c;
	const struct otr_hist_action	*action;
};

/* Called by one CPU at a time. */
static bool count_snapshot_wanted(void *data)
{
	const struct wanted *wanted = data;
	const struct counted *c = wanted->c;
	const struct otr_hist_table *table = c->hist->table;
	struct otr_hist_snap *snap = c->hist->snap;
	u64 value = READ_ONCE(count_vars(table, c->payload)[wanted->action->kept]);

	if (!count_is_news(wanted->action->handler, snap->value, value))
		return false;
	snap->value = value;
	memcpy(snap->key, c->pad->key, table->key_size);
	if (table->comm)
		memcpy(snap->comm, c->payload, TASK_COMM_LEN);
	/* Pairs with otr_hist_view_totals(). */
	smp_store_release(&snap->taken, true);
	return true;
}

static void count_snapshot(const struct counted *c, const struct otr_hist_action *action)
{
	struct wanted wanted = { .c = c, .action = action };
	struct otr_hist_home *home = c->hist->home;

	home->ops->snapshot(home, count_snapshot_wanted, &wanted);
}

/* The largest or the last value of a variable; false if this one is not news. */
static bool count_track(const struct counted *c, const struct otr_hist_action *action)
{
	u64 *kept = &count_vars(c->hist->table, c->payload)[action->kept];
	u64 now = c->pad->refs[action->tracked->ref];
	u64 before = READ_ONCE(*kept);

	do {
		if (!count_is_news(action->handler, before, now))
			return false;
	} while (!try_cmpxchg64(kept, &before, now));
	return true;
}

static void count_act(const struct counted *c, const struct otr_hist_action *action)
{
	if (action->handler != HIST_ON_MATCH && !count_track(c, action))
		return;
	switch (action->deed) {
	case HIST_SAVE:
		count_save(c);
		break;
	case HIST_TRACE:
		c->hist->home->ops->record(action->synth, c->pad->refs, action->which);
		break;
	case HIST_SNAPSHOT:
		count_snapshot(c, action);
		break;
	}
}

static void count_entry(const struct counted *c, struct otr_hist_map *map, int entry)
{
	const struct otr_hist *hist = c->hist;
	unsigned int i;

	count_add(hist, map, entry, c->rec, c->ts, c->pad->refs);
	for (i = 0; i < hist->nr_sets; i++)
		count_set(c, &hist->set[i]);
	for (i = 0; i < hist->nr_field_vars; i++)
		count_set(c, &hist->field_vars[i].value);
	if (!hist->nr_actions)
		return;
	count_look_inside(c);
	for (i = 0; i < hist->nr_actions; i++)
		count_act(c, hist->actions[i]);
}

static noinline void count_large(struct otr_hist *hist, const void *rec, u64 ts,
				 unsigned long probe)
{
	struct counted c = { .hist = hist, .rec = rec, .ts = ts, .probe = probe };
	struct otr_hist_map *map;
	unsigned int i;
	int entry;

	map = READ_ONCE(hist->table->map);
	c.pad = otr_hist_pad_get();
	if (!c.pad) {
		otr_hist_map_drop(map);
		return;
	}
	c.pad->key[0] = 0;
	if (hist->key_words > 1)
		memset(c.pad->key, 0, hist->key_words * sizeof(u64));
	for (i = 0; i < hist->nr_keys; i++)
		count_key(&c, &hist->key[i]);
	if (count_look_up(&c)) {
		entry = otr_hist_map_get(map, c.pad->key);
		if (entry >= 0) {
			c.payload = otr_hist_map_payload(map, entry);
			count_entry(&c, map, entry);
		}
	}
	otr_hist_pad_put();
}

static noinline void count_numbers(struct otr_hist *hist, const void *rec, u64 ts)
{
	struct otr_hist_map *map = READ_ONCE(hist->table->map);
	u64 key[HIST_KEYS_MAX] __uninitialized;
	unsigned int i;
	int entry;

	for (i = 0; i < hist->nr_keys; i++)
		key[i] = count_number(hist, &hist->key[i], rec, ts, NULL);
	entry = otr_hist_map_get_long(map, key);
	if (entry >= 0)
		count_add(hist, map, entry, rec, ts, NULL);
}

/**
 * otr_hist_count - count a record
 * @hist: the histogram
 * @rec: a complete record of its event, with its head
 * @ts: its time by the instance's clock; not looked at unless otr_hist_needs_time()
 * @probe: where its probe was called from, for stacks
 *
 * A record that refers to variables that are not set is not counted. What does not fit is
 * dropped, which is counted.
 *
 * Context: any, NMI included; preemption off.
 */
void otr_hist_count(struct otr_hist *hist, const void *rec, u64 ts, unsigned long probe)
{
	struct otr_hist_map *map;
	int entry;
	u64 key;

	if (likely(hist->shape == HIST_KEY_NUMBER)) {
		map = READ_ONCE(hist->table->map);
		key = count_number(hist, &hist->key[0], rec, ts, NULL);
		entry = otr_hist_map_get(map, &key);
		if (likely(entry >= 0))
			count_add(hist, map, entry, rec, ts, NULL);
	} else if (hist->shape == HIST_KEY_NUMBERS) {
		count_numbers(hist, rec, ts);
	} else {
		count_large(hist, rec, ts, probe);
	}
}
