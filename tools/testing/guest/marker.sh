#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# trace_marker and trace_marker_raw: what is taken of a write, and what becomes of
# memory that cannot be read.

# shellcheck disable=SC2016 # Perl has variables of its own
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# write_at FILE LENGTH PERL: write(2) from the address that an expression gives,
# $page being one that can be read, with one behind it that cannot; what it returned.
write_at()
{
	perl -e '
		use Errno;
		my ($file, $length, $where) = @ARGV;
		open(my $fd, ">", $file) or die "$file: $!";
		open(my $zero, "<", "/dev/zero") or die;
		# mmap of two pages, a read into the first, so that it is there, and
		# munmap of the second
		my $page = syscall(9, 0, 8192, 3, 0x22, -1, 0);
		syscall(0, fileno($zero), $page, 4096);
		syscall(11, $page + 4096, 4096);
		my $done = syscall(1, fileno($fd), eval($where), $length + 0);
		my ($name) = grep { $!{$_} } keys %!;
		print $done < 0 ? $name : $done;' "$@"
}

# put_text FILE TEXT: one write(2) of exactly this; what it returned.
put_text()
{
	perl -e '
		open(my $fd, ">", $ARGV[0]) or die;
		my $done = syswrite($fd, $ARGV[1]);
		my ($name) = grep { $!{$_} } keys %!;
		print defined($done) ? $done : $name;' "$@"
}

# within FROM TO NUMBER
# shellcheck disable=SC2317 # a command that holds is given
within()
{
	[ "$3" -ge "$1" ] && [ "$3" -le "$2" ]
}

# What is shown of raw data of every length: as much as in-tree, and zeros behind it.
# The in-tree tracer has them while its ring is new.
check_raw()
{
	: >trace
	perl -e '
		open(my $fd, ">", "trace_marker_raw") or die;
		syswrite($fd, pack("V", $_) . "\xee" x ($_ - 4)) for (4 .. 70);'
	is 'raw data of every length' "$(records | sed 's/.*# //')" "$(perl -e '
		for my $len (4 .. 70) {
			my $room = 4 * int((($len < 13 ? 13 : $len) + 3) / 4);
			printf("%x buf:%s%s\n", $len, " ee" x ($len - 4), " 00" x ($room - $len + 4));
		}')"
	is 'the longest' "$(put_text trace_marker_raw "$(printf %04060d 1)")" 4060
	is 'is not longer' "$(put_text trace_marker_raw "$(printf %04061d 1)")" EINVAL
}

# The texts of all markers, as they are shown.
marks()
{
	records | sed -n 's/.*: tracing_mark_write: //p'
}

check_texts()
{
	local long

	: >trace
	is 'a text' "$(put_text trace_marker one)" 3
	is 'with its newline' "$(put_text trace_marker $'two\n')" 4
	is 'of two lines' "$(put_text trace_marker $'three\nfour')" 10
	is 'are records' "$(records | grep -v '^four$' | sed 's/.*: //' | tr '\n' ' ')" 'one two three '
	long=$(printf '%0200d' 7)
	: >trace
	is 'longer than a short record' "$(put_text trace_marker "$long")" 200
	is 'is a record' "$(marks)" "$long"
	: >trace
	for length in 93 94 95 96 97; do
		put_text trace_marker "$(printf "%0${length}d" 8)" >/dev/null
	done
	is 'around where long records begin' "$(marks | awk '{ printf "%d ", length($0) }')" \
		'93 94 95 96 97 '
}

# What is too long is written in pieces.
check_long()
{
	local taken

	: >trace
	taken=$(put_text trace_marker "$(printf '%06000d' 9)")
	holds 'a part of 6000 bytes' within 4001 4096 "$taken"
	is 'is in the record' "$(marks | awk '{ print length($0) }')" "$taken"
}

check_faults()
{
	: >trace
	is 'nowhere' "$(write_at trace_marker 10 8)" EFAULT
	is 'at the end of a page' "$(write_at trace_marker 10 '$page + 4086')" 10
	is 'beyond it' "$(write_at trace_marker 10 '$page + 4090')" EFAULT
	is 'long and beyond it' "$(write_at trace_marker 500 '$page + 4000')" EFAULT
	is 'and each has a record that says so' "$(marks | grep -c '^<faulted>$')" 3
	is "the kernel's, which write(2) looks for" "$(write_at trace_marker 10 -4096)" EFAULT
	is 'raw' "$(write_at trace_marker_raw 12 '$page + 4084')" 12
	is 'raw, beyond the page' "$(write_at trace_marker_raw 12 '$page + 4090')" EFAULT
	like 'which says so' "$(records | tail -n 1)" '# ffffffff buf: 3c 66 61 75 6c 74 65 64 3e'
}

