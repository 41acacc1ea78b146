// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is in an area. Nothing here trusts it: memory may have lost some of its content,
 * or never have been an area, and the machine may have stopped at any instruction.
 *
 * A page is believed if its bytes have the sum that its mark says, are records from
 * the first to the last, and if these have numbers that no other page has. The page that
 * was being written when all ended counts up to where its mark says.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "buffer/ring.h"

/* Odd, so that the product tells all of what was multiplied. */
#define KEEP_FACTOR	0x9e3779b1U

/* Another word gives another sum, whatever the other words are. */
static inline u32 keep_mix(u32 sum, u32 word)
{
	sum = (sum ^ word) * KEEP_FACTOR;
	return sum ^ sum >> 15;
}

/**
 * otr_keep_sum - go on with a sum
 * @sum: the sum so far
 * @data: what is added
 * @bytes: how much, a multiple of four
 *
 * Context: any.
 * Return: the sum over all.
 */
u32 otr_keep_sum(u32 sum, const void *data, size_t bytes)
{
	const u32 *word = data, *end = data + bytes;

	while (word < end)
		sum = keep_mix(sum, *word++);
	return sum;
}

/**
 * otr_keep_page_seed - what the sum over a page begins with
 * @kc: the CPU
 * @page: number of the page
 * @base: number of its first record
 * @ts: time stamp in its head
 *
 * Context: any.
 * Return: the sum before any record.
 */
u32 otr_keep_page_seed(const struct otr_keep_cpu *kc, u32 page, u64 base, u64 ts)
{
	u32 words[] = { kc->cpu, page, base, base >> 32, ts, ts >> 32 };

	return otr_keep_sum(kc->seed, words, sizeof(words));
}

/**
 * otr_keep_page - a page of a CPU
 * @kc: the CPU
 * @nr: the page's number
 *
 * Context: any.
 * Return: the page.
 */
struct otr_page *otr_keep_page(const struct otr_keep_cpu *kc, u32 nr)
{
	return kc->pages + (size_t)nr * PAGE_SIZE;
}

/* Machine pages that the marks of so many pages take. */
static size_t keep_mark_pages(size_t nr)
{
	return DIV_ROUND_UP(struct_size_t(struct otr_keep_marks, page, nr), PAGE_SIZE);
}

/* How many pages each CPU gets, 0 for too few. */
static u32 keep_share(size_t size, unsigned int cpus)
{
	size_t all = size / PAGE_SIZE, fixed = 1 + OTR_KEEP_NOTES, each, nr;

	if (!cpus || all <= fixed)
		return 0;
	each = min_t(size_t, (all - fixed) / cpus, OTR_SLOTS_MAX);
	for (nr = each; nr && nr + keep_mark_pages(nr) > each; nr--)
		;
	return nr < OTR_SLOTS_MIN ? 0 : nr;
}

static void keep_lay_out(struct otr_keep *keep, void *at)
{
	void *next = at + (1 + OTR_KEEP_NOTES) * PAGE_SIZE;
	u32 cpu;

	keep->head = at;
	keep->notes = at + PAGE_SIZE;
	for (cpu = 0; cpu < keep->nr_cpus; cpu++) {
		struct otr_keep_cpu *kc = &keep->cpus[cpu];

		kc->cpu = cpu;
		kc->marks = next;
		kc->pages = next + keep_mark_pages(keep->nr) * PAGE_SIZE;
		next = kc->pages + (size_t)keep->nr * PAGE_SIZE;
	}
}

static u32 keep_head_sum(const struct otr_keep_head *head)
{
	return otr_keep_sum(head->version, &head->size,
			    sizeof(*head) - offsetof(struct otr_keep_head, size));
}

/* Why the head is not to be believed; NULL if it is. */
static const char *keep_head_wrong(const struct otr_keep *keep)
{
	const struct otr_keep_head *head = keep->head;

	if (head->version != OTR_KEEP_VERSION)
		return "it is laid out as another version does";
	if (head->sum != keep_head_sum(head))
		return "its head is damaged";
	if (head->size != keep->size || head->page_size != PAGE_SIZE)
		return "it had another size";
	if (head->cpus != keep->nr_cpus || head->pages != keep->nr)
		return "it is of another number of CPUs";
	if (head->clock >= OTR_CLOCK_COUNT)
		return "its clock is not known";
	return NULL;
}

