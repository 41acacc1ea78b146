#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's perf, unmodified, on events: counting, sampling, whose events, who may. What
# perf counts and prints is compared with what the ring recorded of the same.

# shellcheck disable=SC2317 # called by name
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/testing/guest/client.sh
. "$(dirname "$0")/client.sh"

opener=$(realpath "$(dirname "$0")")/perf_open.py
me=instances/perf_events

# id SYSTEM/EVENT
id()
{
	cat "events/$1/id"
}

# counted EVENT ARGUMENT...: what perf stat counts
counted()
{
	local event=$1

	shift
	perf stat -x , -e "$event" -o "$work/stat" "$@" >/dev/null 2>"$work/said"
	awk -F , -v event="$event" '$3 == event { print $1 }' "$work/stat"
}

# recorded ARGUMENT...: perf record, and what perf script says of it
recorded()
{
	(cd "$work" && perf record -q -o data "$@" >/dev/null 2>said && perf script -i data 2>>said)
}

# What an event says, from the text of perf script or of the ring: its name and its text
# alone.
texts()
{
	sed -n -E "s/.* ([a-z_]+:)?($1: .*)/\\2/p" | sed -E 's/[[:space:]]+$//' | sort
}

# beside EVENT: record it in an instance of our own while perf looks, too
beside()
{
	mkdir -p "$me"
	: >"$me/trace"
	echo 1 >"$me/events/$1/enable"
}

beside_not()
{
	echo 0 >"$me/events/enable"
}

copy_bytes='dd if=/dev/zero of=/dev/null bs=1 count=1000'

check_counting()
{
	local n

	is 'the type of tracepoints' "$(cat /sys/bus/event_source/devices/tracepoint/type)" 2
	beside syscalls/sys_enter_read
	# shellcheck disable=SC2086 # words
	n=$(counted syscalls:sys_enter_read $copy_bytes)
	beside_not
	# Before it became dd, the task read from a pipe when to do so.
	is 'perf stat counts what the ring records' $((n + 1)) "$(grep -c ' dd-' "$me/trace")"
	holds 'and that is a lot' test "$n" -ge 1000
	is 'tasks that come of it' "$(counted sched:sched_process_exec sh -c 'ls; ls; ls; :')" 4
	is 'or not' "$(counted sched:sched_process_exec -i sh -c 'ls; ls; ls; :')" 1
	is 'a group of events' "$(counted '{sched:sched_process_exec,syscalls:sys_enter_exit_group}' \
		ls; grep -c '^1,,' "$work/stat")" 2
	holds 'of all tasks' test "$(counted sched:sched_switch -a sleep 0.2)" -ge 2
	is 'some of those that hrtimers have' "$(perf stat -e 'timer:hrtimer*' -e cs -e page-faults sleep 0.1 2>&1 |
		grep -c -E '^ +[0-9]+ +(timer:hrtimer_(init|start|expire_entry|expire_exit|cancel)|cs|page-faults)')" 7
	holds 'how long, where an event says that' \
		test "$(counted sched:sched_stat_runtime -a sleep 0.1)" -ge 1000000
	like 'perf stat -I' "$(perf stat -I 50 -e sched:sched_switch -a sleep 0.2 2>&1)" \
		'^ +0\.[0-9]+ +[0-9]+ +sched:sched_switch'
}

check_sampling()
{
	local text n

	beside sched/sched_process_exec
	text=$(recorded -e sched:sched_process_exec -a -c 1 sh -c 'ls; ls; cat /dev/null; :')
	beside_not
	is 'perf record says what the ring says' "$(texts sched_process_exec <<<"$text" | grep -v /perf)" \
		"$(texts sched_process_exec <"$me/trace" | grep -v /perf)"
	is 'perf record says nothing else' "$(said)" ''
	# shellcheck disable=SC2086 # words
	n=$(recorded -e syscalls:sys_enter_read -F 1000 $copy_bytes | grep -c sys_enter_read)
	holds 'so many a second' test "$n" -ge 1 -a "$n" -lt 1000
	all_like 'on a CPU' "$(recorded -e sched:sched_switch -a -C 1 sleep 0.2)" ' \[001\] '
	is 'one that says as much as fits' "$(recorded -e syscalls:sys_enter_execve \
		sh -c 'exec ls' | sed -n 's/.*\(filename: 0x\).*/\1/p' | sort -u)" 'filename: 0x'
}

