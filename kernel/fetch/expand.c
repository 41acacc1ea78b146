// SPDX-License-Identifier: GPL-2.0-only
/* Words of a definition that stand for others: names of files, "$arg*". */
#include <linux/ctype.h>
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "fetch/plan.h"

/* As much as all of these words may take, as in-tree. */
#define EXPAND_BYTES	256

/*
 * Arguments of the function by their numbers, and all of them by one word.
 *
 * @line: the definition
 * @first: number of the first argument's word
 * @nr: how many there are
 * @place: where the probe is
 * @last: number of the last of such words
 * @found: there are some
 * @all: and one that means all
 */
struct expand {
	struct otr_fetch_line		*line;
	unsigned int			first;
	unsigned int			nr;
	const struct otr_fetch_place	*place;
	unsigned int			last;
	bool				found;
	bool				all;
};

static bool expand_is_all(const char *word)
{
	return strstarts(word, "$arg*");
}

static int expand_check_args(struct expand *expand)
{
	unsigned int i;

	for (i = expand->first; i < expand->first + expand->nr; i++) {
		const char *word = expand->line->word[i];

		if (!strstarts(word, "$arg"))
			continue;
		if (!otr_draft_at_entry(expand->place) && !otr_draft_at_return(expand->place))
			return otr_fetch_fail(expand->line, i, 0, OTR_FETCH_NOFENTRY_ARGS);
		expand->found = true;
		expand->last = i;
		if (isdigit(word[4]))
			continue;
		if (!expand_is_all(word))
			return otr_fetch_fail(expand->line, i, 0, OTR_FETCH_BAD_VAR);
		if (expand->all)
			return otr_fetch_fail(expand->line, i, 0, OTR_FETCH_DOUBLE_ARGS);
		expand->all = true;
	}
	return 0;
}

/* The name of a parameter, and the type that the word has. */
static int expand_name(struct otr_draft *plan, struct expand *expand, unsigned int word,
		       unsigned int nr, const char *type, size_t *used)
{
	char *to = plan->names + *used;
	struct otr_btf_param param;
	size_t len;

	if (!otr_draft_param(plan, expand->place, nr, &param)) {
		otr_fetch_fail(expand->line, word, 0, OTR_FETCH_NO_BTFARG);
		return -ENOENT;
	}
	len = snprintf(to, sizeof(plan->names) - *used, "%s%s", param.name, type);
	if (len >= sizeof(plan->names) - *used) {
		otr_fetch_fail(expand->line, word, 0, OTR_FETCH_ARGS_2LONG);
		return -E2BIG;
	}
	plan->words[plan->nr_words++] = to;
	*used += len + 1;
	return 0;
}

/* "$argN:TYPE" */
static int expand_number(struct otr_draft *plan, struct expand *expand, unsigned int word,
			 size_t *used)
{
	const char *text = expand->line->word[word] + strlen("$arg");
	unsigned int nr = 0;

	for (; isdigit(*text); text++)
		nr = min(nr * 10 + (*text - '0'), 100000U);
	if (*text && *text != ':') {
		otr_fetch_fail(expand->line, word, 0, OTR_FETCH_BAD_VAR);
		return -ENOENT;
	}
	if (!nr)
		return otr_fetch_fail(expand->line, word, 0, OTR_FETCH_BAD_ARG_NUM);
	return expand_name(plan, expand, word, nr - 1, text, used);
}

static unsigned int expand_count(const struct otr_draft *plan, const struct expand *expand)
{
	struct otr_btf_param param;
	unsigned int nr = 0;

	while (otr_draft_param(plan, expand->place, nr, &param))
		nr++;
	return nr;
}

