// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client of the files as programs write them: with libtracefs and libtraceevent.
 *
 *	tracefs formats		parse the format of every event
 *	tracefs events		read what is in the buffer, every field of it
 *	tracefs lost read|splice MARKS
 *				write that many numbered marks while reading pages,
 *				and compare the gaps with what the pages say
 *
 * Each prints one line of NAME=VALUE, and before it a line for whatever is wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include <event-parse.h>
#include <kbuffer.h>
#include <tracefs.h>

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(2);
}

/*
 * formats: every event is parsed alone, so that a bad one hides no other. One whose
 * fields are understood and whose text is not counts as good, but is named.
 */

static bool parse_format(const char *system, const char *name)
{
	struct tep_handle *tep = tep_alloc();
	struct tep_event *event;
	enum tep_errno error = TEP_ERRNO__PARSE_EVENT_FAILED;
	char *text;
	int len;

	if (!tep)
		die("tep_alloc");
	tep_set_long_size(tep, sizeof(long));
	text = tracefs_event_file_read(NULL, system, name, "format", &len);
	if (text)
		error = tep_parse_event(tep, text, len, system);
	if (error)
		printf("%s:%s: error %d\n", system, name, error);
	event = tep_find_event_by_name(tep, system, name);
	if (!error && (!event || event->flags & TEP_EVENT_FL_FAILED))
		printf("%s:%s: its text\n", system, name);
	free(text);
	tep_free(tep);
	return !error;
}

static int run_formats(void)
{
	char **systems = tracefs_event_systems(NULL);
	int good = 0, bad = 0;

	if (!systems)
		die("the systems of events");
	for (char **system = systems; *system; system++) {
		char **events = tracefs_system_events(NULL, *system);

		for (char **event = events; event && *event; event++)
			*(parse_format(*system, *event) ? &good : &bad) += 1;
		tracefs_list_free(events);
	}
	tracefs_list_free(systems);
	printf("good=%d bad=%d\n", good, bad);
	return 0;
}

/* events */

struct sums {
	int	records, fields, bad;
	bool	seen[1 << 16];
	int	kinds;
};

static void bad_field(struct sums *sums, struct tep_event *event,
		      struct tep_format_field *field, const char *why)
{
	printf("%s:%s: field %s: %s\n", event->system, event->name, field->name, why);
	sums->bad++;
}

/* A field lies in its record, and so does what it points to. */
static void look_at_field(struct sums *sums, struct tep_event *event,
			  struct tep_record *record, struct tep_format_field *field)
{
	unsigned long long value;
	int from = field->offset, size = field->size;

	sums->fields++;
	/* An array of no size is what the record ends with. */
	if (from + size > record->size) {
		bad_field(sums, event, field, "is not in the record");
		return;
	}
	if (!(field->flags & TEP_FIELD_IS_DYNAMIC))
		return;
	if (tep_read_number_field(field, record->data, &value)) {
		bad_field(sums, event, field, "cannot be read");
		return;
	}
	from = value & 0xffff;
	size = value >> 16;
	if (field->flags & TEP_FIELD_IS_RELATIVE)
		from += field->offset + field->size;
	if (from + size > record->size)
		bad_field(sums, event, field, "points out of the record");
	else if (field->flags & TEP_FIELD_IS_STRING && size &&
		 strnlen((char *)record->data + from, size) == (size_t)size)
		bad_field(sums, event, field, "is a string without an end");
}

static int look_at_record(struct tep_event *event, struct tep_record *record, int cpu,
			  void *data)
{
	struct sums *sums = data;
	struct tep_format_field *field;
	struct trace_seq text;

	sums->records++;
	if (!sums->seen[event->id & 0xffff]) {
		sums->seen[event->id & 0xffff] = true;
		sums->kinds++;
	}
	for (field = event->format.common_fields; field; field = field->next)
		look_at_field(sums, event, record, field);
	for (field = event->format.fields; field; field = field->next)
		look_at_field(sums, event, record, field);
	trace_seq_init(&text);
	tep_print_event(event->tep, &text, record, "%s|%s", TEP_PRINT_NAME, TEP_PRINT_INFO);
	if (!text.len || text.state != TRACE_SEQ__GOOD) {
		printf("%s:%s: does not print\n", event->system, event->name);
		sums->bad++;
	}
	trace_seq_destroy(&text);
	return 0;
}

static int run_events(void)
{
	struct tep_handle *tep = tracefs_local_events(NULL);
	static struct sums sums;

	if (!tep)
		die("the local events");
	if (tracefs_iterate_raw_events(tep, NULL, NULL, 0, look_at_record, &sums))
		die("the records");
	printf("records=%d kinds=%d fields=%d bad=%d\n", sums.records, sums.kinds, sums.fields,
	       sums.bad);
	tep_free(tep);
	return 0;
}

/* lost */

#define CPU	1		/* who writes the marks, and whose pages are read */
#define PAGE	4096

struct losses {
	struct kbuffer	*kbuf;
	long		next;	/* the mark that comes if nothing is lost */
	long		read;
	long		lost;	/* by the numbers on the marks */
	long		pages;
	long		counted; /* pages that say how many were lost before them */
	long		flagged; /* pages that only say that some were */
	long		wrong;
};

