/* SPDX-License-Identifier: GPL-2.0-only */
/* The registers of a function at its entry, as a hook can read and change them. */
#ifndef _OUTRACE_FRAME_H
#define _OUTRACE_FRAME_H

#include <linux/types.h>

/**
 * struct otr_frame - the stack of a trampoline
 * @r9: sixth argument of the function that was called
 * @r8: fifth
 * @cx: fourth
 * @dx: third
 * @si: second
 * @di: first
 * @behind: address behind the site: where the trampoline goes on
 * @parent: where the function will return to; code that replaces it is asked by
 *	    the unwinder what was there
 *
 * What is changed here is what the function gets.
 */
struct otr_frame {
	unsigned long	r9;
	unsigned long	r8;
	unsigned long	cx;
	unsigned long	dx;
	unsigned long	si;
	unsigned long	di;
	unsigned long	behind;
	unsigned long	parent;
};

/* Arguments that come in registers. */
#define OTR_FRAME_ARGS	6

/**
 * otr_frame_arg - where an argument of a function is
 * @frame: its registers
 * @nr: which argument, from 0, below OTR_FRAME_ARGS
 *
 * Context: any.
 * Return: the place, to be read or written.
 */
static __always_inline unsigned long *otr_frame_arg(struct otr_frame *frame, unsigned int nr)
{
	/* They lie on the stack in the order in which they were pushed. */
	return &frame->di - nr;
}

/**
 * otr_frame_redirect - have another function run instead
 * @frame: the registers of the one that was called
 * @func: the other one, of the same type; it gets the same arguments and returns
 *	  to the same caller
 *
 * Context: that of a hook.
 */
static __always_inline void otr_frame_redirect(struct otr_frame *frame, const void *func)
{
	frame->behind = (unsigned long)func;
}

#endif /* _OUTRACE_FRAME_H */
