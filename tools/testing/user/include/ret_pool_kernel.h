/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pool of return stacks has of the kernel, for threads that are CPUs and a
 * worker: not as elsewhere, where a thread has what is of its CPU for itself.
 */
#ifndef _RET_POOL_KERNEL_H
#define _RET_POOL_KERNEL_H

/* A lock that tasks and the worker share. */
struct shim_lock {
	pthread_mutex_t lock;
};

#define DEFINE_RAW_SPINLOCK(name)	struct shim_lock name = { PTHREAD_MUTEX_INITIALIZER }
#define raw_spin_lock_irqsave(l, flags)	((flags) = pthread_mutex_lock(&(l)->lock))
#define raw_spin_unlock_irqrestore(l, flags) ((void)(flags), pthread_mutex_unlock(&(l)->lock))

typedef struct {
	long counter;
} shim_long;

#define atomic_long_t			shim_long
#define atomic_long_inc(v)		__atomic_fetch_add(&(v)->counter, 1, __ATOMIC_RELAXED)
#define atomic_long_read(v)		__atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)
#define atomic_set(v, i)		WRITE_ONCE((v)->counter, i)
#define for_each_present_cpu(cpu)	for ((cpu) = 1; (cpu) <= CPUS; (cpu)++)

/* Not of a thread: the worker fills those of all CPUs. */
#undef DEFINE_PER_CPU
#undef per_cpu_ptr
#undef raw_cpu_ptr
#define DEFINE_PER_CPU(type, name)	type name[SHIM_CPUS]
#define per_cpu_ptr(p, cpu)		(&(*(p))[cpu])
#define raw_cpu_ptr(p)			per_cpu_ptr(p, shim_cpu)

/* Work is asked for here, and done by a thread. */
static bool work_wanted;

#define DECLARE_WORK(name, f)		struct work_struct name = { f }
#define schedule_work(work)		((void)(work), __atomic_store_n(&work_wanted, true, \
									__ATOMIC_RELEASE))
#define flush_work(work)		((work)->func(work))
#define cancel_work_sync(work)		((void)(work))
#define cpuhp_setup_state_nocalls(state, name, up, down) ((void)(down), 1)
#define cpuhp_remove_state_nocalls(state) ((void)(state))

#endif /* _RET_POOL_KERNEL_H */
