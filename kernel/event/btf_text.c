// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a function was called with and what it returned, by the types of its
 * parameters and of its result.
 *
 * Registers are given to parameters in the order in which a C compiler for x86-64
 * does that: one per number or pointer, one or two for a struct of up to 16
 * bytes; what is larger, or does not fit into those that are left, is on the
 * stack and takes none.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/math.h>
#include <outrace/frame.h>
#include <uapi/linux/btf.h>

#include "event/btf.h"

/* A struct that is larger lies in memory, also as a result. */
#define IN_REGISTERS	(2 * sizeof(long))

/* Registers that are not given away yet. */
struct registers {
	const unsigned long	*words;
	unsigned int		next;
};

/* A value of so many bytes; what is above them in its register means nothing. */
static unsigned long btf_text_cut(unsigned long word, u32 size)
{
	return size < sizeof(word) && size ? word & GENMASK(8 * size - 1, 0) : word;
}

static long btf_text_cut_signed(unsigned long word, u32 size)
{
	unsigned int above = size < sizeof(word) && size ? 8 * (sizeof(word) - size) : 0;

	return (long)(word << above) >> above;
}

static const char *btf_text_kind_name(u32 kind)
{
	switch (kind) {
	case BTF_KIND_INT:
		return "INT";
	case BTF_KIND_STRUCT:
		return "STRUCT";
	case BTF_KIND_UNION:
		return "UNION";
	case BTF_KIND_FLOAT:
		return "FLOAT";
	default:
		return "?";
	}
}

/* Several words, or what is to be seen as such. */
static void btf_text_print_words(const struct otr_btf_class *class, struct registers *regs,
				 struct seq_buf *out)
{
	unsigned int nr = DIV_ROUND_UP(class->size, sizeof(long)), i;

	seq_buf_printf(out, "(%s)[", btf_text_kind_name(class->kind));
	if (class->size > IN_REGISTERS || nr > OTR_FRAME_ARGS - regs->next) {
		seq_buf_puts(out, "...]");
		return;
	}
	for (i = 0; i < nr; i++)
		seq_buf_printf(out, "%s0x%lx", i ? ":" : "", regs->words[regs->next++]);
	seq_buf_putc(out, ']');
}

/* A number, an address, or what nobody knows. */
static void btf_text_print_word(const struct otr_btf_class *class, bool known, unsigned long word,
				struct seq_buf *out)
{
	switch (known ? class->kind : BTF_KIND_UNKN) {
	case BTF_KIND_INT:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		if (class->is_signed || class->kind != BTF_KIND_INT)
			seq_buf_printf(out, "%ld", btf_text_cut_signed(word, class->size));
		else
			seq_buf_printf(out, "0x%lx", btf_text_cut(word, class->size));
		break;
	case BTF_KIND_PTR:
		seq_buf_printf(out, "0x%lx", word);
		break;
	default:
		seq_buf_printf(out, "?0x%lx", word);
	}
}

static bool btf_text_is_one_word(const struct otr_btf_class *class)
{
	switch (class->kind) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_FLOAT:
		return false;
	default:
		return class->size <= sizeof(long);
	}
}

/* False when nothing is known of those that follow. */
static bool btf_text_print_param(const struct otr_btf *btf, const struct otr_btf_param *param,
				 struct registers *regs, struct seq_buf *out)
{
	struct otr_btf_class class;
	bool known = otr_btf_classify(btf, param->type, &class);
	bool one = !known || btf_text_is_one_word(&class);

	if (!param->type || (one && regs->next == OTR_FRAME_ARGS)) {
		seq_buf_puts(out, "...");
		return false;
	}
	if (*param->name)
		seq_buf_printf(out, "%s=", param->name);
	if (one)
		btf_text_print_word(&class, known, regs->words[regs->next++], out);
	else
		btf_text_print_words(&class, regs, out);
	return true;
}

/* A result that does not fit into two registers: its address comes first. */
static bool btf_text_is_in_memory(const struct otr_btf_class *class)
{
	return !btf_text_is_one_word(class) && class->size > IN_REGISTERS;
}

/**
 * otr_btf_print_args - print what a function was called with
 * @btf: the types
 * @proto: the function, see otr_btf_find()
 * @words: OTR_FRAME_ARGS registers, in the order of the arguments
 * @out: where to
 *
 * "name=value, name=value", without parentheses.
 *
 * Context: any.
 */
void otr_btf_print_args(const struct otr_btf *btf, u32 proto, const unsigned long *words,
			struct seq_buf *out)
{
	struct registers regs = { .words = words };
	struct otr_btf_class result;
	struct otr_btf_param param;
	unsigned int i;

	if (otr_btf_classify(btf, otr_btf_result(btf, proto), &result) &&
	    btf_text_is_in_memory(&result))
		regs.next = 1;
	for (i = 0; otr_btf_param(btf, proto, i, &param); i++) {
		if (i)
			seq_buf_puts(out, ", ");
		if (!btf_text_print_param(btf, &param, &regs, out))
			break;
	}
}

/* May a negative number of this type be an error? Hashes and masks look like one. */
static bool btf_text_may_be_error(const struct otr_btf_class *class)
{
	if (class->kind == BTF_KIND_INT)
		return class->size == sizeof(long) ||
		       (class->is_signed && class->size == sizeof(int));
	return class->kind == BTF_KIND_PTR;
}

static enum otr_value_form btf_text_form_of(const struct otr_btf_class *class, long number)
{
	if (class->is_bool)
		return OTR_VALUE_BOOL;
	if (btf_text_may_be_error(class) && number < 0 && number >= -MAX_ERRNO)
		return OTR_VALUE_ERROR;
	switch (class->kind) {
	case BTF_KIND_INT:
		return class->is_signed ? OTR_VALUE_DECIMAL : OTR_VALUE_HEX;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return OTR_VALUE_DECIMAL;
	default:
		return OTR_VALUE_HEX;
	}
}

/**
 * otr_btf_judge - how to print what a function returned
 * @btf: the types
 * @proto: the function, see otr_btf_find()
 * @value: the register that results are in
 * @out: set to that
 *
 * Context: any.
 */
void otr_btf_judge(const struct otr_btf *btf, u32 proto, unsigned long value,
		   struct otr_value *out)
{
	u32 type = otr_btf_result(btf, proto);
	struct otr_btf_class class;

	*out = (struct otr_value) { .form = OTR_VALUE_UNTYPED, .bits = value, .number = value };
	if (!otr_btf_classify(btf, type, &class))
		return;
	if (class.kind == BTF_KIND_UNKN) {
		out->form = OTR_VALUE_VOID;
		return;
	}
	if (btf_text_is_in_memory(&class))
		class = (struct otr_btf_class) { .kind = BTF_KIND_PTR, .size = sizeof(long) };
	out->bits = class.is_bool ? value & 1 : btf_text_cut(value, class.size);
	out->number = btf_text_cut_signed(value, class.size);
	out->is_part = class.size > sizeof(long);
	out->form = btf_text_form_of(&class, out->number);
}
