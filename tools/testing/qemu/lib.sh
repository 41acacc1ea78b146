# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For scripts that run in the guest: . "$(dirname "$0")/../qemu/lib.sh"

tracing=/sys/kernel/tracing

# Mount the engine's files at their usual place and go there.
mount_tracing()
{
	mountpoint -q "$tracing" || mount -t tracefs nodev "$tracing" || return
	cd "$tracing" || return
}

# Show a command, then run it.
show()
{
	printf '# %s\n' "$1"
	eval "$1"
}
