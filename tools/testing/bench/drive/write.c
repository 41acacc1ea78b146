// SPDX-License-Identifier: GPL-2.0-only
/* Writing into rings: raw, and texts. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "drive.h"

bool ring(double *value)
{
	return loop("ring", value);
}

bool puts_text(double *value)
{
	return loop("puts", value);
}

bool printk_text(double *value)
{
	return loop("printk", value);
}

static double write_cost(int fd)
{
	static const char words[] = "32 bytes, a marker of some size\n";
	double took[RUNS_MAX];
	const unsigned int n = 10000;
	unsigned int i, j;

	for (i = 0; i < runs; i++) {
		uint64_t start = ticks();

		for (j = 0; j < n; j++)
			if (write(fd, words, sizeof(words) - 1) != sizeof(words) - 1)
				fail("write: %s", strerror(errno));
		took[i] = (double)(ticks() - start) / n;
	}
	return median(took, runs);
}

bool marker(double *value)
{
	int fd = open("trace_marker", O_WRONLY), null = open("/dev/null", O_WRONLY);

	if (fd < 0 || null < 0)
		return fail("trace_marker: %s", strerror(errno));
	*value = write_cost(fd) - write_cost(null);
	close(fd);
	close(null);
	return !*why;
}
