// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_printk() and its like, see <outrace/printk.h>.
 *
 * When a module comes, its constant formats are found by their symbols, and a copy
 * of each is kept for as long as the engine is there: records name it by its
 * address, and may be read when the module is gone. Where symbols of data have no
 * names none is found, and records have texts.
 */
#include <linux/export.h>
#include <linux/hashtable.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/stringhash.h>
#include <outrace/printk.h>

#include "event/event.h"
#include "host/host.h"
#include "record/internal.h"

/* Longest text, and room for packed arguments, that are put together on the stack. */
#define TEXT_MAX	512

/* What trace_dump_stack() can leave out. */
#define SKIP_MAX	16

#define SYMBOL		"__otr_printk_format"
#define STACK_SYMBOL	"__otr_printk_stack"

/**
 * struct otr_kept - a format that was found
 * @link: in the list of all, which only grows; read with RCU
 * @hash: by its text
 * @pack: what it takes
 * @text: the text
 */
struct otr_kept {
	struct list_head	link;
	struct hlist_node	hash;
	struct otr_pack		pack;
	char			text[];
};

static LIST_HEAD(printk_all);
static DEFINE_HASHTABLE(printk_by_text, 8);
static DEFINE_MUTEX(printk_kept_lock);	/* serialises additions to both */

/* For who reads the memory of a kernel. */
const struct otr_told otr_printk_told[] = {
	OTR_TOLD_AT("formats", printk_all),
	OTR_TOLD_MEMBER(otr_kept, link),
	OTR_TOLD_MEMBER(otr_kept, text),
	{}
};

/*
 * The instance that has the option trace_printk_dest, where texts and formats go;
 * the latter two are NULL while such are not wanted. They are read with preemption
 * off: an instance that loses the option, and may then go, waits for that.
 */
static struct otr_inst *printk_stacks_to, *printk_texts_to, *printk_formats_to;

/*
 * The same for constant texts, and for formats that are recorded as texts: in memory that
 * outlives a boot there is the text itself, not the place where we keep it.
 */
static struct otr_inst *printk_constants_to, *printk_formatted_to;

/* What the option trace_printk became when an instance changed it last. */
static bool printk_formats_wanted;

/**
 * otr_printk_follow - go where the option trace_printk_dest is now
 *
 * Whether a text is wanted says the option trace_printk of that instance; whether a
 * format is, whichever instance changed its option last, as in the in-tree tracer.
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps. Texts may still go where it
 * was until an RCU grace period is over.
 */
void otr_printk_follow(void)
{
	struct otr_inst *inst = NULL, *texts;

	mutex_lock(&otr_inst_lock);
	while ((inst = otr_inst_next(inst)))
		if (otr_inst_option(inst, OTR_OPT_PRINTK_DEST))
			break;
	WRITE_ONCE(printk_stacks_to, inst);
	texts = otr_inst_option(inst, OTR_OPT_PRINTK) ? inst : NULL;
	WRITE_ONCE(printk_texts_to, texts);
	WRITE_ONCE(printk_constants_to, inst->area ? NULL : texts);
	WRITE_ONCE(printk_formats_to, printk_formats_wanted && !inst->area ? inst : NULL);
	WRITE_ONCE(printk_formatted_to, printk_formats_wanted ? inst : NULL);
	mutex_unlock(&otr_inst_lock);
}

/**
 * otr_printk_switch - an instance's option trace_printk was changed
 * @on: to what
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps.
 */
void otr_printk_switch(bool on)
{
	printk_formats_wanted = on;
	otr_printk_follow();
}

/* What every text does once it is recorded. */
static __always_inline void printk_recorded(struct otr_inst *inst, unsigned long caller)
{
	otr_comm_want(READ_ONCE(inst->remember));
	if (unlikely(otr_inst_option(inst, OTR_OPT_STACKTRACE)))
		otr_stack_record(inst->ring, caller);
}

/* @newline: one is added at the end. */
static int printk_put_text(struct otr_inst *const *to, unsigned long ip, const char *text,
			   unsigned int len, bool newline, unsigned long caller)
{
	struct otr_inst *inst;
	bool done;

	preempt_disable_notrace();
	inst = READ_ONCE(*to);
	done = inst && otr_marker_say(inst->ring, ip, text, len, newline);
	if (done)
		printk_recorded(inst, caller);
	preempt_enable_notrace();
	return done ? len : 0;
}

/**
 * otr_printk_puts - record a text
 * @ip: where it came from
 * @text: the text; a newline is added where there is none at its end
 * @len: its length, in bytes
 *
 * Context: any, NMI included.
 * Return: @len, 0 when it was not recorded.
 */
