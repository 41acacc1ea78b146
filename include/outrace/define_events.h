/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Make events of outrace from a header full of TRACE_EVENT().
 *
 * Before it is included:
 *
 *	#include "my_trace.h"			once, as all code that calls trace_*()
 *	#define OTR_HEADER	"my_trace.h"	how to find it again
 *	#define OTR_SET		my_events	name of the result
 *
 * After it, my_events is a struct otr_event_set to hand to otr_event_set_add().
 * The header is an ordinary one, for the kernel's trace/define_trace.h as well,
 * which makes the tracepoints: that is done in any one file as ever, by
 * CREATE_TRACE_POINTS. This file may be included again for another header.
 *
 * Each stage below reads the header once, with another meaning of its macros.
 */
#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/stringify.h>
#include <linux/time64.h>
#include <linux/tracepoint.h>
#include <outrace/event.h>
#include <outrace/print.h>

#undef CREATE_TRACE_POINTS

#ifndef _OUTRACE_DEFINE_EVENTS_H
#define _OUTRACE_DEFINE_EVENTS_H

/* What kernel headers call the kinds of fields. */
#define OTR_KIND_OF_FILTER_OTHER		OTR_KIND_AUTO
#define OTR_KIND_OF_FILTER_STATIC_STRING	OTR_KIND_CHARS
#define OTR_KIND_OF_FILTER_DYN_STRING		OTR_KIND_DYN_STRING
#define OTR_KIND_OF_FILTER_RDYN_STRING		OTR_KIND_REL_STRING
#define OTR_KIND_OF_FILTER_PTR_STRING		OTR_KIND_PTR_STRING
#define OTR_KIND_OF_FILTER_TRACE_FN		OTR_KIND_FUNCTION
#define OTR_KIND_OF_FILTER_CPUMASK		OTR_KIND_CPUMASK
#define OTR_KIND_OF_FILTER_COMM			OTR_KIND_COMM
#define OTR_KIND_OF_FILTER_CPU			OTR_KIND_CPU
#define OTR_KIND_OF_FILTER_STACKTRACE		OTR_KIND_STACK

/*
 * Lists of pointers grow in sections of the object, one macro at a time. The
 * assembler sorts by subsection: a list's label comes first and its NULL last,
 * whatever order the compiler writes them in.
 */
#define OTR_LIST(label, part, what)						\
	asm(".pushsection .rodata." label ", " #part ", \"a\"\n\t"		\
	    what "\n\t.popsection")
#define OTR_LIST_NEW(label)							\
	OTR_LIST(label, 0, ".balign " __stringify(BITS_PER_LONG) " / 8\n" label ":"); \
	OTR_LIST(label, 2, OTR_LIST_POINTER " 0")
#define OTR_LIST_ADD(label, symbol)						\
	OTR_LIST(label, 1, OTR_LIST_POINTER " " symbol)
#if BITS_PER_LONG == 64
#define OTR_LIST_POINTER	".quad"
#else
#define OTR_LIST_POINTER	".long"
#endif

/* Bytes of a record up to where data behind it may begin, in words. */
#define OTR_FIXED(entry)	ALIGN(offsetof(typeof(*(entry)), __data), sizeof(u32))

/*
 * What an event does not assign, what is between its members, and the end of a text
 * that is shorter than its array has zeros, not what was there before. The head is not
 * the event's. For what is assigned the compiler leaves this out.
 */
#define OTR_CLEAR(entry)							\
	memset((void *)(entry) + sizeof((entry)->ent), 0,			\
	       OTR_FIXED(entry) - sizeof((entry)->ent))

#define OTR_PASTE_(a, b)	a##b
#define OTR_PASTE(a, b)		OTR_PASTE_(a, b)

#endif /* _OUTRACE_DEFINE_EVENTS_H */

/* Names of this set's own. */
#define OTR_EVENTS		OTR_PASTE(OTR_SET, _events)
#define OTR_ENUMS		OTR_PASTE(OTR_SET, _enums)
#define OTR_SYSTEM		OTR_PASTE(OTR_SET, _system)

/* A header may have nothing for a kernel's configuration. */
static const char OTR_SYSTEM[] __maybe_unused = __stringify(TRACE_SYSTEM);

#define TRACE_HEADER_MULTI_READ
#include <outrace/stages/forms.h>
#include <outrace/stages/fields.h>

/* Stage: the names that stand for numbers. */
#define OTR_ENUM(text, number)		OTR_ENUM_(text, number, __COUNTER__)
#define OTR_ENUM_(text, number, nr)	OTR_ENUM__(text, number, nr)
#define OTR_ENUM__(text, number, nr)						\
	static const struct otr_enum __used otr_enum_##nr = {			\
		.system = OTR_SYSTEM, .name = text, .value = number,		\
	};									\
	OTR_LIST_ADD(__stringify(OTR_ENUMS), "otr_enum_" #nr);

OTR_LIST_NEW(__stringify(OTR_ENUMS));
#include <outrace/stages/read.h>

/* Stage: the record. */
#define OTR_CLASS(call, proto, args, members, assign, print)			\
	struct otr_rec_##call {							\
		struct otr_rec_head ent;					\
		members								\
		char __data[];							\
	};
