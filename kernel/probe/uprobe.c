// SPDX-License-Identifier: GPL-2.0-only
/*
 * Definitions of uprobes and uretprobes.
 *
 *	p[:[GROUP/][EVENT]] PATH:OFFSET[%return][(COUNTER)] [ARGUMENTS]
 *	r[:[GROUP/][EVENT]] PATH:OFFSET[(COUNTER)] [ARGUMENTS]
 *
 * The letters are those of kprobes, which are asked first and leave what looks like a file to
 * us. What is wrong is found in the order in which the in-tree tracer finds it. A file is
 * looked up once: one that takes its place later is another file.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/ctype.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "probe/uprobe.h"

#define UPROBE_GROUP	"uprobes"

static const struct otr_catalog uprobe_catalog = {
	.place	= "trace_uprobe",
	.text	= otr_fetch_errors,
	.nr	= OTR_FETCH_NR_ERRORS,
};

static enum otr_probe_head uprobe_head(const struct otr_uprobe *up)
{
	return up->is_return ? OTR_PROBE_RETURN : OTR_PROBE_AT;
}

static const struct inode *uprobe_inode(const struct otr_uprobe *up)
{
	return d_real_inode(up->path.dentry);
}

/* Find the file, which is kept from here on. */
static int uprobe_find_file(struct otr_uprobe *up, struct otr_fetch_line *line)
{
	int err = kern_path(up->file, LOOKUP_FOLLOW, &up->path);

	if (err) {
		/* Nothing is to be given back. */
		up->path = (struct path){};
		otr_fetch_fail(line, 1, 0, OTR_FETCH_FILE_NOT_FOUND);
		return err;
	}
	if (!d_is_reg(up->path.dentry))
		return otr_fetch_fail(line, 1, 0, OTR_FETCH_NO_REGULAR_FILE);
	return 0;
}

/* "(COUNTER)" behind the offset, which @text begins with, is read and cut off. */
static int uprobe_read_counter(struct otr_uprobe *up, struct otr_fetch_line *line, char *text)
{
	char *open = strchr(text, '('), *close;
	int err;

	if (!open)
		return 0;
	close = strchr(open, ')');
	if (!close)
		return otr_fetch_fail(line, 1, open + strlen(open) - up->file,
				      OTR_FETCH_REFCNT_OPEN_BRACE);
	if (close[1])
		return otr_fetch_fail(line, 1, close + 1 - up->file, OTR_FETCH_BAD_REFCNT_SUFFIX);
	*open++ = '\0';
	*close = '\0';
	err = kstrtoul(open, 0, &up->counter);
	if (err)
		otr_fetch_fail(line, 1, open - up->file, OTR_FETCH_BAD_REFCNT);
	return err;
}

static int uprobe_read_offset(struct otr_uprobe *up, struct otr_fetch_line *line, char *text)
{
	char *suffix = strchr(text, '%');
	int err;

	if (suffix && strcmp(suffix, "%return"))
		return otr_fetch_fail(line, 1, suffix - up->file, OTR_FETCH_BAD_ADDR_SUFFIX);
	if (suffix) {
		*suffix = '\0';
		up->is_return = true;
	}
	err = kstrtoul(text, 0, &up->offset);
	if (err)
		otr_fetch_fail(line, 1, text - up->file, OTR_FETCH_BAD_UPROBE_OFFS);
	return err;
}

static int uprobe_read_place(struct otr_uprobe *up, struct otr_fetch_line *line)
{
	char *colon;

	if (!strchr(line->word[1], '/'))
		return -ECANCELED;
	up->file = kstrdup(line->word[1], GFP_KERNEL);
	if (!up->file)
		return -ENOMEM;
	/* A file may have colons in its name. */
	colon = strrchr(up->file, ':');
	if (!colon || !isdigit(colon[1]))
		return -ECANCELED;
	*colon = '\0';
	return uprobe_find_file(up, line) ?: uprobe_read_counter(up, line, colon + 1) ?:
	       uprobe_read_offset(up, line, colon + 1);
}

/* Without a name it is called by its file, up to where that has an end like ".so". */
static void uprobe_invent_name(const struct otr_uprobe *up, char *event)
{
	const char *base = kbasename(up->file);

	snprintf(event, OTR_PROBE_NAME, "p_%.*s_0x%lx", (int)strcspn(base, ".-_"), base,
		 up->offset);
}

static int uprobe_read_name(const struct otr_uprobe *up, struct otr_fetch_line *line,
			    struct otr_probe_name *name)
{
	int err = 0;

	strscpy(name->group, UPROBE_GROUP);
	name->event[0] = '\0';
	/* As in-tree: with anything between letter and colon the name does not count. */
	if (line->word[0][1] == ':')
		err = otr_probe_read_name_at(line, name, 0, 2);
	if (!err && !*name->event)
		uprobe_invent_name(up, name->event);
	return err;
}

