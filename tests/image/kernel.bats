# The kernel's configuration: how hard it is, what it must have for container hosts, what it must not have. Without booting;
# what only a running node can tell is asked in boot/kernel.

load ../lib/load

setup() {
	CONFIG=$BUILD/kernel.config
	EXPECTED=$TREE/kernel-config/hardening.expected
}

hardening() { "$TREE/kernel-config/hardening" "$@"; }
symbols() { "$TREE/kernel-config/symbols" "$@"; }

# A copy of the resolved configuration with the option $1 set to $2.
config_with() {
	local line="CONFIG_$1=$2"
	[ "$2" != n ] || line="# CONFIG_$1 is not set"
	sed -E "s/^(# )?CONFIG_$1( is not set|=.*)/$line/" "$CONFIG" >"$BATS_TEST_TMPDIR/config"
	! cmp -s "$CONFIG" "$BATS_TEST_TMPDIR/config" || fail "CONFIG_$1 is $2 already, or absent"
}

@test "hardening: the checker finds wanting exactly what the table explains" {
	hardening "$CONFIG" "$EXPECTED"
}

@test "hardening: an option that got weaker is found" {
	config_with STACKPROTECTOR_STRONG n
	expect_refusal "a kernel without stack protector" 'not in the table: kconfig\|CONFIG_STACKPROTECTOR_STRONG' \
		hardening "$BATS_TEST_TMPDIR/config" "$EXPECTED"
	sed 's/ hardened_usercopy=1//' "$CONFIG" >"$BATS_TEST_TMPDIR/config"
	expect_refusal "a word less on the command line" 'not in the table: cmdline\|hardened_usercopy' \
		hardening "$BATS_TEST_TMPDIR/config" "$EXPECTED"
}

@test "hardening: a line of the table that is no longer true, or has no reason, is found" {
	config_with RSEQ n
	expect_refusal "a line too many" 'in the table, but passed: kconfig\|CONFIG_RSEQ' hardening "$BATS_TEST_TMPDIR/config" "$EXPECTED"
	sed 's/^\(kconfig | CONFIG_AIO |\).*/\1 | test boot\/kernel: AIO/' "$EXPECTED" >"$BATS_TEST_TMPDIR/expected"
	expect_refusal "a line without a reason" 'without a reason.*CONFIG_AIO' hardening "$CONFIG" "$BATS_TEST_TMPDIR/expected"
	sed 's/^\(kconfig | CONFIG_AIO | [^|]*|\).*/\1 because/' "$EXPECTED" >"$BATS_TEST_TMPDIR/expected"
	expect_refusal "a line without what shows it" 'without a reason.*CONFIG_AIO' hardening "$CONFIG" "$BATS_TEST_TMPDIR/expected"
}

@test "hardening: the score can't sink" {
	# What a node in order says, and one whose setting is gone.
	sed -n 's/^\([a-z].*=.*\)/\1/p' "$TREE/rootfs/tree/etc/holdfast/sysctl.conf" >"$BATS_TEST_TMPDIR/sysctls"
	echo 'kernel.modules_disabled = 1' >>"$BATS_TEST_TMPDIR/sysctls"
	hardening "$CONFIG" "$EXPECTED" "$BATS_TEST_TMPDIR/sysctls"
	sed -i '/kptr_restrict/d' "$BATS_TEST_TMPDIR/sysctls"
	expect_refusal "a node without kptr_restrict" '334 of 352|fewer than 335' hardening "$CONFIG" "$EXPECTED" "$BATS_TEST_TMPDIR/sysctls"
}

@test "hardening: the tests that the table names exist" {
	sed -n 's/^[a-z]*|.*|test \([a-z]*\/[a-z_]*\): \(.*\)/\1|\2/p' <(sed 's/ *| */|/g' "$EXPECTED") |
		sort -u >"$BATS_TEST_TMPDIR/named"
	[ -s "$BATS_TEST_TMPDIR/named" ]
	while IFS='|' read -r file name; do
		grep -qF "@test \"$name" "$TREE/tests/$file.bats" || fail "there is no test '$name' in tests/$file.bats"
	done <"$BATS_TEST_TMPDIR/named"
}

@test "command line: README.md explains each word, and no other" {
	words=$(sed -n 's/^CONFIG_CMDLINE="\(.*\)"$/\1/p' "$CONFIG" | tr ' ' '\n' | sort)
	explained=$(sed -n '/^## The command line/,/^## [^T]/s/^| \(`.*`\) | .*/\1/p' "$TREE/kernel-config/README.md" | grep -o '`[^`]*`' | tr -d '`' | sort)
	[ "$(wc -l <<<"$words")" -gt 20 ]
	expect "what README.md explains" "$explained" "$words"
}

