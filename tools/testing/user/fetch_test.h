/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of the fetch room share: places, memory and definitions. */
#ifndef _FETCH_TEST_H
#define _FETCH_TEST_H

#include <linux/ptrace.h>
#include <outrace/frame.h>

#include "fetch/fetch.h"

/* Memory of the kernel and of a program; nothing else can be read but TEST_REAL. */
#define TEST_KERNEL	0xffff888000010000UL
#define TEST_USER	0x7f0000010000UL
#define TEST_SIZE	4096

extern char test_kernel[TEST_SIZE], test_user[TEST_SIZE];

/* What may be read where it is, too. */
extern const void *test_real;
extern size_t test_real_size;

/* The only symbol. */
#define TEST_SYMBOL	(TEST_KERNEL + 0x100)

/* What the kernel knows of its types; nothing until then. */
void test_types(bool known);

/* Another event. */
struct test_rec {
	struct otr_rec_head head;
	char		prev_comm[16];
	s32		prev_pid;
	s32		prev_prio;
	s64		prev_state;
	char		next_comm[16];
	s32		next_pid;
	s32		next_prio;
	u32		name;		/* __data_loc */
	s8		small;
	u8		tail[3];
	u64		far;		/* address of a text */
	char		behind[16];
};

extern const struct otr_event test_event;

void test_rec_init(struct test_rec *rec);

/**
 * struct test_probe - a definition that was read
 * @line: its words, and what is wrong
 * @fetch: its arguments, NULL for none
 * @place: where it is
 * @func: in that function
 * @err: 0 or an errno
 */
struct test_probe {
	struct otr_fetch_line	line;
	struct otr_fetch	*fetch;
	struct otr_fetch_place	place;
	char			func[32];
	int			err;
};

void test_open(struct test_probe *probe, const char *definition);
void test_close(struct test_probe *probe);

/* Without memory nothing of a definition stays behind, whenever it ends. */
void test_no_memory(const char *definition);

#endif /* _FETCH_TEST_H */
