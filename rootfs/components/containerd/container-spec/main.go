// Writes the OCI specification that containers start from (base_runtime_spec in config.toml) to standard output: that
// of containerd, with fewer capabilities. What a pod adds and drops comes on top. Process limits are not set: they are
// inherited from containerd, as without such a file.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/containerd/containerd/v2/core/containers"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/containerd/containerd/v2/pkg/oci"
)

// What few containers use, and many attacks begin with. A pod that needs one says so (capabilities.add).
var dropped = []string{
	"CAP_AUDIT_WRITE", // writes records into the node's audit log
	"CAP_MKNOD",       // devices come from the runtime
	"CAP_NET_RAW",     // packets with forged addresses; ping has a socket of its own
	"CAP_SETFCAP",     // gives programs capabilities
	"CAP_SYS_CHROOT",  // also what entering a mount namespace takes
}

func without(capabilities []string) ([]string, error) {
	for _, name := range dropped {
		at := slices.Index(capabilities, name)
		if at < 0 {
			return nil, fmt.Errorf("%s is not among containerd's defaults: %v", name, capabilities)
		}
		capabilities = slices.Delete(capabilities, at, at+1)
	}
	return capabilities, nil
}

func write() error {
	ctx := namespaces.WithNamespace(context.Background(), "k8s.io")
	spec, err := oci.GenerateSpec(ctx, nil, &containers.Container{ID: "container"})
	if err != nil {
		return err
	}
	for _, set := range []*[]string{
		&spec.Process.Capabilities.Bounding,
		&spec.Process.Capabilities.Permitted,
		&spec.Process.Capabilities.Effective,
	} {
		if *set, err = without(*set); err != nil {
			return err
		}
	}
	spec.Process.Rlimits = nil
	spec.Linux.CgroupsPath = "" // containerd sets each container's own
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(spec)
}

func main() {
	if err := write(); err != nil {
		fmt.Fprintf(os.Stderr, "container-spec: %s\n", err)
		os.Exit(1)
	}
}
