// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user event, from the text of a definition.
 *
 *	NAME [FIELD[;FIELD]...]
 *
 * A field is a type and a name, with one blank between them. "unsigned", "struct",
 * "__data_loc" and "__rel_loc" are the beginning of a type of more words; only a struct has
 * its size behind its name.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <outrace/record.h>

#include "dyn/user_plan.h"

/* Longest name, with room for the number of a format. */
#define PLAN_NAME_MAX	(NAME_MAX - 17)

/* Numbers, as C and the kernel call them; none whose size is another one elsewhere. */
static const struct {
	const char	*type;
	u8		size;
	const char	*print;
} plan_numbers[] = {
	{ "s64",		8,	"%lld" },
	{ "u64",		8,	"%llu" },
	{ "s32",		4,	"%d" },
	{ "u32",		4,	"%u" },
	{ "int",		4,	"%d" },
	{ "unsigned int",	4,	"%u" },
	{ "s16",		2,	"%d" },
	{ "u16",		2,	"%u" },
	{ "short",		2,	"%d" },
	{ "unsigned short",	2,	"%u" },
	{ "s8",			1,	"%d" },
	{ "u8",			1,	"%u" },
	{ "char",		1,	"%d" },
	{ "unsigned char",	1,	"%u" },
};

/* What types of more than one word begin with; the first that fits counts. */
static const struct {
	const char		*begins;
	enum otr_user_sort	sort;
} plan_starts[] = {
	{ "unsigned ",			OTR_USER_NUMBER },
	{ "struct ",			OTR_USER_STRUCT },
	{ "__data_loc unsigned ",	OTR_USER_DATA_LOC },
	{ "__data_loc ",		OTR_USER_DATA_LOC },
	{ "__rel_loc unsigned ",	OTR_USER_REL_LOC },
	{ "__rel_loc ",			OTR_USER_REL_LOC },
};

/* Names are those of directories. */
static bool plan_good_name(const char *name)
{
	size_t len = strlen(name);

	return len && len <= PLAN_NAME_MAX && !strchr(name, '/') && strcmp(name, ".") &&
	       strcmp(name, "..");
}

/**
 * otr_user_plan_begin - read the name of a definition
 * @plan: filled in
 * @text: the definition
 *
 * Context: may sleep.
 * Return: 0; -EINVAL for a name that is none, or has flags, of which there are none yet;
 * -ENOMEM. otr_user_plan_end() must follow in any case.
 */
int otr_user_plan_begin(struct otr_user_plan *plan, const char *text)
{
	char *end;

	*plan = (struct otr_user_plan){ .size = sizeof(struct otr_rec_head) };
	plan->words = kstrdup(text, GFP_KERNEL);
	if (!plan->words)
		return -ENOMEM;
	plan->name = plan->words;
	end = strchr(plan->words, ' ');
	if (end) {
		*end = '\0';
		plan->fields = end + 1;
	}
	return strchr(plan->name, ':') || !plan_good_name(plan->name) ? -EINVAL : 0;
}

/* Bytes of "char[N]"; -EINVAL. As in-tree, nobody looks at what is behind the bracket. */
static int plan_chars(const char *type)
{
	const char *from = strchr(type, '[') + 1;
	size_t len = strcspn(from, "]");
	unsigned int size;
	char digits[8];

	/* Bracket and all has to fit, whatever follows. */
	if (strlen(from) >= sizeof(digits) || !from[len])
		return -EINVAL;
	memcpy(digits, from, len);
	digits[len] = '\0';
	if (kstrtouint(digits, 0, &size) || !size || size > OTR_USER_CHARS)
		return -EINVAL;
	return size;
}

/* Bytes of what is no struct; -EINVAL. */
static int plan_size(struct otr_user_field *field)
{
	unsigned int i;

	if (field->sort == OTR_USER_DATA_LOC || field->sort == OTR_USER_REL_LOC) {
		field->is_text = strstr(field->type, "char");
		return sizeof(u32);
	}
	for (i = 0; i < ARRAY_SIZE(plan_numbers); i++)
		if (!strcmp(field->type, plan_numbers[i].type))
			return plan_numbers[i].size;
	if (!strstarts(field->type, "char[") && !strstarts(field->type, "unsigned char["))
		return -EINVAL;
	field->sort = OTR_USER_CHARS_INSIDE;
	return plan_chars(field->type);
}

/* How much of a type is one word whatever is in it. */
static size_t plan_type_start(const char *text, enum otr_user_sort *sort)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(plan_starts); i++) {
		if (!strstarts(text, plan_starts[i].begins))
			continue;
		*sort = plan_starts[i].sort;
		return strlen(plan_starts[i].begins);
	}
	*sort = OTR_USER_NUMBER;
	return 0;
}

static int plan_add(struct otr_user_plan *plan, struct otr_user_field *field, long size)
{
	/* What a record has no room for is not even a field. */
	if (size <= 0 || size > U16_MAX || plan->size + size > U16_MAX)
		return -EINVAL;
	field->offset = plan->size;
	field->size = size;
	plan->size += size;
	plan->nr_locs += field->sort == OTR_USER_DATA_LOC || field->sort == OTR_USER_REL_LOC;
	plan->field[plan->nr++] = *field;
	return 0;
}

