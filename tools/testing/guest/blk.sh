#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tracer blk, the files of disks, and Debian's blktrace, blkparse and btt, unmodified.
# The disks are the kernel's null_blk, one of which takes its time.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

dir=/tmp/blk.$$
disk=/sys/block/otrfast/trace

# disk NAME NS: one that takes so long for each request
disk()
{
	local at=/sys/kernel/config/nullb/$1

	mkdir "$at" || return
	echo 64 >"$at/size"
	echo 512 >"$at/blocksize"
	echo 2 >"$at/irqmode"
	echo "$2" >"$at/completion_nsec"
	echo 1 >"$at/power"
	echo none >"/sys/block/$1/queue/scheduler"
}

disks()
{
	mkdir -p "$dir"
	mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug
	modprobe null_blk nr_devices=0
	mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
	disk otrfast 100000 && disk otrslow 20000000
	fast=$(tr : , </sys/block/otrfast/dev)
	slow=$(tr : , </sys/block/otrslow/dev)
	addpart /dev/otrfast 1 2048 20480
	part=$(tr : , </sys/block/otrfast/otrfast1/dev)
}

no_disks()
{
	rmdir /sys/kernel/config/nullb/otr*
	rmmod null_blk
}

# copy ARG...: dd, past the page cache
copy()
{
	dd "$@" 2>/dev/null
}

work()
{
	copy if=/dev/zero of=/dev/otrfast bs=4k count=1 seek=1 oflag=direct
	copy if=/dev/otrfast1 of=/dev/null bs=8k count=1 iflag=direct
	copy if=/dev/zero of=/dev/otrfast bs=4k count=1 seek=2 oflag=direct,dsync
}

# What work() is, as actions; of those of a partition with where they came from.
expected()
{
	cat <<-EOF
	Q WS 8 + 8 [dd]
	G WS 8 + 8 [dd]
	P N [dd]
	U N [dd] 1
	D WS 8 + 8 [dd]
	C WS 8 + 8 [0]
	A RS 2048 + 16 <- ($part) 0
	Q RS 2048 + 16 [dd]
	G RS 2048 + 16 [dd]
	P N [dd]
	U N [dd] 1
	D RS 2048 + 16 [dd]
	C RS 2048 + 16 [0]
	Q WS 16 + 8 [dd]
	G WS 16 + 8 [dd]
	P N [dd]
	U N [dd] 1
	D WS 16 + 8 [dd]
	C WS 16 + 8 [0]
	EOF
}

check_files()
{
	local file

	is 'modes' "$(cd "$disk" && stat -c '%A %n' -- *)" '-rw-r--r-- act_mask
-rw-r--r-- enable
-rw-r--r-- end_lba
-rw-r--r-- pid
-rw-r--r-- start_lba'
	is 'a partition has them too' "$(ls /sys/block/otrfast/otrfast1/trace)" "$(ls "$disk")"
	cd "$disk" || return
	is 'nothing is traced' "$(cat act_mask enable end_lba)" 'disabled
0
disabled'
	for file in enable pid start_lba end_lba; do
		is "$file: no number" "$(put $file x) $(put $file '') $(put $file -1)" \
			'EINVAL EINVAL EINVAL'
	done
	is 'nothing changed' "$(cat enable)" 0
	is 'a part of the disk is traced' "$(put start_lba 16; cat enable start_lba end_lba pid)" 'ok
1
16
131072
0'
	is 'everything of it' "$(cat act_mask)" \
		'read,write,flush,sync,queue,requeue,issue,complete,fs,pc,notify,ahead,meta,discard,drv_data,fua'
	is 'kinds by name' "$(put act_mask Read,wRite,,; cat act_mask)" 'ok
read,write'
	is 'by number' "$(put act_mask 0x80; cat act_mask)" 'ok
complete'
	is 'by a wrong name' "$(put act_mask read,foo; cat act_mask)" 'EINVAL
complete'
	is 'the end of it, twice' "$(put enable 0) $(put enable 0)" 'ok ok'
	is 'is the end' "$(cat enable pid)" '0
disabled'
	cd "$tracing" || return
}

# Records without their columns. Not every name of a task is remembered.
bare()
{
	records | sed -n "s/<\\.\\.\\.>/dd/g; s/^.*: *$fast *\\([A-Z]*\\) *\\([A-Z]*\\) /\\1 \\2 /p"
}

