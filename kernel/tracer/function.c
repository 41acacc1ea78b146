// SPDX-License-Identifier: GPL-2.0-only
/*
 * The function tracer: every call of a hooked function is a record.
 *
 * The hook of an instance is registered while "function" is its tracer. What
 * the hook wants is in wanted.c, and stays when the tracer changes.
 */
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "event/event.h"
#include "tracer/repeats.h"

static __always_inline void function_fill_call(struct otr_rec_function *out, unsigned long ip,
					       unsigned long parent_ip)
{
	otr_record_head(&out->head, OTR_TYPE_FUNCTION);
	out->ip = ip;
	out->parent_ip = parent_ip;
}

/**
 * otr_function_record - record a call, by the ways that are not the common one, too
 * @fn: function tracing of the instance
 * @ip: the function's site
 * @parent_ip: where it returns to
 *
 * Context: any, NMI included, preemption switched off once for this.
 */
noinline void otr_function_record(struct otr_function *fn, unsigned long ip,
				  unsigned long parent_ip)
{
	struct otr_rec rec __uninitialized;
	struct otr_rec_function *out = otr_ring_begin(fn->ring, &rec, sizeof(*out));

	if (!out)
		return;
	function_fill_call(out, ip, parent_ip);
	otr_ring_end(&rec);
	otr_comm_want(fn->remember);
}

static noinline void function_record(unsigned long ip, unsigned long parent_ip,
				     struct otr_hook *hook, struct otr_frame *frame)
{
	struct otr_function *fn = container_of(hook, struct otr_function, hook);
	struct otr_rec_function *out;
	struct otr_rec rec __uninitialized;

	/* A function that was jumped to at the end of one whose return we see. */
	if (unlikely(parent_ip == (unsigned long)otr_return_tramp))
		parent_ip = otr_ret_caller(&frame->parent);
	otr_guarded() {
		out = otr_ring_try(fn->ring, &rec, sizeof(*out));
		if (likely(out)) {
			function_fill_call(out, ip, parent_ip);
			otr_ring_keep(&rec);
			otr_comm_want(fn->remember);
		} else {
			otr_function_record(fn, ip, parent_ip);
		}
	}
}

static void function_record_args(struct otr_function *fn, unsigned long ip, unsigned long parent_ip,
				 struct otr_frame *frame)
{
	struct otr_rec rec __uninitialized;
	struct otr_rec_function_args *out = otr_ring_begin(fn->ring, &rec, sizeof(*out));
	unsigned int i;

	BUILD_BUG_ON(OTR_REC_ARGS != OTR_FRAME_ARGS);
	if (!out)
		return;
	function_fill_call(&out->call, ip, parent_ip);
	out->call.head.type = OTR_TYPE_FUNCTION_ARGS;
	for (i = 0; i < OTR_REC_ARGS; i++)
		out->args[i] = *otr_frame_arg(frame, i);
	otr_ring_end(&rec);
	otr_comm_want(fn->remember);
}

/* A call of which more is recorded than that there was one. */
static void function_record_more(struct otr_function *fn, unsigned long ip, unsigned long parent_ip,
				 unsigned int odd, struct otr_frame *frame)
{
	/* What the unwinder calls is of no interest. */
	if (odd & OTR_FUNCTION_STACK && otr_stack_busy())
		return;
	if (odd & OTR_FUNCTION_REPEATS && otr_repeats_again(fn, ip, parent_ip))
		return;
	if (odd & OTR_FUNCTION_ARGS)
		function_record_args(fn, ip, parent_ip, frame);
	else
		otr_function_record(fn, ip, parent_ip);
	if (odd & OTR_FUNCTION_STACK)
		otr_stack_record(fn->ring, OTR_STACK_SITE);
}

static noinline void function_record_odd(unsigned long ip, unsigned long parent_ip,
					 struct otr_hook *hook, struct otr_frame *frame)
{
	struct otr_function *fn = container_of(hook, struct otr_function, hook);
	unsigned int odd = READ_ONCE(fn->odd);

	if (odd & OTR_FUNCTION_PIDS && !otr_tasks_wanted(&fn->tasks))
		return;
	if (!(odd & ~OTR_FUNCTION_PIDS)) {
		function_record(ip, parent_ip, hook, frame);
		return;
	}
	if (unlikely(parent_ip == (unsigned long)otr_return_tramp))
		parent_ip = otr_ret_caller(&frame->parent);
	otr_guarded()
		function_record_more(fn, ip, parent_ip, odd, frame);
}

