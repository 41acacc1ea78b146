// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel's headers of events take for granted and modules do not have. */
#include <linux/blk_types.h>
#include <linux/string.h>
#include <outrace/event.h>

#include "host/host.h"
#include "record/trace/borrow.h"

const u8 *otr_trace_text;

/* An event whose probe or text takes something of the kernel. */
struct need {
	const char	*event;
	const void	*symbol;
};

static const struct need borrow_needs[] = {
	{ "mm_page_alloc_extfrag",	get_pfnblock_flags_mask },
	{ "rss_stat",			ptr_to_hashval },
	{ "global_dirty_state",		&global_wb_domain },
	{ "balance_dirty_pages",	&global_wb_domain },
	{ "net_dev_xmit_timeout",	netdev_drivername },
	{ "tcp_receive_reset",		__sock_gen_cookie },
	{ "tcp_destroy_sock",		__sock_gen_cookie },
	{ "tcp_rcv_space_adjust",	__sock_gen_cookie },
	{ "tcp_probe",			__sock_gen_cookie },
	{ "io_uring_queue_async_work",	io_uring_get_opcode },
	{ "io_uring_defer",		io_uring_get_opcode },
	{ "io_uring_fail_link",		io_uring_get_opcode },
	{ "io_uring_submit_req",	io_uring_get_opcode },
	{ "io_uring_poll_arm",		io_uring_get_opcode },
	{ "io_uring_task_add",		io_uring_get_opcode },
	{ "io_uring_req_failed",	io_uring_get_opcode },
};

static bool borrow_served(const struct otr_event *ev)
{
	unsigned int i;

	if (!otr_trace_text && !strcmp(ev->system, "preemptirq"))
		return false;
	for (i = 0; i < ARRAY_SIZE(borrow_needs); i++)
		if (!borrow_needs[i].symbol && !strcmp(borrow_needs[i].event, ev->name))
			return false;
	return true;
}

/**
 * otr_trace_withhold - take the events from a set that this kernel cannot serve
 * @set: a set that is not registered yet
 *
 * They keep their numbers and wait for a tracepoint that never comes.
 *
 * Context: module load.
 */
void otr_trace_withhold(struct otr_event_set *set)
{
	struct otr_event *const *at;

	otr_trace_text = (const u8 *)otr_host_address("_stext");
	for (at = set->events; *at; at++)
		if (!borrow_served(*at))
			(*at)->tracepoint = "";
}

/**
 * otr_trace_rwbs - what a block request does, in letters
 * @to: where to, 8 bytes at least
 * @opf: operation and flags of the request
 *
 * Context: any.
 */
void otr_trace_rwbs(char *to, blk_opf_t opf)
{
	static const struct {
		blk_opf_t	flag;
		char		letter;
	} behind[] = {
		{ REQ_FUA, 'F' }, { REQ_RAHEAD, 'A' }, { REQ_SYNC, 'S' }, { REQ_META, 'M' },
	};
	static const char *const operation[] = {
		[REQ_OP_READ] = "R", [REQ_OP_WRITE] = "W", [REQ_OP_FLUSH] = "F",
		[REQ_OP_DISCARD] = "D", [REQ_OP_SECURE_ERASE] = "DE",
	};
	unsigned int op = (__force unsigned int)(opf & REQ_OP_MASK), i;
	const char *letter = op < ARRAY_SIZE(operation) && operation[op] ? operation[op] : "N";

	if (opf & REQ_PREFLUSH)
		*to++ = 'F';
	while (*letter)
		*to++ = *letter++;
	for (i = 0; i < ARRAY_SIZE(behind); i++)
		if (opf & behind[i].flag)
			*to++ = behind[i].letter;
	*to = 0;
}