#define OTR_SCALAR(type, item, sign, filter)	type item;
#define OTR_ARRAY(type, item, nr)		type item[nr];
#define OTR_BEHIND(where, type, item, shown, sign, nr, src)			\
	u32 __##where##_loc_##item;
#include <outrace/stages/read.h>

/* Stage: what a probe knows about the data behind a record. */
#define OTR_CLASS(call, proto, args, members, assign, print)			\
	struct otr_behind_##call {						\
		members								\
	};
#define OTR_BEHIND(where, type, item, shown, sign, nr, src)			\
	u32 item;								\
	const void *item##_src;
#include <outrace/stages/read.h>

/* Stage: measuring that data. */
#define OTR_CLASS(call, proto, args, members, assign, print)			\
	static __always_inline unsigned int					\
	otr_measure_##call(struct otr_behind_##call *otr_behind, proto)		\
	{									\
		struct otr_rec_##call *entry __maybe_unused;		\
		unsigned int otr_bytes __maybe_unused;				\
		unsigned int otr_size = 0;					\
										\
		members								\
		return otr_size;						\
	}
#define OTR_BEHIND(where, type, item, shown, sign, nr, src)			\
	otr_behind->item##_src = src;						\
	otr_bytes = (nr) * sizeof(type);					\
	otr_behind->item = otr_bytes << 16 | (OTR_START_##where(item) + otr_size); \
	otr_size += otr_bytes;
#define OTR_NR_TEXT(item)	otr_text_bytes(otr_behind->item##_src)
#define OTR_START_data(item)	offsetof(typeof(*entry), __data)
#define OTR_START_rel(item)							\
	(OTR_START_data(item) - offsetofend(typeof(*entry), __rel_loc_##item))
#include <outrace/stages/read.h>

/* Stage: writing a record. */
#include <outrace/stages/get.h>
#include <outrace/stages/assign.h>
#define OTR_CLASS(call, proto, args, members, assign, print)			\
	/* Its records have one size, which is not big. */			\
	enum {									\
		otr_small_##call = !sizeof(struct otr_behind_##call) &&		\
				   sizeof(struct otr_rec_##call) <= OTR_JUDGE_MAX, \
	};									\
										\
	/* The gate is open, or nothing can be judged on the stack. */		\
	static noinline notrace __maybe_unused __no_stack_protector		\
	void otr_write_##call(void *otr_sub, proto)				\
	{									\
		struct otr_behind_##call otr_behind __uninitialized;		\
		struct otr_rec_##call *entry;					\
		struct otr_out otr_out __uninitialized;				\
		unsigned int otr_size = otr_measure_##call(&otr_behind, args);	\
										\
		otr_size = ALIGN(offsetof(typeof(*entry), __data) + otr_size, 4); \
		entry = otr_small_##call ?					\
			otr_event_begin_open(otr_sub, &otr_out, otr_size) :	\
			otr_event_begin(otr_sub, &otr_out, otr_size);		\
		if (!entry)							\
			return;							\
		OTR_CLEAR(entry);						\
		/* The last bytes of data behind, which may be no word. */	\
		if (sizeof(otr_behind))						\
			*(u32 *)((void *)entry + otr_size - sizeof(u32)) = 0;	\
		members								\
		{ assign; }							\
		barrier_data(entry);						\
		otr_event_end(&otr_out);					\
	}									\
										\
	/* Something is in the way. */						\
	static noinline notrace __maybe_unused __no_stack_protector		\
	void otr_judge_##call(void *otr_sub, proto)				\
	{									\
		struct otr_behind_##call otr_behind __uninitialized;		\
		u8 otr_room[otr_small_##call ? sizeof(struct otr_rec_##call) : 1] \
			__aligned(8) __uninitialized;				\
		struct otr_rec_##call *entry = (void *)otr_room;		\
										\
		if (!otr_small_##call)						\
			return;							\
		otr_measure_##call(&otr_behind, args);				\
		OTR_CLEAR(entry);						\
		members								\
		{ assign; }							\
		otr_event_judge(otr_sub, entry, OTR_FIXED(entry));		\
	}
#define OTR_BEHIND(where, type, item, shown, sign, nr, src)			\
	entry->__##where##_loc_##item = otr_behind.item;
#define OTR_BEHIND_ARRAY(where, type, item, nr)					\
	entry->__##where##_loc_##item = otr_behind.item;			\
	memset(OTR_FIND_##where(item), 0, OTR_LENGTH(otr_behind.item));
#define OTR_FIND_data(item)	__get_dynamic_array(item)
#define OTR_FIND_rel(item)	__get_rel_dynamic_array(item)
#include <outrace/stages/read.h>

/* Stage: the text. */
#include <outrace/stages/text.h>
#define OTR_TEXT(class, name, print)						\
	static notrace __maybe_unused void otr_text_##name(struct otr_line *otr_line) \
	{									\
		struct otr_rec_##class *entry __maybe_unused;		\
										\
		entry = (void *)otr_line->rec;				\
		otr_print_event(otr_line, print);				\
	}
#define OTR_CLASS(call, proto, args, members, assign, print)			\
	OTR_TEXT(call, call, PARAMS(print))
#define OTR_EVENT_PRINT(class, name, proto, print)				\
	OTR_TEXT(class, name, PARAMS(print))
#include <outrace/stages/read.h>

/*
 * Stage: the probe, and the members. The place of one is asked of a struct whose
 * name only the class knows, so their table is made where entry has that type,
 * and is known outside by the assembler's name.
 */
#define OTR_CLASS(call, proto, args, members, assign, print)			\
	extern const struct otr_field otr_fields_##call[];			\
	static notrace __maybe_unused __no_stack_protector			\
	void otr_probe_##call(void *otr_sub, proto)				\
	{									\
		struct otr_rec_##call *entry __maybe_unused;			\
		static const struct otr_field otr_fields[]			\
			asm("otr_fields_" #call) __used = { members {} };	\
										\
		/* Whatever is called is called last: nothing has to be saved. */ \
		if (!otr_gate_closed(otr_sub))					\
			otr_write_##call(otr_sub, args);			\
		else if (otr_gate_rejects(otr_sub))				\
			return;							\
		else if (otr_small_##call)					\
			otr_judge_##call(otr_sub, args);			\
		else								\
			otr_write_##call(otr_sub, args);			\
	}
#define OTR_SCALAR(ctype, item, sign, filter)					\
	{									\
		.type = #ctype, .name = #item,					\
		.offset = offsetof(typeof(*entry), item),			\
		.size = sizeof(ctype), .is_signed = sign,			\
		.kind = OTR_KIND_OF_##filter,					\
	},
#define OTR_ARRAY(ctype, item, count)					\
	{									\
		.type = #ctype, .name = #item, .nr = count,			\
		.offset = offsetof(typeof(*entry), item),			\
		.size = sizeof(ctype[count]), .is_signed = is_signed_type(ctype),	\
	},
#define OTR_BEHIND(where, ctype, item, shown, sign, count, src)			\
	{									\
		.type = "__" #where "_loc " #shown, .name = #item,		\
		.offset = offsetof(typeof(*entry), __##where##_loc_##item),	\
		.size = sizeof(u32), .is_signed = sign,				\
	},
#include <outrace/stages/read.h>

/* Stage: the text as programs may print it. */
#include <outrace/stages/format.h>
#define OTR_CLASS(call, proto, args, members, assign, print)			\
	static const char otr_format_##call[] __maybe_unused = print;
#define OTR_EVENT_PRINT(class, name, proto, print)				\
	static const char otr_format_##name[] = print;
#include <outrace/stages/read.h>

/* Stage: the events. A probe has to take what its tracepoint hands out. */
#define OTR_EVENT_AS(class, ename, print)					\
	static inline void otr_check_##ename(void)				\
	{									\
		check_trace_callback_type_##ename(otr_probe_##class);		\
	}									\
	static struct otr_event __used otr_event_##ename = {			\
		.flags = OTR_EVENT_ID,						\
		.system = OTR_SYSTEM, .name = #ename,				\
		.fields = otr_fields_##class,					\
		.print_fmt = otr_format_##print, .text = otr_text_##print,	\
		.tracepoint = #ename, .probe = otr_probe_##class,		\
		.owner = THIS_MODULE,						\
	};									\
	OTR_LIST_ADD(__stringify(OTR_EVENTS), "otr_event_" #ename);
#define OTR_EVENT(class, name, proto)		OTR_EVENT_AS(class, name, class)
#define OTR_EVENT_PRINT(class, name, proto, print) OTR_EVENT_AS(class, name, name)

OTR_LIST_NEW(__stringify(OTR_EVENTS));
#include <outrace/stages/read.h>

/* The set. */
extern struct otr_event *const OTR_EVENTS[];
extern const struct otr_enum *const OTR_ENUMS[];
extern struct otr_event_set OTR_SET;

struct otr_event_set OTR_SET = {
	.events		= OTR_EVENTS,
	.enums		= OTR_ENUMS,
	.owner		= THIS_MODULE,
};

#undef TRACE_HEADER_MULTI_READ
#undef OTR_EVENTS
#undef OTR_ENUMS
#undef OTR_SYSTEM
#undef OTR_SET
#undef OTR_HEADER
