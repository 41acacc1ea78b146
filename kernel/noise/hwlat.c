// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwlat: time that nobody in the kernel took.
 *
 * A thread switches interrupts off and reads the clock, again and again. What makes two
 * readings far from each other is an NMI, which is counted, or something below the
 * kernel: firmware, a hypervisor, the hardware itself.
 *
 * One thread goes from CPU to CPU, or stays where the scheduler wants it, or there is one
 * on each.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/kthread.h>
#include <linux/printk.h>
#include <linux/timekeeping.h>

#include "noise/internal.h"
#include "tracer/tracer.h"

/* What a longer gap means, as long as nobody said anything else. */
#define THRESH_US	10
#define WIDTH_US	500000
#define WINDOW_US	1000000

/* Longest name of a mode, with what users put around it. */
#define MODE_MAX	63

enum hwlat_mode { HWLAT_NONE, HWLAT_ROUND_ROBIN, HWLAT_PER_CPU, HWLAT_MODES };

static const char *const hwlat_modes[] = { "none", "round-robin", "per-cpu" };

/**
 * struct hwlat_nmis - what NMIs took while a CPU was watched
 * @count: how many there were
 * @total: their time, in ns
 */
struct hwlat_nmis {
	unsigned int	count;
	u64		total;
};

/**
 * struct hwlat_found - what was seen while a CPU was watched
 * @inner: longest time from one reading of the clock to the next, in ns
 * @outer: the same from the second of two readings to the first of the next two
 * @count: how many of both were too long
 * @when: when the first of these was
 * @nmis: what may have been the reason
 */
struct hwlat_found {
	u64			inner;
	u64			outer;
	unsigned int		count;
	struct timespec64	when;
	struct hwlat_nmis	nmis;
};

static struct otr_noise_number hwlat_window;
static struct otr_noise_number hwlat_width = { .value = WIDTH_US, .max = &hwlat_window.value };
static struct otr_noise_number hwlat_window = { .value = WINDOW_US, .min = &hwlat_width.value };

/* The rest changes under otr_tracer_lock, while no thread is there. */
static enum hwlat_mode hwlat_mode = HWLAT_ROUND_ROBIN;
static struct otr_inst *hwlat_inst;
static atomic_t hwlat_seqnum;

/* tracing_thresh is ours while we run: what it was before, and what it was at our end. */
static u64 hwlat_thresh_before;
static u64 hwlat_thresh = THRESH_US * NSEC_PER_USEC;

/* The thread that is alone, and where it last went; the threads of CPUs. */
static struct task_struct *hwlat_single;
static int hwlat_at = -1;
static struct task_struct * __percpu *hwlat_threads;
static int hwlat_hotplug;
static int hwlat_thread_err;

/* Where this CPU's NMIs are counted, NULL while it is not watched. */
static DEFINE_PER_CPU(struct hwlat_nmis *, hwlat_nmis);

static void hwlat_nmi_enter(void)
{
	struct hwlat_nmis *nmis = raw_cpu_read(hwlat_nmis);

	if (nmis)
		nmis->count++;
}

static void hwlat_nmi_leave(u64 from, u64 now)
{
	struct hwlat_nmis *nmis = raw_cpu_read(hwlat_nmis);

	if (nmis)
		nmis->total += now - from;
}

static const struct otr_nmi_watch hwlat_nmi_watch = {
	.enter	= hwlat_nmi_enter,
	.leave	= hwlat_nmi_leave,
};

static void hwlat_note_longest(struct otr_inst *inst, u64 ns)
{
	if (ns <= otr_longest_ns(&inst->longest))
		return;
	otr_longest_set(&inst->longest, ns);
	otr_longest_tell(&inst->longest);
}

static void hwlat_record(const struct hwlat_found *found)
{
	struct otr_inst *inst = hwlat_inst;
	struct otr_rec_hwlat *out;
	struct otr_rec rec __uninitialized;

	preempt_disable_notrace();
	out = otr_ring_begin(inst->ring, &rec, sizeof(*out));
	if (out) {
		otr_record_head(&out->head, OTR_TYPE_HWLAT);
		out->duration = div_u64(found->inner, NSEC_PER_USEC);
		out->outer_duration = div_u64(found->outer, NSEC_PER_USEC);
		out->nmi_total_ts = div_u64(found->nmis.total, NSEC_PER_USEC);
		out->tv_sec = found->when.tv_sec;
		out->tv_nsec = found->when.tv_nsec;
		out->nmi_count = found->nmis.count;
		out->seqnum = atomic_inc_return(&hwlat_seqnum);
		out->count = found->count;
		out->zero = 0;
		otr_ring_end(&rec);
		otr_comm_want(READ_ONCE(inst->remember));
	}
	preempt_enable_notrace();
	hwlat_note_longest(inst, max(found->inner, found->outer));
}

