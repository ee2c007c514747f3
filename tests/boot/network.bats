# Addresses from the configuration, its sources and its errors, and a network card whose driver is a module.

load ../lib/load
load ../lib/disk
load ../lib/node

teardown() { node_end; }

# A copy of the disk of profile $1 with the file $2 as /holdfast/node.conf on its ESP.
disk_with_configuration() {
	local start
	DISK=$BATS_TEST_TMPDIR/disk.raw
	disk_copy "$(profile_dir "$1")/holdfast.raw" "$DISK"
	read -r start _ < <(partition "$DISK" esp)
	mmd -D s -i "$DISK@@$start" ::/holdfast 2>/dev/null || true
	mcopy -i "$DISK@@$start" "$2" ::/holdfast/node.conf
}

# A configuration for node $1. The prefix is not the one that DHCP would give.
static_address() {
	cat >"$BATS_TEST_TMPDIR/node.conf" <<-END
		[node]
		name = $1
		[network]
		address = 10.0.2.15/26
		gateway = 10.0.2.2
		dns = 10.0.2.3
		[firewall]
		open = tcp/9999
	END
}

@test "a card whose driver is a module, static address from the firmware's tables" {
	static_address modular
	node_start --profile test --nic e1000e --conf "$BATS_TEST_TMPDIR/node.conf"
	wait_for_console 'holdfast: root: driver e1000e for pci' 60
	wait_for_console 'holdfast: ready: node modular, address 10\.0\.2\.15/26 on eth0' 180
	console_has 'holdfast: root: configuration from fw_cfg, unsigned'
	wait_for_probe 120
	expect_line "the loaded modules" "$(node_run cat /proc/modules)" '^e1000e '
	expect "modules_disabled" "$(node_run cat /proc/sys/kernel/modules_disabled)" 1
	expect_line "the routes" "$(node_run ip route)" '^default via 10\.0\.2\.2 dev eth0'
	expect "the name server" "$(on_node cat /etc/resolv.conf | awk '$1 == "nameserver" { print $2 }')" 10.0.2.3
	expect "the host name" "$(node_run cat /proc/sys/kernel/hostname)" modular
	expect_line "the marks" "$(node_status '.marks[]')" '^unsigned-configuration$'
	# With a static address no helper runs.
	expect "DHCP helpers" "$(node_run 'pidof udhcpc || true')" ""
	# The positive twin of the closed port in boot/node.
	node_run "(nc -l -p 9999 -e echo HTTP/1.0 200 >/dev/null 2>&1 &) ; until netstat -lnt | grep -q :9999; do :; done"
	port=$(forwarded_port 9999)
	expect_line "what the opened port says" "$(timeout $((30 * TESTS_SLOW)) socat -u "TCP:127.0.0.1:$port" -)" 'HTTP/1.0 200'
}

@test "a configuration on the ESP goes before that of the firmware's tables" {
	static_address from-esp
	disk_with_configuration production "$BATS_TEST_TMPDIR/node.conf"
	# The other one is wrong: if it were read, the step would fail.
	echo 'not a configuration' >"$BATS_TEST_TMPDIR/wrong.conf"
	node_start --profile production --disk "$DISK" --conf "$BATS_TEST_TMPDIR/wrong.conf"
	wait_for_console 'holdfast: root: step configuration ok' 60
	console_has 'holdfast: root: configuration from the ESP, unsigned'
	wait_for_console 'holdfast: root: step services ok' 60
}

@test "a configuration with an error: its line is named, the runtime starts, the agent doesn't" {
	printf '[node]\nname = good-name\n[network]\naddress = 10.0.2.777/24\n' >"$BATS_TEST_TMPDIR/node.conf"
	failures_are 'Kernel panic|process 1 has a fault|step (mounts|cgroups|state|network|seal|services) failed'
	node_start --profile production --conf "$BATS_TEST_TMPDIR/node.conf"
	wait_for_console 'holdfast: root: step configuration failed after [0-9]+ ms: .*line 4.*; the agent will not start' 60
	wait_for_console 'holdfast: service runtime: ready after' 120
	wait_for_console 'holdfast: this node is held: step configuration' 10
	console_has_not 'service agent: started'
	console_has_not 'good-name'
}
