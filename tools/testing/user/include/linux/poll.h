/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_POLL_H
#define _SHIM_LINUX_POLL_H

#include <linux/wait.h>

#define EPOLLERR		0x008
#define EPOLLIN			0x001
#define EPOLLRDNORM		0x040

typedef unsigned int __poll_t;

/* Where it was said to wait. */
typedef struct poll_table {
	wait_queue_head_t *queue;
} poll_table;

struct file;

#define poll_wait(file, wq, table) ((void)(file), (void)((table)->queue = (wq)))

#endif
