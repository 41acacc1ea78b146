// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bits in the memory of programs, which say whether records of a user event are wanted.
 *
 * What has such bits is known by its memory, not by its tasks: threads share theirs, a
 * child has copies, a program that begins anew has none. A child's come with task_newtask.
 * That a program's memory ended is found when somebody looks: mm_users is 0. Whenever a
 * process ended or began anew, somebody does; and once more a second later, for memory that
 * others were still looking at.
 *
 * A bit is written where its page is present. Where it is not, a worker brings the page in,
 * without any lock of ours, and writes it then. What it writes is what is right by then.
 *
 * A child may have been copied before its parent's bit was written, and be known only after
 * that. So a fork shortly after a change has all bits of the child written once more:
 *
 *	a change			a fork
 *	mm_changed = now		add the child to the table
 *	smp_mb()			smp_mb()
 *	look for programs		read mm_changed
 *
 * Either the change finds the child, or the fork finds that there was a change.
 */
#include <linux/binfmts.h>
#include <linux/hashtable.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "dyn/dyn.h"
#include "host/host.h"

/* A page that was brought in may be gone again, but not that often. */
#define MM_TRIES	10
/* Nobody copies memory for longer. */
#define MM_FORK_TIME	(10 * HZ)

/*
 * A program's memory that has bits.
 *
 * @by_mm: in the table
 * @mm: the memory, for which it has an mmgrab()
 * @bits: struct mm_bit, under RCU, changed with user_mm_lock held
 * @refs: of the table, and of the work
 * @all: all bits are due
 * @work: writes bits that are due
 */
struct mm_program {
	struct hlist_node	by_mm;
	struct mm_struct	*mm;
	struct hlist_head	bits;
	refcount_t		refs;
	bool			all;
	struct work_struct	work;
	struct rcu_head		rcu;
};

/*
 * A bit.
 *
 * @node: in struct mm_program.bits
 * @user: the event, in use by this
 * @addr: of the word
 * @size: of it, 4 or 8
 * @nr: of the bit
 * @due: it was not written, and so often is tried to; user_mm_lock
 */
struct mm_bit {
	struct hlist_node	node;
	struct otr_user		*user;
	unsigned long		addr;
	u8			size;
	u8			nr;
	u8			due;
	struct rcu_head		rcu;
};

static DEFINE_HASHTABLE(mm_table, 8);
/* Forks add to the table, and take this one alone. */
static DEFINE_SPINLOCK(mm_table_lock);
/* Guards what is taken out of the table, and bits. */
static DEFINE_MUTEX(user_mm_lock);
static unsigned long mm_changed;
/* The probes are there; user_mm_lock. */
static bool mm_watching;
static struct workqueue_struct *mm_works;

#define mm_for_each_bit(program, bit)						\
	hlist_for_each_entry_rcu(bit, &(program)->bits, node,			\
				 lockdep_is_held(&user_mm_lock))

static struct mm_program *mm_find(const struct mm_struct *mm)
{
	struct mm_program *program;

	/* Pairs with hash_add_rcu() in mm_program_add(): the program is complete. */
	hash_for_each_possible_rcu(mm_table, program, by_mm, (unsigned long)mm,
				   lockdep_is_held(&user_mm_lock))
		if (program->mm == mm)
			return program;
	return NULL;
}

static void mm_program_put(struct mm_program *program)
{
	if (!refcount_dec_and_test(&program->refs))
		return;
	mmdrop(program->mm);
	kfree_rcu(program, rcu);
}

static void mm_bit_drop(struct mm_bit *bit)
{
	hlist_del_rcu(&bit->node);
	otr_user_put(bit->user);
	kfree_rcu(bit, rcu);
}

/* Its memory is at its end, or nobody is interested any more. */
static void mm_program_drop(struct mm_program *program)
{
	struct hlist_node *next;
	struct mm_bit *bit;

	lockdep_assert_held(&user_mm_lock);
	spin_lock(&mm_table_lock);
	hash_del_rcu(&program->by_mm);
	spin_unlock(&mm_table_lock);
	hlist_for_each_entry_safe(bit, next, &program->bits, node)
		mm_bit_drop(bit);
	mm_program_put(program);
}

