package verify_test

import (
	"slices"
	"testing"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/vectors"
	"github.com/pratique/pratique/verify"
)

// Whatever withdraws a certificate, of any format, withdraws what was derived
// from it; and nothing else does.
func TestADerivedCertificateFallsWithItsOriginalInEveryFormat(t *testing.T) {
	withdrawn := map[string]int{}
	for _, name := range vectors.Names() {
		f, err := vectors.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range f.Cases {
			w, err := worldOf(f, c.Question.World)
			if err != nil {
				t.Fatal(err)
			}
			u, err := format.Read(c.Text)
			if err != nil {
				continue
			}
			s, err := u.Verify(w.Keys)
			if err != nil || len(s.Certificate.Events) == 0 || s.Certificate.Derived != nil {
				continue
			}
			original := verify.Original(s)
			if !original.Names() {
				t.Errorf("%s/%d: no name for it: %+v", name, c.ID, original)
			}
			derived := &cert.Certificate{Events: s.Certificate.Events, Derived: original, Signed: cert.Period{Issued: c.Question.At}}
			for _, l := range w.Withdrawals {
				e, ok := l.Withdraws(s)
				got, gone := l.WithdrawsOriginal(derived)
				if ok != gone || ok && (got.Reason != e.Reason || !got.Since.Equal(e.Since)) {
					t.Errorf("%s/%d: withdrawn %v %v, what is derived %v %v", name, c.ID, ok, e, gone, got)
				}
				if l.Covers(s) != l.CoversOriginal(original) {
					t.Errorf("%s/%d: covered %v, what is derived %v", name, c.ID, l.Covers(s), l.CoversOriginal(original))
				}
				if ok {
					withdrawn[u.Format()]++
				}
			}
		}
	}
	if withdrawn["hc1"] < 5 || withdrawn["shc"] < 2 || withdrawn["vds"] < 2 {
		t.Errorf("withdrawn: %v", withdrawn)
	}
}

// The name of an original is the same for both of the signatures that anybody
// can make of one ECDSA signature, and another for another content.
func TestTheNameOfAnOriginalDoesNotHangOnItsSignature(t *testing.T) {
	f, err := vectors.Load("hc1")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string][]string{}
	for _, c := range f.Cases {
		if !slices.Contains(c.Flags, "malleable") && !slices.Contains(c.Flags, "plain") {
			continue
		}
		w, err := worldOf(f, c.Question.World)
		if err != nil {
			t.Fatal(err)
		}
		u, err := format.Read(c.Text)
		if err != nil {
			continue
		}
		if s, err := u.Verify(w.Keys); err == nil {
			hash := verify.Original(s).Hash
			names[hash] = append(names[hash], string(s.Signature))
		}
	}
	both := false
	for _, signatures := range names {
		slices.Sort(signatures)
		both = both || len(slices.Compact(signatures)) > 1
	}
	if !both || len(names) < 2 {
		t.Errorf("%d names", len(names))
	}
}
