/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the programs that race threads under the thread sanitizer: how long, what holds
 * off memory that goes away, and when two threads meet.
 */
#ifndef _RACE_H
#define _RACE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include <linux/types.h>

/* Seconds that a program races, all its cases together: RACE_SECONDS. */
static inline unsigned int race_seconds(void)
{
	const char *said = getenv("RACE_SECONDS");

	return said && *said ? atoi(said) : 6;
}

static inline u64 race_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* Until when one of @cases may go on that begins now. */
static inline u64 race_end(unsigned int cases)
{
	return race_now() + race_seconds() * 1000000000ULL / cases;
}

/* Is there time left? All threads of a race ask the same word. */
static inline bool race_on(const u64 *end)
{
	return race_now() < __atomic_load_n(end, __ATOMIC_RELAXED);
}

/*
 * One more second, up to sixty times, when the time is nearly over and there is not
 * @enough: a machine that has more to do is slower, not wrong. For one thread.
 */
static inline void race_stretch(u64 *end, bool enough)
{
	static unsigned int stretched;

	if (enough || stretched == 60 || race_now() + 1000000000ULL < *end)
		return;
	stretched++;
	__atomic_store_n(end, *end + 1000000000ULL, __ATOMIC_RELAXED);
}

/* Of what one thread counts, and another looks at. */
#define race_count(counter, more)	__atomic_fetch_add(&(counter), more, __ATOMIC_RELAXED)
#define race_counted(counter)		__atomic_load_n(&(counter), __ATOMIC_RELAXED)

/* What would be a grace period: everybody who looks has it for reading. */
extern pthread_rwlock_t race_lookers;

#define RACE_LOOKERS()							\
/* Who waits goes first, or it would wait for ever. */			\
pthread_rwlock_t race_lookers = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP; \
									\
void shim_synchronize(void)						\
{									\
	pthread_rwlock_wrlock(&race_lookers);				\
	pthread_rwlock_unlock(&race_lookers);				\
}

static inline void race_look(void)
{
	pthread_rwlock_rdlock(&race_lookers);
}

static inline void race_look_away(void)
{
	pthread_rwlock_unlock(&race_lookers);
}

#endif /* _RACE_H */
