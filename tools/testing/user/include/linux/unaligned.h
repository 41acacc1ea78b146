/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_UNALIGNED_H
#define _SHIM_LINUX_UNALIGNED_H

#define get_unaligned(at)						\
({									\
	__typeof__(({ __auto_type shim_copy = *(at); shim_copy; })) shim_value;					\
									\
	__builtin_memcpy(&shim_value, at, sizeof(shim_value));		\
	shim_value;							\
})
#define put_unaligned(value, at)					\
do {									\
	__typeof__(*(at)) shim_value = (value);				\
									\
	__builtin_memcpy(at, &shim_value, sizeof(shim_value));		\
} while (0)

#endif
