package certlogic_test

import (
	"errors"
	"testing"

	"github.com/pratique/pratique/certlogic"
)

const traced = `{"if":[
	{"var":"payload.t.0"},
	{"and":[
		{"===":[{"var":"payload.t.0.tr"},"260415000"]},
		{"not-after":[{"plusTime":[{"var":"external.validationClock"},0,"day"]},{"plusTime":[{"var":"payload.t.0.sc"},72,"hour"]}]},
		{"in":[{"var":"payload.t.0.tt"},["LP6464-4"]]},
		{">":[{"var":"payload.t.0.none"},1]}
	]},
	true
]}`

const traveller = `{"payload":{"t":[{"tr":"260415000","sc":"2021-05-01T10:00:00Z","tt":"LP217198-3"}]},"external":{"validationClock":"2021-05-05T00:00:00Z"}}`

// Trace says of each condition what is the case, also of those that came too
// late to matter.
func TestTrace(t *testing.T) {
	want := []certlogic.Step{
		{At: "/if/0", Guard: true, Reached: true, Outcome: certlogic.Held,
			Text: "the test is given", Fact: "the test is given"},
		{At: "/if/1/and/0", Reached: true, Outcome: certlogic.Held,
			Text: "the test result is “260415000” (not detected)",
			Fact: "the test result (260415000) is “260415000” (not detected)"},
		{At: "/if/1/and/1", Reached: true, Outcome: certlogic.Failed,
			Text: "the moment of the check is not after the time of sampling plus 72 hours",
			Fact: "the moment of the check (2021-05-05T00:00:00Z) is after the time of sampling (2021-05-01T10:00:00Z) plus 72 hours (2021-05-04T10:00:00Z)"},
		{At: "/if/1/and/2", Outcome: certlogic.Failed,
			Text: "the type of test is “LP6464-4” (nucleic acid test)",
			Fact: "the type of test (LP217198-3) is not “LP6464-4” (nucleic acid test)"},
		{At: "/if/1/and/3", Outcome: certlogic.Undecided,
			Text: "“payload.t.0.none” is more than 1",
			Fact: "it cannot be said whether “payload.t.0.none” (missing) is more than 1"},
	}
	got := parse(t, traced).Trace(data(t, traveller), "en")
	if len(got) != len(want) {
		t.Fatalf("got %d steps: %+v", len(got), got)
	}
	for i, s := range got {
		err := s.Err
		s.Err = nil
		if s != want[i] || (err != nil) != (s.Outcome == certlogic.Undecided) || err != nil && !errors.Is(err, certlogic.ErrKind) {
			t.Errorf("step %d: got %+v, %v; want %+v", i, s, err, want[i])
		}
	}
}

// The branch that is not taken is not traced, and the answer that the taken
// one gives is told.
func TestTraceBranches(t *testing.T) {
	for _, c := range []struct {
		comment, logic, data string
		want                 []string
	}{
		{"no test, nothing asked", traced, `{}`, []string{"failed the test is not given", "held the rule is met"}},
		{"a guard without an answer ends it", `{"if":[{"<":[{"var":"x"},1]},true,false]}`, `{}`, []string{"undecided it cannot be said whether “x” (missing) is less than 1"}},
		{"a choice in a conjunction", `{"and":[{"if":[{"var":"a"},{"var":"b"},false]},{"var":"c"}]}`, `{"a":1,"b":"x","c":true}`,
			[]string{"held “a” (1) is given", "held “b” (x) is given", "held “c” (true) is given"}},
		{"a date-time is no answer", now(0, "day"), `{"external":{"validationClock":"2021-05-05"}}`,
			[]string{"undecided it cannot be said whether the moment of the check (2021-05-05) is given"}},
		{"a certificate that would disguise itself", `{"===":[{"var":"x"},1]}`, `{"x":"1\nall is well"}`, []string{"failed “x” (1\ufffdall is well) is not 1"}},
	} {
		steps := parse(t, c.logic).Trace(data(t, c.data), "en")
		if len(steps) != len(c.want) {
			t.Errorf("%s: got %+v", c.comment, steps)
			continue
		}
		for i, s := range steps {
			if got := s.Outcome.String() + " " + s.Fact; got != c.want[i] {
				t.Errorf("%s: got %q, want %q", c.comment, got, c.want[i])
			}
		}
	}
}
