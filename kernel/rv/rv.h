/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room rv: runtime verification. Monitors watch what the kernel does, and say when it is
 * not what a model allows.
 *
 * Purpose:  automata, made of models when the engine is built, which events of tracepoints
 *	     move; one event for each step of one, one for each that the model does not
 *	     allow, and what is done then.
 * Objects:  struct otr_automaton, a model; struct otr_rv_monitor, which watches; a byte for
 *	     each monitor and CPU, or task.
 * Owners:   models and monitors are constant. Bytes of tasks are there while a monitor that
 *	     needs them is enabled.
 * Locks:    otr_rv_lock for every change. Probes take none: a byte is changed by one
 *	     instruction.
 * Contexts: probes run anywhere that their tracepoints are, NMI included, with preemption
 *	     off; changes in process context.
 *
 * To add a monitor see models/monitors.list.
 */
#ifndef _OTR_RV_H
#define _OTR_RV_H

#include "inst/inst.h"

/* The directory rv: files.c. */
extern const struct otr_dir otr_rv_dir;

int otr_rv_init(void);
void otr_rv_exit(void);

#endif /* _OTR_RV_H */
