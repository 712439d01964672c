package verify_test

import (
	"slices"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
)

// Protection for life is cut neither by the end of the signature nor by that of
// the key, whatever the relying country asks of keys; that of a certificate with
// an end is.
func TestALifeIsNotAsLongAsAKey(t *testing.T) {
	pack, err := rules.Pack("yellow-fever")
	if err != nil {
		t.Fatal(err)
	}
	set, err := pack.For("XB")
	if err != nil {
		t.Fatal(err)
	}
	issued := time.Date(2024, 1, 10, 12, 0, 0, 0, time.UTC)
	key := trust.Key{Country: "XA", Uses: trust.Uses{Any: true}, NotBefore: issued.AddDate(-1, 0, 0), NotAfter: issued.AddDate(1, 0, 0)}
	at := issued.AddDate(3, 0, 0)
	for _, v := range []struct {
		comment  string
		until    time.Time // of the signature
		lifelong bool
		policy   trust.Policy
		issued   time.Time
		want     verify.Colour
		line     string
	}{
		{"a signature without an end, of a key that ended", time.Time{}, true, trust.ValidAtIssuance, issued, verify.Green, "accepted"},
		{"a signature that ended", issued.AddDate(2, 0, 0), true, trust.ValidAtIssuance, issued, verify.Green, "for_life"},
		{"where keys must be in force now", issued.AddDate(2, 0, 0), true, trust.ValidNow, issued, verify.Green, "for_life"},
		{"signed after the key ended", time.Time{}, true, trust.ValidAtIssuance, issued.AddDate(2, 0, 0), verify.Amber, "key_not_in_force"},
		{"not for life: a signature that ended", issued.AddDate(2, 0, 0), false, trust.ValidAtIssuance, issued, verify.Amber, "signature_expired"},
		{"not for life: where keys must be in force now", time.Time{}, false, trust.ValidNow, issued, verify.Amber, "key_not_in_force"},
	} {
		c := &cert.Certificate{
			Carrier: cert.Carrier{Format: "hc1", Content: "icvp"}, Issuer: cert.Issuer{Country: "XA"},
			Signed: cert.Period{Issued: v.issued, Until: v.until}, Subject: cert.Person{BirthDate: cert.Date{Year: 1984, Month: 5, Day: 9}},
			Events: []cert.Event{&cert.Vaccination{
				Statement: cert.Statement{Disease: cert.Coded{Mapped: cert.Coding{System: cert.SNOMED, Code: cert.YellowFever}}},
				Date:      cert.Date{Year: 2024, Month: 1, Day: 9}, Lifelong: v.lifelong,
			}},
		}
		q := verify.Question{At: at, Trip: verify.Direct("KE", nil, "XB", at)}
		r := verify.CheckSigned(&verify.World{Rules: []*rules.Set{set}, KeyPolicy: v.policy}, fake{"hc1", "icvp"}, trust.Signed{Certificate: c, Key: key}, q)
		if r.Verdict != v.want || !slices.Contains(codes(r), v.line) || !slices.Contains(codes(r), "ihr_certifies") {
			t.Errorf("%s: %s %v, want %s with %s", v.comment, r.Verdict, codes(r), v.want, v.line)
		}
	}
}
