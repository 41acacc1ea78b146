// SPDX-License-Identifier: GPL-2.0-only
/* What is done about events that must not be. */
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/tracepoint.h>

#include "rv/internal.h"

/* Names are short. */
#define REACT_TEXT	256

bool otr_rv_reacting __read_mostly = true;

/* Without a wake-up of the task that prints it: the lock of a run queue may be held. */
static __printf(1, 2) void react_emit(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintk_emit(0, LOGLEVEL_SCHED, NULL, fmt, args);
	va_end(args);
}

static void react_say(const char *text)
{
	react_emit("%s", text);
}

static void react_die(const char *text)
{
	panic("%s", text);
}

/* The first is what a monitor has that nobody asked for another. */
const struct otr_rv_reactor otr_rv_reactors[] = {
	{ "nop" },
	{ "printk",	react_say },
	{ "panic",	react_die },
};

const unsigned int otr_rv_nr_reactors = ARRAY_SIZE(otr_rv_reactors);

/**
 * otr_rv_set_reactor - what a monitor does from now on
 * @mon: the monitor
 * @reactor: what it does
 *
 * Context: otr_rv_lock held; sleeps until nobody does what it did before.
 */
void otr_rv_set_reactor(struct otr_rv_monitor *mon, const struct otr_rv_reactor *reactor)
{
	lockdep_assert_held(&otr_rv_lock);
	if (mon->reactor == reactor)
		return;
	WRITE_ONCE(mon->reactor, reactor);
	if (mon->enabled)
		tracepoint_synchronize_unregister();
}

/**
 * otr_rv_set_reacting - let monitors do something, or only record
 * @on: whether they do
 *
 * Context: otr_rv_lock held; sleeps until nobody does what he shall not.
 */
void otr_rv_set_reacting(bool on)
{
	lockdep_assert_held(&otr_rv_lock);
	WRITE_ONCE(otr_rv_reacting, on);
	tracepoint_synchronize_unregister();
}

/**
 * otr_rv_react - an event happened that a model does not allow
 * @mon: the monitor
 * @state: the state that its automaton was in
 * @event: the event
 *
 * Context: a probe of the monitor: any, maybe with the lock of a run queue held.
 */
void otr_rv_react(const struct otr_rv_monitor *mon, u8 state, unsigned int event)
{
	const struct otr_rv_reactor *reactor = READ_ONCE(mon->reactor);
	char text[REACT_TEXT];

	if (!reactor->react || !READ_ONCE(otr_rv_reacting))
		return;
	snprintf(text, sizeof(text), "rv: monitor %s does not allow event %s on state %s\n",
		 mon->name, mon->model->events[event],
		 mon->model->states[state - OTR_AUTOMATON_FIRST]);
	reactor->react(text);
}
