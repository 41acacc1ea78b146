#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Records that only newer kernels have, of calls with their arguments and of callers
# in the graph, in Debian's trace-cmd and in KernelShark's library: what they show is
# what the file trace shows.
#
# timeout: 600

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/testing/guest/client.sh
. "$(dirname "$0")/client.sh"

options='func-args funcgraph-args funcgraph-retaddr'

# extract TRACER OPTION...: what the victims' calls leave in the ring, as the trace
# file shows it in $trace, and in t.dat.
extract()
{
	local tracer=$1 option

	shift
	for option; do
		echo 1 >"options/$option"
	done
	tc start -p "$tracer" -l 'otr_victim*' -l call_all
	echo 1 >/sys/module/otr_args_victims/parameters/call
	tc stop
	trace=$(records)
	tc extract -o t.dat >/dev/null
	tc reset
	for option; do
		echo 0 >"options/$option"
	done
	tc report t.dat >"$work/report"
	is "$tracer $*: reported" "$(said)" ''
}

# Of the report: what stands behind the name of such events.
reported()
{
	sed -nE "s/^.*[0-9]: $1: +//p" "$work/report"
}

# The calls of a graph: how deep, what, from where. The trace says it behind a call.
graph_calls()
{
	sed -nE 's/^.*\| ( *)([a-z_]+)\([^)]*\);? ?\{? *\/\* <-([a-z_]+).*/\1 \2 \3/p' <<<"$trace" |
		awk '{ match($0, /^ */); print (RLENGTH - 2) / 2, $1, $2 }'
}

check_args()
{
	extract function func-args
	is 'calls with what they were called with' "$(reported function_args | sed 's/ <-- / <-/')" \
		"$(sed -E 's/^.*[0-9]: //; s/ \[[a-z_]+\]$//' <<<"$trace")"
	like 'for example' "$(reported function_args)" \
		'^otr_victim_int\(0xfffffff9, 0x2a, 0x1234, (0x[0-9a-f]+(, )?){3}\) <-- call_all$'
	like 'raw: all six' "$(tc report -R t.dat)" \
		'function_args: +ip=otr_victim_int parent_ip=call_all args=ARRAY\[f9, ff, ff, ff, (.., ){43}..\]$'
}

check_callers()
{
	extract function_graph funcgraph-retaddr
	is 'calls with who called them' "$(reported fgraph_retaddr_entry |
		sed -nE 's/^--> ([a-z_]+) \(([0-9]+)\) <- ([a-z_]+)$/\2 \1 \3/p')" "$(graph_calls)"
	is 'all of them' "$(reported fgraph_retaddr_entry | wc -l)" "$(graph_calls | wc -l)"
	is 'each returns' "$(reported funcgraph_exit | wc -l)" "$(graph_calls | wc -l)"
	extract function_graph funcgraph-retaddr funcgraph-args
	# Arguments are behind what libtraceevent 1.7 knows of the event.
	is 'with arguments behind' "$(reported fgraph_retaddr_entry |
		sed -nE 's/^--> ([a-z_]+) \(([0-9]+)\) <- ([a-z_]+)$/\2 \1 \3/p')" "$(graph_calls)"
	like 'which the trace shows' "$trace" 'otr_victim_int\(0xfffffff9, 0x2a, 0x1234, .*\); /\* <-call_all'
}

# record NAME ARGUMENT...: while it runs, by splice.
record()
{
	tc record -q -o t.dat "${@:2}" -l 'otr_victim*' -l call_all \
		sh -c 'echo 1 >/sys/module/otr_args_victims/parameters/call'
	is "$1: recorded" "$(said | grep -v "^  plugin '")" ''
	tc report t.dat >"$work/report"
	is "$1: reported" "$(said)" ''
	unlike "$1: all of it" "$(cat "$work/report")" 'FAILED TO PARSE|UNKNOWN|EVENTS DROPPED'
	! [ -x "$work/kshark" ] || same_in_kshark "$1" "$work/t.dat"
}

check_record()
{
	build kshark -I/usr/include/kernelshark -I/usr/include/tracefs -I/usr/include/traceevent -lkshark
	echo 1 >options/func-args
	record 'function, func-args' -p function
	is 'its calls' "$(reported function_args | wc -l)" 18
	echo 1 >options/funcgraph-retaddr
	record 'function_graph, funcgraph-retaddr' -p function_graph
	is 'its calls' "$(reported fgraph_retaddr_entry | wc -l)" 18
	echo 1 >options/funcgraph-args
	record 'function_graph, both' -p function_graph
	echo 0 >options/funcgraph-retaddr
	record 'function_graph, funcgraph-args' -p function_graph
	is 'its calls' "$(reported fgraph_retaddr_entry | wc -l)" 18
	for option in $options; do
		echo 0 >"options/$option"
	done
	record 'function_graph, neither' -p function_graph
	is 'its calls' "$(reported funcgraph_entry | wc -l)" 18
}

client_begin trace-cmd
if [ ! -e options/func-args ]; then
	skip 'arguments' 'the options are those of newer kernels'
	client_end
fi
insmod "${OTR_MODULE%/*}/otr_args_victims.ko"
check_args
check_callers
check_record
rmmod otr_args_victims
client_end
