package register_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/issuetest"
)

// Who is to confirm a withdrawal sees what was proposed, by whom and why; what was
// confirmed is there no more, and another authority sees nothing of it.
func TestWhatWaitsForASecondPersonIsSeen(t *testing.T) {
	every(t, func(t *testing.T, open func() issue.Registry) {
		ctx := context.Background()
		r := open()
		pending := func(authority string) []issue.Pending {
			t.Helper()
			list, err := r.Pending(ctx, authority)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		if got := pending("norland"); len(got) != 0 {
			t.Errorf("before anything was proposed: %+v", got)
		}
		var many []string
		for n := range 150 {
			many = append(many, fmt.Sprintf("SERIAL%08d", 149-n))
		}
		day := issuetest.Day.Truncate(time.Second)
		proposals := []issue.Proposal{
			{ID: "lab", Reason: issue.Fraud, By: "olga", Laboratory: "laboratory-7", Since: day.Add(-time.Hour), Before: day},
			{ID: "many", Reason: issue.InError, By: "ana", Serials: append(many, many[0])},
		}
		for _, p := range proposals {
			p.At = day
			if err := r.Propose(ctx, "norland", p); err != nil {
				t.Fatal(err)
			}
		}
		got := pending("norland")
		if len(got) != 2 {
			t.Fatalf("%d wait", len(got))
		}
		if !reflect.DeepEqual(got[0], issue.Pending{Proposal: proposals[0]}) {
			t.Errorf("got %+v, want %+v", got[0], proposals[0])
		}
		if m := got[1]; m.Count != 150 || len(m.Serials) != 100 || m.Serials[0] != "SERIAL00000000" || m.By != "ana" || m.Reason != issue.InError {
			t.Errorf("many: %d, %d named, %+v", m.Count, len(m.Serials), m.Proposal.By)
		}
		if _, err := r.Confirm(ctx, "norland", "lab", "oscar", day); err != nil {
			t.Fatal(err)
		}
		if got := pending("norland"); len(got) != 1 || got[0].ID != "many" {
			t.Errorf("after one was confirmed: %+v", got)
		}
		if got := pending("sudland"); len(got) != 0 {
			t.Errorf("another authority sees %+v", got)
		}
	})
}
