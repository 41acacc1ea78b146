// SPDX-License-Identifier: GPL-2.0-only
/* What a definition of a probe calls its event: the part behind the colon of its first word. */
#include <linux/ctype.h>
#include <linux/string.h>

#include "probe/event.h"

/* Is it a name as C has them, or, with @dash, one with dashes in it? */
static bool name_good(const char *name, bool dash)
{
	if (isdigit(*name))
		return false;
	do {
		if (!isalnum(*name) && *name != '_' && !(dash && *name == '-'))
			return false;
	} while (*++name);
	return true;
}

static int name_read_group(struct otr_fetch_line *line, struct otr_probe_name *name,
			   unsigned int word, unsigned int from, size_t len)
{
	if (!len)
		return otr_fetch_fail(line, word, from, OTR_FETCH_NO_GROUP_NAME);
	if (len >= sizeof(name->group))
		return otr_fetch_fail(line, word, from, OTR_FETCH_GROUP_TOO_LONG);
	memcpy(name->group, line->word[word] + from, len);
	name->group[len] = '\0';
	if (!name_good(name->group, true))
		return otr_fetch_fail(line, word, from, OTR_FETCH_BAD_GROUP_NAME);
	return 0;
}

/**
 * otr_probe_read_name_at - read "[GROUP/]EVENT", or the same with a dot
 * @line: the definition
 * @name: filled in; what is not there stays
 * @word: the word that has it, up to its end
 * @from: where in that word
 *
 * Context: may sleep.
 * Return: 0, -EINVAL. The event may be missing where there is a group.
 */
int otr_probe_read_name_at(struct otr_fetch_line *line, struct otr_probe_name *name,
			   unsigned int word, unsigned int from)
{
	const char *text = line->word[word] + from, *slash = strchr(text, '/');
	int err;

	if (!slash)
		slash = strchr(text, '.');
	if (slash) {
		err = name_read_group(line, name, word, from, slash - text);
		if (err)
			return err;
		from += slash + 1 - text;
		text = slash + 1;
	}
	if (!*text)
		return slash ? 0 : otr_fetch_fail(line, word, from, OTR_FETCH_NO_EVENT_NAME);
	if (strlen(text) >= sizeof(name->event))
		return otr_fetch_fail(line, word, from, OTR_FETCH_EVENT_TOO_LONG);
	if (!name_good(text, false))
		return otr_fetch_fail(line, word, from, OTR_FETCH_BAD_EVENT_NAME);
	strscpy(name->event, text);
	return 0;
}

/**
 * otr_probe_read_name - read what the first word of a definition says of the name
 * @line: the definition
 * @name: filled in; @event is "" where the definition has none
 * @group: the group where it has none
 *
 * Context: may sleep.
 * Return: 0, -EINVAL.
 */
int otr_probe_read_name(struct otr_fetch_line *line, struct otr_probe_name *name,
			const char *group)
{
	const char *colon = strchr(line->word[0] + 1, ':');

	strscpy(name->group, group);
	name->event[0] = '\0';
	return colon ? otr_probe_read_name_at(line, name, 0, colon + 1 - line->word[0]) : 0;
}

/**
 * otr_probe_clean_name - make a name of an event of what a place is called
 * @name: the text, changed
 *
 * Context: any.
 */
void otr_probe_clean_name(char *name)
{
	/* Whatever it begins with is right. */
	while (*name && *++name)
		if (strchr(":.*", *name))
			*name = '_';
}
