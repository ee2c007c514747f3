# The packet filter between network namespaces: real packets, the rules as the build compiled them, loaded by the
# code of process 1.
#
#   outside --- node === pod_a, pod_b
#
# outside plays the network, the internet and a cloud's metadata service; the pods hang on the bridge cni0. Both
# families of addresses. What is refused stands beside what is not; servers listen on all ports that are tried.

load ../lib/load

setup_file() {
	unshare --net true 2>/dev/null || skip "no right to make network namespaces"
	export WORLD=$BATS_FILE_TMPDIR
	(cd "$TREE" && gcc -std=gnu17 -O1 -D_GNU_SOURCE -Iinit rootfs/components/firewall/load-firewall.c \
		init/{firewall,firewall_batch,file,error}.c -o "$WORLD/load-firewall")
	for place in outside node pod_a pod_b; do make_namespace $place; done
	make_links
	make_translations
	for place in outside node pod_b; do serve $place; done
	filter
}

teardown_file() {
	[ ! -e "$WORLD/pids" ] || xargs -r kill -KILL <"$WORLD/pids" 2>/dev/null || true
}

# Runs the program $* until the end of the file's tests.
keep() {
	setpriv --pdeathsig KILL "$@" </dev/null >/dev/null 2>>"$WORLD/errors" 3>&- 4>&- &
	echo $! >>"$WORLD/pids"
}

make_namespace() {
	keep unshare --net tail -f /dev/null
	echo $! >"$WORLD/$1.pid"
	wait_until "a network namespace" 10 in_another_namespace $! >/dev/null
	in_place "$1" ip link set lo up
}

in_another_namespace() { [ ! "/proc/$1/ns/net" -ef /proc/self/ns/net ]; }

# Runs $2... in the network of $1 ...
in_place() { nsenter --net="/proc/$(<"$WORLD/$1.pid")/ns/net" "${@:2}"; }

# ... until the end.
keep_in_place() { keep nsenter --net="/proc/$(<"$WORLD/$1.pid")/ns/net" "${@:2}"; }

# Setting $2 of $1's network, below /proc/sys/net, becomes $3.
setting() { in_place "$1" sh -c "echo $3 >/proc/sys/net/$2"; }

# Addresses $3... for device $2 of $1.
addresses() {
	local address options
	for address in "${@:3}"; do
		options=()
		case $address in *:*) options=(nodad) ;; esac
		# Those of lo are used where a test says so, and not by the kernel's choice.
		case $2$address in lo*:*) options+=(preferred_lft 0) ;; esac
		in_place "$1" ip address add "$address" dev "$2" "${options[@]}"
	done
}

# One device each in $1 and in $3, with the names $2 and $4.
link_places() {
	in_place "$1" ip link add "$2" type veth peer name "$4" netns "$(<"$WORLD/$3.pid")"
	in_place "$1" ip link set "$2" up
	in_place "$3" ip link set "$4" up
}

