/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room hist: questions that are answered while events happen.
 *
 * Purpose:  histograms: keys, values and variables of one event, read from a user's text,
 *           planned into small programs, run on every record, counted in a table without
 *           locks; what is in the table as text.
 * Objects:  struct otr_hist, immutable but for what it counted, owned by its creator; its
 *           table, shared by histograms of one name, which each holds a reference to;
 *           struct otr_hist_home, what the histograms of an instance have in common,
 *           owned by the instance; struct otr_hist_view, a copy of what was counted, owned
 *           by the reader; struct otr_hist_command, a user's text and what is wrong with
 *           it.
 * Locks:    none of its own. One lock of the caller's (the wiring takes the lock of those
 *           that switch events) is held around all but otr_hist_count() and the text of a
 *           view; it keeps the histograms of an instance in place.
 * Contexts: otr_hist_count() runs anywhere, NMI included, with preemption off. Everything
 *           else may sleep. Freeing a histogram waits first for those that may count.
 */
#ifndef _OTR_HIST_H
#define _OTR_HIST_H

#include <linux/list.h>
#include <linux/seq_buf.h>
#include <linux/types.h>

#include "base/base.h"
#include "event/event.h"
#include "hist/map.h"

struct otr_hist;
struct otr_hist_home;
struct otr_hist_view;

/* Frames of a stack that is a key: with their number, as much as a text. */
#define OTR_HIST_FRAMES		31

/* Errors of one command that are remembered, as many as a log has room for. */
#define OTR_HIST_ERRORS_MAX	OTR_ERRLOG_MAX

/* A text that is the value of a variable, with its zero; the size of a stack, too. */
#define OTR_HIST_TEXT_MAX	256

/* What can be wrong with a command; the texts are in command.c. */
enum otr_hist_error {
	OTR_HIST_VAR_TWICE,
	OTR_HIST_VAR_AMBIGUOUS,
	OTR_HIST_VARS_TOO_MANY,
	OTR_HIST_ASSIGNMENT_MALFORMED,
	OTR_HIST_NAME_MISMATCH,
	OTR_HIST_EXISTS,
	OTR_HIST_NOTHING_TO_CLEAR,
	OTR_HIST_CLOCK,
	OTR_HIST_MODIFIER,
	OTR_HIST_EXPR_TOO_LONG,
	OTR_HIST_UNITS_DIFFER,
	OTR_HIST_FIELD_VARS_TOO_MANY,
	OTR_HIST_NO_EVENT,
	OTR_HIST_NO_HIST,
	OTR_HIST_NOT_CREATED,
	OTR_HIST_NO_FIELD_VAR,
	OTR_HIST_NO_SYNTH,
	OTR_HIST_PARAM_TYPE,
	OTR_HIST_PARAM_COUNT,
	OTR_HIST_FIELD_VAR_UNREAD,
	OTR_HIST_VAR_NEITHER,
	OTR_HIST_TRACKED_NO_VAR,
	OTR_HIST_TRACKED_NOT_FOUND,
	OTR_HIST_TRACKED_NOT_CREATED,
	OTR_HIST_FIELD_VAR_NOT_CREATED,
	OTR_HIST_PARAMS_TOO_MANY,
	OTR_HIST_PARAM_NOT_FOUND,
	OTR_HIST_PARAM_INVALID,
	OTR_HIST_NO_ACTION,
	OTR_HIST_SAVE_NOTHING,
	OTR_HIST_SAVE_TWICE,
	OTR_HIST_ACTION_MISMATCH,
	OTR_HIST_PAREN_OPEN,
	OTR_HIST_NO_SYSTEM,
	OTR_HIST_BAD_EVENT,
	OTR_HIST_KEY_REFERS,
	OTR_HIST_VAR_NOT_FOUND,
	OTR_HIST_FIELD_NOT_FOUND,
	OTR_HIST_ASSIGNMENT_EMPTY,
	OTR_HIST_SORT_MODIFIER,
	OTR_HIST_SORT_EMPTY,
	OTR_HIST_SORT_TOO_MANY,
	OTR_HIST_SORT_FIELD,
	OTR_HIST_TEXT_OPERAND,
	OTR_HIST_NO_NUMBER,
	OTR_HIST_MINUS_INSIDE,
	OTR_HIST_DIVIDE_BY_ZERO,
	OTR_HIST_HITCOUNT_ALONE,
	OTR_HIST_NR_ERRORS,
};

