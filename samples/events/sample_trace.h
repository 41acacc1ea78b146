/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of the sample module: one for each way to declare members and to print
 * them. An ordinary header of TRACE_EVENT()s; nothing in it knows of outrace.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM outrace_sample

#if !defined(_SAMPLE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _SAMPLE_TRACE_H

#include <linux/cpumask.h>
#include <linux/socket.h>
#include <linux/tracepoint.h>

/* The rest is read several times. */
#ifndef _SAMPLE_TRACE_ONCE
#define _SAMPLE_TRACE_ONCE

enum sample_kind { SAMPLE_ODD = 3, SAMPLE_EVEN = 8, SAMPLE_LENGTH = 4 };

struct sample_pair {
	int	a;
	int	b;
};

typedef struct sample_pair sample_pair_t;

#endif

TRACE_DEFINE_ENUM(SAMPLE_ODD);
TRACE_DEFINE_ENUM(SAMPLE_EVEN);
TRACE_DEFINE_ENUM(SAMPLE_LENGTH);
TRACE_DEFINE_SIZEOF(sample_pair_t);

/* Plain members, and the bound of what an event costs. */
TRACE_EVENT(sample_number,
	TP_PROTO(u64 big, u32 small),
	TP_ARGS(big, small),
	TP_STRUCT__entry(
		__field(u64, big)
		__field(u32, small)
	),
	TP_fast_assign(
		__entry->big = big;
		__entry->small = small;
	),
	TP_printk("big=%llu small=%u", __entry->big, __entry->small)
);

/* Several events of a class, one of which prints otherwise. */
DECLARE_EVENT_CLASS(sample_class,
	TP_PROTO(const struct sample_pair *pair, const char *name),
	TP_ARGS(pair, name),
	TP_STRUCT__entry(
		__field_struct(struct sample_pair, pair)
		__array(char, name, SAMPLE_LENGTH)
		__string(whole, name)
		__field_ext(const char *, at, FILTER_PTR_STRING)
	),
	TP_fast_assign(
		__entry->pair = *pair;
		strscpy(__entry->name, name ?: "-", SAMPLE_LENGTH);
		__assign_str(whole);
		__entry->at = "constant";
	),
	TP_printk("a=%d b=%d of %zu name=%s whole=%s", __entry->pair.a, __entry->pair.b,
		  sizeof(sample_pair_t), __entry->name, __get_str(whole))
);

DEFINE_EVENT(sample_class, sample_one,
	TP_PROTO(const struct sample_pair *pair, const char *name),
	TP_ARGS(pair, name));

DEFINE_EVENT_PRINT(sample_class, sample_other,
	TP_PROTO(const struct sample_pair *pair, const char *name),
	TP_ARGS(pair, name),
	TP_printk("whole=%s", __get_str(whole)));

TRACE_EVENT_CONDITION(sample_even,
	TP_PROTO(int value),
	TP_ARGS(value),
	TP_CONDITION(!(value & 1)),
	TP_STRUCT__entry(
		__field(int, value)
	),
	TP_fast_assign(
		__entry->value = value;
	),
	TP_printk("kind=%s flags=%s", __print_symbolic(__entry->value,
						       { SAMPLE_ODD, "odd" },
						       { SAMPLE_EVEN, "even" }),
		  __print_flags(__entry->value, "|", { 1, "one" }, { 2, "two" }, { 4, "four" }))
);

/* What lies behind the record. */
TRACE_EVENT(sample_behind,
	TP_PROTO(const u8 *bytes, int nr, const char *text, const struct cpumask *cpus,
		 const struct sockaddr *addr, int addr_len),
	TP_ARGS(bytes, nr, text, cpus, addr, addr_len),
	TP_STRUCT__entry(
		__field(int, nr)
		__dynamic_array(u8, bytes, nr)
		__string(text, text)
		__string_len(start, text, 2)
		__bitmask(bits, 40)
		__cpumask(cpus)
		__sockaddr(addr, addr_len)
	),
	TP_fast_assign(
		__entry->nr = nr;
		memcpy(__get_dynamic_array(bytes), bytes, nr);
		__assign_str(text);
		__assign_str(start);
		__assign_bitmask(bits, bytes, 40);
		__assign_cpumask(cpus, cpumask_bits(cpus));
		__assign_sockaddr(addr, addr, addr_len);
	),
	TP_printk("array=%s hex=%s str=%s len=%d text=%s start=%s bits=%s cpus=%s addr=%pISpc",
		  __print_array(__get_dynamic_array(bytes), __entry->nr / 2, 2),
		  __print_hex(__get_dynamic_array(bytes), __entry->nr),
		  __print_hex_str(__get_dynamic_array(bytes), __entry->nr),
		  __get_dynamic_array_len(bytes), __get_str(text), __get_str(start),
		  __get_bitmask(bits), __get_cpumask(cpus), __get_sockaddr(addr))
);

