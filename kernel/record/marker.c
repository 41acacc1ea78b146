// SPDX-License-Identifier: GPL-2.0-only
/* Markers: user space writes text or bytes into the trace. */
#include <linux/instruction_pointer.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "event/event.h"
#include "record/internal.h"

/* A longer write is cut, and its caller writes the rest again. */
#define MARKER_MAX	4096

/*
 * Nor is a record longer than what the smallest pages have room for, whatever size
 * they are: in-tree, texts are cut there, and more bytes than that are refused.
 */
#define RECORD_MAX	(PAGE_SIZE - sizeof(struct otr_page) - OTR_REC_HEAD - sizeof(u32))

/* What a record says whose data could not be read. */
static const char marker_faulted[] = "<faulted>";
#define FAULTED_LEN	(sizeof(marker_faulted) - 1)

/*
 * Size of a raw marker's record of @len bytes: there is always room for that text. As
 * in-tree the id counts twice, so readers see zeros behind the bytes.
 */
static size_t marker_raw_size(size_t len)
{
	return sizeof(struct otr_rec_raw) + max(len, sizeof(__u32) + FAULTED_LEN);
}

/* Clear what is behind @from bytes of it, its id included. */
static void marker_raw_clear(struct otr_rec_raw *out, size_t len, size_t from)
{
	size_t room = ALIGN(marker_raw_size(len), sizeof(u32)) - offsetof(struct otr_rec_raw, id);

	memset((void *)&out->id + from, 0, room - from);
}

/*
 * Straight into a record: no second copy, and no fault may sleep here. We are in
 * a system call of the task whose memory it is. Memory that is not in, as the first
 * touch of a file's page finds it, is fetched once more where a fault may sleep.
 */
static __always_inline bool marker_fetch(void *to, const char __user *from, size_t len)
{
	unsigned long left;

	if (unlikely(!access_ok(from, len)))
		return false;
	pagefault_disable();
	left = __copy_from_user_inatomic(to, from, len);
	pagefault_enable();
	return likely(!left);
}

/* What of a text is taken; the compiler sees that the common record is a short one. */
static __always_inline size_t marker_cut(size_t len)
{
	const size_t around = sizeof(struct otr_rec_print) + 2;

	if (likely(len <= OTR_REC_SHORT_MAX - around))
		return len;
	return min3(len, RECORD_MAX - around, (size_t)MARKER_MAX);
}

/* End the text with one newline, and zero. */
static void marker_finish_text(char *text, size_t len)
{
	if (!len || text[len - 1] != '\n')
		text[len++] = '\n';
	text[len] = '\0';
}

/* Record a text whose memory was not in, or that there is none. */
static noinline ssize_t marker_mark_slowly(struct otr_ring *ring, unsigned long ip,
					   const char __user *from, size_t len)
{
	char *text = memdup_user(from, len);
	ssize_t done = len;

	if (PTR_ERR_OR_ZERO(text) == -ENOMEM)
		return -ENOMEM;
	if (IS_ERR(text))
		return otr_marker_say(ring, ip, marker_faulted, FAULTED_LEN, true) ? -EFAULT :
										     -EBADF;
	if (!otr_marker_say(ring, ip, text, len, !len || text[len - 1] != '\n'))
		done = -EBADF;
	kfree(text);
	return done;
}

/*
 * Record a text that triggers may look at: as the user wrote it, before a newline is added.
 * Only while something is recorded do they see it. False if nothing is.
 */
static bool marker_mark_text(struct otr_inst *inst, unsigned long ip, const char *text, size_t len,
			     unsigned long probe)
{
	struct otr_later later = {};
	struct otr_rec_print *out;
	struct otr_rec rec __uninitialized;
	struct otr_sub *sub;

	preempt_disable_notrace();
	out = otr_ring_begin(inst->ring, &rec, sizeof(*out) + len + 2);
	if (out) {
		otr_record_head(&out->head, OTR_TYPE_PRINT);
		out->ip = ip;
		memcpy(out->text, text, len);
		out->text[len] = '\0';
		out->text[len + 1] = '\0';
		/* Those that wanted it may have gone. */
		sub = READ_ONCE(inst->markers);
		if (sub)
			otr_event_offer(sub, out, sizeof(*out) + len + 2, probe,
					otr_ring_rec_time(&rec), &later);
		marker_finish_text(out->text, len);
		otr_ring_end(&rec);
		otr_comm_want(READ_ONCE(inst->remember));
		otr_event_follow(sub, &later, probe);
	}
	preempt_enable_notrace();
	return out;
}

