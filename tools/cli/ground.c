#include "ground.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cairn/control.h>

#include "core/text.h"
#include "json.h"
#include "node.h"
#include "program.h"
#include "report.h"
#include "words.h"

bool ground_open(struct ground *ground)
{
	struct fault fault = {0};
	*ground = (struct ground){.store = NULL};
	enum status status = store_find_home(ground->home, &fault);
	if (status == STATUS_OK)
		status = store_open(ground->home, &ground->store, &fault);
	if (status == STATUS_OK)
		status = records_open(ground->home, &ground->records, &fault);
	if (status == STATUS_OK)
		return true;
	report_fault(status, &fault);
	ground_close(ground);
	return false;
}

void ground_close(struct ground *ground)
{
	records_close(ground->records);
	store_close(ground->store);
}

bool ground_program(struct ground *ground, const char *word, struct cid *out)
{
	return program_resolve(ground->store, word, out);
}

/* (A node that does not run yet reads what is on disk when it starts.) */
bool ground_changed(struct ground *ground, const char *what)
{
	enum { BODY_BYTES = 128 };
	uint8_t body[BODY_BYTES];
	bool failed;
	struct node *node = node_connect(&failed);
	if (node == NULL)
		return !failed;
	struct wire_out out = wire_out_over(body, sizeof body);
	const struct control_apply_call call = {.what = wire_text(what)};
	struct control_nothing_or_failure result;
	struct wire_bytes answer;
	control_apply_encode(&out, &call);
	bool is_told = node_request(node, body, &out, &answer);
	if (is_told && control_apply_answer_decode(answer.data, answer.size, &result) != WIRE_OK) {
		node_report_malformed();
		is_told = false;
	} else if (is_told && result.is_error) {
		report_error("not in force in the node that runs: %.*s",
			     (int)result.error.text.size, result.error.text.data);
		is_told = false;
	}
	node_close(node);
	return is_told;
}

const char *ground_person(void)
{
	static char name[64];
	if (name[0] != '\0')
		return name;
	const struct passwd *user = getpwuid(geteuid());
	if (user != NULL)
		snprintf(name, sizeof name, "%s", user->pw_name);
	else
		snprintf(name, sizeof name, "user %u", (unsigned)geteuid());
	return name;
}

uint64_t ground_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct ground_time ground_time(uint64_t ns)
{
	struct ground_time out = {.text = "?"};
	time_t seconds = (time_t)(ns / 1000000000u);
	struct tm parts;
	if (localtime_r(&seconds, &parts) != NULL)
		strftime(out.text, sizeof out.text, "%Y-%m-%d %H:%M:%S", &parts);
	return out;
}

/* ---- Names ---- */

struct ground_shown ground_show_program(struct ground *ground, const struct cid *program)
{
	struct ground_shown shown;
	names_show_program(ground->records, program, shown.text);
	return shown;
}

struct ground_shown ground_show_interface(struct ground *ground, const struct digest *interface)
{
	struct ground_shown shown;
	names_show_interface(ground->records, interface, shown.text);
	return shown;
}

struct ground_shown ground_word_of_program(struct ground *ground, const struct cid *program)
{
	struct ground_shown shown;
	names_word_of_program(ground->records, program, shown.text);
	return shown;
}

struct ground_shown ground_word_of_interface(struct ground *ground, const struct digest *interface)
{
	struct ground_shown shown;
	names_word_of_interface(ground->records, interface, shown.text);
	return shown;
}

static void json_name(struct json *json, const char *key, const char *word, const char *hash)
{
	if (strcmp(word, hash) == 0)
		json_null(json, key);
	else
		json_string(json, key, word);
}

void ground_json_program(struct ground *ground, struct json *json, const struct cid *program)
{
	char cid[CID_TEXT_BYTES];
	cid_to_text(program, cid);
	json_string(json, "program", cid);
	json_name(json, "program_name", ground_word_of_program(ground, program).text, cid);
}

void ground_json_interface(struct ground *ground, struct json *json, const struct digest *interface)
{
	char hex[2 * sizeof interface->bytes + 1];
	struct text text = text_over(hex, sizeof hex);
	text_hex(&text, interface->bytes, sizeof interface->bytes);
	json_string(json, "interface", hex);
	struct cid cid = {.codec = CID_RAW};
	char printed[CID_TEXT_BYTES];
	memcpy(cid.hash, interface->bytes, sizeof cid.hash);
	cid_to_text(&cid, printed);
	json_name(json, "interface_name", ground_word_of_interface(ground, interface).text,
		  printed);
}

void ground_json_scopes(struct json *json, const struct wasm_name *scopes, uint32_t count)
{
	json_open_array(json, "scopes");
	for (uint32_t i = 0; i < count; i++)
		json_bytes(json, NULL, scopes[i].data, scopes[i].size);
	json_close_array(json);
}

struct ground_scopes ground_show_scopes(const struct wasm_name *scopes, uint32_t count)
{
	struct ground_scopes shown;
	struct text text = text_over(shown.text, sizeof shown.text);
	for (uint32_t i = 0; i < count; i++) {
		if (text.used > sizeof shown.text - 300) {
			text_string(&text, ", and ");
			text_decimal(&text, count - i);
			text_string(&text, " more");
			break;
		}
		text_string(&text, i == 0 ? " within " : ", ");
		text_escaped(&text, scopes[i].data, scopes[i].size < 250 ? scopes[i].size : 250);
	}
	return shown;
}
