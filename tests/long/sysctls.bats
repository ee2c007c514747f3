# The kernel's settings after the kubelet has run for ten minutes. Only by name: make test T=long/sysctls.

load ../lib/load
load ../lib/disk
load ../lib/node

setup_file() { node_start_up; }
teardown_file() { node_end; }

# Whether the kubelet has run $1 seconds: from its start time, field 22 of its stat in ticks of 10 ms.
kubelet_has_run() {
	[ "$(node_run 'read up rest </proc/uptime; set -- $(sed "s/.*) //" /proc/$(pidof kubelet)/stat); echo $((${up%.*} - ${20} / 100))')" -ge "$1" ]
}

@test "after ten minutes of the kubelet all are as the root's file says" {
	wait_until "ten minutes of the kubelet" 700 kubelet_has_run 600
	sysctls_unchanged
}
