#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0-only
#
# models.awk -v what=tables|list|glue MODEL.dot... monitors.list
#
# Print C that automata and their declaration are:
#
#	tables	what follows upon what, and the names
#	list	a macro for each monitor
#	glue	a function for each tracepoint of each monitor, and what has them attached
#
# Automata are in the words of the kernel's tools/verification/models, of which each
# line says one thing: a final state (doublecircle, or ellipse), the first state (an arrow
# from __init_), an arrow with its events. The first state is number 1, others follow as
# they are met, and so do events, from 0.

function die(text)
{
	printf "%s:%d: %s\n", FILENAME, FNR, text >"/dev/stderr"
	failed = 1
	exit 1
}

# The text between the first pair of quotes of what is left in @rest, which is cut.
function quoted(  at, text)
{
	at = index(rest, "\"")
	if (!at)
		die("a name is missing")
	rest = substr(rest, at + 1)
	at = index(rest, "\"")
	if (!at)
		die("a quote is not closed")
	text = substr(rest, 1, at - 1)
	rest = substr(rest, at + 1)
	return text
}

function check_name(name)
{
	if (name !~ /^[a-z_][a-z0-9_]*$/)
		die("this is no name: \"" name "\"")
	return name
}

function state_of(name)
{
	check_name(name)
	if (!((model, name) in state)) {
		state[model, name] = ++nr_states[model]
		state_name[model, nr_states[model]] = name
		if (nr_states[model] > 32)
			die("there are more than 32 states")
	}
	return state[model, name]
}

function event_of(name)
{
	check_name(name)
	if (!((model, name) in event)) {
		event[model, name] = nr_events[model]++
		event_name[model, event[model, name]] = name
	}
	return event[model, name]
}

function read_arrow(from, to,  nr, i, events, number)
{
	if (rest !~ /label/)
		die("an arrow has no label")
	nr = split(quoted(), events, /\\n/)
	for (i = 1; i <= nr; i++) {
		number = event_of(events[i])
		if ((model, from, number) in follows)
			die(events[i] " leads to two states")
		follows[model, from, number] = to
	}
}

