// SPDX-License-Identifier: GPL-2.0-only
/* /proc/sys/kernel/ftrace_enabled: the switch over all function hooks. */
#include <linux/mutex.h>
#include <linux/sysctl.h>

#include "fs/fs.h"
#include "site/site.h"

static int enabled = 1;
/* Guards the above. */
static DEFINE_MUTEX(enabled_lock);
static struct ctl_table_header *header;

static int enabled_handler(const struct ctl_table *table, int write, void *buffer, size_t *len,
			   loff_t *pos)
{
	int old, err;

	mutex_lock(&enabled_lock);
	old = enabled;
	err = proc_dointvec(table, write, buffer, len, pos);
	if (!err && write && !old != !enabled) {
		err = otr_site_enable(enabled);
		if (err)
			enabled = old;
	}
	mutex_unlock(&enabled_lock);
	return err;
}

static struct ctl_table table[] = {
	{
		.procname	= "ftrace_enabled",
		.data		= &enabled,
		.maxlen		= sizeof(enabled),
		.mode		= 0644,
		.proc_handler	= enabled_handler,
	},
};

/**
 * otr_sysctl_init - offer the switch, where functions can be hooked
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_sysctl_init(void)
{
	if (!otr_site_ready())
		return 0;
	header = register_sysctl("kernel", table);
	return header ? 0 : -ENOMEM;
}

/**
 * otr_sysctl_exit - the counterpart of otr_sysctl_init()
 *
 * Context: module unload.
 */
void otr_sysctl_exit(void)
{
	if (header)
		unregister_sysctl_table(header);
	header = NULL;
}