static noinline ssize_t marker_mark_tapped(struct otr_inst *inst, unsigned long ip,
					   const char __user *from, size_t len)
{
	const char *text = memdup_user(from, len);
	bool there = !IS_ERR(text), done;

	if (PTR_ERR_OR_ZERO(text) == -ENOMEM)
		return -ENOMEM;
	done = marker_mark_text(inst, ip, there ? text : marker_faulted, there ? len : FAULTED_LEN,
				_RET_IP_);
	if (there)
		kfree(text);
	if (!done)
		return -EBADF;
	return there ? len : -EFAULT;
}

/*
 * Markers of the first instance do not go there, or not only: some other one has the
 * option copy_trace_marker.
 */
static bool marker_apart;

/**
 * otr_marker_follow - the option copy_trace_marker was changed: markers go where it is on
 *
 * Context: otr_inst_lock free; may sleep.
 */
void otr_marker_follow(void)
{
	struct otr_inst *top = otr_inst_top(), *inst = top;
	bool apart = !otr_inst_option(top, OTR_OPT_COPY_MARKER);

	mutex_lock(&otr_inst_lock);
	while ((inst = otr_inst_next(inst)))
		apart |= otr_inst_option(inst, OTR_OPT_COPY_MARKER);
	WRITE_ONCE(marker_apart, apart);
	mutex_unlock(&otr_inst_lock);
}

static __always_inline bool marker_goes_elsewhere(const struct otr_inst *inst)
{
	return unlikely(READ_ONCE(marker_apart)) && inst == otr_inst_top();
}

/* The next instance that markers of the first one go to. otr_inst_lock is held. */
static struct otr_inst *marker_next(struct otr_inst *inst)
{
	do {
		inst = otr_inst_next(inst);
	} while (inst && !otr_inst_option(inst, OTR_OPT_COPY_MARKER));
	return inst;
}

/* Record a text in all instances that want it, up to the first one that cannot. */
static noinline ssize_t marker_mark_copies(unsigned long ip, const char __user *from, size_t len)
{
	const char *text = memdup_user(from, len);
	bool there = !IS_ERR(text);
	struct otr_inst *inst = NULL;
	ssize_t done = -ENODEV;

	if (PTR_ERR_OR_ZERO(text) == -ENOMEM)
		return -ENOMEM;
	mutex_lock(&otr_inst_lock);
	while ((inst = marker_next(inst))) {
		done = there ? len : -EFAULT;
		if (!marker_mark_text(inst, ip, there ? text : marker_faulted,
				      there ? len : FAULTED_LEN, _RET_IP_)) {
			done = -EBADF;
			break;
		}
	}
	mutex_unlock(&otr_inst_lock);
	if (there)
		kfree(text);
	return done;
}

/*
 * The address of a marker's record is looked up when it is printed, and
 * programs that read traces know markers by the name that comes out. So this
 * function's name is part of the interface, and it may not be inlined.
 */
static noinline ssize_t tracing_mark_write(struct otr_inst *inst, const char __user *from,
					   size_t len)
{
	struct otr_rec_print *out;
	struct otr_rec rec __uninitialized;

	len = marker_cut(len);
	if (unlikely(READ_ONCE(inst->markers)) || marker_goes_elsewhere(inst)) {
		ssize_t done = marker_goes_elsewhere(inst) ?
			       marker_mark_copies(_THIS_IP_, from, len) :
			       marker_mark_tapped(inst, _THIS_IP_, from, len);

		/* No tail call: stacks begin here. */
		barrier();
		return done;
	}
	preempt_disable_notrace();
	out = otr_ring_begin(inst->ring, &rec, sizeof(*out) + max(len, FAULTED_LEN) + 2);
	if (!out) {
		preempt_enable_notrace();
		return -EBADF;
	}
	otr_record_head(&out->head, OTR_TYPE_PRINT);
	out->ip = _THIS_IP_;
	/* A short text leaves room, of which the record's last word is cleared already. */
	memset(out->text, 0, sizeof(u64));
	if (unlikely(!marker_fetch(out->text, from, len))) {
		otr_ring_discard(&rec);
		preempt_enable_notrace();
		return marker_mark_slowly(inst->ring, _THIS_IP_, from, len);
	}
	marker_finish_text(out->text, len);
	otr_ring_end(&rec);
	otr_comm_want(READ_ONCE(inst->remember));
	preempt_enable_notrace();
	return len;
}

