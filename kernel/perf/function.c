// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event ftrace:function for perf: calls of functions, which no tracepoint says.
 *
 * Each one that is opened has a hook of its own, on all functions or on those that its filter
 * names: what is not wanted is not called, so nothing is compared on a call.
 */
#include <linux/ctype.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <outrace/frame.h>
#include <asm/processor-flags.h>

#include "base/base.h"
#include "host/host.h"
#include "perf/internal.h"
#include "site/site.h"

/**
 * struct otr_perf_function - ftrace:function, opened once
 * @source: what it is to the rest of the room
 * @hook: on the functions
 * @lock: held while the hook gets other sets
 */
struct otr_perf_function {
	struct otr_perf_source	source;
	struct otr_hook		hook;
	struct mutex		lock;	/* hook.filter, hook.skip */
};

/* Callers are looked for from the function's entry on, where its return address is on top. */
static void function_hit(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			 struct otr_frame *frame)
{
	struct otr_perf_source *source = hook->data;
	struct otr_rec_function rec = { .ip = ip };
	struct otr_hit hit = { .rec = &rec, .len = sizeof(rec) };
	struct pt_regs regs = {};

	/* What perf does takes RCU. */
	if (hlist_empty(&raw_cpu_ptr(source->here)->events) || !rcu_is_watching())
		return;
	/* A function that was jumped to at the end of one whose return we see. */
	if (unlikely(parent_ip == (unsigned long)otr_return_tramp))
		parent_ip = otr_ret_caller(&frame->parent);
	rec.parent_ip = parent_ip;
	/* A program can ask for all of them in a sample. */
	regs.ip = ip;
	regs.sp = (unsigned long)&frame->parent;
	regs.cs = __KERNEL_CS;
	regs.flags = X86_EFLAGS_FIXED;
	hit.probe = (unsigned long)&regs;
	otr_perf_hit(&source->tap, &hit);
}

/*
 * It says of every task what the kernel does, so even counting it is for users that may have
 * what is in records. Nobody can walk the stack of a program from everywhere in the kernel.
 */
static int function_allow(struct perf_event *event)
{
	int err = otr_host_perf_allow_raw();

	if (err || !is_sampling_event(event))
		return err;
	if (!event->attr.exclude_callchain_user || event->attr.sample_type & PERF_SAMPLE_STACK_USER)
		return -EINVAL;
	return 0;
}

static void function_free(struct otr_perf_function *function)
{
	otr_siteset_destroy(function->hook.skip);
	otr_siteset_destroy(function->hook.filter);
	free_percpu(function->source.here);
	kfree(function);
}

static struct otr_perf_function *function_create(void)
{
	struct otr_perf_function *function = kzalloc(sizeof(*function), GFP_KERNEL);

	if (!function)
		return NULL;
	mutex_init(&function->lock);
	function->source.type = OTR_TYPE_FUNCTION;
	function->source.where = OTR_PROBE_IN_KERNEL;
	function->source.uses = 1;
	function->source.here = alloc_percpu(struct otr_perf_here);
	function->hook.name = "perf";
	function->hook.func = function_hit;
	function->hook.data = &function->source;
	function->hook.filter = otr_siteset_create();
	function->hook.skip = otr_siteset_create();
	if (function->source.here && function->hook.filter && function->hook.skip)
		return function;
	function_free(function);
	return NULL;
}

/**
 * otr_perf_function_open - have calls of functions for perf
 * @event: an event of perf
 *
 * Context: sleeps, up to a second or so.
 * Return: it, until otr_perf_function_close(); ERR_PTR() of -EPERM or -EACCES when this task may
 * not, of -EINVAL when it asks for the stack of programs, of -ENOMEM, or of what
 * otr_hook_register() said.
 */
struct otr_perf_function *otr_perf_function_open(struct perf_event *event)
{
	struct otr_perf_function *function;
	int err = function_allow(event);

	if (err)
		return ERR_PTR(err);
	function = function_create();
	if (!function)
		return ERR_PTR(-ENOMEM);
	err = otr_hook_register(&function->hook);
	if (!err)
		return function;
	function_free(function);
	return ERR_PTR(err);
}

/**
 * otr_perf_function_source - what it is to the rest of the room
 * @function: it
 *
 * Context: any.
 * Return: the source, which lives as long.
 */
struct otr_perf_source *otr_perf_function_source(struct otr_perf_function *function)
{
	return &function->source;
}

/**
 * otr_perf_function_close - the counterpart of otr_perf_function_open()
 * @function: what nobody uses any more; NULL is fine
 *
 * Context: sleeps, up to seconds.
 */
void otr_perf_function_close(struct otr_perf_function *function)
{
	if (!function)
		return;
	otr_hook_unregister(&function->hook);
	function_free(function);
}

