// SPDX-License-Identifier: GPL-2.0-only
/* How the room starts and stops. */
#include "event/event.h"

/**
 * otr_event_init - be ready for events
 *
 * Context: module load.
 * Return: 0, or the errno of register_module_notifier().
 */
int otr_event_init(void)
{
	return otr_types_init();
}

/**
 * otr_event_exit - the counterpart of otr_event_init()
 *
 * Context: module unload; all events are gone.
 */
void otr_event_exit(void)
{
	otr_types_exit();
	otr_registry_exit();
}
