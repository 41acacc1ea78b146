/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room trigger: what users have done when something else happens.
 *
 * Purpose:  one registry of actions for all that has triggers; triggers on events,
 *           which the file "trigger" of each event lists; commands of
 *           set_ftrace_filter, which are triggers on functions.
 * Objects:  struct otr_action, something that can be done; struct otr_trigger, an
 *           action that is wanted in an instance; struct otr_event_trigger, one on an
 *           event, and struct otr_command, one on some functions, both owned by this
 *           room. They go with the instance, and with the event that they are on or
 *           about.
 * Locks:    otr_switch_lock and below it otr_inst_lock for every change; either keeps
 *           what there is in place.
 * Contexts: actions run anywhere, NMI included, with preemption off.
 */
#ifndef _OTR_TRIGGER_H
#define _OTR_TRIGGER_H

#include <linux/atomic.h>
#include <linux/wait.h>

#include "inst/inst.h"
#include "site/site.h"

struct otr_action;
struct otr_event_trigger;
struct otr_trigger;

/* A count that does not end. */
#define OTR_COUNT_ENDLESS	(-1L)

/* What triggers hang on. */
#define OTR_ON_FUNCTIONS	BIT(0)
#define OTR_ON_EVENTS		BIT(1)

/**
 * struct otr_words - a user's command, cut into its parts
 * @action: what is wanted
 * @on: what for, one of OTR_ON_*
 * @remove: one that is there is to go; it is named as it is listed
 * @args: what is behind the name, NULL for nothing; is changed
 * @filter: for events: what is behind @args, NULL for nothing; is changed
 * @text: for events: the whole command as it was written, but for white space
 *	  around it; what an error log has positions in
 */
struct otr_words {
	const struct otr_action	*action;
	unsigned int		on;
	bool			remove;
	char			*args;
	char			*filter;
	const char		*text;
};

/**
 * struct otr_action - something that a trigger can do
 * @name: what users call it
 * @on: OTR_ON_* bits, what may have it
 * @family: an event has one trigger of a family and about the same event; NULL for a
 *	    family of its own
 * @times: how often, whatever users write behind the name; 0 for what they write.
 *	   Such an action has no other text either
 * @when: for events: when it runs, OTR_TAP_BEFORE or OTR_TAP_AFTER
 * @needs_rec: for events: see &struct otr_tap.needs_rec
 * @keeps_rec: for events: see &struct otr_tap.keeps_rec
 * @last: for events: its triggers are listed behind those that are there, and run behind
 *	  them; others in front
 * @cleared: for events: its triggers go when the file is opened to be overwritten
 * @stays: for events: says of one of those that it does not; NULL for none. Called with
 *	   otr_switch_lock held
 * @target: takes what is behind the name off @rest and finds what it means:
 *	    0 or an errno. NULL for an action that needs nothing else
 * @prepare: gets what @run needs; an errno. Not called for one that is to go
 * @release: gives up what @prepare got, or what @write left in &struct otr_trigger.data;
 *	     nobody runs it any more
 * @write: for events: instead of the common grammar, takes a command that has one of
 *	   its own, @words->args uncut and @words->filter NULL: 0 or an errno. It does all
 *	   that is to be done, by otr_event_trigger_create() and its like
 * @show_target: prints what @target found, with a colon in front
 * @show: for events: instead of the common text, prints the whole line. Called with
 *	  otr_inst_lock held
 * @run: does it, in any context, NMI included, with preemption off. @left is how
 *	 often it may do so still, see otr_trigger_take(); NULL for no limit. @hit is
 *	 the record of the event that it is about; NULL for a call of a function
 * @link: in the registry
 *
 * @target, @prepare, @release and @write are called with otr_switch_lock held and
 * otr_inst_lock free, and may sleep.
 */
struct otr_action {
	const char	*name;
	unsigned int	on;
	const char	*family;
	long		times;
	enum otr_tap_kind when;
	bool		needs_rec;
	bool		keeps_rec;
	bool		last;
	bool		cleared;
	bool		(*stays)(const struct otr_event_trigger *trigger);
	int		(*target)(struct otr_trigger *trigger, char **rest);
	int		(*prepare)(struct otr_trigger *trigger);
	void		(*release)(struct otr_trigger *trigger);
	int		(*write)(struct otr_inst *inst, struct otr_event *ev,
				 const struct otr_words *words);
	void		(*show_target)(const struct otr_trigger *trigger, struct seq_file *m);
	void		(*show)(const struct otr_trigger *trigger, struct seq_file *m);
	void		(*run)(const struct otr_trigger *trigger, atomic_long_t *left,
			       const struct otr_hit *hit);
	struct list_head link;
};

/**
 * struct otr_trigger - an action that is wanted in an instance
 * @action: what to do
 * @inst: where
 * @counted: not for ever
 * @ready: it was prepared, so it has to be released
 * @count: how often, OTR_COUNT_ENDLESS for ever even so
 * @event: the event that it is about, of actions that are about one
 * @sub: that event here; held if the trigger is ready, and else NULL if there is none
 * @data: the action's own
 */
