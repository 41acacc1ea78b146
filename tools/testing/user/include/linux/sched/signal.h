/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SCHED_SIGNAL_H
#define _SHIM_LINUX_SCHED_SIGNAL_H

#include <linux/types.h>

/* Somebody killed the task. */
extern bool shim_killed;

#define fatal_signal_pending(task) ((void)(task), shim_killed)

#endif
