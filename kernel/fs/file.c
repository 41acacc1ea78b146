// SPDX-License-Identifier: GPL-2.0-only
/*
 * From system calls to handlers.
 *
 * The one place that pins an instance for an open file, copies text from user
 * space, and serialises the calls on a file. Two sets of file operations: text
 * files print through seq_file; streams produce their data themselves.
 */
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "fs/fs.h"

/* What of a number is looked at: nobody writes longer ones. */
#define NUMBER_MAX	66

static struct otr_file *file_of(struct file *file)
{
	return ((struct seq_file *)file->private_data)->private;
}

static int file_text_show(struct seq_file *m, void *v)
{
	struct otr_file *of = m->private;

	return of->ops->show(of, m);
}

static void *file_text_start(struct seq_file *m, loff_t *pos)
{
	struct otr_file *of = m->private;

	return *pos || !of->ops->show ? NULL : SEQ_START_TOKEN;
}

static void *file_text_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return NULL;
}

static void file_text_stop(struct seq_file *m, void *v)
{
}

/* For files whose whole text is one record of seq_file. */
static const struct seq_operations file_text_walk = {
	.start	= file_text_start,
	.next	= file_text_next,
	.stop	= file_text_stop,
	.show	= file_text_show,
};

static int file_pin(struct otr_file *of)
{
	return of->ops->unpinned ? 0 : otr_inst_get(of->where.inst);
}

static void file_unpin(struct otr_file *of)
{
	if (!of->ops->unpinned)
		otr_inst_put(of->where.inst);
}

/**
 * otr_file_open - open a file
 * @where: what it is about
 * @ops: its handler
 * @mode: FMODE_READ, FMODE_WRITE
 * @flags: O_TRUNC, O_NONBLOCK
 *
 * Context: may sleep.
 * Return: the open file; ERR_PTR() of -ENOMEM, -ENODEV, -EACCES where nothing can be
 * written, or what the handler says.
 */
struct otr_file *otr_file_open(const struct otr_where *where, const struct otr_file_ops *ops,
			       fmode_t mode, unsigned int flags)
{
	struct otr_file *of = kzalloc(sizeof(*of), GFP_KERNEL);
	int err;

	if (!of)
		return ERR_PTR(-ENOMEM);
	of->where = *where;
	of->ops = ops;
	of->reading = mode & FMODE_READ;
	of->writing = mode & FMODE_WRITE;
	of->truncate = of->writing && (flags & O_TRUNC);
	of->nonblock = flags & O_NONBLOCK;
	mutex_init(&of->lock);
	err = file_pin(of);
	if (err)
		goto fail;
	err = of->writing && !otr_backup_takes(where, ops) ? -EACCES : 0;
	if (!err && ops->open)
		err = ops->open(of);
	if (!err)
		return of;
	file_unpin(of);
fail:
	kfree(of);
	return ERR_PTR(err);
}

/**
 * otr_file_close - close a file
 * @of: from otr_file_open()
 *
 * Context: may sleep.
 */
void otr_file_close(struct otr_file *of)
{
	if (of->ops->release)
		of->ops->release(of);
	file_unpin(of);
	kfree(of);
}

/* Does it have the places of a text, as it is open? */
static bool file_is_text(const struct file *file, enum otr_places places)
{
	switch (places) {
	case OTR_PLACES_TEXT:
		return true;
	case OTR_PLACES_READ:
	case OTR_PLACES_HOME:
		return file->f_mode & FMODE_READ;
	default:
		return false;
	}
}

/* seq_open() takes the places away where something can be written: which had been there? */
static void file_set_places(struct inode *inode, struct file *file, enum otr_places places)
{
	bool text = file_is_text(file, places) || places == OTR_PLACES_HOME;

	if (places == OTR_PLACES_NONE)
		stream_open(inode, file);
	else if (!text)
		file->f_mode |= FMODE_PWRITE;
	if (places == OTR_PLACES_SAME)
		file->f_mode &= ~FMODE_LSEEK;
}

