# Drives nodes in QEMU: start, console, monitor, a shell inside (profile test), and the end.
# shellcheck shell=bash
#
# A node lives in a folder of its own, $NODE: disk, console.log, sockets and pipes. node_start makes it and sets NODE;
# functions below work on that one. Boot once in setup_file, ask in many tests, end in teardown_file:
#
#   setup_file()    { node_start_up; }
#   teardown_file() { node_end; }
#
# Nothing here sleeps for a fixed time: a wait ends with what it waits for, at a sign of failure, or at its deadline.

# The console line after which all services are ready, and the last line of that kind.
NODE_IS_UP='holdfast: ready: runtime after [0-9.]+ s, agent after [0-9.]+ s'
# What no healthy node prints. A wait for anything else ends at once when one of these comes.
CONSOLE_FAILURES='holdfast: [a-z]+: step [a-z]+ failed|holdfast: process 1 has a fault|Kernel panic|BUG: |Oops:|end Kernel'
export NODE_IS_UP CONSOLE_FAILURES

# Deadlines are multiplied by this. They only bound how long a broken test takes: what works ends its wait earlier.
TESTS_SLOW=${TESTS_SLOW:-2}

# Starts a node.
#
#   --profile P            which image: production, demo, test or cluster (test)
#   --boot direct|firmware kernel and initramfs, or the disk's own boot loader under OVMF (direct)
#   --disk FILE            a disk to use as it is (a new overlay over the profile's image)
#   --bus B                virtio, nvme, sata, pvscsi (virtio)
#   --nic MODEL            network card (virtio-net-pci)
#   --reach ADDRESS:PORT=SOCKET  a port in its network that leads to a Unix socket
#   --memory MIB           (512)
#   --conf FILE            a node.conf that comes from the firmware's tables
#   --kernel F --initramfs F   other ones than the profile's
#   --tpm yes              with a TPM
#   --carrier no           the console's line never has a carrier, nor any other signal (a carrier from the start on)
#   --on-reboot stay|end   whether a reboot boots again or ends QEMU (end)
#   -- ARG...              more arguments of QEMU
node_start() {
	local profile=test boot=direct disk='' bus=virtio nic=virtio-net-pci reach='' memory=512 conf='' kernel='' initramfs='' tpm='' carrier='' on_reboot=end
	while [ $# -gt 0 ]; do
		case $1 in
		--profile) profile=$2 ;;
		--boot) boot=$2 ;;
		--disk) disk=$2 ;;
		--bus) bus=$2 ;;
		--nic) nic=$2 ;;
		--reach) reach=$2 ;;
		--memory) memory=$2 ;;
		--conf) conf=$2 ;;
		--kernel) kernel=$2 ;;
		--initramfs) initramfs=$2 ;;
		--tpm) tpm=$2 ;;
		--carrier) carrier=$2 ;;
		--on-reboot) on_reboot=$2 ;;
		--) shift; break ;;
		*) fail "node_start: what is $1?"; return 1 ;;
		esac
		shift 2
	done
	NODE=$(mktemp -d "${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/node.XXXXXX")
	export NODE
	[ -n "$disk" ] || { disk=$NODE/disk.qcow2; disk_overlay "$(profile_dir "$profile")/holdfast.raw" "$disk"; }
	mkfifo "$NODE"/{probe,qmp}.{in,out}

	local command=("$TREE/scripts/qemu" --profile "$profile" --boot "$boot" --disk "$disk" --bus "$bus"
		--nic "$nic" --memory "$memory" --dir "$NODE" --forward 0:8080 --forward 0:22 --forward 0:9999)
	[ -z "$reach" ] || command+=(--reach "$reach")
	[ -z "$conf" ] || command+=(--node-conf "$conf")
	[ -z "$kernel" ] || command+=(--kernel "$kernel")
	[ -z "$initramfs" ] || command+=(--initramfs "$initramfs")
	[ -z "$tpm" ] || command+=(--tpm)
	local console="socket,path=$NODE/console.sock,server=on,wait=off"
	[ "$carrier" != no ] || { line_without_carrier && console="serial,path=$NODE/line"; }
	# shellcheck disable=SC2054 # the commas are QEMU's
	command+=(--
		-chardev "$console,id=console,logfile=$NODE/console.log"
		-serial chardev:console
		-chardev "pipe,id=qmp,path=$NODE/qmp,logfile=$NODE/qmp.log" -mon chardev=qmp,mode=control
		-device virtio-serial-pci -chardev "pipe,id=probe,path=$NODE/probe"
		-device virtserialport,chardev=probe,name=holdfast.probe)
	[ "$on_reboot" = stay ] || command+=(-no-reboot)

	: >"$NODE/console.log"
	# It dies with the shell that started it; bats must not wait for it at its descriptors.
	setpriv --pdeathsig KILL "${command[@]}" "$@" </dev/null >"$NODE/qemu.log" 2>&1 3>&- 4>&- &
	NODE_PID=$!
	export NODE_PID
	console_mark 0
	qmp '{"execute":"qmp_capabilities"}' >/dev/null || node_fail "QEMU did not start"
}

