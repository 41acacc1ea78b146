#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kunit.sh KUNIT_KO MODULE...: load KUnit and then every suite, in the guest. The
# results are in the kernel's log, between marks; insmod says nothing about them.

mark()
{
	echo "outrace-kunit: $*" >/dev/kmsg
	echo "$*"
}

insmod "$1" enable=1 || exit
shift
for module in "$@"; do
	name=$(basename "$module" .ko)
	mark "begin $name"
	insmod "$module"
	mark "end $name $?"
	rmmod "$name"
done
