# Process 1: all of init/*.c in one static binary (musl, position-independent), with libkmod and libblkid.
#
#   init         stripped                init.debug   the same with symbols
#   init.test    with TEST_HOOKS, for the profile `test`: its version says so
#   console      the break-glass console: init/console/*.c with some of init/*.c, and libsodium

init-libraries := $(BUILD)/libraries
init-sources := $(wildcard init/*.c)
init-headers-dir := $(init-libraries)/include

INIT_CC := musl-gcc
init-warnings := -Werror -Wall -Wextra -Walloca -Warith-conversion -Wbad-function-cast -Wcast-align=strict \
	-Wcast-qual -Wconversion -Wdate-time -Wdouble-promotion -Wduplicated-branches -Wduplicated-cond \
	-Wformat=2 -Wformat-signedness -Wimplicit-fallthrough=5 -Wjump-misses-init -Wlogical-op \
	-Wmissing-prototypes -Wnull-dereference -Wold-style-definition -Wpointer-arith -Wredundant-decls \
	-Wshadow -Wsign-conversion -Wstrict-overflow=2 -Wstrict-prototypes -Wswitch-enum -Wundef \
	-Wunused-macros -Wvla -Wwrite-strings
# snprintf is used because it cuts: what is cut is text for a person.
init-warnings += -Wno-format-truncation
# No unwind tables: nothing unwinds. No CET: the kernel doesn't offer it to static programs.
init-flags := -std=gnu17 -Os -g -D_GNU_SOURCE -isystem $(init-headers-dir) \
	-fPIE -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fcf-protection=none \
	-fstack-protector-strong -fno-strict-aliasing -ftrivial-auto-var-init=zero \
	-ffile-prefix-map=$(CURDIR)=. $(init-warnings)
init-link-flags := -static-pie -Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack,-z,pack-relative-relocs,--build-id=none

$(init-libraries).done: init/libraries/build init/libraries/sources rootfs/fetch $(c-versions)
	@$(STEP) libraries --cache $(init-libraries) $^ -- init/libraries/build
	@touch $@

# What the console shares with process 1.
console-sources := $(wildcard init/console/*.c) $(addprefix init/,cgroup.c child.c clock.c conf.c control_client.c \
	error.c file.c log.c node_state.c root_identity.c text.c watchdog.c)

# $(1): name of the binary; $(2): its version; $(3): its sources; $(4): its libraries; $(5): more flags.
define init-rules
$(1)-objects := $$(patsubst init/%.c,$(BUILD)/objects/$(1)/%.o,$(3))

$(BUILD)/objects/$(1)/%.o: init/%.c init/init.mk $(BUILD)/version $(c-versions) | $(init-libraries).done
	@mkdir -p $$(@D)
	$(if $(V),,@)$(INIT_CC) $(init-flags) $(5) -DHOLDFAST_VERSION='"$(2)"' -MMD -MP -c $$< -o $$@

$(BUILD)/$(1).debug: $$($(1)-objects) $(init-libraries).done
	@$(STEP) $(1) -- $(INIT_CC) $(init-flags) $(init-link-flags) $$($(1)-objects) \
		-lc $(4:%=$(init-libraries)/lib/lib%.a) -o $$@

$(BUILD)/$(1): $(BUILD)/$(1).debug
	@strip --strip-all -o $$@ $$<

-include $$($(1)-objects:.o=.d)
endef
$(eval $(call init-rules,init,$(VERSION),$(init-sources),kmod blkid,))
$(eval $(call init-rules,init.test,$(VERSION)+test,$(init-sources),kmod blkid,-DTEST_HOOKS))
$(eval $(call init-rules,console,$(VERSION),$(console-sources),sodium,))

init: $(BUILD)/init ## process 1 (init.debug: with symbols)

# unexpand mends what AlignArrayOfStructures does to tabs.
format: ## lay out init/*.[ch] and init/console/*.[ch] as .clang-format says
	@for file in init/*.[ch] init/console/*.[ch]; do \
		clang-format-19 "$$file" | unexpand --first-only -t8 >$(BUILD)/formatted; \
		cmp -s $(BUILD)/formatted "$$file" || { cat $(BUILD)/formatted >"$$file"; echo "  $$file"; }; \
	done; rm $(BUILD)/formatted

.PHONY: init format