check_tracer()
{
	echo 1 >"$disk/enable"
	echo blk >current_tracer
	is 'the comment lines are two' "$(cat trace)" '# tracer: blk
#'
	work
	is 'what happened to the requests' "$(bare)" "$(expected)"
	like 'with the usual columns' "$(records)" \
		"^ +dd-[0-9]+ +\\[[0-9]{3}\\] d\\.\\.1\\. +[0-9]+\\.[0-9]{6}: +$fast +Q +WS 8 \\+ 8 \\[dd\\]\$"
	echo 1 >options/verbose
	like 'in words' "$(records)" "\\] d\\.h.*: +$fast +complete +WS 8 \\+ 8 \\[0\\]\$"
	echo 0 >options/verbose
	echo 1 >options/blk_classic
	is 'classic lines have no other columns' "$(cat options/context-info)" 0
	like 'but a head' "$(cat trace)" '^# DEV   CPU TIMESTAMP     PID ACT FLG$'
	all_like 'and as blkparse has them' "$(records)" \
		"^ *$fast +[0-9]+ +[0-9]+\\.[0-9]{9} +[0-9]+ +[A-Z]+ +[A-Z]+ .*\$"
	echo 0 >options/blk_classic
	is 'the columns are back' "$(cat options/context-info)" 1
	echo 8 >"$disk/start_lba"
	echo 15 >"$disk/end_lba"
	echo issue,complete >"$disk/act_mask"
	: >trace
	work
	is 'only some of it' "$(bare)" 'D WS 8 + 8 [dd]
C WS 8 + 8 [0]'
	echo 0 >"$disk/enable"
	: >trace
	work
	is 'nothing of it' "$(bare)" ''
	echo nop >current_tracer
	mkdir instances/foo
	is 'not in another instance' "$(put instances/foo/current_tracer blk)" EINVAL
	unlike 'which does not list it' "$(cat instances/foo/available_tracers)" 'blk'
	is 'nor has its options' "$(compgen -G 'instances/foo/options/blk*')" ''
	rmdir instances/foo
}

# The trace in binary is what blktrace writes.
check_binary()
{
	echo 1 >"$disk/enable"
	echo blk >current_tracer
	work
	echo 0 >tracing_on
	echo 0 >options/context-info
	echo 1 >options/bin
	for cpu in 0 1; do
		timeout 1 cat "per_cpu/cpu$cpu/trace_pipe" >"$dir/pipe.blktrace.$cpu"
	done
	echo 0 >options/bin
	echo 1 >options/context-info
	echo 1 >tracing_on
	echo nop >current_tracer
	echo 0 >"$disk/enable"
	is 'blkparse reads it' "$(cd "$dir" && blkparse -q -i pipe -f '%a %d %S %N\n' 2>&1 |
		grep '^[ADC] ' | sort)" 'A RS 2048 8192
C RS 2048 8192
C WS 16 4096
C WS 8 4096
D RS 2048 8192
D WS 16 4096
D WS 8 4096'
}

# What the ioctls say, in the order in which nobody should ask.
ioctls()
{
	python3 - <<-'EOF'
	import errno, fcntl, os, struct
	SETUP, START, STOP, END = 0xC0481273, 0x1274, 0x1275, 0x1276

	def ask(cmd, *arg):
	    try:
	        return fcntl.ioctl(fd, cmd, *arg)
	    except OSError as e:
	        return errno.errorcode[e.errno]

	def setup(size, nr):
	    said = ask(SETUP, struct.pack('32sH2xII4xQQI4x', b'', 0, size, nr, 0, 0, 0))
	    return said if isinstance(said, str) else said[:32].rstrip(b'\0').decode()

	for disk in '/dev/otrfast', '/dev/otrfast1':
	    fd = os.open(disk, os.O_RDONLY)
	    print(ask(START), ask(STOP), ask(END), setup(0, 4), setup(4096, 0), setup(1 << 31, 1 << 31),
	          setup(4096, 4), setup(4096, 4), ask(STOP), ask(START), ask(START), ask(STOP), ask(STOP),
	          ask(START), ask(END), ask(END))
	    os.close(fd)
	EOF
}

# trace OPTION...: begin to trace. Then all is ready.
trace()
{
	local i

	rm -f "$dir"/*.blktrace.*
	blktrace -D "$dir" "$@" >"$dir/out" 2>&1 &
	blktrace=$!
	for ((i = 0; i < 100 * slower; i++)); do
		! compgen -G '/sys/kernel/debug/block/*/trace0' >/dev/null || break
		sleep 0.1
	done
	sleep 0.5
}

traced()
{
	kill -INT "$blktrace"
	wait "$blktrace"
}

