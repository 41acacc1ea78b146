// SPDX-License-Identifier: GPL-2.0-only
/* What the programs of the fetch room share. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ctype.h>
#include <linux/uaccess.h>

#include "event/btf.h"
#include "event_blob.h"
#include "fetch_test.h"
#include "host/host.h"
#include "ktap.h"

char test_kernel[TEST_SIZE], test_user[TEST_SIZE];
const void *test_real;
size_t test_real_size;

#define FIELD(ctype, cname, member, size, sign) \
	{ ctype, cname, offsetof(struct test_rec, member), size, sign }

static const struct otr_field fields[] = {
	FIELD("char", "prev_comm[16]", prev_comm, 16, true),
	FIELD("pid_t", "prev_pid", prev_pid, 4, true),
	FIELD("int", "prev_prio", prev_prio, 4, true),
	FIELD("long", "prev_state", prev_state, 8, true),
	FIELD("char", "next_comm[16]", next_comm, 16, true),
	FIELD("pid_t", "next_pid", next_pid, 4, true),
	FIELD("int", "next_prio", next_prio, 4, true),
	FIELD("__data_loc char[]", "name", name, 4, true),
	FIELD("s8", "small", small, 1, true),
	FIELD("const char *", "far", far, 8, false),
	{}
};

const struct otr_event test_event = {
	.id	= 99,
	.system	= "sched",
	.name	= "sched_switch",
	.fields	= fields,
};

void test_rec_init(struct test_rec *rec)
{
	memset(rec, 0, sizeof(*rec));
	rec->name = offsetof(struct test_rec, behind) | (u32)sizeof(rec->behind) << 16;
	rec->far = TEST_KERNEL;
}

static bool is_inside(unsigned long from, size_t size, unsigned long start, size_t all)
{
	return from >= start && size <= all && from - start <= all - size;
}

static long copy(void *to, unsigned long from, size_t size, unsigned long start,
		 const char *memory)
{
	if (!is_inside(from, size, start, TEST_SIZE))
		return -EFAULT;
	memcpy(to, memory + (from - start), size);
	return 0;
}

long copy_from_kernel_nofault(void *to, const void *from, size_t size)
{
	if (is_inside((unsigned long)from, size, (unsigned long)test_real, test_real_size)) {
		memcpy(to, from, size);
		return 0;
	}
	return copy(to, (unsigned long)from, size, TEST_KERNEL, test_kernel);
}

long copy_from_user_nofault(void *to, const void *from, size_t size)
{
	return copy(to, (unsigned long)from, size, TEST_USER, test_user);
}

unsigned long copy_from_user(void *to, const void *from, unsigned long size)
{
	return copy(to, (unsigned long)from, size, TEST_USER, test_user) ? size : 0;
}

long strncpy_from_user(char *to, const char *from, long size)
{
	for (long len = 0; len < size; len++) {
		if (copy(to + len, (unsigned long)from + len, 1, TEST_USER, test_user))
			return -EFAULT;
		if (!to[len])
			return len;
	}
	return size;
}

unsigned long otr_host_address(const char *name)
{
	return strcmp(name, "jiffies") ? 0 : TEST_SYMBOL;
}

int sprint_symbol(char *to, unsigned long addr)
{
	if (is_inside(addr, 1, TEST_SYMBOL, 0x100))
		return sprintf(to, "jiffies+0x%lx/0x100", addr - TEST_SYMBOL);
	return sprintf(to, "0x%lx", addr);
}

static const struct otr_btf *types;

void otr_types_lock(void)
{
}

void otr_types_unlock(void)
{
}

bool otr_types_known(void)
{
	return types;
}

const struct otr_btf *otr_types_named(const char *func, u32 *proto)
{
	*proto = types ? otr_btf_find(types, func) : OTR_BTF_NONE;
	return *proto == OTR_BTF_NONE ? NULL : types;
}

const struct otr_btf *otr_types_struct(const char *name, u32 *id)
{
	*id = types ? otr_btf_find_struct(types, name) : 0;
	return *id ? types : NULL;
}

static void blob_member(struct blob *b, const char *name, u32 type, u32 offset)
{
	blob_word(b, blob_name(b, name));
	blob_word(b, type);
	blob_word(b, offset);
}

/*
 * struct inner { int a; union { u64 b; char c; }; };
 * struct outer { struct inner in; struct outer *next; unsigned int x : 3, y : 7; char name[8];
 *		  char *title; short s; };
 */
