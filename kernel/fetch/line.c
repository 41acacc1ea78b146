// SPDX-License-Identifier: GPL-2.0-only
/* A definition of a probe as words, and what is said about it. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "fetch/plan.h"

const char *const otr_fetch_errors[OTR_FETCH_NR_ERRORS] = {
	[OTR_FETCH_FILE_NOT_FOUND]	= "Failed to find the given file",
	[OTR_FETCH_NO_REGULAR_FILE]	= "Not a regular file",
	[OTR_FETCH_BAD_REFCNT]		= "Invalid reference counter offset",
	[OTR_FETCH_REFCNT_OPEN_BRACE]	= "Reference counter brace is not closed",
	[OTR_FETCH_BAD_REFCNT_SUFFIX]	= "Reference counter has wrong suffix",
	[OTR_FETCH_BAD_UPROBE_OFFS]	= "Invalid uprobe offset",
	[OTR_FETCH_BAD_MAXACT_TYPE]	= "Maxactive is only for function exit",
	[OTR_FETCH_BAD_MAXACT]		= "Invalid maxactive number",
	[OTR_FETCH_MAXACT_TOO_BIG]	= "Maxactive is too big",
	[OTR_FETCH_BAD_PROBE_ADDR]	= "Invalid probed address or symbol",
	[OTR_FETCH_NON_UNIQ_SYMBOL]	= "The symbol is not unique",
	[OTR_FETCH_BAD_RETPROBE]	= "Retprobe address must be an function entry",
	[OTR_FETCH_NO_TRACEPOINT]	= "Tracepoint is not found",
	[OTR_FETCH_BAD_TP_NAME]		= "Invalid character in tracepoint name",
	[OTR_FETCH_BAD_ADDR_SUFFIX]	= "Invalid probed address suffix",
	[OTR_FETCH_NO_GROUP_NAME]	= "Group name is not specified",
	[OTR_FETCH_GROUP_TOO_LONG]	= "Group name is too long",
	[OTR_FETCH_BAD_GROUP_NAME]	=
		"Group name must follow the same rules as C identifiers",
	[OTR_FETCH_NO_EVENT_NAME]	= "Event name is not specified",
	[OTR_FETCH_EVENT_TOO_LONG]	= "Event name is too long",
	[OTR_FETCH_BAD_EVENT_NAME]	=
		"Event name must follow the same rules as C identifiers",
	[OTR_FETCH_EVENT_EXIST]		=
		"Given group/event name is already used by another event",
	[OTR_FETCH_RETVAL_ON_PROBE]	= "$retval is not available on probe",
	[OTR_FETCH_NO_RETVAL]		= "This function returns 'void' type",
	[OTR_FETCH_BAD_STACK_NUM]	= "Invalid stack number",
	[OTR_FETCH_BAD_ARG_NUM]		= "Invalid argument number",
	[OTR_FETCH_BAD_VAR]		= "Invalid $-variable specified",
	[OTR_FETCH_BAD_REG_NAME]	= "Invalid register name",
	[OTR_FETCH_BAD_MEM_ADDR]	= "Invalid memory address",
	[OTR_FETCH_BAD_IMM]		= "Invalid immediate value",
	[OTR_FETCH_IMMSTR_NO_CLOSE]	= "String is not closed with '\"'",
	[OTR_FETCH_FILE_ON_KPROBE]	= "File offset is not available with kprobe",
	[OTR_FETCH_BAD_FILE_OFFS]	= "Invalid file offset value",
	[OTR_FETCH_SYM_ON_UPROBE]	= "Symbol is not available with uprobe",
	[OTR_FETCH_TOO_MANY_OPS]	= "Dereference is too much nested",
	[OTR_FETCH_DEREF_NEED_BRACE]	= "Dereference needs a brace",
	[OTR_FETCH_BAD_DEREF_OFFS]	= "Invalid dereference offset",
	[OTR_FETCH_DEREF_OPEN_BRACE]	= "Dereference brace is not closed",
	[OTR_FETCH_COMM_CANT_DEREF]	= "$comm can not be dereferenced",
	[OTR_FETCH_BAD_FETCH_ARG]	= "Invalid fetch argument",
	[OTR_FETCH_ARRAY_NO_CLOSE]	= "Array is not closed",
	[OTR_FETCH_BAD_ARRAY_SUFFIX]	= "Array has wrong suffix",
	[OTR_FETCH_BAD_ARRAY_NUM]	= "Invalid array size",
	[OTR_FETCH_ARRAY_TOO_BIG]	= "Array number is too big",
	[OTR_FETCH_BAD_TYPE]		= "Unknown type is specified",
	[OTR_FETCH_BAD_STRING]		= "String accepts only memory argument",
	[OTR_FETCH_BAD_SYMSTRING]	= "Symbol String doesn't accept data/userdata",
	[OTR_FETCH_BAD_BITFIELD]	= "Invalid bitfield",
	[OTR_FETCH_ARG_NAME_TOO_LONG]	= "Argument name is too long",
	[OTR_FETCH_NO_ARG_NAME]		= "Argument name is not specified",
	[OTR_FETCH_BAD_ARG_NAME]	=
		"Argument name must follow the same rules as C identifiers",
	[OTR_FETCH_USED_ARG_NAME]	= "This argument name is already used",
	[OTR_FETCH_ARG_TOO_LONG]	= "Argument expression is too long",
	[OTR_FETCH_NO_ARG_BODY]		= "No argument expression",
	[OTR_FETCH_BAD_INSN_BNDRY]	= "Probe point is not an instruction boundary",
	[OTR_FETCH_FAIL_REG_PROBE]	= "Failed to register probe event",
	[OTR_FETCH_DIFF_PROBE_TYPE]	= "Probe type is different from existing probe",
	[OTR_FETCH_DIFF_ARG_TYPE]	=
		"Argument type or name is different from existing probe",
	[OTR_FETCH_SAME_PROBE]		= "There is already the exact same probe event",
	[OTR_FETCH_NO_EVENT_INFO]	= "This requires both group and event name to attach",
	[OTR_FETCH_BAD_ATTACH_EVENT]	= "Attached event does not exist",
	[OTR_FETCH_BAD_ATTACH_ARG]	= "Attached event does not have this field",
	[OTR_FETCH_NO_EP_FILTER]	= "No filter rule after 'if'",
	[OTR_FETCH_NOSUP_BTFARG]	= "BTF is not available or not supported",
	[OTR_FETCH_NO_BTFARG]		= "This variable is not found at this probe point",
	[OTR_FETCH_NO_BTF_ENTRY]	= "No BTF entry for this probe point",
	[OTR_FETCH_BAD_VAR_ARGS]	=
		"$arg* must be an independent parameter without name etc.",
	[OTR_FETCH_NOFENTRY_ARGS]	= "$arg* can be used only on function entry or exit",
	[OTR_FETCH_DOUBLE_ARGS]		= "$arg* can be used only once in the parameters",
	[OTR_FETCH_ARGS_2LONG]		=
		"$arg* failed because the argument list is too long",
	[OTR_FETCH_ARGIDX_2BIG]		= "$argN index is too big",
	[OTR_FETCH_NO_PTR_STRCT]	= "This is not a pointer to union/structure.",
	[OTR_FETCH_NOSUP_DAT_ARG]	=
		"Non pointer structure/union argument is not supported.",
	[OTR_FETCH_BAD_HYPHEN]		= "Failed to parse single hyphen. Forgot '>'?",
	[OTR_FETCH_NO_BTF_FIELD]	= "This field is not found.",
	[OTR_FETCH_BAD_BTF_TID]		= "Failed to get BTF type info.",
	[OTR_FETCH_BAD_TYPE4STR]	= "This type does not fit for string.",
	[OTR_FETCH_NEED_STRING_TYPE]	= "$comm and immediate-string only accepts string type",
	[OTR_FETCH_EVENT_TOO_BIG]	= "Event too big (too many fields?)",
	[OTR_FETCH_TOO_MANY_ARGS]	= "Too many arguments are specified",
	[OTR_FETCH_NOSUP_PERCPU]	= "Per-cpu variable access is not supported here",
	[OTR_FETCH_TYPECAST_REQ_FIELD]	= "Typecast requires a field access",
	[OTR_FETCH_TYPECAST_NOT_ALIGNED] = "Typecast field is not byte-aligned",
	[OTR_FETCH_TYPECAST_BAD_ARROW]	= "Typecast field can not have '->'",
	[OTR_FETCH_TYPECAST_SYM_OFFSET]	= "@SYM+OFFSET with typecast needs parentheses",
	[OTR_FETCH_TOO_MANY_NESTED]	= "Typecast is too much nested",
};

static unsigned int line_count(const char *text)
{
	unsigned int nr = 0;

	for (text = skip_spaces(text); *text; text = skip_spaces(text)) {
		nr++;
		while (*text && !isspace(*text))
			text++;
	}
	return nr;
}

/* The words, one behind the other, with a zero behind each. */
static void line_cut(struct otr_fetch_line *line, const char *text, char *to)
{
	unsigned int i;

	for (i = 0; i < line->nr; i++) {
		text = skip_spaces(text);
		line->word[i] = to;
		while (*text && !isspace(*text))
			*to++ = *text++;
		*to++ = '\0';
	}
}

