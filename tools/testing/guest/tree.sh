#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Names, modes and owners of the files, and the mount options.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# Mode and name, as the in-tree tracer has them.
top='r--r----- README
r--r----- available_filter_functions
r--r----- available_tracers
rw-r----- buffer_percent
rw-r----- buffer_size_kb
r--r----- buffer_total_size_kb
rw-r----- current_tracer
r--r----- enabled_functions
rw-r----- error_log
-w------- free_buffer
rwxr-x--- options
rwxr-x--- per_cpu
r--r----- printk_formats
r--r----- saved_cmdlines
rw-r----- saved_cmdlines_size
r--r----- saved_tgids
rw-r----- set_ftrace_filter
rw-r----- set_ftrace_notrace
rw-r----- set_ftrace_notrace_pid
rw-r----- set_ftrace_pid
rw-r----- trace
rw-r----- trace_clock
-w--w---- trace_marker
-w--w---- trace_marker_raw
rw-r----- trace_options
r--r----- trace_pipe
rw-r----- tracing_on'

per_cpu='rw-r----- buffer_size_kb
r--r----- stats
rw-r----- trace
r--r----- trace_pipe'

options='annotate bin block context-info disable_on_free fields function-fork hash-ptr hex irq-info
latency-format markers overwrite pause-on-trace print-parent printk-msg-only raw
record-cmd record-tgid sym-addr sym-offset test_nop_accept test_nop_refuse trace_printk
trace_printk_dest userstacktrace verbose'

# modes_in DIRECTORY LIST: mode, owner and name of what is in the list.
modes_in()
{
	local file

	while read -r _ file; do
		stat -c '%A %U:%G %s %n' "$1/$file" 2>&1 | sed "s,^.,,; s,$1/,,"
	done <<<"$2"
}

expected_modes()
{
	awk '{ print $1, "root:root 0", $2 }' <<<"$1"
}

# Everything under the mount point is there for these owners.
owners()
{
	find . -maxdepth 1 -mindepth 1 -exec stat -c '%u:%g' {} + | sort -u | tr '\n' ' '
}

check_names()
{
	is 'files at the top' "$(modes_in . "$top")" "$(expected_modes "$top")"
	is 'files of a CPU' "$(modes_in per_cpu/cpu0 "$per_cpu")" "$(expected_modes "$per_cpu")"
	is 'a directory per CPU' "$(cd per_cpu && echo cpu*)" \
		"$(cd /sys/devices/system/cpu && echo cpu[0-9]*)"
	is 'mode of a CPU' "$(stat -c %A per_cpu/cpu0)" drwxr-x---
	is 'options' "$(missing_options)" ''
	is 'mode of an option' "$(stat -c %A options/raw)" -rw-r-----
	is 'nothing unknown at the top' "$(unknown_names)" ''
}

# What programs look for in README, and how what it tells of is tried.
check_readme()
{
	like 'README tells of the mount option' "$(cat README)" '\[gid=<gid>\]'
	like 'of globs' "$(cat README)" 'accepts: .* glob-matching-pattern'
	# The in-tree tracer of 6.12 has neither.
	if grep -q -F 'Can enable module events via: :mod:' README; then
		is 'of the events of modules, which are there' "$(put set_event :mod:nosuch)" ok
		like 'and waited for' "$(cat set_event)" ':mod:nosuch$'
		: >set_event
	else
		holds 'of the events of modules, which are not there' intree
	fi
	is 'and of no file that is not there' "$(missing_files)" ''
}

# Names of files that README begins a line with, of which there is no file.
missing_files()
{
	local name

	! intree || return
	sed -n -E 's/^  ([a-z_]+)[\t ].*/\1/p' README | while read -r name; do
		[ -e "$name" ] || echo "$name"
	done
}

missing_options()
{
	local option

	for option in $options; do
		[ -f "options/$option" ] || echo "$option"
	done
}