/*
 * Before all else: a user that limits tasks wants the others left alone. What is called
 * from here is called last and with the same arguments, so that nothing has to
 * be saved or moved for it.
 */
static void function_called(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			    struct otr_frame *frame)
{
	struct otr_function *fn = container_of(hook, struct otr_function, hook);
	unsigned int odd = READ_ONCE(fn->odd);

	if (likely(!odd))
		function_record(ip, parent_ip, hook, frame);
	else if (!(odd & OTR_FUNCTION_PIDS && otr_tasks_known(&fn->tasks)))
		function_record_odd(ip, parent_ip, hook, frame);
}

static int function_start(struct otr_inst *inst)
{
	struct otr_function *fn = otr_function_of(inst);
	int err = otr_task_names_get();

	if (err)
		return err;
	otr_function_follow(fn, OTR_FOLLOW_TRACER, &fn->hook);
	err = otr_hook_register(&fn->hook);
	if (!err)
		return 0;
	otr_function_follow(fn, OTR_FOLLOW_TRACER, NULL);
	otr_task_names_put();
	return err;
}

static void function_stop(struct otr_inst *inst)
{
	struct otr_function *fn = otr_function_of(inst);

	otr_function_follow(fn, OTR_FOLLOW_TRACER, NULL);
	otr_hook_unregister(&fn->hook);
	otr_task_names_put();
}

/* In the order in which trace_options lists them. */
enum { FUNCTION_STACK, FUNCTION_NO_REPEATS, FUNCTION_ARGS };

static const struct otr_tracer_option function_options[] = {
	[FUNCTION_STACK]	= { "func_stack_trace" },
	[FUNCTION_NO_REPEATS]	= { "func-no-repeats" },
	[FUNCTION_ARGS]		= { "func-args" },
};

static int function_set_option(struct otr_inst *inst, unsigned int opt, bool on)
{
	struct otr_function *fn = otr_function_of(inst);
	int err = 0;

	switch (opt) {
	case FUNCTION_STACK:
		err = on ? otr_stack_prepare() : 0;
		if (!err)
			otr_function_set_odd(fn, OTR_FUNCTION_STACK, on);
		return err;
	case FUNCTION_NO_REPEATS:
		err = on ? otr_repeats_prepare(fn) : 0;
		if (!err)
			otr_function_set_odd(fn, OTR_FUNCTION_REPEATS, on);
		return err;
	default:
		otr_function_set_odd(fn, OTR_FUNCTION_ARGS, on);
		return 0;
	}
}

/* Also remember the thread groups of recorded tasks, where that is asked for. */
static void function_remember(struct otr_inst *inst)
{
	bool tgid = otr_inst_option(inst, OTR_OPT_RECORD_TGID);

	WRITE_ONCE(otr_function_of(inst)->remember, OTR_COMM_NAME | (tgid ? OTR_COMM_TGID : 0));
}

static int function_option_changed(struct otr_inst *inst, enum otr_option opt)
{
	if (opt == OTR_OPT_RECORD_TGID)
		function_remember(inst);
	return 0;
}

static int function_create(struct otr_inst *inst)
{
	struct otr_function *fn = otr_function_of(inst);

	fn->hook.name = "function";
	fn->hook.func = function_called;
	fn->hook.flags = OTR_HOOK_SELF;
	function_remember(inst);
	return 0;
}

static void function_destroy(struct otr_inst *inst)
{
	otr_repeats_free(otr_function_of(inst));
}

static struct otr_tracer function_tracer = {
	.name		= "function",
	.start		= function_start,
	.stop		= function_stop,
	.options	= function_options,
	.nr_options	= ARRAY_SIZE(function_options),
	.set_option	= function_set_option,
	.part		= {
		.create		= function_create,
		.option_changed	= function_option_changed,
		.destroy	= function_destroy,
	},
};

static void function_print_parent(struct otr_line *line)
{
	const struct otr_rec_function *rec = line->rec;

	if ((line->flags & OTR_LINE_PARENT) && rec->parent_ip) {
		otr_text_mem(line->out, " <-", 3);
		otr_print_ip(line, rec->parent_ip);
	}
	seq_buf_putc(line->out, '\n');
}

