/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the dyn room: how synthetic events are made of text. */
#ifndef _OTR_DYN_INTERNAL_H
#define _OTR_DYN_INTERNAL_H

#include "dyn/dyn.h"

/* build.c: from fields to an event */
struct otr_synth *otr_synth_build(const char *name, const struct otr_synth_plan *plan);

/* text.c: from a record to text */
void otr_synth_text(struct otr_line *line);

/* trace.c */

void otr_synth_trace_one(const struct otr_synth *synth, struct otr_sub *sub, const u64 *values);
void otr_synth_put_value(const struct otr_synth_field *field, void *rec, u64 value);

#endif /* _OTR_DYN_INTERNAL_H */
