#include "dns.h"

#include <stdlib.h>
#include <string.h>

#include <cairn/dns_serve.h>

#include "net_scopes.h"

/* A request that waits for its answer; the request's user pointer leads here. */
struct question {
	struct dns *dns;
	struct question *next;
	struct question **link;
	struct kernel_request *request;
	struct resolve *resolve;
	enum resolve_kind kind;
};

struct dns {
	struct net_means means;
	struct question *questions;
	uint8_t answer[2 * RESOLVE_TEXT_BYTES_MAX]; /* encoded */
};

/* An error is encoded alike in all results. */
static void refuse(struct kernel_request *request, enum dns_error error)
{
	uint8_t head[2];
	struct wire_part part;
	struct wire_out out = wire_out_parts(head, sizeof head, &part, 1);
	const struct dns_string_list_or_error result = {.is_error = true, .error = error};
	dns_reverse_answer(request, &out, &result);
}

/* ---- Answers ---- */

static enum dns_error error_of(enum resolve_error error)
{
	switch (error) {
	case RESOLVE_NOT_FOUND:
		return DNS_ERROR_NOT_FOUND;
	case RESOLVE_NO_DATA:
		return DNS_ERROR_NO_DATA;
	case RESOLVE_UNAVAILABLE:
		return DNS_ERROR_UNAVAILABLE;
	default:
		return DNS_ERROR_FAILED;
	}
}

static void answer_addresses(struct kernel_request *request, struct wire_out *out,
			     const struct resolve_answer *answer)
{
	struct dns_ip_address items[RESOLVE_ADDRESSES_MAX];
	for (uint32_t i = 0; i < answer->count; i++) {
		const struct net_address *address = &answer->addresses[i];
		if (net_address_is_ipv4(address)) {
			items[i].kind = DNS_IP_ADDRESS_IPV4;
			items[i].as.ipv4 = net_address_number(address);
		} else {
			items[i].kind = DNS_IP_ADDRESS_IPV6;
			items[i].as.ipv6.high = net_address_high(address);
			items[i].as.ipv6.low = net_address_low(address);
		}
	}
	const struct dns_ip_address_list_or_error result = {
	    .value = {.items = items, .count = answer->count}};
	dns_resolve_answer(request, out, &result);
}

static void answer_name(struct kernel_request *request, struct wire_out *out,
			const struct resolve_answer *answer)
{
	const struct wire_string name = {answer->name, (uint32_t)strlen(answer->name)};
	const struct dns_string_list_or_error result = {.value = {.items = &name, .count = 1}};
	dns_reverse_answer(request, out, &result);
}

static void answer_texts(struct kernel_request *request, struct wire_out *out,
			 const struct resolve_answer *answer)
{
	struct wire_bytes items[RESOLVE_TEXTS_MAX];
	const uint8_t *at = answer->texts;
	for (uint32_t i = 0; i < answer->count; i++) {
		items[i] = (struct wire_bytes){at, answer->text_sizes[i]};
		at += answer->text_sizes[i];
	}
	const struct dns_bytes_list_or_error result = {
	    .value = {.items = items, .count = answer->count}};
	dns_text_answer(request, out, &result);
}

/* The request is the caller's to answer. */
static struct kernel_request *leave(struct question *question)
{
	struct kernel_request *request = question->request;
	if (question->resolve != NULL)
		resolver_forget(question->dns->means.resolver, question->resolve);
	*question->link = question->next;
	if (question->next != NULL)
		question->next->link = question->link;
	free(question);
	return request;
}

static void on_resolved(void *context, const struct resolve_answer *answer)
{
	struct question *question = context;
	struct dns *dns = question->dns;
	enum resolve_kind kind = question->kind;
	struct wire_part part;
	/* With one part all of it is copied into the buffer, which has room for the largest. */
	struct wire_out out = wire_out_parts(dns->answer, sizeof dns->answer, &part, 1);
	question->resolve = NULL;
	struct kernel_request *request = leave(question);
	if (answer->error != RESOLVE_OK)
		refuse(request, error_of(answer->error));
	else if (kind == RESOLVE_ADDRESSES)
		answer_addresses(request, &out, answer);
	else if (kind == RESOLVE_NAME)
		answer_name(request, &out, answer);
	else
		answer_texts(request, &out, answer);
}

