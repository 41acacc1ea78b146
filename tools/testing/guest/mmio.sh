#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tracer mmiotrace: the kernel's own test of it writes known values to memory that is
# mapped like a device's, and reads them again.
#
# boot: own
# boot-options: --append 'memmap=16M$0x10000000'

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

memory=0x10000000
log=/tmp/mmio.$$

load_test()
{
	if intree; then
		modprobe testmmiotrace mmio_address=$memory
	else
		insmod "${OTR_MODULE%/*}/testmmiotrace.ko" mmio_address=$memory
	fi
}

# With a reader from the beginning, as the kernel's documentation says.
run_test()
{
	local reader

	echo mmiotrace >current_tracer
	cat trace_pipe >"$log" 2>/dev/null &
	reader=$!
	echo begin >trace_marker
	load_test
	rmmod testmmiotrace
	echo end >trace_marker
	waits_for 'MARK [0-9.]* end'
	kill "$reader"
	wait "$reader" 2>/dev/null
	echo nop >current_tracer
}

waits_for()
{
	local i

	for ((i = 0; i < 100 * slower; i++)); do
		! grep -q "$1" "$log" || return 0
		sleep 0.1
	done
}

# accesses LETTER WIDTH: their number, and how many are not what the test does
accesses()
{
	python3 - "$1" "$2" "$log" "$memory" <<-'END'
	import sys

	letter, width, log, base = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4], 0)
	first, values = {
	    1: (0, lambda i: i),
	    2: (1024, lambda i: i * 12 + 7),
	    4: (5 * 1024, lambda i: i * 212371 + 13),
	}[width]
	n = wrong = 0
	with open(log, encoding='ascii') as lines:
	    for line in lines:
	        word = line.split()
	        if word[:2] != [letter, str(width)] or int(word[4], 0) - base == 0x400100:
	            continue
	        offset = first + n * width
	        value = values(offset) % (1 << 8 * width)
	        wrong += word[4:] != [hex(base + offset), hex(value), '0x0', '0']
	        n += 1
	print(n, wrong)
	END
}

check_accesses()
{
	is 'bytes written' "$(accesses W 1)" '256 0'
	is 'and of two bytes' "$(accesses W 2)" '2048 0'
	is 'and of four' "$(accesses W 4)" '2816 0'
	is 'bytes read' "$(accesses R 1)" '256 0'
	is 'and of two bytes' "$(accesses R 2)" '2048 0'
	is 'and of four' "$(accesses R 4)" '2816 0'
	like 'one far away' "$(cat "$log")" '^R 4 [0-9]+\.[0-9]{6} [0-9]+ 0x10400100 0x[0-9a-f]+ 0x0 0$'
}

check_mappings()
{
	local all='^MAP [0-9]+\.[0-9]{6} [0-9]+ 0x10000000 0x[0-9a-f]{16} 0x800000 0x0 0$'
	local one='^MAP [0-9]+\.[0-9]{6} [0-9]+ 0x10000000 0x[0-9a-f]{16} 0x1000 0x0 0$'

	is 'the test maps it whole' "$(grep -c -E "$all" "$log")" 1
	is 'and ten times a page of it' "$(grep -c -E "$one" "$log")" 10
	is 'each mapping goes again' "$(awk '$1 == "MAP" { at[$3]++ }
		$1 == "UNMAP" && NF == 5 && at[$3] == 1 { n++ } END { print n }' "$log")" 11
}

check_front()
{
	local devices

	is 'the version comes first' "$(head -n 1 "$log")" 'VERSION 20070824'
	devices=$(grep '^PCIDEV ' "$log" | cut -d ' ' -f 2,3 | sort)
	is 'every device of PCI is said' "$devices" "$(cut -f 1,2 /proc/bus/pci/devices |
		tr '\t' ' ' | sort)"
	devices=$(grep '^PCIDEV ' "$log" | cut -d ' ' -f 2- | sed 's/ $//' | sort)
	is 'with its memory and its driver' "$devices" "$(tr -s '\t ' ' ' </proc/bus/pci/devices |
		sed 's/ $//' | sort)"
}

check_marks()
{
	is 'a marker' "$(grep -c -E '^MARK [0-9]+\.[0-9]{6} begin$' "$log")" 1
	# In-tree that is lost, unless a module has come that uses trace_printk().
	if ! intree; then
		like 'what the driver says' "$(cat "$log")" '^MARK [0-9]+\.[0-9]{6} Write test\.$'
		like 'with its arguments' "$(cat "$log")" \
			'^MARK [0-9.]+ Read errors: 8-bit 0, 16-bit 0, 32-bit 0\.$'
	fi
	is 'and nothing else' "$(grep -c -v -E '^(VERSION|PCIDEV|MAP|UNMAP|MARK|R|W) ' "$log")" 0
}

check_lost()
{
	echo mmiotrace >current_tracer
	echo 0 >tracing_on
	load_test
	rmmod testmmiotrace
	echo 1 >tracing_on
	is 'switching on empties the ring' "$(grep -c -v '^#' trace)" 0
	echo 0 >tracing_on
	load_test
	rmmod testmmiotrace
	timeout 3 cat trace_pipe >"$log"
	like 'records that were not made are counted' "$(cat "$log")" \
		'^MARK 0\.000000 Lost 1026[0-9] events\.$'
	is 'once' "$(grep -c Lost "$log")" 1
	echo nop >current_tracer
	echo 1 >tracing_on
	is 'nop empties it' "$(grep -c -v '^#' trace)" 0
}

check_cpus()
{
	local before

	before=$(cat /sys/devices/system/cpu/online)
	echo mmiotrace >current_tracer
	is 'one CPU is left' "$(cat /sys/devices/system/cpu/online)" 0
	like 'the header is the usual one' "$(cat trace)" '^# tracer: mmiotrace$'
	echo nop >current_tracer
	is 'they come back' "$(cat /sys/devices/system/cpu/online)" "$before"
	mkdir instances/mmio
	unlike 'the first instance alone has it' "$(cat instances/mmio/available_tracers)" mmiotrace
	is 'others are refused it' "$(put instances/mmio/current_tracer mmiotrace)" EINVAL
	rmdir instances/mmio
}

begin
run_test
check_accesses
check_mappings
check_front
check_marks
check_lost
check_cpus
rm -f "$log"
end
