/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What functions call: see <outrace/hook.h>.
 *
 *	0(%rsp)		where the function goes on
 *	8(%rsp)		where it was called from
 */
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <asm/nospec-branch.h>

	.text

/* Show sample_seen() the first argument. */
SYM_START(sample_look, SYM_L_GLOBAL, SYM_A_ALIGN)
	ANNOTATE_NOENDBR
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%r8
	pushq	%r9
	call	sample_seen
	popq	%r9
	popq	%r8
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	RET
SYM_FUNC_END(sample_look)

/* Add one to the first argument. */
SYM_START(sample_add, SYM_L_GLOBAL, SYM_A_ALIGN)
	ANNOTATE_NOENDBR
	incq	%rdi
	RET
SYM_FUNC_END(sample_add)
