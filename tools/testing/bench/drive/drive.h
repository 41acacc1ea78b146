/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the program share. */
#ifndef _DRIVE_H
#define _DRIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOOPS		"/sys/kernel/debug/otr_bench"
#define CALLED		"otr_bench_called"
#define EVENT		"events/otr_bench/otr_bench_sample"
#define AFTER		"events/otr_bench/otr_bench_after"
#define SYNTH		"events/synthetic/otr_bench_synth"
#define SYNTH_TEXT	"events/synthetic/otr_bench_text"
#define SECOND		"instances/otr_bench"
#define RUNS_MAX	11
#define ROUNDS		100000

/* How often everything is measured; RUNS_MAX at most. */
extern unsigned int runs;

/* What went wrong in this row, first of all; empty for nothing. */
extern char why[256];

/* main.c: is it one of the names, or are there none? */
bool asked_for(const char *name, int nr, char **names);

/* file.c: false is failure, and why says which */
bool fail(const char *format, ...);
bool have(const char *path);
bool need(const char *path);
bool put(const char *path, const char *text);
bool add(const char *path, const char *text);
long get(const char *path, char *text, size_t size);
uint64_t ticks(void);
double median(double *values, unsigned int nr);
bool set_rounds(unsigned int n);
bool set_keys(unsigned int n);
bool set_depth(unsigned int n);
bool loop_once(const char *name, double *took);
bool loop(const char *name, double *value);
bool swallow(const char *path, uint64_t *took, unsigned long *lines);

/* function.c, event.c, text.c: what rows of several files are made of */
bool one_function(const char *tracer);
bool has_tracer(const char *name);
bool second_instance(void);
bool event_on(void);
bool text(const char *path, const char *name, double *value);

/* scale.c: several sizes of a thing; puts everything back after each */
void measure_scales(int nr, char **names, void (*clean)(void));

/* lists.c: two of those */
bool listed(unsigned int step, double *at, double *value);
bool symbols(unsigned int step, double *at, double *value);

/* hist.c: two as well, and what is to be counted while all CPUs do */
bool entries(unsigned int step, double *at, double *value);
bool frames(unsigned int step, double *at, double *value);
bool hist_begin(void);
bool hist_end(void);

/* Rows, by file. */
bool call_off(double *value);
bool event_off(double *value);
bool event(double *value);
bool event_pass(double *value);
bool event_reject(double *value);
bool event_two(double *value);
bool synth(double *value);
bool synth_text(double *value);
bool hist_key(double *value);
bool hist_sum(double *value);
bool hist_two(double *value);
bool hist_stack(double *value);
bool hist_pair(double *value);
bool hist_read(double *value);
bool trigger_reject(double *value);
bool stack(double *value);
bool perf_count(double *value);
bool perf_reject(double *value);
bool perf_other(double *value);
bool perf_sample(double *value);
bool call_among(double *value);
bool func_one(double *value);
bool func_among(double *value);
bool func_pid(double *value);
bool func_off(double *value);
bool func_two(double *value);
bool func_args(double *value);
bool graph_one(double *value);
bool wakeup(double *value);
bool rv_wwnr(double *value);
bool graph_retaddr(double *value);
bool graph_args(double *value);
bool profile(double *value);
bool ring(double *value);
bool puts_text(double *value);
bool printk_text(double *value);
bool marker(double *value);
bool kprobe_entry(double *value);
bool kprobe_word(double *value);
bool kprobe_half(double *value);
bool kprobe_text(double *value);
bool kprobe_body(double *value);
bool kretprobe(double *value);
bool fprobe_entry(double *value);
bool fprobe(double *value);
bool tprobe(double *value);
bool eprobe(double *value);
bool eprobe_both(double *value);
bool uprobe(double *value);
bool pipe_event(double *value);
bool pipe_func(double *value);
bool pipe_graph(double *value);
bool cat_event(double *value);
bool cat_func(double *value);
bool raw_splice(double *value);
bool raw_read(double *value);
bool raw_mmap(double *value);
bool func_all_on(double *value);
bool func_all_off(double *value);
bool graph_all_on(double *value);
bool graph_all_off(double *value);
bool filter_one(double *value);
bool list_functions(double *value);
bool memory(double *value);
bool event_pid(double *value);

#endif /* _DRIVE_H */
