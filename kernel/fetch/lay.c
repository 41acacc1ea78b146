// SPDX-License-Identifier: GPL-2.0-only
/* Where words are in what a probe gets: in registers, or in what a hook has of these. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/stddef.h>

#include "arch/x86/arch.h"
#include "fetch/plan.h"

/* Nowhere. */
#define LAY_NONE	INT_MIN

static int lay_frame_argument(unsigned int nr)
{
	return (int)offsetof(struct otr_frame, di) - (int)(nr * sizeof(long));
}

/* A register by its place in struct pt_regs, if the frame of a hook has it. */
static int lay_frame_register(int at)
{
	unsigned int i;

	for (i = 0; i < OTR_FRAME_ARGS; i++)
		if (otr_arch_argument(i) == at)
			return lay_frame_argument(i);
	return LAY_NONE;
}

static int lay_in_regs(u64 tag)
{
	switch (OTR_DRAFT_IS(tag)) {
	case OTR_DRAFT_IS(OTR_DRAFT_ARG(0)):
		return otr_arch_argument((u32)tag);
	case OTR_DRAFT_IS(OTR_DRAFT_RESULT):
		return otr_arch_result();
	default:
		return tag;
	}
}

static int lay_in_frame(u64 tag)
{
	switch (OTR_DRAFT_IS(tag)) {
	case OTR_DRAFT_IS(OTR_DRAFT_ARG(0)):
		return lay_frame_argument((u32)tag);
	case OTR_DRAFT_IS(OTR_DRAFT_RESULT):
		return LAY_NONE;
	default:
		return lay_frame_register(tag);
	}
}

/* Where a word is, LAY_NONE if it is not there. */
static int lay_at(u64 tag, enum otr_fetch_base base)
{
	switch (base) {
	case OTR_FETCH_BASE_REGS:
		return lay_in_regs(tag);
	case OTR_FETCH_BASE_FRAME:
		return lay_in_frame(tag);
	case OTR_FETCH_BASE_WORDS:
		return OTR_DRAFT_IS(tag) == OTR_DRAFT_IS(OTR_DRAFT_ARG(0)) ?
			(int)((u32)tag * sizeof(long)) : LAY_NONE;
	case OTR_FETCH_BASE_RESULT:
		return tag == OTR_DRAFT_RESULT ? 0 : LAY_NONE;
	case OTR_FETCH_BASE_RECORD:
		return OTR_DRAFT_IS(tag) == OTR_DRAFT_IS(OTR_DRAFT_FIELD_AT(0)) ? (u32)tag :
										LAY_NONE;
	default:
		return LAY_NONE;
	}
}

/* At the entry of a function whose return is probed. */
static s16 lay_saved(unsigned int nr, enum otr_fetch_base base)
{
	if (nr >= OTR_FRAME_ARGS)
		/* Behind the return address. */
		return -(s16)(nr - OTR_FRAME_ARGS + 1);
	return base == OTR_FETCH_BASE_REGS ? otr_arch_argument(nr) : lay_frame_argument(nr);
}

/**
 * otr_fetch_lay - have a program take its words from something else
 * @fetch: the program, which nobody runs yet
 * @base: what the base of its sources will be
 *
 * Context: any.
 * Return: true; false if that does not have all that the arguments ask for, and then nothing
 * was changed.
 */
bool otr_fetch_lay(struct otr_fetch *fetch, enum otr_fetch_base base)
{
	struct otr_fetch_step *steps = (struct otr_fetch_step *)fetch->steps;
	s16 *save = (s16 *)fetch->save;
	unsigned int i;

	for (i = 0; i < fetch->nr_steps; i++)
		if (otr_fetch_takes_word(&steps[i]) && lay_at(steps[i].imm, base) == LAY_NONE)
			return false;
	for (i = 0; i < fetch->nr_steps; i++)
		if (otr_fetch_takes_word(&steps[i]))
			steps[i].offset = lay_at(steps[i].imm, base);
	/* Behind the places are the numbers. */
	for (i = 0; i < fetch->saved; i++)
		save[i] = lay_saved(save[fetch->saved + i], base);
	return true;
}

static bool lay_looks(const struct otr_fetch_step *step)
{
	switch (step->op) {
	case OTR_FETCH_OP_WORD:
	case OTR_FETCH_OP_SMALL:
	case OTR_FETCH_OP_END:
	case OTR_FETCH_OP_GET:
	case OTR_FETCH_OP_PUT:
	case OTR_FETCH_OP_IMM:
	case OTR_FETCH_OP_STACKP:
	case OTR_FETCH_OP_BITS:
		return false;
	default:
		return true;
	}
}

/**
 * otr_fetch_at_hand - are all values where a program begins?
 * @fetch: the program
 *
 * Context: any.
 * Return: whether otr_fetch_run() does what otr_fetch_run_user() does, as it looks into no
 * memory, and has no texts.
 */
bool otr_fetch_at_hand(const struct otr_fetch *fetch)
{
	unsigned int i;

	for (i = 0; i < fetch->nr_steps; i++)
		if (lay_looks(&fetch->steps[i]))
			return false;
	return !fetch->texts;
}
