/* SPDX-License-Identifier: GPL-2.0-only */
/* An event with a field of every sort, for the programs of the rule room. */
#ifndef _RULE_TEST_H
#define _RULE_TEST_H

#include "event/event.h"
#include "rule/plan.h"

/* Where &test_function begins and ends, as far as the filters know. */
#define TEST_FUNCTION	0x10000UL
#define TEST_FUNCTION_END 0x10100UL

/* Addresses of text; all others cannot be read. */
#define TEST_TEXT	0x20000UL
#define TEST_USER_TEXT	0x30000UL
#define TEST_TEXT_SIZE	4096

extern char test_text[TEST_TEXT_SIZE];
extern char test_user_text[TEST_TEXT_SIZE];

struct test_rec {
	struct otr_rec_head head;
	char		prev_comm[16];
	s32		prev_pid;
	s32		prev_prio;
	s64		prev_state;
	s32		next_pid;
	u8		n_u8;
	s8		n_s8;
	u16		n_u16;
	s16		n_s16;
	u32		n_u32;
	u64		n_u64;
	s64		id;
	u64		args[6];
	u64		callsite;
	u64		s;
	u32		filename;
	u32		rel_name;
	u32		cpumask;
	u32		rel_mask;
	char		names[2][24];
	struct cpumask	masks[2];
	char		buf[16];	/* the last: up to its zero */
};

extern const struct otr_event test_event;

void test_rec_init(struct test_rec *rec);

#endif
