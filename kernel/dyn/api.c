// SPDX-License-Identifier: GPL-2.0-only
/* Synthetic events of other modules: what <outrace/synth.h> offers. */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "dyn/internal.h"
#include "inst/inst.h"

/* Bytes of a definition that is made in one step. */
#define API_TEXT_BYTES	2048

/**
 * otr_synth_cmd_init - begin to put a definition together
 * @cmd: set up
 * @room: where its text goes; the caller's, until otr_synth_cmd_end()
 * @size: bytes there; 2048 are enough for 64 ordinary fields
 *
 * Context: any.
 */
void otr_synth_cmd_init(struct otr_synth_cmd *cmd, char *room, int size)
{
	memset(cmd, 0, sizeof(*cmd));
	seq_buf_init(&cmd->text, room, size);
}
EXPORT_SYMBOL_GPL(otr_synth_cmd_init);

static int api_full(struct otr_synth_cmd *cmd)
{
	return seq_buf_has_overflowed(&cmd->text) ? -E2BIG : 0;
}

static int api_count(struct otr_synth_cmd *cmd)
{
	return ++cmd->fields > OTR_SYNTH_FIELDS ? -EINVAL : 0;
}

/**
 * otr_synth_cmd_add - add a field to a definition
 * @cmd: the definition, which has a name
 * @type: the field's type
 * @name: its name
 *
 * Context: any.
 * Return: 0; -EINVAL for a type that there is not, or too many fields; -E2BIG when there
 * is no room.
 */
int otr_synth_cmd_add(struct otr_synth_cmd *cmd, const char *type, const char *name)
{
	if (!type || !name || otr_synth_check_type(type))
		return -EINVAL;
	seq_buf_printf(&cmd->text, " %s %s;", type, name);
	return api_full(cmd) ?: api_count(cmd);
}
EXPORT_SYMBOL_GPL(otr_synth_cmd_add);

/**
 * otr_synth_cmd_add_text - add a field to a definition, as text
 * @cmd: the definition, which has a name
 * @field: type and name; looked at when the definition is complete
 *
 * Context: any.
 * Return: as otr_synth_cmd_add().
 */
int otr_synth_cmd_add_text(struct otr_synth_cmd *cmd, const char *field)
{
	if (!field)
		return -EINVAL;
	seq_buf_printf(&cmd->text, " %s;", field);
	return api_full(cmd) ?: api_count(cmd);
}
EXPORT_SYMBOL_GPL(otr_synth_cmd_add_text);

/**
 * otr_synth_cmd_add_array - add fields to a definition
 * @cmd: the definition, which has a name
 * @fields: the fields
 * @nr: how many
 *
 * Context: any.
 * Return: as otr_synth_cmd_add().
 */
int otr_synth_cmd_add_array(struct otr_synth_cmd *cmd, const struct otr_synth_desc *fields,
			    unsigned int nr)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr && !err; i++)
		err = otr_synth_cmd_add(cmd, fields[i].type, fields[i].name);
	return err;
}
EXPORT_SYMBOL_GPL(otr_synth_cmd_add_array);

static int api_start(struct otr_synth_cmd *cmd, const char *name, struct module *module)
{
	cmd->module = module;
	seq_buf_printf(&cmd->text, "%s", name);
	return api_full(cmd);
}

/**
 * otr_synth_cmd_start - name what is defined
 * @cmd: from otr_synth_cmd_init()
 * @name: the event's name
 * @module: the module that defines it, which stays for as long as the event is on
 *
 * What follows are first fields, a type and a name each, ended by NULL.
 *
 * Context: any.
 * Return: as otr_synth_cmd_add().
 */
int otr_synth_cmd_start(struct otr_synth_cmd *cmd, const char *name, struct module *module, ...)
{
	int err = api_start(cmd, name, module);
	const char *type;
	va_list args;

	va_start(args, module);
	while (!err && (type = va_arg(args, const char *)))
		err = otr_synth_cmd_add(cmd, type, va_arg(args, const char *));
	va_end(args);
	return err;
}
EXPORT_SYMBOL_GPL(otr_synth_cmd_start);

