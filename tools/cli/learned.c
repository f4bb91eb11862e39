#include "learned.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include <cairn/dns.h>
#include <cairn/process.h>
#include <cairn/tcp.h>
#include <cairn/terminal.h>
#include <cairn/udp.h>

#include "records.h"
#include "scopes.h"
#include "words.h"

enum { USES_MAX = 1024, HANDLERS_MAX = 1024, SCOPE_BYTES = 320, NAME_BYTES = 256 };

struct use {
	uint64_t process;
	struct digest interface;
	struct wasm_name scopes[RECORDS_SCOPES_MAX]; /* malloc'ed */
	uint32_t scope_count;
};

static struct {
	struct use *uses;
	uint32_t count;
	uint64_t missed;

	/* Processes that got messages: what those use is their own affair (the loader's). */
	uint64_t handlers[HANDLERS_MAX];
	uint32_t handler_count;
} learned;

static bool is(const struct digest *interface, const uint8_t *known)
{
	return memcmp(interface->bytes, known, sizeof interface->bytes) == 0;
}

/* ---- Scopes, as the handlers of the system understand them ---- */

/* What a message needs. */
struct need {
	bool needs_grant;
	char scope[SCOPE_BYTES]; /* empty for none */
};

static void print_address(struct need *need, const char *prefix,
			  const struct tcp_endpoint *endpoint)
{
	need->needs_grant = true;
	char text[INET6_ADDRSTRLEN] = "?";
	const struct tcp_ip_address *address = &endpoint->address;
	bool is_ipv6 = address->kind != TCP_IP_ADDRESS_IPV4;
	uint32_t ipv4 = htonl(address->as.ipv4);
	uint8_t ipv6[16];
	for (int i = 0; i < 8 && is_ipv6; i++) {
		ipv6[i] = (uint8_t)(address->as.ipv6.high >> (56 - 8 * i));
		ipv6[8 + i] = (uint8_t)(address->as.ipv6.low >> (56 - 8 * i));
	}
	inet_ntop(is_ipv6 ? AF_INET6 : AF_INET, is_ipv6 ? (void *)ipv6 : (void *)&ipv4, text,
		  sizeof text);
	snprintf(need->scope, sizeof need->scope, is_ipv6 ? "%s[%s]:%u" : "%s%s:%u", prefix, text,
		 endpoint->port);
}

/* What is neither a name nor an address leads nowhere, and as a scope it could say more than the
 * program has done: `*`, or a range. */
static bool is_host(struct wire_string name)
{
	char text[NAME_BYTES];
	uint8_t address[16];
	if (name.size >= sizeof text)
		return false;
	memcpy(text, name.data, name.size);
	text[name.size] = '\0';
	return scopes_is_host_name(name.data, name.size) || inet_pton(AF_INET, text, address) == 1;
}

static void print_name(struct need *need, struct wire_string name, uint16_t port)
{
	need->needs_grant = is_host(name);
	if (need->needs_grant)
		snprintf(need->scope, sizeof need->scope, "%.*s:%u",
			 (int)(name.size < NAME_BYTES ? name.size : NAME_BYTES), name.data, port);
}

static void on_connect(void *self, void *message, const struct tcp_connect_call *call)
{
	if (call->to.kind == TCP_DESTINATION_ENDPOINT)
		print_address(self, "", &call->to.as.endpoint);
	else
		print_name(self, call->to.as.host.host, call->to.as.host.port);
}

static void on_listen(void *self, void *message, const struct tcp_listen_call *call)
{
	print_address(self, "listen:", &call->at);
}

/* `udp` has the same types under its own names. */
static struct tcp_endpoint endpoint_of(const struct udp_endpoint *from)
{
	struct tcp_endpoint out = {.port = from->port, .zone = from->zone};
	_Static_assert(sizeof out.address == sizeof from->address, "addresses are the same");
	memcpy(&out.address, &from->address, sizeof out.address);
	return out;
}

static void on_bind(void *self, void *message, const struct udp_bind_call *call)
{
	struct tcp_endpoint at = endpoint_of(&call->at);
	print_address(self, "listen:", &at);
}

