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

struct btf_type;

struct otr_btf *otr_btf_open(const void *data, size_t size, const struct otr_btf *base);
void otr_btf_close(struct otr_btf *btf);
void otr_btf_print_args(const struct otr_btf *btf, u32 proto, const unsigned long *words,
			struct seq_buf *out);
void otr_btf_judge(const struct otr_btf *btf, u32 proto, unsigned long value,
		   struct otr_value *out);

/**
 * struct otr_btf_class - what matters of a type when a value of it is printed
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

bool otr_btf_classify(const struct otr_btf *btf, u32 id, struct otr_btf_class *out);
const struct btf_type *otr_btf_type(const struct otr_btf *btf, u32 id);
const char *otr_btf_name(const struct otr_btf *btf, u32 offset);
u32 otr_btf_first(const struct otr_btf *btf);
bool otr_btf_skip_names(const struct otr_btf *btf, u32 *id);

#endif /* _OTR_EVENT_BTF_H */
