/*
 * kernel: a node's processes and messages, as a port sees them.
 *
 *     kernel_create -> kernel_serve (each interface that the platform handles) -> kernel_boot
 *     -> kernel_start ... -> kernel_run, again and again -> kernel_destroy
 *
 * The functions are called from the port's first CPU, and from what it serves; none blocks: a port
 * sleeps between two calls of kernel_run, until I/O completes or kernel_next_deadline_ns. Further
 * CPUs (kernel_settings) call kernel_run alone, as soon as they were woken and whenever they are
 * again: until kernel_halt. The port's services are called by the first CPU
 * only; its log, policy and trace by any, one at a time.
 */
#ifndef CORE_KERNEL_H
#define CORE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cairn/wire.h>

#include "core/cid.h"
#include "core/port.h"
#include "core/status.h"
#include "core/trace.h"
#include "core/wasm.h"

struct kernel;

/* What one process may hold at most. */
struct kernel_limits {
	uint64_t memory_bytes;         /* linear memories */
	uint64_t record_bytes;         /* what the kernel allocates on its behalf, bodies apart */
	uint64_t message_bytes;        /* bodies that it is charged for */
	uint32_t messages;             /* under way to all handlers together */
	uint32_t messages_per_handler; /* beyond it: BUSY */
	uint64_t bytes_per_handler;    /* beyond it: BUSY */
	uint64_t body_bytes;           /* of one message: beyond it TOO_LARGE */
	uint64_t stack_bytes;          /* of one thread */
	uint32_t threads;
};

/* The defaults of kernel_limits.h. */
struct kernel_limits kernel_limits_default(void);

/* What one process may be given of linear memory: a program has one memory, of 32 bits. */
#define KERNEL_MEMORY_BYTES_MAX ((uint64_t)4 << 30)

/* Of kernel_settings.kept_code_bytes, for a port with memory to spare. */
uint64_t kernel_kept_code_default(void);

/* A module of imports beside "cairn", such as "wasi_snapshot_preview1". Its functions get the
 * kernel as context and find their thread by wasm_thread_user. */
struct kernel_host_module {
	const char *name;
	const struct wasm_host_function *functions;
	uint32_t function_count;
};

/* Lines about one process, for whoever keeps them by process; else they go to port_log. They are
 * escaped already, and tell which process they are about. */
struct kernel_log {
	void (*write)(void *self, uint64_t process, enum port_log_level level, const char *text,
		      size_t size);
	void *self;
};

/* ---- What people decide, and their words ---- */

/* What somebody has decided about a program and an interface. */
enum kernel_verdict { KERNEL_UNDECIDED, KERNEL_ALLOWED, KERNEL_DENIED };

struct kernel_grant {
	struct digest interface;
	enum kernel_verdict verdict;
	const struct wasm_name *scopes; /* of KERNEL_ALLOWED, UTF-8 and not empty; none: whatever
					   the handler gives without any */
	uint32_t scope_count;
};

/* A question was answered for good. */
struct kernel_decision {
	uint64_t process; /* that was asked about */
	const struct cid *program;
	const struct kernel_grant *grant; /* the verdict is no KERNEL_UNDECIDED */
	struct wasm_name reason; /* who decided and why, as the authorizer has put it: UTF-8 */
};

enum kernel_observed {
	KERNEL_OBSERVED_USED,     /* the first message of a process under a grant */
	KERNEL_OBSERVED_REFUSED,  /* one that was denied for want of a decision */
	KERNEL_OBSERVED_DENIED,   /* one that was denied because somebody has decided so */
	KERNEL_OBSERVED_ANSWERED, /* a question was answered for one message, or for one process */
	KERNEL_OBSERVED_DECIDED   /* a question was answered for good (`decided` was called) */
};

/* What happened, for the audit and for learning what a program needs. Of messages that are denied
 * over and over some are told. */
