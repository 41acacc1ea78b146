// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory with a pattern in it, for tests of what is seen of memory that was somebody
 * else's before: writing N to /sys/module/otr_paint/parameters/pages paints N free
 * pages, to .../stack the kernel's stack of the task that writes, N KiB of it.
 */
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>

#define PATTERN		0xa5
#define STACK_MAX	10	/* KiB; more than the rest needs */

static noinline void paint_stack(unsigned int kib)
{
	u8 room[1024] __uninitialized;

	memset(room, PATTERN, sizeof(room));
	barrier_data(room);
	if (kib > 1)
		paint_stack(kib - 1);
	barrier_data(room);
}

static int set_stack(const char *text, const struct kernel_param *param)
{
	unsigned int kib;
	int err = kstrtouint(text, 0, &kib);

	if (err || kib > STACK_MAX)
		return err ?: -EINVAL;
	paint_stack(kib);
	return 0;
}

static int set_pages(const char *text, const struct kernel_param *param)
{
	struct page *page, *next;
	unsigned int nr;
	LIST_HEAD(painted);
	int err = kstrtouint(text, 0, &nr);

	if (err)
		return err;
	while (nr-- && !fatal_signal_pending(current)) {
		page = alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
		if (!page)
			break;
		memset(page_address(page), PATTERN, PAGE_SIZE);
		list_add(&page->lru, &painted);
	}
	list_for_each_entry_safe(page, next, &painted, lru)
		__free_page(page);
	return 0;
}

static const struct kernel_param_ops stack_ops = { .set = set_stack };
static const struct kernel_param_ops pages_ops = { .set = set_pages };

module_param_cb(stack, &stack_ops, NULL, 0200);
module_param_cb(pages, &pages_ops, NULL, 0200);
MODULE_DESCRIPTION("memory with a pattern, for outrace's tests");
MODULE_LICENSE("GPL");
