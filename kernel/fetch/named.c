// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values by their names in the kernel's source, where the kernel knows its types (BTF):
 * parameters of the probed function, its result, and members of structures that these
 * point to.
 *
 *	NAME  NAME->MEMBER->MEMBER.MEMBER  $retval->MEMBER  (STRUCT,MEMBER)EXPR->MEMBER
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <uapi/linux/btf.h>

#include "fetch/plan.h"

/* What is behind a name. */
enum named_next {
	NAMED_END,
	NAMED_ARROW,
	NAMED_DOT,
};

/**
 * otr_draft_typed - does the kernel know types of the function?
 * @plan: the plan, which remembers them
 * @place: where the probe is
 *
 * Context: otr_types_lock() held; may sleep.
 * Return: whether it does.
 */
bool otr_draft_typed(struct otr_draft *plan, const struct otr_fetch_place *place)
{
	if (!plan->asked && place->func)
		plan->btf = otr_types_named(place->func, &plan->proto);
	plan->asked = true;
	return plan->btf;
}

/**
 * otr_draft_param - a parameter of the function
 * @plan: the plan, if the function's types are known
 * @place: where the probe is
 * @nr: which, from 0
 * @out: set to it
 *
 * Context: otr_types_lock() held.
 * Return: whether there is one.
 */
bool otr_draft_param(const struct otr_draft *plan, const struct otr_fetch_place *place,
		     unsigned int nr, struct otr_btf_param *out)
{
	/* The first one of a tracepoint's callback is not the tracepoint's. */
	if (place->where & OTR_FETCH_TRACEPOINT)
		nr++;
	return otr_btf_param(plan->btf, plan->proto, nr, out);
}

/* Note what is wrong, with an errno of its own. */
static int named_fail(struct otr_draft_arg *arg, enum otr_fetch_error error, int err)
{
	otr_draft_fail(arg, error);
	return err;
}

static int named_fail_behind(struct otr_draft_arg *arg, unsigned int behind,
			     enum otr_fetch_error error, int err)
{
	otr_fetch_fail(arg->line, arg->word, arg->at + behind, error);
	return err;
}

/* Cut a name off; @next is set to what is behind it, NULL for nothing. */
static int named_split(struct otr_draft_arg *arg, char *name, char **next)
{
	char *end = strpbrk(name, ".-");

	*next = NULL;
	if (!end)
		return NAMED_END;
	if (*end == '.') {
		*end = '\0';
		*next = end + 1;
		return NAMED_DOT;
	}
	if (end[1] != '>')
		return named_fail_behind(arg, end - name, OTR_FETCH_BAD_HYPHEN, -EINVAL);
	*end = '\0';
	*next = end + 2;
	return NAMED_ARROW;
}

/* The value is of this type now. */
static int named_take(struct otr_draft_arg *arg, u32 type)
{
	struct otr_btf_shape shape;

	if (!otr_btf_shape(arg->plan->btf, type, &shape))
		return named_fail(arg, OTR_FETCH_BAD_BTF_TID, -EINVAL);
	arg->btf = arg->plan->btf;
	arg->last = shape.id;
	arg->bit_offset = 0;
	arg->bits = 0;
	return 0;
}

static int named_result(struct otr_draft_arg *arg, unsigned int behind)
{
	struct otr_draft *plan = arg->plan;
	u32 type;

	if (!otr_draft_typed(plan, arg->place)) {
		if (behind)
			return named_fail_behind(arg, behind, OTR_FETCH_NO_BTF_ENTRY, -ENOENT);
		return otr_draft_word(arg, OTR_DRAFT_RESULT);
	}
	type = otr_btf_result(plan->btf, plan->proto);
	if (!type)
		return named_fail(arg, OTR_FETCH_NO_RETVAL, -ENOENT);
	return otr_draft_word(arg, OTR_DRAFT_RESULT) ?: named_take(arg, type);
}

static int named_param(struct otr_draft_arg *arg, const char *name)
{
	struct otr_draft *plan = arg->plan;
	struct otr_btf_param param;
	unsigned int i;

	if (!otr_draft_typed(plan, arg->place) ||
	    !otr_draft_param(plan, arg->place, 0, &param))
		return named_fail(arg, OTR_FETCH_NO_BTF_ENTRY, -ENOENT);
	for (i = 0; otr_draft_param(plan, arg->place, i, &param); i++)
		if (!strcmp(param.name, name))
			return otr_draft_argument(arg, i) ?: named_take(arg, param.type);
	return named_fail(arg, OTR_FETCH_NO_BTFARG, -ENOENT);
}

static bool named_is_composite(const struct otr_btf_shape *shape)
{
	return shape->kind == BTF_KIND_STRUCT || shape->kind == BTF_KIND_UNION;
}

/*
 * A member of a structure that the value is the address of, or of a structure in that, or so on.
 *
 * @id: the structure
 * @offset: where it begins, in bits from what the value points to
 * @name: the member; set to what is behind the next arrow, NULL for nothing
 */
