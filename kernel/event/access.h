/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The value of a field of a record, a part of event.h.
 *
 * What a field is, is decided once, by otr_access_init(). What remains for each
 * record is a small number to switch on and a place, so a value costs a few
 * instructions, inline, and no call through a pointer.
 *
 * A value has up to three forms. A number is what the field's bytes mean. Bytes
 * are where in memory they are: those of the field, those that its location word
 * points to, or the name of the running task. A text is what the bytes say, or
 * what is at the address that they are.
 *
 * Records are trusted: location words lead into the record that they are from.
 * Code that takes records from users checks that before it lets them in.
 */
#ifndef _OTR_EVENT_ACCESS_H
#define _OTR_EVENT_ACCESS_H

#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>
#include <outrace/event.h>

/*
 * Ways to a value.
 *
 * The order matters: those up to OTR_GET_1 are numbers in the record, all up to
 * OTR_GET_CPU are numbers.
 */
enum otr_get {
	OTR_GET_4,		/* a number of 4 bytes */
	OTR_GET_8,
	OTR_GET_2,
	OTR_GET_1,
	OTR_GET_CPU,		/* number of the CPU */
	OTR_GET_INSIDE,		/* bytes at a fixed place in the record */
	OTR_GET_BEHIND,		/* bytes that a location word points to */
	OTR_GET_COMM,		/* name of the running task */
	OTR_GET_KERNEL_TEXT,	/* text at an address in the record */
	OTR_GET_USER_TEXT,	/* the same in the task's memory */
	OTR_GET_NOTHING,	/* it is neither in the record nor known otherwise */
};

/**
 * struct otr_access - the way to a field's value
 * @how: enum otr_get
 * @unused: of a number with a sign: bits that a u64 has and the field has not
 * @offset: of the field in the record
 * @size: of the field in bytes; 0 for what goes on to its zero
 * @base: of a location word: what its offset counts from, in the record
 */
struct otr_access {
	u8	how;
	u8	unused;
	u16	offset;
	u16	size;
	u16	base;
};

/**
 * struct otr_span - a piece of memory
 * @at: where it begins
 * @len: how long it is; SIZE_MAX where a zero byte ends it
 */
struct otr_span {
	const void	*at;
	size_t		len;
};

/* Offset and length as a location word of a record has them. */
#define OTR_LOC_OFFSET(word)	((word) & 0xffff)
#define OTR_LOC_LEN(word)	((word) >> 16)

/**
 * otr_access_is_number - is a value a number?
 * @access: the way to it
 *
 * Context: any.
 * Return: whether otr_access_bits() and otr_access_number() mean anything.
 */
static inline bool otr_access_is_number(const struct otr_access *access)
{
	return access->how <= OTR_GET_CPU;
}

/**
 * otr_access_bits - a value as a number without a sign
 * @access: the way to it
 * @rec: a record of the field's event
 *
 * Context: any, preemption off.
 * Return: the number, of as many bits as the field has; 0 if it is none.
 */
static __always_inline u64 otr_access_bits(const struct otr_access *access, const void *rec)
{
	const void *at = rec + access->offset;
	u64 wide;

	switch (access->how) {
	case OTR_GET_4:
		return *(const u32 *)at;
	case OTR_GET_8:
		/* Records begin at multiples of four. */
		memcpy(&wide, at, sizeof(wide));
		return wide;
	case OTR_GET_2:
		return *(const u16 *)at;
	case OTR_GET_1:
		return *(const u8 *)at;
	case OTR_GET_CPU:
		return raw_smp_processor_id();
	default:
		return 0;
	}
}

/**
 * otr_access_number - a value as a number
 * @access: the way to it
 * @rec: a record of the field's event
 *
 * Context: any, preemption off.
 * Return: the number, extended to 64 bits as the field's type says; 0 if it is
 * none.
 */
static __always_inline s64 otr_access_number(const struct otr_access *access, const void *rec)
{
	return (s64)(otr_access_bits(access, rec) << access->unused) >> access->unused;
}

/**
 * otr_access_bytes - a value as bytes in memory
 * @access: the way to it; not OTR_GET_CPU
 * @rec: a complete record of the field's event
 *
 * The bytes of a text may end before their zero: it has to be looked for.
 *
 * Context: any, preemption off for as long as the bytes are used.
 * Return: the bytes.
 */
static __always_inline struct otr_span
otr_access_bytes(const struct otr_access *access, const void *rec)
{
	const void *at = rec + access->offset;
	u32 word;

	switch (access->how) {
	case OTR_GET_BEHIND:
		word = *(const u32 *)at;
		return (struct otr_span){ rec + access->base + OTR_LOC_OFFSET(word),
					   OTR_LOC_LEN(word) };
	case OTR_GET_COMM:
		return (struct otr_span){ current->comm, sizeof(current->comm) };
	case OTR_GET_NOTHING:
		return (struct otr_span){ NULL, 0 };
	default:
		return (struct otr_span){ at, access->size ?: SIZE_MAX };
	}
}

/* access.c */
void otr_access_init(struct otr_access *access, const struct otr_field *field, enum otr_kind kind);
int otr_access_text(const struct otr_access *access, const void *rec, char *to, size_t size);

#endif /* _OTR_EVENT_ACCESS_H */
