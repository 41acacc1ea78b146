#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# quote.sh SOURCE_TREE FILE:NAME
#
# Print what the kernel's FILE says of NAME: the definition of a type, a table or
# a function that only this file knows and that a header of events takes for
# granted. It is what the kernel was built from, so it cannot be wrong for it, as
# a copy of ours could. What is not found is not printed, and then the header
# does not compile; try.sh deals with that.

set -eu

file=$1/${2%%:*} name=${2#*:}
[ ! -r "$file" ] ||
	sed -n -e "/^\(struct\|union\|enum\) $name {\$/,/^}/p" \
		-e "/^static .*\<${name}[[(].*[^;]\$/,/^}/p" "$file"
