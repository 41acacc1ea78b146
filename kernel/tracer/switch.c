// SPDX-License-Identifier: GPL-2.0-only
/* Records of tracers that say which task was woken, and which one runs instead of which. */
#include "event/event.h"
#include "tracer/latency.h"

/* Letters of a task's state. */
#define SWITCH_STATES	"RSDTtXZPI"

static char switch_state_char(u8 state)
{
	return state < strlen(SWITCH_STATES) ? SWITCH_STATES[state] : '?';
}

static void switch_print(struct otr_line *line, const char *between)
{
	const struct otr_rec_switch *rec = line->rec;
	char comm[TASK_COMM_LEN];

	otr_comm_find(rec->next_pid, comm);
	seq_buf_printf(line->out, " %7d:%3d:%c %s [%03d] %7d:%3d:%c %s\n",
		       rec->prev_pid, rec->prev_prio, switch_state_char(rec->prev_state), between,
		       rec->next_cpu, rec->next_pid, rec->next_prio,
		       switch_state_char(rec->next_state), comm);
}

static void switch_print_switch(struct otr_line *line)
{
	switch_print(line, "==>");
}

static void switch_print_wakeup(struct otr_line *line)
{
	switch_print(line, "  +");
}

/* What stands in the place of the first task's state where that means nothing. */
static char switch_first_state(const struct otr_rec_switch *rec)
{
	return rec->head.type == OTR_TYPE_WAKEUP ? '+' : switch_state_char(rec->prev_state);
}

static void switch_print_raw(struct otr_line *line)
{
	const struct otr_rec_switch *rec = line->rec;

	seq_buf_printf(line->out, "%d %d %c %d %d %d %c\n", rec->prev_pid, rec->prev_prio,
		       switch_first_state(rec), rec->next_cpu, rec->next_pid, rec->next_prio,
		       switch_state_char(rec->next_state));
}

static void switch_print_hex(struct otr_line *line)
{
	const struct otr_rec_switch *rec = line->rec;
	/* Both are words in the text. */
	int first = switch_first_state(rec), second = switch_state_char(rec->next_state);

	otr_print_hex(line->out, &rec->prev_pid, sizeof(rec->prev_pid));
	otr_print_hex(line->out, &rec->prev_prio, sizeof(rec->prev_prio));
	otr_print_hex(line->out, &first, sizeof(first));
	otr_print_hex(line->out, &rec->next_cpu, sizeof(rec->next_cpu));
	otr_print_hex(line->out, &rec->next_pid, sizeof(rec->next_pid));
	otr_print_hex(line->out, &rec->next_prio, sizeof(rec->next_prio));
	otr_print_hex(line->out, &second, sizeof(second));
}

static void switch_print_bin(struct otr_line *line)
{
	const struct otr_rec_switch *rec = line->rec;

	otr_print_bytes(line->out, &rec->prev_pid, sizeof(rec->prev_pid));
	otr_print_bytes(line->out, &rec->prev_prio, sizeof(rec->prev_prio));
	otr_print_bytes(line->out, &rec->prev_state, sizeof(rec->prev_state));
	otr_print_bytes(line->out, &rec->next_cpu, sizeof(rec->next_cpu));
	otr_print_bytes(line->out, &rec->next_pid, sizeof(rec->next_pid));
	otr_print_bytes(line->out, &rec->next_prio, sizeof(rec->next_prio));
	otr_print_bytes(line->out, &rec->next_state, sizeof(rec->next_state));
}

static const struct otr_field switch_fields[] = {
	OTR_FIELD(struct otr_rec_switch, unsigned int, prev_pid),
	OTR_FIELD(struct otr_rec_switch, unsigned int, next_pid),
	OTR_FIELD(struct otr_rec_switch, unsigned int, next_cpu),
	OTR_FIELD(struct otr_rec_switch, unsigned char, prev_prio),
	OTR_FIELD(struct otr_rec_switch, unsigned char, prev_state),
	OTR_FIELD(struct otr_rec_switch, unsigned char, next_prio),
	OTR_FIELD(struct otr_rec_switch, unsigned char, next_state),
	{}
};

#define SWITCH_ARGS	"REC->prev_pid, REC->prev_prio, REC->prev_state, " \
			"REC->next_pid, REC->next_prio, REC->next_state, REC->next_cpu"

static struct otr_event switch_event = {
	.id		= OTR_TYPE_SWITCH,
	.system		= "ftrace",
	.name		= "context_switch",
	.fields		= switch_fields,
	.print_fmt	= "\"%u:%u:%u  ==> %u:%u:%u [%03u]\", " SWITCH_ARGS,
	.text		= switch_print_switch,
	.raw		= switch_print_raw,
	.hex		= switch_print_hex,
	.bin		= switch_print_bin,
};

static struct otr_event switch_wakeup_event = {
	.id		= OTR_TYPE_WAKEUP,
	.system		= "ftrace",
	.name		= "wakeup",
	.fields		= switch_fields,
	.print_fmt	= "\"%u:%u:%u  ==+ %u:%u:%u [%03u]\", " SWITCH_ARGS,
	.text		= switch_print_wakeup,
	.raw		= switch_print_raw,
	.hex		= switch_print_hex,
	.bin		= switch_print_bin,
};

static struct otr_event *const switch_events[] = { &switch_event, &switch_wakeup_event };

/**
 * otr_switch_events_init - make the records known
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_switch_events_init(void)
{
	return otr_event_register_all(switch_events, ARRAY_SIZE(switch_events));
}

/**
 * otr_switch_events_exit - the counterpart of otr_switch_events_init()
 *
 * Context: module unload.
 */
void otr_switch_events_exit(void)
{
	otr_event_unregister_all(switch_events, ARRAY_SIZE(switch_events));
}
