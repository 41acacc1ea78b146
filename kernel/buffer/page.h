/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of a page, as events/header_page and events/header_event publish
 * them and as clients that read raw pages expect them. See
 * Documentation/page-format.rst.
 */
#ifndef _OTR_BUFFER_PAGE_H
#define _OTR_BUFFER_PAGE_H

#include <linux/align.h>
#include <linux/bits.h>
#include <linux/types.h>

/**
 * struct otr_page - what a page begins with
 * @ts: time stamp that the first record's delta counts from
 * @commit: bytes of data, and OTR_PAGE_* flags in pages that are handed out
 * @data: records
 */
struct otr_page {
	u64	ts;
	u64	commit;
	u8	data[];
};

#define OTR_PAGE_LOST		BIT_ULL(31)	/* records were lost in front of it */
#define OTR_PAGE_LOST_STORED	BIT_ULL(30)	/* how many: a u64 behind the data */
#define OTR_PAGE_SIZE_MASK	(BIT_ULL(27) - 1)

/*
 * A record: 5 bits of type or length, 27 bits of time, then words. Lengths
 * count bytes and are multiples of four.
 */
#define OTR_REC_LONG		0U	/* word 0: length, its own four bytes included */
#define OTR_REC_SHORT_MAX	112U	/* longest payload that the type can tell */
#define OTR_REC_PAD		29U	/* word 0: length of what is to be skipped */
#define OTR_REC_EXTEND		30U	/* word 0: upper bits of a delta */
#define OTR_REC_STAMP		31U	/* word 0: upper bits of an absolute time */

#define OTR_REC_TYPE_BITS	5
#define OTR_REC_DELTA_BITS	27
#define OTR_REC_DELTA_END	BIT_ULL(OTR_REC_DELTA_BITS)
#define OTR_REC_HEAD		4U	/* type and time */
#define OTR_REC_TIME		8U	/* a whole OTR_REC_EXTEND or OTR_REC_STAMP */
#define OTR_REC_TIME_BITS	59	/* what one of these can tell */

/* The first word of a record. */
static __always_inline u32 otr_rec_word(u32 type, u32 delta)
{
	return delta << OTR_REC_TYPE_BITS | type;
}

static __always_inline u32 otr_rec_type(u32 word)
{
	return word & (BIT(OTR_REC_TYPE_BITS) - 1);
}

static __always_inline u32 otr_rec_delta(u32 word)
{
	return word >> OTR_REC_TYPE_BITS;
}

/* Write an OTR_REC_EXTEND or OTR_REC_STAMP that tells @time. */
static inline void otr_rec_write_time(u32 *head, u32 type, u64 time)
{
	head[0] = otr_rec_word(type, time & (OTR_REC_DELTA_END - 1));
	head[1] = time >> OTR_REC_DELTA_BITS;
}

/*
 * The time of a stamp that tells @told, given the time in front: upper bits are
 * taken over from there, unless that would mean to go back very far.
 */
static inline u64 otr_rec_stamp_time(u64 told, u64 before)
{
	u64 round = BIT_ULL(OTR_REC_TIME_BITS);
	u64 ts = (before & ~(round - 1)) | told;

	if (ts < before && before - ts > round / 2)
		ts += round;
	return ts;
}

/* Payload bytes that a record of @len bytes takes; none at all cannot be told. */
static __always_inline unsigned int otr_rec_payload(unsigned int len)
{
	return len ? ALIGN(len, 4) : 4;
}

/* Bytes in front of a payload of @len bytes. */
static __always_inline unsigned int otr_rec_head_size(unsigned int len)
{
	return OTR_REC_HEAD + (otr_rec_payload(len) > OTR_REC_SHORT_MAX ? 4 : 0);
}

/* Bytes that a record with @len bytes of payload takes on a page. */
static __always_inline unsigned int otr_rec_size(unsigned int len)
{
	return otr_rec_head_size(len) + otr_rec_payload(len);
}

/*
 * Write the head of a record: returns the place of its payload. The branches fold
 * where @len is a constant, and the first one where it is a multiple of four: nothing
 * of the last word is left to what was there before.
 */
static __always_inline void *otr_rec_write(u32 *head, unsigned int len, u32 delta)
{
	unsigned int payload = otr_rec_payload(len);

	if (!__builtin_constant_p(len % 4) || len % 4 || !len)
		head[(otr_rec_head_size(len) + payload) / 4 - 1] = 0;
	if (payload <= OTR_REC_SHORT_MAX) {
		head[0] = otr_rec_word(payload / 4, delta);
		return head + 1;
	}
	head[0] = otr_rec_word(OTR_REC_LONG, delta);
	head[1] = payload + 4;
	return head + 2;
}

#endif /* _OTR_BUFFER_PAGE_H */
