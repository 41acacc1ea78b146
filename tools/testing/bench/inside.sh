#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# inside.sh MODULE PROGRAM [ARG...]: in the guest, load the bench module and let
# the program measure in tracefs.

set -eu
module=$1 program=$2
shift 2
tracing=/sys/kernel/tracing
mountpoint -q $tracing || mount -t tracefs nodev $tracing
insmod "$module"
args=()
while [ $# -gt 0 ] && [[ $1 = --* ]]; do
	args+=("$1")
	shift
done
exec "$program" "${args[@]}" $tracing "$@"
