/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SMP_H
#define _SHIM_LINUX_SMP_H

#include <linux/cpumask.h>
#include <linux/percpu.h>

#define raw_smp_processor_id()	shim_cpu

typedef void (*smp_call_func_t)(void *info);

/*
 * Calls at once, unless a thread said by shim_cpu_run() that it is that CPU:
 * then the call waits until this thread polls.
 */
int smp_call_function_single(int cpu, void (*func)(void *info), void *info, int wait);
void shim_cpu_run(bool run);
bool shim_cpu_poll(void);

#endif
