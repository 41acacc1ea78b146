// SPDX-License-Identifier: GPL-2.0-only
/* From all arguments to a program: one piece of memory, texts too. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "fetch/plan.h"

/*
 * What a program is made into.
 *
 * @fetch: the program
 * @arg: its arguments
 * @step: its steps
 * @symbol: its symbols
 * @save: what is kept from the entry: places, then numbers of arguments
 * @at: where the next text goes
 */
struct make {
	struct otr_fetch	*fetch;
	struct otr_fetch_arg	*arg;
	struct otr_fetch_step	*step;
	struct otr_fetch_symbol	*symbol;
	s16			*save;
	char			*at;
};

static size_t make_text_bytes(const struct otr_draft *plan)
{
	size_t bytes = 0;
	unsigned int i;

	for (i = 0; i < plan->nr; i++) {
		bytes += strlen(plan->arg[i].name) + strlen(plan->arg[i].text) +
			 strlen(plan->arg[i].field) + strlen(plan->arg[i].shown) + 4;
		if (plan->imm[i])
			bytes += strlen(plan->imm[i]) + 1;
	}
	for (i = 0; i < plan->nr_symbols; i++)
		bytes += strlen(plan->symbol[i].name) + 1;
	return bytes;
}

/* Room for all, in the order of what has to be aligned most. */
static bool make_room(struct make *make, const struct otr_draft *plan)
{
	make->fetch = kvzalloc(sizeof(*make->fetch) + (plan->nr_steps + 1) * sizeof(*make->step) +
			       plan->nr * sizeof(*make->arg) +
			       plan->nr_symbols * sizeof(*make->symbol) +
			       2 * plan->nr_saved * sizeof(*make->save) + make_text_bytes(plan),
			       GFP_KERNEL);
	if (!make->fetch)
		return false;
	make->step = (void *)(make->fetch + 1);
	make->arg = (void *)(make->step + plan->nr_steps + 1);
	make->symbol = (void *)(make->arg + plan->nr);
	make->save = (void *)(make->symbol + plan->nr_symbols);
	make->at = (void *)(make->save + 2 * plan->nr_saved);
	return true;
}

static const char *make_text(struct make *make, const char *text)
{
	size_t size = strlen(text) + 1;
	char *at = make->at;

	memcpy(at, text, size);
	make->at += size;
	return at;
}

static void make_arg(struct make *make, const struct otr_fetch_arg *from, struct otr_fetch_arg *to,
		     unsigned int head)
{
	*to = *from;
	to->name = make_text(make, from->name);
	to->text = make_text(make, from->text);
	to->field = make_text(make, from->field);
	to->shown = make_text(make, from->shown);
	to->slot += head;
}

/*
 * A word that is put as it is: one step instead of two. Of a smaller number too much is put,
 * which whatever comes behind it puts right, if there is something.
 */
static bool make_is_word(const struct otr_fetch_step *step, const struct otr_draft *plan)
{
	return step->slot + sizeof(u64) <= plan->size;
}

/* How a number of another event's record is put in one step; END for not. */
static enum otr_fetch_op make_field(const struct otr_access *from, unsigned int size)
{
	if (from->how == OTR_GET_8 && size == 8)
		return OTR_FETCH_OP_WORD;
	if (size == 8)
		return OTR_FETCH_OP_NUMBER;
	if (from->how == OTR_GET_8 || (from->how == OTR_GET_4 && size <= 4) ||
	    (from->how == OTR_GET_2 && size <= 2) || (from->how == OTR_GET_1 && size == 1))
		return OTR_FETCH_OP_SMALL;
	return OTR_FETCH_OP_END;
}

/* Of an argument of two steps, make one if there is such a one. */
static bool make_join(struct otr_fetch_step *to, const struct otr_fetch_step *step,
		      const struct otr_draft *plan)
{
	const struct otr_fetch_step *put = step + 1;

	if (step->rest != 1)
		return false;
	if (step->op == OTR_FETCH_OP_GET && put->op == OTR_FETCH_OP_STR && !put->nr) {
		to->op = OTR_FETCH_OP_STR_AT;
		to->behind = put->offset;
	} else if (step->op == OTR_FETCH_OP_GET && put->op == OTR_FETCH_OP_PUT) {
		to->op = make_is_word(step, plan) ? OTR_FETCH_OP_WORD : OTR_FETCH_OP_SMALL;
	} else if (step->op == OTR_FETCH_OP_FIELD && put->op == OTR_FETCH_OP_PUT &&
		   make_field(&step->access, put->size) != OTR_FETCH_OP_END) {
		to->op = make_field(&step->access, put->size);
		to->offset = step->access.offset;
		if (to->op != OTR_FETCH_OP_NUMBER)
			to->imm = OTR_DRAFT_FIELD_AT(step->access.offset);
	} else {
		return false;
	}
	to->size = put->size;
	to->rest = 0;
	return true;
}

/* Steps of arguments that are one step come without the other. */
static unsigned int make_steps(struct make *make, const struct otr_draft *plan, unsigned int head)
{
	struct otr_fetch_step *to = make->step;
	unsigned int i, symbol = 0;

	for (i = 0; i < plan->nr_steps; i++, to++) {
		*to = plan->step[i];
		to->slot += head;
		if (symbol < plan->nr_symbols && plan->symbol[symbol].step == i) {
			make->symbol[symbol].name = make_text(make, plan->symbol[symbol].name);
			make->symbol[symbol++].step = to - make->step;
		}
		i += make_join(to, &plan->step[i], plan);
	}
	*to = (struct otr_fetch_step){ .op = OTR_FETCH_OP_END };
	return to + 1 - make->step;
}

/* The steps of arguments begin where the one before ends. */
static void make_imm(struct make *make, const struct otr_draft *plan)
{
	struct otr_fetch_step *step = make->step;
	unsigned int i;

	for (i = 0; i < plan->nr; i++) {
		if (plan->imm[i])
			step->imm = (unsigned long)make_text(make, plan->imm[i]);
		step += step->rest + 1;
	}
}

/**
 * otr_draft_make - make a program
 * @plan: all arguments
 * @place: where the probe is
 *
 * Context: may sleep.
 * Return: the program; NULL without memory.
 */
struct otr_fetch *otr_draft_make(const struct otr_draft *plan, const struct otr_fetch_place *place)
{
	struct otr_fetch *fetch;
	struct make make;
	unsigned int i;

	if (!make_room(&make, plan))
		return NULL;
	for (i = 0; i < plan->nr; i++)
		make_arg(&make, &plan->arg[i], &make.arg[i], place->head);
	for (i = 0; i < plan->nr_saved; i++)
		make.save[plan->nr_saved + i] = plan->save[i];
	fetch = make.fetch;
	*fetch = (struct otr_fetch){
		.steps		= make.step,
		.size		= place->head + plan->size,
		.texts		= plan->texts,
		.nr		= plan->nr,
		.saved		= plan->nr_saved,
		.needs_regs	= plan->needs_regs,
		.needs_stack	= plan->needs_stack,
		.args		= make.arg,
		.save		= make.save,
		.nr_steps	= make_steps(&make, plan, place->head),
		.nr_symbols	= plan->nr_symbols,
		.symbols	= make.symbol,
	};
	make_imm(&make, plan);
	if (!(place->where & OTR_FETCH_EVENT))
		otr_fetch_lay(fetch, OTR_FETCH_BASE_REGS);
	return fetch;
}
