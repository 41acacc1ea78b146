// SPDX-License-Identifier: GPL-2.0-only
/* What the rooms above do for histograms, as far as tests of the hist room need it. */
#include <stdlib.h>
#include <string.h>

#include "hist_home.h"
#include "host/host.h"

#define FIELD(ctype, cname, rec, member, bytes, sign) \
	{ ctype, cname, offsetof(struct rec, member), bytes, sign }
#define CODE(cname, at) \
	{ "unsigned long", cname, at, 8, false, OTR_KIND_FUNCTION }

#define HOME_EVENT(id_, system_, name_, fields_) \
	{ .id = (id_), .system = (system_), .name = (name_), .fields = (fields_) }

static const struct otr_field switch_fields[] = {
	FIELD("char", "prev_comm[16]", home_switch, prev_comm, 16, true),
	FIELD("pid_t", "prev_pid", home_switch, prev_pid, 4, true),
	FIELD("int", "prev_prio", home_switch, prev_prio, 4, true),
	FIELD("long", "prev_state", home_switch, prev_state, 8, true),
	FIELD("char", "next_comm[16]", home_switch, next_comm, 16, true),
	FIELD("pid_t", "next_pid", home_switch, next_pid, 4, true),
	FIELD("int", "next_prio", home_switch, next_prio, 4, true),
	{}
};

static const struct otr_field exec_fields[] = {
	FIELD("__data_loc char[]", "filename", home_exec, filename, 4, true),
	FIELD("pid_t", "pid", home_exec, pid, 4, true),
	FIELD("pid_t", "old_pid", home_exec, old_pid, 4, true),
	{}
};

static const struct otr_field enter_fields[] = {
	FIELD("long", "id", home_enter, id, 8, true),
	FIELD("unsigned long", "args[6]", home_enter, args, 48, false),
	{}
};

static const struct otr_field function_fields[] = {
	CODE("ip", 8),
	CODE("parent_ip", 16),
	{}
};

static const struct otr_field print_fields[] = {
	{ "unsigned long", "ip", 8, 8, false },
	{ "char", "buf[]", 16, 0, true },
	{}
};

struct otr_event home_switch = HOME_EVENT(1, "sched", "sched_switch", switch_fields);
struct otr_event home_exec = HOME_EVENT(2, "sched", "sched_process_exec", exec_fields);
struct otr_event home_enter = HOME_EVENT(3, "raw_syscalls", "sys_enter", enter_fields);
struct otr_event home_function = HOME_EVENT(4, "ftrace", "function", function_fields);
struct otr_event home_print = HOME_EVENT(5, "ftrace", "print", print_fields);
static struct otr_event home_waking = HOME_EVENT(6, "sched", "sched_waking", exec_fields);

static struct otr_event *const events[] = {
	&home_switch, &home_exec, &home_enter, &home_function, &home_print, &home_waking,
};

/* A histogram on an event, the oldest first. */
struct trigger {
	struct otr_hist		*hist;
	struct otr_event	*ev;
	char			*filter;
	bool			paused;
	struct trigger		*next;
};

static struct trigger *triggers;

struct otr_hist_home home;
struct home_recorded home_recorded;
unsigned int home_snapshots;
unsigned int home_frames = 5;

static struct otr_event *event_of(const char *system, const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(events); i++)
		if (!strcmp(events[i]->name, name) && !strcmp(events[i]->system, system))
			return events[i];
	return NULL;
}

/* By "system/name". */
struct otr_event *home_event(const char *name)
{
	char system[64];
	const char *slash = strchr(name, '/');

	if (!slash || slash - name >= (long)sizeof(system))
		return NULL;
	memcpy(system, name, slash - name);
	system[slash - name] = '\0';
	return event_of(system, slash + 1);
}

static struct otr_event *ops_event(struct otr_hist_home *h, const char *system, const char *name)
{
	return event_of(system, name);
}

static struct otr_hist *ops_next(struct otr_hist_home *h, const struct otr_event *ev,
				 struct otr_hist *hist)
{
	struct trigger *t = triggers;

	while (hist && t && t->hist != hist)
		t = t->next;
	if (hist && t)
		t = t->next;
	while (t && t->ev != ev)
		t = t->next;
	return t ? t->hist : NULL;
}

