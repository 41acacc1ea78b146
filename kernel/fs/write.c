// SPDX-License-Identifier: GPL-2.0-only
/* Writing to files from inside, for parameters. */
#include <linux/slab.h>

#include "fs/fs.h"

/* Hand the whole of @text to a file's handler, as a loop of write(2) would. */
static int write_feed(struct otr_file *of, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		size_t len = min(left, otr_file_write_max(of->ops));
		char *piece = kmemdup_nul(text, len, GFP_KERNEL);
		ssize_t done;

		if (!piece)
			return -ENOMEM;
		done = otr_file_feed(of, piece, len);
		kfree(piece);
		if (done <= 0)
			return done ?: -EINVAL;
		text += done;
		left -= done;
	}
	return 0;
}

/* The caller holds otr_switch_lock, which keeps instances in place. */
static int write_resolve(const char *path, struct otr_entry *entry)
{
	const struct otr_dir *dir = &otr_top_dir;

	entry->where = (struct otr_where){ .inst = otr_inst_top(), .cpu = OTR_CPU_ALL };
	while (dir) {
		struct otr_where where = entry->where;
		size_t len = strcspn(path, "/");
		char text[OTR_ENTRY_NAME_MAX];
		struct qstr name = QSTR_INIT(text, len);

		/* The end of a name is looked for, too. */
		if (len >= sizeof(text))
			return -ENOENT;
		memcpy(text, path, len);
		text[len] = '\0';
		if (!otr_tree_find(&where, dir, &name, entry))
			return -ENOENT;
		dir = entry->row.dir;
		if (!dir)
			return path[len] ? -ENOTDIR : 0;
		path += len;
		path += *path == '/';
	}
	return -ENOENT;
}

/* What a path means, and its instance pinned. */
static int write_find(const char *path, struct otr_entry *entry)
{
	int err;

	mutex_lock(&otr_switch_lock);
	err = write_resolve(path, entry);
	if (!err)
		err = otr_inst_get(entry->where.inst);
	mutex_unlock(&otr_switch_lock);
	return err;
}

/**
 * otr_fs_write - write to a file from inside, as boot parameters do
 * @path: the file, relative to the top directory
 * @text: what to write, appended to what the file holds
 *
 * Context: may sleep. The file system need not be mounted.
 * Return: 0, or the errno that write(2) would have given; -ENOENT, -EISDIR.
 */
int otr_fs_write(const char *path, const char *text)
{
	struct otr_entry *entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	const struct otr_file_ops *ops;
	struct otr_file *of;
	int err;

	if (!entry)
		return -ENOMEM;
	err = write_find(path, entry);
	if (err)
		goto out;
	ops = entry->row.ops;
	if (!ops || (!ops->write && !ops->write_number)) {
		err = -EISDIR;
		goto put;
	}
	of = otr_file_open(&entry->where, ops, FMODE_WRITE, 0);
	if (IS_ERR(of)) {
		err = PTR_ERR(of);
		goto put;
	}
	mutex_lock(&of->lock);
	err = write_feed(of, text);
	mutex_unlock(&of->lock);
	otr_file_close(of);
put:
	otr_inst_put(entry->where.inst);
out:
	kfree(entry);
	return err;
}