static void on_send(void *self, void *message, const struct udp_send_call *call)
{
	struct tcp_endpoint to;
	if (call->to.kind == UDP_DESTINATION_HOST) {
		print_name(self, call->to.as.host.host, call->to.as.host.port);
		return;
	}
	to = endpoint_of(&call->to.as.endpoint);
	print_address(self, "", &to);
}

static void keep_name(struct need *need, struct wire_string name)
{
	need->needs_grant = is_host(name);
	if (need->needs_grant)
		snprintf(need->scope, sizeof need->scope, "%.*s",
			 (int)(name.size < NAME_BYTES ? name.size : NAME_BYTES), name.data);
}

static void on_resolve(void *self, void *message, const struct dns_resolve_call *call)
{
	keep_name(self, call->name);
}

static void on_text(void *self, void *message, const struct dns_text_call *call)
{
	keep_name(self, call->name);
}

/* (No scope says whose name may be looked up by an address.) */
static void on_reverse(void *self, void *message, const struct dns_reverse_call *call)
{
	((struct need *)self)->needs_grant = true;
}

static void on_start(void *self, void *message, const struct process_start_call *call)
{
	((struct need *)self)->needs_grant = true;
}

static void on_kill(void *self, void *message, const struct process_kill_call *call)
{
	((struct need *)self)->needs_grant = true;
}

static void on_wait_end(void *self, void *message, const struct process_wait_end_call *call)
{
	((struct need *)self)->needs_grant = true;
}

/* Functions that are not looked at need no scope; what is malformed needs nothing. */
static void look_into(const struct digest *interface, const void *body, size_t size,
		      struct need *need)
{
	static const struct tcp_handler tcp = {.connect = on_connect, .listen = on_listen};
	static const struct udp_handler udp = {.bind = on_bind, .send = on_send};
	static const struct dns_handler dns = {
	    .resolve = on_resolve, .reverse = on_reverse, .text = on_text};
	static const struct process_handler process = {
	    .start = on_start, .kill = on_kill, .wait_end = on_wait_end};
	/* Of the network only what names an address needs a scope; all else follows from that. */
	need->needs_grant = !is(interface, tcp_interface) && !is(interface, udp_interface) &&
			    !is(interface, dns_interface);
	if (is(interface, tcp_interface)) {
		(void)!tcp_dispatch(&tcp, need, NULL, body, size);
	} else if (is(interface, udp_interface)) {
		(void)!udp_dispatch(&udp, need, NULL, body, size);
	} else if (is(interface, dns_interface)) {
		(void)!dns_dispatch(&dns, need, NULL, body, size);
	} else if (is(interface, process_interface)) {
		/* Its own arguments and its end are everybody's. */
		need->needs_grant = false;
		(void)!process_dispatch(&process, need, NULL, body, size);
	}
}

/* ---- What is kept ---- */

/* What every program may do. */
static bool is_free(const struct digest *interface)
{
	static const char *const free_ones[] = {"interface", "threads", "log",
						"time",      "random",  "terminal"};
	struct words words;
	if (!words_of(interface, &words))
		return false;
	for (size_t i = 0; i < sizeof free_ones / sizeof free_ones[0]; i++)
		if (strcmp(words.name, free_ones[i]) == 0)
			return true;
	return false;
}

static bool is_handler(uint64_t process)
{
	for (uint32_t i = 0; i < learned.handler_count; i++)
		if (learned.handlers[i] == process)
			return true;
	return false;
}

static void add_handler(uint64_t process)
{
	if (process != 0 && !is_handler(process) && learned.handler_count < HANDLERS_MAX)
		learned.handlers[learned.handler_count++] = process;
}

/* Process 0 stands for all of them. */
static struct use *find(uint64_t process, const struct digest *interface)
{
	for (uint32_t i = 0; i < learned.count; i++)
		if (learned.uses[i].process == process &&
		    memcmp(&learned.uses[i].interface, interface, sizeof *interface) == 0)
			return &learned.uses[i];
	return NULL;
}

static struct use *find_or_add(uint64_t process, const struct digest *interface)
{
	struct use *use = find(process, interface);
	if (use != NULL || learned.count == USES_MAX)
		return use;
	use = &learned.uses[learned.count++];
	*use = (struct use){.process = process, .interface = *interface};
	return use;
}

