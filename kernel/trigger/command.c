// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of set_ftrace_filter: triggers on functions.
 *
 * All functions that do the same share a hook. Where it is counted how often,
 * each function has a count of its own, found by its address in an array that is
 * replaced whole when functions come or go.
 */
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "host/host.h"
#include "trigger/trigger.h"

/**
 * struct left - how often a function's command may act still
 * @ip: the function's site
 * @left: the count, which moves from one array to the next
 */
struct left {
	unsigned long	ip;
	atomic_long_t	*left;
};

struct counts {
	unsigned int	nr;
	struct left	of[] __counted_by(nr);
};

/**
 * struct otr_command - a command on some functions
 * @node: in the list of the instance, the newest first
 * @trigger: what it does
 * @hook: on its functions
 * @sites: its functions, for a list of them
 * @counts: of its functions and perhaps of others, ascending; NULL without limit.
 *	    Read by the hook's function
 */
struct otr_command {
	struct list_head	node;
	struct otr_trigger	trigger;
	struct otr_hook		hook;
	struct otr_siteset	*sites;
	struct counts		*counts;
};

static struct otr_part command_part;

/* The commands of an instance, the newest first. */
static struct list_head *command_commands_of(const struct otr_inst *inst)
{
	return otr_part_data(inst, &command_part);
}