/* The same by words that count from themselves. */
TRACE_EVENT(sample_rel,
	TP_PROTO(const u8 *bytes, int nr, const char *text, const struct cpumask *cpus),
	TP_ARGS(bytes, nr, text, cpus),
	TP_STRUCT__entry(
		__rel_string(text, text)
		__field(u64, between)
		__rel_dynamic_array(u32, words, nr / 4)
		__rel_string_len(start, text, 3)
		__rel_bitmask(bits, 40)
		__rel_cpumask(cpus)
	),
	TP_fast_assign(
		__entry->between = nr;
		memcpy(__get_rel_dynamic_array(words), bytes, nr / 4 * 4);
		__assign_rel_str(text);
		__assign_rel_str(start);
		__assign_rel_bitmask(bits, bytes, 40);
		__assign_rel_cpumask(cpus, cpumask_bits(cpus));
	),
	TP_printk("text=%s words=%s start=%s bits=%s cpus=%s secs=%llu.%09u", __get_rel_str(text),
		  __print_array(__get_rel_dynamic_array(words),
				__get_rel_dynamic_array_len(words) / 4, 4),
		  __get_rel_str(start), __get_rel_bitmask(bits), __get_rel_cpumask(cpus),
		  __print_ns_to_secs(__entry->between * 1000000001ULL),
		  __print_ns_without_secs(__entry->between * 1000000001ULL))
);

/* A format of the caller's, and rows of bytes. */
TRACE_EVENT(sample_format,
	TP_PROTO(const void *bytes, struct va_format *vaf),
	TP_ARGS(bytes, vaf),
	TP_STRUCT__entry(
		__array(u8, bytes, 20)
		__vstring(text, vaf->fmt, vaf->va)
	),
	TP_fast_assign(
		memcpy(__entry->bytes, bytes, 20);
		__assign_vstr(text, vaf->fmt, vaf->va);
	),
	TP_printk("%s%s", __get_str(text),
		  __print_hex_dump("row ", DUMP_PREFIX_OFFSET, 16, 1, __entry->bytes, 20, true))
);

/* The other ways to print, and what they make of nothing and of too much. */
TRACE_EVENT(sample_names,
	TP_PROTO(u64 value),
	TP_ARGS(value),
	TP_STRUCT__entry(
		__field(u64, value)
		__field(u8, small)
		__field(bool, odd)
	),
	TP_fast_assign(
		__entry->value = value;
		__entry->small = value;
		__entry->odd = value & 1;
	),
	TP_printk("%llx flags=%s few=%s symbol=%s small=%s odd=%s flags64=%s symbol64=%s",
		  __entry->value,
		  __print_flags(__entry->value, ",", { 0x1, "one" }, { 0x6, "two and four" },
				{ 0x8, "eight" }, { SAMPLE_LENGTH, "again four" }),
		  __print_flags(__entry->value, "", { 0x10, "sixteen" }, { 0x10, "twice" }),
		  __print_symbolic(__entry->value, { 0, "none" }, { 1, "one" }, { -1, "all" }),
		  __print_symbolic(__entry->small, { 0xff, "all of a byte" }, { 7, "seven" }),
		  __entry->odd ? "odd" : __print_symbolic(0, { 0, "even" }),
		  __print_flags_u64(__entry->value, "|", { 1ULL << 40, "far" }, { 2, "near" }),
		  __print_symbolic_u64(__entry->value, { 1ULL << 40, "far" }, { 2, "near" }))
);

TRACE_EVENT(sample_arrays,
	TP_PROTO(const u8 *bytes, int nr),
	TP_ARGS(bytes, nr),
	TP_STRUCT__entry(
		__array(u16, words, 3)
		__dynamic_array(u8, b, nr)
		__dynamic_array(u32, l, nr / 4)
		__rel_dynamic_array(u64, q, nr / 8)
		__dynamic_array(s16, none, 0)
		__rel_sockaddr(addr, nr)
	),
	TP_fast_assign(
		memcpy(__entry->words, bytes, sizeof(__entry->words));
		memcpy(__get_dynamic_array(b), bytes, nr);
		memcpy(__get_dynamic_array(l), bytes, nr / 4 * 4);
		memcpy(__get_rel_dynamic_array(q), bytes, nr / 8 * 8);
		__assign_rel_sockaddr(addr, bytes, nr);
	),
	TP_printk("words=%s b=%s l=%s q=%s none=%s/%s/%s dyn=%s %*ph addr=%*ph",
		  __print_array(__entry->words, 3, sizeof(u16)),
		  __print_array(__get_dynamic_array(b), __get_dynamic_array_len(b), 1),
		  __print_array(__get_dynamic_array(l), __get_dynamic_array_len(l) / 4, 4),
		  __print_array(__get_rel_dynamic_array(q), __get_rel_dynamic_array_len(q) / 8, 8),
		  __print_array(__get_dynamic_array(none), 0, 2),
		  __print_hex(__get_dynamic_array(none), 0),
		  __print_hex_str(__get_dynamic_array(none), 0),
		  __print_dynamic_array(l, 4), 3, __entry->words,
		  __get_rel_dynamic_array_len(addr), __get_rel_sockaddr(addr))
);

TRACE_EVENT(sample_rows,
	TP_PROTO(const u8 *bytes, u64 ns),
	TP_ARGS(bytes, ns),
	TP_STRUCT__entry(
		__array(u8, bytes, 20)
		__field(u64, ns)
	),
	TP_fast_assign(
		memcpy(__entry->bytes, bytes, 20);
		__entry->ns = ns;
	),
	TP_printk("%llu.%09u\n%s%s%s", __print_ns_to_secs(__entry->ns),
		  __print_ns_without_secs(__entry->ns),
		  __print_hex_dump("", DUMP_PREFIX_NONE, 32, 4, __entry->bytes, 20, false),
		  __print_hex_dump("eight: ", DUMP_PREFIX_OFFSET, 16, 8, __entry->bytes, 16, true),
		  __print_hex_dump("none: ", DUMP_PREFIX_OFFSET, 16, 2, __entry->bytes, 0, true))
);

#endif /* _SAMPLE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE sample_trace
#include <trace/define_trace.h>
