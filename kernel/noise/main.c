// SPDX-License-Identifier: GPL-2.0-only
/* The tracers of noise, in the order in which they start. */
#include "noise/osnoise.h"

static const struct noise_row {
	int	(*init)(void);
	void	(*exit)(void);
} noise_rows[] = {
	{ otr_hwlat_text_init,	otr_hwlat_text_exit },
	{ otr_hwlat_init,	otr_hwlat_exit },
	{ otr_noise_run_init,	otr_noise_run_exit },
	{ otr_osnoise_text_init, otr_osnoise_text_exit },
	{ otr_osnoise_init,	otr_osnoise_exit },
	{ otr_timerlat_init,	otr_timerlat_exit },
};

static void noise_rows_exit(unsigned int nr)
{
	otr_inst_end();
	while (nr-- > 0)
		noise_rows[nr].exit();
}

/**
 * otr_noise_init - offer the tracers of noise
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_noise_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(noise_rows); i++) {
		err = noise_rows[i].init();
		if (err) {
			noise_rows_exit(i);
			return err;
		}
	}
	return 0;
}

/**
 * otr_noise_exit - the counterpart of otr_noise_init()
 *
 * Every instance goes back to "nop" first.
 *
 * Context: module unload; sleeps.
 */
void otr_noise_exit(void)
{
	noise_rows_exit(ARRAY_SIZE(noise_rows));
}
