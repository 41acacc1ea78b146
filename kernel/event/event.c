// SPDX-License-Identifier: GPL-2.0-only
/* How the room starts and stops. */
#include "event/event.h"

/**
 * otr_event_init - be ready for events
 *
 * Context: module load.
 * Return: 0.
 */
int otr_event_init(void)
{
	otr_types_init();
	return 0;
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
