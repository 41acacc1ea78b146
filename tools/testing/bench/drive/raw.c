// SPDX-License-Identifier: GPL-2.0-only
/* Taking pages of records as they are. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "drive.h"

#define RAW	"per_cpu/cpu0/trace_pipe_raw"

static unsigned int raw_records;

/* A buffer that holds so many events, and a raw file to take them from. */
static int raw_open(double *bytes)
{
	double unused;
	int fd;

	*bytes = 0;
	raw_records = 20000;
	if (!need(RAW) || !set_rounds(raw_records) || !put("tracing_on", "0") ||
	    !put("trace", "") || !event_on() || !put("tracing_on", "1") ||
	    !loop_once("event", &unused) || !put("tracing_on", "0"))
		return -1;
	fd = open(RAW, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		fail(RAW ": %s", strerror(errno));
	return fd;
}

static bool raw(bool (*take)(int fd, uint64_t *took), double *value)
{
	unsigned int i, nr = runs < 5 ? runs : 5;
	double took[RUNS_MAX], bytes;

	for (i = 0; i < nr; i++) {
		int fd = raw_open(&bytes);
		uint64_t spent = 0;

		if (fd < 0)
			return false;
		if (!take(fd, &spent)) {
			close(fd);
			return false;
		}
		close(fd);
		took[i] = (double)spent / raw_records;
	}
	*value = median(took, nr);
	return true;
}

static bool take_read(int fd, uint64_t *took)
{
	static char page[4096];
	size_t all = 0;
	uint64_t start = ticks();
	ssize_t got;

	while ((got = read(fd, page, sizeof(page))) > 0)
		all += got;
	*took = ticks() - start;
	return all >= raw_records * 20UL || fail("%zu bytes read raw", all);
}

static bool take_splice(int fd, uint64_t *took)
{
	int null = open("/dev/null", O_WRONLY), ends[2];
	size_t all = 0;
	uint64_t start;
	ssize_t got;

	if (null < 0 || pipe(ends))
		return fail("pipe: %s", strerror(errno));
	start = ticks();
	while ((got = splice(fd, NULL, ends[1], NULL, 16 * 4096, SPLICE_F_NONBLOCK)) > 0) {
		all += got;
		while (got > 0) {
			ssize_t gone = splice(ends[0], NULL, null, NULL, got, 0);

			if (gone <= 0)
				break;
			got -= gone;
		}
	}
	*took = ticks() - start;
	close(null);
	close(ends[0]);
	close(ends[1]);
	return all >= raw_records * 20UL || fail("%zu bytes spliced", all);
}

/* include/uapi/linux/trace_mmap.h, which older systems do not have. */
struct map_meta {
	uint32_t	meta_page_size, meta_struct_len, subbuf_size, nr_subbufs;
	struct {
		uint64_t	lost_events;
		uint32_t	id, read;
	} reader;
	uint64_t	flags, entries, overrun, read, reserved1, reserved2;
};

#define MAP_GET_READER	_IO('R', 0x20)

static bool take_mmap(int fd, uint64_t *took)
{
	struct map_meta *meta;
	char *data;
	unsigned long sum = 0, pages = 0;
	size_t size;
	uint64_t start;

	meta = mmap(NULL, getpagesize(), PROT_READ, MAP_SHARED, fd, 0);
	if (meta == MAP_FAILED)
		return fail("mmap of " RAW ": %s", strerror(errno));
	size = (size_t)meta->subbuf_size * meta->nr_subbufs;
	data = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, meta->meta_page_size);
	if (data == MAP_FAILED)
		return fail("mmap of the pages of " RAW ": %s", strerror(errno));
	start = ticks();
	while (pages < meta->nr_subbufs && !ioctl(fd, MAP_GET_READER)) {
		const uint64_t *head =
			(void *)(data + (size_t)meta->reader.id * meta->subbuf_size);
		size_t commit = head[1] & 0xfffff;

		if (meta->reader.read >= commit && !commit)
			break;
		/* A look at each record's head. */
		for (size_t at = 16; at < commit; at += 28)
			sum += data[(size_t)meta->reader.id * meta->subbuf_size + at];
		pages++;
		if (!meta->entries || meta->read >= raw_records)
			break;
	}
	*took = ticks() - start;
	munmap((void *)data, size);
	munmap((void *)meta, getpagesize());
	return pages > 10 || fail("%lu pages mapped (%lu)", pages, sum);
}

bool raw_splice(double *value)
{
	return raw(take_splice, value);
}

bool raw_read(double *value)
{
	return raw(take_read, value);
}

bool raw_mmap(double *value)
{
	return raw(take_mmap, value);
}
