/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room noise: the tracers that look for what takes time away from a CPU.
 *
 * Purpose:  threads that do nothing but read the clock, or wait for a timer, and so
 *           notice when somebody else had the CPU; and what that was.
 * Objects:  struct otr_tracer, declared by inst, one for each tracer here. What a run
 *           needs is made when it starts: a tracer that is not current has no memory, no
 *           thread, no probe and no handler.
 * Locks:    otr_tracer_lock for every change. CPUs that come and go are told under the
 *           kernel's lock of CPUs, which is inside it. Threads take none of both, as
 *           they are waited for under them.
 * Contexts: probes and what sees NMIs run anywhere, NMI included.
 */
#ifndef _OTR_NOISE_H
#define _OTR_NOISE_H

#include "inst/inst.h"

int otr_noise_init(void);
void otr_noise_exit(void);

#endif /* _OTR_NOISE_H */
