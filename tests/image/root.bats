# What is in the root, looked at in root.erofs itself: nobody has to believe the build.

load ../lib/load

setup_file() {
	for profile in production demo test; do
		mkdir -p "$BATS_FILE_TMPDIR/$profile"
		fsck.erofs --extract="$BATS_FILE_TMPDIR/$profile" --overwrite --preserve "$(profile_dir "$profile")/root.erofs" >/dev/null
	done
	export ROOT=$BATS_FILE_TMPDIR/production
}

# ---- searches: each prints what it finds in the folder $1 ----

find_privileged() {
	find "$1" \( -perm /6000 -o \( -perm /002 ! -type l ! -perm -1000 \) -o ! -uid 0 -o ! -gid 0 \) -printf '%m %u:%g %p\n'
	python3 - "$1" <<-'END'
		import os, sys
		for folder, folders, files in os.walk(sys.argv[1]):
		    for name in folders + files:
		        path = os.path.join(folder, name)
		        if "security.capability" in os.listxattr(path, follow_symlinks=False):
		            print("capabilities", path)
	END
}

find_executables() { find "$1" -type f -perm /111 | sort; }

# Programs that need a loader, with the loader.
find_dynamic() {
	local file loader
	while IFS= read -r file; do
		loader=$(readelf -lW "$file" 2>/dev/null | sed -n 's/.*Requesting program interpreter: \(.*\)]/\1/p')
		[ -z "$loader" ] || echo "${file#"$1"} $loader"
	done < <(find_executables "$1")
}

find_scripts() { find "$1" -type f -exec sh -c 'for f; do [ "$(head -c2 "$f" | tr -d "\0")" != "#!" ] || echo "$f"; done' - {} +; }

find_named() {
	find "$1" \( -name '*ssh*' -o -name 'scp' -o -name 'sftp*' -o -name 'dropbear*' -o -name 'dbclient' -o -name 'telnet*' \
		-o -name 'apt*' -o -name 'dpkg*' -o -name 'apk' -o -name 'rpm*' -o -name 'opkg*' \
		-o -name 'python*' -o -name 'perl*' -o -name 'lua*' -o -name 'bash' -o -name 'dash' -o -name 'gawk' -o -name 'awk' \
		-o -name 'login' -o -name 'getty' -o -name 'su' -o -name 'sudo' -o -name 'passwd' -type f -perm /111 \)
}

# Programs that speak the protocol: it begins with this greeting, or is made with this format.
find_ssh_protocol() { find "$1" -type f -exec grep -laE 'SSH-2\.0-|SSH-%d\.%d|OpenSSH_' {} + || true; }

find_documentation() { find "$1" \( -path '*/share/doc' -o -path '*/share/man' -o -path '*/share/info' -o -path '*/share/locale' \); }

# ---- tests ----

@test "root: exactly the listed files, with their content and modes" {
	for profile in production demo test; do
		(cd "$BATS_FILE_TMPDIR/$profile" && find . -mindepth 1 \( -type d -printf '/%P\t%m\tdir\n' -o -type l -printf '/%P\t777\t-> %l\n' \) |
			sort) >"$BATS_TEST_TMPDIR/found"
		(cd "$BATS_FILE_TMPDIR/$profile" && find . -type f -printf '/%P\t%m\t' -exec sh -c 'sha256sum <"$1" | cut -d" " -f1' - {} \; |
			sort) >>"$BATS_TEST_TMPDIR/found"
		cut -f1,2,4 "$(profile_dir "$profile")/root.files" | sort >"$BATS_TEST_TMPDIR/listed"
		sort "$BATS_TEST_TMPDIR/found" | diff "$BATS_TEST_TMPDIR/listed" - >"$BATS_TEST_TMPDIR/difference" ||
			fail "$profile: < listed, > in the root:
$(head -n 20 "$BATS_TEST_TMPDIR/difference")"
	done
}

@test "root: every file has a component and a reason" {
	expect "lines without one" "$(awk -F'\t' 'NF != 6 || $5 == "" || $6 == ""' "$BUILD/root.files")" ""
	[ "$(wc -l <"$BUILD/root.files")" -gt 50 ]
}

@test "root: no setuid, setgid, file capabilities, write for others; all belongs to root" {
	expect "what was found" "$(find_privileged "$ROOT")" ""
}

@test "root: that search finds a setuid file, capabilities and others' files" {
	mkdir "$BATS_TEST_TMPDIR/bad"
	touch "$BATS_TEST_TMPDIR/bad/"{setuid,setgid,open,foreign}
	chmod 4755 "$BATS_TEST_TMPDIR/bad/setuid"
	chmod 2755 "$BATS_TEST_TMPDIR/bad/setgid"
	chmod 666 "$BATS_TEST_TMPDIR/bad/open"
	chown 1000 "$BATS_TEST_TMPDIR/bad/foreign"
	found=$(find_privileged "$BATS_TEST_TMPDIR/bad")
	for name in setuid setgid open foreign; do expect_line "what was found" "$found" "/$name$"; done
}

