// SPDX-License-Identifier: GPL-2.0-only
/*
 * Automata in the kernel: what a step does to a byte of a CPU and to one of a task, what a
 * wrong event does, and where the bytes of tasks are.
 */
/* As in the files below. */
#define pr_fmt(fmt) "outrace: rv: " fmt

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/module.h>

/* Copies of the room of our own, next to the engine's. */
#include "host/tracepoint.c"
#include "rv/attach.c"
#include "rv/states.c"
#include "rv/tables.h"

/* A monitor of tasks, of which only the number counts here. */
static const struct otr_rv_monitor of_tasks = { .nr = OTR_RV_NR_wwnr, .of_tasks = true };
static const struct otr_rv_monitor of_cpus = { .nr = OTR_RV_NR_wip };

/* Of the tables of models, those that a test does not name. */
static const struct otr_automaton *const models[] = { &wip_automaton, &wwnr_automaton };

static unsigned int event_of(const struct otr_automaton *model, const char *name)
{
	int event = match_string(model->events, model->nr_events, name);

	return event < 0 ? 0 : event;
}

static void steps(struct kunit *test)
{
	unsigned int m, state, event;

	for (m = 0; m < ARRAY_SIZE(models); m++)
		for (state = 1; state <= models[m]->nr_states; state++)
			for (event = 0; event < models[m]->nr_events; event++) {
				u8 byte = state, expected, to;

				expected = models[m]->next[state * models[m]->nr_events + event];
				KUNIT_EXPECT_EQ(test, state,
						otr_automaton_move(models[m], &byte, event,
								   OTR_AUTOMATON_OF_ALL, &to));
				KUNIT_EXPECT_EQ(test, to, expected);
				KUNIT_EXPECT_EQ(test, byte, expected);
				byte = state;
				otr_automaton_move(models[m], &byte, event, OTR_AUTOMATON_OF_CPU,
						   &to);
				KUNIT_EXPECT_EQ(test, byte, expected);
			}
}

static void a_wrong_event(struct kunit *test)
{
	unsigned int out = event_of(&wwnr_automaton, "switch_out");
	u8 byte = OTR_AUTOMATON_ASLEEP, to = 77;

	otr_automaton_wake(&byte);
	KUNIT_EXPECT_EQ(test, byte, OTR_AUTOMATON_FIRST);
	/* It is refused once, and puts the automaton to sleep. */
	KUNIT_EXPECT_EQ(test, otr_automaton_move(&wwnr_automaton, &byte, out,
						 OTR_AUTOMATON_OF_ALL, &to),
			OTR_AUTOMATON_FIRST);
	KUNIT_EXPECT_EQ(test, to, 0);
	KUNIT_EXPECT_EQ(test, byte, OTR_AUTOMATON_ASLEEP);
	KUNIT_EXPECT_EQ(test, otr_automaton_move(&wwnr_automaton, &byte, out,
						 OTR_AUTOMATON_OF_ALL, &to), 0);
}

/* What a new task finds, as it finds it itself. */
struct newcomer {
	struct completion	done;
	u8			*state;
	u8			was;
};

static int newcomer_main(void *data)
{
	struct newcomer *me = data;

	preempt_disable();
	me->state = otr_rv_task_state(current, of_tasks.nr);
	if (me->state) {
		me->was = *me->state;
		otr_automaton_wake(me->state);
	}
	preempt_enable();
	complete(&me->done);
	return 0;
}

static void newcomer_run(struct kunit *test, struct newcomer *who)
{
	struct task_struct *thread;

	init_completion(&who->done);
	thread = kthread_run(newcomer_main, who, "otr_newcomer");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, thread);
	wait_for_completion(&who->done);
}

