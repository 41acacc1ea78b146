// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stack of user space, as a record behind another one.
 *
 * It is followed by frame pointers. A program built without them shows where it
 * is, and little more.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/task_stack.h>
#include <linux/uaccess.h>
#include <asm/ptrace.h>

#include "event/event.h"
#include "record/internal.h"

/* What a function that keeps a frame pointer begins its frame with. */
struct user_frame {
	unsigned long	next;
	unsigned long	ret;
};

/* One is recorded at a time on a CPU. Faults may be recorded as well. */
static DEFINE_PER_CPU(u32, user_stack_nest);

static void user_stack_walk(unsigned long *caller)
{
	const struct pt_regs *regs = task_pt_regs(current);
	unsigned long at = regs->bp, nr = 0;
	struct user_frame frame;

	caller[nr++] = regs->ip;
	while (nr < OTR_STACK_FIELDS && at >= regs->sp) {
		if (copy_from_user_nofault(&frame, (void __user *)at, sizeof(frame)))
			break;
		if (!frame.ret)
			break;
		caller[nr++] = frame.ret;
		/* Outer frames are further up. */
		if (frame.next <= at)
			break;
		at = frame.next;
	}
}

static void user_stack_record(struct otr_ring *ring)
{
	struct otr_rec_user_stack *out;
	unsigned long caller[OTR_STACK_FIELDS] = {};
	struct otr_rec rec __uninitialized;

	if (!(current->flags & PF_KTHREAD) && user_64bit_mode(task_pt_regs(current)))
		user_stack_walk(caller);
	out = otr_ring_begin(ring, &rec, sizeof(*out));
	if (!out)
		return;
	otr_record_head(&out->head, OTR_TYPE_USER_STACK);
	out->tgid = current->tgid;
	out->zero = 0;
	memcpy(out->caller, caller, sizeof(caller));
	otr_ring_end(&rec);
}

/**
 * otr_stack_record_user - record where user space is, and its callers
 * @ring: where to
 *
 * Context: any, preemption off; does nothing in an NMI.
 */
void otr_stack_record_user(struct otr_ring *ring)
{
	int slot = in_nmi() ? -1 : otr_nest_enter(&user_stack_nest, 1);

	if (slot < 0)
		return;
	user_stack_record(ring);
	otr_nest_exit(&user_stack_nest, slot);
}

/* So often we look whether the memory of a process can be looked at, half a millisecond each. */
#define MEMORY_TRIES	10

/*
 * Its lock is not waited for: its holder may be about to map the pages of a ring, and wait for
 * the reader lock, which printing holds.
 */
static bool user_stack_lock_memory(struct mm_struct *mm)
{
	unsigned int i;

	for (i = 0; i < MEMORY_TRIES; i++) {
		if (mmap_read_trylock(mm))
			return true;
		usleep_range(500, 1000);
	}
	return false;
}

/* The address as a file and an offset into it: false for no file. */
static bool user_stack_print_file(struct otr_line *line, struct mm_struct *mm, unsigned long ip)
{
	const struct vm_area_struct *vma;
	char *path = ERR_PTR(-ENOENT);
	unsigned long start = 0;
	size_t room;
	char *buf;

	room = seq_buf_get_buf(line->scratch, &buf);
	if (!user_stack_lock_memory(mm))
		return false;
	vma = find_vma(mm, ip);
	if (vma && ip >= vma->vm_start && vma->vm_file) {
		path = file_path(vma->vm_file, buf, room);
		start = vma->vm_start;
	}
	mmap_read_unlock(mm);
	if (IS_ERR(path))
		return false;
	seq_buf_puts(line->out, path);
	seq_buf_printf(line->out, "[+0x%lx]", ip - start);
	return true;
}

static void user_stack_print_caller(struct otr_line *line, struct mm_struct *mm, unsigned long ip)
{
	bool file = mm && user_stack_print_file(line, mm, ip);

	if (!file || line->flags & OTR_LINE_SYM_ADDR)
		seq_buf_printf(line->out, " <%016lx>", ip);
}

/* The memory of a process that may still be there. */
static struct mm_struct *user_stack_memory_of(pid_t tgid)
{
	struct task_struct *task;
	struct mm_struct *mm = NULL;

	rcu_read_lock();
	task = pid_task(find_pid_ns(tgid, &init_pid_ns), PIDTYPE_TGID);
	if (task)
		mm = get_task_mm(task);
	rcu_read_unlock();
	return mm;
}

static void user_stack_print_stack(struct otr_line *line)
{
	const struct otr_rec_user_stack *rec = line->rec;
	unsigned int nr = (line->len - offsetof(typeof(*rec), caller)) /
			  sizeof(*rec->caller);
	struct mm_struct *mm = NULL;
	unsigned int i;

	seq_buf_puts(line->out, "<user stack trace>\n");
	if (line->flags & OTR_LINE_SYM_USEROBJ)
		mm = user_stack_memory_of(rec->tgid);
	for (i = 0; i < nr && i < OTR_STACK_FIELDS && rec->caller[i]; i++) {
		seq_buf_puts(line->out, " => ");
		user_stack_print_caller(line, mm, rec->caller[i]);
		seq_buf_putc(line->out, '\n');
	}
	if (mm)
		/* The last one may unmap pages of a ring, see above. */
		mmput_async(mm);
}

static const struct otr_field user_stack_stack_fields[] = {
	OTR_FIELD(struct otr_rec_user_stack, unsigned int, tgid),
	{ "unsigned long", "caller[" __stringify(OTR_STACK_FIELDS) "]",
	  offsetof(struct otr_rec_user_stack, caller), OTR_STACK_FIELDS * sizeof(long) },
	{}
};

static struct otr_event user_stack_stack_event = {
	.id		= OTR_TYPE_USER_STACK,
	.system		= "ftrace",
	.name		= "user_stack",
	.fields		= user_stack_stack_fields,
	.print_fmt	= OTR_STACK_PRINT_FMT,
	.text		= user_stack_print_stack,
};

/**
 * otr_user_stack_init - make the record known
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_user_stack_init(void)
{
	return otr_event_register(&user_stack_stack_event);
}

/**
 * otr_user_stack_exit - the counterpart of otr_user_stack_init()
 *
 * Context: module unload.
 */
void otr_user_stack_exit(void)
{
	otr_event_unregister(&user_stack_stack_event);
}
