// SPDX-License-Identifier: GPL-2.0-only
/* Records that users make up, for tests of what looks at them. */
#include <linux/instruction_pointer.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "record/internal.h"

/*
 * Does the ring want it? As in-tree, also while the event is off, unless that is up to
 * triggers: then an event that is off takes nothing.
 */
static bool inject_wanted(const struct otr_sub *sub, const void *data)
{
	/* The filter's contents come with its address, see otr_sub_set_filter(). */
	const struct otr_filter *filter = READ_ONCE(sub->filter);

	if (sub->holders && !otr_sub_on(sub))
		return false;
	return !filter || otr_filter_match(filter, data);
}

static void inject_put(struct otr_inst *inst, struct otr_sub *sub, void *data, unsigned int len)
{
	struct otr_rec rec __uninitialized;
	struct otr_later later = {};
	u64 ts = OTR_TS_UNKNOWN;
	void *out = NULL;

	if (!sub || inject_wanted(sub, data))
		out = otr_ring_begin(inst->ring, &rec, len);
	if (out) {
		memcpy(out, data, len);
		ts = otr_ring_rec_time(&rec);
	}
	/* Those see the head of this task and moment. */
	if (sub)
		otr_event_offer(sub, data, len, _THIS_IP_, ts, &later);
	if (out) {
		otr_ring_end(&rec);
		otr_comm_want(READ_ONCE(inst->remember));
		if (otr_inst_option(inst, OTR_OPT_STACKTRACE))
			otr_stack_record(inst->ring, _RET_IP_);
	}
	if (sub)
		otr_event_follow(sub, &later, _THIS_IP_);
}

/* What the event has in the instance; NULL for one that cannot be switched, nor have triggers. */
static struct otr_sub *inject_sub(struct otr_inst *inst, struct otr_event *ev)
{
	struct otr_sub *sub;

	if (!ev->ops)
		return NULL;
	mutex_lock(&otr_inst_lock);
	sub = otr_sub_get(inst, ev);
	mutex_unlock(&otr_inst_lock);
	/* When the event goes, so have its records. */
	if (!IS_ERR(sub))
		sub->recorded = true;
	return sub;
}

/**
 * otr_event_inject - record what a user says that a record of an event is
 * @inst: the instance
 * @ev: the event, which may be off
 * @text: fields and their values, see otr_event_compose(); it is changed
 *
 * The instance's filter, tasks and triggers act on it as on other records.
 *
 * Context: otr_switch_lock held; may sleep.
 * Return: 0, also when nothing is recorded; what otr_event_compose() says of the text;
 * -ENOMEM.
 */
int otr_event_inject(struct otr_inst *inst, struct otr_event *ev, char *text)
{
	struct otr_rec_head head;
	struct otr_sub *sub;
	unsigned int len;
	void *data;

	preempt_disable_notrace();
	otr_record_head(&head, ev->id);
	preempt_enable_notrace();
	data = otr_event_compose(ev, &head, text, &len);
	if (IS_ERR(data))
		return PTR_ERR(data);
	sub = inject_sub(inst, ev);
	if (IS_ERR(sub)) {
		kfree(data);
		return PTR_ERR(sub);
	}
	otr_area_note_event(inst->area, ev);
	preempt_disable_notrace();
	if (otr_tasks_wanted(&inst->event_tasks))
		inject_put(inst, sub, data, len);
	preempt_enable_notrace();
	kfree(data);
	return 0;
}
