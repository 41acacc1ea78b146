// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters: what the kernel command line has for the in-tree tracer, given
 * to the module. Each is text for a file, and goes through the file's handler.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "fs/fs.h"
#include "fs/params_macros.h"
#include "output/output.h"
#include "trigger/trigger.h"

PARAMS(PARAM_DECLARE)

/**
 * struct param - a parameter that is text for a file
 * @name: what users call it
 * @value: what they gave, NULL for nothing
 * @path: the file
 * @list: each part between commas is a write of its own
 */
struct param {
	const char	*name;
	char		**value;
	const char	*path;
	bool		list;
};

static const struct param params[] = { PARAMS(PARAM_ROW) };

/* The others are not. */
static char *trace_buf_size;
module_param(trace_buf_size, charp, 0400);
MODULE_PARM_DESC(trace_buf_size, "bytes of buffer per CPU; K, M and G may follow");

static bool stacktrace;
module_param(stacktrace, bool, 0400);
MODULE_PARM_DESC(stacktrace, "start with the stack tracer on");

static char *trace_trigger;
module_param(trace_trigger, charp, 0400);
MODULE_PARM_DESC(trace_trigger, "triggers on events, as event.trigger[ if filter], separated by commas");

/* Most instances to begin with. */
#define INSTANCES_MAX	16

static char *params_instances[INSTANCES_MAX];
static unsigned int params_nr_instances;

/* It may be given several times. */
static int params_keep_instance(const char *text, const struct kernel_param *kp)
{
	if (params_nr_instances == INSTANCES_MAX)
		return -ENOSPC;
	params_instances[params_nr_instances] = kstrdup(text, GFP_KERNEL);
	if (!params_instances[params_nr_instances])
		return -ENOMEM;
	params_nr_instances++;
	return 0;
}

/* When the module goes, or does not come: their reader may not have come to that. */
static void params_free_instances(void *unused)
{
	while (params_nr_instances)
		kfree(params_instances[--params_nr_instances]);
}

static const struct kernel_param_ops params_instance_ops = {
	.set	= params_keep_instance,
	.free	= params_free_instances,
};

module_param_cb(trace_instance, &params_instance_ops, NULL, 0);
MODULE_PARM_DESC(trace_instance, "instance to make, as name[^traceoff][^traceprintk][,event]...; may be given several times");

/* Definitions of kprobes, with a semicolon in front of each; NULL for none. */
static char *params_kprobes;

/* It may be given several times. */
static int params_keep_kprobes(const char *text, const struct kernel_param *kp)
{
	char *all = kasprintf(GFP_KERNEL, "%s;%s", params_kprobes ?: "", text);

	if (!all)
		return -ENOMEM;
	kfree(params_kprobes);
	params_kprobes = all;
	return 0;
}

static void params_free_kprobes(void *unused)
{
	kfree(params_kprobes);
	params_kprobes = NULL;
}

static const struct kernel_param_ops params_kprobe_ops = {
	.set	= params_keep_kprobes,
	.free	= params_free_kprobes,
};

module_param_cb(kprobe_event, &params_kprobe_ops, NULL, 0);
MODULE_PARM_DESC(kprobe_event, "kprobes to define and switch on, as for kprobe_events with commas for blanks, separated by semicolons; may be given several times");

/* "ftrace_dump_on_oops" alone means all CPUs. */
static int params_set_dump_oops(const char *value, const struct kernel_param *kp)
{
	ssize_t len = strscpy(otr_dump_oops, value ?: "1", sizeof(otr_dump_oops));

	return len < 0 ? -EINVAL : 0;
}

static const struct kernel_param_ops params_dump_oops_ops = {
	.flags	= KERNEL_PARAM_OPS_FL_NOARG,
	.set	= params_set_dump_oops,
};

module_param_cb(ftrace_dump_on_oops, &params_dump_oops_ops, NULL, 0);
MODULE_PARM_DESC(ftrace_dump_on_oops, "records to print when the kernel dies, as for /proc/sys/kernel/ftrace_dump_on_oops: 1 for all CPUs, 2 for the one that died");

static void params_write_one(const char *name, const char *path, const char *text)
{
	/* A newline, as echo adds: without it the last word has not ended. */
	char *line = kasprintf(GFP_KERNEL, "%s\n", text);
	int err = line ? otr_fs_write(path, line) : -ENOMEM;

	kfree(line);
	if (err)
		pr_warn("parameter %s: \"%s\" was not taken by %s: %pe\n", name, text, path,
			ERR_PTR(err));
}

static void params_write_in_instance(const char *instance, const char *file, const char *text)
{
	char *path = kasprintf(GFP_KERNEL, "instances/%s/%s", instance, file);

	if (path)
		params_write_one("trace_instance", path, text);
	else
		pr_warn("parameter trace_instance: no memory to follow \"%s\"\n", text);
	kfree(path);
}