/**
 * otr_synth_cmd_start_array - name what is defined, and first fields
 * @cmd: from otr_synth_cmd_init()
 * @name: the event's name
 * @module: as for otr_synth_cmd_start()
 * @fields: first fields
 * @nr: how many
 *
 * Context: any.
 * Return: as otr_synth_cmd_add().
 */
int otr_synth_cmd_start_array(struct otr_synth_cmd *cmd, const char *name,
			      struct module *module, const struct otr_synth_desc *fields,
			      unsigned int nr)
{
	return api_start(cmd, name, module) ?: otr_synth_cmd_add_array(cmd, fields, nr);
}
EXPORT_SYMBOL_GPL(otr_synth_cmd_start_array);

/**
 * otr_synth_cmd_end - define the event
 * @cmd: its definition; done with
 *
 * What is wrong goes to the first instance's error log.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL; -EEXIST if there is one of that name; -E2BIG if the definition did
 * not fit; -ENOMEM.
 */
int otr_synth_cmd_end(struct otr_synth_cmd *cmd)
{
	return api_full(cmd) ?: otr_synth_command(seq_buf_str(&cmd->text), cmd->module);
}
EXPORT_SYMBOL_GPL(otr_synth_cmd_end);

/**
 * otr_synth_create - define an event in one step
 * @name: the event's name
 * @fields: its fields
 * @nr: how many
 * @module: as for otr_synth_cmd_start()
 *
 * Context: may sleep.
 * Return: as otr_synth_cmd_add() and otr_synth_cmd_end().
 */
int otr_synth_create(const char *name, const struct otr_synth_desc *fields, unsigned int nr,
		     struct module *module)
{
	struct otr_synth_cmd cmd;
	char *room = kmalloc(API_TEXT_BYTES, GFP_KERNEL);
	int err;

	if (!room)
		return -ENOMEM;
	otr_synth_cmd_init(&cmd, room, API_TEXT_BYTES);
	err = otr_synth_cmd_start_array(&cmd, name, module, fields, nr) ?:
	      otr_synth_cmd_end(&cmd);
	kfree(room);
	return err;
}
EXPORT_SYMBOL_GPL(otr_synth_create);

/**
 * otr_synth_delete - remove an event
 * @name: its name
 *
 * What it recorded is dropped, with all else that is in those instances.
 *
 * Context: may sleep, for some grace periods of RCU.
 * Return: 0; -ENOENT if there is none; -EBUSY while somebody wants it, or has it by
 * otr_event_file_get().
 */
int otr_synth_delete(const char *name)
{
	return otr_synth_remove(name);
}
EXPORT_SYMBOL_GPL(otr_synth_delete);

/* An event goes with its modules, used or not. */
static int api_pin_event(struct otr_event_file *file)
{
	struct otr_event *ev = file->event;

	if (!try_module_get(ev->owner))
		return -EBUSY;
	if (!try_module_get(ev->carrier)) {
		module_put(ev->owner);
		return -EBUSY;
	}
	file->owner = ev->owner;
	file->carrier = ev->carrier;
	if (otr_event_get(ev))
		return 0;
	module_put(file->carrier);
	module_put(file->owner);
	return -EBUSY;
}

static void api_unpin(struct otr_event_file *file)
{
	otr_event_put(file->event);
	module_put(file->carrier);
	module_put(file->owner);
	otr_inst_put(file->tr);
}

/* Both stay, or neither does. */
static int api_pin(struct otr_event_file *file, const char *system, const char *event)
{
	int err = otr_inst_get(file->tr);

	if (err)
		return err;
	otr_event_lock();
	file->event = otr_event_named(system, event);
	if (!file->event || !file->event->ops)
		err = -EINVAL;
	else
		err = api_pin_event(file);
	otr_event_unlock();
	if (err)
		otr_inst_put(file->tr);
	return err;
}

static int api_subscribe(struct otr_event_file *file)
{
	mutex_lock(&otr_inst_lock);
	file->sub = otr_sub_get(file->tr, file->event);
	mutex_unlock(&otr_inst_lock);
	return PTR_ERR_OR_ZERO(file->sub);
}

