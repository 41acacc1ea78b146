// SPDX-License-Identifier: GPL-2.0-only
/* Rings: making them, and CPUs that come. */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "buffer/ring.h"

/* Our states in the order of what is told of CPUs. */
static enum cpuhp_state ring_hotplug_state;
static enum cpuhp_state ring_online_state;

/* The pages are there, but for the reader's own, which is an ordinary one. */
static int ring_get_kept(struct otr_ring *ring, int cpu, struct otr_pages *pages)
{
	u32 nr = ring->keep->nr;

	*pages = (struct otr_pages){ .nr = nr, .page = otr_page_alloc(cpu, 0) };
	if (pages->page)
		pages->slots = otr_kept_slots(&ring->keep->cpus[cpu], nr);
	if (pages->slots)
		return 0;
	otr_page_free(pages->page, 0);
	return -ENOMEM;
}

static int ring_get_pages(struct otr_ring *ring, int cpu, struct otr_pages *pages)
{
	unsigned long bytes = otr_ring_at(ring, cpu)->size ?: ring->bytes;
	u32 nr = otr_slots_wanted(bytes, otr_ring_data(ring, ring->order));

	if (ring->keep)
		return ring_get_kept(ring, cpu, pages);
	return otr_pages_alloc(pages, cpu, nr, ring->order);
}

/* Nobody records there yet. */
static void ring_put_pages(struct otr_ring *ring, int cpu, const struct otr_pages *pages)
{
	struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);
	struct otr_item item;
	u64 write;

	otr_reader_lock(rc);
	WRITE_ONCE(rc->order, pages->order);
	WRITE_ONCE(rc->data, otr_ring_data(ring, pages->order));
	if (!rc->size)
		WRITE_ONCE(rc->size, ring->size);
	rc->reader.cur.page = pages->page;
	write = otr_ring_start(rc, pages->slots, pages->nr, READ_ONCE(rc->write));
	if (rc->keep)
		write = otr_kept_adopt(rc, write);
	WRITE_ONCE(rc->write, write);
	/* Pairs with the acquire in glance_unchanged(): now there are pages. */
	smp_store_release(&rc->commit, write);
	/* Of what was taken over, the beginning may have been consumed. */
	if (rc->reader.next > rc->slots->base)
		otr_reader_peek(rc, &rc->reader, &item);
	otr_reader_publish(rc);
	otr_reader_unlock(rc);
	otr_ring_limit(rc);
}

/*
 * Give a CPU its pages; ring->lock is held, and no CPU comes or goes. A spare gets
 * some as well, or neither does: what is exchanged has pages for the same CPUs.
 */
int otr_ring_add_cpu(struct otr_ring *ring, int cpu)
{
	struct otr_pages pages, others;
	int err;

	if (otr_ring_at(ring, cpu)->nr)
		return 0;
	err = ring_get_pages(ring, cpu, &pages);
	if (!err && ring->spare) {
		err = ring_get_pages(ring->spare, cpu, &others);
		if (err)
			otr_pages_free(&pages);
	}
	if (err)
		return err;
	ring_put_pages(ring, cpu, &pages);
	if (ring->spare)
		ring_put_pages(ring->spare, cpu, &others);
	return 0;
}

static int ring_cpu_comes(unsigned int cpu, struct hlist_node *node)
{
	struct otr_ring *ring = container_of(node, struct otr_ring, hotplug);
	int err;

	mutex_lock(&ring->lock);
	otr_ring_pin(ring);
	err = otr_ring_add_cpu(ring, cpu);
	otr_ring_unpin(ring);
	mutex_unlock(&ring->lock);
	if (!err || !READ_ONCE(ring->ready))
		return err;
	/* No reason to keep a CPU away. */
	pr_warn("outrace: no memory to record on CPU %u: write a smaller size to buffer_size_kb, then bring the CPU up again\n",
		cpu);
	return 0;
}

static void ring_cpu_moved(struct otr_ring *ring)
{
	mutex_lock(&ring->lock);
	otr_ring_wait_moved(ring);
	if (ring->spare)
		otr_ring_wait_moved(ring->spare);
	mutex_unlock(&ring->lock);
}

/* What it recorded on its last steps is there, and nobody was woken for it. */
static int ring_cpu_went(unsigned int cpu, struct hlist_node *node)
{
	ring_cpu_moved(container_of(node, struct otr_ring, hotplug));
	return 0;
}

/* Likewise, on its first steps. */
static int ring_cpu_here(unsigned int cpu, struct hlist_node *node)
{
	ring_cpu_moved(container_of(node, struct otr_ring, online));
	return 0;
}

static void ring_free_ring(struct otr_ring *ring)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);

		if (rc->keep)
			kvfree(rc->slots);
		else
			otr_slots_free(rc->slots, rc->nr, rc->order);
		otr_page_free(rc->reader.cur.page, rc->order);
		mutex_destroy(&rc->reader_lock);
		lockdep_unregister_key(&rc->reader_key);
	}
	free_percpu(ring->queues);
	free_percpu(ring->cpus);
	mutex_destroy(&ring->lock);
	kfree(ring);
}

static void ring_init_cpu(struct otr_ring *ring, int cpu, const struct otr_ring_config *config)
{
	struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);

	rc->cpu = cpu;
	rc->ring = ring;
	rc->clock = config->clock;
	rc->overwrite = config->overwrite;
	rc->last_ts = OTR_TS_UNKNOWN;
	/* No glance looks at pages that are not there. */
	rc->commit = OTR_POS_CLOSED;
	rc->reader.takes = true;
	rc->reader.started = true;
	if (config->keep) {
		rc->keep = &config->keep->cpus[cpu];
		rc->watch = OTR_WATCH_KEPT;
	}
	lockdep_register_key(&rc->reader_key);
	__mutex_init(&rc->reader_lock, "otr_ring_cpu.reader_lock", &rc->reader_key);
	otr_ring_wait_init_cpu(rc);
}