static void function_print_call(struct otr_line *line)
{
	const struct otr_rec_function *rec = line->rec;

	otr_print_ip(line, rec->ip);
	function_print_parent(line);
}

static void function_print_args(struct otr_line *line)
{
	const struct otr_rec_function_args *rec = line->rec;

	otr_print_ip(line, rec->call.ip);
	otr_types_print_args(line->flags, rec->call.ip, rec->args, OTR_REC_ARGS, line->out);
	function_print_parent(line);
}

static void function_print_raw(struct otr_line *line)
{
	const struct otr_rec_function *rec = line->rec;

	seq_buf_printf(line->out, "%lx %lx\n", rec->ip, rec->parent_ip);
}

static void function_print_hex(struct otr_line *line)
{
	const struct otr_rec_function *rec = line->rec;

	otr_print_hex(line->out, &rec->ip, sizeof(rec->ip));
	otr_print_hex(line->out, &rec->parent_ip, sizeof(rec->parent_ip));
}

static void function_print_bin(struct otr_line *line)
{
	const struct otr_rec_function *rec = line->rec;

	otr_print_bytes(line->out, &rec->ip, sizeof(rec->ip));
	otr_print_bytes(line->out, &rec->parent_ip, sizeof(rec->parent_ip));
}

static const struct otr_field function_fields[] = {
	OTR_FIELD_CODE(struct otr_rec_function, ip),
	OTR_FIELD_CODE(struct otr_rec_function, parent_ip),
	{}
};

static struct otr_event function_event = {
	.id		= OTR_TYPE_FUNCTION,
	.system		= "ftrace",
	.name		= "function",
	.flags		= OTR_EVENT_ID,
	.fields		= function_fields,
	.print_fmt	= "\" %ps <-- %ps\", (void *)REC->ip, (void *)REC->parent_ip",
	.text		= function_print_call,
	.raw		= function_print_raw,
	.hex		= function_print_hex,
	.bin		= function_print_bin,
};

static const struct otr_field function_args_fields[] = {
	OTR_FIELD_CODE(struct otr_rec_function, ip),
	OTR_FIELD_CODE(struct otr_rec_function, parent_ip),
	{
		.type	= "unsigned long",
		.name	= "args",
		.offset	= offsetof(struct otr_rec_function_args, args),
		.size	= sizeof_field(struct otr_rec_function_args, args),
		.nr	= OTR_REC_ARGS,
	},
	{}
};

#define ARGS_FMT	"\" %ps(0x%lx, 0x%lx, 0x%lx, 0x%lx, 0x%lx, 0x%lx) <-- %ps\", "
#define ARGS_FRONT	"(void *)REC->ip, REC->args[0], REC->args[1], REC->args[2], "
#define ARGS_REST	"REC->args[3], REC->args[4], REC->args[5], (void *)REC->parent_ip"

/* An event of its own: what "function" is made of stays as programs know it. */
static struct otr_event function_args_event = {
	.id		= OTR_TYPE_FUNCTION_ARGS,
	.system		= "ftrace",
	.name		= "function_args",
	.fields		= function_args_fields,
	.print_fmt	= ARGS_FMT ARGS_FRONT ARGS_REST,
	.text		= function_print_args,
	.raw		= function_print_raw,
	.hex		= function_print_hex,
	.bin		= function_print_bin,
};

static struct otr_event *const function_events[] = { &function_event, &function_args_event };

/**
 * otr_function_init - offer the function tracer
 *
 * Without sites, or without a way to patch them, there is none to offer.
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_function_init(void)
{
	int err = otr_event_register_all(function_events, ARRAY_SIZE(function_events));

	if (err || !otr_site_ready())
		return err;
	err = otr_tracer_register(&function_tracer);
	if (err)
		otr_event_unregister_all(function_events, ARRAY_SIZE(function_events));
	return err;
}

/**
 * otr_function_exit - the counterpart of otr_function_init()
 *
 * Context: module unload.
 */
void otr_function_exit(void)
{
	if (otr_site_ready())
		otr_tracer_unregister(&function_tracer);
	otr_event_unregister_all(function_events, ARRAY_SIZE(function_events));
}