static u32 blob_outer(struct blob *b, u32 s32, u32 u64_type, u32 u32_type, u32 chr, u32 s16)
{
	u32 inside, inner, outer, next, array, title;

	inside = blob_type(b, "", BTF_KIND_UNION, 2, 8);
	blob_member(b, "b", u64_type, 0);
	blob_member(b, "c", chr, 0);
	inner = blob_type(b, "inner", BTF_KIND_STRUCT, 2, 16);
	blob_member(b, "a", s32, 0);
	blob_member(b, "", inside, 64);
	array = blob_type(b, "", BTF_KIND_ARRAY, 0, 0);
	blob_word(b, chr);
	blob_word(b, u32_type);
	blob_word(b, 8);
	title = blob_type(b, "", BTF_KIND_PTR, 0, chr);
	next = blob_type(b, "", BTF_KIND_PTR, 0, title + 2);
	/* Bit fields say so in each offset. */
	outer = blob_type(b, "outer", BTF_KIND_STRUCT, 7, 56);
	b->types[b->nr_words - 2] = 1U << 31 | BTF_KIND_STRUCT << 24 | 7;
	blob_member(b, "in", inner, 0);
	blob_member(b, "next", next, 128);
	blob_member(b, "x", u32_type, 3 << 24 | 192);
	blob_member(b, "y", u32_type, 7 << 24 | 195);
	blob_member(b, "name", array, 256);
	blob_member(b, "title", title, 320);
	blob_member(b, "s", s16, 384);
	return outer == title + 2 ? next : 0;
}

/* vfs_read(struct outer *file, const char *buf, u64 count, int n): int; kfree(void *p) */
static void make_types(struct blob *b)
{
	u32 s32 = blob_int(b, "int", 4, BTF_INT_SIGNED), u64_type = blob_int(b, "u64", 8, 0);
	u32 u32_type = blob_int(b, "u32", 4, 0), chr = blob_int(b, "char", 1, 0);
	u32 s16 = blob_int(b, "short", 2, BTF_INT_SIGNED);
	u32 outer = blob_outer(b, s32, u64_type, u32_type, chr, s16);
	u32 text = blob_type(b, "", BTF_KIND_PTR, 0, blob_type(b, "", BTF_KIND_CONST, 0, chr));
	u32 any = blob_type(b, "", BTF_KIND_PTR, 0, 0);
	const struct blob_param read[10] = {
		{ "file", outer }, { "buf", text }, { "count", u64_type }, { "n", s32 },
	};
	const struct blob_param none[10] = { };
	const struct blob_param freed[10] = { { "p", any } };
	const struct blob_param traced[10] = { { "data", any }, { "file", outer }, { "n", s32 } };

	blob_type(b, "task_struct", BTF_KIND_STRUCT, 2, sizeof(struct task_struct));
	blob_member(b, "pid", s32, 8 * offsetof(struct task_struct, pid));
	blob_member(b, "tgid", s32, 8 * offsetof(struct task_struct, tgid));
	blob_func(b, "vfs_read", s32, read);
	blob_func(b, "next", outer, read);
	blob_func(b, "kfree", 0, freed);
	blob_func(b, "nothing", 0, none);
	blob_func(b, "probed", 0, traced);
}

void test_types(bool known)
{
	static struct otr_btf *made;
	static struct blob blob;
	static void *data;
	size_t size;

	if (!made) {
		blob_begin(&blob, NULL);
		make_types(&blob);
		data = blob_make(&blob, &size);
		made = otr_btf_open(data, size, NULL);
	}
	types = known ? made : NULL;
}

