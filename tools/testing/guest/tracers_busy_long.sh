#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tracers_busy.sh for a minute.
#
# boot: own
# run: test-all

# shellcheck source=tools/testing/guest/tracers_busy.sh
TRACERS_SECONDS=60 . "$(dirname "$0")/tracers_busy.sh"
