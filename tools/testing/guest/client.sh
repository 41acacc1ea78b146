# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the test scripts of clients, after lib.sh: programs as they come from Debian,
# which find the files by themselves.

work=/tmp/client

# Events whose print format has more C in it than libtraceevent 1.7 can read.
# shellcheck disable=SC2034 # for the scripts
beyond_re='dma_.*_(sg|sgt|sg_err|sg_for_cpu|sg_for_device)|jbd2_(run|checkpoint)_stats|ma_.*'
beyond_re+='|mm_page_.*|mm_vmscan_write_folio'

# client_begin PROGRAM: `begin`, or everything is skipped without the program.
client_begin()
{
	mkdir -p "$work"
	begin
	# shellcheck disable=SC2034 # for the scripts
	cpus_all=$(cat tracing_cpumask)
	if ! command -v "$1" >/dev/null; then
		skip "$1" "is not installed: tools/build/deps"
		client_end
	fi
}

client_end()
{
	rm -rf "$work"
	end
}

# tc ARGUMENT...: trace-cmd, in the directory $work; what it says on standard
# error is kept for `said`.
tc()
{
	(cd "$work" && trace-cmd "$@" 2>"$work/said")
}

# shellcheck disable=SC2317 # a command that holds is given
fails()
{
	! "$@"
}

# What the last program said on standard error.
said()
{
	cat "$work/said"
}

# without FILE NAME: skip the check if the file is not there (yet).
without()
{
	[ ! -e "$1" ] || return 1
	skip "$2" "there is no $1"
}

# build NAME [CFLAG...]: the program $work/NAME from tools/testing/clients/NAME.c,
# for this machine and by this machine.
build()
{
	local source

	source=$(dirname "${BASH_SOURCE[0]}")/../clients/$1.c
	cc -std=gnu11 -D_GNU_SOURCE -O1 -o "$work/$1" "$source" "${@:2}" 2>"$work/said" ||
		fail "$1.c can be built" "$(said)"
	[ -x "$work/$1" ]
}

# squeezed FILE: its lines, of `trace-cmd report -t` or of the program kshark, without
# what is only there for columns.
squeezed()
{
	grep -v '^cpus=' "$1" | sed -E 's/^ +//; s/ +\[/ [/; s/[[:space:]]+/ /g; s/ $//'
}

# same_in_kshark NAME DAT: KernelShark has each record that the report has, with the
# same text.
same_in_kshark()
{
	local text

	text=$("$work/kshark" "$2" "$work/lines")
	(cd "$work" && trace-cmd report -t -O parent "$2" >"$work/report" 2>"$work/said")
	echo "# $(tail -n 1 <<<"$text")"
	is "$1: KernelShark understands every entry" "$(value bad "$text")" 0
	holds "$1: there are some" test "$(value entries "$text")" -gt 0
	# The report has a call that calls nothing on one line, with its end.
	if grep -q ' funcgraph_entry: ' "$work/report"; then
		sed -i '/ funcgraph_exit: /d' "$work/report" "$work/lines"
	fi
	is "$1: they are those of the report" \
		"$(diff <(squeezed "$work/report") <(squeezed "$work/lines") | head)" ''
}

# size_for KB: what the buffer's size becomes when that is asked for.
size_for()
{
	echo "$1" >buffer_size_kb
	cat buffer_size_kb
}

# value NAME TEXT: what stands behind NAME= in the text.
value()
{
	sed -nE "s/^(.* )?$1=([^ ]*).*/\2/p" <<<"$2"
}

# stat_of CPU NAME: a number of per_cpu/cpuN/stats.
stat_of()
{
	sed -n "s/^$2: //p" "per_cpu/cpu$1/stats"
}
