#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# cases.sh DIRECTORY CASE...: run cases of the kernel's ftracetest, unmodified, in
# the guest, one process each so that a case which hangs takes nothing with it.
# Prints, for selftests/run:
#
#	@case CASE		it begins
#	@result WORD [instance]	how it ended, a second time for its run in an instance
#	@log TEXT		a line of its log when it did not pass
#	@done STATUS

# shellcheck source=tools/testing/qemu/lib.sh
. "$(dirname "$0")/../qemu/lib.sh"

limit=300

# The result line of one test number: PASS, FAIL, UNRESOLVED, SKIP, XFAIL.
word_of()
{
	case $1 in
	'ok '*'# SKIP') echo UNSUPPORTED ;;
	'ok '*'# XFAIL') echo XFAIL ;;
	'ok '*) echo PASS ;;
	*'# UNRESOLVED') echo UNRESOLVED ;;
	*) echo FAIL ;;
	esac
}

# Modules of ours that the kernel has under the same names, where modprobe looks.
offer_modules()
{
	local built=${OTR_MODULE%/*} extra

	[ -n "$OTR_MODULE" ] || return 0
	extra=/lib/modules/$(uname -r)/extra
	mkdir -p "$extra" &&
		cp "$OTR_MODULE" "$built"/trace-printk.ko "$built"/ftrace-direct*.ko \
			"$built"/preemptirq_delay_test.ko "$extra" && depmod
}

report()
{
	local logs=$1 line word number instance

	grep -E '^(not )?ok [0-9]+ ' "$logs/ktap" | while read -r line; do
		word=$(word_of "$line")
		number=${line#not }
		number=${number#ok }
		number=${number%% *}
		instance=
		grep -q -s '^execute (instance)' "$logs/$number"-* && instance=instance
		echo "@result $word $instance"
		[ "$word" = PASS ] || tail -n 12 "$logs/$number"-* | sed 's/^/@log /'
	done
}

main()
{
	local tests=$1 case logs status

	shift
	mount_tracing && offer_modules || exit 1
	cd "$tests" || exit 1
	for case in "$@"; do
		echo "@case $case"
		echo "outrace-test: ftracetest $case" >/dev/kmsg
		logs=$(mktemp -d /tmp/case.XXXXXX)
		timeout -k 10 "$limit" ./ftracetest -K -k -l "$logs" "test.d/$case" \
			>"$logs/ktap" 2>"$logs/stderr"
		status=$?
		report "$logs"
		[ "$status" -lt 2 ] || tail -n 5 "$logs/ktap" "$logs/stderr" | sed 's/^/@log /'
		echo "@done $status"
		rm -rf "$logs"
	done
}

main "$@"; exit