static void tasks_are_found(struct kunit *test)
{
	struct newcomer first = {}, second = {};
	u8 *mine;

	mutex_lock(&otr_rv_lock);
	KUNIT_ASSERT_EQ(test, otr_rv_tasks_get(), 0);
	mine = otr_rv_task_state(current, of_tasks.nr);
	KUNIT_EXPECT_NOT_NULL(test, mine);
	if (mine) {
		KUNIT_EXPECT_EQ(test, *mine, OTR_AUTOMATON_ASLEEP);
		otr_automaton_wake(mine);
	}
	newcomer_run(test, &first);
	newcomer_run(test, &second);
	KUNIT_EXPECT_NOT_NULL(test, first.state);
	KUNIT_EXPECT_NOT_NULL(test, second.state);
	KUNIT_EXPECT_PTR_NE(test, first.state, mine);
	KUNIT_EXPECT_EQ(test, first.was, OTR_AUTOMATON_ASLEEP);
	KUNIT_EXPECT_EQ(test, second.was, OTR_AUTOMATON_ASLEEP);
	otr_rv_states_clear(&of_tasks);
	if (mine)
		KUNIT_EXPECT_EQ(test, *mine, OTR_AUTOMATON_ASLEEP);
	otr_rv_tasks_put();
	KUNIT_EXPECT_NULL(test, otr_rv_tasks);
	mutex_unlock(&otr_rv_lock);
}

/* A task with the id of one that still runs for the last time has nothing of it. */
static void an_id_is_used_again(struct kunit *test)
{
	struct task_struct *heir = kunit_kzalloc(test, sizeof(*heir), GFP_KERNEL);
	u8 *mine;

	KUNIT_ASSERT_NOT_NULL(test, heir);
	heir->pid = current->pid;
	mutex_lock(&otr_rv_lock);
	KUNIT_ASSERT_EQ(test, otr_rv_tasks_get(), 0);
	mine = otr_rv_task_state(current, of_tasks.nr);
	KUNIT_EXPECT_NOT_NULL(test, mine);
	KUNIT_EXPECT_NULL(test, otr_rv_task_state(heir, of_tasks.nr));
	if (mine)
		otr_automaton_wake(mine);
	states_on_new_task(NULL, heir, 0);
	KUNIT_EXPECT_NULL(test, otr_rv_task_state(current, of_tasks.nr));
	KUNIT_EXPECT_PTR_EQ(test, otr_rv_task_state(heir, of_tasks.nr), mine);
	if (mine)
		KUNIT_EXPECT_EQ(test, *mine, OTR_AUTOMATON_ASLEEP);
	otr_rv_tasks_put();
	mutex_unlock(&otr_rv_lock);
}

/* All have one id, and each is of a CPU. */
static void idle_tasks_are_several(struct kunit *test)
{
	struct task_struct *idler = kunit_kzalloc(test, sizeof(*idler), GFP_KERNEL);
	int cpu;

	KUNIT_ASSERT_NOT_NULL(test, idler);
	for_each_online_cpu(cpu) {
		task_thread_info(idler)->cpu = cpu;
		KUNIT_EXPECT_PTR_EQ(test, otr_rv_task_state(idler, of_tasks.nr),
				    &per_cpu_ptr(&otr_rv_idlers, cpu)->state[of_tasks.nr]);
	}
}

static void cpus_are_cleared(struct kunit *test)
{
	int cpu;

	for_each_online_cpu(cpu)
		per_cpu(otr_rv_cpus, cpu).state[of_cpus.nr] = 2;
	mutex_lock(&otr_rv_lock);
	otr_rv_states_clear(&of_cpus);
	mutex_unlock(&otr_rv_lock);
	for_each_online_cpu(cpu)
		KUNIT_EXPECT_EQ(test, per_cpu(otr_rv_cpus, cpu).state[of_cpus.nr],
				OTR_AUTOMATON_ASLEEP);
}

static struct kunit_case rv_cases[] = {
	KUNIT_CASE(steps),
	KUNIT_CASE(a_wrong_event),
	KUNIT_CASE(tasks_are_found),
	KUNIT_CASE(an_id_is_used_again),
	KUNIT_CASE(idle_tasks_are_several),
	KUNIT_CASE(cpus_are_cleared),
	{}
};

static struct kunit_suite rv_suite = {
	.name		= "outrace_rv",
	.test_cases	= rv_cases,
};

kunit_test_suite(rv_suite);

MODULE_DESCRIPTION("KUnit tests of the rv room");
MODULE_LICENSE("GPL");
