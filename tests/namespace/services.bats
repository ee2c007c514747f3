# The life of services.

load machine

setup() { machine_new; }
teardown() { machine_remove; }

@test "services start in the order of after and before, each once the others are ready" {
	service alpha <<-EOF
		[service]
		exec = /usr/bin/worker mark /run/order-alpha ready sleep
		ready = notify
		after = zeta
	EOF
	service middle <<-EOF
		[service]
		exec = /usr/bin/worker wait /run/go ready sleep
		ready = notify
		before = zeta
	EOF
	service zeta <<-EOF
		[service]
		exec = /usr/bin/worker mark /run/order-zeta sleep
	EOF
	boot
	service_is middle starting
	expect "the state of zeta" "$(service_status zeta state)" waiting
	expect "the state of alpha" "$(service_status alpha state)" waiting
	: >"$ROOT/run/go"
	service_is alpha ready
	expect "the order of the starts" \
		"$(sed -n 's/.*service \(.*\): started.*/\1/p' "$CONSOLE" | paste -sd' ')" "middle zeta alpha"
	expect "the node" "$(status .state)" running
}
