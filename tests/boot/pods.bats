# What pods get by default, what they can't take from the node, and its packet filter as pods meet it: one node with pods
# of each kind. (The rules of the filter themselves are tested in namespace/firewall.)
# shellcheck disable=SC2016 # scripts that run in pods

load ../lib/load
load ../lib/disk
load ../lib/node

# What a container says of itself.
REPORT='
grep -E "^(CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):" /proc/self/status
echo "oom_score_adj: $(cat /proc/self/oom_score_adj)"
echo "/proc/timer_list: $(head -c 1 /proc/timer_list | wc -c)"
echo "/sys/firmware: $(ls /sys/firmware | wc -l)"
echo "sysctl: $( (echo 64 >/proc/sys/net/ipv4/ip_default_ttl) 2>&1)"
echo "chroot: $(chroot / /bin/busybox echo done 2>&1)"
echo end
exec sleep 86400'

# What a container does once the test says so: begin().
LATER=': NAME; until [ -e /begin ]; do sleep 1; done'
# It starts processes that wait for ever; the inner shell ends when it can start no more.
FORKS='sleep 86400 | sh -c "exec 3<&0; while :; do read line <&3 & done"'
HOG='exec dd if=/dev/zero of=/dev/null bs=2000M count=1'

# Each connection gets an answer.
listen_on() { echo "nc -ll -p $1 -e echo greeting"; }

setup_file() {
	printf '[firewall]\nopen = tcp/9998\nopen = tcp/22\n' >"$BATS_FILE_TMPDIR/node.conf"
	node_start_up --memory 768 --conf "$BATS_FILE_TMPDIR/node.conf"
	monitor hostfwd_add tcp:127.0.0.1:0-:9998
	start_pods \
		"$(pod plain "$REPORT")" \
		"$(pod asking "$REPORT" '{"securityContext": {"allowPrivilegeEscalation": true, "capabilities": {"add": ["NET_RAW", "SYS_CHROOT"]}}}')" \
		"$(pod privileged "$REPORT" '{"securityContext": {"privileged": true}}')" \
		"$(pod host-port "$(listen_on 8022) & $(listen_on 8000)" \
			'{"ports": [{"containerPort": 8000, "hostPort": 9999}, {"containerPort": 8022, "hostPort": 22}]}')" \
		"$(pod host-network "$(listen_on 22) & $(listen_on 9998)" '{}' '{"hostNetwork": true}')" \
		"$(pod forks "${LATER/NAME/forks}; $FORKS")" \
		"$(pod hog "${LATER/NAME/hog}; $HOG")"
	local pod
	for pod in plain asking privileged; do wait_until "pod $pod" 120 has_said $pod '^end$'; done
}

teardown_file() { node_end; }

has_said() { pod_says "$1" | grep -Eq "$2"; }

# The value behind $2 in what pod $1 has said.
fact() { pod_says "$1" | sed -n "s|^$2:[[:space:]]*||p"; }

# What answers on port $1 of the node, asked from outside.
answer_from() { timeout 5 socat -u "TCP:127.0.0.1:$(forwarded_port "$1")" - 2>/dev/null; }

answers() { expect "the answer on port $1" "$(answer_from "$1")" greeting; }

# The containerd and kubelet processes, the pod of the demo, how often services were started anew.
what_must_stay() {
	node_run 'pidof containerd kubelet httpd'
	node_status '[.services[] | select(.name == "runtime" or .name == "agent") | "\(.name) \(.restarts)"] | join(" ")'
}

# Names of capabilities in the hexadecimal set $1.
capability_names() {
	local number names=()
	while read -r _ name number; do
		(((0x$1 >> number) & 1)) && names+=("${name,,}")
	done < <(grep -E '^#define CAP_[A-Z_]+[[:space:]]+[0-9]+$' /usr/include/linux/capability.h)
	echo "${names[*]}"
}

DEFAULT_CAPABILITIES="cap_chown cap_dac_override cap_fowner cap_fsetid cap_kill cap_setgid cap_setuid cap_setpcap cap_net_bind_service"