static void add_scope(struct use *use, const char *scope)
{
	size_t size = strlen(scope);
	for (uint32_t i = 0; i < use->scope_count; i++)
		if (use->scopes[i].size == size && memcmp(use->scopes[i].data, scope, size) == 0)
			return;
	char *copy = use->scope_count == RECORDS_SCOPES_MAX ? NULL : strdup(scope);
	learned.missed += copy == NULL;
	if (copy != NULL)
		use->scopes[use->scope_count++] =
		    (struct wasm_name){.data = (const uint8_t *)copy, .size = size};
}

static void take(struct trace_output *output, const struct trace_message *message)
{
	const struct kernel_trace_event *event = output->event;
	struct need need = {.scope = ""};
	add_handler(message->handler);
	if (message->sender == 0 || is_free(&message->interface))
		return;
	/* What comes over the node's socket is in one part. */
	bool has_body = event->part_count > 0;
	look_into(&message->interface, has_body ? event->parts->data : NULL,
		  has_body ? event->parts->size : 0, &need);
	if (!need.needs_grant)
		return;
	struct use *use = find_or_add(message->sender, &message->interface);
	if (use == NULL)
		learned.missed++;
	else if (need.scope[0] != '\0')
		add_scope(use, need.scope);
}

/* What all processes have used of it together, but for the handlers. */
static void merge(struct use *use, const struct digest *interface)
{
	*use = (struct use){.interface = *interface};
	for (uint32_t i = 0; i < learned.count; i++) {
		const struct use *one = &learned.uses[i];
		if (is_handler(one->process) ||
		    memcmp(&one->interface, interface, sizeof *interface) != 0)
			continue;
		for (uint32_t j = 0; j < one->scope_count; j++)
			add_scope(use, (const char *)one->scopes[j].data);
	}
}

static bool is_first_of_interface(uint32_t index)
{
	for (uint32_t i = 0; i < index; i++)
		if (!is_handler(learned.uses[i].process) &&
		    memcmp(&learned.uses[i].interface, &learned.uses[index].interface,
			   sizeof(struct digest)) == 0)
			return false;
	return !is_handler(learned.uses[index].process);
}

static void drop_scopes(struct use *use)
{
	for (uint32_t i = 0; i < use->scope_count; i++)
		free((void *)use->scopes[i].data);
}

void learned_visit(void (*visit)(void *context, const struct kernel_grant *grant), void *context)
{
	static struct use use; /* large */
	for (uint32_t i = 0; i < learned.count; i++) {
		if (!is_first_of_interface(i))
			continue;
		merge(&use, &learned.uses[i].interface);
		const struct kernel_grant grant = {.interface = use.interface,
						   .verdict = KERNEL_ALLOWED,
						   .scopes = use.scopes,
						   .scope_count = use.scope_count};
		visit(context, &grant);
		drop_scopes(&use);
	}
}

uint64_t learned_missed(void)
{
	return learned.missed;
}

/* ---- The form of a trace ---- */

static bool create(struct trace_output *output)
{
	learned.count = 0;
	learned.missed = 0;
	learned.handler_count = 0;
	learned.uses = calloc(USES_MAX, sizeof *learned.uses);
	return learned.uses != NULL;
}

static void destroy(struct trace_output *output)
{
	for (uint32_t i = 0; i < learned.count; i++)
		drop_scopes(&learned.uses[i]);
	free(learned.uses);
	learned.uses = NULL;
	learned.count = 0;
}

static void about_process(struct trace_output *output, uint64_t process, const char *text)
{
}

static void note(struct trace_output *output, const char *text)
{
}

static void sent(struct trace_output *output, struct trace_message *message, const char *call)
{
	take(output, message);
}

static void refused(struct trace_output *output, const struct trace_message *message,
		    const char *call, const char *why)
{
	take(output, message);
}

static void received(struct trace_output *output, struct trace_message *message)
{
	add_handler(message->handler);
}

static void about_message(struct trace_output *output, const struct trace_message *message)
{
}

static void answered(struct trace_output *output, const struct trace_message *message,
		     const char *result)
{
}

const struct trace_writer learned_writer = {
    .create = create,
    .started = about_process,
    .ended = about_process,
    .note = note,
    .sent = sent,
    .refused = refused,
    .received = received,
    .cancelled = about_message,
    .answered = answered,
    .over = about_message,
    .destroy = destroy,
};
