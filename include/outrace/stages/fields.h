/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every way to declare a member of a record, as one of three: OTR_SCALAR() and
 * OTR_ARRAY() are members of the struct, OTR_BEHIND() is data of a length known
 * only when the record is written, which lies behind the struct and is found by
 * a word in it. A stage gives these three a meaning.
 *
 * That word holds the length in its upper half and the place in its lower one:
 * counted from the record's start (OTR_BEHIND's @where is "data") or from the
 * word's own end ("rel"). OTR_BEHIND_ARRAY() is one of which the event may write less
 * than it asked for; it is as any other where a stage does not say otherwise.
 */
#undef __field
#undef __field_ext
#undef __field_struct
#undef __field_struct_ext
#undef __array
#define __field(type, item)			\
	OTR_SCALAR(type, item, is_signed_type(type), FILTER_OTHER)
#define __field_ext(type, item, filter)		\
	OTR_SCALAR(type, item, is_signed_type(type), filter)
#define __field_struct(type, item)		\
	OTR_SCALAR(type, item, false, FILTER_OTHER)
#define __field_struct_ext(type, item, filter)	\
	OTR_SCALAR(type, item, false, filter)
#define __array(type, item, nr)			\
	OTR_ARRAY(type, item, nr)

/* The kinds of data behind, for both ways to count their place. */
#define OTR_BEHIND_TEXT(where, item, nr, src)	\
	OTR_BEHIND(where, char, item, char[], is_signed_type(char), nr, src)
#define OTR_BEHIND_BITS(where, item, shown, bits)	\
	OTR_BEHIND(where, unsigned long, item, shown, false, BITS_TO_LONGS(bits), NULL)

#undef __dynamic_array
#undef __string
#undef __string_len
#undef __vstring
#undef __bitmask
#undef __cpumask
#undef __sockaddr
#define __dynamic_array(type, item, nr)	OTR_BEHIND_ARRAY(data, type, item, nr)
#define __string(item, src)		OTR_BEHIND_TEXT(data, item, OTR_NR_TEXT(item), src)
#define __string_len(item, src, len)	OTR_BEHIND_TEXT(data, item, (len) + 1, src)
#define __vstring(item, fmt, args)	\
	OTR_BEHIND_TEXT(data, item, otr_print_room(fmt, args), NULL)
#define __bitmask(item, bits)		OTR_BEHIND_BITS(data, item, unsigned long[], bits)
#define __cpumask(item)			OTR_BEHIND_BITS(data, item, cpumask_t, nr_cpumask_bits)
#define __sockaddr(item, len)		OTR_BEHIND_ARRAY(data, u8, item, len)

#undef __rel_dynamic_array
#undef __rel_string
#undef __rel_string_len
#undef __rel_bitmask
#undef __rel_cpumask
#undef __rel_sockaddr
#define __rel_dynamic_array(type, item, nr)	OTR_BEHIND_ARRAY(rel, type, item, nr)
#define __rel_string(item, src)		OTR_BEHIND_TEXT(rel, item, OTR_NR_TEXT(item), src)
#define __rel_string_len(item, src, len)	OTR_BEHIND_TEXT(rel, item, (len) + 1, src)
#define __rel_bitmask(item, bits)	OTR_BEHIND_BITS(rel, item, unsigned long[], bits)
#define __rel_cpumask(item)		OTR_BEHIND_BITS(rel, item, cpumask_t, nr_cpumask_bits)
#define __rel_sockaddr(item, len)	OTR_BEHIND_ARRAY(rel, u8, item, len)
