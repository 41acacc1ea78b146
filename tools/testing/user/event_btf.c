// SPDX-License-Identifier: GPL-2.0-only
/* Types of functions: what is printed by them, and blobs that are broken. */
#include <linux/err.h>

#include "event/btf.h"
#include "event_blob.h"
#include "ktap.h"

static const unsigned long words[] = {
	0xfffffffffffffffeUL, 0xdeadbeef00000001UL, 0xffffffffUL, 0x123456789abcdef0UL, 5, 6,
};

static struct blob blob, more;
static struct blob_ids id;

/* Up to nine. */
#define PARAMS(...)	((const struct blob_param[10]) { __VA_ARGS__ })

static struct otr_btf *open_blob(struct blob *b, const struct otr_btf *base, void **data)
{
	size_t size;
	struct otr_btf *btf;

	*data = blob_make(b, &size);
	btf = otr_btf_open(*data, size, base);
	EXPECT(!IS_ERR(btf));
	return btf;
}

static void close_blob(struct otr_btf *btf, void *data)
{
	otr_btf_close(btf);
	free(data);
}

/* What is printed of a function with these parameters. */
static void expect_args(u32 result, const struct blob_param *params, const char *expected)
{
	struct otr_btf *btf;
	struct seq_buf out;
	char text[512];
	void *data;

	blob_all_kinds(&blob, &id);
	blob_func(&blob, "func", result, params);
	btf = open_blob(&blob, NULL, &data);
	seq_buf_init(&out, text, sizeof(text));
	otr_btf_print_args(btf, otr_btf_find(btf, "func"), words, &out);
	seq_buf_putc(&out, '\0');
	EXPECT_STR(text, expected);
	close_blob(btf, data);
}

static void arguments(void)
{
	blob_all_kinds(&blob, &id);
	expect_args(0, PARAMS(), "");
	expect_args(0, PARAMS({ "a", id.s32 }, { "b", id.s32 }, { "c", id.s32 }),
		    "a=-2, b=1, c=-1");
	expect_args(0, PARAMS({ "a", id.u32 }, { "b", id.u32 }, { "c", id.u64 }),
		    "a=0xfffffffe, b=0x1, c=0xffffffff");
	expect_args(0, PARAMS({ "a", id.s8 }, { "b", id.s16 }, { "c", id.u8 }, { "d", id.s16 }),
		    "a=-2, b=1, c=0xff, d=-8464");
	expect_args(0, PARAMS({ "a", id.s64 }, { "b", id.bool_ }, { "c", id.enum_ },
			      { "d", id.ptr }),
		    "a=-2, b=0x1, c=-1, d=0x123456789abcdef0");
	expect_args(0, PARAMS({ "a", id.const_ }, { "b", id.typedef_ }, { "c", id.enum64 }),
		    "a=-2, b=1, c=4294967295");
	expect_args(0, PARAMS({ "", id.s32 }, { "b", id.s32 }), "-2, b=1");
}

static void arguments_of_several_words(void)
{
	expect_args(0, PARAMS({ "a", id.s32 }, { "p", id.pair }, { "b", id.ptr }),
		    "a=-2, p=(STRUCT)[0xdeadbeef00000001:0xffffffff], b=0x123456789abcdef0");
	expect_args(0, PARAMS({ "o", id.one }, { "f", id.float_ }),
		    "o=(STRUCT)[0xfffffffffffffffe], f=(FLOAT)[0xdeadbeef00000001]");
	expect_args(0, PARAMS({ "p", id.ptr }, { "i", id.int128 }, { "d", id.s32 }),
		    "p=0xfffffffffffffffe, i=(INT)[0xdeadbeef00000001:0xffffffff], d=-1698898192");
	/* What takes no register leaves them to the next. */
	expect_args(0, PARAMS({ "b", id.big }, { "t", id.tiny }, { "a", id.s32 }),
		    "b=(STRUCT)[...], t=(STRUCT)[], a=-2");
	expect_args(0, PARAMS({ "a", id.s8 }, { "b", id.s8 }, { "c", id.s8 }, { "d", id.s8 },
			      { "e", id.s8 }, { "p", id.pair }, { "f", id.s8 }),
		    "a=-2, b=1, c=-1, d=-16, e=5, p=(STRUCT)[...], f=6");
}

