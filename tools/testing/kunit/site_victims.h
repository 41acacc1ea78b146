/* SPDX-License-Identifier: GPL-2.0-only */
/* site_victims.S: functions that do nothing, for hooks. */
#ifndef _SITE_VICTIMS_H
#define _SITE_VICTIMS_H

/* They are site_victim_100() and so on. */
#define SITE_VICTIM_FIRST	100
#define SITE_VICTIMS		160

#ifndef __ASSEMBLY__
extern void (*const site_victims[SITE_VICTIMS])(void);

void site_victim_100(void);
void site_victim_101(void);
void site_victim_102(void);
void site_victim_103(void);
void site_victim_199(void);
void site_victim_200(void);
#endif /* !__ASSEMBLY__ */

#endif /* _SITE_VICTIMS_H */
