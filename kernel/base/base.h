/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room base: the words that every other room speaks.
 *
 * Purpose:  what a record says about its context, the recursion guard, clocks,
 *           sets of process ids, name patterns, reading users' text and
 *           answering it with errors, names of tasks, fast plain text. Nothing
 *           here knows what tracing is, and all of it builds in user space.
 * Objects:  struct otr_idset (owner: its creator), struct otr_glob and
 *           struct otr_cmd (caller's stack), struct otr_word (an open file),
 *           struct otr_errlog (an instance), one task name cache and one
 *           thread group map (this room).
 * Locks:    none on any path that records. The name cache is filled under a
 *           lock that recording only tries; the error log has a mutex.
 * Contexts: ctx.h, guard.h, nest.h, raise.h, clock.h, otr_idset_test(), otr_comm_want(),
 *           otr_comm_switch(), otr_comm_record() and otr_tgid_record() work
 *           anywhere, NMI included. Everything else says so where it is
 *           declared.
 *
 * Other rooms include this header only.
 */
#ifndef _OTR_BASE_H
#define _OTR_BASE_H

#include "base/ctx.h"
#include "base/guard.h"
#include "base/nest.h"
#include "base/raise.h"
#include "base/clock.h"
#include "base/addrs.h"
#include "base/idset.h"
#include "base/tasks.h"
#include "base/glob.h"
#include "base/cmd.h"
#include "base/comm.h"
#include "base/text.h"
#include "base/pack.h"
#include "base/told.h"

int otr_base_init(void);
void otr_base_exit(void);

#endif /* _OTR_BASE_H */
