// SPDX-License-Identifier: GPL-2.0-only
/* Registers by their names, and what the calling convention has in which. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ptrace.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "arch/x86/arch.h"

#define REGS_AT(name)	{ #name, offsetof(struct pt_regs, name) }

static const struct {
	const char	*name;
	int		at;
} regs[] = {
	REGS_AT(di), REGS_AT(si), REGS_AT(dx), REGS_AT(cx), REGS_AT(ax), REGS_AT(bx),
	REGS_AT(bp), REGS_AT(sp), REGS_AT(ip), REGS_AT(flags), REGS_AT(cs), REGS_AT(ss),
	REGS_AT(r8), REGS_AT(r9), REGS_AT(r10), REGS_AT(r11), REGS_AT(r12), REGS_AT(r13),
	REGS_AT(r14), REGS_AT(r15), REGS_AT(orig_ax),
};

/**
 * otr_arch_register - where a register is in struct pt_regs
 * @name: its name
 *
 * Context: any.
 * Return: the offset in bytes, -EINVAL if there is none of that name.
 */
int otr_arch_register(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs); i++)
		if (!strcmp(regs[i].name, name))
			return regs[i].at;
	return -EINVAL;
}

/**
 * otr_arch_argument - where an argument of a function is in struct pt_regs at its entry
 * @nr: which, from 0
 *
 * Context: any.
 * Return: the offset in bytes, -EINVAL for one that comes on the stack.
 */
int otr_arch_argument(unsigned int nr)
{
	static const int at[OTR_FRAME_ARGS] = {
		offsetof(struct pt_regs, di), offsetof(struct pt_regs, si),
		offsetof(struct pt_regs, dx), offsetof(struct pt_regs, cx),
		offsetof(struct pt_regs, r8), offsetof(struct pt_regs, r9),
	};

	return nr < ARRAY_SIZE(at) ? at[nr] : -EINVAL;
}

/**
 * otr_arch_result - where in struct pt_regs is what a function returned
 *
 * Context: any.
 * Return: the offset in bytes.
 */
int otr_arch_result(void)
{
	return offsetof(struct pt_regs, ax);
}
