// SPDX-License-Identifier: GPL-2.0-only
/*
 * The function tracer: every call of a hooked function is a record.
 *
 * The hook of an instance is registered while "function" is its preset. What
 * the hook wants, sites and tasks, belongs to the instance and stays when the
 * preset changes.
 */
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "event/event.h"
#include "host/host.h"
#include "probe/graph.h"
#include "probe/probe.h"
#include "probe/repeats.h"
#include "probe/stack.h"

static __always_inline void fill_call(struct otr_rec_function *out, unsigned long ip,
				      unsigned long parent_ip)
{
	otr_probe_head(&out->head, OTR_TYPE_FUNCTION);
	out->ip = ip;
	out->parent_ip = parent_ip;
}

/* The ways to a record that are not the common one. */
static noinline void record_aside(struct otr_function *fn, unsigned long ip,
				  unsigned long parent_ip)
{
	struct otr_rec rec __uninitialized;
	struct otr_rec_function *out = otr_ring_begin(fn->ring, &rec, sizeof(*out));

	if (!out)
		return;
	fill_call(out, ip, parent_ip);
	otr_ring_end(&rec);
	otr_comm_want(fn->remember);
}

static noinline void record(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			    struct otr_frame *frame)
{
	struct otr_function *fn = container_of(hook, struct otr_function, hook);
	struct otr_rec_function *out;
	struct otr_rec rec __uninitialized;
	int level;

	/* A function that was jumped to at the end of one whose return we see. */
	if (unlikely(parent_ip == (unsigned long)otr_return_tramp))
		parent_ip = otr_ret_caller(&frame->parent);
	preempt_disable_notrace();
	level = otr_guard_enter();
	if (unlikely(level < 0))
		goto out;
	out = otr_ring_try(fn->ring, &rec, sizeof(*out));
	if (likely(out)) {
		fill_call(out, ip, parent_ip);
		otr_ring_keep(&rec);
		otr_comm_want(fn->remember);
	} else {
		record_aside(fn, ip, parent_ip);
	}
	otr_guard_exit(level);
out:
	preempt_enable_notrace();
}

static void record_args(struct otr_function *fn, unsigned long ip, unsigned long parent_ip,
			struct otr_frame *frame)
{
	struct otr_rec rec __uninitialized;
	struct otr_rec_function_args *out = otr_ring_begin(fn->ring, &rec, sizeof(*out));
	unsigned int i;

	BUILD_BUG_ON(OTR_REC_ARGS != OTR_FRAME_ARGS);
	if (!out)
		return;
	fill_call(&out->call, ip, parent_ip);
	out->call.head.type = OTR_TYPE_FUNCTION_ARGS;
	for (i = 0; i < OTR_REC_ARGS; i++)
		out->args[i] = *otr_frame_arg(frame, i);
	otr_ring_end(&rec);
	otr_comm_want(fn->remember);
}

/* A call of which more is recorded than that there was one. */
static void record_more(struct otr_function *fn, unsigned long ip, unsigned long parent_ip,
			unsigned int odd, struct otr_frame *frame)
{
	int level;

	preempt_disable_notrace();
	level = otr_guard_enter();
	if (unlikely(level < 0))
		goto out;
	/* What the unwinder calls is of no interest. */
	if (odd & OTR_FUNCTION_STACK && otr_stack_busy())
		goto guard;
	if (!(odd & OTR_FUNCTION_REPEATS) || !otr_repeats_again(fn, ip, parent_ip)) {
		if (odd & OTR_FUNCTION_ARGS)
			record_args(fn, ip, parent_ip, frame);
		else
			record_aside(fn, ip, parent_ip);
		if (odd & OTR_FUNCTION_STACK)
			otr_stack_record(fn->ring, OTR_STACK_SITE);
	}
guard:
	otr_guard_exit(level);
out:
	preempt_enable_notrace();
}

