// SPDX-License-Identifier: GPL-2.0-only
/*
 * calls time			instructions that each operation takes
 * calls count TRACEFS		functions entered and tracepoints passed by each
 *
 * Prints a line for each operation: its name and the number. Time is executed
 * instructions in a guest that runs with icount.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define SERIES		5	/* the least of so many is taken */
#define TRACED		50	/* rounds of which every step is recorded */

static int zero, both[2];
static char page[4096];

static void must(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static void do_nothing(void)
{
}

static void do_getppid(void)
{
	syscall(SYS_getppid);
}

static void do_stat(void)
{
	struct stat st;

	must(stat("/proc/self", &st) == 0, "stat");
}

static void do_read(void)
{
	must(read(zero, page, 512) == 512, "read");
}

static void do_pipe(void)
{
	must(write(both[1], page, 1) == 1 && read(both[0], page, 1) == 1, "pipe");
}

static void do_open(void)
{
	int fd = open("/dev/zero", O_RDONLY);

	must(fd >= 0 && close(fd) == 0, "open");
}

static void do_fault(void)
{
	char *p = mmap(NULL, sizeof(page), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(p != MAP_FAILED, "mmap");
	*p = 1;
	munmap(p, sizeof(page));
}

static void do_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	must(pid > 0 && waitpid(pid, NULL, 0) == pid, "fork");
}

static const struct operation {
	const char	*name;
	void		(*run)(void);
	int		rounds;
} operations[] = {
	{ "getppid", do_getppid, 20000 },
	{ "stat", do_stat, 5000 },
	{ "read", do_read, 10000 },
	{ "pipe", do_pipe, 5000 },
	{ "open", do_open, 5000 },
	{ "fault", do_fault, 2000 },
	{ "fork", do_fork, 200 },
};

static void repeat(const struct operation *op, int rounds)
{
	while (rounds--)
		op->run();
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static double time_of(const struct operation *op)
{
	double start, took, least = 1e18;

	repeat(op, 10);
	for (int i = 0; i < SERIES; i++) {
		start = now();
		repeat(op, op->rounds);
		took = now() - start;
		if (took < least)
			least = took;
	}
	return least / op->rounds;
}

static void put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_TRUNC);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), file);
	close(fd);
}

/* How many records of this task come of so many rounds. */
static int records(const struct operation *op, int rounds)
{
	char *line = NULL;
	size_t size = 0;
	int n = 0;
	FILE *f;

	put("trace", "");
	put("tracing_on", "1");
	repeat(op, rounds);
	put("tracing_on", "0");
	f = fopen("trace", "r");
	must(f, "trace");
	while (getline(&line, &size, f) > 0)
		n += line[0] != '#';
	fclose(f);
	free(line);
	return n;
}

static double count_of(const struct operation *op)
{
	static const struct operation nothing = { "nothing", do_nothing, 0 };

	repeat(op, 10);
	return (double)(records(op, TRACED) - records(&nothing, TRACED)) / TRACED;
}

static void trace_all(const char *tracefs)
{
	char pid[16];

	must(chdir(tracefs) == 0, tracefs);
	snprintf(pid, sizeof(pid), "%d", getpid());
	put("tracing_on", "0");
	put("buffer_size_kb", "16384");
	put("trace_options", "function-fork");
	put("trace_options", "event-fork");
	put("set_ftrace_pid", pid);
	put("set_event_pid", pid);
	put("current_tracer", "function");
	put("events/enable", "1");
	put("events/syscalls/enable", "0");	/* the same tracepoints again */
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	bool count = !strcmp(what, "count") && argc == 3;
	const struct operation *op;

	if (!count && strcmp(what, "time")) {
		fprintf(stderr, "usage: calls time | calls count TRACEFS\n");
		return 2;
	}
	zero = open("/dev/zero", O_RDONLY);
	must(zero >= 0 && pipe(both) == 0, "pipe");
	if (count)
		trace_all(argv[2]);
	for (op = operations; op < operations + ARRAY_SIZE(operations); op++)
		printf("%s %.1f\n", op->name, count ? count_of(op) : time_of(op));
	if (count) {
		put("events/enable", "0");
		put("current_tracer", "nop");
	}
	return 0;
}