static void write_marks(long marks)
{
	int fd = tracefs_instance_file_open(NULL, "trace_marker", O_WRONLY);
	cpu_set_t set;
	char text[32];

	CPU_ZERO(&set);
	CPU_SET(CPU, &set);
	if (fd < 0 || sched_setaffinity(0, sizeof(set), &set))
		die("trace_marker");
	for (long i = 0; i < marks; i++) {
		int len = snprintf(text, sizeof(text), "mark %08ld\n", i);

		if (write(fd, text, len) != len)
			die("trace_marker");
	}
	exit(0);
}

/* The number of the mark in a record, whose text is "mark NUMBER" somewhere. */
static long number_of(const char *record, int size)
{
	const char *text = memmem(record, size, "mark ", 5);

	return text ? atol(text + 5) : -1;
}

static void look_at_page(struct losses *l, void *page)
{
	unsigned long long ts;
	int missed;
	void *data;

	if (kbuffer_load_subbuffer(l->kbuf, page))
		die("a page");
	missed = kbuffer_missed_events(l->kbuf);
	l->pages++;
	l->counted += missed > 0;
	l->flagged += missed < 0;
	for (data = kbuffer_read_event(l->kbuf, &ts); data;
	     data = kbuffer_next_event(l->kbuf, &ts)) {
		long number = number_of(data, kbuffer_event_size(l->kbuf));
		long gap = number - l->next;

		if (number < 0)
			continue;
		if (missed < 0 ? gap <= 0 : gap != missed) {
			printf("mark %ld: %ld are missing before it, the page says %d\n",
			       number, gap, missed);
			l->wrong++;
		}
		l->lost += gap;
		l->read++;
		l->next = number + 1;
		missed = 0;
	}
}

/* Everything there is now; false when there was nothing. */
static bool read_pages(struct losses *l, struct tracefs_cpu *cpu)
{
	char page[PAGE];
	bool any = false;

	while (tracefs_cpu_read(cpu, page, true) > 0) {
		look_at_page(l, page);
		any = true;
	}
	return any;
}

static void look_at_file(struct losses *l, int fd)
{
	char page[PAGE];

	for (off_t at = 0; pread(fd, page, PAGE, at) > 0; at += PAGE)
		look_at_page(l, page);
}

static int run_lost(bool splice, long marks)
{
	struct losses l = { .kbuf = kbuffer_alloc(KBUFFER_LSIZE_8, KBUFFER_ENDIAN_LITTLE) };
	struct tracefs_cpu *cpu = tracefs_cpu_open(NULL, CPU, true);
	char name[] = "/tmp/pages-XXXXXX";
	int fd = mkstemp(name), status = 0;
	pid_t child;

	if (!l.kbuf || !cpu || fd < 0)
		die("the pages of the CPU");
	child = fork();
	if (!child)
		write_marks(marks);
	while (child > 0 && !waitpid(child, &status, WNOHANG)) {
		while (splice && tracefs_cpu_write(cpu, fd, true) > 0)
			;
		if (!splice)
			read_pages(&l, cpu);
		usleep(3000);
	}
	if (splice && tracefs_cpu_flush_write(cpu, fd) < 0)
		die("the last pages");
	look_at_file(&l, fd);
	while (read_pages(&l, cpu))
		;
	l.lost += marks - l.next;
	printf("read=%ld lost=%ld pages=%ld counted=%ld flagged=%ld wrong=%ld status=%d\n",
	       l.read, l.lost, l.pages, l.counted, l.flagged, l.wrong, status);
	tracefs_cpu_close(cpu);
	kbuffer_free(l.kbuf);
	unlink(name);
	return 0;
}

/* A query becomes a synthetic event and what records it; they are there while a command runs. */
static int run_sql(const char *name, const char *query, const char *command)
{
	struct tep_handle *tep = tracefs_local_events(NULL);
	struct tracefs_synth *synth;
	char *error = NULL;
	int status;

	synth = tep ? tracefs_sql(tep, name, query, &error) : NULL;
	if (!synth) {
		printf("no query: %s\n", error ?: strerror(errno));
		return 1;
	}
	if (tracefs_synth_create(synth)) {
		printf("not made: %s\n", strerror(errno));
		return 1;
	}
	status = system(command);
	if (tracefs_synth_destroy(synth)) {
		printf("not removed: %s\n", strerror(errno));
		return 1;
	}
	tracefs_synth_free(synth);
	tep_free(tep);
	return status != 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "sql"))
		return run_sql(argv[2], argv[3], argv[4]);
	if (argc == 2 && !strcmp(argv[1], "formats"))
		return run_formats();
	if (argc == 2 && !strcmp(argv[1], "events"))
		return run_events();
	if (argc == 4 && !strcmp(argv[1], "lost"))
		return run_lost(!strcmp(argv[2], "splice"), atol(argv[3]));
	fprintf(stderr,
		"usage: tracefs formats | events | lost read|splice MARKS | sql NAME QUERY COMMAND\n");
	return 2;
}
