// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions whose parameters and results are known, for tests of what is printed
 * of them: echo 1 > /sys/module/otr_args_victims/parameters/call calls each once.
 */
#include <linux/err.h>
#include <linux/module.h>

/* They are called as they are written, whatever the compiler knows of them. */
#define __victim __attribute__((__noipa__))

enum otr_colour { OTR_RED = 3, OTR_GREEN };

struct otr_pair {
	long	first;
	long	second;
};

struct otr_big {
	long	of[4];
};

static __victim void otr_victim_void(void)
{
	barrier();
}

static __victim int otr_victim_int(int a, unsigned int b, const char *text)
{
	return a;
}

static __victim bool otr_victim_bool(bool yes, enum otr_colour colour)
{
	return yes;
}

static __victim enum otr_colour otr_victim_enum(u8 byte, s16 word)
{
	return OTR_GREEN;
}

static __victim void *otr_victim_pointer(void *p, unsigned long size)
{
	return p;
}

static __victim struct otr_pair otr_victim_pair(int before, struct otr_pair pair, int after)
{
	return pair;
}

static __victim struct otr_big otr_victim_big(struct otr_big big, int after)
{
	return big;
}

static __victim long otr_victim_many(int a, int b, int c, int d, int e, int f, int g, int h)
{
	return a + b + c + d + e + f + g + h;
}

static __victim u32 otr_victim_hash(u32 seed)
{
	return seed;
}

/* Two that call others, and do not end with that. */
static __victim int otr_victim_inner(int depth)
{
	otr_victim_void();
	return -ENOENT - depth;
}

static __victim int otr_victim_outer(int depth)
{
	otr_victim_void();
	return otr_victim_inner(depth + 1) + 1;
}

static int call_all(const char *val, const struct kernel_param *kp)
{
	otr_victim_void();
	otr_victim_int(-7, 42, (const char *)0x1234);
	otr_victim_int(-ENOENT, 0, NULL);
	otr_victim_int(-5000, 0, NULL);
	otr_victim_bool(true, OTR_RED);
	otr_victim_bool(false, OTR_GREEN);
	otr_victim_enum(255, -2);
	otr_victim_pointer((void *)0xabcd, 0x1000);
	otr_victim_pointer(ERR_PTR(-ENOMEM), 0);
	otr_victim_pair(1, (struct otr_pair) { 2, 3 }, 4);
	otr_victim_big((struct otr_big) { { 5, 6, 7, 8 } }, 9);
	otr_victim_many(1, 2, 3, 4, 5, 6, 7, 8);
	otr_victim_hash((u32)-EINVAL);
	otr_victim_outer(1);
	return 0;
}

static const struct kernel_param_ops call_ops = { .set = call_all };

module_param_cb(call, &call_ops, NULL, 0200);
MODULE_PARM_DESC(call, "write to call them");
MODULE_DESCRIPTION("functions to trace, for outrace's tests");
MODULE_LICENSE("GPL");
