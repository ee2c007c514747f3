# SELinux on a running node: enforcing from process 1 on, each process in its domain, nothing denied in normal life.

load ../lib/load
load ../lib/node
load ../lib/disk

setup_file() {
	node_start --profile test
	wait_for_console "$NODE_IS_UP" 180
	wait_for_pod
	wait_for_probe
}

teardown_file() { node_end; }

# The domain (with its categories) of the process whose ids the probe's command $1 prints; each once.
domain_of() { node_run "for p in \$($1); do cat /proc/\$p/attr/current; echo; done" | tr -d '\0' | sed 's/^system_u:system_r://' | sort -u; }

# Nothing may have been denied so far ($1 says when), but to processes of the domains $2, for what the probe and pods tried. The
# log must reach back to the first audit record: what is gone says nothing.
expect_no_denials() {
	local log
	log=$(node_run dmesg)
	expect_line "the kernel's log" "$log" 'audit: type=1403 .* lsm=selinux res=1' # the policy was loaded
	expect_no_line "the kernel's log $1" "$(grep -Ev "scontext=system_u:system_r:(${2:-none})_t" <<<"$log")" 'avc: +denied'
}

@test "the policy is loaded in the initramfs, before the root is entered" {
	expect_line "the console" "$(console)" 'holdfast: initramfs: step policy ok'
}

@test "nothing was denied while the node booted" {
	expect_no_denials "after the boot"
}

@test "SELinux enforces, and can't be told otherwise, by root neither" {
	expect "whether it enforces" "$(node_run cat /proc/1/root/sys/fs/selinux/enforce)" 1
	expect "what unknown classes mean" "$(node_run cat /proc/1/root/sys/fs/selinux/reject_unknown)" 1
	# This kernel has no switch: nothing takes what is written there.
	expect_refusal "switching it off" 'Invalid argument' node_run 'echo 0 >/proc/1/root/sys/fs/selinux/enforce'
	expect_refusal "loading the policy that is loaded" 'ermission denied' \
		node_run 'cat /proc/1/root/etc/selinux/holdfast/policy/policy.33 >/proc/1/root/sys/fs/selinux/load'
	expect_refusal "reading it" 'ermission denied' node_run 'cat /proc/1/root/sys/fs/selinux/policy >/dev/null'
	expect "whether it enforces afterwards" "$(node_run cat /proc/1/root/sys/fs/selinux/enforce)" 1
	# The twin: what is no power can be asked for.
	node_run 'printf system_u:system_r:container_t:s0 >/proc/1/root/sys/fs/selinux/context'
}

@test "each process of the host is in its domain" {
	expect "process 1" "$(domain_of 'echo 1')" init_t:s0
	expect "containerd" "$(domain_of 'pidof containerd')" runtime_t:s0
	expect "its shims" "$(domain_of 'pidof containerd-shim-runc-v2')" shim_t:s0
	expect "the kubelet" "$(domain_of 'pidof kubelet')" agent_t:s0
	expect "the DHCP helper" "$(domain_of 'pidof udhcpc')" helper_t:s0
	expect "the console" "$(domain_of 'pidof console')" console_t:s0
	expect "threads of the kernel" "$(domain_of 'pidof kthreadd')" kernel_t:s0
}

# What the pods of this test have: this node's root, a folder of their own, and one that they share with others by hostPath.
MOUNTS='[{"name": "own", "mountPath": "/own"}, {"name": "shared", "mountPath": "/shared"}, {"name": "host", "mountPath": "/host", "readOnly": true}]'
VOLUMES='[{"name": "own", "emptyDir": {}}, {"name": "shared", "hostPath": {"path": "/var/opt/shared", "type": "DirectoryOrCreate"}},
	{"name": "host", "hostPath": {"path": "/", "type": "Directory"}}]'

# The file of a pod $1 that tries what is in `common`; $2: whether it is privileged.
trying_pod() {
	pod "$1" "$common; echo all said; exec sleep 100000" "{\"securityContext\": {\"privileged\": $2}, \"volumeMounts\": $MOUNTS}" "{\"volumes\": $VOLUMES}"
}

# Tries the command $2 and says whether it worked, under the name $1.
try() { echo "if $2 >/dev/null 2>&1; then echo $1: yes; else echo $1: no; fi"; }

common="$(try own 'echo x >/own/file'); $(try shared 'echo x >/shared/file && cat /shared/file'); $(try 'status of the node' 'cat /host/run/holdfast/status.json')"
common+="; $(try 'logs of pods' 'cat /host/var/log/pods/*/*/*.log'); $(try 'credentials of the agent' 'ls /host/var/lib/kubelet/pki')"
common+="; $(try 'socket of the runtime' 'nc local:/host/run/containerd/containerd.sock </dev/null')"
common+="; $(try 'files of the runtime' 'ls /host/var/lib/containerd'); $(try 'a device node' 'mknod /own/disk b 254 0')"

# What pod $1 has said, once it has said all.
said_by() {
	wait_until "the end of what pod $1 says" 120 node_run "grep -q 'F all said' /proc/1/root/var/log/pods/default_$1-*/$1/0.log" >/dev/null
	pod_says "$1"
}

@test "pods: each its own categories; of the host what the policy lets through" {
	start_pods "$(trying_pod one false)" "$(trying_pod two false)" "$(trying_pod daemon true)"
	for name in one two; do
		said=$(said_by $name)
		expect "what pod $name can" "$said" "own: yes
shared: yes
status of the node: yes
logs of pods: no
credentials of the agent: no
socket of the runtime: no
files of the runtime: no
a device node: no
all said"
	done
	said=$(said_by daemon)
	expect "what a privileged pod can" "$said" "own: yes
shared: yes
status of the node: yes
logs of pods: yes
credentials of the agent: no
socket of the runtime: no
files of the runtime: no
a device node: no
all said"
	expect "the domains" "$(domain_of 'pidof sleep' | sed 's/:c[0-9]*,c[0-9]*$/:cX,cY/' | sort | uniq -c | sed 's/^ *//')" \
		"1 container_privileged_t:s0
2 container_t:s0:cX,cY"
}

@test "nothing is denied when services start anew" {
	console_mark
	on_node /usr/bin/holdfast restart agent
	wait_for_console 'service agent: ready' 120
	on_node /usr/bin/holdfast restart runtime
	wait_for_console 'service runtime: ready' 120
	wait_for_pod
	expect_no_denials "by then" 'probe|container|container_privileged'
}

@test "nothing is denied on the way down" {
	console_mark
	on_node /usr/bin/holdfast power off
	node_wait_poweroff 90
	console_has 'state unmounted'
	console_has_not 'avc: *denied.*scontext=system_u:system_r:(init|runtime|shim|launcher|agent|helper|cni|kernel)_t'
}
