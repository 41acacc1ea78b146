// SPDX-License-Identifier: GPL-2.0-only
/* Running the program of a value. */
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/smp.h>

#include "hist/plan.h"

/* Take two numbers for one. */
static u64 run_join(u8 code, u64 a, u64 b)
{
	switch (code) {
	case HIST_DO_ADD:
		return a + b;
	case HIST_DO_SUBTRACT:
		return a - b;
	case HIST_DO_MULTIPLY:
		return a * b;
	default:
		return b ? div64_u64(a, b) : -1;
	}
}

/* Take one number for another. */
static u64 run_change(const struct otr_hist_op *op, u64 value)
{
	switch (op->code) {
	case HIST_DO_LOG2:
		return value > 1 ? ilog2(value - 1) + 1 : 0;
	case HIST_DO_BUCKET:
		return div64_u64(value, op->number) * op->number;
	case HIST_DO_NEGATE:
		return -value;
	case HIST_DO_SHIFT:
		return value >> op->number;
	case HIST_DO_DIVIDE_SMALL:
		return otr_hist_divide_const(value, op->number);
	default:
		return div64_u64(value, op->number);
	}
}

/**
 * otr_hist_run - compute a value
 * @hist: the histogram
 * @value: one that is HIST_FROM_PROGRAM
 * @rec: a complete record of the histogram's event
 * @ts: its time, if the histogram needs it
 * @refs: values of the variables that the histogram refers to
 *
 * Context: any, NMI included; preemption off.
 * Return: the value.
 */
u64 otr_hist_run(const struct otr_hist *hist, const struct otr_hist_value *value,
		 const void *rec, u64 ts, const u64 *refs)
{
	const struct otr_hist_op *op = value->ops, *end = op + value->nr;
	u64 numbers[HIST_DEPTH_MAX] __uninitialized, *top = numbers;

	for (; op < end; op++) {
		switch (op->code) {
		case HIST_DO_FIELD:
			*top++ = otr_access_number(&op->access, rec);
			break;
		case HIST_DO_CONST:
			*top++ = op->number;
			break;
		case HIST_DO_CPU:
			*top++ = raw_smp_processor_id();
			break;
		case HIST_DO_TIME:
			*top++ = ts;
			break;
		case HIST_DO_USECS:
			*top++ = otr_hist_time(hist, ts);
			break;
		case HIST_DO_REF:
			*top++ = refs[op->ref];
			break;
		case HIST_DO_ADD:
		case HIST_DO_SUBTRACT:
		case HIST_DO_MULTIPLY:
		case HIST_DO_DIVIDE:
			top--;
			top[-1] = run_join(op->code, top[-1], top[0]);
			break;
		default:
			top[-1] = run_change(op, top[-1]);
		}
	}
	return top[-1];
}