/* "name^flag^flag,event,event"; the text is cut up. */
static void params_apply_instance(char *text)
{
	char *words = strsep(&text, ","), *word;
	const char *name = strsep(&words, "^");
	struct otr_inst *inst;
	int err = -EINVAL;

	/* What a directory can be called. Memory that is kept for it, behind "@", is not known. */
	if (*name && !strpbrk(name, "/@") && strlen(name) <= NAME_MAX)
		err = otr_inst_create(name, &inst);
	if (err) {
		pr_warn("parameter trace_instance: no instance \"%s\" was made: %pe\n", name,
			ERR_PTR(err));
		return;
	}
	while ((word = strsep(&words, "^"))) {
		if (!strcmp(word, "traceoff"))
			params_write_in_instance(name, "tracing_on", "0");
		else if (!strcmp(word, "printk") || !strcmp(word, "traceprintk") ||
			 !strcmp(word, "trace_printk"))
			params_write_in_instance(name, "trace_options", "trace_printk_dest");
		else
			pr_warn("parameter trace_instance: \"%s\" is no flag; there are traceoff and traceprintk\n",
				word);
	}
	while ((word = strsep(&text, ",")))
		if (*word)
			params_write_in_instance(name, "set_event", word);
}

static void params_apply_instances(void)
{
	unsigned int i;

	for (i = 0; i < params_nr_instances; i++)
		params_apply_instance(params_instances[i]);
	params_free_instances(NULL);
}

static void params_apply_list(const struct param *param, char *text)
{
	char *part;

	while ((part = strsep(&text, ",")))
		if (*part)
			params_write_one(param->name, param->path, part);
}

static void params_apply(const struct param *param)
{
	char *copy;

	if (!*param->value)
		return;
	if (!param->list) {
		params_write_one(param->name, param->path, *param->value);
		return;
	}
	copy = kstrdup(*param->value, GFP_KERNEL);
	if (copy)
		params_apply_list(param, copy);
	else
		pr_warn("parameter %s: no memory to follow it\n", param->name);
	kfree(copy);
}

/* "event.trigger,event.trigger"; an event of that name in any system. */
static void params_apply_triggers(void)
{
	char *copy = kstrdup(trace_trigger, GFP_KERNEL);
	char *rest = copy, *trigger;

	if (trace_trigger && !copy)
		pr_warn("parameter trace_trigger: no memory to follow it\n");
	while ((trigger = strsep(&rest, ","))) {
		const char *event = strsep(&trigger, ".");
		int err = -EINVAL;

		if (trigger)
			err = otr_event_trigger_write_all(otr_inst_top(), event, trigger);
		if (err)
			pr_warn("parameter trace_trigger: \"%s\" was not taken by event \"%s\": %pe\n",
				trigger ?: "", event, ERR_PTR(err));
	}
	kfree(copy);
}

static void params_apply_kprobes(void)
{
	char *rest = params_kprobes, *definition;

	if (!rest)
		return;
	strreplace(rest, ',', ' ');
	while ((definition = strsep(&rest, ";"))) {
		int err = *definition ? otr_dyn_define_kprobe(definition) : 0;

		if (err)
			pr_warn("parameter kprobe_event: \"%s\" was not taken: %pe\n",
				definition, ERR_PTR(err));
	}
	params_free_kprobes(NULL);
	otr_dyn_enable_kprobes();
}

/* The size that the buffer gets when it is first used; none is used now. */
static void params_apply_size(void)
{
	unsigned long bytes;
	char *end;

	if (!trace_buf_size)
		return;
	bytes = memparse(trace_buf_size, &end);
	if (*end || !bytes) {
		pr_warn("parameter trace_buf_size: \"%s\" is no size; write 4M, for example\n",
			trace_buf_size);
		return;
	}
	mutex_lock(&otr_inst_lock);
	otr_inst_top()->size = max(bytes, PAGE_SIZE);
	mutex_unlock(&otr_inst_lock);
}

/* The in-tree tracer's filter starts it as well. */
static void params_start_stack(void)
{
	int err = otr_sysctl_start_stack();

	if (err)
		pr_warn("parameter stacktrace: the stack tracer did not start: %pe\n",
			ERR_PTR(err));
}

/**
 * otr_params_apply - do what the parameters say
 *
 * A parameter that is wrong, or that there is no memory for, is reported and passed
 * over: users may be in the files already, so it is too late not to load.
 *
 * Context: module load, when all rooms are ready.
 */
void otr_params_apply(void)
{
	unsigned int i;

	params_apply_size();
	params_apply_instances();
	params_apply_triggers();
	params_apply_kprobes();
	for (i = 0; i < ARRAY_SIZE(params); i++)
		params_apply(&params[i]);
	if (stacktrace || stacktrace_filter)
		params_start_stack();
}
