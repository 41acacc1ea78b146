/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the host room: what patches to the kernel provide. All of it is weak:
 * its address is NULL on a kernel that does not have it.
 */
#ifndef _OTR_HOST_BORROW_H
#define _OTR_HOST_BORROW_H

#include <linux/ftrace.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/memory.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/tracepoint.h>
#include <asm/text-patching.h>

#include "host/probed.h"

/* The linker's table of function entries. */
extern const unsigned long __start_mcount_loc[] __weak, __stop_mcount_loc[] __weak;

extern struct mutex text_mutex __weak;
extern typeof(text_poke_queue) text_poke_queue __weak;
extern typeof(text_poke_finish) text_poke_finish __weak;

extern typeof(kallsyms_lookup_name) kallsyms_lookup_name __weak;
extern typeof(kallsyms_lookup) kallsyms_lookup __weak;
extern typeof(kallsyms_on_each_symbol) kallsyms_on_each_symbol __weak;
extern typeof(kallsyms_on_each_match_symbol) kallsyms_on_each_match_symbol __weak;
extern typeof(module_kallsyms_on_each_symbol) module_kallsyms_on_each_symbol __weak;

/* Without the flavour the name is a macro, for what is enough then. */
#ifdef CONFIG_TASKS_RCU
extern typeof(synchronize_rcu_tasks) synchronize_rcu_tasks __weak;
#endif
extern typeof(synchronize_rcu_tasks_rude) synchronize_rcu_tasks_rude __weak;

#ifdef OTR_HAVE_RETURN_OPS
extern typeof(fentry_return_register) fentry_return_register __weak;
extern typeof(fentry_return_unregister) fentry_return_unregister __weak;
#endif
extern struct mutex kprobe_mutex __weak;
#if defined(OTR_HAVE_GET_KPROBE) && defined(CONFIG_KPROBES)
extern typeof(get_kprobe) get_kprobe __weak;
#endif

/* The block layer leaves the ioctls of blktrace to this chain. */
extern struct blocking_notifier_head blk_trace_ioctls __weak;

/* The linker's table of what tracepoint_string() made known. */
extern const char *__start___tracepoint_str[] __weak, *__stop___tracepoint_str[] __weak;

/* feature.c */
extern bool otr_host_present[];

#endif /* _OTR_HOST_BORROW_H */
