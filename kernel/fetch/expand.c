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

/* All arguments of the function can be meant by one word, where they are known by name. */
static int expand_check_args(struct otr_fetch_line *line, unsigned int first, unsigned int nr,
			     const struct otr_fetch_place *place)
{
	unsigned int i, last = 0;
	bool all = false;

	for (i = first; i < first + nr; i++) {
		const char *word = line->word[i];

		if (!strstarts(word, "$arg"))
			continue;
		if (!otr_draft_at_entry(place) && !otr_draft_at_return(place))
			return otr_fetch_fail(line, i, 0, OTR_FETCH_NOFENTRY_ARGS);
		last = i;
		if (isdigit(word[4]))
			continue;
		if (word[4] != '*')
			return otr_fetch_fail(line, i, 0, OTR_FETCH_BAD_VAR);
		if (all)
			return otr_fetch_fail(line, i, 0, OTR_FETCH_DOUBLE_ARGS);
		all = true;
	}
	if (!all)
		return 0;
	otr_fetch_fail(line, last, 0, OTR_FETCH_NOSUP_BTFARG);
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

static int expand_files(struct otr_fetch_line *line, unsigned int first, unsigned int nr)
{
	size_t used = 0;
	unsigned int i;

	for (i = first; i < first + nr; i++) {
		size_t size;

		if (!expand_is_file(line->word[i]))
			continue;
		if (!line->expanded)
			line->expanded = kmalloc(EXPAND_BYTES, GFP_KERNEL);
		if (!line->expanded)
			return -ENOMEM;
		size = expand_file(line->expanded + used, EXPAND_BYTES - used, line->word[i]);
		if (size >= EXPAND_BYTES - used)
			return -ENOMEM;
		line->word[i] = line->expanded + used;
		used += size + 1;
	}
	return used ? otr_fetch_line_renew(line) : 0;
}

/**
 * otr_draft_expand - replace words that stand for others
 * @line: the definition
 * @first: number of the first argument's word
 * @nr: how many arguments there are
 * @place: where the probe is
 *
 * Context: may sleep.
 * Return: 0; -EINVAL or -EOPNOTSUPP, which was noted; -ENOMEM, also when it gets too long.
 */
int otr_draft_expand(struct otr_fetch_line *line, unsigned int first, unsigned int nr,
		     const struct otr_fetch_place *place)
{
	int err;

	if (place->where & (OTR_FETCH_EVENT | OTR_FETCH_USER))
		return 0;
	err = expand_check_args(line, first, nr, place);
	if (err)
		return err;
	if (nr > OTR_FETCH_ARGS)
		return 0;
	return expand_files(line, first, nr);
}