static int named_member_of(struct otr_draft_arg *arg, u32 id, s64 offset, char **name)
{
	const struct otr_btf *btf = arg->btf;
	struct otr_btf_shape shape;
	struct otr_btf_member member;
	char *next;
	int how;

	if (!otr_btf_shape(btf, id, &shape))
		return named_fail(arg, OTR_FETCH_BAD_BTF_TID, -EINVAL);
	do {
		how = named_split(arg, *name, &next);
		if (how < 0)
			return how;
		if (!named_is_composite(&shape))
			return named_fail(arg, OTR_FETCH_BAD_BTF_TID, -EINVAL);
		if (!otr_btf_member(btf, shape.id, *name, &member))
			return named_fail(arg, OTR_FETCH_NO_BTF_FIELD, -ENOENT);
		offset += member.offset;
		if (!otr_btf_shape(btf, member.type, &shape))
			return named_fail(arg, OTR_FETCH_BAD_BTF_TID, -EINVAL);
		arg->at += next ? next - *name : 0;
		*name = next;
	} while (how == NAMED_DOT);
	arg->last = shape.id;
	arg->bit_offset = offset & 7;
	arg->bits = member.bits;
	return otr_draft_memory(arg, offset >> 3, false);
}

/* A member of what the value, which has a type, points to. */
static int named_member(struct otr_draft_arg *arg, char **name)
{
	struct otr_btf_shape shape;

	if (!otr_btf_shape(arg->btf, arg->last, &shape) || shape.kind != BTF_KIND_PTR)
		return named_fail(arg, OTR_FETCH_NO_PTR_STRCT, -EINVAL);
	return named_member_of(arg, shape.target, 0, name);
}

/**
 * otr_draft_cast - a member of a structure that the definition says is there
 * @arg: the argument, whose last value is the address
 * @type: name of the structure
 * @field: the member of it that is at the address; NULL for where it begins
 * @names: the member, and what is behind it; cut up on the way
 *
 * Context: otr_types_lock() held; may sleep.
 * Return: 0 or an errno, and what was wrong was noted.
 */
int otr_draft_cast(struct otr_draft_arg *arg, const char *type, const char *field, char *names)
{
	struct otr_btf_member member = {};
	u32 id;
	int err;

	arg->btf = otr_types_struct(type, &id);
	if (!arg->btf)
		return named_fail(arg, OTR_FETCH_NO_PTR_STRCT, -EINVAL);
	if (field && !otr_btf_member(arg->btf, id, field, &member))
		return named_fail(arg, OTR_FETCH_NO_BTF_FIELD, -ENOENT);
	if (member.bits || member.offset % 8)
		return named_fail(arg, OTR_FETCH_TYPECAST_NOT_ALIGNED, -EINVAL);
	err = named_member_of(arg, id, -(s64)member.offset, &names);
	while (!err && names)
		err = named_member(arg, &names);
	return err;
}

/**
 * otr_draft_named - a value by its name
 * @arg: the argument, without any step
 * @text: the name and what is behind it, cut up on the way
 *
 * Context: otr_types_lock() held; may sleep.
 * Return: 0 or an errno, and what was wrong was noted, unless there is no function.
 */
int otr_draft_named(struct otr_draft_arg *arg, char *text)
{
	char *next;
	int how, err;

	if (!arg->place->func)
		return -EINVAL;
	how = named_split(arg, text, &next);
	if (how < 0)
		return how;
	if (how == NAMED_DOT)
		return named_fail_behind(arg, next - text, OTR_FETCH_NOSUP_DAT_ARG, -EOPNOTSUPP);
	if (arg->place->where & OTR_FETCH_RETURN && !strcmp(text, "$retval"))
		err = named_result(arg, next ? next - text : 0);
	else
		err = named_param(arg, text);
	if (!err && next)
		arg->at += next - text;
	while (!err && next)
		err = named_member(arg, &next);
	return err;
}

/**
 * otr_draft_type_of - what is made of a value if the definition says nothing
 * @arg: the argument, whose last value has a type
 *
 * Context: otr_types_lock() held.
 * Return: the type's name, NULL for the ordinary one.
 */
const char *otr_draft_type_of(struct otr_draft_arg *arg)
{
	struct otr_btf_shape shape;

	if (!otr_btf_shape(arg->btf, arg->last, &shape))
		return NULL;
	switch (shape.kind) {
	case BTF_KIND_ENUM:
		return "s32";
	case BTF_KIND_ENUM64:
		return "s64";
	case BTF_KIND_INT:
		break;
	default:
		return NULL;
	}
	switch (shape.bits) {
	case 8:
		return shape.is_signed ? "s8" : "u8";
	case 16:
		return shape.is_signed ? "s16" : "u16";
	case 32:
		return shape.is_signed ? "s32" : "u32";
	case 64:
		return shape.is_signed ? "s64" : "u64";
	default:
		if (!shape.is_signed)
			arg->bits = shape.bits;
		return shape.is_signed ? NULL : "u64";
	}
}

static bool named_is_char(const struct otr_btf *btf, u32 type)
{
	struct otr_btf_shape shape;

	return otr_btf_shape(btf, type, &shape) && shape.kind == BTF_KIND_INT &&
	       shape.bits == 8 && !shape.is_signed;
}

/**
 * otr_draft_named_text - a value that has a type is to be a text
 * @arg: the argument
 * @user: the text is in the memory of the task
 *
 * Context: otr_types_lock() held.
 * Return: 0; -EINVAL or -E2BIG, and what was wrong was noted.
 */
int otr_draft_named_text(struct otr_draft_arg *arg, bool user)
{
	const struct otr_btf *btf = arg->btf;
	struct otr_btf_shape shape;

	if (!otr_btf_shape(btf, arg->last, &shape) || !named_is_char(btf, shape.target))
		return named_fail(arg, OTR_FETCH_BAD_TYPE4STR, -EINVAL);
	/* The characters are where the value is. */
	if (shape.kind == BTF_KIND_ARRAY)
		return 0;
	return otr_draft_memory(arg, 0, user) ? -E2BIG : 0;
}