int otr_printk_puts(unsigned long ip, const char *text, int len)
{
	return printk_put_text(&printk_texts_to, ip, text, len, len <= 0 || text[len - 1] != '\n',
			       _RET_IP_);
}
EXPORT_SYMBOL_GPL(otr_printk_puts);

/**
 * otr_printk_bputs - record a constant text
 * @ip: where it came from
 * @format: the text
 *
 * Context: any, NMI included.
 * Return: 1, 0 when it was not recorded.
 */
int otr_printk_bputs(unsigned long ip, const struct otr_printk_format *format)
{
	const struct otr_kept *kept = READ_ONCE(format->kept);
	struct otr_rec rec __uninitialized;
	struct otr_rec_bputs *out = NULL;
	struct otr_inst *inst;

	if (unlikely(!kept))
		return !!printk_put_text(&printk_texts_to, ip, format->text, strlen(format->text),
					 false, _RET_IP_);
	preempt_disable_notrace();
	inst = READ_ONCE(printk_constants_to);
	if (likely(inst))
		out = otr_ring_begin(inst->ring, &rec, sizeof(*out));
	if (out) {
		otr_record_head(&out->head, OTR_TYPE_BPUTS);
		out->ip = ip;
		out->str = kept->text;
		otr_ring_end(&rec);
		printk_recorded(inst, _RET_IP_);
	}
	preempt_enable_notrace();
	if (unlikely(!inst))
		return !!printk_put_text(&printk_texts_to, ip, format->text, strlen(format->text),
					 false, _RET_IP_);
	return !!out;
}
EXPORT_SYMBOL_GPL(otr_printk_bputs);

/* The arguments, packed: bytes, more than @room when there are too many. */
static __always_inline size_t printk_pack(const struct otr_kept *kept, void *to, size_t room,
					  va_list args)
{
	if (likely(kept->pack.known))
		return otr_pack_put(&kept->pack, to, room, args);
#ifdef CONFIG_BINARY_PRINTF
	/* The kernel leaves gaps in front of words. */
	memset(to, 0, room);
	return sizeof(u32) * vbin_printf(to, room / sizeof(u32), kept->text, args);
#else
	/* Nothing is kept on such a kernel. */
	return room + 1;
#endif
}

/* Out of line, as the text wants much of the stack. */
static noinline __printf(2, 0) int
printk_put_formatted(unsigned long ip, const char *fmt, va_list args, unsigned long caller)
{
	char text[TEXT_MAX];

	return printk_put_text(&printk_formatted_to, ip, text,
			       vscnprintf(text, sizeof(text), fmt, args), false, caller);
}

static int printk_put_format(unsigned long ip, const struct otr_printk_format *format, va_list args,
			     unsigned long caller)
{
	const struct otr_kept *kept = READ_ONCE(format->kept);
	struct otr_rec rec __uninitialized;
	u32 packed[TEXT_MAX / sizeof(u32)] __uninitialized;
	struct otr_rec_bprint *out = NULL;
	struct otr_inst *inst;
	size_t len;

	if (unlikely(!kept))
		return printk_put_formatted(ip, format->text, args, caller);
	preempt_disable_notrace();
	inst = READ_ONCE(printk_formats_to);
	if (unlikely(!inst)) {
		preempt_enable_notrace();
		return READ_ONCE(printk_formatted_to) ?
		       printk_put_formatted(ip, format->text, args, caller) : 0;
	}
	len = printk_pack(kept, packed, sizeof(packed), args);
	/* What fits is words, for which there is nothing to clear. */
	if (len <= sizeof(packed) && len % sizeof(u32))
		__builtin_unreachable();
	if (likely(len <= sizeof(packed)))
		out = otr_ring_begin(inst->ring, &rec, sizeof(*out) + len);
	if (out) {
		unsigned int i;

		otr_record_head(&out->head, OTR_TYPE_BPRINT);
		out->ip = ip;
		out->fmt = kept->text;
		for (i = 0; i < len / sizeof(u32); i++)
			out->buf[i] = packed[i];
		otr_ring_end(&rec);
		printk_recorded(inst, caller);
	}
	preempt_enable_notrace();
	return out ? len / sizeof(u32) : 0;
}

/**
 * otr_printk_vbprint - record a constant format and its arguments
 * @ip: where it came from
 * @format: the format
 * @args: the arguments
 *
 * Context: any, NMI included.
 * Return: 32-bit words that the arguments took; 0 when it was not recorded.
 */
