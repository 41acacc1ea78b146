/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room fs: the file system through which people and programs drive the engine.
 *
 * Purpose:  registers the file system type "tracefs" and its mount point, lays
 *           out directories from tables of rows, and holds one handler per file.
 * Objects:  struct otr_node, what an inode of ours is. What a file is, and a row of a
 *           directory's table, is declared by inst (inst/file.h), as tracers bring
 *           files of their own.
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

#include "event/event.h"
#include "inst/inst.h"

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
bool otr_tree_find(const struct otr_where *where, const struct otr_dir *dir,
		   const struct qstr *name, struct otr_entry *entry);
extern const struct dentry_operations otr_dentry_ops;

/* row.c */
bool otr_row_visible(const struct otr_row *row, const struct otr_where *where);
void otr_entry_from_row(struct otr_entry *entry, const struct otr_row *row,
			const struct otr_where *where);

/* backup.c: instances for records of before alone */
umode_t otr_backup_mode(const struct otr_where *where, const struct otr_file_ops *ops,
			umode_t mode);
bool otr_backup_takes(const struct otr_where *where, const struct otr_file_ops *ops);
void otr_backup_closed(struct dentry *dentry);

/* change.c: what users changed of files' attributes */
void otr_change_refresh(struct inode *inode, struct dentry *dentry);
int otr_change_record(struct dentry *dentry, const struct iattr *attr);
void otr_change_forget(unsigned int what);
void otr_change_forget_below(struct dentry *dentry);

/* file.c: from system calls to handlers */
extern const struct file_operations otr_text_fops;
extern const struct file_operations otr_polled_text_fops;
extern const struct file_operations otr_stream_fops;
extern const struct file_operations otr_piece_fops;
struct otr_file *otr_file_open(const struct otr_where *where, const struct otr_file_ops *ops,
			       fmode_t mode, unsigned int flags);
void otr_file_close(struct otr_file *of);
int otr_file_wait(struct otr_file *of, struct otr_ring *ring, unsigned int percent);
size_t otr_file_write_max(const struct otr_file_ops *ops);
ssize_t otr_file_feed(struct otr_file *of, char *text, size_t len);

/* write.c */
int otr_fs_write(const char *path, const char *text);

/* super.c */
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
void otr_automount_init(struct file_system_type *type);
void otr_automount_exit(void);

/* latency.c: tracing_max_latency, and its watchers */
extern const struct otr_file_ops otr_max_latency_ops;
void otr_latency_files_init(struct file_system_type *type);
void otr_latency_files_exit(void);

/* The table of an instance's own directory: top.c */
extern const struct otr_dir otr_top_dir;

/* What the files of records are about, besides the instance's own. */
#define OTR_OF_SNAPSHOT		1

/* snapshot.c */
void otr_snapshot_help(const struct otr_where *where, struct seq_file *m);
int otr_snapshot_write(struct otr_file *of, unsigned long number);
struct otr_ring *otr_file_ring(struct otr_file *of);

/**
 * otr_file_event - the event that an open file is about
 * @of: the file, one of an event's directory
 *
 * Context: otr_switch_lock held, which keeps the event in place.
 * Return: the event, NULL if it is gone.
 */
static inline struct otr_event *otr_file_event(const struct otr_file *of)
{
	struct otr_event *ev;

	lockdep_assert_held(&otr_switch_lock);
	otr_event_lock();
	ev = otr_event_find_key(of->where.arg);
	otr_event_unlock();
	return ev;
}

/* What otr_graph_sites_ops is about, besides enum otr_side of function_graph. */
#define OTR_STACK_FUNCTIONS	2

/* What otr_dyn_ops is about: all that users defined, or one kind of it. */
enum {
	OTR_DOOR_ALL,
	OTR_DOOR_SYNTH,
	OTR_DOOR_KPROBE,
	OTR_DOOR_KPROBE_PROFILE,
	OTR_DOOR_UPROBE,
	OTR_DOOR_UPROBE_PROFILE,
};

/* Handlers, by file */
extern const struct otr_file_ops otr_trace_ops;			/* trace.c */
extern const struct otr_file_ops otr_snapshot_ops;
extern const struct otr_file_ops otr_pipe_ops;			/* pipe.c */
extern const struct otr_file_ops otr_raw_ops;			/* raw.c */
extern const struct otr_file_ops otr_snapshot_raw_ops;
extern const struct otr_file_ops otr_marker_ops;		/* marker.c */
extern const struct otr_file_ops otr_marker_raw_ops;
extern const struct otr_file_ops otr_filter_ops;		/* filter.c */
extern const struct otr_file_ops otr_graph_sites_ops;		/* graph.c */
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
extern const struct otr_file_ops otr_time_mode_ops;
extern const struct otr_file_ops otr_cpumask_ops;
extern const struct otr_file_ops otr_last_boot_ops;
extern const struct otr_file_ops otr_size_ops;			/* size.c */
extern const struct otr_file_ops otr_page_size_ops;
extern const struct otr_file_ops otr_total_size_ops;
extern const struct otr_file_ops otr_percent_ops;
extern const struct otr_file_ops otr_free_ops;
extern const struct otr_file_ops otr_stats_ops;
extern const struct otr_file_ops otr_meta_ops;
extern const struct otr_file_ops otr_cmdlines_ops;		/* names.c */
extern const struct otr_file_ops otr_cmdlines_size_ops;
extern const struct otr_file_ops otr_tgids_ops;
extern const struct otr_file_ops otr_trace_options_ops;		/* options.c */
extern const struct otr_dir otr_options_dir;
extern const struct otr_dir otr_events_dir;			/* events.c */
extern const struct otr_file_ops otr_hist_ops;			/* hist.c */
extern const struct otr_file_ops otr_hist_debug_ops;
extern const struct otr_file_ops otr_hist_json_ops;
extern const struct otr_file_ops otr_set_event_ops;		/* set_event.c */
extern const struct otr_file_ops otr_available_events_ops;
extern const struct otr_file_ops otr_show_filters_ops;
extern const struct otr_file_ops otr_show_triggers_ops;
extern const struct otr_file_ops otr_dyn_ops;			/* dyn.c */
extern const struct otr_file_ops otr_dyn_profile_ops;
int otr_dyn_define_kprobe(const char *definition);
void otr_dyn_enable_kprobes(void);
extern const struct otr_file_ops otr_user_data_ops;		/* user_events.c */
extern const struct otr_file_ops otr_user_status_ops;
extern const struct otr_file_ops otr_eval_map_ops;		/* eval_map.c */
extern const struct otr_file_ops otr_printk_formats_ops;	/* printk_formats.c */

/* super.c */
int otr_fs_init(void);
void otr_fs_exit(void);

/* sysctl.c */
int otr_sysctl_init(void);
void otr_sysctl_exit(void);
int otr_sysctl_start_stack(void);
int otr_sysctl_stop_on_warning(void);
int otr_sysctl_start_console(void);
void otr_sysctl_stop_console(void);

/* params.c */
void otr_params_apply(void);
void otr_params_boot_is_over(void);
void otr_params_make_room(const char *name);

/* bootconfig.c, in a kernel that has such a thing and us */
void otr_bootconfig_apply(void);

#endif /* _OTR_FS_H */
