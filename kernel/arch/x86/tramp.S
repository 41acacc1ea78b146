/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trampolines: what a site calls.
 *
 * A site is the first instruction of its function, so what is live there is
 * what the caller passed: six argument registers. Everything else that a C
 * function may change is dead at this place. %rax would count vector arguments,
 * which the kernel, built without SSE, has none of; %r10 and %r11 carry nothing
 * between C functions, and gcc gives up on inter-procedural register
 * allocation (-fipa-ra) where it is told to profile.
 *
 * The stack at the entry, and the frame that the unwinder sees:
 *
 *	0(%rsp)		return address into the function, behind the site
 *	8(%rsp)		return address of the function: its caller
 */
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <asm/asm-offsets.h>
#include <asm/nospec-branch.h>

#include "arch/x86/arch.h"

#define SITE_SIZE	5

	.text

SYM_FUNC_START(otr_arch_nothing)
	RET
SYM_FUNC_END(otr_arch_nothing)

/*
 * func(ip, parent_ip, arg, frame), the frame being a struct otr_frame. The
 * operand of the call is written when the slot is given away.
 *
 * One with a tail goes on in code that finds everything as if the site had
 * called it: instead of the return there is a jump, its operand written likewise.
 */
.macro slot nr tail
SYM_START(otr_tramp_\nr, SYM_L_LOCAL, SYM_A_NONE)
	ANNOTATE_NOENDBR
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%r8
	pushq	%r9
	movq	48(%rsp), %rdi
	movq	56(%rsp), %rsi
	subq	$SITE_SIZE, %rdi
	movq	otr_slot_args + 8 * \nr(%rip), %rdx
	movq	%rsp, %rcx
.Lcall_\nr:
	call	otr_arch_nothing
	popq	%r9
	popq	%r8
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
.if \tail
.Ljump_\nr:
	jmp.d32	otr_arch_nothing
.else
	RET
.endif
SYM_FUNC_END(otr_tramp_\nr)
	/* Fails if the slot is too small. */
	.org	otr_tramp_\nr + OTR_ARCH_SLOT_SIZE, 0xcc
.endm

	.balign OTR_ARCH_SLOT_SIZE, 0xcc
SYM_START(otr_slots, SYM_L_GLOBAL, SYM_A_NONE)
	ANNOTATE_NOENDBR
.altmacro
.set nr, 0
.rept OTR_ARCH_SLOTS
	slot	%nr 0
.set nr, nr + 1
.endr
.rept OTR_ARCH_TAILS
	slot	%nr 1
.set nr, nr + 1
.endr
.noaltmacro

	.section .rodata, "a"
/* Where in a slot the call is, and where in one with a tail the jump. */
SYM_DATA(otr_slot_call, .byte .Lcall_0 - otr_tramp_0)
.altmacro
.macro data_of_jump nr
SYM_DATA(otr_slot_jump, .byte .Ljump_\nr - otr_tramp_\nr)
.endm
	data_of_jump %OTR_ARCH_SLOTS
.noaltmacro

	.bss
	.balign 8
SYM_DATA(otr_slot_args, .skip 8 * OTR_ARCH_SLOTS_ALL)