/* How many records @bytes of a page are; -1 if they are not records to the end. */
static int keep_count(struct otr_page *page, u32 bytes)
{
	struct otr_cursor cur = { .page = page, .end = bytes, .ts = page->ts };
	struct otr_item item;
	int count = 0, found;
	u32 after;

	while ((found = otr_cursor_look(&cur, &item, &after)) > 0) {
		cur.off = after;
		count++;
	}
	return found ? -1 : count;
}

/* Look at a page: false if its mark says that there is nothing. */
static bool keep_look(const struct otr_keep_cpu *kc, u32 nr, struct otr_keep_found *found)
{
	const struct otr_keep_mark *mark = &kc->marks->page[nr];
	struct otr_page *page = otr_keep_page(kc, nr);
	u32 bytes = mark->state, sum = mark->state >> 32;
	int count;

	if (!mark->state)
		return false;
	*found = (struct otr_keep_found){ .base = mark->base, .page = nr };
	if (!bytes || bytes % 4 || bytes > PAGE_SIZE - sizeof(*page))
		return true;
	if (otr_keep_sum(otr_keep_page_seed(kc, nr, mark->base, page->ts), page->data,
			 bytes) != sum)
		return true;
	count = keep_count(page, bytes);
	if (count < 0 || mark->base + count < mark->base)
		return true;
	found->bytes = bytes;
	found->count = count;
	return true;
}

static int keep_compare(const void *a, const void *b)
{
	const struct otr_keep_found *one = a, *other = b;

	if (one->base != other->base)
		return one->base < other->base ? -1 : 1;
	return one->page < other->page ? -1 : 1;
}

/* Keep what fits together, and count what does not. The pages are sorted. */
static void keep_sift(struct otr_keep *keep, struct otr_keep_cpu *kc, u32 nr)
{
	struct otr_keep_found *found = kc->found;
	u64 end = 0;
	u32 i, n = 0, damaged = 0;

	for (i = 0; i < nr; i++) {
		/* Good, but all of it was taken back. */
		if (found[i].bytes && !found[i].count)
			continue;
		if (!found[i].bytes || (n && found[i].base < end)) {
			damaged++;
			continue;
		}
		end = found[i].base + found[i].count;
		found[n++] = found[i];
	}
	/*
	 * A little more than was found may have been consumed: what was complete and not marked
	 * yet, or on a page that was dropped. What no ring could have had says nothing.
	 */
	kc->read = kc->marks->read;
	if (kc->read > end && kc->read - end > (u64)keep->nr * (PAGE_SIZE / OTR_REC_HEAD))
		kc->read = 0;
	/* Whole pages that were consumed; the ring begins behind the rest. */
	for (i = 0; i < n && found[i].base + found[i].count <= kc->read; i++)
		;
	kc->nr_found = n - i;
	memmove(found, found + i, kc->nr_found * sizeof(*found));
	keep->damaged += damaged;
}

static void keep_find(struct otr_keep *keep, struct otr_keep_cpu *kc)
{
	u32 i, nr = 0;

	kc->seed = keep->head->seed;
	for (i = 0; i < keep->nr; i++) {
		if (keep_look(kc, i, &kc->found[nr]))
			nr++;
		cond_resched();
	}
	sort(kc->found, nr, sizeof(*kc->found), keep_compare, NULL);
	keep_sift(keep, kc, nr);
	for (i = 0; i < kc->nr_found; i++)
		keep->records += kc->found[i].count;
	keep->pages += kc->nr_found;
}

/**
 * otr_keep_close - be done with an area, which stays as it is
 * @keep: the area, which no ring has any more; NULL is fine
 *
 * Context: may sleep.
 */
void otr_keep_close(struct otr_keep *keep)
{
	u32 cpu;

	if (!keep)
		return;
	for (cpu = 0; cpu < keep->nr_cpus; cpu++)
		kvfree(keep->cpus[cpu].found);
	kfree(keep);
}

/**
 * otr_keep_refuse - take it that an area has no records of before
 * @keep: the area, which no ring has yet
 * @why: why not
 *
 * Context: may sleep.
 */
void otr_keep_refuse(struct otr_keep *keep, const char *why)
{
	u32 cpu;

	keep->old = false;
	keep->refused = why;
	keep->records = 0;
	keep->pages = 0;
	for (cpu = 0; cpu < keep->nr_cpus; cpu++)
		keep->cpus[cpu].nr_found = 0;
}