static void mm_program_work(struct mm_program *program)
{
	refcount_inc(&program->refs);
	if (!queue_work(mm_works, &program->work))
		mm_program_put(program);
}

/* Set or clear a bit in a page that is present: 0, or -EFAULT. */
static int mm_write_present(struct mm_struct *mm, const struct mm_bit *bit, bool on)
{
	struct page *page;
	void *at;

	mmap_assert_locked(mm);
	if (pin_user_pages_remote(mm, bit->addr, 1, FOLL_WRITE | FOLL_NOFAULT, &page, NULL) != 1)
		return -EFAULT;
	at = kmap_local_page(page) + offset_in_page(bit->addr);
	/* The program changes other bits of the word meanwhile. */
	if (bit->size == sizeof(u32) && on)
		atomic_or(BIT(bit->nr), at);
	else if (bit->size == sizeof(u32))
		atomic_and(~(int)BIT(bit->nr), at);
	else if (on)
		atomic64_or(BIT_ULL(bit->nr), at);
	else
		atomic64_and(~BIT_ULL(bit->nr), at);
	kunmap_local(at);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}

/* The same while the memory is not at its end, else -ENOENT. */
static int mm_write(struct mm_struct *mm, const struct mm_bit *bit, bool on)
{
	int err;

	lockdep_assert_held(&user_mm_lock);
	/* At its end, its pages are counted. */
	if (!mmget_not_zero(mm))
		return -ENOENT;
	mmap_read_lock(mm);
	err = mm_write_present(mm, bit, on);
	mmap_read_unlock(mm);
	/* What goes with the last user may want locks that we hold. */
	mmput_async(mm);
	return err;
}

/* Bring in the page of a word, as a write would: 0, -ENOENT, -EFAULT, -ENOMEM. */
static int mm_fault_in(struct mm_struct *mm, unsigned long addr)
{
	bool unlocked;
	int err;

	might_sleep();
	if (!mmget_not_zero(mm))
		return -ENOENT;
	mmap_read_lock(mm);
	err = fixup_user_fault(mm, addr, FAULT_FLAG_WRITE | FAULT_FLAG_REMOTE, &unlocked);
	mmap_read_unlock(mm);
	mmput_async(mm);
	return err;
}

static struct mm_bit *mm_next_due(struct mm_program *program)
{
	struct mm_bit *bit;

	mm_for_each_bit(program, bit)
		if (bit->due)
			return bit;
	return NULL;
}

/* Write what is due and present. The address of what is not, 0 if there is none. */
static unsigned long mm_write_due(struct mm_program *program)
{
	struct mm_bit *bit;

	lockdep_assert_held(&user_mm_lock);
	while ((bit = mm_next_due(program))) {
		if (mm_write(program->mm, bit, bit->user->wanted) == -EFAULT) {
			bit->due--;
			return bit->addr;
		}
		bit->due = 0;
	}
	return 0;
}

/* A word that cannot be written waits for the next change. */
static void mm_give_up(struct mm_program *program, unsigned long addr)
{
	struct mm_bit *bit;

	mm_for_each_bit(program, bit)
		if (bit->addr == addr)
			bit->due = 0;
}

static void mm_all_due(struct mm_program *program)
{
	struct mm_bit *bit;

	if (xchg(&program->all, false))
		mm_for_each_bit(program, bit)
			bit->due = MM_TRIES;
}

static void mm_work_run(struct work_struct *work)
{
	struct mm_program *program = container_of(work, struct mm_program, work);
	unsigned long addr;
	int err;

	mutex_lock(&user_mm_lock);
	mm_all_due(program);
	while ((addr = mm_write_due(program))) {
		mutex_unlock(&user_mm_lock);
		err = mm_fault_in(program->mm, addr);
		mutex_lock(&user_mm_lock);
		if (err)
			mm_give_up(program, addr);
	}
	mutex_unlock(&user_mm_lock);
	mm_program_put(program);
}

static struct mm_program *mm_program_alloc(struct mm_struct *mm, gfp_t gfp)
{
	struct mm_program *program = kzalloc(sizeof(*program), gfp);

