// SPDX-License-Identifier: GPL-2.0-only
/*
 * Editing a set of functions through its file.
 *
 * Opening for writing takes a copy of the set, or an empty one when the file is
 * truncated; every word that is written changes the copy; closing puts it in force.
 * So a set of many writes costs one change of the kernel's text. Reading shows a copy,
 * too, made when it begins: nobody waits for somebody who reads slowly.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "fs/edit.h"

/* Longest word: a function's name, a module's, and what is between. */
#define WORD_SIZE	768

static int edit_open_writer(struct otr_edit *edit)
{
	int err = otr_word_init(&edit->word, WORD_SIZE);

	if (err)
		return err;
	edit->set = otr_siteset_create();
	if (!edit->set)
		return -ENOMEM;
	return edit->of->truncate ? 0 : edit->ops->get(edit->of, edit->set);
}

static int edit_open_reader(struct otr_edit *edit)
{
	if (edit->set && edit->ops->show_edited)
		return 0;
	edit->shown = otr_siteset_create();
	return edit->shown ? 0 : -ENOMEM;
}

static void edit_free(struct otr_edit *edit)
{
	otr_word_free(&edit->word);
	otr_siteset_destroy(edit->set);
	otr_siteset_destroy(edit->shown);
}

/**
 * otr_edit_open - begin to read or write a set of functions
 * @edit: zeroed; has to be what @of->priv says while the file is open
 * @of: the file
 * @ops: what is special about it
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or what @ops->get returned.
 */
int otr_edit_open(struct otr_edit *edit, struct otr_file *of, const struct otr_edit_ops *ops)
{
	int err = 0;

	edit->of = of;
	edit->ops = ops;
	if (of->writing)
		err = edit_open_writer(edit);
	if (!err && of->reading)
		err = edit_open_reader(edit);
	if (err)
		edit_free(edit);
	return err;
}

/**
 * otr_edit_close - put in force what was written
 * @edit: from otr_edit_open()
 *
 * Context: may sleep, for as long as it takes to change the kernel's text.
 */
void otr_edit_close(struct otr_edit *edit)
{
	char *word;
	int err;

	if (edit->set) {
		word = otr_word_last(&edit->word);
		if (word)
			edit->ops->word(edit->of, edit->set, word);
		err = edit->ops->put(edit->of, edit->set);
		edit->set = NULL;
		/* Nobody looks at what close() returns. */
		if (err)
			pr_warn("the functions could not be changed: %pe\n", ERR_PTR(err));
	}
	edit_free(edit);
}

/**
 * otr_edit_write - the file's handler of what is written
 * @of: the file
 * @text: what was written
 * @len: its length
 *
 * Context: may sleep.
 * Return: how much was used, -EINVAL for a word that is too long, or what the file's
 * own handler of words returned.
 */
ssize_t otr_edit_write(struct otr_file *of, char *text, size_t len)
{
	struct otr_edit *edit = of->priv;
	ssize_t used;
	char *word;
	int err = 0;

	if (!len)
		return 0;
	used = otr_word_feed(&edit->word, text, len);
	if (used < 0)
		return used;
	word = otr_word_ready(&edit->word);
	if (word) {
		err = edit->ops->word(of, edit->set, word);
		otr_word_clear(&edit->word);
	}
	return err ?: used;
}

/* What is listed is what it is when that begins. */
static int edit_begin(struct otr_edit *edit)
{
	struct otr_siteset *set = edit->shown ?: edit->set;
	int err = edit->shown ? edit->ops->get(edit->of, edit->shown) : 0;

	if (!err && edit->ops->more_begin)
		err = edit->ops->more_begin(edit);
	if (err)
		return err;
	edit->pos = (struct otr_site_pos){ .set = set };
	edit->lines = otr_siteset_empty(set) ? 1 : otr_siteset_count(set);
	edit->begun = true;
	return 0;
}

/* What follows the functions. */
static void *edit_start_more(struct otr_edit *edit, loff_t pos)
{
	if (!edit->ops->more_start)
		return NULL;
	edit->more = true;
	return edit->ops->more_start(edit, pos - edit->lines);
}

static void edit_end_sites(struct otr_edit *edit)
{
	if (edit->listing)
		otr_site_stop();
	edit->listing = false;
}

static void *edit_start(struct seq_file *m, loff_t *pos)
{
	struct otr_edit *edit = ((struct otr_file *)m->private)->priv;
	int err = *pos && edit->begun ? 0 : edit_begin(edit);

	if (err)
		return ERR_PTR(err);
	if (*pos >= edit->lines)
		return edit_start_more(edit, *pos);
	if (otr_siteset_empty(edit->pos.set))
		return SEQ_START_TOKEN;
	edit->listing = true;
	return otr_site_start(&edit->pos, *pos) ? edit : NULL;
}

static void *edit_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct otr_edit *edit = ((struct otr_file *)m->private)->priv;

	++*pos;
	if (edit->more)
		return edit->ops->more_next(edit, v);
	if (v == edit && *pos < edit->lines)
		return otr_site_next(&edit->pos) ? edit : NULL;
	edit_end_sites(edit);
	return edit_start_more(edit, *pos);
}

static void edit_stop(struct seq_file *m, void *v)
{
	struct otr_edit *edit = ((struct otr_file *)m->private)->priv;

	edit_end_sites(edit);
	if (edit->more)
		edit->ops->more_stop(edit);
	edit->more = false;
}

static int edit_show(struct seq_file *m, void *v)
{
	struct otr_edit *edit = ((struct otr_file *)m->private)->priv;

	if (edit->more) {
		edit->ops->more_show(edit, v, m);
	} else if (v == SEQ_START_TOKEN) {
		seq_puts(m, edit->ops->empty(edit->of));
	} else {
		otr_site_show_name(m, &edit->pos);
		seq_putc(m, '\n');
	}
	return 0;
}

/* Lists the functions of a set, and what belongs behind them. */
const struct seq_operations otr_edit_walk = {
	.start	= edit_start,
	.next	= edit_next,
	.stop	= edit_stop,
	.show	= edit_show,
};