static noinline void record_odd(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
				struct otr_frame *frame)
{
	struct otr_function *fn = container_of(hook, struct otr_function, hook);
	unsigned int odd = READ_ONCE(fn->odd);

	if (odd & OTR_FUNCTION_PIDS && !otr_tasks_wanted(&fn->tasks))
		return;
	if (!(odd & ~OTR_FUNCTION_PIDS)) {
		record(ip, parent_ip, hook, frame);
		return;
	}
	if (unlikely(parent_ip == (unsigned long)otr_return_tramp))
		parent_ip = otr_ret_caller(&frame->parent);
	record_more(fn, ip, parent_ip, odd, frame);
}

/*
 * Before all else: who limits tasks wants the others left alone. What is called
 * from here is called last and with the same arguments, so that nothing has to
 * be saved or moved for it.
 */
static void function_called(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			    struct otr_frame *frame)
{
	struct otr_function *fn = container_of(hook, struct otr_function, hook);
	unsigned int odd = READ_ONCE(fn->odd);

	if (likely(!odd))
		record(ip, parent_ip, hook, frame);
	else if (!(odd & OTR_FUNCTION_PIDS && otr_tasks_known(&fn->tasks)))
		record_odd(ip, parent_ip, hook, frame);
}

static int function_start(struct otr_inst *inst)
{
	struct otr_function *fn = inst->function;
	int err = otr_function_note(inst);

	if (!err)
		err = otr_task_names_get();
	if (err)
		return err;
	otr_function_follow(fn, OTR_FOLLOW_PRESET, &fn->hook);
	err = otr_hook_register(&fn->hook);
	if (!err)
		return 0;
	otr_function_follow(fn, OTR_FOLLOW_PRESET, NULL);
	otr_task_names_put();
	return err;
}

static void function_stop(struct otr_inst *inst)
{
	struct otr_function *fn = inst->function;

	otr_function_follow(fn, OTR_FOLLOW_PRESET, NULL);
	otr_hook_unregister(&fn->hook);
	otr_task_names_put();
}

static struct otr_preset function_preset = {
	.name	= "function",
	.start	= function_start,
	.stop	= function_stop,
};

/**
 * otr_function_create - set up function tracing for an instance
 * @inst: a new instance
 *
 * Context: otr_inst_lock held.
 * Return: 0, -ENOMEM.
 */
int otr_function_create(struct otr_inst *inst)
{
	struct otr_function *fn = kzalloc(sizeof(*fn), GFP_KERNEL);

	if (!fn)
		return -ENOMEM;
	fn->ring = inst->ring;
	fn->inst = inst;
	fn->remember = OTR_COMM_NAME;
	fn->hook.name = "function";
	fn->hook.func = function_called;
	fn->hook.flags = OTR_HOOK_SELF;
	fn->sites[OTR_WANT] = otr_siteset_create();
	fn->sites[OTR_NOT] = otr_siteset_create();
	if (!fn->sites[OTR_WANT] || !fn->sites[OTR_NOT] || otr_tasks_init(&fn->tasks)) {
		otr_siteset_destroy(fn->sites[OTR_WANT]);
		otr_siteset_destroy(fn->sites[OTR_NOT]);
		kfree(fn);
		return -ENOMEM;
	}
	INIT_LIST_HEAD(&fn->commands);
	inst->function = fn;
	return 0;
}

/**
 * otr_function_destroy - the counterpart of otr_function_create()
 * @inst: an instance whose preset is "nop"
 *
 * Context: otr_inst_lock held.
 */
void otr_function_destroy(struct otr_inst *inst)
{
	struct otr_function *fn = inst->function;

	inst->function = NULL;
	otr_siteset_destroy(fn->sites[OTR_WANT]);
	otr_siteset_destroy(fn->sites[OTR_NOT]);
	otr_tasks_exit(&fn->tasks);
	otr_repeats_free(fn);
	kfree(fn);
}

