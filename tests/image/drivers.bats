# Process 1 looks only at buses that we have modules for: its list must not fall behind.

load ../lib/load

# The kinds of aliases in modules.alias that stand for devices, as names of buses in sysfs, one a line.
buses_of_modules() {
	sed -nE 's/^alias ([a-z_]+)\*?:.*/\1/p' "$BUILD"/modules/lib/modules/*/modules.alias |
		sed -e '/^of$/d' -e 's/^mdio$/mdio_bus/' | sort -u
}

buses_of_init() { sed -nE 's/^\t\{ "([a-z_]+)", +(ALWAYS|IN_INITRAMFS) *\}.*/\1/p' "$TREE/init/drivers.c" | sort -u; }

@test "init/drivers.c names each bus that a module has devices on, and no other" {
	expect "the buses in init/drivers.c" "$(buses_of_init)" "$(buses_of_modules)"
}

@test "modules for buses that only the initramfs looks at are in the initramfs" {
	local module
	for module in $(sed -nE 's/^alias acpi\*?:[^ ]* (.*)/\1/p' "$BUILD"/modules/lib/modules/*/modules.alias | sort -u); do
		grep -qx "$module" "$TREE/kernel-config/initramfs.modules" || fail "$module has ACPI devices and is not an early module"
	done
}
