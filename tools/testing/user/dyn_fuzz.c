// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer looks for a definition of a synthetic event that hurts its reader, or that
 * cannot be written again as it is listed: fuzz.sh.
 */
#include <stdlib.h>
#include <string.h>

#include "dyn_test.h"

/* libFuzzer's name for it. */
int try_text(const unsigned char *data, size_t size) __asm__("LLVMFuzzerTestOneInput");

int try_text(const unsigned char *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	if (dyn_broken(text))
		abort();
	free(text);
	return 0;
}