# What is there but neither in the in-tree tracer nor meant to be.
unknown_names()
{
	for name in *; do
		grep -q -F -x "$name" "$(dirname "$script")/names.in-tree" || echo "$name"
	done
}

check_changes()
{
	holds 'nothing can be created' fails touch new_file
	holds 'no directory can be made' fails mkdir new_directory
	holds 'nothing can be removed' fails rm -f trace
	holds 'nothing can be renamed' fails mv trace trace2
	chmod 0600 trace_clock
	is 'chmod' "$(stat -c %a trace_clock)" 600
	chmod 0640 trace_clock
	chown 12:13 trace_clock
	is 'chown' "$(stat -c %u:%g trace_clock)" 12:13
	chown 0:0 trace_clock
}

# shellcheck disable=SC2317 # called by name
fails()
{
	! "$@" 2>/dev/null
}

# mounted OPTIONS: mount anew.
mounted()
{
	cd /
	umount "$tracing" && mount -t tracefs -o "$1" nodev "$tracing"
	cd "$tracing" || exit
}

check_mount()
{
	is 'file system type' "$(stat -f -c %T .)" tracefs
	is 'magic number' "$(stat -f -c %t .)" 74726163
	mounted defaults
	is 'mode of the root by default' "$(stat -c '%a %u:%g' .)" '700 0:0'
	is 'owners by default' "$(owners)" '0:0 '
	mounted mode=750,gid=1234
	is 'mount option mode' "$(stat -c %a .)" 750
	is 'mount option gid' "$(stat -c %u:%g .)" 0:1234
	is 'gid reaches the files' "$(owners)" '0:1234 '
	is 'and deeper ones' "$(stat -c %g per_cpu/cpu0/stats options/raw | sort -u)" 1234
	is 'modes stay' "$(stat -c %a trace_clock)" 640
	mount -o remount,uid=77 "$tracing"
	is 'remount with uid' "$(stat -c %u:%g .)" 77:1234
	is 'uid reaches the files' "$(owners)" '77:1234 '
	mount -o remount,mode=711,uid=0,gid=0 "$tracing"
	is 'remount with mode' "$(stat -c '%a %u:%g' .)" '711 0:0'
	is 'owners are back' "$(owners)" '0:0 '
	like 'mounts show what differs' "$(grep "$tracing" /proc/mounts)" 'mode=711'
	holds 'unknown options are refused' fails mount -o remount,nonsense=1 "$tracing"
	holds 'so are bad values' fails mount -o remount,mode=9 "$tracing"
	mounted mode=700
	chmod 0444 trace_clock
	chown 12:13 options
	chmod 0711 .
	mounted defaults
	is 'what was changed outlives the mount' \
		"$(stat -c '%a %u:%g' . trace_clock options | tr '\n' ' ')" \
		'711 0:0 444 0:0 750 12:13 '
	mount -o remount,uid=77 "$tracing"
	is 'but for what an option says' "$(stat -c '%a %u:%g' . trace_clock options | tr '\n' ' ')" \
		'711 77:0 444 77:0 750 77:13 '
	mounted mode=700,uid=0,gid=0
	chmod 0640 trace_clock
	is 'and everything is back' "$(stat -c '%a %u:%g' . trace_clock options | tr '\n' ' ')" \
		'700 0:0 640 0:0 750 0:0 '
}

# The mount point of old, and a second one: the same files.
check_second_mount()
{
	local there=/tmp/second.$$

	mkdir "$there"
	mount -t tracefs nodev "$there"
	echo mono >"$there/trace_clock"
	like 'a second mount is the same' "$(cat trace_clock)" '\[mono\]'
	echo local >trace_clock
	umount "$there"
	rmdir "$there"
	holds 'listed in /proc/filesystems' grep -q tracefs /proc/filesystems
}

script=$(realpath "$0")
begin
check_names
check_readme
check_changes
check_mount
check_second_mount
end