check_tasks()
{
	local pid n

	sh -c 'while :; do read -t 0.01 <>/dev/tty1; :; done' &>/dev/null &
	pid=$!
	n=$(counted sched:sched_switch -p "$pid" sleep 0.3)
	holds 'perf stat -p' test "$n" -ge 1
	all_like 'perf record -t' "$(recorded -e sched:sched_switch -t "$pid" sleep 0.3)" " $pid \\["
	kill "$pid"
	wait "$pid" 2>/dev/null
	# shellcheck disable=SC2016 # the other one's
	n=$(counted sched:sched_process_fork bash -c \
		'f() { (($1)) || return; for i in 1 2 3 4; do f $(($1 - 1)) & done; wait; }; f 4')
	is 'tasks of tasks of tasks' "$n" 340
}

# Perf follows which group the task of a CPU is in.
check_groups()
{
	local groups=$work/groups n

	mkdir "$groups"
	mount -t cgroup -o perf_event none "$groups"
	mkdir "$groups/ours"
	n=$(counted sched:sched_process_exec -a -G ours sh -c \
		"ls; sh -c 'echo \$\$ >$groups/ours/cgroup.procs; ls; ls; :'; ls; :")
	is 'what a group of tasks does, and nobody else' "$n" 2
	rmdir "$groups/ours"
	umount "$groups"
}

check_chains()
{
	local text

	text=$(recorded -e sched:sched_process_fork -a -g bash -c '(:); (:); :')
	is 'a chain begins where it happened' "$(grep -A 1 'comm=bash' <<<"$text" |
		sed -n -E 's/^[[:space:]]+[0-9a-f]+ ([a-z_]+)\+0x.*/\1/p' | sort -u)" kernel_clone
	like 'goes on with callers' "$text" '^[[:space:]]+[0-9a-f]+ do_syscall_64\+0x'
	like 'and with user space' "$text" '/(bash|libc.*)\)$'
	text=$(recorded -e syscalls:sys_enter_read -g dd if=/dev/zero of=/dev/null bs=1 count=5)
	like 'a system call is one of user space' "$text" '^[[:space:]]+[0-9a-f]+ (__GI___)?(libc_)?read'
	unlike 'alone' "$text" '^[[:space:]]+ffffffff'
}

check_programs()
{
	local text

	text=$(cd "$work" && perf trace -o trace.txt ls / >/dev/null 2>said; cat trace.txt)
	like 'perf trace' "$text" 'openat\(.*RDONLY.*\) += [0-9]+'
	like 'and its last call' "$text" 'exit_group\(\) += \?'
	text=$(cd "$work" && perf sched record -q -o data sh -c 'sleep 0.05; sleep 0.05' >/dev/null 2>said &&
		perf sched latency -i data 2>&1)
	like 'perf sched latency' "$text" '^ +sleep:(\(2\)|[0-9]+) +\| +[0-9.]+ ms \| +[0-9]+ \|'
	unlike 'loses nothing' "$text" 'INFO:'
}

check_filters()
{
	local text

	# shellcheck disable=SC2086 # words
	is 'perf stat --filter' "$(counted syscalls:sys_enter_read --filter 'count == 1' $copy_bytes)" 1000
	text=$(recorded -e sched:sched_process_exec --filter 'filename ~ "*/ls"' -a sh -c 'ls; ls; cat /dev/null; :')
	is 'perf record --filter' "$(texts sched_process_exec <<<"$text" | sed 's/ pid.*//' | uniq -c | xargs)" \
		'2 sched_process_exec: filename=/usr/bin/ls'
	text=$(recorded -e sched:sched_process_exec --filter 'common_pid != 0 && comm == "ls"' -a sh -c 'ls; :')
	is 'common fields, and what is not in the record' "$(texts sched_process_exec <<<"$text" | wc -l)" 1
	like 'no such field' "$(perf stat -e sched:sched_switch --filter 'nothing == 1' true 2>&1)" \
		'failed to set filter .nothing == 1. on event sched:sched_switch with 22'
	is 'tasks inherit it' "$(counted sched:sched_process_exec --filter 'comm == "ls"' sh -c '(ls; :); ls; cat /dev/null; :')" 2
	is 'a second one' "$(opens --filters 'prev_pid == 0' 'next_pid == 0' "$(id sched/sched_switch)")" EEXIST
	is 'one that is wrong' "$(opens --filters 'prev_pid ==' '' "$(id sched/sched_switch)")" EINVAL
	is 'nothing' "$(opens --filters '' '' "$(id sched/sched_switch)")" EINVAL
	is 'and 0 is none' "$(opens --filters '0' '' "$(id sched/sched_switch)")" EINVAL
}