	if (!program)
		return NULL;
	mmgrab(mm);
	program->mm = mm;
	INIT_HLIST_HEAD(&program->bits);
	refcount_set(&program->refs, 1);
	INIT_WORK(&program->work, mm_work_run);
	return program;
}

static void mm_program_add(struct mm_program *program)
{
	spin_lock(&mm_table_lock);
	hash_add_rcu(mm_table, &program->by_mm, (unsigned long)program->mm);
	spin_unlock(&mm_table_lock);
}

/* Copy a bit for a child; false without memory. */
static bool mm_bit_copy(const struct mm_bit *bit, struct mm_program *child)
{
	struct mm_bit *copy;

	/* It is about to be dropped, and may have been the event's last use. */
	if (!atomic_inc_not_zero(&bit->user->refs))
		return true;
	copy = kmemdup(bit, sizeof(*bit), GFP_NOWAIT | __GFP_ACCOUNT);
	if (!copy) {
		otr_user_put(bit->user);
		return false;
	}
	copy->due = 0;
	hlist_add_head(&copy->node, &child->bits);
	return true;
}

/* A child that there is no memory for has no bits. */
static bool mm_copy(const struct mm_program *parent, struct mm_program *child)
{
	struct hlist_node *next;
	struct mm_bit *bit;

	/* Pairs with hlist_add_head_rcu() in mm_bit_insert(): the bit is complete. */
	hlist_for_each_entry_rcu(bit, &parent->bits, node, true)
		if (!mm_bit_copy(bit, child))
			break;
	if (!bit)
		return true;
	hlist_for_each_entry_safe(bit, next, &child->bits, node)
		mm_bit_drop(bit);
	return false;
}

/* A task was made, and does not run yet. We are its parent, with preemption off. */
static void mm_on_fork(void *data, struct task_struct *task, unsigned long clone_flags)
{
	struct mm_program *parent, *child;

	if (clone_flags & CLONE_VM || !task->mm || !current->mm)
		return;
	parent = mm_find(current->mm);
	if (!parent || hlist_empty(&parent->bits))
		return;
	child = mm_program_alloc(task->mm, GFP_NOWAIT | __GFP_ACCOUNT);
	if (!child)
		return;
	if (!mm_copy(parent, child)) {
		mm_program_put(child);
		return;
	}
	mm_program_add(child);
	/* Pairs with the barrier in otr_user_tell(). */
	smp_mb();
	if (time_after(jiffies, READ_ONCE(mm_changed) + MM_FORK_TIME))
		return;
	WRITE_ONCE(child->all, true);
	mm_program_work(child);
}

static void mm_sweep(void);

static void mm_later_run(struct work_struct *work)
{
	mm_sweep();
}

static DECLARE_DELAYED_WORK(mm_later, mm_later_run);

static void mm_soon_run(struct work_struct *work)
{
	mm_sweep();
	schedule_delayed_work(&mm_later, HZ);
}

static DECLARE_WORK(mm_soon, mm_soon_run);

/* The last task of a process ended; it gave its memory up before. */
static void mm_on_exit(void *data, struct task_struct *task)
{
	if (!atomic_read(&task->signal->live))
		schedule_work(&mm_soon);
}

static void mm_on_exec(void *data, struct task_struct *task, pid_t old_pid,
		       struct linux_binprm *bprm)
{
	schedule_work(&mm_soon);
}

static const struct {
	const char	*tracepoint;
	void		*probe;
} mm_probes[] = {
	{ "task_newtask",		mm_on_fork },
	{ "sched_process_exit",		mm_on_exit },
	{ "sched_process_exec",		mm_on_exec },
};

static void mm_unwatch(unsigned int nr)
{
	while (nr--)
		otr_host_probe_unregister(otr_host_tracepoint(mm_probes[nr].tracepoint),
					  mm_probes[nr].probe, NULL);
}

