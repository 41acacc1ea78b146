// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bytes of sites and of trampolines.
 */
#include <linux/export.h>
#include <linux/string.h>
#include <asm/nops.h>
#include <asm/text-patching.h>

#include "arch/x86/arch.h"
#include "arch/x86/tramp.h"
#include "host/host.h"

/* For return hooks of other modules, which replace return addresses in line. */
EXPORT_SYMBOL_GPL(otr_return_tramp);

static const u8 text_nop5[OTR_ARCH_SITE_SIZE] = { BYTES_NOP5 };

/**
 * otr_arch_site_bytes - what a site's bytes have to be
 * @bytes: where to, OTR_ARCH_SITE_SIZE of them
 * @ip: the site
 * @target: what it calls; 0 for a site that calls nothing
 *
 * Context: any.
 */
void otr_arch_site_bytes(u8 *bytes, unsigned long ip, unsigned long target)
{
	if (target)
		__text_gen_insn(bytes, CALL_INSN_OPCODE, (void *)ip, (void *)target,
				CALL_INSN_SIZE);
	else
		memcpy(bytes, text_nop5, sizeof(text_nop5));
}

/**
 * otr_arch_site_check - are a site's bytes what they should be?
 * @ip: the site, in text that stays
 * @target: what it should call; 0 for nothing
 *
 * Context: text_mutex held, or the answer may be old.
 * Return: what they are.
 */
enum otr_bytes otr_arch_site_check(unsigned long ip, unsigned long target)
{
	const u8 *is = (const u8 *)ip;
	u8 want[OTR_ARCH_SITE_SIZE];

	otr_arch_site_bytes(want, ip, target);
	if (!memcmp(is, want, sizeof(want)))
		return OTR_BYTES_RIGHT;
	switch (is[0]) {
	case INT3_INSN_OPCODE:
		if (memcmp(is + 1, want + 1, sizeof(want) - 1))
			return OTR_BYTES_TAKEN;
		return OTR_BYTES_BREAKPOINT;
	case CALL_INSN_OPCODE:
	case JMP32_INSN_OPCODE:
		return OTR_BYTES_TAKEN;
	}
	return OTR_BYTES_WRONG;
}

/**
 * otr_arch_slot - the address of a trampoline
 * @slot: which one
 *
 * Context: any.
 * Return: what a site has to call to come there.
 */
unsigned long otr_arch_slot(unsigned int slot)
{
	return (unsigned long)otr_slots + slot * OTR_ARCH_SLOT_SIZE;
}

/**
 * otr_arch_in_slot - is an address one of a trampoline?
 * @addr: the address
 *
 * Context: any.
 * Return: whether it is.
 */
bool otr_arch_in_slot(unsigned long addr)
{
	return addr - (unsigned long)otr_slots < OTR_ARCH_SLOTS_ALL * OTR_ARCH_SLOT_SIZE;
}

static void text_set_branch(u8 *at, u8 opcode, const void *to)
{
	u8 bytes[CALL_INSN_SIZE];

	__text_gen_insn(bytes, opcode, at, to, sizeof(bytes));
	otr_host_text_queue(at, bytes, sizeof(bytes));
}

static void text_set_call(u8 *call, const void *func)
{
	text_set_branch(call, CALL_INSN_OPCODE, func);
}

static u8 *text_slot_call(unsigned int slot)
{
	return otr_slots + slot * OTR_ARCH_SLOT_SIZE + otr_slot_call;
}

/**
 * otr_arch_slot_set - say what a trampoline does
 * @slot: which one; no site calls it
 * @func: function to call
 * @arg: its third argument
 *
 * Context: text_mutex held; takes effect with the next otr_host_text_finish().
 */
void otr_arch_slot_set(unsigned int slot, const void *func, const void *arg)
{
	/*
	 * Writing text interrupts every CPU, so a caller that comes through a site that is
	 * written later sees this.
	 */
	WRITE_ONCE(otr_slot_args[slot], arg);
	text_set_call(text_slot_call(slot), func);
}

/**
 * otr_arch_slot_mute - let a trampoline call nothing
 * @slot: which one
 *
 * A task that still comes through it calls what it called, with the argument that goes
 * with that.
 *
 * Context: text_mutex held; takes effect with the next otr_host_text_finish().
 */
void otr_arch_slot_mute(unsigned int slot)
{
	text_set_call(text_slot_call(slot), otr_arch_nothing);
}

/**
 * otr_arch_slot_tail - say where a trampoline goes on
 * @slot: which one, from OTR_ARCH_SLOTS on
 * @code: what it jumps to, with registers and stack as a site has them that
 *	  calls it; 0 for the function behind the site, like other trampolines
 *
 * Context: text_mutex held; takes effect with the next otr_host_text_finish().
 */
void otr_arch_slot_tail(unsigned int slot, unsigned long code)
{
	text_set_branch(otr_slots + slot * OTR_ARCH_SLOT_SIZE + otr_slot_jump, JMP32_INSN_OPCODE,
			code ? (const void *)code : otr_arch_nothing);
}

/**
 * otr_arch_return_set - say what the return trampoline calls
 * @func: function to call, which sets parent of what it is given
 *
 * Context: text_mutex held; takes effect with the next otr_host_text_finish().
 * No return address was replaced yet.
 */
void otr_arch_return_set(void (*func)(struct otr_return_frame *frame))
{
	text_set_call((u8 *)otr_return_tramp + otr_return_call, func);
}