static int plan_read_field(struct otr_user_plan *plan, char *text)
{
	struct otr_user_field field = {};
	enum otr_user_sort sort;
	unsigned int bytes;
	char *end, *size;

	field.type = text;
	end = strchr(text + plan_type_start(text, &sort), ' ');
	if (!end || !end[1])
		return -EINVAL;
	field.sort = sort;
	*end++ = '\0';
	field.name = end;
	size = strchr(end, ' ');
	if (size)
		*size++ = '\0';
	if (!*field.name)
		return -EINVAL;
	if (sort != OTR_USER_STRUCT)
		return size ? -EINVAL : plan_add(plan, &field, plan_size(&field));
	if (!size)
		return -EINVAL;
	return kstrtouint(size, 10, &bytes) ? -EINVAL : plan_add(plan, &field, bytes);
}

static unsigned int plan_count(const char *text)
{
	unsigned int nr = 1;

	for (; *text; text++)
		nr += *text == ';';
	return nr;
}

/**
 * otr_user_plan_fields - read the fields of a definition
 * @plan: from otr_user_plan_begin()
 *
 * Context: may sleep.
 * Return: 0; -EINVAL for one that is wrong; -ENOMEM.
 */
int otr_user_plan_fields(struct otr_user_plan *plan)
{
	char *rest = plan->fields, *part;
	int err = 0;

	if (!rest)
		return 0;
	plan->field = kvcalloc(plan_count(rest), sizeof(*plan->field), GFP_KERNEL);
	if (!plan->field)
		return -ENOMEM;
	while (!err && (part = strsep(&rest, ";"))) {
		part = skip_spaces(part);
		if (*part)
			err = plan_read_field(plan, part);
	}
	return err;
}

/**
 * otr_user_plan_end - free what was read
 * @plan: the plan
 *
 * Context: may sleep.
 */
void otr_user_plan_end(struct otr_user_plan *plan)
{
	kvfree(plan->field);
	kfree(plan->words);
}

/**
 * otr_user_print - how a program prints a field
 * @field: the field
 *
 * Context: any.
 * Return: the format of its value. As in-tree, what nobody knows is a number of 64 bits.
 */
const char *otr_user_print(const struct otr_user_field *field)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(plan_numbers); i++)
		if (!strcmp(field->type, plan_numbers[i].type))
			return plan_numbers[i].print;
	return strstr(field->type, "char[") ? "%s" : "%llu";
}

/* Go on in a listing, behind a word of which @len bytes count; NULL if it is another one. */
static const char *plan_listed(const char *listed, const char *at, const char *word, size_t len)
{
	if (at > listed && *at++ != ' ')
		return NULL;
	if (!strncmp(at, word, len))
		return at + len;
	/* The last field may have a ";", too. */
	if (*at && word[len - 1] == ';' && !strncmp(at, word, len - 1) && !at[len - 1])
		return at + len - 1;
	return NULL;
}

/**
 * otr_user_listed_word - compare one word of a definition's fields
 * @listed: fields as they are listed: words with one blank between them
 * @at: how far it was compared
 * @word: the word
 *
 * Context: any.
 * Return: where to go on in @listed, NULL if this is not the word there.
 */
const char *otr_user_listed_word(const char *listed, const char *at, const char *word)
{
	return plan_listed(listed, at, word, strlen(word));
}

/**
 * otr_user_listed_as - are these the fields of an event that is there?
 * @listed: fields as they are listed
 * @words: fields as users write them, with any blanks between words, and none needed behind
 *	   a ";"; NULL for none
 *
 * Context: any.
 * Return: whether they are.
 */
bool otr_user_listed_as(const char *listed, const char *words)
{
	const char *at = listed;

	words = skip_spaces(words ?: "");
	while (at && *words) {
		size_t len = strcspn(words, "; \t\n\v\f\r");

		len += words[len] == ';';
		at = plan_listed(listed, at, words, len);
		words = skip_spaces(words + len);
	}
	return at && !*at;
}

static bool plan_loc_good(const struct otr_user_loc *loc, const void *rec, size_t len)
{
	size_t end;
	u32 word;

	memcpy(&word, rec + loc->offset, sizeof(word));
	/* A location: the upper half is a length, the lower half an offset. */
	end = loc->base + (size_t)(word & U16_MAX) + (word >> 16);
	if (end > len)
		return false;
	return !loc->is_text || (end && !((const char *)rec)[end - 1]);
}

/**
 * otr_user_good - does everything that a record points to lie in it?
 * @loc: its words that point
 * @nr: how many
 * @rec: the record
 * @len: its length, no less than the plan's size
 *
 * Context: any.
 * Return: whether it does.
 */
bool otr_user_good(const struct otr_user_loc *loc, unsigned int nr, const void *rec, size_t len)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (!plan_loc_good(&loc[i], rec, len))
			return false;
	return true;
}