static int file_node_open(struct inode *inode, struct file *file)
{
	const struct otr_node *node = inode->i_private;
	const struct otr_file_ops *ops = node->ops;
	struct otr_file *of;
	int err = seq_open(file, ops->walk ?: &file_text_walk);

	if (err)
		return err;
	file_set_places(inode, file, ops->places);
	of = otr_file_open(&node->where, ops, file->f_mode, file->f_flags);
	if (IS_ERR(of)) {
		seq_release(inode, file);
		return PTR_ERR(of);
	}
	((struct seq_file *)file->private_data)->private = of;
	return 0;
}

static int file_node_release(struct inode *inode, struct file *file)
{
	/* Who says nothing about the instance does not keep it either. */
	bool pinned = !file_of(file)->ops->unpinned;

	otr_file_close(file_of(file));
	if (pinned)
		otr_backup_closed(file->f_path.dentry);
	return seq_release(inode, file);
}

/**
 * otr_file_wait - wait until there may be something to read
 * @of: the file
 * @ring: the records that it reads
 * @percent: as for otr_ring_wait()
 *
 * To be called again and again until the caller finds something. Others may read
 * from the file meanwhile what is there already.
 *
 * Context: may sleep; gives otr_file.lock up while it waits.
 * Return: 0 to look again; -EAGAIN when the file's reader does not wait;
 * -ERESTARTSYS for a signal.
 */
int otr_file_wait(struct otr_file *of, struct otr_ring *ring, unsigned int percent)
{
	int err;

	if (of->nonblock)
		return -EAGAIN;
	mutex_unlock(&of->lock);
	err = otr_ring_wait(ring, of->where.cpu, percent);
	mutex_lock(&of->lock);
	/*
	 * What the ring takes for something to read may be nothing to the caller. No
	 * wait looks for signals then, and the caller would stay in its loop for ever.
	 */
	return err ?: signal_pending(current) ? -ERESTARTSYS : 0;
}

/**
 * otr_file_write_max - how much of a text a file takes at a time
 * @ops: its handler
 *
 * Context: any.
 * Return: bytes.
 */
size_t otr_file_write_max(const struct otr_file_ops *ops)
{
	return ops->write_number ? NUMBER_MAX : ops->write_max ?: OTR_WRITE_MAX;
}

/**
 * otr_file_feed - hand a piece of text to a file's handler
 * @of: the file, whose handler takes text or a number
 * @text: the piece, zero-terminated at @len; the handler may change it
 * @len: at most otr_file_write_max()
 *
 * Context: may sleep, otr_file.lock held.
 * Return: how many bytes were used, or an errno.
 */
ssize_t otr_file_feed(struct otr_file *of, char *text, size_t len)
{
	unsigned long number;
	int err;

	if (!of->ops->write_number)
		return of->ops->write(of, text, len);
	err = kstrtoul(text, 10, &number);
	if (!err)
		err = of->ops->write_number(of, number);
	return err ?: len;
}

/* Cut or refuse what is longer than the handler takes. */
static ssize_t file_write_text(struct otr_file *of, const char __user *from, size_t len)
{
	size_t taken = min(len, otr_file_write_max(of->ops));
	ssize_t done;
	char *text;

	if (len > taken && of->ops->write_whole)
		return -EINVAL;
	text = memdup_user_nul(from, taken);
	if (IS_ERR(text))
		return PTR_ERR(text);
	mutex_lock(&of->lock);
	done = otr_file_feed(of, text, taken);
	mutex_unlock(&of->lock);
	kfree(text);
	/* There is one number in a write, and nothing behind it. */
	return done > 0 && of->ops->write_number ? len : done;
}

static loff_t file_moves(enum otr_moves moves, ssize_t done)
{
	switch (moves) {
	case OTR_MOVES_ONE:
		return 1;
	case OTR_MOVES_NOT:
		return 0;
	default:
		return done;
	}
}

static ssize_t file_node_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	struct otr_file *of = file_of(file);
	ssize_t done;

	if (of->ops->write_user)
		done = of->ops->write_user(of, from, len);
	else if (of->ops->write || of->ops->write_number)
		done = file_write_text(of, from, len);
	else
		done = -EINVAL;
	/* A stream has no position. */
	if (done > 0 && pos)
		*pos += file_moves(of->ops->moves, done);
	return done;
}

/* Root may open what the mode forbids, so the handler decides. */
static ssize_t file_text_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct otr_file *of = file_of(iocb->ki_filp);

	return of->ops->show || of->ops->walk ? seq_read_iter(iocb, to) : -EINVAL;
}

