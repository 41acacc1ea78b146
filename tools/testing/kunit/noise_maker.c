// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes a CPU away for a time, for guest scripts:
 *
 *	insmod otr_noise_maker.ko cpu=1
 *	echo 300 > /sys/module/otr_noise_maker/parameters/task
 *
 * Each parameter is a way to do it, and takes microseconds. The write returns when it
 * is over; for an NMI, which another CPU sends, when it was sent.
 */
#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sched/clock.h>
#include <linux/timer.h>

#include <asm/apic.h>
#include <asm/nmi.h>

static unsigned int cpu;
module_param(cpu, uint, 0600);
MODULE_PARM_DESC(cpu, "whose time is taken");

static u64 noise_ns;
static DECLARE_COMPLETION(noise_over);

static void noise_make(void)
{
	u64 end = local_clock() + noise_ns;

	while (local_clock() < end)
		cpu_relax();
}

/* A task with interrupts off. */
static int noise_main(void *data)
{
	local_irq_disable();
	noise_make();
	local_irq_enable();
	complete(&noise_over);
	return 0;
}

static int noise_by_task(void)
{
	struct task_struct *thread = kthread_create_on_cpu(noise_main, NULL, cpu, "noise_maker");

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	wake_up_process(thread);
	return 0;
}

static enum hrtimer_restart noise_irq(struct hrtimer *timer)
{
	noise_make();
	complete(&noise_over);
	return HRTIMER_NORESTART;
}

static struct hrtimer noise_hrtimer;

static int noise_arm(void *data)
{
	hrtimer_start(&noise_hrtimer, ms_to_ktime(1), HRTIMER_MODE_REL_PINNED_HARD);
	return 0;
}

/* A timer's interrupt, armed where it shall come. */
static int noise_by_irq(void)
{
	struct task_struct *thread = kthread_create_on_cpu(noise_arm, NULL, cpu, "noise_armer");

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	wake_up_process(thread);
	return 0;
}

static void noise_softirq(struct timer_list *timer)
{
	noise_make();
	complete(&noise_over);
}

static DEFINE_TIMER(noise_timer, noise_softirq);

static int noise_by_softirq(void)
{
	noise_timer.expires = jiffies + 1;
	add_timer_on(&noise_timer, cpu);
	return 0;
}

/* An NMI that another CPU sends, when what is done here is long over. */
#define NOISE_NMI_MS	300

static bool noise_in_nmi;

static int noise_nmi(unsigned int type, struct pt_regs *regs)
{
	if (raw_smp_processor_id() == cpu && xchg(&noise_in_nmi, false))
		noise_make();
	return NMI_DONE;
}

static enum hrtimer_restart noise_send(struct hrtimer *timer)
{
	u32 id = per_cpu(x86_cpu_to_apicid, cpu);

	WRITE_ONCE(noise_in_nmi, true);
	if (x2apic_enabled()) {
		native_x2apic_icr_write(APIC_DM_NMI, id);
	} else {
		native_apic_mem_write(APIC_ICR2, SET_XAPIC_DEST_FIELD(id));
		native_apic_mem_write(APIC_ICR, APIC_DM_NMI);
	}
	complete(&noise_over);
	return HRTIMER_NORESTART;
}

static struct hrtimer noise_sender;

static int noise_arm_sender(void *data)
{
	hrtimer_start(&noise_sender, ms_to_ktime(NOISE_NMI_MS), HRTIMER_MODE_REL_PINNED_HARD);
	return 0;
}

static int noise_by_nmi(void)
{
	unsigned int other = cpumask_any_but(cpu_online_mask, cpu);
	struct task_struct *thread;

	if (other >= nr_cpu_ids)
		return -ENODEV;
	thread = kthread_create_on_cpu(noise_arm_sender, NULL, other, "noise_armer");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	wake_up_process(thread);
	return 0;
}

static int noise_set(const char *text, const struct kernel_param *param)
{
	int (*make)(void) = param->arg;
	unsigned int us;
	int err = kstrtouint(text, 0, &us);

	if (err)
		return err;
	if (!cpu_online(cpu))
		return -ENODEV;
	noise_ns = (u64)us * NSEC_PER_USEC;
	reinit_completion(&noise_over);
	err = make();
	if (!err)
		wait_for_completion(&noise_over);
	return err;
}

static const struct kernel_param_ops noise_ops = { .set = noise_set };

module_param_cb(task, &noise_ops, noise_by_task, 0200);
module_param_cb(irq, &noise_ops, noise_by_irq, 0200);
module_param_cb(softirq, &noise_ops, noise_by_softirq, 0200);
module_param_cb(nmi, &noise_ops, noise_by_nmi, 0200);

static int __init noise_init(void)
{
	hrtimer_init(&noise_hrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	noise_hrtimer.function = noise_irq;
	hrtimer_init(&noise_sender, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	noise_sender.function = noise_send;
	return register_nmi_handler(NMI_LOCAL, noise_nmi, 0, "noise_maker");
}

static void __exit noise_exit(void)
{
	unregister_nmi_handler(NMI_LOCAL, "noise_maker");
	hrtimer_cancel(&noise_hrtimer);
	hrtimer_cancel(&noise_sender);
	timer_delete_sync(&noise_timer);
}

module_init(noise_init);
module_exit(noise_exit);
MODULE_DESCRIPTION("Noise of known size");
MODULE_LICENSE("GPL");