/* Follow forks, and ends: 0, -EOPNOTSUPP without tracepoints, -ENOMEM. */
static int mm_watch(void)
{
	struct tracepoint *tp;
	unsigned int i;
	int err;

	lockdep_assert_held(&user_mm_lock);
	if (mm_watching)
		return 0;
	for (i = 0; i < ARRAY_SIZE(mm_probes); i++) {
		tp = otr_host_tracepoint(mm_probes[i].tracepoint);
		err = tp ? otr_host_probe_register(tp, mm_probes[i].probe, NULL) : -EOPNOTSUPP;
		if (!err)
			continue;
		mm_unwatch(i);
		return err;
	}
	mm_watching = true;
	return 0;
}

/* Drop programs whose memory is at its end, and do not watch where there is nothing. */
static void mm_sweep(void)
{
	struct mm_program *program;
	struct hlist_node *next;
	unsigned int bucket;

	mutex_lock(&user_mm_lock);
	hash_for_each_safe(mm_table, bucket, next, program, by_mm)
		if (!atomic_read(&program->mm->mm_users))
			mm_program_drop(program);
	if (mm_watching && hash_empty(mm_table)) {
		mm_watching = false;
		mm_unwatch(ARRAY_SIZE(mm_probes));
	}
	mutex_unlock(&user_mm_lock);
}

static struct mm_bit *mm_find_bit(struct mm_program *program, unsigned long addr, unsigned int nr)
{
	struct mm_bit *bit;

	if (!program)
		return NULL;
	mm_for_each_bit(program, bit)
		if (bit->addr == addr && bit->nr == nr)
			return bit;
	return NULL;
}

/**
 * otr_user_bit_taken - does a bit of the running program belong to an event?
 * @addr: of the word
 * @bit: its number
 *
 * Context: may sleep.
 * Return: whether it does.
 */
bool otr_user_bit_taken(unsigned long addr, unsigned int bit)
{
	bool taken;

	mutex_lock(&user_mm_lock);
	taken = mm_find_bit(mm_find(current->mm), addr, bit);
	mutex_unlock(&user_mm_lock);
	return taken;
}

static struct mm_program *mm_find_or_make(void)
{
	struct mm_program *program = mm_find(current->mm);
	int err;

	if (program)
		return program;
	err = mm_watch();
	if (err)
		return ERR_PTR(err);
	program = mm_program_alloc(current->mm, GFP_KERNEL_ACCOUNT);
	if (!program)
		return ERR_PTR(-ENOMEM);
	mm_program_add(program);
	return program;
}

/* Write a bit for the first time, and have it written from then on. */
static int mm_bit_insert(struct mm_bit *bit)
{
	struct mm_program *program = mm_find_or_make();
	int err;

	if (IS_ERR(program))
		return PTR_ERR(program);
	if (mm_find_bit(program, bit->addr, bit->nr))
		return -EADDRINUSE;
	err = mm_write(program->mm, bit, bit->user->wanted);
	if (err)
		return err;
	atomic_inc(&bit->user->refs);
	hlist_add_head_rcu(&bit->node, &program->bits);
	return 0;
}

/* Write a bit of the running program, bringing its page in; @write does that. */
static int mm_try(struct mm_bit *bit, int (*write)(struct mm_bit *bit))
{
	unsigned int tries;
	int err;

	for (tries = 0; ; tries++) {
		mutex_lock(&user_mm_lock);
		err = write(bit);
		mutex_unlock(&user_mm_lock);
		if (err != -EFAULT || tries == MM_TRIES || mm_fault_in(current->mm, bit->addr))
			return err;
	}
}

/**
 * otr_user_bit_add - tell the running program whether records are wanted, from now on
 * @user: the event, in use by the caller
 * @addr: of a word in the program's memory, which may be anywhere in user space
 * @size: of the word, 4 or 8
 * @bit: number of the bit
 *
 * Context: may sleep, no lock of ours but otr_dyn_lock() held.
 * Return: 0; -EADDRINUSE if it belongs to an event; -EFAULT; -EOPNOTSUPP without
 * tracepoints; -ENOMEM.
 */
int otr_user_bit_add(struct otr_user *user, unsigned long addr, unsigned int size,
		     unsigned int bit)
{
	struct mm_bit *new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	int err;

	if (!new)
		return -ENOMEM;
	new->user = user;
	new->addr = addr;
	new->size = size;
	new->nr = bit;
	err = mm_try(new, mm_bit_insert);
	if (err)
		kfree(new);
	return err;
}

