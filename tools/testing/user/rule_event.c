// SPDX-License-Identifier: GPL-2.0-only
/* The event of rule_test.h, and what the kernel would know of its addresses. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/uaccess.h>

#include "host/host.h"
#include "rule_test.h"

#define FIELD(ctype, cname, member, size, sign) \
	{ ctype, cname, offsetof(struct test_rec, member), size, sign }

static const struct otr_field fields[] = {
	FIELD("char", "prev_comm[16]", prev_comm, 16, true),
	FIELD("pid_t", "prev_pid", prev_pid, 4, true),
	FIELD("int", "prev_prio", prev_prio, 4, true),
	FIELD("long", "prev_state", prev_state, 8, true),
	FIELD("pid_t", "next_pid", next_pid, 4, true),
	FIELD("u8", "n_u8", n_u8, 1, false),
	FIELD("s8", "n_s8", n_s8, 1, true),
	FIELD("u16", "n_u16", n_u16, 2, false),
	FIELD("s16", "n_s16", n_s16, 2, true),
	FIELD("u32", "n_u32", n_u32, 4, false),
	FIELD("u64", "n_u64", n_u64, 8, false),
	FIELD("long", "id", id, 8, true),
	FIELD("unsigned long", "args[6]", args, 48, false),
	FIELD("void *", "callsite", callsite, 8, false),
	FIELD("const char *", "s", s, 8, false),
	FIELD("__data_loc char[]", "filename", filename, 4, true),
	FIELD("__rel_loc char[]", "rel_name", rel_name, 4, true),
	FIELD("__data_loc cpumask_t", "cpumask", cpumask, 4, false),
	FIELD("__rel_loc cpumask_t", "rel_mask", rel_mask, 4, false),
	{ "char", "buf[]", offsetof(struct test_rec, buf), 0, true },
	{}
};

const struct otr_event test_event = {
	.id	= 99,
	.system	= "test",
	.name	= "test",
	.fields	= fields,
};

/* Copies of text end where a page does, so that reading too far is found. */
char test_text[TEST_TEXT_SIZE] __aligned(64);
char test_user_text[TEST_TEXT_SIZE] __aligned(64);

static long copy_text(char *to, const char *text, unsigned long from, unsigned long start,
		      size_t size)
{
	if (from < start || from - start > TEST_TEXT_SIZE - size)
		return -EFAULT;
	memcpy(to, text + (from - start), size);
	return 0;
}

long copy_from_kernel_nofault(void *to, const void *from, size_t size)
{
	return copy_text(to, test_text, (unsigned long)from, TEST_TEXT, size);
}

long copy_from_user_nofault(void *to, const void *from, size_t size)
{
	return copy_text(to, test_user_text, (unsigned long)from, TEST_USER_TEXT, size);
}

unsigned long otr_host_address(const char *name)
{
	return strcmp(name, "schedule") ? 0 : TEST_FUNCTION;
}

bool otr_host_function(unsigned long addr, unsigned long *start, unsigned long *size)
{
	*start = TEST_FUNCTION;
	*size = TEST_FUNCTION_END - TEST_FUNCTION;
	return addr >= TEST_FUNCTION && addr < TEST_FUNCTION_END;
}

/* Where the record's locations point to; the rest is zero. */
void test_rec_init(struct test_rec *rec)
{
	memset(rec, 0, sizeof(*rec));
	rec->filename = offsetof(struct test_rec, names[0]) | 24 << 16;
	rec->rel_name = (offsetof(struct test_rec, names[1]) -
			 offsetof(struct test_rec, cpumask)) | 24 << 16;
	rec->cpumask = offsetof(struct test_rec, masks[0]) | cpumask_size() << 16;
	rec->rel_mask = (offsetof(struct test_rec, masks[1]) -
			 offsetof(struct test_rec, names)) | cpumask_size() << 16;
}