make_links() {
	link_places node eth0 outside eth0
	addresses node eth0 192.0.2.1/24 2001:db8::1/64
	addresses node lo 192.0.2.11/32 2001:db8::11/128
	addresses outside eth0 192.0.2.2/24 2001:db8::2/64
	# A host on the internet, the metadata service, and addresses that outside only pretends to have.
	addresses outside lo 198.51.100.1/32 2001:db8:1::1/128 169.254.169.254/32 fd00:ec2::254/128 \
		10.85.0.9/32 192.0.2.11/32 2001:db8::11/128 fd85::9/128 2001:db8:ffff::1/128

	in_place node ip link add cni0 type bridge
	in_place node ip link set cni0 up
	addresses node cni0 10.85.0.1/24 fd85::1/64
	local pod last=2
	for pod in pod_a pod_b; do
		link_places node veth_$pod $pod eth0
		in_place node ip link set veth_$pod master cni0
		addresses $pod eth0 10.85.0.$last/24 fd85::$last/64
		in_place $pod ip route add default via 10.85.0.1
		in_place $pod ip -6 route add default via fd85::1
		last=$((last + 1))
	done
	# Addresses that pod_a pretends to have.
	addresses pod_a lo 198.51.100.7/32 2001:db8:1::7/128

	in_place node ip route add default via 192.0.2.2
	# No default route: there are sources that no answer reaches.
	in_place node ip -6 route add 2001:db8:1::/64 via 2001:db8::2
	in_place node ip -6 route add fd00:ec2::/64 via 2001:db8::2
	# Outside knows the way to the pods, which the node must not go.
	in_place outside ip route add 10.85.0.0/24 via 192.0.2.1
	in_place outside ip -6 route add fd85::/64 via 2001:db8::1
	setting node ipv4/ip_forward 1
	setting node ipv6/conf/all/forwarding 1
	# The kernel's own check of IPv4 sources would hide what the rules do.
	setting node ipv4/conf/all/rp_filter 0
	setting node ipv4/conf/eth0/rp_filter 0
	setting node ipv4/conf/all/accept_local 1
	# As the portmap plugin and kube-proxy set it.
	setting node ipv4/conf/all/route_localnet 1
	setting outside ipv4/conf/all/route_localnet 1
	if [ -e /proc/sys/net/bridge ]; then
		setting node bridge/bridge-nf-call-iptables 1
		setting node bridge/bridge-nf-call-ip6tables 1
	fi
}

# What the portmap plugin does for hostPorts 8080 and 22 of pod_b, kube-proxy for a Service whose endpoint is the
# metadata service, and an attacker for ports 2222 and 2223.
make_translations() {
	in_place node nft -f - <<-'END'
		table inet translations {
			chain to_pods {
				fib daddr type local tcp dport { 8080, 22 } meta nfproto ipv4 dnat ip to 10.85.0.3:80
				fib daddr type local tcp dport { 8080, 22 } meta nfproto ipv6 dnat ip6 to [fd85::3]:80
			}
			chain prerouting {
				type nat hook prerouting priority dstnat;
				tcp dport 2222 redirect to :22
				tcp dport 2223 redirect to :9999
				ip daddr 10.96.0.1 tcp dport 80 dnat ip to 169.254.169.254:80
				ip daddr 10.96.0.2 tcp dport 80 dnat ip to 198.51.100.1:80
				jump to_pods
			}
			chain output {
				type nat hook output priority dstnat;
				jump to_pods
			}
			chain postrouting {
				type nat hook postrouting priority srcnat;
				oifname eth0 ip saddr 10.85.0.0/24 masquerade
				oifname eth0 ip6 saddr fd85::/64 masquerade
				iifname "cni0" oifname "cni0" ct status dnat masquerade
				oifname "cni0" fib saddr type local ct status dnat masquerade
			}
		}
	END
}

# A greeting on TCP ports of $1; what comes by UDP goes to a file, a line each.
serve() {
	local port
	for port in 22 53 80 7777 9999; do
		keep_in_place "$1" socat "TCP6-LISTEN:$port,ipv6only=0,fork,reuseaddr" "SYSTEM:echo greeting of $1"
		wait_until "a server" 10 listens "$1" -lt $port >/dev/null
	done
	for port in 53 68 7777 9999; do
		keep_in_place "$1" socat -u "UDP6-RECV:$port,ipv6only=0" "OPEN:$WORLD/$1.heard,creat,append"
		wait_until "a server" 10 listens "$1" -lu $port >/dev/null
	done
}

listens() { in_place "$1" ss -Hn "$2" "sport = :$3" | grep -q .; }

# Loads the rules as process 1 does, with ports 9999 and 22 opened by configuration, and $*. They belong to a process
# that setup_file's shell starts, for all tests.
filter() {
	echo "$WORLD/load-firewall $BUILD/components/firewall/firewall.netlink ${SERVICES:-$WORLD}" \
		"tcp 9999 udp 9999 tcp 22 $*" >"$WORLD/filter"
	if [ -e "$WORLD/filter.pid" ]; then
		kill -KILL "$(<"$WORLD/filter.pid")"
	else
		keep bash -c 'while :; do
			setpriv --pdeathsig KILL nsenter --net="/proc/$(<"$1.pid")/ns/net" sh -c \
				"echo \$\$ >$0.pid; exec $(<"$0") -- setpriv --pdeathsig KILL tail -f /dev/null"
		done' "$WORLD/filter" "$WORLD/node"
	fi
	wait_until "the rules to be loaded" 10 rules_are "$*" >/dev/null || cat "$WORLD/errors"
}