/**
 * otr_function_sites - the functions that an instance records, or not
 * @inst: the instance
 * @side: OTR_WANT, where an empty set means all; OTR_NOT
 *
 * Context: otr_inst_lock held, for as long as the set is used.
 * Return: the set; the instance keeps it.
 */
struct otr_siteset *otr_function_sites(const struct otr_inst *inst, enum otr_side side)
{
	return inst->function->sites[side];
}

/**
 * otr_function_follow - let a hook be on the sites that an instance wants
 * @fn: function tracing of the instance
 * @who: what the hook is for
 * @hook: the hook, about to be registered; NULL for one that was, or that is
 *	  about to be unregistered
 *
 * Context: otr_inst_lock held.
 */
void otr_function_follow(struct otr_function *fn, enum otr_follower who, struct otr_hook *hook)
{
	lockdep_assert_held(&otr_inst_lock);
	fn->followers[who] = hook;
	if (!hook)
		return;
	hook->filter = fn->sites[OTR_WANT];
	hook->skip = fn->sites[OTR_NOT];
}

/* The old sets may go when this returns. */
static int update_followers(struct otr_function *fn)
{
	int err = 0, who;

	for (who = 0; who < OTR_FOLLOWERS; who++) {
		struct otr_hook *hook = fn->followers[who];

		if (!hook)
			continue;
		err = otr_hook_update(hook, fn->sites[OTR_WANT], fn->sites[OTR_NOT]) ?: err;
	}
	return err;
}

/**
 * otr_function_set_sites - change the functions that an instance records
 * @inst: the instance
 * @side: which of the two sets
 * @set: the new set; the instance owns it from here on, also on failure
 *
 * Context: otr_inst_lock held.
 * Return: 0, or the errno of otr_hook_update().
 */
int otr_function_set_sites(struct otr_inst *inst, enum otr_side side, struct otr_siteset *set)
{
	struct otr_function *fn = inst->function;
	struct otr_siteset *old = otr_function_sites(inst, side);
	int err;

	lockdep_assert_held(&otr_inst_lock);
	fn->sites[side] = set;
	err = update_followers(fn);
	otr_siteset_destroy(old);
	return err;
}

/**
 * otr_function_pids - the tasks that an instance records, or not
 * @inst: the instance
 * @side: which of the two sets
 *
 * Context: otr_inst_lock held, for as long as the set is used.
 * Return: the set, NULL for none.
 */
struct otr_idset *otr_function_pids(const struct otr_inst *inst, enum otr_side side)
{
	return inst->function->tasks.sets[side];
}

/* Change what the function tracer does besides recording calls. */
static void set_odd(struct otr_function *fn, u8 what, bool on)
{
	WRITE_ONCE(fn->odd, on ? fn->odd | what : fn->odd & ~what);
}

/**
 * otr_function_note - have the function tracer follow its options
 * @inst: the instance
 *
 * Those have one value for all instances. An instance follows when they are
 * changed there, and when its tracer starts.
 *
 * Context: otr_inst_lock held.
 * Return: 0, -ENOMEM.
 */
int otr_function_note(struct otr_inst *inst)
{
	bool stack = otr_inst_option(inst, OTR_OPT_FUNC_STACK);
	bool repeats = otr_inst_option(inst, OTR_OPT_FUNC_NO_REPEATS);
	struct otr_function *fn = inst->function;
	int err = stack ? otr_stack_prepare() : 0;

	lockdep_assert_held(&otr_inst_lock);
	if (!err && repeats)
		err = otr_repeats_prepare(fn);
	if (err)
		return err;
	set_odd(fn, OTR_FUNCTION_STACK, stack);
	set_odd(fn, OTR_FUNCTION_REPEATS, repeats);
	set_odd(fn, OTR_FUNCTION_ARGS, otr_inst_option(inst, OTR_OPT_FUNC_ARGS));
	return 0;
}

