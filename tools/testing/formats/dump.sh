#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dump.sh [MODULE]
#
# In the guest: print all format files, each behind a line with its path. One
# program does it, since starting one takes longer than reading a file. At the
# end, the texts whose addresses records hold, and what is printed of the records of
# samples/events, which is MODULE when it is not beside the engine.

# shellcheck source=tools/testing/qemu/lib.sh
. "$(dirname "$0")/../qemu/lib.sh"

mount_tracing || exit 1
sample=outrace_sample_events
insmod "${1:-${OTR_MODULE%/*}/$sample.ko}" || exit 1
find events -name format -print0 | sort -z | xargs -0 \
	awk 'FNR == 1 { sub("/format$", "", FILENAME); print "=== " FILENAME } { print }'
echo '=== events/texts/printk_formats'
sed 's/^0x[0-9a-f]* : //' printk_formats | sort
echo '=== events/texts/samples'
echo 1 >events/outrace_sample/enable
echo 12 >/sys/module/$sample/parameters/fire
grep -v '^#' trace | sed 's/^.*\] [^ ]* *[0-9.]*: //'
