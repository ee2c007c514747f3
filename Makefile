# Holdfast. `make help` lists the targets; everything is built inside scripts/toolbox.

VERSION ?= 0.1.0#                 version of the image
ARCH    ?= x86_64#                only x86_64 so far
PROFILE ?= production#            what the root holds: rootfs/profiles/*
BUILD   ?= build/$(ARCH)#         all output
T       ?=#                       make test T=NAME: one group of tests (unit namespace image boot attack) or file (boot/power)
V       ?=#                       V=1: show what each step prints
strip-all = $(foreach v,VERSION ARCH PROFILE BUILD T V,$(eval $(v) := $(strip $($(v)))))
$(strip-all)
export VERSION ARCH PROFILE BUILD T V
# One time for all files made, so that two builds give the same bytes.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 1767225600)

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory
STEP := scripts/step
.DEFAULT_GOAL := help

# What each part makes stands beside it.
parts := kernel-config/kernel.mk init/init.mk rootfs/rootfs.mk image/image.mk tests/tests.mk tests/bench/bench.mk

# A word that isn't known is refused before anything is built.
known = $(if $(filter $(2),$(3)),,$(error $(1)=$(2): there is only: $(3)))
$(call known,ARCH,$(ARCH),x86_64)
$(call known,PROFILE,$(PROFILE),$(notdir $(wildcard rootfs/profiles/*)))
$(if $(filter test,$(MAKECMDGOALS)),$(foreach t,$(T),$(if $(wildcard tests/$(t)/*.bats tests/$(t).bats),,\
	$(error T=$(t): there is no such group or file of tests: see tests/README.md))))

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile $(parts) tests/unit/unit.mk | sort -t'|' -k1,1 | \
		awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'
	@echo; echo "Variables (make NAME=value):"
	@sed -n 's/^\([A-Z_]*\) *?= *\([^#]*\)# *\(.*\)/  \1|\2|\3/p' Makefile $(parts) tests/unit/unit.mk | \
		awk -F'|' '{ printf "%-15s %-16s %s\n", $$1, $$2, $$3 }'

clean: ## remove build/; downloads and cached results stay
	rm -rf build

distclean: clean ## remove build/ and the cache with the toolbox
	@scripts/toolbox remove

bench-cold: ## how long a first `make image` takes, toolbox included (most of an hour)
	@tests/bench/cold

on-host := help clean distclean bench-cold
.PHONY: $(on-host)

ifneq ($(HOLDFAST_IN_TOOLBOX),)

# What of the toolbox decides a result beside its own inputs: part of the key under which it is cached (scripts/step).
# $(1): the file, rewritten only when it changes; $(2): packages.
write-versions = $(shell mkdir -p $(BUILD); dpkg-query -W $(2) >$(1).new && { cmp -s $(1).new $(1) || cp $(1).new $(1); }; rm $(1).new)
c-versions := $(BUILD)/c.versions
go-versions := $(BUILD)/go.versions
$(call write-versions,$(c-versions),gcc-14 binutils musl-tools musl-dev libc6-dev linux-libc-dev libcap-dev \
	libseccomp-dev nftables golang-1.26-go)
$(call write-versions,$(go-versions),golang-1.26-go)

include $(parts)

else

# On the host: every other target runs in the toolbox.
in-toolbox := $(filter-out $(on-host),$(MAKECMDGOALS))
.PHONY: toolbox $(in-toolbox)
$(in-toolbox): toolbox ;
toolbox:
	@case '$(BUILD)' in /* | ..*) echo 'BUILD=$(BUILD): the toolbox sees only what is in this tree' >&2; exit 1 ;; esac
	@[ -z "$${KEYS:-}" ] || [ -e "$$KEYS/breakglass/allowed_signers" ] || [ -e "$$KEYS/secure-boot.key" ] || \
		{ echo "KEYS=$$KEYS: there is neither breakglass/allowed_signers nor secure-boot.key in it" >&2; exit 1; }
	@env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS scripts/toolbox run make $(in-toolbox) $(MAKEOVERRIDES) $${KEYS:+KEYS=/keys}

endif