static void more_arguments_than_registers(void)
{
	expect_args(0, PARAMS({ "a", id.s8 }, { "b", id.s8 }, { "c", id.s8 }, { "d", id.s8 },
			      { "e", id.s8 }, { "f", id.s8 }),
		    "a=-2, b=1, c=-1, d=-16, e=5, f=6");
	expect_args(0, PARAMS({ "a", id.s8 }, { "b", id.s8 }, { "c", id.s8 }, { "d", id.s8 },
			      { "e", id.s8 }, { "f", id.s8 }, { "g", id.s8 }, { "h", id.s8 }),
		    "a=-2, b=1, c=-1, d=-16, e=5, f=6, ...");
	/* Any number of them. */
	expect_args(0, PARAMS({ "fmt", id.ptr }, { "", 0 }), "fmt=0xfffffffffffffffe, ...");
}

static void results_in_memory_take_a_register(void)
{
	expect_args(id.big, PARAMS({ "a", id.s32 }), "a=1");
	expect_args(id.pair, PARAMS({ "a", id.s32 }), "a=-2");
}

static void unknown_types(void)
{
	expect_args(0, PARAMS({ "a", 9999 }, { "b", id.circle }, { "c", id.s32 }),
		    "a=?0xfffffffffffffffe, b=?0xdeadbeef00000001, c=-1");
}

static void expect_value(u32 type, unsigned long value, enum otr_value_form form,
			 unsigned long bits, long number)
{
	struct otr_value out;
	struct otr_btf *btf;
	void *data;

	blob_all_kinds(&blob, &id);
	blob_func(&blob, "func", type, PARAMS());
	btf = open_blob(&blob, NULL, &data);
	otr_btf_judge(btf, otr_btf_find(btf, "func"), value, &out);
	EXPECT_EQ(out.form, form);
	EXPECT_EQ(out.bits, bits);
	EXPECT_EQ(out.number, number);
	EXPECT_EQ(out.is_part, type == id.pair || type == id.int128);
	close_blob(btf, data);
}

static void results(void)
{
	blob_all_kinds(&blob, &id);
	expect_value(0, 5, OTR_VALUE_VOID, 5, 5);
	expect_value(9999, 5, OTR_VALUE_UNTYPED, 5, 5);
	expect_value(id.circle, 5, OTR_VALUE_UNTYPED, 5, 5);
	expect_value(id.s32, 0xdead00000005, OTR_VALUE_DECIMAL, 5, 5);
	expect_value(id.s32, 0xfffffffe, OTR_VALUE_ERROR, 0xfffffffe, -2);
	expect_value(id.s32, -4095, OTR_VALUE_ERROR, 0xfffff001, -4095);
	expect_value(id.s32, -4096, OTR_VALUE_DECIMAL, 0xfffff000, -4096);
	expect_value(id.const_, -22, OTR_VALUE_ERROR, 0xffffffea, -22);
	expect_value(id.s64, -22, OTR_VALUE_ERROR, -22, -22);
	expect_value(id.s64, 0xffffffea, OTR_VALUE_DECIMAL, 0xffffffea, 0xffffffea);
	expect_value(id.s8, 0x1ff, OTR_VALUE_DECIMAL, 0xff, -1);
	expect_value(id.s16, 0xffff, OTR_VALUE_DECIMAL, 0xffff, -1);
	expect_value(id.u8, 0x1ff, OTR_VALUE_HEX, 0xff, -1);
	expect_value(id.u32, -22, OTR_VALUE_HEX, 0xffffffea, -22);
	expect_value(id.u64, -14, OTR_VALUE_ERROR, -14, -14);
	expect_value(id.u64, 14, OTR_VALUE_HEX, 14, 14);
	expect_value(id.bool_, 0x101, OTR_VALUE_BOOL, 1, 1);
	expect_value(id.bool_, 0x100, OTR_VALUE_BOOL, 0, 0);
	expect_value(id.ptr, -12, OTR_VALUE_ERROR, -12, -12);
	expect_value(id.ptr, 0xffff888000000000, OTR_VALUE_HEX, 0xffff888000000000,
		     0xffff888000000000);
	expect_value(id.enum_, 0xffffffff, OTR_VALUE_DECIMAL, 0xffffffff, -1);
	expect_value(id.one, 7, OTR_VALUE_HEX, 7, 7);
	expect_value(id.pair, 7, OTR_VALUE_HEX, 7, 7);
	expect_value(id.int128, 7, OTR_VALUE_DECIMAL, 7, 7);
	/* Its address. */
	expect_value(id.big, 7, OTR_VALUE_HEX, 7, 7);
}

