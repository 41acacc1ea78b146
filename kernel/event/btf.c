// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading BTF, the kernel's description of its types, as far as the parameters
 * and the results of functions go.
 *
 * The format is that of <linux/btf.h>, which user space has as well, and which
 * stays; the kernel's own functions to read it do not. A module's blob goes on
 * where the kernel's ends: its first type and its first character have the
 * numbers behind the last ones there.
 */
#include <linux/align.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/stringhash.h>
#include <uapi/linux/btf.h>

#include "event/btf.h"

/* The place of one type in so many is remembered, the others are walked to. */
#define MARK_STEP	16

/* Names and qualifiers in front of a type; more of them are a circle. */
#define CHAIN_MAX	32

/* In a slot of the table of functions: several have that name. */
#define AMBIGUOUS	BIT(31)

/**
 * struct otr_btf - the types of the kernel, or of a module
 * @base: the kernel's, for those of a module; NULL
 * @types: where they are, one behind the other
 * @types_len: bytes of that
 * @strings: where names are; the last byte is 0
 * @strings_len: bytes of that
 * @first_id: number of the first type
 * @end_id: number behind the last one
 * @first_string: number of the first byte of @strings
 * @marks: offsets of every MARK_STEP'th type
 * @mask: slots in @funcs, less one
 * @funcs: numbers of functions, by a hash of their name; 0 for a free slot
 */
struct otr_btf {
	const struct otr_btf	*base;
	const void		*types;
	u32			types_len;
	const char		*strings;
	u32			strings_len;
	u32			first_id;
	u32			end_id;
	u32			first_string;
	u32			*marks;
	u32			mask;
	u32			*funcs;
};

/* What follows a struct btf_type of each kind: once, and per element. */
static const struct {
	u8	known;
	u8	once;
	u8	each;
} btf_tails[NR_BTF_KINDS] = {
	[BTF_KIND_INT]		= { 1, sizeof(u32), 0 },
	[BTF_KIND_PTR]		= { 1, 0, 0 },
	[BTF_KIND_ARRAY]	= { 1, sizeof(struct btf_array), 0 },
	[BTF_KIND_STRUCT]	= { 1, 0, sizeof(struct btf_member) },
	[BTF_KIND_UNION]	= { 1, 0, sizeof(struct btf_member) },
	[BTF_KIND_ENUM]		= { 1, 0, sizeof(struct btf_enum) },
	[BTF_KIND_FWD]		= { 1, 0, 0 },
	[BTF_KIND_TYPEDEF]	= { 1, 0, 0 },
	[BTF_KIND_VOLATILE]	= { 1, 0, 0 },
	[BTF_KIND_CONST]	= { 1, 0, 0 },
	[BTF_KIND_RESTRICT]	= { 1, 0, 0 },
	[BTF_KIND_FUNC]		= { 1, 0, 0 },
	[BTF_KIND_FUNC_PROTO]	= { 1, 0, sizeof(struct btf_param) },
	[BTF_KIND_VAR]		= { 1, sizeof(struct btf_var), 0 },
	[BTF_KIND_DATASEC]	= { 1, 0, sizeof(struct btf_var_secinfo) },
	[BTF_KIND_FLOAT]	= { 1, 0, 0 },
	[BTF_KIND_DECL_TAG]	= { 1, sizeof(struct btf_decl_tag), 0 },
	[BTF_KIND_TYPE_TAG]	= { 1, 0, 0 },
	[BTF_KIND_ENUM64]	= { 1, 0, sizeof(struct btf_enum64) },
};

static u32 btf_kind_of(const struct btf_type *type)
{
	return BTF_INFO_KIND(type->info);
}

/* Bytes of a type with what follows it, 0 for a kind that nobody knows. */
static u32 btf_length_of(const struct btf_type *type)
{
	u32 kind = btf_kind_of(type);

	if (kind >= NR_BTF_KINDS || !btf_tails[kind].known)
		return 0;
	return sizeof(*type) + btf_tails[kind].once +
	       btf_tails[kind].each * BTF_INFO_VLEN(type->info);
}

