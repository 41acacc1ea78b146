// SPDX-License-Identifier: GPL-2.0-only
/* Histograms: from a user's text to what counts, and their end. */
#include <linux/align.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/plan.h"

/**
 * otr_hist_home_init - get an instance ready to have histograms
 * @home: set up
 * @ops: what they want from the rooms above
 *
 * Context: any.
 */
void otr_hist_home_init(struct otr_hist_home *home, const struct otr_hist_ops *ops)
{
	home->ops = ops;
	home->clock_in_ns = true;
	INIT_LIST_HEAD(&home->with_vars);
}

static void hist_add(struct otr_hist *hist, struct otr_hist_item *item)
{
	item->hist = hist;
	hist->items[hist->nr_items++] = item;
}

/* What neither can be added up, nor stored. */
#define NO_SUM	(HIST_BUCKET | HIST_LOG2 | HIST_SYM | HIST_SYM_OFFSET | HIST_SYSCALL | HIST_STACK)
#define NO_VAR	(HIST_GRAPH | HIST_PERCENT | HIST_BUCKET | HIST_LOG2)

static int hist_read_val(struct otr_hist_reader *r, char *text, u32 flags, const char *as)
{
	struct otr_hist_item *item = otr_hist_expr_read(r, text, flags, as);

	if (IS_ERR(item))
		return PTR_ERR(item);
	if (item->flags & (item->flags & HIST_VAR ? NO_VAR : NO_SUM)) {
		otr_hist_item_free(item);
		return otr_hist_blame(r->command, OTR_HIST_MODIFIER, text);
	}
	hist_add(r->hist, item);
	r->hist->nr_vals++;
	return 0;
}

/* The values. The hits are always there, so they may be named once for nothing. */
static int hist_read_sums(struct otr_hist_reader *r)
{
	char *rest = r->hist->attrs.vals, *text;
	unsigned int i, named = 0;
	int err;

	for (i = 0; i < HIST_VALS_MAX && r->hist->nr_vals < HIST_VALS_MAX; i++) {
		text = strsep(&rest, ",");
		if (!text)
			break;
		if (!strcmp(text, "hitcount") && !named++)
			continue;
		err = hist_read_val(r, text, 0, NULL);
		if (err)
			return err;
	}
	return rest && strcmp(rest, "hitcount") ? -EINVAL : 0;
}

static int hist_read_vals(struct otr_hist_reader *r)
{
	struct otr_hist *hist = r->hist;
	struct otr_hist_item *hits = otr_hist_item_create(NULL, HIST_HITS, NULL);
	int err;

	if (!hits)
		return -ENOMEM;
	hist_add(hist, hits);
	hist->nr_vals = 1;
	err = hist_read_sums(r);
	if (err || !hist->attrs.no_hits || hist->nr_vals > 1)
		return err;
	otr_hist_blame(r->command, OTR_HIST_HITCOUNT_ALONE, NULL);
	return -ENOENT;
}

/* The name of a task stays with its entry, for this and for other histograms. */
static int hist_take_for_text(struct otr_hist_item *item)
{
	char *type = kstrdup("char[]", GFP_KERNEL);

	if (!type)
		return -ENOMEM;
	kfree(item->type);
	item->type = type;
	item->flags = HIST_TEXT | HIST_VAR | HIST_EXECNAME;
	item->size = OTR_HIST_TEXT_MAX;
	item->is_signed = false;
	return 0;
}

static int hist_read_var(struct otr_hist_reader *r, const struct otr_hist_def *def)
{
	struct otr_hist *hist = r->hist;
	struct otr_hist_item *item;
	int err;

	if (otr_hist_find_on_event(hist, def->name) && !hist->removes)
		return otr_hist_blame(r->command, OTR_HIST_VAR_TWICE, def->name);
	hist->nr_vars++;
	err = hist_read_val(r, def->text, HIST_VAR, def->name);
	if (err)
		return err;
	item = hist->items[hist->nr_items - 1];
	if (item->flags & HIST_EXECNAME && hist_take_for_text(item))
		return -ENOMEM;
	item->var = hist->table->vars++;
	if (!(item->flags & HIST_ALIAS) && item->flags & (HIST_TEXT | HIST_STACK))
		item->text = hist->table->texts++;
	return 0;
}