static int uprobe_read_args(struct otr_uprobe *up, struct otr_fetch_line *line)
{
	const struct otr_fetch_place place = {
		.where	= OTR_FETCH_USER | (up->is_return ? OTR_FETCH_RETURN : 0),
		.head	= otr_probe_head_bytes(uprobe_head(up)),
	};
	int err = otr_fetch_read(line, 2, line->nr - 2, &place, &up->probe.fetch);

	if (!err)
		up->at_hand = otr_fetch_at_hand(up->probe.fetch);
	return err;
}

/* One place of a file has one counter. */
static int uprobe_check_counter(const struct otr_uprobe *up)
{
	const struct otr_dyn *dyn = NULL;

	while ((dyn = otr_dyn_next(&otr_uprobe_kind, dyn))) {
		const struct otr_uprobe *other = otr_uprobe_of(otr_probe_of(dyn));

		if (uprobe_inode(up) == uprobe_inode(other) && up->offset == other->offset &&
		    up->counter != other->counter) {
			pr_warn("%s:0x%lx has another reference counter already\n", up->file,
				up->offset);
			return -EINVAL;
		}
	}
	return 0;
}

static bool uprobe_same(const struct otr_uprobe *a, const struct otr_uprobe *b)
{
	return uprobe_inode(a) == uprobe_inode(b) && a->offset == b->offset &&
	       otr_fetch_same(a->probe.fetch, b->probe.fetch);
}

/* May it be one of an event that has others? */
static int uprobe_check_join(const struct otr_uprobe *up, struct otr_fetch_line *line,
			     const struct otr_probe_event *to)
{
	const struct otr_probe *other;
	int err = otr_probe_check_join(line, to, uprobe_head(up), up->probe.fetch);

	if (err)
		return err;
	list_for_each_entry(other, &to->probes, sibling) {
		if (!uprobe_same(otr_uprobe_of(other), up))
			continue;
		otr_fetch_fail(line, 0, 0, OTR_FETCH_SAME_PROBE);
		return -EEXIST;
	}
	return 0;
}

/* One more probe of an event, which is hit if somebody waits for that already. */
static int uprobe_join(struct otr_uprobe *up, struct otr_fetch_line *line,
		       struct otr_probe_event *to)
{
	int err = uprobe_check_join(up, line, to);

	if (err)
		return err;
	up->probe.to = to;
	if (otr_probe_wanted(&up->probe)) {
		err = otr_uprobe_ops.arm(&up->probe);
		if (err)
			otr_fetch_fail(line, 1, 0, OTR_FETCH_FAIL_REG_PROBE);
	}
	return err;
}

/* Let it be one of its event; the first one makes that. */
static int uprobe_add(struct otr_uprobe *up, struct otr_fetch_line *line,
		      const struct otr_probe_name *name)
{
	struct otr_probe_event *to = otr_probe_event_named(name, &otr_uprobe_ops);
	int err = 0;

	if (!to) {
		to = otr_probe_event_add(name, uprobe_head(up), NULL, up->probe.fetch,
					 &otr_uprobe_ops);
		err = PTR_ERR_OR_ZERO(to);
	} else if (IS_ERR(to)) {
		otr_fetch_fail(line, 0, 0, OTR_FETCH_EVENT_EXIST);
		err = PTR_ERR(to);
	} else {
		err = uprobe_join(up, line, to);
	}
	if (!err)
		otr_probe_join(&up->probe, to, &otr_uprobe_kind);
	return err;
}

static int uprobe_define(struct otr_uprobe *up, struct otr_fetch_line *line)
{
	struct otr_probe_name name;
	int err;

	up->is_return = line->word[0][0] == 'r';
	if (line->nr - 2 > OTR_FETCH_ARGS)
		return -E2BIG;
	err = uprobe_read_place(up, line) ?: uprobe_read_name(up, line, &name) ?:
	      uprobe_read_args(up, line) ?: uprobe_check_counter(up);
	if (err)
		return err;
	mutex_lock(&otr_switch_lock);
	err = uprobe_add(up, line, &name);
	mutex_unlock(&otr_switch_lock);
	return err;
}

/* Nobody knows of it yet. */
static void uprobe_undo(struct otr_uprobe *up)
{
	path_put(&up->path);
	otr_fetch_free(up->probe.fetch);
	otr_uprobe_free(up);
}

static int uprobe_create(const char *text)
{
	struct otr_uprobe *up = kzalloc(sizeof(*up), GFP_KERNEL);
	struct otr_fetch_line line;
	int err;

	if (!up)
		return -ENOMEM;
	up->hits = alloc_percpu(unsigned long);
	err = otr_fetch_line_open(&line, &uprobe_catalog, text);
	if (!err && !up->hits)
		err = -ENOMEM;
	if (!err)
		err = line.nr < 2 ? -ECANCELED : uprobe_define(up, &line);
	otr_fetch_line_log(&line, &otr_inst_top()->errors);
	otr_fetch_line_close(&line);
	if (err)
		uprobe_undo(up);
	return err;
}

