/* SPDX-License-Identifier: GPL-2.0-only */
/* What must be true of a ring, asked by programs and by KUnit. */
#ifndef _BUFFER_CHECK_H
#define _BUFFER_CHECK_H

struct otr_ring;

const char *ring_check(struct otr_ring *ring, int cpu);

#endif /* _BUFFER_CHECK_H */