# opens ARGUMENT...
opens()
{
	"$opener" "$@" 2>&1
}

check_rights()
{
	local switch call

	switch=$(id sched/sched_switch)
	call=$(id syscalls/sys_enter_read)
	is 'root' "$(opens --raw --all --period 1 "$switch")" ok
	is 'no such event' "$(opens 60000)" EINVAL
	is 'nor that' "$(opens 0x10000)" EINVAL
	is 'nor that with something above' "$(opens 0x100000000)" EINVAL
	is 'branches' "$(opens --period 1 --more 0x800 "$switch")" ENOTSUP
	for paranoid in 2 1 0 -1; do
		is "a user counts with paranoid $paranoid" \
			"$(opens --paranoid $paranoid --user "$switch")" ok
		is 'samples' "$(opens --user --period 1 "$switch")" ok
		is 'sees a record' "$(opens --user --raw --period 1 "$switch")" \
			"$([ $paranoid -ge 0 ] && echo EPERM || echo ok)"
		is 'sees a system call of his own' "$(opens --user --raw --period 1 "$call")" ok
		is 'sees those of all' "$(opens --user --raw --period 1 --all "$call")" \
			"$([ $paranoid -ge 0 ] && echo EPERM || echo ok)"
	done
	opens --paranoid 2 "$switch" >/dev/null
}

# What a user defines: events of probes, and of programs.
check_defined()
{
	local text

	# shellcheck disable=SC2016 # words of kprobes
	echo 'p:perf_ppid __x64_sys_getppid at=+0($stack):x64' >kprobe_events
	# shellcheck disable=SC2016
	echo 'r:perf_ret __x64_sys_getppid got=$retval' >>kprobe_events
	beside kprobes/perf_ppid
	text=$(recorded -g -e kprobes:perf_ppid -e kprobes:perf_ret "$opener" --pmu uprobe)
	beside_not
	is 'a kprobe says what the ring says' "$(texts perf_ppid <<<"$text" | sed -E 's/\([^)]*\)//')" \
		"$(texts perf_ppid <"$me/trace" | sed -E 's/\([^)]*\)//')"
	is 'its chain begins where it is' "$(awk '/kprobes:perf_ppid/ { getline; print $2; exit }' \
		<<<"$text" | sed 's/+.*//')" __x64_sys_getppid
	is 'that of a return where that goes' "$(awk '/kprobes:perf_ret/ { getline; print $2; exit }' \
		<<<"$text" | sed 's/+.*//')" "$(awk '/kprobes:perf_ppid/ { getline; getline; print $2; exit }' \
		<<<"$text" | sed 's/+.*//')"
	is 'a kprobe that is in use stays' "$(
		perf stat -e kprobes:perf_ret -o "$work/stat" sleep 1 &
		sleep 0.5
		put kprobe_events '')" EBUSY
	wait
	holds 'it goes afterwards' test "$(put kprobe_events '')" = ok
	intree || check_made
}

# Which the in-tree tracer does not let perf have.
check_made()
{
	local trigger=events/sched/sched_process_exec/trigger

	echo 'perf_synth pid_t pid' >synthetic_events
	# shellcheck disable=SC2016 # a variable of the histogram's
	echo 'hist:keys=common_pid:p=pid:onchange($p).trace(perf_synth,$p)' >$trigger
	all_like 'a synthetic event' "$(recorded -e synthetic:perf_synth -a sh -c 'ls; :' | grep -v '^$')" \
		'synthetic:perf_synth: pid=[0-9]+$'
	echo "!$(grep -v '^#' $trigger)" >$trigger
	echo >synthetic_events
}

