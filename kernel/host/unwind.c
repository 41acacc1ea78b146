// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callers of this place, found faster than the kernel's unwinder does.
 *
 * The kernel has a table (ORC) that says of each instruction how far up the stack the caller's
 * frame is. Its unwinder looks an address up each time, of modules in a tree and then in all
 * of the module's table; here what was found is remembered in a word by the address. Words
 * are forgotten when text goes, and when a module comes: addresses are used again, and not
 * only by modules.
 *
 * Only plain frames are followed here: a call, on the stack that we are on, into such text.
 * With the first one that is not the kernel's unwinder goes on from there, so what is found
 * is what it would have found by itself.
 */
#include <linux/cache.h>
#include <linux/hash.h>
#include <linux/module.h>
#include <linux/sched/task_stack.h>
#include <linux/stacktrace.h>
#include <linux/static_call.h>
#include <linux/string.h>

#include "host/host.h"

#ifdef CONFIG_UNWINDER_ORC

#include <asm/orc_lookup.h>
#include <asm/orc_types.h>
#include <asm/processor.h>
#include <asm/unwind.h>

#define UNWIND_BITS		10

/* No more than that is at the place that replaces return addresses. */
#define UNWIND_RETURN_BYTES	256

/* Frames within which otr_unwind_past() looks for a function. */
#define UNWIND_NEAR		16

/*
 * A word has the lower half of an address, as the upper one is the same for all text, and what
 * to do: how far up the caller's frame is, in steps of 8 bytes.
 */
#define UNWIND_BY_BP		BIT_ULL(32)	/* counted from BP, not from SP */
#define UNWIND_BP_SAVED		BIT_ULL(33)	/* the caller's BP is in the frame */
#define UNWIND_REGS		BIT_ULL(34)	/* registers, not a frame */
#define UNWIND_ASK		BIT_ULL(35)	/* the kernel's unwinder knows */
#define UNWIND_END		(UNWIND_REGS | UNWIND_ASK)	/* nobody called that */
#define UNWIND_SP_SHIFT		36
#define UNWIND_BP_SHIFT		50
#define UNWIND_OFFSET_BITS	14

/* In &struct otr_unwind.room: what the kernel's unwinder begins with, and where it is. */
struct unwind_room {
	struct pt_regs		regs;
	struct unwind_state	state;
};

/* The kernel's own text, and its table. */
static struct {
	unsigned long		from;
	unsigned long		to;
	const int		*ips;
	const struct orc_entry	*entries;
} unwind_kernel;
static const unsigned int *unwind_blocks;

/* Where return addresses lead that were replaced: by the kernel, and by us. */
static unsigned long unwind_rethook;
static unsigned long unwind_return;

static struct module *unwind_no_module(unsigned long addr)
{
	return NULL;
}

/* A direct call, see otr_host_address(). */
DEFINE_STATIC_CALL(otr_unwind_module, unwind_no_module);

static u64 unwind_known[BIT(UNWIND_BITS)];

/* How often all was forgotten. */
static unsigned int unwind_forgotten;

static unsigned long unwind_ip(const int *ip)
{
	return (unsigned long)ip + *ip;
}

/* The last one of a table that is not behind @ip: its number. */
static unsigned int unwind_search(const int *ips, unsigned int nr, unsigned long ip)
{
	unsigned int at = 0;

	while (nr > 1) {
		unsigned int half = nr / 2;

		if (unwind_ip(&ips[at + half]) <= ip)
			at += half;
		nr -= half;
	}
	return at;
}

static bool unwind_in_kernel(unsigned long ip)
{
	return ip - unwind_kernel.from < unwind_kernel.to - unwind_kernel.from;
}

/* What the tables say of a place, NULL if it is in none. */
static const struct orc_entry *unwind_entry(unsigned long ip)
{
	const struct module *mod;

	if (unwind_in_kernel(ip)) {
		const unsigned int *block = unwind_blocks +
					    (ip - unwind_kernel.from) / LOOKUP_BLOCK_SIZE;

		return unwind_kernel.entries + block[0] +
		       unwind_search(unwind_kernel.ips + block[0], block[1] + 1 - block[0], ip);
	}
	mod = static_call(otr_unwind_module)(ip);
	if (!mod || !mod->arch.num_orcs)
		return NULL;
	return mod->arch.orc_unwind +
	       unwind_search(mod->arch.orc_unwind_ip, mod->arch.num_orcs, ip);
}

