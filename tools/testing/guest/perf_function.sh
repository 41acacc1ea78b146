#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ftrace:function for perf: calls of functions are counted and sampled, those that a filter
# names.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

data=/tmp/perf_function.$$
dir=/tmp/perf_function_dir.$$
here=$(dirname "$0")

# work: in a file system of its own, where nothing lies on another one, seven directories come, five go at once
work()
{
	echo "mkdir $dir/{1,2,3,4,5,6,7}; rmdir $dir/{1,2,3,4,5}"
}

clean()
{
	rmdir "$dir"/*
}

# count FILTER [OPTION...]: of the work
count()
{
	local filter=$1

	shift
	perf stat -x , -o "$data" "$@" -e ftrace:function --filter "$filter" bash -c "$(work)" \
		>/dev/null 2>&1
	cut -d , -f 1 "$data" | grep -v '^#' | grep .
	clean
}

check_counts()
{
	is 'calls of one function' "$(count 'ip == vfs_mkdir')" 7
	is 'of two' "$(count 'ip == vfs_mkdir || ip == vfs_rmdir')" 12
	is 'in parentheses' "$(count '(ip == vfs_mkdir) || (ip == "vfs_rmdir")')" 12
	is 'of two that one value names' "$(count 'ip == "vfs_mkdir,vfs_rmdir"')" 12
	is 'of a pattern' "$(count 'ip == "vfs_[rm][mk]dir"')" 12
	is 'of a pattern but for one' "$(count 'ip == vfs_*mdir || ip != vfs_mkdir')" 5
	is 'on every CPU' "$(count 'ip == vfs_mkdir' -a)" 7
}

# open_with FILTER [FILTER]: one after the other, as root
open_with()
{
	python3 "$here/perf_open.py" --filters "$1" "${2:-$1}" 1
}

check_errors()
{
	is 'a function that is none' "$(open_with 'ip == nosuch_function')" EINVAL
	is 'another comparison' "$(open_with 'ip > 1')" EINVAL
	is 'of another field' "$(open_with 'parent_ip == vfs_mkdir')" EINVAL
	is 'with "and"' "$(open_with 'ip == vfs_mkdir && ip == vfs_rmdir')" EINVAL
	is 'without an end' "$(open_with '(ip == vfs_mkdir')" EINVAL
	is 'a second one takes the place of the first' \
		"$(open_with 'ip == vfs_mkdir' 'ip == vfs_rmdir')" ok
	is 'users may not' "$(python3 "$here/perf_open.py" --paranoid 2 --user 1)" EPERM
	is 'nor count' "$(python3 "$here/perf_open.py" --paranoid 1 --user 1)" EPERM
	is 'but with no restriction' "$(python3 "$here/perf_open.py" --paranoid -1 --user 1)" ok
	is 'samples without stacks of programs' \
		"$(python3 "$here/perf_open.py" --paranoid 2 --period 1 1)" EINVAL
}

check_samples()
{
	local text

	perf record -q -g -o "$data" -e ftrace:function --filter 'ip == vfs_mkdir' \
		bash -c "$(work)" >/dev/null 2>&1
	text=$(perf script -i "$data" 2>/dev/null)
	clean
	is 'each call is a sample' "$(grep -c 'ftrace:function:' <<<"$text")" 7
	all_like 'with the function and its caller' "$(grep 'ftrace:function:' <<<"$text")" \
		'^mkdir .* ftrace:function: +vfs_mkdir <-- [a-z_0-9]+$'
	text=$(perf script -i "$data" -F ip,sym 2>/dev/null)
	like 'callers of callers' "$text" '^[[:space:]]+[0-9a-f]+ do_syscall_64$'
	like 'from it on' "$text" '^[[:space:]]+[0-9a-f]+ __x64_sys_mkdir$'
}

# All functions, all CPUs: it is the whole kernel that runs into it.
check_all()
{
	perf stat -x , -o "$data" -a -e ftrace:function sleep 0.2 >/dev/null 2>&1
	like 'all functions' "$(grep -v '^#' "$data")" '^[0-9]{4,},'
	perf record -q -a -c 1000 -o "$data" -e ftrace:function sleep 0.2 >/dev/null 2>&1
	like 'sampled' "$(perf script -i "$data" 2>/dev/null)" ' ftrace:function: +[^ ]+ <-- [^ ]+$'
	is 'nothing is left on any function' "$(intree || cat enabled_functions)" ''
}

begin
if ! hash perf 2>/dev/null; then
	skip 'perf' 'it is not here'
	end
fi
mountpoint -q /sys/kernel/debug || mount -t debugfs nodev /sys/kernel/debug
mkdir "$dir"
mount -t tmpfs nodev "$dir"
check_counts
check_errors
check_samples
check_all
umount "$dir"
rmdir "$dir"
rm -f "$data"
end
