// SPDX-License-Identifier: GPL-2.0-only
/* Files that hold a number, some of which bound each other. */
#include "noise/internal.h"

/* Longest number that a user writes: 64 bits, a sign, a newline. */
#define NUMBER_MAX	66

static struct otr_noise_number *number_of(const struct otr_file *of)
{
	return (struct otr_noise_number *)of->where.arg;
}

static int number_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%llu\n", READ_ONCE(number_of(of)->value));
	return 0;
}

static ssize_t number_write(struct otr_file *of, char *text, size_t len)
{
	struct otr_noise_number *number = number_of(of);
	u64 value;
	int err = kstrtoull(text, 10, &value);

	if (err)
		return err;
	mutex_lock(&otr_tracer_lock);
	if ((number->min && value < *number->min) || (number->max && value > *number->max))
		err = -EINVAL;
	else
		WRITE_ONCE(number->value, value);
	mutex_unlock(&otr_tracer_lock);
	return err ?: len;
}

const struct otr_file_ops otr_noise_number_ops = {
	.show		= number_show,
	.write		= number_write,
	.write_max	= NUMBER_MAX,
	.places		= OTR_PLACES_SAME,
	.moves		= OTR_MOVES_NOT,
};
