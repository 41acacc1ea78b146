#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest: print all format files, each behind a line with its path.

# shellcheck source=tools/testing/qemu/lib.sh
. "$(dirname "$0")/../qemu/lib.sh"

mount_tracing || exit 1
find events -name format | sort | while read -r file; do
	echo "=== ${file%/format}"
	cat "$file" || exit 1
done
