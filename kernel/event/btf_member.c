// SPDX-License-Identifier: GPL-2.0-only
/* Types that lead to others: pointers, arrays, members of structures. */
#include <linux/kernel.h>
#include <linux/string.h>
#include <uapi/linux/btf.h>

#include "event/btf.h"

/* Structures without a name in each other; more of them are a circle. */
#define MEMBER_DEPTH	16

/**
 * otr_btf_shape - what a type is, behind its names and qualifiers
 * @btf: the types
 * @id: the type
 * @out: set to it
 *
 * Context: any.
 * Return: false if there is no such type.
 */
bool otr_btf_shape(const struct otr_btf *btf, u32 id, struct otr_btf_shape *out)
{
	const struct btf_type *type;
	u32 word;

	*out = (struct otr_btf_shape){ .kind = BTF_KIND_UNKN };
	if (!otr_btf_skip_names(btf, &id))
		return false;
	if (!id)
		return true;
	type = otr_btf_type(btf, id);
	out->kind = BTF_INFO_KIND(type->info);
	out->id = id;
	if (out->kind == BTF_KIND_PTR) {
		out->target = type->type;
	} else if (out->kind == BTF_KIND_ARRAY) {
		out->target = ((const struct btf_array *)(type + 1))->type;
	} else if (out->kind == BTF_KIND_INT) {
		word = *(const u32 *)(type + 1);
		out->bits = BTF_INT_BITS(word);
		out->is_signed = BTF_INT_ENCODING(word) & BTF_INT_SIGNED;
	}
	return true;
}

static bool member_is_composite(const struct btf_type *type)
{
	u32 kind = BTF_INFO_KIND(type->info);

	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

/* Where a member is, and how many bits it has if it is a bit field. */
static void member_place(const struct btf_type *type, const struct btf_member *member,
			 struct otr_btf_member *out)
{
	out->type = member->type;
	out->offset = member->offset;
	out->bits = 0;
	if (!BTF_INFO_KFLAG(type->info))
		return;
	out->offset = BTF_MEMBER_BIT_OFFSET(member->offset);
	out->bits = BTF_MEMBER_BITFIELD_SIZE(member->offset);
}

static bool member_find(const struct otr_btf *btf, u32 id, const char *name, unsigned int depth,
			struct otr_btf_member *out)
{
	const struct btf_member *members;
	const struct btf_type *type;
	unsigned int i;
	u32 offset;

	if (depth == MEMBER_DEPTH || !otr_btf_skip_names(btf, &id) || !id)
		return false;
	type = otr_btf_type(btf, id);
	if (!member_is_composite(type))
		return false;
	members = (const void *)(type + 1);
	for (i = 0; i < BTF_INFO_VLEN(type->info); i++) {
		const char *its = otr_btf_name(btf, members[i].name_off);

		member_place(type, &members[i], out);
		if (*its && !strcmp(its, name))
			return true;
		offset = out->offset;
		if (!*its && member_find(btf, members[i].type, name, depth + 1, out)) {
			out->offset += offset;
			return true;
		}
	}
	return false;
}

/**
 * otr_btf_member - find a member of a structure, or of one without a name in that
 * @btf: the types
 * @id: the structure or union
 * @name: the member's name
 * @out: set to it, if it is found
 *
 * Context: any.
 * Return: whether there is one.
 */
bool otr_btf_member(const struct otr_btf *btf, u32 id, const char *name,
		    struct otr_btf_member *out)
{
	return member_find(btf, id, name, 0, out);
}

/**
 * otr_btf_find_struct - look a structure or a union up by its name
 * @btf: the types; of a module, its own
 * @name: the name
 *
 * Goes through all types.
 *
 * Context: process context.
 * Return: the first one of that name, 0 if there is none.
 */
u32 otr_btf_find_struct(const struct otr_btf *btf, const char *name)
{
	const struct btf_type *type;
	u32 id;

	for (id = otr_btf_first(btf); (type = otr_btf_type(btf, id)); id++)
		if (member_is_composite(type) && !strcmp(otr_btf_name(btf, type->name_off), name))
			return id;
	return 0;
}
