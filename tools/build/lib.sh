# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the scripts under tools/ share: where things are kept, how they speak
# (everything a person reads goes to stderr; stdout carries results), and a
# progress line for long builds.

otr_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
otr_cache=${OUTRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/outrace}
otr_jobs=${OUTRACE_JOBS:-$(nproc)}
otr_package=linux-source-6.12
otr_tarball=/usr/src/$otr_package.tar.xz
export otr_top otr_cache otr_jobs otr_package otr_tarball

say()
{
	printf '%s\n' "$*" >&2
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Minutes and seconds of a number of seconds.
human_time()
{
	if [ "$1" -ge 60 ]; then
		printf '%d min %02d s' $(($1 / 60)) $(($1 % 60))
	else
		printf '%d s' "$1"
	fi
}

# take_lock FILE WHAT: one builder at a time for what FILE stands for; the lock
# goes away with the process.
take_lock()
{
	mkdir -p "${1%/*}"
	exec 9>"$1"
	if ! flock -n 9; then
		say "waiting: another process builds $2"
		flock 9
	fi
}

# progress NAME MEMORY LOG: reads the output of a kernel build, keeps all of it
# in LOG and shows how far it is against the number of steps and seconds that
# MEMORY recorded the last time ("STEPS SECONDS").
progress()
{
	local name=$1 memory=$2 log=$3
	local steps=0 total=0 usual=0 start=$SECONDS shown=-100 every=10 line

	[ -r "$memory" ] && read -r total usual <"$memory"
	[ -t 2 ] && every=1
	: >"$log"
	while IFS= read -r line; do
		printf '%s\n' "$line" >>"$log"
		case $line in
		'  '[A-Z]*) steps=$((steps + 1)) ;;
		*) continue ;;
		esac
		[ $((SECONDS - shown)) -ge "$every" ] || continue
		shown=$SECONDS
		show_progress "$name" "$steps" "$total" "$usual" $((SECONDS - start))
	done
	[ -t 2 ] && printf '\r\033[K' >&2
	printf '%d %d\n' "$steps" $((SECONDS - start)) >"$log.steps"
}

show_progress()
{
	local head=

	[ -t 2 ] && head=$'\r\033[K'
	printf '%s%s: %d' "$head" "$1" "$2" >&2
	[ "$3" -gt 0 ] && [ "$2" -le "$3" ] && printf ' of at most %d' "$3" >&2
	printf ' steps, %s' "$(human_time "$5")" >&2
	[ "$4" -gt 0 ] && printf ' (a build from nothing took %s)' "$(human_time "$4")" >&2
	[ -t 2 ] || printf '\n' >&2
}

# plant FARM WHAT...: link what Kbuild reads of the checkout's WHAT into FARM, and drop
# links whose source is gone. Objects that are made beside them leave the checkout clean.
plant()
{
	local farm=$1 what f
	shift

	mkdir -p "$farm"
	for what in "$@"; do
		[ -e "$otr_top/$what" ] || continue
		(cd "$otr_top" && find "$what" -type d) | (cd "$farm" && xargs -r mkdir -p --)
		(cd "$otr_top" && find "$what" -type f \( -name '*.[chS]' -o -name '*.lds' \
			-o -name '*.sh' -o -name '*.awk' -o -name '*.dot' -o -name '*.list' -o -name Kbuild -o -name 'Kbuild.*' -o -name Kconfig \)) |
			while read -r f; do
				[ "$farm/$f" -ef "$otr_top/$f" ] ||
					ln -sfn "$otr_top/$f" "$farm/$f"
			done
	done
	find "$farm" -xtype l -delete
}
