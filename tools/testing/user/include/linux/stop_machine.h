/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_STOP_MACHINE_H
#define _SHIM_LINUX_STOP_MACHINE_H

/* The program's other threads are over. */
#define stop_machine(func, data, cpus)	((void)(cpus), (func)(data))

#endif