static int mm_bit_clear(struct mm_bit *bit)
{
	return mm_write(current->mm, bit, false);
}

/**
 * otr_user_bit_remove - do not touch a bit of the running program any more
 * @addr: of the word
 * @bit: its number; it is clear on return
 *
 * Context: may sleep, no lock of ours held.
 * Return: 0; -ENOENT if it belongs to no event; -EFAULT if it cannot be cleared.
 */
int otr_user_bit_remove(unsigned long addr, unsigned int bit)
{
	struct mm_bit *found, last = {};

	mutex_lock(&user_mm_lock);
	found = mm_find_bit(mm_find(current->mm), addr, bit);
	if (found) {
		last = *found;
		mm_bit_drop(found);
	}
	mutex_unlock(&user_mm_lock);
	return found ? mm_try(&last, mm_bit_clear) : -ENOENT;
}

static void mm_tell_program(struct mm_program *program, const struct otr_user *user)
{
	struct mm_bit *bit;
	bool due = false;

	mm_for_each_bit(program, bit) {
		if (bit->user != user)
			continue;
		bit->due = mm_write(program->mm, bit, user->wanted) == -EFAULT ? MM_TRIES : 0;
		due |= bit->due;
	}
	if (due)
		mm_program_work(program);
}

/**
 * otr_user_tell - tell all programs whether records of an event are wanted
 * @user: the event
 * @wanted: whether they are
 *
 * Where a word is not in memory, its program gets to know soon.
 *
 * Context: may sleep, any lock of ours but those of this file held.
 */
void otr_user_tell(struct otr_user *user, bool wanted)
{
	struct mm_program *program;
	unsigned int bucket;

	mutex_lock(&user_mm_lock);
	user->wanted = wanted;
	WRITE_ONCE(mm_changed, jiffies);
	/* Pairs with the barrier in mm_on_fork(): it finds this, or we find the child. */
	smp_mb();
	/* Pairs with hash_add_rcu() in mm_program_add(): the program is complete. */
	for (bucket = 0; bucket < HASH_SIZE(mm_table); bucket++)
		hlist_for_each_entry_rcu(program, &mm_table[bucket], by_mm,
					 lockdep_is_held(&user_mm_lock))
			mm_tell_program(program, user);
	WRITE_ONCE(mm_changed, jiffies);
	mutex_unlock(&user_mm_lock);
}

/**
 * otr_user_mm_init - begin to know bits of programs
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_user_mm_init(void)
{
	/* Bits are right when they are made. */
	mm_changed = jiffies - MM_FORK_TIME - 1;
	mm_works = alloc_workqueue("otr_user", WQ_UNBOUND, 0);
	return mm_works ? 0 : -ENOMEM;
}

/* Nobody tells the program any more; a bit that is not in memory stays as it is. */
static void mm_program_end(struct mm_program *program)
{
	struct mm_bit *bit;

	mm_for_each_bit(program, bit)
		mm_write(program->mm, bit, false);
	mm_program_drop(program);
}

/**
 * otr_user_mm_exit - the counterpart of otr_user_mm_init()
 *
 * Context: module unload, no file of user events is open.
 */
void otr_user_mm_exit(void)
{
	struct mm_program *program;
	struct hlist_node *next;
	unsigned int bucket;

	mutex_lock(&user_mm_lock);
	if (mm_watching)
		mm_unwatch(ARRAY_SIZE(mm_probes));
	mm_watching = false;
	mutex_unlock(&user_mm_lock);
	/* No fork adds any more, and nobody asks for a look. */
	tracepoint_synchronize_unregister();
	cancel_work_sync(&mm_soon);
	cancel_delayed_work_sync(&mm_later);
	mutex_lock(&user_mm_lock);
	hash_for_each_safe(mm_table, bucket, next, program, by_mm)
		mm_program_end(program);
	mutex_unlock(&user_mm_lock);
	destroy_workqueue(mm_works);
}
