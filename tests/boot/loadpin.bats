# LoadPin: the kernel takes modules of the verified root, and of nothing else - on a machine whose disk needs no module, and
# on one whose disk needs one of the initramfs. An ordinary copy of the same module is refused, on both.

load ../lib/load
load ../lib/disk
load ../lib/node

teardown() { node_end; }

# Boots with a network card whose driver is a module, and a module that init.test tries from /run and from the root.
boot() {
	node_start --profile test --nic e1000e "$@" -- -fw_cfg name=opt/holdfast/test.module,string=kernel/drivers/ata/ata_piix.ko
	wait_for_console 'holdfast: root: step seal ok' 120
	console_has 'holdfast: root: test: its copy in /run: Operation not permitted'
	console_has 'holdfast: root: test: the module in the root: No error'
	console_has 'holdfast: root: driver e1000e for pci'
	console_has 'holdfast: initramfs: step loadpin ok'
	console_has 'holdfast: root: step loadpin ok'
}

@test "a disk whose driver is built in: the root is what modules are pinned to" {
	boot --bus virtio
	console_has 'holdfast: root: kernel files come from the root only$'
}

@test "a disk whose driver is a module of the initramfs: the root is trusted by its hash" {
	boot --bus pvscsi
	console_has 'holdfast: initramfs: driver vmw_pvscsi for pci'
	console_has 'holdfast: root: kernel files come from the root only, known by its hash$'
}
