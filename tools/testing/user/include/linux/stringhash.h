/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_STRINGHASH_H
#define _SHIM_LINUX_STRINGHASH_H

/* Any hash does; this one has collisions that a test can make. */
static inline unsigned int full_name_hash(const void *salt, const char *name, unsigned int len)
{
	unsigned int hash = 0;

	while (len--)
		hash = hash * 31 + (unsigned char)*name++;
	return hash;
}

#endif
