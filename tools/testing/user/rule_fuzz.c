// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer looks for a text that hurts the reader of filters, or makes a
 * program that hurts: fuzz.sh.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rule_test.h"

#define RECORDS	4

static struct test_rec recs[RECORDS];

static void need(bool what)
{
	if (!what)
		abort();
}

static void make_records(void)
{
	for (unsigned int i = 0; i < RECORDS; i++) {
		struct test_rec *rec = &recs[i];

		/* All bits one and the like, where that is not a location. */
		test_rec_init(rec);
		memset(&rec->head, i * 0x55, offsetof(struct test_rec, filename));
		memset(rec->names, i ? 'a' : 0, sizeof(rec->names));
		rec->masks[0].bits = i;
		rec->masks[1].bits = i;
	}
	recs[1].s = TEST_TEXT;
	recs[2].s = TEST_USER_TEXT;
	memset(test_text, 'a', sizeof(test_text));
}

/* A program goes forward only, and leads out of itself. */
static void check_steps(const struct otr_filter *filter)
{
	need(filter->nr);
	for (int i = 0; i < filter->nr; i++)
		for (int answer = 0; answer < 2; answer++) {
			int next = filter->steps[i].next[answer];

			need(next == OTR_STEP_ACCEPT || next == OTR_STEP_REJECT ||
			     (next > i && next < filter->nr));
		}
}

/* libFuzzer's name for it. */
int try_text(const unsigned char *data, size_t size) __asm__("LLVMFuzzerTestOneInput");

int try_text(const unsigned char *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct otr_filter *filter = NULL;
	struct otr_cmd cmd;
	int err;

	if (!recs[0].filename)
		make_records();
	err = otr_filter_create(&test_event, text, &cmd, &filter);
	if (err) {
		need(err == -EINVAL && !filter);
		need(cmd.error >= 0 && cmd.error < cmd.catalog->nr);
		need(cmd.error_pos <= strlen(text) + 2);
		filter = otr_filter_create_broken(&cmd);
		need(!strncmp(otr_filter_text(filter), text, strlen(text)));
		need(otr_filter_match(filter, &recs[0]));
	} else {
		need(cmd.error < 0);
		need(!strcmp(otr_filter_text(filter), text));
		check_steps(filter);
		for (unsigned int i = 0; i < RECORDS; i++)
			otr_filter_match(filter, &recs[i]);
	}
	otr_filter_free(filter);
	free(text);
	return 0;
}
