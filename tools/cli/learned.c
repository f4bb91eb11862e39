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
#include "words.h"

enum { USES_MAX = 1024, HANDLERS_MAX = 1024, SCOPE_BYTES = 320 };

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

struct body {
	const uint8_t *data;
	size_t size;
	uint32_t function;
};

static void print_address(char *out, size_t size, const char *prefix, uint32_t family,
			  const struct tcp_ip_address *address, uint16_t port)
{
	char text[INET6_ADDRSTRLEN] = "?";
	if (family == 0) {
		uint32_t ipv4 = htonl(address->as.ipv4);
		inet_ntop(AF_INET, &ipv4, text, sizeof text);
		snprintf(out, size, "%s%s:%u", prefix, text, port);
		return;
	}
	uint8_t ipv6[16];
	for (int i = 0; i < 8; i++) {
		ipv6[i] = (uint8_t)(address->as.ipv6.high >> (56 - 8 * i));
		ipv6[8 + i] = (uint8_t)(address->as.ipv6.low >> (56 - 8 * i));
	}
	inet_ntop(AF_INET6, ipv6, text, sizeof text);
	snprintf(out, size, "%s[%s]:%u", prefix, text, port);
}

static void print_endpoint(char out[SCOPE_BYTES], const char *prefix,
			   const struct tcp_endpoint *endpoint)
{
	print_address(out, SCOPE_BYTES, prefix, endpoint->address.kind, &endpoint->address,
		      endpoint->port);
}

static void print_destination(char out[SCOPE_BYTES], const struct tcp_destination *to)
{
	if (to->kind == TCP_DESTINATION_ENDPOINT)
		print_endpoint(out, "", &to->as.endpoint);
	else
		snprintf(out, SCOPE_BYTES, "%.*s:%u",
			 (int)(to->as.host.host.size < 256 ? to->as.host.host.size : 256),
			 to->as.host.host.data, to->as.host.port);
}

static void scope_of_tcp(const struct body *body, char out[SCOPE_BYTES])
{
	struct tcp_connect_call connect;
	struct tcp_listen_call listen;
	if (body->function == TCP_CONNECT &&
	    tcp_connect_decode(body->data, body->size, &connect) == WIRE_OK)
		print_destination(out, &connect.to);
	if (body->function == TCP_LISTEN &&
	    tcp_listen_decode(body->data, body->size, &listen) == WIRE_OK)
		print_endpoint(out, "listen:", &listen.at);
}

static struct tcp_endpoint endpoint_of(const struct udp_endpoint *from)
{
	struct tcp_endpoint out = {.port = from->port, .zone = from->zone};
	memcpy(&out.address, &from->address, sizeof out.address);
	return out;
}

static void scope_of_udp(const struct body *body, char out[SCOPE_BYTES])
{
	_Static_assert(sizeof(struct tcp_ip_address) == sizeof(struct udp_ip_address),
		       "addresses are the same in both");
	struct udp_bind_call bind;
	struct udp_send_call send;
	struct tcp_endpoint endpoint;
	if (body->function == UDP_BIND &&
	    udp_bind_decode(body->data, body->size, &bind) == WIRE_OK) {
		endpoint = endpoint_of(&bind.at);
		print_endpoint(out, "listen:", &endpoint);
	}
	if (body->function != UDP_SEND || udp_send_decode(body->data, body->size, &send) != WIRE_OK)
		return;
	struct tcp_destination to = {.kind = (enum tcp_destination_case)send.to.kind};
	if (to.kind == TCP_DESTINATION_ENDPOINT) {
		to.as.endpoint = endpoint_of(&send.to.as.endpoint);
	} else {
		to.as.host.host = send.to.as.host.host;
		to.as.host.port = send.to.as.host.port;
	}
	print_destination(out, &to);
}

static void scope_of_dns(const struct body *body, char out[SCOPE_BYTES])
{
	struct dns_resolve_call resolve;
	struct dns_text_call text;
	struct wire_string name = {0};
	if (body->function == DNS_RESOLVE &&
	    dns_resolve_decode(body->data, body->size, &resolve) == WIRE_OK)
		name = resolve.name;
	if (body->function == DNS_TEXT && dns_text_decode(body->data, body->size, &text) == WIRE_OK)
		name = text.name;
	snprintf(out, SCOPE_BYTES, "%.*s", (int)(name.size < 256 ? name.size : 256), name.data);
}

/* Empty where the message needs none. */
static void scope_of(const struct digest *interface, const struct body *body, char out[SCOPE_BYTES])
{
	out[0] = '\0';
	if (is(interface, tcp_interface))
		scope_of_tcp(body, out);
	else if (is(interface, udp_interface))
		scope_of_udp(body, out);
	else if (is(interface, dns_interface))
		scope_of_dns(body, out);
}

/* ---- What is kept ---- */

/* What every program may do needs no grant. */
static bool needs_grant(const struct digest *interface, const struct body *body)
{
	static const char *const free_ones[] = {"interface", "threads", "log",
						"time",      "random",  "terminal"};
	struct words words;
	if (!words_of(interface, &words))
		return true;
	for (size_t i = 0; i < sizeof free_ones / sizeof free_ones[0]; i++)
		if (strcmp(words.name, free_ones[i]) == 0)
			return false;
	return !is(interface, process_interface) || body->function == PROCESS_START ||
	       body->function == PROCESS_KILL || body->function == PROCESS_WAIT_END;
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
	struct body body = {.function = message->function};
	char scope[SCOPE_BYTES];
	/* What comes over the node's socket is in one part. */
	if (event->part_count > 0) {
		body.data = event->parts->data;
		body.size = event->parts->size;
	}
	add_handler(message->handler);
	if (message->sender == 0 || !needs_grant(&message->interface, &body))
		return;
	struct use *use = find_or_add(message->sender, &message->interface);
	if (use == NULL) {
		learned.missed++;
		return;
	}
	scope_of(&message->interface, &body, scope);
	if (scope[0] != '\0')
		add_scope(use, scope);
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
