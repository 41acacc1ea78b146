// SPDX-License-Identifier: GPL-2.0-only
/*
 * What to begin with: the words that the kernel's command line has for the in-tree
 * tracer, and the module's parameters of the same names. Each is text for a file, and goes
 * through the file's handler; a few are more than that.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "fs/fs.h"
#include "fs/params_macros.h"
#include "host/host.h"
#include "output/output.h"
#include "record/record.h"
#include "trigger/trigger.h"

/**
 * struct param - a word that says what to begin with
 * @name: the word
 * @between: what stands between values; each is taken alone. 0 when there is one at most
 * @path: the file that gets a value, NULL for none
 * @text: what the file gets in place of a value, NULL for the value
 * @apply: what else is done with a value, which it may cut up
 * @is_flag: it may stand alone, and 0 or off behind "=" is as if it were not there
 * @value: what was given, NULL for nothing
 * @own: @value is the module's parameter, and not from the kernel's command line
 */
struct param {
	const char	*name;
	char		between;
	const char	*path;
	const char	*text;
	void		(*apply)(const struct param *param, char *value);
	bool		is_flag;
	char		*value;
	bool		own;
};

static void params_warn(const struct param *param, const char *value, const char *who, int err)
{
	pr_warn("parameter %s: \"%s\" was not taken by %s: %pe\n", param->name, value, who,
		ERR_PTR(err));
}

static void params_write(const struct param *param, const char *path, const char *text)
{
	/* A newline, as echo adds: without it the last word has not ended. */
	char *line = kasprintf(GFP_KERNEL, "%s\n", text);
	int err = line ? otr_fs_write(path, line) : -ENOMEM;

	kfree(line);
	if (err)
		params_warn(param, text, path, err);
}

static void params_write_in_instance(const struct param *param, const char *instance,
				     const char *file, const char *text)
{
	char *path = kasprintf(GFP_KERNEL, "instances/%s/%s", instance, file);

	if (path)
		params_write(param, path, text);
	else
		params_warn(param, text, file, -ENOMEM);
	kfree(path);
}

/*
 * The size that the buffer gets when it is first used; none is used now. What is no
 * number counts as 0, and all that is less than a page as a page, as in-tree.
 */
static void params_set_size(const struct param *param, char *value)
{
	char *end;
	unsigned long bytes = memparse(value, &end);

	if (*end || !bytes)
		pr_warn("parameter %s: \"%s\" is no size; write 4M, for example\n", param->name,
			value);
	mutex_lock(&otr_inst_lock);
	otr_inst_top()->size = max(bytes, PAGE_SIZE);
	mutex_unlock(&otr_inst_lock);
}

/* The other instance's records of before are safe, so it records, if nobody said otherwise. */
static int params_make_backup(const struct param *param, const char *name, const char *of)
{
	bool goes_on;
	int err = otr_inst_create_backup(name, of, &goes_on);

	if (!err && goes_on)
		params_write_in_instance(param, of, "tracing_on", "1");
	return err;
}

/* "name^flag^flag@memory,event,event" or "name=other" */
static void params_make_instance(const struct param *param, char *value)
{
	char *memory = strsep(&value, ","), *words = strsep(&memory, "@"), *word;
	char *of = strsep(&words, "^");
	const char *name = strsep(&of, "=");
	struct otr_inst *inst;
	int err = -EINVAL;

	/* What a directory can be called. */
	if (*name && !strchr(name, '/') && strlen(name) <= NAME_MAX && !(of && memory))
		err = of ? params_make_backup(param, name, of) :
			   otr_inst_create_in(name, memory, &inst);
	if (err == -ENODATA) {
		pr_info("parameter %s: \"%s\" has no records of before for \"%s\"\n", param->name,
			of, name);
		return;
	}
	if (err) {
		pr_warn("parameter %s: no instance \"%s\" was made: %pe\n", param->name, name,
			ERR_PTR(err));
		return;
	}
	while ((word = strsep(&words, "^"))) {
		if (!strcmp(word, "traceoff"))
			params_write_in_instance(param, name, "tracing_on", "0");
		else if (!strcmp(word, "printk") || !strcmp(word, "traceprintk") ||
			 !strcmp(word, "trace_printk"))
			params_write_in_instance(param, name, "trace_options",
						 "trace_printk_dest");
		else
			pr_warn("parameter %s: \"%s\" is no flag; there are traceoff and traceprintk\n",
				param->name, word);
	}
	while ((word = strsep(&value, ",")))
		if (*word)
			params_write_in_instance(param, name, "set_event", word);
}

