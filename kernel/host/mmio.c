// SPDX-License-Identifier: GPL-2.0-only
/* What catches accesses to the memory of devices. */
#include <linux/mmiotrace.h>
#include <linux/static_call.h>

#include "host/host.h"

#ifdef CONFIG_MMIOTRACE
static void mmio_cannot(void)
{
}

/* Direct calls, see otr_host_address(). */
DEFINE_STATIC_CALL(otr_mmio_enable, mmio_cannot);
DEFINE_STATIC_CALL(otr_mmio_disable, mmio_cannot);

/**
 * otr_host_mmio_find - look for what catches accesses to the memory of devices
 *
 * Context: module load.
 * Return: whether it is there and has a name.
 */
bool otr_host_mmio_find(void)
{
	typeof(enable_mmiotrace) *enable = (void *)otr_host_address("enable_mmiotrace");
	typeof(disable_mmiotrace) *disable = (void *)otr_host_address("disable_mmiotrace");

	if (!enable || !disable || !otr_host_address("mmio_trace_rw"))
		return false;
	static_call_update(otr_mmio_enable, enable);
	static_call_update(otr_mmio_disable, disable);
	return true;
}

/**
 * otr_host_mmio_switch - begin to catch them, or end it
 * @on: which
 *
 * All CPUs but one go away, and come back.
 *
 * Context: sleeps, up to seconds; otr_host_mmio_find() found it.
 */
void otr_host_mmio_switch(bool on)
{
	if (on)
		static_call(otr_mmio_enable)();
	else
		static_call(otr_mmio_disable)();
}
#endif
