/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room fs: the file system through which people and programs drive the engine.
 *
 * Purpose:  registers the file system type "tracefs" and its mount point, lays
 *           out directories from tables of rows, and holds one handler per file.
 * Objects:  struct otr_row, a constant line of a directory's table; struct
 *           otr_where, what a file or directory is about; struct otr_file, one
 *           open file, which pins its instance for as long as it is open.
 * Owners:   inodes come and go with the dentry cache, nothing is built before
 *           somebody looks; attributes that a user changed are kept apart, by
 *           path, until the file system goes away.
 * Locks:    otr_file.lock serialises the calls on one open file. Handlers take
 *           otr_inst_lock below it.
 * Contexts: everything here may sleep.
 *
 * Boot and module parameters are {path, text} pairs that go through
 * otr_fs_write(): the same handlers, the same errors.
 */
#ifndef _OTR_FS_H
#define _OTR_FS_H

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <linux/splice.h>

#include "inst/inst.h"

/* Modes that nearly every file has. */
#define OTR_MODE_READ	0440
#define OTR_MODE_WRITE	0640

/**
 * struct otr_where - what a file or a directory is about
 * @inst: the instance, never NULL
 * @cpu: CPU number, or OTR_CPU_ALL
 * @arg: handler's own, for files of which one handler serves several
 */
struct otr_where {
	struct otr_inst	*inst;
	int		cpu;
	long		arg;
};

/**
 * struct otr_file - an open file
 * @where: what it is about; the instance is pinned, unless @ops says otherwise
 * @ops: its handler
 * @reading: opened for reading
 * @writing: opened for writing
 * @truncate: opened with O_TRUNC
 * @nonblock: a read may not wait; follows the file's flag
 * @lock: serialises the handler's calls, but for @ops->show and the seq walk,
 *	  which seq_file serialises
 * @priv: handler's own
 */
struct otr_file {
	struct otr_where		where;
	const struct otr_file_ops	*ops;
	bool				reading;
	bool				writing;
	bool				truncate;
	bool				nonblock;
	struct mutex			lock;	/* see above */
	void				*priv;
};

/**
 * enum otr_places - what lseek(2), pread(2) and pwrite(2) may do with a file
 * @OTR_PLACES_TEXT: a text, read at any place; what is written has no place
 * @OTR_PLACES_READ: likewise, but while a file is only written, nobody minds places
 * @OTR_PLACES_ANY: those of an empty file in memory: all there are
 * @OTR_PLACES_SAME: no seeking; a place may be given all the same, and is ignored
 *		     by writing
 * @OTR_PLACES_NONE: a stream, which has no places
 */
enum otr_places {
	OTR_PLACES_TEXT,
	OTR_PLACES_READ,
	OTR_PLACES_ANY,
	OTR_PLACES_SAME,
	OTR_PLACES_NONE,
};

/**
 * struct otr_file_ops - what a file does; a NULL member is not supported
 * @open: called last on open; errno refuses it
 * @release: called on close, after a successful @open
 * @show: prints a whole small file
 * @walk: prints a long file record by record; m->private is the otr_file
 * @write: takes a piece of text, zero-terminated at @len; returns how much of
 *	   it was used, or an errno
 * @write_number: instead of @write, takes a decimal number, which is all of what
 *		  one write(2) wrote; 0, or an errno
 * @write_max: most bytes that one @write takes; a longer write is shortened
 *	       to it, or refused with -EINVAL if @write_whole
 * @write_whole: see @write_max
 * @places: which places it has for programs; programs know these of each file
 * @unpinned: an open file does not keep its instance, which it says nothing about
 * @write_user: takes data straight from user space, instead of @write
 * @read: produces data by itself, instead of @show and @walk
 * @splice: moves data into a pipe, goes with @read
 * @poll: goes with @read
 * @ioctl: likewise
 */
struct otr_file_ops {
	int (*open)(struct otr_file *of);
	void (*release)(struct otr_file *of);
	int (*show)(struct otr_file *of, struct seq_file *m);
	const struct seq_operations *walk;
	ssize_t (*write)(struct otr_file *of, char *text, size_t len);
	int (*write_number)(struct otr_file *of, unsigned long number);
	size_t write_max;
	bool write_whole;
	bool unpinned;
	enum otr_places places;
	ssize_t (*write_user)(struct otr_file *of, const char __user *from, size_t len);
	ssize_t (*read)(struct otr_file *of, char __user *to, size_t len);
	ssize_t (*splice)(struct otr_file *of, struct pipe_inode_info *pipe, size_t len,
			  unsigned int flags);
	__poll_t (*poll)(struct otr_file *of, struct file *file, poll_table *wait);
	long (*ioctl)(struct otr_file *of, unsigned int cmd, unsigned long arg);
};

