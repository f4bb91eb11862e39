#include "sdk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

bool sdk_find(char out[PATH_MAX])
{
	static const char *const places[] = {"sdk", "../share/cairn/sdk"};
	char self[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
	if (size > 0) {
		self[size] = '\0';
		*strrchr(self, '/') = '\0';
	}
	for (size_t i = 0; size > 0 && i < sizeof places / sizeof places[0]; i++) {
		char place[PATH_MAX + 32];
		snprintf(place, sizeof place, "%s/%s", self, places[i]);
		if (realpath(place, out) != NULL)
			return true;
	}
	report_error("the SDK is neither beside this command nor in ../share/cairn");
	return false;
}
