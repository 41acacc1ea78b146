// SPDX-License-Identifier: GPL-2.0-only
/* Cutting users' text into words, and reading commands. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "base/base.h"

/**
 * otr_word_init - get ready to cut writes into words
 * @word: what to set up
 * @size: of the longest word, with its final zero
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM.
 */
int otr_word_init(struct otr_word *word, unsigned int size)
{
	word->text = kmalloc(size, GFP_KERNEL);
	word->size = size;
	otr_word_clear(word);
	return word->text ? 0 : -ENOMEM;
}

/**
 * otr_word_free - the counterpart of otr_word_init()
 * @word: from there, even if it failed
 *
 * Context: may sleep.
 */
void otr_word_free(struct otr_word *word)
{
	kfree(word->text);
	word->text = NULL;
}

/**
 * otr_word_clear - forget the word so far
 * @word: the cutter
 *
 * Context: any.
 */
void otr_word_clear(struct otr_word *word)
{
	word->len = 0;
	word->open = false;
}

/**
 * otr_word_feed - take the next word, or a part of it, out of a write
 * @word: the cutter; a word that is ready is overwritten
 * @from: what was written
 * @len: its length, not 0
 *
 * Takes white space, one word and one character behind it; a zero byte ends a
 * word as well.
 *
 * Context: any.
 * Return: how much was taken, -EINVAL if the word is too long.
 */
ssize_t otr_word_feed(struct otr_word *word, const char *from, size_t len)
{
	size_t i = 0;

	if (!word->open) {
		otr_word_clear(word);
		while (i < len && isspace(from[i]))
			i++;
		if (i < len && !from[i])
			return i + 1;
	}

	for (; i < len; i++) {
		word->open = from[i] && !isspace(from[i]);
		if (!word->open) {
			i++;
			break;
		}
		if (word->len + 1 >= word->size) {
			otr_word_clear(word);
			return -EINVAL;
		}
		word->text[word->len++] = from[i];
	}
	word->text[word->len] = '\0';
	return i;
}

/**
 * otr_word_last - the word so far, complete or not
 * @word: the cutter
 *
 * Context: any.
 * Return: the word, NULL if there is none.
 */
char *otr_word_last(struct otr_word *word)
{
	return word->len ? word->text : NULL;
}

/**
 * otr_word_ready - the word, if it cannot go on in the next write
 * @word: the cutter
 *
 * Context: any.
 * Return: the word, NULL if there is none or it may go on.
 */
char *otr_word_ready(struct otr_word *word)
{
	return word->open ? NULL : otr_word_last(word);
}

/**
 * otr_cmd_init - begin to read a command
 * @cmd: set up
 * @catalog: its possible errors
 * @text: the command; has to live as long as @cmd
 *
 * Context: any.
 */
void otr_cmd_init(struct otr_cmd *cmd, const struct otr_catalog *catalog, const char *text)
{
	*cmd = (struct otr_cmd) {
		.catalog	= catalog,
		.text		= text,
		.error		= -1,
	};
}

/**
 * otr_cmd_done - is nothing left but white space?
 * @cmd: the command, moved on to what is not white space
 *
 * Context: any.
 * Return: true if nothing is left.
 */
bool otr_cmd_done(struct otr_cmd *cmd)
{
	while (isspace(cmd->text[cmd->pos]))
		cmd->pos++;
	return !cmd->text[cmd->pos];
}

/**
 * otr_cmd_char - take a certain character, if it is next
 * @cmd: the command
 * @c: the character, not white space
 *
 * Context: any.
 * Return: true if it was there.
 */
bool otr_cmd_char(struct otr_cmd *cmd, char c)
{
	if (otr_cmd_done(cmd) || cmd->text[cmd->pos] != c)
		return false;
	cmd->pos++;
	return true;
}

/**
 * otr_cmd_fail - note what is wrong with a command
 * @cmd: the command
 * @error: number in its catalog
 * @pos: offset of what is wrong
 *
 * The first error stays.
 *
 * Context: any.
 * Return: -EINVAL, so that a parser can return it.
 */
int otr_cmd_fail(struct otr_cmd *cmd, unsigned int error, unsigned int pos)
{
	if (cmd->error < 0) {
		cmd->error = error;
		cmd->error_pos = pos;
	}
	return -EINVAL;
}
