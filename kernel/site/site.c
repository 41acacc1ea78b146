// SPDX-License-Identifier: GPL-2.0-only
/* How the room starts and stops. */
#include "site/site.h"

/**
 * otr_site_init - find the sites, and be ready to patch them
 *
 * Context: module load.
 * Return: 0, -ENOMEM; 0 as well where there is nothing to patch.
 */
int otr_site_init(void)
{
	return otr_hooks_init();
}

/**
 * otr_site_exit - the counterpart of otr_site_init()
 *
 * Pending returns are given back first: what they return to is ours.
 *
 * Context: module unload; sleeps.
 */
void otr_site_exit(void)
{
	otr_ret_exit();
	otr_hooks_exit();
}
