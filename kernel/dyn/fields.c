// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fields of a synthetic event: from the text of a definition.
 *
 *	TYPE NAME [;] TYPE NAME ...
 *
 * A type is a word, or two of which the first is "unsigned". The brackets of an array
 * may stand behind the type or behind the name.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "dyn/fields.h"

static const char *const fields_errors[] = {
	[OTR_SYNTH_BAD_NAME]	= "Illegal name",
	[OTR_SYNTH_BAD_COMMAND]	= "Command must be of the form: <name> field[;field] ...",
	[OTR_SYNTH_BAD_GROUP]	=
		"Command must be of the form: s or -:[synthetic/]<name> field[;field] ...",
	[OTR_SYNTH_THERE]	= "Event already exists",
	[OTR_SYNTH_TOO_MANY]	= "Too many fields",
	[OTR_SYNTH_HALF_TYPE]	= "Incomplete type",
	[OTR_SYNTH_BAD_TYPE]	= "Invalid type",
	[OTR_SYNTH_BAD_FIELD]	= "Invalid field",
	[OTR_SYNTH_BAD_ARRAY]	= "Invalid array specification",
};

/* All that can be wrong with a definition. */
const struct otr_catalog otr_synth_catalog = {
	"synthetic_events", fields_errors, ARRAY_SIZE(fields_errors)
};

/* Numbers, as C and the kernel call them. */
static const struct {
	const char	*type;
	u8		size;
	const char	*fmt;
} fields_numbers[] = {
	{ "s64",		8,			"%lld" },
	{ "u64",		8,			"%llu" },
	{ "s32",		4,			"%d" },
	{ "u32",		4,			"%u" },
	{ "s16",		2,			"%d" },
	{ "u16",		2,			"%u" },
	{ "s8",			1,			"%d" },
	{ "u8",			1,			"%u" },
	{ "char",		1,			"%d" },
	{ "unsigned char",	1,			"%u" },
	{ "int",		sizeof(int),		"%d" },
	{ "unsigned int",	sizeof(int),		"%u" },
	{ "long",		sizeof(long),		"%ld" },
	{ "unsigned long",	sizeof(long),		"%lu" },
	{ "bool",		sizeof(bool),		"%d" },
	{ "pid_t",		sizeof(pid_t),		"%d" },
	{ "gfp_t",		sizeof(gfp_t),		"%x" },
};

/**
 * otr_synth_fail - note what is wrong with a definition
 * @cmd: the definition
 * @error: what
 * @word: a copy of the word that is wrong: as in-tree, the caret is where the text has it
 *	  first. NULL for the start
 *
 * Context: any.
 * Return: -EINVAL, so that a parser can return it.
 */
int otr_synth_fail(struct otr_cmd *cmd, enum otr_synth_error error, const char *word)
{
	const char *at = word ? strstr(cmd->text, word) : NULL;

	return otr_cmd_fail(cmd, error, at ? at - cmd->text : 0);
}

/**
 * otr_synth_good_name - may an event, or a field of it, be called that?
 * @name: the name
 *
 * Context: any.
 * Return: whether it is one of C.
 */
bool otr_synth_good_name(const char *name)
{
	if (!isalpha(*name) && *name != '_')
		return false;
	while (*++name)
		if (!isalpha(*name) && !isdigit(*name) && *name != '_')
			return false;
	return true;
}

/* Bytes of "char[N]"; 0 for "char[]", and, as in-tree, for "char[0]". */
static int fields_chars(const char *type)
{
	const char *from = strstr(type, "char[") + strlen("char[");
	size_t len = strcspn(from, "]");
	unsigned int size;
	char digits[4];

	/* The bracket closes once, where the type ends. */
	if (strcmp(from + len, "]") || strcspn(type, "]") < from - type || len >= sizeof(digits))
		return -EINVAL;
	if (!len)
		return 0;
	memcpy(digits, from, len);
	digits[len] = '\0';
	if (kstrtouint(digits, 0, &size) || size > OTR_SYNTH_CHARS)
		return -EINVAL;
	return size;
}

/* What a type is of: 0 or -EINVAL. As in-tree, an array is known by the end of its type. */
static int fields_read_type(struct otr_synth_field *field, const char *type)
{
	unsigned int i;
	int size = 0;

	field->sort = OTR_SYNTH_NUMBER;
	for (i = 0; i < ARRAY_SIZE(fields_numbers); i++) {
		if (strcmp(type, fields_numbers[i].type))
			continue;
		field->size = fields_numbers[i].size;
		field->fmt = fields_numbers[i].fmt;
		field->unused = 64 - 8 * field->size;
		field->is_gfp = !strcmp(type, "gfp_t");
		field->is_signed = *type != 'u' && !field->is_gfp;
		return 0;
	}
	if (strstr(type, "char[")) {
		size = fields_chars(type);
		field->sort = size ? OTR_SYNTH_INSIDE : OTR_SYNTH_BEHIND;
	} else if (strstr(type, "long[")) {
		field->sort = OTR_SYNTH_CALLERS;
	} else {
		return -EINVAL;
	}
	field->fmt = "%s";
	field->size = size ?: sizeof(u64);
	field->is_signed = size ? *type != 'u' : true;
	return size < 0 ? size : 0;
}

