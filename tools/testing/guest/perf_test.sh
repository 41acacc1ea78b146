#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# perf's own tests, those that have to do with tracepoints. Others need hardware that the
# guest has not, or debug information of the kernel.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

tests=('Detect openat syscall event'
	'Detect openat syscall event on all cpus'
	'Read samples using the mmap interface'
	'Test event parsing'
	'PERF_RECORD_* events & perf_sample fields'
	'Roundtrip evsel->name'
	'Parse sched tracepoints fields'
	'syscalls:sys_enter_openat event fields'
	'Track with sched_switch'
	'Event times'
	'Read backward ring buffer'
	'Event expansion for cgroups'
	'perf pipe recording and injection test')

begin
if ! command -v perf >/dev/null; then
	skip 'perf' 'is not installed: tools/build/deps'
	end
fi
said=$(cd /tmp && HOME=/tmp perf test "${tests[@]}" 2>&1 |
	sed 's/^ *[0-9.]*: //; s/ *: \(Ok\|FAILED!\|Skip.*\)$/: \1/')
for name in "${tests[@]}"; do
	is "$name" "$(grep -F "$name: " <<<"$said")" "$name: Ok"
done
end
