package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
)

// Case is an example that a set must answer as its author says: a payload as
// the rules see it, a trip, a moment, and what is wanted.
type Case struct {
	Name    string    `json:"name"`
	Payload Payload   `json:"payload"`
	For     string    `json:"for,omitempty"`     // jurisdiction that a template is made for
	Issuer  string    `json:"issuer,omitempty"`  // jurisdiction
	Derived string    `json:"derived,omitempty"` // jurisdiction of the original, of a derived certificate
	Format  string    `json:"format,omitempty"`  // and content, in which the certificate came: hc1/icvp, shc/card ...; empty: hc1/dcc
	Trip    Trip      `json:"trip,omitzero"`
	At      time.Time `json:"at"` // of arrival
	Want    Want      `json:"want"`
}

// Want is what a case wants. A list that is left out is not judged; an empty
// one is wanted to be empty.
type Want struct {
	Answer      Answer    `json:"answer"`
	Failed      []string  `json:"failed,omitzero"`      // rules
	Open        []string  `json:"open,omitzero"`        // rules
	Obligations []string  `json:"obligations,omitzero"` // ids
	Until       time.Time `json:"until,omitzero"`       // last moment at which it is met, or of a referral the first at which it no longer holds
	From        time.Time `json:"from,omitzero"`        // first moment at which it is met by waiting
}

func (w Want) renamed(rename func(string) string) Want {
	w.Failed, w.Open = slices.Clone(w.Failed), slices.Clone(w.Open)
	for _, list := range [][]string{w.Failed, w.Open} {
		for i := range list {
			list[i] = rename(list[i])
		}
	}
	return w
}

// TestResult is what became of a case.
type TestResult struct {
	Name string
	Got  Result
	// Wrong says what differs from what was wanted; empty: nothing.
	Wrong []string
}

// RunTests runs the set's own cases.
func RunTests(s *Set) []TestResult {
	out := make([]TestResult, len(s.Tests))
	for i := range s.Tests {
		out[i] = s.run(&s.Tests[i])
	}
	return out
}

func (s *Set) run(k *Case) TestResult {
	t := TestResult{Name: k.Name}
	c, err := k.Payload.Certificate()
	if err != nil {
		t.Wrong = []string{err.Error()}
		return t
	}
	c.Issuer.Country = k.Issuer
	if k.Derived != "" {
		c.Derived = &cert.Derivation{Country: k.Derived, Format: "hc1"}
	}
	if k.Format != "" {
		c.Carrier.Format, c.Carrier.Content, _ = strings.Cut(k.Format, "/")
		c.Carrier.Version = ""
	}
	if k.For != "" {
		if s, err = s.For(k.For); err != nil {
			t.Wrong = []string{err.Error()}
			return t
		}
		w := k.Want.renamed(func(id string) string { return id[:3] + k.For + id[5:] })
		k = &Case{Trip: k.Trip, At: k.At, Want: w}
	}
	t.Got = s.Evaluate(c, k.Trip, k.At)
	differ := func(what string, got, want any) {
		t.Wrong = append(t.Wrong, fmt.Sprintf("%s: got %v, want %v", what, got, want))
	}
	if t.Got.Answer != k.Want.Answer {
		differ("answer", t.Got.Answer, k.Want.Answer)
	}
	for _, list := range []struct {
		what      string
		got, want []string
	}{
		{"failed", t.Got.with(Failed), k.Want.Failed},
		{"open", t.Got.with(Open), k.Want.Open},
		{"obligations", t.Got.obliges(), k.Want.Obligations},
	} {
		if list.want != nil && !slices.Equal(list.got, slices.Sorted(slices.Values(list.want))) {
			differ(list.what, list.got, list.want)
		}
	}
	if !k.Want.Until.IsZero() || !k.Want.From.IsZero() {
		o := s.Outlook(c, k.Trip, k.At)
		until := o.Met.Until
		if t.Got.Answer == Referred {
			until = t.Got.Referral.Until
		}
		if !k.Want.Until.IsZero() && !until.Equal(k.Want.Until) {
			differ("until", until, k.Want.Until)
		}
		if !k.Want.From.IsZero() && !o.Met.From.Equal(k.Want.From) {
			differ("from", o.Met.From, k.Want.From)
		}
	}
	return t
}

// with lists the identifiers of the rules with a verdict, ascending.
func (r Result) with(v Verdict) []string {
	var ids []string
	for _, o := range r.Outcomes {
		if o.Verdict == v {
			ids = append(ids, o.Rule.Identifier)
		}
	}
	slices.Sort(ids)
	return ids
}

func (r Result) obliges() []string {
	var ids []string
	for _, d := range r.Obligations {
		ids = append(ids, d.ID)
	}
	slices.Sort(ids)
	return ids
}
