// SPDX-License-Identifier: GPL-2.0-only
/*
 * Others at each step: every writer operation, from every fill of a tiny ring,
 * interrupted at each of its steps by each of the things that can come then.
 */
#include "buffer_test.h"

/* One round of the ring and more. */
#define MANY	12

static void act_write(void)
{
	write_record(8);
}

static void act_write_large(void)
{
	write_record(24);
}

static void act_write_two(void)
{
	write_record(4);
	write_record(12);
}

static void act_fill(void)
{
	int i;

	for (i = 0; i < MANY; i++)
		write_record(8);
}

static void act_discard(void)
{
	discard_record(8);
}

static void act_discard_large(void)
{
	discard_record(24);
}

static void act_write_discard(void)
{
	write_record(8);
	discard_record(16);
}

static void act_back(void)
{
	clock_back(50);
	write_record(8);
}

static void act_far_back(void)
{
	world.now += 1ULL << 40;
	write_record(4);
	clock_back(1ULL << 39);
	write_record(4);
}

static void act_gap(void)
{
	world.now += 1ULL << 30;
	write_record(8);
}

static void act_read(void)
{
	read_records(LOG_MAX);
}

static void act_read_one(void)
{
	read_records(1);
}

static void act_raw(void)
{
	read_raw(false);
}

static void act_raw_whole(void)
{
	read_raw(true);
}

static void act_write_read(void)
{
	write_record(8);
	read_records(LOG_MAX);
	write_record(8);
}

static void act_iter(void)
{
	walk_iter();
}

static void act_too_large(void)
{
	write_record(200);
}

/* Everything hangs elsewhere, two laps later, and where it was is freed. */
static void apply_move(struct otr_window *window)
{
	struct otr_ring_cpu *rc = window->rc;
	u64 laps = 2ULL << OTR_POS_LAP_SHIFT;
	struct otr_slot *slots = kcalloc(rc->nr, sizeof(*slots), GFP_KERNEL);
	u64 pos = otr_pos_oldest(rc->nr, window->write);
	u32 i;

	for (i = 0; i < rc->nr; i++, pos = otr_pos_next(rc->nr, pos)) {
		struct otr_slot *slot = otr_slot_at(rc, pos);
		bool holds = otr_slot_holds(slot->word, pos);

		slots[otr_pos_slot(pos)] = *slot;
		slots[otr_pos_slot(pos)].word = otr_slot_word(otr_slot_page(slot->word), pos + laps,
							      holds ? 0 : OTR_SLOT_EMPTY);
	}
	memset(rc->slots, 0xff, rc->nr * sizeof(*rc->slots));
	kfree(rc->slots);
	rc->slots = slots;
	window->write += laps;
	rc->reader.pos += laps;
	rc->epoch++;
}

static void act_window(void)
{
	struct otr_window window = {
		.rc	= otr_ring_at(world.ring, 0),
		.apply	= apply_move,
		.slots	= otr_ring_at(world.ring, 0)->nr,
	};

	/* As above: not in the middle of a reader. */
	if (reader_is_busy())
		return;
	otr_window_try(&window);
}

static void (* const acts[])(void) = {
	act_write, act_write_large, act_write_two, act_fill, act_discard, act_discard_large,
	act_write_discard, act_back, act_far_back, act_gap, act_read, act_read_one, act_raw,
	act_raw_whole, act_write_read, act_iter, act_too_large, act_window,
};

struct scene {
	unsigned int data, pages;
	bool overwrite, unread;
	u32 filled;	/* records in the ring before */
};

static void set_scene(const struct scene *scene)
{
	u32 i;

	start_at = (scene->filled + scene->unread) % starts_nr;
	world_create(scene->data, scene->pages, scene->overwrite);
	for (i = 0; i < scene->filled; i++) {
		write_record(i % 3 ? 8 : 4);
		if (!scene->unread && i % 5 == 4)
			read_records(i % 2 ? LOG_MAX : 2);
	}
}

static bool reached(int depth)
{
	return plan.steps[depth] > plan.at[depth];
}

