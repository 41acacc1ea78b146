// SPDX-License-Identifier: GPL-2.0-only
/* Memory for pages and slots. */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>

#include "buffer/ring.h"

/* A ring that is too large for the machine shall not cost others theirs. */
#define PAGE_GFP	(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN | __GFP_COMP)

/*
 * A page near @cpu, zeroed: whatever a record should leave as it was, nothing of other
 * memory is ever seen in a ring.
 */
struct otr_page *otr_page_alloc(int cpu, unsigned int order)
{
	struct page *page = alloc_pages_node(cpu_to_node(cpu), PAGE_GFP, order);

	if (!page)
		return NULL;
	/* Where a reader takes pages out, this is most of what a page costs: by words. */
	memset64(page_address(page), 0, (PAGE_SIZE << order) / sizeof(u64));
	return page_address(page);
}

void otr_page_free(struct otr_page *page, unsigned int order)
{
	if (page)
		free_pages((unsigned long)page, order);
}

static void pages_put(struct rcu_head *head)
{
	put_page(container_of(head, struct page, rcu_head));
}

/*
 * Free a page that was in a ring: a glance may be at it. The page is nobody's, so its
 * place in lists is free. otr_page_exit() must follow before the module goes.
 */
void otr_page_retire(struct otr_page *page)
{
	if (page)
		call_rcu(&virt_to_page(page)->rcu_head, pages_put);
}

/* Wait until all that was retired is freed. */
void otr_page_exit(void)
{
	rcu_barrier();
}

/* Slots that hold @bytes, or 0 for more than there can be. */
u32 otr_slots_wanted(unsigned long bytes, unsigned int data)
{
	unsigned long nr = bytes / data + !!(bytes % data);

	if (nr > OTR_SLOTS_MAX)
		return 0;
	return max_t(u32, nr, OTR_SLOTS_MIN);
}

/* An array of slots, with pages in the last @pages of them. */
struct otr_slot *otr_slots_alloc(int cpu, u32 nr, u32 pages, unsigned int order)
{
	struct otr_slot *slots;
	u32 i;

	/* An allocation that can only fail should not push out caches first. */
	if ((u64)pages << order > max(si_mem_available(), 0L))
		return ERR_PTR(-ENOMEM);
	slots = kvcalloc(nr, sizeof(*slots), GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	if (!slots)
		return ERR_PTR(-ENOMEM);
	for (i = nr - pages; i < nr; i++) {
		struct otr_page *page = otr_page_alloc(cpu, order);
		bool killed = fatal_signal_pending(current);

		if (page)
			slots[i].word = otr_slot_word(page, 0, OTR_SLOT_EMPTY);
		if (!page || killed) {
			otr_slots_free(slots, nr, order);
			return ERR_PTR(killed ? -EINTR : -ENOMEM);
		}
		cond_resched();
	}
	return slots;
}

void otr_slots_free(struct otr_slot *slots, u32 nr, unsigned int order)
{
	u32 i;

	if (!slots)
		return;
	for (i = 0; i < nr; i++) {
		otr_page_free(otr_slot_page(slots[i].word), order);
		cond_resched();
	}
	kvfree(slots);
}

/*
 * All pages that a CPU needs, or none: 0; -ENOMEM, also for more slots than there
 * can be (0, see otr_slots_wanted()); -EINTR.
 */
int otr_pages_alloc(struct otr_pages *pages, int cpu, u32 nr, unsigned int order)
{
	int err;

	*pages = (struct otr_pages){ .nr = nr, .order = order };
	if (!nr)
		return -ENOMEM;
	pages->page = otr_page_alloc(cpu, order);
	if (!pages->page)
		return -ENOMEM;
	pages->slots = otr_slots_alloc(cpu, nr, nr, order);
	if (!IS_ERR(pages->slots))
		return 0;
	err = PTR_ERR(pages->slots);
	pages->slots = NULL;
	otr_pages_free(pages);
	return err;
}

/* Free what otr_pages_alloc() got; there may be nothing of it. */
void otr_pages_free(struct otr_pages *pages)
{
	otr_slots_free(pages->slots, pages->nr, pages->order);
	otr_page_free(pages->page, pages->order);
	pages->slots = NULL;
	pages->page = NULL;
}
