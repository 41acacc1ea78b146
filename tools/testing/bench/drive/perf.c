// SPDX-License-Identifier: GPL-2.0-only
/* What events of perf cost. */
#include <errno.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drive.h"

#define PAGES	(1 + 64)

static int perf_open(pid_t task, unsigned long period)
{
	struct perf_event_attr attr = {
		.type		= PERF_TYPE_TRACEPOINT,
		.size		= sizeof(attr),
		.sample_period	= period,
		.sample_type	= PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME |
				  PERF_SAMPLE_CPU | PERF_SAMPLE_RAW,
	};
	char text[32];
	int fd;

	if (get(EVENT "/id", text, sizeof(text)) <= 0)
		return -1;
	attr.config = strtoul(text, NULL, 10);
	fd = syscall(SYS_perf_event_open, &attr, task, -1, -1, 0);
	if (fd < 0)
		fail("perf_event_open: %s", strerror(errno));
	return fd;
}

bool perf_count(double *value)
{
	int fd = need(EVENT "/id") ? perf_open(0, 0) : -1;
	bool done = fd >= 0 && loop("event", value);

	close(fd);
	return done;
}

bool perf_reject(double *value)
{
	int fd = need(EVENT "/id") ? perf_open(0, 0) : -1;
	bool done = false;

	if (fd >= 0 && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, "narrow == 3"))
		fail("PERF_EVENT_IOC_SET_FILTER: %s", strerror(errno));
	else if (fd >= 0)
		done = loop("event", value);
	close(fd);
	return done;
}

/* Into memory that is written over and over again, so that no sample is lost. */
bool perf_sample(double *value)
{
	size_t bytes = PAGES * sysconf(_SC_PAGESIZE);
	int fd = need(EVENT "/id") ? perf_open(0, 1) : -1;
	void *ring;
	bool done;

	if (fd < 0)
		return false;
	ring = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED) {
		close(fd);
		return fail("mmap: %s", strerror(errno));
	}
	done = loop("event", value);
	munmap(ring, bytes);
	close(fd);
	return done;
}

/* The event is wanted of a task that sleeps. */
bool perf_other(double *value)
{
	pid_t pid = fork();
	bool done;
	int fd;

	if (!pid)
		for (;;)
			pause();
	fd = pid > 0 && need(EVENT "/id") ? perf_open(pid, 0) : -1;
	done = fd >= 0 && loop("event", value);
	close(fd);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return done;
}
