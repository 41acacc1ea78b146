#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What `make demo` shows, in the guest: a function trace of a real workload,
# made with echo and cat.

set -eu
# shellcheck source=tools/testing/qemu/lib.sh
. "$(dirname "$0")/lib.sh"

show "uname -r"
show "cat /sys/module/outrace/version"
show "mount -t tracefs nodev $tracing"
cd "$tracing"
show "echo 'vfs_*' > set_ftrace_filter"
show "wc -l < set_ftrace_filter"
show "echo function > current_tracer"
show "ls -lR /etc > /dev/null"
show "find /usr/share/doc -name copyright | head -n 100 | xargs cat | gzip > /tmp/copyrights.gz"
show "sync"
show "echo 0 > tracing_on"
show "head -n 40 trace"
show "wc -l < trace"
show "echo nop > current_tracer"
