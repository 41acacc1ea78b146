/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Part of inst_kunit.c: whose an option is.
 */
static int set(struct otr_inst *inst, enum otr_option opt, bool on)
{
	guard(mutex)(&otr_tracer_lock);
	return otr_option_set(inst, opt, on);
}

static void takes_over_options(struct kunit *test)
{
	struct otr_inst *inst;

	KUNIT_EXPECT_EQ(test, set(otr_inst_top(), OTR_OPT_RAW, true), 0);
	KUNIT_EXPECT_EQ(test, set(otr_inst_top(), OTR_OPT_OVERWRITE, false), 0);
	KUNIT_EXPECT_EQ(test, set(otr_inst_top(), OTR_OPT_EVENT_FORK, true), 0);
	fake.overwrite = true;
	inst = made(test, "one");
	KUNIT_ASSERT_NOT_NULL(test, inst);
	KUNIT_EXPECT_TRUE(test, otr_inst_option(inst, OTR_OPT_RAW));
	KUNIT_EXPECT_FALSE(test, otr_inst_option(inst, OTR_OPT_EVENT_FORK));
	KUNIT_EXPECT_FALSE(test, fake.overwrite);
	/* From then on, each has its own. */
	KUNIT_EXPECT_EQ(test, set(inst, OTR_OPT_RAW, false), 0);
	KUNIT_EXPECT_TRUE(test, otr_inst_option(otr_inst_top(), OTR_OPT_RAW));
	KUNIT_EXPECT_TRUE(test, otr_option_has_file(inst, OTR_OPT_RAW));
	KUNIT_EXPECT_FALSE(test, otr_option_has_file(inst, OTR_OPT_RECORD_CMD));
	KUNIT_EXPECT_TRUE(test, otr_option_has_file(otr_inst_top(), OTR_OPT_RECORD_CMD));
}

static int set_own(struct otr_inst *inst, unsigned int opt, bool on)
{
	guard(mutex)(&otr_tracer_lock);
	return otr_tracer_option_set(inst, &count_tracer, opt, on);
}

static void has_options_of_tracers_for_itself(struct kunit *test)
{
	struct otr_inst *one = made(test, "one"), *top = otr_inst_top();
	struct otr_inst *two;

	KUNIT_ASSERT_NOT_NULL(test, one);
	/* A new instance begins with what the tracer says, whatever others have. */
	KUNIT_EXPECT_EQ(test, otr_tracer_bits(one, &count_tracer), BIT(COUNT_UP));
	KUNIT_EXPECT_EQ(test, set_own(one, COUNT_DOWN, true), 0);
	KUNIT_EXPECT_EQ(test, set_own(one, COUNT_UP, false), 0);
	KUNIT_EXPECT_EQ(test, otr_tracer_bits(one, &count_tracer), BIT(COUNT_DOWN));
	KUNIT_EXPECT_EQ(test, otr_tracer_bits(top, &count_tracer), BIT(COUNT_UP));
	two = made(test, "two");
	KUNIT_ASSERT_NOT_NULL(test, two);
	KUNIT_EXPECT_EQ(test, otr_tracer_bits(two, &count_tracer), BIT(COUNT_UP));
	count.refuse = -ENOMEM;
	KUNIT_EXPECT_EQ(test, set_own(one, COUNT_DOWN, false), -ENOMEM);
	KUNIT_EXPECT_EQ(test, otr_tracer_bits(one, &count_tracer), BIT(COUNT_DOWN));
	count.refuse = 0;
	/* By name only those of the current tracer. */
	guard(mutex)(&otr_tracer_lock);
	KUNIT_EXPECT_EQ(test, otr_option_parse(one, "up"), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_tracer_set(one, "count"), 0);
	KUNIT_EXPECT_EQ(test, otr_option_parse(one, "up"), 0);
	KUNIT_EXPECT_EQ(test, otr_tracer_bits(one, &count_tracer), BIT(COUNT_UP) | BIT(COUNT_DOWN));
}
