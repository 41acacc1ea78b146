/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_PERCPU_H
#define _SHIM_LINUX_PERCPU_H

#include <linux/compiler.h>
#include <linux/cpumask.h>

#include <stddef.h>

/* Each thread plays a CPU. */
#define DECLARE_PER_CPU(type, name) extern __thread __typeof__(type) name
#define DEFINE_PER_CPU(type, name) __thread __typeof__(type) name

#define raw_cpu_read(x)		(x)
#define raw_cpu_write(x, v)	((x) = (v))
#define raw_cpu_read_1(x)	(x)
#define raw_cpu_write_1(x, v)	((x) = (v))
#define raw_cpu_or_1(x, v)	((x) |= (v))
#define this_cpu_ptr(p)		(p)

/* What is allocated is an array of CPUs: a thread may play several in turn. */
extern __thread int shim_cpu;

void *shim_alloc_percpu(size_t size, size_t align);
void free_percpu(void *p);

#define alloc_percpu(type)	((type *)shim_alloc_percpu(sizeof(type), __alignof__(type)))
#define per_cpu_ptr(p, cpu)	((p) + (cpu))
#define raw_cpu_ptr(p)		((p) + shim_cpu)

/* Of what is allocated; its other places belong to other threads. */
#define raw_cpu_read_4(x)	__atomic_load_n(raw_cpu_ptr(&(x)), __ATOMIC_RELAXED)
#define raw_cpu_write_4(x, v)	__atomic_store_n(raw_cpu_ptr(&(x)), v, __ATOMIC_RELAXED)

#endif
