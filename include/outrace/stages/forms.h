/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every form of defining an event, as one of three: OTR_CLASS() is what several
 * events have in common, OTR_EVENT() an event of a class, and OTR_EVENT_PRINT()
 * one that prints otherwise. A stage gives these three a meaning.
 *
 * Conditions and callbacks are the tracepoint's business: it tests the former
 * before it calls a probe, and calls the latter when a probe comes or goes.
 */
#undef DECLARE_EVENT_CLASS
#undef DEFINE_EVENT
#undef DEFINE_EVENT_FN
#undef DEFINE_EVENT_CONDITION
#undef DEFINE_EVENT_PRINT
#define DECLARE_EVENT_CLASS(call, proto, args, members, assign, print)		\
	OTR_CLASS(call, PARAMS(proto), PARAMS(args), PARAMS(members), PARAMS(assign),	\
		  PARAMS(print))
#define DEFINE_EVENT(class, name, proto, args)					\
	OTR_EVENT(class, name, PARAMS(proto))
#define DEFINE_EVENT_FN(class, name, proto, args, reg, unreg)			\
	OTR_EVENT(class, name, PARAMS(proto))
#define DEFINE_EVENT_CONDITION(class, name, proto, args, cond)			\
	OTR_EVENT(class, name, PARAMS(proto))
#define DEFINE_EVENT_PRINT(class, name, proto, args, print)			\
	OTR_EVENT_PRINT(class, name, PARAMS(proto), PARAMS(print))

#undef TRACE_EVENT
#undef TRACE_EVENT_FN
#undef TRACE_EVENT_FN_COND
#undef TRACE_EVENT_CONDITION
#define TRACE_EVENT(name, proto, args, members, assign, print)			\
	OTR_CLASS(name, PARAMS(proto), PARAMS(args), PARAMS(members), PARAMS(assign),	\
		  PARAMS(print))						\
	OTR_EVENT(name, name, PARAMS(proto))
#define TRACE_EVENT_FN(name, proto, args, members, assign, print, reg, unreg)	\
	TRACE_EVENT(name, PARAMS(proto), PARAMS(args), PARAMS(members), PARAMS(assign), \
		    PARAMS(print))
#define TRACE_EVENT_FN_COND(name, proto, args, cond, members, assign, print, reg, unreg) \
	TRACE_EVENT(name, PARAMS(proto), PARAMS(args), PARAMS(members), PARAMS(assign), \
		    PARAMS(print))
#define TRACE_EVENT_CONDITION(name, proto, args, cond, members, assign, print)	\
	TRACE_EVENT(name, PARAMS(proto), PARAMS(args), PARAMS(members), PARAMS(assign), \
		    PARAMS(print))

/* No events: something in this kernel's configuration is off. */
#undef DECLARE_EVENT_NOP
#undef DEFINE_EVENT_NOP
#undef TRACE_EVENT_NOP
#define DECLARE_EVENT_NOP(name, proto, args)
#define DEFINE_EVENT_NOP(class, name, proto, args)
#define TRACE_EVENT_NOP(name, proto, args, members, assign, print)

/* Tracepoints without an event. */
#undef DECLARE_TRACE
#undef DECLARE_TRACE_CONDITION
#define DECLARE_TRACE(name, proto, args)
#define DECLARE_TRACE_CONDITION(name, proto, args, cond)

/* Only perf reads these. */
#undef TRACE_EVENT_FLAGS
#undef TRACE_EVENT_PERF_PERM
#define TRACE_EVENT_FLAGS(name, flags)
#define TRACE_EVENT_PERF_PERM(name, expr...)

#undef TP_STRUCT__entry
#undef TP_fast_assign
#define TP_STRUCT__entry(members...)	members
#define TP_fast_assign(code...)		code

/* Names that stand for numbers. */
#undef TRACE_DEFINE_ENUM
#undef TRACE_DEFINE_SIZEOF
#define TRACE_DEFINE_ENUM(name)		OTR_ENUM(#name, name)
#define TRACE_DEFINE_SIZEOF(type)	OTR_ENUM("sizeof(" #type ")", sizeof(type))