/* The type at an offset, all of it; NULL if there is none. */
static const struct btf_type *btf_type_at(const struct otr_btf *btf, u32 offset)
{
	const struct btf_type *type = btf->types + offset;
	u32 rest = btf->types_len - offset, len;

	if (rest < sizeof(*type))
		return NULL;
	len = btf_length_of(type);
	return len && len <= rest ? type : NULL;
}

/**
 * otr_btf_type - a type by its number
 * @btf: the types
 * @id: its number
 *
 * Context: any.
 * Return: it, with all that belongs to it; NULL for void and for one that there is not.
 */
const struct btf_type *otr_btf_type(const struct otr_btf *btf, u32 id)
{
	u32 offset, steps;

	if (id < btf->first_id && btf->base)
		btf = btf->base;
	if (id < btf->first_id || id >= btf->end_id)
		return NULL;
	id -= btf->first_id;
	offset = btf->marks[id / MARK_STEP];
	for (steps = id % MARK_STEP; steps; steps--)
		offset += btf_length_of(btf->types + offset);
	return btf->types + offset;
}

/**
 * otr_btf_first - the number of the first type that is not another blob's
 * @btf: the types
 *
 * Context: any.
 * Return: it.
 */
u32 otr_btf_first(const struct otr_btf *btf)
{
	return btf->first_id;
}

/**
 * otr_btf_name - a name by its place
 * @btf: the types
 * @offset: its place
 *
 * Context: any.
 * Return: the name; what lies outside is "".
 */
const char *otr_btf_name(const struct otr_btf *btf, u32 offset)
{
	if (offset < btf->first_string && btf->base)
		btf = btf->base;
	if (offset < btf->first_string || offset - btf->first_string >= btf->strings_len)
		return "";
	return btf->strings + (offset - btf->first_string);
}

/* Where the sections are; they stay inside of the blob. */
static int btf_read_header(struct otr_btf *btf, const void *data, size_t size)
{
	const struct btf_header *head = data;
	size_t room;

	if (!IS_ALIGNED((unsigned long)data, sizeof(u32)) || size < sizeof(*head))
		return -EINVAL;
	if (head->magic != BTF_MAGIC || head->version != BTF_VERSION ||
	    head->hdr_len < sizeof(*head) || head->hdr_len > size)
		return -EINVAL;
	room = size - head->hdr_len;
	if (head->type_off > room || head->type_len > room - head->type_off ||
	    head->str_off > room || head->str_len > room - head->str_off)
		return -EINVAL;
	/* Only the types are read as words. */
	if (!IS_ALIGNED(head->hdr_len + (size_t)head->type_off, sizeof(u32)))
		return -EINVAL;
	btf->types = data + head->hdr_len + head->type_off;
	btf->types_len = head->type_len;
	btf->strings = data + head->hdr_len + head->str_off;
	btf->strings_len = head->str_len;
	/* A name ends in here. */
	if (btf->strings_len && btf->strings[btf->strings_len - 1])
		return -EINVAL;
	return 0;
}

/* Count all types and the functions among them; each has to be whole. */
static int btf_count_types(struct otr_btf *btf, u32 *funcs)
{
	const struct btf_type *type;
	u32 offset, types = 0;

	*funcs = 0;
	for (offset = 0; offset < btf->types_len; offset += btf_length_of(type)) {
		type = btf_type_at(btf, offset);
		if (!type)
			return -EINVAL;
		types++;
		*funcs += btf_kind_of(type) == BTF_KIND_FUNC;
	}
	if (types > BIT(30) - btf->first_id)
		return -EINVAL;
	btf->end_id = btf->first_id + types;
	return 0;
}

