#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What of perf_events.sh takes longer: tasks, call chains, other programs of perf, a thousand
# opens and closes.
#
# run: test-all

# shellcheck disable=SC2034 # for perf_events.sh
long=1
# shellcheck source=tools/testing/guest/perf_events.sh
. "$(dirname "$0")/perf_events.sh"
