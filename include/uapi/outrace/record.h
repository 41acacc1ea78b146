/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * On-page records: what follows the ring's four-byte record header.
 *
 * Every record starts with struct otr_rec_head, whose layout the clients know
 * as the common_* fields of each event's format file. Numbers of the fixed
 * record types are part of the interface: they are the ids in
 * events/ftrace/<name>/format.
 */
#ifndef _UAPI_OUTRACE_RECORD_H
#define _UAPI_OUTRACE_RECORD_H

#include <linux/types.h>

/**
 * enum otr_type - numbers of the record types that are not tracepoint events
 * @OTR_TYPE_FUNCTION: a function was entered
 * @OTR_TYPE_SWITCH: another task runs on the CPU
 * @OTR_TYPE_WAKEUP: a task was woken
 * @OTR_TYPE_STACK: the callers when the record in front was written
 * @OTR_TYPE_PRINT: text from user space or from the kernel
 * @OTR_TYPE_GRAPH_EXIT: a function returned
 * @OTR_TYPE_GRAPH_ENTRY: a function was entered whose return may follow
 * @OTR_TYPE_USER_STACK: the same as OTR_TYPE_STACK, in user space
 * @OTR_TYPE_BPRINT: a text that is put together when it is read, from a format
 * @OTR_TYPE_MMIO_RW: an access to the memory of a device
 * @OTR_TYPE_MMIO_MAP: such memory is mapped, or not any more
 * @OTR_TYPE_BLK: something that happened to a request to a disk
 * @OTR_TYPE_BPUTS: a text that the kernel has, by its address
 * @OTR_TYPE_HWLAT: a time that nobody in the kernel took
 * @OTR_TYPE_OSNOISE: how much of a CPU others took
 * @OTR_TYPE_TIMERLAT: how late a timer was, or what waited for it
 * @OTR_TYPE_RAW_DATA: bytes from user space, with an id in front
 * @OTR_TYPE_REPEATS: the last call on this CPU was repeated
 * @OTR_TYPE_GRAPH_MORE: as OTR_TYPE_GRAPH_ENTRY, with its caller and its arguments
 * @OTR_TYPE_FUNCTION_ARGS: as OTR_TYPE_FUNCTION, with its arguments
 * @OTR_TYPE_FIXED_END: the first number free for registered events
 */
enum otr_type {
	OTR_TYPE_FUNCTION	= 1,
	OTR_TYPE_SWITCH		= 2,
	OTR_TYPE_WAKEUP		= 3,
	OTR_TYPE_STACK		= 4,
	OTR_TYPE_PRINT		= 5,
	OTR_TYPE_BPRINT		= 6,
	OTR_TYPE_MMIO_RW	= 7,
	OTR_TYPE_MMIO_MAP	= 8,
	OTR_TYPE_GRAPH_EXIT	= 10,
	OTR_TYPE_GRAPH_ENTRY	= 11,
	OTR_TYPE_USER_STACK	= 12,
	OTR_TYPE_BLK		= 13,
	OTR_TYPE_BPUTS		= 14,
	OTR_TYPE_HWLAT		= 15,
	OTR_TYPE_OSNOISE	= 16,
	OTR_TYPE_TIMERLAT	= 17,
	OTR_TYPE_RAW_DATA	= 18,
	OTR_TYPE_REPEATS	= 19,
	OTR_TYPE_GRAPH_MORE	= 20,
	OTR_TYPE_FUNCTION_ARGS	= 21,
	OTR_TYPE_FIXED_END	= 22,
};

/**
 * struct otr_rec_head - what every record begins with
 * @type: number of the event that wrote it, see enum otr_type
 * @flags: interrupt and scheduling state, OTR_CTX_* bits
 * @preempt_count: bits 0..3 preemption depth, bits 4..7 migrate-disable depth
 * @pid: thread id of the task that was current
 */
struct otr_rec_head {
	__u16	type;
	__u8	flags;
	__u8	preempt_count;
	__s32	pid;
};

/**
 * struct otr_rec_function - OTR_TYPE_FUNCTION
 * @head: common part
 * @ip: address of the function that was entered
 * @parent_ip: address that it returns to
 */
struct otr_rec_function {
	struct otr_rec_head	head;
	unsigned long		ip;
	unsigned long		parent_ip;
};

/**
 * struct otr_rec_switch - OTR_TYPE_SWITCH, OTR_TYPE_WAKEUP
 * @head: common part
 * @prev_pid: thread id of the task that ran, or that woke the other one
 * @next_pid: of the task that runs from now on, or that was woken
 * @next_cpu: where that runs
 * @prev_prio: the kernel's priority of the first one
 * @prev_state: its state, a number from 0 that stands for a letter of "RSDTtXZPI"
 * @next_prio: the same of the second one
 * @next_state: likewise
 */
