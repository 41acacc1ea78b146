// SPDX-License-Identifier: GPL-2.0-only
/*
 * What perf does with events of its own, for those that a module brings.
 *
 * These functions are not exported, and one of them is perf's own; all are found by their
 * names, or none is used.
 */
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <linux/security.h>

#include "host/host.h"

#ifdef CONFIG_PERF_EVENTS

static struct otr_host_perf perf_parts;

/* Of the sysctl perf_event_paranoid. */
static const int *perf_paranoid;

static int (*perf_security)(int type);

/**
 * otr_host_perf - the parts of perf
 *
 * Context: any, where the kernel has OTR_PERF.
 * Return: them.
 */
const struct otr_host_perf *otr_host_perf(void)
{
	return &perf_parts;
}

/**
 * otr_host_perf_present - find the parts of perf
 *
 * Context: module load.
 * Return: whether this kernel has all of them.
 */
bool otr_host_perf_present(void)
{
	perf_parts.happened = (void *)otr_host_address("perf_swevent_event");
	perf_parts.set_period = (void *)otr_host_address("perf_swevent_set_period");
	perf_paranoid = (void *)otr_host_address("sysctl_perf_event_paranoid");
	if (IS_ENABLED(CONFIG_SECURITY)) {
		perf_security = (void *)otr_host_address("security_perf_event_open");
		if (!perf_security)
			return false;
	}
	return perf_parts.happened && perf_parts.set_period && perf_paranoid;
}

/**
 * otr_host_perf_allow_raw - may this task have what is in records?
 *
 * Context: process context, where the kernel has OTR_PERF.
 * Return: 0, -EPERM, or what a security module says.
 */
int otr_host_perf_allow_raw(void)
{
	if (READ_ONCE(*perf_paranoid) > -1 && !perfmon_capable())
		return -EPERM;
	return perf_security ? perf_security(PERF_SECURITY_TRACEPOINT) : 0;
}

#else

const struct otr_host_perf *otr_host_perf(void)
{
	return NULL;
}

bool otr_host_perf_present(void)
{
	return false;
}

int otr_host_perf_allow_raw(void)
{
	return -EPERM;
}

#endif
