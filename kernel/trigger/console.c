// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of events to the console, as text, when they are recorded: for a kernel that dies
 * before anybody could read its ring. It is as slow as the console.
 */
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/static_call.h>

#include "host/host.h"
#include "output/output.h"
#include "trigger/trigger.h"

/* Longest line, with its end. */
#define CONSOLE_LINE	4096

/**
 * struct console_cpu - what printing takes on a CPU
 * @busy: it is being used; what records in an NMI meanwhile, or because of the console, does
 *	  not get there
 * @view: how records look
 * @text: a line
 * @scratch: see &struct otr_view.scratch
 */
struct console_cpu {
	bool		busy;
	struct otr_view	view;
	char		text[CONSOLE_LINE];
	char		scratch[OTR_LINE_MAX];
};

static struct console_cpu __percpu *console_cpus;

static void console_nothing(void)
{
}

/*
 * Between these the kernel leaves it to others to print what is said: an event of the scheduler
 * cannot have it wake somebody. Direct calls, see otr_host_address().
 */
DEFINE_STATIC_CALL(otr_console_defer, console_nothing);
DEFINE_STATIC_CALL(otr_console_defer_end, console_nothing);

static void console_print(struct console_cpu *cc, const struct otr_hit *hit)
{
	const struct otr_item item = {
		.data	= (void *)hit->rec,
		.len	= hit->len,
		.cpu	= raw_smp_processor_id(),
	};
	struct seq_buf line;

	cc->view.options = OTR_OPT(HASH_PTR);
	cc->view.scratch = cc->scratch;
	otr_line_begin(&cc->view);
	cc->view.line_flags |= OTR_LINE_ATOMIC;
	seq_buf_init(&line, cc->text, sizeof(cc->text));
	otr_line_print(&cc->view, &item, 0, &line);
	static_call(otr_console_defer)();
	/* Of no level, as the in-tree tracer's. */
	_printk(KERN_DEFAULT "%s", seq_buf_str(&line));
	static_call(otr_console_defer_end)();
}

/* As the in-tree tracer: what the ring is to have, whatever its other conditions. */
static bool console_wants(const struct otr_hit *hit)
{
	struct otr_sub *sub = hit->sub;
	/* The filter's contents come with its address, see otr_sub_set_filter(). */
	const struct otr_filter *filter = READ_ONCE(sub->filter);

	if (!otr_sub_on(sub) || !otr_ring_is_on(sub->ring))
		return false;
	return !filter || otr_filter_match(filter, hit->rec);
}

static void console_run(struct otr_tap *tap, const struct otr_hit *hit)
{
	struct console_cpu *cc;
	unsigned long flags;

	if (!console_wants(hit))
		return;
	local_irq_save(flags);
	cc = this_cpu_ptr(console_cpus);
	if (!cc->busy) {
		WRITE_ONCE(cc->busy, true);
		barrier();
		console_print(cc, hit);
		barrier();
		WRITE_ONCE(cc->busy, false);
	}
	local_irq_restore(flags);
}

/**
 * otr_console_prepare - have what printing records takes
 *
 * Context: module load; sleeps.
 * Return: 0, also when it was there already; -ENOMEM.
 */
int otr_console_prepare(void)
{
	typeof(console_nothing) *enter = (void *)otr_host_address("__printk_deferred_enter");
	typeof(console_nothing) *leave = (void *)otr_host_address("__printk_deferred_exit");

	if (console_cpus)
		return 0;
	console_cpus = alloc_percpu(struct console_cpu);
	if (!console_cpus)
		return -ENOMEM;
	if (enter && leave) {
		static_call_update(otr_console_defer, enter);
		static_call_update(otr_console_defer_end, leave);
	}
	return 0;
}

/**
 * otr_console_switch - print records when they are recorded, or do not
 * @on: which
 *
 * Context: one caller at a time; sleeps.
 * Return: 0; -EINVAL without otr_console_prepare(); -ENOMEM, where some records are not
 * printed.
 */
int otr_console_switch(bool on)
{
	if (on && !console_cpus)
		return -EINVAL;
	return otr_subs_echo(on ? console_run : NULL);
}

/**
 * otr_console_exit - the counterpart of otr_console_prepare()
 *
 * Context: module unload, when nothing is printed any more.
 */
void otr_console_exit(void)
{
	free_percpu(console_cpus);
	console_cpus = NULL;
}
