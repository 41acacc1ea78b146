// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running a filter's steps on a record.
 *
 * Everything here may run in any context. A record is complete when it is
 * matched, so locations in it can be followed.
 */
#include <linux/cpumask.h>
#include <linux/glob.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "rule/plan.h"
#include "rule/text.h"

/* Offset and length as a location word of a record has them. */
#define LOC_OFFSET(word)	((word) & 0xffff)
#define LOC_LEN(word)		((word) >> 16)

static u64 number(const struct otr_step *step, const void *rec)
{
	const void *at = rec + step->offset;

	switch (step->size) {
	case 1:
		return *(const u8 *)at;
	case 2:
		return *(const u16 *)at;
	case 4:
		return *(const u32 *)at;
	default:
		return *(const u64 *)at;
	}
}

static bool in_mask(const struct otr_step *step, unsigned int cpu)
{
	return cpu < nr_cpu_ids && cpumask_test_cpu(cpu, step->data);
}

/* Does a text of at most @size bytes, zero-terminated if it is shorter, fit? */
static bool text_fits(const struct otr_step *step, const char *text, size_t size)
{
	const struct otr_pattern *pattern = step->data;
	const struct otr_glob *glob = &pattern->glob;
	size_t len = strnlen(text, size);
	bool fits;

	if (glob->kind == OTR_GLOB_FREE) {
		fits = glob_match_len(glob->text, text, len);
	} else if (len < glob->len) {
		fits = false;
	} else {
		switch (glob->kind) {
		case OTR_GLOB_FRONT:
			fits = !memcmp(text, glob->text, glob->len);
			break;
		case OTR_GLOB_MIDDLE:
			fits = strnstr(text, glob->text, len);
			break;
		case OTR_GLOB_END:
			fits = !memcmp(text + len - glob->len, glob->text, glob->len);
			break;
		default:
			fits = len == glob->len && !memcmp(text, glob->text, len);
		}
	}
	return fits ^ step->not;
}

static bool chars_fit(const struct otr_step *step, const void *rec)
{
	return text_fits(step, rec + step->offset, step->size ?: SIZE_MAX);
}

static bool loc_fits(const struct otr_step *step, const void *rec)
{
	u32 loc = *(const u32 *)(rec + step->offset);

	return text_fits(step, rec + step->base + LOC_OFFSET(loc), LOC_LEN(loc));
}

/* Text that cannot be read neither fits nor does not fit. */
static bool address_fits(const struct otr_step *step, const void *rec, bool user)
{
	unsigned long addr = *(const unsigned long *)(rec + step->offset);
	struct otr_rule_text *text = otr_rule_text_get();
	bool fits;

	if (!text)
		return false;
	fits = otr_rule_text_read(text, addr, user) &&
	       text_fits(step, text->chars, sizeof(text->chars));
	otr_rule_text_put();
	return fits;
}

static bool mask_fits(const struct otr_step *step, const void *rec)
{
	u32 loc = *(const u32 *)(rec + step->offset);
	const struct cpumask *mask = rec + step->base + LOC_OFFSET(loc);

	if (LOC_LEN(loc) < cpumask_size())
		return false;
	if (step->kind == OTR_STEP_MASK_IS)
		return cpumask_equal(mask, step->data);
	return cpumask_intersects(mask, step->data);
}

/* The answer to what is not a range of numbers in the record. */
static noinline bool answer(const struct otr_step *step, const void *rec)
{
	switch (step->kind) {
	case OTR_STEP_BITS:
		return number(step, rec) & step->first;
	case OTR_STEP_CPU:
		return raw_smp_processor_id() - step->first <= step->span;
	case OTR_STEP_CPU_IN:
		return in_mask(step, raw_smp_processor_id());
	case OTR_STEP_NUMBER_IN:
		return in_mask(step, number(step, rec));
	case OTR_STEP_MASK_IS:
	case OTR_STEP_MASK_MEETS:
		return mask_fits(step, rec);
	case OTR_STEP_COMM:
		return text_fits(step, current->comm, sizeof(current->comm));
	case OTR_STEP_CHARS:
		return chars_fit(step, rec);
	case OTR_STEP_LOC:
		return loc_fits(step, rec);
	case OTR_STEP_KERNEL_TEXT:
	case OTR_STEP_USER_TEXT:
		return address_fits(step, rec, step->kind == OTR_STEP_USER_TEXT);
	default:
		return false;
	}
}

/* The other numbers in a range are much of what is asked for: no call, no table of jumps. */
static __always_inline bool holds(const struct otr_step *step, const void *rec)
{
	const void *at = rec + step->offset;
	u64 value;

	if (step->kind == OTR_STEP_RANGE_8)
		value = *(const u64 *)at;
	else if (step->kind == OTR_STEP_RANGE_2)
		value = *(const u16 *)at;
	else if (step->kind == OTR_STEP_RANGE_1)
		value = *(const u8 *)at;
	else
		return answer(step, rec);
	return value - step->first <= step->span;
}

/**
 * otr_filter_run - is a record wanted, from some step on
 * @filter: the filter
 * @rec: the record
 * @from: the step
 *
 * Use otr_filter_match().
 *
 * Context: any, preemption off.
 * Return: true if it is.
 */
bool otr_filter_run(const struct otr_filter *filter, const void *rec, unsigned int from)
{
	const struct otr_step *step = &filter->steps[from];
	int next;

	/* Ways lead to later steps only, so this ends. */
	for (;;) {
		next = likely(step->kind == OTR_STEP_RANGE_4) ?
			otr_step_number(step, rec) : step->next[holds(step, rec)];
		if (next < 0)
			return next & 1;
		step = &filter->steps[next];
		/* Keep the address, not what it is made of. */
		OPTIMIZER_HIDE_VAR(step);
	}
}
