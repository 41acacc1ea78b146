/* SPDX-License-Identifier: GPL-2.0-only */
/* Arguments of a format, packed for a record. */
#ifndef _OTR_BASE_PACK_H
#define _OTR_BASE_PACK_H

#include <linux/stdarg.h>
#include <linux/types.h>

/* Arguments that a struct otr_pack can tell. */
#define OTR_PACK_MAX	15

/**
 * struct otr_pack - what a format takes
 * @kinds: of its arguments, the first one in the low bits; 0 behind the last
 * @known: it says all; otherwise the format is for vbin_printf()
 */
struct otr_pack {
	u32	kinds;
	bool	known;
};

void otr_pack_read(struct otr_pack *pack, const char *fmt);
size_t otr_pack_put(const struct otr_pack *pack, void *to, size_t room, va_list args);

#endif /* _OTR_BASE_PACK_H */