struct otr_dir;

/**
 * struct otr_row - one entry of a directory
 * @name: its name
 * @mode: permissions, without the file type
 * @ops: the handler, for a file
 * @dir: the table, for a directory
 * @arg: goes into otr_where.arg of the entry
 * @top: the first instance has it, no other
 * @visible: tells whether the entry exists here and now; NULL for always
 */
struct otr_row {
	const char			*name;
	umode_t				mode;
	const struct otr_file_ops	*ops;
	const struct otr_dir		*dir;
	long				arg;
	bool				top;
	bool				(*visible)(const struct otr_where *where);
};

/* Longest name that a computed entry may have, with the final zero. */
#define OTR_ENTRY_NAME_MAX	(NAME_MAX + 1)

/**
 * struct otr_entry - a row that was computed, not read from a table
 * @row: as for a table's rows; @row.name points to @name
 * @where: what the entry is about
 * @name: room for the name
 */
struct otr_entry {
	struct otr_row		row;
	struct otr_where	where;
	char			name[OTR_ENTRY_NAME_MAX];
};

/**
 * struct otr_dir - a directory's table
 * @rows: constant entries
 * @nr: how many
 * @nth: fills in the computed entry number @pos, counted from 0, of a
 *	 directory; false when there is none. An entry that must not be seen
 *	 now is left without a name. NULL when all are constant.
 * @find: the same for the computed entry called @name, for directories too
 *	  large to be walked for it; NULL to walk
 * @make: for mkdir(2): makes the computed entry called @name and fills it in;
 *	  0, or an errno
 * @remove: for rmdir(2): removes the computed entry that is about @which; 0, or
 *	    an errno. What stays of the entry is found no more
 *
 * What @nth, @find and @make say of an instance other than the directory's stays
 * for as long as the directory's inode or otr_switch_lock is locked.
 */
struct otr_dir {
	const struct otr_row	*rows;
	unsigned int		nr;
	bool			(*nth)(const struct otr_where *dir, unsigned int pos,
				       struct otr_entry *entry);
	bool			(*find)(const struct otr_where *dir, const char *name,
					struct otr_entry *entry);
	int			(*make)(const char *name, struct otr_entry *entry);
	int			(*remove)(const struct otr_where *which);
};

/**
 * struct otr_node - what i_private of our inodes points to
 * @where: what the file or directory is about; the memory of its instance is
 *	   kept
 * @ops: its handler, for a file
 * @dir: its table, for a directory
 */
struct otr_node {
	struct otr_where		where;
	const struct otr_file_ops	*ops;
	const struct otr_dir		*dir;
};

/* Most bytes that a handler gets at a time when it does not say otherwise. */
#define OTR_WRITE_MAX	(PAGE_SIZE - 1)

/* tree.c: from tables to inodes */
void otr_inode_evict(struct inode *inode);
struct inode *otr_tree_root(struct super_block *sb);
extern const struct dentry_operations otr_dentry_ops;
bool otr_tree_find(const struct otr_where *where, const struct otr_dir *dir,
		   const struct qstr *name, struct otr_entry *entry);

/* change.c: what users changed of files' attributes */
void otr_change_refresh(struct inode *inode, struct dentry *dentry);
int otr_change_record(struct dentry *dentry, const struct iattr *attr);
void otr_change_forget(unsigned int what);
void otr_change_forget_below(struct dentry *dentry);

/* file.c: from system calls to handlers */
extern const struct file_operations otr_text_fops;
extern const struct file_operations otr_stream_fops;
struct otr_file *otr_file_open(const struct otr_where *where, const struct otr_file_ops *ops,
			       fmode_t mode, unsigned int flags);
void otr_file_close(struct otr_file *of);
int otr_file_wait(struct otr_file *of, struct otr_ring *ring, unsigned int percent);
size_t otr_file_write_max(const struct otr_file_ops *ops);
ssize_t otr_file_feed(struct otr_file *of, char *text, size_t len);

/* write.c */
int otr_fs_write(const char *path, const char *text);

