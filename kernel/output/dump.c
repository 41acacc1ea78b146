// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring to the console: because a function was called, somebody pressed a key,
 * or the kernel came to grief. All memory that this takes was there before.
 */
/* The lines are what others know them to be. */
#define pr_fmt(fmt) fmt

#include <linux/kdebug.h>
#include <linux/nmi.h>
#include <linux/panic_notifier.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/sysrq.h>

#include "output/output.h"
#include "site/site.h"

/* Longest line that the console gets. */
#define LINE_MAX_SHOWN	1000

/* Room for a line before it is cut. */
#define LINE_ROOM	4096

#define RULE		"---------------------------------\n"
#define KEY		'z'

/*
 * What a dump needs, of which there is one at a time.
 *
 * @running: how many want to
 * @view: how records look
 * @state: room for what a tracer's look keeps
 * @state_size: how much
 * @src: where they come from
 * @text: a line
 */
static struct {
	atomic_t		running;
	struct otr_view		view;
	void			*state;
	size_t			state_size;
	struct otr_source	*src;
	char			*text;
} dump;

/* What to dump when the kernel came to grief, as ftrace_dump_on_oops has it. */
char otr_dump_oops[OTR_DUMP_OOPS_MAX] = "0";

/* What was written to the first instance's options, and what a dump never does. */
static void dump_set_view(const struct otr_inst *inst)
{
	struct otr_view *view = &dump.view;
	const struct otr_tracer *tracer = READ_ONCE(inst->tracer);

	view->area = otr_area_is_old(inst->area) ? inst->area : NULL;
	view->tracer = tracer->name;
	view->options = (READ_ONCE(inst->options) | OTR_OPT(LATENCY_FORMAT)) &
			~OTR_OPT(SYM_USEROBJ);
	view->cpu = OTR_CPU_ALL;
	view->in_ns = otr_clocks[READ_ONCE(inst->clock)].in_ns;
	view->time_start = READ_ONCE(inst->time_start);
	view->src = dump.src;
	view->tracer_bits = otr_tracer_bits(inst, tracer);
	view->look = otr_view_look(view, tracer);
	/* A look of its own has the columns that the options say. */
	if (view->look) {
		if (!(READ_ONCE(inst->options) & OTR_OPT(LATENCY_FORMAT)))
			view->options &= ~OTR_OPT(LATENCY_FORMAT);
		view->look->rewind(view);
	}
	otr_line_begin(view);
	view->line_flags |= OTR_LINE_ATOMIC;
}

static void dump_print_record(const struct otr_item *item)
{
	struct seq_buf line;

	if (item->len > OTR_GLANCE_MAX) {
		pr_emerg("CPU:%d [RECORD OF %u BYTES]\n", item->cpu, item->len);
		return;
	}
	/* What overflows leaves no end behind. */
	memset(dump.text, 0, LINE_MAX_SHOWN + 1);
	seq_buf_init(&line, dump.text, LINE_ROOM);
	dump.view.index = 1;
	otr_line_print(&dump.view, item, item->ts, &line);
	dump.text[min_t(size_t, seq_buf_used(&line), LINE_MAX_SHOWN)] = '\0';
	pr_emerg("%s", dump.text);
}

static void dump_print_records(const struct otr_inst *inst, int cpu)
{
	const struct otr_item *item;
	bool any = false;

	otr_source_glance(dump.src, inst->ring, cpu);
	while ((item = otr_source_peek(dump.src, NULL))) {
		if (!any)
			pr_emerg(RULE);
		any = true;
		dump_print_record(item);
		otr_source_next(dump.src);
		touch_nmi_watchdog();
	}
	pr_emerg("%s", any ? RULE : "   (ftrace buffer empty)\n");
}

/* Recording stays off: what comes after the first trouble would hide it. */
static void dump_one(const struct otr_inst *inst, int cpu)
{
	unsigned long flags;

	otr_ring_off(inst->ring);
	local_irq_save(flags);
	otr_ring_disable(inst->ring);
	if (inst == otr_inst_top())
		pr_emerg("Dumping ftrace buffer:\n");
	else
		pr_emerg("Dumping ftrace instance %s buffer:\n", inst->name);
	if (otr_site_failure()) {
		pr_warn("# WARNING: FUNCTION TRACING IS CORRUPTED\n");
		pr_warn("#          MAY BE MISSING FUNCTION EVENTS\n");
	}
	dump_set_view(inst);
	dump_print_records(inst, cpu);
	otr_ring_enable(inst->ring);
	local_irq_restore(flags);
}

static bool dump_begin(void)
{
	if (atomic_inc_return(&dump.running) == 1)
		return true;
	atomic_dec(&dump.running);
	return false;
}

static void dump_end(void)
{
	atomic_dec(&dump.running);
}

/**
 * otr_dump - print what the first instance recorded to the console
 * @cpu: of this CPU, or OTR_CPU_ALL
 *
 * What was printed counts as read, and recording is off afterwards. While another
 * CPU does this, or what was interrupted, nothing is done.
 *
 * Context: any, NMI included; takes as long as the console takes.
 */
void otr_dump(int cpu)
{
	if (!dump_begin())
		return;
	dump_one(otr_inst_top(), cpu);
	dump_end();
}