/* Programs that append seek first. */
static loff_t file_node_seek(struct file *file, loff_t offset, int whence)
{
	enum otr_places places = file_of(file)->ops->places;

	if (places == OTR_PLACES_ANY)
		return generic_file_llseek(file, offset, whence);
	if (file_is_text(file, places))
		return seq_lseek(file, offset, whence);
	file->f_pos = 0;
	return 0;
}

static struct otr_file *file_stream_begin(struct file *file, bool nonblock)
{
	struct otr_file *of = file_of(file);

	mutex_lock(&of->lock);
	of->nonblock = nonblock || (file->f_flags & O_NONBLOCK);
	return of;
}

static ssize_t file_stream_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	struct otr_file *of;
	ssize_t done;

	/* Nothing is there already, and not worth waiting for. */
	if (!len)
		return 0;
	of = file_stream_begin(file, false);
	done = of->ops->read(of, to, len);
	mutex_unlock(&of->lock);
	return done;
}

static ssize_t file_stream_splice(struct file *file, loff_t *pos, struct pipe_inode_info *pipe,
				  size_t len, unsigned int flags)
{
	struct otr_file *of = file_stream_begin(file, flags & SPLICE_F_NONBLOCK);
	ssize_t done = -EINVAL;

	if (of->ops->splice)
		done = of->ops->splice(of, pipe, len, flags);
	mutex_unlock(&of->lock);
	return done;
}

static __poll_t file_stream_poll(struct file *file, poll_table *wait)
{
	struct otr_file *of = file_of(file);

	return of->ops->poll ? of->ops->poll(of, file, wait) : DEFAULT_POLLMASK;
}

static __poll_t file_text_poll(struct file *file, poll_table *wait)
{
	struct otr_file *of = file_of(file);

	return of->ops->poll(of, file, wait);
}

static long file_stream_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct otr_file *of = file_of(file);

	return of->ops->ioctl ? of->ops->ioctl(of, file, cmd, arg) : -ENOTTY;
}

static int file_stream_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct otr_file *of = file_of(file);

	return of->ops->mmap ? of->ops->mmap(of, vma) : -ENODEV;
}

static ssize_t file_piece_write(struct file *file, const char __user *from, size_t len,
				loff_t *pos)
{
	struct otr_file *of = file_of(file);
	struct iov_iter iter;

	if (unlikely(*pos || import_ubuf(ITER_SOURCE, (char __user *)from, len, &iter)))
		return -EFAULT;
	return of->ops->write_iter(of, &iter);
}

static ssize_t file_piece_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct otr_file *of = file_of(iocb->ki_filp);

	return of->ops->write_iter(of, from);
}

static long file_piece_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct otr_file *of = file_of(file);

	return of->ops->ioctl(of, file, cmd, arg);
}

const struct file_operations otr_text_fops = {
	.owner		= THIS_MODULE,
	.open		= file_node_open,
	.release	= file_node_release,
	.read_iter	= file_text_read,
	.splice_read	= copy_splice_read,
	.write		= file_node_write,
	.llseek		= file_node_seek,
};

/* Those that can be waited for: epoll(7) refuses the others. */
const struct file_operations otr_polled_text_fops = {
	.owner		= THIS_MODULE,
	.open		= file_node_open,
	.release	= file_node_release,
	.read_iter	= file_text_read,
	.write		= file_node_write,
	.llseek		= file_node_seek,
	.poll		= file_text_poll,
};

const struct file_operations otr_stream_fops = {
	.owner		= THIS_MODULE,
	.open		= file_node_open,
	.release	= file_node_release,
	.read		= file_stream_read,
	.splice_read	= file_stream_splice,
	.write		= file_node_write,
	.poll		= file_stream_poll,
	.unlocked_ioctl	= file_stream_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.mmap		= file_stream_mmap,
};

/* Each write is a piece of its own, and may have come in several buffers. */
const struct file_operations otr_piece_fops = {
	.owner		= THIS_MODULE,
	.open		= file_node_open,
	.release	= file_node_release,
	.write		= file_piece_write,
	.write_iter	= file_piece_write_iter,
	.unlocked_ioctl	= file_piece_ioctl,
};
