#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On a kernel that nobody patched the engine loads, says what is off and which
# patch would turn it on, and does the rest.
#
# boot: own
# boot-options: --flavor plain
# run: test-all

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

patches=$(dirname "$0")/../../../patches/v6.12
log=$(dmesg)
report=$(sed -n 's/.*outrace:   \(.*\) (apply \(.*\))$/\2 \1/p' <<<"$log")

# patched: every patch of the report is there, and it is one.
patched()
{
	local patch rest

	while read -r patch rest; do
		[ "$(compgen -G "$patches/$patch.patch" | wc -l)" -eq 1 ] || {
			echo "# $patch ($rest)"
			return 1
		}
	done <<<"$report"
}

begin
like 'the report says how much is off' "$log" \
	"outrace: this kernel lacks $(wc -l <<<"$report") of [0-9]+ things the engine can use; off is:"
holds 'and names patches that exist' patched
for what in "tracing of the kernel's functions" 'tracing of functions in modules' \
	'all function tracing' 'tracing of returns' 'events, names of tasks'; do
	like "off: $what" "$report" "$what"
done
unlike 'nothing else is wrong' "$log" 'outrace: .*(fail|error|not start)'

is 'there is no function tracer' "$(cat available_tracers)" nop
is 'nor can it be asked for' "$(put current_tracer function)" EINVAL
is 'no function can be traced' "$(cat available_filter_functions 2>/dev/null)" ''
: >trace
echo 'from a plain kernel' >trace_marker
like 'but what is written is recorded' "$(records)" ': tracing_mark_write: from a plain kernel$'
is 'clocks can be chosen' "$(put trace_clock mono; cat trace_clock)" \
	"ok
$(sed 's/\[//; s/\]//; s/\<mono\>/[mono]/' trace_clock)"
is 'and sizes' "$(put buffer_size_kb 512; cat buffer_size_kb)" "ok
513"

unmount_tracing
holds 'it can be unloaded' rmmod outrace
dmesg -C
# shellcheck disable=SC2086 # a list of words
holds 'and loaded again' insmod "$OTR_MODULE" $OTR_PARAMS
like 'with the same report' "$(dmesg)" 'outrace: this kernel lacks'
mount_tracing
cd "$tracing" || exit
end


