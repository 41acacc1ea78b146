// SPDX-License-Identifier: GPL-2.0-only
/* The kinds of events that users define. */
#include "dyn/dyn.h"

/**
 * otr_dyn_init - offer all kinds
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_dyn_init(void)
{
	int err = otr_user_init();

	if (!err)
		otr_dyn_register(&otr_synth_kind);
	return err;
}

/**
 * otr_dyn_exit - the counterpart of otr_dyn_init()
 *
 * Context: module unload; sleeps for some grace periods of RCU where there is something
 * left.
 */
void otr_dyn_exit(void)
{
	otr_dyn_unregister(&otr_synth_kind);
	otr_user_exit();
}
