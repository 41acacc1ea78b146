/* SPDX-License-Identifier: GPL-2.0-only */
/* Making a blob of types, one type after the other. */
#ifndef _EVENT_BLOB_H
#define _EVENT_BLOB_H

#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/types.h>
#include <uapi/linux/btf.h>

#define BLOB_MAX	8192

struct blob {
	u32 types[BLOB_MAX / 4], nr_words;
	char names[BLOB_MAX];
	u32 len_names, first_name;
	u32 next_id;
};

static inline void blob_begin(struct blob *b, const struct blob *base)
{
	memset(b, 0, sizeof(*b));
	b->len_names = 1;
	b->next_id = 1;
	if (!base)
		return;
	b->first_name = base->len_names;
	b->next_id = base->next_id;
}

static inline u32 blob_name(struct blob *b, const char *name)
{
	u32 at = b->len_names, len = strlen(name) + 1;

	if (!*name)
		return 0;
	memcpy(b->names + at, name, len);
	b->len_names += len;
	return b->first_name + at;
}

static inline void blob_word(struct blob *b, u32 word)
{
	b->types[b->nr_words++] = word;
}

/* Any type; a test that has something behind it adds that by blob_word(). */
static inline u32 blob_type(struct blob *b, const char *name, u32 kind, u32 vlen, u32 size_or_type)
{
	u32 name_off = blob_name(b, name);

	blob_word(b, name_off);
	blob_word(b, kind << 24 | vlen);
	blob_word(b, size_or_type);
	return b->next_id++;
}

static inline u32 blob_int(struct blob *b, const char *name, u32 size, u32 encoding)
{
	u32 id = blob_type(b, name, BTF_KIND_INT, 0, size);

	blob_word(b, encoding << 24 | size * 8);
	return id;
}

/* Without members. */
static inline u32 blob_struct(struct blob *b, const char *name, u32 size)
{
	return blob_type(b, name, BTF_KIND_STRUCT, 0, size);
}

struct blob_param {
	const char *name;
	u32 type;
};

/* A function with up to 10 parameters; the array ends where there is no name. */
static inline u32 blob_func(struct blob *b, const char *name, u32 result,
			    const struct blob_param *params)
{
	u32 nr = 0, names[10], proto;

	while (params[nr].name) {
		names[nr] = blob_name(b, params[nr].name);
		nr++;
	}
	proto = blob_type(b, "", BTF_KIND_FUNC_PROTO, nr, result);
	for (u32 i = 0; i < nr; i++) {
		blob_word(b, names[i]);
		blob_word(b, params[i].type);
	}
	blob_type(b, name, BTF_KIND_FUNC, BTF_FUNC_STATIC, proto);
	return proto;
}

/* Into memory of its own, of just that size, so that nobody reads beyond. */
static inline void *blob_make(const struct blob *b, size_t *size)
{
	struct btf_header head = {
		.magic		= BTF_MAGIC,
		.version	= BTF_VERSION,
		.hdr_len	= sizeof(head),
		.type_len	= b->nr_words * 4,
		.str_off	= b->nr_words * 4,
		.str_len	= b->len_names,
	};
	char *data = malloc(sizeof(head) + head.type_len + head.str_len);

	memcpy(data, &head, sizeof(head));
	memcpy(data + sizeof(head), b->types, head.type_len);
	memcpy(data + sizeof(head) + head.type_len, b->names, head.str_len);
	*size = sizeof(head) + head.type_len + head.str_len;
	return data;
}

/* The kernel's types of the tests: every kind, and functions that use them. */
struct blob_ids {
	u32 s8, s16, s32, s64, u8, u32, u64, bool_, int128, ptr, enum_, enum64, pair, big, one;
	u32 tiny, float_, typedef_, const_, circle;
};

static inline void blob_all_kinds(struct blob *b, struct blob_ids *id)
{
	blob_begin(b, NULL);
	id->s8 = blob_int(b, "signed char", 1, BTF_INT_SIGNED);
	id->s16 = blob_int(b, "short", 2, BTF_INT_SIGNED);
	id->s32 = blob_int(b, "int", 4, BTF_INT_SIGNED);
	id->s64 = blob_int(b, "long", 8, BTF_INT_SIGNED);
	id->u8 = blob_int(b, "unsigned char", 1, 0);
	id->u32 = blob_int(b, "unsigned int", 4, 0);
	id->u64 = blob_int(b, "unsigned long", 8, 0);
	id->bool_ = blob_int(b, "_Bool", 1, BTF_INT_BOOL);
	id->int128 = blob_int(b, "__int128", 16, BTF_INT_SIGNED);
	id->ptr = blob_type(b, "", BTF_KIND_PTR, 0, 0);
	id->enum_ = blob_type(b, "colour", BTF_KIND_ENUM, 1, 4);
	blob_word(b, blob_name(b, "RED"));
	blob_word(b, 7);
	id->enum64 = blob_type(b, "wide", BTF_KIND_ENUM64, 1, 8);
	blob_word(b, blob_name(b, "FAR"));
	blob_word(b, 7);
	blob_word(b, 0);
	id->pair = blob_type(b, "pair", BTF_KIND_STRUCT, 2, 16);
	for (int i = 0; i < 2; i++) {
		blob_word(b, blob_name(b, i ? "b" : "a"));
		blob_word(b, id->s64);
		blob_word(b, i * 64);
	}
	id->big = blob_struct(b, "big", 24);
	id->one = blob_struct(b, "one", 8);
	id->tiny = blob_struct(b, "tiny", 0);
	id->float_ = blob_type(b, "double", BTF_KIND_FLOAT, 0, 8);
	blob_type(b, "", BTF_KIND_ARRAY, 0, 0);
	blob_word(b, id->s32);
	blob_word(b, id->s32);
	blob_word(b, 4);
	blob_type(b, "u", BTF_KIND_UNION, 0, 8);
	blob_type(b, "forward", BTF_KIND_FWD, 0, 0);
	blob_type(b, "variable", BTF_KIND_VAR, 0, id->s32);
	blob_word(b, BTF_VAR_STATIC);
	blob_type(b, ".data", BTF_KIND_DATASEC, 1, 4);
	for (int i = 0; i < 3; i++)
		blob_word(b, b->next_id - 2);
	blob_type(b, "tag", BTF_KIND_DECL_TAG, 0, id->pair);
	blob_word(b, -1);
	id->typedef_ = blob_type(b, "count_t", BTF_KIND_TYPEDEF, 0, id->s32);
	id->const_ = blob_type(b, "", BTF_KIND_CONST, 0, id->typedef_);
	blob_type(b, "", BTF_KIND_VOLATILE, 0, id->s32);
	blob_type(b, "", BTF_KIND_RESTRICT, 0, id->ptr);
	blob_type(b, "user", BTF_KIND_TYPE_TAG, 0, id->s32);
	id->circle = blob_type(b, "circle", BTF_KIND_TYPEDEF, 0, b->next_id);
}

#endif
