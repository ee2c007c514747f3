# The root: what rootfs/profiles/PROFILE lists, made by rootfs/components/*, put together by rootfs/assemble.

# Artefacts of a profile: of production in BUILD itself, of others in a folder there.
PROFILE_DIR := $(if $(filter production,$(PROFILE)),$(BUILD),$(BUILD)/$(PROFILE))

profile-file := rootfs/profiles/$(PROFILE)

# Who may break glass: a folder with breakglass/allowed_signers and, beside it, breakglass.conf. Tests have keys of their own.
break-glass-keys := $(if $(filter test cluster,$(PROFILE)),$(BUILD)/test-keys,$(if $(wildcard $(KEYS)/breakglass/allowed_signers),$(KEYS)))

components := $(shell sed 's/\#.*//' $(profile-file)) $(if $(break-glass-keys),break-glass)
components-built := $(foreach c,$(components),$(if $(wildcard rootfs/components/$(c)/build),$(c)))
component-files := $(wildcard $(components:%=rootfs/components/%/files))

# What decides a component's result: its folder but for what only rootfs/assemble reads, and what `inputs` names.
component-inputs = $(filter-out %/files %/licence %.md,$(shell find rootfs/components/$(1) -type f)) \
	$(shell sed 's/\#.*//' rootfs/components/$(1)/inputs 2>/dev/null)

# One with a go.mod is made by Go alone, which builds all that it links.
versions-of = $(if $(wildcard rootfs/components/$(1)/go.mod),$(go-versions),$(c-versions))

define component-rule
$(BUILD)/components/$(1).done: $(call component-inputs,$(1)) $(call versions-of,$(1)) | rootfs/component
	@$(STEP) $(1) --cache $(BUILD)/components/$(1) $(call component-inputs,$(1)) $(call versions-of,$(1)) -- rootfs/component $(1)
	@touch $$@
endef
ifneq ($(HOLDFAST_IN_TOOLBOX),)
$(foreach c,$(components-built),$(eval $(call component-rule,$(c))))
endif

# Files of BUILD that the lists name: init, os-release, the kernel's modules.
root-from-build := $(sort $(shell sed -n 's/^[^\#]* build:\([^ /]*\).*/\1/p' $(component-files)))
root-from-build := $(patsubst $(BUILD)/modules,$(BUILD)/modules.done,$(root-from-build:%=$(BUILD)/%))

$(BUILD)/os-release: rootfs/os-release $(BUILD)/version
	@sed 's/@VERSION@/$(VERSION)/g' $< >$@

# A file that changes only when VERSION does.
$(BUILD)/version: FORCE
	@mkdir -p $(@D); echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@
FORCE:

$(BUILD)/test-keys/breakglass/allowed_signers: tests/lib/breakglass-keys
	@tests/lib/breakglass-keys $(BUILD)/test-keys

# Who may get into this image, rewritten when that changes. A mistake in the lists ends the build, not the way in.
# Nothing else goes in with them: who keeps a private key there must not ship it.
break-glass-strangers := $(if $(break-glass-keys),$(shell cd $(break-glass-keys)/breakglass 2>/dev/null && \
	find . -mindepth 1 ! -path ./allowed_signers ! -path ./breakglass.conf ! -path ./forget-before))
$(if $(break-glass-strangers),$(error KEYS: breakglass/ goes into the image and holds $(break-glass-strangers); \
	it may hold allowed_signers, breakglass.conf and forget-before))
break-glass-lists := $(sort $(break-glass-keys:%=%/breakglass/allowed_signers) $(wildcard $(break-glass-keys:%=%/breakglass/*)))
$(PROFILE_DIR)/break-glass: $(BUILD)/console $(break-glass-lists) FORCE
	@mkdir -p $(@D)
	@{ $(if $(break-glass-keys),$(BUILD)/console --check $(break-glass-keys)/breakglass && sha256sum $(break-glass-lists),true); } >$@.new
	@cmp -s $@.new $@ || cp $@.new $@; rm $@.new

$(PROFILE_DIR)/root.files: $(PROFILE_DIR)/break-glass rootfs/assemble $(profile-file) $(component-files) $(root-from-build) \
		$(components-built:%=$(BUILD)/components/%.done) $(shell find rootfs/tree -type f)
	@mkdir -p $(@D)
	@rootfs/licences | cmp -s - rootfs/LICENCES.md || \
		{ echo 'rootfs/LICENCES.md is not up to date: make licences' >&2; exit 1; }
	@$(STEP) root -- rootfs/assemble $(profile-file) $(BUILD) $(PROFILE_DIR) $(break-glass-keys)

root: $(PROFILE_DIR)/root.files ## the files of the root, in build/ARCH/root, and why each is there (root.files)

licences: ## write rootfs/LICENCES.md from the components' licence files
	@rootfs/licences >rootfs/LICENCES.md

.PHONY: root licences FORCE
