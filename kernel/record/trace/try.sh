#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# try.sh COMPILER [FLAG...] -o OBJECT SOURCE
#
# Compile the events of one of the kernel's headers. When that fails, the kernel
# is another one than the header's line in Kbuild.headers was written for: make
# an object without events instead, and say so.

set -eu

log=$(mktemp)
trap 'rm -f "$log"' EXIT

if "$@" 2>"$log"; then
	cat "$log" >&2
	exit 0
fi
for name; do :; done
name=${name##*/}
{
	echo "outrace: note: no events of ${name%.c} for this kernel:"
	grep -m 2 'error:' "$log" || cat "$log"
} >&2
exec "$@" -DOTR_LEFT_OUT