/**
 * otr_marker_write - record a text from user space
 * @inst: the instance
 * @from: the text
 * @len: its length; at most 4 KiB of it, and at most what a record on one of the
 *	 machine's pages holds, are taken
 *
 * Context: a task; sleeps when the text is in memory that has to be brought in.
 * Return: bytes taken; -EINVAL when markers are switched off; -EBADF when
 * recording is; -ENODEV where all markers of the first instance go if no instance wants
 * them; -ENOMEM; -EFAULT, with a record that says so.
 */
ssize_t otr_marker_write(struct otr_inst *inst, const char __user *from, size_t len)
{
	if (!otr_inst_option(inst, OTR_OPT_MARKERS) || (ssize_t)len < 0)
		return -EINVAL;
	return tracing_mark_write(inst, from, len);
}

/**
 * otr_marker_say - record a text of the kernel's
 * @ring: the ring
 * @ip: the address that it is said to come from
 * @text: the text
 * @len: its length, in bytes
 * @line: add a newline
 *
 * Context: any, NMI included.
 * Return: whether it was recorded.
 */
bool otr_marker_say(struct otr_ring *ring, unsigned long ip, const char *text, size_t len,
		    bool line)
{
	struct otr_rec_print *out;
	struct otr_rec rec __uninitialized;

	preempt_disable_notrace();
	out = otr_ring_begin(ring, &rec, sizeof(*out) + len + line + 1);
	if (out) {
		otr_record_head(&out->head, OTR_TYPE_PRINT);
		out->ip = ip;
		memcpy(out->text, text, len);
		if (line)
			out->text[len] = '\n';
		out->text[len + line] = '\0';
		otr_ring_end(&rec);
	}
	preempt_enable_notrace();
	return out;
}

/*
 * Begin a raw marker's record: NULL while nothing is recorded, otherwise preemption
 * is off until marker_end_raw().
 */
static __always_inline struct otr_rec_raw *marker_begin_raw(struct otr_inst *inst,
							    struct otr_rec *rec, size_t len)
{
	struct otr_rec_raw *out;

	preempt_disable_notrace();
	out = otr_ring_begin(inst->ring, rec, marker_raw_size(len));
	if (!out) {
		preempt_enable_notrace();
		return NULL;
	}
	otr_record_head(&out->head, OTR_TYPE_RAW_DATA);
	marker_raw_clear(out, len, len);
	return out;
}

static __always_inline void marker_end_raw(struct otr_inst *inst, struct otr_rec *rec)
{
	otr_ring_end(rec);
	otr_comm_want(READ_ONCE(inst->remember));
	preempt_enable_notrace();
}

/* Record bytes, or, for NULL, that they could not be read: @len, or an errno. */
static ssize_t marker_write_bytes(struct otr_inst *inst, const char *data, size_t len)
{
	struct otr_rec_raw *out;
	struct otr_rec rec __uninitialized;

	out = marker_begin_raw(inst, &rec, len);
	if (!out)
		return -EBADF;
	if (!data)
		marker_raw_clear(out, len, 0);
	out->id = data ? *(u32 *)data : -1;
	if (data)
		memcpy(out->data, data + sizeof(out->id), len - sizeof(out->id));
	else
		memcpy(out->data, marker_faulted, FAULTED_LEN);
	marker_end_raw(inst, &rec);
	return data ? len : -EFAULT;
}

/*
 * Record bytes whose memory was not in, or that there is none; or in all instances that want
 * them, up to the first one that cannot.
 */
static noinline ssize_t marker_write_raw_slowly(struct otr_inst *inst, const char __user *from,
						size_t len)
{
	char *data = memdup_user(from, len), *there = IS_ERR(data) ? NULL : data;
	struct otr_inst *to = NULL;
	ssize_t done = -ENODEV;

	if (PTR_ERR_OR_ZERO(data) == -ENOMEM)
		return -ENOMEM;
	if (marker_goes_elsewhere(inst)) {
		mutex_lock(&otr_inst_lock);
		while (done != -EBADF && (to = marker_next(to)))
			done = marker_write_bytes(to, there, len);
		mutex_unlock(&otr_inst_lock);
	} else {
		done = marker_write_bytes(inst, there, len);
	}
	kfree(there);
	return done;
}

/**
 * otr_marker_write_raw - record bytes from user space
 * @inst: the instance
 * @from: a 32-bit id, then the bytes
 * @len: their length together
 *
 * Context: a task; sleeps when the bytes are in memory that has to be brought in.
 * Return: @len; -EINVAL when markers are switched off, without an id, or with
 * more than a record holds; -EBADF when recording is off; -ENODEV as for texts; -ENOMEM;
 * -EFAULT, with a record that says so.
 */
