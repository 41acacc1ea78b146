#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fuzz.sh PROGRAM [RUNS]: let a program of libFuzzer's look for what hurts, KTAP on
# standard output. It begins with the lines of PROGRAM.seeds, if there are any, and
# what earlier runs found; the input of a crash stays beside the program.

set -euo pipefail

here=$(dirname "$(realpath "$0")")
program=$1
name=${program##*/}
runs=${2:-300000}
corpus=$program.corpus
log=$program.log
more=()

mkdir -p "$corpus"
if [ -e "$here/$name.seeds" ]; then
	number=0
	while IFS= read -r line; do
		number=$((number + 1))
		printf '%s' "$line" >"$corpus/seed$number"
	done < <(grep -v '^#' "$here/$name.seeds")
fi
[ ! -e "$here/$name.dict" ] || more+=(-dict="$here/$name.dict")

echo 'KTAP version 1'
echo '1..1'
# -max_total_time: a slow machine does less, it does not take longer.
if "$program" -seed=1 -runs="$runs" -max_total_time=60 -max_len=2048 -timeout=10 -rss_limit_mb=1024 \
	"${more[@]}" -artifact_prefix="$program." "$corpus" >"$log" 2>&1; then
	sed -n 's/^stat::number_of_executed_units: /# runs: /p; s/^\(Done .*\)/# \1/p' "$log"
	echo "ok 1 - $name"
else
	tail -n 40 "$log" | sed 's/^/# /'
	echo "not ok 1 - $name"
	exit 1
fi