static void keep_read(struct otr_keep *keep)
{
	u32 cpu;

	if (keep->head->magic != OTR_KEEP_MAGIC)
		return;
	keep->refused = keep_head_wrong(keep);
	if (keep->refused)
		return;
	for (cpu = 0; cpu < keep->nr_cpus; cpu++)
		keep_find(keep, &keep->cpus[cpu]);
	keep->old = keep->pages;
}

/**
 * otr_keep_open - look at memory that may be an area
 * @at: the memory, whole pages of the machine
 * @size: bytes of it
 * @cpus: for so many CPUs it is to have room
 *
 * Nothing is changed. What has no records of before is no area until otr_keep_begin().
 *
 * Context: may sleep.
 * Return: the area; ERR_PTR(-EINVAL) for no whole pages, ERR_PTR(-ENOSPC) if there is
 * no room for a ring, ERR_PTR(-ENOMEM).
 */
struct otr_keep *otr_keep_open(void *at, size_t size, unsigned int cpus)
{
	u32 nr = keep_share(size, cpus), cpu;
	struct otr_keep *keep;

	if ((unsigned long)at % PAGE_SIZE || size % PAGE_SIZE)
		return ERR_PTR(-EINVAL);
	if (!nr)
		return ERR_PTR(-ENOSPC);
	keep = kzalloc(struct_size(keep, cpus, cpus), GFP_KERNEL);
	if (!keep)
		return ERR_PTR(-ENOMEM);
	keep->size = size;
	keep->nr = nr;
	keep->nr_cpus = cpus;
	keep_lay_out(keep, at);
	for (cpu = 0; cpu < cpus; cpu++) {
		struct otr_keep_found *found = kvcalloc(nr, sizeof(*found), GFP_KERNEL);

		if (!found) {
			otr_keep_close(keep);
			return ERR_PTR(-ENOMEM);
		}
		keep->cpus[cpu].found = found;
	}
	keep_read(keep);
	return keep;
}

/**
 * otr_keep_begin - make an area of it, without records
 * @keep: from otr_keep_open(); nobody records there
 * @who: what is going to
 * @clock: what records will be stamped with
 * @seed: any number, another one each time
 *
 * Stopped anywhere in here, it is no area, or an empty one.
 *
 * Context: may sleep.
 */
void otr_keep_begin(struct otr_keep *keep, const struct otr_keep_who *who, u32 clock, u32 seed)
{
	struct otr_keep_head *head = keep->head;
	u32 cpu;

	WRITE_ONCE(head->magic, 0);
	/* Memory that loses nothing is written in this order. */
	smp_wmb();
	for (cpu = 0; cpu < keep->nr_cpus; cpu++) {
		struct otr_keep_cpu *kc = &keep->cpus[cpu];

		memset(kc->marks, 0, struct_size(kc->marks, page, keep->nr));
		/* As with ordinary pages, nothing of other memory is ever seen in a ring. */
		memset(kc->pages, 0, keep->nr * PAGE_SIZE);
		kc->seed = seed;
		kc->nr_found = 0;
		cond_resched();
	}
	*head = (struct otr_keep_head) {
		.version	= OTR_KEEP_VERSION,
		.size		= keep->size,
		.page_size	= PAGE_SIZE,
		.cpus		= keep->nr_cpus,
		.pages		= keep->nr,
		.clock		= clock,
		.seed		= seed,
		.who		= *who,
	};
	head->sum = keep_head_sum(head);
	/* Likewise. */
	smp_wmb();
	WRITE_ONCE(head->magic, OTR_KEEP_MAGIC);
	keep->old = false;
}

/**
 * otr_keep_set_clock - note that records are stamped with another clock from here on
 * @keep: an area without records
 * @clock: the clock
 *
 * Context: may sleep.
 */
void otr_keep_set_clock(struct otr_keep *keep, u32 clock)
{
	struct otr_keep_head *head = keep->head;

	WRITE_ONCE(head->magic, 0);
	/* As in otr_keep_begin(). */
	smp_wmb();
	head->clock = clock;
	head->sum = keep_head_sum(head);
	/* Likewise. */
	smp_wmb();
	WRITE_ONCE(head->magic, OTR_KEEP_MAGIC);
}
