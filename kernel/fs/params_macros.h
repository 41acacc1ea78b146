/* SPDX-License-Identifier: GPL-2.0-only */
/* A part of params.c: the parameters that are a text for a file. */
#ifndef _OTR_FS_PARAMS_MACROS_H
#define _OTR_FS_PARAMS_MACROS_H

/*
 * What goes to a file as it is, in the order in which it acts: the tracer comes last,
 * when all that it should heed is set.
 *
 * X(name, file, each part between commas is a write of its own, help)
 */
#define PARAMS(X) \
	X(trace_options,	"trace_options",	true,	\
	  "options to set, separated by commas, as for trace_options")	\
	X(trace_clock,		"trace_clock",		false,	\
	  "clock of the time stamps, as for trace_clock")	\
	X(ftrace_notrace,	"set_ftrace_notrace",	true,	\
	  "functions not to record, separated by commas, as for set_ftrace_notrace")	\
	X(ftrace_filter,	"set_ftrace_filter",	true,	\
	  "functions to record, separated by commas, as for set_ftrace_filter")	\
	X(trace_event,		"set_event",		true,	\
	  "events to record, separated by commas, as for set_event")	\
	X(stacktrace_filter,	"stack_trace_filter",	true,	\
	  "functions that look at their stack, separated by commas, as for stack_trace_filter")	\
	X(ftrace,		"current_tracer",	false,	\
	  "tracer to start with, as for current_tracer")

#define PARAM_DECLARE(name, path, list, help)	\
	static char *name;			\
	module_param(name, charp, 0400);	\
	MODULE_PARM_DESC(name, help);

#define PARAM_ROW(name, path, list, help)	{ #name, &name, path, list },

#endif /* _OTR_FS_PARAMS_MACROS_H */
