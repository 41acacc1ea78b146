// SPDX-License-Identifier: GPL-2.0-only
/* What a wakeup costs while somebody measures how long tasks wait, or follows what they do. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drive.h"

#define WAKEUPS		2000

/* A real-time task that answers each byte, on the one CPU that there is. */
static pid_t answerer(int from, int to)
{
	struct sched_param param = { .sched_priority = 50 };
	pid_t pid = fork();
	char byte;

	if (pid)
		return pid;
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		_exit(1);
	while (read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1)
		;
	_exit(0);
}

/* Have it woken, and be woken by it. */
static bool wake(int to, int from, double *value)
{
	double took[RUNS_MAX];
	unsigned int i, run;
	char byte = 0;

	for (run = 0; run <= runs; run++) {
		uint64_t begin = ticks();

		for (i = 0; i < WAKEUPS; i++)
			if (write(to, &byte, 1) != 1 || read(from, &byte, 1) != 1)
				return fail("nobody answers");
		/* The first one is to warm up. */
		if (run)
			took[run - 1] = (double)(ticks() - begin) / WAKEUPS;
	}
	*value = median(took, runs);
	return true;
}

/* What waking costs more when @text is in @file. */
static bool wakeup_more(const char *file, const char *text, double *value)
{
	int to[2], from[2];
	double before;
	bool done;
	pid_t pid;

	if (pipe(to) || pipe(from))
		return fail("pipe: %s", strerror(errno));
	pid = answerer(to[0], from[1]);
	if (pid < 0)
		return fail("fork: %s", strerror(errno));
	close(to[0]);
	close(from[1]);
	done = wake(to[1], from[0], &before) && put(file, text) && wake(to[1], from[0], value);
	if (done)
		*value -= before;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(to[1]);
	close(from[0]);
	return done;
}

/* From the wakeup until the task runs, and back, without the calls in between. */
bool wakeup(double *value)
{
	return has_tracer("wakeup") && put("options/function-trace", "0") &&
	       wakeup_more("current_tracer", "wakeup", value);
}

/* Two wakeups, and four tasks that leave a CPU or come. */
bool rv_wwnr(double *value)
{
	if (!have("rv/monitors/wwnr/enable"))
		return fail("there is no monitor wwnr");
	return wakeup_more("rv/monitors/wwnr/enable", "1", value);
}
