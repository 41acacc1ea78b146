// SPDX-License-Identifier: GPL-2.0-only
/*
 * Constant texts of the kernel. Some tracepoints get the address of one instead of
 * its characters; a reader of the record wants to know what is there, and that
 * it still is.
 */
#include "host/borrow.h"
#include "host/host.h"

/* Where the kernel keeps what never changes; nowhere without names of symbols. */
static unsigned long strings_rodata_start, strings_rodata_end;

/* The texts that tracepoints made known. */
static const char * const *strings;
static unsigned int strings_nr_strings;

/* For who reads the memory of a kernel. */
const struct otr_told otr_strings_told[] = {
	OTR_TOLD_AT("strings", strings),
	OTR_TOLD_AT("strings.nr", strings_nr_strings),
	{}
};

/**
 * otr_host_strings_init - find out where constant texts are
 *
 * Context: module load, once features are known.
 */
void otr_host_strings_init(void)
{
	if (otr_host_has(OTR_SYMBOLS)) {
		strings_rodata_start = otr_host_address("__start_rodata");
		strings_rodata_end = otr_host_address("__end_rodata");
	}
	if (otr_host_has(OTR_STRINGS)) {
		strings = __start___tracepoint_str;
		strings_nr_strings = __stop___tracepoint_str - __start___tracepoint_str;
	}
}

/**
 * otr_host_string - walk over the texts that tracepoints made known
 * @nr: which, from 0
 *
 * Context: any.
 * Return: the text, NULL behind the last one.
 */
const char *otr_host_string(unsigned int nr)
{
	return nr < strings_nr_strings ? strings[nr] : NULL;
}

/**
 * otr_host_strings - how many texts tracepoints made known
 *
 * Context: any.
 * Return: the number.
 */
unsigned int otr_host_strings(void)
{
	return strings_nr_strings;
}

/**
 * otr_host_string_known - did a tracepoint make this text known?
 * @text: an address, not necessarily one that can be read
 *
 * Context: any.
 * Return: whether it did.
 */
bool otr_host_string_known(const char *text)
{
	unsigned int i;

	for (i = 0; i < strings_nr_strings; i++)
		if (strings[i] == text)
			return true;
	return false;
}

/**
 * otr_host_is_rodata - is something in the kernel's constant memory?
 * @addr: its address
 *
 * Context: any.
 * Return: whether it is, so that it can be read at any time.
 */
bool otr_host_is_rodata(const void *addr)
{
	return (unsigned long)addr >= strings_rodata_start &&
	       (unsigned long)addr < strings_rodata_end;
}