static int api_open(struct otr_event_file *file, const char *instance, const char *system,
		    const char *event)
{
	int err;

	guard(mutex)(&otr_switch_lock);
	mutex_lock(&otr_inst_lock);
	file->tr = instance ? otr_inst_find(instance) : otr_inst_top();
	mutex_unlock(&otr_inst_lock);
	if (!file->tr)
		return -ENOENT;
	if (file->tr->backup)
		return -EACCES;
	err = api_pin(file, system, event);
	if (err)
		return err;
	err = api_subscribe(file);
	if (err)
		api_unpin(file);
	return err;
}

/**
 * otr_event_file_get - keep an event in an instance
 * @instance: its name, NULL for the first one
 * @system: the event's system
 * @event: its name
 *
 * Context: may sleep.
 * Return: the event there, for otr_event_file_put(); ERR_PTR() of -ENOENT without such an
 * instance, -EACCES if it is there for records of before alone, -EINVAL without such an
 * event, -EBUSY when it is about to go, -ENOMEM.
 */
struct otr_event_file *otr_event_file_get(const char *instance, const char *system,
					  const char *event)
{
	struct otr_event_file *file = kzalloc(sizeof(*file), GFP_KERNEL);
	int err;

	if (!file)
		return ERR_PTR(-ENOMEM);
	err = api_open(file, instance, system, event);
	if (!err)
		return file;
	kfree(file);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(otr_event_file_get);

/**
 * otr_event_file_put - the counterpart of otr_event_file_get()
 * @file: from there
 *
 * Context: may sleep.
 */
void otr_event_file_put(struct otr_event_file *file)
{
	api_unpin(file);
	kfree(file);
}
EXPORT_SYMBOL_GPL(otr_event_file_put);

/**
 * otr_event_file_switch - begin or end to record events
 * @inst: the instance, of a file that the caller has
 * @system: of the events, NULL for any
 * @event: their name, NULL for any
 * @on: what to do
 *
 * Context: may sleep.
 * Return: 0; -ENOENT without an instance; -EINVAL when there is no such event; else as
 * their source says.
 */
int otr_event_file_switch(struct otr_inst *inst, const char *system, const char *event, bool on)
{
	const struct otr_pick pick = { .system = system, .event = event };

	if (!inst)
		return -ENOENT;
	guard(mutex)(&otr_switch_lock);
	return otr_sub_switch_all(inst, &pick, on);
}
EXPORT_SYMBOL_GPL(otr_event_file_switch);

static bool api_wanted(const struct otr_sub *sub)
{
	u32 gate = READ_ONCE(sub->gate.bits);

	return !(gate & OTR_GATE_SHUT) || gate & (OTR_GATE_SINK | OTR_GATE_TRIGGER);
}

/**
 * otr_synth_trace_array - write a record in one instance
 * @file: a synthetic event there
 * @values: one for each field: a number, or the address of a text in the kernel's memory
 * @nr: how many
 *
 * Context: any, NMI included.
 * Return: 0, also where nobody wants it; -EINVAL if the event has not so many fields.
 */
int otr_synth_trace_array(struct otr_event_file *file, const u64 *values, unsigned int nr)
{
	const struct otr_synth *synth = otr_synth_of(file->event);

	if (!synth)
		return -EINVAL;
	if (!api_wanted(file->sub))
		return 0;
	if (nr != synth->nr)
		return -EINVAL;
	preempt_disable_notrace();
	otr_synth_trace_one(synth, file->sub, values);
	preempt_enable_notrace();
	return 0;
}
EXPORT_SYMBOL_GPL(otr_synth_trace_array);

/**
 * otr_synth_trace_values - the same, with the values as arguments
 * @file: as there
 * @nr: how many values follow, each a u64
 *
 * Context: any, NMI included.
 * Return: as otr_synth_trace_array().
 */
int otr_synth_trace_values(struct otr_event_file *file, unsigned int nr, ...)
{
	u64 values[OTR_SYNTH_FIELDS];
	unsigned int i;
	va_list args;

	if (nr > ARRAY_SIZE(values))
		return -EINVAL;
	va_start(args, nr);
	for (i = 0; i < nr; i++)
		values[i] = va_arg(args, u64);
	va_end(args);
	return otr_synth_trace_array(file, values, nr);
}
EXPORT_SYMBOL_GPL(otr_synth_trace_values);

/**
 * otr_synth_steps_begin - begin a record to be written value by value
 * @file: a synthetic event in an instance, without texts of any size, nor stacks
 * @steps: set up
 *
 * Preemption is off until otr_synth_steps_end(), which must follow if this returns 0.
 * What is not written is 0.
 *
 * Context: any, NMI included.
 * Return: 0, also where nobody wants it; -ENOTSUPP for an event that cannot be written so;
 * -EINVAL for one that is not synthetic, or when there was no room.
 */
int otr_synth_steps_begin(struct otr_event_file *file, struct otr_synth_steps *steps)
{
	const struct otr_synth *synth = otr_synth_of(file->event);

	if (!steps || !synth)
		return -EINVAL;
	memset(steps, 0, sizeof(*steps));
	steps->synth = synth;
	if (!api_wanted(file->sub))
		return 0;
	if (synth->behind)
		return -ENOTSUPP;
	preempt_disable_notrace();
	steps->rec = otr_event_begin(file->sub, &steps->out, synth->size);
	if (steps->rec) {
		memset(steps->rec + sizeof(struct otr_rec_head), 0,
		       synth->size - sizeof(struct otr_rec_head));
		return 0;
	}
	preempt_enable_notrace();
	/* Something is in the way, or there is no room. */
	return otr_gate_closed(&file->sub->gate) ? 0 : -EINVAL;
}
EXPORT_SYMBOL_GPL(otr_synth_steps_begin);

static int api_set(struct otr_synth_steps *steps, const struct otr_synth_field *field, u64 value)
{
	if (!steps->rec)
		return 0;
	if (field->sort == OTR_SYNTH_INSIDE && !value)
		return -EINVAL;
	otr_synth_put_value(field, steps->rec, value);
	return 0;
}

/**
 * otr_synth_steps_next - write the value of the next field
 * @value: as for otr_synth_trace_array()
 * @steps: the record, no value of which came with a name
 *
 * Context: between otr_synth_steps_begin() and otr_synth_steps_end().
 * Return: 0; -EINVAL without such a field, or value.
 */
int otr_synth_steps_next(u64 value, struct otr_synth_steps *steps)
{
	if (!steps || steps->by_name)
		return -EINVAL;
	steps->in_order = true;
	if (!steps->rec)
		return 0;
	if (steps->next >= steps->synth->nr)
		return -EINVAL;
	return api_set(steps, &steps->synth->fields[steps->next++], value);
}
EXPORT_SYMBOL_GPL(otr_synth_steps_next);

/**
 * otr_synth_steps_set - write the value of a field
 * @field: the field's name
 * @value: as for otr_synth_trace_array()
 * @steps: the record, no value of which came without a name
 *
 * Context: between otr_synth_steps_begin() and otr_synth_steps_end().
 * Return: 0; -EINVAL without such a field, or value.
 */
int otr_synth_steps_set(const char *field, u64 value, struct otr_synth_steps *steps)
{
	unsigned int i;

	if (!steps || !field || steps->in_order)
		return -EINVAL;
	steps->by_name = true;
	for (i = 0; steps->rec && i < steps->synth->nr; i++)
		if (!strcmp(steps->synth->fields[i].name, field))
			return api_set(steps, &steps->synth->fields[i], value);
	return steps->rec ? -EINVAL : 0;
}
EXPORT_SYMBOL_GPL(otr_synth_steps_set);

/**
 * otr_synth_steps_end - end a record that was written value by value
 * @steps: the record
 *
 * Context: that of otr_synth_steps_begin(), which returned 0.
 * Return: 0; -EINVAL without a record to end.
 */
int otr_synth_steps_end(struct otr_synth_steps *steps)
{
	if (!steps)
		return -EINVAL;
	if (!steps->rec)
		return 0;
	barrier_data(steps->rec);
	steps->rec = NULL;
	otr_event_end(&steps->out);
	preempt_enable_notrace();
	return 0;
}
EXPORT_SYMBOL_GPL(otr_synth_steps_end);
