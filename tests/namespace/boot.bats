# The boot of the root's stage, and what a failed step means.

load machine

setup() { machine_new; }
teardown() { machine_remove; }

@test "the boot table runs from top to bottom, and the status and the console agree" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker sleep'
	service agent <<<$'[service]\nexec = /usr/bin/worker ready sleep\nready = notify\nafter = runtime'
	boot
	service_is agent ready
	expect "the steps on the console" "$(sed -n 's/.*root: step \([a-z]*\) ok, .* ms$/\1/p' "$CONSOLE" | paste -sd' ')" \
		"handover mounts cgroups clock loadpin drivers sysctls state seal runtime configuration netsysctls firewall network services console"
	expect "the steps in the status" "$(status '[.steps[] | .stage + " " + .name + " " + .result] | join(",")')" \
		"initramfs mounts ok,initramfs verity ok,$(sed -n 's/.*root: step \([a-z]*\) ok, .* ms$/root \1 ok/p' "$CONSOLE" |
			paste -sd,)"
	expect "the node's name, address and interface" "$(status '.node + " " + .addresses[0] + " " + .interface')" \
		"test-node 192.0.2.1/32 eth0"
	expect "its version, slot and marks" "$(status '[.version, .slot, .marks[]] | join(" ")')" \
		"0.1.0+test A unsigned-configuration"
	expect "the boot id" "$(status .boot_id)" 3f2504e0-4f89-11d3-9a0c-0305e82c3301
	console_has '<5>holdfast: ready: node test-node, address 192\.0\.2\.1/32 on eth0$'
	console_has '<5>holdfast: ready: runtime after [0-9.]+ s, agent after [0-9.]+ s$'
	expect "the seal of modules" "$(<"$ROOT/sysctl/kernel/modules_disabled")" 1
	expect "the hurry of RCU, now that all is ready" "$(<"$ROOT/sys/kernel/rcu_expedited")" 0
	expect "the state of the node" "$(status .state)" running
}

@test "process 1 has nothing of the console, and no file open but what its loop waits for" {
	boot
	expect "its standard files" "$(readlink "/proc/$INIT_PID/fd/"{0,1,2} | sort -u)" /dev/null
	expect_no_line "its descriptors" "$(readlink "/proc/$INIT_PID"/fd/* | grep -v '^anon_inode:\|^socket:\|^/dev/null$')" .
	expect_line "its cgroup" "$(cat "/proc/$INIT_PID/cgroup")" "^0::.*/${CGROUP##*/}/init\$"
}

@test "all controllers that there are reach the services' cgroups" {
	[ -n "$(<"$CGROUP/cgroup.controllers")" ] ||
		skip "this host gives no controller to cgroup v2"
	boot
	expect "those of /system" "$(cat "$CGROUP/system/cgroup.controllers")" "$(cat "$CGROUP/cgroup.controllers")"
	expect "those below /system" "$(cat "$CGROUP/system/cgroup.subtree_control")" "$(cat "$CGROUP/cgroup.controllers")"
}

# The node boots, and is held by step $1 for a reason that matches $2: it says so everywhere, and starts no service.
expect_held() {
	boot
	console_has "<3>holdfast: root: step $1 failed after [0-9]+ ms: $2.*; no service will start\$"
	console_has "<3>holdfast: this node is held: step $1: $2"
	expect "the state of the node" "$(status .state)" held
	expect_line "what the status says" "$(status .held_because)" "^step $1: $2"
	expect_line "what a person reads" "$(holdfast status)" "^held +step $1: $2"
	expect "started services" "$(console_count 'service .*: started')" 0
}

@test "a malformed service file holds all services, and its line is named" {
	service agent <<<$'[service]\nexec = /usr/bin/worker sleep'
	service runtime <<<$'[service]\nexec = /usr/bin/worker sleep\nrestrat-delay = 1s'
	expect_held runtime 'runtime\.conf line 3: unknown key restrat-delay'
	expect "the service before it" "$(service_status agent state)" stopped
	expect "the answer to a person" "$(holdfast restart agent)" "agent: waiting"
	service_is agent ready
	expect "the state of the node" "$(status .state)" held
}

@test "a service that comes after one that does not exist holds all services" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker sleep\nafter = nothing'
	expect_held services "service runtime is ordered by 'nothing', which is no service"
}

@test "services that wait for each other hold all services" {
	service agent <<<$'[service]\nexec = /usr/bin/worker sleep\nafter = runtime'
	service helper <<<$'[service]\nexec = /usr/bin/worker sleep\nbefore = runtime\nafter = agent'
	service runtime <<<$'[service]\nexec = /usr/bin/worker sleep'
	expect_held services "service agent comes, by after and before, after itself"
}

@test "an early runtime starts before the configuration is read, the network is up and the loop runs" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker ready sleep\nearly = yes\nready = notify'
	service agent <<<$'[service]\nexec = /usr/bin/worker sleep\nafter = runtime'
	boot
	service_is agent ready
	expect "the order" "$(sed -nE 's/.*(runtime: started|runtime ok|configuration ok|network ok|services ok|agent: started).*/\1/p' "$CONSOLE" |
		paste -sd,)" "runtime: started,runtime ok,configuration ok,network ok,services ok,agent: started"
	expect "the starts" "$(console_count 'service runtime: started')" 1
	expect "its number" "$(service_status runtime pid)" "$(sed -nE 's/.*service runtime: started, pid ([0-9]+)$/\1/p' "$CONSOLE")"
}

