// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tree of words behind an initial RAM disk, "bootconfig": what stands below "ftrace"
 * there is texts for files, of the first instance and of others. Only a part of the kernel
 * can look at the tree, and only while the kernel starts. What stands below "kernel" comes
 * with the kernel's command line.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bootconfig.h>
#include <linux/init.h>
#include <linux/seq_buf.h>
#include <linux/slab.h>

#include "dyn/dyn.h"
#include "fs/fs.h"

/* Longest path of a file that is written to, and longest text. */
#define PATH_ROOM	512
#define TEXT_ROOM	PAGE_SIZE

/**
 * struct tree - a part of the tree that is about one instance
 * @inst: the instance's name, NULL for the first one
 * @text: TEXT_ROOM bytes, to put a text together
 */
struct tree {
	const char	*inst;
	char		*text;
};

static void __init bootconfig_warn(const char *path, const char *text, int err)
{
	pr_warn("bootconfig: \"%s\" was not taken by %s: %pe\n", text, path, ERR_PTR(err));
}

/* Write to a file of the instance. */
static __printf(3, 4) void __init bootconfig_put(const struct tree *tree, const char *text,
						 const char *file, ...)
{
	char path[PATH_ROOM];
	struct seq_buf out;
	char *line;
	va_list args;
	int err;

	seq_buf_init(&out, path, sizeof(path));
	if (tree->inst)
		seq_buf_printf(&out, "instances/%s/", tree->inst);
	va_start(args, file);
	seq_buf_vprintf(&out, file, args);
	va_end(args);
	line = kasprintf(GFP_KERNEL, "%s\n", text);
	err = !line ? -ENOMEM : seq_buf_has_overflowed(&out) ? -ENAMETOOLONG :
	      otr_fs_write(path, line);
	kfree(line);
	if (err)
		bootconfig_warn(path, text, err);
}

/* One value, and one write. */
static void __init bootconfig_put_one(const struct tree *tree, struct xbc_node *node,
				      const char *key, const char *file)
{
	const char *value = xbc_node_find_value(node, key, NULL);

	if (value && *value)
		bootconfig_put(tree, value, "%s", file);
}

/* A list of them, and a write for each. */
static void __init bootconfig_put_each(const struct tree *tree, struct xbc_node *node,
				       const char *key, const char *file)
{
	struct xbc_node *array;
	const char *value;

	xbc_node_for_each_array_value(node, key, array, value)
		bootconfig_put(tree, value, "%s", file);
}

static bool __init bootconfig_has(struct xbc_node *node, const char *key)
{
	return xbc_node_find_value(node, key, NULL);
}

/* Bytes, where the file wants kilobytes. */
static void __init bootconfig_put_size(const struct tree *tree, struct xbc_node *node)
{
	const char *value = xbc_node_find_value(node, "buffer_size", NULL);
	char text[24];

	if (!value || !*value)
		return;
	snprintf(text, sizeof(text), "%llu", memparse(value, NULL) >> 10);
	bootconfig_put(tree, text, "buffer_size_kb");
}

/* "head=a,b" of a list, nothing without one. */
static void __init bootconfig_list(struct seq_buf *out, struct xbc_node *node, const char *key,
				   const char *head, const char *tail)
{
	struct xbc_node *array;
	const char *value, *before = head;

	xbc_node_for_each_array_value(node, key, array, value) {
		seq_buf_printf(out, "%s%s", before, value);
		before = ",";
	}
	if (before != head)
		seq_buf_puts(out, tail);
}

/* What a histogram does when @handler says: there is one, or some by number. */
static void __init bootconfig_handler(struct seq_buf *out, struct xbc_node *node,
				      const char *handler, const char *about)
{
	const char *value = xbc_node_find_value(node, about, NULL);

	if (!value)
		return;
	seq_buf_printf(out, ":%s(%s)", handler, value);
	bootconfig_list(out, node, "trace", ".trace(", ")");
	bootconfig_list(out, node, "save", ".save(", ")");
	if (bootconfig_has(node, "snapshot"))
		seq_buf_puts(out, ".snapshot()");
}

