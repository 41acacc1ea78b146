// SPDX-License-Identifier: GPL-2.0-only
/* The table of options, and what a change of one brings about. */
#include <linux/string.h>

#include "inst/inst.h"

struct option {
	const char	*name;
	bool		initial;
};

/* What a new instance does not take over from the first one. */
#define NOT_INHERITED	(OTR_OPT(EVENT_FORK) | OTR_OPT(FUNCTION_FORK) | OTR_OPT(PRINTK_DEST) | \
			 OTR_OPT(COPY_MARKER))

/* What exactly one instance has: the first one, unless another wants it. */
#define ONE_HAS_IT	OTR_OPT(PRINTK_DEST)

/* What has a file in the first instance only; trace_options has it everywhere. */
#define TOP_FILES	(OTR_OPT(PRINTK) | OTR_OPT(PRINTK_MSG_ONLY) | OTR_OPT(RECORD_CMD))

static const struct option options[] = {
	[OTR_OPT_PRINT_PARENT]	= { "print-parent", true },
	[OTR_OPT_SYM_OFFSET]	= { "sym-offset", false },
	[OTR_OPT_SYM_ADDR]	= { "sym-addr", false },
	[OTR_OPT_VERBOSE]	= { "verbose", false },
	[OTR_OPT_RAW]	= { "raw", false },
	[OTR_OPT_HEX]	= { "hex", false },
	[OTR_OPT_BIN]	= { "bin", false },
	[OTR_OPT_BLOCK]	= { "block", false },
	[OTR_OPT_FIELDS]	= { "fields", false },
	[OTR_OPT_PRINTK]	= { "trace_printk", true },
	[OTR_OPT_ANNOTATE]	= { "annotate", true },
	[OTR_OPT_USERSTACKTRACE]	= { "userstacktrace", false },
	[OTR_OPT_SYM_USEROBJ]	= { "sym-userobj", false },
	[OTR_OPT_PRINTK_MSG_ONLY]	= { "printk-msg-only", false },
	[OTR_OPT_CONTEXT_INFO]	= { "context-info", true },
	[OTR_OPT_LATENCY_FORMAT]	= { "latency-format", false },
	[OTR_OPT_RECORD_CMD]	= { "record-cmd", true },
	[OTR_OPT_RECORD_TGID]	= { "record-tgid", false },
	[OTR_OPT_OVERWRITE]	= { "overwrite", true },
	[OTR_OPT_DISABLE_ON_FREE]	= { "disable_on_free", false },
	[OTR_OPT_IRQ_INFO]	= { "irq-info", true },
	[OTR_OPT_MARKERS]	= { "markers", true },
	[OTR_OPT_EVENT_FORK]	= { "event-fork", false },
	[OTR_OPT_PRINTK_DEST]	= { "trace_printk_dest", true },
	[OTR_OPT_COPY_MARKER]	= { "copy_trace_marker", true },
	[OTR_OPT_PAUSE_ON_TRACE]	= { "pause-on-trace", false },
	[OTR_OPT_HASH_PTR]	= { "hash-ptr", true },
	[OTR_OPT_FUNCTION_TRACE]	= { "function-trace", true },
	[OTR_OPT_FUNCTION_FORK]	= { "function-fork", false },
	[OTR_OPT_DISPLAY_GRAPH]	= { "display-graph", false },
	[OTR_OPT_STACKTRACE]	= { "stacktrace", false },
};

/**
 * otr_option_name - what the files call an option
 * @opt: the option
 *
 * Context: any.
 * Return: its name.
 */
const char *otr_option_name(enum otr_option opt)
{
	return options[opt].name;
}

/**
 * otr_option_has_file - tell whether options/ has a file for an option
 * @inst: the instance
 * @opt: the option
 *
 * Context: any.
 * Return: true when it has.
 */
bool otr_option_has_file(const struct otr_inst *inst, enum otr_option opt)
{
	return inst == otr_inst_top() || !(TOP_FILES & BIT_ULL(opt));
}

/**
 * otr_option_inherited - values that a new instance starts with
 * @top: the first instance, which has its own
 *
 * Context: otr_inst_lock held.
 * Return: OTR_OPT() bits.
 */
u64 otr_option_inherited(const struct otr_inst *top)
{
	return top->options & ~NOT_INHERITED;
}

/**
 * otr_option_initial - values that the first instance starts with
 *
 * Context: any.
 * Return: OTR_OPT() bits.
 */
