# ---- The kernel for bare x86-64 ------------------------------------------------------------------
# Part of the Makefile. It is linked with the same archive of the core as the hosted kernel, so there is
# none under sanitizers. Its tests are a second kernel, with tests/standalone instead of main.c.

LD      := ld.lld-19
OBJCOPY := llvm-objcopy-19

STANDALONE_FOLDERS := $(addprefix kernel/standalone/,boot cpu memory devices) kernel/standalone
$(foreach f,$(STANDALONE_FOLDERS),$(eval SEES.$(f) := $(SEES.kernel/standalone)))
$(foreach f,$(STANDALONE_FOLDERS),$(eval $(call folder_rule,$(f),standalone,$(GENERATED))))
# A loop that copies must not become a call of the function that it stands in.
$(OBJ)/kernel/standalone/memory/mem.o: FLAGS.standalone += -fno-builtin

STANDALONE_ASSEMBLY := $(OBJ)/kernel/standalone/boot/entry.o $(OBJ)/kernel/standalone/cpu/interrupt_stubs.o
$(STANDALONE_ASSEMBLY): $(OBJ)/%.o: %.S
	@mkdir -p $(@D)
	$(CC) -g -c $< -o $@

STANDALONE_OBJECTS := $(foreach f,$(STANDALONE_FOLDERS),$(call objects,$(f))) $(STANDALONE_ASSEMBLY)
STANDALONE_SCRIPTS := kernel/standalone/kernel.lds kernel/standalone/symbols.sh

# SHA-256 and ChaCha20 are Debian's: of this archive just the members that are needed are linked.
LIBSODIUM := $(shell $(CC) -print-file-name=libsodium.a)
STANDALONE_LINK := $(LD) -static -nostdlib -z noexecstack -z max-page-size=4096 --build-id=none \
                   -T kernel/standalone/kernel.lds

# Twice: the second time with the names that the first has. $(1) is the image, $(2) its objects.
define standalone_link
	@mkdir -p $(dir $(1))
	sh kernel/standalone/symbols.sh $(NM) > $(1).S
	$(CC) -c $(1).S -o $(1).symbols.o
	$(STANDALONE_LINK) $(2) $(1).symbols.o $(LIBCORE) $(LIBSODIUM) -o $(1).debug
	sh kernel/standalone/symbols.sh $(NM) $(1).debug > $(1).S
	$(CC) -c $(1).S -o $(1).symbols.o
	$(STANDALONE_LINK) $(2) $(1).symbols.o $(LIBCORE) $(LIBSODIUM) -o $(1).debug
	$(OBJCOPY) --strip-all $(1).debug $(1)
endef

# The image, and beside it cairn.elf.debug for a debugger. It stands in the command line's binary.
STANDALONE := build/standalone/cairn.elf
$(OBJ)/archive_kernel.o: tools/cli/archive_kernel.S $(STANDALONE)
	@mkdir -p $(@D)
	$(CC) -c -DSTANDALONE_ELF='"$(STANDALONE)"' $< -o $@

ifneq ($(SAN),)
$(STANDALONE): $(LIBCORE)
	$(MAKE) SAN= $@
standalone-tests:
else
$(STANDALONE): $(STANDALONE_OBJECTS) $(LIBCORE) $(STANDALONE_SCRIPTS)
	$(call standalone_link,$@,$(STANDALONE_OBJECTS))

# ---- Its tests: kernels that run the core's unit tests, and the suite -----------------------------
# Tests see the C library of tests/standalone/include, and the port through the knobs of test_port.c.

FLAGS.kerneltest := $(FLAGS.standalone) -fno-builtin
SEES.kerneltest  := -Itests/standalone/include -Ikernel/standalone $(EVERYTHING) -Itests/standalone \
                    -Itests/unit/wasi -Itests/unit/process
KERNELTEST_FOLDERS := tests/standalone tests/standalone/unit tests/standalone/node
$(foreach f,$(KERNELTEST_FOLDERS),$(eval SEES.$(f) := $(SEES.kerneltest)))
$(foreach f,$(KERNELTEST_FOLDERS),$(eval $(call folder_rule,$(f),kerneltest,$(GENERATED))))

STANDALONE_WRAP := $(addprefix --wrap=port_,allocate release region_reserve region_commit \
                    region_release monotonic_ns cpu_ns log)

# Each file's main gets a name of its own: test_cid.c of base has unit_base_test_cid.
unit_name = unit_$(subst /,_,$(1:tests/unit/%.c=%))
# Those that use the host itself stay there; tests/standalone/run.sh names them.
KERNEL_UNITS_ALL := $(filter tests/unit/base/% tests/unit/wasm/% tests/unit/ipc/% tests/unit/process/%, \
                      $(UNIT_SOURCES))