@test "root: every program is static, but for nft, whose loader and libraries are its own" {
	expect "dynamic programs" "$(find_dynamic "$ROOT")" "/usr/sbin/nft /usr/lib/nft/ld-linux-x86-64.so.2"
	for file in "$ROOT"/usr/lib/nft/* "$ROOT/usr/sbin/nft"; do
		path=$(readelf -dW "$file" | sed -n 's/.*R\(UN\)\?PATH.*\[\(.*\)\]/\2/p')
		case $file in */ld-linux* | */libc.so.6) continue ;; esac
		expect "where $file looks for libraries" "${path:-none}" "$(readelf -dW "$file" | grep -q NEEDED && echo /usr/lib/nft || echo "${path:-none}")"
	done
	run chroot "$ROOT" /usr/sbin/nft --version
	expect_line "nft in the root" "$output" '^nftables v'
}

@test "root: that search finds a dynamic program" {
	mkdir "$BATS_TEST_TMPDIR/bad"
	cp /usr/bin/true "$BATS_TEST_TMPDIR/bad/"
	expect_line "what was found" "$(find_dynamic "$BATS_TEST_TMPDIR/bad")" '^/true /lib64/ld-linux'
}

@test "root: no SSH, no package manager, no login, no interpreter but busybox's" {
	expect "what was found by name" "$(find_named "$ROOT")" ""
	expect "programs with the SSH protocol" "$(find_ssh_protocol "$ROOT")" ""
	expect "scripts" "$(find_scripts "$ROOT")" ""
	expect "documentation" "$(find_documentation "$ROOT")" ""
}

@test "root: those searches find an SSH client, a script and an interpreter" {
	mkdir "$BATS_TEST_TMPDIR/bad"
	cp /usr/bin/ssh "$BATS_TEST_TMPDIR/bad/innocent"
	cp "$TREE/rootfs/fetch" "$BATS_TEST_TMPDIR/bad/fetch"
	cp -L /usr/bin/python3 "$BATS_TEST_TMPDIR/bad/python3"
	expect_line "programs with the SSH protocol" "$(find_ssh_protocol "$BATS_TEST_TMPDIR/bad")" '/innocent$'
	expect_line "scripts" "$(find_scripts "$BATS_TEST_TMPDIR/bad")" '/fetch$'
	expect_line "what was found by name" "$(find_named "$BATS_TEST_TMPDIR/bad")" '/python3$'
}

@test "root: at most 16 programs that are not links" {
	programs=$(find_executables "$ROOT" | grep -v '/usr/lib/nft/')
	[ "$(wc -l <<<"$programs")" -le 16 ] || fail "there are $(wc -l <<<"$programs"):
$programs"
	for program in sbin/init bin/busybox bin/containerd bin/kubelet sbin/nft; do
		expect_line "the programs" "$programs" "/usr/$program$"
	done
}

@test "root: the demo's and the tests' files are not in production" {
	for name in usr/bin/ctr usr/share/holdfast etc/kubernetes/manifests/status.yaml; do
		[ -e "$BATS_FILE_TMPDIR/demo/$name" ] || fail "demo lacks /$name"
		[ ! -e "$ROOT/$name" ] || fail "production has /$name"
	done
	grep -aq '+test' "$BATS_FILE_TMPDIR/test/usr/sbin/init" || fail "the test profile's init has no test hooks"
	! grep -aq '+test' "$ROOT/usr/sbin/init" || fail "production's init has test hooks"
}

@test "root: init is the one that the build made, stripped" {
	cmp "$ROOT/usr/sbin/init" "$BUILD/init"
	expect_line "init" "$(file "$BUILD/init")" 'stripped$'
	expect_line "init.debug" "$(file "$BUILD/init.debug")" 'not stripped$'
}

@test "root: containers start without the capabilities that attacks begin with" {
	for set in bounding permitted effective; do
		expect "the set $set" "$(jq -r ".process.capabilities.$set | sort | join(\" \")" "$ROOT/etc/containerd/container.json")" \
			"CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID CAP_KILL CAP_NET_BIND_SERVICE CAP_SETGID CAP_SETPCAP CAP_SETUID"
	done
	expect "other sets" "$(jq -r '.process.capabilities | keys | join(" ")' "$ROOT/etc/containerd/container.json")" \
		"bounding effective permitted"
	path=$(sed -n 's/^base_runtime_spec = "\(.*\)"$/\1/p' "$ROOT/etc/containerd/config.toml")
	expect "what the runtime is told to take" "$path" /etc/containerd/container.json
}
