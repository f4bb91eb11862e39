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
else
$(STANDALONE): $(STANDALONE_OBJECTS) $(LIBCORE) $(STANDALONE_SCRIPTS)
	$(call standalone_link,$@,$(STANDALONE_OBJECTS))
endif
