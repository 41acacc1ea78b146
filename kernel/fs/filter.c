// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_ftrace_filter and set_ftrace_notrace: see edit.c, and what is more about them.
 *
 * Words for a module that is not loaded are no part of the set: they are remembered,
 * and forgotten, at once. So are commands on functions.
 */
#include <linux/slab.h>

#include "fs/edit.h"
#include "tracer/tracer.h"
#include "trigger/trigger.h"

/**
 * struct filter - the open file
 * @edit: the set
 * @awaits: words for modules to come, as they were when the reading began
 * @command: where the listing of commands is
 */
struct filter {
	struct otr_edit		edit;
	char			*awaits;
	struct otr_command_pos	command;
};

static struct filter *filter_of(struct otr_edit *edit)
{
	return container_of(edit, struct filter, edit);
}

/*
 * Split "functions:command:rest" in place. What is behind the first colon is a
 * command; "mod" is the one that only says which functions.
 */
static void filter_split(char *word, char **command, char **rest)
{
	*rest = word;
	strsep(rest, ":");
	*command = strsep(rest, ":");
}

/* Something else to be done, in force at once. */
static int filter_edit_command(const struct otr_file *of, const char *functions,
			       const char *command, char *rest)
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
static int filter_edit_await(const struct otr_file *of, const char *functions, const char *module)
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

static int filter_word(const struct otr_file *of, struct otr_siteset *set, char *word)
{
	char *command, *module, *written;
	struct otr_glob glob;
	long matched;
	int err;

	filter_split(word, &command, &module);
	if (command && strcmp(command, "mod"))
		return filter_edit_command(of, word, command, module);
	written = kstrdup(word, GFP_KERNEL);
	if (!written)
		return -ENOMEM;
	/* ":mod:name" is short for all functions of the module. */
	otr_glob_parse(&glob, *word ? word : "*");
	matched = otr_siteset_match(set, &glob, module, glob.not);
	if (matched)
		err = min(matched, 0L);
	else
		err = module ? filter_edit_await(of, written, module) : -EINVAL;
	kfree(written);
	return err;
}

static int filter_get(const struct otr_file *of, struct otr_siteset *copy)
{
	int err;

	mutex_lock(&otr_inst_lock);
	err = otr_siteset_copy(copy, otr_function_sites(of->where.inst, of->where.arg));
	mutex_unlock(&otr_inst_lock);
	return err;
}

static int filter_put(const struct otr_file *of, struct otr_siteset *set)
{
	struct otr_inst *inst = of->where.inst;
	enum otr_side side = of->where.arg;
	bool expects;
	int err;

	mutex_lock(&otr_tracer_lock);
	mutex_lock(&otr_inst_lock);
	expects = side == OTR_WANT && otr_function_awaiting(inst, side);
	mutex_unlock(&otr_inst_lock);
	otr_siteset_expect(set, expects);
	err = otr_function_set_sites(inst, side, set);
	mutex_unlock(&otr_tracer_lock);
	return err;
}

static const char *filter_empty(const struct otr_file *of)
{
	return of->where.arg == OTR_WANT ? "#### all functions enabled ####\n" :
					   "#### no functions disabled ####\n";
}

/* The words that stand behind the functions, as they are when the reading begins. */
static int filter_more_begin(struct otr_edit *edit)
{
	const struct otr_where *where = &edit->of->where;
	struct filter *filter = filter_of(edit);

	kfree(filter->awaits);
	mutex_lock(&otr_inst_lock);
	filter->awaits = otr_function_awaits(where->inst, where->arg);
	mutex_unlock(&otr_inst_lock);
	return filter->awaits ? 0 : -ENOMEM;
}

/* They are one record of seq_file together. */
static void *filter_awaits_of(const struct filter *filter)
{
	return *filter->awaits ? filter->awaits : NULL;
}

/* Commands, then words for modules to come. */
static void *filter_more_start(struct otr_edit *edit, loff_t index)
{
	const struct otr_where *where = &edit->of->where;
	struct filter *filter = filter_of(edit);

	if (where->arg == OTR_WANT) {
		filter->command.inst = where->inst;
		if (otr_command_start(&filter->command, index))
			return &filter->command;
		index -= otr_command_count(&filter->command);
	}
	return index ? NULL : filter_awaits_of(filter);
}

static void *filter_more_next(struct otr_edit *edit, void *at)
{
	struct filter *filter = filter_of(edit);

	if (at == filter->awaits)
		return NULL;
	return otr_command_next(&filter->command) ? at : filter_awaits_of(filter);
}

static void filter_more_show(struct otr_edit *edit, void *at, struct seq_file *m)
{
	struct filter *filter = filter_of(edit);

	if (at == filter->awaits)
		seq_puts(m, filter->awaits);
	else
		otr_command_show(m, &filter->command);
}

static void filter_more_stop(struct otr_edit *edit)
{
	if (edit->of->where.arg == OTR_WANT)
		otr_command_stop(&filter_of(edit)->command);
}

static const struct otr_edit_ops filter_edit = {
	.get		= filter_get,
	.put		= filter_put,
	.word		= filter_word,
	.empty		= filter_empty,
	.show_edited	= true,
	.more_begin	= filter_more_begin,
	.more_start	= filter_more_start,
	.more_next	= filter_more_next,
	.more_show	= filter_more_show,
	.more_stop	= filter_more_stop,
};

static int filter_open(struct otr_file *of)
{
	struct filter *filter = kzalloc(sizeof(*filter), GFP_KERNEL);
	int err = filter ? otr_edit_open(&filter->edit, of, &filter_edit) : -ENOMEM;

	if (err) {
		kfree(filter);
		return err;
	}
	if (of->truncate) {
		mutex_lock(&otr_inst_lock);
		otr_function_unawait_all(of->where.inst, of->where.arg);
		mutex_unlock(&otr_inst_lock);
	}
	of->priv = &filter->edit;
	return 0;
}

static void filter_release(struct otr_file *of)
{
	struct filter *filter = filter_of(of->priv);

	otr_edit_close(&filter->edit);
	kfree(filter->awaits);
	kfree(filter);
}

const struct otr_file_ops otr_filter_ops = {
	.open		= filter_open,
	.release	= filter_release,
	.walk		= &otr_edit_walk,
	.write		= otr_edit_write,
	.places		= OTR_PLACES_READ,
};
