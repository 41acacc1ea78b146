// SPDX-License-Identifier: GPL-2.0-only
/*
 * Types of functions by their address: a caller that may wait reads them, and a dump, which may
 * not, uses what was read and says the rest in hexadecimal.
 */
#include "event/types.c"

#include "event_blob.h"
#include "ktap.h"

/* Where the functions are; the name of each is what follows its module's. */
enum { OF_KERNEL = 0x1000, OTHER_OF_KERNEL = 0x2000, OF_MODULE = 0x3000 };

static const unsigned long words[OTR_FRAME_ARGS] = { 0xfffffffe, 2, 3, 4, 5, 6 };

static struct blob kernel_blob, module_blob;
static int reads, names;

/* Somebody prints because something went wrong, whatever reads or knows types just now. */
static void (*meanwhile)(void);

static void interrupted(void)
{
	void (*what)(void) = meanwhile;

	meanwhile = NULL;
	if (what)
		what();
}

void otr_modules_watch(struct otr_modules *watch)
{
}

void otr_modules_unwatch(struct otr_modules *watch)
{
}

const void *otr_host_types_get(const char *mod, size_t *size)
{
	reads++;
	interrupted();
	return blob_make(mod ? &module_blob : &kernel_blob, size);
}

void otr_host_types_put(const void *blob)
{
	free((void *)blob);
}

const char *otr_host_lookup(unsigned long addr, unsigned long *offset, char **mod, char *buf)
{
	names++;
	*offset = 0;
	*mod = addr == OF_MODULE ? "module" : NULL;
	return addr == OF_KERNEL ? "func" : addr == OF_MODULE ? "of_module" : "nobody";
}

unsigned long otr_host_address(const char *name)
{
	return !strcmp(name, "func") ? OF_KERNEL : !strcmp(name, "of_module") ? OF_MODULE : 0;
}

static const char *args(unsigned int flags, unsigned long func)
{
	static char text[512];
	struct seq_buf out;

	seq_buf_init(&out, text, sizeof(text) - 1);
	otr_types_print_args(flags, func, words, OTR_FRAME_ARGS, &out);
	text[out.len] = 0;
	return text;
}

static enum otr_value_form form(unsigned int flags, unsigned long func)
{
	struct otr_value value;

	otr_types_value(flags, func, -2UL, &value);
	EXPECT_EQ(value.bits & 0xfffffffe, 0xfffffffe);
	return value.form;
}

#define HEX	"(0xfffffffe, 0x2, 0x3, 0x4, 0x5, 0x6)"
#define DUMP	OTR_LINE_ATOMIC

/* What a dump prints; it waits for nothing, allocates nothing, and reads nothing. */
static const char *dumped(unsigned long func)
{
	int before = reads;
	const char *text;

	shim_alloc_countdown = 0;
	text = args(DUMP, func);
	EXPECT_EQ(reads, before);
	EXPECT_EQ(shim_alloc_countdown, 0);
	shim_alloc_countdown = -1;
	return text;
}

static void begin(void)
{
	struct blob_ids id;

	blob_all_kinds(&kernel_blob, &id);
	blob_func(&kernel_blob, "func", id.s32, (const struct blob_param[]){ { "a", id.s32 }, {} });
	blob_begin(&module_blob, &kernel_blob);
	blob_func(&module_blob, "of_module", id.s32,
		  (const struct blob_param[]){ { "b", id.s32 }, {} });
	reads = 0;
	names = 0;
}

static void who_may_wait(void)
{
	begin();
	EXPECT_STR(args(0, OF_KERNEL), "(a=-2)");
	EXPECT_EQ(form(0, OF_KERNEL), OTR_VALUE_ERROR);
	EXPECT_EQ(names, 1);
	EXPECT_STR(args(0, OF_MODULE), "(b=-2)");
	EXPECT_STR(args(0, OTHER_OF_KERNEL), HEX);
	EXPECT_EQ(form(0, OTHER_OF_KERNEL), OTR_VALUE_UNTYPED);
	EXPECT_EQ(reads, 2);
	/* They are read again when the module came back. */
	types_forget(&(struct module){ "module" });
	EXPECT_STR(args(0, OF_MODULE), "(b=-2)");
	EXPECT_EQ(reads, 3);
	otr_types_exit();
}

static void a_dump(void)
{
	begin();
	EXPECT_STR(dumped(OF_KERNEL), HEX);
	EXPECT_EQ(form(DUMP, OF_KERNEL), OTR_VALUE_UNTYPED);
	args(0, OTHER_OF_KERNEL);
	/* The kernel's types are known from here on, those of a module are not. */
	EXPECT_STR(dumped(OF_KERNEL), "(a=-2)");
	EXPECT_EQ(form(DUMP, OF_KERNEL), OTR_VALUE_ERROR);
	EXPECT_STR(dumped(OF_MODULE), HEX);
	/* What a dump did not find is found by the next reader. */
	EXPECT_STR(args(0, OF_MODULE), "(b=-2)");
	EXPECT_STR(dumped(OF_MODULE), "(b=-2)");
	types_forget(&(struct module){ "module" });
	EXPECT_STR(dumped(OF_MODULE), HEX);
	otr_types_exit();
	EXPECT_STR(dumped(OF_KERNEL), HEX);
}

static void dump_unknown(void)
{
	EXPECT_STR(dumped(OF_KERNEL), HEX);
}

static void dump_known(void)
{
	EXPECT_STR(dumped(OF_KERNEL), "(a=-2)");
	EXPECT_STR(dumped(OF_MODULE), HEX);
}

/* While types are read by a CPU that was stopped, and so never end. */
static void a_dump_beside_a_reader(void)
{
	begin();
	meanwhile = dump_unknown;
	EXPECT_STR(args(0, OF_KERNEL), "(a=-2)");
	EXPECT(!meanwhile);
	meanwhile = dump_known;
	EXPECT_STR(args(0, OF_MODULE), "(b=-2)");
	EXPECT(!meanwhile);
	otr_types_exit();
}

static void a_dump_with_locks_held(void)
{
	begin();
	args(0, OF_KERNEL);
	mutex_lock(&types_lock);
	EXPECT_STR(dumped(OF_KERNEL), "(a=-2)");
	raw_spin_lock(&types_known_lock);
	EXPECT_STR(dumped(OF_KERNEL), HEX);
	EXPECT_EQ(form(DUMP, OF_KERNEL), OTR_VALUE_UNTYPED);
	raw_spin_unlock(&types_known_lock);
	mutex_unlock(&types_lock);
	otr_types_exit();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(who_may_wait),
	KTAP_CASE(a_dump),
	KTAP_CASE(a_dump_beside_a_reader),
	KTAP_CASE(a_dump_with_locks_held),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