/**
 * struct otr_hist_command - a user's command and what is wrong with it
 * @text: the whole, with "hist:" in front; errors have positions in it
 * @catalog: the errors' texts, with the event in their place
 * @nr: how many errors there are
 * @errors: the last of them, by their number in @catalog
 *
 * One command can have several errors, each with its own line in the log.
 */
struct otr_hist_command {
	char			*text;
	struct otr_catalog	catalog;
	unsigned int		nr;
	struct {
		u8		error;
		u16		pos;
	} errors[OTR_HIST_ERRORS_MAX];
};

/* command.c */
int otr_hist_command_init(struct otr_hist_command *command, const struct otr_event *ev,
			  const char *args);
void otr_hist_command_free(struct otr_hist_command *command);
int otr_hist_blame(struct otr_hist_command *command, enum otr_hist_error error,
		   const char *what);
void otr_hist_command_log(const struct otr_hist_command *command, struct otr_errlog *log);
int otr_hist_split(char *args, char **params, char **filter);

/**
 * struct otr_hist_param - a field of a synthetic event
 * @type: as the event lists it
 * @size: in bytes
 * @is_signed: of its type
 * @is_string: it is a text
 * @is_dynamic: a text of any length
 * @is_stack: it is a stack
 */
struct otr_hist_param {
	const char	*type;
	u16		size;
	bool		is_signed;
	bool		is_string;
	bool		is_dynamic;
	bool		is_stack;
};

/**
 * struct otr_hist_synth - a synthetic event, as far as a histogram knows it
 * @name: its name
 * @nr: fields
 * @params: the fields
 *
 * Made by the room that has such events, which finds its own object around it.
 */
struct otr_hist_synth {
	const char			*name;
	unsigned int			nr;
	const struct otr_hist_param	*params;
};

/**
 * struct otr_hist_ops - what histograms want from the rooms above
 * @event: the event of a name that the instance has, NULL for none
 * @next: the histograms of an event in the instance, from the first one that was made;
 *	  @hist is NULL for the first, NULL comes after the last
 * @filter: the text of the filter of a histogram's trigger, NULL for none
 * @add: make another histogram's trigger in the instance: what follows "hist:"; 0 or an
 *	 errno. @command takes what is wrong with it
 * @remove: the counterpart, with the same text
 * @synth_get: a synthetic event that stays until @synth_put, NULL for none
 * @synth_put: the counterpart
 * @record: record a synthetic event; the value of its field i is values[which[i]]: a
 *	    number, the address of a text with its zero, or the address of a number of
 *	    frames that the frames follow. What follows may change at any time but for
 *	    the last zero; @when is the moment of what it is recorded for; any context
 * @snapshot_start: a histogram is going to ask for snapshots: 0, -EBUSY if another one
 *		    does in this instance, another errno
 * @snapshot_stop: the counterpart; nobody counts any more
 * @snapshot: exchange the instance's ring if @wanted says so, which is called by one CPU at
 *	      a time; any context
 * @stack: frames of the callers of an event of this CPU, from the event's probe
 *	   outwards: how many; any context
 * @syscall: a system call's name by its number, NULL for none
 */
