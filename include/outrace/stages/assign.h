/* SPDX-License-Identifier: GPL-2.0-only */
/* What an event's assignments may say. Lengths were measured before. */
#undef __assign_str
#undef __assign_vstr
#undef __assign_bitmask
#undef __assign_cpumask
#undef __assign_sockaddr
#define __assign_str(item)			\
	otr_copy_text(__get_str(item), otr_behind.item##_src, __get_dynamic_array_len(item))
#define __assign_vstr(item, fmt, args)		\
	otr_print_into(__get_str(item), __get_dynamic_array_len(item), fmt, args)
#define __assign_bitmask(item, src, bits)	\
	memcpy(__get_dynamic_array(item), src, BITS_TO_LONGS(bits) * sizeof(long))
#define __assign_cpumask(item, src)		\
	memcpy(__get_dynamic_array(item), src, BITS_TO_LONGS(nr_cpumask_bits) * sizeof(long))
#define __assign_sockaddr(item, src, len)	\
	memcpy(__get_dynamic_array(item), src, len)

#undef __assign_rel_str
#undef __assign_rel_vstr
#undef __assign_rel_bitmask
#undef __assign_rel_cpumask
#undef __assign_rel_sockaddr
#define __assign_rel_str(item)			\
	otr_copy_text(__get_rel_str(item), otr_behind.item##_src, __get_rel_dynamic_array_len(item))
#define __assign_rel_vstr(item, fmt, args)	\
	otr_print_into(__get_rel_str(item), __get_rel_dynamic_array_len(item), fmt, args)
#define __assign_rel_bitmask(item, src, bits)	\
	memcpy(__get_rel_dynamic_array(item), src, BITS_TO_LONGS(bits) * sizeof(long))
#define __assign_rel_cpumask(item, src)		\
	memcpy(__get_rel_dynamic_array(item), src, BITS_TO_LONGS(nr_cpumask_bits) * sizeof(long))
#define __assign_rel_sockaddr(item, src, len)	\
	memcpy(__get_rel_dynamic_array(item), src, len)

/* What perf counts, and for whom. */
#undef __perf_count
#undef __perf_task
#define __perf_count(count)	(count)
#define __perf_task(task)	(task)