struct otr_rec_switch {
	struct otr_rec_head	head;
	__u32			prev_pid;
	__u32			next_pid;
	__u32			next_cpu;
	__u8			prev_prio;
	__u8			prev_state;
	__u8			next_prio;
	__u8			next_state;
};

/* Registers that arguments come in. */
#define OTR_REC_ARGS	6

/**
 * struct otr_rec_function_args - OTR_TYPE_FUNCTION_ARGS
 * @call: what OTR_TYPE_FUNCTION has
 * @args: the registers, also those that the function has no argument for
 */
struct otr_rec_function_args {
	struct otr_rec_function	call;
	unsigned long		args[OTR_REC_ARGS];
};

/**
 * struct otr_rec_graph_entry - OTR_TYPE_GRAPH_ENTRY
 * @head: common part
 * @func: address of the function that was entered
 * @depth: how many recorded functions are around it
 */
struct otr_rec_graph_entry {
	struct otr_rec_head	head;
	unsigned long		func;
	int			depth;
} __attribute__((packed));

/**
 * struct otr_rec_graph_more - OTR_TYPE_GRAPH_MORE
 * @entry: what OTR_TYPE_GRAPH_ENTRY has
 * @retaddr: address that the function returns to
 * @args: the registers that arguments come in, OTR_REC_ARGS of them or none
 */
struct otr_rec_graph_more {
	struct otr_rec_graph_entry	entry;
	unsigned long			retaddr;
	unsigned long			args[];
} __attribute__((packed));

/**
 * struct otr_rec_graph_exit - OTR_TYPE_GRAPH_EXIT
 * @head: common part
 * @func: address of the function that returned
 * @retval: what it returned, or what was in the register if it returns nothing
 * @depth: how many recorded functions are around it
 * @overrun: functions of this task that were too deep to be recorded
 * @calltime: when it was entered, in ns
 * @rettime: when it returned
 */
struct otr_rec_graph_exit {
	struct otr_rec_head	head;
	unsigned long		func;
	unsigned long		retval;
	int			depth;
	unsigned int		overrun;
	unsigned long long	calltime;
	unsigned long long	rettime;
} __attribute__((packed));

/* Callers that the format files of stacks name. */
#define OTR_STACK_FIELDS	8

/* What stands for a trampoline among the callers. */
#define OTR_STACK_TRAMPOLINE	0x7fffffffUL

/**
 * struct otr_rec_stack - OTR_TYPE_STACK
 * @head: common part
 * @size: number of callers
 * @zero: nothing
 * @caller: return addresses, the innermost first; OTR_STACK_TRAMPOLINE for the
 *	    way from a function to its recorder
 */
struct otr_rec_stack {
	struct otr_rec_head	head;
	int			size;
	__u32			zero;
	unsigned long		caller[];
};

/**
 * struct otr_rec_user_stack - OTR_TYPE_USER_STACK
 * @head: common part
 * @tgid: thread group of the task
 * @zero: nothing
 * @caller: addresses, the innermost first, then zeros
 */
struct otr_rec_user_stack {
	struct otr_rec_head	head;
	unsigned int		tgid;
	__u32			zero;
	unsigned long		caller[OTR_STACK_FIELDS];
};

/**
 * struct otr_rec_print - OTR_TYPE_PRINT
 * @head: common part
 * @ip: where the text came from
 * @text: zero-terminated, ends in a newline
 */
struct otr_rec_print {
	struct otr_rec_head	head;
	unsigned long		ip;
	char			text[];
};

/**
 * struct otr_rec_bprint - OTR_TYPE_BPRINT
 * @head: common part
 * @ip: where the text came from
 * @fmt: address of the format, which printk_formats lists
 * @buf: the arguments, packed
 */
struct otr_rec_bprint {
	struct otr_rec_head	head;
	unsigned long		ip;
	const char		*fmt;
	__u32			buf[];
};

/**
 * struct otr_rec_blk - OTR_TYPE_BLK, which has no format file
 * @head: common part
 * @time: nothing
 * @sector: where on the disk
 * @bytes: how much of it
 * @action: what happened, and of what kind the request is: BLK_TA_* and the like
 * @pid: thread id of the task that was current
 * @device: number of the disk
 * @cpu: where
 * @error: an errno, its low half
 * @more_len: bytes of @more
 * @more: number of a control group, if @action says so; what else belongs to the action
 *
 * But for @head, it is struct blk_io_trace, as blktrace knows it.
 */
struct otr_rec_blk {
	struct otr_rec_head	head;
	__u64			time;
	__u64			sector;
	__u32			bytes;
	__u32			action;
	__u32			pid;
	__u32			device;
	__u32			cpu;
	__u16			error;
	__u16			more_len;
	__u8			more[];
};

