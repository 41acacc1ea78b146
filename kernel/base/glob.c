// SPDX-License-Identifier: GPL-2.0-only
/* Patterns for names. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/glob.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "base/base.h"

/**
 * otr_glob_parse - find out what a pattern asks for
 * @glob: filled in
 * @text: the pattern; a star at its end is cut off, and it has to live as long
 *	  as @glob
 *
 * Every text is a pattern. Stars count only at the two ends: one between, as
 * well as any of "?[\", makes the whole text one for glob_match().
 *
 * Context: any.
 */
void otr_glob_parse(struct otr_glob *glob, char *text)
{
	size_t len;
	bool front, end;

	glob->not = *text == '!';
	text += glob->not;
	len = strlen(text);

	glob->text = text;
	glob->len = len;
	if (isdigit(*text)) {
		glob->kind = OTR_GLOB_INDEX;
		return;
	}

	front = *text == '*';
	end = len > 1 && text[len - 1] == '*';
	if (strpbrk(text, "?[\\") ||
	    (len > 2 && memchr(text + 1, '*', len - 2))) {
		glob->kind = OTR_GLOB_FREE;
		return;
	}

	if (end)
		text[--len] = '\0';
	if (front) {
		text++;
		len--;
	}
	glob->text = text;
	glob->len = len;
	if (front)
		glob->kind = end ? OTR_GLOB_MIDDLE : OTR_GLOB_END;
	else
		glob->kind = end ? OTR_GLOB_FRONT : OTR_GLOB_FULL;
}

/**
 * otr_glob_match - does a name fit a pattern?
 * @glob: the pattern; for OTR_GLOB_INDEX its digits are taken literally
 * @name: the name
 *
 * Context: any.
 * Return: true if it does; otr_glob.not is left to the caller.
 */
bool otr_glob_match(const struct otr_glob *glob, const char *name)
{
	size_t len;

	switch (glob->kind) {
	case OTR_GLOB_FRONT:
		return !strncmp(name, glob->text, glob->len);
	case OTR_GLOB_MIDDLE:
		return strstr(name, glob->text);
	case OTR_GLOB_END:
		len = strlen(name);
		return len >= glob->len &&
		       !memcmp(name + len - glob->len, glob->text, glob->len);
	case OTR_GLOB_FREE:
		return glob_match(glob->text, name);
	default:
		return !strcmp(name, glob->text);
	}
}

/**
 * otr_glob_index - the number of an OTR_GLOB_INDEX pattern
 * @glob: the pattern
 * @index: filled in, counted from 1 as users do
 *
 * Context: any.
 * Return: 0, -EINVAL if it is no number or 0, -ERANGE if it is too big.
 */
int otr_glob_index(const struct otr_glob *glob, unsigned long *index)
{
	int err = kstrtoul(glob->text, 0, index);

	if (!err && !*index)
		err = -EINVAL;
	return err;
}