/* The instance, which is to be given back with otr_inst_put(); NULL if there is none. */
static struct otr_inst *params_get_instance(const char *name)
{
	struct otr_inst *inst;

	mutex_lock(&otr_switch_lock);
	inst = *name ? otr_inst_find(name) : otr_inst_top();
	if (inst && otr_inst_get(inst))
		inst = NULL;
	mutex_unlock(&otr_switch_lock);
	return inst;
}

/**
 * otr_params_make_room - have room for a snapshot
 * @name: the name of an instance, or nothing for the first one
 *
 * What is wrong is reported.
 *
 * Context: the start, when all rooms are ready but the files; sleeps.
 */
void otr_params_make_room(const char *name)
{
	struct otr_inst *inst = params_get_instance(name);
	int err = -ENOENT;

	if (inst) {
		mutex_lock(&otr_shape_lock);
		err = otr_inst_make_room(inst);
		mutex_unlock(&otr_shape_lock);
		otr_inst_put(inst);
	}
	if (err)
		pr_warn("no room for a snapshot of instance \"%s\": %pe\n", name, ERR_PTR(err));
}

static void params_make_room(const struct param *param, char *value)
{
	otr_params_make_room(value);
}

/* "" for the first instance, ",name" for others besides it, or what the sysctl takes. */
static void params_set_dump_oops(const struct param *param, char *value)
{
	const char *all = *value && *value != ',' ? "" : "1";

	if (snprintf(otr_dump_oops, sizeof(otr_dump_oops), "%s%s", all, value) >=
	    (int)sizeof(otr_dump_oops))
		pr_warn("parameter %s: \"%s\" is too long\n", param->name, value);
}

/* The instance behind @inst, NULL for the first one; @inst is given back. */
static struct otr_inst *params_next_instance(struct otr_inst *inst)
{
	struct otr_inst *next;

	mutex_lock(&otr_switch_lock);
	next = otr_inst_next(inst);
	while (next && (next->backup || otr_inst_get(next)))
		next = otr_inst_next(next);
	mutex_unlock(&otr_switch_lock);
	if (inst)
		otr_inst_put(inst);
	return next;
}

/* "event.trigger"; an event of that name in any system, in all instances, as in-tree. */
static void params_add_trigger(const struct param *param, char *value)
{
	const char *event = strsep(&value, ".");
	struct otr_inst *inst = NULL;
	int err = value ? 0 : -EINVAL;

	while (!err && (inst = params_next_instance(inst)))
		err = otr_event_trigger_write_all(inst, event, value);
	if (inst)
		otr_inst_put(inst);
	if (err)
		pr_warn("parameter %s: \"%s\" was not taken by event \"%s\": %pe\n",
			param->name, value ?: "", event, ERR_PTR(err));
}

static void params_define_kprobe(const struct param *param, char *value)
{
	int err;

	strreplace(value, ',', ' ');
	err = *value ? otr_dyn_define_kprobe(value) : 0;
	if (err)
		pr_warn("parameter %s: \"%s\" was not taken: %pe\n", param->name, value,
			ERR_PTR(err));
}

static void params_start_stack(const struct param *param, char *value)
{
	int err = otr_sysctl_start_stack();

	if (err)
		pr_warn("parameter %s: the stack tracer did not start: %pe\n", param->name,
			ERR_PTR(err));
}