static bool dump_means_this_cpu(const char *word)
{
	return !strcmp(word, "2") || !strcmp(word, "orig_cpu");
}

/* "NAME", or "NAME=2" for this CPU. */
static void dump_named(char *word, int this_cpu)
{
	const char *name = strsep(&word, "=");
	const struct otr_inst *inst;
	unsigned long flags;

	/* Interrupts off is an RCU read side: the instance stays. */
	local_irq_save(flags);
	inst = otr_inst_glimpse(name);
	if (inst)
		dump_one(inst, word && dump_means_this_cpu(word) ? this_cpu : OTR_CPU_ALL);
	else
		pr_emerg("Instance %s not found\n", name);
	local_irq_restore(flags);
}

/* "0", "1", "2", "orig_cpu", then instances. */
static void dump_by_words(char *words)
{
	int this_cpu = raw_smp_processor_id();
	char *word = strsep(&words, ",");

	if (!strcmp(word, "1"))
		dump_one(otr_inst_top(), OTR_CPU_ALL);
	else if (dump_means_this_cpu(word))
		dump_one(otr_inst_top(), this_cpu);
	else if (strcmp(word, "0"))
		dump_named(word, this_cpu);
	while ((word = strsep(&words, ",")))
		dump_named(word, this_cpu);
}

static void dump_on_grief(void)
{
	char words[OTR_DUMP_OOPS_MAX];

	if (!strcmp(otr_dump_oops, "0") || !dump_begin())
		return;
	strscpy(words, otr_dump_oops, sizeof(words));
	dump_by_words(words);
	dump_end();
}

static int dump_on_panic(struct notifier_block *nb, unsigned long event, void *data)
{
	dump_on_grief();
	return NOTIFY_DONE;
}

static int dump_on_die(struct notifier_block *nb, unsigned long event, void *data)
{
	if (event == DIE_OOPS)
		dump_on_grief();
	return NOTIFY_DONE;
}

/* Before others print much; behind code that only stops others from printing. */
static struct notifier_block dump_panic_nb = { .notifier_call = dump_on_panic,
					       .priority = INT_MAX - 1 };
static struct notifier_block dump_die_nb = { .notifier_call = dump_on_die,
					     .priority = INT_MAX - 1 };

static void dump_on_key(u8 key)
{
	otr_dump(OTR_CPU_ALL);
}

static const struct sysrq_key_op dump_key_op = {
	.handler	= dump_on_key,
	.help_msg	= "dump-ftrace-buffer(z)",
	.action_msg	= "Dump ftrace buffer",
	.enable_mask	= SYSRQ_ENABLE_DUMP,
};

static bool dump_have_key;

static void dump_free(void)
{
	if (dump.src)
		otr_source_close(dump.src);
	kvfree(dump.state);
	kfree(dump.view.scratch);
	kfree(dump.text);
	dump.src = NULL;
	dump.state = NULL;
	dump.view.state = NULL;
	dump.state_size = 0;
	dump.view.scratch = NULL;
	dump.text = NULL;
}

/**
 * otr_dump_prepare - be ready to dump what a tracer records
 * @look: the tracer's
 *
 * Context: module load, before the tracer is registered; sleeps.
 * Return: 0, -ENOMEM.
 */
int otr_dump_prepare(const struct otr_look *look)
{
	size_t size = look->size();
	void *state, *old = dump.state;

	if (size <= dump.state_size)
		return 0;
	state = kvzalloc(size, GFP_KERNEL);
	if (!state)
		return -ENOMEM;
	/* No tracer with a look is current yet, so no dump uses the old one. */
	dump.state = state;
	dump.state_size = size;
	dump.view.state = state;
	kvfree(old);
	return 0;
}

/**
 * otr_output_init - be ready to print a ring when something goes wrong
 *
 * Context: module load, when the first instance is there.
 * Return: 0, -ENOMEM.
 */
int otr_output_init(void)
{
	dump.src = otr_source_prepare();
	dump.view.scratch = kmalloc(OTR_LINE_MAX, GFP_KERNEL);
	dump.text = kmalloc(LINE_ROOM, GFP_KERNEL);
	if (!dump.src || !dump.view.scratch || !dump.text) {
		dump_free();
		return -ENOMEM;
	}
	/* Neither can fail. */
	atomic_notifier_chain_register(&panic_notifier_list, &dump_panic_nb);
	register_die_notifier(&dump_die_nb);
	if (IS_ENABLED(CONFIG_MAGIC_SYSRQ)) {
		dump_have_key = !register_sysrq_key(KEY, &dump_key_op);
		if (!dump_have_key)
			pr_info("outrace: sysrq-%c is somebody else's: it dumps no buffer of ours\n",
				KEY);
	}
	return 0;
}

/**
 * otr_output_exit - the counterpart of otr_output_init()
 *
 * Context: module unload, when nobody calls otr_dump() any more; sleeps.
 */
void otr_output_exit(void)
{
	if (dump_have_key)
		unregister_sysrq_key(KEY, &dump_key_op);
	unregister_die_notifier(&dump_die_nb);
	atomic_notifier_chain_unregister(&panic_notifier_list, &dump_panic_nb);
	/* A CPU that is in the middle of it has preemption or interrupts off. */
	synchronize_rcu();
	dump_free();
}
