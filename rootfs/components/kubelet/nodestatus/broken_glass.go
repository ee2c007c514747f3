// Package nodestatus holds what we add to the kubelet's package of that name (pkg/kubelet/nodestatus): ../build copies it
// there, and ../broken-glass-condition.patch calls it.
package nodestatus

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// NodeBrokenGlass is the condition that says whether somebody has been in the node through its break-glass console.
const NodeBrokenGlass v1.NodeConditionType = "BrokenGlass"

// NodeStatusFile is where process 1 says how the node is. Only where /run is full may half of it be read: that is Unknown until the
// next report.
const NodeStatusFile = "/run/holdfast/status.json"

// brokenGlassMark is the one of the file's marks that counts here.
const brokenGlassMark = "broken-glass"

// BrokenGlassCondition returns a Setter that keeps the condition as the file says at that moment. So the cluster learns of an
// entry with the next report of the node's status, also on a node that it has known for long, and of a mark that was cleared.
func BrokenGlassCondition(nowFunc func() time.Time, // typically Kubelet.clock.Now
	file string, // typically NodeStatusFile
) func(context.Context, *v1.Node) error {
	return func(_ context.Context, node *v1.Node) error {
		condition := readBrokenGlass(file)
		condition.LastHeartbeatTime = metav1.NewTime(nowFunc())
		condition.LastTransitionTime = condition.LastHeartbeatTime

		for i := range node.Status.Conditions {
			known := &node.Status.Conditions[i]
			if known.Type != NodeBrokenGlass {
				continue
			}
			if known.Status == condition.Status {
				condition.LastTransitionTime = known.LastTransitionTime
			}
			*known = condition
			return nil
		}
		node.Status.Conditions = append(node.Status.Conditions, condition)
		return nil
	}
}

// readBrokenGlass returns the condition, without its times. What can't be read is Unknown, never False.
func readBrokenGlass(file string) v1.NodeCondition {
	marks, err := readMarks(file)
	if err != nil {
		return v1.NodeCondition{
			Type:    NodeBrokenGlass,
			Status:  v1.ConditionUnknown,
			Reason:  "NodeStatusUnreadable",
			Message: err.Error(),
		}
	}
	if slices.Contains(marks, brokenGlassMark) {
		return v1.NodeCondition{
			Type:    NodeBrokenGlass,
			Status:  v1.ConditionTrue,
			Reason:  "BreakGlassSessionOpened",
			Message: "somebody has been in this node through its break-glass console",
		}
	}
	return v1.NodeCondition{
		Type:    NodeBrokenGlass,
		Status:  v1.ConditionFalse,
		Reason:  "NoBreakGlassSession",
		Message: "nobody has been in this node through its break-glass console",
	}
}

func readMarks(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var status struct {
		Marks []string `json:"marks"`
	}
	if err := json.Unmarshal(text, &status); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if status.Marks == nil {
		return nil, fmt.Errorf("%s: it has no marks, not even an empty list", file)
	}
	return status.Marks, nil
}
