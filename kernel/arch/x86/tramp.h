/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the arch room: what tramp.S assembles. */
#ifndef _OTR_ARCH_TRAMP_H
#define _OTR_ARCH_TRAMP_H

#include <linux/types.h>

#include "arch/x86/arch.h"

/* All trampolines, OTR_ARCH_SLOT_SIZE each. */
extern u8 otr_slots[];

/* Where in a trampoline its call is, and where the jump of one with a tail. */
extern const u8 otr_slot_call;
extern const u8 otr_slot_jump;

/* Where in the return trampoline its call is. */
extern const u8 otr_return_call;

/* The third argument of the call of each. */
extern const void *otr_slot_args[OTR_ARCH_SLOTS_ALL];

#endif /* _OTR_ARCH_TRAMP_H */
