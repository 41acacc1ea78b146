/* SPDX-License-Identifier: GPL-2.0-only */
/* What the thread sanitizer's library offers; it comes without a header. */
#ifndef _TSAN_H
#define _TSAN_H

/* Between the two, what the calling thread reads may be anything. */
void tsan_ignore_reads_begin(const char *file, int line) __asm__("AnnotateIgnoreReadsBegin");
void tsan_ignore_reads_end(const char *file, int line) __asm__("AnnotateIgnoreReadsEnd");

#endif /* _TSAN_H */