# parsed NAME: what is in them
parsed()
{
	(cd "$dir" && blkparse -q -i "$1" -f '%a %d %S + %n [%C]\n' 2>/dev/null) |
		grep '^[A-Z] ' | sort
}

check_blktrace()
{
	local files=/sys/kernel/debug/block/otrfast answers file

	answers='EINVAL EINVAL EINVAL EINVAL EINVAL EIO'
	is 'ioctls' "$(ioctls)" "$answers otrfast EBUSY EINVAL 0 EINVAL 0 EINVAL 0 0 EINVAL
$answers otrfast1 EBUSY EINVAL 0 EINVAL 0 EINVAL 0 0 EINVAL"
	trace -o all -d /dev/otrfast
	is 'the files are there' "$(cd $files && stat -c '%A %n' dropped msg trace0 trace1)" \
		'-r--r--r-- dropped
--w--w--w- msg
-r-------- trace0
-r-------- trace1'
	is 'sysfs says so' "$(cat "$disk/enable")" 1
	work
	echo -n 'this is a mark' >$files/msg
	is 'too long a message' "$(put $files/msg "$(printf '%0127d' 0)")" EINVAL
	is 'nothing was lost' "$(cat $files/dropped)" 0
	traced
	is 'the files are gone' "$(for file in "$files"/{trace*,dropped,msg}; do
		[ ! -e "$file" ] || echo "$file"; done)" ''
	is 'so is the trace' "$(cat "$disk/enable")" 0
	is 'blkparse has all requests' "$(parsed all | grep '^[QDA]')" \
		"$(printf '%s\n' 'A RS 2048 + 16 [dd]' 'D RS 2048 + 16 [dd]' 'D WS 16 + 8 [dd]' \
			'D WS 8 + 8 [dd]' 'Q RS 2048 + 16 [dd]' 'Q WS 16 + 8 [dd]' 'Q WS 8 + 8 [dd]')"
	is 'which ended' "$(parsed all | grep -c '^C ')" 3
	like 'and the message' "$(cd "$dir" && blkparse -i all 2>/dev/null)" 'm +N this is a mark$'
	trace -o part -d /dev/otrfast1 -a issue
	holds 'a partition has a directory of its own' test -e /sys/kernel/debug/block/otrfast1/trace0
	work
	traced
	holds 'for as long as it is traced' test ! -e /sys/kernel/debug/block/otrfast1
	is 'which is what is in it' "$(parsed part)" 'D RS 2048 + 16 [dd]'
}

# mean TIME DEVICE: of a disk's requests, in milliseconds, as btt sees it
mean()
{
	(cd "$dir" && btt -A -i story.bin) | awk -v time="$1" -v device="$2" '
		/ Per Device / { section = 1 }
		$2 == "MIN" { table = $1 }
		section && table == time && /^\(/ {
			gsub(/[(), ]+/, " ")
			if ($1 "," $2 == device)
				print int($4 * 1000)
		}'
}

# between NAME NUMBER LEAST MOST
between()
{
	holds "$1: $2 ms" test "${2:--1}" -ge "$3" -a "${2:--1}" -le "$4"
}

# One disk is slow: the disk, and not the queue in front of it.
check_story()
{
	local of

	trace -d /dev/otrfast -d /dev/otrslow
	for of in otrfast otrslow; do
		copy if=/dev/zero of=/dev/$of bs=4k count=10 oflag=direct
	done
	traced
	(cd "$dir" && blkparse -q -i otrfast -i otrslow -d story.bin -O >/dev/null 2>&1)
	between 'the fast disk has a request for' "$(mean D2C "$fast")" 0 $((15 * slower))
	between 'the slow disk' "$(mean D2C "$slow")" 20 $((40 * slower))
	between 'the queue of that one' "$(mean Q2G "$slow")" 0 $((10 * slower))
}

# What is traced of a disk ends with it.
check_going()
{
	local power=/sys/kernel/config/nullb/otrslow/power

	trace -d /dev/otrslow
	copy if=/dev/zero of=/dev/otrslow bs=4k count=1 oflag=direct
	echo 0 >$power
	holds 'a disk that goes takes the files along' test ! -e /sys/kernel/debug/block/otrslow
	traced
	echo 1 >$power
	echo 1 >/sys/block/otrslow/trace/enable
	echo 0 >$power
	echo 1 >$power
	is 'when it comes again, it is not traced' "$(cat /sys/block/otrslow/trace/enable)" 0
}

begin
disks
check_files
check_tracer
check_binary
check_blktrace
check_story
check_going
no_disks
rm -r "$dir"
end
