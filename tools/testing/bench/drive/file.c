// SPDX-License-Identifier: GPL-2.0-only
/* Files and numbers. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drive.h"

unsigned int runs = RUNS_MAX;
char why[256];

bool fail(const char *format, ...)
{
	va_list list;

	if (*why)
		return false;
	va_start(list, format);
	vsnprintf(why, sizeof(why), format, list);
	va_end(list);
	return false;
}

bool have(const char *path)
{
	return !access(path, F_OK);
}

bool need(const char *path)
{
	return have(path) || fail("no %s", path);
}

static bool put_flags(const char *path, const char *text, int flags)
{
	size_t len = strlen(text);
	int fd = open(path, flags);
	bool fine;

	if (fd < 0)
		return fail("%s: %s", path, strerror(errno));
	fine = write(fd, text, len) == (ssize_t)len;
	if (!fine)
		fail("'%s' into %s: %s", text, path, strerror(errno));
	if (close(fd) && fine)
		return fail("'%s' into %s: %s", text, path, strerror(errno));
	return fine;
}

bool put(const char *path, const char *text)
{
	return put_flags(path, text, O_WRONLY | O_TRUNC);
}

bool add(const char *path, const char *text)
{
	return put_flags(path, text, O_WRONLY | O_APPEND);
}

long get(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t got, have = 0;

	if (fd < 0)
		return fail("%s: %s", path, strerror(errno)) - 1;
	while ((got = read(fd, text + have, size - 1 - have)) > 0)
		have += got;
	text[have] = '\0';
	close(fd);
	return have;
}

uint64_t ticks(void)
{
	return __builtin_ia32_rdtsc();
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double median(double *values, unsigned int nr)
{
	qsort(values, nr, sizeof(*values), compare);
	return values[nr / 2];
}

static bool put_number(const char *path, unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	return put(path, text);
}

bool set_rounds(unsigned int n)
{
	return put_number(LOOPS "/count", n);
}

bool set_keys(unsigned int n)
{
	return put_number(LOOPS "/nr_keys", n);
}

bool set_depth(unsigned int n)
{
	return put_number(LOOPS "/depth", n);
}

bool loop_once(const char *name, double *took)
{
	char path[128], text[64];

	snprintf(path, sizeof(path), LOOPS "/%s", name);
	if (!need(path) || get(path, text, sizeof(text)) <= 0)
		return false;
	*took = strtoull(text, NULL, 10);
	return true;
}

/* Ticks of a round of a loop of the module; the first run warms up. */
bool loop(const char *name, double *value)
{
	double took[RUNS_MAX];
	unsigned int i;

	if (!loop_once(name, took))
		return false;
	for (i = 0; i < runs; i++)
		if (!loop_once(name, &took[i]))
			return false;
	*value = median(took, runs) / ROUNDS;
	return true;
}

/* The whole of a file: ticks, and lines. */
bool swallow(const char *path, uint64_t *took, unsigned long *lines)
{
	static char text[128 << 10];
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	ssize_t got;
	uint64_t start = 0, spent = 0;

	if (fd < 0)
		return fail("%s: %s", path, strerror(errno));
	*lines = 0;
	for (;;) {
		ssize_t i;

		start = ticks();
		got = read(fd, text, sizeof(text));
		spent += ticks() - start;
		if (got <= 0)
			break;
		for (i = 0; i < got; i++)
			*lines += text[i] == '\n';
	}
	if (got < 0 && errno != EAGAIN)
		fail("%s: %s", path, strerror(errno));
	close(fd);
	*took = spent;
	return !*why;
}
