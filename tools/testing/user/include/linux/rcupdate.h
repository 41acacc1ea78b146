/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_RCUPDATE_H
#define _SHIM_LINUX_RCUPDATE_H

#include <linux/atomic.h>

/*
 * Threads mark what they read by switching preemption off; shim_synchronize()
 * is up to the program: one that replaces what is being read supplies it.
 */
void shim_synchronize(void);

#define synchronize_rcu()	shim_synchronize()

/* They are called by rcu_barrier(), and where the program says so. */
struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void rcu_barrier(void);
#define rcu_dereference_sched(p) __atomic_load_n(&(p), __ATOMIC_CONSUME)
#define rcu_dereference_protected(p, c) (p)
#define rcu_assign_pointer(p, v) __atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define rcu_replace_pointer(p, v, c) __atomic_exchange_n(&(p), v, __ATOMIC_ACQ_REL)
#define RCU_INIT_POINTER(p, v)	((p) = (v))

#endif
