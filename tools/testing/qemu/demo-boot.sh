#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What `make demo-boot` shows, in a guest whose kernel has the engine built in: a trace of
# that kernel's start, which words on its command line asked for.

set -eu
# shellcheck source=tools/testing/qemu/lib.sh
. "$(dirname "$0")/lib.sh"

show "uname -r"
show "grep -o '[^ ]*trace[^ ]*' /proc/cmdline"
mount_tracing
show "cat tracing_on"
show "head -n 40 trace"
show "grep -c 'do_one_initcall() {' trace"
# The initcalls that took longest.
show "grep '^ [0-9]*)[^|]*us  |    [a-z_0-9]*()\\|^ [0-9]*)[^|]*us  |    } /\\* [a-z_0-9]* ' trace | sort -t')' -k2.3nr | head -n 10"
