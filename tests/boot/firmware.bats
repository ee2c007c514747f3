# The disk image boots by its own boot loader under UEFI, on each kind of disk; little memory is enough.

load ../lib/load
load ../lib/disk
load ../lib/node

teardown() { node_end; }

@test "UEFI, virtio disk: from the boot loader to a pod that answers" {
	node_start --profile demo --boot firmware --bus virtio
	wait_for_console "$NODE_IS_UP" 240
	wait_for_pod 120
	expect "the root hash that the pod tells" "$(pod_page /status.json | jq -r .root_hash)" "$(cat "$(profile_dir demo)/root.hash")"
	expect "steps that were ok" "$(console | grep -c 'holdfast: root: step [a-z]* ok')" "$(steps_of root | wc -l)"
}

@test "UEFI, NVMe disk: the production image, runtime and agent ready" {
	node_start --profile production --boot firmware --bus nvme
	wait_for_console 'holdfast: initramfs: root on /dev/nvme0n1p2, verity tree on /dev/nvme0n1p3: slot A' 120
	wait_for_console "$NODE_IS_UP" 180
	console_has "holdfast: ready: version $(sed -n 's/^IMAGE_VERSION=//p' "$BUILD/os-release"), slot A, root $(cat "$BUILD/root.hash")"
}

@test "UEFI, SATA disk: the production image, whatever the machine's owner adds to the command line; power button" {
	# systemd-stub appends this to the command line of the image: the kernel must have its own.
	node_start --profile production --boot firmware --bus sata -- \
		-smbios 'type=11,value=io.systemd.stub.kernel-cmdline-extra=rdinit=/bin/sh init=/bin/sh lockdown=none'
	wait_for_console 'Kernel command line: ' 60
	console_has_not 'Kernel command line: .*(/bin/sh|lockdown=none)'
	wait_for_console 'holdfast: initramfs: root on /dev/sda2, verity tree on /dev/sda3: slot A' 120
	wait_for_console 'holdfast: service runtime: started' 60
	press_power_button
	node_wait_poweroff 90
	console_has 'holdfast: going down: power button; then power off'
}

@test "384 MiB of memory: the demo pod answers" {
	node_start --profile demo --memory 384
	wait_for_console "$NODE_IS_UP" 240
	wait_for_pod 180
	console_has_not 'Out of memory|oom-kill'
}
