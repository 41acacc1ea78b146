/* SPDX-License-Identifier: GPL-2.0-only */
/* The C library's errno.h comes here as well: hand it the real one. */
#include_next <linux/errno.h>
