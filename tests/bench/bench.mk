# Measurements: tests/bench/NAME, run one after the other by tests/bench/run.

bench-programs := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))

# Compiled and linked like init itself.
$(bench-programs): $(BUILD)/bench/%: tests/bench/%.c tests/bench/bench.mk init/init.mk | $(init-libraries).done
	@mkdir -p $(@D)
	$(if $(V),,@)$(INIT_CC) $(init-flags) $(init-link-flags) -s $< -o $@

# runc is in no profile: it is only compared with.
ifneq ($(HOLDFAST_IN_TOOLBOX),)
$(if $(filter runc,$(components-built)),,$(eval $(call component-rule,runc)))
endif

bench: test-images $(bench-programs) $(BUILD)/components/runc.done ## measurements, as tables and as build/ARCH/bench.json; T=NAME for one (sizes start node memory console hardening rebuild compression timeline growth)
	@tests/bench/run $(T)

.PHONY: bench
