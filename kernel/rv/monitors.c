// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitors, as models/monitors.list declares them. What runs at each event is here:
 * which automaton it moves, and what hears of that.
 */
#include <linux/sched.h>
#include <linux/tracepoint.h>

#include "rv/internal.h"
#include "rv/trace.h"

/* The models, and then what hangs on tracepoints. */
#include "rv/tables.h"

#include "rv/monitor_macros.h"
#include "rv/glue.h"

#define OTR_RV_CPU	OTR_RV_LISTED
#define OTR_RV_TASK	OTR_RV_LISTED
struct otr_rv_monitor *const otr_rv_monitors[OTR_RV_NR] = {
#include "rv/list.h"
};
