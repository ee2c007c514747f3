package nodestatus

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// absent stands for a file that isn't there.
const absent = "absent"

// writeStatus makes status.json of text, or removes it, and returns its path.
func writeStatus(t *testing.T, folder, text string) string {
	t.Helper()
	file := filepath.Join(folder, "status.json")
	if text == absent {
		_ = os.Remove(file)
		return file
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestWhatTheFileSaysIsTheCondition(t *testing.T) {
	for _, c := range []struct {
		text    string
		status  v1.ConditionStatus
		reason  string
		message string
	}{
		{`{"marks":["broken-glass"]}`, v1.ConditionTrue, "BreakGlassSessionOpened", "somebody"},
		{`{"version":"1","marks":["unsigned-configuration","broken-glass"]}`, v1.ConditionTrue, "BreakGlassSessionOpened", "somebody"},
		{`{"marks":[]}`, v1.ConditionFalse, "NoBreakGlassSession", "nobody"},
		{`{"marks":["unsigned-configuration"]}`, v1.ConditionFalse, "NoBreakGlassSession", "nobody"},
		{`{"marks":["not-broken-glass"],"problem":"broken-glass"}`, v1.ConditionFalse, "NoBreakGlassSession", "nobody"},
		{absent, v1.ConditionUnknown, "NodeStatusUnreadable", "no such file"},
		{``, v1.ConditionUnknown, "NodeStatusUnreadable", "status.json: unexpected end"},
		{`{"marks":[`, v1.ConditionUnknown, "NodeStatusUnreadable", "status.json: unexpected end"},
		{`{"marks":"broken-glass"}`, v1.ConditionUnknown, "NodeStatusUnreadable", "status.json: json: cannot unmarshal"},
		{`{"marks":null}`, v1.ConditionUnknown, "NodeStatusUnreadable", "it has no marks"},
		{`{"version":"1"}`, v1.ConditionUnknown, "NodeStatusUnreadable", "it has no marks"},
	} {
		var node v1.Node
		file := writeStatus(t, t.TempDir(), c.text)
		if err := BrokenGlassCondition(time.Now, file)(context.Background(), &node); err != nil {
			t.Errorf("%s: %v", c.text, err)
		}
		if len(node.Status.Conditions) != 1 {
			t.Fatalf("%s: the node has %d conditions", c.text, len(node.Status.Conditions))
		}
		is := node.Status.Conditions[0]
		if is.Type != "BrokenGlass" || is.Status != c.status || is.Reason != c.reason || !strings.Contains(is.Message, c.message) {
			t.Errorf("%s: the condition is %+v", c.text, is)
		}
	}
}

// A node that has been known for long, without the condition at first; each step is a report, a minute after the one before.
func TestTimesChangeAsThoseOfOtherConditionsDo(t *testing.T) {
	start := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	now := start
	folder := t.TempDir()
	set := BrokenGlassCondition(func() time.Time { return now }, filepath.Join(folder, "status.json"))
	ready := v1.NodeCondition{Type: v1.NodeReady, Status: v1.ConditionTrue, LastHeartbeatTime: metav1.NewTime(start)}
	node := v1.Node{Status: v1.NodeStatus{Conditions: []v1.NodeCondition{ready}}}

	for minute, c := range []struct {
		text       string
		status     v1.ConditionStatus
		transition int // in this minute
	}{
		{`{"marks":[]}`, v1.ConditionFalse, 0},
		{`{"marks":[]}`, v1.ConditionFalse, 0},
		{`{"marks":["broken-glass"]}`, v1.ConditionTrue, 2},
		{`{"marks":["broken-glass"]}`, v1.ConditionTrue, 2},
		{absent, v1.ConditionUnknown, 4},
		{``, v1.ConditionUnknown, 4}, // another message is no transition
		{`{"marks":["broken-glass"]}`, v1.ConditionTrue, 6},
		{`{"marks":[]}`, v1.ConditionFalse, 7}, // an image cleared the mark
	} {
		now = start.Add(time.Duration(minute) * time.Minute)
		writeStatus(t, folder, c.text)
		if err := set(context.Background(), &node); err != nil {
			t.Fatal(err)
		}
		if len(node.Status.Conditions) != 2 || node.Status.Conditions[0] != ready {
			t.Fatalf("minute %d: the conditions are %+v", minute, node.Status.Conditions)
		}
		is := node.Status.Conditions[1]
		transition := metav1.NewTime(start.Add(time.Duration(c.transition) * time.Minute))
		if is.Status != c.status || is.LastTransitionTime != transition || is.LastHeartbeatTime != metav1.NewTime(now) {
			t.Errorf("minute %d: the condition is %+v", minute, is)
		}
	}
}
