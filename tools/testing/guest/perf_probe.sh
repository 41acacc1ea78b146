#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# perf probe, as Debian has it: it defines probes through our files, lists and removes them,
# and perf record has what they hit.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

data=/tmp/perf_probe.$$

add_probe()
{
	perf probe -a "$1" 2>&1 | sed -n '/^ /{s/^ *//;s/ \+/ /g;p;q}'
}

listed()
{
	perf probe -l 2>/dev/null | sed 's/^ *//; s/ \+/ /g' | sort
}

begin
if ! hash perf 2>/dev/null; then
	skip 'perf probe' 'it is not here'
	end
fi
mountpoint -q /sys/kernel/debug || mount -t debugfs nodev /sys/kernel/debug
is 'a function' "$(add_probe vfs_read)" 'probe:vfs_read (on vfs_read)'
is 'with registers' "$(add_probe 'vfs_write fd=%di len=%dx')" \
	'probe:vfs_write (on vfs_write with fd=%di len=%dx)'
# shellcheck disable=SC2016 # perf's own
is 'what it returns' "$(add_probe 'result=vfs_read%return ret=$retval')" \
	'probe:result__return (on vfs_read%return with ret=$retval)'
is 'a program' "$(perf probe -x /bin/bash main 2>&1 | sed -n 's/^  *\(probe_bash:main\) .*/\1/p')" \
	probe_bash:main
is 'all are listed' "$(listed | grep -v probe_bash)" 'probe:result__return (on vfs_read%return with ret)
probe:vfs_read (on vfs_read)
probe:vfs_write (on vfs_write with fd len)'
like 'and in our files' "$(cat kprobe_events)" '^p:probe/vfs_write _text\+[0-9]+ fd=%di len=%dx$'
like 'of programs, too' "$(cat uprobe_events)" '^p:probe_bash/main /usr/bin/bash:0x[0-9a-f]+$'
perf record -o "$data" -e probe:vfs_read -e probe:result__return -e probe_bash:main -- \
	bash -c : >/dev/null 2>&1
perf script -i "$data" >"$data.text" 2>&1
like 'perf records what they hit' "$(cat "$data.text")" ' probe:vfs_read: \([0-9a-f]{16}\)$'
like 'with what was returned' "$(cat "$data.text")" \
	' probe:result__return: \([0-9a-f]{16} <- [0-9a-f]{16}\) ret=0x[0-9a-f]+$'
like 'also in the program' "$(cat "$data.text")" '^ *bash +[0-9]+ .* probe_bash:main: \([0-9a-f]+\)$'
is 'all are removed' "$(perf probe -d '*' 2>&1 | sort)" 'Removed event: probe:result__return
Removed event: probe:vfs_read
Removed event: probe:vfs_write
Removed event: probe_bash:main'
is 'and nothing is left' "$(listed; cat kprobe_events uprobe_events)" ''
rm -f "$data" "$data.text"
end
