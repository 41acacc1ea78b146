// SPDX-License-Identifier: GPL-2.0-only
/*
 * What programs see of user events, for tools/testing/guest/user_events.sh. Each command
 * prints one line, or one a question.
 *
 *	errors		what wrong calls are answered with
 *	write N...	write records of N numbers
 *	follow		forks, threads and programs that begin anew, while the event is switched
 *	absent		a word in memory that is not there, or not any more
 *	stay		until the event was switched on, and then off
 *	race SECONDS	forks and records, while others switch the event and register
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/user_events.h>

#define EVENT	"events/user_events/outrace/enable"
#define TEXT	"outrace u32 a; u32 b"

static atomic_uint word;

static int data_open(void)
{
	int fd = open("user_events_data", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(1, "user_events_data");
	return fd;
}

/* What a call came to: 0, or minus an errno. */
static int answer(long status)
{
	return status < 0 ? -errno : 0;
}

static int reg_at(int fd, const char *text, void *addr, unsigned int size,
		  unsigned int bit, unsigned int flags)
{
	struct user_reg reg = {
		.size = sizeof(reg), .enable_bit = bit, .enable_size = size, .flags = flags,
		.enable_addr = (unsigned long)addr, .name_args = (unsigned long)text,
	};

	return ioctl(fd, DIAG_IOCSREG, &reg) < 0 ? -errno : (int)reg.write_index;
}

static int unreg_at(int fd, void *addr, unsigned int bit)
{
	struct user_unreg unreg = {
		.size = sizeof(unreg), .disable_bit = bit, .disable_addr = (unsigned long)addr,
	};

	return answer(ioctl(fd, DIAG_IOCSUNREG, &unreg));
}

static void enable(bool on)
{
	int fd = open(EVENT, O_WRONLY);

	if (fd < 0 || write(fd, on ? "1" : "0", 1) != 1)
		err(1, EVENT);
	close(fd);
}

/* Does a word become @value, within a second or so? */
static bool becomes(const atomic_uint *at, unsigned int value)
{
	for (int i = 0; i < 1000 && *at != value; i++)
		usleep(1000);
	return *at == value;
}

static void says(const char *what, int is)
{
	printf("%s: %s\n", what, is >= 0 ? "ok" : strerrorname_np(-is));
}

static int write_record(int fd, int number, const void *data, size_t len)
{
	struct iovec io[] = { { &number, sizeof(number) }, { (void *)data, len } };
	ssize_t done = writev(fd, io, 2);

	if (done >= 0 && done != (ssize_t)(sizeof(number) + len))
		errx(1, "%zd bytes were written", done);
	return answer(done);
}

static void reg_errors(int fd)
{
	static char long_text[600];
	union {
		struct user_reg reg;
		char bytes[sizeof(struct user_reg) + 4];
	} large = { .reg = { .size = sizeof(large.bytes) } };
	struct user_reg reg = { .size = 4 };

	memset(long_text, 'x', sizeof(long_text) - 1);
	says("a short struct", answer(ioctl(fd, DIAG_IOCSREG, &reg)));
	reg.size = 5000;
	says("a huge struct", answer(ioctl(fd, DIAG_IOCSREG, &reg)));
	large.bytes[sizeof(large.bytes) - 1] = 1;
	says("a long struct", answer(ioctl(fd, DIAG_IOCSREG, &large)));
	says("no struct", answer(ioctl(fd, DIAG_IOCSREG, (void *)8)));
	says("a flag", reg_at(fd, TEXT, &word, 4, 0, USER_EVENT_REG_MAX));
	says("a size", reg_at(fd, TEXT, &word, 3, 0, 0));
	says("a place", reg_at(fd, TEXT, (char *)&word + 2, 4, 0, 0));
	says("a bit", reg_at(fd, TEXT, &word, 4, 32, 0));
	says("the kernel's", reg_at(fd, TEXT, (void *)0xffffffff81000000, 8, 0, 0));
	says("no text", reg_at(fd, (void *)8, &word, 4, 0, 0));
	says("a long text", reg_at(fd, long_text, &word, 4, 0, 0));
	says("a name's flag", reg_at(fd, "outrace:x", &word, 4, 0, 0));
	says("a type", reg_at(fd, "outrace long a", &word, 4, 0, 0));
	says("nowhere", reg_at(fd, TEXT, (void *)8, 4, 0, 0));
	says("right", reg_at(fd, TEXT, &word, 4, 0, 0));
	says("twice", reg_at(fd, TEXT, &word, 4, 0, 0));
	says("other fields", reg_at(fd, "outrace u32 a", &word, 4, 1, 0));
	says("other blanks", reg_at(fd, "outrace u32 a;u32  b;", &word, 4, 1, 0));
	says("without its flag", reg_at(fd, TEXT, &word, 4, 2, USER_EVENT_REG_MULTI_FORMAT));
}

