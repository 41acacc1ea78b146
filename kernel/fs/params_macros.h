/* SPDX-License-Identifier: GPL-2.0-only */
/* A part of params.c: the words that say what to begin with. */
#ifndef _OTR_FS_PARAMS_MACROS_H
#define _OTR_FS_PARAMS_MACROS_H

/*
 * In the order in which they act: sizes, and what others refer to, come first, the
 * tracer when all that it should heed is set, options behind it, as some are its own, and
 * what is done at the end last.
 *
 * VALUE(word, between, file, function, help), of a word that has a value behind "=". It is
 * written to the file, or, where that is NULL, given to the function. When a word comes
 * again, its value goes behind the first one with what is between them, and each part is
 * taken alone; where that is 0, the last one counts.
 *
 * FLAG(word, file, text, function, help), of a word that may stand alone: the text is
 * written to the file, or the function gets the value, which is "" then.
 */
#define WORDS(VALUE, FLAG) \
	VALUE(trace_buf_size, 0, NULL, params_set_size, \
	      "bytes of buffer per CPU; K, M and G may follow") \
	VALUE(trace_instance, '\n', NULL, params_make_instance, \
	      "instance to make, as name[^traceoff][^traceprintk][@memory][,event]..., or name=other for a copy of what an instance in memory had recorded before; may be given several times") \
	FLAG(tp_printk, NULL, NULL, params_start_console, \
	     "print records of events to the console as well") \
	FLAG(alloc_snapshot, NULL, NULL, params_make_room, \
	     "have room for a snapshot; of an instance, as alloc_snapshot=name") \
	FLAG(ftrace_boot_snapshot, NULL, NULL, params_make_room, \
	     "take a snapshot when all of this is done; also of an instance, as ftrace_boot_snapshot=name") \
	FLAG(ftrace_dump_on_oops, NULL, NULL, params_set_dump_oops, \
	     "records to print when the kernel dies, as for /proc/sys/kernel/ftrace_dump_on_oops: 1 for all CPUs, 2 for the one that died") \
	VALUE(trace_trigger, ',', NULL, params_add_trigger, \
	      "triggers on events, as event.trigger[ if filter], separated by commas") \
	VALUE(kprobe_event, ';', NULL, params_define_kprobe, \
	      "kprobes to define and switch on, as for kprobe_events with commas for blanks, separated by semicolons") \
	VALUE(trace_clock, 0, "trace_clock", NULL, \
	      "clock of the time stamps, as for trace_clock") \
	VALUE(tracing_thresh, 0, "tracing_thresh", NULL, \
	      "microseconds that are worth a record, as for tracing_thresh") \
	VALUE(ftrace_notrace, ',', "set_ftrace_notrace", NULL, \
	      "functions not to record, separated by commas, as for set_ftrace_notrace") \
	VALUE(ftrace_filter, ',', "set_ftrace_filter", NULL, \
	      "functions to record, separated by commas, as for set_ftrace_filter") \
	VALUE(ftrace_graph_notrace, ',', "set_graph_notrace", NULL, \
	      "functions not to go into, separated by commas, as for set_graph_notrace") \
	VALUE(ftrace_graph_filter, ',', "set_graph_function", NULL, \
	      "functions to follow, separated by commas, as for set_graph_function") \
	VALUE(ftrace_graph_max_depth, 0, "max_graph_depth", NULL, \
	      "how deep to follow functions, as for max_graph_depth") \
	VALUE(trace_event, ',', "set_event", NULL, \
	      "events to record, separated by commas, as for set_event") \
	VALUE(stacktrace_filter, ',', "stack_trace_filter", NULL, \
	      "functions that look at their stack, separated by commas, as for stack_trace_filter") \
	FLAG(stacktrace, NULL, NULL, params_start_stack, \
	     "start with the stack tracer on") \
	FLAG(traceoff_on_warning, NULL, NULL, params_stop_on_warning, \
	     "stop recording when the kernel warns, as /proc/sys/kernel/traceoff_on_warning") \
	VALUE(ftrace, 0, "current_tracer", NULL, \
	      "tracer to start with, as for current_tracer") \
	VALUE(trace_options, ',', "trace_options", NULL, \
	      "options to set, separated by commas, as for trace_options") \
	FLAG(traceoff_after_boot, "tracing_on", "0", NULL, \
	     "record only until all of this is done") \
	FLAG(tp_printk_stop_on_boot, NULL, NULL, params_stop_console, \
	     "print records to the console only until all of this is done")

#define PARAM_VALUE_ENTRY(word, between, file, function, help)	\
	PARAM_##word,
#define PARAM_FLAG_ENTRY(word, file, text, function, help)	\
	PARAM_##word,

#define PARAM_VALUE_ROW(word, between, file, function, help)	\
	[PARAM_##word] = { #word, between, file, NULL, function },
#define PARAM_FLAG_ROW(word, file, text, function, help)	\
	[PARAM_##word] = { #word, 0, file, text, function, .is_flag = true },

#define PARAM_VALUE_DECLARE(word, between, file, function, help)		\
	module_param_cb(word, &params_value_ops, &params[PARAM_##word], 0400);	\
	MODULE_PARM_DESC(word, help);
#define PARAM_FLAG_DECLARE(word, file, text, function, help)			\
	module_param_cb(word, &params_flag_ops, &params[PARAM_##word], 0400);	\
	MODULE_PARM_DESC(word, help);

#define PARAM_VALUE_KNOWN(word, between, file, function, help)	\
	__setup_param(#word "=", params_know_##word, params_know, 0);
#define PARAM_FLAG_KNOWN(word, file, text, function, help)	\
	__setup_param(#word, params_know_##word, params_know, 0);

#endif /* _OTR_FS_PARAMS_MACROS_H */
