package revoke_test

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/trust"
)

var (
	covered = time.Date(2026, 10, 31, 23, 59, 59, 0, time.UTC)
	asOf    = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	people  = revoke.Population{Scheme: revoke.ByCountryID, Count: 3000, Issued: covered}
)

// numbered is the n-th certificate of Norland, issued at a moment.
func numbered(n int, issued time.Time) trust.Signed {
	c := &cert.Certificate{
		Issuer: cert.Issuer{Country: "XA"},
		Events: []cert.Event{&cert.Test{Statement: cert.Statement{ID: fmt.Sprintf("URN:UVCI:01:XA:%d", n)}}},
	}
	c.Signed.Issued = issued
	return trust.Signed{Key: trust.Key{Country: "XA", Public: &ecdsa.PublicKey{}}, Signature: "\x01\x02", Certificate: c}
}

func handle(n int) revoke.Handle {
	for _, h := range revoke.Handles(numbered(n, covered)) {
		if h.Scheme == people.Scheme {
			return h
		}
	}
	panic("no handle")
}

func handles(yield func([16]byte) bool) {
	for n := range people.Count {
		if !yield(handle(n).Hash) {
			return
		}
	}
}

func entryOf(n int, reason revoke.Reason, day int) revoke.Entry {
	return revoke.Entry{Handle: handle(n), Reason: reason, Since: time.Date(2026, 10, day, 0, 0, 0, 0, time.UTC)}
}

// compacted is a list of 60 errors, 30 frauds and one later withdrawal.
func compacted(t testing.TB) *revoke.List {
	var es []revoke.Entry
	for n := range 60 {
		es = append(es, entryOf(n*50, revoke.Error, 1+n%28))
	}
	for n := range 30 {
		es = append(es, entryOf(n*100+7, revoke.Fraud, 5))
	}
	es = append(es, entryOf(5000, revoke.KeyLost, 30)) // issued later than the population
	l := revoke.NewList("XA", asOf, asOf.AddDate(0, 1, 0), "https://appeals.norland.example/", es...)
	if err := l.Compact(people, handles); err != nil {
		t.Fatal(err)
	}
	return l
}

func want(n int) (revoke.Reason, bool) {
	switch {
	case n == 5000:
		return revoke.KeyLost, true
	case n >= people.Count:
		return "", false
	case n%50 == 0:
		return revoke.Error, true
	case n%100 == 7:
		return revoke.Fraud, true
	}
	return "", false
}

func TestLayersAnswerForEverybodyAsTheEntriesDid(t *testing.T) {
	l := compacted(t)
	if n, _ := l.Layers(); n != 2 || len(l.Entries()) != 1 {
		t.Fatalf("%d layers and %d entries, want 2 and 1", n, len(l.Entries()))
	}
	read, err := revoke.Parse(l.String())
	if err != nil {
		t.Fatal(err)
	}
	if read.String() != l.String() {
		t.Error("written, read and written again, the list differs")
	}
	for _, l := range []*revoke.List{l, read} {
		for n := range 6000 {
			issued := covered
			if n >= people.Count {
				issued = covered.Add(time.Hour)
			}
			e, ok := l.Withdraws(numbered(n, issued))
			reason, is := want(n)
			if ok != is || e.Reason != reason {
				t.Fatalf("certificate %d: withdrawn %v for %q, want %v for %q", n, ok, e.Reason, is, reason)
			}
			if is && e.Since.IsZero() {
				t.Fatalf("certificate %d: withdrawn since never", n)
			}
		}
	}
}

// Of one not in the population the filter would answer by chance: it is not asked.
func TestWhatWasIssuedLaterIsNotAskedOfTheLayers(t *testing.T) {
	l := compacted(t)
	for n := range people.Count {
		if _, ok := l.Withdraws(numbered(n, covered.Add(time.Second))); ok {
			t.Fatalf("certificate %d, issued after the population, is withdrawn by its filter", n)
		}
	}
}

func TestWithoutATimeOfIssueOrAHandleTheListKnowsNothing(t *testing.T) {
	l := compacted(t)
	if l.Covers(numbered(0, time.Time{})) {
		t.Error("a certificate that does not say when it was issued is covered")
	}
	nameless := numbered(0, covered)
	nameless.Certificate.Events = nil
	if l.Covers(nameless) {
		t.Error("a certificate without a handle of the scheme is covered")
	}
	if !l.Covers(numbered(1, covered)) {
		t.Error("a certificate of the population is not covered")
	}
	foreign := numbered(1, covered)
	foreign.Key.Country = "XB"
	if l.Covers(foreign) {
		t.Error("another country's certificate is covered")
	}
}

