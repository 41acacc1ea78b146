/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_ERR_H
#define _SHIM_LINUX_ERR_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#define ERESTARTSYS		512

#define ERR_PTR(err)		((void *)(long)(err))
#define PTR_ERR(p)		((long)(p))
#define MAX_ERRNO		4095
#define IS_ERR(p)		((unsigned long)(p) >= -(unsigned long)MAX_ERRNO)

#endif
