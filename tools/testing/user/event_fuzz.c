// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer looks for a blob of types that hurts who reads it: fuzz.sh. Without
 * blobs to begin with, it makes one that is whole.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/err.h>

#include "event/btf.h"
#include "event_blob.h"

/* libFuzzer's names for them. */
int try_blob(const unsigned char *data, size_t size) __asm__("LLVMFuzzerTestOneInput");
size_t change_blob(unsigned char *data, size_t size, size_t max,
		   unsigned int seed) __asm__("LLVMFuzzerCustomMutator");
size_t change_any(unsigned char *data, size_t size, size_t max) __asm__("LLVMFuzzerMutate");

static const unsigned long words[6] = { 1, -2, 3, -4, 5, -6 };

static void ask(const struct otr_btf *btf, u32 proto)
{
	struct otr_value value;
	struct seq_buf out;
	char text[256];

	seq_buf_init(&out, text, sizeof(text));
	otr_btf_print_args(btf, proto, words, &out);
	otr_btf_judge(btf, proto, -5, &value);
}

int try_blob(const unsigned char *data, size_t size)
{
	/* Of just that size, and where words can be read. */
	void *copy = malloc(size);
	struct otr_btf *btf, *split;

	memcpy(copy, data, size);
	btf = otr_btf_open(copy, size, NULL);
	if (!IS_ERR(btf)) {
		ask(btf, otr_btf_find(btf, "func"));
		for (u32 id = 0; id < 64; id++)
			ask(btf, id);
		split = otr_btf_open(copy, size, btf);
		if (!IS_ERR(split)) {
			for (u32 id = 0; id < 128; id++)
				ask(split, id);
			otr_btf_close(split);
		}
		otr_btf_close(btf);
	}
	free(copy);
	return 0;
}

static size_t whole_blob(unsigned char *to, size_t max)
{
	static struct blob blob;
	struct blob_ids id;
	struct blob_param params[3] = {};
	size_t size;
	void *data;

	blob_all_kinds(&blob, &id);
	params[0] = (struct blob_param) { "a", id.const_ };
	params[1] = (struct blob_param) { "b", id.pair };
	blob_func(&blob, "func", id.pair, params);
	data = blob_make(&blob, &size);
	size = size < max ? size : max;
	memcpy(to, data, size);
	free(data);
	return size;
}

/* A header by chance takes for ever. */
size_t change_blob(unsigned char *data, size_t size, size_t max, unsigned int seed)
{
	const size_t head = sizeof(struct btf_header);

	if (size <= head || seed % 64 == 0)
		size = whole_blob(data, max);
	if (size <= head || seed % 8 == 0)
		return change_any(data, size, max);
	/* No byte more or less, for which the header would have to change, too. */
	change_any(data + head, size - head, size - head);
	return size;
}
