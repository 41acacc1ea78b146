# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the test scripts of the files, which run in the guest, and pass with the
# in-tree tracer as well:
#
#	tools/testing/qemu/guest --flavor intree --no-load tools/testing/guest/X.sh
#
# A script is a list of checks, each of which prints a KTAP line. It begins with
# `begin` and ends with `end`; `reset` brings everything back to how it is after
# loading. `put` and `add` write a line and print the name of the error, or "ok".

# shellcheck source=tools/testing/qemu/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../qemu/lib.sh"

export LC_ALL=C
checks=0
failures=0
# How much longer everything may take: with KASAN and lockdep in every function, a lot.
slower=1
[ ! -e /proc/lockdep ] || slower=10

# Somebody who looks around may be in there at this very moment.
unmount_tracing()
{
	local i

	cd / || return
	for ((i = 0; i < 100; i++)); do
		! umount "$tracing" 2>/dev/null || return 0
		sleep 0.1
	done
	umount "$tracing"
}

# Is the in-tree tracer behind the files?
intree()
{
	[ ! -d /sys/module/outrace ]
}

begin()
{
	if ! mount_tracing; then
		echo "Bail out! tracefs cannot be mounted"
		exit 1
	fi
	reset
}

# shellcheck disable=SC2317 # called at the end of every script
end()
{
	reset
	echo "1..$checks"
	exit $((failures > 0))
}

pass()
{
	checks=$((checks + 1))
	echo "ok $checks - $1"
}

# fail NAME [LINE...]
fail()
{
	checks=$((checks + 1))
	failures=$((failures + 1))
	[ $# -eq 1 ] || printf '%s\n' "${@:2}" | sed 's/^/# /'
	echo "not ok $checks - $1"
}

# skip NAME REASON
skip()
{
	checks=$((checks + 1))
	echo "ok $checks - $1 # SKIP $2"
}

# is NAME ACTUAL EXPECTED: the texts are the same
is()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "expected:" "$3" "but it is:" "$2"
	fi
}

# like NAME TEXT REGEX: some line of the text fits
like()
{
	if grep -E -q -e "$3" <<<"$2"; then
		pass "$1"
	else
		fail "$1" "no line is like: $3" "$(head -n 20 <<<"$2")"
	fi
}

# unlike NAME TEXT REGEX: no line of the text fits
unlike()
{
	if grep -E -q -e "$3" <<<"$2"; then
		fail "$1" "should not be there:" "$(grep -E -m 5 -e "$3" <<<"$2")"
	else
		pass "$1"
	fi
}

# all_like NAME TEXT REGEX: there are lines, and each one fits
all_like()
{
	if [ -n "$2" ] && ! grep -E -v -q -e "$3" <<<"$2"; then
		pass "$1"
	else
		fail "$1" "not like: $3" "$(grep -E -v -m 5 -e "$3" <<<"$2")" "of $(wc -l <<<"$2") lines"
	fi
}

# holds NAME COMMAND [ARG...]: the command succeeds
holds()
{
	local name=$1

	shift
	if "$@"; then
		pass "$name"
	else
		fail "$name" "$*"
	fi
}

# The short name of an error message.
errno_of()
{
	case ${1##*: } in
	'') echo ok ;;
	'Operation not permitted') echo EPERM ;;
	'No such file or directory') echo ENOENT ;;
	'Bad file descriptor') echo EBADF ;;
	'Permission denied') echo EACCES ;;
	'Device or resource busy') echo EBUSY ;;
	'No such device') echo ENODEV ;;
	'Invalid argument') echo EINVAL ;;
	'File exists') echo EEXIST ;;
	'Numerical result out of range') echo ERANGE ;;
	*) echo "${1##*: }" ;;
	esac
}

# put FILE TEXT, add FILE TEXT: write a line to FILE, as > and as >> do it.
put()
{
	errno_of "$( { printf '%s\n' "$2" >"$1"; } 2>&1)"
}

add()
{
	errno_of "$( { printf '%s\n' "$2" >>"$1"; } 2>&1)"
}

# answers FILE TEXT...: what comes of adding each of them, a word and a blank for each.
answers()
{
	local file=$1 text

	shift
	for text; do
		printf '%s ' "$(add "$file" "$text")"
	done
}

# triggers [DIRECTORY]: what the triggers of an event list, in one line, without the help;
# of the script's $event.
triggers()
{
	grep -v '^#' "${1:-$event}/trigger" | paste -sd '|'
}

# says TEXT...: what comes of adding each of them to those of $event, and what is listed then.
says()
{
	echo "$(answers "$event/trigger" "$@")$(triggers "$event")"
}

# What can be read from FILE, as an error's name if it cannot.
get()
{
	local text

	if text=$(cat "$1" 2>&1); then
		printf '%s\n' "$text"
	else
		errno_of "$text"
	fi
}

# The records of the trace, without the header.
records()
{
	grep -v '^#' trace
}

# The same of one CPU.
records_of()
{
	grep -v '^#' "per_cpu/cpu$1/trace"
}

# Back to how it is after loading, but for the size of the buffer.
reset()
{
	local file option

	echo 0 >tracing_on
	echo nop >current_tracer
	for file in set_ftrace_filter set_ftrace_notrace set_ftrace_pid set_ftrace_notrace_pid; do
		[ ! -e "$file" ] || : >"$file"
	done
	for option in $default_options; do
		[ ! -e "options/${option#no}" ] || echo "$option" >trace_options
	done
	echo local >trace_clock
	: >trace
	echo 1 >tracing_on
}

