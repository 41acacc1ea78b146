#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Probes of every kind are defined, enabled, hit, disabled and removed on both CPUs, while
# the module that they are in comes and goes, and others look at all files of events.
#
# boot: own
# timeout: 600

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

seconds=${PROBES_SECONDS:-12}
work=/tmp/probes
modules=${OTR_MODULE%/*}
params=/sys/module/otr_args_victims/parameters
program=/tmp/probed
loops=()

# loop NAME COMMAND [ARG...]: again and again until the end; how often is kept in a file, and
# what was printed on standard error.
loop()
{
	local name=$1 rounds=0

	shift
	while [ -e "$work/go" ]; do
		"$@" 2>>"$work/$name.err" >/dev/null
		rounds=$((rounds + 1))
		echo "$rounds" >"$work/$name"
	done
}

start()
{
	loop "$@" &
	loops+=($!)
}

# definitions GROUP: of a user's probes
definitions()
{
	local group=$1

	cat <<-END
	p:$group/body vfs_read+$inside size=%dx
	p:$group/entry vfs_read size=\$arg3 name=+0(+0(\$arg1)):u64
	r:$group/returned vfs_read result=\$retval size=\$arg3
	f:$group/function vfs_write* count=\$arg3
	f:$group/exit vfs_write%return result=\$retval
	t:$group/switch sched_switch prev=\$arg2 next=\$arg3
	t:$group/sample sample_number a=\$arg1
	e:$group/other sched.sched_switch pid=\$prev_pid comm=\$prev_comm:string if prev_pid > 0
	p:$group/victim otr_args_victims:otr_victim_int a=\$arg1 b=\$arg2
	r:$group/victim_back otr_args_victims:otr_victim_outer result=\$retval
	p:$group/program $program:$offset
	END
}

# define GROUP: all of them. A function of a module that just comes or goes is no place, as
# in-tree.
define()
{
	local line

	while read -r line; do
		{ echo "$line" >>dynamic_events; } 2>/dev/null ||
			[[ $line == *otr_victim* ]] || echo "define: $line" >&2
	done < <(definitions "$1")
}

# round GROUP: what one user does; none of it may fail.
round()
{
	local group=$1 instance=instances/$1

	define "$group"
	echo 1 >"events/$group/enable" || echo "enable" >&2
	echo 1 >"$instance/events/$group/entry/enable" || echo "enable in an instance" >&2
	echo 'hist:keys=common_pid:vals=hitcount' >"events/$group/entry/trigger" || echo 'hist' >&2
	echo 'size > 0' >"events/$group/entry/filter" || echo 'filter' >&2
	cat /proc/self/stat >/dev/null
	"$program"
	[ ! -w "$params/call" ] || echo 1 >"$params/call"
	head -n 1 "events/$group/entry/hist" >/dev/null || echo 'read hist' >&2
	# Busy: it is on.
	! echo "-:$group/entry" 2>/dev/null >>dynamic_events || echo 'removed while on' >&2
	echo '!hist:keys=common_pid:vals=hitcount' >"events/$group/entry/trigger" || echo 'no hist' >&2
	echo 0 >"$instance/events/$group/enable" || echo "disable in an instance" >&2
	echo 0 >"events/$group/enable" || echo "disable" >&2
	sed -n -E "s,^[a-z][0-9]*:($group/[^ ]*) .*,-:\1,p" dynamic_events >"$work/$group.remove"
	cat "$work/$group.remove" >>dynamic_events || echo "remove" >&2
}

# The modules that are probed.
come_and_go()
{
	insmod "$modules/otr_args_victims.ko" && insmod "$modules/outrace_sample_events.ko" || return
	echo 1 >"$params/call"
	echo 2 >/sys/module/outrace_sample_events/parameters/fire
	rmmod outrace_sample_events && rmmod otr_args_victims
}

# What goes while somebody looks is no error; what is there can be read.
look()
{
	ls -lR events
	cat dynamic_events kprobe_events kprobe_profile uprobe_events uprobe_profile
	cat available_events set_event enabled_functions error_log trace
	cat events/one/*/format events/two/*/{id,format,hist}
} 2>/dev/null

# Somebody else switches all of them.
switch()
{
	echo 1 >events/one/enable
	echo 0 >events/two/enable
	echo '*:entry' >>set_event
	sleep 0.3
} 2>/dev/null

# errors LOOP: what went wrong there
errors()
{
	sort "$work/$1.err" | uniq -c | head
}

check_hammer()
{
	local name

	rm -rf "$work"
	mkdir "$work" instances/one instances/two || exit
	touch "$work/go"
	start one taskset -c 0 bash -c "$(declare -f definitions define round); round one"
	start two taskset -c 1 bash -c "$(declare -f definitions define round); round two"
	start module come_and_go
	start look look
	sleep "$((seconds * (slower > 1 ? 2 : 1)))"
	rm "$work/go"
	wait "${loops[@]}"
	loops=()
	echo "# $(for name in one two module look; do echo "$name=$(cat "$work/$name")"; done | tr '\n' ' ')"
	for name in one two module; do
		is "$name: what has to work does" "$(errors $name)" ''
		holds "$name: there were rounds" test "$(cat "$work/$name")" -ge 3
	done
	holds 'others looked meanwhile' test "$(cat "$work/look")" -ge 1
	is 'nothing is left' "$(cat dynamic_events)$(ls -d events/one events/two 2>/dev/null)" ''
	is 'nothing is hooked' "$(cat enabled_functions)" ''
	rmdir instances/one instances/two
	rm -r "$work"
}

# The same while events are switched by somebody else: what is refused is, and no more.
check_switched()
{
	local left

	mkdir "$work" instances/one instances/two || exit
	touch "$work/go"
	start one taskset -c 0 bash -c "$(declare -f definitions define round); round one"
	start two taskset -c 1 bash -c "$(declare -f definitions define round); round two"
	start module come_and_go
	start switch switch
	sleep "$((seconds / 3))"
	rm "$work/go"
	wait "${loops[@]}"
	loops=()
	is 'switched by others: modules come and go' "$(errors module)" ''
	echo 0 >events/enable
	rmdir instances/one instances/two
	echo >dynamic_events
	left=$(cat dynamic_events)
	is 'switched by others: all can be removed at the end' "$left" ''
	rm -r "$work"
}

begin
# Of a program that is moved as a whole, places are the same in the file.
cp /bin/true "$program"
offset=$(readelf -hW "$program" | awk '/Entry point/ { print $4 }')
# The first instruction behind the site of the function.
for inside in 5 6 7 8 9; do
	[ "$(put dynamic_events "p:try/it vfs_read+$inside")" != ok ] || break
done
echo >dynamic_events
export inside program offset params work
if intree; then
	skip 'probes come, are hit, and go' 'the modules are not built for this kernel'
else
	check_hammer
	check_switched
fi
end