# Whether the rules are loaded, those that $1 asks for: the sets that it fills are, and the others empty.
rules_are() {
	local rules
	rules=$(in_place node nft list table inet holdfast) || return
	expect "filled sets" "$(awk '$1 == "set" { name = $2 } $1 == "elements" && name ~ /^(metadata|forwarded)$/ { print name }' <<<"$rules")" \
		"$(sed -n 's/^metadata yes$/metadata/p;s/^forward yes$/forwarded/p' <<<"$1")"
}

# [addr] for socat, if it is of IPv6.
bracketed() { case $1 in *:*) echo "[$1]" ;; *) echo "$1" ;; esac; }

# $1 connects to address $2, port $3, within $4 seconds: prints the greeting.
greeting() { in_place "$1" socat -u -T 5 "TCP:$(bracketed "$2"):$3,connect-timeout=$4" - 2>/dev/null; }

# From $1 a connection to address $2, port $3 comes to server $4 ...
connects() { expect "what $1 hears from $2 port $3" "$(greeting "$1" "$2" "$3" 10)" "greeting of $4"; }

# ... or nowhere.
is_stopped() { expect "what $1 hears from $2 port $3" "$(greeting "$1" "$2" "$3" 0.7)" ""; }

# $1 sends the line $2 to address $3, port $4, from address $5 and, if given, port $6.
say() {
	local from
	from=$(bracketed "$5"):${6:-0}
	in_place "$1" socat -u "SYSTEM:echo $2" "UDP-SENDTO:$(bracketed "$3"):$4,bind=$from" 2>&1
}

heard() { grep -qsx -- "$2" "$WORLD/$1.heard"; }

# What $1 sends to address $3 (of $2) from its true address $4 arrives, and nothing from the false one, $5.
only_true_sources() {
	local label=$BATS_TEST_NUMBER-$RANDOM
	say "$1" "false-$label" "$3" 9999 "$5"
	say "$1" "true-$label" "$3" 9999 "$4"
	wait_until "what $1 sends from $4" 10 heard "$2" "true-$label" >/dev/null
	! heard "$2" "false-$label" || fail "$2 has heard what $1 sent from $5"
}

@test "firewall: by default nothing comes in; what the configuration opens does" {
	for address in 192.0.2.1 2001:db8::1; do
		connects outside $address 9999 node
		is_stopped outside $address 7777
	done
	for address in 10.85.0.1 fd85::1 192.0.2.1; do
		connects pod_a $address 9999 node
		is_stopped pod_a $address 7777
	done
	connects node 127.0.0.1 7777 node
}

@test "firewall: datagrams, too" {
	say outside closed-7777 192.0.2.1 7777 192.0.2.2
	say outside open-9999 192.0.2.1 9999 192.0.2.2
	wait_until "what comes to port 9999" 10 heard node open-9999
	! heard node closed-7777 || fail "a datagram has come to port 7777"
}

@test "firewall: pods reach each other, the network, and get replies" {
	connects pod_a 10.85.0.3 7777 pod_b
	connects pod_a fd85::3 7777 pod_b
	connects pod_a 198.51.100.1 7777 outside
	connects pod_a 2001:db8:1::1 7777 outside
}

@test "firewall: nothing is forwarded to a pod but through its hostPort" {
	for address in 192.0.2.1 2001:db8::1; do connects outside $address 8080 pod_b; done
	for address in 10.85.0.3 fd85::3; do is_stopped outside $address 7777; done
	# Nor through the node to somewhere else.
	in_place outside ip route add 203.0.113.1 via 192.0.2.1
	in_place node ip route add 203.0.113.1 via 10.85.0.3
	addresses pod_b lo 203.0.113.1/32
	connects node 203.0.113.1 7777 pod_b
	is_stopped outside 203.0.113.1 7777
}

