/*
 * telldir and seekdir, by the entries of a folder: each place that was told leads back to what came
 * behind it, also when other entries have come and gone.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ENTRIES_MAX = 2000 };

static char names[ENTRIES_MAX][32];
static long places[ENTRIES_MAX]; /* in front of each */
static int count;

static int wrong_places(DIR *directory)
{
	int wrong = 0;
	for (int i = count - 1; i >= 0; i--) {
		seekdir(directory, places[i]);
		struct dirent *entry = readdir(directory);
		wrong += entry == NULL || strcmp(entry->d_name, names[i]) != 0;
	}
	return wrong;
}

int main(int argument_count, char **arguments)
{
	DIR *directory = opendir(argument_count > 1 ? arguments[1] : ".");
	if (directory == NULL || chdir(arguments[1]) != 0)
		return 1;
	for (;;) {
		places[count] = telldir(directory);
		struct dirent *entry = readdir(directory);
		if (entry == NULL || count == ENTRIES_MAX - 1)
			break;
		snprintf(names[count++], sizeof names[0], "%s", entry->d_name);
	}
	printf("entries: %d\n", count);
	printf("wrong: %d\n", wrong_places(directory));
	for (int i = 0; i < 100; i++) {
		char name[32];
		snprintf(name, sizeof name, "later-%d", i);
		FILE *file = fopen(name, "w");
		if (file == NULL)
			return 1;
		fclose(file);
	}
	/* The entry behind each fourth place is gone, and the next one is there. */
	int kept = 0;
	for (int i = 0; i < count; i++) {
		if (i % 4 == 3 && names[i][0] != '.' && unlink(names[i]) == 0)
			continue;
		strcpy(names[kept], names[i]);
		places[kept++] = places[i];
	}
	count = kept;
	long told = 0;
	int missing = 0;
	/* From each place on, all that stayed is told in the old order. */
	for (int i = 0; i < count; i += 50) {
		seekdir(directory, places[i]);
		int at = i;
		for (struct dirent *entry; (entry = readdir(directory)) != NULL && at < count;)
			if (strcmp(entry->d_name, names[at]) == 0)
				at++, told++;
		missing += count - at;
	}
	printf("missing: %d, told: %s\n", missing, told > count ? "yes" : "no");
	closedir(directory);
	return 0;
}