static void __init bootconfig_handlers(struct seq_buf *out, struct xbc_node *hist,
				       const char *handler, const char *about)
{
	struct xbc_node *node = xbc_node_find_subkey(hist, handler), *one;

	if (!node)
		return;
	bootconfig_handler(out, node, handler, about);
	xbc_node_for_each_subkey(node, one)
		if (isdigit(*xbc_node_get_data(one)))
			bootconfig_handler(out, one, handler, about);
}

static void __init bootconfig_variables(struct seq_buf *out, struct xbc_node *hist)
{
	struct xbc_node *vars = xbc_node_find_subkey(hist, "var"), *var;

	if (!vars)
		return;
	xbc_node_for_each_subkey(vars, var) {
		struct xbc_node *value = xbc_node_get_child(var);

		if (value)
			seq_buf_printf(out, ":%s=%s", xbc_node_get_data(var),
				       xbc_node_get_data(value));
	}
}

/* The command that a histogram's tree stands for. */
static void __init bootconfig_hist(const struct tree *tree, struct xbc_node *hist,
				   const char *group, const char *event)
{
	static const char *const states[] = { "pause", "continue", "clear" };
	const char *filter = xbc_node_find_value(hist, "filter", NULL);
	struct seq_buf out;
	unsigned int i;

	if (!bootconfig_has(hist, "keys"))
		return;
	seq_buf_init(&out, tree->text, TEXT_ROOM);
	seq_buf_puts(&out, "hist");
	bootconfig_list(&out, hist, "keys", ":keys=", "");
	bootconfig_list(&out, hist, "values", ":values=", "");
	bootconfig_list(&out, hist, "sort", ":sort=", "");
	bootconfig_list(&out, hist, "size", ":size=", "");
	bootconfig_list(&out, hist, "name", ":name=", "");
	bootconfig_variables(&out, hist);
	for (i = 0; i < ARRAY_SIZE(states); i++)
		if (bootconfig_has(hist, states[i]))
			seq_buf_printf(&out, ":%s", states[i]);
	bootconfig_handlers(&out, hist, "onmatch", "event");
	bootconfig_handlers(&out, hist, "onmax", "var");
	bootconfig_handlers(&out, hist, "onchange", "var");
	if (filter)
		seq_buf_printf(&out, " if %s", filter);
	if (seq_buf_has_overflowed(&out))
		pr_warn("bootconfig: a histogram of %s:%s is too long\n", group, event);
	else
		bootconfig_put(tree, seq_buf_str(&out), "events/%s/%s/trigger", group, event);
}

static void __init bootconfig_event(const struct tree *tree, struct xbc_node *node,
				    const char *group, const char *event)
{
	struct xbc_node *hist = xbc_node_find_subkey(node, "hist"), *array, *one;
	const char *value = xbc_node_find_value(node, "filter", NULL);

	if (value)
		bootconfig_put(tree, value, "events/%s/%s/filter", group, event);
	xbc_node_for_each_array_value(node, "actions", array, value)
		bootconfig_put(tree, value, "events/%s/%s/trigger", group, event);
	if (hist) {
		bootconfig_hist(tree, hist, group, event);
		xbc_node_for_each_subkey(hist, one)
			if (isdigit(*xbc_node_get_data(one)))
				bootconfig_hist(tree, one, group, event);
	}
	if (bootconfig_has(node, "enable"))
		bootconfig_put(tree, "1", "events/%s/%s/enable", group, event);
}

static int __init bootconfig_synth(const char *definition)
{
	return otr_synth_command(definition, NULL);
}

/* A definition goes past the file, which reads it from a program. */
static void __init bootconfig_try(const char *file, const char *definition,
				  int (*define)(const char *definition))
{
	int err = define(definition);

	if (err)
		bootconfig_warn(file, definition, err);
}

