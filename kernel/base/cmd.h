/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Users' text: cutting writes into words, reading commands with the position
 * of every part, and telling what was wrong with them.
 */
#ifndef _OTR_BASE_CMD_H
#define _OTR_BASE_CMD_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct seq_buf;

/**
 * struct otr_word - cuts what comes in by write() into words at white space
 * @text: the word so far, zero-terminated
 * @len: its length
 * @size: of @text, with the final zero
 * @open: the word may go on in the next write
 *
 * Lives as long as the open file. A word that a write ends without white space
 * is kept and joined with the next write; closing the file takes what is
 * left by otr_word_last().
 */
struct otr_word {
	char		*text;
	unsigned int	len;
	unsigned int	size;
	bool		open;
};

int otr_word_init(struct otr_word *word, unsigned int size);
void otr_word_free(struct otr_word *word);
ssize_t otr_word_feed(struct otr_word *word, const char *from, size_t len);
char *otr_word_ready(struct otr_word *word);
char *otr_word_last(struct otr_word *word);
void otr_word_clear(struct otr_word *word);

/**
 * struct otr_catalog - the errors that a kind of command can have
 * @place: what the error log calls it
 * @text: messages by number
 * @nr: how many
 */
struct otr_catalog {
	const char		*place;
	const char *const	*text;
	unsigned int		nr;
};

/**
 * struct otr_cmd - a user's command being read
 * @catalog: its possible errors
 * @text: the whole command, zero-terminated, not changed
 * @pos: offset of what is read next
 * @error: number of its first error in @catalog, -1 for none yet
 * @error_pos: offset of what is wrong
 */
struct otr_cmd {
	const struct otr_catalog	*catalog;
	const char			*text;
	unsigned int			pos;
	int				error;
	unsigned int			error_pos;
};

void otr_cmd_init(struct otr_cmd *cmd, const struct otr_catalog *catalog, const char *text);
bool otr_cmd_done(struct otr_cmd *cmd);
bool otr_cmd_char(struct otr_cmd *cmd, char c);
int otr_cmd_fail(struct otr_cmd *cmd, unsigned int error, unsigned int pos);

/* Errors that a log remembers; older ones are forgotten. */
#define OTR_ERRLOG_MAX	8

/**
 * struct otr_errlog - the last errors of an instance
 * @lock: guards the rest
 * @errors: struct error, oldest first
 * @nr: how many
 */
struct otr_errlog {
	struct mutex		lock;	/* see above */
	struct list_head	errors;
	unsigned int		nr;
};

void otr_errlog_init(struct otr_errlog *log);
void otr_errlog_clear(struct otr_errlog *log);
void otr_errlog_add(struct otr_errlog *log, const struct otr_cmd *cmd);
void otr_errlog_put(struct otr_errlog *log, const struct otr_catalog *catalog,
		    const char *text, unsigned int error, unsigned int pos);
unsigned int otr_errlog_count(struct otr_errlog *log);
bool otr_errlog_text(struct otr_errlog *log, unsigned int index, struct seq_buf *out);

#endif /* _OTR_BASE_CMD_H */
