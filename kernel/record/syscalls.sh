#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# syscalls.sh SRCTREE OBJTREE SRCARCH
#
# Print a header that says which system calls a kernel has and what they take:
# a macro OTR_NR_<name> for each number of the architecture's table, and the
# kernel's own SYSCALL_DEFINEn(name, type, argument, ...) lines, between the
# preprocessor's conditions that they stand in.
#
# With the kernel's sources at hand the lines are theirs. A package of headers
# has prototypes only, whose argument names differ here and there and which miss
# what the architecture defines; then the lines are made from these. System calls
# that were configured away are weak symbols in System.map, if there is one.

set -eu

srctree=$1 objtree=$2 srcarch=$3
table=$srctree/arch/$srcarch/entry/syscalls/syscall_64.tbl
map=$objtree/System.map
places="arch/$srcarch block drivers/char fs init io_uring ipc kernel lib mm net security"

# Numbers and names of what the table has and System.map does not call weak.
calls()
{
	[ -r "$table" ] || return 0
	{
		if [ -r "$map" ]; then cat "$map"; fi
		echo '== table'
		cat "$table"
	} | awk '
		/^== table/		{ table = 1; next }
		!table			{ if ($2 == "T") { map = 1; strong[$3] = 1 }; next }
		$2 !~ /^(common|64)$/ || $4 !~ /^sys_/ || $4 == "sys_ni_syscall" { next }
		map && !("__x64_" $4 in strong) { next }
		!seen[$4]++		{ print $1, substr($4, 5) }'
}

# Files with system calls, but not those for other machines.
files()
{
	# shellcheck disable=SC2086
	(cd "$srctree" && grep -rlE --include='*.c' '^SYSCALL_DEFINE[0-6]\(' $places) |
		grep -v -e '/um/' -e '_32\.c$' -e '/nommu\.c$' -e '-stubs\.c$' | sort
}

# The lines of the sources.
defined()
{
	files | while read -r file; do
			awk -v wanted="$1" '
			function whole(s) { return gsub(/\(/, "(", s) == gsub(/\)/, ")", s) }
			BEGIN {
				while ((getline line < wanted) > 0) {
					split(line, word)
					want[word[2]] = 1
				}
			}
			/^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)/ {
				while (/\\$/ && (getline more) > 0)
					$0 = substr($0, 1, length($0) - 1) more
				if (/^[ \t]*#[ \t]*if/)
					opened[++depth] = nr + 1
				out[++nr] = $0
				# Conditions around nothing need not be met.
				if (/^[ \t]*#[ \t]*endif/ && opened[depth--] > last)
					nr = opened[depth + 1] - 1
				next
			}
			/^SYSCALL_DEFINE[0-6]\(/ {
				while (!whole($0) && (getline more) > 0)
					$0 = $0 " " more
				sub(/\)[^)]*$/, ")")
				gsub(/[ \t]+/, " ")
				name = $0
				sub(/^[^(]*\( ?/, "", name)
				sub(/[ ,)].*/, "", name)
				if (name in want)
					out[last = ++nr] = $0
			}
			END {
				for (i = 1; i <= nr; i++)
					print out[i]
			}' "$srctree/$file"
		done
}

# The same from prototypes.
declared()
{
	for file in include/linux/syscalls.h include/asm-generic/syscalls.h; do
		[ -r "$srctree/$file" ] || continue
		awk -v wanted="$1" '
		BEGIN {
			while ((getline line < wanted) > 0) {
				split(line, word)
				want[word[2]] = 1
			}
		}
		/^asmlinkage long sys_/ {
			while (!/;/ && (getline more) > 0)
				$0 = $0 " " more
			gsub(/[ \t]+/, " ")
			name = $3
			sub(/\(.*/, "", name)
			sub(/^sys_/, "", name)
			if (!(name in want) || done[name]++)
				next
			sub(/^[^(]*\(/, "")
			sub(/\) ?;.*/, "")
			n = $0 == "void" ? 0 : split($0, arg, /, ?/)
			line = "SYSCALL_DEFINE" n "(" name
			for (i = 1; i <= n; i++) {
				type = arg[i]
				called = "arg" i
				if (match(type, /[ *][a-z_0-9]+$/) && type !~ /(^| )(unsigned|struct|const) ?[a-z_0-9]+$/) {
					called = substr(type, RSTART + 1)
					type = substr(type, 1, RSTART)
				}
				sub(/ $/, "", type)
				line = line ", " type ", " called
			}
			print line ")"
		}' "$srctree/$file"
	done
}

wanted=$(mktemp)
trap 'rm -f "$wanted"' EXIT
calls >"$wanted"

echo '/* Written by kernel/record/syscalls.sh. */'
echo '#ifdef OTR_SYSCALL_NUMBERS'
awk '{ print "#define OTR_NR_" $2, $1 }' "$wanted"
echo '#else'
if [ -r "$srctree/fs/open.c" ]; then
	defined "$wanted"
else
	declared "$wanted"
fi
echo '#endif'