int otr_printk_vbprint(unsigned long ip, const struct otr_printk_format *format, va_list args)
{
	return printk_put_format(ip, format, args, _RET_IP_);
}
EXPORT_SYMBOL_GPL(otr_printk_vbprint);

/**
 * otr_printk_bprint - record a constant format and its arguments
 * @ip: where it came from
 * @format: the format
 *
 * Context: any, NMI included.
 * Return: as otr_printk_vbprint().
 */
int otr_printk_bprint(unsigned long ip, const struct otr_printk_format *format, ...)
{
	va_list args;
	int done;

	va_start(args, format);
	done = printk_put_format(ip, format, args, _RET_IP_);
	va_end(args);
	return done;
}
EXPORT_SYMBOL_GPL(otr_printk_bprint);

/**
 * otr_printk_vprint - record the text of a format
 * @ip: where it came from
 * @fmt: the format
 * @args: its arguments
 *
 * Context: any, NMI included.
 * Return: bytes of the text, which is cut at 511; 0 when it was not recorded.
 */
int otr_printk_vprint(unsigned long ip, const char *fmt, va_list args)
{
	return printk_put_formatted(ip, fmt, args, _RET_IP_);
}
EXPORT_SYMBOL_GPL(otr_printk_vprint);

/**
 * otr_printk_print - record the text of a format
 * @ip: where it came from
 * @fmt: the format
 *
 * Context: any, NMI included.
 * Return: as otr_printk_vprint().
 */
int otr_printk_print(unsigned long ip, const char *fmt, ...)
{
	va_list args;
	int done;

	va_start(args, fmt);
	done = otr_printk_vprint(ip, fmt, args);
	va_end(args);
	return done;
}
EXPORT_SYMBOL_GPL(otr_printk_print);

/**
 * otr_printk_dump_stack - record the stack of callers
 * @mark: by which the engine knew that this will come
 * @skip: what to leave out, to 16; the first is the tracer itself, which is never shown
 *
 * Context: any, NMI included.
 */
void otr_printk_dump_stack(const struct otr_printk_format *mark, int skip)
{
	unsigned long caller[SKIP_MAX], from = _RET_IP_;
	unsigned int nr;

	if (skip > 1) {
		nr = stack_trace_save(caller, min(skip, SKIP_MAX), 1);
		if (nr)
			from = caller[nr - 1];
	}
	preempt_disable_notrace();
	otr_stack_record(READ_ONCE(printk_stacks_to)->ring, from);
	preempt_enable_notrace();
}
EXPORT_SYMBOL_GPL(otr_printk_dump_stack);

/* The copy of a text, made if it is new. */
static const struct otr_kept *printk_keep(const char *text)
{
	u32 key = full_name_hash(NULL, text, strlen(text));
	struct otr_kept *kept;

	hash_for_each_possible(printk_by_text, kept, hash, key)
		if (!strcmp(kept->text, text))
			return kept;
	kept = kzalloc(struct_size(kept, text, strlen(text) + 1), GFP_KERNEL);
	if (!kept)
		return NULL;
	memcpy(kept->text, text, strlen(text) + 1);
	otr_pack_read(&kept->pack, text);
	hash_add(printk_by_text, &kept->hash, key);
	list_add_tail_rcu(&kept->link, &printk_all);
	return kept;
}

static int printk_found(void *data, const char *name, unsigned long addr)
{
	struct otr_printk_format *format = (void *)addr;

	if (!strncmp(name, STACK_SYMBOL, strlen(STACK_SYMBOL)))
		*(bool *)data = true;
	if (strncmp(name, SYMBOL, strlen(SYMBOL)) || !format->text)
		return 0;
	/* Without memory for it, records of this one have their text. */
	if (IS_ENABLED(CONFIG_BINARY_PRINTF))
		WRITE_ONCE(format->kept, printk_keep(format->text));
	return 0;
}

static void printk_module_comes(struct module *mod)
{
	bool stacks = false;

	mutex_lock(&printk_kept_lock);
	otr_host_each_symbol(mod->name, printk_found, &stacks);
	mutex_unlock(&printk_kept_lock);
	if (!stacks)
		return;
	if (otr_stack_prepare())
		pr_warn("outrace: %s will record no stacks: no memory\n", mod->name);
}

static struct otr_modules printk_modules = { .coming = printk_module_comes };

/**
 * otr_printk_format - walk over the formats that were found
 * @nr: which, from 0
 *
 * Context: may sleep.
 * Return: the text, which stays; NULL behind the last one.
 */