# write_absent FILE LENGTH FROM [MAPPED]: write(2) of memory that is mapped, a file or
# nothing, and that nobody touched yet; what it returned.
write_absent()
{
	perl -e '
		use Errno;
		my ($file, $length, $from, $mapped) = @ARGV;
		open(my $fd, ">", $file) or die "$file: $!";
		my $map;
		open($map, "<", $mapped) or die "$mapped: $!" if $mapped;
		# mmap, private: of the file, and a page behind its end
		my $at = $mapped ? syscall(9, 0, 12288, 1, 2, fileno($map), 0) :
			syscall(9, 0, 8192, 3, 0x22, -1, 0);
		my $done = syscall(1, fileno($fd), $at + $from, $length + 0);
		my ($name) = grep { $!{$_} } keys %!;
		print $done < 0 ? $name : $done;' "$@"
}

check_absent()
{
	local text=/tmp/marker.$$

	{ head -c 4090 /dev/zero | tr '\0' x; echo 'one two'; head -c 4000 /dev/zero | tr '\0' y; } >"$text"
	: >trace
	if intree; then
		is 'memory that is not in, which 6.12 does not bring in' \
			"$(write_absent trace_marker 7 4090 "$text")" EFAULT
		rm -f "$text"
		return
	fi
	is 'memory that is not in' "$(write_absent trace_marker 7 4090 "$text")" 7
	is 'with a newline' "$(write_absent trace_marker 8 4090 "$text")" 8
	is 'a long text' "$(write_absent trace_marker 500 4000 "$text")" 500
	is 'of nothing' "$(write_absent trace_marker 3 100)" 3
	is 'are records like others' "$(records | sed 's/.*: tracing_mark_write: //' | tr '\0' 0)" \
		"$(printf '%s\n' 'one two' 'one two' "$(tail -c +4001 "$text" | head -c 500)" '')"
	is 'raw' "$(write_absent trace_marker_raw 12 4094 "$text")" 12
	# "two" and a newline are the id
	like 'likewise' "$(records | tail -n 1)" '# a6f7774 buf: 79 79 79 79 79 79 79 79'
	is 'and memory that is not there is none' "$(write_absent trace_marker 10 8190 "$text")" EFAULT
	is 'which the record says' "$(marks | tail -n 1)" '<faulted>'
	rm -f "$text"
}

check_off()
{
	: >trace
	echo 0 >tracing_on
	is 'off' "$(put_text trace_marker x)" EBADF
	is 'raw, off' "$(write_at trace_marker_raw 12 '$page')" EBADF
	echo 1 >tracing_on
	is 'no id' "$(write_at trace_marker_raw 3 '$page')" EINVAL
	is 'nothing is recorded' "$(records)" ''
}

# who TEXT: the instances that have a marker of it
who()
{
	echo " $(grep -s -l -F ": tracing_mark_write: $1" trace instances/*/trace | paste -sd ' ')"
}

# Markers of the first instance go where copy_trace_marker is on.
check_copies()
{
	local copy=options/copy_trace_marker i

	if [ ! -e $copy ]; then
		holds 'markers are not copied' intree
		return
	fi
	mkdir instances/a instances/b
	is 'copies at first' "$(cat $copy instances/*/$copy | tr -d '\n')" 100
	echo copied >trace_marker
	is 'are in the first instance' "$(who copied)" ' trace'
	echo 1 >instances/b/$copy
	is 'to two' "$(put_text trace_marker two; put_text trace_marker_raw 12345678; who two)" \
		'38 trace instances/b/trace'
	like 'raw ones, too' "$(grep -c '# 34333231 buf: 35 36 37 38' trace instances/b/trace)" '^instances/b/trace:1$'
	is 'those of others are their own' "$(put_text instances/a/trace_marker own; who own)" \
		'3 instances/a/trace'
	echo 0 >$copy
	is 'to another one alone' "$(put_text trace_marker alone; who alone)" '5 instances/b/trace'
	is 'of nowhere' "$(write_at trace_marker 10 8; who '<faulted>')" \
		'EFAULT instances/b/trace'
	echo 0 >instances/b/tracing_on
	is 'which is off' "$(put_text trace_marker off)" EBADF
	for i in a b; do
		rmdir instances/$i
	done
	is 'to nobody' "$(put_text trace_marker none; put_text trace_marker_raw 12345678)" \
		ENODEVENODEV
	echo 1 >$copy
	is 'and back' "$(put_text trace_marker back; who back)" '4 trace'
}

begin
check_raw
check_texts
check_long
check_faults
check_absent
check_off
check_copies
end
