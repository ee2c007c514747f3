# Unit tests and fuzzers in C, for the host: each of tests/unit/test_NAME.c and tests/fuzz/fuzz_NAME.c is a
# program. A line `// sources: a.c b.c` in it names what of init/ it links with; that code makes no system call.
# A line `// libraries: sodium` names libraries of init/libraries/.

unit-tests := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
fuzzers := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
unit-dir := $(BUILD)/unit
# Programs that tests in shell call.
unit-helpers := signature fake_console

FUZZ_SECONDS ?= 10#               how long `make fuzz` runs each fuzzer

UNIT_CC := clang-19
unit-flags := -std=gnu17 -O1 -g -D_GNU_SOURCE -Iinit -idirafter $(init-libraries)/include -Wall -Wextra -Werror -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all

# The files of init/ that test $(1) links with.
linked-with = $(addprefix init/,$(shell sed -n 's,^// sources: ,,p' $(1)))
# Its libraries: what the node's programs link with, built for musl, works with the host's C library as well.
libraries-of = $(patsubst %,$(init-libraries)/lib/lib%.a,$(shell sed -n 's,^// libraries: ,,p' $(1)))

# $(1): name; $(2): folder; $(3): more flags.
define unit-rule
$(unit-dir)/$(1): $(2)/$(1).c $(call linked-with,$(2)/$(1).c) $(wildcard init/*.h init/console/*.h tests/unit/*.h) tests/unit/unit.mk \
		| $(if $(call libraries-of,$(2)/$(1).c),$(init-libraries).done)
	@mkdir -p $$(@D)
	$(if $(V),,@)$(UNIT_CC) $(unit-flags) $(3) $(2)/$(1).c $(call linked-with,$(2)/$(1).c) $(call libraries-of,$(2)/$(1).c) -o $$@
endef
$(foreach test,$(unit-tests),$(eval $(call unit-rule,$(test),tests/unit,)))
$(foreach helper,$(unit-helpers),$(eval $(call unit-rule,$(helper),tests/unit,)))
$(foreach fuzzer,$(fuzzers),$(eval $(call unit-rule,$(fuzzer),tests/fuzz,-fsanitize=fuzzer)))

$(unit-dir)/%.passed: $(unit-dir)/%
	@$(STEP) $* -- $<
	@touch $@

unit: $(unit-tests:%=$(unit-dir)/%.passed) ## unit tests of the code that makes no system call

# What a fuzzer finds stays in build/ARCH/unit, as crash-*; the corpus that it makes, in the cache. It starts from the one in
# tests/fuzz/corpus, and takes words from tests/fuzz/NAME.dict.
fuzz: $(fuzzers:%=$(unit-dir)/%) ## each fuzzer for FUZZ_SECONDS
	@for fuzzer in $(fuzzers); do \
		mkdir -p $(HOLDFAST_CACHE)/fuzz/$$fuzzer; \
		$(STEP) $$fuzzer -- $(unit-dir)/$$fuzzer -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=$(unit-dir)/crash- \
			$$(find tests/fuzz/$${fuzzer#fuzz_}.dict -printf '-dict=%p' 2>/dev/null) \
			$(HOLDFAST_CACHE)/fuzz/$$fuzzer $$(find tests/fuzz/corpus/$${fuzzer#fuzz_} -maxdepth 0 2>/dev/null); \
	done

# ---- which lines of the parser and verifier of break-glass signatures the tests reach ----

covered-files := $(addprefix init/console/,$(addsuffix .c,base64 wire ssh_key sshsig signers breakglass_config \
	challenge admission lines))
coverage-dir := $(unit-dir)/coverage
coverage-flags := $(filter-out -fsanitize=% -O1,$(unit-flags)) -O0 -fprofile-instr-generate -fcoverage-mapping
uses-console = $(foreach program,$(2),$(if $(filter console/%,$(shell sed -n 's,^// sources: ,,p' $(1)/$(program).c)),$(program)))
covering-tests := $(call uses-console,tests/unit,$(unit-tests))
covering-fuzzers := $(call uses-console,tests/fuzz,$(fuzzers))

# As unit-rule, with the flags for coverage in place of those for mistakes.
define coverage-rule
$(coverage-dir)/$(1): $(unit-dir)/$(1)
	@mkdir -p $$(@D)
	$(if $(V),,@)$(UNIT_CC) $(coverage-flags) $(3) $(2)/$(1).c $(call linked-with,$(2)/$(1).c) $(call libraries-of,$(2)/$(1).c) -o $$@
endef
$(foreach test,$(covering-tests),$(eval $(call coverage-rule,$(test),tests/unit,)))
$(foreach fuzzer,$(covering-fuzzers),$(eval $(call coverage-rule,$(fuzzer),tests/fuzz,-fsanitize=fuzzer)))

coverage-programs: $(addprefix $(coverage-dir)/,$(covering-tests) $(covering-fuzzers))

coverage: coverage-programs ## lines of the break-glass parser and verifier that the tests reach: all, or it fails
	@tests/unit/coverage $(coverage-dir) $(covered-files) -- $(covering-tests) -- $(covering-fuzzers)

.PHONY: unit fuzz coverage coverage-programs