static int hist_read_key(struct otr_hist_reader *r, char *text)
{
	struct otr_hist *hist = r->hist;
	struct otr_hist_item *item;

	if (strcmp(text, "stacktrace"))
		item = otr_hist_expr_read(r, text, HIST_KEY, NULL);
	else
		item = otr_hist_item_create(NULL, HIST_KEY | HIST_STACK, NULL) ?:
		       ERR_PTR(-ENOMEM);
	if (IS_ERR(item))
		return PTR_ERR(item);
	if (otr_hist_refers(item, 0)) {
		otr_hist_item_free(item);
		return otr_hist_blame(r->command, OTR_HIST_KEY_REFERS, text);
	}
	item->size = ALIGN(item->size, sizeof(u64));
	item->offset = hist->table->key_size;
	hist->table->key_size += item->size;
	hist_add(hist, item);
	return hist->table->key_size > HIST_KEY_MAX ? -EINVAL : 0;
}

static int hist_read_keys(struct otr_hist_reader *r)
{
	char *rest = r->hist->attrs.keys;
	unsigned int i;
	int err;

	for (i = 0; i < HIST_KEYS_MAX && rest; i++) {
		err = hist_read_key(r, strsep(&rest, ","));
		if (err)
			return err;
	}
	return rest ? -EINVAL : 0;
}

static int hist_read_items(struct otr_hist_reader *r)
{
	struct otr_hist *hist = r->hist;
	unsigned int i;
	int err = otr_hist_defs_read(r);

	if (!err)
		err = hist_read_vals(r);
	for (i = 0; i < hist->nr_defs && !err; i++)
		err = hist_read_var(r, &hist->defs[i]);
	if (!err)
		err = hist_read_keys(r);
	/* They were cut on the way. */
	hist->nr_defs = 0;
	return err;
}

static int hist_read_order(struct otr_hist_reader *r, const char *text, bool *descending)
{
	*descending = text && !strcmp(text, "descending");
	if (!text || *descending || !strcmp(text, "ascending"))
		return 0;
	return otr_hist_blame(r->command, OTR_HIST_SORT_MODIFIER, text);
}

/* A value or a key of a name: its number, -1 for none. */
static int hist_find_sort(const struct otr_hist *hist, const char *name)
{
	unsigned int i, nr = 0;

	if (!strcmp(name, "hitcount"))
		return 0;
	for (i = 1; i < hist->nr_items; i++) {
		const struct otr_hist_item *item = hist->items[i];
		int len = otr_hist_item_name_len(item);

		if (item->flags & HIST_VAR)
			continue;
		nr++;
		if (len == strlen(name) && !memcmp(otr_hist_item_name(item), name, len))
			return nr;
	}
	return -1;
}

static int hist_read_sort(struct otr_hist_reader *r, struct otr_hist_sort *sort, char *text,
			  bool is_last, bool more)
{
	char *name;
	int nr;

	if (!*text)
		return otr_hist_blame(r->command, OTR_HIST_SORT_EMPTY, "sort=");
	if (is_last && more)
		return otr_hist_blame(r->command, OTR_HIST_SORT_TOO_MANY, "sort=");
	name = strsep(&text, ".");
	if (!*name)
		return otr_hist_blame(r->command, OTR_HIST_SORT_EMPTY, "sort=");
	nr = hist_find_sort(r->hist, name);
	if (nr < 0)
		return otr_hist_blame(r->command, OTR_HIST_SORT_FIELD, name);
	sort->nr = nr;
	return hist_read_order(r, text, &sort->descending);
}

