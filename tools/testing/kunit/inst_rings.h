/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Part of inst_room.h: rings that only remember what they were asked for.
 */
/* How many rings there are; the first one remembers what it was asked for. */
static int rings;
static int ring_answer;

/* What the ring was asked for, and what it answers. */
static struct {
	struct otr_ring	ring;
	unsigned long	bytes;
	unsigned int	order;
	int		resets;
	int		clock;
	bool		overwrite;
	int		disabled;
	unsigned long	off_cpus;
	int		answer;
} fake;

struct otr_ring *otr_ring_create(const struct otr_ring_config *config)
{
	if (ring_answer)
		return ERR_PTR(ring_answer);
	if (!rings)
		memset(&fake, 0, sizeof(fake));
	fake.overwrite = config->overwrite;
	return rings++ ? kzalloc(sizeof(struct otr_ring), GFP_KERNEL) : &fake.ring;
}

/* The same of a spare. */
static struct {
	struct otr_ring	*ring;
	int		matches;
	int		swaps;
	int		resets;
	int		clock;
	bool		overwrite;
	unsigned long	bytes;
	unsigned int	order;
	unsigned long	off_cpus;
	int		answer;
} spare;

/* How often the running task was to be remembered. */
static int named;

void otr_comm_now(void)
{
	named++;
}

/* Not the spare, and not a second instance's ring: those forget what they are asked. */
static bool is_spare(const struct otr_ring *ring)
{
	return ring == spare.ring;
}

void otr_ring_destroy(struct otr_ring *ring)
{
	if (!ring)
		return;
	if (is_spare(ring))
		spare.ring = NULL;
	rings--;
	fake.bytes = 0;
	if (ring != &fake.ring)
		kfree(ring);
}

int otr_ring_resize(struct otr_ring *ring, int cpu, unsigned long bytes)
{
	if (is_spare(ring)) {
		spare.bytes = bytes;
		return 0;
	}
	if (!fake.answer)
		fake.bytes = bytes;
	return fake.answer;
}

unsigned int otr_ring_order(const struct otr_ring *ring)
{
	return is_spare(ring) ? spare.order : fake.order;
}

int otr_ring_set_order(struct otr_ring *ring, struct otr_ring *with, unsigned int order)
{
	if (is_spare(ring)) {
		spare.order = order;
		return 0;
	}
	if (fake.answer)
		return fake.answer;
	fake.order = order;
	fake.resets++;
	if (with)
		spare.order = order;
	return 0;
}

int otr_ring_reset(struct otr_ring *ring, int cpu)
{
	if (is_spare(ring))
		spare.resets++;
	else
		fake.resets++;
	return 0;
}

int otr_ring_set_clock(struct otr_ring *ring, enum otr_clock_id clock)
{
	if (is_spare(ring))
		spare.clock = clock;
	else if (!fake.answer)
		fake.clock = clock;
	return fake.answer;
}

void otr_ring_set_overwrite(struct otr_ring *ring, bool overwrite)
{
	if (is_spare(ring))
		spare.overwrite = overwrite;
	else
		fake.overwrite = overwrite;
}

void otr_ring_disable(struct otr_ring *ring)
{
	fake.disabled++;
}

void otr_ring_enable(struct otr_ring *ring)
{
	fake.disabled--;
}

void otr_ring_disable_cpu(struct otr_ring *ring, int cpu)
{
	if (is_spare(ring))
		spare.off_cpus |= BIT(cpu);
	else
		fake.off_cpus |= BIT(cpu);
}

void otr_ring_enable_cpu(struct otr_ring *ring, int cpu)
{
	if (is_spare(ring))
		spare.off_cpus &= ~BIT(cpu);
	else
		fake.off_cpus &= ~BIT(cpu);
}

struct otr_ring *otr_ring_create_spare(struct otr_ring *ring)
{
	memset(&spare, 0, sizeof(spare));
	spare.ring = kzalloc(sizeof(*spare.ring), GFP_KERNEL);
	if (!spare.ring)
		return ERR_PTR(-ENOMEM);
	rings++;
	return spare.ring;
}

int otr_ring_match(struct otr_ring *ring, const struct otr_ring *like, int cpu)
{
	spare.matches++;
	spare.bytes = fake.bytes;
	spare.order = fake.order;
	return spare.answer;
}

int otr_ring_swap(struct otr_ring *ring, struct otr_ring *with)
{
	if (atomic_read(&ring->pinned))
		return -EBUSY;
	spare.swaps++;
	return 0;
}

void otr_ring_pin(struct otr_ring *ring)
{
	atomic_inc(&ring->pinned);
}

void otr_ring_unpin(struct otr_ring *ring)
{
	atomic_dec(&ring->pinned);
}
