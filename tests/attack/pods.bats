# Hostile pods at three levels try everything that tests/attack/programs knows: an ordinary pod, root in a container,
# and a privileged pod with all of the host's namespaces and its root. What came of each attempt, and what record it left,
# must be exactly what tests/attack/pods/*.expected says; tests/attack/table has the format.

load ../lib/load
load ../lib/disk
load ../lib/node

table() { "$TREE/tests/attack/table" "$@"; }

PODS=$TREE/tests/attack/pods

setup_file() {
	# Firmware and TPM: they have doors of their own.
	node_start_up --boot firmware --tpm yes
	# The kernel keeps ten records in five seconds, and drops the others; and on the serial line they take their time.
	node_run 'echo 0 >/proc/sys/kernel/printk_ratelimit; echo 4 >/proc/sys/kernel/printk'
	start_pods "$PODS"/*.yaml
	services_before=$(node_status '[.services[] | {name, restarts}]')
	export services_before
	local level
	for level in ordinary root privileged; do
		attack $level
	done
}

teardown_file() { node_end; }

# Lets the pod of level $1 begin, and keeps what it saw in $BATS_FILE_TMPDIR/$1.
attack() {
	local pid log="/proc/1/root/var/log/pods/default_attack-$1-*/attack/0.log"
	pid=$(wait_until "the pod attack-$1" 120 node_run "pidof $1")
	# What a privileged pod would look for: it sees all processes.
	node_run "printf 'runtime %d\nagent %d\nother-pod %d\n' \$(pidof containerd) \$(pidof kubelet) \$(pidof httpd)" \
		">/proc/$pid/root/volume/targets"
	node_run "dmesg -c >/dev/null; kill -USR1 $pid"
	wait_until "the end of the attacks" 120 node_run "grep -q ' F # end' $log" >/dev/null
	node_run "cut -d' ' -f4- $log" >"$BATS_FILE_TMPDIR/$1.output"
	node_run "dmesg | grep -E 'avc: |type=1326 |Lockdown: '; true" >"$BATS_FILE_TMPDIR/$1.log"
	table seen "$BATS_FILE_TMPDIR/$1.output" "$BATS_FILE_TMPDIR/$1.log" >"$BATS_FILE_TMPDIR/$1"
	# For whoever changes the table: see tests/attack/table.
	[ -z "${TESTS_TABLE:-}" ] || { mkdir -p "$TESTS_TABLE" && cp "$BATS_FILE_TMPDIR/$1"* "$TESTS_TABLE"; }
}

@test "an ordinary pod: every attempt ends as it must" {
	table differences "$PODS" ordinary "$BATS_FILE_TMPDIR/ordinary"
}

@test "root in a container: every attempt ends as it must" {
	table differences "$PODS" root "$BATS_FILE_TMPDIR/root"
}

@test "a privileged pod with the host's namespaces and root: every attempt ends as it must" {
	table differences "$PODS" privileged "$BATS_FILE_TMPDIR/privileged"
}

@test "a path of a volume that a container made into a link to / is refused; its twin, a folder, is mounted" {
	local logs='/proc/1/root/var/log/pods/default_attack-link-*'
	wait_until "the agent's refusal" 60 node_run \
		"grep 'attack-link.*failed to prepare subPath.*outside' /proc/1/root/run/holdfast/log/agent.log" >/dev/null
	expect_line "what the container with the folder says" \
		"$(wait_until "the container with the folder" 60 node_run "cat $logs/inside/0.log")" 'started$'
	expect_refusal "the log of the container with the link" 'No such file' node_run "cat $logs/outside/0.log"
}

# Most of lockdown's doors are closed by the policy before, or aren't there. The test's own pod may try those that are.
@test "lockdown: what the policy would let through, the kernel refuses, and says so" {
	local configuration=/sys/bus/pci/devices/0000:00:00.0/config port=/dev/port said
	node_run 'dmesg -c >/dev/null'
	expect_refusal "writing PCI configuration" 'not permitted' \
		node_run "dd if=/dev/zero of=$configuration bs=1 seek=60 count=1 conv=notrunc"
	expect_refusal "setting a parameter of hardware" 'not permitted' \
		node_run 'echo 0 >/sys/module/8250/parameters/share_irqs'
	# The fourth serial port, which nothing uses.
	node_run "mknod $port c 4 67"
	expect_refusal "moving a serial port" 'not permitted' node_run "setserial $port port 0x2f0"
	# The twins: all three can be read.
	node_run "dd if=$configuration of=/dev/null bs=1 skip=60 count=1 && cat /sys/module/8250/parameters/share_irqs && setserial $port"
	node_run "rm $port"
	said=$(node_run 'dmesg | grep Lockdown:')
	expect_line "the kernel's log" "$said" 'Lockdown: dd: direct PCI access is restricted'
	expect_line "the kernel's log" "$said" 'Lockdown: [a-z]+: unsafe module parameters is restricted'
	expect_line "the kernel's log" "$said" 'Lockdown: setserial: reconfiguration of serial port IO is restricted'
}

@test "what is possible at a level has a reason" {
	table unexplained "$PODS"
}

@test "the node runs as before" {
	expect "the state" "$(node_status .state)" running
	expect "the services" "$(node_status '[.services[] | {name, restarts}]')" "$services_before"
	pod_page >/dev/null
}
