// SPDX-License-Identifier: GPL-2.0-only
/*
 * Automata, and the tables that models.awk made of the models: what follows upon what, what
 * puts an automaton to sleep, and what happens to one that sleeps.
 */
#include <stdlib.h>

#include "ktap.h"
#include "rv/automaton.h"
#include "rv/tables.h"

static const struct otr_automaton *const models[] = { RV_MODELS };

static int number(const char *const *names, unsigned int nr, const char *name)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (!strcmp(names[i], name))
			return i;
	KTAP_FAIL("there is no %s", name);
	return 0;
}

/* The state that an event leads to from another, by name; "-" for none. */
static const char *after(const struct otr_automaton *model, const char *state, const char *event)
{
	u8 byte = OTR_AUTOMATON_FIRST + number(model->states, model->nr_states, state);
	u8 from = byte, to = 0;

	EXPECT_EQ(otr_automaton_move(model, &byte, number(model->events, model->nr_events, event),
				     OTR_AUTOMATON_OF_CPU, &to), from);
	EXPECT_EQ(byte, to);
	return to ? model->states[to - OTR_AUTOMATON_FIRST] : "-";
}

static void wip_is_what_it_says(void)
{
	EXPECT_STR(wip_states[0], "preemptive");
	EXPECT_STR(after(&wip_automaton, "preemptive", "preempt_disable"), "non_preemptive");
	EXPECT_STR(after(&wip_automaton, "preemptive", "preempt_enable"), "-");
	EXPECT_STR(after(&wip_automaton, "preemptive", "sched_waking"), "-");
	EXPECT_STR(after(&wip_automaton, "non_preemptive", "preempt_disable"), "-");
	EXPECT_STR(after(&wip_automaton, "non_preemptive", "preempt_enable"), "preemptive");
	EXPECT_STR(after(&wip_automaton, "non_preemptive", "sched_waking"), "non_preemptive");
	EXPECT(otr_automaton_is_final(&wip_automaton, 1));
	EXPECT(!otr_automaton_is_final(&wip_automaton, 2));
}

static void wwnr_is_what_it_says(void)
{
	EXPECT_STR(wwnr_states[0], "not_running");
	EXPECT_STR(after(&wwnr_automaton, "not_running", "switch_in"), "running");
	EXPECT_STR(after(&wwnr_automaton, "not_running", "switch_out"), "-");
	EXPECT_STR(after(&wwnr_automaton, "not_running", "wakeup"), "not_running");
	EXPECT_STR(after(&wwnr_automaton, "running", "switch_in"), "-");
	EXPECT_STR(after(&wwnr_automaton, "running", "switch_out"), "not_running");
	EXPECT_STR(after(&wwnr_automaton, "running", "wakeup"), "-");
	EXPECT(otr_automaton_is_final(&wwnr_automaton, 1));
	EXPECT(!otr_automaton_is_final(&wwnr_automaton, 2));
}

/* Tables of any model lead to states that there are, and allow every state and event. */
static void tables_are_whole(void)
{
	unsigned int m, state, event;

	for (m = 0; m < ARRAY_SIZE(models); m++) {
		const struct otr_automaton *model = models[m];
		bool happens[256] = {};

		for (state = 1; state <= model->nr_states; state++)
			for (event = 0; event < model->nr_events; event++) {
				u8 to = otr_automaton_next(model, state, event);

				EXPECT(to <= model->nr_states);
				happens[event] |= to;
			}
		for (event = 0; event < model->nr_events; event++)
			EXPECT(happens[event]);
		EXPECT(!(model->final >> model->nr_states));
		EXPECT(model->final);
	}
}

static void sleepers_hear_nothing(void)
{
	unsigned int m, event;

	for (m = 0; m < ARRAY_SIZE(models); m++)
		for (event = 0; event < models[m]->nr_events; event++) {
			u8 byte = OTR_AUTOMATON_ASLEEP, to = 77;

			EXPECT_EQ(otr_automaton_move(models[m], &byte, event,
						     OTR_AUTOMATON_OF_ALL, &to), 0);
			EXPECT_EQ(byte, OTR_AUTOMATON_ASLEEP);
			EXPECT_EQ(to, 77);
		}
}

static void only_sleepers_are_woken(void)
{
	u8 byte = OTR_AUTOMATON_ASLEEP;

	otr_automaton_wake(&byte);
	EXPECT_EQ(byte, OTR_AUTOMATON_FIRST);
	byte = 2;
	otr_automaton_wake(&byte);
	EXPECT_EQ(byte, 2);
}

/* Long random walks, in step with the table read in another way. */
static void walks(void)
{
	unsigned int m, i;

	srandom(1);
	for (m = 0; m < ARRAY_SIZE(models); m++) {
		const struct otr_automaton *model = models[m];
		u8 byte = OTR_AUTOMATON_ASLEEP, twin = 0, to;
		unsigned int refused = 0;

		for (i = 0; i < 100000; i++) {
			unsigned int event = random() % model->nr_events;

			if (!twin) {
				otr_automaton_wake(&byte);
				twin = 1;
				continue;
			}
			EXPECT_EQ(otr_automaton_move(model, &byte, event, i % 2, &to), twin);
			twin = *(model->next + twin * model->nr_events + event);
			EXPECT_EQ(to, twin);
			EXPECT_EQ(byte, twin);
			refused += !twin;
		}
		EXPECT(refused);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(wip_is_what_it_says),
	KTAP_CASE(wwnr_is_what_it_says),
	KTAP_CASE(tables_are_whole),
	KTAP_CASE(sleepers_hear_nothing),
	KTAP_CASE(only_sleepers_are_woken),
	KTAP_CASE(walks),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