static u64 unwind_offset(s16 bytes, unsigned int shift)
{
	return ((u64)(bytes / 8) & (BIT_ULL(UNWIND_OFFSET_BITS) - 1)) << shift;
}

static u64 unwind_word(const struct orc_entry *orc)
{
	u64 word = unwind_offset(orc->sp_offset, UNWIND_SP_SHIFT);

	if (orc->type == ORC_TYPE_END_OF_STACK)
		return UNWIND_END;
	if (orc->sp_offset % 8 || orc->bp_offset % 8)
		return UNWIND_ASK;
	if (orc->type == ORC_TYPE_REGS && orc->sp_reg == ORC_REG_SP)
		return word | UNWIND_REGS;
	if (orc->type != ORC_TYPE_CALL || orc->signal)
		return UNWIND_ASK;
	if (orc->sp_reg == ORC_REG_BP)
		word |= UNWIND_BY_BP;
	else if (orc->sp_reg != ORC_REG_SP)
		return UNWIND_ASK;
	if (orc->bp_reg == ORC_REG_PREV_SP)
		word |= UNWIND_BP_SAVED | unwind_offset(orc->bp_offset, UNWIND_BP_SHIFT);
	else if (orc->bp_reg != ORC_REG_UNDEFINED)
		return UNWIND_ASK;
	return word;
}

static noinline u64 unwind_learn(u64 *known, unsigned long ip)
{
	const struct orc_entry *orc = unwind_entry(ip);
	u64 word;

	if (!orc)
		return 0;
	word = unwind_word(orc) | (u32)ip;
	WRITE_ONCE(*known, word);
	return word;
}

/*
 * What is known of a place, 0 if it is no text. Each word is whole, and is about the address
 * that is in it, stored by any code.
 */
static __always_inline u64 unwind_look_up(unsigned long ip)
{
	u64 *known = &unwind_known[hash_32(ip, UNWIND_BITS)];
	u64 word = READ_ONCE(*known);

	return likely((u32)word == (u32)ip) ? word : unwind_learn(known, ip);
}

static __always_inline long unwind_distance(u64 word, unsigned int shift)
{
	return (s64)(word << (64 - UNWIND_OFFSET_BITS - shift)) >> (64 - UNWIND_OFFSET_BITS) << 3;
}

/* Text, and really what was called from. */
static __always_inline bool unwind_is_text(unsigned long ip)
{
	if (!unwind_in_kernel(ip) && (ip >> 32 != U32_MAX || !unwind_look_up(ip - 1)))
		return false;
	return ip != unwind_rethook && ip - unwind_return >= UNWIND_RETURN_BYTES;
}

/* The end of the stack that something is on; 0 for one that is seldom met. */
static unsigned long unwind_stack_end(unsigned long sp)
{
	unsigned long task = (unsigned long)task_stack_page(current);
	unsigned long irq = (unsigned long)this_cpu_read(pcpu_hot.hardirq_stack_ptr) + 8;

	if (sp - task < THREAD_SIZE)
		return task + THREAD_SIZE;
	if (irq - sp < IRQ_STACK_SIZE)
		return irq;
	return 0;
}

static unsigned long unwind_read(unsigned long at)
{
	return READ_ONCE_NOCHECK(*(unsigned long *)at);
}

/* Was user space in front of a frame that is no plain one, or nobody? */
static bool unwind_is_done(u64 word, unsigned long sp, unsigned long end)
{
	unsigned long up = sp + unwind_distance(word, UNWIND_SP_SHIFT);

	if ((word & UNWIND_END) == UNWIND_END)
		return true;
	if (word & UNWIND_ASK || up < sp || up + sizeof(struct pt_regs) > end)
		return false;
	return unwind_read(up + offsetof(struct pt_regs, cs)) & 3;
}

/* The kernel's unwinder, to go on from a frame. */
static struct unwind_state *unwind_hand_over(struct otr_unwind *u)
{
	struct unwind_room *room = (struct unwind_room *)u->room;

	BUILD_BUG_ON(sizeof(*room) > sizeof(u->room));
	memset(&room->regs, 0, sizeof(room->regs));
	/* It looks at the address itself, not at the call in front of it. */
	room->regs.ip = u->ip - 1;
	room->regs.sp = u->sp;
	room->regs.bp = u->bp;
	room->regs.cs = __KERNEL_CS;
	unwind_start(&room->state, current, &room->regs, NULL);
	return &room->state;
}

