// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel has in libraries, for programs that compile its sources. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/seq_buf.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/uaccess.h>

int shim_warnings;
__thread bool shim_irqs_off;
__thread int shim_preempt_count;
__thread bool shim_need_resched;
__thread struct thread_info shim_thread_info;
__thread struct task_struct shim_task;

int shim_alloc_countdown = -1;
long shim_allocated;

/* Programs that play with time have their own. */
u64 __weak shim_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* Programs that replace what others read have their own. */
void __weak shim_synchronize(void)
{
}

long __weak copy_from_kernel_nofault(void *to, const void *from, size_t size)
{
	return -EFAULT;
}

long __weak copy_from_user_nofault(void *to, const void *from, size_t size)
{
	return -EFAULT;
}

/* What call_rcu() was told; the heads are not written to. */
static struct waiting {
	struct waiting *next;
	struct rcu_head *head;
	void (*func)(struct rcu_head *head);
} *waiting;

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	struct waiting *one = malloc(sizeof(*one));

	*one = (struct waiting) { .head = head, .func = func };
	one->next = __atomic_load_n(&waiting, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&waiting, &one->next, one, true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
}

void rcu_barrier(void)
{
	struct waiting *one = __atomic_exchange_n(&waiting, NULL, __ATOMIC_ACQUIRE), *next;

	shim_synchronize();
	for (; one; one = next) {
		next = one->next;
		one->func(one->head);
		free(one);
	}
}

static bool alloc_fails(void)
{
	return shim_alloc_countdown >= 0 && !shim_alloc_countdown--;
}

/* Memory that nobody zeroed is full of something. */
void *kmalloc(size_t size, gfp_t gfp)
{
	void *p = alloc_fails() ? NULL : malloc(size);

	if (!p)
		return NULL;
	memset(p, gfp & __GFP_ZERO ? 0 : 0xa5, size);
	__atomic_add_fetch(&shim_allocated, 1, __ATOMIC_RELAXED);
	return p;
}

void *krealloc(const void *old, size_t size, gfp_t gfp)
{
	void *p;

	if (!old)
		return kmalloc(size, gfp);
	p = alloc_fails() ? NULL : realloc((void *)old, size);
	return p;
}

void kfree(const void *p)
{
	if (p)
		__atomic_sub_fetch(&shim_allocated, 1, __ATOMIC_RELAXED);
	free((void *)p);
}

void *kmemdup(const void *from, size_t size, gfp_t gfp)
{
	void *p = kmalloc(size, gfp);

	return p ? memcpy(p, from, size) : NULL;
}

char *kmemdup_nul(const char *from, size_t len, gfp_t gfp)
{
	char *p = kmalloc(len + 1, gfp);

	if (!p)
		return NULL;
	p[len] = '\0';
	return memcpy(p, from, len);
}

char *kstrdup(const char *from, gfp_t gfp)
{
	return kmemdup_nul(from, strlen(from), gfp);
}

char *kasprintf(gfp_t gfp, const char *format, ...)
{
	va_list args;
	char *p;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	p = kmalloc(len + 1, gfp);
	if (!p)
		return NULL;
	va_start(args, format);
	vsnprintf(p, len + 1, format, args);
	va_end(args);
	return p;
}

char *skip_spaces(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return (char *)text;
}

char *strim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* As the kernel's: a heap, so that equals do not stay in their order. */
void shim_sort_r(void *base, size_t nr, size_t size, shim_compare_t compare, const void *priv)
{
	const void **at = base;
	size_t root, child, left = nr, next = nr / 2;

	if (size != sizeof(*at))
		abort();
	while (left > 1) {
		const void *moved;

		if (next) {
			moved = at[--next];
		} else {
			moved = at[--left];
			at[left] = at[0];
		}
		for (root = next; (child = 2 * root + 1) < left; root = child) {
			child += child + 1 < left &&
				 compare(&at[child], &at[child + 1], priv) < 0;
			if (compare(&moved, &at[child], priv) >= 0)
				break;
			at[root] = at[child];
		}
		at[root] = moved;
	}
}

char *strnstr(const char *text, const char *what, size_t len)
{
	size_t size = strlen(what);

	for (; len >= size; text++, len--)
		if (!memcmp(text, what, size))
			return (char *)text;
	return NULL;
}

int cpulist_parse(const char *text, struct cpumask *mask)
{
	mask->bits = 0;
	do {
		unsigned int first, last, used;

		if (sscanf(text, "%u%n", &first, &used) != 1)
			return -EINVAL;
		text += used;
		last = first;
		if (*text == '-') {
			if (sscanf(++text, "%u%n", &last, &used) != 1)
				return -EINVAL;
			text += used;
		}
		if (first > last || last >= SHIM_CPUS)
			return -ERANGE;
		while (first <= last)
			mask->bits |= 1UL << first++;
	} while (*text++ == ',');
	return text[-1] ? -EINVAL : 0;
}

ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size);

	if (!size)
		return -E2BIG;
	if (len == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(to, from, len + 1);
	return len;
}

/* Digits and one newline, as the kernel has it; strtoull() takes much more. */
int kstrtou64(const char *text, unsigned int base, u64 *value)
{
	char *end;

	text += *text == '+';
	if (!isxdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, base);
	if (end == text)
		return -EINVAL;
	end += *end == '\n';
	if (*end)
		return -EINVAL;
	return errno ? -ERANGE : 0;
}

int kstrtos64(const char *text, unsigned int base, s64 *value)
{
	bool minus = *text == '-';
	u64 size;
	int err;

	/* One sign. */
	if (minus && text[1] == '+')
		return -EINVAL;
	err = kstrtou64(text + minus, base, &size);
	if (err)
		return err;
	if (size > INT64_MAX + (u64)minus)
		return -ERANGE;
	*value = minus ? -size : size;
	return 0;
}

int kstrtoul(const char *text, unsigned int base, unsigned long *value)
{
	u64 wide;
	int err = kstrtou64(text, base, &wide);

	if (!err)
		*value = wide;
	return err;
}

int kstrtouint(const char *text, unsigned int base, unsigned int *value)
{
	u64 wide;
	int err = kstrtou64(text, base, &wide);

	if (!err && wide > (unsigned int)wide)
		err = -ERANGE;
	if (!err)
		*value = wide;
	return err;
}

int seq_buf_printf(struct seq_buf *s, const char *format, ...)
{
	size_t left = s->len < s->size ? s->size - s->len : 0;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(s->buffer + s->len, left, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= left) {
		seq_buf_set_overflow(s);
		return -1;
	}
	s->len += len;
	return 0;
}

int seq_buf_puts(struct seq_buf *s, const char *text)
{
	return seq_buf_printf(s, "%s", text);
}

int seq_buf_putc(struct seq_buf *s, unsigned char c)
{
	if (s->len >= s->size) {
		seq_buf_set_overflow(s);
		return -1;
	}
	s->buffer[s->len++] = c;
	return 0;
}
