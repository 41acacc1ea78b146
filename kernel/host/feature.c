// SPDX-License-Identifier: GPL-2.0-only
/* What host.c found this kernel to have, for everybody to ask. */
#include "host/borrow.h"
#include "host/host.h"

/* Written once, when the room starts. */
bool otr_host_present[OTR_NR_FEATURES];

/**
 * otr_host_has - does this kernel have a feature?
 * @feature: which
 *
 * Context: any.
 * Return: true when it does.
 */
bool otr_host_has(enum otr_feature feature)
{
	return otr_host_present[feature];
}
