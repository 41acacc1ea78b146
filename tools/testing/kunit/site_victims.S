/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions to hook: more than the engine has trampolines, and alike. Each
 * begins with a site, as if the compiler had put it there.
 */
#include <linux/linkage.h>
#include <asm/nospec-branch.h>

#include "site_victims.h"

	.text

.macro victim nr
SYM_FUNC_START(site_victim_\nr)
.Lsite_\nr:
	.byte	0x0f, 0x1f, 0x44, 0x00, 0x00
	RET
SYM_FUNC_END(site_victim_\nr)
	.pushsection __mcount_loc, "a", @progbits
	.quad	.Lsite_\nr
	.popsection
	.pushsection .rodata, "a", @progbits
	.quad	site_victim_\nr
	.popsection
.endm

	.pushsection .rodata, "a", @progbits
	.balign	8
SYM_START(site_victims, SYM_L_GLOBAL, SYM_A_NONE)
	.popsection

.altmacro
.set nr, SITE_VICTIM_FIRST
.rept SITE_VICTIMS
	victim	%nr
.set nr, nr + 1
.endr
.noaltmacro
