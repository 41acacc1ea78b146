/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_MODULE_H
#define _SHIM_LINUX_MODULE_H

#include <linux/types.h>

#define MODULE_NAME_LEN	56

struct module {
	char	name[MODULE_NAME_LEN];
};

#define NOTIFY_OK	1

struct notifier_block {
	int	(*notifier_call)(struct notifier_block *nb, unsigned long event, void *data);
};

/* Programs call their notifier themselves. */
static inline int register_module_notifier(struct notifier_block *nb)
{
	return 0;
}

static inline int unregister_module_notifier(struct notifier_block *nb)
{
	return 0;
}

#endif
