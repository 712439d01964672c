package rules_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/rules"
)

func utc(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05.999", s)
	if err != nil {
		panic(err)
	}
	return t
}

// remedies are what an outlook says, on a line each.
func remedies(o rules.Outlook) []string {
	const layout = "2006-01-02 15:04:05.999"
	say := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.UTC().Format(layout)
	}
	var out []string
	for _, m := range o.Remedies {
		s := fmt.Sprintf("%s %s %s", m.Kind, m.Evidence, m.Rule)
		if m.Window != (rules.Window{}) {
			s += " [" + say(m.Window.From) + ", " + say(m.Window.Until) + "]"
		}
		if m.Text != nil {
			s += " *"
		}
		out = append(out, s)
	}
	return out
}

// What would do instead is exact: the sample of a new test must be taken in
// the 72 hours before the arrival, to the millisecond.
func TestRemedies(t *testing.T) {
	const (
		window   = " [2026-11-30 06:20:00, 2026-12-03 06:20:00]"
		other    = "new_evidence vaccination "
		recovery = "new_evidence recovery "
		exempt   = "new_evidence exemption "
	)
	recovered := func(date string) *cert.Recovery {
		d, _ := cert.ParseDate(date)
		return &cert.Recovery{Statement: cert.Statement{Disease: covid()}, FirstPositive: d}
	}
	for _, c := range []struct {
		comment string
		events  []cert.Event
		want    []string
	}{
		{"met", []cert.Event{test(5, cert.NotDetected)}, nil},
		{"a test that is too old", []cert.Event{test(80, cert.NotDetected)},
			[]string{"new_evidence test " + window, "new_evidence test TR-XB-0003" + window + " *", other, recovery, exempt}},
		{"a rapid test: another method, in the same window", []cert.Event{antigen(5)},
			[]string{"new_evidence test " + window, "new_evidence test TR-XB-0001 *", other, recovery, exempt}},
		{"an old rapid test: both", []cert.Event{antigen(500)},
			[]string{"new_evidence test " + window, "new_evidence test TR-XB-0001 *", "new_evidence test TR-XB-0003" + window + " *", other, recovery, exempt}},
		{"a positive test within the window: only its end", []cert.Event{test(100, cert.Detected)}, nil},
		{"a course not yet two weeks old: waiting, or the author's word", []cert.Event{dose("2026-11-25", 2, 2)},
			[]string{"wait   [2026-12-09 00:00:00, 2029-12-31 23:59:59.999]", "new_evidence vaccination  [-, 2026-11-19 00:00:00]", "wait  VR-XB-0002 *", "new_evidence test ", recovery, exempt}},
		{"half a course", []cert.Event{dose("2026-06-01", 1, 2)},
			[]string{"new_evidence vaccination VR-XB-0001 *", "new_evidence test ", recovery, exempt}},
		{"a recovery that is too fresh: nobody is told to fall ill", []cert.Event{recovered("2026-11-25")},
			[]string{"wait   [2026-12-06 00:00:00, 2027-05-24 00:00:00]", "other  RR-XB-0001 *", "new_evidence test ", other, exempt}},
		{"a recovery that is too old", []cert.Event{recovered("2025-11-25")},
			[]string{"other  RR-XB-0001 *", "new_evidence test ", other, exempt}},
		{"a kind that is not accepted", []cert.Event{&cert.Antibody{Statement: cert.Statement{Disease: covid()}}},
			[]string{"new_evidence test ", other, recovery, exempt}},
		{"nothing", nil, []string{"new_evidence test ", other, recovery, exempt}},
	} {
		got := remedies(pack(t, "sudmark").Outlook(certificate("hc1", c.events...), rules.Trip{From: "XD"}, arrival))
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", c.comment, got, c.want)
		}
	}
}

// A certificate with its event moved into the computed window meets the rules,
// and one moved a millisecond beyond either end does not.
func TestRemedyWindowIsExact(t *testing.T) {
	for _, name := range []string{"norland", "sudmark"} {
		s := pack(t, name)
		for _, e := range []*cert.Test{test(80, cert.NotDetected), test(1000, cert.NotDetected), antigen(80)} {
			if name == "sudmark" && e.Method == cert.AntigenRapid {
				continue
			}
			o := s.Outlook(certificate("hc1", e), rules.Trip{From: "XD"}, arrival)
			if len(o.Remedies) == 0 {
				t.Fatalf("%s: no remedy", name)
			}
			w := o.Remedies[0].Window
			for at, want := range map[time.Time]rules.Answer{
				w.From.Add(-time.Millisecond): rules.NotMet, w.From: rules.Met, w.Until: rules.Met, w.Until.Add(time.Millisecond): rules.NotMet,
			} {
				moved := *e
				moved.SampledAt = at
				if got := s.Evaluate(certificate("hc1", &moved), rules.Trip{From: "XD"}, arrival).Answer; got != want {
					t.Errorf("%s %s: a sample of %s is %s", name, e.Method, at, got)
				}
			}
		}
	}
}

