# Cairn's build. The two tables below are the architecture: how each kind of target is compiled, and
# what each folder may see. A folder is compiled with just the include paths that stand in its row.
#
#   make                build/cairn and everything that it needs
#   make check-core     the freestanding core and its undefined symbols
#   make examples       the programs of examples/
#   make install        copies the command, the interface compiler and the SDK to PREFIX
#   make tests          the test programs (./test runs them)
#   make bench          the figures of the README, each beside its peer
#   make SAN=address,undefined ...   the same under sanitizers, in a build folder of its own; SAN=thread
#                       in another one
#   make format         clang-format over the tree

MAKEFLAGS += --no-print-directory

CC       := clang-19
AR       := llvm-ar-19
NM       := llvm-nm-19
SAN      :=
BUILD    := build$(if $(SAN),/$(if $(findstring thread,$(SAN)),tsan,san))
OBJ      := $(BUILD)/obj
VERSION  := 0.1.0

# ---- Table 1: how a target is compiled -----------------------------------------------------------

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
            -Wimplicit-fallthrough -Wno-unused-parameter -Werror
COMMON   := -std=c11 -O2 -g $(WARNINGS) -MMD -MP
SANITIZE := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)

# The core: no C library to include, none to link (but for what a compiler may call on its own).
FLAGS.core     := $(COMMON) -ffreestanding -nostdlibinc -fno-stack-protector $(SANITIZE)
# What runs on bare x86-64, beside the same archive of the core. Interrupts leave the red zone alone
# (kernel/standalone/cpu/interrupt_stubs.S).
FLAGS.standalone := $(COMMON) -ffreestanding -nostdlibinc -fno-stack-protector -fno-pic
# What runs on Linux: ports, tools, tests.
FLAGS.host     := $(COMMON) -D_GNU_SOURCE -DCAIRN_VERSION='"$(VERSION)"' $(SANITIZE)
# Programs without a C library, and with wasi-libc: compiled here, linked by wasm_link below.
WASM_CPU       := -mcpu=mvp -mbulk-memory -msign-ext -mnontrapping-fptoint -mmutable-globals
FLAGS.program  := -std=c11 -O2 $(WARNINGS) --target=wasm32 $(WASM_CPU) -ffreestanding -nostdlibinc \
                  -nostdlib
FLAGS.wasi     := -std=c11 -O2 --target=wasm32-wasi $(WASM_CPU)
# Programs of several threads, which share a memory that the kernel makes.
FLAGS.threaded := $(FLAGS.program) -matomics

# ---- Table 2: what each folder may see -----------------------------------------------------------
# (Every folder sees abi/include and the generated bindings; core and its ports see core/include.)

GENERATED_INCLUDE := -I$(BUILD)/generated
PUBLIC   := -Iabi/include -Icore/include $(GENERATED_INCLUDE)

SEES.core/base          := $(PUBLIC) -Icore/base
SEES.core/wasm          := $(PUBLIC) -Icore/base -Icore/wasm -Icore/wasm/interp
SEES.core/wasm/interp   := $(PUBLIC) -Icore/base -Icore/wasm -Icore/wasm/interp
SEES.core/ipc           := $(PUBLIC) -Icore/base -Icore/ipc
SEES.core/process       := $(PUBLIC) -Icore/base -Icore/ipc -Icore/process
SEES.core/wasi          := $(PUBLIC) -Icore/base -Icore/process -Icore/wasi
SEES.kernel/hosted      := $(PUBLIC) -Iinterfaces -Ikernel/hosted -Ikernel/hosted/include
SEES.kernel/standalone  := $(PUBLIC) -Icore/base -Ikernel/standalone
SEES.tools/cli          := $(PUBLIC) -Ikernel/hosted/include -Itools/cli -Itools/idlc
SEES.tools/idlc         := -Itools/idlc
SEES.tools/mkboot       := $(PUBLIC)
SEES.sdk                := -Iabi/include -Isdk/include $(GENERATED_INCLUDE)
EVERYTHING              := $(PUBLIC) -Icore/base -Icore/wasm -Icore/wasm/interp -Icore/ipc \
                           -Icore/process -Icore/wasi -Ikernel/hosted -Ikernel/hosted/include -Itools/cli \
                           -Itools/idlc -Itests
