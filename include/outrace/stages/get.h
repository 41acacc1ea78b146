/* SPDX-License-Identifier: GPL-2.0-only */
/* How a probe and a text find what lies behind a record's struct. */
#undef __entry
#define __entry entry

#define OTR_PLACE(word)		((word) & 0xffff)
#define OTR_LENGTH(word)	((word) >> 16)

#undef __get_dynamic_array
#undef __get_dynamic_array_len
#undef __get_str
#undef __get_sockaddr
#define __get_dynamic_array(item)	\
	((void *)__entry + OTR_PLACE(__entry->__data_loc_##item))
#define __get_dynamic_array_len(item)	OTR_LENGTH(__entry->__data_loc_##item)
#define __get_str(item)			((char *)__get_dynamic_array(item))
#define __get_sockaddr(item)		((struct sockaddr *)__get_dynamic_array(item))

#undef __get_rel_dynamic_array
#undef __get_rel_dynamic_array_len
#undef __get_rel_str
#undef __get_rel_sockaddr
#define __get_rel_dynamic_array(item)	\
	((void *)(&__entry->__rel_loc_##item + 1) + OTR_PLACE(__entry->__rel_loc_##item))
#define __get_rel_dynamic_array_len(item) OTR_LENGTH(__entry->__rel_loc_##item)
#define __get_rel_str(item)		((char *)__get_rel_dynamic_array(item))
#define __get_rel_sockaddr(item)	((struct sockaddr *)__get_rel_dynamic_array(item))