struct kernel_observation {
	enum kernel_observed what;
	uint64_t process;
	const struct cid *program;
	struct kernel_grant grant; /* its interface, the verdict, and its scopes */
	bool is_once;              /* ANSWERED: for one message */
	struct wasm_name reason;   /* ANSWERED, DECIDED: as above */
};

/* Texts with a zero behind them, escaped, for people. */
enum { KERNEL_PETNAME_BYTES = 128 };
struct kernel_words {
	char name[64];   /* what the command line calls it, or empty */
	char words[512]; /* what it allows, or empty */
};

/*
 * What the kernel asks of the port about people's decisions and words. Every pointer may be NULL.
 * Called inside the kernel's own functions, of which they call none.
 */
struct kernel_policy {
	/* The stored decisions about a program: calls `add` for each, the later of two about one
	 * interface last. Called when the first process of that program is started. */
	void (*decisions)(void *self, const struct cid *program,
			  void (*add)(void *to, const struct kernel_grant *decision), void *to);

	/* To be stored, for good when STATUS_OK is returned; else it holds for the process alone.
	 */
	enum status (*decided)(void *self, const struct kernel_decision *decision);

	void (*observed)(void *self, const struct kernel_observation *observation);

	/* The user's name for a program; false where he has none. */
	bool (*petname)(void *self, const struct cid *program, char *out, size_t size);

	/* The node's own words for an interface; false for one that it does not know. */
	bool (*interface_words)(void *self, const struct digest *interface,
				struct kernel_words *out);
	void *self;
};

struct kernel_settings {
	struct kernel_limits limits;
	const struct kernel_host_module *host_modules; /* outlive the kernel */
	uint32_t host_module_count;
	const struct kernel_trace *trace;   /* who watches; NULL for nobody. Outlives the kernel */
	const struct kernel_log *log;       /* NULL for port_log. Outlives the kernel */
	const struct kernel_policy *policy; /* NULL: nothing is decided. Outlives the kernel */

	/* The code of programs that nobody runs any more is kept for their next start, up to so
	 * many bytes of it; where memory is refused it goes. 0: none is. */
	uint64_t kept_code_bytes;

	/* How many CPUs may run the kernel; 0 is one. With more of them, `wake` makes a CPU call
	 * kernel_run again that had got true from it, or begin to; false where there is no such
	 * CPU. It is called by any CPU and must not call back. */
	uint32_t cpu_count;
	bool (*wake)(void *self, uint32_t cpu);
	void *wake_self;
};

must_check enum status kernel_create(const struct kernel_settings *settings, struct kernel **out);

/* Ends all processes and frees everything. */
void kernel_destroy(struct kernel *kernel);

/* Another watcher from now on, or none. It is told about messages that were sent before, too. */
void kernel_set_trace(struct kernel *kernel, const struct kernel_trace *trace);

/* ---- Interfaces that the platform handles ---- */

/* One message that came for a kernel-handled interface. */
struct kernel_request;

/*
 * `receive` owns the request until it calls kernel_request_answer, which it may do later, from any
 * callback of the port. One that expects no answer is given back the same way (the answer is then
 * dropped). `cancel` (optional) says that the sender gave up; the answer is still owed. `ended`
 * (optional) says that a process is gone, with all handles that it had here; it is called after the
 * cancellations of its requests.
 */
struct kernel_service {
	void (*receive)(void *self, struct kernel_request *request);
	void (*cancel)(void *self, struct kernel_request *request);
	void (*ended)(void *self, uint64_t process);

	/*
	 * Optional: a look at a large body where its sender has it, before it is copied; what can
	 * be done with it at once needs no copy. The parts are the sender's memory, which another
	 * of its threads may write to, and theirs until this returns; kernel_request_body has
	 * nothing yet. True: the request was answered. False: it comes by `receive`, with the user
	 * pointer that was set here.
	 */
	bool (*glance)(void *self, struct kernel_request *request, const struct wire_part *parts,
		       uint32_t part_count);
};

