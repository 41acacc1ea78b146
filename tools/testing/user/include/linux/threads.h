/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_THREADS_H
#define _SHIM_LINUX_THREADS_H

#define PID_MAX_DEFAULT		0x8000
#define PID_MAX_LIMIT		(4 * 1024 * 1024)

#endif
