// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running a filter's steps on a record.
 *
 * Everything here may run in any context. A record is complete when it is
 * matched, so locations in it can be followed. The filter has no use for the signs
 * of numbers: see term_ask_range().
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/glob.h>
#include <linux/string.h>

#include "rule/plan.h"
#include "rule/text.h"

static bool match_number_in(const struct otr_step *step, const void *rec)
{
	unsigned int cpu = otr_access_bits(&step->access, rec);

	return cpu < nr_cpu_ids && cpumask_test_cpu(cpu, step->data);
}

/* Does a text of at most @size bytes, zero-terminated if it is shorter, fit? */
static bool match_text_fits(const struct otr_step *step, const char *text, size_t size)
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

static bool match_near_text_fits(const struct otr_step *step, const void *rec)
{
	struct otr_span bytes = otr_access_bytes(&step->access, rec);

	return match_text_fits(step, bytes.at, bytes.len);
}

/* Text that cannot be read neither fits nor does not fit. */
static bool match_far_text_fits(const struct otr_step *step, const void *rec)
{
	struct otr_rule_text *text = otr_rule_text_get();
	int len;

	if (!text)
		return false;
	len = otr_access_text(&step->access, rec, text->chars, sizeof(text->chars));
	if (len >= 0 && !match_text_fits(step, text->chars, len))
		len = -ENOENT;
	otr_rule_text_put();
	return len >= 0;
}

static bool match_mask_fits(const struct otr_step *step, const void *rec)
{
	struct otr_span mask = otr_access_bytes(&step->access, rec);

	if (mask.len < cpumask_size())
		return false;
	if (step->kind == OTR_STEP_MASK_IS)
		return cpumask_equal(mask.at, step->data);
	return cpumask_intersects(mask.at, step->data);
}

/* The answer to what is not a range of numbers. */
static noinline bool match_answer(const struct otr_step *step, const void *rec)
{
	switch (step->kind) {
	case OTR_STEP_BITS:
		return otr_access_bits(&step->access, rec) & step->first;
	case OTR_STEP_NUMBER_IN:
		return match_number_in(step, rec);
	case OTR_STEP_MASK_IS:
	case OTR_STEP_MASK_MEETS:
		return match_mask_fits(step, rec);
	case OTR_STEP_TEXT:
		return match_near_text_fits(step, rec);
	case OTR_STEP_FAR_TEXT:
		return match_far_text_fits(step, rec);
	default:
		return false;
	}
}

/* The other numbers in a range are much of what is asked for: no call, no table of jumps. */
static __always_inline bool match_holds(const struct otr_step *step, const void *rec)
{
	if (unlikely(step->kind != OTR_STEP_RANGE))
		return match_answer(step, rec);
	return otr_access_bits(&step->access, rec) - step->first <= step->span;
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
			otr_step_number(step, rec) : step->next[match_holds(step, rec)];
		if (next < 0)
			return next & 1;
		step = &filter->steps[next];
		/* Keep the address, not what it is made of. */
		OPTIMIZER_HIDE_VAR(step);
	}
}
