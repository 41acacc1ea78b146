// SPDX-License-Identifier: GPL-2.0-only
/* The tracers, in the order in which they start. */
#include "tracer/latency.h"
#include "tracer/repeats.h"

static const struct tracer_row {
	int	(*init)(void);
	void	(*exit)(void);
} tracer_rows[] = {
	{ otr_repeats_init,	otr_repeats_exit },
	{ otr_wanted_init,	otr_wanted_exit },
	{ otr_await_init,	otr_await_exit },
	{ otr_function_init,	otr_function_exit },
	{ otr_switch_events_init, otr_switch_events_exit },
	{ otr_irqsoff_init,	otr_irqsoff_exit },
	{ otr_wakeup_init,	otr_wakeup_exit },
	{ otr_graph_init,	otr_graph_exit },
	{ otr_profile_init,	otr_profile_exit },
	{ otr_deepest_init,	otr_deepest_exit },
};

static void tracer_rows_exit(unsigned int nr)
{
	otr_inst_end();
	while (nr-- > 0)
		tracer_rows[nr].exit();
}

/**
 * otr_tracer_init - offer the tracers that the kernel lets us have
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_tracer_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(tracer_rows); i++) {
		err = tracer_rows[i].init();
		if (err) {
			tracer_rows_exit(i);
			return err;
		}
	}
	return 0;
}

/**
 * otr_tracer_exit - the counterpart of otr_tracer_init()
 *
 * Every instance goes back to "nop", and no hook of ours runs any more on return.
 *
 * Context: module unload; sleeps for some RCU grace periods.
 */
void otr_tracer_exit(void)
{
	tracer_rows_exit(ARRAY_SIZE(tracer_rows));
}
