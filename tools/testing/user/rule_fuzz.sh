#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# rule_fuzz.sh PROGRAM [RUNS]: fuzz the reader of filters, KTAP on standard
# output. It begins with the lines of rule_fuzz.seeds and what earlier runs
# found; the input of a crash stays beside the program.

set -euo pipefail

here=$(dirname "$(realpath "$0")")
program=$1
runs=${2:-300000}
corpus=$program.corpus
log=$program.log

mkdir -p "$corpus"
number=0
while IFS= read -r line; do
	number=$((number + 1))
	printf '%s' "$line" >"$corpus/seed$number"
done < <(grep -v '^#' "$here/rule_fuzz.seeds")

echo 'KTAP version 1'
echo '1..1'
# -max_total_time: a slow machine does less, it does not take longer.
if "$program" -seed=1 -runs="$runs" -max_total_time=60 -max_len=512 -timeout=10 -rss_limit_mb=1024 \
	-dict="$here/rule_fuzz.dict" -artifact_prefix="$program." "$corpus" >"$log" 2>&1; then
	sed -n 's/^stat::number_of_executed_units: /# runs: /p; s/^\(Done .*\)/# \1/p' "$log"
	echo 'ok 1 - rule_fuzz'
else
	tail -n 40 "$log" | sed 's/^/# /'
	echo 'not ok 1 - rule_fuzz'
	exit 1
fi