/* The slot of a name: of the function that has it, or a free one. */
static u32 *btf_slot_of(const struct otr_btf *btf, const char *name)
{
	u32 at = full_name_hash(NULL, name, strlen(name)) & btf->mask;

	while (btf->funcs[at]) {
		const struct btf_type *func = otr_btf_type(btf, btf->funcs[at] & ~AMBIGUOUS);

		if (!strcmp(otr_btf_name(btf, func->name_off), name))
			break;
		at = (at + 1) & btf->mask;
	}
	return &btf->funcs[at];
}

/*
 * Two static functions may have one name and different parameters, and nobody
 * says which is which. It is better to know of none than to show wrong values.
 */
static void btf_note_func(struct otr_btf *btf, const struct btf_type *type, u32 id)
{
	u32 *slot = btf_slot_of(btf, otr_btf_name(btf, type->name_off));

	if (!*slot)
		*slot = id;
	else if (otr_btf_type(btf, *slot & ~AMBIGUOUS)->type != type->type)
		*slot |= AMBIGUOUS;
}

static void btf_make_index(struct otr_btf *btf)
{
	u32 offset = 0, id;

	for (id = btf->first_id; id < btf->end_id; id++) {
		const struct btf_type *type = btf->types + offset;
		u32 nr = id - btf->first_id;

		if (!(nr % MARK_STEP))
			btf->marks[nr / MARK_STEP] = offset;
		if (btf_kind_of(type) == BTF_KIND_FUNC)
			btf_note_func(btf, type, id);
		offset += btf_length_of(type);
	}
}

/**
 * otr_btf_open - get to know a blob of types
 * @data: the blob, which has to stay; on a boundary of 4 bytes
 * @size: its bytes
 * @base: the kernel's types, which have to stay, for the blob of a module; NULL
 *
 * Takes 4 bytes per 16 types, and 8 to 16 per function.
 *
 * Context: may sleep.
 * Return: the types; ERR_PTR: -EINVAL for what is no BTF, or is cut off, or has
 * kinds of types that nobody knew; -ENOMEM.
 */
struct otr_btf *otr_btf_open(const void *data, size_t size, const struct otr_btf *base)
{
	struct otr_btf *btf = kzalloc(sizeof(*btf), GFP_KERNEL);
	u32 funcs;
	int err;

	if (!btf)
		return ERR_PTR(-ENOMEM);
	btf->base = base;
	btf->first_id = base ? base->end_id : 1;
	btf->first_string = base ? base->first_string + base->strings_len : 0;
	err = btf_read_header(btf, data, size) ?: btf_count_types(btf, &funcs);
	if (err)
		goto fail;
	/* A quarter stays free at least, so that a search ends soon. */
	btf->mask = roundup_pow_of_two(funcs + funcs / 3 + 1) - 1;
	btf->marks = kvcalloc((btf->end_id - btf->first_id) / MARK_STEP + 1, sizeof(u32),
			      GFP_KERNEL);
	btf->funcs = kvcalloc(btf->mask + 1UL, sizeof(u32), GFP_KERNEL);
	err = -ENOMEM;
	if (!btf->marks || !btf->funcs)
		goto fail;
	btf_make_index(btf);
	return btf;
fail:
	otr_btf_close(btf);
	return ERR_PTR(err);
}

/**
 * otr_btf_close - the counterpart of otr_btf_open()
 * @btf: the types, or NULL
 *
 * Context: may sleep.
 */
void otr_btf_close(struct otr_btf *btf)
{
	if (!btf)
		return;
	kvfree(btf->marks);
	kvfree(btf->funcs);
	kfree(btf);
}

/* A function's parameters and result, if that is what the number stands for. */
static const struct btf_type *btf_proto_of(const struct otr_btf *btf, u32 id)
{
	const struct btf_type *type = otr_btf_type(btf, id);

	return type && btf_kind_of(type) == BTF_KIND_FUNC_PROTO ? type : NULL;
}

