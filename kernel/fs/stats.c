// SPDX-License-Identifier: GPL-2.0-only
/* per_cpu/cpuN: stats, what became of a CPU's records, and buffer_meta, where its pages are. */
#include <linux/err.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/time64.h>

#include "fs/fs.h"

static void stats_show_time(struct seq_file *m, const char *what, u64 ts, bool in_ns)
{
	u32 usec;
	u64 sec;

	if (!in_ns) {
		seq_printf(m, "%s ts: %llu\n", what, ts);
		return;
	}
	sec = div_u64_rem(otr_clock_usecs(ts), USEC_PER_SEC, &usec);
	seq_printf(m, "%s ts: %5llu.%06u\n", what, sec, usec);
}

static void stats_show_drops(struct seq_file *m, const char *what, u64 nr)
{
	if (nr)
		seq_printf(m, "dropped %s: %llu\n", what, nr);
}

/* What the in-tree tracer does not tell is there only where there is something to say. */
static void stats_show_troubles(struct seq_file *m, const struct otr_ring *ring,
				const struct otr_ring_stats *stats)
{
	const char *why = otr_ring_broken(ring);

	stats_show_drops(m, "too large", stats->too_large);
	stats_show_drops(m, "while changed", stats->in_window);
	stats_show_drops(m, "inside others", stats->inside);
	stats_show_drops(m, "at snapshot", stats->at_swap);
	if (why)
		seq_printf(m, "stopped: %s\n", why);
}

static int stats_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_inst *inst = of->where.inst;
	bool in_ns = otr_clocks[READ_ONCE(inst->clock)].in_ns;
	struct otr_ring_stats stats;

	/* A CPU that was never here has nothing, and says so. */
	otr_ring_stats(inst->ring, of->where.cpu, &stats);
	seq_printf(m, "entries: %llu\n", stats.entries);
	seq_printf(m, "overrun: %llu\n", stats.overrun);
	seq_printf(m, "commit overrun: %llu\n", stats.commit_overrun);
	seq_printf(m, "bytes: %llu\n", stats.bytes);
	stats_show_time(m, "oldest event", stats.oldest_ts, in_ns);
	stats_show_time(m, "now", stats.now_ts, in_ns);
	seq_printf(m, "dropped events: %llu\n", stats.dropped);
	seq_printf(m, "read events: %llu\n", stats.read);
	stats_show_troubles(m, inst->ring, &stats);
	return 0;
}

const struct otr_file_ops otr_stats_ops = {
	.show	= stats_show,
	.places	= OTR_PLACES_ANY,
};

/* As the in-tree tracer tells it of its own ring, which has a page more, the reader's. */
static int stats_meta_show(struct otr_file *of, struct seq_file *m)
{
	struct otr_keep_layout *layout = otr_ring_layout(of->where.inst->ring, of->where.cpu);
	u32 i;

	if (IS_ERR(layout))
		return PTR_ERR(layout);
	seq_printf(m, "head_buffer:   %u\n", layout->head);
	seq_printf(m, "commit_buffer: %u\n", layout->commit);
	seq_printf(m, "subbuf_size:   %lu\n", PAGE_SIZE);
	seq_printf(m, "nr_subbufs:    %u\n", layout->nr);
	for (i = 0; i < layout->nr; i++)
		seq_printf(m, "buffer[%u]:    %u\n", i, layout->page[i]);
	kvfree(layout);
	return 0;
}

const struct otr_file_ops otr_meta_ops = {
	.show	= stats_meta_show,
};
