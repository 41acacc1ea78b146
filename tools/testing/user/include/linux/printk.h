/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_PRINTK_H
#define _SHIM_LINUX_PRINTK_H

#include <stdio.h>

#define pr_info_once(...)	pr_warn(__VA_ARGS__)
#define pr_warn(...)		fprintf(stderr, "# " __VA_ARGS__)
#define pr_info(...)		pr_warn(__VA_ARGS__)

#endif
