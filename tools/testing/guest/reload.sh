#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tools/reload puts another build in the place of the engine while records come: all of them
# are somewhere afterwards, but for those of the gap that it tells.
#
# boot-options: --append 'nokaslr reserve_mem=2M:4096:kept reserve_mem=1M:4096:quiet trace_clock=mono' --param trace_instance=kept@kept --param trace_instance=quiet@quiet
# timeout: 600

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

times=${RELOADS:-1}
reload=$(realpath "$(dirname "$0")/../../reload")
keep=/dev/shm/reload
log=$keep/log

# Markers to two instances, each a word that was not there before, with the time when it was there.
write_markers()
{
	local n=0

	while [ ! -e $keep/stop ]; do
		n=$((n + 1))
		echo "marker-$n-" 2>/dev/null >$tracing/trace_marker &&
			echo "first $EPOCHREALTIME $n" >>$log
		echo "marker-$n-" 2>/dev/null >$tracing/instances/kept/trace_marker &&
			echo "kept $EPOCHREALTIME $n" >>$log
	done 2>/dev/null
}

# What is on the first instance's pages, and on those of the other one.
collect()
{
	local file

	for file in "$keep"/*/first.dat; do
		trace-cmd report -i "$file" 2>/dev/null
	done >$keep/first
	cat $tracing/trace >>$keep/first
	for file in "$keep"/*/kept.before.dat; do
		trace-cmd report -i "$file" 2>/dev/null
	done >$keep/kept
	cat $tracing/instances/kept/trace $tracing/instances/kept.before/trace >>$keep/kept
}

# said_by INSTANCE: what it has, and what was written down of it
said_by()
{
	local file

	cat $tracing/instances/"$1"/trace 2>/dev/null
	for file in "$keep"/*/"$1".dat; do
		trace-cmd report -i "$file" 2>/dev/null
	done
}

# Those that are nowhere, though they were written when something was recorded.
lost()
{
	python3 - $keep <<'END'
import re, sys
keep = sys.argv[1]
gaps = [tuple(map(float, gap)) for gap in
        re.findall(r"nothing was recorded for \S+ s, from (\S+) to (\S+)", open(f"{keep}/said").read())]
there = {name: set(re.findall(r"marker-(\d+)-", open(f"{keep}/{name}").read()))
         for name in ("first", "kept")}
for line in open(f"{keep}/log"):
    name, when, number = line.split()
    # What was begun in front of a gap may be told in it.
    if number not in there[name] and not any(a <= float(when) <= b for a, b in gaps):
        print(name, number, when)
END
}

begin
mkdir $keep
cd /
is "instances in memory are told" "$(sort /sys/module/outrace/parameters/trace_instance)" $'kept@kept\nquiet@quiet'
mkdir $tracing/instances/other $tracing/instances/first
echo function >$tracing/instances/quiet/current_tracer
echo 0 >$tracing/instances/quiet/tracing_on
echo vfs_fsync >$tracing/instances/quiet/set_ftrace_filter
echo 1 >$tracing/instances/quiet/tracing_on
echo of-quiet >$tracing/instances/quiet/trace_marker
echo 0 >$tracing/instances/quiet/tracing_on
echo of-first >$tracing/instances/first/trace_marker
echo 'p:mine vfs_read' >$tracing/kprobe_events
echo sched:sched_switch >$tracing/set_event
echo 'comm != "x"' >$tracing/events/sched/sched_switch/filter
echo 'hist:keys=next_pid' >$tracing/events/sched/sched_switch/trigger
echo 'vfs_w*' >$tracing/instances/other/set_ftrace_filter
echo global >$tracing/instances/other/trace_clock
"$(dirname "$reload")/save" $tracing >$keep/before.sh
exec 3<$tracing/trace_pipe
like "it refuses while somebody has a file open" "$($reload --keep $keep/no "$OTR_MODULE" 2>&1)" \
	" has $tracing/trace_pipe"
exec 3<&-
holds "and nothing was touched" test ! -e $keep/no
like "it refuses what is no module" "$($reload --keep $keep/no /nowhere.ko 2>&1)" 'there is no /nowhere.ko'
sed 's/vermagic=6/vermagic=5/' "$OTR_MODULE" >$keep/other.ko
like "it refuses what is for another kernel" "$($reload --keep $keep/no $keep/other.ko 2>&1)" 'is not for this kernel'
like "it refuses while it is at work already" \
	"$(flock /run/outrace-reload.lock "$reload" --keep "$keep"/no "$OTR_MODULE" 2>&1)" 'another one is at work'
write_markers &
writer=$!
for ((i = 1; i <= times; i++)); do
	sleep 0.5
	$reload --keep $keep/$i "$OTR_MODULE" >$keep/said.$i 2>&1 || echo "reload $i failed" >>$keep/wrong
	cat $keep/said.$i >>$keep/said
done
sleep 0.5
touch $keep/stop
wait $writer
sed "s/^/# /" $keep/said
is "each time it succeeds" "$(cat $keep/wrong 2>/dev/null)" ""
is "and says so" "$(grep -c 'nothing was recorded for' $keep/said)" "$times"
"$(dirname "$reload")/save" $tracing >$keep/after.sh
holds "what was set up is set up" diff $keep/before.sh $keep/after.sh
like "what histograms counted is kept" "$(cat $keep/1/first.hist.txt)" 'next_pid: +[0-9]+'
collect
holds "markers came" test "$(wc -l <$log)" -gt $((10 * times))
is "none is lost but in a gap" "$(lost | head)" ""
like "an instance called as a file of another one has its own" \
	"$(trace-cmd report -i $keep/1/first.2.dat 2>/dev/null)" of-first
like "one in memory that was off, with a tracer, keeps what it had" "$(said_by quiet.before)" of-quiet
is "and is still off" "$(cat $tracing/instances/quiet/tracing_on)" 0
is "pages are in no other file" "$(find $keep -name '*.pages')" ""
like "task switches are kept as well" "$(cat $keep/first)" 'sched_switch: +'
unlike "words of the kernel's start do not act again" "$(cat $tracing/trace_clock)" '\[mono\]'
end
