# What every measurement loads: results, small roots of our own, and boots that count instructions.
# shellcheck shell=bash
#
# A measurement is an executable file in this folder. It gets from tests/bench/run
#
#   BUILD          where the artefacts are
#   BENCH_WORK     an empty folder for it, removed afterwards
#   BENCH_RESULTS  the file that figure and row append to, one JSON object a line

case ${1:-} in --help | -h) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;; esac
: "${BENCH_WORK:?is what tests/bench/run gives: call make bench T=${0##*/}}"

BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export BATS_TEST_TMPDIR=$BENCH_WORK # where the functions of tests/lib put their files
# shellcheck source-path=SCRIPTDIR
. "$BENCH/../lib/load.bash"
# shellcheck source-path=SCRIPTDIR
. "$BENCH/../lib/disk.bash"
# shellcheck source-path=SCRIPTDIR
. "$BENCH/../lib/node.bash"

trap node_stop EXIT # keeps the status

# Measurements run for minutes: a line about what is being done ($*).
say() { printf '  %s\n' "$*" >&2; }

# Ends the node, without bash's word about it.
node_stop() { { node_kill; wait "${NODE_PID:-}"; } 2>/dev/null || true; }

# ---- results ----

# Figure $1 may be at most $2 and is $3 (numbers), in unit $4. $5: a note.
figure() {
	jq -cn --arg name "$1" --argjson limit "$2" --argjson reached "$3" --arg unit "$4" --arg note "${5:-}" \
		'{kind: "figure", $name, $limit, $reached, $unit, ok: ($reached <= $limit), $note}' >>"$BENCH_RESULTS"
}

# A row of the table $1: its cells are $2..., each NAME=VALUE.
row() {
	jq -cn --arg table "$1" '{kind: "row", $table, cells: ($ARGS.positional | map(capture("^(?<k>[^=]*)=(?<v>.*)$"; "s")
		| {(.k): (.v | tonumber? // .)}) | add)}' --args "${@:2}" >>"$BENCH_RESULTS"
}

# The median of the numbers on standard input, one a line.
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# $1 evaluated by awk, with $2 digits behind the point.
calculate() { awk "BEGIN { printf \"%.${2}f\", $1 }"; }

seconds_now() { echo "$EPOCHREALTIME"; }

# Seconds since $1, with one digit behind the point.
seconds_since() { calculate "$EPOCHREALTIME - $1" 1; }

# ---- roots of our own ----

# Makes from the folder $2, in the folder $1, all that a direct boot needs: disk.raw and initramfs, made by the scripts of
# image/ as for the real root. /init is the real one. EROFS_COMPRESSION is heeded.
make_bootable() {
	local out=$1 root=$2 version=0.0.0+bench
	mkdir -p "$out/esp/EFI/Linux"
	: >"$out/esp/EFI/Linux/holdfast_$version.efi" # nobody boots from this disk's ESP
	find "$root" | LC_ALL=C sort >"$out/root.list"
	# What stands in the runtime's place writes to the kernel's log, which a helper may and the runtime not.
	sed s/runtime_exec_t/program_t/ "$BUILD/components/selinux/file_contexts" >"$out/file_contexts"
	FILE_CONTEXTS=$out/file_contexts quietly "$TREE/image/erofs" "$root" "$out/root.list" "$out/root.erofs"
	quietly "$TREE/image/verity" $version "$out"/root.{erofs,verity,hash,identity}
	quietly "$TREE/image/initramfs" "$BUILD/init" "$out/root.identity" "$BUILD/modules" \
		"$TREE/kernel-config/initramfs.modules" "$out/initramfs"
	quietly "$TREE/image/disk" $version "$out/esp" "$out"/root.{erofs,verity,hash} "$out/disk.raw"
}

# Runs $*; what it says is only shown if it fails.
quietly() { "$@" >"$BENCH_WORK/quietly.log" 2>&1 || { cat "$BENCH_WORK/quietly.log" >&2; return 1; }; }

# ---- boots that count instructions ----

# With -icount the guest's clock goes on by 2^shift ns with each instruction, so that its times are numbers of instructions.
# sleep=on: while the guest has nothing to do, its clock goes with the host's. (sleep=off would jump to the guest's next
# timer, up to seconds, whenever it waits for a disk.) 64 ns an instruction is a machine of 16 MIPS: 1 ms of
# waiting counts as only 15625 instructions; the timer's ticks, 250 a second, add a tenth to all numbers.
# Disks are in memory and never flushed. Still, on a busy machine waiting counts: look at how the runs differ.
# The watchdog does nothing: what stands in for init doesn't feed it.
# A repeated string instruction counts once for each repetition. Without the features erms, fsrm, fsrs and fzrm the
# kernel clears and copies memory with words of 8 bytes in place of single bytes, which real machines do in blocks.
ICOUNT_SHIFT=6
INSTRUCTIONS_PER_SECOND=$((1000000000 >> ICOUNT_SHIFT))

# Boots the initramfs $1 with a throw-away copy of the disk $2, with further options $3... of scripts/qemu.
# The functions of tests/lib/node.bash that look at the console work on it; the monitor isn't there.
icount_start() {
	local initramfs=$1 disk=$2
	shift 2
	NODE=$(mktemp -d "$BENCH_WORK/node.XXXXXX")
	: >"$NODE/console.log"
	disk_overlay_of_any "$disk" "$NODE/disk.qcow2"
	setpriv --pdeathsig KILL "$TREE/scripts/qemu" --icount --boot direct --kernel "$BUILD/vmlinuz" --initramfs "$initramfs" \
		--disk "$NODE/disk.qcow2" --memory 512 --dir "$NODE" "$@" -- -icount "shift=$ICOUNT_SHIFT,sleep=on" \
		-cpu max,-erms,-fsrm,-fsrs,-fzrm -set drive.disk0.cache=unsafe -no-reboot -action watchdog=none \
		-chardev "file,id=console,path=$NODE/console.log" -serial chardev:console </dev/null >"$NODE/qemu.log" 2>&1 &
	NODE_PID=$!
	console_mark 0
}

# Makes $2, an image over $1, which is raw or qcow2.
disk_overlay_of_any() {
	local format
	format=$(qemu-img info --output=json "$1" | jq -r .format)
	qemu-img create -q -f qcow2 -b "$(realpath "$1")" -F "$format" "$2"
}

# "SECONDS TEXT" of each console line of ours and of the programs here, by the kernel's clock.
stamps() {
	plain <"$NODE/console.log" | sed -n 's/^\[ *\([0-9]*\.[0-9]*\)\] \(\(holdfast\|bench\): .*\)/\1 \2/p'
}

# Number of instructions in $1 seconds of the guest under -icount.
instructions() { calculate "$1 * $INSTRUCTIONS_PER_SECOND" 0; }