/* @op, interrupted at each step by @act. */
static void each_step(const struct scene *scene, void (*op)(void), void (*act)(void))
{
	int at;
	bool more = true;

	for (at = 0; more && !ktap_failures; at++) {
		set_scene(scene);
		plan_nothing();
		plan.at[0] = at;
		plan.act[0] = act;
		op();
		more = reached(0);
		write_record(8);
		settle_look();
		if (ktap_failures)
			printf("# data %u pages %u overwrite %d unread %d filled %u step %d\n",
			       scene->data, scene->pages, scene->overwrite, scene->unread,
			       scene->filled, at);
		world_destroy();
	}
}

/* The same, and the act interrupted at each of its own steps by @deeper. */
static void each_two_steps(const struct scene *scene, void (*op)(void), void (*act)(void),
			   void (*deeper)(void))
{
	bool more = true, inner;
	int at, below;

	for (at = 0; more && !ktap_failures; at++) {
		for (below = 0, inner = true; inner && !ktap_failures; below++) {
			set_scene(scene);
			plan_nothing();
			plan.at[0] = at;
			plan.act[0] = act;
			plan.at[1] = below;
			plan.act[1] = deeper;
			op();
			more = reached(0);
			inner = more && reached(1);
			write_record(8);
			settle();
			if (ktap_failures)
				printf("# data %u pages %u overwrite %d filled %u step %d, %d\n",
				       scene->data, scene->pages, scene->overwrite,
				       scene->filled, at, below);
			world_destroy();
		}
	}
}

static void all_scenes(void (*op)(void))
{
	static const unsigned int sizes[] = { 32, 64 };
	struct scene scene;
	unsigned int s, a;

	for (s = 0; s < ARRAY_SIZE(sizes); s++)
		for (scene.pages = 2; scene.pages <= 3; scene.pages++)
			for (a = 0; a < 4 * ARRAY_SIZE(acts) && !ktap_failures; a++) {
				scene.data = sizes[s];
				scene.overwrite = a & 1;
				scene.unread = a & 2;
				for (scene.filled = 0; scene.filled < 14; scene.filled++)
					each_step(&scene, op, acts[a / 4]);
			}
}

static void write_interrupted(void)
{
	all_scenes(act_write);
}

static void large_write_interrupted(void)
{
	all_scenes(act_write_large);
}

static void discard_interrupted(void)
{
	all_scenes(act_discard);
}

static void large_discard_interrupted(void)
{
	all_scenes(act_discard_large);
}

static void read_interrupted(void)
{
	all_scenes(act_read);
}

static void read_of_one_interrupted(void)
{
	all_scenes(act_read_one);
}

static void raw_interrupted(void)
{
	all_scenes(act_raw);
}

static void iter_interrupted(void)
{
	all_scenes(act_iter);
}

/* As an NMI does, and in a long window anybody. */
static void window_interrupted(void)
{
	all_scenes(act_window);
}

static void open_window_interrupted(void)
{
	window_slots = 0;
	all_scenes(act_window);
	window_slots = 1024;
}

static void two_deep(void)
{
	static void (* const some[])(void) = {
		act_write, act_write_large, act_fill, act_discard, act_write_read, act_window,
	};
	struct scene scene = { .data = 40, .pages = 2, .unread = true };
	unsigned int a;

	for (a = 0; a < 2 * ARRAY_SIZE(some) * ARRAY_SIZE(some) && !ktap_failures; a++) {
		scene.overwrite = a & 1;
		for (scene.filled = 2; scene.filled < 8; scene.filled++)
			each_two_steps(&scene, act_write, some[a / 2 / ARRAY_SIZE(some)],
				       some[a / 2 % ARRAY_SIZE(some)]);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(write_interrupted),
	KTAP_CASE(large_write_interrupted),
	KTAP_CASE(discard_interrupted),
	KTAP_CASE(large_discard_interrupted),
	KTAP_CASE(read_interrupted),
	KTAP_CASE(read_of_one_interrupted),
	KTAP_CASE(raw_interrupted),
	KTAP_CASE(iter_interrupted),
	KTAP_CASE(window_interrupted),
	KTAP_CASE(open_window_interrupted),
	KTAP_CASE(two_deep),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