/* More functions than a table of one size has room for, and none of them. */
static void names(void)
{
	struct otr_btf *btf;
	char name[16];
	void *data;

	for (int nr = 0; nr < 60; nr++) {
		blob_begin(&blob, NULL);
		for (int i = 0; i < nr; i++) {
			snprintf(name, sizeof(name), "f%d", i);
			blob_func(&blob, name, 0, PARAMS());
		}
		btf = open_blob(&blob, NULL, &data);
		for (int i = 0; i < 60; i++) {
			snprintf(name, sizeof(name), "f%d", i);
			EXPECT_EQ(otr_btf_find(btf, name), i < nr ? 2 * i + 1 : OTR_BTF_NONE);
		}
		EXPECT_EQ(otr_btf_find(btf, ""), OTR_BTF_NONE);
		close_blob(btf, data);
	}
}

static void one_name_for_two(void)
{
	struct otr_btf *btf;
	void *data;
	u32 proto;

	blob_all_kinds(&blob, &id);
	proto = blob_func(&blob, "same", 0, PARAMS({ "a", id.s32 }));
	blob_type(&blob, "same", BTF_KIND_FUNC, 0, proto);
	blob_func(&blob, "other", 0, PARAMS({ "a", id.s32 }));
	blob_func(&blob, "other", 0, PARAMS({ "a", id.ptr }));
	blob_type(&blob, "typeless", BTF_KIND_FUNC, 0, id.s32);
	btf = open_blob(&blob, NULL, &data);
	EXPECT_EQ(otr_btf_find(btf, "same"), proto);
	EXPECT_EQ(otr_btf_find(btf, "other"), OTR_BTF_NONE);
	EXPECT_EQ(otr_btf_find(btf, "typeless"), OTR_BTF_NONE);
	/* Not everything with a name is a function. */
	EXPECT_EQ(otr_btf_find(btf, "pair"), OTR_BTF_NONE);
	close_blob(btf, data);
}

/* A module's types go on behind the kernel's, and so do its names. */
static void modules(void)
{
	struct otr_btf *base, *btf;
	void *data, *data_more;
	struct seq_buf out;
	char text[128];
	u32 own, proto;

	blob_all_kinds(&blob, &id);
	blob_func(&blob, "in_kernel", 0, PARAMS({ "x", id.u32 }));
	blob_begin(&more, &blob);
	own = blob_type(&more, "own_t", BTF_KIND_TYPEDEF, 0, id.s32);
	blob_func(&more, "in_module", own, PARAMS({ "a", own }, { "b", id.ptr }));
	base = open_blob(&blob, NULL, &data);
	btf = open_blob(&more, base, &data_more);
	EXPECT_EQ(otr_btf_find(btf, "in_kernel"), OTR_BTF_NONE);
	EXPECT_EQ(otr_btf_find(base, "in_module"), OTR_BTF_NONE);
	proto = otr_btf_find(btf, "in_module");
	seq_buf_init(&out, text, sizeof(text));
	otr_btf_print_args(btf, proto, words, &out);
	seq_buf_putc(&out, '\0');
	EXPECT_STR(text, "a=-2, b=0xdeadbeef00000001");
	close_blob(btf, data_more);
	close_blob(base, data);
}

static void expect_refused(const void *data, size_t size)
{
	struct otr_btf *btf = otr_btf_open(data, size, NULL);

	EXPECT_EQ(PTR_ERR(btf), -EINVAL);
	if (!IS_ERR(btf))
		otr_btf_close(btf);
}

static void broken_headers(void)
{
	static const struct {
		u32 offset, size, value;
	} table[] = {
		{ offsetof(struct btf_header, magic), 2, 0x9feb },
		{ offsetof(struct btf_header, version), 1, 2 },
		{ offsetof(struct btf_header, hdr_len), 4, 20 },
		{ offsetof(struct btf_header, hdr_len), 4, 26 },
		{ offsetof(struct btf_header, hdr_len), 4, 1 << 30 },
		{ offsetof(struct btf_header, type_off), 4, 1 },
		{ offsetof(struct btf_header, type_off), 4, -4 },
		{ offsetof(struct btf_header, type_len), 4, -1 },
		{ offsetof(struct btf_header, type_len), 4, 13 },
		{ offsetof(struct btf_header, str_off), 4, -1 },
		{ offsetof(struct btf_header, str_len), 4, -1 },
		/* Names that end in the middle of one. */
		{ offsetof(struct btf_header, str_len), 4, 3 },
	};
	size_t size;
	char *data;

	blob_all_kinds(&blob, &id);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		data = blob_make(&blob, &size);
		memcpy(data + table[i].offset, &table[i].value, table[i].size);
		expect_refused(data, size);
		free(data);
	}
	data = blob_make(&blob, &size);
	expect_refused(data + 2, size - 2);
	free(data);
}

