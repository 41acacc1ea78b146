// SPDX-License-Identifier: GPL-2.0-only
/* The kinds of probes. */
#include <linux/rcupdate.h>

#include "dyn/dyn.h"
#include "probe/kprobe.h"
#include "probe/uprobe.h"

/**
 * otr_probe_init - offer all kinds
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_probe_init(void)
{
	int err = otr_probe_records_init();

	if (err)
		return err;
	otr_kprobe_symbols_init();
	otr_kprobe_places_init();
	otr_dyn_register(&otr_kprobe_kind);
	otr_tprobes_init();
	otr_dyn_register(&otr_fprobe_kind);
	otr_dyn_register(&otr_tprobe_kind);
	otr_dyn_register(&otr_eprobe_kind);
	if (IS_ENABLED(CONFIG_UPROBES))
		otr_dyn_register(&otr_uprobe_kind);
	return 0;
}

/**
 * otr_probe_exit - the counterpart of otr_probe_init()
 *
 * Context: module unload; sleeps, up to seconds.
 */
void otr_probe_exit(void)
{
	if (IS_ENABLED(CONFIG_UPROBES)) {
		otr_dyn_unregister(&otr_uprobe_kind);
		otr_uprobes_exit();
	}
	otr_dyn_unregister(&otr_eprobe_kind);
	otr_dyn_unregister(&otr_tprobe_kind);
	otr_dyn_unregister(&otr_fprobe_kind);
	otr_tprobes_exit();
	otr_dyn_unregister(&otr_kprobe_kind);
	otr_kprobe_places_exit();
	otr_kprobe_symbols_exit();
	/* Those that went are freed by callbacks of ours. */
	rcu_barrier();
	otr_probe_records_exit();
}
