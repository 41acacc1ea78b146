// SPDX-License-Identifier: GPL-2.0-only
/*
 * hist: what the histograms of an event counted. hist.json: the same for programs, and for
 * those that take it out. hist_debug: how they are made.
 */
#include <linux/slab.h>

#include "event/event.h"
#include "fs/fs.h"
#include "inst/inst.h"
#include "trigger/trigger.h"

/*
 * An open file.
 *
 * @seen: what was read of it last
 * @polled: how many hits there were when it was read or polled last
 * @watches: its program waits for hits, or did
 */
struct opened {
	struct otr_hist_seen	seen;
	u64			polled;
	bool			watches;
};

static int hist_open(struct otr_file *of)
{
	struct opened *opened = kzalloc(sizeof(*opened), GFP_KERNEL);
	struct otr_event *ev;

	if (!opened)
		return -ENOMEM;
	mutex_lock(&otr_switch_lock);
	ev = otr_file_event(of);
	if (ev)
		opened->polled = otr_hist_show_hits(of->where.inst, ev);
	mutex_unlock(&otr_switch_lock);
	if (!ev) {
		kfree(opened);
		return -ENODEV;
	}
	of->priv = opened;
	return 0;
}

static void hist_release(struct otr_file *of)
{
	struct opened *opened = of->priv;

	if (opened->watches)
		otr_hist_watch(false);
	kfree(opened);
}

static int hist_show(struct otr_file *of, struct seq_file *m)
{
	struct opened *opened = of->priv;
	struct otr_event *ev;
	int err = -ENODEV;

	mutex_lock(&otr_switch_lock);
	ev = otr_file_event(of);
	if (ev) {
		err = otr_hist_show(m, of->where.inst, ev, &opened->seen);
		opened->polled = opened->seen.hits;
	}
	mutex_unlock(&otr_switch_lock);
	return err;
}

static __poll_t hist_poll(struct otr_file *of, struct file *file, poll_table *wait)
{
	struct opened *opened = of->priv;
	struct otr_event *ev;
	__poll_t events = 0;
	u64 hits;

	mutex_lock(&of->lock);
	if (!opened->watches)
		otr_hist_watch(true);
	opened->watches = true;
	mutex_unlock(&of->lock);

	poll_wait(file, otr_hist_waiters(), wait);
	guard(mutex)(&otr_switch_lock);
	ev = otr_file_event(of);
	if (!ev)
		return EPOLLERR;
	hits = otr_hist_show_hits(of->where.inst, ev);
	if (opened->seen.hits != hits)
		events |= EPOLLIN | EPOLLRDNORM;
	if (opened->polled != hits)
		events |= EPOLLPRI;
	opened->polled = hits;
	return events;
}

const struct otr_file_ops otr_hist_ops = {
	.open		= hist_open,
	.release	= hist_release,
	.show		= hist_show,
	.poll		= hist_poll,
};

static int hist_debug_open(struct otr_file *of)
{
	struct otr_event *ev;

	mutex_lock(&otr_switch_lock);
	ev = otr_file_event(of);
	mutex_unlock(&otr_switch_lock);
	return ev ? 0 : -ENODEV;
}

static int hist_debug_show(struct otr_file *of, struct seq_file *m)
{
	struct otr_event *ev;

	mutex_lock(&otr_switch_lock);
	ev = otr_file_event(of);
	if (ev)
		otr_hist_show_debug(m, of->where.inst, ev);
	mutex_unlock(&otr_switch_lock);
	return ev ? 0 : -ENODEV;
}

const struct otr_file_ops otr_hist_debug_ops = {
	.open		= hist_debug_open,
	.show		= hist_debug_show,
};

/*
 * The text is that of the moment when the file is opened. A program that opens it for
 * writing as well takes what was counted: the histograms begin anew.
 */
static int hist_json_open(struct otr_file *of)
{
	struct otr_hist_text *text;
	struct otr_event *ev;
	int err = -ENODEV;

	if (!of->reading)
		return -EINVAL;
	text = kzalloc(sizeof(*text), GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	mutex_lock(&otr_switch_lock);
	ev = otr_file_event(of);
	if (ev)
		err = otr_hist_json(of->where.inst, ev, of->writing, text);
	mutex_unlock(&otr_switch_lock);
	of->priv = text;
	if (err) {
		otr_hist_text_free(text);
		kfree(text);
	}
	return err;
}

static void hist_json_release(struct otr_file *of)
{
	otr_hist_text_free(of->priv);
	kfree(of->priv);
}

static int hist_json_show(struct otr_file *of, struct seq_file *m)
{
	const struct otr_hist_text *text = of->priv;

	seq_write(m, text->text, text->len);
	return 0;
}

const struct otr_file_ops otr_hist_json_ops = {
	.open		= hist_json_open,
	.release	= hist_json_release,
	.show		= hist_json_show,
};
