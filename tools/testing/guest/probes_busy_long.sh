#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# probes_busy.sh for two minutes.
#
# boot: own
# timeout: 1200
# run: test-all

# shellcheck source=tools/testing/guest/probes_busy.sh
PROBES_SECONDS=90 . "$(dirname "$0")/probes_busy.sh"