SEES.tests/support      := $(EVERYTHING)
SEES.tests/idlc         := -Iabi/include -Isdk/include $(GENERATED_INCLUDE) -Itools/idlc -Itests
SEES.tests/spec         := $(EVERYTHING) -Itests/spec
SEES.tests/sim          := $(EVERYTHING) -Itests/sim
SEES.tests/diff         := $(EVERYTHING) -Itests/diff
SEES.tests/routing      := $(EVERYTHING) -Itests/routing

CORE_FOLDERS := core/base core/wasm core/wasm/interp core/ipc core/process core/wasi
HOST_FOLDERS := kernel/hosted tools/cli tools/mkboot tests/support tests/spec tests/sim tests/diff \
                tests/routing

objects = $(patsubst %.c,$(OBJ)/%.o,$(wildcard $(1)/*.c))

all: $(BUILD)/cairn $(BUILD)/sdk/.made

# ---- The interface compiler, and what it generates before anything else is compiled --------------

INTERFACES := $(wildcard interfaces/*.wit)
BOUND      := $(subst -,_,$(INTERFACES:interfaces/%.wit=$(BUILD)/generated/cairn/%))
GENERATED  := $(BOUND:=.h) $(BOUND:=_calls.h) $(BOUND:=_serve.h)
$(GENERATED) &: $(INTERFACES) $(BUILD)/idlc
	@mkdir -p $(BUILD)/generated/cairn
	@echo '  bindings of interfaces'
	$(BUILD)/idlc c $(INTERFACES) -o $(BUILD)/generated/cairn

# Their names, digests and CIDs, a line each.
INTERFACE_NAMES := $(BUILD)/generated/interfaces
$(INTERFACE_NAMES): $(INTERFACES) $(BUILD)/idlc
	@mkdir -p $(@D)
	$(BUILD)/idlc hash $(INTERFACES) > $@

# The same as a table for C, for those that know interfaces by their short names (kernel/hosted/words.c).
INTERFACE_DIGESTS := $(BUILD)/generated/interface_digests.def
$(INTERFACE_DIGESTS): $(INTERFACE_NAMES)
	sort $< | awk '{print "SYSTEM_INTERFACE(\"" $$1 "\", \"" $$2 "\")"}' > $@
$(OBJ)/kernel/hosted/words.o: $(INTERFACE_DIGESTS)

# Interfaces that only tests and benchmarks use: <tests/NAME.h>.
TEST_INTERFACES := $(wildcard tests/interfaces/*.wit)
TEST_BINDINGS   := $(TEST_INTERFACES:tests/interfaces/%.wit=$(BUILD)/generated/tests/%.h)
$(TEST_BINDINGS) &: $(TEST_INTERFACES) $(BUILD)/idlc
	@mkdir -p $(BUILD)/generated/tests
	$(BUILD)/idlc c $(TEST_INTERFACES) -o $(BUILD)/generated/tests

# What the bindings do to a body, for tests that know no interface by name: <table.h>.
TABLE := $(BUILD)/generated/table.h
$(BUILD)/idlc-table: $(OBJ)/tests/idlc/table.o $(BUILD)/libidlc.a
	$(CC) $(SANITIZE) $^ -lsodium -o $@
$(BUILD)/idlc-random: $(OBJ)/tests/idlc/random.o $(OBJ)/tests/idlc/definition.o $(BUILD)/libidlc.a
	$(CC) $(SANITIZE) $^ -lsodium -o $@
$(TABLE): $(BUILD)/idlc-table $(GENERATED) $(TEST_BINDINGS)
	$(BUILD)/idlc-table $(INTERFACES) $(TEST_INTERFACES) > $@

LIBIDLC := $(BUILD)/libidlc.a
$(LIBIDLC): $(filter-out %/idlc.o,$(call objects,tools/idlc))
	rm -f $@
	$(AR) rcs $@ $^
$(BUILD)/idlc: $(OBJ)/tools/idlc/idlc.o $(LIBIDLC)
	$(CC) $(SANITIZE) $^ -lsodium -o $@

# What threads of a program do to their memory is the program's affair: ThreadSanitizer sees the kernel, and
# not the accesses that the interpreter makes for a program.
ifeq ($(SAN),thread)
$(OBJ)/core/wasm/interp/%.o: FLAGS.core := $(filter-out -fsanitize=%,$(FLAGS.core))
endif

# $(1) is compiled as a $(2), once $(3) exist.
define folder_rule
$(OBJ)/$(1)/%.o: $(1)/%.c | $(3)
	@mkdir -p $$(@D)
	@echo '  compile $$<'
	$$(CC) $$(FLAGS.$(2)) $$(SEES.$(1)) -c $$< -o $$@
endef
$(foreach f,$(CORE_FOLDERS),$(eval $(call folder_rule,$(f),core,$(GENERATED))))
$(foreach f,$(HOST_FOLDERS),$(eval $(call folder_rule,$(f),host,$(GENERATED))))
$(eval $(call folder_rule,tools/idlc,host))
$(eval $(call folder_rule,tests/idlc,host))

# ---- The core ------------------------------------------------------------------------------------

LIBCORE := $(BUILD)/libcore.a
CORE_OBJECTS := $(foreach f,$(CORE_FOLDERS),$(call objects,$(f)))
$(LIBCORE): $(CORE_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

# Only the port's functions and the compiler's own four may be undefined in the core.
check-core: $(LIBCORE)
	@$(NM) -u $(LIBCORE) | awk '$$1 == "U" {print $$2}' | sort -u > $(BUILD)/core-undefined
	@$(NM) --defined-only $(LIBCORE) | awk 'NF == 3 {print $$3}' | sort -u > $(BUILD)/core-defined
	@comm -23 $(BUILD)/core-undefined $(BUILD)/core-defined \
	    | grep -vxE 'memcpy|memmove|memset|memcmp|_GLOBAL_OFFSET_TABLE_|port_[a-z0-9_]+' \
	    > $(BUILD)/core-foreign || true
	@if [ -s $(BUILD)/core-foreign ]; then \
	    echo "the core needs symbols that no port supplies:"; cat $(BUILD)/core-foreign; exit 1; fi
	@echo "check-core: the core leaves only the port's functions undefined"

# ---- Programs that are WebAssembly ---------------------------------------------------------------

PROGRAMS := $(patsubst programs/%/,%,$(filter-out programs/lib/,$(wildcard programs/*/)))
PROGRAM_FILES := $(PROGRAMS:%=build/programs/%.wasm)
# The stack lies below the data, so that overflowing it is a trap.
PROGRAM_LINK := -Wl,--export=_start -Wl,--no-entry -Wl,--stack-first -Wl,-z,stack-size=65536 \
                -Wl,--strip-debug
