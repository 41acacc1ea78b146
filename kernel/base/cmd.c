// SPDX-License-Identifier: GPL-2.0-only
/* Cutting users' text into words and commands into tokens. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
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
 * @text: the command; has to live as long as @cmd and its tokens
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
 * otr_cmd_word - take the next word
 * @cmd: the command
 * @ends: characters that end a word as white space does, but stay where they are
 * @token: filled in, even if there is no word
 *
 * A word that begins with ' or " goes to the next one of these.
 *
 * Context: any.
 * Return: 0, -ENOENT if no word is next, -EINVAL if the quote is not closed.
 */
int otr_cmd_word(struct otr_cmd *cmd, const char *ends, struct otr_token *token)
{
	bool done = otr_cmd_done(cmd);
	const char *start = cmd->text + cmd->pos;
	const char *end = start;

	*token = (struct otr_token) { .text = start, .pos = cmd->pos };
	if (done)
		return -ENOENT;

	if (*start == '"' || *start == '\'') {
		token->quote = *start;
		token->text = ++start;
		token->pos++;
		end = strchr(start, token->quote);
		if (!end)
			return -EINVAL;
		token->len = end - start;
		cmd->pos = token->pos + token->len + 1;
		return 0;
	}

	while (*end && !isspace(*end) && !strchr(ends, *end))
		end++;
	token->len = end - start;
	cmd->pos += token->len;
	return token->len ? 0 : -ENOENT;
}

/**
 * otr_token_is - compare a token with a text
 * @token: the token
 * @text: the text
 *
 * Context: any.
 * Return: true if they are the same.
 */
bool otr_token_is(const struct otr_token *token, const char *text)
{
	return strlen(text) == token->len && !memcmp(token->text, text, token->len);
}

/**
 * otr_token_copy - copy a token, with a zero behind it
 * @token: the token
 * @to: where to
 * @size: room there
 *
 * Context: any.
 * Return: 0, -E2BIG if it does not fit.
 */
int otr_token_copy(const struct otr_token *token, char *to, size_t size)
{
	if (token->len >= size)
		return -E2BIG;
	memcpy(to, token->text, token->len);
	to[token->len] = '\0';
	return 0;
}

/**
 * otr_token_u64 - read a token as a number
 * @token: the token, a number in C notation
 * @value: filled in
 *
 * Context: any.
 * Return: 0, -EINVAL if it is no number, -ERANGE if it is too big.
 */
int otr_token_u64(const struct otr_token *token, u64 *value)
{
	/* The longest one is octal: 22 digits and the leading zero. */
	char text[32];

	if (otr_token_copy(token, text, sizeof(text)))
		return -EINVAL;
	return kstrtou64(text, 0, value);
}

/**
 * otr_cmd_fail - note what is wrong with a command
 * @cmd: the command
 * @error: number in its catalog
 * @pos: offset of what is wrong, often otr_token.pos
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
