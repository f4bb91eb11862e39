/*
 * Uses the network as a test tells it, and says what came of it. The first argument is a word:
 *
 * - connect HOST PORT: connects to a name or an address, sends `hello`, finishes, and prints what
 *   comes back
 * - listen ADDRESS PORT: listens at an IPv4 address, and ends
 * - wrong PORT: uses handles that it does not have, and one that it had
 * - open COUNT PORT: opens so many connections, or as many as it may; closes all; opens one
 * - hold COUNT PORT: opens so many, reads from each, and waits for ever
 * - udp HOST PORT: sends `hello` as a datagram, and prints what comes back
 * - resolve NAME: prints the addresses of a name, IPv4 alone
 * - text NAME: prints its texts, a line each
 * - reverse ADDRESS: prints the name of an IPv4 address
 */
#include <cairn/dns_calls.h>
#include <cairn/process_calls.h>
#include <cairn/tcp_calls.h>
#include <cairn/udp_calls.h>

#include "standard.h"

enum { ARGUMENTS_MAX = 5, HANDLES_MAX = 100000 };

static _Alignas(8) uint8_t memory[128 * 1024];
static struct wire_bytes arguments[ARGUMENTS_MAX];
static uint8_t argument_bytes[1024];
static uint64_t handles[HANDLES_MAX];

static void print_number(uint64_t number)
{
	char digits[21];
	size_t first = sizeof digits - 1;
	digits[first] = '\0';
	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	standard_print(1, digits + first);
}

static void print_error(enum tcp_error error)
{
	static const char *const names[] = {
	    "denied", "no such handle", "refused",       "unreachable",    "timed out", "reset",
	    "closed", "address in use", "not available", "name not found", "limit",     "failed"};
	standard_print(1, names[error]);
	standard_print(1, "\n");
}

static void read_arguments(void)
{
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct wire_bytes_list list;
	if (process_arguments(&buffer, &list) != CALL_OK)
		standard_exit(1);
	size_t used = 0;
	for (size_t i = 0; i < ARGUMENTS_MAX && wire_bytes_list_next(&list, &arguments[i]); i++) {
		if (arguments[i].size > sizeof argument_bytes - used)
			standard_exit(1);
		__builtin_memcpy(argument_bytes + used, arguments[i].data, arguments[i].size);
		arguments[i].data = argument_bytes + used;
		used += arguments[i].size;
	}
}

static bool is_word(struct wire_bytes text, const char *word)
{
	uint32_t i = 0;
	while (i < text.size && word[i] != '\0' && text.data[i] == (uint8_t)word[i])
		i++;
	return i == text.size && word[i] == '\0';
}

/* A number, or four of them with dots. */
static uint32_t read_number(struct wire_bytes text)
{
	uint32_t address = 0;
	uint32_t number = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == '.') {
			address = (address | number) << 8;
			number = 0;
		} else {
			number = number * 10 + (text.data[i] - '0');
		}
	}
	return address | number;
}

static struct tcp_connection_or_error connect_to(struct wire_bytes host, uint32_t port)
{
	struct tcp_connection_or_error result;
	const struct tcp_destination to = {
	    .kind = TCP_DESTINATION_HOST,
	    .as.host = {.host = {(const char *)host.data, host.size}, .port = (uint16_t)port}};
	if (tcp_connect(&to, 0, &result) != CALL_OK) {
		standard_print(1, "not answered\n");
		standard_exit(3);
	}
	return result;
}

static uint64_t connect_or_exit(struct wire_bytes host, uint32_t port)
{
	struct tcp_connection_or_error result = connect_to(host, port);
	if (result.is_error) {
		print_error(result.error);
		standard_exit(1);
	}
	return result.value.handle;
}

static const struct wire_bytes loopback = {(const uint8_t *)"127.0.0.1", 9};

static void talk(void)
{
	static const struct wire_bytes hello = {(const uint8_t *)"hello", 5};
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct tcp_nothing_or_error done;
	struct tcp_bytes_or_error read;
	uint64_t handle = connect_or_exit(arguments[2], read_number(arguments[3]));
	if (tcp_write(handle, hello, &done) != CALL_OK || done.is_error ||
	    tcp_finish(handle, &done) != CALL_OK || done.is_error)
		standard_exit(3);
	for (;;) {
		if (tcp_read(&buffer, handle, 65536, 0, &read) != CALL_OK)
			standard_exit(3);
		if (read.is_error)
			print_error(read.error);
		if (read.is_error || read.value.size == 0)
			return;
		standard_write(1, read.value.data, read.value.size);
	}
}

static void try_to_listen(void)
{
	const struct tcp_endpoint at = {
	    .address = {.kind = TCP_IP_ADDRESS_IPV4, .as.ipv4 = read_number(arguments[2])},
	    .port = (uint16_t)read_number(arguments[3])};
	struct tcp_listener_or_error result;
	if (tcp_listen(&at, 0, 0, &result) != CALL_OK)
		standard_exit(3);
	if (result.is_error)
		print_error(result.error);
	else
		standard_print(1, "listens\n");
}

static void use_wrong_handles(void)
{
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	uint64_t handle = connect_or_exit(loopback, read_number(arguments[2]));
	const uint64_t wrong[] = {0, handle + 1, handle + ((uint64_t)1 << 32), UINT64_MAX,
				  (uint64_t)INT64_MIN};
	struct tcp_nothing_or_error done;
	struct tcp_bytes_or_error read;
	uint32_t refused = 0;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		if (tcp_read(&buffer, wrong[i], 1, 0, &read) != CALL_OK || !read.is_error)
			standard_exit(3);
		refused += read.error == TCP_ERROR_NO_SUCH_HANDLE;
		(void)tcp_close(wrong[i]);
		(void)tcp_reset(wrong[i]);
	}
	(void)tcp_close(handle);
	(void)tcp_close(handle);
	if (tcp_write(handle, loopback, &done) != CALL_OK || !done.is_error)
		standard_exit(3);
	refused += done.error == TCP_ERROR_NO_SUCH_HANDLE;
	print_number(refused);
	standard_print(1, " refused\n");
}