static bool ring_config_valid(const struct otr_ring_config *config)
{
	if (config->order > OTR_RING_ORDER_MAX || config->clock >= OTR_CLOCK_COUNT)
		return false;
	if (config->data_max % 4 ||
	    config->data_max > (PAGE_SIZE << config->order) - sizeof(struct otr_page))
		return false;
	if (config->keep && config->order)
		return false;
	return !config->data_max || config->data_max >= 16;
}

/* A ring without pages, which no CPU knows: the ring; an errno. */
struct otr_ring *otr_ring_make(const struct otr_ring_config *config)
{
	struct otr_ring *ring;
	int cpu;

	if (!ring_config_valid(config))
		return ERR_PTR(-EINVAL);
	ring = kzalloc(sizeof(*ring), GFP_KERNEL);
	if (!ring)
		return ERR_PTR(-ENOMEM);
	ring->cpus = alloc_percpu(struct otr_ring_cpu);
	if (!ring->cpus || otr_ring_wait_init(ring)) {
		free_percpu(ring->cpus);
		kfree(ring);
		return ERR_PTR(-ENOMEM);
	}
	ring->on = true;
	ring->bytes = config->bytes;
	ring->order = config->order;
	ring->data_max = config->data_max;
	ring->keep = config->keep;
	if (ring->keep)
		ring->bytes = (unsigned long)ring->keep->nr * otr_ring_data(ring, 0);
	ring->size = otr_size_wanted(ring->bytes, otr_ring_data(ring, config->order));
	mutex_init(&ring->lock);
	for_each_possible_cpu(cpu)
		ring_init_cpu(ring, cpu, config);
	return ring;
}

static int ring_add_all(struct otr_ring *ring)
{
	int cpu, err = 0;

	mutex_lock(&ring->lock);
	for_each_possible_cpu(cpu)
		err = err ?: otr_ring_add_cpu(ring, cpu);
	mutex_unlock(&ring->lock);
	return err;
}

/**
 * otr_ring_create - make a ring
 * @config: what it shall be
 *
 * It is on, and has pages for all CPUs that are online, or in an area for all that may be.
 *
 * Context: may sleep.
 * Return: the ring; ERR_PTR(-ENOMEM), ERR_PTR(-EINVAL).
 */
struct otr_ring *otr_ring_create(const struct otr_ring_config *config)
{
	struct otr_ring *ring = otr_ring_make(config);
	int err;

	if (IS_ERR(ring))
		return ring;
	/* What CPUs recorded that may never come in this boot is there, too. */
	err = ring->keep ? ring_add_all(ring) : 0;
	/* Calls ring_cpu_comes() for all that are here. */
	if (!err)
		err = cpuhp_state_add_instance(ring_hotplug_state, &ring->hotplug);
	if (!err) {
		err = cpuhp_state_add_instance_nocalls(ring_online_state, &ring->online);
		if (err)
			cpuhp_state_remove_instance_nocalls(ring_hotplug_state, &ring->hotplug);
	}
	if (err) {
		ring_free_ring(ring);
		return ERR_PTR(err);
	}
	WRITE_ONCE(ring->ready, true);
	return ring;
}

/* A spare is told of CPUs by its ring; no CPU comes while it is forgotten. */
static void ring_forget(struct otr_ring *ring)
{
	if (!ring->spare_of) {
		cpuhp_state_remove_instance_nocalls(ring_online_state, &ring->online);
		cpuhp_state_remove_instance_nocalls(ring_hotplug_state, &ring->hotplug);
		return;
	}
	mutex_lock(&ring->spare_of->lock);
	ring->spare_of->spare = NULL;
	mutex_unlock(&ring->spare_of->lock);
}

/**
 * otr_ring_destroy - free a ring
 * @ring: the ring; nobody writes, reads or waits any more, and its spare was
 *	  destroyed before. NULL is fine
 *
 * Context: may sleep.
 */
void otr_ring_destroy(struct otr_ring *ring)
{
	if (!ring)
		return;
	ring_forget(ring);
	otr_ring_wait_exit(ring);
	ring_free_ring(ring);
}

/**
 * otr_buffer_init - start the room
 *
 * Context: module load.
 * Return: 0, or an errno when CPUs cannot be watched.
 */
int otr_buffer_init(void)
{
	int state = cpuhp_setup_state_multi(CPUHP_BP_PREPARE_DYN, "outrace/buffer:prepare",
					    ring_cpu_comes, ring_cpu_went);

	if (state < 0)
		return state;
	ring_hotplug_state = state;
	state = cpuhp_setup_state_multi(CPUHP_AP_ONLINE_DYN, "outrace/buffer:online",
					ring_cpu_here, NULL);
	if (state < 0) {
		cpuhp_remove_multi_state(ring_hotplug_state);
		return state;
	}
	ring_online_state = state;
	return 0;
}

/**
 * otr_buffer_exit - stop the room
 *
 * Context: module unload, when all rings are destroyed.
 */
void otr_buffer_exit(void)
{
	cpuhp_remove_multi_state(ring_online_state);
	cpuhp_remove_multi_state(ring_hotplug_state);
	otr_page_exit();
}