/**
 * otr_function_set_pids - change the tasks that an instance records
 * @inst: the instance
 * @side: which of the two sets
 * @set: the new set, NULL for none; the instance owns it from here on
 *
 * Context: otr_inst_lock held.
 */
void otr_function_set_pids(struct otr_inst *inst, enum otr_side side, struct otr_idset *set)
{
	struct otr_function *fn = inst->function;
	struct otr_idset *old;

	lockdep_assert_held(&otr_inst_lock);
	old = otr_tasks_publish(&fn->tasks, side, set);
	set_odd(fn, OTR_FUNCTION_PIDS, fn->tasks.limited);
	if (inst->graph)
		otr_graph_note(inst->graph);
	/* The fork handler and other probes look at it with preemption off. */
	synchronize_rcu();
	/* The function tracer looks before it does that. */
	if (fn->followers[OTR_FOLLOW_PRESET])
		otr_host_quiesce();
	otr_tasks_settle(&fn->tasks);
	otr_idset_free(old);
}

/**
 * otr_function_remember - also remember the thread groups of recorded tasks
 * @inst: the instance
 * @tgid: whether to
 *
 * Context: otr_inst_lock held.
 * Return: 0, -ENOMEM.
 */
int otr_function_remember(struct otr_inst *inst, bool tgid)
{
	int err = tgid ? otr_tgid_start() : 0;

	lockdep_assert_held(&otr_inst_lock);
	if (!err)
		WRITE_ONCE(inst->function->remember,
			   OTR_COMM_NAME | (tgid ? OTR_COMM_TGID : 0));
	return err;
}

static void print_parent(struct otr_line *line)
{
	const struct otr_rec_function *rec = line->rec;

	if ((line->flags & OTR_LINE_PARENT) && rec->parent_ip) {
		otr_text_mem(line->out, " <-", 3);
		otr_print_ip(line, rec->parent_ip);
	}
	seq_buf_putc(line->out, '\n');
}

static void print_call(struct otr_line *line)
{
	const struct otr_rec_function *rec = line->rec;

	otr_print_ip(line, rec->ip);
	print_parent(line);
}

static void print_args(struct otr_line *line)
{
	const struct otr_rec_function_args *rec = line->rec;

	otr_print_ip(line, rec->call.ip);
	otr_types_print_args(rec->call.ip, rec->args, OTR_REC_ARGS, line->out);
	print_parent(line);
}

static void print_raw(struct otr_line *line)
{
	const struct otr_rec_function *rec = line->rec;

	seq_buf_printf(line->out, "%lx %lx\n", rec->ip, rec->parent_ip);
}

static void print_hex(struct otr_line *line)
{
	const struct otr_rec_function *rec = line->rec;

	otr_print_hex(line->out, &rec->ip, sizeof(rec->ip));
	otr_print_hex(line->out, &rec->parent_ip, sizeof(rec->parent_ip));
}

static void print_bin(struct otr_line *line)
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
	.text		= print_call,
	.raw		= print_raw,
	.hex		= print_hex,
	.bin		= print_bin,
};

static const struct otr_field args_fields[] = {
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
static struct otr_event args_event = {
	.id		= OTR_TYPE_FUNCTION_ARGS,
	.system		= "ftrace",
	.name		= "function_args",
	.fields		= args_fields,
	.print_fmt	= ARGS_FMT ARGS_FRONT ARGS_REST,
	.text		= print_args,
	.raw		= print_raw,
	.hex		= print_hex,
	.bin		= print_bin,
};

static struct otr_event *const events[] = { &function_event, &args_event };

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
	int err = otr_event_register_all(events, ARRAY_SIZE(events));

	if (!err && otr_site_ready())
		otr_preset_register(&function_preset);
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
		otr_preset_unregister(&function_preset);
	otr_event_unregister_all(events, ARRAY_SIZE(events));
}
