// SPDX-License-Identifier: GPL-2.0-only
/*
 * Damage memory that was set aside: every bit of BYTES bytes from the machine's address AT on
 * is another one. Loading fails when that is done, so that it can be done again.
 */
#include <linux/io.h>
#include <linux/module.h>

static unsigned long at;
module_param(at, ulong, 0400);
static unsigned long bytes = 1;
module_param(bytes, ulong, 0400);

static int __init damage_init(void)
{
	u8 *memory = memremap(at, bytes, MEMREMAP_WB);
	unsigned long i;

	if (!memory)
		return -ENOMEM;
	for (i = 0; i < bytes; i++)
		memory[i] = ~memory[i];
	memunmap(memory);
	return -ECANCELED;
}
module_init(damage_init);

MODULE_DESCRIPTION("Damages memory, for tests");
MODULE_LICENSE("GPL");