must_check enum status kernel_serve(struct kernel *kernel, const struct digest *interface,
				    const struct kernel_service *service, void *self);

/* The body stays valid until the answer. */
const uint8_t *kernel_request_body(const struct kernel_request *request, size_t *size);
uint64_t kernel_request_process(const struct kernel_request *request);
bool kernel_request_wants_answer(const struct kernel_request *request);

/* The number of the grant under which the request came, 0 for what every program may use, and its
 * scopes; valid until the answer. */
struct kernel_scopes {
	const struct wasm_name *items;
	uint32_t count;
	bool covers_all; /* everything is allowed (allow_all): there are no items */
};
uint32_t kernel_request_grant(const struct kernel_request *request);
struct kernel_scopes kernel_request_scopes(const struct kernel_request *request);

/* Room for the service's own use: it may link its waiting requests. NULL at first. */
void kernel_request_set_user(struct kernel_request *request, void *user);
void *kernel_request_user(const struct kernel_request *request);

/*
 * Where the body of an answer of up to `size` bytes would lie if it were given now: memory of the
 * sender's, who waits for it there; NULL where nobody does. A part of the answer that is written
 * to its place in advance is not copied. Valid until the next call of a function of the kernel's.
 */
uint8_t *kernel_request_room(const struct kernel_request *request, uint64_t size);

/* Consumes the request; core/request.h has what is easier to use. The answer is the concatenation
 * of `parts`. `status` is CAIRN_STATUS_OK or CAIRN_STATUS_REFUSED; bytes are copied. */
void kernel_request_answer(struct kernel_request *request, uint32_t status,
			   const struct wire_part *parts, uint32_t part_count);

/* ---- Programs ---- */

/*
 * Takes over the boot programs: a CAR (version 1) whose root is a raw block, the boot manifest. The
 * bytes must outlive the kernel. Every block that is used is checked against its CID. The manifest
 * is text, a line each:
 *
 *     program NAME CID            a boot program
 *     handles NAME DIGEST         it is the handler of this interface (64 hex digits)
 *     grants NAME DIGEST          it may send to this interface; each at most once
 *
 * A handler is started by the first message for it.
 */
must_check enum status kernel_boot(struct kernel *kernel, const uint8_t *car, size_t size,
				   struct fault *fault);

enum kernel_end_cause {
	KERNEL_END_EXIT, /* it left by itself, with `code` */
	KERNEL_END_TRAP, /* a trap; `fault` says which. It is logged where there is no `ended` */
	KERNEL_END_KILLED,
	KERNEL_END_NOT_STARTED /* `fault` says why: not found, corrupt, malformed, unlinkable, ...
				*/
};

struct kernel_end {
	uint64_t process;
	enum kernel_end_cause cause;
	enum status status; /* of a start that failed */
	uint32_t code;
	struct fault fault;
	const char *backtrace; /* lines of text, or NULL; valid during the call */

	/* Of a start that failed because the program's memory begins larger than the process may
	 * have: how large; else 0. */
	uint64_t memory_bytes;
};

/* Beside what every program may use; each interface at most once. Where they are the options of a
 * start they go before the stored decisions about the program; a decision that is taken while the
 * program runs goes before what they allow. */
struct kernel_grants {
	bool allow_all; /* what neither an item nor a stored decision is about */
	const struct kernel_grant *items;
	uint32_t count;
};

/* A program that is to handle interfaces, and what it may send to. */
struct kernel_handler {
	struct cid program;
	const struct digest *interfaces;
	uint32_t interface_count;
	struct kernel_grants grants;
	uint64_t terminal; /* as in struct kernel_start */
};

/*
 * Names the handler of interfaces that have none yet; each program is named once (one that is named
 * again, or is a boot program, keeps the grants that it has). It is started by the first message
 * for it, with its CID as its only argument, and comes from the loader as any other. STATUS_INVALID
 * where an interface is handled already: `*taken` tells which, and those before it are this
 * program's from now on. STATUS_LIMIT, STATUS_NO_MEMORY.
 */
