/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room crash: what reads the memory of a kernel finds in it.
 *
 * Purpose:  a page that begins with a text that no other page does, and says where
 *           the engine's instances, events and names are, and how they are laid out:
 *           so that tools/crash finds all records in a dump of the machine's memory,
 *           with no description of our types, whether that kernel still ran or not.
 * Objects:  one page, written when the engine starts. It has no use in a running
 *           kernel.
 * Locks:    none.
 * Contexts: starting and stopping; may sleep.
 *
 * It is not an interface: names and numbers are those of this build, and the reader of
 * another version says so.
 */
#ifndef _OTR_CRASH_H
#define _OTR_CRASH_H

int otr_crash_init(void);
void otr_crash_exit(void);

#endif /* _OTR_CRASH_H */