struct otr_trigger {
	const struct otr_action	*action;
	struct otr_inst		*inst;
	bool			counted;
	bool			ready;
	long			count;
	struct otr_event	*event;
	struct otr_sub		*sub;
	void			*data;
};

/**
 * struct otr_event_trigger - a trigger on an event
 * @tap: how it gets the records; an action with a grammar of its own may put its own
 *	 function there before the trigger is added, and saves a call
 * @trigger: what it does
 * @left: how often still
 * @event: the event
 * @sub: the event in the instance; held. NULL until it is added
 * @node: in the list of its triggers, the newest first
 * @left_event: it is in there no more, and is going to be freed
 */
struct otr_event_trigger {
	struct otr_tap		tap;
	struct otr_trigger	trigger;
	atomic_long_t		left;
	struct otr_event	*event;
	struct otr_sub		*sub;
	struct list_head	node;
	bool			left_event;
};

/* action.c */
/* console.c: records to the console */
int otr_console_prepare(void);
int otr_console_switch(bool on);
void otr_console_exit(void);

void otr_action_register(struct otr_action *action);
void otr_action_unregister(struct otr_action *action);
const struct otr_action *otr_action_find(const char *name, unsigned int on);
void otr_actions_list(struct seq_file *m, unsigned int on);
void otr_actions_init(void);
void otr_actions_exit(void);

int otr_trigger_parse(struct otr_trigger *trigger, struct otr_inst *inst,
		      const struct otr_words *words);
int otr_trigger_prepare(struct otr_trigger *trigger);
void otr_trigger_release(struct otr_trigger *trigger);
bool otr_trigger_same(const struct otr_trigger *a, const struct otr_trigger *b);
void otr_trigger_show(const struct otr_trigger *trigger, const atomic_long_t *left,
		      struct seq_file *m);

/* The same file, for actions about an event, which @target and the like do the work of. */
int otr_action_target_event(struct otr_trigger *trigger, char **rest);
int otr_action_prepare_event(struct otr_trigger *trigger);
void otr_action_release_event(struct otr_trigger *trigger);
void otr_action_show_event(const struct otr_trigger *trigger, struct seq_file *m);

/* event.c: triggers on events */
int otr_event_trigger_write(struct otr_inst *inst, struct otr_event *ev, char *text);
int otr_event_trigger_write_all(struct otr_inst *inst, const char *name, const char *text);
void otr_event_trigger_clear(struct otr_inst *inst, struct otr_event *ev);
void otr_event_trigger_show(const struct otr_event_trigger *trigger, struct seq_file *m);
int otr_event_triggers_init(void);
void otr_event_triggers_exit(void);

/* The same file, for actions with a grammar of their own. */
struct otr_event_trigger *otr_event_trigger_create(struct otr_inst *inst, struct otr_event *ev,
						   const struct otr_action *action);
int otr_event_trigger_set_filter(struct otr_event_trigger *trigger, char *text);
int otr_event_trigger_add(struct otr_event_trigger *trigger);
void otr_event_trigger_remove(struct otr_event_trigger *trigger);
void otr_event_trigger_free(struct otr_event_trigger *trigger);
struct otr_event_trigger *otr_event_trigger_next(const struct otr_sub *sub,
						 const struct otr_action *action,
						 struct otr_event_trigger *trigger);

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

/**
 * otr_trigger_give_back - another CPU did it at the same moment, so it counts once
 * @left: as otr_trigger_take() got it, which said yes
 *
 * Context: any, NMI included.
 */
static inline void otr_trigger_give_back(atomic_long_t *left)
{
	if (left && atomic_long_read(left) != OTR_COUNT_ENDLESS)
		atomic_long_inc(left);
}

/* hist.c: triggers that are histograms */
void otr_hist_watch(bool on);
wait_queue_head_t *otr_hist_waiters(void);
int otr_hist_triggers_init(void);
void otr_hist_triggers_exit(void);

/**
 * struct otr_hist_text - what histograms counted, as one text
 * @text: the text
 * @len: its length
 * @size: of its memory
 */
struct otr_hist_text {
	char	*text;
	size_t	len;
	size_t	size;
};

/* hist_show.c */
int otr_hist_json(const struct otr_inst *inst, const struct otr_event *ev, bool take,
		  struct otr_hist_text *out);
void otr_hist_text_free(struct otr_hist_text *text);

/**
 * struct otr_hist_seen - what a reader of an event's histograms knows of them
 * @bytes: a text of fewer bytes is not all, 0 if that is not known
 * @hits: that are in the text
 */
struct otr_hist_seen {
	u64	bytes;
	u64	hits;
};

int otr_hist_show(struct seq_file *m, const struct otr_inst *inst, const struct otr_event *ev,
		  struct otr_hist_seen *seen);
void otr_hist_show_debug(struct seq_file *m, const struct otr_inst *inst,
			 const struct otr_event *ev);
u64 otr_hist_show_hits(const struct otr_inst *inst, const struct otr_event *ev);

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
