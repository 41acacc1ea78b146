// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_ftrace_filter and set_ftrace_notrace.
 *
 * Opening takes a copy of the set, or an empty one when the file is truncated;
 * every word that is written changes the copy; closing puts it in force. So a
 * filter of many writes costs one change of the kernel's text. Words for a module
 * that is not loaded are no part of the copy: they are remembered, and forgotten,
 * at once.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/slab.h>

#include "fs/fs.h"
#include "tracer/tracer.h"
#include "trigger/trigger.h"

/* Longest word: a function's name, a module's, and what is between. */
#define WORD_SIZE	768

struct edit {
	struct otr_siteset	*set;
	struct otr_word		word;
	struct otr_site_pos	pos;
	loff_t			sites;		/* lines before the words below */
	char			*awaits;	/* words for modules to come */
	bool			listing;	/* between otr_site_start() and _stop() */
	struct otr_command_pos	command;
	bool			commanding;	/* the same of otr_command_start() */
};

/*
 * Split "functions:command:rest" in place. What is behind the first colon is a
 * command; "mod" is the one that only says which functions.
 */
static void split(char *word, char **command, char **rest)
{
	*rest = word;
	strsep(rest, ":");
	*command = strsep(rest, ":");
}

/* Something else to be done, in force at once. */
static int edit_command(const struct otr_file *of, const char *functions, const char *command,
			char *rest)
{
	bool remove = *functions == '!';
	int err;

	if (of->where.arg != OTR_WANT)
		return -EINVAL;
	mutex_lock(&otr_switch_lock);
	err = otr_function_command(of->where.inst, functions + remove, command, rest, remove);
	mutex_unlock(&otr_switch_lock);
	return err;
}

/* Nothing that is there matches: perhaps what will come does. */
static int edit_await(const struct otr_file *of, const char *functions, const char *module)
{
	struct otr_inst *inst = of->where.inst;
	enum otr_side side = of->where.arg;
	int err;

	mutex_lock(&otr_inst_lock);
	if (*functions == '!')
		err = otr_function_unawait(inst, side, functions + 1, module);
	else
		err = otr_function_await(inst, side, functions, module);
	mutex_unlock(&otr_inst_lock);
	return err;
}

static int edit_word(const struct otr_file *of, char *word)
{
	struct edit *edit = of->priv;
	char *command, *module, *written;
	struct otr_glob glob;
	long matched;
	int err;

	split(word, &command, &module);
	if (command && strcmp(command, "mod"))
		return edit_command(of, word, command, module);
	written = kstrdup(word, GFP_KERNEL);
	if (!written)
		return -ENOMEM;
	/* ":mod:name" is short for all functions of the module. */
	otr_glob_parse(&glob, *word ? word : "*");
	matched = otr_siteset_match(edit->set, &glob, module, glob.not);
	if (matched)
		err = min(matched, 0L);
	else
		err = module ? edit_await(of, written, module) : -EINVAL;
	kfree(written);
	return err;
}

static ssize_t filter_write(struct otr_file *of, char *text, size_t len)
{
	struct edit *edit = of->priv;
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
		err = edit_word(of, word);
		otr_word_clear(&edit->word);
	}
	return err ?: used;
}

static struct edit *edit_create(struct otr_file *of)
{
	struct edit *edit = kzalloc(sizeof(*edit), GFP_KERNEL);

	if (!edit)
		return NULL;
	edit->set = otr_siteset_create();
	if (edit->set && !otr_word_init(&edit->word, WORD_SIZE))
		return edit;
	otr_siteset_destroy(edit->set);
	kfree(edit);
	return NULL;
}

static void edit_destroy(struct edit *edit)
{
	otr_word_free(&edit->word);
	otr_siteset_destroy(edit->set);
	kfree(edit->awaits);
	kfree(edit);
}

static int filter_open(struct otr_file *of)
{
	struct otr_inst *inst = of->where.inst;
	struct edit *edit = edit_create(of);
	int err = 0;

	if (!edit)
		return -ENOMEM;
	mutex_lock(&otr_inst_lock);
	if (of->truncate)
		otr_function_unawait_all(inst, of->where.arg);
	else
		err = otr_siteset_copy(edit->set, otr_function_sites(inst, of->where.arg));
	mutex_unlock(&otr_inst_lock);
	if (err) {
		edit_destroy(edit);
		return err;
	}
	of->priv = edit;
	return 0;
}