@test "firewall: a configuration with forward = yes forwards between any interfaces, but for spoofed packets" {
	filter forward yes
	for address in 10.85.0.3 fd85::3; do connects outside $address 7777 pod_b; done
	only_true_sources outside pod_b 10.85.0.3 192.0.2.2 10.85.0.9
	is_stopped outside 192.0.2.1 7777
	filter
	is_stopped outside 10.85.0.3 7777
}

@test "port 22: closed on the host's network for everybody, although the configuration opens it" {
	for from in 'outside 192.0.2.1' 'outside 2001:db8::1' 'pod_a 10.85.0.1' 'pod_a 192.0.2.1' 'pod_a fd85::1' \
		'node 127.0.0.1' 'node ::1' 'node 192.0.2.1'; do
		read -r who address <<<"$from"
		connects "$who" "$address" 9999 node
		is_stopped "$who" "$address" 22
	done
}

@test "port 22: closed as a hostPort of a pod" {
	for from in 'outside 192.0.2.1' 'outside 2001:db8::1' 'pod_a 192.0.2.1' 'node 192.0.2.1'; do
		read -r who address <<<"$from"
		connects "$who" "$address" 8080 pod_b
		is_stopped "$who" "$address" 22
	done
}

@test "port 22: closed where address translation makes it of another port" {
	connects outside 192.0.2.1 2223 node
	is_stopped outside 192.0.2.1 2222
}

@test "port 22: of others is none of the node's business" {
	connects pod_a 10.85.0.3 22 pod_b
	connects pod_a 198.51.100.1 22 outside
	connects node 198.51.100.1 22 outside
}

@test "metadata: pods don't reach it, but its name server; and the rest of the network" {
	for pair in '169.254.169.254 198.51.100.1' 'fd00:ec2::254 2001:db8:1::1'; do
		read -r metadata host <<<"$pair"
		connects pod_a "$host" 80 outside
		is_stopped pod_a "$metadata" 80
		is_stopped pod_a "$metadata" 7777
		connects pod_a "$metadata" 53 outside
	done
	say pod_a closed-metadata 169.254.169.254 7777 10.85.0.2
	say pod_a query 169.254.169.254 53 10.85.0.2
	wait_until "a query of the name server" 10 heard outside query
	! heard outside closed-metadata || fail "a datagram of a pod has come to port 7777"
}

@test "metadata: nor through a Service that leads there" {
	connects pod_a 10.96.0.2 80 outside
	is_stopped pod_a 10.96.0.1 80
}

@test "metadata: nor do pods on the host's network" {
	connects node 198.51.100.1 80 outside
	is_stopped node 169.254.169.254 80
	is_stopped node fd00:ec2::254 80
	connects node 169.254.169.254 53 outside
}

@test "metadata: the node's own services reach it" {
	[ -n "$CGROUP_TOP" ] || skip "cgroup v2 is mounted nowhere"
	group=$CGROUP_TOP/holdfast-firewall-$$
	mkdir "$group" 2>/dev/null || skip "no right to make control groups"
	[ "$(sed -n 's/^0:://p' /proc/self/cgroup)" = / ] || { rmdir "$group"; skip "not in the top control group"; }
	SERVICES=$group filter
	in_group() { (echo "$BASHPID" >"$group/cgroup.procs" && "$@"); }
	in_group connects node 169.254.169.254 80 outside
	is_stopped node 169.254.169.254 80
	wait_until "the control group to be empty" 10 rmdir "$group"
	filter
}

@test "metadata: a configuration with metadata = yes opens its port 80 to pods" {
	filter metadata yes
	connects pod_a 169.254.169.254 80 outside
	connects pod_a fd00:ec2::254 80 outside
	connects node 169.254.169.254 80 outside
	is_stopped pod_a 169.254.169.254 7777
	filter
	is_stopped pod_a 169.254.169.254 80
}

