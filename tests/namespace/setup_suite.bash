# Before the first test: compiles the helpers and makes the root directory that every machine gets a copy of.
# shellcheck shell=bash

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "$here/../.." && pwd)

setup_suite() {
	export SUITE=$BATS_SUITE_TMPDIR
	export INIT=${INIT:-${BUILD:-$tree/build/x86_64}/init.test}
	[ -x "$INIT" ] || { echo "there is no $INIT: make it with 'make test T=namespace'" >&2; return 1; }
	CGROUP_TOP=$(findmnt -nr -t cgroup2 -o TARGET | head -n 1)
	OBSTACLE=$(obstacle)
	export CGROUP_TOP OBSTACLE
	[ -z "$OBSTACLE" ] || return 0
	gcc -std=gnu17 -D_GNU_SOURCE -O1 -Wall -Wextra "$here/machine.c" -o "$SUITE/machine"
	gcc -std=gnu17 -D_GNU_SOURCE -O1 -Wall -Wextra "$here/terminal.c" -o "$SUITE/terminal"
	musl-gcc -static -std=gnu17 -D_GNU_SOURCE -O1 -Wall -Wextra "$here/worker.c" -o "$SUITE/worker"
	musl-gcc -static -std=gnu17 -D_GNU_SOURCE -O1 -Wall -Wextra "$here/mke2fs.c" -o "$SUITE/mke2fs"
	make_state "$SUITE/state"
	make_root "$SUITE/root"
}

# Why there can be no machine here, or nothing: all tests are skipped then.
obstacle() {
	if [ "$(id -u)" != 0 ] || ! grep -Eq '^ *0 +0 +4294967295$' /proc/self/uid_map; then
		echo "needs root of the host, for loop devices and securityfs"
	elif [ -z "$CGROUP_TOP" ]; then
		echo "cgroup v2 is mounted nowhere"
	elif [ ! -e /dev/loop-control ]; then
		echo "this host has no loop devices"
	fi
}

# The image ($1) of a state partition, as the node would have made it.
make_state() {
	truncate -s 4M "$1"
	mke2fs -q -t ext4 -L holdfast-state "$1"
}

# A disk ($1) whose table has the state partition and nothing else.
make_disk() {
	truncate -s 4M "$1"
	sfdisk --quiet "$1" <<-'EOF'
		label: gpt
		start=2048, size=2048, type=4D21B016-B534-45C2-A9FB-5C16E091FD2D, name=state
	EOF
}

# The smallest batch of nftables, in $1: a table with the set that process 1 always adds to.
make_firewall() {
	{
		printf '\x14\0\0\0\x10\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\x0a'
		printf '\x24\0\0\0\0\x0a\x01\x04\0\0\0\0\0\0\0\0\x01\0\0\0\x0d\0\x01\0holdfast\0\0\0\0'
		printf '\x44\0\0\0\x09\x0a\x01\x04\0\0\0\0\0\0\0\0\x01\0\0\0\x0d\0\x01\0holdfast\0\0\0\0'
		printf '\x0d\0\x02\0services\0\0\0\0\x08\0\x05\0\0\0\0\x08\x08\0\x0a\0\0\0\0\x01'
		printf '\x14\0\0\0\x11\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\x0a'
	} >"$1"
}

# A root ($1) on which every step of the boot succeeds: what the initramfs leaves in /run, a disk, a configuration
# in the tables of a "firmware", the kernel's settings as plain files (sysctl becomes /proc/sys).
make_root() {
	local root=$1 credentials=sys/firmware/qemu_fw_cfg/by_name/opt/io.systemd.credentials/holdfast.node.conf file
	mkdir -p "$root"/{dev,etc/holdfast/{services,helpers},proc,run/holdfast,sbin,tmp,usr/bin,usr/sbin,var} \
		"$root"/sys/{bus,fs/{cgroup,bpf},kernel/security} "$root/$credentials" \
		"$root"/sysctl/{kernel/random,net/ipv{4,6}/conf/eth0}
	cp "$INIT" "$root/usr/sbin/init"
	ln -s ../usr/sbin/init "$root/sbin/init"
	ln -s ../sbin/init "$root/usr/bin/holdfast"
	cp "$SUITE/worker" "$root/usr/bin/worker"
	mknod -m 666 "$root/dev/null" c 1 3
	: >"$root/dev/ttyS0"
	mknod -m 666 "$root/dev/urandom" c 1 9
	make_disk "$root/dev/vda"
	: >"$root/dev/kmsg"
	: >"$root/sys/kernel/rcu_expedited"
	for file in kernel/modules_disabled net/ipv4/conf/eth0/{accept,secure,send}_redirects \
		net/ipv6/conf/eth0/{accept_redirects,accept_ra,autoconf}; do
		: >"$root/sysctl/$file"
	done
	echo 3f2504e0-4f89-11d3-9a0c-0305e82c3301 >"$root/sysctl/kernel/random/boot_id"
	printf '[node]\nname = test-node\n[network]\ninterface = eth0\naddress = 192.0.2.1/32\n' >"$root/$credentials/raw"
	: >"$root/etc/holdfast/sysctl.conf"
	: >"$root/etc/holdfast/state.dirs"
	make_firewall "$root/etc/holdfast/firewall.netlink"
	cat >"$root/run/holdfast/boot" <<-EOF
		[root]
		version = 0.1.0
		hash = $(printf '%064d' 0)
		[boot]
		slot = A
		disk = /dev/vda
		root = /dev/vda2
		verity = /dev/vda3
		state = /dev/vda1 1 1048576 4194304
		step = mounts ok 3
		step = verity ok 12
	EOF
	# Before the clock: a root from the future would set it.
	touch -d 2020-01-01 "$root"
}
