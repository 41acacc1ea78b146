/* SPDX-License-Identifier: GPL-2.0-only */
/* What an event's format may say, when the kernel prints it. */
#undef TP_printk
#define TP_printk(fmt, args...)		fmt "\n", args

/* Tables of names end with an entry that has none. */
#define OTR_NAMES(how, first, names...)						\
	({									\
		static const struct trace_print_flags otr_names[] = {		\
			names, { -1, NULL }					\
		};								\
		how(otr_line, first, otr_names);				\
	})

#undef __print_flags
#undef __print_symbolic
#define __print_symbolic(value, names...)					\
	OTR_NAMES(otr_print_symbolic, value, names)
#define __print_flags(value, delimiter, names...)				\
	OTR_NAMES(otr_print_flags, PARAMS(delimiter, value), names)

/* An unsigned long holds both. */
#undef __print_flags_u64
#undef __print_symbolic_u64
#if BITS_PER_LONG == 64
#define __print_flags_u64		__print_flags
#define __print_symbolic_u64		__print_symbolic
#endif

#undef __print_hex
#undef __print_hex_str
#undef __print_hex_dump
#undef __print_array
#undef __print_dynamic_array
#define __print_hex(buf, len)		otr_print_hex_bytes(otr_line, buf, len, true)
#define __print_hex_str(buf, len)	otr_print_hex_bytes(otr_line, buf, len, false)
#define __print_hex_dump(prefix, type, row, group, buf, len, ascii)		\
	otr_print_hex_dump(otr_line, prefix, type, row, group, buf, len, ascii)
#define __print_array(array, nr, size)						\
	otr_print_array(otr_line, array, nr,					\
			(size) + BUILD_BUG_ON_ZERO((size) != 1 && (size) != 2 && \
						   (size) != 4 && (size) != 8))
#define __print_dynamic_array(item, size)					\
	__print_array(__get_dynamic_array(item), __get_dynamic_array_len(item) / (size), size)

#undef __get_bitmask
#undef __get_cpumask
#undef __get_rel_bitmask
#undef __get_rel_cpumask
#define __get_bitmask(item)							\
	otr_print_bitmask(otr_line, __get_dynamic_array(item), __get_dynamic_array_len(item))
#define __get_cpumask(item)		__get_bitmask(item)
#define __get_rel_bitmask(item)							\
	otr_print_bitmask(otr_line, __get_rel_dynamic_array(item),		\
			  __get_rel_dynamic_array_len(item))
#define __get_rel_cpumask(item)		__get_rel_bitmask(item)

#undef __print_ns_to_secs
#undef __print_ns_without_secs
#define __print_ns_to_secs(ns)		div_u64(ns, NSEC_PER_SEC)
#define __print_ns_without_secs(ns)	otr_print_ns_rest(ns)

#undef __get_buf
#define __get_buf(len)			otr_print_get_room(otr_line, len)
