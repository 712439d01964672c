package revoke_test

import (
	"slices"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/trust"
)

// What withdraws a certificate withdraws the one that was derived from it,
// whichever way the list names it.
func TestWhatWithdrawsTheOriginalWithdrawsTheDerived(t *testing.T) {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	dose := &cert.Vaccination{Statement: cert.Statement{ID: "URN:UVCI:01:XA:1#A"}}
	s := trust.Signed{
		Certificate:  &cert.Certificate{Issuer: cert.Issuer{Country: "XA"}, Signed: cert.Period{Issued: at}, Events: []cert.Event{dose}},
		Key:          trust.Key{ID: "12345678", Country: "XA"},
		Signature:    string(make([]byte, 64)),
		RevocationID: "abc",
	}
	marks, authority := revoke.Marks(s)
	if len(marks) != 4 || authority != "" {
		t.Fatalf("marks %v of %q", marks, authority)
	}
	derived := &cert.Certificate{Events: s.Certificate.Events, Derived: &cert.Derivation{
		Country: "XA", KeyID: "MTIzNDU2Nzg=", Format: "hc1", Hash: "00", Issued: at, Marks: marks,
	}}
	for i, h := range revoke.Handles(s) {
		for _, reason := range []revoke.Reason{revoke.Fraud, revoke.KeyLost} {
			entry := revoke.Entry{Handle: h, Reason: reason, Since: at}
			l := revoke.NewList("XA", at, at, "", entry)
			if e, ok := l.WithdrawsOriginal(derived); !ok || e != entry {
				t.Errorf("handle %d, %s: %v %v", i, reason, e, ok)
			}
			if _, ok := revoke.NewList("XB", at, at, "", entry).WithdrawsOriginal(derived); ok {
				t.Errorf("handle %d: withdrawn by another country", i)
			}
		}
	}
	// A card from before a moment alone is withdrawn.
	entry := revoke.Entry{Handle: revoke.CardHandle("abc"), Reason: revoke.Unstated, Before: at}
	if _, ok := revoke.NewList("XA", at, at, "", entry).WithdrawsOriginal(derived); ok {
		t.Error("withdrawn, although issued at the moment")
	}
	entry.Before = at.Add(time.Second)
	if _, ok := revoke.NewList("XA", at, at, "", entry).WithdrawsOriginal(derived); !ok {
		t.Error("not withdrawn, although issued before the moment")
	}
	// Layers answer for it as for the original.
	h := revoke.Handles(s)[slices.IndexFunc(revoke.Handles(s), func(h revoke.Handle) bool { return h.Scheme == revoke.ByCountryID })]
	l := revoke.NewList("XA", at, at, "", revoke.Entry{Handle: h, Reason: revoke.Error, Since: at})
	all := func(yield func([16]byte) bool) { _ = yield(h.Hash) && yield([16]byte{1}) }
	if err := l.Compact(revoke.Population{Scheme: revoke.ByCountryID, Count: 2, Issued: at}, all); err != nil {
		t.Fatal(err)
	}
	if e, ok := l.WithdrawsOriginal(derived); !ok || e.Reason != revoke.Error {
		t.Errorf("layers: %v %v", e, ok)
	}
	derived.Derived.Marks = slices.DeleteFunc(slices.Clone(marks), func(m string) bool { return m[:6] == "by-cou" })
	if l.CoversOriginal(derived.Derived) {
		t.Error("layers answer for what they cannot know")
	}
	// A mark that is none, and one of a scheme of tomorrow, withdraw nothing.
	derived.Derived.Marks = []string{"by-uci", "by-uci xyz", "by-moon 00112233445566778899aabbccddeeff", ""}
	if _, ok := revoke.NewList("XA", at, at, "").WithdrawsOriginal(derived); ok {
		t.Error("withdrawn by nothing")
	}
}