/* As error_log shows them. */
static char *line_join(const struct otr_fetch_line *line)
{
	size_t size = 1;
	char *text, *to;
	unsigned int i;

	for (i = 0; i < line->nr; i++)
		size += strlen(line->word[i]) + 1;
	text = kmalloc(size, GFP_KERNEL);
	if (!text)
		return NULL;
	for (i = 0, to = text; i < line->nr; i++) {
		size_t len = strlen(line->word[i]);

		memcpy(to, line->word[i], len);
		to += len;
		*to++ = ' ';
	}
	/* The last blank is none. */
	to[to == text ? 0 : -1] = '\0';
	return text;
}

/**
 * otr_fetch_line_open - cut a definition into words
 * @line: set up
 * @catalog: texts of what can be wrong: otr_fetch_errors, and the kind's name
 * @text: the definition; it need not stay
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM. Then, too, otr_fetch_line_close() may follow.
 */
int otr_fetch_line_open(struct otr_fetch_line *line, const struct otr_catalog *catalog,
			const char *text)
{
	unsigned int nr = line_count(text);
	size_t table = max(nr, 1U) * sizeof(*line->word);
	char *joined;

	otr_cmd_init(&line->cmd, catalog, NULL);
	line->also = -1;
	line->nr = nr;
	line->expanded = NULL;
	line->word = kmalloc(table + strlen(text) + 1, GFP_KERNEL);
	if (!line->word)
		return -ENOMEM;
	line_cut(line, text, (char *)line->word + table);
	joined = line_join(line);
	line->cmd.text = joined;
	return joined ? 0 : -ENOMEM;
}

