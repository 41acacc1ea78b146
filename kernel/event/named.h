/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel knows of its types (BTF), by name, a part of event.h: for those who read
 * users' text.
 */
#ifndef _OTR_EVENT_NAMED_H
#define _OTR_EVENT_NAMED_H

#include <linux/types.h>

struct otr_btf;

/* No function of this name, or more than one. */
#define OTR_BTF_NONE	0

/**
 * struct otr_btf_param - a parameter of a function
 * @name: "" for none
 * @type: of what type, 0 behind the last one that has a type
 */
struct otr_btf_param {
	const char	*name;
	u32		type;
};

/**
 * struct otr_btf_shape - what a type is, behind its names and qualifiers
 * @kind: BTF_KIND_*; BTF_KIND_UNKN for void
 * @id: its number
 * @target: the type of what it points to, or has as elements; 0 for void, or for nothing
 * @bits: of an integer
 * @is_signed: it is one that may be negative
 */
struct otr_btf_shape {
	u32	kind;
	u32	id;
	u32	target;
	u32	bits;
	bool	is_signed;
};

/**
 * struct otr_btf_member - a member of a structure or of a union
 * @type: its type
 * @offset: where it begins, in bits
 * @bits: of a bit field, 0 for another member
 */
struct otr_btf_member {
	u32	type;
	u32	offset;
	u32	bits;
};

/* btf.c */
u32 otr_btf_find(const struct otr_btf *btf, const char *func);
bool otr_btf_param(const struct otr_btf *btf, u32 proto, unsigned int nr,
		   struct otr_btf_param *out);
u32 otr_btf_result(const struct otr_btf *btf, u32 proto);

/* btf_member.c */
bool otr_btf_shape(const struct otr_btf *btf, u32 id, struct otr_btf_shape *out);
bool otr_btf_member(const struct otr_btf *btf, u32 id, const char *name,
		    struct otr_btf_member *out);
u32 otr_btf_find_struct(const struct otr_btf *btf, const char *name);

/* types.c */
void otr_types_lock(void);
void otr_types_unlock(void);
bool otr_types_known(void);
const struct otr_btf *otr_types_named(const char *func, u32 *proto);
const struct otr_btf *otr_types_struct(const char *name, u32 *id);

#endif /* _OTR_EVENT_NAMED_H */