// An outlook says until when the answer holds, rule by rule too.
func TestOutlook(t *testing.T) {
	s := pack(t, "sudmark")
	trip := rules.Trip{From: "XD"}
	o := s.Outlook(certificate("hc1", test(5, cert.NotDetected)), trip, arrival)
	last := utc("2026-12-06 01:20:00")
	if !o.Met.From.Equal(arrival) || !o.Met.Until.Equal(last) || !o.ChangesAt.Equal(last.Add(time.Millisecond)) || o.Then != rules.NotMet || o.Partial != nil {
		t.Errorf("got %+v", o)
	}
	if len(o.Rules) != 5 || !o.Rules[0].Until.IsZero() || !o.Rules[2].Until.Equal(last) {
		t.Errorf("by rule: %v", o.Rules)
	}
	o = s.Outlook(certificate("hc1", test(5, cert.Detected)), trip, arrival)
	if end := utc("2026-12-13 01:20:00"); !o.ChangesAt.Equal(end) || o.Then != rules.NotMet || !o.Met.From.IsZero() || len(o.Remedies) != 0 {
		t.Errorf("referred: %+v", o)
	}
	o = s.Outlook(certificate("hc1", test(5, cert.NotDetected)), trip, utc("2025-12-31 23:00:00"))
	if !o.ChangesAt.Equal(s.From) || o.Then != rules.NotMet {
		t.Errorf("before the set begins: %+v", o)
	}
	if o = s.Outlook(certificate("hc1", test(5, cert.NotDetected)), trip, s.Until); o.Remedies != nil || !o.ChangesAt.IsZero() {
		t.Errorf("lapsed: %+v", o)
	}
	var none *rules.Set
	if o = none.Outlook(certificate("hc1"), trip, arrival); o.Then != "" {
		t.Errorf("no set: %+v", o)
	}
}

// Where the moments of a rule cannot be computed the outlook says so, and does
// not promise a time.
func TestPartialOutlook(t *testing.T) {
	s := setOf(t, euRule("TR-XB-0001", "Test", "1.0.0", logic(`{"!":[{"===":[{"var":"external.validationClock"},"2026-12-24T00:00:00.000Z"]}]}`)))
	o := s.Outlook(certificate("hc1", test(5, cert.NotDetected)), rules.Trip{}, arrival)
	if o.Partial == nil || o.Met != (rules.Window{}) {
		t.Errorf("got %+v", o)
	}
}

// The timeline is what evaluating at every moment would give.
func TestTimelineIsExact(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	checked := 0
	for _, name := range rules.Packs() {
		s := pack(t, name)
		for _, k := range s.Tests {
			c, err := k.Payload.Certificate()
			if err != nil {
				t.Fatal(err)
			}
			from := k.At.AddDate(0, 0, -rnd.IntN(400))
			to := from.AddDate(5, 0, 0)
			spans, err := s.Timeline(c, k.Trip, from, to)
			if err != nil || len(spans) == 0 || !spans[0].From.Equal(from) {
				t.Fatalf("%s: %v %v", k.Name, spans, err)
			}
			ask := func(at time.Time) {
				want := spans[0].Answer
				for _, span := range spans {
					if !span.From.After(at) {
						want = span.Answer
					}
				}
				if got := s.Evaluate(c, k.Trip, at).Answer; got != want {
					t.Errorf("%s: %s: at %s got %s, the timeline says %s", name, k.Name, at, got, want)
				}
				checked++
			}
			for i, span := range spans {
				if i > 0 && span.Answer == spans[i-1].Answer {
					t.Errorf("%s: no change at %s", k.Name, span.From)
				}
				ask(span.From)
				ask(span.From.Add(-time.Millisecond).Add(time.Duration(max(0, 1-i)) * time.Millisecond))
			}
			for range 40 {
				ask(from.Add(time.Duration(rnd.Int64N(int64(to.Sub(from))))))
			}
		}
	}
	if checked < 1000 {
		t.Errorf("only %d moments", checked)
	}
}
