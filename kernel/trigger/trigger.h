/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room trigger: what users have done when something else happens.
 *
 * Purpose:  one registry of actions for all that has triggers; commands of
 *           set_ftrace_filter, which are triggers on functions.
 * Objects:  struct otr_action, something that can be done; struct otr_trigger, an
 *           action that is wanted in an instance; struct otr_command, a trigger on
 *           some functions, owned by this room, which goes with the instance.
 * Locks:    otr_switch_lock and below it otr_inst_lock for every change.
 * Contexts: actions run anywhere, NMI included, with preemption off.
 */
#ifndef _OTR_TRIGGER_H
#define _OTR_TRIGGER_H

#include <linux/atomic.h>

#include "inst/inst.h"
#include "site/site.h"

struct otr_trigger;

/* A count that does not end. */
#define OTR_COUNT_ENDLESS	(-1L)

/**
 * struct otr_action - something that a trigger can do
 * @name: what users call it
 * @target: takes what is behind the name off @rest and finds what it means:
 *	    0 or an errno. NULL for an action that needs nothing else
 * @release: gives up what @target found
 * @prepare: gets what @run needs, which stays; an errno
 * @show_target: prints it, with a colon in front
 * @times: how often, whatever users write behind the name; 0 for what they write.
 *	   Such an action has no other text either
 * @run: does it, in any context, NMI included, with preemption off. @left is how
 *	 often it may do so still, see otr_trigger_take(); NULL for no limit. @hit is
 *	 the record of the event that it is about; NULL for a call of a function
 * @link: in the registry
 *
 * @target, @prepare and @release are called with otr_switch_lock held, and may sleep.
 */
struct otr_action {
	const char	*name;
	long		times;
	int		(*target)(struct otr_trigger *trigger, char **rest);
	void		(*release)(struct otr_trigger *trigger);
	int		(*prepare)(struct otr_trigger *trigger);
	void		(*show_target)(const struct otr_trigger *trigger, struct seq_file *m);
	void		(*run)(const struct otr_trigger *trigger, atomic_long_t *left,
			       const struct otr_hit *hit);
	struct list_head link;
};

/**
 * struct otr_trigger - an action that is wanted in an instance
 * @action: what to do
 * @inst: where
 * @counted: not for ever
 * @count: how often, OTR_COUNT_ENDLESS for ever even so
 * @sub: the event that it is about, of actions that are about one
 */
struct otr_trigger {
	const struct otr_action	*action;
	struct otr_inst		*inst;
	bool			counted;
	long			count;
	struct otr_sub		*sub;
};

/* action.c */
void otr_action_register(struct otr_action *action);
void otr_action_unregister(struct otr_action *action);
int otr_actions_init(void);
void otr_actions_exit(void);

int otr_trigger_parse(struct otr_trigger *trigger, struct otr_inst *inst, const char *name,
		      char *rest, bool remove);
void otr_trigger_release(struct otr_trigger *trigger);
bool otr_trigger_same(const struct otr_trigger *a, const struct otr_trigger *b);
void otr_trigger_show(const struct otr_trigger *trigger, const atomic_long_t *left,
		      struct seq_file *m);

/**
 * otr_trigger_take - may it be done once more?
 * @left: how often still, NULL for no limit
 *
 * Context: any, NMI included.
 * Return: whether it may; that is one less then.
 */
static inline bool otr_trigger_take(atomic_long_t *left)
{
	if (!left || atomic_long_read(left) == OTR_COUNT_ENDLESS)
		return true;
	return atomic_long_dec_if_positive(left) >= 0;
}

struct otr_command;

/**
 * struct otr_command_pos - a place in the listing of commands on functions
 * @inst: the instance
 */
struct otr_command_pos {
	struct otr_inst		*inst;
/* private: the command, NULL at the end; the function; all that were skipped */
	struct otr_command	*command;
	struct otr_site_pos	site;
	loff_t			skipped;
};

/* command.c: what else is done when functions are called */
int otr_function_command(struct otr_inst *inst, const char *functions, const char *name,
			 char *rest, bool remove);
bool otr_command_start(struct otr_command_pos *pos, loff_t index);
bool otr_command_next(struct otr_command_pos *pos);
void otr_command_stop(struct otr_command_pos *pos);
loff_t otr_command_count(const struct otr_command_pos *pos);
void otr_command_show(struct seq_file *m, const struct otr_command_pos *pos);
int otr_trigger_init(void);
void otr_trigger_exit(void);

#endif /* _OTR_TRIGGER_H */
