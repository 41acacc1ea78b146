// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running a program: from a source to a record.
 *
 * There is one text of it and two that the compiler makes: for probes in the kernel, where
 * nothing may wait, and for those in programs, where memory may have to be brought in.
 */
#include <linux/errno.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/thread_info.h>
#include <linux/uaccess.h>

#include "fetch/plan.h"
#include "host/host.h"

/* Texts of programs are copied in pieces that do not reach over a page's end. */
#define RUN_PIECE	64

/* The lowest and the highest bit of each byte. */
#define RUN_LOW		0x0101010101010101ULL
#define RUN_HIGH	0x8080808080808080ULL

/**
 * struct run - a program that is being run
 * @rec: the record
 * @end: its length so far
 * @room: how long it can get
 * @user: memory is a program's, and may be waited for
 */
struct run {
	void		*rec;
	unsigned int	end;
	unsigned int	room;
	bool		user;
};

/**
 * otr_fetch_stack_word - a word of the kernel's stack
 * @stack: value of the stack pointer
 * @nr: which, from there upwards
 *
 * Context: any, NMI included.
 * Return: it, 0 if it is not on that stack.
 */
u64 otr_fetch_stack_word(unsigned long stack, unsigned int nr)
{
	unsigned long addr = stack + nr * sizeof(u64);
	u64 value;

	if (((addr ^ stack) & ~(THREAD_SIZE - 1)) || !otr_host_peek(&value, addr))
		return 0;
	return value;
}

static __always_inline bool run_copy(void *to, u64 addr, size_t size, bool from_user, bool sleeps)
{
	if (sleeps)
		return !copy_from_user(to, (const void __user *)addr, size);
	if (from_user)
		return !copy_from_user_nofault(to, (const void __user *)addr, size);
	return !copy_from_kernel_nofault(to, (const void *)addr, size);
}

static __always_inline bool run_read(u64 *to, u64 addr, bool from_user, bool sleeps)
{
	if (from_user || sleeps)
		return run_copy(to, addr, sizeof(*to), from_user, sleeps);
	return otr_host_peek(to, addr);
}

/* The lowest bit that is set is in the first byte that is zero. */
static __always_inline u64 run_zeros(u64 word)
{
	return (word - RUN_LOW) & ~word & RUN_HIGH;
}

/* What a word does not reach: at the end of the room, or of what can be read. */
static noinline int run_text_end(char *to, u64 addr, unsigned int len, unsigned int room)
{
	for (; len < room; len++) {
		if (copy_from_kernel_nofault(to + len, (const void *)(addr + len), 1))
			return -EFAULT;
		if (!to[len])
			return len + 1;
	}
	/* Cut. */
	to[room - 1] = '\0';
	return room;
}

/**
 * otr_fetch_text - copy a text of the kernel
 * @to: where to
 * @addr: where it is, or nothing
 * @room: bytes at @to, not 0; a text that does not fit is cut
 *
 * It is copied and measured in one go, a word at a time. Some bytes behind it are changed, too.
 *
 * Context: any, NMI included.
 * Return: its bytes, with the zero; -EFAULT where nothing can be read.
 */
int otr_fetch_text(char *to, u64 addr, unsigned int room)
{
	unsigned int len = 0, whole = room & ~7U;
	u64 word, zeros;

	if (unlikely(!otr_host_may_peek(addr, room)))
		whole = 0;
	for (; len < whole; len += sizeof(word)) {
		if (unlikely(!otr_host_peek_at(&word, addr + len)))
			break;
		put_unaligned(word, (u64 *)(to + len));
		zeros = run_zeros(word);
		if (zeros)
			return len + __ffs(zeros) / 8 + 1;
	}
	return run_text_end(to, addr, len, room);
}

static int run_user_text(char *to, u64 addr, unsigned int room)
{
	unsigned int len = 0;

	while (len < room) {
		size_t piece = min_t(size_t, RUN_PIECE - (addr + len) % RUN_PIECE, room - len);
		const char *zero;

		if (!run_copy(to + len, addr + len, piece, true, false))
			return -EFAULT;
		zero = memchr(to + len, '\0', piece);
		if (zero)
			return zero + 1 - to;
		len += piece;
	}
	to[room - 1] = '\0';
	return room;
}

static int run_sleeping_text(char *to, u64 addr, unsigned int room)
{
	long len = strncpy_from_user(to, (const char __user *)addr, room);

	if (len < 0)
		return len;
	if (len < room)
		return len + 1;
	to[room - 1] = '\0';
	return room;
}

/* A text that is there, of so many bytes at most. */
static int run_known_text(char *to, const char *text, unsigned int most, unsigned int room)
{
	unsigned int len = strnlen(text, min(most, room) - 1);

	memcpy(to, text, len);
	to[len] = '\0';
	return len + 1;
}