# Makes $NODE/line, a terminal for QEMU whose other side is $NODE/console.sock, for one connection. QEMU asks it for its signals, and a
# pseudo-terminal has none.
line_without_carrier() {
	setpriv --pdeathsig KILL socat "PTY,link=$NODE/line,rawer" "UNIX-LISTEN:$NODE/console.sock" 3>&- 4>&- &
	wait_until "the line's terminal" 10 test -e "$NODE/line" >/dev/null
}

# Starts a node of the profile test by node_start's $*, and waits until its services are ready, its probe listens and its pod answers.
node_start_up() {
	node_start --profile test "$@"
	wait_for_console "$NODE_IS_UP" 180
	wait_for_probe 120
	wait_for_pod 60
}

# Ends the node at once, like a power cut.
node_kill() {
	[ -n "${NODE_PID:-}" ] || return 0
	kill -KILL "$NODE_PID" 2>/dev/null || true
	node_wait_end 10 || true
}

# For teardown.
node_end() { node_kill; }

# Waits until QEMU has ended, at most $1 seconds.
node_wait_end() {
	timeout $(($1 * TESTS_SLOW)) tail --pid="$NODE_PID" -s 0.1 -f /dev/null || node_fail "QEMU still runs after $(($1 * TESTS_SLOW)) s"
}

# Waits at most $1 seconds until the node has switched itself off ...
node_wait_poweroff() { node_wait_end "$1" && node_ended_by guest-shutdown; }

# ... or has reset the machine (under --on-reboot end).
node_wait_reboot() { node_wait_end "$1" && node_ended_by guest-reset; }

# QEMU must have ended for reason $1 (see ShutdownCause in QEMU's reference of QMP).
node_ended_by() {
	local reasons
	reasons=$(jq -r 'select(.event == "SHUTDOWN").data.reason' "$NODE/qmp.log")
	[ "$reasons" = "$1" ] || node_fail "QEMU ended by '${reasons:-nothing it told}', not by '$1'"
}

# ---- console ----

# For tests of failures: only lines like $1 end a wait early.
failures_are() { CONSOLE_FAILURES=$1; }

# From here on (or from byte $1) waits and looks concern what the console says later.
console_mark() { echo "${1:-$(stat -c %s "$NODE/console.log")}" >"$NODE/mark"; }

# The console since the mark, without carriage returns and control sequences.
console() {
	tail -c "+$(($(cat "$NODE/mark") + 1))" "$NODE/console.log" | plain
}

plain() { LC_ALL=C sed -u -e 's/\x1b\[[0-9;?]*[A-Za-z]//g' -e 's/\r//g' -e 's/[^[:print:]\t]/?/g'; }

# Fails because of $*, and shows the end of the console.
node_fail() {
	printf '%s\n--- the last lines of the console:\n' "$*" >&2
	plain <"$NODE/console.log" | tail -n 25 >&2
	[ ! -s "$NODE/qemu.log" ] || { echo "--- QEMU:" >&2; tail -n 5 "$NODE/qemu.log" >&2; }
	return 1
}

