/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the site room: what the files about returns share. */
#ifndef _OTR_SITE_RET_INTERNAL_H
#define _OTR_SITE_RET_INTERNAL_H

#include "site/site.h"

/* ret_stack.c */
void otr_rets_reset(struct otr_rets *rets);
unsigned long otr_rets_real(struct task_struct *task, unsigned long ret,
			    const unsigned long *place);
unsigned int otr_rets_restore(struct otr_rets *rets);
struct otr_ret *otr_rets_returned(struct otr_rets *rets, const unsigned long *place);

/* ret_pool.c */
extern struct list_head otr_rets_all;
int otr_rets_start(void);
void otr_rets_stop(void);

#endif /* _OTR_SITE_RET_INTERNAL_H */
