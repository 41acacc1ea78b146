/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the event room: the types that the kernel keeps of its functions (BTF).
 *
 * A blob is not trusted: where every type lies is found out and checked once,
 * and what refers to another type or to a name is checked whenever it is used.
 */
#ifndef _OTR_EVENT_BTF_H
#define _OTR_EVENT_BTF_H

#include <linux/types.h>

#include "event/event.h"

struct otr_btf;

/* No function of this name, or more than one. */
#define OTR_BTF_NONE	0

struct otr_btf *otr_btf_open(const void *data, size_t size, const struct otr_btf *base);
void otr_btf_close(struct otr_btf *btf);
u32 otr_btf_find(const struct otr_btf *btf, const char *func);
void otr_btf_print_args(const struct otr_btf *btf, u32 proto, const unsigned long *words,
			struct seq_buf *out);
void otr_btf_judge(const struct otr_btf *btf, u32 proto, unsigned long value,
		   struct otr_value *out);

/**
 * struct otr_btf_class - what matters of a type for those who print a value of it
 * @kind: BTF_KIND_*, behind all names and qualifiers; BTF_KIND_UNKN for void
 * @size: in bytes
 * @is_signed: numbers of it may be negative
 * @is_bool: there are two of it
 */
struct otr_btf_class {
	u32	kind;
	u32	size;
	bool	is_signed;
	bool	is_bool;
};

/**
 * struct otr_btf_param - a parameter of a function
 * @name: "" for none
 * @type: of what type, 0 behind the last one that has a type
 */
struct otr_btf_param {
	const char	*name;
	u32		type;
};

bool otr_btf_classify(const struct otr_btf *btf, u32 id, struct otr_btf_class *out);
bool otr_btf_param(const struct otr_btf *btf, u32 proto, unsigned int nr,
		   struct otr_btf_param *out);
u32 otr_btf_result(const struct otr_btf *btf, u32 proto);

#endif /* _OTR_EVENT_BTF_H */
