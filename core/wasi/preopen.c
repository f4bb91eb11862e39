#include "preopen.h"

#include "address.h"
#include "ask.h"
#include "descriptor.h"
#include "errors.h"
#include "functions.h"
#include "guest.h"
#include "mem.h"

#include <cairn/abi.h>
#include <cairn/files.h>
#include <cairn/process.h>
#include <cairn/tcp.h>

/* Words of call_state while this goes on. */
enum {
	STATE_FUNCTION, /* what is to run then */
	STATE_LISTENER, /* which address comes next */
	STATE_TIMES     /* how often the roots were asked for */
};

enum { ROOTS_TIMES_MAX = 3 };

static const char listeners_variable[] = "CAIRN_TCPLISTEN=";

static enum wasm_host_result go_on(struct thread *thread, uint64_t *slots)
{
	wasi_function function = (wasi_function)(uintptr_t)call_state(thread)[STATE_FUNCTION];
	descriptor_set_preopens(thread);
	return function(thread, slots);
}

static bool is_granted(struct thread *thread, const uint8_t *interface)
{
	struct digest digest;
	memcpy(digest.bytes, interface, sizeof digest.bytes);
	return call_is_granted(thread, &digest);
}

/* ---- Directories ---- */

/* What tells a root from others, also when another handler gives it: its place and its name. */
static uint64_t root_of(uint32_t index, struct wire_bytes name)
{
	uint64_t hash = 0xcbf29ce484222325 + index;
	for (uint32_t i = 0; i < name.size; i++)
		hash = (hash ^ name.data[i]) * 0x100000001b3;
	return hash;
}

static void restore_roots(struct thread *thread, struct files_root_list roots)
{
	struct files_root root;
	for (uint32_t i = 0; files_root_list_next(&roots, &root); i++)
		descriptor_restore_root(thread, root_of(i, root.name), root.handle);
}

static void add_roots(struct thread *thread, struct files_root_list roots)
{
	struct files_root root;
	enum wasi_error error = WASI_SUCCESS;
	for (uint32_t i = 0; error == WASI_SUCCESS && files_root_list_next(&roots, &root); i++) {
		uint32_t number;
		const struct descriptor descriptor = {
		    .kind = DESCRIPTOR_DIRECTORY,
		    .filetype = WASI_FILETYPE_DIRECTORY,
		    .is_preopen = true,
		    .handle = root.handle,
		    .offset = root_of(i, root.name),
		    .rights = RIGHTS_DIRECTORY,
		    .inheriting = RIGHTS_BELOW_DIRECTORY,
		};
		error = descriptor_add(thread, &descriptor, &number);
	}
}

static enum wasm_host_result ask_roots(struct thread *thread, uint64_t *slots);

/* A handler that has just taken over refuses the first message, and answers the next. */
static enum wasm_host_result roots_answered(struct thread *thread, uint64_t *slots,
					    const struct call_answer *answer)
{
	struct files_root_list roots;
	if (answer->status == CAIRN_STATUS_HANDLER_CHANGED &&
	    call_state(thread)[STATE_TIMES] < ROOTS_TIMES_MAX)
		return ask_roots(thread, slots);
	if (errors_of_answer(answer, files_roots_answer_decode(answer->body, answer->size,
							       &roots)) != WASI_SUCCESS)
		return go_on(thread, slots);
	if (descriptor_has_preopens(thread))
		restore_roots(thread, roots);
	else
		add_roots(thread, roots);
	descriptor_set_roots(thread);
	return go_on(thread, slots);
}

static enum wasm_host_result ask_roots(struct thread *thread, uint64_t *slots)
{
	if (!is_granted(thread, files_interface))
		return go_on(thread, slots);
	struct ask ask;
	call_state(thread)[STATE_TIMES]++;
	files_roots_encode(ask_open(&ask));
	return ask_send(thread, files_interface, &ask, roots_answered);
}

/* ---- Listeners ---- */

/* The address of that index in a text of them; false where there are not so many, or it is none. */
static bool address_at(struct wire_bytes text, uint64_t index, struct tcp_endpoint *out)
{
	uint32_t at = 0;
	for (;;) {
		while (at < text.size && text.data[at] == ' ')
			at++;
		uint32_t start = at;
		while (at < text.size && text.data[at] != ' ')
			at++;
		if (start == at)
			return false;
		if (index-- == 0)
			return address_parse(text.data + start, at - start, out);
	}
}

