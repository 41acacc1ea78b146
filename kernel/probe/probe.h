/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room probe: the hot glue between what happens and a ring.
 *
 * Purpose:  turns a function call, a text from user space or a task switch
 *           into a record or a remembered name.
 * Objects:  struct otr_function, the function tracing of one instance, owned
 *           by this room, made and freed with the instance.
 * Locks:    otr_inst_lock for every change. Probes themselves take none: what
 *           they read is set before they start, or read under RCU.
 * Contexts: probes run anywhere, NMI included, with preemption off.
 */
#ifndef _OTR_PROBE_H
#define _OTR_PROBE_H

#include "inst/inst.h"
#include "site/site.h"

int otr_probe_init(void);
void otr_probe_exit(void);

/* function.c: which functions and which tasks the function tracer records */
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

struct otr_command;

/**
 * struct otr_command_pos - a place in the listing of commands on functions
 * @inst: the instance
 */
struct otr_command_pos {
	struct otr_inst		*inst;
/* private: the command, NULL at the end; the function; all that were skipped */
	struct otr_command	*command;
	struct otr_site_pos	site;
	loff_t			skipped;
};

/* command.c: what else is done when functions are called */
int otr_function_command(struct otr_inst *inst, const char *functions, const char *name,
			 char *rest, bool remove);
bool otr_command_start(struct otr_command_pos *pos, loff_t index);
bool otr_command_next(struct otr_command_pos *pos);
void otr_command_stop(struct otr_command_pos *pos);
loff_t otr_command_count(const struct otr_command_pos *pos);
void otr_command_show(struct seq_file *m, const struct otr_command_pos *pos);

/* trigger.c: what is done when something happens */
void otr_trigger_set_dump(void (*func)(int cpu));

/* printk.c: texts of other modules */
const char *otr_printk_format(unsigned int nr);

/* limits.c: which calls function_graph records, in all instances */
struct otr_siteset *otr_graph_sites(enum otr_side side);
int otr_graph_set_sites(enum otr_side side, struct otr_siteset *set);
unsigned int otr_graph_depth(void);
void otr_graph_set_depth(unsigned int depth);
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

/* marker.c */
ssize_t otr_marker_write(struct otr_inst *inst, const char __user *from, size_t len);
ssize_t otr_marker_write_raw(struct otr_inst *inst, const char __user *from, size_t len);

/* task.c: names of tasks, and tasks that fork */
int otr_task_names_get(void);
void otr_task_names_put(void);
int otr_task_sleep_get(void);
void otr_task_sleep_put(void);
int otr_task_follow_forks(struct otr_inst *inst, bool on);

#endif /* _OTR_PROBE_H */
