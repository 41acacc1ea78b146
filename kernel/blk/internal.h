/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the room blk. */
#ifndef _OTR_BLK_INTERNAL_H
#define _OTR_BLK_INTERNAL_H

#include <linux/atomic.h>
#include <linux/blk_types.h>
#include <linux/blkdev.h>
#include <linux/rcupdate.h>
#include <uapi/linux/blktrace_api.h>

#include "blk/blk.h"
#include "output/output.h"
#include "record/record.h"

/* Longest message that a user writes, with its end. */
#define OTR_BLK_MESSAGE_MAX	128

/* The tracer's own options. */
enum otr_blk_option {
	OTR_BLK_CLASSIC,
	OTR_BLK_CGROUP,
	OTR_BLK_CGNAME,
};

/* A bit for each of them that is on. */
extern u64 otr_blk_style;						/* put.c */

static inline bool otr_blk_styled(enum otr_blk_option opt)
{
	return READ_ONCE(otr_blk_style) & BIT_ULL(opt);
}

struct otr_blk_chan;

/**
 * enum otr_blk_state - what is written into the files of blktrace
 * @OTR_BLK_BARE: there are none
 * @OTR_BLK_READY: nothing yet
 * @OTR_BLK_RUNNING: what happens
 * @OTR_BLK_STOPPED: nothing more
 */
enum otr_blk_state {
	OTR_BLK_BARE,
	OTR_BLK_READY,
	OTR_BLK_RUNNING,
	OTR_BLK_STOPPED,
};

/**
 * struct otr_blk - what is traced of a disk
 * @queue: its queue
 * @dev: the number of the disk or partition, as records have it
 * @state: what of its files
 * @act_mask: BLK_TC_* that are wanted
 * @pid: whose, 0 for everybody's
 * @start_lba: the first sector of interest
 * @end_lba: the last one
 * @dir: where blktrace's files are, a reference; NULL for one that sysfs made
 * @chan: those files, NULL likewise
 *
 * Numbers are set under the queue's debugfs_mutex and read by probes at any time, each for
 * itself: no order is needed but for @state, see otr_blk_start(). @queue, @dev, @dir and @chan
 * do not change.
 */
struct otr_blk {
	struct request_queue	*queue;
	u32			dev;
	enum otr_blk_state	state;
	u16			act_mask;
	u32			pid;
	u64			start_lba;
	u64			end_lba;
	struct dentry		*dir;
	struct otr_blk_chan	*chan;
};

/**
 * struct otr_blk_io - something that happened to a request
 * @sector: where, 0 for nowhere
 * @bytes: how much of it
 * @opf: what it is to do
 * @what: BLK_TA_*
 * @error: an errno, 0 or negative
 * @cgroup: number of its control group, 0 if nobody wants to know
 * @more: what stands behind the record
 * @more_len: length of @more
 * @from: caller of the probe
 */
struct otr_blk_io {
	sector_t	sector;
	u32		bytes;
	blk_opf_t	opf;
	u32		what;
	int		error;
	u64		cgroup;
	const void	*more;
	u16		more_len;
	unsigned long	from;
};

/* put.c: where records go */
int otr_blk_show_up(struct otr_blk *blk);
void otr_blk_vanish(struct otr_blk *blk);
struct otr_blk *otr_blk_find(const struct request_queue *queue);
void otr_blk_put(const struct otr_blk *blk, struct otr_blk_io *io);
void otr_blk_say(const struct otr_blk *blk, const char *text, unsigned int len);
void otr_blk_say_time(const struct otr_blk *blk);
void otr_blk_aim(struct otr_inst *inst);

/* probe.c: the tracepoints */
int otr_blk_probes_add(void);
void otr_blk_probes_remove(void);

/* trace.c: what is traced of a disk */
int otr_blk_create(struct block_device *bdev, const struct blk_user_trace_setup *setup);
int otr_blk_end(struct request_queue *queue);
int otr_blk_start(struct request_queue *queue);
int otr_blk_stop(struct request_queue *queue);

/* sysfs.c, ioctl.c: settings of users */
int otr_blk_sysfs_init(void);
void otr_blk_sysfs_exit(void);
int otr_blk_ioctl_init(void);
void otr_blk_ioctl_exit(void);

/* text.c: records as text */
extern const struct otr_look otr_blk_look;
void otr_blk_header(struct seq_file *m);
int otr_blk_text_init(void);
void otr_blk_text_exit(void);

/* tracer.c */
int otr_blk_tracer_init(void);
void otr_blk_tracer_exit(void);

/* chan.c: files of blktrace */
struct otr_blk_chan *otr_blk_chan_create(struct dentry *dir, size_t size, size_t nr);
void otr_blk_chan_destroy(struct otr_blk_chan *chan);
unsigned int otr_blk_chan_dropped(const struct otr_blk_chan *chan);
#ifdef CONFIG_RELAY
void otr_blk_chan_flush(struct otr_blk_chan *chan);
void otr_blk_chan_begin(struct otr_blk_chan *chan);
struct blk_io_trace *otr_blk_chan_reserve(struct otr_blk_chan *chan, unsigned int more);
const char *otr_blk_chan_meet(struct otr_blk_chan *chan);
void otr_blk_chan_forget(struct otr_blk_chan *chan);
u32 otr_blk_chan_next(struct otr_blk_chan *chan);
#else
/* Then nobody can make one. */
static inline void otr_blk_chan_flush(struct otr_blk_chan *chan)
{
}

static inline void otr_blk_chan_begin(struct otr_blk_chan *chan)
{
}

static inline struct blk_io_trace *otr_blk_chan_reserve(struct otr_blk_chan *chan,
							unsigned int more)
{
	return NULL;
}

static inline const char *otr_blk_chan_meet(struct otr_blk_chan *chan)
{
	return NULL;
}

static inline void otr_blk_chan_forget(struct otr_blk_chan *chan)
{
}

static inline u32 otr_blk_chan_next(struct otr_blk_chan *chan)
{
	return 0;
}
#endif

#endif /* _OTR_BLK_INTERNAL_H */
