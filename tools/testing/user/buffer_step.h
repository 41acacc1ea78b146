/* SPDX-License-Identifier: GPL-2.0-only */
/* In front of every source of the buffer room: its steps are places to nest. */
#ifndef _BUFFER_STEP_H
#define _BUFFER_STEP_H

void buffer_step(int n);

#define OTR_STEP(n)	buffer_step(n)

/* Windows of more slots stay open while others write. */
extern unsigned int window_slots;

#define OTR_WINDOW_SLOTS window_slots

#endif
