# program.mk: how programs for Cairn are built from C. A project's Makefile says what there is, and
# includes this file:
#
#   PROGRAMS   := caller handler      caller.c becomes build/caller.wasm
#   INTERFACES := greeting.wit        becomes greeting.h and greeting_calls.h, to be included
#   FREESTANDING := handler           those of PROGRAMS that start at _start and need no C library
#   PARTS.caller := text table        text.c and table.c belong to caller as well
#   USES.caller  := greeting.wit tcp=example.com:443
#                                     what it sends to: interfaces of the system by name, others by
#                                     file, with =SCOPE,SCOPE where it needs scopes. It becomes the
#                                     section `cairn.uses`, so that a person is asked once, before
#                                     the start
#   THREADED   := pool                those of FREESTANDING that start threads (cairn/thread.h)
#   include $(shell cairn sdk)/program.mk
#
# The others are ordinary C programs over wasi-libc. All see the SDK (cairn/loop.h and so on) and the
# system's interfaces (cairn/time_calls.h and so on). BUILD and CC may be set too.

SDK   := $(dir $(lastword $(MAKEFILE_LIST)))
BUILD ?= build
ifeq ($(origin CC),default)
CC    := clang-19
endif

# The features of WebAssembly are named one by one, so that another version of the compiler does not
# change what a program needs. Linking with -O would run whatever wasm-opt is in PATH.
CAIRN_CPU     := -mcpu=mvp -mbulk-memory -msign-ext -mnontrapping-fptoint -mmutable-globals
CAIRN_FLAGS   := -std=c11 -O2 -Wall -Wextra -Wno-unused-parameter $(CAIRN_CPU) \
                 -I$(SDK)include -I$(BUILD)/generated -MMD -MP
CAIRN_LIBC    := --target=wasm32-wasi
CAIRN_NO_LIBC := --target=wasm32 -ffreestanding -nostdlib
CAIRN_START   := -Wl,--export=_start -Wl,--no-entry
# The stack lies below the data, so that overflowing it is a trap.
CAIRN_LINK    := -Wl,--strip-debug -Wl,--stack-first -Wl,-z,stack-size=65536

# Threads share a memory that the system makes; it cannot grow beyond CAIRN_MEMORY_MAX.
CAIRN_MEMORY_MAX ?= 67108864
CAIRN_THREADS    := -matomics
CAIRN_SHARED     := -Wl,--shared-memory -Wl,--import-memory -Wl,--max-memory=$(CAIRN_MEMORY_MAX)

CAIRN_OBJECTS := $(patsubst $(SDK)src/%.c,$(BUILD)/sdk/%.o,$(wildcard $(SDK)src/*.c))

CAIRN_THREADED_OBJECTS := $(patsubst $(SDK)src/%.c,$(BUILD)/sdk-threaded/%.o, \
                          $(wildcard $(SDK)src/*.c $(SDK)src/threads/*.c))

all: $(PROGRAMS:%=$(BUILD)/%.wasm)

$(BUILD)/generated/.made: $(INTERFACES) $(SDK)bin/idlc
	@mkdir -p $(@D)
	$(if $(INTERFACES),$(SDK)bin/idlc c $(INTERFACES) -o $(@D))
	@touch $@

$(BUILD)/sdk/%.o: $(SDK)src/%.c
	@mkdir -p $(@D)
	$(CC) $(CAIRN_NO_LIBC) $(CAIRN_FLAGS) -c $< -o $@

$(BUILD)/sdk-threaded/%.o: $(SDK)src/%.c
	@mkdir -p $(@D)
	$(CC) $(CAIRN_NO_LIBC) $(CAIRN_FLAGS) $(CAIRN_THREADS) -c $< -o $@

$(THREADED:%=$(BUILD)/%.o): CAIRN_FLAGS += $(CAIRN_THREADS)

# The parts of a program are compiled as it is.
CAIRN_BARE := $(FREESTANDING) $(foreach program,$(FREESTANDING),$(PARTS.$(program)))
$(BUILD)/%.o: %.c $(BUILD)/generated/.made
	@mkdir -p $(@D)
	$(CC) $(if $(filter $*,$(CAIRN_BARE)),$(CAIRN_NO_LIBC),$(CAIRN_LIBC)) $(CAIRN_FLAGS) -c $< -o $@

# A line for each: the digest, and the scopes.
$(BUILD)/%.uses.s: $(MAKEFILE_LIST) $(INTERFACES)
	@mkdir -p $(@D)
	@printf '\t.section .custom_section.cairn.uses,"",@\n' > $@
	@set -e; for use in $(USES.$*); do \
	    name=$${use%%=*}; scopes=; \
	    case $$use in *=*) scopes=" $$(echo "$${use#*=}" | tr , ' ')" ;; esac; \
	    case $$name in *.wit) file=$$name ;; *) file=$(SDK)interfaces/$$name.wit ;; esac; \
	    line=$$($(SDK)bin/idlc hash "$$file"); \
	    digest=$$(echo "$$line" | awk 'NR == 1 {print $$2}'); \
	    printf '\t.ascii "%s%s\\n"\n' "$$digest" "$$scopes" >> $@; done

$(BUILD)/%.uses.o: $(BUILD)/%.uses.s
	$(CC) --target=wasm32 -c $< -o $@

$(THREADED:%=$(BUILD)/%.wasm): $(BUILD)/%.wasm: $(BUILD)/%.o $(CAIRN_THREADED_OBJECTS)
	$(CC) $(CAIRN_NO_LIBC) $(CAIRN_START) $(CAIRN_LINK) $(CAIRN_SHARED) $^ -o $@

# What a program does not use of the SDK is left out.
.SECONDEXPANSION:
$(BUILD)/%.wasm: $(BUILD)/%.o $$(addprefix $(BUILD)/,$$(addsuffix .o,$$(PARTS.$$*))) \
                 $$(if $$(USES.$$*),$(BUILD)/$$*.uses.o) $(CAIRN_OBJECTS)
	$(CC) $(if $(filter $*,$(FREESTANDING)),$(CAIRN_NO_LIBC) $(CAIRN_START),$(CAIRN_LIBC)) \
	    $(CAIRN_LINK) $^ -o $@

clean:
	rm -rf $(BUILD)

-include $(wildcard $(BUILD)/*.d $(BUILD)/sdk/*.d $(BUILD)/sdk-threaded/*.d $(BUILD)/sdk-threaded/*/*.d)

.PHONY: all clean
.SECONDARY:
.DELETE_ON_ERROR:
