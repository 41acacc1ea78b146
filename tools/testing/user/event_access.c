// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values of fields, against what plain C makes of the same memory. Records are as
 * large as they have to be, so that a byte too far is found.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/uaccess.h>

#include "event/event.h"
#include "ktap.h"
#include "event_access_check.h"

#define ROUNDS		200000
#define FAR		0x20000UL
#define FAR_USER	0x40000UL
#define FAR_SIZE	4096

/* What is behind the addresses from FAR and FAR_USER on; nothing is behind others. */
static char far_text[FAR_SIZE] __aligned(64);
static char far_user[FAR_SIZE] __aligned(64);

static long copy_far(char *to, const char *text, unsigned long from, unsigned long start,
		     size_t size)
{
	if (from < start || from - start > FAR_SIZE - size)
		return -EFAULT;
	memcpy(to, text + (from - start), size);
	return 0;
}

long copy_from_kernel_nofault(void *to, const void *from, size_t size)
{
	return copy_far(to, far_text, (unsigned long)from, FAR, size);
}

long copy_from_user_nofault(void *to, const void *from, size_t size)
{
	return copy_far(to, far_user, (unsigned long)from, FAR_USER, size);
}

static unsigned int seed = 1;

static unsigned int any(unsigned int below)
{
	return rand_r(&seed) % below;
}

static s64 number_of(const struct otr_field *field, const void *rec)
{
	struct otr_access access;

	otr_access_init(&access, field, otr_field_kind(field));
	EXPECT(otr_access_is_number(&access));
	return otr_access_number(&access, rec);
}

static void numbers(void)
{
	static const u64 ends[] = {
		0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000,
		0xffffffff, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff,
	};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		CHECK_NUMBER(u8, ends[i]);
		CHECK_NUMBER(s8, ends[i]);
		CHECK_NUMBER(u16, ends[i]);
		CHECK_NUMBER(s16, ends[i]);
		CHECK_NUMBER(u32, ends[i]);
		CHECK_NUMBER(s32, ends[i]);
		CHECK_NUMBER(u64, ends[i]);
		CHECK_NUMBER(s64, ends[i]);
	}
}

static const struct otr_field *common(const char *name)
{
	static const struct otr_field none[] = { {} };
	static const struct otr_event event = { .fields = none };

	return otr_event_field(&event, name, strlen(name));
}

static void common_fields(void)
{
	struct otr_rec_head head = { .type = 0xfff0, .flags = 0x81, .preempt_count = 0x92,
				     .pid = -3 };

	EXPECT_EQ(number_of(common("common_type"), &head), 0xfff0);
	EXPECT_EQ(number_of(common("common_flags"), &head), 0x81);
	EXPECT_EQ(number_of(common("common_preempt_count"), &head), 0x92);
	EXPECT_EQ(number_of(common("common_pid"), &head), -3);
}

/* What is not in the record needs none. */
static void outside_fields(void)
{
	static const char *const cpus[] = { "cpu", "CPU", "common_cpu" };
	static const char *const comms[] = { "comm", "COMM" };
	struct otr_access access;
	struct otr_span bytes;
	char text[TASK_COMM_LEN];

	for (size_t i = 0; i < ARRAY_SIZE(cpus); i++) {
		shim_cpu = i;
		EXPECT_EQ(number_of(common(cpus[i]), NULL), i);
	}
	shim_cpu = 0;
	for (size_t i = 0; i < ARRAY_SIZE(comms); i++) {
		snprintf(current->comm, sizeof(current->comm), "%s",
			 i ? "some task" : "fifteen letters");
		otr_access_init(&access, common(comms[i]), otr_field_kind(common(comms[i])));
		EXPECT(!otr_access_is_number(&access));
		EXPECT_EQ(otr_access_bits(&access, NULL), 0);
		bytes = otr_access_bytes(&access, NULL);
		EXPECT(bytes.at == current->comm);
		EXPECT_EQ(bytes.len, TASK_COMM_LEN);
		EXPECT_EQ(otr_access_text(&access, NULL, text, sizeof(text)),
			  strlen(current->comm));
		EXPECT_STR(text, current->comm);
	}
	otr_access_init(&access, common("stacktrace"), OTR_KIND_STACK);
	EXPECT(!otr_access_is_number(&access));
	EXPECT_EQ(otr_access_bytes(&access, NULL).len, 0);
}

/* An array is bytes, and so is a number of no size that there is. */
static void arrays(void)
{
	static const struct otr_field longs = { "unsigned long", "args[6]", 12, 48, false };
	static const struct otr_field odd = { "u8", "mac[3]", 8, 3, false };
	static const struct otr_field stack = { "__data_loc unsigned long[]", "stack", 8, 4, false,
						OTR_KIND_STACK };
	static const struct otr_field dynamic = { "__data_loc u32[]", "words", 8, 4, false };
	u32 rec[32] = { [2] = 16 | 24 << 16 };
	struct otr_access access;
	struct otr_span bytes;

	otr_access_init(&access, &longs, otr_field_kind(&longs));
	EXPECT(!otr_access_is_number(&access));
	bytes = otr_access_bytes(&access, rec);
	EXPECT(bytes.at == rec + 3);
	EXPECT_EQ(bytes.len, 48);
	otr_access_init(&access, &odd, otr_field_kind(&odd));
	EXPECT(!otr_access_is_number(&access));
	EXPECT_EQ(otr_access_bytes(&access, rec).len, 3);
	otr_access_init(&access, &stack, otr_field_kind(&stack));
	EXPECT(!otr_access_is_number(&access));
	bytes = otr_access_bytes(&access, rec);
	EXPECT(bytes.at == rec + 4);
	EXPECT_EQ(bytes.len, 24);
	/* By itself it is the word, as in-tree; a caller that knows better gets the words. */
	EXPECT_EQ(number_of(&dynamic, rec), 16 | 24 << 16);
	otr_access_init(&access, &dynamic, OTR_KIND_DYN_STRING);
	EXPECT(otr_access_bytes(&access, rec).at == rec + 4);
}