KERNEL_UNITS := $(shell grep -LE '^.include (<(assert|signal|time|unistd|pthread|inttypes|sys/.*)\.h>|.*code_text)' \
                  /dev/null $(KERNEL_UNITS_ALL) | grep -v ^/dev)
# Those of WASI play the kernel themselves: they are an image of their own.
KERNEL_UNITS_WASI := $(filter tests/unit/wasi/%,$(UNIT_SOURCES))
KERNEL_UNIT_HELP := $(call objects,tests/standalone) $(call objects,tests/standalone/unit)
$(OBJ)/standalone/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	$(CC) $(FLAGS.kerneltest) $(SEES.kerneltest) $(if $(findstring /test_,$<), \
	    -Dmain=$(call unit_name,$<) -Wno-missing-prototypes) -c $< -o $@
# The table of them.
define units_table
	@mkdir -p $(@D)
	{ $(foreach u,$^,echo 'int $(call unit_name,$(u))(void);';) \
	  echo 'const struct { const char *name; int (*run)(void); } unit_files[] = {'; \
	  $(foreach u,$^,echo '{"$(u)", $(call unit_name,$(u))},';) echo '{0}};'; } > $@
endef
$(OBJ)/standalone/units.c: $(KERNEL_UNITS)
	$(units_table)
$(OBJ)/standalone/units_wasi.c: $(KERNEL_UNITS_WASI)
	$(units_table)
$(OBJ)/standalone/units.o $(OBJ)/standalone/units_wasi.o: %.o: %.c
	$(CC) -std=c11 -c $< -o $@

STANDALONE_MACHINE := $(filter-out $(addprefix %/kernel/standalone/,main.o node.o blocks.o terminal.o), \
                        $(STANDALONE_OBJECTS))
unit_objects = $(patsubst %.c,$(OBJ)/standalone/%.o,$(1))
build/standalone/unit.elf: $(call unit_objects,$(KERNEL_UNITS) $(filter-out tests/unit/process/test_%,$(wildcard tests/unit/process/*.c)) \
                             $(filter-out %/port.c %/code_text.c,$(wildcard tests/support/*.c)))
build/standalone/unit.elf: $(OBJ)/standalone/units.o
build/standalone/unit-wasi.elf: $(call unit_objects,$(KERNEL_UNITS_WASI) tests/unit/wasi/fake_call.c)
build/standalone/unit-wasi.elf: $(OBJ)/standalone/units_wasi.o
build/standalone/unit.elf build/standalone/unit-wasi.elf: $(STANDALONE_MACHINE) $(KERNEL_UNIT_HELP) \
                                                          $(LIBCORE) $(STANDALONE_SCRIPTS)
	$(call standalone_link,$@,$(STANDALONE_WRAP) $(sort $(filter %.o,$^)))

build/standalone/test.elf: $(filter-out %/kernel/standalone/main.o,$(STANDALONE_OBJECTS)) \
                           $(call objects,tests/standalone) $(call objects,tests/standalone/node) \
                           $(OBJ)/standalone/tests/spec/spectest.o $(LIBCORE) $(STANDALONE_SCRIPTS)
	$(call standalone_link,$@,$(STANDALONE_WRAP) $(filter %.o,$^))

# A sample of the suite for a kernel without a parser of JSON.
SEES.tests/standalone/pack := $(EVERYTHING)
$(eval $(call folder_rule,tests/standalone/pack,host,$(GENERATED)))
build/standalone/spec-pack: $(call objects,tests/standalone/pack) $(OBJ)/tests/spec/value.o \
                            $(OBJ)/tests/support/port.o $(LIBCORE)
	@mkdir -p $(@D)
	$(CC) $^ -ljansson -lsodium -o $@

build/standalone/touch.wasm: tests/standalone/programs/touch.c $(PROGRAM_PARTS)
	$(call wasm_link,$(FLAGS.program) $(SEES.sdk) -Iprograms/lib,$(PROGRAM_LINK))

build/standalone/left-out: $(KERNEL_UNITS_ALL)
	@mkdir -p $(@D)
	echo '$(filter-out $(KERNEL_UNITS),$(KERNEL_UNITS_ALL))' > $@

standalone-tests: $(addprefix build/standalone/,unit.elf unit-wasi.elf test.elf spec-pack touch.wasm left-out)
endif
.PHONY: standalone-tests
