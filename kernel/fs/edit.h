/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the fs room: editing a set of functions through its file. */
#ifndef _OTR_FS_EDIT_H
#define _OTR_FS_EDIT_H

#include "fs/fs.h"
#include "site/site.h"

struct otr_edit;

/**
 * struct otr_edit_ops - what is special about a file of functions
 * @get: makes @copy what is in force: 0 or an errno
 * @put: puts @set in force and owns it from here on, also on failure: 0 or an errno
 * @word: changes @set by a word that was written, which may be cut up: 0 or an errno
 * @empty: the line for a set of none
 * @show_edited: a file that is open for writing shows what is being written, not
 *		 what is in force
 * @more_begin: gets ready to show lines behind the functions: 0 or an errno. NULL for
 *		a file that has none, and then there is nothing of what follows
 * @more_start: goes to line @index of these; NULL for the end
 * @more_next: the line behind @at, NULL for the end
 * @more_show: shows a line
 * @more_stop: called after @more_start and what followed it
 */
struct otr_edit_ops {
	int		(*get)(const struct otr_file *of, struct otr_siteset *copy);
	int		(*put)(const struct otr_file *of, struct otr_siteset *set);
	int		(*word)(const struct otr_file *of, struct otr_siteset *set, char *word);
	const char	*(*empty)(const struct otr_file *of);
	bool		show_edited;
	int		(*more_begin)(struct otr_edit *edit);
	void		*(*more_start)(struct otr_edit *edit, loff_t index);
	void		*(*more_next)(struct otr_edit *edit, void *at);
	void		(*more_show)(struct otr_edit *edit, void *at, struct seq_file *m);
	void		(*more_stop)(struct otr_edit *edit);
};

/**
 * struct otr_edit - a set of functions, while its file is open
 * @of: the file
 * @ops: its own
 * @set: what is being written, NULL for a reader
 * @shown: copy of what is in force, made when reading begins; NULL for a writer, and
 *	   where @set is shown
 * @word: cuts what is written
 * @pos: where the listing is
 * @lines: of it, before those of @ops->more_start
 * @begun: @lines is known
 * @listing: between otr_site_start() and otr_site_stop()
 * @more: between @ops->more_start and @ops->more_stop
 */
struct otr_edit {
	struct otr_file			*of;
	const struct otr_edit_ops	*ops;
	struct otr_siteset		*set;
	struct otr_siteset		*shown;
	struct otr_word			word;
	struct otr_site_pos		pos;
	loff_t				lines;
	bool				begun;
	bool				listing;
	bool				more;
};

int otr_edit_open(struct otr_edit *edit, struct otr_file *of, const struct otr_edit_ops *ops);
void otr_edit_close(struct otr_edit *edit);
ssize_t otr_edit_write(struct otr_file *of, char *text, size_t len);
extern const struct seq_operations otr_edit_walk;

#endif /* _OTR_FS_EDIT_H */
