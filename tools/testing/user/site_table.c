// SPDX-License-Identifier: GPL-2.0-only
/* Tables of sites: used where they are or copied, and ascending in any case. */
#include <stdlib.h>

#include "site/table.h"
#include "ktap.h"

/* The text of these tests. */
#define FROM	100
#define TO	200

static bool text_has(unsigned long site, const void *text)
{
	const unsigned long *bounds = text;

	return site >= bounds[0] && site < bounds[1];
}

static int get(struct otr_table *table, const unsigned long *all, unsigned int nr)
{
	static const unsigned long bounds[] = { FROM, TO };

	return otr_table_get(table, all, nr, text_has, bounds);
}

/* As the linker sorts it: what was dropped, the text, init text. */
static void sorted_is_used_in_place(void)
{
	static const unsigned long all[] = { 0, 0, 0, 100, 101, 150, 199, 200, 1000 };
	struct otr_table table;

	EXPECT_EQ(get(&table, all, ARRAY_SIZE(all)), 0);
	EXPECT(table.sites == all + 3);
	EXPECT_EQ(table.nr, 4);
	EXPECT(!table.copy);
	otr_table_put(&table);

	EXPECT_EQ(get(&table, all + 3, 4), 0);
	EXPECT(table.sites == all + 3);
	otr_table_put(&table);
}

/* Sections take turns in the order of functions in a source file. */
static void unsorted_is_copied(void)
{
	static const unsigned long all[] = { 110, 300, 190, 120, 0, 191, 130, 301, 192 };
	static const unsigned long want[] = { 110, 120, 130, 190, 191, 192 };
	struct otr_table table;

	EXPECT_EQ(get(&table, all, ARRAY_SIZE(all)), 0);
	EXPECT(table.sites == table.copy);
	EXPECT_EQ(table.nr, ARRAY_SIZE(want));
	for (unsigned int i = 0; i < ARRAY_SIZE(want); i++)
		EXPECT_EQ(table.sites[i], want[i]);
	otr_table_put(&table);
	EXPECT_EQ(table.nr, 0);
}

/* Ascending, but with another text's site in between. */
static void interrupted_is_copied(void)
{
	static const unsigned long all[] = { 110, 300, 120 };
	struct otr_table table;

	EXPECT_EQ(get(&table, all, ARRAY_SIZE(all)), 0);
	EXPECT_EQ(table.nr, 2);
	EXPECT_EQ(table.sites[0], 110);
	EXPECT_EQ(table.sites[1], 120);
	otr_table_put(&table);
}

static void nothing_is_no_site(void)
{
	static const unsigned long all[] = { 0, 1, 300 };
	struct otr_table table;

	EXPECT_EQ(get(&table, all, 0), 0);
	EXPECT_EQ(table.nr, 0);
	EXPECT_EQ(get(&table, NULL, 0), 0);
	EXPECT_EQ(get(&table, all, ARRAY_SIZE(all)), 0);
	EXPECT_EQ(table.nr, 0);
	EXPECT(!table.copy);
	otr_table_put(&table);
}

static void twice_is_refused(void)
{
	static const unsigned long beside[] = { 110, 120, 120, 130 }, apart[] = { 120, 110, 120 };
	struct otr_table table;

	EXPECT_EQ(get(&table, beside, ARRAY_SIZE(beside)), -EINVAL);
	EXPECT_EQ(table.nr, 0);
	EXPECT_EQ(get(&table, apart, ARRAY_SIZE(apart)), -EINVAL);
	EXPECT_EQ(table.nr, 0);
}

static void no_memory(void)
{
	static const unsigned long all[] = { 120, 110 };
	struct otr_table table;

	shim_alloc_countdown = 0;
	EXPECT_EQ(get(&table, all, ARRAY_SIZE(all)), -ENOMEM);
	shim_alloc_countdown = -1;
}

/* Every site of a random table is found where it belongs, and no other. */
static void random_tables(void)
{
	unsigned long all[64];
	struct otr_table table;
	unsigned int in, nr;

	srand(1);
	for (unsigned int round = 0; round < 5000; round++) {
		bool seen[TO * 2] = { }, twice = false;

		nr = rand() % ARRAY_SIZE(all);
		in = 0;
		for (unsigned int i = 0; i < nr; i++) {
			all[i] = rand() % (TO * 2);
			twice |= seen[all[i]] && all[i] >= FROM && all[i] < TO;
			seen[all[i]] = true;
			in += all[i] >= FROM && all[i] < TO;
		}
		EXPECT_EQ(get(&table, all, nr), twice ? -EINVAL : 0);
		if (twice)
			continue;
		EXPECT_EQ(table.nr, in);
		for (unsigned int i = 0; i < table.nr; i++) {
			EXPECT(seen[table.sites[i]]);
			EXPECT(!i || table.sites[i] > table.sites[i - 1]);
		}
		otr_table_put(&table);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(sorted_is_used_in_place),
	KTAP_CASE(unsorted_is_copied),
	KTAP_CASE(interrupted_is_copied),
	KTAP_CASE(nothing_is_no_site),
	KTAP_CASE(twice_is_refused),
	KTAP_CASE(no_memory),
	KTAP_CASE(random_tables),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