static void filter_release(struct otr_file *of)
{
	struct otr_inst *inst = of->where.inst;
	struct edit *edit = of->priv;
	struct otr_siteset *set = edit->set;
	char *word = otr_word_last(&edit->word);
	int err;

	if (of->writing) {
		if (word)
			edit_word(of, word);
		edit->set = NULL;
		mutex_lock(&otr_inst_lock);
		otr_siteset_expect(set, of->where.arg == OTR_WANT &&
				   otr_function_awaiting(inst, of->where.arg));
		err = otr_function_set_sites(inst, of->where.arg, set);
		mutex_unlock(&otr_inst_lock);
		/* Nobody looks at what close() returns. */
		if (err)
			pr_warn("the functions to record could not be changed: %pe\n",
				ERR_PTR(err));
	}
	edit_destroy(edit);
}

/* The words that stand behind the sites, as they are when the reading begins. */
static int list_awaits(const struct otr_file *of)
{
	struct edit *edit = of->priv;

	kfree(edit->awaits);
	mutex_lock(&otr_inst_lock);
	edit->awaits = otr_function_awaits(of->where.inst, of->where.arg);
	mutex_unlock(&otr_inst_lock);
	edit->sites = otr_siteset_empty(edit->set) ? 1 : otr_siteset_count(edit->set);
	return edit->awaits ? 0 : -ENOMEM;
}

static void end_sites(struct edit *edit)
{
	if (edit->listing)
		otr_site_stop();
	edit->listing = false;
}

/* They are one record of seq_file together. */
static void *awaits_of(const struct edit *edit)
{
	return *edit->awaits ? edit->awaits : NULL;
}

/* What follows the sites: commands, then words for modules to come. */
static void *behind_sites(const struct otr_file *of, loff_t pos)
{
	struct edit *edit = of->priv;
	loff_t index = pos - edit->sites;

	if (of->where.arg == OTR_WANT) {
		edit->command.inst = of->where.inst;
		edit->commanding = true;
		if (otr_command_start(&edit->command, index))
			return &edit->command;
		index -= otr_command_count(&edit->command);
	}
	return index ? NULL : awaits_of(edit);
}

static void *filter_start(struct seq_file *m, loff_t *pos)
{
	struct otr_file *of = m->private;
	struct edit *edit = of->priv;
	int err = *pos && edit->awaits ? 0 : list_awaits(of);

	if (err)
		return ERR_PTR(err);
	if (*pos >= edit->sites)
		return behind_sites(of, *pos);
	if (otr_siteset_empty(edit->set))
		return SEQ_START_TOKEN;
	edit->pos.set = edit->set;
	edit->listing = true;
	return otr_site_start(&edit->pos, *pos) ? edit : NULL;
}

static void *filter_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct otr_file *of = m->private;
	struct edit *edit = of->priv;

	++*pos;
	if (v == edit && *pos < edit->sites)
		return otr_site_next(&edit->pos) ? edit : NULL;
	if (v == &edit->command)
		return otr_command_next(&edit->command) ? v : awaits_of(edit);
	if (v == edit->awaits)
		return NULL;
	end_sites(edit);
	return behind_sites(of, *pos);
}

static void filter_stop(struct seq_file *m, void *v)
{
	struct otr_file *of = m->private;
	struct edit *edit = of->priv;

	end_sites(edit);
	if (edit->commanding)
		otr_command_stop(&edit->command);
	edit->commanding = false;
}

static int filter_show(struct seq_file *m, void *v)
{
	struct otr_file *of = m->private;
	struct edit *edit = of->priv;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, of->where.arg == OTR_WANT ? "#### all functions enabled ####\n" :
							"#### no functions disabled ####\n");
	} else if (v == &edit->command) {
		otr_command_show(m, v);
	} else if (v == edit->awaits) {
		seq_puts(m, edit->awaits);
	} else {
		otr_site_show_name(m, &edit->pos);
		seq_putc(m, '\n');
	}
	return 0;
}

static const struct seq_operations filter_walk = {
	.start	= filter_start,
	.next	= filter_next,
	.stop	= filter_stop,
	.show	= filter_show,
};

const struct otr_file_ops otr_filter_ops = {
	.open		= filter_open,
	.release	= filter_release,
	.walk		= &filter_walk,
	.write		= filter_write,
	.places		= OTR_PLACES_READ,
};
