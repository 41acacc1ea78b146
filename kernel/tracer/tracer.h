/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room tracer: the tracers, and what else hangs on function calls.
 *
 * Purpose:  turns calls and returns of functions into records, counts and the
 *           deepest stack; how calls are shown as nested blocks.
 * Objects:  struct otr_tracer, declared by inst, one for each tracer here. What a
 *           tracer keeps of an instance is in its part: struct otr_function, struct
 *           otr_graph.
 * Locks:    otr_tracer_lock for every change. What files show is changed under
 *           otr_inst_lock as well, in a moment. Hooks take none: what they read is
 *           set before they start, or read under RCU.
 * Contexts: hooks run anywhere, NMI included.
 *
 * To add a tracer, add a file that fills in a struct otr_tracer, a line in Kbuild and a
 * row in tracer.c: its options, header lines, columns and files come with it.
 */
#ifndef _OTR_TRACER_H
#define _OTR_TRACER_H

#include "inst/inst.h"
#include "site/site.h"

int otr_tracer_init(void);
void otr_tracer_exit(void);

/* wanted.c: which functions and which tasks the function tracer records */
struct otr_siteset *otr_function_sites(const struct otr_inst *inst, enum otr_side side);
int otr_function_set_sites(struct otr_inst *inst, enum otr_side side, struct otr_siteset *set);
struct otr_idset *otr_function_pids(const struct otr_inst *inst, enum otr_side side);
void otr_function_set_pids(struct otr_inst *inst, enum otr_side side, struct otr_idset *set);

/* await.c: functions of modules that are not loaded yet */
int otr_function_await(struct otr_inst *inst, enum otr_side side, const char *functions,
		       const char *module);
int otr_function_unawait(struct otr_inst *inst, enum otr_side side, const char *functions,
			 const char *module);
void otr_function_unawait_all(struct otr_inst *inst, enum otr_side side);
bool otr_function_awaiting(const struct otr_inst *inst, enum otr_side side);
char *otr_function_awaits(const struct otr_inst *inst, enum otr_side side);

/* limits.c: which calls function_graph records, in all instances */
struct otr_siteset *otr_graph_sites(enum otr_side side);
int otr_graph_set_sites(enum otr_side side, struct otr_siteset *set);
u64 otr_graph_thresh(void);
void otr_graph_set_thresh(u64 ns);

/**
 * struct otr_profiled - what the profiler counted of a function on a CPU
 * @ip: its site
 * @calls: how often it was called
 * @time: how long it took together, in ns
 * @squares: sum of the squares of that
 */
struct otr_profiled {
	unsigned long	ip;
	unsigned long	calls;
	u64		time;
	u64		squares;
};

/* profile.c */
bool otr_profile_on(void);
int otr_profile_set(bool on);
long otr_profile_list(int cpu, struct otr_profiled **list);

/* Callers that the stack tracer finds at most. */
#define OTR_DEEPEST_MAX	500

/**
 * struct otr_deepest - the deepest stack that was seen
 * @size: bytes that were in use
 * @nr: number of callers
 * @used: bytes in use where each had been called
 * @caller: return addresses, the innermost first
 */
struct otr_deepest {
	unsigned long	size;
	unsigned int	nr;
	unsigned int	used[OTR_DEEPEST_MAX];
	unsigned long	caller[OTR_DEEPEST_MAX];
};

/* deepest.c: the stack tracer */
void otr_deepest_get(struct otr_deepest *copy);
unsigned long otr_deepest_size(void);
void otr_deepest_set_size(unsigned long size);
bool otr_deepest_on(void);
int otr_deepest_switch(bool want);
struct otr_siteset *otr_deepest_sites(void);
int otr_deepest_set_sites(struct otr_siteset *set);

/* warning.c */
int otr_warning_switch(bool on);

#endif /* _OTR_TRACER_H */
