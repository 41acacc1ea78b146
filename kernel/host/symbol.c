// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of addresses and addresses of names.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "host/borrow.h"
#include "host/host.h"

/**
 * otr_host_lookup - what is at an address
 * @addr: the address
 * @offset: set to the distance from the symbol
 * @mod: set to the module's name, NULL for the kernel's own
 * @buf: KSYM_NAME_LEN bytes for the name
 *
 * Context: any.
 * Return: the name, NULL if there is none or names are off.
 */
const char *otr_host_lookup(unsigned long addr, unsigned long *offset, char **mod, char *buf)
{
	unsigned long size;

	return kallsyms_lookup ? kallsyms_lookup(addr, &size, offset, mod, buf) : NULL;
}

/**
 * otr_host_symbol - the name of an address as text
 * @addr: the address
 * @with_offset: "name+0x10/0x20" and not "name"; then a module's symbol ends
 *		 in " [module]", but for the engine's own: users know these as
 *		 parts of the kernel
 * @buf: where to
 * @size: its size, KSYM_SYMBOL_LEN is enough
 *
 * Needs no patch: what it prints with is exported everywhere.
 *
 * Context: any.
 * Return: length of the text, 0 when the address has no name.
 */
int otr_host_symbol(unsigned long addr, bool with_offset, char *buf, size_t size)
{
	char text[KSYM_SYMBOL_LEN], *mod;

	if (with_offset)
		sprint_symbol(text, addr);
	else
		sprint_symbol_no_offset(text, addr);
	if (!strncmp(text, "0x", 2))
		return 0;
	mod = strstr(text, " [");
	if (mod && (!with_offset || !strcmp(mod, " [" KBUILD_MODNAME "]")))
		*mod = '\0';
	strscpy(buf, text, size);
	return strlen(buf);
}

/**
 * otr_host_address - the address of a name
 * @name: a symbol
 *
 * A function found that way must be called directly, by static_call(): the kernel takes away
 * what processors with indirect branch tracking want at the target of an indirect call, from
 * functions that it does not call like that itself.
 *
 * Context: process context.
 * Return: its address, 0 if there is none or names are off.
 */
unsigned long otr_host_address(const char *name)
{
	return kallsyms_lookup_name ? kallsyms_lookup_name(name) : 0;
}

/**
 * otr_host_command_line - what the kernel was started with
 *
 * Context: process context.
 * Return: its command line; NULL when it cannot be found, as the kernel has no names of
 * variables.
 */
const char *otr_host_command_line(void)
{
#ifdef MODULE
	char **line = (char **)otr_host_address("saved_command_line");

	return line ? *line : NULL;
#else
	return saved_command_line;
#endif
}

/**
 * otr_host_has_module - is a module loaded?
 * @name: the module's name
 *
 * Every module has a symbol of one name.
 *
 * Context: process context.
 * Return: whether it is; false when names are off.
 */
bool otr_host_has_module(const char *name)
{
	char symbol[MODULE_NAME_LEN + sizeof(":__this_module")];
	int len = snprintf(symbol, sizeof(symbol), "%s:__this_module", name);

	return len < (int)sizeof(symbol) && otr_host_address(symbol);
}

/**
 * otr_host_function - where the function at an address begins and ends
 * @addr: the address
 * @start: set to its first address
 * @size: set to its size in bytes
 *
 * Context: process context.
 * Return: true, false if there is no symbol or names are off.
 */
bool otr_host_function(unsigned long addr, unsigned long *start, unsigned long *size)
{
	char name[KSYM_NAME_LEN], *mod;
	unsigned long offset;

	if (!kallsyms_lookup || !kallsyms_lookup(addr, size, &offset, &mod, name))
		return false;
	*start = addr - offset;
	return true;
}

/**
 * otr_host_each_symbol - visit all symbols
 * @mod: those of this module; NULL for the kernel's own
 * @fn: called for each; anything but 0 ends the visit
 * @data: passed to @fn
 *
 * The kernel's come by ascending address.
 *
 * Context: process context, sleeps.
 * Return: what @fn returned last, 0 when there was no symbol.
 */
int otr_host_each_symbol(const char *mod,
			 int (*fn)(void *data, const char *name, unsigned long addr), void *data)
{
	if (!otr_host_has(OTR_SYMBOLS))
		return 0;
	if (mod)
		return module_kallsyms_on_each_symbol(mod, fn, data);
	return kallsyms_on_each_symbol(fn, data);
}

/**
 * otr_host_each_module_symbol - visit all symbols of all modules
 * @fn: called for each; anything but 0 ends the visit
 * @data: passed to @fn
 *
 * Context: process context, sleeps.
 * Return: what @fn returned last, 0 when there was no symbol.
 */
int otr_host_each_module_symbol(int (*fn)(void *data, const char *name, unsigned long addr),
				void *data)
{
	return otr_host_has(OTR_SYMBOLS) ? module_kallsyms_on_each_symbol(NULL, fn, data) : 0;
}

/**
 * otr_host_each_named - visit the kernel's own symbols of a name
 * @name: the name, in full
 * @fn: called for each address; anything but 0 ends the visit
 * @data: passed to @fn
 *
 * Context: process context, sleeps.
 * Return: what @fn returned last, 0 when there was no symbol.
 */
int otr_host_each_named(const char *name, int (*fn)(void *data, unsigned long addr), void *data)
{
	if (!otr_host_has(OTR_SYMBOLS))
		return 0;
	return kallsyms_on_each_match_symbol(fn, name, data);
}
