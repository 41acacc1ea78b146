/* SPDX-License-Identifier: GPL-2.0-only */
/* The events that the bench has recorded: a u64 and a u32. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM otr_bench

#if !defined(_BENCH_EVENT_H) || defined(TRACE_HEADER_MULTI_READ)
#define _BENCH_EVENT_H

#include <linux/tracepoint.h>

TRACE_EVENT(otr_bench_sample,
	TP_PROTO(u64 wide, u32 narrow),
	TP_ARGS(wide, narrow),
	TP_STRUCT__entry(
		__field(u64, wide)
		__field(u32, narrow)
	),
	TP_fast_assign(
		__entry->wide = wide;
		__entry->narrow = narrow;
	),
	TP_printk("wide=%llu narrow=%u", __entry->wide, __entry->narrow)
);

/* What comes after that, where there is something in between. */
TRACE_EVENT(otr_bench_after,
	TP_PROTO(u32 narrow),
	TP_ARGS(narrow),
	TP_STRUCT__entry(
		__field(u32, narrow)
	),
	TP_fast_assign(
		__entry->narrow = narrow;
	),
	TP_printk("narrow=%u", __entry->narrow)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE event
#include <trace/define_trace.h>