static int hist_read_sorts(struct otr_hist_reader *r)
{
	struct otr_hist *hist = r->hist;
	char *rest = hist->attrs.sort;
	unsigned int i;
	int err;

	hist->nr_sorts = 1;
	for (i = 0; i < HIST_SORTS_MAX && rest; i++) {
		char *text = strsep(&rest, ",");

		err = hist_read_sort(r, &hist->sorts[i], text, i == HIST_SORTS_MAX - 1, rest);
		if (err)
			return err;
		hist->nr_sorts = i + 1;
	}
	return 0;
}

static int hist_read(struct otr_hist_reader *r, const char *params)
{
	struct otr_hist *hist = r->hist;
	int err;

	hist->text = kstrdup(params, GFP_KERNEL);
	hist->table = otr_hist_table_create();
	if (!hist->text || !hist->table)
		return -ENOMEM;
	err = otr_hist_attrs_read(r, hist->text);
	if (!err)
		err = otr_hist_actions_read(r);
	if (!err)
		err = hist_read_items(r);
	if (!err)
		err = hist_read_sorts(r);
	hist->table->bits = hist->attrs.bits;
	return err;
}

/**
 * otr_hist_create - make a histogram from a user's text
 * @home: what it has in common with others
 * @ev: the event; has to stay as long as the histogram
 * @command: the whole command
 * @params: what is behind "hist:", without the filter
 * @remove: the command takes one like it away
 * @out: set to the histogram, which cannot count yet
 *
 * What actions need, and memory to count in, comes with otr_hist_prepare() or
 * otr_hist_join(): many commands are only about a histogram that is there already.
 *
 * Context: the caller's lock, see hist.h; may sleep.
 * Return: 0, or an errno, with or without errors in the command.
 */
int otr_hist_create(struct otr_hist_home *home, struct otr_event *ev,
		    struct otr_hist_command *command, const char *params, bool remove,
		    struct otr_hist **out)
{
	struct otr_hist *hist = kzalloc(sizeof(*hist), GFP_KERNEL);
	struct otr_hist_reader r = { .hist = hist, .command = command };
	int err;

	if (!hist)
		return -ENOMEM;
	hist->home = home;
	hist->ev = ev;
	hist->removes = remove;
	INIT_LIST_HEAD(&hist->link);
	err = hist_read(&r, params);
	if (err) {
		otr_hist_free(hist);
		return err;
	}
	*out = hist;
	return 0;
}

/**
 * otr_hist_free - free a histogram
 * @hist: the histogram; nobody counts in it for its event any more
 *
 * Its table stays as long as others have it.
 *
 * Context: the caller's lock, see hist.h; may sleep.
 */
void otr_hist_free(struct otr_hist *hist)
{
	unsigned int i;

	if (!hist)
		return;
	list_del(&hist->link);
	otr_hist_actions_free(hist);
	for (i = 0; i < hist->nr_items; i++)
		otr_hist_item_free(hist->items[i]);
	for (i = 0; i < hist->nr_refs; i++) {
		otr_hist_table_put(hist->refs[i]->table);
		otr_hist_item_free_one(hist->refs[i]);
	}
	for (i = 0; i < ARRAY_SIZE(hist->key); i++)
		otr_hist_value_free(&hist->key[i]);
	for (i = 0; i < ARRAY_SIZE(hist->sum); i++)
		otr_hist_value_free(&hist->sum[i]);
	for (i = 0; i < ARRAY_SIZE(hist->set); i++)
		otr_hist_value_free(&hist->set[i]);
	otr_hist_table_put(hist->table);
	kfree(hist->text);
	kfree(hist);
}

/* Fields of two events that can be counted together. */
static bool hist_field_same(const struct otr_field *a, const struct otr_field *b)
{
	if (a == b)
		return true;
	return a && b && !strcmp(a->name, b->name) && !strcmp(a->type, b->type) &&
	       a->nr == b->nr && a->size == b->size && a->is_signed == b->is_signed;
}