ssize_t otr_marker_write_raw(struct otr_inst *inst, const char __user *from, size_t len)
{
	struct otr_rec_raw *out;
	struct otr_rec rec __uninitialized;

	if (!otr_inst_option(inst, OTR_OPT_MARKERS) || len < sizeof(__u32))
		return -EINVAL;
	if (len > RECORD_MAX || marker_raw_size(len) > RECORD_MAX)
		return -EINVAL;
	if (marker_goes_elsewhere(inst))
		return marker_write_raw_slowly(inst, from, len);
	out = marker_begin_raw(inst, &rec, len);
	if (!out)
		return -EBADF;
	if (unlikely(!marker_fetch(&out->id, from, len))) {
		otr_ring_discard(&rec);
		preempt_enable_notrace();
		return marker_write_raw_slowly(inst, from, len);
	}
	marker_end_raw(inst, &rec);
	return len;
}

/* As long as its record at most: one of before may have lost its end. */
static int marker_text_len(const struct otr_line *line)
{
	return line->len - sizeof(struct otr_rec_print);
}

static void marker_print_text(struct otr_line *line)
{
	const struct otr_rec_print *rec = line->rec;

	otr_print_ip(line, rec->ip);
	seq_buf_printf(line->out, ": %.*s", marker_text_len(line), rec->text);
}

static void marker_print_text_raw(struct otr_line *line)
{
	const struct otr_rec_print *rec = line->rec;

	seq_buf_printf(line->out, "# %lx %.*s", rec->ip, marker_text_len(line), rec->text);
}

static void marker_print_text_alone(struct otr_line *line)
{
	const struct otr_rec_print *rec = line->rec;

	seq_buf_printf(line->out, "%.*s", marker_text_len(line), rec->text);
}

static const struct otr_field marker_print_fields[] = {
	OTR_FIELD(struct otr_rec_print, unsigned long, ip),
	{ "char", "buf[]", offsetof(struct otr_rec_print, text), 0, OTR_CHAR_SIGNED },
	{}
};

/* Subscribed for triggers alone: they are written in any case. */
static int marker_attach(struct otr_event *ev, struct otr_sub *sub)
{
	WRITE_ONCE(sub->inst->markers, sub);
	return 0;
}

/* The subscription outlives its readers. */
static void marker_detach(struct otr_event *ev, struct otr_sub *sub)
{
	WRITE_ONCE(sub->inst->markers, NULL);
}

static const struct otr_event_ops marker_ops = {
	.attach	= marker_attach,
	.detach	= marker_detach,
};

static struct otr_event marker_print_event = {
	.id		= OTR_TYPE_PRINT,
	.system		= "ftrace",
	.name		= "print",
	.flags		= OTR_EVENT_ID | OTR_EVENT_ALWAYS,
	.fields		= marker_print_fields,
	.print_fmt	= "\"%ps: %s\", (void *)REC->ip, REC->buf",
	.text		= marker_print_text,
	.raw		= marker_print_text_raw,
	.alone		= marker_print_text_alone,
	.ops		= &marker_ops,
};

static void marker_print_bytes(struct otr_line *line)
{
	const struct otr_rec_raw *rec = line->rec;
	const u8 *end = line->rec + line->len;
	const u8 *byte;

	seq_buf_printf(line->out, "# %x buf:", rec->id);
	for (byte = rec->data; byte < end; byte++)
		seq_buf_printf(line->out, " %02x", *byte);
	seq_buf_putc(line->out, '\n');
}

static const struct otr_field marker_raw_fields[] = {
	OTR_FIELD(struct otr_rec_raw, unsigned int, id),
	{ "char", "buf[]", offsetof(struct otr_rec_raw, data), 0, OTR_CHAR_SIGNED },
	{}
};

static struct otr_event marker_raw_event = {
	.id		= OTR_TYPE_RAW_DATA,
	.system		= "ftrace",
	.name		= "raw_data",
	.fields		= marker_raw_fields,
	.print_fmt	= "\"id:%04x %08x\", REC->id, (int)REC->buf[0]",
	.text		= marker_print_bytes,
	.raw		= marker_print_bytes,
};

static struct otr_event *const marker_events[] = { &marker_print_event, &marker_raw_event };

/**
 * otr_marker_init - make the markers' records known
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_marker_init(void)
{
	return otr_event_register_all(marker_events, ARRAY_SIZE(marker_events));
}

/**
 * otr_marker_exit - the counterpart of otr_marker_init()
 *
 * Context: module unload.
 */
void otr_marker_exit(void)
{
	otr_event_unregister_all(marker_events, ARRAY_SIZE(marker_events));
}