static void broken_kinds(void)
{
	size_t size;
	void *data;

	for (u32 kind = 0; kind < 32; kind++) {
		if (kind && kind < NR_BTF_KINDS)
			continue;
		blob_begin(&blob, NULL);
		blob_type(&blob, "", kind, 0, 0);
		data = blob_make(&blob, &size);
		expect_refused(data, size);
		free(data);
	}
	/* More elements than there are. */
	blob_begin(&blob, NULL);
	blob_type(&blob, "", BTF_KIND_FUNC_PROTO, 0xffff, 0);
	data = blob_make(&blob, &size);
	expect_refused(data, size);
	free(data);
}

/* Cut off anywhere: never read beyond, which the sanitizer would say. */
static void cut_off(void)
{
	size_t size, len;
	char *data, *copy;

	blob_all_kinds(&blob, &id);
	data = blob_make(&blob, &size);
	for (len = 0; len < size; len++) {
		copy = malloc(len ? len : 1);
		memcpy(copy, data, len);
		expect_refused(copy, len);
		free(copy);
	}
	free(data);
}

/* Everything that can be asked, of what may be wrong in any way. */
static void ask_all(struct otr_btf *btf)
{
	static const char * const asked[] = { "func", "f1", "", "in_module" };
	struct otr_btf_class class;
	struct otr_value value;
	struct seq_buf out;
	char text[256];

	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		u32 proto = otr_btf_find(btf, asked[i]);

		seq_buf_init(&out, text, sizeof(text));
		otr_btf_print_args(btf, proto, words, &out);
		otr_btf_judge(btf, proto, -5, &value);
	}
	for (u32 i = 0; i < 100; i++)
		otr_btf_classify(btf, i, &class);
}

static void random_bytes(void)
{
	size_t size, plain;
	unsigned int opened = 0;
	struct otr_btf *btf;
	u32 *data;

	srandom(1);
	blob_all_kinds(&blob, &id);
	blob_func(&blob, "func", id.pair, PARAMS({ "a", id.const_ }, { "b", id.pair }));
	blob_func(&blob, "f1", id.s32, PARAMS({ "a", id.big }, { "b", id.enum_ }));
	for (int round = 0; round < 20000; round++) {
		data = blob_make(&blob, &size);
		for (int i = random() % 4; i >= 0; i--) {
			plain = random() % (size / 4);
			if (random() % 2)
				data[plain] = random() % 64;
			else
				((u8 *)data)[random() % size] ^= 1 << random() % 8;
		}
		btf = otr_btf_open(data, size, NULL);
		if (!IS_ERR(btf)) {
			opened++;
			ask_all(btf);
			otr_btf_close(btf);
		}
		free(data);
	}
	/* Both ways were gone. */
	EXPECT(opened > 1000 && opened < 19000);
}

static void no_memory(void)
{
	size_t size;
	void *data;

	blob_all_kinds(&blob, &id);
	data = blob_make(&blob, &size);
	for (int nr = 0; nr < 3; nr++) {
		struct otr_btf *btf;

		shim_alloc_countdown = nr;
		btf = otr_btf_open(data, size, NULL);
		EXPECT_EQ(PTR_ERR(btf), -ENOMEM);
	}
	shim_alloc_countdown = -1;
	free(data);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(arguments),
	KTAP_CASE(arguments_of_several_words),
	KTAP_CASE(more_arguments_than_registers),
	KTAP_CASE(results_in_memory_take_a_register),
	KTAP_CASE(unknown_types),
	KTAP_CASE(results),
	KTAP_CASE(names),
	KTAP_CASE(one_name_for_two),
	KTAP_CASE(modules),
	KTAP_CASE(broken_headers),
	KTAP_CASE(broken_kinds),
	KTAP_CASE(cut_off),
	KTAP_CASE(random_bytes),
	KTAP_CASE(no_memory),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
