// SPDX-License-Identifier: GPL-2.0-only
/* From what hooks want to what is written: a truth table, and a naive twin. */
#include "site/plan.h"
#include "ktap.h"

#define SITES	200
#define WORDS	((SITES + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define HOOKS	6

/* What a site shall be for a hook, and what comes out. */
static const struct {
	bool on, gone, keep, all, filter, skip;
	bool want;
} truth[] = {
	/* on gone keep all filter skip	   want */
	{ 0, 0, 0, 0, 0, 0,		   0 },
	{ 0, 0, 0, 0, 1, 0,		   1 },
	{ 0, 0, 0, 1, 0, 0,		   1 },
	{ 0, 0, 0, 1, 1, 0,		   1 },
	{ 0, 0, 0, 0, 1, 1,		   0 },
	{ 0, 0, 0, 1, 0, 1,		   0 },
	{ 1, 0, 0, 0, 0, 0,		   0 },
	{ 1, 0, 0, 0, 1, 0,		   1 },
	{ 1, 0, 0, 1, 0, 1,		   0 },
	{ 1, 1, 0, 1, 1, 0,		   0 },
	{ 0, 1, 0, 1, 1, 0,		   0 },
	{ 1, 0, 1, 0, 0, 1,		   1 },
	{ 0, 0, 1, 1, 1, 0,		   0 },
	{ 1, 1, 1, 1, 1, 0,		   0 },
};

/* One hook, one site: exactly the changes are steps, and go the right way. */
static void truth_table(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(truth); i++) {
		unsigned long on = truth[i].on, filter = truth[i].filter, skip = truth[i].skip;
		struct otr_plan_hook hook = {
			.id = 65, .gone = truth[i].gone, .keep = truth[i].keep,
			.all = truth[i].all, .on = &on, .filter = &filter, .skip = &skip,
		};
		struct otr_plan plan = { .hooks = &hook, .nr_hooks = 1, .sites = 1 };
		struct otr_plan_step step;
		bool change = truth[i].on != truth[i].want;

		EXPECT_EQ(otr_plan_want(&plan, &hook, 0), truth[i].want);
		EXPECT_EQ(otr_plan_next(&plan, &step), change);
		if (!change)
			continue;
		EXPECT_EQ(step.word, 0);
		EXPECT_EQ(step.sites, 1);
		EXPECT_EQ(otr_hookset_has(&step.from, 65), truth[i].on);
		EXPECT_EQ(otr_hookset_has(&step.to, 65), truth[i].want);
		EXPECT_EQ(otr_hookset_empty(&step.to), !truth[i].want);
		EXPECT(!otr_plan_next(&plan, &step));
	}
}

/* All bitmaps may be absent, and no site is beyond the last. */
static void edges(void)
{
	struct otr_plan_hook hook = { .id = 0, .all = true };
	static const unsigned int sizes[] = { 1, 63, 64, 65, 128, 129 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct otr_plan plan = { .hooks = &hook, .nr_hooks = 1, .sites = sizes[i] };
		struct otr_plan_step step;
		unsigned int sites = 0, steps = 0;

		while (otr_plan_next(&plan, &step)) {
			sites += __builtin_popcountl(step.sites);
			steps++;
		}
		EXPECT_EQ(sites, sizes[i]);
		EXPECT_EQ(steps, (sizes[i] + 63) / 64);
	}
}

struct world {
	unsigned long		on[HOOKS][WORDS];
	unsigned long		filter[HOOKS][WORDS];
	unsigned long		skip[HOOKS][WORDS];
	struct otr_plan_hook	hooks[HOOKS];
};

/* Few different words, so that sites go together. */
static void fill(unsigned long *bits)
{
	for (unsigned int word = 0; word < WORDS; word++) {
		switch (rand() % 4) {
		case 0:
			bits[word] = 0;
			break;
		case 1:
			bits[word] = ~0UL;
			break;
		default:
			bits[word] = (unsigned long)rand() << 32 ^ rand();
		}
	}
	bits[WORDS - 1] &= (1UL << SITES % 64) - 1;
}

static void build(struct world *world)
{
	for (unsigned int i = 0; i < HOOKS; i++) {
		fill(world->on[i]);
		fill(world->filter[i]);
		fill(world->skip[i]);
		world->hooks[i] = (struct otr_plan_hook) {
			.id = i * 23, .all = !(rand() % 3), .gone = !(rand() % 6),
			.keep = !(rand() % 6),
			.on = rand() % 4 ? world->on[i] : NULL,
			.filter = rand() % 4 ? world->filter[i] : NULL,
			.skip = rand() % 2 ? world->skip[i] : NULL,
		};
	}
}

static bool bit(const unsigned long *bits, unsigned int site)
{
	return bits && bits[site / 64] >> (site % 64) & 1;
}

/* What the twin says of one hook and one site. */
static bool wants(const struct otr_plan_hook *hook, unsigned int site)
{
	if (hook->gone)
		return false;
	if (hook->keep)
		return bit(hook->on, site);
	return (hook->all || bit(hook->filter, site)) && !bit(hook->skip, site);
}

static void compare_site(const struct world *world, const struct otr_plan_step *step,
			 unsigned int site)
{
	for (unsigned int i = 0; i < HOOKS; i++) {
		const struct otr_plan_hook *hook = &world->hooks[i];

		EXPECT_EQ(otr_hookset_has(&step->from, hook->id), bit(hook->on, site));
		EXPECT_EQ(otr_hookset_has(&step->to, hook->id), wants(hook, site));
	}
}

/* Every site that changes is in one step, with the right sets; no other is. */
static void compare(struct world *world)
{
	struct otr_plan plan = { .hooks = world->hooks, .nr_hooks = HOOKS, .sites = SITES };
	struct otr_plan_step step;
	unsigned long told[WORDS] = { 0 };
	unsigned int last = 0;

	while (otr_plan_next(&plan, &step)) {
		EXPECT(step.word >= last);
		last = step.word;
		EXPECT(step.sites);
		EXPECT(!otr_hookset_same(&step.from, &step.to));
		EXPECT_EQ(told[step.word] & step.sites, 0);
		told[step.word] |= step.sites;
		for (unsigned int b = 0; b < 64; b++) {
			if (!(step.sites >> b & 1))
				continue;
			compare_site(world, &step, step.word * 64 + b);
		}
	}
	for (unsigned int site = 0; site < SITES; site++) {
		bool changes = false;

		for (unsigned int i = 0; i < HOOKS; i++)
			changes |= bit(world->hooks[i].on, site) != wants(&world->hooks[i], site);
		EXPECT_EQ(bit(told, site), changes);
	}
}

static void naive_twin(void)
{
	static struct world world;

	srand(1);
	for (unsigned int round = 0; round < 2000; round++) {
		build(&world);
		compare(&world);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(truth_table),
	KTAP_CASE(edges),
	KTAP_CASE(naive_twin),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
