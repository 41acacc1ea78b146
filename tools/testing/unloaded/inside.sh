#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# inside.sh PROGRAM WHAT: in the guest, run calls where there is a tracefs, or not.

set -eu
tracing=/sys/kernel/tracing
case $2 in
count)
	mountpoint -q $tracing || mount -t tracefs nodev $tracing
	exec "$1" count $tracing
	;;
*)
	exec "$1" "$2"
	;;
esac