must_check enum status kernel_add_handler(struct kernel *kernel,
					  const struct kernel_handler *handler, uint32_t *taken);

/* ---- Routing ---- */

/* "Nobody", where the index of a stop is expected. */
#define KERNEL_STOP_NONE UINT32_MAX

/* A place in an interface's chains: a program that may register there, or the kernel, where it or
 * the platform handles the interface. */
struct kernel_stop {
	struct cid program;
	bool is_kernel;
	uint32_t next; /* the stop that the handler's own messages to the interface go to */
};

/* Where one program's messages go instead of to the first stop. */
struct kernel_override {
	struct cid program; /* no stop itself: it would send to the next in the chain */
	uint32_t stop;
};

/* All that is decided about one interface. */
struct kernel_routing {
	struct digest interface;
	const struct kernel_stop *stops;
	uint32_t stop_count;
	uint32_t first; /* where everybody else's messages go */
	const struct kernel_override *overrides;
	uint32_t override_count;
};

/*
 * Puts the whole routing of one interface in force, also while it is in use. A stop whose program
 * stays keeps its process and what has come to it. Of a stop that goes, what nobody has taken is
 * given to the stop to which its sender leads now, and the process that handled it is told (kind
 * 5): it keeps what it has taken until it has answered. The first message of a sender to another
 * handler than it knew fails once with *handler changed*, unless that one has registered with
 * keeps-state.
 *
 * A handler is started by the first message for it, with its name in the boot manifest, the user's,
 * or its CID as its only argument. One that was started five times within ten seconds is held back
 * until they have passed: its senders are told that there is no handler. A new routing forgives
 * that.
 *
 * STATUS_INVALID, with a text: a cycle, a program at two stops, two overrides for one program, an
 * override for a stop, an index that leads nowhere, `is_kernel` where the kernel does not handle
 * the interface; `interface`, `process`, `threads`, `authorizer` and `loader` always. STATUS_LIMIT,
 * STATUS_NO_MEMORY. Nothing has changed then.
 */
must_check enum status kernel_set_routing(struct kernel *kernel,
					  const struct kernel_routing *routing,
					  struct fault *fault);

struct kernel_start {
	struct cid program;
	const struct wasm_name
	    *arguments; /* bytes without zeros; arguments[0] is the program's name */
	uint32_t argument_count;
	const struct wasm_name *environment; /* NAME=VALUE each */
	uint32_t environment_count;
	struct kernel_grants grants;
	bool asks; /* what nobody has decided is put to the handler of `authorizer`; else denied */
	uint64_t
	    terminal; /* the port's number of where it was started; what it starts inherits it */

	/* Linear memory that it may have at most, PORT_PAGE_BYTES to KERNEL_MEMORY_BYTES_MAX; 0: as
	 * much as the kernel's limits say. Each process that it starts may have as much, and no
	 * more; `handlers` have what the kernel's limits say. */
	uint64_t memory_bytes;

	/* Routes for this process, and those that come of it, alone. Where several programs are
	 * named for one interface, each sends to the one named after it, and the last to whom the
	 * node's own routing leads. They are started on demand, seen by nobody else, and killed
	 * when the last process has ended that was not started for them. */
	const struct kernel_handler *handlers;
	uint32_t handler_count;

	void (*ended)(void *context, const struct kernel_end *end); /* called once; may be NULL */
	void *context;
};

/*
 * Starts a program: its blocks are asked of the handler of `loader`, checked and compiled while
 * kernel_run is called. The pid is given at once. Everything in `start` is copied. What fails later
 * is told through `ended`. STATUS_INVALID where `handlers` names one program twice for an
 * interface, or an interface that kernel_set_routing would refuse, and for a `memory_bytes` that no
 * process can have.
 */
