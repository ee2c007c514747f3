# A node that is in a cluster: its kubelet speaks to a stand-in for the API server, which has known the node for long. What the
# cluster learns of a break-glass entry.

load ../lib/load
load ../lib/node
load ../lib/disk
load ../lib/breakglass

KEYS=$BUILD/test-keys
CLUSTER=$BATS_FILE_TMPDIR/cluster
SOCKET=$BATS_FILE_TMPDIR/api-server

api_server_start() {
	"$TREE/tests/lib/api-server" "$SOCKET" "$CLUSTER" </dev/null >"$CLUSTER.said" 2>&1 3>&- 4>&- &
	echo $! >"$CLUSTER.pid"
}

api_server_stop() {
	kill "$(<"$CLUSTER.pid")" 2>/dev/null || true
	timeout $((10 * TESTS_SLOW)) tail --pid="$(<"$CLUSTER.pid")" -s 0.1 -f /dev/null
}

# The node, and one connection to its line for all tests.
start() {
	node_start --profile cluster --disk "$BATS_FILE_TMPDIR/disk.qcow2" --reach "10.0.2.100:6443=$SOCKET" --conf "$BATS_FILE_TMPDIR/node.conf"
	line_is "$NODE/console.sock"
	wait_for_console "$NODE_IS_UP" 180
	echo "$NODE" >"$BATS_FILE_TMPDIR/node"
	echo "$NODE_PID" >"$BATS_FILE_TMPDIR/pid"
}

setup_file() {
	mkdir -p "$CLUSTER/api/v1/nodes"
	jq -n '{
		kind: "Node", apiVersion: "v1",
		metadata: {name: "node-1", uid: "3f2504e0-4f89-41d3-9a0c-0305e82c3301", creationTimestamp: "2026-01-31T12:00:00Z"},
		spec: {},
		status: {conditions: [{type: "Ready", status: "Unknown", reason: "NodeStatusUnknown",
			lastHeartbeatTime: "2026-01-31T12:00:00Z", lastTransitionTime: "2026-01-31T12:01:00Z"}]}
	}' >"$CLUSTER/api/v1/nodes/node-1.json"
	printf '[node]\nname = node-1\n' >"$BATS_FILE_TMPDIR/node.conf"
	disk_overlay "$(profile_dir cluster)/holdfast.raw" "$BATS_FILE_TMPDIR/disk.qcow2"
	api_server_start
	start
}

# A test may have started the node anew.
setup() {
	NODE=$(<"$BATS_FILE_TMPDIR/node") NODE_PID=$(<"$BATS_FILE_TMPDIR/pid")
	export NODE NODE_PID
	line_join "$NODE/console.sock"
}

teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || { plain <"$LINE_LOG"; tail "$CLUSTER.said" "$CLUSTER/requests"; } | tail -n 60
}

teardown_file() {
	# Where setup_file failed before that, bats says why.
	[ ! -e "$BATS_FILE_TMPDIR/node" ] || { setup && line_close; }
	node_end
	api_server_stop
}

# What jq makes of the node that the cluster knows by $1; and of its condition $1 by $2.
known() { jq -r "$1" "$CLUSTER/api/v1/nodes/node-1.json"; }
condition() { known ".status.conditions[] | select(.type == \"$1\") | $2"; }

condition_is() { [ "$(condition "$1" .status)" = "$2" ] || { known .status.conditions; return 1; }; }
condition_becomes() { wait_until "the condition $1 to be $2" 60 condition_is "$1" "$2" >/dev/null; }

# The pid that the agent was last started with.
agent() { plain <"$NODE/console.log" | sed -n 's/.*holdfast: service agent: started, pid \([0-9]*\)$/\1/p' | tail -n 1; }

@test "the kubelet goes on with the node that the cluster has: it is ready, and nobody has been in it" {
	condition_becomes Ready True
	condition_becomes BrokenGlass False
	wait_until "the kubelet to hear that the cluster has the node" 60 grep -x '409 POST /api/v1/nodes' "$CLUSTER/requests" >/dev/null
	expect "the node" "$(known .metadata.uid)" 3f2504e0-4f89-41d3-9a0c-0305e82c3301
	expect "the reason" "$(condition BrokenGlass .reason)" NoBreakGlassSession
}

@test "an entry while the API server is away: once it is back the cluster knows, while the session goes on; the agent was not started anew" {
	before=$(condition BrokenGlass .lastTransitionTime) pid=$(agent)
	api_server_stop
	line_enter "$KEYS/alice"
	expect_line "holdfast status" "$(line_run 'holdfast status')" '^mark +broken-glass$'
	api_server_start
	condition_becomes BrokenGlass True
	expect "the reason" "$(condition BrokenGlass .reason)" BreakGlassSessionOpened
	[[ $(condition BrokenGlass .lastTransitionTime) > $before ]] || fail "it has been so since $(condition BrokenGlass .lastTransitionTime), and was not at $before"
	expect_line "holdfast status" "$(line_run 'holdfast status')" "^agent +ready, pid $pid, restarts 0\$"
	expect_no_line "the kernel's log" "$(line_run 'dmesg | grep avc; true')" 'avc: +denied .*scontext=system_u:system_r:agent_t:'
}

heartbeat_is_after() { [[ $(condition BrokenGlass .lastHeartbeatTime) > $1 ]]; }

@test "after a power cut the cluster is told the same, and since when" {
	line_close
	node_kill
	heartbeat=$(condition BrokenGlass .lastHeartbeatTime) transition=$(condition BrokenGlass .lastTransitionTime)
	start
	wait_until "a report of the new boot" 60 heartbeat_is_after "$heartbeat"
	expect "the condition" "$(condition BrokenGlass '"\(.status) since \(.lastTransitionTime)"')" "True since $transition"
}