/* One that nobody defined: the file, arguments that are none, and an event of its own. */
static int uprobe_make_private(struct otr_uprobe *up, struct otr_fetch_line *line)
{
	struct otr_probe_name name;
	struct otr_probe_event *to;
	int err = uprobe_find_file(up, line) ?: uprobe_read_args(up, line);

	if (err)
		return err;
	otr_probe_name_private(&name, UPROBE_GROUP, NULL);
	mutex_lock(&otr_switch_lock);
	to = otr_probe_event_add(&name, uprobe_head(up), NULL, up->probe.fetch, &otr_uprobe_ops);
	if (!IS_ERR(to))
		otr_probe_join(&up->probe, to, NULL);
	mutex_unlock(&otr_switch_lock);
	return PTR_ERR_OR_ZERO(to);
}

/**
 * otr_uprobe_private - make a uprobe that only the caller knows of
 * @file: the file
 * @offset: where in it
 * @counter: where in the file a counter is that says whether somebody listens; 0 for none
 * @is_return: the function's return is meant
 *
 * Context: process context, no lock of ours held; sleeps.
 * Return: its event, until otr_probe_private_end(); ERR_PTR() of what looking for the file
 * said, -EINVAL for one that is no regular one, -ENOMEM, -EBUSY when there are too many events.
 */
struct otr_event *otr_uprobe_private(const char *file, unsigned long offset,
				     unsigned long counter, bool is_return)
{
	struct otr_uprobe *up = kzalloc(sizeof(*up), GFP_KERNEL);
	struct otr_fetch_line line;
	int err;

	if (!up)
		return ERR_PTR(-ENOMEM);
	up->hits = alloc_percpu(unsigned long);
	up->file = kstrdup(file, GFP_KERNEL);
	up->offset = offset;
	up->counter = counter;
	up->is_return = is_return;
	/* A line without arguments. */
	err = otr_fetch_line_open(&line, &uprobe_catalog, "p private");
	if (!err && (!up->hits || !up->file))
		err = -ENOMEM;
	if (!err) {
		otr_dyn_lock();
		err = uprobe_make_private(up, &line);
		otr_dyn_unlock();
	}
	otr_fetch_line_close(&line);
	if (!err)
		return &up->probe.to->event;
	uprobe_undo(up);
	return ERR_PTR(err);
}

/* A place as it is listed, behind the file. */
static void uprobe_print_place(const struct otr_uprobe *up, char *text, size_t size)
{
	int len = scnprintf(text, size, "0x%016lx", up->offset);

	if (up->counter)
		scnprintf(text + len, size - len, "(0x%lx)", up->counter);
}

static bool uprobe_is_at(const struct otr_uprobe *up, const char *word)
{
	size_t len = strlen(up->file);
	char place[OTR_FETCH_TEXT + 1];

	uprobe_print_place(up, place, sizeof(place));
	return !strncmp(word, up->file, len) && word[len] == ':' && !strcmp(word + len + 1, place);
}

static bool uprobe_match(const struct otr_dyn *dyn, const char *group, const char *event,
			 char **words, int nr)
{
	const struct otr_uprobe *up = otr_uprobe_of(otr_probe_of(dyn));

	if (!otr_probe_is(&up->probe, group, event))
		return false;
	if (!nr)
		return true;
	return uprobe_is_at(up, words[0]) && otr_fetch_match(up->probe.fetch, words + 1, nr - 1);
}

static void uprobe_show(struct seq_file *m, const struct otr_dyn *dyn)
{
	const struct otr_uprobe *up = otr_uprobe_of(otr_probe_of(dyn));
	const struct otr_event *ev = &up->probe.to->event;
	char place[OTR_FETCH_TEXT + 1];

	uprobe_print_place(up, place, sizeof(place));
	seq_printf(m, "%c:%s/%s %s:%s", up->is_return ? 'r' : 'p', ev->system, ev->name, up->file,
		   place);
	otr_fetch_show(m, up->probe.fetch);
	seq_putc(m, '\n');
}

struct otr_dyn_kind otr_uprobe_kind = {
	.letters	= "pr",
	.create		= uprobe_create,
	.show		= uprobe_show,
	.match		= uprobe_match,
	.busy		= otr_probe_busy,
	.leave		= otr_probe_leave,
	.free		= otr_probe_free,
};

/**
 * otr_uprobe_profile - print how often a uprobe was hit
 * @m: where to
 * @dyn: of a uprobe
 *
 * Context: otr_dyn_lock() held.
 */
void otr_uprobe_profile(struct seq_file *m, const struct otr_dyn *dyn)
{
	const struct otr_uprobe *up = otr_uprobe_of(otr_probe_of(dyn));
	unsigned long hits = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		hits += *per_cpu_ptr(up->hits, cpu);
	seq_printf(m, "  %s %-44s %15lu\n", up->file, up->probe.to->event.name, hits);
}
