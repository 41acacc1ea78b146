#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# profile.sh MODULE PROGRAM ROW: what inside.sh does, after the names of all code.

grep -i ' t ' /proc/kallsyms | sed 's/^/symbol /'
exec "$(dirname "$0")/inside.sh" "$1" "$2" --quick "$3"