/**
 * otr_fetch_line_close - the counterpart of otr_fetch_line_open()
 * @line: from there
 *
 * Context: may sleep.
 */
void otr_fetch_line_close(struct otr_fetch_line *line)
{
	kfree(line->cmd.text);
	kfree(line->word);
	kfree(line->expanded);
}

/**
 * otr_fetch_line_renew - words were replaced
 * @line: the line, with nothing wrong so far
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM.
 */
int otr_fetch_line_renew(struct otr_fetch_line *line)
{
	char *joined = line_join(line);

	if (!joined)
		return -ENOMEM;
	kfree(line->cmd.text);
	line->cmd.text = joined;
	return 0;
}

/**
 * otr_fetch_fail - note what is wrong with a definition
 * @line: the definition
 * @word: number of the word; behind the last one, the end of the text is meant
 * @offset: of what is wrong in that word
 * @error: what it is
 *
 * The first error stays.
 *
 * Context: any.
 * Return: -EINVAL, so that a parser can return it.
 */
int otr_fetch_fail(struct otr_fetch_line *line, unsigned int word, unsigned int offset,
		   enum otr_fetch_error error)
{
	unsigned int pos = 0, i;

	for (i = 0; i < line->nr && i < word; i++)
		pos += strlen(line->word[i]) + 1;
	return otr_cmd_fail(&line->cmd, error, word < line->nr ? pos + offset : pos);
}

/**
 * otr_fetch_line_log - tell the user what was wrong
 * @line: the definition; nothing happens if nothing was wrong
 * @log: where to
 *
 * Context: may sleep.
 */
void otr_fetch_line_log(const struct otr_fetch_line *line, struct otr_errlog *log)
{
	otr_errlog_add(log, &line->cmd);
	if (line->cmd.error >= 0 && line->also >= 0)
		otr_errlog_put(log, line->cmd.catalog, line->cmd.text, line->also,
			       line->cmd.error_pos);
}
