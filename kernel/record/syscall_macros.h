/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a line of probe/syscalls.h becomes, for syscall.c alone: each is a
 * SYSCALL_DEFINEn(), and CALL says which of three of these is meant.
 */
/* Arguments come as pairs of type and name, from number @i on. */
#define ARG(i, t, a)							\
	{								\
		.type = #t, .name = #a, .size = sizeof(long),		\
		.offset = offsetof(struct rec_enter, args) + (i) * sizeof(long), \
	},
#define ARGS0(i)
#define ARGS1(i, t, a)		ARG(i, t, a)
#define ARGS2(i, t, a, ...)	ARG(i, t, a) ARGS1(i + 1, __VA_ARGS__)
#define ARGS3(i, t, a, ...)	ARG(i, t, a) ARGS2(i + 1, __VA_ARGS__)
#define ARGS4(i, t, a, ...)	ARG(i, t, a) ARGS3(i + 1, __VA_ARGS__)
#define ARGS5(i, t, a, ...)	ARG(i, t, a) ARGS4(i + 1, __VA_ARGS__)
#define ARGS6(i, t, a, ...)	ARG(i, t, a) ARGS5(i + 1, __VA_ARGS__)

/* How a program prints them. */
#define SHOW(a)			#a ": 0x%08lx"
#define SHOW0()
#define SHOW1(t, a)		SHOW(a)
#define SHOW2(t, a, ...)	SHOW(a) ", " SHOW1(__VA_ARGS__)
#define SHOW3(t, a, ...)	SHOW(a) ", " SHOW2(__VA_ARGS__)
#define SHOW4(t, a, ...)	SHOW(a) ", " SHOW3(__VA_ARGS__)
#define SHOW5(t, a, ...)	SHOW(a) ", " SHOW4(__VA_ARGS__)
#define SHOW6(t, a, ...)	SHOW(a) ", " SHOW5(__VA_ARGS__)

#define VALUE(a)		", ((unsigned long)(REC->" #a "))"
#define VALUES0()
#define VALUES1(t, a)		VALUE(a)
#define VALUES2(t, a, ...)	VALUE(a) VALUES1(__VA_ARGS__)
#define VALUES3(t, a, ...)	VALUE(a) VALUES2(__VA_ARGS__)
#define VALUES4(t, a, ...)	VALUE(a) VALUES3(__VA_ARGS__)
#define VALUES5(t, a, ...)	VALUE(a) VALUES4(__VA_ARGS__)
#define VALUES6(t, a, ...)	VALUE(a) VALUES5(__VA_ARGS__)

#define EVENT(way, sname, members, fmt)					\
	{								\
		.system = "syscalls", .name = "sys_" #way "_" #sname,	\
		.flags = OTR_EVENT_ID | OTR_EVENT_SYSCALL, .fields = members,		\
		.print_fmt = fmt, .text = syscall_##way##_text, .ops = &syscall_ops,	\
	}

#define CALL_DEFINE(n, sname, ...)					\
	static const struct otr_field fields_##sname[] = {		\
		NR_FIELD, ARGS##n(0, ##__VA_ARGS__) {}			\
	};								\
	static struct call syscall_##sname = {				\
		.event = {						\
			EVENT(enter, sname, fields_##sname, "\"" SHOW##n(__VA_ARGS__) \
			      "\"" VALUES##n(__VA_ARGS__)),		\
			EVENT(exit, sname, syscall_exit_fields, "\"0x%lx\", REC->ret"), \
		},							\
		.name = "sys_" #sname, .nr_args = n,			\
		.args = fields_##sname + 1,				\
	};

#undef SYSCALL_DEFINE0
#undef SYSCALL_DEFINE1
#undef SYSCALL_DEFINE2
#undef SYSCALL_DEFINE3
#undef SYSCALL_DEFINE4
#undef SYSCALL_DEFINE5
#undef SYSCALL_DEFINE6
#define SYSCALL_DEFINE0(sname)		CALL(0, sname)
#define SYSCALL_DEFINE1(sname, ...)	CALL(1, sname, __VA_ARGS__)
#define SYSCALL_DEFINE2(sname, ...)	CALL(2, sname, __VA_ARGS__)
#define SYSCALL_DEFINE3(sname, ...)	CALL(3, sname, __VA_ARGS__)
#define SYSCALL_DEFINE4(sname, ...)	CALL(4, sname, __VA_ARGS__)
#define SYSCALL_DEFINE5(sname, ...)	CALL(5, sname, __VA_ARGS__)
#define SYSCALL_DEFINE6(sname, ...)	CALL(6, sname, __VA_ARGS__)

/* The same lines again, as a table by number. */
#define CALL_NUMBERED(n, sname, ...)	[OTR_NR_##sname] = &syscall_##sname,

/* And as a list of events. */
#define CALL_LISTED(n, sname, ...)	&syscall_##sname.event[ENTER], &syscall_##sname.event[EXIT],
