/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_CPUMASK_H
#define _SHIM_LINUX_CPUMASK_H

#include <linux/types.h>

#define SHIM_CPUS		4

/* The first is always online; the others as the program likes. */
extern bool shim_online[SHIM_CPUS];

#define nr_cpu_ids		SHIM_CPUS
#define cpu_possible(cpu)	((cpu) >= 0 && (cpu) < SHIM_CPUS)
#define cpu_online(cpu)		READ_ONCE(shim_online[cpu])
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < SHIM_CPUS; (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu) if (!cpu_online(cpu)) ; else

#endif