@test "spoofing: from outside nothing comes with an address of a pod or of the node" {
	only_true_sources outside node 192.0.2.1 192.0.2.2 10.85.0.9
	only_true_sources outside node 2001:db8::1 2001:db8::2 fd85::9
	only_true_sources outside node 192.0.2.1 192.0.2.2 192.0.2.11
	only_true_sources outside node 2001:db8::1 2001:db8::2 2001:db8::11
}

@test "spoofing: nothing comes from an address that no answer would reach" {
	only_true_sources outside node 2001:db8::1 2001:db8::2 2001:db8:ffff::1
}

@test "spoofing: a pod sends with an address of the pods' network only" {
	only_true_sources pod_a outside 192.0.2.2 10.85.0.2 198.51.100.7
	only_true_sources pod_a outside 2001:db8::2 fd85::2 2001:db8:1::7
	only_true_sources pod_a node 10.85.0.1 10.85.0.2 198.51.100.7
	[ ! -e /proc/sys/net/bridge ] || only_true_sources pod_a pod_b 10.85.0.3 10.85.0.2 198.51.100.7
}

@test "localhost: neither comes from outside nor from a pod, as a source or as a destination" {
	for from in 'outside 192.0.2.1 192.0.2.2' 'pod_a 10.85.0.1 10.85.0.2'; do
		read -r who address own <<<"$from"
		setting "$who" ipv4/conf/all/route_localnet 1
		only_true_sources "$who" node "$address" "$own" 127.0.0.1
		in_place "$who" ip route add 127.0.0.2/32 via "$address"
		in_place "$who" ip route delete local 127.0.0.0/8 table local
		connects "$who" "$address" 9999 node
		is_stopped "$who" 127.0.0.2 9999
	done
	# The kernel itself stops ::1.
}

@test "DHCP: a server outside is heard, a pod that poses as one isn't" {
	say pod_a offer-of-a-pod 10.85.0.1 68 10.85.0.2 67
	say outside offer 192.0.2.1 68 192.0.2.2 67
	wait_until "an offer" 10 heard node offer
	! heard node offer-of-a-pod || fail "the node has heard an offer of a pod"
	say outside not-from-67 192.0.2.1 68 192.0.2.2 1067
	say outside offer-2 192.0.2.1 68 192.0.2.2 67
	wait_until "an offer" 10 heard node offer-2
	! heard node not-from-67 || fail "the node has heard port 1067"
}

# $1 pings address $2: the answer has the number of the question.
answers_ping() {
	case $2 in
	*:*) printf '\x80\0\0\0\x12\x34\0\0' | in_place "$1" socat -t 0.3 - "IP6-SENDTO:[$2]:58" ;;
	*) printf '\x08\0\xe5\xcb\x12\x34\0\0' | in_place "$1" socat -t 0.3 - "IP4-SENDTO:$2:1" ;;
	esac | head -c 8 | od -An -tx1 | grep -Eq '^ (00|81) 00 .. .. 12 34 00 00'
}

@test "ICMP: the node answers pings of both families" {
	for address in 192.0.2.1 2001:db8::1; do wait_until "the answer of $address" 10 answers_ping outside $address; done
}

@test "owner: nobody but who loaded the rules can change or remove them" {
	in_place node nft flush ruleset
	expect_refusal "removing the table" 'Operation not permitted' in_place node nft delete table inet holdfast
	expect_refusal "emptying a chain" 'Operation not permitted' in_place node nft flush chain inet holdfast arrival
	expect_refusal "a rule before the others" 'Operation not permitted' \
		in_place node nft insert rule inet holdfast input tcp dport 7777 accept
	is_stopped outside 192.0.2.1 7777
	# What others own, they remove.
	expect_line "the tables" "$(in_place node nft list tables)" '^table inet holdfast$'
	expect_no_line "the tables" "$(in_place node nft list tables)" translations
	make_translations
	connects outside 192.0.2.1 8080 pod_b
}
