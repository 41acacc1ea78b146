// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/sys/kernel: ftrace_enabled, the switch over all function hooks,
 * stack_tracer_enabled, traceoff_on_warning, ftrace_dump_on_oops, tracepoint_printk, and
 * user_events_max.
 */
#include <linux/mutex.h>
#include <linux/sysctl.h>

#include "dyn/dyn.h"
#include "fs/fs.h"
#include "output/output.h"
#include "tracer/tracer.h"
#include "trigger/trigger.h"
#include "site/site.h"

static int sysctl_enabled = 1;
static int sysctl_stack_enabled;
static int sysctl_warning;
static int sysctl_console;
static bool sysctl_console_ready;
/* Guards the above. */
static DEFINE_MUTEX(sysctl_enabled_lock);
static struct ctl_table_header *sysctl_header, *sysctl_plain_header;

static int sysctl_switch_stack(bool on)
{
	int err;

	mutex_lock(&otr_tracer_lock);
	err = otr_deepest_switch(on);
	mutex_unlock(&otr_tracer_lock);
	return err;
}

/* A number that is 0 or not, and what is called when that changes. */
static int sysctl_handle(const struct ctl_table *table, int write, void *buffer, size_t *len,
			 loff_t *pos, int (*change)(bool on))
{
	int *value = table->data;
	int old, err;

	/* A reader does not wait for a change, which takes seconds. */
	if (!write)
		return proc_dointvec(table, write, buffer, len, pos);
	mutex_lock(&sysctl_enabled_lock);
	old = *value;
	err = proc_dointvec(table, write, buffer, len, pos);
	if (!err && !old != !*value) {
		err = change(*value);
		if (err)
			*value = old;
	}
	mutex_unlock(&sysctl_enabled_lock);
	return err;
}

static int sysctl_enabled_handler(const struct ctl_table *table, int write, void *buffer,
				  size_t *len, loff_t *pos)
{
	return sysctl_handle(table, write, buffer, len, pos, otr_site_enable);
}

static int sysctl_stack_handler(const struct ctl_table *table, int write, void *buffer, size_t *len,
				loff_t *pos)
{
	return sysctl_handle(table, write, buffer, len, pos, sysctl_switch_stack);
}

static int sysctl_warning_handler(const struct ctl_table *table, int write, void *buffer,
				  size_t *len, loff_t *pos)
{
	return sysctl_handle(table, write, buffer, len, pos, otr_warning_switch);
}

/* Only what was asked for at the start can be switched, and saying so is no error, as in-tree. */
static int sysctl_switch_console(bool on)
{
	if (sysctl_console_ready)
		return otr_console_switch(on);
	sysctl_console = 0;
	return 0;
}

static int sysctl_console_handler(const struct ctl_table *table, int write, void *buffer,
				  size_t *len, loff_t *pos)
{
	return sysctl_handle(table, write, buffer, len, pos, sysctl_switch_console);
}

static struct ctl_table sysctl_table[] = {
	{
		.procname	= "ftrace_enabled",
		.data		= &sysctl_enabled,
		.maxlen		= sizeof(sysctl_enabled),
		.mode		= 0644,
		.proc_handler	= sysctl_enabled_handler,
	},
	{
		.procname	= "stack_tracer_enabled",
		.data		= &sysctl_stack_enabled,
		.maxlen		= sizeof(sysctl_stack_enabled),
		.mode		= 0644,
		.proc_handler	= sysctl_stack_handler,
	},
	{
		.procname	= "traceoff_on_warning",
		.data		= &sysctl_warning,
		.maxlen		= sizeof(sysctl_warning),
		.mode		= 0644,
		.proc_handler	= sysctl_warning_handler,
	},
};

static struct ctl_table sysctl_plain_table[] = {
	{
		.procname	= "ftrace_dump_on_oops",
		.data		= otr_dump_oops,
		.maxlen		= sizeof(otr_dump_oops),
		.mode		= 0644,
		.proc_handler	= proc_dostring,
	},
	{
		.procname	= "tracepoint_printk",
		.data		= &sysctl_console,
		.maxlen		= sizeof(sysctl_console),
		.mode		= 0644,
		.proc_handler	= sysctl_console_handler,
	},
	{
		.procname	= "user_events_max",
		.data		= &otr_user_max,
		.maxlen		= sizeof(otr_user_max),
		.mode		= 0644,
		.proc_handler	= proc_douintvec,
	},
};

/* As a user who writes 1 there. */
static int sysctl_switch_on(int *value, int (*change)(bool on))
{
	int err;

	mutex_lock(&sysctl_enabled_lock);
	err = change(true);
	if (!err)
		*value = 1;
	mutex_unlock(&sysctl_enabled_lock);
	return err;
}

/**
 * otr_sysctl_start_stack - switch the stack tracer on, as the file does
 *
 * Context: module load; sleeps.
 * Return: 0, or what otr_hook_register() returns.
 */
int otr_sysctl_start_stack(void)
{
	return sysctl_switch_on(&sysctl_stack_enabled, sysctl_switch_stack);
}

/**
 * otr_sysctl_stop_on_warning - stop recording when the kernel warns, as the file does
 *
 * Context: module load; sleeps.
 * Return: 0, or what otr_warning_switch() returns.
 */
int otr_sysctl_stop_on_warning(void)
{
	return sysctl_switch_on(&sysctl_warning, otr_warning_switch);
}

/**
 * otr_sysctl_start_console - print records when they are recorded, as the file does
 *
 * Context: module load; sleeps.
 * Return: 0, -ENOMEM.
 */
int otr_sysctl_start_console(void)
{
	int err = otr_console_prepare();

	if (err)
		return err;
	sysctl_console_ready = true;
	return sysctl_switch_on(&sysctl_console, sysctl_switch_console);
}

/**
 * otr_sysctl_stop_console - end that
 *
 * Context: module load, and unload; sleeps.
 */
void otr_sysctl_stop_console(void)
{
	mutex_lock(&sysctl_enabled_lock);
	otr_console_switch(false);
	sysctl_console = 0;
	mutex_unlock(&sysctl_enabled_lock);
}

/**
 * otr_sysctl_init - offer the switches, those of functions where these can be hooked
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_sysctl_init(void)
{
	sysctl_plain_header = register_sysctl("kernel", sysctl_plain_table);
	if (!sysctl_plain_header)
		return -ENOMEM;
	if (!otr_site_ready())
		return 0;
	sysctl_header = register_sysctl("kernel", sysctl_table);
	if (sysctl_header)
		return 0;
	unregister_sysctl_table(sysctl_plain_header);
	return -ENOMEM;
}

/**
 * otr_sysctl_exit - the counterpart of otr_sysctl_init()
 *
 * Context: module unload.
 */
void otr_sysctl_exit(void)
{
	if (sysctl_header)
		unregister_sysctl_table(sysctl_header);
	sysctl_header = NULL;
	unregister_sysctl_table(sysctl_plain_header);
	otr_warning_switch(false);
	otr_sysctl_stop_console();
	sysctl_console_ready = false;
	otr_console_exit();
}