/* Definitions are for all instances, and come before anything refers to them. */
static void __init bootconfig_define(const struct tree *tree, struct xbc_node *events)
{
	struct xbc_node *probes = xbc_node_find_subkey(events, "kprobes"), *node, *array;
	struct xbc_node *synth = xbc_node_find_subkey(events, "synthetic");
	struct seq_buf out;
	const char *value;

	for (node = probes ? xbc_node_get_subkey(probes) : NULL; node;
	     node = xbc_node_get_next(node))
		xbc_node_for_each_array_value(node, "probes", array, value) {
			seq_buf_init(&out, tree->text, TEXT_ROOM);
			seq_buf_printf(&out, "p:kprobes/%s %s", xbc_node_get_data(node), value);
			seq_buf_str(&out);
			bootconfig_try("kprobe_events", tree->text, otr_dyn_define_kprobe);
		}
	for (node = synth ? xbc_node_get_subkey(synth) : NULL; node;
	     node = xbc_node_get_next(node)) {
		const char *before = " ";

		seq_buf_init(&out, tree->text, TEXT_ROOM);
		seq_buf_puts(&out, xbc_node_get_data(node));
		xbc_node_for_each_array_value(node, "fields", array, value) {
			seq_buf_printf(&out, "%s%s", before, value);
			before = "; ";
		}
		seq_buf_str(&out);
		if (*before == ';')
			bootconfig_try("synthetic_events", tree->text, bootconfig_synth);
	}
}

static void __init bootconfig_events(const struct tree *tree, struct xbc_node *node)
{
	struct xbc_node *events = xbc_node_find_subkey(node, "event"), *group, *event;

	if (!events)
		return;
	bootconfig_define(tree, events);
	xbc_node_for_each_subkey(events, group) {
		const char *name = xbc_node_get_data(group);

		if (!strcmp(name, "enable"))
			continue;
		xbc_node_for_each_subkey(group, event)
			if (strcmp(xbc_node_get_data(event), "enable"))
				bootconfig_event(tree, event, name, xbc_node_get_data(event));
		if (bootconfig_has(group, "enable"))
			bootconfig_put(tree, "1", "events/%s/enable", name);
	}
	if (bootconfig_has(events, "enable"))
		bootconfig_put(tree, "1", "events/enable");
}

static void __init bootconfig_inst(const struct tree *tree, struct xbc_node *node)
{
	bootconfig_put_each(tree, node, "options", "trace_options");
	bootconfig_put_one(tree, node, "tracing_on", "tracing_on");
	bootconfig_put_one(tree, node, "trace_clock", "trace_clock");
	bootconfig_put_size(tree, node);
	bootconfig_put_one(tree, node, "cpumask", "tracing_cpumask");
	if (bootconfig_has(node, "alloc_snapshot"))
		otr_params_make_room(tree->inst ?: "");
	bootconfig_events(tree, node);
	bootconfig_put_each(tree, node, "events", "set_event");
	bootconfig_put_each(tree, node, "ftrace.filters", "set_ftrace_filter");
	bootconfig_put_each(tree, node, "ftrace.notraces", "set_ftrace_notrace");
	bootconfig_put_one(tree, node, "tracer", "current_tracer");
}

/**
 * otr_bootconfig_apply - do what the tree says
 *
 * What is wrong is reported and passed over.
 *
 * Context: the kernel's start, when all rooms are ready but the files.
 */
void __init otr_bootconfig_apply(void)
{
	struct tree tree = { .text = kmalloc(TEXT_ROOM, GFP_KERNEL) };
	struct xbc_node *root = xbc_find_node("ftrace"), *insts, *node;
	struct otr_inst *inst;

	if (!root || !tree.text)
		goto out;
	bootconfig_inst(&tree, root);
	insts = xbc_node_find_subkey(root, "instance");
	for (node = insts ? xbc_node_get_subkey(insts) : NULL; node;
	     node = xbc_node_get_next(node)) {
		int err;

		tree.inst = xbc_node_get_data(node);
		err = otr_inst_create(tree.inst, &inst);
		/* A word on the command line may have made it. */
		if (err && err != -EEXIST)
			bootconfig_warn("instances", tree.inst, err);
		else
			bootconfig_inst(&tree, node);
	}
out:
	kfree(tree.text);
}