static uint32_t open_many(uint32_t count, uint32_t port)
{
	for (uint32_t i = 0; i < count && i < HANDLES_MAX; i++) {
		struct tcp_connection_or_error result = connect_to(loopback, port);
		if (result.is_error) {
			print_error(result.error);
			return i;
		}
		handles[i] = result.value.handle;
	}
	return count;
}

static void open_and_close(void)
{
	uint32_t port = read_number(arguments[3]);
	uint32_t opened = open_many(read_number(arguments[2]), port);
	print_number(opened);
	standard_print(1, " open\n");
	for (uint32_t i = 0; i < opened; i++)
		(void)tcp_close(handles[i]);
	(void)connect_or_exit(loopback, port);
	standard_print(1, "and another\n");
}

static void hold(void)
{
	const int64_t answers = CAIRN_ID_ANY_ANSWER;
	uint32_t opened = open_many(read_number(arguments[2]), read_number(arguments[3]));
	for (uint32_t i = 0; i < opened; i++)
		(void)tcp_read_start(handles[i], 65536, TCP_READ_OPTIONS_ALL * (i % 2));
	standard_print(1, "holds\n");
	for (;;)
		(void)cairn_wait(&answers, 1, memory, sizeof memory, CAIRN_WAIT_BLOCK);
}

static void talk_by_udp(void)
{
	static const struct wire_bytes hello = {(const uint8_t *)"hello", 5};
	const struct udp_endpoint any = {.address = {.kind = UDP_IP_ADDRESS_IPV4}};
	const struct udp_destination to = {
	    .kind = UDP_DESTINATION_HOST,
	    .as.host = {.host = {(const char *)arguments[2].data, arguments[2].size},
			.port = (uint16_t)read_number(arguments[3])}};
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct udp_socket_or_error bound;
	struct udp_nothing_or_error sent;
	struct udp_datagram_or_error received;
	if (udp_bind(&any, 0, &bound) != CALL_OK || bound.is_error ||
	    udp_send(bound.value.handle, &to, hello, &sent) != CALL_OK)
		standard_exit(3);
	if (sent.is_error) {
		standard_print(1, sent.error == UDP_ERROR_DENIED           ? "denied\n"
				  : sent.error == UDP_ERROR_NAME_NOT_FOUND ? "name not found\n"
									   : "failed\n");
		standard_exit(1);
	}
	if (udp_receive(&buffer, bound.value.handle, 65535, &received) != CALL_OK ||
	    received.is_error)
		standard_exit(3);
	standard_write(1, received.value.data.data, received.value.data.size);
}

static _Noreturn void end_by_dns_error(enum dns_error error)
{
	static const char *const names[] = {"denied",     "not found",   "no data",
					    "not a name", "unavailable", "failed"};
	standard_print(1, names[error]);
	standard_print(1, "\n");
	standard_exit(1);
}

static struct wire_string name_argument(void)
{
	return (struct wire_string){(const char *)arguments[2].data, arguments[2].size};
}

static void resolve(void)
{
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct dns_ip_address_list_or_error result;
	struct dns_ip_address address;
	if (dns_resolve(&buffer, name_argument(), DNS_FAMILY_IPV4, &result) != CALL_OK)
		standard_exit(3);
	if (result.is_error)
		end_by_dns_error(result.error);
	while (dns_ip_address_list_next(&result.value, &address)) {
		for (int shift = 24; shift >= 0; shift -= 8) {
			print_number(address.as.ipv4 >> shift & 255);
			standard_print(1, shift > 0 ? "." : "\n");
		}
	}
}

/* The list lies in a buffer that printing does not use. */
static void ask_texts(void)
{
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct dns_bytes_list_or_error result;
	struct wire_bytes text;
	if (dns_text(&buffer, name_argument(), &result) != CALL_OK)
		standard_exit(3);
	if (result.is_error)
		end_by_dns_error(result.error);
	while (wire_bytes_list_next(&result.value, &text)) {
		standard_write(1, text.data, text.size);
		standard_print(1, "\n");
	}
}

static void ask_name(void)
{
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct dns_string_list_or_error result;
	struct wire_string name;
	const struct dns_ip_address address = {.kind = DNS_IP_ADDRESS_IPV4,
					       .as.ipv4 = read_number(arguments[2])};
	if (dns_reverse(&buffer, &address, &result) != CALL_OK)
		standard_exit(3);
	if (result.is_error)
		end_by_dns_error(result.error);
	while (wire_string_list_next(&result.value, &name)) {
		standard_write(1, name.data, name.size);
		standard_print(1, "\n");
	}
}

void _start(void);
void _start(void)
{
	static const struct {
		const char *word;
		void (*run)(void);
	} words[] = {{"connect", talk},
		     {"listen", try_to_listen},
		     {"wrong", use_wrong_handles},
		     {"open", open_and_close},
		     {"hold", hold},
		     {"udp", talk_by_udp},
		     {"resolve", resolve},
		     {"text", ask_texts},
		     {"reverse", ask_name}};
	read_arguments();
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (is_word(arguments[1], words[i].word)) {
			words[i].run();
			standard_exit(0);
		}
	}
	standard_exit(2);
}
