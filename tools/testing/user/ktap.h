/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test programs: cases in a table, results as KTAP on standard output.
 *
 *	static void adds_up(void) { EXPECT_EQ(1 + 1, 2); }
 *	static const struct ktap_case cases[] = { KTAP_CASE(adds_up), };
 *	int main(void) { return ktap_run(cases, ARRAY_SIZE(cases)); }
 */
#ifndef _KTAP_H
#define _KTAP_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

struct ktap_case {
	const char *name;
	void (*run)(void);
};

/* Expectations that did not hold, of the running case; one for all files. */
__weak int ktap_failures;

#define KTAP_CASE(function)	{ #function, function }

#define KTAP_FAIL(...)							\
do {									\
	printf("# %s:%d: ", __FILE__, __LINE__);			\
	printf(__VA_ARGS__);						\
	putchar('\n');							\
	__atomic_add_fetch(&ktap_failures, 1, __ATOMIC_RELAXED);	\
} while (0)

#define EXPECT(what)							\
do {									\
	if (!(what))							\
		KTAP_FAIL("expected: %s", #what);			\
} while (0)

#define EXPECT_EQ(is, expected)						\
do {									\
	long long ktap_is = (is), ktap_expected = (expected);		\
									\
	if (ktap_is != ktap_expected)					\
		KTAP_FAIL("%s is %lld (%#llx), expected %lld (%#llx)", #is, ktap_is, \
			  ktap_is, ktap_expected, ktap_expected);	\
} while (0)

#define EXPECT_STR(is, expected)					\
do {									\
	const char *ktap_is = (is), *ktap_expected = (expected);	\
									\
	if (!ktap_is || strcmp(ktap_is, ktap_expected))			\
		KTAP_FAIL("%s is \"%s\", expected \"%s\"", #is,		\
			  ktap_is ? ktap_is : "(null)", ktap_expected);	\
} while (0)

/* The program's exit status. A case also fails when it warned or left memory behind. */
static inline int ktap_run(const struct ktap_case *cases, int nr)
{
	int i, failed = 0;

	printf("KTAP version 1\n1..%d\n", nr);
	for (i = 0; i < nr; i++) {
		long allocated = shim_allocated;

		ktap_failures = 0;
		shim_warnings = 0;
		cases[i].run();
		shim_alloc_countdown = -1;
		EXPECT_EQ(shim_warnings, 0);
		EXPECT_EQ(shim_allocated - allocated, 0);
		failed += !!ktap_failures;
		printf("%sok %d %s\n", ktap_failures ? "not " : "", i + 1, cases[i].name);
		fflush(stdout);
	}
	return !!failed;
}

#endif
