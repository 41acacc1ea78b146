// SPDX-License-Identifier: GPL-2.0-only
/* How the costs of long lists and of many names grow. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drive.h"

#define NAMES_MAX	65536

/* A set of names: their hashes, so that two may now and then count as one. */
static uint64_t names[NAMES_MAX];

static bool is_new(const char *name, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325ULL;
	unsigned int i;

	while (len--)
		hash = (hash ^ (unsigned char)*name++) * 0x100000001b3ULL;
	hash |= 1;
	for (i = hash >> 48; names[i % NAMES_MAX]; i++)
		if (names[i % NAMES_MAX] == hash)
			return false;
	names[i % NAMES_MAX] = hash;
	return true;
}

/* Ticks per line to read at least so many lines of a file, and how many it were. */
static bool read_lines(const char *path, unsigned long wanted, unsigned long *lines, double *value)
{
	static char text[4096];
	int fd = open(path, O_RDONLY);
	uint64_t start, spent = 0;
	ssize_t got, i;

	if (fd < 0)
		return fail("%s: %s", path, strerror(errno));
	*lines = 0;
	do {
		start = ticks();
		got = read(fd, text, sizeof(text));
		spent += ticks() - start;
		for (i = 0; i < got; i++)
			*lines += text[i] == '\n';
	} while (got > 0 && *lines < wanted);
	close(fd);
	*value = (double)spent / (*lines ? *lines : 1);
	return got >= 0 && *lines;
}

/* The list of functions, from its beginning to somewhere. */
bool listed(unsigned int step, double *at, double *value)
{
	static const unsigned long wanted[] = { 100, 1000, 10000, ~0UL };
	unsigned long lines;

	if (!read_lines("available_filter_functions", wanted[step], &lines, value))
		return false;
	*at = lines;
	return true;
}

/* Something that calls many functions. */
static bool call_many(void)
{
	char byte;
	int fd, i;

	for (i = 0; i < 2000; i++) {
		struct stat st;

		fd = open("/proc/self/stat", O_RDONLY);
		if (fd < 0 || read(fd, &byte, 1) != 1 || stat("/etc", &st))
			return fail("calling: %s", strerror(errno));
		close(fd);
	}
	return true;
}

/* How many functions a trace names: "... time: function <-caller". */
static bool count_names(double *nr)
{
	FILE *trace = fopen("trace", "r");
	char line[512];

	if (!trace)
		return fail("trace: %s", strerror(errno));
	memset(names, 0, sizeof(names));
	*nr = 0;
	while (fgets(line, sizeof(line), trace)) {
		const char *name = strstr(line, ": "), *end = strstr(line, " <-");

		if (name && end > name)
			*nr += is_new(name + 2, end - name - 2);
	}
	fclose(trace);
	return *nr > 0;
}

/* Function calls as text, of few functions or of many: symbols have to be found. */
bool symbols(unsigned int step, double *at, double *value)
{
	static const char * const functions[] = { "vfs_read", "vfs_*", "*_*" };
	unsigned long lines;

	return put("tracing_on", "0") && put("set_ftrace_filter", functions[step]) &&
	       put("current_tracer", "function") && put("trace", "") && put("tracing_on", "1") &&
	       call_many() && put("tracing_on", "0") && count_names(at) &&
	       read_lines("trace", ~0UL, &lines, value);
}
