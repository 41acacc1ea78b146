/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files, a part of inst.h: what a file of ours is, for all that bring files. The room fs
 * lays them out and calls their handlers; a tracer lists those of its own in its struct
 * otr_tracer.
 *
 * An open file pins its instance for as long as it is open.
 */
#ifndef _OTR_INST_FILE_H
#define _OTR_INST_FILE_H

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <linux/splice.h>

struct otr_file_ops;

/* Modes that nearly every file and directory has. */
#define OTR_MODE_READ	0440
#define OTR_MODE_WRITE	0640
#define OTR_MODE_DIR	0750

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
 * @OTR_PLACES_HOME: as a text, but while a file is only written, seeking is to the start
 * @OTR_PLACES_ANY: those of an empty file in memory: all there are
 * @OTR_PLACES_SAME: no seeking; a place may be given all the same, and is ignored
 *		     by writing
 * @OTR_PLACES_NONE: a stream, which has no places
 */
enum otr_places {
	OTR_PLACES_TEXT,
	OTR_PLACES_READ,
	OTR_PLACES_HOME,
	OTR_PLACES_ANY,
	OTR_PLACES_SAME,
	OTR_PLACES_NONE,
};

/**
 * enum otr_moves - how far a write moves the position, from which is read then
 * @OTR_MOVES_LEN: by what was written
 * @OTR_MOVES_ONE: by one byte
 * @OTR_MOVES_NOT: it stays
 */
enum otr_moves {
	OTR_MOVES_LEN,
	OTR_MOVES_ONE,
	OTR_MOVES_NOT,
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
 * @moves: likewise, what becomes of its position
 * @drops: opened for writing with O_TRUNC it drops all records
 * @unpinned: an open file does not keep its instance, which it says nothing about
 * @write_user: takes data straight from user space, instead of @write
 * @read: produces data by itself, instead of @show and @walk
 * @splice: moves data into a pipe, goes with @read
 * @poll: waits for something to read
 * @ioctl: goes with @read or @write_iter; no lock held
 * @mmap: likewise, with @read; the program's mmap_lock is held
 * @write_iter: takes what one write(2) or writev(2) wrote as one piece, straight from user
 *		space, with no lock held; instead of all others that read and write
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
	bool drops;
	bool unpinned;
	enum otr_places places;
	enum otr_moves moves;
	ssize_t (*write_user)(struct otr_file *of, const char __user *from, size_t len);
	ssize_t (*read)(struct otr_file *of, char __user *to, size_t len);
	ssize_t (*splice)(struct otr_file *of, struct pipe_inode_info *pipe, size_t len,
			  unsigned int flags);
	__poll_t (*poll)(struct otr_file *of, struct file *file, poll_table *wait);
	long (*ioctl)(struct otr_file *of, struct file *file, unsigned int cmd, unsigned long arg);
	int (*mmap)(struct otr_file *of, struct vm_area_struct *vma);
	ssize_t (*write_iter)(struct otr_file *of, struct iov_iter *from);
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
 * @in_backup: those have it that are for records of before alone, to be read. Directories and
 *	       what is computed are everywhere
 * @visible: tells whether the entry exists here and now; NULL for always
 */
struct otr_row {
	const char			*name;
	umode_t				mode;
	const struct otr_file_ops	*ops;
	const struct otr_dir		*dir;
	long				arg;
	bool				top;
	bool				in_backup;
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

/* entry.c */
bool otr_entry_of_cpu(struct otr_entry *entry, const struct otr_where *dir, unsigned int pos,
		      const struct otr_row *row, const char *prefix);

#endif /* _OTR_INST_FILE_H */