# Whether QEMU runs. One that has ended stays in the list of processes until the shell that started it looks.
node_is_running() { grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$NODE_PID/status"; }

# Waits until the console since the mark has a line that matches $1, at most $2 seconds (60).
# Fails at once when a line tells of a failure (CONSOLE_FAILURES) or QEMU ends.
wait_for_console() {
	local regex=$1 seconds=$((${2:-60} * TESTS_SLOW)) lines piece line='' ended='' reason
	local deadline=$((SECONDS + seconds))
	exec {lines}< <(exec tail -c "+$(($(cat "$NODE/mark") + 1))" -f "$NODE/console.log")
	local follower=$!
	while true; do
		if ! IFS= read -r -t 1 piece <&$lines; then
			# A second without the end of a line: what came of it is kept, and the rest read once more after the end.
			line+=$piece
			reason="QEMU ended before the console said '$regex'"
			[ -z "$ended" ] || break
			node_is_running || ended=yes
			reason="the console did not say '$regex' within $seconds s"
			[ $SECONDS -lt $deadline ] || break
			continue
		fi
		line+=$piece
		if [[ $line =~ $regex ]]; then
			reason=
			break
		fi
		if [[ $line =~ $CONSOLE_FAILURES ]]; then
			reason="waiting for '$regex', but the console says: $line"
			break
		fi
		line=
	done
	kill "$follower" 2>/dev/null || true
	exec {lines}<&-
	[ -z "$reason" ] || node_fail "$reason"
}

# The console since the mark must have a line like $1, now ...
console_has() {
	console | grep -Eq -- "$1" || node_fail "the console has no line like '$1'"
}

# ... or must have none.
console_has_not() {
	local found
	found=$(console | grep -E -- "$1") || return 0
	fail "the console says: $found"
}

# The names of the steps in table $1 of init/boot.c, in order.
steps_of() { sed -n "/struct step $1_steps\[\]/,/^};/s/.*{ \"\([a-z]*\)\".*/\1/p" "$TREE/init/boot.c"; }

# Types $1 on the console, as it is.
console_type() { printf '%s' "$1" | socat -u - "UNIX-CONNECT:$NODE/console.sock"; }

# ---- monitor ----

# Gives QEMU the command $1 (QMP, JSON) and prints its answer.
qmp() {
	local to from line deadline=$((SECONDS + 30 * TESTS_SLOW))
	exec {to}<>"$NODE/qmp.in" {from}<>"$NODE/qmp.out"
	printf '%s\n' "$1" >&$to
	while IFS= read -r -t $((deadline - SECONDS + 1)) line <&$from; do
		case $line in
		*'"return":'*) printf '%s\n' "$line"; exec {to}>&- {from}<&-; return 0 ;;
		*'"error":'*) break ;;
		esac
		node_is_running || { line='it has ended'; break; }
	done
	exec {to}>&- {from}<&-
	fail "QEMU does not do $1: ${line:-no answer}"
}

# A command ($*) for QEMU's human monitor; prints the answer.
monitor() {
	qmp "$(jq -cn --arg line "$*" '{execute:"human-monitor-command",arguments:{"command-line":$line}}')" | jq -r .return
}

press_power_button() { qmp '{"execute":"system_powerdown"}' >/dev/null; }
press_ctrl_alt_del() { monitor sendkey ctrl-alt-delete 1000 >/dev/null; }

# ---- network ----

# The port of this host that is forwarded to port $1 of the node.
forwarded_port() {
	monitor info usernet | awk -v port="$1" '/HOST_FORWARD/ && $6 == port { print $4; found = 1 } END { exit !found }' ||
		fail "port $1 is not forwarded: $(monitor info usernet)"
}

# The page that the demo pod serves, at path $1 (/).
pod_page() { curl --silent --show-error --fail --max-time $((5 * TESTS_SLOW)) "http://127.0.0.1:$(forwarded_port 8080)${1:-/}"; }

wait_for_pod() { wait_until "the pod's answer" "${1:-120}" pod_page >/dev/null || node_fail 'see above'; }

# ---- inside the node (profile test) ----

# Runs $* (one line) with a shell in the probe pod, which sees the node's processes and network; prints its output and returns its
# status. NODE_RUN_SECONDS: how long it may take (60).
node_run() {
	local to from piece line='' status='' nonce=$RANDOM$RANDOM deadline=$((SECONDS + ${NODE_RUN_SECONDS:-$((60 * TESTS_SLOW))}))
	exec {to}<>"$NODE/probe.in" {from}<>"$NODE/probe.out"
	printf '{ echo begin-%s; ( %s ) 2>&1 </dev/null; echo end-%s $?; }\n' "$nonce" "$*" "$nonce" >&$to
	while [ $SECONDS -lt $deadline ]; do
		if ! IFS= read -r -t 1 piece <&$from; then
			line+=$piece
			node_is_running || break
			continue
		fi
		line+=${piece%$'\r'}
		case $line in
		*"begin-$nonce") status=begun ;;
		*"end-$nonce "[0-9]*)
			[ "${line%"end-$nonce "*}" = '' ] || printf '%s' "${line%"end-$nonce "*}"
			exec {to}>&- {from}<&-
			return "${line##* }"
			;;
		*) [ -z "$status" ] || printf '%s\n' "$line" ;;
		esac
		line=
	done
	exec {to}>&- {from}<&-
	node_fail "the probe in the node did not answer within ${NODE_RUN_SECONDS:-$((60 * TESTS_SLOW))} s, or QEMU ended (asked: $*)"
}

