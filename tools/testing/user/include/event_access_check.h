/* SPDX-License-Identifier: GPL-2.0-only */
/* Part of event_access.c: a check for every type of numbers. */
#ifndef _EVENT_ACCESS_CHECK_H
#define _EVENT_ACCESS_CHECK_H

/* A number of every type, at the ends of its type. */
#define CHECK_NUMBER(ctype, value)						\
do {										\
	static const struct otr_field field = {					\
		#ctype, "x", 8, sizeof(ctype), (ctype)(-1) < (ctype)1,		\
	};									\
	ctype number = (ctype)(value);						\
	char *rec = malloc(8 + sizeof(number));					\
	struct otr_access access;						\
										\
	memset(rec, 0xff, 8);							\
	memcpy(rec + 8, &number, sizeof(number));				\
	EXPECT_EQ(number_of(&field, rec), (s64)number);				\
	otr_access_init(&access, &field, OTR_KIND_NUMBER);			\
	EXPECT_EQ(otr_access_bits(&access, rec),				\
		  (u64)number & (~0ULL >> (64 - 8 * sizeof(number))));		\
	free(rec);								\
} while (0)

#endif