/**
 * otr_btf_find - look a function up by its name
 * @btf: the types of the kernel or of the module that the function is in
 * @func: its name
 *
 * Context: any.
 * Return: what the functions below take as @proto; OTR_BTF_NONE when there is
 * no such function, or more than one.
 */
u32 otr_btf_find(const struct otr_btf *btf, const char *func)
{
	u32 id = *btf_slot_of(btf, func);
	const struct btf_type *type;

	if (!id || id & AMBIGUOUS)
		return OTR_BTF_NONE;
	type = otr_btf_type(btf, id);
	return btf_proto_of(btf, type->type) ? type->type : OTR_BTF_NONE;
}

/**
 * otr_btf_param - what a parameter is
 * @btf: the types
 * @proto: the function, see otr_btf_find()
 * @nr: which, from 0
 * @out: set to it
 *
 * Context: any.
 * Return: whether there is one.
 */
bool otr_btf_param(const struct otr_btf *btf, u32 proto, unsigned int nr,
		   struct otr_btf_param *out)
{
	const struct btf_type *type = btf_proto_of(btf, proto);
	const struct btf_param *params;

	if (!type || nr >= BTF_INFO_VLEN(type->info))
		return false;
	params = (const void *)(type + 1);
	out->name = otr_btf_name(btf, params[nr].name_off);
	out->type = params[nr].type;
	return true;
}

/**
 * otr_btf_result - of what type a function's result is
 * @btf: the types
 * @proto: the function, as otr_btf_find() knows it
 *
 * Context: any.
 * Return: the type, 0 for void.
 */
u32 otr_btf_result(const struct otr_btf *btf, u32 proto)
{
	const struct btf_type *type = btf_proto_of(btf, proto);

	return type ? type->type : 0;
}

static bool btf_is_wrapper(u32 kind)
{
	return kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_VOLATILE || kind == BTF_KIND_CONST ||
	       kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG;
}

/**
 * otr_btf_skip_names - what is behind a type's names and qualifiers
 * @btf: the types
 * @id: the type; set to that, 0 for void
 *
 * Context: any.
 * Return: false if there is no such type.
 */
bool otr_btf_skip_names(const struct otr_btf *btf, u32 *id)
{
	const struct btf_type *type;
	unsigned int i;

	for (i = 0; i < CHAIN_MAX; i++) {
		if (!*id)
			return true;
		type = otr_btf_type(btf, *id);
		if (!type)
			return false;
		if (!btf_is_wrapper(btf_kind_of(type)))
			return true;
		*id = type->type;
	}
	return false;
}

static void btf_classify(const struct btf_type *type, struct otr_btf_class *out)
{
	u32 encoding;

	out->kind = btf_kind_of(type);
	switch (out->kind) {
	case BTF_KIND_INT:
		encoding = BTF_INT_ENCODING(*(const u32 *)(type + 1));
		out->is_signed = encoding & BTF_INT_SIGNED;
		out->is_bool = encoding & BTF_INT_BOOL;
		out->size = type->size;
		break;
	case BTF_KIND_ENUM:
		/* Not every pahole says which are; most have no number that it matters for. */
		out->is_signed = true;
		out->size = type->size;
		break;
	case BTF_KIND_ENUM64:
		out->is_signed = BTF_INFO_KFLAG(type->info);
		out->size = type->size;
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_FLOAT:
		out->size = type->size;
		break;
	case BTF_KIND_PTR:
		out->size = sizeof(long);
		break;
	}
}

/**
 * otr_btf_classify - what a type is, behind its names and qualifiers
 * @btf: the types
 * @id: the type
 * @out: set to it
 *
 * Context: any.
 * Return: false if there is no such type.
 */
bool otr_btf_classify(const struct otr_btf *btf, u32 id, struct otr_btf_class *out)
{
	*out = (struct otr_btf_class) { .kind = BTF_KIND_UNKN };
	if (!otr_btf_skip_names(btf, &id))
		return false;
	if (id)
		btf_classify(otr_btf_type(btf, id), out);
	return true;
}
