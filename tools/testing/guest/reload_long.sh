#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# reload.sh, twenty times over.
#
# boot-options: --append 'nokaslr reserve_mem=2M:4096:kept reserve_mem=1M:4096:quiet trace_clock=mono' --param trace_instance=kept@kept --param trace_instance=quiet@quiet
# run: test-all
# timeout: 1200

# shellcheck source=tools/testing/guest/reload.sh
RELOADS=20 . "$(dirname "$0")/reload.sh"
