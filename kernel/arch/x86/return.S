/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a function returns to whose return address was replaced.
 *
 * Live here is what a function returns: %rax and %rdx. The call below makes the
 * place again that the return took away, the one in which the return address
 * was; it also gives the processor's return predictor back what the return took
 * from it, so that calls and returns stay pairs. What is called puts the real
 * address there and this code returns to it; otr_arch_return_set() says what that
 * is.
 *
 * Until then the unwinder finds an address of ours in that place. It asks for
 * the real one, see struct otr_host_returns.
 */
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <asm/asm-offsets.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

#include "arch/x86/arch.h"

	.text

	/* A return address is looked up by the byte in front of it. */
	.balign 16, 0xcc
	int3
SYM_START(otr_return_tramp, SYM_L_GLOBAL, SYM_A_NONE)
	UNWIND_HINT_UNDEFINED
	ANNOTATE_NOENDBR
	ANNOTATE_INTRA_FUNCTION_CALL
	call	.Lplace
SYM_INNER_LABEL(otr_return_inside, SYM_L_GLOBAL)
	ANNOTATE_NOENDBR
	int3
.Lplace:
	UNWIND_HINT_FUNC
	pushq	%rdx
	pushq	%rax
	movq	%rsp, %rdi
.Lcall:
	call	otr_arch_nothing
	popq	%rax
	popq	%rdx
	RET
SYM_CODE_END(otr_return_tramp)

	.section .rodata, "a"
/* Where in it the call is. */
SYM_DATA(otr_return_call, .byte .Lcall - otr_return_tramp)
