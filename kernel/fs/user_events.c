// SPDX-License-Identifier: GPL-2.0-only
/*
 * user_events_data, by which programs register events and write records of them, and
 * user_events_status, which lists those events.
 */
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <uapi/linux/user_events.h>

#include "dyn/dyn.h"
#include "fs/fs.h"

/* Longest definition, with its zero. */
#define USER_EVENTS_TEXT	512

static int user_events_open(struct otr_file *of)
{
	of->priv = otr_user_file_open();
	return of->priv ? 0 : -ENOMEM;
}

static void user_events_release(struct otr_file *of)
{
	otr_user_file_close(of->priv);
}

static ssize_t user_events_write(struct otr_file *of, struct iov_iter *from)
{
	return otr_user_file_write(of->priv, from);
}

/*
 * Copy a struct that programs have in other lengths: it is @size bytes long here, and has to
 * have @least.
 */
static long user_events_fetch(void *to, size_t size, size_t least, const void __user *from)
{
	u32 theirs;

	if (get_user(theirs, (const u32 __user *)from))
		return -EFAULT;
	if (theirs > PAGE_SIZE)
		return -E2BIG;
	if (theirs < least)
		return -EINVAL;
	return copy_struct_from_user(to, size, from, theirs);
}

static long user_events_fetch_reg(struct user_reg *reg, const struct user_reg __user *from)
{
	long err = user_events_fetch(reg, sizeof(*reg), offsetofend(struct user_reg, write_index),
				     from);

	if (err)
		return err;
	if (reg->flags >= USER_EVENT_REG_MAX)
		return -EINVAL;
	if (reg->enable_size != sizeof(u32) &&
	    !(IS_ENABLED(CONFIG_64BIT) && reg->enable_size == sizeof(u64)))
		return -EINVAL;
	if (reg->enable_addr % reg->enable_size)
		return -EINVAL;
	if (reg->enable_bit >= reg->enable_size * BITS_PER_BYTE)
		return -EINVAL;
	if (!access_ok((const void __user *)(uintptr_t)reg->enable_addr, reg->enable_size))
		return -EFAULT;
	return 0;
}

static long user_events_register(struct otr_file *of, struct user_reg __user *to)
{
	struct otr_user *user;
	struct user_reg reg;
	long number, err;
	char *text;

	err = user_events_fetch_reg(&reg, to);
	if (err)
		return err;
	if (otr_user_bit_taken(reg.enable_addr, reg.enable_bit))
		return -EADDRINUSE;
	text = strndup_user((const char __user *)(uintptr_t)reg.name_args, USER_EVENTS_TEXT);
	if (IS_ERR(text))
		return PTR_ERR(text);
	number = otr_user_register(of->priv, text, reg.flags, &user);
	kfree(text);
	if (number < 0)
		return number;
	err = otr_user_bit_add(user, reg.enable_addr, reg.enable_size, reg.enable_bit);
	/* As in-tree, what cannot be written is no memory. */
	if (err)
		return err == -EFAULT ? -ENOMEM : err;
	put_user((u32)number, &to->write_index);
	return 0;
}

static long user_events_unregister(const struct user_unreg __user *from)
{
	struct user_unreg unreg;
	long err = user_events_fetch(&unreg, sizeof(unreg),
				     offsetofend(struct user_unreg, disable_addr), from);

	if (err)
		return err;
	if (unreg.__reserved || unreg.__reserved2)
		return -EINVAL;
	return otr_user_bit_remove(unreg.disable_addr, unreg.disable_bit);
}

static long user_events_delete(const char __user *from)
{
	char *name = strndup_user(from, USER_EVENTS_TEXT);
	long err;

	if (IS_ERR(name))
		return PTR_ERR(name);
	err = otr_user_delete(name);
	kfree(name);
	return err;
}

static long user_events_ioctl(struct otr_file *of, struct file *file, unsigned int cmd,
			      unsigned long arg)
{
	switch (cmd) {
	case DIAG_IOCSREG:
		return user_events_register(of, (struct user_reg __user *)arg);
	case DIAG_IOCSDEL:
		return user_events_delete((const char __user *)arg);
	case DIAG_IOCSUNREG:
		return user_events_unregister((const struct user_unreg __user *)arg);
	default:
		return -ENOTTY;
	}
}

const struct otr_file_ops otr_user_data_ops = {
	.open		= user_events_open,
	.release	= user_events_release,
	.write_iter	= user_events_write,
	.ioctl		= user_events_ioctl,
	.places		= OTR_PLACES_SAME,
};

static int user_status_show(struct otr_file *of, struct seq_file *m)
{
	otr_user_show_status(m);
	return 0;
}

const struct otr_file_ops otr_user_status_ops = {
	.show		= user_status_show,
};