static noinline unsigned int unwind_ask(struct otr_unwind *u, unsigned long *callers,
					unsigned int nr, unsigned int max)
{
	struct unwind_state *state = unwind_hand_over(u);

	for (; nr < max && !unwind_done(state); unwind_next_frame(state)) {
		unsigned long caller = unwind_get_return_address(state);

		if (!caller)
			break;
		callers[nr++] = caller;
	}
	return nr;
}

/* From a frame to its caller's. False for one that is no plain frame; then nothing changed. */
static __always_inline bool unwind_step(u64 word, unsigned long *ip, unsigned long *sp,
					unsigned long *bp, unsigned long end)
{
	unsigned long up, next;

	up = (word & UNWIND_BY_BP ? *bp : *sp) + unwind_distance(word, UNWIND_SP_SHIFT);
	if (unlikely(up <= *sp || up > end))
		return false;
	next = unwind_read(up - 8);
	if (unlikely(!unwind_is_text(next)))
		return false;
	if (word & UNWIND_BP_SAVED) {
		unsigned long at = up + unwind_distance(word, UNWIND_BP_SHIFT);

		if (unlikely(at < *sp || at > end - 8))
			return false;
		*bp = unwind_read(at);
	}
	*ip = next;
	*sp = up;
	return true;
}

/**
 * otr_unwind - find callers
 * @u: where to begin: a place, and the stack and frame pointer there. Changes
 * @callers: gets return addresses, the innermost first, @u's own not among them
 * @max: how many there is room for
 *
 * Context: any, NMI included, preemption off; RCU is watching.
 * Return: how many there are.
 */
unsigned int otr_unwind(struct otr_unwind *u, unsigned long *callers, unsigned int max)
{
	unsigned long sp = u->sp, bp = u->bp, ip = u->ip, end = unwind_stack_end(sp);
	unsigned int nr = 0;

	if (!unwind_blocks || !unwind_is_text(ip))
		end = 0;
	while (nr < max) {
		u64 word;

		if (unlikely(!end))
			goto ask;
		word = unwind_look_up(ip - 1);
		if (unlikely(word & (UNWIND_ASK | UNWIND_REGS))) {
			if (unwind_is_done(word, sp, end))
				return nr;
			goto ask;
		}
		if (unlikely(!unwind_step(word, &ip, &sp, &bp, end)))
			goto ask;
		callers[nr++] = ip;
	}
	return nr;
ask:
	u->ip = ip;
	u->sp = sp;
	u->bp = bp;
	return unwind_ask(u, callers, nr, max);
}

/* Is the caller as far as it was the last time? The function's return address is looked at. */
static __always_inline bool unwind_hop(struct otr_unwind *u, const struct otr_unwind_hop *hop,
				       unsigned long from, unsigned long end)
{
	unsigned long sp = u->sp;

	if (hop->from != from || hop->known != READ_ONCE(unwind_forgotten) ||
	    hop->up > end - sp || unwind_read(sp + hop->at) != from)
		return false;
	u->ip = unwind_read(sp + hop->up - 8);
	u->sp = sp + hop->up;
	return likely(unwind_is_text(u->ip));
}

static noinline bool unwind_past(struct otr_unwind *u, struct otr_unwind_hop *hop,
				 unsigned long from, unsigned long end)
{
	unsigned long sp = u->sp;
	unsigned int i;

	hop->from = 0;
	hop->known = READ_ONCE(unwind_forgotten);
	for (i = 0; i < UNWIND_NEAR; i++) {
		u64 word = unwind_look_up(u->ip - 1);
		bool found = u->ip == from;

		if (found)
			hop->at = u->sp - 8 - sp;
		if (word & (UNWIND_ASK | UNWIND_REGS) ||
		    !unwind_step(word, &u->ip, &u->sp, &u->bp, end))
			return false;
		if (!found)
			continue;
		hop->up = u->sp - sp;
		/* Where it is counted from BP, it is another distance each time. */
		if (i && !(word & UNWIND_BY_BP))
			hop->from = from;
		return true;
	}
	return false;
}

/**
 * otr_unwind_past - go to the caller of a function that is not far
 * @u: where to begin, always the same place in a function. Changes: to the place in the caller,
 *     and to its stack pointer there
 * @hop: what was found out the last time, of this context's; zero at first
 * @from: a return address into that function
 *
 * Context: any, NMI included, preemption off.
 * Return: whether it was found; without plain frames up to there it was not.
 */
