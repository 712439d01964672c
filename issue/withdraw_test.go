package issue_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/issuetest"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/trust"
)

// issuedOf issues some of each format, and withdraws those of number 0, 3, 6 ... of
// each; it returns them as a verifier reads them.
func issuedOf(t *testing.T, w world, each int) (good, withdrawn []trust.Signed) {
	t.Helper()
	var serials []string
	for _, f := range issue.Formats {
		for n := range each {
			s := w.verified(t, w.issued(t, issuetest.Order(fmt.Sprint(f, n), f, n)).Text)
			if n%3 == 0 {
				withdrawn = append(withdrawn, s)
				serials = append(serials, issue.SerialOf(s))
			} else {
				good = append(good, s)
			}
		}
	}
	w.clock.add(time.Hour)
	if err := w.Propose(t.Context(), issue.Proposal{ID: "errors", Reason: issue.InError, By: "ana", Serials: serials}); err != nil {
		t.Fatal(err)
	}
	if n, err := w.Confirm(t.Context(), "errors", "bob"); err != nil || n != len(serials) {
		t.Fatalf("%d withdrawn, %v", n, err)
	}
	return good, withdrawn
}

// A verifier that has the lists finds what was withdrawn, of each format, and
// nothing else, with layers or without.
func TestLists(t *testing.T) {
	for _, layers := range []bool{false, true} {
		t.Run(fmt.Sprint("layers ", layers), func(t *testing.T) {
			w := open(t)
			good, withdrawn := issuedOf(t, w, 40)
			// Too late for the layers.
			late := w.issued(t, issuetest.Order("late", issue.HC1, 99))
			if err := w.Propose(t.Context(), issue.Proposal{ID: "late", Reason: issue.Holder, By: "ana", Serials: []string{late.Entry.Serial}}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Confirm(t.Context(), "late", "bob"); err != nil {
				t.Fatal(err)
			}
			until := w.clock.now().AddDate(0, 0, 1)
			all, seals, err := w.Lists(t.Context(), issue.Publication{Country: "XA", Until: until, Appeal: "https://appeals.norland.example/", Layers: layers})
			if err != nil {
				t.Fatal(err)
			}
			if n, _ := all.Layers(); (n > 0) != layers {
				t.Errorf("%d layers", n)
			}
			var read []*revoke.List
			for _, l := range []*revoke.List{all, seals} {
				again, err := revoke.Parse(l.String())
				if err != nil {
					t.Fatal(err)
				}
				read = append(read, again)
			}
			find := func(s trust.Signed) (revoke.Entry, bool) {
				for _, l := range read {
					if e, ok := l.Withdraws(s); ok {
						return e, ok
					}
				}
				return revoke.Entry{}, false
			}
			for _, s := range withdrawn {
				if s.Key.Country = "XA"; !covered(read, s) {
					t.Errorf("%s: no list is about it", s.Certificate.Carrier.Format)
				}
				if e, ok := find(s); !ok || e.Reason != revoke.Error {
					t.Errorf("%s: %v, %v", s.Certificate.Carrier.Format, e, ok)
				}
			}
			for _, s := range good {
				if e, ok := find(s); ok {
					t.Errorf("%s: withdrawn: %v", s.Certificate.Carrier.Format, e)
				}
			}
			if e, ok := find(w.verified(t, late.Text)); !ok || e.Reason != revoke.Unstated {
				t.Errorf("late: %v, %v", e, ok)
			}
			if len(good) == 0 || len(withdrawn) == 0 {
				t.Fatal("nothing was asked")
			}
			// Of another country there is a list too, and it says nothing.
			other, _, err := w.Lists(t.Context(), issue.Publication{Country: "XB", Until: until, Layers: layers})
			if err != nil || len(other.Entries()) != 0 {
				t.Errorf("of another country: %v", err)
			}
		})
	}
}

func covered(ls []*revoke.List, s trust.Signed) bool {
	return slices.ContainsFunc(ls, func(l *revoke.List) bool { return l.Covers(s) })
}

// The lists of SMART Health Cards are those that readers of the framework take.
func TestCards(t *testing.T) {
	w := open(t)
	good, withdrawn := issuedOf(t, w, 10)
	made, err := w.Cards(t.Context())
	if err != nil || len(made) != 1 {
		t.Fatalf("%d lists, %v", len(made), err)
	}
	for name, data := range made {
		ls, skipped, err := revoke.ReadCards(data)
		if err != nil || len(ls) != 1 || len(skipped) > 0 || base64.RawURLEncoding.EncodeToString([]byte(ls[0].Key)) != name {
			t.Fatalf("%v, %v, %v", ls, skipped, err)
		}
		asked := 0
		for want, ss := range map[bool][]trust.Signed{true: withdrawn, false: good} {
			for _, s := range ss {
				if s.Certificate.Carrier.Format != issue.SHC {
					continue
				}
				asked++
				if _, ok := ls[0].Withdraws(s); ok != want {
					t.Errorf("withdrawn %v, want %v", ok, want)
				}
			}
		}
		if asked != 10 {
			t.Errorf("%d cards were asked", asked)
		}
		var l struct {
			Counter int `json:"ctr"`
		}
		if err := json.Unmarshal(data, &l); err != nil || l.Counter != 4 {
			t.Errorf("counter %d, %v", l.Counter, err)
		}
	}
}

// Batches have the members and the form that the gateway asks for, and the hashes
// that a verifier computes.
func TestBatches(t *testing.T) {
	w := open(t)
	_, withdrawn := issuedOf(t, w, 10)
	expires := issuetest.Day.AddDate(1, 0, 0)
	batches, err := w.Batches(t.Context(), "XA", expires)
	if err != nil || len(batches) != 2 {
		t.Fatalf("%d batches, %v", len(batches), err)
	}
	hashes := map[string]bool{}
	for _, b := range batches {
		var got struct {
			Country, Expires, Kid, HashType string
			Entries                         []struct{ Hash string }
		}
		if err := json.Unmarshal(b.Content, &got); err != nil {
			t.Fatal(err)
		}
		if got.Country != "XA" || got.Expires != "2027-11-23T08:00:00Z" || len(got.Entries) != b.Entries || b.Entries != 4 {
			t.Errorf("batch %s", b.Content)
		}
		for _, e := range got.Entries {
			if len(e.Hash) != 24 || !strings.HasSuffix(e.Hash, "==") {
				t.Errorf("hash %q", e.Hash)
			}
			hashes[got.HashType+" "+got.Kid+" "+e.Hash] = true
		}
	}
	types := map[revoke.Scheme]string{revoke.ByCountryID: "COUNTRYCODEUCI", revoke.BySignature: "SIGNATURE"}
	found := 0
	for _, s := range withdrawn {
		for _, h := range revoke.Handles(s) {
			if hashes[types[h.Scheme]+" "+base64.StdEncoding.EncodeToString([]byte(s.Key.ID))+" "+base64.StdEncoding.EncodeToString(h.Hash[:])] {
				found++
			}
		}
	}
	if found != 8 || len(hashes) != 8 {
		t.Errorf("%d of %d hashes are of certificates", found, len(hashes))
	}
}

// The holder learns the status by what the certificate alone reproduces; who has
// the serial alone learns nothing.
func TestStatus(t *testing.T) {
	w := open(t)
	good, withdrawn := issuedOf(t, w, 4)
	for want, ss := range map[issue.Reason][]trust.Signed{"": good, issue.InError: withdrawn} {
		for _, s := range ss {
			got, err := w.Status(t.Context(), issue.SerialOf(s), revoke.Handles(s)[0])
			if err != nil || got.Reason != want || got.Proposal != "" {
				t.Errorf("got %v, %v; want %s", got, err, want)
			}
		}
	}
	a, b := good[0], withdrawn[0]
	mark := revoke.Handles(a)[0]
	for comment, ask := range map[string]func() error{
		"a wrong mark":   func() error { _, err := w.Status(t.Context(), issue.SerialOf(a), revoke.Handles(b)[0]); return err },
		"a wrong serial": func() error { _, err := w.Status(t.Context(), issue.SerialOf(b), mark); return err },
		"the zero mark":  func() error { _, err := w.Status(t.Context(), issue.SerialOf(a), revoke.Handle{}); return err },
		"another scheme": func() error {
			_, err := w.Status(t.Context(), issue.SerialOf(a), revoke.Handle{Scheme: revoke.ByID, Hash: mark.Hash})
			return err
		},
		"an unknown serial": func() error { _, err := w.Status(t.Context(), "URN:UVCI:01:XA:X#Y", mark); return err },
	} {
		if err := ask(); !errors.Is(err, issue.ErrNoEntry) {
			t.Errorf("%s: %v", comment, err)
		}
	}
}

// What could be misread is no proposal.
func TestProposals(t *testing.T) {
	w := open(t)
	for comment, p := range map[string]issue.Proposal{
		"nothing":             {},
		"no way":              {ID: "p", Reason: issue.InError, By: "ana"},
		"two ways":            {ID: "p", Reason: issue.InError, By: "ana", Serials: []string{"A"}, Laboratory: "l"},
		"no reason":           {ID: "p", By: "ana", Serials: []string{"A"}},
		"another reason":      {ID: "p", Reason: "politics", By: "ana", Serials: []string{"A"}},
		"nobody":              {ID: "p", Reason: issue.InError, Serials: []string{"A"}},
		"a name of two lines": {ID: "p\nq", Reason: issue.InError, By: "ana", Serials: []string{"A"}},
		"an empty serial":     {ID: "p", Reason: issue.InError, By: "ana", Serials: []string{""}},
		"a span backwards":    {ID: "p", Reason: issue.InError, By: "ana", Laboratory: "l", Since: issuetest.Day, Before: issuetest.Day},
		"a span of serials":   {ID: "p", Reason: issue.InError, By: "ana", Serials: []string{"A"}, Since: issuetest.Day},
		"a holder of a lab":   {ID: "p", Reason: issue.Holder, By: "ana", Laboratory: "l"},
		"too many":            {ID: "p", Reason: issue.InError, By: "ana", Serials: make([]string, issue.MaxSerials+1)},
	} {
		var r *issue.Refusal
		if err := w.Propose(t.Context(), p); !errors.As(err, &r) {
			t.Errorf("%s: %v", comment, err)
		}
	}
	if _, err := w.Confirm(t.Context(), "p", ""); err == nil {
		t.Error("nobody confirms")
	}
}

func TestReadSerials(t *testing.T) {
	got, err := issue.ReadSerials(strings.NewReader("\ufeffSerial;note\r\nURN:UVCI:01:XA:A#B;wrong sample\n\n\"C\",x\nC\nD\n"))
	if want := []string{"URN:UVCI:01:XA:A#B", "C", "D"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	for _, text := range []string{"A\nB C\n", "A\n=cmd\x00", strings.Repeat("x", 81), strings.Repeat("x", 5000), "é"} {
		if got, err := issue.ReadSerials(strings.NewReader(text)); err == nil {
			t.Errorf("%.20q: %q", text, got)
		}
	}
}

func FuzzReadSerials(f *testing.F) {
	f.Add("serial\nURN:UVCI:01:XA:A#B\n")
	f.Add("\ufeffSerial;x\r\n\"C\",x\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := issue.ReadSerials(strings.NewReader(text))
		if err != nil {
			return
		}
		// What was read is a proposal, unless there is nothing.
		p := issue.Proposal{ID: "p", Reason: issue.InError, By: "ana", Serials: got}
		if err := p.Check(); (err == nil) != (len(got) > 0) {
			t.Errorf("%q: %v", got, err)
		}
	})
}