static int expand_words(struct otr_draft *plan, struct expand *expand, unsigned int nr_params)
{
	size_t used = 0;
	unsigned int i, nr;
	int err = 0;

	plan->words = kcalloc(expand->nr + nr_params, sizeof(*plan->words), GFP_KERNEL);
	if (!plan->words)
		return -ENOMEM;
	for (i = expand->first; i < expand->first + expand->nr && !err; i++) {
		const char *word = expand->line->word[i];

		if (expand_is_all(word))
			for (nr = 0; nr < nr_params && !err; nr++)
				err = expand_name(plan, expand, i, nr, "", &used);
		else if (strstarts(word, "$arg"))
			err = expand_number(plan, expand, i, &used);
		else
			plan->words[plan->nr_words++] = word;
	}
	return err;
}

/* By their names, where the kernel knows these. */
static int expand_args(struct otr_draft *plan, struct expand *expand)
{
	unsigned int nr_params = 0;
	int err = expand_check_args(expand);

	if (err || !expand->found)
		return err;
	if (otr_draft_typed(plan, expand->place))
		nr_params = expand_count(plan, expand);
	if (nr_params)
		return expand_words(plan, expand, nr_params);
	if (!expand->all)
		return 0;
	otr_fetch_fail(expand->line, expand->last, 0, OTR_FETCH_NOSUP_BTFARG);
	return -EOPNOTSUPP;
}

static bool expand_is_file(const char *word)
{
	size_t len = strlen(word);

	return len >= 4 && (!strcmp(word + len - 4, ":%pd") || !strcmp(word + len - 4, ":%pD"));
}

/* The name of a struct dentry, or of a struct file's. */
static size_t expand_file(char *to, size_t room, const char *word)
{
	const char *equals = strchr(word, '='), *value = equals ? equals + 1 : word;
	int name_len = equals ? equals + 1 - word : 0, len = strlen(value) - strlen(":%pd");

	if (word[strlen(word) - 1] == 'd')
		return snprintf(to, room, "%.*s+0x0(+0x%zx(%.*s)):string", name_len, word,
				offsetof(struct dentry, d_name.name), len, value);
	return snprintf(to, room, "%.*s+0x0(+0x%zx(+0x%zx(%.*s))):string", name_len, word,
			offsetof(struct dentry, d_name.name),
			offsetof(struct file, f_path.dentry), len, value);
}

static int expand_files(struct otr_fetch_line *line, const char **word, unsigned int nr)
{
	size_t used = 0;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		size_t size;

		if (!expand_is_file(word[i]))
			continue;
		if (!line->expanded)
			line->expanded = kmalloc(EXPAND_BYTES, GFP_KERNEL);
		if (!line->expanded)
			return -ENOMEM;
		size = expand_file(line->expanded + used, EXPAND_BYTES - used, word[i]);
		if (size >= EXPAND_BYTES - used)
			return -ENOMEM;
		word[i] = line->expanded + used;
		used += size + 1;
	}
	return used ? otr_fetch_line_renew(line) : 0;
}

/**
 * otr_draft_expand - replace words that stand for others
 * @plan: gets the words, if they are not the line's
 * @line: the definition
 * @first: number of the first argument's word
 * @nr: how many arguments there are; set to how many come of that
 * @place: where the probe is
 *
 * Context: otr_types_lock() held; may sleep.
 * Return: 0; -EINVAL, -ENOENT, -E2BIG or -EOPNOTSUPP, which was noted; -ENOMEM, also when it
 * gets too long.
 */
int otr_draft_expand(struct otr_draft *plan, struct otr_fetch_line *line, unsigned int first,
		     unsigned int *nr, const struct otr_fetch_place *place)
{
	struct expand expand = { .line = line, .first = first, .nr = *nr, .place = place };
	int err;

	if (place->where & (OTR_FETCH_EVENT | OTR_FETCH_USER))
		return 0;
	err = expand_args(plan, &expand);
	if (err)
		return err;
	if (plan->words)
		*nr = plan->nr_words;
	if (*nr > OTR_FETCH_ARGS)
		return 0;
	return expand_files(line, plan->words ?: line->word + first, *nr);
}
