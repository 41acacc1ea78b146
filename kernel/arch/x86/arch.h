/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room arch: the machine's side of the engine, here x86-64.
 *
 * Purpose:  what the bytes of a site are, whether they are the ones that they
 *           should be, and the trampolines that sites call.
 * Objects:  OTR_ARCH_SLOTS trampolines in the module's own text, assembled with
 *           it, so that the unwinder knows them as it knows any function; each
 *           calls one function directly, with one pointer of its own. Behind
 *           them OTR_ARCH_TAILS more, which then go on in code of somebody
 *           else's. And one for functions whose return address was replaced.
 * Locks:    the kernel's text_mutex (otr_host_text_lock()), held by the caller
 *           of whatever reads or writes bytes.
 * Contexts: process context; trampolines run wherever a function is called.
 */
#ifndef _OTR_ARCH_H
#define _OTR_ARCH_H

/* Bytes of a slot, and their number; tramp.S assembles them. */
#define OTR_ARCH_SLOT_SIZE	64
#define OTR_ARCH_SLOTS		128

/* Slots with a tail, which come behind the others. */
#define OTR_ARCH_TAILS		64
#define OTR_ARCH_SLOTS_ALL	(OTR_ARCH_SLOTS + OTR_ARCH_TAILS)

#ifndef __ASSEMBLY__
#include <linux/types.h>
#include <asm/ibt.h>
#include <outrace/frame.h>

/* Bytes that a site may lie behind the symbol of its function. */
#ifdef CONFIG_X86_KERNEL_IBT
#define OTR_ARCH_SITE_LEAD	ENDBR_INSN_SIZE
#else
#define OTR_ARCH_SITE_LEAD	0
#endif

#define OTR_ARCH_SITE_SIZE	5

/**
 * enum otr_bytes - what a site's bytes are
 * @OTR_BYTES_RIGHT: what they should be
 * @OTR_BYTES_BREAKPOINT: the same behind a breakpoint: a kprobe that came later
 * @OTR_BYTES_TAKEN: somebody else's breakpoint, call or jump
 * @OTR_BYTES_WRONG: anything else
 */
enum otr_bytes {
	OTR_BYTES_RIGHT,
	OTR_BYTES_BREAKPOINT,
	OTR_BYTES_TAKEN,
	OTR_BYTES_WRONG,
};

void otr_arch_site_bytes(u8 *bytes, unsigned long ip, unsigned long target);
enum otr_bytes otr_arch_site_check(unsigned long ip, unsigned long target);
unsigned long otr_arch_slot(unsigned int slot);
bool otr_arch_in_slot(unsigned long addr);
void otr_arch_slot_set(unsigned int slot, const void *func, const void *arg);
void otr_arch_slot_mute(unsigned int slot);
void otr_arch_slot_tail(unsigned int slot, unsigned long code);

/* What a trampoline calls when it has nothing to call. */
void otr_arch_nothing(void);

/**
 * struct otr_return_frame - the stack of the return trampoline
 * @ax: what the function returned
 * @dx: its second half, if it has one
 * @parent: where the return address was; set to the real one before the
 *	    trampoline goes on
 */
struct otr_return_frame {
	unsigned long	ax;
	unsigned long	dx;
	unsigned long	parent;
};

void otr_arch_return_set(void (*func)(struct otr_return_frame *frame));

/* The return trampoline; an address inside it while its caller is looked for. */
extern const u8 otr_return_tramp[];
extern const u8 otr_return_inside[];

/* regs.c: registers by name */
int otr_arch_register(const char *name);
int otr_arch_argument(unsigned int nr);
int otr_arch_result(void);
#endif /* !__ASSEMBLY__ */

#endif /* _OTR_ARCH_H */