# Types of perf's that make a probe.
check_probe_types()
{
	local at twice

	is 'what they are told' "$(cat /sys/bus/event_source/devices/{kprobe,uprobe}/format/*)" \
		"$(printf '%s\n' config:0 config:32-63 config:0)"
	at=$(awk '$3 == "__x64_sys_getppid" { print $1 }' /proc/kallsyms)
	twice=$(awk '$2 ~ /[tT]/ && NF == 3 && $3 !~ /\./ { if (seen[$3]++ == 1) { print $3; exit } }' /proc/kallsyms)
	is 'a function' "$(opens --pmu kprobe --func __x64_sys_getppid)" 10
	is 'its return' "$(opens --pmu kprobe --func __x64_sys_getppid --config 1)" 10
	is 'an address' "$(opens --pmu kprobe --addr "0x$at")" 10
	# In-tree such an event has no fields.
	intree || is 'a filter' "$(opens --pmu kprobe --func __x64_sys_getppid \
		--filters '__probe_ip == 1' '')" 0
	is 'no function' "$(opens --pmu kprobe --func no_such_function)" ENOENT
	is 'several' "$(opens --pmu kprobe --func "$twice")" EADDRNOTAVAIL
	is 'no address' "$(opens --pmu kprobe --addr 0x1000)" "$(opens --pmu kprobe --addr 0x2000)"
	is 'nothing' "$(opens --pmu kprobe)" EINVAL
	is 'a function that is not to be probed' "$(opens --pmu kprobe --func exc_int3)" EINVAL
	is 'in an instruction' "$(opens --pmu kprobe --func kernel_clone --offset 1)" EILSEQ
	is 'of a user' "$(opens --pmu kprobe --func __x64_sys_getppid --user)" EACCES
	is 'with branches' "$(opens --pmu kprobe --func __x64_sys_getppid --more 0x800)" ENOTSUP
	is 'a place in a file' "$(opens --pmu uprobe)" 10
	is 'a return there' "$(opens --pmu uprobe --config 1)" 10
	is 'no file' "$(opens --pmu uprobe --file /no/such)" ENOENT
	is 'a directory' "$(opens --pmu uprobe --file /usr)" EINVAL
	is 'no name' "$(opens --pmu uprobe --file '')" EINVAL
	is 'behind the end' "$(opens --pmu uprobe --file /etc/passwd --offset 0x1000000)" EINVAL
	is 'a file, of a user' "$(opens --pmu uprobe --user)" EACCES
	is 'nobody sees any of it' "$(cat kprobe_events uprobe_events dynamic_events)" ''
}

check_ends()
{
	local users i times=1000

	# The in-tree tracer waits at each end.
	! intree || times=50
	is 'open and closed' "$("$opener" --times $times "$(id sched/sched_switch)" \
		"$(id sched/sched_waking)" "$(id syscalls/sys_enter_read)" "$(id timer/hrtimer_start)" &
		while kill -0 $! 2>/dev/null; do
			echo 1 >events/sched/enable
			echo 1 >events/syscalls/sys_enter_read/enable
			echo 0 >events/enable
		done)" "$times times"
	! intree || return
	users=$(cat /sys/module/outrace/refcnt)
	"$opener" --hold 2 "$(id sched/sched_switch)" >"$work/open" &
	until [ -s "$work/open" ]; do sleep 0.05; done
	holds 'an open event keeps the engine' test "$(cat /sys/module/outrace/refcnt)" -gt "$users"
	like 'which is not unloaded then' "$(rmmod outrace 2>&1)" 'Module outrace is in use$'
	wait
	for ((i = 0; i < 100; i++)); do
		[ "$(cat /sys/module/outrace/refcnt)" -gt "$users" ] || break
		sleep 0.1
	done
	is 'not longer' "$(cat /sys/module/outrace/refcnt)" "$users"
	is 'what perf has is no instance of users' "$(ls -A instances)" ''
	is 'and nothing is on' "$(cat events/enable)" 0
}

client_begin perf
if [ -z "${long-}" ]; then
	check_counting
	check_sampling
	check_filters
	check_rights
	check_probe_types
	check_defined
else
	check_tasks
	check_groups
	check_chains
	check_programs
	check_ends
fi
[ ! -d "$me" ] || rmdir "$me"
client_end
