/* SPDX-License-Identifier: GPL-2.0-only */
/* Patterns for names, in the classes that users know from the filter files. */
#ifndef _OTR_BASE_GLOB_H
#define _OTR_BASE_GLOB_H

#include <linux/types.h>

/**
 * enum otr_glob_kind - what a pattern asks for
 * @OTR_GLOB_FULL: the text itself
 * @OTR_GLOB_FRONT: begins with it ("text*")
 * @OTR_GLOB_MIDDLE: contains it ("*text*")
 * @OTR_GLOB_END: ends in it ("*text"; "*" alone is an empty text)
 * @OTR_GLOB_FREE: anything else, with the kernel's glob_match()
 * @OTR_GLOB_INDEX: begins with a digit: a place in a list, see otr_glob_index()
 */
enum otr_glob_kind {
	OTR_GLOB_FULL,
	OTR_GLOB_FRONT,
	OTR_GLOB_MIDDLE,
	OTR_GLOB_END,
	OTR_GLOB_FREE,
	OTR_GLOB_INDEX,
};

/**
 * struct otr_glob - a parsed pattern
 * @kind: how @text is meant
 * @not: the pattern began with "!"; matching ignores it
 * @text: without "!" and, but for OTR_GLOB_FREE, without the stars; in the
 *	  caller's memory
 * @len: its length
 */
struct otr_glob {
	enum otr_glob_kind	kind;
	bool			not;
	const char		*text;
	size_t			len;
};

void otr_glob_parse(struct otr_glob *glob, char *text);
bool otr_glob_match(const struct otr_glob *glob, const char *name);
int otr_glob_index(const struct otr_glob *glob, unsigned long *index);

#endif /* _OTR_BASE_GLOB_H */
