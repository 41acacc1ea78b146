// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text is not what it should be: say so, once, and patch no more.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/kallsyms.h>
#include <linux/printk.h>

#include "arch/x86/arch.h"
#include "host/host.h"
#include "site/internal.h"

static char failure_reason[KSYM_SYMBOL_LEN + 128];
static bool failure_failed;

/**
 * struct wrong - a site that was found with wrong bytes
 * @ip: the site
 * @want: what it should have been
 * @is: what it was
 */
struct wrong {
	unsigned long	ip;
	u8		want[OTR_ARCH_SITE_SIZE];
	u8		is[OTR_ARCH_SITE_SIZE];
};

/* Those that are not in the log yet, and how many: most are not kept. */
static struct wrong failure_wrongs[8];
static unsigned int failure_nr_wrongs;
static bool failure_told;

static void failure_wrong_name(const struct wrong *wrong, char *name, size_t size)
{
	if (!otr_host_symbol(wrong->ip, true, name, size))
		snprintf(name, size, "%#lx", wrong->ip);
}

/**
 * otr_fail - remember a site with wrong bytes
 * @ip: the site
 * @target: what it should call; 0 for nothing
 *
 * It is in the log after otr_fail_report().
 *
 * Context: otr_site_lock and text_mutex held.
 */
void otr_fail(unsigned long ip, unsigned long target)
{
	char name[KSYM_SYMBOL_LEN];
	struct wrong wrong = { .ip = ip };

	otr_arch_site_bytes(wrong.want, ip, target);
	memcpy(wrong.is, (const void *)ip, sizeof(wrong.is));
	if (failure_nr_wrongs < ARRAY_SIZE(failure_wrongs))
		failure_wrongs[failure_nr_wrongs] = wrong;
	failure_nr_wrongs++;
	if (failure_failed)
		return;
	failure_wrong_name(&wrong, name, sizeof(name));
	snprintf(failure_reason, sizeof(failure_reason), "%s: expected %*ph, found %*ph", name,
		 OTR_ARCH_SITE_SIZE, wrong.want, OTR_ARCH_SITE_SIZE, wrong.is);
	/* Pairs with the acquire in otr_site_failure(): the reason is complete. */
	smp_store_release(&failure_failed, true);
}

/**
 * otr_fail_report - say what otr_fail() remembered
 *
 * A console may take long, and a task cannot change text meanwhile that waits for
 * text_mutex.
 *
 * Context: otr_site_lock held, text_mutex not.
 */
void otr_fail_report(void)
{
	unsigned int i, nr = min(failure_nr_wrongs, ARRAY_SIZE(failure_wrongs));
	char name[KSYM_SYMBOL_LEN];

	for (i = 0; i < nr; i++) {
		failure_wrong_name(&failure_wrongs[i], name, sizeof(name));
		pr_err("wrong bytes at %s: expected %*ph, found %*ph\n", name, OTR_ARCH_SITE_SIZE,
		       failure_wrongs[i].want, OTR_ARCH_SITE_SIZE, failure_wrongs[i].is);
	}
	if (failure_nr_wrongs > nr)
		pr_err("and at %u other functions\n", failure_nr_wrongs - nr);
	if (failure_nr_wrongs && !failure_told)
		pr_err("no more functions will be hooked: reload the module when the cause is found\n");
	failure_told |= failure_nr_wrongs;
	failure_nr_wrongs = 0;
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
	return smp_load_acquire(&failure_failed) ? failure_reason : NULL;
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
	failure_told = false;
	WRITE_ONCE(failure_failed, false);
}
EXPORT_SYMBOL_IF_KUNIT(otr_site_forgive);
