// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of the calls function_graph records: set_graph_function, set_graph_notrace,
 * max_graph_depth and tracing_thresh, for all instances.
 */
#include "host/host.h"
#include "tracer/graph.h"

/* Longest number that a user writes. */
#define LIMITS_NUMBER_MAX	32

struct otr_limits otr_limits;

/* All of them; otr_tracer_lock. */
LIST_HEAD(otr_graphs);

/* The sets of the limits; changed with both otr_tracer_lock and otr_inst_lock held. */
static struct otr_siteset *limits_chosen[2];

/**
 * otr_graph_note - follow a change of what limits an instance
 * @graph: its function_graph
 *
 * Context: otr_tracer_lock held.
 */
void otr_graph_note(struct otr_graph *graph)
{
	lockdep_assert_held(&otr_tracer_lock);
	WRITE_ONCE(graph->limited, otr_limits.sites[OTR_WANT] || otr_limits.sites[OTR_NOT] ||
		   otr_limits.depth || otr_limits.thresh || graph->fn->tasks.limited ||
		   graph->skip_irqs || graph->slept_too || graph->more || graph->stopped ||
		   graph->inside);
}

static void limits_note_limits(void)
{
	struct otr_graph *graph;

	list_for_each_entry(graph, &otr_graphs, node)
		otr_graph_note(graph);
}

/* A set for the hot path; NULL for the empty one, which limits nothing. */
static int limits_addrs_of(const struct otr_siteset *set, struct otr_addrs **addrs)
{
	struct otr_site_pos pos = { .set = set };
	bool more;

	*addrs = NULL;
	if (otr_siteset_empty(set))
		return 0;
	*addrs = otr_addrs_create(otr_siteset_count(set));
	if (!*addrs)
		return -ENOMEM;
	for (more = otr_site_start(&pos, 0); more; more = otr_site_next(&pos))
		otr_addrs_add(*addrs, pos.ip);
	otr_site_stop();
	return 0;
}

/**
 * otr_graph_sites - functions that begin, or end, what function_graph records
 * @side: OTR_WANT for set_graph_function, OTR_NOT for set_graph_notrace
 *
 * Context: otr_tracer_lock or otr_inst_lock held, for as long as the set is used.
 * Return: the set.
 */
struct otr_siteset *otr_graph_sites(enum otr_side side)
{
	return limits_chosen[side];
}

/**
 * otr_graph_set_sites - change what function_graph records
 * @side: which of the two sets
 * @set: the new set; owned from here on, also on failure
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps, up to seconds.
 * Return: 0, -ENOMEM.
 */
int otr_graph_set_sites(enum otr_side side, struct otr_siteset *set)
{
	struct otr_addrs *addrs, *old = otr_limits.sites[side];
	struct otr_siteset *former = limits_chosen[side];
	int err = limits_addrs_of(set, &addrs);

	lockdep_assert_held(&otr_tracer_lock);
	if (err) {
		otr_siteset_destroy(set);
		return err;
	}
	/* Pairs with the address dependency in graph_judge(): the set is complete. */
	smp_store_release(&otr_limits.sites[side], addrs);
	limits_note_limits();
	mutex_lock(&otr_inst_lock);
	limits_chosen[side] = set;
	mutex_unlock(&otr_inst_lock);
	otr_siteset_destroy(former);
	if (old)
		otr_host_quiesce();
	otr_addrs_free(old);
	return 0;
}

/* How deep function_graph records: levels, 0 for all. */
static int limits_depth_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%d\n", READ_ONCE(otr_limits.depth));
	return 0;
}

static ssize_t limits_depth_write(struct otr_file *of, char *text, size_t len)
{
	unsigned long depth;
	int err = kstrtoul(text, 10, &depth);

	if (err)
		return err;
	mutex_lock(&otr_tracer_lock);
	WRITE_ONCE(otr_limits.depth, depth);
	limits_note_limits();
	mutex_unlock(&otr_tracer_lock);
	return len;
}

static const struct otr_file_ops limits_depth_ops = {
	.show		= limits_depth_show,
	.write		= limits_depth_write,
	.write_max	= LIMITS_NUMBER_MAX,
	.places		= OTR_PLACES_ANY,
};

/* Files of function_graph alone. */
const struct otr_row otr_limits_files[OTR_LIMITS_FILES] = {
	{ "max_graph_depth", OTR_MODE_WRITE, &limits_depth_ops, .top = true },
};

/**
 * otr_graph_thresh - how long a call has to take to be recorded
 *
 * Context: any.
 * Return: ns, 0 for all calls.
 */
u64 otr_graph_thresh(void)
{
	return READ_ONCE(otr_limits.thresh);
}

/**
 * otr_graph_set_thresh - record only the return of calls that take long
 * @ns: how long at least; 0 for all calls, with their entries
 *
 * Context: otr_tracer_lock held.
 */
void otr_graph_set_thresh(u64 ns)
{
	lockdep_assert_held(&otr_tracer_lock);
	WRITE_ONCE(otr_limits.thresh, ns);
	limits_note_limits();
}

/**
 * otr_limits_exit - the counterpart of otr_limits_init()
 *
 * Context: module unload; no probe looks at the limits.
 */
void otr_limits_exit(void)
{
	int side;

	for (side = OTR_WANT; side <= OTR_NOT; side++) {
		otr_siteset_destroy(limits_chosen[side]);
		otr_addrs_free(otr_limits.sites[side]);
		limits_chosen[side] = NULL;
		otr_limits.sites[side] = NULL;
	}
}

/**
 * otr_limits_init - begin without limits
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_limits_init(void)
{
	limits_chosen[OTR_WANT] = otr_siteset_create();
	limits_chosen[OTR_NOT] = otr_siteset_create();
	if (limits_chosen[OTR_WANT] && limits_chosen[OTR_NOT])
		return 0;
	otr_limits_exit();
	return -ENOMEM;
}
