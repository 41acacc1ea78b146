// SPDX-License-Identifier: GPL-2.0-only
/* The functions that the bench has traced, in a file that is built for it. */
#include <linux/compiler.h>
#include <linux/module.h>

#include "bench.h"

/* Nothing but being called. */
noinline void otr_bench_called(void)
{
	asm volatile("");
}

/*
 * A function with a place in its middle that a probe can sit on: an instruction
 * as long as a jump, which nobody jumps to. How far in it is stands elsewhere: a
 * symbol of its own would make it another function's beginning.
 */
noinline void otr_bench_body(unsigned long x)
{
	asm volatile("1:\n\t"
		     "leaq 0x12345(%0), %0\n\t"
		     ".pushsection .rodata\n"
		     ".globl otr_bench_inside\n"
		     "otr_bench_inside:\n\t"
		     ".long 1b - %c1\n\t"
		     ".popsection"
		     : "+r" (x) : "i" (otr_bench_body));
}

/* A function that is told a text, and two numbers. */
noinline void otr_bench_told(const char *text, unsigned long wide, unsigned int narrow)
{
	asm volatile("" : : "r" (text), "r" (wide), "r" (narrow));
}
