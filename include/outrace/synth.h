/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Synthetic events, from any module: events whose fields it names at run time, and whose
 * records it writes when it likes.
 *
 *	err = otr_synth_create("name", fields, ARRAY_SIZE(fields), THIS_MODULE);
 *	file = otr_event_file_get(NULL, "synthetic", "name");
 *	err = otr_synth_trace_array(file, values, ARRAY_SIZE(fields));
 *	otr_event_file_put(file);
 *	err = otr_synth_delete("name");
 *
 * Users see them as those that they define themselves in synthetic_events, and switch and
 * filter them as any other event.
 *
 * The kernel has names for all of this, for its in-tree tracer. A source that uses those
 * compiles unmodified with
 *
 *	ccflags-y += -I.../include -include outrace/synth.h
 *
 * and its module then needs outrace.ko.
 */
#ifndef _OUTRACE_SYNTH_H
#define _OUTRACE_SYNTH_H

#include <linux/seq_buf.h>
#include <linux/trace_events.h>
#include <linux/types.h>
#include <outrace/event.h>

struct module;
struct otr_inst;
struct otr_synth;

/**
 * struct otr_synth_desc - a field of an event
 * @type: its type, as synthetic_events takes it, brackets of an array with it
 * @name: its name
 */
struct otr_synth_desc {
	const char	*type;
	const char	*name;
};

/**
 * struct otr_synth_cmd - a definition that is put together
 * @text: so far
 * @fields: how many
 * @module: the module that defines it
 */
struct otr_synth_cmd {
	struct seq_buf	text;
	unsigned int	fields;
	struct module	*module;
};

/**
 * struct otr_event_file - an event in an instance, which both stay for as long as it is there
 * @tr: the instance, by the name that sources of the kernel have for it
 * @event: the event
 * @sub: the event in the instance
 * @owner: the module that the event is part of, which stays too
 * @carrier: likewise, the one that has its tracepoint
 */
struct otr_event_file {
	struct otr_inst		*tr;
	struct otr_event	*event;
	struct otr_sub		*sub;
	struct module		*owner;
	struct module		*carrier;
};

/**
 * struct otr_synth_steps - a record that is written value by value
 * @out: where it is
 * @rec: the record, NULL if it is not wanted
 * @synth: the event
 * @next: the field that is next
 * @by_name: values come with the names of their fields
 * @in_order: they come in order
 *
 * Lives on the stack of the module that writes it.
 */
struct otr_synth_steps {
	struct otr_out		out;
	void			*rec;
	const struct otr_synth	*synth;
	unsigned int		next;
	bool			by_name;
	bool			in_order;
};

/* A definition, in one step or in several. */
int otr_synth_create(const char *name, const struct otr_synth_desc *fields, unsigned int nr,
		     struct module *module);
int otr_synth_delete(const char *name);
void otr_synth_cmd_init(struct otr_synth_cmd *cmd, char *room, int size);
int otr_synth_cmd_start(struct otr_synth_cmd *cmd, const char *name, struct module *module, ...);
int otr_synth_cmd_start_array(struct otr_synth_cmd *cmd, const char *name,
			      struct module *module, const struct otr_synth_desc *fields,
			      unsigned int nr);
int otr_synth_cmd_add(struct otr_synth_cmd *cmd, const char *type, const char *name);
int otr_synth_cmd_add_text(struct otr_synth_cmd *cmd, const char *field);
int otr_synth_cmd_add_array(struct otr_synth_cmd *cmd, const struct otr_synth_desc *fields,
			    unsigned int nr);
int otr_synth_cmd_end(struct otr_synth_cmd *cmd);

/* An event in an instance. */
struct otr_event_file *otr_event_file_get(const char *instance, const char *system,
					  const char *event);
void otr_event_file_put(struct otr_event_file *file);
int otr_event_file_switch(struct otr_inst *inst, const char *system, const char *event, bool on);

/* Records. */
int otr_synth_trace_values(struct otr_event_file *file, unsigned int nr, ...);
int otr_synth_trace_array(struct otr_event_file *file, const u64 *values, unsigned int nr);
int otr_synth_steps_begin(struct otr_event_file *file, struct otr_synth_steps *steps);
int otr_synth_steps_next(u64 value, struct otr_synth_steps *steps);
int otr_synth_steps_set(const char *field, u64 value, struct otr_synth_steps *steps);
int otr_synth_steps_end(struct otr_synth_steps *steps);

/* By the names of linux/trace_events.h, where that has nothing behind them. */
#ifndef CONFIG_EVENT_TRACING

#define dynevent_cmd			otr_synth_cmd
#define synth_field_desc		otr_synth_desc
#define synth_event_trace_state		otr_synth_steps
#define trace_event_file		otr_event_file

#define synth_event_create		otr_synth_create
#define synth_event_delete		otr_synth_delete
#define synth_event_cmd_init		otr_synth_cmd_init
#undef synth_event_gen_cmd_start
#define synth_event_gen_cmd_start(cmd, name, mod, ...)	\
	otr_synth_cmd_start(cmd, name, mod, ##__VA_ARGS__, NULL)
#define synth_event_gen_cmd_array_start	otr_synth_cmd_start_array
#define synth_event_add_field		otr_synth_cmd_add
#define synth_event_add_field_str	otr_synth_cmd_add_text
#define synth_event_add_fields		otr_synth_cmd_add_array
#undef synth_event_gen_cmd_end
#define synth_event_gen_cmd_end		otr_synth_cmd_end

#define trace_get_event_file		otr_event_file_get
#define trace_put_event_file		otr_event_file_put
#define trace_array_set_clr_event	otr_event_file_switch

#define synth_event_trace		otr_synth_trace_values
#define synth_event_trace_array		otr_synth_trace_array
#define synth_event_trace_start		otr_synth_steps_begin
#define synth_event_add_next_val	otr_synth_steps_next
#define synth_event_add_val		otr_synth_steps_set
#define synth_event_trace_end		otr_synth_steps_end

#endif /* !CONFIG_EVENT_TRACING */

#endif /* _OUTRACE_SYNTH_H */