must_check enum status kernel_start(struct kernel *kernel, const struct kernel_start *start,
				    uint64_t *process);

/*
 * Somebody has decided about a program: in force for the next message of each of its processes.
 * KERNEL_UNDECIDED takes a decision back. It is for the caller to store it first. STATUS_INVALID
 * for scopes that are none, STATUS_LIMIT, STATUS_NO_MEMORY: nothing is allowed that was not before;
 * where it was not an approval, the program's processes are denied everything until all have ended.
 */
must_check enum status kernel_decide(struct kernel *kernel, const struct cid *program,
				     const struct kernel_grant *decision);

/* STATUS_NOT_FOUND where there is no such process. */
must_check enum status kernel_kill(struct kernel *kernel, uint64_t process);

/* Kills all processes of a terminal. True where there was one; those end in kernel_run. */
bool kernel_kill_terminal(struct kernel *kernel, uint64_t terminal);

/* The terminal of a process, also while `ended` of a service is told of its end; 0 where there is
 * no such process. */
uint64_t kernel_terminal_of(const struct kernel *kernel, uint64_t process);

/* The program of a process; NULL where there is no such process. */
const struct cid *kernel_program_of(const struct kernel *kernel, uint64_t process);

/* The process that handles the interface now; 0 for the kernel, and where none does. */
uint64_t kernel_handler_of(const struct kernel *kernel, const struct digest *interface);

/* ---- Looking ---- */

/*
 * What the interface `inspect` tells (interfaces/inspect.wit), for the port, which sees everything:
 * `request` is an encoded call of `handlers`, `processes` or `summary`, and `answered` gets the
 * body of the answer, once, during the call. STATUS_INVALID for anything else, STATUS_NO_MEMORY.
 */
must_check enum status
kernel_inspect(struct kernel *kernel, const struct wire_part *request,
	       void (*answered)(void *context, const uint8_t *body, size_t size), void *context);

/* The code of programs that nobody runs (kernel_settings.kept_code_bytes). */
struct kernel_kept {
	uint32_t programs;
	uint64_t bytes;
};
struct kernel_kept kernel_kept(const struct kernel *kernel);

/* The number of the latest change: something was started, has ended, was registered or routed. */
uint64_t kernel_change(const struct kernel *kernel);

/* ---- Running ---- */

/* Runs threads until none can run (returns true) or the clock passes `until_ns` (returns false). On
 * each CPU (port_cpu) by itself. */
bool kernel_run(struct kernel *kernel, uint64_t until_ns);

/*
 * Keeps other CPUs out of the kernel while this one does not run it: kernel_run then keeps them out
 * too but while programs run, and what the port does in between is as if there was one CPU. A port
 * with further CPUs lets go while its first one sleeps.
 */
void kernel_hold(struct kernel *kernel);
void kernel_let_go(struct kernel *kernel);

/* From now on kernel_run runs nothing and returns true, on all CPUs. Before kernel_destroy, which
 * nobody else may see. */
void kernel_halt(struct kernel *kernel);

/* When kernel_run must be called again although nothing has happened; UINT64_MAX for never. */
uint64_t kernel_next_deadline_ns(struct kernel *kernel);

/*
 * For a port that catches faults at the guard pages of regions: the code of the running thread
 * touched one, and the port has dropped all frames since it called kernel_run. The thread's process
 * ends with a trap of that text. False where no thread's code was running.
 */
must_check bool kernel_trap(struct kernel *kernel, const char *text);

/* Takes the running thread off this CPU soon. Safe from a signal handler of the CPU, and from
 * nowhere else. */
void kernel_interrupt(struct kernel *kernel);

/* The same, and kernel_run returns soon: there is something for the port to do. From the first CPU.
 */
void kernel_recall(struct kernel *kernel);

/* A deadline has passed: the CPU is to be interrupted. Safe from the same places. */
bool kernel_is_due(const struct kernel *kernel);

#endif
