/* SPDX-License-Identifier: GPL-2.0-only */
/* A part of record.h: callers of a function, as a record. */
#ifndef _OTR_RECORD_STACK_H
#define _OTR_RECORD_STACK_H

#include "inst/inst.h"

/* Callers that a record holds. */
#define OTR_STACK_MAX	256

/* For otr_stack_record(): it begins with the trampoline that a site called. */
#define OTR_STACK_SITE	0
/* The same, but it begins with the function. */
#define OTR_STACK_CALLER	1

/* How programs print one, from what the format file names of it. */
#define OTR_STACK_PRINT_FMT						\
	"\"\\t=> %ps\\n\\t=> %ps\\n\\t=> %ps\\n\" "			\
	"\"\\t=> %ps\\n\\t=> %ps\\n\\t=> %ps\\n\" "			\
	"\"\\t=> %ps\\n\\t=> %ps\\n\", "				\
	"(void *)REC->caller[0], (void *)REC->caller[1], "		\
	"(void *)REC->caller[2], (void *)REC->caller[3], "		\
	"(void *)REC->caller[4], (void *)REC->caller[5], "		\
	"(void *)REC->caller[6], (void *)REC->caller[7]"

int otr_stack_prepare(void);
void otr_stack_record(struct otr_ring *ring, unsigned long from);
unsigned int otr_stack_save(unsigned long from, unsigned long *callers, unsigned int nr);
bool otr_stack_busy(void);
void otr_stack_record_user(struct otr_ring *ring);
int otr_stack_init(void);
void otr_stack_exit(void);
int otr_user_stack_init(void);
void otr_user_stack_exit(void);

#endif /* _OTR_RECORD_STACK_H */
