// SPDX-License-Identifier: GPL-2.0-only
/* What the base room needs before it works. */
#include "base/base.h"

/**
 * otr_base_init - start the base room
 *
 * Context: module load, before any other room.
 * Return: 0, -ENOMEM.
 */
int otr_base_init(void)
{
	return otr_comm_init();
}

/**
 * otr_base_exit - the counterpart of otr_base_init()
 *
 * Context: module unload, after every other room.
 */
void otr_base_exit(void)
{
	otr_tgid_exit();
	otr_comm_exit();
}