@test "without the packet filter there is no network, and an early runtime is stopped" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker ready sleep\nearly = yes\nready = notify'
	echo garbage >"$ROOT/etc/holdfast/firewall.netlink"
	boot
	console_has '<3>holdfast: root: step firewall failed .*; no service will start$'
	console_has '<3>holdfast: root: step network failed .*: not without the packet filter'
	service_is runtime stopped
	expect "its end" "$(console_count 'service runtime: ended by signal 15')" 1
	expect "the addresses" "$(status '.addresses | length')" 0
}

@test "an early runtime that another service wants to come before holds all services" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker sleep\nearly = yes'
	service images <<<$'[service]\nexec = /usr/bin/worker sleep\nbefore = runtime'
	boot
	console_has "<3>holdfast: root: step services failed .*service runtime starts early: it can't come after images"
	service_is runtime stopped
}

@test "sysctls: each is set, those of the network before it; one without effect holds the agent" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker sleep'
	service agent <<<$'[service]\nexec = /usr/bin/worker sleep\nafter = runtime'
	printf 'kernel.one = 1\nnet.ipv4.two = 2\nnet.ipv4.none = 3\n' >"$ROOT/etc/holdfast/sysctl.conf"
	: >"$ROOT/sysctl/kernel/one"
	: >"$ROOT/sysctl/net/ipv4/two"
	boot
	expect "one" "$(<"$ROOT/sysctl/kernel/one")" 1
	expect "two" "$(<"$ROOT/sysctl/net/ipv4/two")" 2
	console_has 'holdfast: root: step sysctls ok'
	console_has '<3>holdfast: root: .*sysctl.conf line 3: sysctl net/ipv4/none: No such file'
	console_has '<3>holdfast: root: step netsysctls failed .*; the agent will not start$'
	service_is runtime ready
	expect "the agent" "$(service_status agent state)" stopped
}

@test "two files for one name hold all services" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker sleep'
	cp "$ROOT/etc/holdfast/services/runtime.conf" "$ROOT/etc/holdfast/helpers/runtime.conf"
	expect_held services ".*/helpers/runtime.conf: there is a service of this name"
}

@test "a state partition that is missing holds all services, and nothing is written to the disk" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker sleep'
	sed -i '/^state = /d' "$ROOT/run/holdfast/boot"
	before=$(sha256sum <"$ROOT/dev/vda")
	expect_held state "/dev/vda has 0 partitions labelled state"
	expect "the disk" "$(sha256sum <"$ROOT/dev/vda")" "$before"
}

@test "two state partitions hold all services, and neither is touched" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker sleep'
	sed -i 's/^state = .*/&\n&/' "$ROOT/run/holdfast/boot"
	before=$(sha256sum <"$MACHINE/state")
	expect_held state "/dev/vda has 2 partitions labelled state"
	expect "the partition" "$(sha256sum <"$MACHINE/state")" "$before"
}

@test "what the initramfs hands over must be understood, or the node reboots" {
	sed -i 's,^state = .*,state = /dev/vda1 1 here there,' "$ROOT/run/holdfast/boot"
	machine_start
	expect "the end of the machine" "$(machine_end 15)" restart
	console_has '<3>holdfast: root: step handover failed .*/run/holdfast/boot line [0-9]+: state: .*not a device'
}

@test "descriptors that the initramfs hands over and that are not what they should be are closed" {
	printf 'watchdog = 3\ninput = 4\ninput = 5\n' >>"$ROOT/run/holdfast/boot"
	boot
	console_has 'no watchdog on this machine'
	console_has 'no power button on this machine'
	expect_no_line "its descriptors" "$(readlink "/proc/$INIT_PID"/fd/* | grep -v '^anon_inode:\|^socket:\|^/dev/null$')" .
}

@test "a bad line in the machine's configuration: the runtime starts, the agent does not" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker sleep'
	service agent <<<$'[service]\nexec = /usr/bin/worker sleep\nafter = runtime'
	printf '[node]\nname = test-node\nnmae = x\n[network]\ninterface = eth0\naddress = 192.0.2.1/32\n' \
		>"$(find "$ROOT/sys/firmware" -name raw)"
	boot
	console_has '<3>holdfast: root: step configuration failed .* line 3.*; the agent will not start$'
	service_is runtime ready
	expect "the agent" "$(service_status agent state)" stopped
	expect "the state of the node" "$(status .state)" held
}

@test "without what the initramfs hands over, the node reboots" {
	rm "$ROOT/run/holdfast/boot"
	machine_start
	expect "the end of the machine" "$(machine_end 15)" restart
	console_has '<3>holdfast: root: step handover failed .*/run/holdfast/boot: No such file'
	console_has '<3>holdfast: root: rebooting in 5 s'
}
