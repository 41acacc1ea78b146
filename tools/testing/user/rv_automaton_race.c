// SPDX-License-Identifier: GPL-2.0-only
/*
 * One automaton of a task, moved, woken and put to sleep on several CPUs at once, under the
 * thread sanitizer. Each counts what it did: in the end every state was left as often as it
 * was entered, but for the one that it is in, or a move was lost or done twice.
 */
#include "ktap.h"
#include "race.h"
#include "rv/automaton.h"
#include "rv/tables.h"

#define THREADS	3
#define STATES	(1 + 2)

static u8 byte;
static u64 end;
static u64 left[STATES], entered[STATES];
static u64 moved, refused, cleared;

static void *mover(void *arg)
{
	unsigned int seed = (long)arg, i;
	u8 from, to;

	while (race_on(&end))
		for (i = 0; i < 100; i++) {
			from = otr_automaton_move(&wwnr_automaton, &byte,
						  rand_r(&seed) % wwnr_automaton.nr_events,
						  OTR_AUTOMATON_OF_ALL, &to);
			if (!from) {
				otr_automaton_wake(&byte);
				continue;
			}
			race_count(left[from], 1);
			race_count(entered[to], 1);
			race_count(moved, 1);
			race_count(refused, !to);
		}
	return NULL;
}

/* Who turns monitors off, which stores whatever is there. */
static void *clearer(void *arg)
{
	while (race_on(&end)) {
		u8 was = __atomic_exchange_n(&byte, OTR_AUTOMATON_ASLEEP, __ATOMIC_RELAXED);

		if (was) {
			race_count(left[was], 1);
			race_count(entered[OTR_AUTOMATON_ASLEEP], 1);
			race_count(cleared, 1);
		}
		sched_yield();
	}
	return NULL;
}

/* A sleeper was woken as often as it fell asleep, give or take what it is now. */
static void no_move_is_lost(void)
{
	pthread_t threads[THREADS + 1];
	long i;

	end = race_end(1);
	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, mover, (void *)i);
	pthread_create(&threads[THREADS], NULL, clearer, NULL);
	for (i = 0; i <= THREADS; i++)
		pthread_join(threads[i], NULL);
	/* It is entered from nowhere by waking, which is as often as it fell asleep. */
	EXPECT_EQ(entered[1] + entered[0] + (byte ? 1 : 0), left[1] + (byte == 1));
	EXPECT_EQ(entered[2], left[2] + (byte == 2));
	EXPECT(moved > 1000 && refused > 100 && cleared > 10);
	printf("# %llu moved, %llu refused, %llu cleared\n", (unsigned long long)moved,
	       (unsigned long long)refused, (unsigned long long)cleared);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(no_move_is_lost),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
