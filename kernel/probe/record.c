// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records with texts.
 *
 * How long they are is known when they are there, so they are put together beside the
 * rings, once for all instances that want them.
 */
#include <linux/percpu.h>

#include "probe/event.h"

struct record_rooms {
	u8	room[OTR_NEST_SLOTS][OTR_PROBE_ROOM] __aligned(8);
};

static struct record_rooms __percpu *record_rooms;
static DEFINE_PER_CPU(u32, record_nest);

/**
 * otr_probe_record_missed - count a record that there was no room for
 * @probe: the probe
 * @only: in this instance; NULL for wherever it is wanted
 *
 * Context: that of otr_probe_record().
 */
void otr_probe_record_missed(const struct otr_probe *probe, struct otr_sub *only)
{
	const struct otr_dyn_target *target;

	if (only) {
		atomic_long_inc(&only->missed);
		return;
	}
	/* A target stays; pairs with otr_dyn_target_add(). */
	hlist_for_each_entry_rcu(target, &probe->to->targets, node, true)
		atomic_long_inc(&target->sub->missed);
}

/**
 * otr_probe_record_put - write a record that is complete
 * @probe: the probe
 * @only: in this instance; NULL for wherever it is wanted
 * @rec: the record, with room up to the next word
 * @len: its length
 *
 * Context: that of otr_probe_record().
 */
void otr_probe_record_put(const struct otr_probe *probe, struct otr_sub *only,
			  struct otr_probe_rec *rec, u32 len)
{
	const struct otr_dyn_target *target;

	/* The last bytes may be no word. */
	memset((void *)rec + len, 0, -len % sizeof(u32));
	if (only) {
		otr_event_judge(only, rec, ALIGN(len, sizeof(u32)));
		return;
	}
	/* A target stays; pairs with otr_dyn_target_add(). */
	hlist_for_each_entry_rcu(target, &probe->to->targets, node, true)
		otr_event_judge(target->sub, rec, ALIGN(len, sizeof(u32)));
}

/**
 * otr_probe_record_texts - the same as otr_probe_record(), where arguments are texts
 * @probe: the probe
 * @only: in this instance; NULL for wherever it is wanted
 * @source: where arguments come from
 * @at: as &struct otr_probe_rec.at
 * @to: as &struct otr_probe_rec.to
 *
 * Context: that of otr_probe_record().
 */
void otr_probe_record_texts(const struct otr_probe *probe, struct otr_sub *only,
			    const struct otr_fetch_source *source, unsigned long at,
			    unsigned long to)
{
	int slot = otr_nest_enter(&record_nest, OTR_NEST_SLOTS);
	struct otr_probe_rec *rec;

	if (unlikely(slot < 0)) {
		otr_probe_record_missed(probe, only);
		return;
	}
	rec = (void *)raw_cpu_ptr(record_rooms)->room[slot];
	if (probe->to->head != OTR_PROBE_BARE)
		rec->at = at;
	if (probe->to->head == OTR_PROBE_RETURN)
		rec->to = to;
	otr_probe_record_put(probe, only, rec,
			     otr_fetch_run(probe->fetch, source, rec, OTR_PROBE_ROOM));
	otr_nest_exit(&record_nest, slot);
}

/**
 * otr_probe_records_init - have room for records with texts
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_probe_records_init(void)
{
	record_rooms = alloc_percpu(struct record_rooms);
	return record_rooms ? 0 : -ENOMEM;
}

/**
 * otr_probe_records_exit - the counterpart of otr_probe_records_init()
 *
 * Context: module unload, when no probe is hit any more.
 */
void otr_probe_records_exit(void)
{
	free_percpu(record_rooms);
}
