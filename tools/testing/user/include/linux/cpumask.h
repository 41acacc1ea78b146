/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_CPUMASK_H
#define _SHIM_LINUX_CPUMASK_H

#include <linux/types.h>

#define SHIM_CPUS		4

/* The first is always online; the others as the program likes. */
extern bool shim_online[SHIM_CPUS];

struct cpumask {
	unsigned long bits;
};

static inline unsigned int cpumask_size(void)
{
	return sizeof(struct cpumask);
}

static inline void cpumask_setall(struct cpumask *mask)
{
	mask->bits = (1UL << SHIM_CPUS) - 1;
}

static inline bool cpumask_test_cpu(unsigned int cpu, const struct cpumask *mask)
{
	return mask->bits >> cpu & 1;
}

static inline unsigned int cpumask_weight(const struct cpumask *mask)
{
	return __builtin_popcountl(mask->bits);
}

static inline unsigned int cpumask_first(const struct cpumask *mask)
{
	return mask->bits ? __builtin_ctzl(mask->bits) : SHIM_CPUS;
}

static inline bool cpumask_equal(const struct cpumask *one, const struct cpumask *other)
{
	return one->bits == other->bits;
}

static inline bool cpumask_intersects(const struct cpumask *one, const struct cpumask *other)
{
	return one->bits & other->bits;
}

/* Numbers and ranges, separated by commas. */
int cpulist_parse(const char *text, struct cpumask *mask);

#define nr_cpu_ids		SHIM_CPUS
#define cpu_possible(cpu)	((cpu) >= 0 && (cpu) < SHIM_CPUS)
#define cpu_online(cpu)		READ_ONCE(shim_online[cpu])
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < SHIM_CPUS; (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu) if (!cpu_online(cpu)) ; else

#endif
