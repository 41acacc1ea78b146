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
#include <linux/static_call.h>

#include "host/host.h"

#ifdef CONFIG_PERF_EVENTS

static otr_host_perf_happened_t *perf_happened;

/* Of the sysctl perf_event_paranoid. */
static const int *perf_paranoid;

static u64 perf_no_period(struct perf_event *event)
{
	return 0;
}

static int perf_allow(int type)
{
	return 0;
}

/* Direct calls, see otr_host_address(). */
DEFINE_STATIC_CALL(otr_perf_set_period, perf_no_period);
DEFINE_STATIC_CALL(otr_perf_security, perf_allow);

/* Its parameters are not the same in all kernels: then this does not compile. */
static bool perf_find_security(void)
{
#ifdef CONFIG_SECURITY
	typeof(security_perf_event_open) *found;

	found = (void *)otr_host_address("security_perf_event_open");
	if (!found)
		return false;
	static_call_update(otr_perf_security, found);
#endif
	return true;
}

/**
 * otr_host_perf_present - find the parts of perf
 *
 * Context: module load.
 * Return: whether this kernel has all of them.
 */
bool otr_host_perf_present(void)
{
	u64 (*set_period)(struct perf_event *event);

	perf_happened = (void *)otr_host_address("perf_swevent_event");
	set_period = (void *)otr_host_address("perf_swevent_set_period");
	perf_paranoid = (void *)otr_host_address("sysctl_perf_event_paranoid");
	if (!perf_happened || !set_period || !perf_paranoid || !perf_find_security())
		return false;
	static_call_update(otr_perf_set_period, set_period);
	return true;
}

/**
 * otr_host_perf_happened - what counts an event, and samples it when it is time
 *
 * Context: any, where the kernel has OTR_PERF; what it returns is called with preemption
 * off, and directly, see otr_host_address().
 * Return: it.
 */
otr_host_perf_happened_t *otr_host_perf_happened(void)
{
	return perf_happened;
}

/**
 * otr_host_perf_set_period - begin a period of an event that is sampled
 * @event: the event
 *
 * Context: interrupts off, where the kernel has OTR_PERF.
 */
void otr_host_perf_set_period(struct perf_event *event)
{
	static_call(otr_perf_set_period)(event);
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
	return static_call(otr_perf_security)(PERF_SECURITY_TRACEPOINT);
}

#else

bool otr_host_perf_present(void)
{
	return false;
}

otr_host_perf_happened_t *otr_host_perf_happened(void)
{
	return NULL;
}

void otr_host_perf_set_period(struct perf_event *event)
{
}

int otr_host_perf_allow_raw(void)
{
	return -EPERM;
}

#endif