# Runs $* in process 1's mount namespace: with the node's own files.
on_node() { node_run "nsenter -t 1 -m -- $*"; }

# What /proc tells of all processes outside of pods, with few programs run in the node: each costs time there.
# $1: exe, cmdline, stat, cgroup ... Prints "PID TEXT" a line. Threads of the kernel have no exe and no cmdline.
host_processes() {
	local look="grep -aH . /proc/[0-9]*/$1" said
	[ "$1" != exe ] || look='ls -l /proc/[0-9]*/exe'
	# Those that were there before: not the programs of this very look.
	said=$(node_run "grep -L /kubepods /proc/[0-9]*/cgroup; echo; $look 2>/dev/null; true" | tr '\0' ' ')
	awk -v what="$1" '
		!listed && /^\/proc/ { split($0, part, "/"); host[part[3]] = 1 }
		/^$/ { listed = 1 }
		listed && match($0, "/proc/[0-9]+/" what) {
			split(substr($0, RSTART), part, "/")
			text = substr($0, RSTART + RLENGTH)
			sub(/^(:| -> )/, "", text)
			if (part[3] in host && text != "") print part[3], text
		}' <<<"$said"
}

wait_for_probe() { NODE_RUN_SECONDS=$((${1:-120} * TESTS_SLOW)) node_run true; }

# The node's status.json, and from it what jq makes of $1.
node_status() { on_node cat /run/holdfast/status.json | jq -r "${1:-.}"; }

# What /proc/sys of the node says, as sysctl -a writes it.
sysctls() { node_run 'sysctl -a 2>/dev/null; true' | tr '\t' ' '; }

# Each line of the root's sysctl.conf must be what the kernel has.
sysctls_unchanged() {
	local wanted is differ
	wanted=$(sed -nE 's/^([a-z][^ =]*) *= *(.*[^ ]) *$/\1 = \2/p' "$TREE/rootfs/tree/etc/holdfast/sysctl.conf" | sort)
	[ "$(wc -l <<<"$wanted")" -gt 40 ] || { fail "sysctl.conf has only these lines: $wanted"; return 1; }
	is=$(sysctls | sort)
	differ=$(comm -23 <(printf '%s\n' "$wanted") <(printf '%s\n' "$is"))
	[ -z "$differ" ] || fail "wanted: $differ
but the node has: $(grep -F -f <(cut -d= -f1 <<<"$differ") <<<"$is")"
}

# Makes the file of a static pod $1 whose container, of the same name, runs the script $2, and prints its path. $3 and $4, in JSON: what
# else the container and the pod have.
pod() {
	jq -n --arg name "$1" --arg script "$2" --argjson container "${3:-{\}}" --argjson pod "${4:-{\}}" '{
		apiVersion: "v1", kind: "Pod", metadata: {name: $name, namespace: "default"},
		spec: ({
			automountServiceAccountToken: false, enableServiceLinks: false, restartPolicy: "Never", terminationGracePeriodSeconds: 1,
			containers: [{
				name: $name, image: "localhost/holdfast/probe:1", imagePullPolicy: "Never", command: ["/bin/sh", "-c", $script]
			} + $container]
		} + $pod)
	}' >"$BATS_FILE_TMPDIR/$1.json"
	echo "$BATS_FILE_TMPDIR/$1.json"
}

# Starts static pods from the files $*, beside those that run; once a node. The agent reads a folder of the root, every 20
# seconds: a copy of it with ours is bound over it, in one step, because a pod that it doesn't find there it would end.
start_pods() {
	local file manifests=/proc/1/root/run/manifests
	node_run "mkdir $manifests && cp /proc/1/root/etc/kubernetes/manifests/* $manifests/"
	for file; do
		node_run "echo $(base64 -w 0 "$file") | base64 -d >$manifests/${file##*/}"
	done
	# Read-only, as the root is.
	on_node mount -o bind /run/manifests /etc/kubernetes/manifests
	on_node mount -o remount,bind,ro /etc/kubernetes/manifests
}

# What the container of pod $1, named as the pod, has said so far.
pod_says() { node_run "cut -d' ' -f4- /proc/1/root/var/log/pods/default_$1-*/$1/0.log"; }
