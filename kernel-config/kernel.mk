# The kernel: Debian's source, our fragments (*.config), clang.
#
#   kernel.config     resolved and checked           vmlinuz   System.map   modules/
#   vmlinuz.lkdtm     lkdtm.ko                       for tests/attack only (variants/lkdtm.config)

kernel-source := /usr/src/linux-source-6.12.tar.xz
kernel-fragments := $(wildcard kernel-config/*.config)
kernel-lkdtm := kernel-config/variants/lkdtm.config
kernel-result := $(BUILD)/components/kernel

# What decides the result beside the files in this folder. Rewritten only when it changes.
ifneq ($(HOLDFAST_IN_TOOLBOX),)
kernel-versions := $(shell mkdir -p $(BUILD); \
	dpkg-query -W linux-source-6.12 clang-19 lld-19 llvm-19 binutils openssl kmod >$(BUILD)/kernel.versions.new; \
	cmp -s $(BUILD)/kernel.versions.new $(BUILD)/kernel.versions || \
	cp $(BUILD)/kernel.versions.new $(BUILD)/kernel.versions; rm $(BUILD)/kernel.versions.new)
endif

$(BUILD)/kernel.config: kernel-config/resolve kernel-config/check $(BUILD)/kernel.versions $(kernel-fragments)
	@$(STEP) kernel-config --cache $(kernel-result)-config $^ -- \
		kernel-config/resolve $(kernel-source) $(kernel-fragments)
	@cp $(kernel-result)-config/kernel.config $@

# Built from the resolved configuration: a comment in a fragment costs nothing.
$(kernel-result).done: kernel-config/build $(BUILD)/kernel.versions $(BUILD)/kernel.config $(kernel-lkdtm)
	@$(STEP) kernel --cache $(kernel-result) $^ -- \
		kernel-config/build $(kernel-source) $(BUILD)/kernel.config $(kernel-lkdtm)
	@touch $@

$(BUILD)/vmlinuz $(BUILD)/System.map $(BUILD)/vmlinuz.lkdtm $(BUILD)/lkdtm.ko: $(kernel-result).done
	@cp $(kernel-result)/$(@F) $@

$(BUILD)/modules.done: $(kernel-result).done
	@rm -rf $(BUILD)/modules
	@cp -a $(kernel-result)/modules $(BUILD)/modules
	@touch $@

kernel: $(BUILD)/vmlinuz $(BUILD)/System.map $(BUILD)/modules.done ## the kernel and its modules
kernel-config: $(BUILD)/kernel.config ## the resolved kernel configuration, checked

.PHONY: kernel kernel-config