/**
 * struct function_names - the functions that a filter names
 * @wanted: those that "ip ==" says; NULL as long as there are none
 * @unwanted: those that "ip !=" says
 */
struct function_names {
	struct otr_siteset	*wanted;
	struct otr_siteset	*unwanted;
};

/* Put what a pattern names into a set, which is made with the first one. */
static int function_add(struct otr_siteset **set, char *pattern)
{
	struct otr_glob glob;
	long found;

	if (!*set)
		*set = otr_siteset_create();
	if (!*set)
		return -ENOMEM;
	otr_glob_parse(&glob, pattern);
	if (glob.not || !*pattern)
		return -EINVAL;
	found = otr_siteset_match(*set, &glob, NULL, false);
	return found > 0 ? 0 : found ?: -EINVAL;
}

/* Several names, with commas or spaces between them, are what a value can be. */
static int function_add_all(struct otr_siteset **set, char *names)
{
	char *name;
	int err = -EINVAL;

	while ((name = strsep(&names, ", \t"))) {
		if (!*name)
			continue;
		err = function_add(set, name);
		if (err)
			break;
		/* There can be a thousand of them, and each is looked for among all functions. */
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return err;
}

/* The value that a text begins with; the text goes on behind it. NULL for none. */
static char *function_value(char **text)
{
	char *from = *text, *end;

	if (*from == '"' || *from == '\'') {
		end = strchr(from + 1, *from);
		if (!end)
			return NULL;
		from++;
		*end++ = '\0';
		*text = end;
		return from;
	}
	end = from + strcspn(from, " \t");
	*text = *end ? end + 1 : end;
	*end = '\0';
	return *from ? from : NULL;
}

/* One comparison, all of it. */
static int function_read_term(char *term, struct function_names *names)
{
	bool equal;
	char *value;

	term = skip_spaces(term);
	if (strncmp(term, "ip", 2))
		return -EINVAL;
	term = skip_spaces(term + 2);
	equal = term[0] == '=';
	if ((!equal && term[0] != '!') || term[1] != '=')
		return -EINVAL;
	term = skip_spaces(term + 2);
	value = function_value(&term);
	if (!value || *skip_spaces(term))
		return -EINVAL;
	return function_add_all(equal ? &names->wanted : &names->unwanted, value);
}

/* Parentheses change nothing where there is nothing but "or". */
static int function_open_parentheses(char *text)
{
	char quote = '\0';
	int depth = 0;

	for (; *text && depth >= 0; text++) {
		if (quote) {
			quote = *text == quote ? '\0' : quote;
		} else if (*text == '"' || *text == '\'') {
			quote = *text;
		} else if (*text == '(' || *text == ')') {
			depth += *text == '(' ? 1 : -1;
			*text = ' ';
		}
	}
	return depth ? -EINVAL : 0;
}

static int function_read(char *text, struct function_names *names)
{
	int err = function_open_parentheses(text);
	char *next;

	while (!err && text) {
		next = strstr(text, "||");
		if (next) {
			*next = '\0';
			next += 2;
		}
		err = function_read_term(text, names);
		text = next;
	}
	return err;
}

/* What the filter says nothing about stays; its sets are changed for those of the hook. */
static int function_apply(struct otr_perf_function *function, struct function_names *names)
{
	struct otr_siteset *wanted = names->wanted ?: function->hook.filter;
	struct otr_siteset *unwanted = names->unwanted ?: function->hook.skip;
	struct otr_siteset *old_wanted, *old_unwanted;
	int err;

	old_wanted = wanted == names->wanted ? function->hook.filter : NULL;
	old_unwanted = unwanted == names->unwanted ? function->hook.skip : NULL;
	err = otr_hook_set(&function->hook, wanted, unwanted);
	if (err)
		return err;
	names->wanted = old_wanted;
	names->unwanted = old_unwanted;
	return 0;
}

/**
 * otr_perf_function_filter - say which functions are meant
 * @function: it
 * @text: comparisons of "ip" with names of functions, which can be patterns, joined by "||";
 *	  it is written to
 *
 * Context: sleeps, up to seconds.
 * Return: 0; -EINVAL for anything else, or a name that nothing has; -ENOMEM; or what
 * otr_hook_set() said.
 */
int otr_perf_function_filter(struct otr_perf_function *function, char *text)
{
	struct function_names names = {};
	int err = function_read(text, &names);

	mutex_lock(&function->lock);
	if (!err)
		err = function_apply(function, &names);
	mutex_unlock(&function->lock);
	otr_siteset_destroy(names.wanted);
	otr_siteset_destroy(names.unwanted);
	return err;
}
