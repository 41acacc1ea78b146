// SPDX-License-Identifier: GPL-2.0-only
/*
 * A writer, and a program that has the pages in its memory, under the thread sanitizer. The
 * program looks at no more than a program does: the head, the page that it is told, and how
 * far that goes. In between it gives the pages back, reads as others do, and asks again.
 * Each record comes once, or is lost and told.
 */
#define _GNU_SOURCE
#include <linux/kernel.h>

#include "buffer_writer.h"

#define RECORDS		100000
/* Payload bytes of a page, so that pages change often; and pages. */
#define DATA		256
#define PAGES		5

/* What the reader got, and how. */
static struct {
	u64	read;
	u64	lost;
	u64	wrong;
	u64	disorder;
	u64	grown;
	u64	turned;
	u32	last;
} got;

/* What a program remembers. */
static struct {
	u32	id;
	u32	off;
	u64	lost;
} program;

static void note(const struct otr_item *item)
{
	const struct payload *payload = item->data;

	got.read++;
	got.wrong += !payload_intact(item->data, item->len);
	got.disorder += payload->number + 2 < got.last;
	got.last = payload->number;
}

static void note_lost(const struct otr_map_head *head)
{
	got.lost += head->reader.lost - program.lost;
	program.lost = head->reader.lost;
}

/* What a program does with the page that it is told. */
static void look(const struct otr_map *map)
{
	const struct otr_map_head *head = map->head;
	struct otr_cursor cur = { .page = map->pages[head->reader.id] };
	struct otr_item item;
	u32 after;

	if (head->reader.id != program.id) {
		program.id = head->reader.id;
		program.off = 0;
		program.lost = 0;
		got.turned++;
	} else if (program.off) {
		got.grown++;
	}
	note_lost(head);
	/* Pairs with the release in map_seal(). */
	cur.end = smp_load_acquire(&cur.page->commit) & OTR_PAGE_SIZE_MASK;
	cur.off = program.off;
	while (otr_cursor_look(&cur, &item, &after) > 0) {
		note(&item);
		cur.off = after;
	}
	got.wrong += cur.off != cur.end;
	program.off = cur.off;
}

static void read_mapped(u32 times)
{
	const struct otr_map *map = otr_map_get(ring, 0);

	if (IS_ERR(map)) {
		got.wrong++;
		return;
	}
	program.id = map->head->reader.id;
	program.off = map->head->reader.read;
	program.lost = map->head->reader.lost;
	while (times-- && !__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		got.wrong += otr_map_take(ring, 0) != 0;
		look(map);
		sched_yield();
	}
	got.wrong += otr_ring_resize(ring, OTR_CPU_ALL, DATA) != -EBUSY;
	got.wrong += otr_map_take(ring, 0) != 0;
	look(map);
	otr_map_put(ring, 0);
	shim_forget_privates();
}

static void drain(u32 most)
{
	struct otr_ring_cpu *rc = otr_ring_reader_lock(ring, 0);
	struct otr_item item;

	while (most-- && otr_ring_peek(rc, &item)) {
		note(&item);
		got.lost += item.lost;
		otr_ring_consume(rc);
	}
	otr_ring_reader_unlock(rc);
}

static void *reader(void *unused)
{
	u32 turn;

	shim_cpu = 1;
	for (turn = 0; !__atomic_load_n(&stop, __ATOMIC_ACQUIRE); turn++) {
		read_mapped(1 + turn * 7 % 200);
		drain(turn % 5);
		meet(got.read);
	}
	return NULL;
}

static void race_once(bool overwrite)
{
	struct otr_ring_config config = {
		.bytes = DATA * PAGES, .data_max = DATA, .overwrite = overwrite,
	};
	struct otr_ring_stats stats;
	pthread_t thread;

	shim_online[1] = false;
	EXPECT(!otr_buffer_init());
	ring = otr_ring_create(&config);
	EXPECT(!IS_ERR(ring));
	memset(&got, 0, sizeof(got));
	stop = false;
	overwrites = overwrite;
	next_number = 0;
	refused = 0;
	pthread_create(&thread, NULL, reader, NULL);
	write_all(RECORDS);
	pthread_join(thread, NULL);
	drain(-1);
	otr_ring_stats(ring, 0, &stats);
	EXPECT(!got.wrong);
	EXPECT(!got.disorder);
	EXPECT(got.read > RECORDS / 100);
	EXPECT(got.grown && got.turned);
	EXPECT_EQ(got.read + stats.overrun + refused, next_number);
	EXPECT(got.lost == stats.overrun || !overwrite);
	EXPECT(overwrite || !stats.overrun);
	printf("# %lu of %u read, %lu lost, %lu refused; %lu pages, %lu times more of one\n",
	       got.read, next_number, got.lost, refused, got.turned, got.grown);
	otr_ring_destroy(ring);
	otr_buffer_exit();
	shim_online[1] = true;
}