static const struct otr_catalog catalog = {
	.place	= "trace_probe",
	.text	= otr_fetch_errors,
	.nr	= OTR_FETCH_NR_ERRORS,
};

/* What has a result is an fprobe at the return, even if it does not say so. */
static bool has_result(const struct otr_fetch_line *line)
{
	for (unsigned int i = 2; i < line->nr; i++) {
		const char *at = strstr(line->word[i], "$retval");

		if (at && !isalnum(at[7]) && at[7] != '_')
			return *line->word[0] == 'f';
	}
	return false;
}

static bool is_program(const char *where)
{
	return strchr(where, '/') && strchr(where, ':');
}

/* As the kinds of probe would say. */
static void find_place(struct test_probe *probe)
{
	const char *where = probe->line.nr > 1 ? probe->line.word[1] : "";
	bool at_return = strstr(where, "%return") || has_result(&probe->line);

	snprintf(probe->func, sizeof(probe->func), "%.*s", (int)strcspn(where, "+%"), where);
	probe->place = (struct otr_fetch_place){ .head = 16, .func = probe->func };
	switch (is_program(where) ? 'u' : probe->line.nr ? *probe->line.word[0] : 0) {
	case 'r':
		probe->place.where = OTR_FETCH_RETURN;
		probe->place.head = 24;
		break;
	case 'f':
		probe->place.where = OTR_FETCH_FPROBE |
			(at_return ? OTR_FETCH_RETURN : OTR_FETCH_ENTRY);
		probe->place.head = at_return ? 24 : 16;
		break;
	case 't':
		probe->place.where = OTR_FETCH_FPROBE | OTR_FETCH_TRACEPOINT | OTR_FETCH_ENTRY;
		break;
	case 'e':
		probe->place.where = OTR_FETCH_EVENT;
		probe->place.event = &test_event;
		probe->place.head = 8;
		break;
	case 'u':
		at_return |= *probe->line.word[0] == 'r';
		probe->place.where = OTR_FETCH_USER | (at_return ? OTR_FETCH_RETURN : 0);
		probe->place.head = at_return ? 24 : 16;
		break;
	default:
		probe->place.where = strchr(where, '+') ? 0 : OTR_FETCH_ENTRY;
	}
}

void test_open(struct test_probe *probe, const char *definition)
{
	probe->fetch = NULL;
	probe->err = otr_fetch_line_open(&probe->line, &catalog, definition);
	if (probe->err)
		return;
	find_place(probe);
	if (probe->line.nr < 2) {
		probe->err = -ECANCELED;
		return;
	}
	probe->err = otr_fetch_read(&probe->line, 2, probe->line.nr - 2, &probe->place,
				    &probe->fetch);
	if (!probe->err)
		probe->err = otr_fetch_resolve(probe->fetch);
	if (probe->err == -ENOENT)
		otr_fetch_fail(&probe->line, 1, 0, OTR_FETCH_BAD_PROBE_ADDR);
	else if (probe->err && probe->err != -ENOMEM && probe->line.cmd.error < 0)
		otr_fetch_fail(&probe->line, 1, 0, OTR_FETCH_FAIL_REG_PROBE);
}

void test_close(struct test_probe *probe)
{
	otr_fetch_free(probe->fetch);
	otr_fetch_line_close(&probe->line);
}

void test_no_memory(const char *definition)
{
	long before = shim_allocated;
	struct test_probe probe;
	int after = 0;

	do {
		shim_alloc_countdown = after++;
		test_open(&probe, definition);
		EXPECT(!probe.err || probe.err == -ENOMEM);
		shim_alloc_countdown = -1;
		test_close(&probe);
		EXPECT_EQ(shim_allocated, before);
	} while (probe.err && after < 1000);
	EXPECT(after > 10);
}
