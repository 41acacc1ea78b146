#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# suite.sh SLOWER SCRIPT...: run guest test scripts one after the other, each with
# a freshly loaded engine, and mark in the output where each begins and ends. A
# script may take SLOWER times the seconds that it asks for.

reload()
{
	local said end=$((SECONDS + 5 * slower))

	# Without a module the engine is a part of the kernel, or not under test.
	[ -e "$OTR_MODULE" ] || return 0
	cd /
	while mountpoint -q /sys/kernel/tracing; do
		umount /sys/kernel/tracing || return
	done
	# A mount that debugfs made goes by itself, within about a second after its last user.
	until said=$(rmmod outrace 2>&1); do
		if [ "$SECONDS" -ge "$end" ]; then
			echo "# $said"
			return 1
		fi
		sleep 0.1
	done
	# shellcheck disable=SC2086 # a list of words
	insmod "$OTR_MODULE" $OTR_PARAMS
}

slower=$1
shift
for script in "$@"; do
	name=$(basename "$script" .sh)
	limit=$(sed -n 's/^# timeout: *//p' "$script")
	echo "@begin $name"
	echo "outrace-test: $name" >/dev/kmsg
	timeout -k 10 "$((slower * ${limit:-300}))" "$BASH" "$script" 2>&1
	echo "@end $name $?"
	if ! reload; then
		echo "@stuck $name"
		exit 1
	fi
done
