/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SCHED_H
#define _SHIM_LINUX_SCHED_H

#include <linux/compiler.h>
#include <linux/thread_info.h>
#include <linux/types.h>

#define CONFIG_SMP		1
#define TASK_COMM_LEN		16

struct task_struct {
	int pid;
	int tgid;
	unsigned short migration_disabled;
	char comm[TASK_COMM_LEN];
};

/* The task that this thread plays. */
extern __thread struct task_struct shim_task;

#define current			(&shim_task)
#define cond_resched()		do { } while (0)

#endif
