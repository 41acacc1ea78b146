// SPDX-License-Identifier: GPL-2.0-only
/* The page that a reader of this machine's memory looks for. */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/build_bug.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/pgtable.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "base/base.h"
#include "buffer/buffer.h"
#include "crash/crash.h"
#include "event/event.h"
#include "host/host.h"
#include "inst/inst.h"
#include "record/record.h"

/* "outrace:crash-1\n", in parts: the whole of it is nowhere but where it is written to. */
#define CRASH_MAGIC	{ 0x3a6563617274756fULL, 0x0a312d6873617263ULL }
#define CRASH_VERSION	1
#define CRASH_HEAD	48

/**
 * struct crash_page - what tools/crash begins with
 * @magic: CRASH_MAGIC, when all else is there
 * @version: CRASH_VERSION, of the names below as well
 * @len: bytes of @text
 * @self: where the kernel has this page: who finds it there knows @table to be right
 * @table: where the machine has the kernel's page table
 * @levels: how deep that is
 * @sum: over @text, up to where it ends and zeros that fill up a word
 * @text: lines, name=number in hexadecimal
 */
struct crash_page {
	u64	magic[2];
	u32	version;
	u32	len;
	u64	self;
	u64	table;
	u32	levels;
	u32	sum;
	char	text[PAGE_SIZE - CRASH_HEAD];
};

static_assert(sizeof(struct crash_page) == PAGE_SIZE);
static_assert(offsetof(struct crash_page, text) == CRASH_HEAD);

static struct crash_page crash_page __aligned(PAGE_SIZE);

#define CONSTANT(name)	{ #name, name }

/* How things are laid out that rooms show each other. */
static const struct otr_told crash_layouts[] = {
	CONSTANT(OTR_POS_OFF_BITS),
	CONSTANT(OTR_POS_SLOT_BITS),
	CONSTANT(OTR_SLOT_SHIFT),
	CONSTANT(OTR_SLOT_LAP_BITS),
	OTR_TOLD_MEMBER(otr_inst, node),
	OTR_TOLD_MEMBER(otr_inst, name),
	OTR_TOLD_MEMBER(otr_inst, hidden),
	OTR_TOLD_MEMBER(otr_inst, ring),
	OTR_TOLD_MEMBER(otr_inst, snapshot),
	OTR_TOLD_MEMBER(otr_inst, clock),
	OTR_TOLD_MEMBER(otr_ring, cpus),
	OTR_TOLD_MEMBER(otr_ring_cpu, commit),
	OTR_TOLD_MEMBER(otr_ring_cpu, slots),
	OTR_TOLD_MEMBER(otr_ring_cpu, nr),
	OTR_TOLD_MEMBER(otr_ring_cpu, order),
	OTR_TOLD_MEMBER(otr_ring_cpu, data),
	OTR_TOLD_MEMBER(otr_ring_cpu, seen),
	OTR_TOLD_MEMBER(otr_ring_cpu, seen_before),
#ifdef CONFIG_PREEMPT_RT
	{ "otr_ring_cpu.locked", offsetof(struct otr_ring_cpu, reader_lock.rtmutex.owner) },
#else
	{ "otr_ring_cpu.locked", offsetof(struct otr_ring_cpu, reader_lock.owner) },
#endif
	OTR_TOLD_MEMBER(otr_ring_cpu, reader.cur.page),
	OTR_TOLD_MEMBER(otr_ring_cpu, reader.cur.off),
	OTR_TOLD_MEMBER(otr_ring_cpu, reader.cur.end),
	OTR_TOLD_MEMBER(otr_ring_cpu, reader.cur.ts),
	OTR_TOLD_MEMBER(otr_ring_cpu, reader.pos),
	OTR_TOLD_MEMBER(otr_ring_cpu, reader.before),
	OTR_TOLD_MEMBER(otr_ring_cpu, reader.next),
	OTR_TOLD_MEMBER(otr_ring_cpu, reader.lost),
	OTR_TOLD_MEMBER(otr_ring_cpu, reader.adrift),
	OTR_TOLD_SIZE(otr_slot),
	OTR_TOLD_MEMBER(otr_slot, word),
	OTR_TOLD_MEMBER(otr_slot, base),
	OTR_TOLD_MEMBER(otr_slot, bytes),
	OTR_TOLD_MEMBER(otr_event_group, link),
	OTR_TOLD_MEMBER(otr_event_group, events),
	OTR_TOLD_MEMBER(otr_event, link),
	OTR_TOLD_MEMBER(otr_event, id),
	OTR_TOLD_MEMBER(otr_event, system),
	OTR_TOLD_MEMBER(otr_event, name),
	OTR_TOLD_MEMBER(otr_event, fields),
	OTR_TOLD_MEMBER(otr_event, print_fmt),
	OTR_TOLD_SIZE(otr_field),
	OTR_TOLD_MEMBER(otr_field, type),
	OTR_TOLD_MEMBER(otr_field, name),
	OTR_TOLD_MEMBER(otr_field, offset),
	OTR_TOLD_MEMBER(otr_field, size),
	OTR_TOLD_MEMBER(otr_field, is_signed),
	OTR_TOLD_MEMBER(otr_field, nr),
	OTR_TOLD_MEMBER(otr_event_set, link),
	OTR_TOLD_MEMBER(otr_event_set, enums),
	OTR_TOLD_MEMBER(otr_enum, system),
	OTR_TOLD_MEMBER(otr_enum, name),
	OTR_TOLD_MEMBER(otr_enum, value),
	OTR_TOLD_SIZE(otr_clock),
	OTR_TOLD_MEMBER(otr_clock, name),
	OTR_TOLD_AT("clocks", otr_clocks),
	OTR_TOLD_AT("event.common", otr_event_common),
	{}
};

