package cohort_test

import (
	"errors"
	"testing"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/cohort"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
)

// An office takes the keys of each authority from its own cohort.
func TestAnOfficeTakesItsKeys(t *testing.T) {
	a, b, doses := key(t, 0, 800), key(t, 0, 800), key(t, 0, 800, uses(trust.Vaccination))
	m := new(cohort.Memory)
	all := cohort.Authorities{
		"norland": newCohort(t, cohort.Options{Name: "norland", Store: m, Keys: []*keys.Key{a, doses}, Most: 2, Block: 1}),
		"sudmark": newCohort(t, cohort.Options{Name: "sudmark", Store: m, Keys: []*keys.Key{b}, Most: 2, Block: 1}),
	}
	for _, v := range []struct {
		comment string
		p       issue.Purpose
		want    *keys.Key
	}{
		{"the first of norland", issue.Purpose{Authority: "norland", Format: issue.HC1, Kind: cert.KindVaccination}, a},
		{"the same in another format", issue.Purpose{Authority: "norland", Format: issue.ICVP, Kind: cert.KindVaccination}, a},
		{"the next, which takes over", issue.Purpose{Authority: "norland", Format: issue.SHC, Kind: cert.KindVaccination}, doses},
		{"of another kind there is none left", issue.Purpose{Authority: "norland", Format: issue.HC1, Kind: cert.KindTest}, nil},
		{"sudmark counts its own", issue.Purpose{Authority: "sudmark", Format: issue.HC1, Kind: cert.KindTest}, b},
		{"nobody signs seals", issue.Purpose{Authority: "sudmark", Format: issue.VDS, Kind: cert.KindTest}, nil},
		{"no such authority", issue.Purpose{Authority: "ostia", Format: issue.HC1, Kind: cert.KindTest}, nil},
	} {
		k, err := all.Next(t.Context(), v.p, 1)
		if k != v.want || (err == nil) != (v.want != nil) {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
	if _, err := all.Next(t.Context(), issue.Purpose{Authority: "norland", Format: issue.HC1, Kind: cert.KindTest}, 1); !errors.Is(err, cohort.ErrEmpty) {
		t.Errorf("%v", err)
	}
	if k, err := all.Find(t.Context(), "norland", a.Fingerprint()); k != a || err != nil {
		t.Errorf("the key that has served: %v", err)
	}
	for _, authority := range []string{"sudmark", "ostia"} {
		if k, err := all.Find(t.Context(), authority, a.Fingerprint()); k != nil || err == nil {
			t.Errorf("%s found the key of norland", authority)
		}
	}
}
