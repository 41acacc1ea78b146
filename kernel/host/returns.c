// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel tells of tasks and stacks whose return addresses were replaced. */
#include "host/borrow.h"
#include "host/host.h"

#if defined(OTR_HAVE_RETURN_OPS) && defined(OTR_HAVE_TASK_SLOT)

static const struct otr_host_returns *returns_callee;

static void returns_task_ends(struct task_struct *task)
{
	returns_callee->exit(task);
}

/* The pointer is the one that the task had before, if it was in use. */
static void returns_task_idles(struct task_struct *task)
{
	returns_callee->idle(task);
}

static unsigned long returns_real_address(struct task_struct *task, unsigned long ret,
					  unsigned long *place)
{
	return returns_callee->real(task, ret, place);
}

static const struct fentry_return_ops return_ops = {
	.exit_task	= returns_task_ends,
	.idle_task	= returns_task_idles,
	.ret_addr	= returns_real_address,
};

/**
 * otr_host_returns_register - begin to be told
 * @ops: callbacks of the one that asks
 *
 * Context: process context, sleeps; the kernel has OTR_RETURNS.
 * Return: 0, -EBUSY if somebody else is told.
 */
int otr_host_returns_register(const struct otr_host_returns *ops)
{
	returns_callee = ops;
	return fentry_return_register(&return_ops);
}

/**
 * otr_host_returns_unregister - the counterpart of otr_host_returns_register()
 *
 * When it returns, none of the functions is running or will be.
 *
 * Context: process context, sleeps.
 */
void otr_host_returns_unregister(void)
{
	fentry_return_unregister();
}

#else

int otr_host_returns_register(const struct otr_host_returns *ops)
{
	return -EOPNOTSUPP;
}

void otr_host_returns_unregister(void)
{
}

#endif