struct otr_hist_ops {
	struct otr_event *(*event)(struct otr_hist_home *home, const char *system,
				   const char *name);
	struct otr_hist *(*next)(struct otr_hist_home *home, const struct otr_event *ev,
				 struct otr_hist *hist);
	const char *(*filter)(const struct otr_hist *hist);
	int (*add)(struct otr_hist_home *home, struct otr_event *ev, const char *text,
		   struct otr_hist_command *command);
	void (*remove)(struct otr_hist_home *home, struct otr_event *ev, const char *text);
	struct otr_hist_synth *(*synth_get)(const char *name);
	void (*synth_put)(struct otr_hist_synth *synth);
	void (*record)(struct otr_hist_synth *synth, const u64 *values, const u8 *which,
		       const struct otr_moment *when);
	int (*snapshot_start)(struct otr_hist_home *home, struct otr_hist *hist);
	void (*snapshot_stop)(struct otr_hist_home *home, struct otr_hist *hist);
	void (*snapshot)(struct otr_hist_home *home, bool (*wanted)(void *data), void *data);
	unsigned int (*stack)(unsigned long probe, unsigned long *frames, unsigned int nr);
	const char *(*syscall)(u64 nr);
};

/**
 * struct otr_hist_home - what the histograms of an instance have in common
 * @ops: what they want from the rooms above; set once
 * @clock_in_ns: the instance's clock counts nanoseconds; kept by the rooms above, read
 *		 when a record is counted
 * @with_vars: histograms that have variables or refer to some, the newest first; kept by
 *	       this room
 */
struct otr_hist_home {
	const struct otr_hist_ops	*ops;
	bool				clock_in_ns;
	struct list_head		with_vars;
};

/* hist.c */
void otr_hist_home_init(struct otr_hist_home *home, const struct otr_hist_ops *ops);
int otr_hist_create(struct otr_hist_home *home, struct otr_event *ev,
		    struct otr_hist_command *command, const char *params, bool remove,
		    struct otr_hist **out);
int otr_hist_prepare(struct otr_hist *hist, struct otr_hist_command *command);
int otr_hist_join(struct otr_hist *hist, struct otr_hist *named);
void otr_hist_free(struct otr_hist *hist);
bool otr_hist_same(const struct otr_hist *a, const struct otr_hist *b);
bool otr_hist_busy(const struct otr_hist *hist);
int otr_hist_take(struct otr_hist *hist, struct otr_hist_map **old);

/* What a command is about, besides the histogram itself. */
#define OTR_HIST_PAUSE	BIT(0)
#define OTR_HIST_CONT	BIT(1)
#define OTR_HIST_CLEAR	BIT(2)

unsigned int otr_hist_wants(const struct otr_hist *hist);
const char *otr_hist_name(const struct otr_hist *hist);
const char *otr_hist_clock(const struct otr_hist *hist);
bool otr_hist_needs_time(const struct otr_hist *hist);
bool otr_hist_is_tied(const struct otr_hist *hist);
struct otr_event *otr_hist_event(const struct otr_hist *hist);
u64 otr_hist_hits(const struct otr_hist *hist);
unsigned int otr_hist_entries(const struct otr_hist *hist);
unsigned int otr_hist_entry_bytes(const struct otr_hist *hist);

/* count.c */
void otr_hist_count(struct otr_hist *hist, const void *rec, u64 ts, enum otr_clock_id clock,
		    unsigned long probe);

void otr_hist_exit(void);

/* list.c */
void otr_hist_list(const struct otr_hist *hist, const char *filter, bool paused,
		   struct seq_buf *out);

/* debug.c */
void otr_hist_debug(const struct otr_hist *hist, const char *filter, bool paused,
		    struct seq_buf *out);

/* view.c, show.c, json.c */
struct otr_hist_view *otr_hist_view_create(struct otr_hist *hist);
struct otr_hist_view *otr_hist_view_create_of(struct otr_hist *hist,
					      const struct otr_hist_map *map);
void otr_hist_view_free(struct otr_hist_view *view);
unsigned int otr_hist_view_entries(const struct otr_hist_view *view);
u64 otr_hist_view_hits(const struct otr_hist_view *view);
void otr_hist_view_entry(struct otr_hist_view *view, unsigned int nr, struct seq_buf *out);
void otr_hist_view_totals(const struct otr_hist_view *view, struct seq_buf *out);
void otr_hist_view_json(struct otr_hist_view *view, unsigned int nr, struct seq_buf *out);
void otr_hist_view_json_totals(const struct otr_hist_view *view, const char *filter, bool paused,
			       struct seq_buf *out);

#endif /* _OTR_HIST_H */
