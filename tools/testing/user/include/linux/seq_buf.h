/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SEQ_BUF_H
#define _SHIM_LINUX_SEQ_BUF_H

#include <linux/compiler.h>
#include <linux/types.h>

struct seq_buf {
	char *buffer;
	size_t size;
	size_t len;
};

static inline void seq_buf_init(struct seq_buf *s, char *buffer, unsigned int size)
{
	s->buffer = buffer;
	s->size = size;
	s->len = 0;
}

static inline void seq_buf_set_overflow(struct seq_buf *s)
{
	s->len = s->size + 1;
}

static inline bool seq_buf_has_overflowed(const struct seq_buf *s)
{
	return s->len > s->size;
}

int seq_buf_printf(struct seq_buf *s, const char *format, ...) __printf(2, 3);
int seq_buf_puts(struct seq_buf *s, const char *text);
int seq_buf_putc(struct seq_buf *s, unsigned char c);

#endif
