# The kernel's own defences fire: a machine of the production kernel's objects and LKDTM (kernel-config/variants/lkdtm.config),
# in which load_modules.c is process 1, attacks its own kernel. LKDTM is a module here and fires what its parameter names when
# it is loaded, so each crash has a boot of its own, of some seconds. The kernel must say which defence it was, and end: a fault of
# the kernel is a panic, and a panic a reboot. What LKDTM finds in order comes back, and the machine switches itself off.

load ../lib/load

setup_file() {
	export INITRAMFS=$BATS_FILE_TMPDIR/initramfs.cpio
	local root=$BATS_FILE_TMPDIR/root
	mkdir "$root"
	musl-gcc -std=gnu17 -D_GNU_SOURCE -O2 -static -s -Wall -Wextra -Werror "$TREE/tests/attack/load_modules.c" -o "$root/init"
	cp "$BUILD/lkdtm.ko" "$root"
	# One of production's own, which needs no other and finds no hardware; and the same with one letter of its text changed.
	cp "$BUILD"/modules/lib/modules/*/kernel/drivers/ata/ata_piix.ko "$root/own.ko"
	sed 's/ata_piix/ata_piiy/' "$root/own.ko" >"$root/changed.ko"
	! cmp -s "$root/own.ko" "$root/changed.ko" || fail "the module that should be changed isn't"
	(cd "$root" && find . | cpio --quiet --create --format=newc) >"$INITRAMFS"
}

# Boots the kernel $1 and loads the modules of the lines $2 until the machine ends. Leaves what the console said in SAID. Always by
# emulation: which defence is first differs between processors.
boot() {
	local console=$BATS_TEST_TMPDIR/console qemu=$BATS_TEST_TMPDIR/qemu
	printf '%s\n' "$2" >"$BATS_TEST_TMPDIR/modules"
	timeout $((60 * ${TESTS_SLOW:-2})) qemu-system-x86_64 -nodefaults -no-user-config -machine q35 -accel tcg -cpu max,la57=off \
		-m 256 -display none -no-reboot -kernel "$1" -initrd "$INITRAMFS" -serial "file:$console" \
		-fw_cfg "name=opt/holdfast/modules,file=$BATS_TEST_TMPDIR/modules" </dev/null >"$qemu" 2>&1 ||
		fail "the machine did not end: $(cat "$qemu"; tail -n 20 "$console")" || return
	SAID=$(tr -d '\r' <"$console" | sed -E 's/^\[ *[0-9.]+\] //')
}

# Boots the kernel with LKDTM, and fires the crash $1.
fire() {
	boot "$BUILD/vmlinuz.lkdtm" "lkdtm.ko cpoint_name=DIRECT cpoint_type=$1"
	expect_no_line "the console" "$SAID" 'lkdtm: (X?FAIL|ERROR|Eek)'
}

# The crash $1 must be stopped with a line like $2, and the machine must end by the panic $3.
is_stopped() {
	fire "$1"
	expect_line "what the kernel says to $1" "$SAID" "$2"
	expect_line "what the kernel says to $1" "$SAID" "^Kernel panic - not syncing: ${3:-Fatal exception}"
	expect_no_line "what the kernel says to $1" "$SAID" '^modules: '
}

# The crash $1 must come back, with a line like $2, and the machine must live on to its orderly end.
is_survived() {
	fire "$1"
	expect_line "what the kernel says to $1" "$SAID" "$2"
	expect_line "what the kernel says to $1" "$SAID" '^modules: lkdtm\.ko: loaded$'
	expect_line "what the kernel says to $1" "$SAID" '^reboot: Power down$'
	expect_no_line "what the kernel says to $1" "$SAID" '^Kernel panic|^BUG:|^Oops'
}

@test "twin: what harms nothing comes back, and the machine switches itself off; it says what kernel it is" {
	is_survived REPORT_STACK '^lkdtm: Starting stack offset tracking for pid 1$'
	expect_line "the console" "$SAID" '^Linux version [0-9.]+-lkdtm-FOR-TESTS-ONLY '
}

@test "twin: a crash that LKDTM doesn't know is refused, and nothing else happens" {
	boot "$BUILD/vmlinuz.lkdtm" 'lkdtm.ko cpoint_name=DIRECT cpoint_type=NO_SUCH_CRASH'
	expect_line "the console" "$SAID" '^modules: lkdtm\.ko: Invalid argument$'
	expect_line "the console" "$SAID" '^reboot: Power down$'
}

@test "production takes modules of its own build, and refuses LKDTM's and one that was changed" {
	boot "$BUILD/vmlinuz" $'lkdtm.ko cpoint_name=DIRECT cpoint_type=REPORT_STACK\nchanged.ko\nown.ko'
	expect_line "the console" "$SAID" '^lkdtm: Unknown symbol '
	expect_line "the console" "$SAID" '^modules: lkdtm\.ko: No such file or directory$'
	expect_line "the console" "$SAID" '^modules: changed\.ko: Key was rejected by service$'
	expect_line "the console" "$SAID" '^modules: own\.ko: loaded$'
	expect_line "the console" "$SAID" '^Linux version [0-9.]+-holdfast '
	expect_no_line "the console" "$SAID" '^lkdtm: (Starting|Stack)'
}

@test "kCFI: a call through a pointer to a function of another type" {
	is_stopped CFI_FORWARD_PROTO '^CFI failure at .*\(target: .*; expected type: 0x[0-9a-f]{8}\)$'
}

@test "FORTIFY: a string copied beyond an object" {
	is_stopped FORTIFY_STR_OBJECT '^strncpy: detected buffer overflow: 20 byte write of buffer size [0-9]+$'
}

@test "FORTIFY: a string copied beyond a member" {
	is_stopped FORTIFY_STR_MEMBER '^strncpy: detected buffer overflow: 15 byte write of buffer size 10$'
}

@test "FORTIFY: memory copied beyond an object" {
	is_stopped FORTIFY_MEM_OBJECT '^memcpy: detected buffer overflow: 20 byte write of buffer size 16$'
}

@test "usercopy: more than a slab object to user space" {
	is_stopped USERCOPY_SLAB_SIZE_TO "^usercopy: Kernel memory exposure attempt detected from SLUB object 'kmalloc-[a-z0-9-]+' \(offset 16, size 1024\)!"
}

@test "usercopy: more than a slab object from user space" {
	is_stopped USERCOPY_SLAB_SIZE_FROM "^usercopy: Kernel memory overwrite attempt detected to SLUB object 'kmalloc-[a-z0-9-]+' \(offset 16, size 1024\)!"
}

@test "usercopy: beside the part of an object that user space may see" {
	is_stopped USERCOPY_SLAB_WHITELIST_TO "^usercopy: Kernel memory exposure attempt detected from SLUB object 'lkdtm-usercopy' \(offset 255, size 64\)!"
}

@test "usercopy: beyond the stack" {
	is_stopped USERCOPY_STACK_BEYOND '^usercopy: Kernel memory exposure attempt detected from process stack'
}

@test "usercopy: beyond pages that were given as one" {
	is_stopped USERCOPY_FOLIO '^usercopy: Kernel memory exposure attempt detected from page alloc'
}

@test "usercopy: the kernel's text" {
	is_stopped USERCOPY_KERNEL '^usercopy: Kernel memory exposure attempt detected from kernel text'
}

@test "stack canary: a buffer on the stack overflows" {
	is_stopped CORRUPT_STACK_STRONG '^lkdtm: Corrupting stack containing union \.\.\.$' 'stack-protector: Kernel stack is corrupted in: '
}

@test "stack canary: each process has its own" {
	is_survived REPORT_STACK_CANARY '^lkdtm: Recorded stack canary for pid 1 at offset [0-9]+$'
}

@test "guard pages: below the stack" {
	is_stopped STACK_GUARD_PAGE_LEADING '^BUG: (TASK stack guard page was hit at|unable to handle page fault for address:)'
}

@test "guard pages: above the stack" {
	is_stopped STACK_GUARD_PAGE_TRAILING '^BUG: (TASK stack guard page was hit at|unable to handle page fault for address:)'
}

@test "guard pages: the stack is used up" {
	is_stopped EXHAUST_STACK '^BUG: TASK stack guard page was hit at'
}

@test "guard pages: behind memory of vmalloc" {
	is_stopped VMALLOC_LINEAR_OVERFLOW '^BUG: unable to handle page fault for address:'
}

@test "UBSAN: an index beyond an array is a trap" {
	is_stopped ARRAY_BOUNDS '^traps: UBSAN: array index out of bounds at '
}

@test "lists: an entry added to a list whose pointers were changed" {
	is_stopped CORRUPT_LIST_ADD '^list_add corruption'
}

@test "lists: an entry removed whose pointers were changed" {
	is_stopped CORRUPT_LIST_DEL '^list_del corruption'
}

@test "permissions: constants can't be written" {
	is_stopped WRITE_RO '^#PF: supervisor write access in kernel mode$'
}

@test "permissions: code can't be written" {
	is_stopped WRITE_KERN '^#PF: supervisor write access in kernel mode$'
}

@test "permissions: the stack can't be executed" {
	is_stopped EXEC_STACK '^kernel tried to execute NX-protected page - exploit attempt\? \(uid: 0\)$'
}

@test "permissions: the heap can't be executed" {
	is_stopped EXEC_KMALLOC '^kernel tried to execute NX-protected page - exploit attempt\? \(uid: 0\)$'
}

@test "SMAP: the kernel can't read user memory but by its own functions" {
	is_stopped ACCESS_USERSPACE '^#PF: supervisor read access in kernel mode$'
}

@test "SMEP: stays on, and a jump to the instruction that could switch it off is stopped" {
	is_stopped UNSET_SMEP '^CFI failure at '
	expect_line "what the kernel says" "$SAID" '^lkdtm: ok: SMEP did not get cleared$'
}

@test "heap: what was freed holds nothing of before" {
	is_survived READ_AFTER_FREE '^lkdtm: Memory correctly poisoned \(0\)$'
}

@test "heap: what is given holds nothing of before" {
	is_survived SLAB_INIT_ON_ALLOC '^lkdtm: Memory appears initialized \(0, no earlier values\)$'
}

@test "heap: freed twice" {
	is_stopped SLAB_FREE_DOUBLE '^kernel BUG at mm/slub\.c:[0-9]+!$'
}

@test "KFENCE: memory read after it was freed" {
	fire KFENCE_READ_AFTER_FREE
	expect_line "what the kernel says" "$SAID" '^BUG: KFENCE: use-after-free read'
}

@test "reference counts: one that would wrap saturates" {
	fire REFCOUNT_INC_OVERFLOW
	expect_line "what the kernel says" "$SAID" '^refcount_t: saturated; leaking memory\.$'
}