/* A record with one text in it, of @room bytes, and what has to come of it. */
struct sample {
	struct otr_field field;
	char *rec;
	const char *from;
	size_t room;
};

static void sample_free(struct sample *s)
{
	free(s->rec);
}

static void sample_text(char *to, size_t room)
{
	for (size_t i = 0; i < room; i++)
		to[i] = any(12) ? 'a' + any(26) : '\0';
}

/* A location word at @at, and as far behind it as there is room. */
static void sample_located(struct sample *s, unsigned int at, bool rel, bool mask)
{
	unsigned int behind = at + sizeof(u32) + 4 * any(8);
	u32 word;

	s->field.type = mask ? rel ? "__rel_loc cpumask_t[]" : "__data_loc cpumask_t[]" :
			rel ? "__rel_loc char[]" : "__data_loc char[]";
	s->field.size = sizeof(word);
	s->rec = malloc(behind + s->room);
	s->from = s->rec + behind;
	word = (rel ? behind - at - sizeof(word) : behind) | s->room << 16;
	memcpy(s->rec + at, &word, sizeof(word));
}

static void sample_pointed(struct sample *s, unsigned int at)
{
	unsigned long addr;

	s->field.type = any(2) ? "char *" : "const char *";
	s->field.size = sizeof(addr);
	s->rec = malloc(at + sizeof(addr));
	/* It ends somewhere, or with what can be read. */
	addr = FAR + FAR_SIZE - 1 - any(s->room + 200);
	s->from = far_text + (addr - FAR);
	s->room = FAR + FAR_SIZE - addr;
	memcpy(s->rec + at, &addr, sizeof(addr));
}

static struct sample any_sample(void)
{
	struct sample s = {
		.field = { .name = "x", .offset = 8 + 4 * any(4) },
		.room = any(3) ? any(40) : any(200),
	};
	unsigned int at = s.field.offset;

	switch (any(5)) {
	case 0:
		s.room++;
		s.field.type = "char";
		s.field.size = s.room;
		s.field.nr = s.room;
		s.rec = malloc(at + s.room);
		s.from = s.rec + at;
		break;
	case 1:
	case 2:
		sample_located(&s, at, any(2), !any(4));
		break;
	case 3:
		sample_pointed(&s, at);
		break;
	default:
		/* The last of a record: up to its zero. */
		s.room++;
		s.field.type = "char";
		s.field.name = "buf[]";
		s.rec = malloc(at + s.room);
		s.from = s.rec + at;
		sample_text((char *)s.from, s.room);
		s.rec[at + s.room - 1] = '\0';
		return s;
	}
	sample_text((char *)s.from, s.room);
	return s;
}

static void check_sample(const struct sample *s)
{
	enum otr_kind kind = otr_field_kind(&s->field);
	size_t len = strnlen(s->from, s->room), size = 1 + any(any(2) ? 20 : 300);
	bool far = kind == OTR_KIND_PTR_STRING;
	char *text = malloc(size);
	struct otr_access access;
	struct otr_span bytes;
	int said;

	otr_access_init(&access, &s->field, kind);
	EXPECT_EQ(otr_access_is_number(&access), false);
	if (!far) {
		bytes = otr_access_bytes(&access, s->rec);
		EXPECT(bytes.at == s->from);
		EXPECT_EQ(bytes.len, s->field.size ? s->room : SIZE_MAX);
	}
	said = otr_access_text(&access, s->rec, text, size);
	if (far && len == s->room && size > len) {
		EXPECT_EQ(said, -EFAULT);
	} else {
		EXPECT_EQ(said, len < size ? len : size - 1);
		EXPECT(!memcmp(text, s->from, said) && !text[said]);
	}
	free(text);
}

static void texts(void)
{
	const char *from = getenv("ACCESS_SEED");

	seed = from ? strtoul(from, NULL, 0) : 1;
	for (int i = 0; i < ROUNDS && ktap_failures < 10; i++) {
		struct sample s = any_sample();

		check_sample(&s);
		sample_free(&s);
	}
}

/* Only what is said to be the task's is read there. */
static void user_texts(void)
{
	static const struct otr_field field = { "const char *", "x", 0, 8, false };
	static const unsigned long nowhere[] = { 0, 1, FAR - 1, FAR + FAR_SIZE, ~0UL, ~0UL - 63 };
	struct otr_access access;
	char text[16];
	unsigned long addr = FAR_USER;

	memcpy(far_user, "of the task", sizeof("of the task"));
	otr_access_init(&access, &field, OTR_KIND_USER_STRING);
	EXPECT_EQ(otr_access_text(&access, &addr, text, sizeof(text)), 11);
	EXPECT_STR(text, "of the task");
	otr_access_init(&access, &field, OTR_KIND_PTR_STRING);
	EXPECT_EQ(otr_access_text(&access, &addr, text, sizeof(text)), -EFAULT);
	for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++) {
		otr_access_init(&access, &field, OTR_KIND_PTR_STRING);
		EXPECT_EQ(otr_access_text(&access, &nowhere[i], text, sizeof(text)), -EFAULT);
		otr_access_init(&access, &field, OTR_KIND_USER_STRING);
		EXPECT_EQ(otr_access_text(&access, &nowhere[i], text, sizeof(text)), -EFAULT);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(numbers),
	KTAP_CASE(common_fields),
	KTAP_CASE(outside_fields),
	KTAP_CASE(arrays),
	KTAP_CASE(texts),
	KTAP_CASE(user_texts),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