static bool hist_text_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool hist_item_same(const struct otr_hist_item *a, const struct otr_hist_item *b)
{
	return a->flags == b->flags && hist_field_same(a->field, b->field) &&
	       a->offset == b->offset && a->size == b->size && a->is_signed == b->is_signed &&
	       hist_text_same(a->as, b->as);
}

/**
 * otr_hist_same - do two histograms count the same?
 * @a: one
 * @b: the other, of the same event or not
 *
 * Their names, their filters and what they are sorted into are not looked at, nor how wide
 * buckets are and what is computed.
 *
 * Context: the caller's lock, see hist.h.
 * Return: whether they do.
 */
bool otr_hist_same(const struct otr_hist *a, const struct otr_hist *b)
{
	unsigned int i;

	if (a->nr_vals != b->nr_vals || a->nr_items != b->nr_items || a->nr_sorts != b->nr_sorts)
		return false;
	for (i = 0; i < a->nr_items; i++)
		if (!hist_item_same(a->items[i], b->items[i]))
			return false;
	for (i = 0; i < a->nr_sorts; i++)
		if (a->sorts[i].nr != b->sorts[i].nr ||
		    a->sorts[i].descending != b->sorts[i].descending)
			return false;
	return otr_hist_actions_same(a, b);
}

/**
 * otr_hist_busy - do others refer to a histogram's variables?
 * @hist: the histogram
 *
 * Context: the caller's lock, see hist.h.
 * Return: whether they do; it has to stay then.
 */
bool otr_hist_busy(const struct otr_hist *hist)
{
	const struct otr_hist *other;
	unsigned int i;

	list_for_each_entry(other, &hist->home->with_vars, link)
		for (i = 0; other != hist && i < other->nr_refs; i++)
			if (other->refs[i]->hist == hist &&
			    other->refs[i]->var < hist->nr_vars)
				return true;
	return false;
}

static bool hist_has_vars(const struct otr_hist *hist)
{
	unsigned int i;

	for (i = 0; i < hist->nr_items; i++)
		if (otr_hist_refers(hist->items[i], 0))
			return true;
	return hist->nr_refs;
}

/**
 * otr_hist_prepare - let a histogram count
 * @hist: from otr_hist_create()
 * @command: the whole command
 *
 * Its variables can be found from now on.
 *
 * Context: the caller's lock, see hist.h; may sleep.
 * Return: 0, or an errno, with or without errors in the command. Free it then.
 */
int otr_hist_prepare(struct otr_hist *hist, struct otr_hist_command *command)
{
	struct otr_hist_reader r = { .hist = hist, .command = command };
	struct otr_hist_table *table = hist->table;
	unsigned int i;
	int err = otr_hist_actions_prepare(&r);

	if (err)
		return err;
	table->sums = hist->nr_vals - hist->nr_vars - 1;
	for (i = 0; i < hist->nr_items; i++)
		table->comm |= !!(hist->items[i]->flags & HIST_EXECNAME);
	table->map = otr_hist_table_map(table);
	if (!table->map)
		return -ENOMEM;
	err = otr_hist_program(hist);
	if (!err && hist_has_vars(hist))
		list_add(&hist->link, &hist->home->with_vars);
	return err;
}

/**
 * otr_hist_join - let a histogram count into another one's table
 * @hist: from otr_hist_create()
 * @named: the other one, with otr_hist_same() and of the same name
 *
 * Where the two differ, it is shown as the other one is.
 *
 * Context: the caller's lock, see hist.h; may sleep.
 * Return: 0, -ENOMEM, -EBUSY if both take snapshots, or what else otr_hist_prepare() says.
 */