static atomic_long_t *command_find_left(const struct counts *counts, unsigned long ip)
{
	unsigned int low = 0, high = counts ? counts->nr : 0;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (counts->of[mid].ip == ip)
			return counts->of[mid].left;
		if (counts->of[mid].ip < ip)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static void command_function_called(unsigned long ip, unsigned long parent_ip,
				    struct otr_hook *hook, struct otr_frame *frame)
{
	struct otr_command *command = container_of(hook, struct otr_command, hook);
	atomic_long_t *left = NULL;

	if (command->trigger.counted) {
		left = command_find_left(READ_ONCE(command->counts), ip);
		if (!left)
			return;
	}
	command->trigger.action->run(&command->trigger, left, NULL);
}

static struct otr_command *command_find(const struct list_head *commands,
					const struct otr_trigger *trigger)
{
	struct otr_command *command;

	list_for_each_entry(command, commands, node)
		if (otr_trigger_same(&command->trigger, trigger))
			return command;
	return NULL;
}

static int command_compare(const void *a, const void *b)
{
	unsigned long x = ((const struct left *)a)->ip, y = ((const struct left *)b)->ip;

	return x < y ? -1 : x > y;
}

/* Free an array, and the counts that another does not have. */
static void command_counts_free(struct counts *counts, const struct counts *kept)
{
	unsigned int i;

	for (i = 0; counts && i < counts->nr; i++)
		if (command_find_left(kept, counts->of[i].ip) != counts->of[i].left)
			kfree(counts->of[i].left);
	kvfree(counts);
}

/* Counts for a set of functions: those that are there, and @count for new ones. */
static struct counts *command_counts_make(const struct counts *old, const struct otr_siteset *set,
					  long count)
{
	unsigned long nr = otr_siteset_count(set);
	struct counts *new = kvzalloc(struct_size(new, of, nr), GFP_KERNEL);
	struct otr_site_pos pos = { .set = set };
	unsigned int i = 0;
	bool there;

	if (!new)
		return NULL;
	new->nr = nr;
	there = otr_site_start(&pos, 0);
	for (; there && i < nr; i++, there = otr_site_next(&pos))
		new->of[i].ip = pos.ip;
	otr_site_stop();
	/* A module may have gone meanwhile. */
	new->nr = i;
	sort(new->of, i, sizeof(*new->of), command_compare, NULL);
	for (i = 0; i < new->nr; i++) {
		struct left *of = &new->of[i];

		of->left = command_find_left(old, of->ip) ?: kmalloc(sizeof(*of->left), GFP_KERNEL);
		if (!of->left) {
			new->nr = i;
			command_counts_free(new, old);
			return NULL;
		}
		if (!command_find_left(old, of->ip))
			atomic_long_set(of->left, count);
	}
	return new;
}

static void command_free(struct otr_command *command)
{
	otr_siteset_destroy(command->hook.filter);
	command_counts_free(command->counts, NULL);
	kfree(command);
}

static struct otr_command *command_create(const struct otr_trigger *trigger)
{
	struct otr_command *command = kzalloc(sizeof(*command), GFP_KERNEL);

	if (!command)
		return NULL;
	INIT_LIST_HEAD(&command->node);
	command->trigger = *trigger;
	command->hook.name = trigger->action->name;
	command->hook.func = command_function_called;
	command->hook.filter = otr_siteset_create();
	command->sites = command->hook.filter;
	if (command->sites)
		return command;
	kfree(command);
	return NULL;
}

/* Nobody reads the old counts when this returns. */
static void command_replace_counts(struct otr_command *command, struct counts *counts)
{
	struct counts *old = command->counts;

	mutex_lock(&otr_inst_lock);
	/* Pairs with the address dependency in command_function_called(). */
	smp_store_release(&command->counts, counts);
	mutex_unlock(&otr_inst_lock);
	otr_host_quiesce();
	command_counts_free(old, counts);
}

/* A copy of a command's functions with those of a pattern, or without them. */
static struct otr_siteset *command_edited(const struct otr_command *command, const char *functions,
					  bool remove)
{
	struct otr_siteset *set = otr_siteset_create();
	unsigned long before;
	struct otr_glob glob;
	char *copy;
	long err;

	copy = kstrdup(functions, GFP_KERNEL);
	err = set && copy ? otr_siteset_copy(set, command->hook.filter) : -ENOMEM;
	if (!err) {
		before = otr_siteset_count(set);
		otr_glob_parse(&glob, copy);
		err = otr_siteset_match(set, &glob, NULL, remove);
		/* No such function, or none for which that changes anything. */
		if (err >= 0)
			err = otr_siteset_count(set) == before ? -EINVAL : 0;
	}
	kfree(copy);
	if (!err)
		return set;
	otr_siteset_destroy(set);
	return ERR_PTR(err);
}

/* Put a command on these functions; the set is the command's on success. */
static int command_put_on(struct otr_command *command, struct otr_siteset *set, long count)
{
	struct otr_siteset *old = command->hook.filter;
	struct counts *counts = NULL;
	int err;

	if (command->trigger.counted) {
		counts = command_counts_make(command->counts, set, count);
		if (!counts)
			return -ENOMEM;
		/* Too many of them do no harm; a function without one does nothing. */
		command_replace_counts(command, counts);
	}
	err = otr_hook_set(&command->hook, set, NULL);
	if (!err && list_empty(&command->node))
		err = otr_hook_register(&command->hook);
	if (err) {
		command->hook.filter = old;
		return err;
	}
	mutex_lock(&otr_inst_lock);
	command->sites = set;
	mutex_unlock(&otr_inst_lock);
	otr_siteset_destroy(old);
	return 0;
}

static int command_add(struct list_head *commands, const char *functions,
		       struct otr_trigger *trigger, bool *taken)
{
	struct otr_command *known = command_find(commands, trigger);
	struct otr_command *command = known ?: command_create(trigger);
	struct otr_siteset *set;
	int err;

	if (!command)
		return -ENOMEM;
	set = command_edited(command, functions, false);
	err = PTR_ERR_OR_ZERO(set);
	if (!err) {
		err = command_put_on(command, set, trigger->count);
		if (err)
			otr_siteset_destroy(set);
	}
	if (known)
		return err;
	if (err) {
		command_free(command);
		return err;
	}
	mutex_lock(&otr_inst_lock);
	list_add(&command->node, commands);
	mutex_unlock(&otr_inst_lock);
	*taken = true;
	return 0;
}

/* The command goes; what its trigger needs is the caller's. */
static void command_end(struct otr_command *command)
{
	mutex_lock(&otr_inst_lock);
	list_del(&command->node);
	mutex_unlock(&otr_inst_lock);
	otr_hook_unregister(&command->hook);
	command_free(command);
}

static int command_remove(struct list_head *commands, const char *functions,
			  const struct otr_trigger *trigger, struct otr_trigger *gone)
{
	struct otr_command *command = command_find(commands, trigger);
	struct otr_siteset *set;
	int err;

	if (!command)
		return -ENODEV;
	set = command_edited(command, functions, true);
	if (IS_ERR(set))
		return PTR_ERR(set);
	if (otr_siteset_empty(set)) {
		otr_siteset_destroy(set);
		*gone = command->trigger;
		command_end(command);
		return 0;
	}
	err = command_put_on(command, set, 0);
	if (err)
		otr_siteset_destroy(set);
	return err;
}

/**
 * otr_function_command - add a command to functions, or remove it
 * @inst: the instance
 * @functions: which, as set_ftrace_filter takes them
 * @name: of the command
 * @rest: what is behind its colon; is changed. NULL for no colon
 * @remove: what to do
 *
 * Context: otr_switch_lock held, otr_tracer_lock and otr_inst_lock free; sleeps.
 * Return: 0; -EINVAL for no such command or function, or when nothing changes;
 * -ENODEV when a command that is to be removed is nowhere; -ENOMEM; what
 * otr_hook_register() returns.
 */
int otr_function_command(struct otr_inst *inst, const char *functions, const char *name,
			 char *rest, bool remove)
{
	const struct otr_words words = {
		.action	= otr_action_find(name, OTR_ON_FUNCTIONS),
		.on	= OTR_ON_FUNCTIONS,
		.remove	= remove,
		.args	= rest,
	};
	struct list_head *commands = command_commands_of(inst);
	struct otr_trigger trigger, gone = {};
	bool taken = false;
	int err;

	if (!words.action)
		return -EINVAL;
	err = otr_trigger_parse(&trigger, inst, &words);
	if (!err && !remove)
		err = otr_trigger_prepare(&trigger);
	if (err)
		return err;
	mutex_lock(&otr_tracer_lock);
	if (remove) {
		err = command_remove(commands, functions, &trigger, &gone);
	} else {
		err = otr_inst_expand(inst);
		if (!err)
			err = command_add(commands, functions, &trigger, &taken);
	}
	mutex_unlock(&otr_tracer_lock);
	if (!taken)
		otr_trigger_release(&trigger);
	if (gone.action)
		otr_trigger_release(&gone);
	return err;
}

static int command_commands_create(struct otr_inst *inst)
{
	struct list_head *commands = kmalloc(sizeof(*commands), GFP_KERNEL);

	if (!commands)
		return -ENOMEM;
	INIT_LIST_HEAD(commands);
	otr_part_set_data(inst, &command_part, commands);
	return 0;
}

/* What their triggers hold in the instance goes with it. */
static void command_commands_stop(struct otr_inst *inst)
{
	struct otr_command *command, *next;

	list_for_each_entry_safe(command, next, command_commands_of(inst), node)
		command_end(command);
}

static void command_commands_destroy(struct otr_inst *inst)
{
	kfree(command_commands_of(inst));
}

/* Commands that are about an event go with it. */
static void command_commands_event_gone(struct otr_inst *inst, const struct otr_event *ev)
{
	struct list_head *commands = command_commands_of(inst);
	struct otr_command *command, *next;

	/* Rooms whose events go after all recording ended: there are no parts any more. */
	if (!commands)
		return;
	list_for_each_entry_safe(command, next, commands, node)
		if (command->trigger.event == ev)
			command_end(command);
}

static struct otr_part command_part = {
	.create		= command_commands_create,
	.event_gone	= command_commands_event_gone,
	.stop		= command_commands_stop,
	.destroy	= command_commands_destroy,
};

/**
 * otr_trigger_init - let instances have triggers
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_trigger_init(void)
{
	int err = otr_part_register(&command_part);

	if (err)
		return err;
	err = otr_event_triggers_init();
	if (err)
		goto no_events;
	otr_actions_init();
	err = otr_hist_triggers_init();
	if (!err)
		return 0;
	otr_actions_exit();
	otr_event_triggers_exit();
no_events:
	otr_part_unregister(&command_part);
	return err;
}

/**
 * otr_trigger_exit - the counterpart of otr_trigger_init()
 *
 * Context: module unload; sleeps.
 */
void otr_trigger_exit(void)
{
	otr_inst_end();
	otr_hist_triggers_exit();
	otr_actions_exit();
	otr_event_triggers_exit();
	otr_part_unregister(&command_part);
}

/* On with the next command that has functions. The list's lock is held. */
static bool command_begin_next(struct otr_command_pos *pos, loff_t index)
{
	struct list_head *head = command_commands_of(pos->inst);
	struct list_head *node = pos->command ? pos->command->node.next : head->next;

	for (; node != head; node = node->next) {
		pos->command = list_entry(node, struct otr_command, node);
		pos->site = (struct otr_site_pos){ .set = pos->command->sites };
		if (otr_site_start(&pos->site, index))
			return true;
		index -= pos->site.index;
		pos->skipped += pos->site.index;
		otr_site_stop();
	}
	pos->command = NULL;
	return false;
}

/**
 * otr_command_start - begin to list the commands of an instance, or go on
 * @pos: where the listing is; only its instance is set
 * @index: functions with commands to skip
 *
 * otr_command_stop() must follow, whatever this returns.
 *
 * Context: process context, sleeps.
 * Return: false when there is none.
 */
bool otr_command_start(struct otr_command_pos *pos, loff_t index)
{
	mutex_lock(&otr_inst_lock);
	pos->command = NULL;
	pos->skipped = 0;
	return command_begin_next(pos, index);
}

/**
 * otr_command_count - how many functions with commands there are
 * @pos: a listing that came to its end at otr_command_start()
 *
 * Context: between otr_command_start() and otr_command_stop().
 * Return: their number.
 */
loff_t otr_command_count(const struct otr_command_pos *pos)
{
	return pos->skipped;
}

/**
 * otr_command_next - go on with the listing
 * @pos: where it is
 *
 * Context: between otr_command_start() and otr_command_stop().
 * Return: false when that was all.
 */
bool otr_command_next(struct otr_command_pos *pos)
{
	if (otr_site_next(&pos->site))
		return true;
	otr_site_stop();
	return command_begin_next(pos, 0);
}

/**
 * otr_command_stop - end the listing, or pause it
 * @pos: where it is
 *
 * Context: that of otr_command_start().
 */
void otr_command_stop(struct otr_command_pos *pos)
{
	if (pos->command)
		otr_site_stop();
	mutex_unlock(&otr_inst_lock);
}

/**
 * otr_command_show - show a function and its command
 * @m: where to
 * @pos: which
 *
 * Context: between otr_command_start() and otr_command_stop().
 */
void otr_command_show(struct seq_file *m, const struct otr_command_pos *pos)
{
	const struct otr_command *command = pos->command;
	const atomic_long_t *left = NULL;

	if (command->trigger.counted)
		left = command_find_left(command->counts, pos->site.ip);
	otr_site_show_name(m, &pos->site);
	seq_putc(m, ':');
	otr_trigger_show(&command->trigger, left, m);
	seq_putc(m, '\n');
}