# Models come first: the file's name without folder and ending is the model's.
FNR == 1 {
	model = FILENAME
	sub(/.*\//, "", model)
	is_model = sub(/\.dot$/, "", model)
	if (is_model) {
		check_name(model)
		nr_states[model] = 0
		nr_events[model] = 0
	}
	monitor = ""
}

is_model { sub(/\/\/.*/, "") }

is_model && /^[ \t]*("__init_[a-z0-9_]*";|"[a-z0-9_]*";|\{ *rank.*|\}|center *=.*|size *=.*)?[ \t]*$/ { next }

is_model && /^digraph / { next }

is_model && /^[ \t]*\{node / {
	final_shape = /shape *= *(doublecircle|ellipse)/
	rest = substr($0, index($0, "]"))
	name = quoted()
	if (final_shape)
		final[model, name] = 1
	next
}

is_model && /^[ \t]*"[^"]*" -> "[^"]*"/ {
	rest = $0
	from = quoted()
	to = quoted()
	if (from ~ /^__init_/) {
		if (nr_states[model])
			die("the first state comes first, and once")
		state_of(to)
	} else if (!nr_states[model]) {
		die("there is no first state")
	} else {
		from = state_of(from)
		read_arrow(from, state_of(to))
	}
	next
}

is_model && /^[ \t]*"[^"]*" \[label *= *"[^"]*".*\];/ { next }

is_model { die("this says nothing: " $0) }

/^[ \t]*(#.*)?$/ { next }

$1 == "tracepoint" {
	if (NF < 6)
		die("tracepoint NAME HEADER CONFIG ARGUMENTS")
	header[$2] = $3
	if (!seen[$3]++)
		headers[++nr_headers] = $3
	config[$2] = $4
	args = $0
	sub(/^[ \t]*tracepoint[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+/, "", args)
	arguments[$2] = args
	next
}

$1 == "monitor" {
	if (NF < 4 || ($3 != "cpu" && $3 != "task"))
		die("monitor NAME cpu|task DESCRIPTION")
	monitor = model = $2
	if (!(model in nr_states))
		die("there is no " model ".dot")
	monitors[++nr_monitors] = monitor
	whose[monitor] = $3
	line_of[monitor] = FNR
	text = $0
	sub(/^[ \t]*monitor[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+/, "", text)
	description[monitor] = text
	next
}

# EVENT TRACEPOINT [of TASK] [begins] [if CONDITION]
monitor != "" {
	if (!((model, $1) in event))
		die(model ".dot has no event " $1)
	if (!($2 in arguments))
		die("there is no tracepoint " $2)
	at = 3
	task = ""
	if ($at == "of") {
		task = $(at + 1)
		at += 2
	}
	if ((whose[monitor] == "task") != (task != ""))
		die("an event of a task says which task it is of, and no other does")
	begins = $at == "begins"
	at += begins
	condition = ""
	if ($at == "if") {
		condition = $0
		sub(/^.*[ \t]if[ \t]+/, "", condition)
	} else if (at <= NF) {
		die("what is this: " $at)
	}
	call = (task == "" ? "" : task ", ") event[model, $1] ");"
	plain = monitor "_step(" call
	begin = monitor "_begin(" call
	if (condition == "")
		code = "\t" (begins ? begin : plain) "\n"
	else if (begins)
		code = "\tif (" condition ")\n\t\t" begin "\n\telse\n\t\t" plain "\n"
	else
		code = "\tif (" condition ")\n\t\t" plain "\n"
	has_begin[monitor] = has_begin[monitor] || begins
	used[monitor, $1] = 1
	if (!((monitor, $2) in body))
		sources[monitor, ++nr_sources[monitor]] = $2
	body[monitor, $2] = body[monitor, $2] code
	next
}

{ die("this says nothing: " $0) }

# Every state that arrows lead to from state number @i, itself included.
function reach(name, i,  j)
{
	if ((name, i) in reached)
		return
	reached[name, i] = 1
	for (j = 0; j < nr_events[name]; j++)
		if ((name, i, j) in follows)
			reach(name, follows[name, i, j])
}

function check_monitor(name,  i)
{
	FILENAME = name ".dot"
	FNR = 0
	if (!nr_states[name])
		die("there is no first state")
	reach(name, 1)
	for (i = 1; i <= nr_states[name]; i++)
		if (!((name, i) in reached))
			die("state " state_name[name, i] " is never reached")
	for (i = 0; i < nr_events[name]; i++)
		if (!((name, event_name[name, i]) in used))
			die("event " event_name[name, i] " is no tracepoint in monitors.list")
	if (!has_begin[name])
		die("no event begins")
}

function print_names(name, kind, first, nr, names,  i)
{
	printf "static const char *const %s_%s[] = {\n", name, kind
	for (i = first; i < first + nr; i++)
		printf "\t\"%s\",\n", names[name, i]
	print "};\n"
}

function print_tables(name,  i, j, mask)
{
	printf "/* %s.dot */\n", name
	print_names(name, "states", 1, nr_states[name], state_name)
	print_names(name, "events", 0, nr_events[name], event_name)
	printf "static const u8 %s_next[] = {\n", name
	# From nowhere nothing leads anywhere.
	for (i = 0; i <= nr_states[name]; i++) {
		for (j = 0; j < nr_events[name]; j++)
			printf "%s%d,", j ? " " : "\t", follows[name, i, j]
		print ""
	}
	print "};\n"
	printf "static const struct otr_automaton %s_automaton = {\n", name
	printf "\t.states\t\t= %s_states,\n\t.events\t\t= %s_events,\n", name, name
	printf "\t.next\t\t= %s_next,\n", name
	printf "\t.nr_states\t= %d,\n\t.nr_events\t= %d,\n", nr_states[name], nr_events[name]
	mask = ""
	for (i = 1; i <= nr_states[name]; i++)
		if ((name, state_name[name, i]) in final)
			mask = mask (mask == "" ? "" : " | ") "BIT(" i - 1 ")"
	# As the kernel's tools have it: without a final state it is the first one.
	printf "\t.final\t\t= %s,\n};\n\n", mask == "" ? "BIT(0)" : mask
}

function print_probe(name, source)
{
	printf "static void %s_on_%s(void *data, %s)\n{\n", name, source, arguments[source]
	printf "%s}\n", body[name, source]
	if (config[source] != "-")
		printf "#ifdef %s\n", config[source]
	printf "OTR_RV_CHECK(%s, %s)\n", name, source
	if (config[source] != "-")
		print "#endif"
	print ""
}

function print_glue(name,  i)
{
	printf "OTR_RV_STEPS_%s(%s)\n\n", toupper(whose[name]), name
	for (i = 1; i <= nr_sources[name]; i++)
		print_probe(name, sources[name, i])
	printf "static const struct otr_rv_source %s_sources[] = {\n", name
	for (i = 1; i <= nr_sources[name]; i++)
		printf "\t{ \"%s\", %s_on_%s },\n", sources[name, i], name, sources[name, i]
	print "};\n"
	printf "OTR_RV_MONITOR(%s, %s, \"%s\")\n\n", name, toupper(whose[name]), description[name]
}

END {
	if (failed)
		exit 1
	print "/* SPDX-License-Identifier: GPL-2.0-only */"
	print "/* Written by kernel/rv/models.awk. */"
	for (i = 1; i <= nr_monitors; i++)
		check_monitor(monitors[i])
	if (what == "glue")
		for (i = 1; i <= nr_headers; i++)
			printf "#include <%s>\n", headers[i]
	for (i = 1; i <= nr_monitors; i++) {
		if (what == "tables")
			print_tables(monitors[i])
		else if (what == "list")
			printf "OTR_RV_%s(%s)\n", toupper(whose[monitors[i]]), monitors[i]
		else
			print_glue(monitors[i])
	}
}