static bool find_listeners(struct wire_bytes_list environment, struct wire_bytes *out)
{
	const uint32_t size = sizeof(listeners_variable) - 1;
	struct wire_bytes variable;
	while (wire_bytes_list_next(&environment, &variable)) {
		if (variable.size < size || memcmp(variable.data, listeners_variable, size) != 0)
			continue;
		*out = (struct wire_bytes){variable.data + size, variable.size - size};
		return true;
	}
	return false;
}

static enum wasm_host_result ask_environment(struct thread *thread, uint64_t *slots);

static enum wasm_host_result listening(struct thread *thread, uint64_t *slots,
				       const struct call_answer *answer)
{
	struct tcp_listener_or_error result;
	enum wasi_error error =
	    errors_of_answer(answer, tcp_listen_answer_decode(answer->body, answer->size, &result));
	if (error != WASI_SUCCESS || result.is_error)
		return ask_roots(thread, slots);
	const struct descriptor descriptor = {
	    .kind = DESCRIPTOR_LISTENER,
	    .filetype = WASI_FILETYPE_SOCKET_STREAM,
	    .is_preopen = true,
	    .handle = result.value.handle,
	    .rights = RIGHTS_LISTENER,
	    .inheriting = RIGHTS_CONNECTION,
	};
	uint32_t number;
	if (descriptor_add(thread, &descriptor, &number) != WASI_SUCCESS)
		return ask_roots(thread, slots);
	call_state(thread)[STATE_LISTENER]++;
	return ask_environment(thread, slots);
}

/* Listens at the next address; behind the last, and behind one that cannot be, the roots come. */
static enum wasm_host_result listen_next(struct thread *thread, uint64_t *slots,
					 const struct call_answer *answer)
{
	struct wire_bytes_list environment;
	struct wire_bytes text;
	struct tcp_listen_call call = {0};
	enum wasi_error error = errors_of_answer(
	    answer, process_environment_answer_decode(answer->body, answer->size, &environment));
	if (error != WASI_SUCCESS || !find_listeners(environment, &text) ||
	    !address_at(text, call_state(thread)[STATE_LISTENER], &call.at))
		return ask_roots(thread, slots);
	struct ask ask;
	tcp_listen_encode(ask_open(&ask), &call);
	return ask_send(thread, tcp_interface, &ask, listening);
}

static enum wasm_host_result ask_environment(struct thread *thread, uint64_t *slots)
{
	struct ask ask;
	process_environment_encode(ask_open(&ask));
	return ask_send(thread, process_interface, &ask, listen_next);
}

/* ---- Where it begins ---- */

static enum wasm_host_result preopen(struct thread *thread, uint64_t *slots, wasi_function function)
{
	if (descriptor_has_preopens(thread))
		return function(thread, slots);
	call_state(thread)[STATE_FUNCTION] = (uintptr_t)function;
	call_state(thread)[STATE_LISTENER] = 0;
	call_state(thread)[STATE_TIMES] = 0;
	return is_granted(thread, tcp_interface) ? ask_environment(thread, slots)
						 : ask_roots(thread, slots);
}

/* Asks for the roots again, and goes on. */
static enum wasm_host_result restore(struct thread *thread, uint64_t *slots, wasi_function function)
{
	call_state(thread)[STATE_FUNCTION] = (uintptr_t)function;
	call_state(thread)[STATE_TIMES] = 0;
	return ask_roots(thread, slots);
}

enum wasm_host_result preopen_for_all(struct wasm_thread *wasm, uint64_t *slots,
				      wasi_function function)
{
	return preopen(call_thread(wasm), slots, function);
}

enum wasm_host_result preopen_for_descriptor(struct wasm_thread *wasm, uint64_t *slots,
					     wasi_function function)
{
	struct thread *thread = call_thread(wasm);
	uint32_t number = wasi_argument(slots, 0);
	if (number < DESCRIPTORS_STANDARD)
		return function(thread, slots);
	return descriptor_is_in_doubt(thread, number) ? restore(thread, slots, function)
						      : preopen(thread, slots, function);
}

