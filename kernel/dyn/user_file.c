// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of user events, and the numbers by which an open file knows its events.
 *
 * A number is given once and stays for as long as the file is open, and so does the event.
 * What a program wrote is copied once, where a fault may sleep, and looked at there: every
 * instance gets the same bytes, and a wrong record gets nowhere.
 */
#include <linux/preempt.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uio.h>

#include "buffer/buffer.h"
#include "dyn/dyn.h"
#include "inst/inst.h"

/* What is copied on the stack; few records are longer. */
#define FILE_SHORT	256
/* More than any ring has room for. */
#define FILE_LONGEST	(PAGE_SIZE << OTR_RING_ORDER_MAX)

/*
 * The events of a file, by number.
 *
 * @rcu: it goes by this
 * @nr: how many
 * @room: for how many there is room
 * @user: the events, each in use by this
 */
struct file_events {
	struct rcu_head	rcu;
	unsigned int	nr;
	unsigned int	room;
	struct otr_user	*user[] __counted_by(room);
};

/*
 * An open file.
 *
 * @events: its events; under RCU, changed with dyn_lock held
 */
struct otr_user_file {
	struct file_events __rcu	*events;
};

/**
 * otr_user_file_open - what an open file has to know
 *
 * Context: may sleep.
 * Return: it, NULL without memory.
 */
struct otr_user_file *otr_user_file_open(void)
{
	return kzalloc(sizeof(struct otr_user_file), GFP_KERNEL_ACCOUNT);
}

/**
 * otr_user_file_close - the counterpart of otr_user_file_open()
 * @file: from there; nobody writes any more
 *
 * Context: may sleep.
 */
void otr_user_file_close(struct otr_user_file *file)
{
	struct file_events *events = rcu_dereference_protected(file->events, true);
	unsigned int i;

	for (i = 0; events && i < events->nr; i++)
		otr_user_put(events->user[i]);
	kvfree(events);
	kfree(file);
}

/* The same events, with room for more. */
static struct file_events *file_grow(struct otr_user_file *file, struct file_events *old)
{
	unsigned int room = old ? 2 * old->room : 4;
	struct file_events *new = kvzalloc(struct_size(new, user, room), GFP_KERNEL_ACCOUNT);

	if (!new)
		return NULL;
	new->room = room;
	if (old) {
		memcpy(new->user, old->user, old->nr * sizeof(*old->user));
		new->nr = old->nr;
	}
	/* Pairs with rcu_dereference_sched() in file_event(): what is in it is complete. */
	rcu_assign_pointer(file->events, new);
	if (old)
		kvfree_rcu(old, rcu);
	return new;
}

/**
 * otr_user_file_add - let a file have records of an event
 * @file: the file
 * @user: the event
 *
 * Context: otr_dyn_lock() held.
 * Return: the event's number, -ENOMEM.
 */
int otr_user_file_add(struct otr_user_file *file, struct otr_user *user)
{
	struct file_events *events = rcu_dereference_protected(file->events, true);
	unsigned int i;

	for (i = 0; events && i < events->nr; i++)
		if (events->user[i] == user)
			return i;
	if (!events || events->nr == events->room)
		events = file_grow(file, events);
	if (!events)
		return -ENOMEM;
	atomic_inc(&user->refs);
	events->user[events->nr] = user;
	/* Pairs with smp_load_acquire() in file_event(): the event is there. */
	smp_store_release(&events->nr, events->nr + 1);
	return events->nr - 1;
}

static __always_inline struct otr_user *file_event(const struct otr_user_file *file,
						   unsigned int number)
{
	struct otr_user *user = NULL;
	struct file_events *events;

	preempt_disable_notrace();
	events = rcu_dereference_sched(file->events);
	/* Pairs with smp_store_release() in otr_user_file_add(). */
	if (likely(events && number < smp_load_acquire(&events->nr)))
		user = events->user[number];
	preempt_enable_notrace();
	return user;
}