const char *otr_printk_format(unsigned int nr)
{
	const struct otr_kept *kept;
	const char *text = NULL;

	rcu_read_lock();
	list_for_each_entry_rcu(kept, &printk_all, link) {
		if (nr--)
			continue;
		text = kept->text;
		break;
	}
	rcu_read_unlock();
	return text;
}

static void printk_add_format(struct seq_buf *out, const struct otr_rec_bprint *rec)
{
#ifdef CONFIG_BINARY_PRINTF
	size_t room, len;
	char *at;

	room = seq_buf_get_buf(out, &at);
	len = bstr_printf(at, room, rec->fmt, rec->buf);
	seq_buf_commit(out, len < room ? len : -1);
#endif
}

static void printk_print_format(struct otr_line *line)
{
	const struct otr_rec_bprint *rec = line->rec;

	otr_print_ip(line, rec->ip);
	seq_buf_puts(line->out, ": ");
	printk_add_format(line->out, rec);
}

static void printk_print_format_raw(struct otr_line *line)
{
	const struct otr_rec_bprint *rec = line->rec;

	seq_buf_printf(line->out, ": %lx : ", rec->ip);
	printk_add_format(line->out, rec);
}

static void printk_print_format_alone(struct otr_line *line)
{
	printk_add_format(line->out, line->rec);
}

static void printk_print_constant(struct otr_line *line)
{
	const struct otr_rec_bputs *rec = line->rec;

	otr_print_ip(line, rec->ip);
	seq_buf_puts(line->out, ": ");
	seq_buf_puts(line->out, rec->str);
}

static void printk_print_constant_raw(struct otr_line *line)
{
	const struct otr_rec_bputs *rec = line->rec;

	seq_buf_printf(line->out, ": %lx : %s", rec->ip, rec->str);
}

static void printk_print_constant_alone(struct otr_line *line)
{
	const struct otr_rec_bputs *rec = line->rec;

	seq_buf_puts(line->out, rec->str);
}

static const struct otr_field printk_bprint_fields[] = {
	OTR_FIELD(struct otr_rec_bprint, unsigned long, ip),
	{ "const char *", "fmt", offsetof(struct otr_rec_bprint, fmt), sizeof(char *) },
	{ "u32", "buf[]", offsetof(struct otr_rec_bprint, buf), 0 },
	{}
};

static struct otr_event printk_bprint_event = {
	.id		= OTR_TYPE_BPRINT,
	.system		= "ftrace",
	.name		= "bprint",
	.fields		= printk_bprint_fields,
	.print_fmt	= "\"%ps: %s\", (void *)REC->ip, REC->fmt",
	.text		= printk_print_format,
	.raw		= printk_print_format_raw,
	.alone		= printk_print_format_alone,
};

static const struct otr_field printk_bputs_fields[] = {
	OTR_FIELD(struct otr_rec_bputs, unsigned long, ip),
	{ "const char *", "str", offsetof(struct otr_rec_bputs, str), sizeof(char *) },
	{}
};

static struct otr_event printk_bputs_event = {
	.id		= OTR_TYPE_BPUTS,
	.system		= "ftrace",
	.name		= "bputs",
	.fields		= printk_bputs_fields,
	.print_fmt	= "\"%ps: %s\", (void *)REC->ip, REC->str",
	.text		= printk_print_constant,
	.raw		= printk_print_constant_raw,
	.alone		= printk_print_constant_alone,
};

static struct otr_event *const printk_events[] = { &printk_bprint_event, &printk_bputs_event };

/**
 * otr_printk_init - be ready for modules that print into the trace
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_printk_init(void)
{
	int err = otr_event_register_all(printk_events, ARRAY_SIZE(printk_events));

	if (err)
		return err;
	mutex_lock(&otr_tracer_lock);
	otr_printk_switch(otr_inst_option(otr_inst_top(), OTR_OPT_PRINTK));
	mutex_unlock(&otr_tracer_lock);
	otr_modules_watch(&printk_modules);
	return 0;
}

/**
 * otr_printk_exit - the counterpart of otr_printk_init()
 *
 * Context: module unload: no module needs us, and no record is printed any more.
 */
void otr_printk_exit(void)
{
	struct otr_kept *kept, *next;

	otr_modules_unwatch(&printk_modules);
	otr_event_unregister_all(printk_events, ARRAY_SIZE(printk_events));
	/* A dump when something went wrong reads them. */
	synchronize_rcu();
	list_for_each_entry_safe(kept, next, &printk_all, link)
		kfree(kept);
	INIT_LIST_HEAD(&printk_all);
	hash_init(printk_by_text);
}
