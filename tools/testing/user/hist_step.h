/* SPDX-License-Identifier: GPL-2.0-only */
/* In front of the sources of the hist room, for the programs about its tables. */
#ifndef _HIST_STEP_H
#define _HIST_STEP_H

#include <stddef.h>

/* The steps of who makes an entry are places to nest. */
void hist_step(int n);

#define OTR_STEP(n)	hist_step(n)

/* What lanes may take. */
extern size_t hist_lanes_bytes;

#define OTR_HIST_LANES_BYTES hist_lanes_bytes

#endif