static void params_stop_on_warning(const struct param *param, char *value)
{
	int err = otr_sysctl_stop_on_warning();

	if (err)
		pr_warn("parameter %s: it does not hold: %pe\n", param->name, ERR_PTR(err));
}

static void params_start_console(const struct param *param, char *value)
{
	int err = otr_sysctl_start_console();

	if (err)
		pr_warn("parameter %s: not all records are printed: %pe\n", param->name,
			ERR_PTR(err));
}

static void params_stop_console(const struct param *param, char *value)
{
	otr_sysctl_stop_console();
}

enum {
	WORDS(PARAM_VALUE_ENTRY, PARAM_FLAG_ENTRY)
	NR_PARAMS,
	/* The others wait for the end of boot. */
	PARAMS_AT_ONCE = PARAM_traceoff_after_boot
};

static struct param params[NR_PARAMS] = {
	WORDS(PARAM_VALUE_ROW, PARAM_FLAG_ROW)
};

/* What was given before counts no more, or @value goes behind it. */
static int params_keep(struct param *param, const char *value)
{
	const char between[] = { param->between, '\0' };
	char *all;

	if (param->value && param->between)
		all = kasprintf(GFP_KERNEL, "%s%s%s", param->value, between, value);
	else
		all = kstrdup(value, GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	kfree(param->value);
	param->value = all;
	return 0;
}

static void params_forget(void *arg)
{
	struct param *param = arg;

	kfree(param->value);
	param->value = NULL;
	param->own = false;
}

#ifdef MODULE
static int params_set_own(const char *value, const struct kernel_param *kp)
{
	struct param *param = kp->arg;

	param->own = true;
	return params_keep(param, value ?: "");
}

/* The words that make those instances again whose memory outlives the module. */
static int params_get_own(char *buffer, const struct kernel_param *kp)
{
	struct otr_inst *inst = NULL;
	int len = 0;

	if (kp->arg != &params[PARAM_trace_instance])
		return -EPERM;
	mutex_lock(&otr_inst_lock);
	while ((inst = otr_inst_next(inst)))
		if (inst->area && inst->area->where)
			len += scnprintf(buffer + len, PAGE_SIZE - len, "%s@%s\n", inst->name,
					 inst->area->where);
	mutex_unlock(&otr_inst_lock);
	return len;
}

static const struct kernel_param_ops params_value_ops = {
	.set	= params_set_own,
	.get	= params_get_own,
	.free	= params_forget,
};

static const struct kernel_param_ops params_flag_ops = {
	.flags	= KERNEL_PARAM_OPS_FL_NOARG,
	.set	= params_set_own,
	.free	= params_forget,
};

WORDS(PARAM_VALUE_DECLARE, PARAM_FLAG_DECLARE)
#else
/* They are read when there is memory to keep them; until then, somebody knows them. */
static int __init params_know(char *value)
{
	return 1;
}

WORDS(PARAM_VALUE_KNOWN, PARAM_FLAG_KNOWN)
#endif

/* Does an argument begin with a word? Dashes count as underscores there, as in all of them. */
static bool params_begins(const char *arg, const char *word)
{
	for (; *word; arg++, word++)
		if (*word != (*arg == '-' ? '_' : *arg))
			return false;
	return !*arg || *arg == ',';
}

static int params_read_one(char *arg, char *value)
{
	unsigned int i;
	int err = 0;

	/* As parameters of modules are written there. */
	if (str_has_prefix(arg, KBUILD_MODNAME "."))
		arg += strlen(KBUILD_MODNAME ".");
	for (i = 0; i < NR_PARAMS && !err; i++) {
		struct param *param = &params[i];
		const char *rest;

		if (param->own || !params_begins(arg, param->name) || (!value && !param->is_flag))
			continue;
		rest = arg + strlen(param->name);
		if (!*rest) {
			err = params_keep(param, value ?: "");
		} else if (i == PARAM_ftrace_dump_on_oops) {
			/* Of "word,a,b=c" the argument's name is all that is in front of "=". */
			char *all = kasprintf(GFP_KERNEL, "%s%s%s", rest, value ? "=" : "",
					      value ?: "");

			err = all ? params_keep(param, all) : -ENOMEM;
			kfree(all);
		}
	}
	return err;
}

/* The words of the kernel's command line, where no parameter of ours says something else. */
static int params_read_command_line(void)
{
	const char *line = otr_host_command_line();
	char *copy, *rest, *arg, *value;
	int err = 0;

	if (!line)
		return -ENOENT;
	copy = kstrdup(line, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	rest = skip_spaces(copy);
	while (*rest && !err) {
		rest = next_arg(rest, &arg, &value);
		/* What follows is for the first process. */
		if (!value && !strcmp(arg, "--"))
			break;
		err = params_read_one(arg, value);
	}
	kfree(copy);
	return err;
}

/* Is a word there that means something alone, and says no more than that it is not meant? */
static bool params_is_off(const struct param *param)
{
	return param->is_flag && (!strcmp(param->value, "0") || !strcmp(param->value, "off"));
}

static void params_apply_value(const struct param *param, char *value)
{
	if (params_is_off(param))
		return;
	/* Said with nothing, it only keeps us from looking for it elsewhere. */
	if (!param->is_flag && !*value)
		return;
	if (param->apply)
		param->apply(param, value);
	else
		params_write(param, param->path, param->text ?: value);
}

static void params_apply(const struct param *param)
{
	const char between[] = { param->between, '\0' };
	char *rest = param->value, *value;

	if (!rest)
		return;
	if (!param->between) {
		params_apply_value(param, rest);
		return;
	}
	while ((value = strsep(&rest, between)))
		if (*value)
			params_apply_value(param, value);
}

/* All that have room for one take one, whichever was asked for, as in-tree. */
static void params_take_snapshots(void)
{
	static const char said[] = "** Boot snapshot taken **";
	struct otr_inst *inst = NULL;

	mutex_lock(&otr_switch_lock);
	while ((inst = otr_inst_next(inst)))
		if (inst->snapshot_ready && !otr_snapshot_take(inst))
			otr_marker_say(inst->ring, _THIS_IP_, said, strlen(said), true);
	mutex_unlock(&otr_switch_lock);
}

/**
 * otr_params_apply - do what the words say
 *
 * One that is wrong, or that there is no memory for, is reported and passed
 * over: users may be in the files already, so it is too late not to load.
 *
 * Context: module load, when all rooms are ready; as a part of the kernel, when all but
 * the files are.
 */
void otr_params_apply(void)
{
	int err = params_read_command_line();
	unsigned int i;

	if (err)
		pr_warn("the kernel's command line was not read: %pe\n", ERR_PTR(err));
	for (i = 0; i < PARAMS_AT_ONCE; i++) {
		params_apply(&params[i]);
		if (i == PARAM_kprobe_event && params[i].value)
			otr_dyn_enable_kprobes();
	}
	/* The in-tree tracer's filter starts it as well. */
	if (params[PARAM_stacktrace_filter].value && *params[PARAM_stacktrace_filter].value &&
	    !params[PARAM_stacktrace].value)
		params_start_stack(&params[PARAM_stacktrace_filter], NULL);
}

/**
 * otr_params_boot_is_over - do what the words say is to be done at the end of boot
 *
 * Context: behind otr_params_apply(); as a part of the kernel, before its first program.
 */
void otr_params_boot_is_over(void)
{
	unsigned int i;

	for (i = PARAMS_AT_ONCE; i < NR_PARAMS; i++)
		params_apply(&params[i]);
	if (params[PARAM_ftrace_boot_snapshot].value &&
	    !params_is_off(&params[PARAM_ftrace_boot_snapshot]))
		params_take_snapshots();
	for (i = 0; i < NR_PARAMS; i++)
		params_forget(&params[i]);
}
