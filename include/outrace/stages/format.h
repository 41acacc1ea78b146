/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same for the format file: what is no macro here stays as it is written,
 * for programs that know the names.
 */
#undef __entry
#define __entry REC

#undef TP_printk
#define TP_printk(fmt, args...)		"\"" fmt "\", " __stringify(args)

#undef OTR_NAMES
#undef __print_flags
#undef __print_flags_u64
#undef __print_symbolic
#undef __print_symbolic_u64
#undef __print_hex
#undef __print_hex_str
#undef __print_hex_dump
#undef __print_array
#undef __print_dynamic_array
#undef __get_dynamic_array
#undef __get_dynamic_array_len
#undef __get_str
#undef __get_sockaddr
#undef __get_bitmask
#undef __get_cpumask
#undef __get_rel_dynamic_array
#undef __get_rel_dynamic_array_len
#undef __get_rel_str
#undef __get_rel_sockaddr
#undef __get_rel_bitmask
#undef __get_rel_cpumask
#undef __get_buf

/* Stands for an address where modules do not have it. */
#undef _stext

/* An unsigned long holds what these print. */
#if BITS_PER_LONG == 64
#define __print_flags_u64(value, delimiter, names...)				\
	__print_flags(value, delimiter, names)
#define __print_symbolic_u64(value, names...)	__print_symbolic(value, names)
#endif

/* Programs cannot call these, but count. */
#undef __print_ns_to_secs
#undef __print_ns_without_secs
#define __print_ns_to_secs(ns)		(ns) / 1000000000UL
#define __print_ns_without_secs(ns)	(ns) % 1000000000UL