/* ---- The functions ---- */

static void ask(struct dns *dns, struct kernel_request *request,
		const struct resolve_question *asked)
{
	struct question *question = calloc(1, sizeof *question);
	if (question == NULL) {
		refuse(request, DNS_ERROR_FAILED);
		return;
	}
	*question = (struct question){.dns = dns,
				      .next = dns->questions,
				      .link = &dns->questions,
				      .request = request,
				      .kind = asked->kind};
	if (question->next != NULL)
		question->next->link = &question->next;
	dns->questions = question;
	kernel_request_set_user(request, question);
	if (resolver_ask(dns->means.resolver, asked, on_resolved, question, &question->resolve) !=
	    STATUS_OK)
		refuse(leave(question), DNS_ERROR_UNAVAILABLE);
}

/* Where it is no name, or not covered, the request is answered. */
static bool may_ask(struct kernel_request *request, struct net_name name)
{
	const struct kernel_scopes scopes = kernel_request_scopes(request);
	if (!net_scope_is_name(name.text, name.size)) {
		refuse(request, DNS_ERROR_NOT_A_NAME);
		return false;
	}
	if (!net_scopes_cover_pattern(&scopes, name)) {
		refuse(request, DNS_ERROR_DENIED);
		return false;
	}
	return true;
}

static void resolve(void *self, void *message, const struct dns_resolve_call *call)
{
	static const enum resolve_family families[] = {RESOLVE_ANY, RESOLVE_IPV4, RESOLVE_IPV6};
	const struct resolve_question question = {.kind = RESOLVE_ADDRESSES,
						  .family = families[call->family],
						  .name = {call->name.data, call->name.size},
						  .process = kernel_request_process(message)};
	if (may_ask(message, question.name))
		ask(self, message, &question);
}

static void text(void *self, void *message, const struct dns_text_call *call)
{
	const struct resolve_question question = {.kind = RESOLVE_TEXTS,
						  .name = {call->name.data, call->name.size},
						  .process = kernel_request_process(message)};
	if (may_ask(message, question.name))
		ask(self, message, &question);
}

static void reverse(void *self, void *message, const struct dns_reverse_call *call)
{
	const struct dns_ip_address *address = &call->address;
	const struct resolve_question question = {
	    .kind = RESOLVE_NAME,
	    .address = address->kind == DNS_IP_ADDRESS_IPV4
			   ? net_address_ipv4(address->as.ipv4)
			   : net_address_ipv6(address->as.ipv6.high, address->as.ipv6.low),
	    .process = kernel_request_process(message)};
	const struct kernel_scopes scopes = kernel_request_scopes(message);
	/* No name but `*` covers this one, which is none. */
	if (net_scopes_cover_pattern(&scopes, (struct net_name){"", 0}))
		ask(self, message, &question);
	else
		refuse(message, DNS_ERROR_DENIED);
}

/* ---- The service ---- */

static void receive(void *self, struct kernel_request *request)
{
	static const struct dns_handler handler = {
	    .resolve = resolve, .reverse = reverse, .text = text};
	dns_serve(&handler, self, request);
}

static void cancel(void *self, struct kernel_request *request)
{
	refuse(leave(kernel_request_user(request)), DNS_ERROR_UNAVAILABLE);
}

enum status dns_create(const struct net_means *means, struct dns **out)
{
	static const struct digest interface = {DNS_DIGEST};
	static const struct kernel_service service = {.receive = receive, .cancel = cancel};
	struct dns *dns = calloc(1, sizeof *dns);
	if (dns == NULL)
		return STATUS_NO_MEMORY;
	enum status status = kernel_serve(means->kernel, &interface, &service, dns);
	if (status != STATUS_OK) {
		free(dns);
		return status;
	}
	dns->means = *means;
	*out = dns;
	return STATUS_OK;
}

void dns_close(struct dns *dns)
{
	while (dns->questions != NULL)
		(void)leave(dns->questions);
}

void dns_destroy(struct dns *dns)
{
	free(dns);
}