/**
 * struct otr_rec_bputs - OTR_TYPE_BPUTS
 * @head: common part
 * @ip: where the text came from
 * @str: address of the text, which printk_formats lists
 */
struct otr_rec_bputs {
	struct otr_rec_head	head;
	unsigned long		ip;
	const char		*str;
};

/**
 * struct otr_rec_raw - OTR_TYPE_RAW_DATA
 * @head: common part
 * @id: chosen by the writer
 * @data: the rest of what was written
 */
struct otr_rec_raw {
	struct otr_rec_head	head;
	__u32			id;
	__u8			data[];
};

/**
 * struct otr_rec_mmio_rw - OTR_TYPE_MMIO_RW
 * @head: common part
 * @phys: where on the bus
 * @value: what was read or written; of an unknown instruction its first bytes
 * @pc: which instruction; 0 if nobody asked for that
 * @map_id: which mapping, see &struct otr_rec_mmio_map
 * @opcode: an enum mm_io_opcode of the kernel
 * @width: how many bytes
 * @unused: 0
 */
struct otr_rec_mmio_rw {
	struct otr_rec_head	head;
	__u64			phys;
	unsigned long		value;
	unsigned long		pc;
	int			map_id;
	__u8			opcode;
	__u8			width;
	__u8			unused[2];
};

/**
 * struct otr_rec_mmio_map - OTR_TYPE_MMIO_MAP
 * @head: common part
 * @phys: where on the bus
 * @virt: where it is mapped
 * @len: how much, in bytes
 * @map_id: number of the mapping
 * @opcode: an enum mm_io_opcode of the kernel
 * @unused: 0
 */
struct otr_rec_mmio_map {
	struct otr_rec_head	head;
	__u64			phys;
	unsigned long		virt;
	unsigned long		len;
	int			map_id;
	__u8			opcode;
	__u8			unused[3];
};

/**
 * struct otr_rec_repeats - OTR_TYPE_REPEATS
 * @head: common part
 * @ip: address of the function that was entered
 * @parent_ip: address that it returns to
 * @count: how often, after the first time
 * @top_delta_ts: how long before this record the last time was, upper 16 bits
 * @bottom_delta_ts: lower 32 bits
 */
struct otr_rec_repeats {
	struct otr_rec_head	head;
	unsigned long		ip;
	unsigned long		parent_ip;
	__u16			count;
	__u16			top_delta_ts;
	__u32			bottom_delta_ts;
};

/**
 * struct otr_rec_hwlat - OTR_TYPE_HWLAT
 * @head: common part
 * @duration: longest time between two readings of the clock, in us
 * @outer_duration: the same between two pairs of readings
 * @nmi_total_ts: time that NMIs took, in us
 * @tv_sec: wall time of the first one that was too long
 * @tv_nsec: the rest of it
 * @nmi_count: number of NMIs
 * @seqnum: number of the record, from 1
 * @count: how many were too long
 * @zero: nothing
 */
struct otr_rec_hwlat {
	struct otr_rec_head	head;
	unsigned long long	duration;
	unsigned long long	outer_duration;
	unsigned long long	nmi_total_ts;
	long long		tv_sec;
	long			tv_nsec;
	unsigned int		nmi_count;
	unsigned int		seqnum;
	unsigned int		count;
	unsigned int		zero;
};

/**
 * struct otr_rec_osnoise - OTR_TYPE_OSNOISE
 * @head: common part
 * @noise: time that others took, in us
 * @runtime: of how much
 * @max_sample: longest piece of it
 * @hw_count: pieces that nobody of the kernel took
 * @nmi_count: NMIs
 * @irq_count: interrupts
 * @softirq_count: soft interrupts
 * @thread_count: other tasks
 * @zero: nothing
 */
struct otr_rec_osnoise {
	struct otr_rec_head	head;
	unsigned long long	noise;
	unsigned long long	runtime;
	unsigned long long	max_sample;
	unsigned int		hw_count;
	unsigned int		nmi_count;
	unsigned int		irq_count;
	unsigned int		softirq_count;
	unsigned int		thread_count;
	unsigned int		zero;
};

/**
 * struct otr_rec_timerlat - OTR_TYPE_TIMERLAT
 * @head: common part
 * @seqnum: number of the wake-up
 * @context: what was late: 0 the timer's interrupt, 1 the thread, 2 its next wish to wait
 * @timer_latency: by how much, in ns
 */
struct otr_rec_timerlat {
	struct otr_rec_head	head;
	unsigned int		seqnum;
	int			context;
	unsigned long long	timer_latency;
};

#endif /* _UAPI_OUTRACE_RECORD_H */