/* What the kernel under us is like. */
static const struct otr_told crash_kernel[] = {
#ifdef CONFIG_MODULES
	OTR_TOLD_MEMBER(module, list),
	OTR_TOLD_MEMBER(module, name),
	{ "module.text", offsetof(struct module, mem[MOD_TEXT].base) },
	{ "module.text_size", offsetof(struct module, mem[MOD_TEXT].size) },
#ifdef CONFIG_KALLSYMS
	OTR_TOLD_MEMBER(module, kallsyms),
	OTR_TOLD_MEMBER(mod_kallsyms, symtab),
	OTR_TOLD_MEMBER(mod_kallsyms, num_symtab),
	OTR_TOLD_MEMBER(mod_kallsyms, strtab),
	OTR_TOLD_MEMBER(mod_kallsyms, typetab),
#endif
#endif
	OTR_TOLD_AT("cpus", __cpu_possible_mask),
#ifdef CONFIG_SMP
	OTR_TOLD_AT("percpu", __per_cpu_offset),
#endif
	OTR_TOLD_AT("_printk", _printk),
	{}
};

static const struct otr_told *const crash_tables[] = {
	crash_layouts, crash_kernel, otr_comm_told, otr_registry_told, otr_set_told,
	otr_strings_told, otr_insts_told, otr_printk_told,
};

/* One more line; past the end of the text it only counts. */
static void crash_tell(struct crash_page *page, const char *name, u64 value)
{
	size_t at = min_t(size_t, page->len, sizeof(page->text));

	page->len += snprintf(page->text + at, sizeof(page->text) - at, "%s=%llx\n", name, value);
}

static void crash_tell_all(struct crash_page *page)
{
	const struct otr_told *told;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(crash_tables); i++)
		for (told = crash_tables[i]; told->name; told++)
			crash_tell(page, told->name, told->value);
	crash_tell(page, "nr_cpu_ids", nr_cpu_ids);
	crash_tell(page, "modules", otr_host_address("modules"));
}

/**
 * otr_crash_init - write the page
 *
 * Context: module load, when there is a first instance.
 * Return: 0, also where the kernel's page table cannot be found and no page is written;
 * -ENOSPC if one is too small.
 */
int otr_crash_init(void)
{
	const u64 magic[] = CRASH_MAGIC;
	struct crash_page *page = &crash_page;
	const struct mm_struct *mm = (void *)otr_host_address("init_mm");

	if (!mm)
		return 0;
	*page = (struct crash_page) {
		.version	= CRASH_VERSION,
		.self		= (unsigned long)page,
		.table		= __pa(mm->pgd),
		.levels		= pgtable_l5_enabled() ? 5 : 4,
	};
	crash_tell_all(page);
	if (WARN_ON(page->len >= sizeof(page->text)))
		return -ENOSPC;
	page->sum = otr_keep_sum(0, page->text, ALIGN(page->len, sizeof(u32)));
	/* A dump may be taken at any instruction. */
	smp_wmb();
	WRITE_ONCE(page->magic[1], magic[1]);
	WRITE_ONCE(page->magic[0], magic[0]);
	return 0;
}

/**
 * otr_crash_exit - nobody shall find the page any more
 *
 * Context: module unload.
 */
void otr_crash_exit(void)
{
	WRITE_ONCE(crash_page.magic[0], 0);
	/* Nor is what is freed behind this looked at. */
	smp_wmb();
}