static const char *ops_filter(const struct otr_hist *hist)
{
	for (struct trigger *t = triggers; t; t = t->next)
		if (t->hist == hist)
			return t->filter;
	return NULL;
}

static const struct otr_hist_param latency_params[] = {
	{ "u64", 8, false },
	{ "pid_t", 4, true },
};

static const struct otr_hist_param named_params[] = {
	{ "char[]", 0, false, true, true },
	{ "pid_t", 4, true },
};

static struct otr_hist_synth synths[] = {
	{ "latency", 2, latency_params },
	{ "named", 2, named_params },
};

static int synths_held;

static struct otr_hist_synth *ops_synth_get(const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(synths); i++)
		if (!strcmp(synths[i].name, name)) {
			synths_held++;
			return &synths[i];
		}
	return NULL;
}

static void ops_synth_put(struct otr_hist_synth *synth)
{
	synths_held--;
}

static void ops_record(struct otr_hist_synth *synth, const u64 *values, const u8 *which,
		       const struct otr_moment *when)
{
	home_recorded.nr++;
	for (unsigned int i = 0; i < synth->nr; i++)
		home_recorded.values[i] = values[which[i]];
	if (synth->params[0].is_string)
		strscpy(home_recorded.text, (const char *)home_recorded.values[0],
			sizeof(home_recorded.text));
}

static struct otr_hist *snapper;

static int ops_snapshot_start(struct otr_hist_home *h, struct otr_hist *hist)
{
	if (snapper)
		return -EBUSY;
	snapper = hist;
	return 0;
}

static void ops_snapshot_stop(struct otr_hist_home *h, struct otr_hist *hist)
{
	EXPECT(snapper == hist);
	snapper = NULL;
}

static void ops_snapshot(struct otr_hist_home *h, bool (*wanted)(void *data), void *data)
{
	home_snapshots += wanted(data);
}

static unsigned int ops_stack(unsigned long probe, unsigned long *frames, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < home_frames && i < nr; i++)
		frames[i] = HOME_FRAMES + 16 * i;
	return i;
}

static const char *ops_syscall(u64 nr)
{
	return nr == 1 ? "sys_write" : NULL;
}

static int write_on(struct otr_event *ev, const char *text, bool remove,
		    struct otr_hist_command *command);

static int ops_add(struct otr_hist_home *h, struct otr_event *ev, const char *text,
		   struct otr_hist_command *command)
{
	return write_on(ev, text, false, command);
}

static void ops_remove(struct otr_hist_home *h, struct otr_event *ev, const char *text)
{
	struct otr_hist_command command;

	EXPECT_EQ(otr_hist_command_init(&command, ev, text), 0);
	EXPECT_EQ(write_on(ev, text, true, &command), 0);
	otr_hist_command_free(&command);
}

static const struct otr_hist_ops ops = {
	.event		= ops_event,
	.next		= ops_next,
	.filter		= ops_filter,
	.add		= ops_add,
	.remove		= ops_remove,
	.synth_get	= ops_synth_get,
	.synth_put	= ops_synth_put,
	.record		= ops_record,
	.snapshot_start	= ops_snapshot_start,
	.snapshot_stop	= ops_snapshot_stop,
	.snapshot	= ops_snapshot,
	.stack		= ops_stack,
	.syscall	= ops_syscall,
};

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static struct trigger *find_same(const struct otr_hist *hist, const struct otr_event *ev,
				 const char *filter)
{
	for (struct trigger *t = triggers; t; t = t->next)
		if (t->ev == ev && otr_hist_same(hist, t->hist) && same_text(filter, t->filter) &&
		    same_text(otr_hist_name(hist), otr_hist_name(t->hist)))
			return t;
	return NULL;
}

static struct otr_hist *find_named(const char *name)
{
	for (struct trigger *t = triggers; name && t; t = t->next)
		if (same_text(name, otr_hist_name(t->hist)))
			return t->hist;
	return NULL;
}

static void take_away(struct trigger *t)
{
	struct trigger **at = &triggers;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	otr_hist_free(t->hist);
	kfree(t->filter);
	kfree(t);
}

static int clear(struct trigger *t)
{
	struct otr_hist_map *old;
	int err = otr_hist_take(t->hist, &old);

	if (!err)
		otr_hist_map_free(old);
	return err;
}

