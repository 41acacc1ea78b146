// SPDX-License-Identifier: GPL-2.0-only
/* Ways to the values of fields: how they are chosen, and those that take longer. */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "event/event.h"

/* Text at an address is copied in pieces that do not reach over a page's end. */
#define PIECE	64

static enum otr_get access_to_number(unsigned int size)
{
	switch (size) {
	case 1:
		return OTR_GET_1;
	case 2:
		return OTR_GET_2;
	case 4:
		return OTR_GET_4;
	case 8:
		return OTR_GET_8;
	default:
		return OTR_GET_INSIDE;
	}
}

static enum otr_get access_to(const struct otr_field *field, enum otr_kind kind)
{
	switch (kind) {
	case OTR_KIND_CHARS:
		return OTR_GET_INSIDE;
	case OTR_KIND_DYN_STRING:
	case OTR_KIND_REL_STRING:
	case OTR_KIND_CPUMASK:
	case OTR_KIND_REL_CPUMASK:
		return OTR_GET_BEHIND;
	case OTR_KIND_STACK:
		/* Every event has one that is not in its records. */
		return field->size ? OTR_GET_BEHIND : OTR_GET_NOTHING;
	case OTR_KIND_PTR_STRING:
		return OTR_GET_KERNEL_TEXT;
	case OTR_KIND_USER_STRING:
		return OTR_GET_USER_TEXT;
	case OTR_KIND_CPU:
		return OTR_GET_CPU;
	case OTR_KIND_COMM:
		return OTR_GET_COMM;
	default:
		return access_to_number(field->size);
	}
}

/**
 * otr_access_init - choose the way to a field's value
 * @access: filled in; does not refer to @field
 * @field: the field
 * @kind: what it is to be taken for: otr_field_kind(), or what somebody knows
 *	  better
 *
 * A field that is neither text nor a number of a size that can be handled is
 * bytes.
 *
 * Context: any.
 */
void otr_access_init(struct otr_access *access, const struct otr_field *field, enum otr_kind kind)
{
	*access = (struct otr_access){
		.how	= access_to(field, kind),
		.offset	= field->offset,
		.size	= field->size,
	};
	if (access->how <= OTR_GET_1 && field->is_signed)
		access->unused = 64 - 8 * field->size;
	if (kind == OTR_KIND_REL_STRING || kind == OTR_KIND_REL_CPUMASK)
		access->base = field->offset + sizeof(u32);
}

static bool access_copy(char *to, unsigned long addr, size_t len, bool user)
{
	if (user)
		return !copy_from_user_nofault(to, (const void __user *)addr, len);
	return !copy_from_kernel_nofault(to, (const void *)addr, len);
}

/* The text at an address may not be there, and may change while it is copied. */
static int access_far_text(char *to, size_t size, unsigned long addr, bool user)
{
	size_t done = 0;

	BUILD_BUG_ON(PAGE_SIZE % PIECE);
	while (done < size) {
		size_t len = min(PIECE - (addr + done) % PIECE, size - done);
		const char *zero;

		if (!access_copy(to + done, addr + done, len, user))
			return -EFAULT;
		zero = memchr(to + done, '\0', len);
		if (zero)
			return zero - to;
		done += len;
	}
	to[size - 1] = '\0';
	return size - 1;
}

/**
 * otr_access_text - copy a value that is a text
 * @access: the way to it
 * @rec: a complete record of the field's event
 * @to: where to; as much as fits, with a zero behind it
 * @size: room there, not 0
 *
 * Context: any, preemption off.
 * Return: the length of what was copied, -EFAULT when the text is at an address
 * where nothing can be read.
 */
int otr_access_text(const struct otr_access *access, const void *rec, char *to, size_t size)
{
	bool user = access->how == OTR_GET_USER_TEXT;
	struct otr_span bytes;
	unsigned long addr;
	size_t len;

	if (user || access->how == OTR_GET_KERNEL_TEXT) {
		memcpy(&addr, rec + access->offset, sizeof(addr));
		return access_far_text(to, size, addr, user);
	}
	bytes = otr_access_bytes(access, rec);
	len = strnlen(bytes.at, min(bytes.len, size - 1));
	memcpy(to, bytes.at, len);
	to[len] = '\0';
	return len;
}
