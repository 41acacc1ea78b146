/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Automata that follow events, each of which has one next state or none.
 *
 * What one of them keeps is a byte: the number of its state, from 1, or 0 while it
 * sleeps. What the model does not allow puts it to sleep, by the same store.
 */
#ifndef _OTR_RV_AUTOMATON_H
#define _OTR_RV_AUTOMATON_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>

/* The byte of an automaton that sleeps, and the first state of all. */
#define OTR_AUTOMATON_ASLEEP	0
#define OTR_AUTOMATON_FIRST	1

/**
 * struct otr_automaton - a model
 * @states: names of its states, the first one first
 * @events: names of its events
 * @next: by state and event, the number of the next state, 0 where the event must not be;
 *	  from state 0, of which there are only zeros
 * @nr_states: how many
 * @nr_events: how many
 * @final: a bit for each state that may be the last one
 */
struct otr_automaton {
	const char *const	*states;
	const char *const	*events;
	const u8		*next;
	u8			nr_states;
	u8			nr_events;
	u32			final;
};

/* An automaton that only one CPU moves, which interrupts itself, or one that any may move. */
enum otr_automaton_owner {
	OTR_AUTOMATON_OF_CPU,
	OTR_AUTOMATON_OF_ALL,
};

/* The model is constant where this is called, and so is all but one load. */
static __always_inline u8 otr_automaton_next(const struct otr_automaton *model, u8 state,
					     unsigned int event)
{
	return model->next[state * (unsigned int)model->nr_events + event];
}

/**
 * otr_automaton_is_final - may an automaton stay in a state for good?
 * @model: its model
 * @state: the state
 *
 * Context: any.
 * Return: whether it may.
 */
static __always_inline bool otr_automaton_is_final(const struct otr_automaton *model, u8 state)
{
	return model->final & BIT(state - OTR_AUTOMATON_FIRST);
}

/**
 * otr_automaton_move - an event happens
 * @model: the model
 * @state: an automaton's byte
 * @event: the event's number
 * @owner: what moves it
 * @to: gets the state that it is in now, 0 if the event must not be in the one before
 *
 * An event that comes in the middle, from an interrupt or another CPU, came before.
 *
 * Context: any.
 * Return: the state that it was in, 0 if it sleeps: then nothing happened.
 */
static __always_inline u8 otr_automaton_move(const struct otr_automaton *model, u8 *state,
					     unsigned int event, enum otr_automaton_owner owner,
					     u8 *to)
{
	u8 from = READ_ONCE(*state);

	do {
		if (from == OTR_AUTOMATON_ASLEEP)
			return 0;
		*to = otr_automaton_next(model, from, event);
	} while (owner == OTR_AUTOMATON_OF_CPU ? !try_cmpxchg_local(state, &from, *to) :
						 !try_cmpxchg(state, &from, *to));
	return from;
}

/**
 * otr_automaton_wake - an event happens after which an automaton is in its first state
 * @state: an automaton's byte, which may be awake already
 *
 * Context: any.
 */
static __always_inline void otr_automaton_wake(u8 *state)
{
	cmpxchg(state, OTR_AUTOMATON_ASLEEP, OTR_AUTOMATON_FIRST);
}

#endif /* _OTR_RV_AUTOMATON_H */