enum wasm_host_result preopen_for_paths(struct wasm_thread *wasm, uint64_t *slots, uint32_t first,
					uint32_t second, wasi_function function)
{
	struct thread *thread = call_thread(wasm);
	bool is_in_doubt = descriptor_is_in_doubt(thread, wasi_argument(slots, first)) ||
			   descriptor_is_in_doubt(thread, wasi_argument(slots, second));
	return is_in_doubt ? restore(thread, slots, function) : preopen(thread, slots, function);
}

/* ---- fd_prestat_*: the names are asked for again ---- */

/* The name of the root that a descriptor stands for. */
static enum wasi_error name_of(struct thread *thread, uint32_t number,
			       const struct call_answer *answer, struct wire_bytes *out)
{
	struct files_root_list roots;
	struct files_root root;
	struct descriptor *descriptor;
	enum wasi_error error =
	    errors_of_answer(answer, files_roots_answer_decode(answer->body, answer->size, &roots));
	if (error == WASI_SUCCESS)
		error = descriptor_find(thread, number, &descriptor);
	if (error != WASI_SUCCESS)
		return error;
	while (files_root_list_next(&roots, &root)) {
		if (root.handle != descriptor->handle)
			continue;
		*out = root.name;
		return WASI_SUCCESS;
	}
	return WASI_EBADF;
}

static enum wasi_error store_prestat(struct thread *thread, uint32_t address, uint8_t tag,
				     uint32_t name_size)
{
	uint8_t *out = guest_bytes(thread, address, WASI_PRESTAT_BYTES);
	if (out == NULL)
		return WASI_EFAULT;
	memset(out, 0, WASI_PRESTAT_BYTES);
	out[WASI_PRESTAT_TAG] = tag;
	guest_store_u32(out + WASI_PRESTAT_NAME_SIZE, name_size);
	return WASI_SUCCESS;
}

static enum wasm_host_result prestat_answered(struct thread *thread, uint64_t *slots,
					      const struct call_answer *answer)
{
	struct wire_bytes name;
	enum wasi_error error = name_of(thread, wasi_argument(slots, 0), answer, &name);
	if (error == WASI_SUCCESS)
		error = store_prestat(thread, wasi_argument(slots, 1), WASI_PREOPEN_DIRECTORY,
				      name.size);
	return wasi_result(slots, error);
}

static enum wasm_host_result name_answered(struct thread *thread, uint64_t *slots,
					   const struct call_answer *answer)
{
	struct wire_bytes name;
	enum wasi_error error = name_of(thread, wasi_argument(slots, 0), answer, &name);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	if (name.size > wasi_argument(slots, 2))
		return wasi_result(slots, WASI_ENAMETOOLONG);
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, 1), name.size);
	if (out == NULL)
		return wasi_result(slots, WASI_EFAULT);
	memcpy(out, name.data, name.size);
	return wasi_result(slots, WASI_SUCCESS);
}

/* Asks for the roots if slots[0] is one; EBADF ends a C library's search. */
static enum wasm_host_result ask_name(struct thread *thread, uint64_t *slots,
				      call_continuation then)
{
	struct descriptor *descriptor;
	enum wasi_error error = descriptor_find(thread, wasi_argument(slots, 0), &descriptor);
	if (error == WASI_SUCCESS &&
	    (!descriptor->is_preopen || descriptor->kind != DESCRIPTOR_DIRECTORY))
		error = WASI_EBADF;
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_roots_encode(ask_open(&ask));
	return ask_send(thread, files_interface, &ask, then);
}

static enum wasm_host_result prestat_get(struct thread *thread, uint64_t *slots)
{
	struct descriptor *descriptor;
	enum wasi_error error = descriptor_find(thread, wasi_argument(slots, 0), &descriptor);
	if (error == WASI_SUCCESS && descriptor->kind == DESCRIPTOR_LISTENER &&
	    descriptor->is_preopen)
		return wasi_result(
		    slots, store_prestat(thread, wasi_argument(slots, 1), WASI_PREOPEN_OTHER, 0));
	return ask_name(thread, slots, prestat_answered);
}

static enum wasm_host_result prestat_dir_name(struct thread *thread, uint64_t *slots)
{
	return ask_name(thread, slots, name_answered);
}

enum wasm_host_result wasi_fd_prestat_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, prestat_get);
}

enum wasm_host_result wasi_fd_prestat_dir_name(void *context, struct wasm_thread *wasm,
					       uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, prestat_dir_name);
}
