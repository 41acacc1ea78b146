#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What functions were called with, and what they returned, on a kernel that knows its
# types.
#
# boot: own
# boot-options: --flavor btf
# run: test-all

# shellcheck source=tools/testing/guest/args.sh
. "$(dirname "$0")/args.sh"
