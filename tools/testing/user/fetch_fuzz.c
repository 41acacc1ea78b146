// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer looks for a definition that hurts the reader of probes' arguments, or makes a
 * program that hurts: fuzz.sh.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/slab.h>

#include "fetch_test.h"

/* No word is replaced by a longer one. */
#define EXPANDED	512

static struct test_rec other;
static struct pt_regs regs;

static void need(bool what)
{
	if (!what)
		abort();
}

static void fill(void)
{
	u64 *word = (void *)test_kernel;

	for (unsigned int i = 0; i < TEST_SIZE / sizeof(*word); i++)
		word[i] = i % 3 ? TEST_KERNEL + 8 * i : 0x6161616161616161 >> (i % 64);
	memcpy(test_user, test_kernel, TEST_SIZE);
	test_rec_init(&other);
	test_real = &other;
	test_real_size = sizeof(other);
	regs = (struct pt_regs){
		.di = TEST_KERNEL, .si = TEST_USER, .dx = TEST_KERNEL + TEST_SIZE - 8,
		.cx = -1, .ax = TEST_USER + TEST_SIZE - 3, .sp = TEST_KERNEL,
	};
}

/* Whatever was read, its record is as long as it says, and all of it was written. */
static void run(struct test_probe *probe, unsigned int room)
{
	struct otr_fetch_source source = {
		.base = probe->place.where & OTR_FETCH_EVENT ? (void *)&other : (void *)&regs,
		.stack = probe->place.where & OTR_FETCH_USER ? TEST_USER : TEST_KERNEL,
		.file = TEST_USER,
	};
	u64 saved[OTR_FETCH_ARGS];
	char *rec = malloc(room);
	struct otr_line line = { .rec = rec };
	static char text[1 << 20];
	struct seq_buf out;

	otr_fetch_save(probe->fetch, &source, saved);
	source.saved = saved;
	line.out = &out;
	line.len = probe->place.where & OTR_FETCH_USER ?
		otr_fetch_run_user(probe->fetch, &source, rec, room) :
		otr_fetch_run(probe->fetch, &source, rec, room);
	need(line.len >= probe->fetch->size && line.len <= room);
	need(probe->fetch->texts || line.len == probe->fetch->size);
	seq_buf_init(&out, text, sizeof(text));
	otr_fetch_print(probe->fetch, &line);
	need(!seq_buf_has_overflowed(&out));
	free(rec);
}

static void check(struct test_probe *probe)
{
	struct otr_field fields[OTR_FETCH_ARGS];
	unsigned int end = probe->place.head, nr = otr_fetch_fields(probe->fetch, fields);
	size_t len = otr_fetch_print_fmt(probe->fetch, "", "", NULL, 0);
	char *fmt = malloc(len + 1);

	need(nr == probe->fetch->nr && nr <= OTR_FETCH_ARGS);
	for (unsigned int i = 0; i < nr; i++) {
		need(fields[i].offset == end && fields[i].size);
		end += fields[i].size;
	}
	need(end == probe->fetch->size);
	need(otr_fetch_print_fmt(probe->fetch, "", "", fmt, len + 1) == len);
	need(strlen(fmt) == len);
	free(fmt);
	need(!otr_fetch_differ(probe->fetch, probe->fetch));
}

/* libFuzzer's name for it. */
int try_text(const unsigned char *data, size_t size) __asm__("LLVMFuzzerTestOneInput");

int try_text(const unsigned char *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct test_probe probe;
	long before;

	if (!regs.di)
		fill();
	/* What the kernel does not know is another way. */
	test_types(true);
	test_types(size % 2);
	before = shim_allocated;
	test_open(&probe, text);
	if (probe.err && probe.err != -ECANCELED) {
		need(probe.line.cmd.error >= 0 || probe.fetch || probe.err == -ENOMEM);
		need(probe.line.cmd.error < OTR_FETCH_NR_ERRORS);
		/* A word that stands for a longer one has its place in that, as in-tree. */
		need(probe.line.cmd.error_pos <= strlen(probe.line.cmd.text) + EXPANDED);
	}
	if (probe.fetch) {
		check(&probe);
		run(&probe, probe.fetch->size);
		run(&probe, probe.fetch->size + size % 64);
		run(&probe, probe.fetch->size + 4096);
	}
	test_close(&probe);
	need(shim_allocated == before);
	free(text);
	return 0;
}
