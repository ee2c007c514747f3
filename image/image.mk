# The artefacts of a profile, from the root to the disk image; and running them.
#
#   root.erofs root.verity root.hash    initramfs.cpio.zst    holdfast.efi    holdfast.raw    sizes.json

RELEASE ?=#     1: small and slow compression of the root, for images that are shipped
KEYS    ?=#     folder of the operator: secure-boot.key and secure-boot.crt to sign with, breakglass/ with who may get in
RUN     ?=#     make run RUN=direct: without firmware and boot loader
RUN_ONCE ?=#    make run RUN_ONCE=1: power the node off once its pod has answered
$(foreach v,RELEASE KEYS RUN RUN_ONCE,$(eval $(v) := $(strip $($(v)))))
export RELEASE KEYS

IMAGE := $(PROFILE_DIR)

# What the variables above say, rewritten only when they change. KEYS may be another folder of the same name.
signing-keys := $(wildcard $(KEYS)/secure-boot.key $(KEYS)/secure-boot.crt)
options = RELEASE=$(RELEASE) KEYS=$(KEYS) SIGNER=$(if $(signing-keys),$(shell cat $(signing-keys) | sha256sum | cut -c1-16)) EPOCH=$(SOURCE_DATE_EPOCH)
$(IMAGE)/options: FORCE
	@mkdir -p $(@D)
	@echo '$(options)' | cmp -s - $@ || echo '$(options)' >$@

$(IMAGE)/root.erofs: image/erofs image/erofs.hints $(IMAGE)/root.files $(IMAGE)/options
	@FILE_CONTEXTS=$(BUILD)/components/$(filter selinux%,$(components))/file_contexts \
		$(STEP) erofs -- image/erofs $(IMAGE)/root $(IMAGE)/root.files $@

$(IMAGE)/root.verity $(IMAGE)/root.hash $(IMAGE)/root.identity &: image/verity $(IMAGE)/root.erofs $(BUILD)/version
	@$(STEP) verity -- image/verity $(VERSION) $(IMAGE)/root.erofs \
		$(IMAGE)/root.verity $(IMAGE)/root.hash $(IMAGE)/root.identity

# The initramfs has the same init as the root.
image-init := $(BUILD)/$(if $(filter init-test,$(components)),init.test,init)

$(IMAGE)/initramfs.cpio.zst: image/initramfs $(image-init) $(IMAGE)/root.identity $(BUILD)/modules.done \
		kernel-config/initramfs.modules
	@$(STEP) initramfs -- image/initramfs $(image-init) $(IMAGE)/root.identity $(BUILD)/modules \
		kernel-config/initramfs.modules $@ $(if $(break-glass-keys),$(IMAGE)/root)

$(IMAGE)/holdfast.efi: image/uki $(BUILD)/vmlinuz $(IMAGE)/initramfs.cpio.zst $(BUILD)/os-release $(IMAGE)/options
	@$(STEP) uki -- image/uki $(VERSION) $(BUILD)/vmlinuz $(IMAGE)/initramfs.cpio.zst $(BUILD)/os-release $@
	$(if $(wildcard $(KEYS)/secure-boot.key),,@echo '  (not signed: no secure-boot.key in KEYS)' >&2)

$(IMAGE)/holdfast.raw: image/disk image/esp image/loader.conf $(wildcard image/repart.d/*.conf) \
		$(IMAGE)/holdfast.efi $(IMAGE)/root.verity
	@$(STEP) esp -- image/esp $(VERSION) $(IMAGE)/holdfast.efi image/loader.conf $(IMAGE)/esp
	@$(STEP) disk -- image/disk $(VERSION) $(IMAGE)/esp $(IMAGE)/root.erofs $(IMAGE)/root.verity \
		$(IMAGE)/root.hash $@

$(IMAGE)/sizes.json: image/sizes $(IMAGE)/holdfast.raw
	@image/sizes $(IMAGE) $@ >/dev/null

image: $(IMAGE)/sizes.json ## the disk image and all it is made of, for PROFILE
	@image/sizes $(IMAGE) $<
	@grep '^  break-glass: ' $(IMAGE)/break-glass || echo '  break-glass: nobody may get in (no keys in KEYS)'

.PHONY: image

# The demo unless another PROFILE is asked for.
run-profile := $(if $(filter command% override,$(origin PROFILE)),$(PROFILE),demo)

run: ## build what is missing and boot the node in QEMU, console in this terminal (RUN=direct: without firmware)
	@$(MAKE) PROFILE=$(run-profile) image
	@BUILD=$(BUILD) PROFILE=$(run-profile) RUN=$(RUN) RUN_ONCE=$(RUN_ONCE) scripts/run

.PHONY: run