@test "contract: all that moby, kubeadm, Cilium, Calico, volumes and databases demand is there" {
	for list in "$TREE"/kernel-config/contract/*.list; do
		symbols "$CONFIG" "$list" || fail "the kernel doesn't keep ${list##*/}"
	done
}

@test "beyond the checker: what must be closed is closed, what must be on is on" {
	symbols "$CONFIG" "$TREE/kernel-config/closed.list"
}

@test "a list says where it comes from; a symbol that is missing, open, or absent without a reason is found" {
	local list=$BATS_TEST_TMPDIR/list
	printf '# source: here\n# version: 1\nrequired VETH\noptional BTRFS_FS # not wanted\nforbidden TIPC\nrefused TIPC # never\n' >"$list"
	symbols "$CONFIG" "$list"
	expect_refusal "a list without a version" 'no source or no version' symbols "$CONFIG" <(printf '# source: here\nrequired VETH\n')
	printf '# source: here\n# version: 1\n%s\n' 'required TIPC' >"$list"
	expect_refusal "a symbol that is off" 'TIPC is required and not built in' symbols "$CONFIG" "$list"
	printf '# source: here\n# version: 1\n%s\n' 'required E1000E' >"$list"
	expect_refusal "a symbol that is a module" 'E1000E is required and not built in: m' symbols "$CONFIG" "$list"
	printf '# source: here\n# version: 1\n%s\n' 'forbidden VETH # as a trial' >"$list"
	expect_refusal "a symbol that is on" 'VETH is forbidden, but it is y' symbols "$CONFIG" "$list"
	printf '# source: here\n# version: 1\n%s\n' 'optional BTRFS_FS' >"$list"
	expect_refusal "an absence without a reason" 'BTRFS_FS is absent without a reason' symbols "$CONFIG" "$list"
	printf '# source: here\n# version: 1\n%s\n' 'refused CRYPTO_USER_API_HASH' >"$list"
	expect_refusal "a refusal without a reason" 'refused without a reason' symbols "$CONFIG" "$list"
	printf '# source: here\n# version: 1\n%s\n' 'required LSM="selinux"' >"$list"
	expect_refusal "another value" 'LSM="selinux" is required' symbols "$CONFIG" "$list"
}

# The release that a bzImage says of itself: setup header, kernel_version (Documentation/arch/x86/boot.rst).
kernel_release() {
	local offset
	offset=$(od -An -tu2 -j 526 -N 2 "$1")
	dd if="$1" bs=1 skip=$((offset + 512)) count=200 status=none | tr '\0' '\n' | head -n1 | cut -d' ' -f1
}

@test "production: the release is that of the modules, there is no LKDTM, and each image holds this kernel" {
	expect "the release of the kernel" "$(kernel_release "$BUILD/vmlinuz")" "$(basename "$BUILD"/modules/lib/modules/*)"
	symbols=$(cut -d' ' -f3 "$BUILD/components/kernel/System.map")
	expect_line "the symbols of the kernel" "$symbols" '^start_kernel$'
	expect_no_line "the symbols of the kernel" "$symbols" '^lkdtm'
	for profile in production demo test; do
		objcopy -O binary --only-section=.linux "$(profile_dir "$profile")/holdfast.efi" "$BATS_TEST_TMPDIR/linux"
		cmp -n "$(stat -c %s "$BUILD/vmlinuz")" "$BUILD/vmlinuz" "$BATS_TEST_TMPDIR/linux" || fail "$profile holds another kernel"
	done
}

@test "LKDTM: its kernel says what it is, no image is made of it, and none has its module" {
	release=$(kernel_release "$BUILD/vmlinuz")
	expect "the release of the kernel with LKDTM" "$(kernel_release "$BUILD/vmlinuz.lkdtm")" "${release%-holdfast}-lkdtm-FOR-TESTS-ONLY"
	touch "$BATS_TEST_TMPDIR/initramfs"
	echo ID=test >"$BATS_TEST_TMPDIR/os-release"
	make_uki() {
		env KEYS= "$TREE/image/uki" 0.0.0 "$1" "$BATS_TEST_TMPDIR/initramfs" "$BATS_TEST_TMPDIR/os-release" "$BATS_TEST_TMPDIR/holdfast.efi"
	}
	make_uki "$BUILD/vmlinuz"
	rm "$BATS_TEST_TMPDIR/holdfast.efi"
	expect_refusal "an image of the kernel with LKDTM" 'only for tests' make_uki "$BUILD/vmlinuz.lkdtm"
	[ ! -e "$BATS_TEST_TMPDIR/holdfast.efi" ]
	for profile in production demo test; do
		files=$(cat "$(profile_dir "$profile")/root.files"; zstd -dcq "$(profile_dir "$profile")/initramfs.cpio.zst" | cpio --quiet -t)
		expect_line "the files of $profile" "$files" 'kernel/drivers/.*\.ko'
		expect_no_line "the files of $profile" "$files" lkdtm
	done
}
