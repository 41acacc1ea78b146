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
 * @when: its time
 * @probe: where it comes from
 * @pad: room
 * @payload: what the record's entry keeps
 */
struct counted {
	struct otr_hist		*hist;
	const void		*rec;
	struct otr_moment	when;
	unsigned long		probe;
	struct otr_hist_pad	*pad;
	void			*payload;
};

/* Most fields that are asked for are of four bytes. */
static __always_inline u64 count_field(const struct otr_access *access, const void *rec)
{
	u64 bits;

	if (unlikely(access->how != OTR_GET_4))
		return otr_access_number(access, rec);
	bits = *(const u32 *)(rec + access->offset);
	return (s64)(bits << access->unused) >> access->unused;
}

/* @refs: values of the variables that were looked up. */
static __always_inline u64 count_number(const struct otr_hist *hist,
					const struct otr_hist_value *value, const void *rec,
					u64 ts, const u64 *refs)
{
	if (likely(value->from == HIST_FROM_FIELD))
		return count_field(&value->access, rec);
	switch (value->from) {
	case HIST_FROM_TIME:
		return otr_hist_time(hist, ts);
	case HIST_FROM_SINCE:
		return otr_hist_time(hist, ts) - refs[value->ref];
	case HIST_FROM_REF:
		return refs[value->ref];
	default:
		return otr_hist_run(hist, value, rec, ts, refs);
	}
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

/* The rest of a key, one word at a time: string instructions take long to get going. */
static void count_clear(u8 *to, size_t from, size_t size)
{
	for (; from < size && from % sizeof(u64); from++)
		to[from] = 0;
	for (; from < size; from += sizeof(u64))
		WRITE_ONCE(*(u64 *)(to + from), 0);
}

/* All of it is written. */
static void count_key(const struct counted *c, const struct otr_hist_value *value)
{
	void *to = (void *)c->pad->key + value->offset;
	size_t len;

	switch (value->from) {
	case HIST_FROM_TEXT:
		len = count_text(&value->access, c->rec, to, value->size);
		break;
	case HIST_FROM_STACK:
	case HIST_FROM_FRAMES:
		len = count_stack(c, value, to) * sizeof(unsigned long);
		break;
	default:
		*(u64 *)to = count_number(c->hist, value, c->rec, c->when.ts, NULL);
		len = sizeof(u64);
	}
	count_clear(to, len, value->size);
}

static __always_inline void count_keys(const struct counted *c)
{
	const struct otr_hist *hist = c->hist;
	unsigned int i;

	if (likely(!hist->key_words)) {
		for (i = 0; i < hist->nr_keys; i++)
			c->pad->key[i] = count_number(hist, &hist->key[i], c->rec, c->when.ts,
						      NULL);
		return;
	}
	for (i = 0; i < hist->nr_keys; i++)
		count_key(c, &hist->key[i]);
	/* The rest of a longer one of another table. */
	for (i = hist->own_words; i < hist->key_words; i++)
		c->pad->key[i] = 0;
}

/*
 * Read a variable of an entry.
 *
 * @once: it is not set after that, although others may read it at this moment
 */
static __always_inline bool count_read_var(const u64 *var, u8 *set, bool once, u64 *value)
{
	/* Both pair with count_set_var(): a probe that sees it set sees a value. */
	if (once ? !xchg(set, 0) : !smp_load_acquire(set))
		return false;
	*value = READ_ONCE(*var);
	return true;
}

static __always_inline void count_set_var(u64 *var, u8 *set, u64 value)
{
	WRITE_ONCE(*var, value);
	/* Pairs with count_read_var(): one that finds it set finds this or a newer one. */
	smp_store_release(set, 1);
}

/* Variables of other histograms, whose entries have the record's key. */
static __always_inline bool count_look_up(const struct counted *c)
{
	const struct otr_hist *hist = c->hist;
	unsigned int i;

	for (i = 0; i < hist->nr_looks; i++) {
		const struct otr_hist_look *look = &hist->look[i];
		const struct otr_hist_map *map = READ_ONCE(look->table->map);
		int entry = otr_hist_map_find(map, c->pad->key);
		void *payload;

		if (entry < 0)
			return false;
		payload = otr_hist_map_payload(map, entry);
		if (!count_read_var(payload + look->var_at, payload + look->set_at, look->once,
				    &c->pad->refs[look->ref]))
			return false;
	}
	return true;
}

/* Its own, as they were just set: another CPU may have set those of the entry since then. */
static __always_inline void count_look_inside(const struct counted *c)
{
	const struct otr_hist *hist = c->hist;
	unsigned int i;

	for (i = 0; i < hist->nr_inside; i++)
		c->pad->refs[hist->inside[i].ref] = c->pad->own[hist->inside[i].var];
}

/* A text or a stack stays with the entry, its address is the value. */
static noinline u64 count_keep(const struct counted *c, const struct otr_hist_value *value)
{
	void *to = c->payload + value->text;
	unsigned long *frames = to;
	char *text = to;
	unsigned int nr;

	switch (value->from) {
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
		/* The name of the task. */
		return (unsigned long)c->payload;
	}
}

static __always_inline void count_set(const struct counted *c, const struct otr_hist_value *value)
{
	u64 number = likely(value->from <= HIST_FROM_PROGRAM) ?
		     count_number(c->hist, value, c->rec, c->when.ts, c->pad->refs) :
		     count_keep(c, value);

	c->pad->own[value->var] = number;
	count_set_var(c->payload + value->var_at, c->payload + value->set_at, number);
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

/* The largest or the last value of a variable that an action follows. */
static u64 *count_kept(const struct counted *c, const struct otr_hist_action *action)
{
	return c->payload + otr_hist_var_at(c->hist->table, action->kept);
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
	u64 value = READ_ONCE(*count_kept(c, wanted->action));

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
	u64 *kept = count_kept(c, action);
	u64 now = c->pad->refs[action->tracked->ref];
	u64 before = READ_ONCE(*kept);

	do {
		if (!count_is_news(action->handler, before, now))
			return false;
	} while (!try_cmpxchg64(kept, &before, now));
	return true;
}

static __always_inline void count_act(const struct counted *c, const struct otr_hist_action *action)
{
	if (action->handler != HIST_ON_MATCH && !count_track(c, action))
		return;
	switch (action->deed) {
	case HIST_SAVE:
		count_save(c);
		break;
	case HIST_TRACE:
		c->hist->home->ops->record(action->synth, c->pad->refs, action->which,
					   &c->when);
		break;
	case HIST_SNAPSHOT:
		count_snapshot(c, action);
		break;
	}
}

static __always_inline void count_entry(const struct counted *c, struct otr_hist_map *map,
					int entry)
{
	const struct otr_hist *hist = c->hist;
	unsigned int i;

	count_add(hist, map, entry, c->rec, c->when.ts, c->pad->refs);
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
				 enum otr_clock_id clock, unsigned long probe)
{
	struct counted c __uninitialized;
	struct otr_hist_map *map;
	int entry, slot;

	c.hist = hist;
	c.rec = rec;
	c.when.ts = ts;
	c.when.clock = clock;
	c.probe = probe;
	map = READ_ONCE(hist->table->map);
	c.pad = otr_hist_pad_get(&slot);
	if (!c.pad) {
		otr_hist_map_drop(map);
		return;
	}
	count_keys(&c);
	if (count_look_up(&c)) {
		entry = otr_hist_map_get(map, c.pad->key);
		if (entry >= 0) {
			c.payload = otr_hist_map_payload(map, entry);
			count_entry(&c, map, entry);
		}
	}
	otr_hist_pad_put(slot);
}

/* Of one number, by which those of other histograms are found as well. */
static __always_inline bool count_find_refs(const struct otr_hist *hist, u64 key, u64 *refs)
{
	unsigned int i;

	for (i = 0; i < hist->nr_looks; i++) {
		const struct otr_hist_look *look = &hist->look[i];
		const struct otr_hist_map *map = READ_ONCE(look->table->map);
		int entry = otr_hist_map_find_word(map, key);
		void *payload;

		if (entry < 0)
			return false;
		payload = otr_hist_map_payload(map, entry);
		if (!count_read_var(payload + look->var_at, payload + look->set_at, look->once,
				    &refs[look->ref]))
			return false;
	}
	return true;
}

static __always_inline void count_set_number(const struct otr_hist *hist,
					     const struct otr_hist_value *value, void *payload,
					     const void *rec, u64 ts, u64 *refs)
{
	u64 number = count_number(hist, value, rec, ts, refs);

	count_set_var(payload + value->var_at, payload + value->set_at, number);
	if (value->inside)
		refs[value->inside - 1] = number;
}

/* Nothing here has a length that somebody could have wrong. */
static noinline __no_stack_protector void count_vars(struct otr_hist *hist, const void *rec,
						     u64 ts, enum otr_clock_id clock)
{
	u64 key = count_number(hist, &hist->key[0], rec, ts, NULL);
	struct otr_hist_map *map = READ_ONCE(hist->table->map);
	u64 refs[HIST_VARS_MAX] __uninitialized;
	struct otr_moment when __uninitialized;
	unsigned int i;
	void *payload;
	int entry;

	if (!count_find_refs(hist, key, refs))
		return;
	entry = otr_hist_map_get_word(map, key);
	if (unlikely(entry < 0))
		return;
	count_add(hist, map, entry, rec, ts, refs);
	payload = otr_hist_map_payload(map, entry);
	for (i = 0; i < hist->nr_sets; i++)
		count_set_number(hist, &hist->set[i], payload, rec, ts, refs);
	for (i = 0; i < hist->nr_field_vars; i++)
		count_set_number(hist, &hist->field_vars[i].value, payload, rec, ts, refs);
	if (!hist->nr_actions)
		return;
	when.ts = ts;
	when.clock = clock;
	for (i = 0; i < hist->nr_actions; i++)
		hist->home->ops->record(hist->actions[i]->synth, refs, hist->actions[i]->which,
					&when);
}

static noinline void count_number_key(struct otr_hist *hist, const void *rec, u64 ts)
{
	struct otr_hist_map *map = READ_ONCE(hist->table->map);
	u64 key = count_number(hist, &hist->key[0], rec, ts, NULL);
	int entry = otr_hist_map_get_word(map, key);

	if (likely(entry >= 0))
		count_add(hist, map, entry, rec, ts, NULL);
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
 * @clock: that clock, if this CPU read it for this: records that come of it get the same time;
 *	   else OTR_CLOCK_COUNT
 * @probe: where its probe was called from, for stacks
 *
 * A record that refers to variables that are not set is not counted. What does not fit is
 * dropped, which is counted.
 *
 * Context: any, NMI included; preemption off.
 */
void otr_hist_count(struct otr_hist *hist, const void *rec, u64 ts, enum otr_clock_id clock,
		    unsigned long probe)
{
	/* Each has registers of its own to save. */
	if (likely(hist->shape == HIST_KEY_NUMBER))
		count_number_key(hist, rec, ts);
	else if (hist->shape == HIST_KEY_VARS)
		count_vars(hist, rec, ts, clock);
	else if (hist->shape == HIST_KEY_NUMBERS)
		count_numbers(hist, rec, ts);
	else
		count_large(hist, rec, ts, clock, probe);
}