@test "a pod that asks for nothing: nine capabilities, a seccomp filter, no new privileges" {
	for set in Prm Eff Bnd; do
		expect "Cap$set" "$(capability_names "$(fact plain Cap$set)")" "$DEFAULT_CAPABILITIES"
	done
	for set in Inh Amb; do expect "Cap$set" "$(fact plain Cap$set)" 0000000000000000; done
	expect "Seccomp" "$(fact plain Seccomp)" 2
	expect "NoNewPrivs" "$(fact plain NoNewPrivs)" 1
	expect_line "chroot" "$(fact plain chroot)" 'Operation not permitted$'
}

@test "a pod that asks for more: gets those capabilities, new privileges, and still a seccomp filter" {
	expect "CapBnd" "$(capability_names "$(fact asking CapBnd)")" "$DEFAULT_CAPABILITIES cap_net_raw cap_sys_chroot"
	expect "chroot" "$(fact asking chroot)" 'done'
	expect "Seccomp" "$(fact asking Seccomp)" 2
	expect "NoNewPrivs" "$(fact asking NoNewPrivs)" 0
}

@test "a privileged pod: has everything, and no seccomp filter" {
	expect "CapBnd" "$(fact privileged CapBnd)" "$(node_run "sed -n 's/^CapBnd:[^0-9a-f]*//p' /proc/1/status")"
	expect "Seccomp" "$(fact privileged Seccomp)" 0
	expect "NoNewPrivs" "$(fact privileged NoNewPrivs)" 0
}

@test "the containers that hold pods' namespaces: no new privileges, and a seccomp filter but in privileged pods" {
	said=$(node_run "for pid in \$(pidof pause); do grep -hE '^(Seccomp|NoNewPrivs):' /proc/\$pid/status; done" | tr -d '\t' | sort | uniq -c)
	expect_line "what they have" "$said" ' +[0-9]+ NoNewPrivs:1'
	expect_no_line "what they have" "$said" NoNewPrivs:0
	# The probe and the pod "privileged".
	expect_line "what they have" "$said" ' +2 Seccomp:0'
	expect_line "what they have" "$said" ' +[4-9] Seccomp:2'
}

@test "/proc and /sys: what tells of the host is masked, the rest is read-only, but for a privileged pod" {
	for place in /proc/timer_list /sys/firmware; do
		expect "what there is in $place" "$(fact plain $place)" 0
		[ "$(fact privileged $place)" -gt 0 ] || fail "there is nothing in $place for a privileged pod either"
	done
	expect_line "writing a sysctl" "$(fact plain sysctl)" 'Read-only file system'
	expect "a privileged pod that writes it" "$(fact privileged sysctl)" ""
}

# The processes of the program $1 on the host have this score.
score_of() {
	node_run "for pid in \$(pidof $1); do cat /proc/\$pid/oom_score_adj; done" | sort -u | paste -sd' '
}

@test "out of memory: a pod dies before what runs it, and that before the runtime and the agent" {
	expect "the score of a pod without requests" "$(fact plain oom_score_adj)" 1000
	[ "$(score_of httpd)" -gt 900 ] || fail "the demo's is $(score_of httpd)"
	expect "that of containers' shims" "$(score_of containerd-shim-runc-v2)" -998
	expect "that of the runtime" "$(score_of containerd)" -999
	expect "that of the agent" "$(score_of kubelet)" -999
	# Process 1's plays no role: the kernel never takes it (oom_unkillable_task() of mm/oom_kill.c).
}

# File $1 of the control groups of the node.
limit() { node_run "cat /proc/1/root/sys/fs/cgroup/$1"; }

@test "limits: the system's memory is protected, its processes are counted; pods get what is left" {
	expect "memory.low of the system" "$(limit system/memory.low)" $((160 << 20))
	for service in runtime agent; do expect "memory.low of $service" "$(limit system/$service/memory.low)" $((64 << 20)); done
	expect "memory.max of the agent" "$(limit system/agent/memory.max)" $((1 << 30))
	expect "pids.max of the agent" "$(limit system/agent/pids.max)" 4096
	expect "pids.max of the runtime" "$(limit system/runtime/pids.max)" 16384
	total=$(node_run "sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo")
	pods=$(limit kubepods/memory.max)
	[ $((total * 1024 - pods)) -ge $((160 << 20)) ] || fail "pods may take $pods bytes of $total KiB"
	threads=$(node_run cat /proc/sys/kernel/threads-max)
	pods=$(limit kubepods/pids.max)
	[ $((threads - pods)) -ge 1024 ] || fail "pods may have $pods processes of $threads"
}