static int run_symbol(char *to, u64 addr, unsigned int room)
{
	char text[KSYM_SYMBOL_LEN];

	sprint_symbol(text, addr);
	return run_known_text(to, text, sizeof(text), room);
}

static int run_text(enum otr_fetch_op op, char *to, u64 value, unsigned int room, bool sleeps)
{
	switch (op) {
	case OTR_FETCH_OP_SYMSTR:
		return run_symbol(to, value, room);
	case OTR_FETCH_OP_TEXT:
		return run_known_text(to, (const char *)value, OTR_FETCH_STRING, room);
	case OTR_FETCH_OP_COMM:
		return run_known_text(to, (const char *)value, TASK_COMM_LEN, room);
	case OTR_FETCH_OP_USTR:
		return sleeps ? run_sleeping_text(to, value, room) :
				run_user_text(to, value, room);
	default:
		return sleeps ? run_sleeping_text(to, value, room) :
				otr_fetch_text(to, value, room);
	}
}

/* A text goes to the end of the record; its slot says where, and how long it is: 0 for none. */
static __always_inline void run_put_text(struct run *run, const struct otr_fetch_step *step,
					 unsigned int element, u64 value)
{
	void *slot = run->rec + step->slot + element * sizeof(u32);
	unsigned int room = min(run->room - run->end, OTR_FETCH_STRING);
	int len = -ENOMEM;

	if (likely(room)) {
		if (step->op == OTR_FETCH_OP_STR && !run->user)
			len = otr_fetch_text(run->rec + run->end, value, room);
		else
			len = run_text(step->op, run->rec + run->end, value, room, run->user);
	}
	len = max(len, 0);
	put_unaligned((u32)len << 16 | run->end, (u32 *)slot);
	run->end += len;
}

/* Slots of an argument that could not be read, from an element on. */
static void run_fault(const struct run *run, const struct otr_fetch_step *step, unsigned int from)
{
	unsigned int nr = step->nr ?: 1;

	memset(run->rec + step->slot + from * step->size, 0, (nr - from) * step->size);
}

static __always_inline void run_put(const struct otr_fetch_step *step, void *to, u64 value)
{
	switch (step->size) {
	case 8:
		put_unaligned(value, (u64 *)to);
		break;
	case 4:
		put_unaligned((u32)value, (u32 *)to);
		break;
	case 2:
		put_unaligned((u16)value, (u16 *)to);
		break;
	default:
		*(u8 *)to = value;
	}
}

/* An array of which not all can be read: as many elements as can. */
static void run_put_elements(const struct run *run, const struct otr_fetch_step *step, u64 addr,
			     bool from_user, bool sleeps)
{
	unsigned int i;

	run_fault(run, step, 0);
	for (i = 0; i < step->nr; i++) {
		u64 element = 0;

		if (run_copy(&element, addr + i * step->size, step->size, from_user, sleeps))
			run_put(step, run->rec + step->slot + i * step->size, element);
	}
}

static __always_inline void run_put_memory(const struct run *run,
					   const struct otr_fetch_step *step, u64 addr,
					   bool sleeps)
{
	bool from_user = step->op == OTR_FETCH_OP_UMEM;
	size_t size = step->size * (step->nr ?: 1);
	void *to = run->rec + step->slot;
	u64 word;

	if (likely(step->size == sizeof(word) && !step->nr)) {
		if (unlikely(!run_read(&word, addr, from_user, sleeps)))
			word = 0;
		put_unaligned(word, (u64 *)to);
	} else if (unlikely(!run_copy(to, addr, size, from_user, sleeps))) {
		run_put_elements(run, step, addr, from_user, sleeps);
	}
}

/* Of what was put, some bits. */
static void run_bits(const struct run *run, const struct otr_fetch_step *step)
{
	unsigned int above = 64 - 8 * step->size, i;

	for (i = 0; i < (step->nr ?: 1); i++) {
		void *at = run->rec + step->slot + i * step->size;
		u64 value = otr_fetch_number(at, step->size) << (above + step->left);

		run_put(step, at, value >> (above + step->right));
	}
}

