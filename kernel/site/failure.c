// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text is not what it should be: say so, once, and patch no more.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/export.h>
#include <linux/kallsyms.h>
#include <linux/printk.h>

#include "arch/x86/arch.h"
#include "host/host.h"
#include "site/internal.h"

static char reason[KSYM_SYMBOL_LEN + 128];
static bool failed;

/**
 * otr_fail - remember and report a site with wrong bytes
 * @ip: the site
 * @target: what it should call; 0 for nothing
 *
 * Context: otr_site_lock and text_mutex held.
 */
void otr_fail(unsigned long ip, unsigned long target)
{
	char name[KSYM_SYMBOL_LEN];
	u8 want[OTR_ARCH_SITE_SIZE];

	otr_arch_site_bytes(want, ip, target);
	if (!otr_host_symbol(ip, true, name, sizeof(name)))
		snprintf(name, sizeof(name), "%#lx", ip);
	if (!failed)
		snprintf(reason, sizeof(reason), "%s: expected %*ph, found %*ph", name,
			 OTR_ARCH_SITE_SIZE, want, OTR_ARCH_SITE_SIZE, (u8 *)ip);
	pr_err("wrong bytes at %s: expected %*ph, found %*ph\n", name,
	       OTR_ARCH_SITE_SIZE, want, OTR_ARCH_SITE_SIZE, (u8 *)ip);
	if (!failed)
		pr_err("no more functions will be hooked: reload the module when the cause is found\n");
	/* Pairs with the acquire in otr_site_failure(): the reason is complete. */
	smp_store_release(&failed, true);
}

/**
 * otr_site_failure - why no more sites are patched
 *
 * Context: any.
 * Return: the site, what it should be and what it is; NULL while all is well.
 */
const char *otr_site_failure(void)
{
	/* Pairs with the release in otr_fail(). */
	return smp_load_acquire(&failed) ? reason : NULL;
}
EXPORT_SYMBOL_GPL(otr_site_failure);

/**
 * otr_site_forgive - go on after a failure
 *
 * For tests, which cause one.
 *
 * Context: process context; every site is again what it should be.
 */
void otr_site_forgive(void)
{
	WRITE_ONCE(failed, false);
}
EXPORT_SYMBOL_GPL(otr_site_forgive);
