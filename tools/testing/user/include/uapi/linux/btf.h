/* SPDX-License-Identifier: GPL-2.0-only */
/* The same as the C library's. */
#include <linux/btf.h>