default_options='print-parent nosym-offset nosym-addr noverbose noraw nohex nobin noblock
	trace_printk annotate noprintk-msg-only context-info nolatency-format record-cmd norecord-tgid
	overwrite nodisable_on_free irq-info markers nopause-on-trace hash-ptr nofunction-fork'

# trace_of FUNCTIONS COMMAND [ARG...]: the records of these functions while the
# command ran; the trace stays, with recording off.
trace_of()
{
	printf '%s\n' "$1" >set_ftrace_filter
	shift
	: >trace
	echo function >current_tracer
	echo 1 >tracing_on
	"$@" >/dev/null 2>&1
	echo 0 >tracing_on
	records
}

# symbol NAME: its address, as a number for the shell.
symbol()
{
	echo $((16#$(awk -v name="$1" '$3 == name { print $1; exit }' /proc/kallsyms)))
}

# text_of FROM TO: these bytes of the kernel. A segment of /proc/kcore begins at
# an address and at an offset.
text_of()
{
	local from=$1 to=$2 offset address size

	while read -r offset address size; do
		if [ $((from - address)) -ge 0 ] && [ $((address + size - to)) -ge 0 ]; then
			dd if=/proc/kcore bs=64k iflag=skip_bytes,count_bytes status=none \
				skip=$((offset + from - address)) count=$((to - from))
			return
		fi
	done < <(readelf -lW /proc/kcore | awk '$1 == "LOAD" { print $2, $3, $5 }')
	return 1
}

# The kernel's text, into FILE.
keep_text()
{
	text_of "$(symbol _stext)" "$(symbol _etext)" >"$1"
}

# text_changes FILE FILE: in which functions two such differ, and in how many bytes.
text_changes()
{
	local base

	base=$(symbol _stext)
	awk '{ print $1, $2, $3 }' /proc/kallsyms | sort >/tmp/symbols
	cmp -l "$1" "$2" | awk '{ print $1 - 1 }' | head -n 50 | while read -r at; do
		printf '%x\n' $((base + at))
	done | while read -r address; do
		awk -v address="$address" '$1 > address { exit } $2 ~ /[tT]/ { name = $3 } END { print name }' \
			/tmp/symbols
	done | uniq -c
	rm -f /tmp/symbols
}

# Some NMIs: asking for all CPUs' stacks sends them.
send_nmis()
{
	local i

	for ((i = 0; i < $1; i++)); do
		echo l >/proc/sysrq-trigger
	done
}

# How a record's line begins: task, CPU, state, time.
# shellcheck disable=SC2034 # for the scripts
head_re='^ *[^ ].*-[0-9]+ +\[[0-9]{3}\] [^ ]{5} +[0-9]+\.[0-9]{6}: '

# A busy guest: tasks that fork, write, look around, load modules and are killed
# until busy_stop, each counting its rounds.

busy_dir=/tmp/busy
busy_names='fork io look module kill'
busy_pids=()

# busy_loop NAME COMMAND [ARG...]: run the command again and again.
busy_loop()
{
	local name=$1 rounds=0

	shift
	while [ -e "$busy_dir/go" ]; do
		"$@" >/dev/null 2>&1 || echo "$name: $*: $?" >>"$busy_dir/failed"
		rounds=$((rounds + 1))
		echo "$rounds" >"$busy_dir/$name"
	done
}

busy_fork()
{
	(: | cat) && /bin/true
}

busy_io()
{
	dd if=/dev/zero of="$busy_dir/file" bs=4k count=64 conv=fsync status=none &&
		cp "$busy_dir/file" "$busy_dir/copy" && rm "$busy_dir/file" "$busy_dir/copy"
}

busy_module()
{
	modprobe dummy && rmmod dummy
}

busy_look()
{
	find /proc/self /sys/kernel -maxdepth 2 | wc -l
}

busy_kill()
{
	local i doomed=()

	for i in 1 2 3; do
		sleep 1000 &
		doomed+=($!)
	done
	kill -9 "${doomed[@]}"
	wait "${doomed[@]}"
	[ $? -eq 137 ]
}

# busy_start [LOOP...]: these, or all of them.
busy_start()
{
	local loop

	mkdir -p "$busy_dir"
	rm -f "$busy_dir"/*
	touch "$busy_dir/go"
	# shellcheck disable=SC2086 # words
	[ $# -gt 0 ] || set -- $busy_names
	for loop in "$@"; do
		[ "$loop" != module ] || modprobe -n dummy 2>/dev/null || continue
		busy_loop "$loop" "busy_$loop" &
		busy_pids+=($!)
	done
}

busy_stop()
{
	rm -f "$busy_dir/go"
	wait "${busy_pids[@]}"
	busy_pids=()
}

# busy_rounds: how many rounds each has done, in one line.
busy_rounds()
{
	local name

	for name in $busy_names; do
		[ ! -e "$busy_dir/$name" ] || echo "$name=$(cat "$busy_dir/$name")"
	done | tr '\n' ' '
}

# busy_lives SECONDS: every loop gets on within that time.
busy_lives()
{
	local before name now end=$((SECONDS + $1 * slower))

	for name in $busy_names; do
		[ -e "$busy_dir/$name" ] || continue
		before=$(cat "$busy_dir/$name")
		while now=$(cat "$busy_dir/$name") && [ "${now:-$before}" = "$before" ]; do
			[ "$SECONDS" -lt "$end" ] || return 1
			sleep 0.2
		done
	done
}
