/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the rule room: room for text that a record only has the address of. */
#ifndef _OTR_RULE_TEXT_H
#define _OTR_RULE_TEXT_H

#include <linux/types.h>

/**
 * struct otr_rule_text - a copy of a text
 * @chars: as much of it as fits, zero-terminated
 */
struct otr_rule_text {
	char	chars[1024];
};

int otr_rule_text_want(void);
struct otr_rule_text *otr_rule_text_get(void);
void otr_rule_text_put(void);

#endif /* _OTR_RULE_TEXT_H */
