/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the room tracer: func-no-repeats. */
#ifndef _OTR_TRACER_REPEATS_H
#define _OTR_TRACER_REPEATS_H

#include "tracer/function.h"

int otr_repeats_prepare(struct otr_function *fn);
void otr_repeats_free(struct otr_function *fn);
bool otr_repeats_again(struct otr_function *fn, unsigned long ip, unsigned long parent_ip);
int otr_repeats_init(void);
void otr_repeats_exit(void);

#endif /* _OTR_TRACER_REPEATS_H */
