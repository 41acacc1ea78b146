/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs about definitions of synthetic events share. */
#ifndef _DYN_TEST_H
#define _DYN_TEST_H

#include "dyn/fields.h"

/**
 * struct dyn_answer - what came of a definition
 * @err: 0 or an errno
 * @error: what was wrong, -1 for nothing
 * @pos: where
 * @listing: the fields as they are listed
 */
struct dyn_answer {
	int	err;
	int	error;
	int	pos;
	char	listing[16384];
};

void dyn_ask(const char *text, struct dyn_answer *answer);
const char *dyn_broken(const char *text);

#endif /* _DYN_TEST_H */
