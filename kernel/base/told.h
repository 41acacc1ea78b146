/* SPDX-License-Identifier: GPL-2.0-only */
/* What who reads the memory of a kernel is told about it, see crash/crash.h. */
#ifndef _OTR_BASE_TOLD_H
#define _OTR_BASE_TOLD_H

#include <linux/stddef.h>
#include <linux/types.h>

/**
 * struct otr_told - a number with a name
 * @name: what tools/crash knows it by; NULL behind the last one of a table
 * @value: an address, a place in a struct, its size, or a number of ours
 */
struct otr_told {
	const char	*name;
	u64		value;
};

/* Where something is. */
#define OTR_TOLD_AT(what, object)	{ what, (unsigned long)&(object) }

/* Where a member of a struct is, and how large the struct is. */
#define OTR_TOLD_MEMBER(type, member)	{ #type "." #member, offsetof(struct type, member) }
#define OTR_TOLD_SIZE(type)		{ #type, sizeof(struct type) }

#endif /* _OTR_BASE_TOLD_H */