@test "port 22: closed for a pod on the host's network and as a hostPort, although node.conf opens it; others answer" {
	for port in 9998 9999; do wait_until "an answer on port $port" 60 answers $port; done
	expect_line "who listens" "$(node_run netstat -lnt)" ':22 '
	expect "port 22" "$(answer_from 22)" ""
	# Nor from the node itself.
	expect "port 9998, from the node" "$(node_run nc -w 20 10.0.2.15 9998)" greeting
	expect_refusal "port 22, from the node" 'timed out' node_run nc -w 2 10.0.2.15 22
	expect_refusal "port 22 of loopback" 'timed out' node_run nc -w 2 127.0.0.1 22
}

@test "the firewall's table can't be removed by a privileged pod; its own can" {
	on_node /usr/sbin/nft add table inet another
	on_node /usr/sbin/nft delete table inet another
	expect_refusal "removing the table" 'Operation not permitted' on_node /usr/sbin/nft delete table inet holdfast
	expect "chains that drop by default" "$(on_node /usr/sbin/nft list table inet holdfast | grep -c 'policy drop')" 2
}

@test "metadata: a pod doesn't reach the address, nor does one on the host's network; another address, they do" {
	# The pod with the hostPort plays the metadata service, and another host.
	pid=$(node_run "pgrep -f '[n]c -ll -p 8000' | head -n 1")
	address=$(node_run "nsenter -t $pid -n ip -4 -o address show dev eth0" | sed -n 's,.* inet \([0-9.]*\)/.*,\1,p')
	for other in 169.254.169.254 198.51.100.1; do
		node_run "nsenter -t $pid -n ip address add $other/32 dev lo; ip route add $other via $address"
	done
	pod=$(node_run "pgrep -f '[s]leep 86400' | head -n 1")
	for from in "nsenter -t $pod -n" ''; do
		expect "the other address, asked by '$from'" "$(node_run "$from nc -w 20 198.51.100.1 8000")" greeting
		expect_refusal "the metadata address, asked by '$from'" 'timed out' node_run "$from nc -w 2 169.254.169.254 8000"
	done
}

# The process of the pod $1, which waits.
waiting() { node_run "pgrep -f '^/bin/sh -c [:] $1;'"; }

begin() { node_run "touch /proc/$(waiting "$1")/root/begin"; }

@test "a pod that starts as many processes as it can is stopped, and the others go on" {
	before=$(what_must_stay)
	pid=$(wait_until "the pod" 120 waiting forks)
	group=$(node_run "cat /proc/$pid/cgroup")
	group=/proc/1/root/sys/fs/cgroup$(dirname "${group#0::}") # the pod's
	expect "the limit of a pod" "$(node_run "cat $group/pids.max")" 4096
	# As many would take the emulator minutes.
	node_run "echo 300 >$group/pids.max"
	begin forks
	wait_until "the pod's failure to start more" 120 has_said forks "can't fork"
	[ "$(node_run "cat $group/pids.peak")" -gt 290 ] || fail "it had only $(node_run "cat $group/pids.peak")"
	pod_page >/dev/null
	expect "the services and the other pod" "$(what_must_stay)" "$before"
	node_run "echo 1 >$group/cgroup.kill"
}

@test "a pod that takes as much memory as it can is killed, and nobody else" {
	before=$(what_must_stay)
	wait_until "the pod" 120 waiting hog >/dev/null
	begin hog
	wait_until "the end of the pod" 120 node_run "dmesg | grep -E 'Killed process [0-9]+ \(dd\)'"
	killed=$(node_run 'dmesg | grep "Killed process"')
	expect "what else was killed" "$(grep -v '(dd)' <<<"$killed" || true)" ""
	pod_page >/dev/null
	expect "the services and the other pod" "$(what_must_stay)" "$before"
}