static void other_errors(int fd)
{
	struct user_unreg unreg = { .size = sizeof(unreg), .__reserved = 1 };

	says("ioctl", answer(ioctl(fd, _IO('*', 9))));
	says("unregister reserved", answer(ioctl(fd, DIAG_IOCSUNREG, &unreg)));
	unreg.size = 4;
	says("unregister short", answer(ioctl(fd, DIAG_IOCSUNREG, &unreg)));
	says("unregister none", unreg_at(fd, &word, 7));
	says("delete none", answer(ioctl(fd, DIAG_IOCSDEL, "nobody")));
	says("delete used", answer(ioctl(fd, DIAG_IOCSDEL, "outrace")));
	says("delete nothing", answer(ioctl(fd, DIAG_IOCSDEL, (void *)8)));
}

static void write_errors(int fd)
{
	static const unsigned int ab[2] = { 1, 2 };
	static char large[1 << 20];
	void *nowhere = (void *)(unsigned long)getpagesize();
	int number = 0;

	says("write off", write_record(fd, 0, ab, sizeof(ab)));
	enable(true);
	says("write", write_record(fd, 0, ab, sizeof(ab)));
	says("write odd", write_record(fd, 0, large, 9));
	says("write 300", write_record(fd, 0, large, 300));
	says("write 1M", write_record(fd, 0, large, sizeof(large)));
	says("write short", write_record(fd, 0, ab, 7));
	says("write 77", write_record(fd, 77, ab, sizeof(ab)));
	says("write -1", write_record(fd, -1, ab, sizeof(ab)));
	says("write nowhere", write_record(fd, 0, nowhere, sizeof(ab)));
	says("write 3 bytes", answer(write(fd, &number, 3)));
	says("write a number", answer(write(fd, &number, 4)));
	says("write none", answer(write(fd, nowhere, 4)));
	says("write there", answer(pwrite(fd, large, 12, 4)));
	says("write here", answer(pwrite(fd, large, 12, 0)));
	says("seek", answer(lseek(fd, 0, SEEK_SET)));
	says("read", answer(read(fd, large, 1)));
	enable(false);
}

static int errors(void)
{
	int fd = data_open();

	reg_errors(fd);
	other_errors(fd);
	write_errors(fd);
	return 0;
}

static int write_all(char **numbers)
{
	int fd = data_open(), number = reg_at(fd, TEXT, &word, 4, 3, 0);
	unsigned int ab[2] = {};

	if (!(word & 8))
		printf("nobody wants them\n");
	for (; *numbers; numbers++) {
		ab[0] = atoi(*numbers);
		ab[1] = ab[0];
		if (write_record(fd, number, ab, sizeof(ab)))
			err(1, "write");
	}
	return 0;
}

/* A child whose status says whether it saw the word become @value. */
static pid_t child_that_sees(unsigned int value)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid)
		_exit(!becomes(&word, value));
	return pid;
}

static void expect_child(const char *what, pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || status)
		printf("%s: %#x\n", what, status);
	else
		printf("%s: ok\n", what);
}

static void *thread_that_sees(void *value)
{
	return (void *)(long)becomes(&word, (long)value);
}

static void follow_threads(void)
{
	pthread_t thread;
	void *seen;

	pthread_create(&thread, NULL, thread_that_sees, (void *)2);
	enable(true);
	pthread_join(thread, &seen);
	printf("thread: %s\n", seen ? "ok" : "not");
}

static void follow_exec(const char *self)
{
	pid_t pid = fork();

	if (!pid) {
		execl(self, self, "begun", NULL);
		_exit(1);
	}
	usleep(100000);
	enable(false);
	enable(true);
	expect_child("exec", pid);
}

static int follow(const char *self)
{
	int fd = data_open();
	pid_t pid;

	says("register", reg_at(fd, TEXT, &word, 4, 1, 0));
	pid = child_that_sees(2);
	usleep(20000);
	enable(true);
	expect_child("child", pid);
	printf("parent: %u\n", word);
	pid = child_that_sees(0);
	usleep(20000);
	enable(false);
	expect_child("child of one that is on", pid);
	follow_threads();
	follow_exec(self);
	/* What a child does is its own business. */
	pid = fork();
	if (!pid)
		_exit(unreg_at(fd, &word, 1) || word);
	expect_child("child that unregisters", pid);
	printf("parent: %u\n", word);
	says("unregister", unreg_at(fd, &word, 1));
	printf("then: %u\n", word);
	enable(false);
	return 0;
}

