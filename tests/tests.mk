# Tests: tests/GROUP/FILE.bats, run by tests/run. See tests/README.md for how they are written.

include tests/unit/unit.mk

# What the boot tests boot, and the kernel that attack/kernel does. Each profile is a make of its own, because PROFILE decides names.
test-images: $(BUILD)/vmlinuz.lkdtm $(BUILD)/lkdtm.ko
	@$(MAKE) PROFILE=production image
	@$(MAKE) PROFILE=demo image
	@$(MAKE) PROFILE=test image
	@$(MAKE) PROFILE=cluster image

# Some dozen small programs, none of which needs another: on all processors.
unit-programs:
	@$(MAKE) -j$(shell nproc) each-unit-program
each-unit-program: $(unit-tests:%=$(unit-dir)/%) $(unit-helpers:%=$(unit-dir)/%) $(fuzzers:%=$(unit-dir)/%)
	@:

test: $(if $(filter-out unit unit/% namespace namespace/%,$(or $(T),all)),test-images) unit-programs $(BUILD)/init.test $(BUILD)/console $(BUILD)/components/busybox.done $(BUILD)/components/firewall.done ## all tests that fit in CI; T=NAME for one group (unit namespace image boot attack) or file
	@tests/run $(T)

.PHONY: test test-images unit-programs each-unit-program
