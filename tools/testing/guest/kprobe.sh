#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kprobe on a function that is traced: both work, and neither can be taken away
# under the other. The in-tree tracer is asked by kprobes, and is no module.
#
# boot: own

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

if intree; then
	echo "1..0 # SKIP the in-tree tracer is no module"
	exit 0
fi
holder=$(dirname "$OTR_MODULE")/otr_kprobe_holder.ko
function=vfs_read

hits()
{
	cat /sys/module/otr_kprobe_holder/parameters/hits
}

# hit: the function is called, and the kprobe notices.
hit()
{
	local before

	before=$(hits)
	cat /etc/hostname >/dev/null
	[ "$(hits)" -gt "$before" ]
}

bytes()
{
	local start

	start=$(symbol "$function")
	text_of "$start" $((start + 16)) | od -An -tx1
}

# waited SECONDS COMMAND [ARG...]: the command succeeds within that time.
waited()
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}

# The function is called, and there is a record.
traced()
{
	cat /etc/hostname >/dev/null
	records | grep -q ": $function <-"
}

said()
{
	dmesg | grep -q "$1"
}

gone()
{
	[ ! -d /sys/module/outrace ]
}

begin
text=$(bytes)
holds 'a kprobe is set' insmod "$holder" symbol="$function"
holds 'it is hit' hit
taken=$(bytes)
records=$(trace_of "$function" cat /etc/hostname)
is 'a function that has a kprobe is not traced' "$records" ''
is 'and left alone' "$(bytes)" "$taken"
holds 'the kprobe is still hit' hit
rmmod otr_kprobe_holder
echo 1 >tracing_on
holds 'it is once the kprobe went' waited 5 traced
echo nop >current_tracer
is 'the text is as before' "$(bytes)" "$text"

echo function >current_tracer
holds 'a kprobe is set on a traced function' insmod "$holder" symbol="$function"
: >trace
holds 'it is hit' hit
like 'and the function traced' "$(records)" ": $function <-"
dmesg -C
echo nop >current_tracer
holds 'the function cannot be given back' said "$function .* has a kprobe and keeps its call"
: >trace
holds 'the kprobe is still hit' hit
is 'but nothing is traced' "$(records)" ''

unmount_tracing
rmmod outrace &
unloading=$!
holds 'unloading waits for the kprobe' waited 10 said 'unloading waits for kprobes'
sleep 2
holds 'as long as it is there' test -d /sys/module/outrace
holds 'and it is hit meanwhile' hit
rmmod otr_kprobe_holder
holds 'no longer' waited 20 gone
wait "$unloading"
is 'unloading succeeds' $? 0
is 'the text is as before' "$(bytes)" "$text"

# shellcheck disable=SC2086 # a list of words
insmod "$OTR_MODULE" $OTR_PARAMS && mount_tracing
cd "$tracing" || exit
like 'loaded again it traces the function' "$(trace_of "$function" cat /etc/hostname)" ": $function <-"
end