/* In a program that has begun anew while the event is switched. */
static int begun(void)
{
	for (int i = 0; i < 300; i++) {
		if (word)
			return 2;
		usleep(1000);
	}
	return 0;
}

static int absent(void)
{
	size_t page = sysconf(_SC_PAGESIZE);
	atomic_uint *far = mmap(NULL, page, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = data_open();

	says("register", reg_at(fd, TEXT, far, 4, 5, 0));
	madvise(far, page, MADV_DONTNEED);
	enable(true);
	printf("dropped: %s\n", becomes(far, 32) ? "ok" : "not");
	madvise(far, page, MADV_DONTNEED);
	enable(false);
	printf("dropped again: %s\n", becomes(far, 0) ? "ok" : "not");
	munmap(far, page);
	enable(true);
	usleep(50000);
	enable(false);
	says("unregister what is gone", unreg_at(fd, far, 5));
	if (mmap(far, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != far)
		err(1, "mmap");
	says("register what is only read", reg_at(fd, TEXT, far, 4, 6, 0));
	return 0;
}

static atomic_bool over;
static atomic_ulong recorded, refused, registered;

static void *racer_writes(void *seen)
{
	int fd = data_open(), number = reg_at(fd, TEXT, &word, 4, 8, 0);
	static const unsigned int ab[2] = { 1, 2 };

	while (!over) {
		int done = write_record(fd, number, ab, sizeof(ab));

		if (done && done != -EBADF)
			errx(1, "write: %s", strerror(-done));
		if (done)
			refused++;
		else
			recorded++;
	}
	close(fd);
	return seen;
}

static void *racer_registers(void *seen)
{
	int fd = data_open();

	while (!over) {
		int number = reg_at(fd, TEXT, &word, 4, 9, 0);
		int other = reg_at(fd, "outrace_other u8 a", &word, 4, 10, 0);

		if (number < 0 || other < 0 || unreg_at(fd, &word, 9) || unreg_at(fd, &word, 10))
			errx(1, "register: %d, %d", number, other);
		close(fd);
		fd = data_open();
		registered++;
	}
	close(fd);
	return seen;
}

static pthread_barrier_t race_start;

static void *race_enable(void *usecs)
{
	pthread_barrier_wait(&race_start);
	usleep((long)usecs);
	enable(true);
	return NULL;
}

/* A child that is born while the event is switched on knows of it in the end. */
static bool race_round(long usecs)
{
	pthread_t thread;
	int status;
	pid_t pid;

	enable(false);
	pthread_create(&thread, NULL, race_enable, (void *)usecs);
	pthread_barrier_wait(&race_start);
	pid = fork();
	if (!pid) {
		for (int i = 0; i < 2000 && !(word & 1); i++)
			usleep(1000);
		_exit(!(word & 1));
	}
	pthread_join(thread, NULL);
	return waitpid(pid, &status, 0) == pid && !status && word & 1;
}

static int race(double seconds)
{
	static void *(*const racer[])(void *) = { racer_writes, racer_registers };
	struct timespec end, now;
	unsigned long rounds = 0, wrong = 0;
	pthread_t thread[2];
	int fd = data_open();

	if (reg_at(fd, TEXT, &word, 4, 0, 0) < 0)
		errx(1, "register");
	pthread_barrier_init(&race_start, NULL, 2);
	for (int i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, racer[i], NULL);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	do {
		wrong += !race_round(rand() % 3000);
		rounds++;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end.tv_sec);
	over = true;
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	printf("# %lu forks, %lu records, %lu refused, %lu registrations\n", rounds,
	       (unsigned long)recorded, (unsigned long)refused, (unsigned long)registered);
	printf("wrong=%lu recorded=%lu\n", wrong, (unsigned long)recorded);
	return 0;
}

/* Have a bit in memory, and nothing else, until somebody ends this. */
static int stay(void)
{
	int fd = data_open();

	if (reg_at(fd, TEXT, &word, 4, 0, 0) < 0)
		errx(1, "register");
	close(fd);
	/* Nor the file system. */
	if (chdir("/"))
		err(1, "/");
	printf("here\n");
	while (becomes(&word, 1) && !becomes(&word, 0))
		;
	printf("off\n");
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(what, "errors"))
		return errors();
	if (!strcmp(what, "write"))
		return write_all(argv + 2);
	if (!strcmp(what, "follow"))
		return follow(argv[0]);
	if (!strcmp(what, "begun"))
		return begun();
	if (!strcmp(what, "absent"))
		return absent();
	if (!strcmp(what, "stay"))
		return stay();
	if (!strcmp(what, "race") && argc > 2)
		return race(atof(argv[2]));
	errx(2, "errors, write, follow, absent, stay, race");
}
