/* SPDX-License-Identifier: GPL-2.0-only */
/* What an event's assignments may say. Lengths were measured before. */
/* For both ways to find the place: @rel is "rel_" or nothing. */
#undef OTR_ASSIGN
#undef OTR_ASSIGN_STR
#undef OTR_ASSIGN_VSTR
#define OTR_ASSIGN(rel, item, src, len)	\
	memcpy(__get_##rel##dynamic_array(item), src, len)
#define OTR_ASSIGN_STR(rel, item)	\
	otr_copy_text(__get_##rel##str(item), otr_behind.item##_src,	\
		      __get_##rel##dynamic_array_len(item))
#define OTR_ASSIGN_VSTR(rel, item, fmt, args)	\
	otr_print_into(__get_##rel##str(item), __get_##rel##dynamic_array_len(item), fmt, args)
#define OTR_BITS_BYTES(bits)	(BITS_TO_LONGS(bits) * sizeof(long))

#undef __assign_str
#undef __assign_vstr
#undef __assign_bitmask
#undef __assign_cpumask
#undef __assign_sockaddr
#define __assign_str(item)			OTR_ASSIGN_STR(, item)
#define __assign_vstr(item, fmt, args)		OTR_ASSIGN_VSTR(, item, fmt, args)
#define __assign_bitmask(item, src, bits)	OTR_ASSIGN(, item, src, OTR_BITS_BYTES(bits))
#define __assign_cpumask(item, src)		\
	OTR_ASSIGN(, item, src, OTR_BITS_BYTES(nr_cpumask_bits))
#define __assign_sockaddr(item, src, len)	OTR_ASSIGN(, item, src, len)

#undef __assign_rel_str
#undef __assign_rel_vstr
#undef __assign_rel_bitmask
#undef __assign_rel_cpumask
#undef __assign_rel_sockaddr
#define __assign_rel_str(item)			OTR_ASSIGN_STR(rel_, item)
#define __assign_rel_vstr(item, fmt, args)	OTR_ASSIGN_VSTR(rel_, item, fmt, args)
#define __assign_rel_bitmask(item, src, bits)	OTR_ASSIGN(rel_, item, src, OTR_BITS_BYTES(bits))
#define __assign_rel_cpumask(item, src)		\
	OTR_ASSIGN(rel_, item, src, OTR_BITS_BYTES(nr_cpumask_bits))
#define __assign_rel_sockaddr(item, src, len)	OTR_ASSIGN(rel_, item, src, len)

/* What perf counts, and for which task. */
#undef __perf_count
#undef __perf_task
#define __perf_count(count)	(count)
#define __perf_task(task)	(task)