static int change(struct trigger *t, unsigned int wants)
{
	if (wants & OTR_HIST_PAUSE)
		t->paused = true;
	else if (wants & OTR_HIST_CONT)
		t->paused = false;
	else
		return clear(t);
	return 0;
}

/* Let it count: what is left is to be put into the list. */
static int make_ready(struct otr_hist *hist, struct otr_event *ev, struct otr_hist *named,
		      const char *filter, struct otr_hist_command *command)
{
	const char *clock = otr_hist_clock(hist);
	int err;

	if (named && !otr_hist_same(hist, named))
		return otr_hist_blame(command, OTR_HIST_NAME_MISMATCH, otr_hist_name(hist));
	err = named ? otr_hist_join(hist, named) : otr_hist_prepare(hist, command);
	if (err)
		return err;
	if (find_same(hist, ev, filter)) {
		otr_hist_blame(command, OTR_HIST_EXISTS, NULL);
		return -EEXIST;
	}
	if (otr_hist_wants(hist) & (OTR_HIST_CONT | OTR_HIST_CLEAR)) {
		otr_hist_blame(command, OTR_HIST_NOTHING_TO_CLEAR, NULL);
		return -ENOENT;
	}
	if (clock && strcmp(clock, "global") && strcmp(clock, "mono"))
		return otr_hist_blame(command, OTR_HIST_CLOCK, clock);
	return 0;
}

static int add(struct otr_hist *hist, struct otr_event *ev, const char *filter)
{
	struct trigger **at = &triggers, *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	t->hist = hist;
	t->ev = ev;
	t->paused = otr_hist_wants(hist) & OTR_HIST_PAUSE;
	if (filter) {
		t->filter = kstrdup(filter, GFP_KERNEL);
		if (!t->filter) {
			kfree(t);
			return -ENOMEM;
		}
	}
	while (*at)
		at = &(*at)->next;
	*at = t;
	return 0;
}

static int write_on(struct otr_event *ev, const char *text, bool remove,
		    struct otr_hist_command *command)
{
	char *copy = kstrdup(text, GFP_KERNEL), *params, *filter;
	struct otr_hist *hist = NULL;
	struct trigger *same;
	int err = copy ? otr_hist_split(copy, &params, &filter) : -ENOMEM;

	if (!err)
		err = otr_hist_create(&home, ev, command, params, remove, &hist);
	if (err)
		goto out;
	if (filter)
		filter += strspn(filter + 2, " \t") + 2;
	same = find_same(hist, ev, filter);
	if (remove) {
		err = same && otr_hist_busy(same->hist) ? -EBUSY : 0;
		if (!err && same)
			take_away(same);
		otr_hist_free(hist);
	} else if (same && otr_hist_wants(hist)) {
		err = change(same, otr_hist_wants(hist));
		otr_hist_free(hist);
	} else {
		err = make_ready(hist, ev, find_named(otr_hist_name(hist)), filter, command) ?:
		      add(hist, ev, filter);
		if (err)
			otr_hist_free(hist);
	}
out:
	kfree(copy);
	return err;
}

/* "hist:..." or "!hist:..."; @command has to be freed. */
int home_write(struct otr_event *ev, const char *text, struct otr_hist_command *command)
{
	bool remove = *text == '!';
	char *copy = kstrdup(text + remove + strlen("hist:"), GFP_KERNEL), *args;
	int err = -ENOMEM;

	*command = (struct otr_hist_command){};
	args = copy ? strim(copy) : NULL;
	if (args && !otr_hist_command_init(command, ev, args))
		err = write_on(ev, args, remove, command);
	kfree(copy);
	return err;
}

struct otr_hist *home_hist(const struct otr_event *ev, unsigned int nr)
{
	struct otr_hist *hist = ops_next(&home, ev, NULL);

	while (nr-- && hist)
		hist = ops_next(&home, ev, hist);
	return hist;
}

void home_listed(const struct otr_event *ev, struct seq_buf *out)
{
	for (struct trigger *t = triggers; t; t = t->next)
		if (t->ev == ev)
			otr_hist_list(t->hist, t->filter, t->paused, out);
}