/* A record for all that want it. It has a head's room in front. */
static void file_record(const struct otr_user *user, const void *data, size_t len)
{
	unsigned int bytes = ALIGN(len, sizeof(u32));
	const struct otr_dyn_target *target;

	preempt_disable_notrace();
	/* A target stays; pairs with otr_dyn_target_add(). */
	hlist_for_each_entry_rcu(target, &user->targets, node, true) {
		struct otr_out out __uninitialized;
		void *rec = otr_event_begin(target->sub, &out, bytes);

		if (!rec)
			continue;
		/* The last bytes may be no word, and there may be none behind the head. */
		if (bytes > sizeof(struct otr_rec_head))
			*(u32 *)(rec + bytes - sizeof(u32)) = 0;
		memcpy(rec + sizeof(struct otr_rec_head), data + sizeof(struct otr_rec_head),
		       len - sizeof(struct otr_rec_head));
		barrier_data(rec);
		otr_event_end(&out);
	}
	preempt_enable_notrace();
}

static void file_record_missed(const struct otr_user *user)
{
	const struct otr_dyn_target *target;

	preempt_disable_notrace();
	/* A target stays; pairs with otr_dyn_target_add(). */
	hlist_for_each_entry_rcu(target, &user->targets, node, true)
		atomic_long_inc(&target->sub->missed);
	preempt_enable_notrace();
}

/* Copy what was written to @data, which has @len bytes, and record it. */
static __always_inline ssize_t file_write_by(const struct otr_user *user, void *data, size_t len,
					     struct iov_iter *from)
{
	const size_t head = sizeof(struct otr_rec_head);

	if (unlikely(copy_from_iter(data + head, len - head, from) != len - head))
		return -EFAULT;
	if (unlikely(user->nr_locs)) {
		/* Where the record begins, nothing is to be found. */
		memset(data, 0, head);
		if (!otr_user_good(user->locs, user->nr_locs, data, len))
			return -EFAULT;
	}
	file_record(user, data, len);
	return 0;
}

static noinline ssize_t file_write_long(const struct otr_user *user, size_t len,
					struct iov_iter *from)
{
	ssize_t err;
	void *data;

	/* What can be read of it is asked for all the same. */
	if (len > FILE_LONGEST) {
		if (fault_in_iov_iter_readable(from, iov_iter_count(from)))
			return -EFAULT;
		file_record_missed(user);
		return 0;
	}
	data = kvmalloc(len, GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	err = file_write_by(user, data, len, from);
	kvfree(data);
	return err;
}

static noinline ssize_t file_write_short(const struct otr_user *user, size_t len,
					 struct iov_iter *from)
{
	u8 data[FILE_SHORT] __aligned(8);

	return file_write_by(user, data, len, from);
}

/**
 * otr_user_file_write - write a record
 * @file: the file
 * @from: the event's number, an int, and the record behind its head
 *
 * Context: a task; sleeps when the data is in memory that has to be brought in.
 * Return: how much was written; -EFAULT for what cannot be read, is shorter than a number, or
 * points to what is not in it; -EINVAL for a number below 0, or less than the event's fields;
 * -ENOENT for a number that the file does not have; -EBADF when nobody wants records;
 * -ENOMEM.
 */
ssize_t otr_user_file_write(struct otr_user_file *file, struct iov_iter *from)
{
	ssize_t whole = iov_iter_count(from), err;
	struct otr_user *user;
	size_t len;
	int number;

	if (unlikely(copy_from_iter(&number, sizeof(number), from) != sizeof(number)))
		return -EFAULT;
	if (unlikely(number < 0))
		return -EINVAL;
	user = file_event(file, number);
	if (unlikely(!user))
		return -ENOENT;
	len = iov_iter_count(from) + sizeof(struct otr_rec_head);
	if (unlikely(len < user->min))
		return -EINVAL;
	if (unlikely(hlist_empty(&user->targets)))
		return -EBADF;
	if (likely(len <= FILE_SHORT))
		err = file_write_short(user, len, from);
	else
		err = file_write_long(user, len, from);
	return err ?: whole;
}