func TestALaterLayerIsADeltaAndCountsFirst(t *testing.T) {
	l := compacted(t)
	first := l.String()
	more := revoke.NewList("XA", asOf, asOf.AddDate(0, 1, 0), "", entryOf(0, revoke.Fraud, 31), entryOf(1, revoke.Error, 31))
	l.Add(more.Entries()...)
	if err := l.Compact(people, handles); err != nil {
		t.Fatal(err)
	}
	for n, reason := range map[int]revoke.Reason{0: revoke.Fraud, 1: revoke.Error, 50: revoke.Error, 107: revoke.Fraud} {
		if e, ok := l.Withdraws(numbered(n, covered)); !ok || e.Reason != reason {
			t.Errorf("certificate %d: %v %q, want %q", n, ok, e.Reason, reason)
		}
	}
	// Nothing of what was published before has changed.
	for line := range strings.Lines(first) {
		if !strings.Contains(l.String(), line) {
			t.Errorf("the line %.40q is gone", line)
		}
	}
}

func TestLayersOfAnotherPopulationAreRefused(t *testing.T) {
	l := compacted(t)
	before := l.String()
	l.Add(entryOf(2, revoke.Error, 31))
	other := people
	other.Count++
	if err := l.Compact(other, handles); !errors.Is(err, revoke.ErrPopulation) {
		t.Errorf("another size: %v", err)
	}
	fresh := revoke.NewList("XA", asOf, asOf.AddDate(0, 1, 0), "", entryOf(2, revoke.Error, 31))
	if err := fresh.Compact(other, handles); err == nil {
		t.Error("a population smaller than said is taken")
	}
	if _, ok := fresh.Population(); ok || len(fresh.Entries()) != 1 {
		t.Error("a refused population changed the list")
	}
	if err := fresh.Compact(revoke.Population{}, handles); err == nil {
		t.Error("a population of nobody is taken")
	}
	if !strings.HasPrefix(l.String(), before[:100]) {
		t.Error("a refused population changed the list")
	}
}

func TestABadLayerSaysWhere(t *testing.T) {
	good := compacted(t).String()
	pop := "population by-country-uci 3000 2026-10-31T23:59:59Z\n"
	for comment, v := range map[string][2]string{
		"layers in version 1.0":      {strings.Replace(good, "/1.1", "/1.0", 1), "version 1.1"},
		"version 1.1 without":        {strings.Replace(list, "/1.0", "/1.1", 1), "version 1.1"},
		"no population":              {strings.Replace(good, pop, "", 1), "after their population"},
		"two populations":            {strings.Replace(good, pop, pop+pop, 1), "twice"},
		"a population of none":       {strings.Replace(good, " 3000 ", " 0 ", 1), "count above 0"},
		"a count with a sign":        {strings.Replace(good, " 3000 ", " +3000 ", 1), "count above 0"},
		"a population of signers":    {strings.Replace(good, "population by-country-uci", "population by-signer", 1), "scheme"},
		"a population without time":  {strings.Replace(good, " 2026-10-31T23:59:59Z\n", "\n", 1), "want: population"},
		"a layer of no reason":       {strings.Replace(good, "layer error", "layer whim", 1), "unknown reason"},
		"a layer of ended keys":      {strings.Replace(good, "layer error", "layer ended", 1), "unknown reason"},
		"a layer without its bytes":  {strings.Replace(good, "layer error 2026-10-28T00:00:00Z ", "layer error 2026-10-28T00:00:00Z=", 1), "want: layer"},
		"no base64":                  {strings.Replace(good, "layer error 2026-10-28T00:00:00Z A", "layer error 2026-10-28T00:00:00Z *", 1), "base64"},
		"no filter":                  {strings.Replace(good, "layer error 2026-10-28T00:00:00Z Ag", "layer error 2026-10-28T00:00:00Z Bg", 1), "not a filter"},
		"a layer after the entries":  {good + "layer error 2026-10-28T00:00:00Z AA==\n", "before the entries"},
		"the population of a nobody": {strings.Replace(good, "country XA\n", "key AAAA\n", 1), "one country's"},
	} {
		if _, err := revoke.Parse(v[0]); err == nil || !strings.Contains(err.Error(), v[1]) {
			t.Errorf("%s: got %v, want an error with %q", comment, err, v[1])
		}
	}
}