u64 otr_option_initial(void)
{
	u64 bits = 0;
	int i;

	for (i = 0; i < OTR_OPT_COUNT; i++)
		if (options[i].initial)
			bits |= BIT_ULL(i);
	return bits;
}

/* From the instance that has it to another one. */
static void options_hand_over(struct otr_inst *to, u64 bit)
{
	struct otr_inst *each = NULL;

	while ((each = otr_inst_next(each)))
		WRITE_ONCE(each->options, each == to ? each->options | bit : each->options & ~bit);
}

static void options_flip(struct otr_inst *inst, enum otr_option opt)
{
	mutex_lock(&otr_inst_lock);
	if (ONE_HAS_IT & BIT_ULL(opt))
		options_hand_over(otr_inst_option(inst, opt) ? otr_inst_top() : inst, BIT_ULL(opt));
	else
		WRITE_ONCE(inst->options, inst->options ^ BIT_ULL(opt));
	mutex_unlock(&otr_inst_lock);
}

static void options_follow_overwrite(struct otr_inst *inst)
{
	bool overwrite = otr_inst_option(inst, OTR_OPT_OVERWRITE);

	mutex_lock(&otr_inst_lock);
	otr_ring_pin(inst->ring);
	otr_ring_set_overwrite(inst->ring, overwrite);
	if (inst->snapshot)
		otr_ring_set_overwrite(inst->snapshot, overwrite);
	otr_ring_unpin(inst->ring);
	mutex_unlock(&otr_inst_lock);
}

/**
 * otr_option_set - switch an option of an instance
 * @inst: the instance
 * @opt: the option
 * @on: its new value
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; may sleep.
 * Return: 0, or the errno with which the tracer or a part refused; then
 * the option keeps its value.
 */
int otr_option_set(struct otr_inst *inst, enum otr_option opt, bool on)
{
	const struct otr_tracer *tracer = inst->tracer;
	int err;

	lockdep_assert_held(&otr_tracer_lock);
	if (otr_inst_option(inst, opt) == on)
		return 0;
	err = tracer->set_inst_option ? tracer->set_inst_option(inst, opt, on) : 0;
	if (err)
		return err;
	/* No other instance is left to take it from the first one. */
	if (!on && inst == otr_inst_top() && ONE_HAS_IT & BIT_ULL(opt))
		return -EINVAL;
	options_flip(inst, opt);
	if (opt == OTR_OPT_OVERWRITE)
		options_follow_overwrite(inst);
	return otr_parts_option_changed(inst, opt, options_flip);
}

/**
 * otr_tracer_option_set - switch an option of a tracer, in one instance
 * @inst: the instance
 * @tracer: the tracer, which need not be the current one
 * @opt: the option's number
 * @on: its new value
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; may sleep.
 * Return: 0, or the errno with which the tracer refused; then the option keeps
 * its value.
 */
int otr_tracer_option_set(struct otr_inst *inst, const struct otr_tracer *tracer,
			  unsigned int opt, bool on)
{
	u64 *bits = &inst->slots[tracer->part.slot].bits;
	int err;

	lockdep_assert_held(&otr_tracer_lock);
	if (!!(*bits & BIT_ULL(opt)) == on)
		return 0;
	err = tracer->set_option ? tracer->set_option(inst, opt, on) : 0;
	if (!err)
		WRITE_ONCE(*bits, *bits ^ BIT_ULL(opt));
	return err;
}

/**
 * otr_option_parse - switch an option by its name
 * @inst: the instance
 * @text: "name" or "noname", without white space around it
 *
 * Of the tracers' options, those of the current one can be named.
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; may sleep.
 * Return: as otr_option_set() or otr_tracer_option_set(); -EINVAL for a name that
 * trace_options does not list.
 */
int otr_option_parse(struct otr_inst *inst, const char *text)
{
	const struct otr_tracer *tracer = inst->tracer;
	bool on = strncmp(text, "no", 2);
	unsigned int i;

	if (!on)
		text += 2;
	for (i = 0; i < OTR_OPT_COUNT; i++)
		if (!strcmp(options[i].name, text))
			return otr_option_set(inst, i, on);
	for (i = 0; i < tracer->nr_options; i++)
		if (!strcmp(tracer->options[i].name, text))
			return otr_tracer_option_set(inst, tracer, i, on);
	return -EINVAL;
}
