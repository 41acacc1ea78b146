/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_CPUHOTPLUG_H
#define _SHIM_LINUX_CPUHOTPLUG_H

#include <linux/types.h>

enum cpuhp_state {
	CPUHP_BP_PREPARE_DYN = 1,
	CPUHP_AP_ONLINE_DYN,
	SHIM_CPUHP_STATES
};

/*
 * Callbacks see CPUs that are online, and those that come by shim_cpu_up() and go by
 * shim_cpu_down(). What they record on its first and last steps, outside of the
 * callbacks, is up to the program: it says so with shim_online.
 */
int cpuhp_setup_state_multi(enum cpuhp_state state, const char *name,
			    int (*up)(unsigned int cpu, struct hlist_node *node),
			    int (*down)(unsigned int cpu, struct hlist_node *node));
void cpuhp_remove_multi_state(enum cpuhp_state state);
int cpuhp_state_add_instance(enum cpuhp_state state, struct hlist_node *node);
int cpuhp_state_add_instance_nocalls(enum cpuhp_state state, struct hlist_node *node);
int cpuhp_state_remove_instance_nocalls(enum cpuhp_state state, struct hlist_node *node);
int shim_cpu_up(unsigned int cpu);
void shim_cpu_down(unsigned int cpu);

#endif