/* Watch for as long as is wanted: false when the clock went backwards. */
static bool hwlat_watch(struct hwlat_found *found, u64 limit)
{
	u64 width = (READ_ONCE(hwlat_width.value) + 1) * NSEC_PER_USEC;
	u64 start = otr_clock_local(), first, second = 0, last, inner, outer = 0;

	do {
		last = second;
		first = otr_clock_local();
		second = otr_clock_local();
		if (last)
			outer = first - last;
		inner = second - first;
		if (unlikely((s64)inner < 0 || (s64)outer < 0))
			return false;
		if (unlikely(inner >= limit || outer >= limit)) {
			if (!found->count++)
				ktime_get_real_ts64(&found->when);
		}
		if (inner > found->inner)
			found->inner = inner;
		if (outer > found->outer)
			found->outer = outer;
	} while (second - start < width);
	return true;
}

/* Interrupts are off. */
static void hwlat_sample(void)
{
	static const char backwards[] = "hwlat_detector: time running backwards\n";
	/* Whole microseconds have to be more. */
	u64 limit = otr_graph_thresh() + NSEC_PER_USEC;
	struct hwlat_found found = {};
	bool good;

	/* NMIs on this CPU see it in this order. */
	raw_cpu_write(hwlat_nmis, &found.nmis);
	barrier();
	good = hwlat_watch(&found, limit);
	barrier();
	raw_cpu_write(hwlat_nmis, NULL);
	if (!good)
		otr_marker_say(hwlat_inst->ring, _THIS_IP_, backwards, sizeof(backwards) - 1,
			       false);
	else if (found.count)
		hwlat_record(&found);
}

/* The next CPU that is to be watched. A user who moved the thread wants it to stay there. */
static void hwlat_hop(void)
{
	int next;

	if (hwlat_at >= 0 && !cpumask_equal(current->cpus_ptr, cpumask_of(hwlat_at))) {
		pr_info("hwlatd was moved: mode none\n");
		WRITE_ONCE(hwlat_mode, HWLAT_NONE);
		return;
	}
	next = cpumask_next_and(hwlat_at, cpu_online_mask, hwlat_inst->cpus);
	if (next >= nr_cpu_ids)
		next = cpumask_first_and(cpu_online_mask, hwlat_inst->cpus);
	/* A CPU that goes at this moment is refused, and tried again. */
	if (next < nr_cpu_ids && !set_cpus_allowed_ptr(current, cpumask_of(next)))
		hwlat_at = next;
}

static void hwlat_rest(void)
{
	u64 window = READ_ONCE(hwlat_window.value), width = READ_ONCE(hwlat_width.value);
	u64 ms = window > width ? div_u64(window - width, USEC_PER_MSEC) : 0;

	set_current_state(TASK_INTERRUPTIBLE);
	if (!kthread_should_stop())
		schedule_timeout(msecs_to_jiffies(clamp_t(u64, ms, 1, UINT_MAX)) + 1);
	__set_current_state(TASK_RUNNING);
}

static int hwlat_main(void *data)
{
	while (!kthread_should_stop()) {
		if (READ_ONCE(hwlat_mode) == HWLAT_ROUND_ROBIN)
			hwlat_hop();
		local_irq_disable();
		hwlat_sample();
		local_irq_enable();
		hwlat_rest();
	}
	return 0;
}

static int hwlat_single_start(void)
{
	struct task_struct *thread = kthread_create(hwlat_main, NULL, "hwlatd");

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	hwlat_at = -1;
	/* With none that is here the thread runs where it can. */
	if (hwlat_mode == HWLAT_NONE)
		set_cpus_allowed_ptr(thread, hwlat_inst->cpus);
	hwlat_single = get_task_struct(thread);
	wake_up_process(thread);
	return 0;
}

/* A CPU that comes shall come, whether there is a thread for it or not. */
static int hwlat_cpu_up(unsigned int cpu)
{
	struct task_struct *thread;

	if (!cpumask_test_cpu(cpu, hwlat_inst->cpus))
		return 0;
	thread = kthread_create_on_cpu(hwlat_main, NULL, cpu, "hwlatd/%u");
	if (IS_ERR(thread)) {
		pr_err("no hwlatd/%u: %pe\n", cpu, thread);
		hwlat_thread_err = PTR_ERR(thread);
		return 0;
	}
	*per_cpu_ptr(hwlat_threads, cpu) = get_task_struct(thread);
	wake_up_process(thread);
	return 0;
}

static int hwlat_cpu_down(unsigned int cpu)
{
	struct task_struct **thread = per_cpu_ptr(hwlat_threads, cpu);

	if (*thread)
		kthread_stop_put(*thread);
	*thread = NULL;
	return 0;
}

/* The kernel calls hwlat_cpu_up() for those that are here. */
static int hwlat_all_start(void)
{
	int state;

	hwlat_threads = alloc_percpu(struct task_struct *);
	if (!hwlat_threads)
		return -ENOMEM;
	hwlat_thread_err = 0;
	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "trace/hwlat:online", hwlat_cpu_up,
				  hwlat_cpu_down);
	if (state > 0)
		hwlat_hotplug = state;
	if (state > 0 && !hwlat_thread_err)
		return 0;
	if (state > 0)
		cpuhp_remove_state(state);
	free_percpu(hwlat_threads);
	hwlat_threads = NULL;
	return state < 0 ? state : hwlat_thread_err;
}

