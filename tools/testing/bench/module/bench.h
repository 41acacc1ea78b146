/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the bench module: what its files share. */
#ifndef _BENCH_H
#define _BENCH_H

#include <linux/types.h>

/* loop.c: functions that can be traced */
void otr_bench_called(void);
void otr_bench_body(unsigned long x);
void otr_bench_told(const char *text, unsigned long wide, unsigned int narrow);
/* How far in otr_bench_body() the place is that a probe can sit on. */
extern const u32 otr_bench_inside;

/* ring.c: a ring without an engine around it */
int bench_ring_open(void);
void bench_ring_close(void);
void bench_ring_write(unsigned int count);

/* synth.c: synthetic events */
void bench_synth_open(void);
void bench_synth_close(void);
void bench_synth(unsigned int n);
void bench_synth_text(unsigned int n);

#endif /* _BENCH_H */