/* The first value of an argument, where it takes more than to look. */
static __always_inline u64 run_value(const struct otr_fetch_step *step,
				     const struct otr_fetch_source *source, bool sleeps)
{
	u64 value;

	switch (step->op) {
	case OTR_FETCH_OP_IMM:
		/* Pairs with nothing: a symbol's address before or after it is found. */
		return READ_ONCE(step->imm);
	case OTR_FETCH_OP_SAVED:
		return source->saved[step->offset];
	case OTR_FETCH_OP_STACK:
		if (!sleeps)
			return otr_fetch_stack_word(source->stack, step->offset);
		value = source->stack + (u64)(u32)step->offset * sizeof(value);
		return run_read(&value, value, true, true) ? value : 0;
	case OTR_FETCH_OP_STACKP:
		return source->stack;
	case OTR_FETCH_OP_FIELD:
		return otr_access_number(&step->access, source->base);
	case OTR_FETCH_OP_FIELD_AT:
		return (unsigned long)otr_access_bytes(&step->access, source->base).at;
	case OTR_FETCH_OP_FILE:
		return source->file + step->imm;
	case OTR_FETCH_OP_CURRENT:
		return (unsigned long)current + step->offset;
	default:
		return 0;
	}
}

/* An element of an array is done: the step in front of what does the next one. */
static const struct otr_fetch_step *run_again(const struct run *run,
					      const struct otr_fetch_step *step,
					      unsigned int *element)
{
	if (++*element < step->nr && step->again)
		return step - step->again - 1;
	if (*element < step->nr)
		run_fault(run, step, *element);
	*element = 0;
	return step;
}

static __always_inline unsigned int run_steps(const struct otr_fetch *fetch,
					      const struct otr_fetch_step *step,
					      const struct otr_fetch_source *source, void *rec,
					      unsigned int room, bool sleeps)
{
	struct run run = { .rec = rec, .end = fetch->size, .room = room, .user = sleeps };
	unsigned int element = 0;
	u64 value = 0, from = 0;

	for (;; step++) {
		step = otr_fetch_run_words(step, source->base, rec, true);
		switch (step->op) {
		case OTR_FETCH_OP_STR_AT:
			value = *(const u64 *)(source->base + step->offset) + step->behind;
			run_put_text(&run, step, 0, value);
			break;
		case OTR_FETCH_OP_END:
			return run.end;
		case OTR_FETCH_OP_GET:
			value = *(const u64 *)(source->base + step->offset);
			break;
		case OTR_FETCH_OP_READ:
		case OTR_FETCH_OP_UREAD:
			from = value;
			if (likely(run_read(&value, from + step->offset,
					    step->op == OTR_FETCH_OP_UREAD, sleeps)))
				break;
			run_fault(&run, step, element);
			element = 0;
			step += step->rest;
			break;
		case OTR_FETCH_OP_PUT:
			run_put(step, rec + step->slot, value);
			break;
		case OTR_FETCH_OP_MEM:
		case OTR_FETCH_OP_UMEM:
			run_put_memory(&run, step, value + step->offset, sleeps);
			break;
		case OTR_FETCH_OP_STR:
		case OTR_FETCH_OP_USTR:
		case OTR_FETCH_OP_SYMSTR:
		case OTR_FETCH_OP_TEXT:
		case OTR_FETCH_OP_COMM:
			run_put_text(&run, step, element, value + step->offset);
			break;
		case OTR_FETCH_OP_SHIFT:
			value = value << step->left >> step->right;
			break;
		case OTR_FETCH_OP_PERCPU:
			value = (unsigned long)raw_cpu_ptr((void __percpu *)value);
			break;
		case OTR_FETCH_OP_AGAIN:
			/* The next address is behind the one that was read. */
			value = from + sizeof(value);
			step = run_again(&run, step, &element);
			break;
		case OTR_FETCH_OP_BITS:
			run_bits(&run, step);
			break;
		default:
			value = run_value(step, source, sleeps);
		}
	}
}

/**
 * otr_fetch_run_rest - the part of otr_fetch_run() that is not in line
 * @fetch: the arguments
 * @step: the first step that was not done
 * @source: where values come from
 * @rec: the record
 * @room: bytes there
 *
 * Context: any, NMI included; preemption off.
 * Return: the record's length.
 */
unsigned int otr_fetch_run_rest(const struct otr_fetch *fetch, const struct otr_fetch_step *step,
				const struct otr_fetch_source *source, void *rec,
				unsigned int room)
{
	return run_steps(fetch, step, source, rec, room, false);
}

/**
 * otr_fetch_run_user - fill a record with the arguments of a probe in a program
 * @fetch: the arguments, for OTR_FETCH_USER
 * @source: where values come from
 * @rec: as for otr_fetch_run()
 * @room: likewise
 *
 * All memory is the running task's.
 *
 * Context: may sleep.
 * Return: the record's length.
 */
unsigned int otr_fetch_run_user(const struct otr_fetch *fetch,
				const struct otr_fetch_source *source, void *rec,
				unsigned int room)
{
	return run_steps(fetch, fetch->steps, source, rec, room, true);
}
