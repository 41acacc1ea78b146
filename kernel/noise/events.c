// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoints of osnoise, from the kernel's header. In-tree they belong to the tracer;
 * here they are ours. The events that hang on them are made as all others are, see
 * record/trace.
 */
#include <linux/interrupt.h>

#include <trace/events/irq.h>

#define CREATE_TRACE_POINTS
#include <trace/events/osnoise.h>
