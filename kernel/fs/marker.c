// SPDX-License-Identifier: GPL-2.0-only
/* trace_marker and trace_marker_raw. */
#include "fs/fs.h"
#include "record/record.h"

static ssize_t marker_write(struct otr_file *of, const char __user *from, size_t len)
{
	return otr_marker_write(of->where.inst, from, len);
}

const struct otr_file_ops otr_marker_ops = {
	.write_user	= marker_write,
	.places		= OTR_PLACES_NONE,
};

static ssize_t marker_raw_write(struct otr_file *of, const char __user *from, size_t len)
{
	return otr_marker_write_raw(of->where.inst, from, len);
}

const struct otr_file_ops otr_marker_raw_ops = {
	.write_user	= marker_raw_write,
	.places		= OTR_PLACES_NONE,
};