bool otr_unwind_past(struct otr_unwind *u, struct otr_unwind_hop *hop, unsigned long from)
{
	unsigned long end = unwind_stack_end(u->sp);
	unsigned long sp = u->sp, ip = u->ip;

	if (!unwind_blocks || !end || !unwind_is_text(ip))
		return false;
	if (likely(unwind_hop(u, hop, from, end)))
		return true;
	u->sp = sp;
	u->ip = ip;
	return unwind_past(u, hop, from, end);
}

/* The same by the kernel's unwinder. */
static noinline bool unwind_ask_near(struct otr_unwind *u, unsigned long from, unsigned int bytes)
{
	struct unwind_state *state = unwind_hand_over(u);
	unsigned int i;

	for (i = 0; i < UNWIND_NEAR && !unwind_done(state); i++, unwind_next_frame(state)) {
		if (unwind_get_return_address(state) - from >= bytes)
			continue;
		u->ip = unwind_get_return_address(state);
		u->sp = state->sp;
		u->bp = state->bp;
		return true;
	}
	return false;
}

/**
 * otr_unwind_near - go to a place that is not far, and that something was called from
 * @u: where to begin. Changes: to what is returned to, and to the registers there
 * @from: the place
 * @bytes: so far behind it is returned to, at most
 *
 * Context: any, NMI included, preemption off; RCU is watching.
 * Return: whether it was found.
 */
bool otr_unwind_near(struct otr_unwind *u, unsigned long from, unsigned int bytes)
{
	unsigned long end = unwind_stack_end(u->sp);
	unsigned int i;

	if (!unwind_blocks || !end || !unwind_is_text(u->ip))
		return unwind_ask_near(u, from, bytes);
	for (i = 0; i < UNWIND_NEAR && u->ip - from >= bytes; i++) {
		u64 word = unwind_look_up(u->ip - 1);

		if (word & (UNWIND_ASK | UNWIND_REGS) ||
		    !unwind_step(word, &u->ip, &u->sp, &u->bp, end))
			return unwind_ask_near(u, from, bytes);
	}
	return i < UNWIND_NEAR;
}

/**
 * otr_unwind_forget - forget what is known of places
 *
 * Context: any; before anything of a module runs that has just come, and when nothing runs
 * any more of text that goes.
 */
void otr_unwind_forget(void)
{
	unsigned int i;

	WRITE_ONCE(unwind_forgotten, unwind_forgotten + 1);
	for (i = 0; i < ARRAY_SIZE(unwind_known); i++)
		WRITE_ONCE(unwind_known[i], 0);
}

/**
 * otr_unwind_init - find the tables
 * @trampoline: what return addresses of functions are replaced by, 0 for nothing
 *
 * Without them otr_unwind() asks the kernel's unwinder for all.
 *
 * Context: module load.
 */
void otr_unwind_init(unsigned long trampoline)
{
	const unsigned int *blocks = (void *)otr_host_address("orc_lookup");
	typeof(__module_text_address) *of_module;

	of_module = (void *)otr_host_address("__module_text_address");
	unwind_return = trampoline;
	unwind_rethook = otr_host_address("arch_rethook_trampoline");
	if (of_module)
		static_call_update(otr_unwind_module, of_module);
	unwind_kernel.from = otr_host_address("_stext");
	unwind_kernel.to = otr_host_address("_etext");
	unwind_kernel.ips = (void *)otr_host_address("__start_orc_unwind_ip");
	unwind_kernel.entries = (void *)otr_host_address("__start_orc_unwind");
	/* The last block is where the one in front ends. */
	if (unwind_kernel.to > unwind_kernel.from)
		unwind_kernel.to -= LOOKUP_BLOCK_SIZE;
	if (unwind_kernel.from && unwind_kernel.to && unwind_kernel.ips && unwind_kernel.entries)
		unwind_blocks = blocks;
}

#else

unsigned int otr_unwind(struct otr_unwind *u, unsigned long *callers, unsigned int max)
{
	return stack_trace_save(callers, max, 0);
}

bool otr_unwind_past(struct otr_unwind *u, struct otr_unwind_hop *hop, unsigned long from)
{
	return false;
}

bool otr_unwind_near(struct otr_unwind *u, unsigned long from, unsigned int bytes)
{
	return false;
}

void otr_unwind_forget(void)
{
}

void otr_unwind_init(unsigned long trampoline)
{
}

#endif
