// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program to put uprobes on.
 *
 *	probed call [FILE]	calls everything once; FILE's first line is a text that is not in
 *				memory yet
 *	probed many NUMBER	calls one function so often
 *	probed fork		calls it, and so does a child of a fork
 *	probed sleep		is in functions until somebody writes a line, or a signal ends it
 *	probed heard		says whether somebody listens at the counter
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEPT __attribute__((noipa))

struct probed {
	int		number;
	short		small[4];
	const char	*text;
};

/* As SDT has them: counted up by who listens. It is in the file, as not all is zero. */
struct {
	unsigned short	listeners;
	short		other;
} probed_counter = { 0, 1 };

long probed_global = 0x123456789;

KEPT int probed_number(int a, long b, const char *text)
{
	return a + (int)b + (text ? text[0] : 0);
}

KEPT int probed_struct(const struct probed *p)
{
	return p->number;
}

KEPT int probed_stack(long a, long b, long c, long d, long e, long f, long g, long h)
{
	return a + b + c + d + e + f + g + h;
}

/* Not a byte of @text is looked at. */
KEPT const char *probed_text(const char *text)
{
	return text;
}

KEPT int probed_inner(int depth)
{
	char c;

	return depth ? probed_inner(depth - 1) + 1 : read(0, &c, 1) + 1;
}

KEPT int probed_outer(int depth)
{
	return probed_inner(depth) + 1;
}

KEPT int probed_heard(void)
{
	/* What the compiler put there: a place of SDT is one byte. */
	__asm__ volatile(".globl probed_place\nprobed_place: nop");
	return __atomic_load_n(&probed_counter.listeners, __ATOMIC_RELAXED);
}

static const char *fresh(const char *file)
{
	int fd = open(file, O_RDONLY);
	const char *text = fd < 0 ? MAP_FAILED : mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fd, 0);

	if (text == MAP_FAILED) {
		perror(file);
		exit(1);
	}
	return text;
}

static void call(const char *file)
{
	const struct probed p = { -3, { 1, -2, 3, -4 }, "in a struct" };
	const char *text = file ? fresh(file) : "no file";

	probed_number(-7, 42, "a text");
	probed_number(5, 0, NULL);
	probed_struct(&p);
	probed_stack(1, 2, 3, 4, 5, 6, 7, 8);
	probed_text(text);
	probed_text((const char *)16);
	probed_heard();
}

static void many(long nr)
{
	while (nr-- > 0)
		probed_number(1, nr, NULL);
}

static void with_child(void)
{
	pid_t pid;

	probed_number(1, 0, NULL);
	pid = fork();
	if (!pid) {
		probed_number(2, 0, NULL);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	probed_number(3, 0, NULL);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "call"))
		call(argv[2]);
	else if (!strcmp(what, "many"))
		many(argc > 2 ? atol(argv[2]) : 1000);
	else if (!strcmp(what, "fork"))
		with_child();
	else if (!strcmp(what, "sleep"))
		printf("%d\n", probed_outer(3));
	else if (!strcmp(what, "heard"))
		printf("%d\n", probed_heard());
	else
		return 2;
	return 0;
}
