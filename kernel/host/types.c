// SPDX-License-Identifier: GPL-2.0-only
/*
 * The description of types (BTF) that the kernel was built with, and the modules.
 *
 * What is asked for is the blob, which has a documented format and documented
 * files, and not the kernel's functions that read it: those are not exported,
 * change from one version to the next, and look a name up by trying all.
 */
#include <linux/err.h>
#include <linux/kernel_read_file.h>
#include <linux/vmalloc.h>

#include "host/host.h"

/* Nobody's blob is as large as that. */
#define SIZE_MAX_READ	(256UL << 20)

/* In the kernel's own memory; it needs no copy. */
static const void *types_kernel_start(size_t *size)
{
	unsigned long start = otr_host_address("__start_BTF");
	unsigned long stop = otr_host_address("__stop_BTF");

	if (!start || stop <= start)
		return NULL;
	*size = stop - start;
	return (const void *)start;
}

/**
 * otr_host_types_get - what the kernel or a module says of its types
 * @mod: the module's name, NULL for the kernel
 * @size: set to the number of bytes
 *
 * Context: may sleep; reads a file.
 * Return: the blob, to be given back to otr_host_types_put(), on a boundary of 8
 * bytes; ERR_PTR: -ENOENT if there is none, or what reading the file said.
 */
const void *otr_host_types_get(const char *mod, size_t *size)
{
	char path[sizeof("/sys/kernel/btf/") + MODULE_NAME_LEN];
	void *copy = NULL;
	const void *start = mod ? NULL : types_kernel_start(size);
	ssize_t len;

	if (start)
		return start;
	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", mod ?: "vmlinux");
	len = kernel_read_file_from_path_initns(path, 0, &copy, SIZE_MAX_READ, NULL,
						READING_UNKNOWN);
	if (len < 0)
		return ERR_PTR(len);
	*size = len;
	return copy;
}

/**
 * otr_host_types_put - give back what otr_host_types_get() returned
 * @blob: a blob, or NULL
 *
 * Context: may sleep.
 */
void otr_host_types_put(const void *blob)
{
	/* The kernel's own lies in its image. */
	if (is_vmalloc_addr(blob))
		vfree(blob);
}
