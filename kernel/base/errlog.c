// SPDX-License-Identifier: GPL-2.0-only
/* The log of users' errors. */
#include <linux/bug.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/sched/clock.h>
#include <linux/seq_buf.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "base/base.h"

/* What a command's line begins with; the caret's line is as far to the right. */
#define LEAD		"  Command: "

/*
 * One error.
 *
 * @list: in otr_errlog.errors
 * @text: what is wrong
 * @place: where that is, a copy behind the command
 * @pos: offset of the caret
 * @time: local_clock() of when it happened
 * @cmd: the command
 */
struct error {
	struct list_head		list;
	const char			*text;
	char				*place;
	unsigned int			pos;
	u64				time;
	char				cmd[];
};

/**
 * otr_errlog_init - set up an empty log
 * @log: the log
 *
 * Context: any.
 */
void otr_errlog_init(struct otr_errlog *log)
{
	mutex_init(&log->lock);
	INIT_LIST_HEAD(&log->errors);
	log->nr = 0;
}

static void errlog_forget_oldest(struct otr_errlog *log)
{
	struct error *error = list_first_entry(&log->errors, struct error, list);

	list_del(&error->list);
	log->nr--;
	kfree(error);
}

/**
 * otr_errlog_clear - forget all errors
 * @log: the log
 *
 * Context: may sleep.
 */
void otr_errlog_clear(struct otr_errlog *log)
{
	mutex_lock(&log->lock);
	while (log->nr)
		errlog_forget_oldest(log);
	mutex_unlock(&log->lock);
}

/**
 * otr_errlog_put - remember an error
 * @log: the log
 * @catalog: where its text is; only the texts have to stay
 * @text: the command that has it
 * @error: number in @catalog
 * @pos: offset of what is wrong in @text
 *
 * An error that finds no memory is not remembered.
 *
 * Context: may sleep.
 */
void otr_errlog_put(struct otr_errlog *log, const struct otr_catalog *catalog,
		    const char *text, unsigned int error, unsigned int pos)
{
	size_t size = strlen(text) + 1, more = strlen(catalog->place) + 1;
	struct error *entry;

	if (WARN_ON_ONCE(error >= catalog->nr))
		return;
	entry = kmalloc(struct_size(entry, cmd, size + more), GFP_KERNEL);
	if (!entry)
		return;
	entry->text = catalog->text[error];
	entry->place = entry->cmd + size;
	entry->pos = min_t(unsigned int, pos, U16_MAX);
	entry->time = local_clock();
	memcpy(entry->cmd, text, size);
	memcpy(entry->place, catalog->place, more);

	mutex_lock(&log->lock);
	if (log->nr == OTR_ERRLOG_MAX)
		errlog_forget_oldest(log);
	list_add_tail(&entry->list, &log->errors);
	log->nr++;
	mutex_unlock(&log->lock);
}

/**
 * otr_errlog_add - remember a command's error
 * @log: the log
 * @cmd: the command; nothing happens if it has no error
 *
 * Context: may sleep.
 */
void otr_errlog_add(struct otr_errlog *log, const struct otr_cmd *cmd)
{
	if (cmd->error >= 0)
		otr_errlog_put(log, cmd->catalog, cmd->text, cmd->error, cmd->error_pos);
}

static void errlog_error_text(const struct error *error, struct seq_buf *out)
{
	u32 nsec;
	u64 sec = div_u64_rem(error->time, NSEC_PER_SEC, &nsec);

	seq_buf_printf(out, "[%5llu.%06u] %s: error: %s\n", (unsigned long long)sec,
		       nsec / (u32)NSEC_PER_USEC, error->place, error->text);
	seq_buf_printf(out, LEAD "%s\n", error->cmd);
	otr_text_fill(out, ' ', strlen(LEAD) + error->pos);
	seq_buf_puts(out, "^\n");
}

/**
 * otr_errlog_count - how many errors are remembered
 * @log: the log
 *
 * Context: may sleep.
 * Return: their number, OTR_ERRLOG_MAX at most.
 */
unsigned int otr_errlog_count(struct otr_errlog *log)
{
	unsigned int nr;

	mutex_lock(&log->lock);
	nr = log->nr;
	mutex_unlock(&log->lock);
	return nr;
}

/**
 * otr_errlog_text - print one error
 * @log: the log
 * @index: which one, 0 for the oldest
 * @out: gets the three lines
 *
 * Context: may sleep.
 * Return: true, false if there are not so many.
 */
bool otr_errlog_text(struct otr_errlog *log, unsigned int index, struct seq_buf *out)
{
	struct error *error;
	bool found = false;

	mutex_lock(&log->lock);
	list_for_each_entry(error, &log->errors, list) {
		if (index--)
			continue;
		errlog_error_text(error, out);
		found = true;
		break;
	}
	mutex_unlock(&log->lock);
	return found;
}
