// The kubelet, as upstream's cmd/kubelet has it, but for the patches beside it.
package main

import (
	"context"
	"os"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"          // logs as JSON, if the configuration asks for them
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // metrics of its requests to the API server
	_ "k8s.io/component-base/metrics/prometheus/version"  // its version as a metric
	"k8s.io/kubernetes/cmd/kubelet/app"
)

func main() {
	os.Exit(cli.Run(app.NewKubeletCommand(context.Background())))
}