int otr_hist_join(struct otr_hist *hist, struct otr_hist *named)
{
	struct otr_hist_command command;
	unsigned int i;
	int err;

	/* Variables of actions get the numbers that they have there. What is wrong is not new. */
	if (otr_hist_command_init(&command, hist->ev, ""))
		return -ENOMEM;
	err = otr_hist_actions_prepare(&(struct otr_hist_reader){ hist, &command });
	otr_hist_command_free(&command);
	if (err)
		return err;
	otr_hist_table_put(hist->table);
	hist->table = named->table;
	refcount_inc(&hist->table->users);
	hist->attrs.bits = named->attrs.bits;
	hist->attrs.no_hits = named->attrs.no_hits;
	for (i = 0; i < hist->nr_items; i++)
		hist->items[i]->buckets = named->items[i]->buckets;
	err = otr_hist_program(hist);
	hist->joined = true;
	if (!err && hist->nr_refs)
		list_add(&hist->link, &hist->home->with_vars);
	return err;
}

/**
 * otr_hist_take - empty a histogram, and keep what was in it
 * @hist: the histogram
 * @old: set to what it counted; when nobody counts there any more, it is all there and
 *	 belongs to the caller, for otr_hist_map_free()
 *
 * Every hit is in one of the two.
 *
 * Context: the caller's lock, see hist.h; may sleep.
 * Return: 0, -ENOMEM.
 */
int otr_hist_take(struct otr_hist *hist, struct otr_hist_map **old)
{
	struct otr_hist_map *fresh = otr_hist_table_map(hist->table);

	if (!fresh)
		return -ENOMEM;
	*old = hist->table->map;
	/* Pairs with the READ_ONCE() in count.c, which depends on it. */
	smp_store_release(&hist->table->map, fresh);
	return 0;
}

/**
 * otr_hist_wants - what a command is about, besides the histogram
 * @hist: the histogram
 *
 * Context: any.
 * Return: OTR_HIST_PAUSE and the like.
 */
unsigned int otr_hist_wants(const struct otr_hist *hist)
{
	return hist->attrs.wants;
}

/**
 * otr_hist_name - the name that a histogram shares with others
 * @hist: the histogram
 *
 * Context: any.
 * Return: the name, with the "name=" that is listed; NULL for none.
 */
const char *otr_hist_name(const struct otr_hist *hist)
{
	return hist->attrs.name;
}

/**
 * otr_hist_clock - the clock that a histogram needs
 * @hist: the histogram
 *
 * Context: any.
 * Return: the clock's name, NULL if it asks for no times.
 */
const char *otr_hist_clock(const struct otr_hist *hist)
{
	return hist->needs_time ? hist->attrs.clock : NULL;
}

/**
 * otr_hist_needs_time - does a histogram look at a record's time?
 * @hist: the histogram
 *
 * Context: any.
 * Return: whether otr_hist_count() has to be told.
 */
bool otr_hist_needs_time(const struct otr_hist *hist)
{
	return hist->needs_time;
}

/**
 * otr_hist_is_tied - does it matter what a histogram is counted before, and what behind?
 * @hist: the histogram
 *
 * Context: any.
 * Return: whether it looks at times, has variables, or does more than counting.
 */
bool otr_hist_is_tied(const struct otr_hist *hist)
{
	return hist->needs_time || hist->nr_vars || hist->nr_refs || hist->nr_actions;
}

/**
 * otr_hist_event - the event that a histogram is of
 * @hist: the histogram
 *
 * Context: any.
 * Return: the event.
 */
struct otr_event *otr_hist_event(const struct otr_hist *hist)
{
	return hist->ev;
}

/**
 * otr_hist_hits - how much a histogram counted
 * @hist: the histogram
 *
 * Context: the caller's lock, see hist.h.
 * Return: the hits of its table, those of other events of its name included.
 */
u64 otr_hist_hits(const struct otr_hist *hist)
{
	struct otr_hist_totals totals;

	otr_hist_map_totals(hist->table->map, &totals);
	return totals.hits;
}

/**
 * otr_hist_entries - how much there is to show
 * @hist: the histogram
 *
 * Context: the caller's lock, see hist.h.
 * Return: the entries of its table.
 */
unsigned int otr_hist_entries(const struct otr_hist *hist)
{
	return otr_hist_table_entries(hist->table->map);
}