/* super.c */
extern struct file_system_type otr_fs_type;

struct otr_mount_opts {
	kuid_t	uid;
	kgid_t	gid;
	umode_t	mode;
};

/* The options in force; they may change under the reader. */
static inline const struct otr_mount_opts *otr_super_opts(const struct super_block *sb)
{
	return sb->s_fs_info;
}

/* automount.c: being in debugfs, too */
void otr_automount_init(void);
void otr_automount_exit(void);

/* The table of an instance's own directory: top.c */
extern const struct otr_dir otr_top_dir;

/* What the files of records are about, besides the instance's own. */
#define OTR_OF_SNAPSHOT		1

/* snapshot.c */
void otr_snapshot_help(const struct otr_where *where, struct seq_file *m);
int otr_snapshot_write(struct otr_file *of, unsigned long number);
struct otr_ring *otr_file_ring(struct otr_file *of);

/* What otr_graph_sites_ops is about, besides enum otr_side of function_graph. */
#define OTR_STACK_FUNCTIONS	2

/* Handlers, by file */
extern const struct otr_file_ops otr_trace_ops;			/* trace.c */
extern const struct otr_file_ops otr_snapshot_ops;
extern const struct otr_file_ops otr_pipe_ops;			/* pipe.c */
extern const struct otr_file_ops otr_raw_ops;			/* raw.c */
extern const struct otr_file_ops otr_marker_ops;		/* marker.c */
extern const struct otr_file_ops otr_marker_raw_ops;
extern const struct otr_file_ops otr_filter_ops;		/* filter.c */
extern const struct otr_file_ops otr_graph_sites_ops;		/* graph.c */
extern const struct otr_file_ops otr_graph_depth_ops;
extern const struct otr_file_ops otr_thresh_ops;
extern const struct otr_file_ops otr_profile_ops;		/* profile.c */
extern const struct otr_dir otr_stat_dir;
extern const struct otr_file_ops otr_functions_ops;		/* functions.c */
extern const struct otr_file_ops otr_function_addrs_ops;
extern const struct otr_file_ops otr_enabled_functions_ops;
extern const struct otr_file_ops otr_function_total_ops;
extern const struct otr_file_ops otr_touched_functions_ops;
extern const struct otr_file_ops otr_stack_trace_ops;		/* deepest.c */
extern const struct otr_file_ops otr_stack_size_ops;
extern const struct otr_file_ops otr_pids_ops;			/* pids.c */
extern const struct otr_file_ops otr_event_pids_ops;
extern const struct otr_file_ops otr_readme_ops;		/* readme.c */
extern const struct otr_file_ops otr_errors_ops;		/* errors.c */
extern const struct otr_file_ops otr_available_tracers_ops;		/* control.c */
extern const struct otr_file_ops otr_current_tracer_ops;
extern const struct otr_file_ops otr_tracing_on_ops;
extern const struct otr_file_ops otr_clock_ops;
extern const struct otr_file_ops otr_cpumask_ops;
extern const struct otr_file_ops otr_size_ops;			/* size.c */
extern const struct otr_file_ops otr_page_size_ops;
extern const struct otr_file_ops otr_total_size_ops;
extern const struct otr_file_ops otr_percent_ops;
extern const struct otr_file_ops otr_free_ops;
extern const struct otr_file_ops otr_stats_ops;
extern const struct otr_file_ops otr_cmdlines_ops;		/* comm.c */
extern const struct otr_file_ops otr_cmdlines_size_ops;
extern const struct otr_file_ops otr_tgids_ops;
extern const struct otr_file_ops otr_trace_options_ops;		/* options.c */
extern const struct otr_dir otr_options_dir;
extern const struct otr_dir otr_events_dir;			/* events.c */
extern const struct otr_file_ops otr_set_event_ops;		/* set_event.c */
extern const struct otr_file_ops otr_available_events_ops;
extern const struct otr_file_ops otr_show_filters_ops;
extern const struct otr_file_ops otr_eval_map_ops;		/* eval_map.c */
extern const struct otr_file_ops otr_printk_formats_ops;	/* printk_formats.c */

int otr_fs_init(void);
void otr_fs_exit(void);

/* sysctl.c */
int otr_sysctl_init(void);
void otr_sysctl_exit(void);
int otr_sysctl_start_stack(void);

/* params.c */
void otr_params_apply(void);

#endif /* _OTR_FS_H */
