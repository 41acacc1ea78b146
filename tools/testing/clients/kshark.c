// SPDX-License-Identifier: GPL-2.0-only
/*
 * KernelShark without its windows: libkshark loads a file of trace-cmd, as the
 * program does when it opens one, and fills the bins of its graph.
 *
 *	kshark FILE [LINES]
 *
 * Prints a line "NAME NUMBER" for each event, and last one of NAME=VALUE; into the
 * file LINES, each entry as `trace-cmd report -t` does.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libkshark.h>
#include <libkshark-model.h>

#define BINS		1000
#define MAX_EVENTS	65536

struct sums {
	char	*names[MAX_EVENTS];
	long	of_event[MAX_EVENTS];
	long	bad, binned;
	int	cpus, bins;
};

/* Where entries are written, NULL for nowhere. */
static FILE *lines;

static void write_entry(struct kshark_entry *entry, const char *name, const char *task,
			const char *info)
{
	const char *slash = strchr(name, '/');

	fprintf(lines, "%s-%d [%03d] %ld.%09ld: %s: %s\n", task, kshark_get_pid(entry),
		entry->cpu, entry->ts / 1000000000, entry->ts % 1000000000,
		slash ? slash + 1 : name, info);
}

static void check_entry(struct sums *sums, struct kshark_entry *entry, int64_t *last)
{
	char *task = kshark_get_task(entry), *info = kshark_get_info(entry);
	char *name = kshark_get_event_name(entry);
	const char *why = NULL;

	if (entry->event_id < 0)
		why = "no event";
	else if (!name || !*name || strstr(name, "UNKNOWN"))
		why = "an event without a name";
	else if (!task || !*task)
		why = "no task";
	else if (info && strstr(info, "FAILED TO PARSE"))
		why = "cannot be printed";
	else if (entry->ts < *last)
		why = "not in order";
	*last = entry->ts;
	if (lines && !why)
		write_entry(entry, name, task, info ?: "");
	if (why) {
		printf("%s at %ld: %s\n", name ?: "?", (long)entry->ts, why);
		sums->bad++;
		free(name);
	} else if (sums->of_event[entry->event_id]++) {
		free(name);
	} else {
		sums->names[entry->event_id] = name;
	}
	free(task);
	free(info);
}

/* The bins of the graph hold every entry once. */
static void fill_bins(struct sums *sums, struct kshark_entry **rows, ssize_t count)
{
	struct kshark_trace_histo histo;

	ksmodel_init(&histo);
	ksmodel_set_bining(&histo, BINS, rows[0]->ts, rows[count - 1]->ts);
	ksmodel_fill(&histo, rows, count);
	for (int bin = 0; bin < histo.n_bins; bin++) {
		long here = ksmodel_bin_count(&histo, bin);

		sums->binned += here;
		sums->bins += here > 0;
	}
	ksmodel_clear(&histo);
}

int main(int argc, char **argv)
{
	struct kshark_context *kshark = NULL;
	struct kshark_entry **rows = NULL;
	static struct sums sums;
	int64_t last = 0;
	ssize_t count;
	int stream;

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: kshark FILE [LINES]\n");
		return 2;
	}
	if (argc == 3) {
		lines = fopen(argv[2], "w");
		if (!lines)
			return 2;
	}
	if (!kshark_instance(&kshark))
		return 2;
	stream = kshark_open(kshark, argv[1]);
	count = stream < 0 ? stream : kshark_load_entries(kshark, stream, &rows);
	if (count <= 0) {
		fprintf(stderr, "%s cannot be loaded: %zd\n", argv[1], count);
		return 1;
	}
	for (ssize_t i = 0; i < count; i++)
		check_entry(&sums, rows[i], &last);
	fill_bins(&sums, rows, count);
	for (int id = 0; id < MAX_EVENTS; id++) {
		if (sums.of_event[id])
			printf("%s %ld\n", sums.names[id], sums.of_event[id]);
		free(sums.names[id]);
	}
	printf("entries=%zd bad=%ld cpus=%d tasks=%zd bins=%d binned=%ld\n", count, sums.bad,
	       kshark_get_data_stream(kshark, stream)->n_cpus,
	       kshark_get_task_pids(kshark, stream, &(int *){ NULL }), sums.bins, sums.binned);
	for (ssize_t i = 0; i < count; i++)
		free(rows[i]);
	free(rows);
	kshark_close(kshark, stream);
	kshark_free(kshark);
	return lines && fclose(lines) ? 2 : 0;
}
