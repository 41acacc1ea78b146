/* SPDX-License-Identifier: GPL-2.0-only */
/* Names and thread groups of tasks, remembered for when the tasks are gone. */
#ifndef _OTR_BASE_COMM_H
#define _OTR_BASE_COMM_H

#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "base/told.h"

/* What to remember of a task. */
#define OTR_COMM_NAME		0x01
#define OTR_COMM_TGID		0x02

/* Places that the name cache has at least, unless somebody resizes it. */
#define OTR_COMM_DEFAULT	128U

/* OTR_COMM_* that were asked for on this CPU since they were last done. */
DECLARE_PER_CPU(u8, otr_comm_wanted);

/**
 * otr_comm_want - have the running task remembered at the next switch
 * @what: OTR_COMM_* bits
 *
 * For the writer of a record: one instruction.
 *
 * Context: any, NMI included; preemption off.
 */
static __always_inline void otr_comm_want(u8 what)
{
	raw_cpu_or_1(otr_comm_wanted, what);
}

void otr_comm_switch(const struct task_struct *prev, const struct task_struct *next);
void otr_comm_now(void);
bool otr_comm_record_as(pid_t pid, const char *comm);
bool otr_comm_record(const struct task_struct *task);
void otr_comm_find(pid_t pid, char *comm);
unsigned int otr_comm_size(void);
int otr_comm_resize(unsigned int places);
int otr_comm_next(unsigned int *place, char *comm);

int otr_tgid_start(void);
bool otr_tgid_record(const struct task_struct *task);
int otr_tgid_find(pid_t pid);
int otr_tgid_next(pid_t from);

extern const struct otr_told otr_comm_told[];

int otr_comm_init(void);
void otr_comm_exit(void);
void otr_tgid_exit(void);

#endif /* _OTR_BASE_COMM_H */