PROGRAM_HEADERS := $(wildcard programs/lib/*.h sdk/*.h sdk/include/*/*.h abi/include/cairn/*) \
                   $(GENERATED)
# Compiled once for all programs; what one does not use is not linked.
PROGRAM_OBJECTS := $(patsubst %.c,build/wasm/%.o,$(wildcard programs/lib/*.c sdk/*.c))
PROGRAM_PARTS   := $(PROGRAM_OBJECTS) $(PROGRAM_HEADERS)
build/wasm/%.o: %.c $(PROGRAM_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(FLAGS.program) $(SEES.sdk) -Iprograms/lib -c $< -o $@

# Compiles the C files among the prerequisites with the flags $(1) and links all with $(2): in two
# steps, because clang runs whatever wasm-opt is in PATH over what it links with -O.
define wasm_link
	@rm -rf $@.objects && mkdir -p $@.objects
	for source in $(filter %.c,$^); do \
	    $(CC) $(1) -c $$source -o $@.objects/$$(echo $$source | tr / -).o || exit 1; done
	$(CC) $(filter --target=% -nostdlib,$(1)) $@.objects/*.o $(filter %.o,$^) $(2) -o $@
endef

.SECONDEXPANSION:
build/programs/%.wasm: $$(wildcard programs/%/*.c) $$(wildcard programs/%/*.h) $(PROGRAM_PARTS)
	$(call wasm_link,$(FLAGS.program) $(SEES.sdk) -Iprograms/lib,$(PROGRAM_LINK))

# Small programs that only tests and benchmarks run: a file each.
TEST_PROGRAMS := $(patsubst %.c,build/%.wasm,$(wildcard tests/programs/*.c))
build/tests/programs/%.wasm: tests/programs/%.c $(PROGRAM_PARTS) | $(TEST_BINDINGS)
	$(call wasm_link,$(FLAGS.program) $(SEES.sdk) -Iprograms/lib,$(PROGRAM_LINK))

# One of them once more, beginning with 2 GiB of memory.
LARGE_LINK    := $(PROGRAM_LINK) -Wl,--initial-memory=2147483648
TEST_PROGRAMS += build/tests/programs/large.wasm
build/tests/programs/large.wasm: tests/programs/roomy.c $(PROGRAM_PARTS)
	$(call wasm_link,$(FLAGS.program) $(SEES.sdk) -Iprograms/lib,$(LARGE_LINK))

# The same of programs with several threads: a file each, and all objects compiled for them.
THREADED_OBJECTS := $(patsubst %.c,build/wasm-threads/%.o,$(wildcard programs/lib/*.c sdk/*.c sdk/threads/*.c))
THREADED_LINK    := $(PROGRAM_LINK) -Wl,--shared-memory -Wl,--import-memory -Wl,--max-memory=67108864
$(THREADED_OBJECTS): build/wasm-threads/%.o: %.c $(PROGRAM_HEADERS) $(wildcard sdk/threads/*.h)
	@mkdir -p $(@D)
	$(CC) $(FLAGS.threaded) $(SEES.sdk) -Iprograms/lib -c $< -o $@
THREADED_PROGRAMS := $(patsubst %.c,build/%.wasm,$(wildcard tests/programs/threads/*.c))
$(THREADED_PROGRAMS): build/%.wasm: %.c $(wildcard tests/programs/threads/*.h) $(THREADED_OBJECTS) $(PROGRAM_HEADERS)
	$(call wasm_link,$(FLAGS.threaded) $(SEES.sdk) -Iprograms/lib,$(THREADED_LINK))

# ---- The SDK, as authors of programs get it ------------------------------------------------------

# build/sdk is all that a project needs (sdk/program.mk); `make install` copies it.
# The folders stand for files that have gone.
SDK_PARTS := $(wildcard sdk/*.[ch] sdk/threads/*.[ch] sdk/program.mk sdk/template/* sdk/include/cairn/* \
             abi/include/cairn/*) sdk sdk/template sdk/include/cairn $(INTERFACES) $(GENERATED) $(BUILD)/idlc
$(BUILD)/sdk/.made: $(SDK_PARTS)
	rm -rf $(@D)
	mkdir -p $(@D)/include/cairn $(@D)/src/threads $(@D)/bin $(@D)/template
	cp sdk/include/cairn/* abi/include/cairn/* $(GENERATED) $(@D)/include/cairn
	cp sdk/*.[ch] $(@D)/src
	cp sdk/threads/*.[ch] $(@D)/src/threads
	cp $(BUILD)/idlc $(@D)/bin
	cp sdk/template/* $(@D)/template
	cp -r sdk/program.mk interfaces $(@D)
	touch $@

PREFIX := /usr/local
install: $(BUILD)/cairn $(BUILD)/sdk/.made
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/cairn"
	install $(BUILD)/cairn $(BUILD)/idlc "$(DESTDIR)$(PREFIX)/bin"
	install -d "$(DESTDIR)$(PREFIX)/lib/systemd/user"
	sed 's,%PREFIX%,$(PREFIX),' tools/systemd/cairn.service > "$(DESTDIR)$(PREFIX)/lib/systemd/user/cairn.service"
	rm -rf "$(DESTDIR)$(PREFIX)/share/cairn/sdk"
	cp -r $(BUILD)/sdk "$(DESTDIR)$(PREFIX)/share/cairn/sdk"
	chmod -R a+rX "$(DESTDIR)$(PREFIX)/share/cairn" "$(DESTDIR)$(PREFIX)/lib/systemd/user/cairn.service"

# ---- Examples: what authors of programs write ----------------------------------------------------

# A folder is an ordinary C program over wasi-libc, or a project with a Makefile of its own.
WASI_LINK := -Wl,--strip-debug
EXAMPLE_PROJECTS := $(patsubst examples/%/Makefile,%,$(wildcard examples/*/Makefile))
EXAMPLES := $(patsubst examples/%/,build/examples/%.wasm,\
            $(filter-out $(EXAMPLE_PROJECTS:%=examples/%/),$(wildcard examples/*/)))
build/examples/%.wasm: $$(wildcard examples/%/*.c)
	$(call wasm_link,$(FLAGS.wasi),$(WASI_LINK))

$(EXAMPLE_PROJECTS:%=example-%): example-%: $(BUILD)/sdk/.made
	$(MAKE) -C examples/$* SDK_FOLDER=$(CURDIR)/$(BUILD)/sdk BUILD=$(CURDIR)/build/examples/$*

examples: $(EXAMPLES) $(EXAMPLE_PROJECTS:%=example-%)

# Programs that exercise WASI, for tests/e2e/wasi.sh: a file each.
WASI_PROGRAMS := $(patsubst %.c,build/%.wasm,$(wildcard tests/programs/wasi/*.c))
build/tests/programs/wasi/%.wasm: tests/programs/wasi/%.c tests/programs/wasi/raw.h
	$(call wasm_link,$(FLAGS.wasi) $(WARNINGS),$(WASI_LINK))

wasi-programs: $(WASI_PROGRAMS)

# ---- The hosted kernel and the command line ------------------------------------------------------

$(BUILD)/mkboot: $(call objects,tools/mkboot) $(OBJ)/tests/support/port.o $(LIBCORE)
	$(CC) $(SANITIZE) $^ -lsodium -o $@

BOOT_PROGRAMS := loader authorizer
$(BUILD)/boot.car: $(BUILD)/mkboot $(INTERFACE_NAMES) $(BOOT_PROGRAMS:%=build/programs/%.wasm) $(wildcard boot/*)
	$(BUILD)/mkboot boot/manifest $(INTERFACE_NAMES) build/programs $@

$(OBJ)/boot_image.o: kernel/hosted/boot_image.S $(BUILD)/boot.car
	@mkdir -p $(@D)
	$(CC) -c -DBOOT_CAR='"$(BUILD)/boot.car"' $< -o $@

LIBHOSTED := $(BUILD)/libhosted.a
$(LIBHOSTED): $(call objects,kernel/hosted) $(OBJ)/boot_image.o
	rm -f $@
	$(AR) rcs $@ $^

# The canonical texts of all interfaces of the system, one behind the other.
$(BUILD)/generated/definitions: $(INTERFACES) $(BUILD)/idlc
	@mkdir -p $(@D)
	$(BUILD)/idlc canonical $(INTERFACES) > $@
$(OBJ)/system_definitions.o: tools/cli/system_definitions.S $(BUILD)/generated/definitions
	@mkdir -p $(@D)
	$(CC) -c -DDEFINITIONS='"$(BUILD)/generated/definitions"' $< -o $@

# The port calls the core, and the core the port.
BOTH_WAYS := -Wl,--start-group $(LIBHOSTED) $(LIBCORE) -Wl,--end-group
HOSTED_LIBS := -lpthread -luv -lsqlite3 -lsodium -lnettle -lresolv
$(BUILD)/cairn: $(call objects,tools/cli) $(OBJ)/archive_kernel.o $(OBJ)/system_definitions.o \
                $(LIBHOSTED) $(LIBCORE) $(LIBIDLC)
	$(CC) $(SANITIZE) $(filter %.o,$^) $(LIBIDLC) $(BOTH_WAYS) $(HOSTED_LIBS) -o $@

# ---- Tests ---------------------------------------------------------------------------------------

UNIT_SOURCES := $(shell find tests/unit -name 'test_*.c' 2>/dev/null)
UNIT_TESTS := $(UNIT_SOURCES:%.c=$(BUILD)/%)
UNIT_LIBS := -lcmocka -lsodium -lnettle -luv -lsqlite3 -lresolv
# Each source is compiled by itself, so that a compiler cache can serve what has not changed:
# $(call unit_program,FLAGS,LIBRARIES)
unit_parts = $(patsubst %.c,$@.parts/%.o,$(notdir $(filter %.c,$^)))
unit_program = set -e; mkdir -p $@.parts; \
    $(foreach c,$(filter %.c,$^),$(CC) $(FLAGS.host) $(1) -c $(c) -o $@.parts/$(notdir $(c:.c=.o));) \
    $(CC) $(SANITIZE) $(unit_parts) $(filter %.o,$^) $(filter %.a,$^) $(2) -o $@
# Unit tests of the hosted kernel link what they use of it, the others the small port of tests/support.
$(BUILD)/tests/unit/hosted/%: tests/unit/hosted/%.c $(LIBHOSTED) $(LIBCORE)
	$(call unit_program,$(EVERYTHING),$(BOTH_WAYS) $(UNIT_LIBS))
# Those of WASI play the kernel themselves.
$(BUILD)/tests/unit/wasi/%: tests/unit/wasi/%.c tests/unit/wasi/fake_call.c \
                            $(call objects,tests/support) $(LIBCORE)
	$(call unit_program,$(EVERYTHING),$(UNIT_LIBS))
# Those of the kernel make the system calls of puppets.
$(BUILD)/tests/unit/process/%: tests/unit/process/%.c $(addprefix tests/unit/process/,puppet.c archive.c people.c) \
                               $(call objects,tests/support) $(LIBCORE)
	$(call unit_program,$(EVERYTHING),$(UNIT_LIBS))
# Those of the interface compiler need nothing else of the system.
IDLC_SUPPORT := $(BUILD)/libidlcsupport.a
$(IDLC_SUPPORT): $(filter-out %/table.o %/random.o,$(call objects,tests/idlc))
	rm -f $@
	$(AR) rcs $@ $^
$(BUILD)/tests/unit/idlc/%: tests/unit/idlc/%.c $(IDLC_SUPPORT) $(LIBIDLC) $(TABLE)
	$(call unit_program,$(SEES.tests/idlc),-lcmocka -lsodium)
# Those of the SDK compile it natively, and play the kernel. (`memory` is WebAssembly's alone, and so
# are the attributes of imports.)
SDK_NATIVE := $(filter-out sdk/memory.c,$(wildcard sdk/*.c)) tests/unit/sdk/fake_system.c
$(BUILD)/tests/unit/sdk/%: tests/unit/sdk/%.c $(SDK_NATIVE) tests/unit/sdk/fake_system.h \
                           $(wildcard sdk/*.h sdk/include/*/*.h) $(GENERATED)
	$(call unit_program,-Wno-unknown-attributes $(SEES.sdk),-lcmocka)
# Those of programs compile a part of one natively: test_NAME_PART.c has programs/NAME/PART.c.
$(BUILD)/tests/unit/programs/test_authorizer_words: tests/unit/programs/test_authorizer_words.c \
                                                    programs/authorizer/words.c $(GENERATED)
	$(call unit_program,$(SEES.sdk) -Iprograms/authorizer,-lcmocka)
# Those of the command line are about what shows messages.
CLI_PARTS := $(OBJ)/tools/cli/value.o $(OBJ)/tools/cli/definitions.o $(OBJ)/system_definitions.o
$(BUILD)/tests/unit/cli/%: tests/unit/cli/%.c $(CLI_PARTS) $(call objects,tests/support) \
                           $(IDLC_SUPPORT) $(LIBIDLC) $(LIBCORE) $(TABLE)
	$(call unit_program,$(EVERYTHING),$(UNIT_LIBS))
$(BUILD)/tests/unit/cli/test_transcript: $(OBJ)/tools/cli/transcript.o $(OBJ)/tools/cli/report.o
# Of the kernel for bare metal, what needs no machine.
$(BUILD)/tests/unit/standalone/%: tests/unit/standalone/%.c kernel/standalone/command_line.c \
                                  $(call objects,tests/support) $(LIBCORE)
	$(call unit_program,-Ikernel/standalone $(EVERYTHING),$(UNIT_LIBS))
$(BUILD)/tests/unit/%: tests/unit/%.c $(call objects,tests/support) $(LIBCORE)
	$(call unit_program,$(EVERYTHING),$(UNIT_LIBS))

$(BUILD)/spec-run: $(call objects,tests/spec) $(call objects,tests/support) $(LIBCORE)
	$(CC) $(SANITIZE) $^ -ljansson -lsodium -o $@

$(BUILD)/sim: $(call objects,tests/sim) $(LIBCORE)
	$(CC) $(SANITIZE) $^ -lsodium -o $@

# Real programs, whose handler is swapped in use.
$(BUILD)/swap: $(call objects,tests/routing) $(OBJ)/tests/support/port.o $(LIBCORE)
	$(CC) $(SANITIZE) $^ -lsodium -o $@
SWAP_PROGRAMS := $(patsubst %.c,build/%.wasm,$(wildcard tests/routing/programs/*.c))
build/tests/routing/programs/%.wasm: tests/routing/programs/%.c tests/routing/programs.h \
                                     tests/routing/programs/handler.h $(PROGRAM_PARTS)
	$(call wasm_link,$(FLAGS.program) $(SEES.sdk) -Iprograms/lib,$(PROGRAM_LINK))

$(BUILD)/diff-run: $(call objects,tests/diff) $(call objects,tests/support) $(LIBCORE)
	$(CC) $(SANITIZE) $^ -lsodium -o $@

# Fuzzers compile the core once more, with coverage. tests/fuzz/fuzz_NAME.c -> build/fuzz/NAME
FUZZ_SOURCES := $(wildcard tests/fuzz/fuzz_*.c)
FUZZERS := $(FUZZ_SOURCES:tests/fuzz/fuzz_%.c=build/fuzz/%)
FUZZ_FLAGS := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
build/fuzz/%: tests/fuzz/fuzz_%.c $(wildcard tests/support/*.c) build/fuzz/libcore.a
	@mkdir -p $(@D)
	$(CC) $(COMMON) -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	    $(EVERYTHING) $(filter %.c,$^) $(filter %.a,$^) -lsodium -o $@
build/fuzz/libcore.a: $(foreach f,$(CORE_FOLDERS),$(wildcard $(f)/*.[ch] $(f)/*.def)) \
                      $(wildcard core/include/core/*.h)
	$(MAKE) BUILD=build/fuzz/core FLAGS.core='$(COMMON) -ffreestanding -nostdlibinc $(FUZZ_FLAGS)' \
	    build/fuzz/core/libcore.a
	cp build/fuzz/core/libcore.a $@

# Those of the interface compiler are compiled with it, and with nothing else of the system.
$(filter %/idlc %/bindings,$(FUZZERS)): build/fuzz/%: tests/fuzz/fuzz_%.c \
    $(filter-out %/idlc.c,$(wildcard tools/idlc/*.c)) tests/idlc/body.c tests/idlc/reference.c $(TABLE)
	@mkdir -p $(@D)
	$(CC) $(COMMON) -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	    $(SEES.tests/idlc) $(filter %.c,$^) -lsodium -o $@

# That of scopes needs nothing of the core.
build/fuzz/scope: tests/fuzz/fuzz_scope.c kernel/hosted/net_scope.c kernel/hosted/net_address.c \
    kernel/hosted/panic.c
	@mkdir -p $(@D)
	$(CC) $(COMMON) -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	    $(EVERYTHING) $(filter %.c,$^) -o $@

# What shows messages needs both.
build/fuzz/trace: tests/fuzz/fuzz_trace.c tools/cli/value.c tools/cli/definitions.c \
    $(filter-out %/idlc.c,$(wildcard tools/idlc/*.c)) tests/idlc/reference.c \
    $(wildcard tests/support/*.c) $(OBJ)/system_definitions.o build/fuzz/libcore.a $(TABLE)
	@mkdir -p $(@D)
	$(CC) $(COMMON) -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	    $(EVERYTHING) $(filter %.c %.o %.a,$^) -lsodium -o $@

# What reads the configuration is the hosted kernel's.
build/fuzz/configuration: tests/fuzz/fuzz_configuration.c kernel/hosted/configuration.c \
    kernel/hosted/configuration_handlers.c kernel/hosted/configuration_route.c kernel/hosted/syntax.c \
    $(LIBHOSTED) build/fuzz/libcore.a | $(INTERFACE_DIGESTS)
	@mkdir -p $(@D)
	$(CC) $(COMMON) -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	    $(EVERYTHING) $(filter %.c,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	    $(HOSTED_LIBS) -o $@

fuzzers: $(FUZZERS)

tests: $(UNIT_TESTS) $(BUILD)/idlc-random $(BUILD)/spec-run $(BUILD)/sim $(BUILD)/cairn $(TEST_PROGRAMS) $(THREADED_PROGRAMS) standalone-tests $(BUILD)/diff-run $(BUILD)/swap $(SWAP_PROGRAMS)

# nanopb's generator and library are Debian's.
build/bench/bindings/bench.pb.c: bench/bindings/bench.proto bench/bindings/bench.options
	@mkdir -p $(@D)
	cd bench/bindings && nanopb_generator.py -q -D $(CURDIR)/$(@D) bench.proto
build/bench/bindings/bench: bench/bindings/bench_bindings.c build/bench/bindings/bench.pb.c \
                            abi/include/cairn/wire_in.h abi/include/cairn/wire_out.h $(TEST_BINDINGS)
	$(CC) $(FLAGS.host) $(SEES.sdk) -Ibuild/bench/bindings $(filter %.c,$^) -lprotobuf-nanopb -o $@

build/bench/files/reader.wasm: bench/files/reader.c
	$(call wasm_link,$(FLAGS.wasi),$(WASI_LINK))

build/bench/start: bench/start/start.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS.host) $< -o $@

# A round trip of messages, and the two programs that play it.
MESSAGES := build/bench/messages/client.wasm build/bench/messages/server.wasm
$(MESSAGES): build/bench/messages/%.wasm: bench/messages/programs/%.c bench/messages/programs.h \
                                          $(PROGRAM_PARTS)
	$(call wasm_link,$(FLAGS.program) $(SEES.sdk) -Iprograms/lib,$(PROGRAM_LINK))
build/bench-messages: $(wildcard bench/messages/*.c) bench/messages/programs.h \
                      build/obj/tests/support/port.o build/libcore.a
	$(CC) $(FLAGS.host) $(EVERYTHING) -Ibench/messages $(filter %.c %.o %.a,$^) -lsodium -o $@

# Kernels for the interpreter: as WebAssembly, as WebAssembly that needs no argument, and native.
KERNELS := $(foreach k,hash float calls,$(foreach f,.wasm -once.wasm -native,build/bench/interp/$(k)$(f)))
KERNEL_LINK := -Wl,--export=kernel -Wl,--no-entry
ONCE_LINK := -Wl,--export=once -Wl,--no-entry
build/bench/interp/%-once.wasm: bench/interp/%.c bench/interp/once.c
	$(call wasm_link,$(FLAGS.program) -DONCE_ROUNDS=20,$(ONCE_LINK))
build/bench/interp/%.wasm: bench/interp/%.c
	$(call wasm_link,$(FLAGS.program),$(KERNEL_LINK))
build/bench/interp/%-native: bench/interp/%.c bench/interp/native.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS.host) $^ -o $@
build/bench-interp: bench/interp/bench_interp.c build/obj/tests/support/port.o build/libcore.a
	$(CC) $(FLAGS.host) $(EVERYTHING) $^ -lsodium -o $@

# Network servers' peers, and what measures them.
NET_BENCHES := build/bench/net/echo_uv build/bench/net/http_uv build/bench/net/client
build/bench/net/%: bench/net/%.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS.host) $< -luv -o $@

build/bench/rights: bench/rights/bench_rights.c build/obj/tests/support/port.o build/libcore.a
	@mkdir -p $(@D)
	$(CC) $(FLAGS.host) $(EVERYTHING) $^ -lsodium -o $@

# Programs beside those that never wait, and the same as processes of Linux.
FAIR := build/bench/fair/nap.wasm build/bench/fair/spin.wasm build/bench/fair/native
build/bench/fair/nap.wasm: bench/fair/programs/nap.c $(PROGRAM_PARTS)
	$(call wasm_link,$(FLAGS.program) $(SEES.sdk) -Iprograms/lib,$(PROGRAM_LINK))
build/bench/fair/spin.wasm: bench/fair/programs/spin.c $(THREADED_OBJECTS) $(PROGRAM_HEADERS)
	$(call wasm_link,$(FLAGS.threaded) $(SEES.sdk) -Iprograms/lib,$(THREADED_LINK))
build/bench/fair/native: bench/fair/native.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS.host) -pthread $< -o $@

# (Debian's valgrind cannot read the debug information of clang-19.)
build/bench/lookup: bench/lookup/bench_lookup.c build/obj/tests/support/port.o build/libcore.a
	@mkdir -p $(@D)
	$(CC) $(FLAGS.host) $(EVERYTHING) $^ -lsodium -Wl,--strip-debug -o $@

build/bench/decisions-fill: bench/decisions/fill.c build/libhosted.a build/libcore.a
	@mkdir -p $(@D)
	$(CC) $(FLAGS.host) $(EVERYTHING) $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	    $(HOSTED_LIBS) -o $@

build/bench/first_line: bench/standalone/first_line.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS.host) $^ -o $@
build/bench/minimal.elf: bench/standalone/minimal.S kernel/standalone/kernel.lds
	@mkdir -p $(@D)
	$(CC) -c $< -o $@.o
	$(STANDALONE_LINK) -e entry $@.o -o $@

BENCHES := build/bench/decisions-fill build/bench/first_line build/bench/minimal.elf build/bench/lookup build/bench/rights build/bench-interp $(KERNELS) build/bench-messages $(MESSAGES) build/bench/start build/bench/bindings/bench $(NET_BENCHES) $(FAIR) \
           build/tests/programs/hello.wasm
bench: $(BUILD)/cairn example-futures example-pool example-echo example-http
	. tools/setup/packages.sh && need_packages $$BENCH_PACKAGES
	$(MAKE) $(BENCHES)
	bench/run

include kernel/standalone/standalone.mk

format:
	git ls-files '*.c' '*.h' ':!sdk/template' | xargs clang-format-19 -i

clean:
	rm -rf build

# Commands are shown with `make V=1`.
ifndef V
.SILENT:
endif

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)

.PHONY: all install check-core examples $(EXAMPLE_PROJECTS:%=example-%) wasi-programs fuzzers tests bench format clean
.DELETE_ON_ERROR:
