// SPDX-License-Identifier: GPL-2.0-only
/* Types of arguments. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "fetch/plan.h"

#define TYPE_TEXT(n)							\
	{ .name = n, .shown = "__data_loc char[]", .fmt = "\\\"%s\\\"",	\
	  .size = sizeof(u32), .is_signed = true, .is_text = true }
#define TYPE_NUMBER(n, s, f, bytes, sign)				\
	{ .name = n, .shown = s, .fmt = f, .size = bytes, .is_signed = sign }

/* As in the formats of in-tree. C has another letter. */
#define TYPE_LONG	"L"

static const struct otr_fetch_type types[] = {
	TYPE_TEXT("string"),
	TYPE_TEXT("ustring"),
	TYPE_TEXT("symstr"),
	TYPE_NUMBER("u8", "u8", "%u", 1, false),
	TYPE_NUMBER("u16", "u16", "%u", 2, false),
	TYPE_NUMBER("u32", "u32", "%u", 4, false),
	TYPE_NUMBER("u64", "u64", "%" TYPE_LONG "u", 8, false),
	TYPE_NUMBER("s8", "s8", "%d", 1, true),
	TYPE_NUMBER("s16", "s16", "%d", 2, true),
	TYPE_NUMBER("s32", "s32", "%d", 4, true),
	TYPE_NUMBER("s64", "s64", "%" TYPE_LONG "d", 8, true),
	TYPE_NUMBER("x8", "u8", "0x%x", 1, false),
	TYPE_NUMBER("x16", "u16", "0x%x", 2, false),
	TYPE_NUMBER("x32", "u32", "0x%x", 4, false),
	TYPE_NUMBER("x64", "u64", "0x%" TYPE_LONG "x", 8, false),
	TYPE_NUMBER("char", "u8", "'%c'", 1, false),
	TYPE_NUMBER("symbol", "u64", "%pS", 8, false),
};

/* The type of what has some bits of a number: "b3@4/16" are three of a u16. */
static const char *types_of_bits(const char *name)
{
	const char *container = strchr(name, '/');
	unsigned long bits;

	if (!container || kstrtoul(container + 1, 0, &bits))
		return NULL;
	switch (bits) {
	case 8:
		return "u8";
	case 16:
		return "u16";
	case 32:
		return "u32";
	case 64:
		return "u64";
	default:
		return NULL;
	}
}

/**
 * otr_fetch_type_find - look a type up
 * @name: as the user wrote it, NULL for none
 * @user: the probe is in a program, which has no symbols
 *
 * Context: any.
 * Return: it, NULL if there is none of that name.
 */
const struct otr_fetch_type *otr_fetch_type_find(const char *name, bool user)
{
	unsigned int i;

	if (!name)
		name = "x64";
	else if (user && (!strcmp(name, "symbol") || !strcmp(name, "symstr")))
		return NULL;
	if (*name == 'b')
		name = types_of_bits(name);
	for (i = 0; name && i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].name, name))
			return &types[i];
	return NULL;
}