/* As "hist_debug" has it, but without addresses. */
void home_debug(const struct otr_event *ev, struct seq_buf *out)
{
	const char *after = "hist_data: ";
	size_t start = out->len;
	char *at = out->buffer + start;
	unsigned int nr = 0;

	for (struct trigger *t = triggers; t; t = t->next)
		if (t->ev == ev) {
			seq_buf_puts(out, nr++ ? "\n\n" : "");
			otr_hist_debug(t->hist, t->filter, t->paused, out);
		}
	out->buffer[out->len] = '\0';
	while ((at = strstr(at, after))) {
		at += strlen(after);
		*at = 'P';
		memmove(at + 1, at + strcspn(at, "\n"), strlen(at + strcspn(at, "\n")) + 1);
	}
	out->len = start + strlen(out->buffer + start);
}

/* As a log has them, each with its position. */
void home_errors(const struct otr_hist_command *command, struct seq_buf *out)
{
	unsigned int i = command->nr > OTR_HIST_ERRORS_MAX ?
			 command->nr - OTR_HIST_ERRORS_MAX : 0;

	for (; i < command->nr; i++) {
		unsigned int nr = i % OTR_HIST_ERRORS_MAX;

		seq_buf_printf(out, "%u %s\n", command->errors[nr].pos,
			       command->catalog.text[command->errors[nr].error]);
	}
}

void home_shown(const struct otr_event *ev, unsigned int nr, struct seq_buf *out)
{
	struct otr_hist_view *view = otr_hist_view_create(home_hist(ev, nr));

	if (!view)
		return;
	for (unsigned int i = 0; i < otr_hist_view_entries(view); i++)
		otr_hist_view_entry(view, i, out);
	otr_hist_view_totals(view, out);
	otr_hist_view_free(view);
}

/* A command that is right. */
void home_write_ok(struct otr_event *ev, const char *command)
{
	struct otr_hist_command c;
	char text[4096] = "";
	struct seq_buf out;
	int err = home_write(ev, command, &c);

	seq_buf_init(&out, text, sizeof(text) - 1);
	home_errors(&c, &out);
	if (err)
		KTAP_FAIL("%s: %d\n%s", command, err, text);
	otr_hist_command_free(&c);
}

void home_count(const struct otr_event *ev, const void *rec, u64 ts)
{
	for (unsigned int i = 0; home_hist(ev, i); i++)
		otr_hist_count(home_hist(ev, i), rec, ts, OTR_CLOCK_COUNT, 0);
}

struct home_switch home_switch_rec(s32 prev, s32 next, const char *comm)
{
	struct home_switch rec = {
		.prev_pid = prev, .next_pid = next, .prev_prio = 120, .next_prio = -1,
		.prev_state = 1L << 40,
	};

	memcpy(rec.next_comm, comm, min(strlen(comm), sizeof(rec.next_comm)));
	return rec;
}

void home_hit(s32 prev, s32 next, const char *comm, u64 ts)
{
	struct home_switch rec = home_switch_rec(prev, next, comm);

	home_count(&home_switch, &rec, ts);
}

void home_start(void)
{
	otr_hist_home_init(&home, &ops);
}

/* Those that others refer to go last. */
void home_end(void)
{
	while (triggers) {
		struct trigger *t = triggers;

		while (t && otr_hist_busy(t->hist))
			t = t->next;
		EXPECT(t);
		if (!t)
			break;
		take_away(t);
	}
	EXPECT_EQ(synths_held, 0);
	EXPECT(!snapper);
	EXPECT(list_empty(&home.with_vars));
	otr_hist_exit();
}

/* Symbols: what is at HOME_FRAMES has names. */
struct otr_names {
	char text[64];
};

struct otr_names *otr_names_create(void)
{
	return kzalloc(sizeof(struct otr_names), GFP_KERNEL);
}

void otr_names_destroy(struct otr_names *names)
{
	kfree(names);
}

const char *otr_names_find(struct otr_names *names, unsigned long addr, bool with_offset,
			   unsigned int *len)
{
	if (addr < HOME_FRAMES || addr >= HOME_FRAMES + 0x1000)
		return NULL;
	*len = snprintf(names->text, sizeof(names->text), "func_%lx+0x%lx/0x40%s",
			(addr - HOME_FRAMES) / 0x40, addr % 0x40,
			addr >= HOME_FRAMES + 0x800 ? " [mod]" : "");
	return names->text;
}
