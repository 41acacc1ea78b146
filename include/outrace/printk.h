/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Texts for the trace, from any module: trace_printk() and its like, by the names
 * that the kernel has for its in-tree tracer. A source that uses those compiles
 * unmodified with
 *
 *	ccflags-y += -I.../include -include outrace/printk.h
 *
 * and its module then needs outrace.ko. A constant text or format is not copied
 * into each record: the record has its address, printk_formats the text.
 *
 * All work in any context, NMI included, and go to the instance that has the option
 * trace_printk_dest: the first one, unless somebody says otherwise.
 */
#ifndef _OUTRACE_PRINTK_H
#define _OUTRACE_PRINTK_H

#include <linux/instruction_pointer.h>
#include <linux/kernel.h>
#include <linux/stdarg.h>
#include <linux/stringify.h>
#include <linux/types.h>

struct otr_kept;

/**
 * struct otr_printk_format - a constant text or format where it is used
 * @text: it; NULL for one that is not constant
 * @kept: what the engine made of it when the module was loaded
 *
 * The engine finds them by their names, which begin with __otr_printk_format; and
 * by __otr_printk_stack it knows which modules will record stacks.
 */
struct otr_printk_format {
	const char		*text;
	const struct otr_kept	*kept;
};

int otr_printk_bputs(unsigned long ip, const struct otr_printk_format *format);
int otr_printk_puts(unsigned long ip, const char *text, int len);
int otr_printk_bprint(unsigned long ip, const struct otr_printk_format *format, ...);
int otr_printk_vbprint(unsigned long ip, const struct otr_printk_format *format, va_list args);
int __printf(2, 3) otr_printk_print(unsigned long ip, const char *fmt, ...);
int __printf(2, 0) otr_printk_vprint(unsigned long ip, const char *fmt, va_list args);
void otr_printk_dump_stack(const struct otr_printk_format *mark, int skip);

/* In place of what linux/kernel.h has where there is no tracer. */
#ifndef CONFIG_TRACING

#define OTR_PRINTK_FORMAT(fmt)						\
	static struct otr_printk_format __otr_printk_format __used = {	\
		.text = __builtin_constant_p(fmt) ? (fmt) : NULL,	\
	}

static inline __printf(1, 2) void otr_printk_check(const char *fmt, ...)
{
}

/**
 * trace_printk - record a text
 * @fmt: its format, as for printk(); what follows are the arguments
 */
#define trace_printk(fmt, ...)						\
do {									\
	/* "()", and a zero, without arguments. */			\
	if (sizeof(__stringify((__VA_ARGS__))) > 3)			\
		otr_printk_args(fmt, ##__VA_ARGS__);			\
	else								\
		trace_puts(fmt);					\
} while (0)

#define otr_printk_args(fmt, ...)					\
do {									\
	OTR_PRINTK_FORMAT(fmt);						\
									\
	if (0)								\
		otr_printk_check(fmt, ##__VA_ARGS__);			\
	if (__builtin_constant_p(fmt))					\
		otr_printk_bprint(_THIS_IP_, &__otr_printk_format, ##__VA_ARGS__); \
	else								\
		otr_printk_print(_THIS_IP_, fmt, ##__VA_ARGS__);	\
} while (0)

/**
 * trace_puts - record a text
 * @str: the text
 *
 * Return: 0 when nothing was recorded.
 */
#define trace_puts(str) ({						\
	OTR_PRINTK_FORMAT(str);						\
									\
	__builtin_constant_p(str) ?					\
		otr_printk_bputs(_THIS_IP_, &__otr_printk_format) :	\
		otr_printk_puts(_THIS_IP_, str, strlen(str));		\
})

/**
 * ftrace_vprintk - record a text
 * @fmt: its format
 * @vargs: the arguments
 */
#define ftrace_vprintk(fmt, vargs)					\
do {									\
	OTR_PRINTK_FORMAT(fmt);						\
									\
	if (__builtin_constant_p(fmt))					\
		otr_printk_vbprint(_THIS_IP_, &__otr_printk_format, vargs); \
	else								\
		otr_printk_vprint(_THIS_IP_, fmt, vargs);		\
} while (0)

/**
 * trace_dump_stack - record the stack of callers
 * @skip: leave out what is innermost: 2 for the caller, 3 for its caller as well.
 *	  The first one, in the in-tree tracer, is a function of its own, and there is
 *	  none here
 */
#define trace_dump_stack(skip)						\
do {									\
	static struct otr_printk_format __otr_printk_stack __used;	\
									\
	otr_printk_dump_stack(&__otr_printk_stack, skip);		\
} while (0)

#endif /* !CONFIG_TRACING */

#endif /* _OUTRACE_PRINTK_H */