/* Have the threads that the mode asks for, if they are not there. */
static int hwlat_threads_start(void)
{
	if (hwlat_single || hwlat_threads)
		return 0;
	return hwlat_mode == HWLAT_PER_CPU ? hwlat_all_start() : hwlat_single_start();
}

static void hwlat_threads_stop(void)
{
	if (hwlat_single)
		kthread_stop_put(hwlat_single);
	hwlat_single = NULL;
	if (!hwlat_threads)
		return;
	cpuhp_remove_state(hwlat_hotplug);
	free_percpu(hwlat_threads);
	hwlat_threads = NULL;
}

/* A user switched recording. */
static void hwlat_switched(struct otr_inst *inst)
{
	int err = 0;

	if (otr_ring_is_on(inst->ring))
		err = hwlat_threads_start();
	else
		hwlat_threads_stop();
	if (err)
		pr_err("no hwlatd: %pe\n", ERR_PTR(err));
}

static void hwlat_end(void)
{
	otr_nmi_unwatch(&hwlat_nmi_watch);
	hwlat_inst = NULL;
	otr_task_names_put();
}

/* One instance at a time. */
static int hwlat_start(struct otr_inst *inst)
{
	int err;

	if (hwlat_inst)
		return -EBUSY;
	err = otr_task_names_get();
	if (err)
		return err;
	err = otr_nmi_watch(&hwlat_nmi_watch);
	if (err) {
		otr_task_names_put();
		return err;
	}
	hwlat_inst = inst;
	otr_longest_set(&inst->longest, 0);
	atomic_set(&hwlat_seqnum, 0);
	hwlat_thresh_before = otr_graph_thresh();
	if (!hwlat_thresh_before)
		otr_graph_set_thresh(hwlat_thresh);
	if (otr_ring_is_on(inst->ring))
		err = hwlat_threads_start();
	if (err) {
		otr_graph_set_thresh(hwlat_thresh_before);
		hwlat_end();
	}
	return err;
}

static void hwlat_stop(struct otr_inst *inst)
{
	hwlat_threads_stop();
	hwlat_thresh = otr_graph_thresh();
	otr_graph_set_thresh(hwlat_thresh_before);
	hwlat_end();
}

static int hwlat_mode_show(struct otr_file *of, struct seq_file *m)
{
	enum hwlat_mode mode, now = READ_ONCE(hwlat_mode);

	for (mode = 0; mode < HWLAT_MODES; mode++)
		seq_printf(m, mode == now ? "%s[%s]" : "%s%s", mode ? " " : "", hwlat_modes[mode]);
	seq_putc(m, '\n');
	return 0;
}

static void hwlat_mode_set(enum hwlat_mode mode)
{
	mutex_lock(&otr_tracer_lock);
	hwlat_threads_stop();
	WRITE_ONCE(hwlat_mode, mode);
	if (hwlat_inst)
		hwlat_switched(hwlat_inst);
	mutex_unlock(&otr_tracer_lock);
}

static ssize_t hwlat_mode_write(struct otr_file *of, char *text, size_t len)
{
	int mode = match_string(hwlat_modes, HWLAT_MODES, strim(text));

	if (mode < 0)
		return -EINVAL;
	hwlat_mode_set(mode);
	return len;
}

static const struct otr_file_ops hwlat_mode_ops = {
	.show		= hwlat_mode_show,
	.write		= hwlat_mode_write,
	.write_max	= MODE_MAX,
	.write_whole	= true,
	.moves		= OTR_MOVES_NOT,
};

static const struct otr_row hwlat_rows[] = {
	{ "mode", OTR_MODE_WRITE, &hwlat_mode_ops },
	OTR_NOISE_NUMBER("width", hwlat_width),
	OTR_NOISE_NUMBER("window", hwlat_window),
};

static const struct otr_dir hwlat_dir = {
	.rows	= hwlat_rows,
	.nr	= ARRAY_SIZE(hwlat_rows),
};

static const struct otr_row hwlat_files[] = {
	{ "hwlat_detector", OTR_MODE_DIR, .dir = &hwlat_dir, .top = true },
};

static struct otr_tracer hwlat_tracer = {
	.name		= "hwlat",
	.start		= hwlat_start,
	.stop		= hwlat_stop,
	.switched	= hwlat_switched,
	.files		= hwlat_files,
	.nr_files	= ARRAY_SIZE(hwlat_files),
};

/**
 * otr_hwlat_init - offer hwlat
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_hwlat_init(void)
{
	return otr_tracer_register(&hwlat_tracer);
}

/**
 * otr_hwlat_exit - the counterpart of otr_hwlat_init()
 *
 * Context: module unload.
 */
void otr_hwlat_exit(void)
{
	otr_tracer_unregister(&hwlat_tracer);
}