/**
 * otr_synth_check_type - may a type be asked for by another module?
 * @type: the type
 *
 * Context: any.
 * Return: 0, -EINVAL. What is wrong with an array is found when it is read.
 */
int otr_synth_check_type(const char *type)
{
	struct otr_synth_field field;

	return strchr(type, '[') ? 0 : fields_read_type(&field, type);
}

/* Cut the next word off, NULL at the end. */
static char *fields_word(char **rest)
{
	char *word = skip_spaces(*rest), *end = word;

	while (*end && !isspace(*end))
		end++;
	*rest = *end ? end + 1 : end;
	*end = '\0';
	return *word ? word : NULL;
}

/* The words that a field begins with. */
struct words {
	const char	*sign;
	char		*type;
	char		*name;
};

static int fields_read_words(struct otr_synth_plan *plan, struct words *words, char **rest)
{
	words->sign = "";
	words->name = fields_word(rest);
	if (!strcmp(words->type, "unsigned")) {
		const char *first = words->type;

		words->sign = "unsigned ";
		words->type = words->name;
		words->name = words->type ? fields_word(rest) : NULL;
		if (!words->name)
			return otr_synth_fail(&plan->cmd, OTR_SYNTH_HALF_TYPE, first);
	}
	if (!words->name)
		return otr_synth_fail(&plan->cmd, OTR_SYNTH_BAD_FIELD, words->type);
	return 0;
}

static int fields_finish(struct otr_synth_plan *plan, const struct words *words, char *name,
			 const char *array)
{
	struct otr_synth_field field = { .name = name };
	int err = -EINVAL;

	if (!otr_synth_good_name(name))
		return otr_synth_fail(&plan->cmd, OTR_SYNTH_BAD_NAME, words->name);
	field.type = kasprintf(GFP_KERNEL, "%s%s%s", words->sign, words->type, array);
	if (!field.type)
		return -ENOMEM;
	if (!fields_read_type(&field, field.type))
		err = 0;
	else if (*array && strstr(field.type, "char["))
		otr_synth_fail(&plan->cmd, OTR_SYNTH_BAD_ARRAY, words->name);
	else
		otr_synth_fail(&plan->cmd, OTR_SYNTH_BAD_TYPE, words->type);
	if (!err && plan->nr == OTR_SYNTH_FIELDS)
		err = otr_synth_fail(&plan->cmd, OTR_SYNTH_TOO_MANY, NULL);
	if (err)
		kfree(field.type);
	else
		plan->field[plan->nr++] = field;
	return err;
}

static int fields_read_one(struct otr_synth_plan *plan, char *type, char **rest)
{
	struct words words = { .type = type };
	char *name, *array;
	int err = fields_read_words(plan, &words, rest);

	if (err)
		return err;
	/* The log wants the word as it was. */
	name = kstrdup(words.name, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	array = strchrnul(words.name, '[');
	name[array - words.name] = '\0';
	err = fields_finish(plan, &words, name, array);
	if (err)
		kfree(name);
	return err;
}

/**
 * otr_synth_read - read fields
 * @plan: @cmd is set, all else 0; filled in
 * @fields: the part of its text that defines them
 *
 * Context: may sleep.
 * Return: 0, -EINVAL, -ENOMEM; otr_synth_forget() must follow in any case.
 */
int otr_synth_read(struct otr_synth_plan *plan, const char *fields)
{
	char *part, *parts, *word;
	int err = 0;

	plan->words = kstrdup(fields, GFP_KERNEL);
	if (!plan->words)
		return -ENOMEM;
	parts = plan->words;
	while (!err && (part = strsep(&parts, ";")))
		while (!err && (word = fields_word(&part)))
			err = fields_read_one(plan, word, &part);
	if (!err && !plan->nr)
		err = otr_synth_fail(&plan->cmd, OTR_SYNTH_BAD_COMMAND, NULL);
	return err;
}

/**
 * otr_synth_forget - free what was read
 * @plan: the plan
 *
 * Context: may sleep.
 */
void otr_synth_forget(struct otr_synth_plan *plan)
{
	while (plan->nr--) {
		kfree(plan->field[plan->nr].type);
		kfree(plan->field[plan->nr].name);
	}
	kfree(plan->words);
}
