/* SPDX-License-Identifier: GPL-2.0-only */
/* Code that sites call themselves, see direct_code.h. */
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

	.text

.macro counts name counter
SYM_START(\name, SYM_L_GLOBAL, SYM_A_ALIGN)
	ANNOTATE_NOENDBR
	lock incq \counter(%rip)
	RET
SYM_FUNC_END(\name)
.endm

	counts	direct_code_first direct_first
	counts	direct_code_second direct_second

SYM_START(direct_code_answer, SYM_L_GLOBAL, SYM_A_ALIGN)
	ANNOTATE_NOENDBR
	UNWIND_HINT_FUNC
	addq	$8, %rsp
	UNWIND_HINT_FUNC
	movl	$4711, %eax
	RET
SYM_CODE_END(direct_code_answer)
