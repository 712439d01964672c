package trust_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/trust"
)

func public(word string) crypto.PublicKey {
	h := sha256.Sum256([]byte(word))
	return ed25519.NewKeyFromSeed(h[:]).Public()
}

func day(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestZeroValuesTrustNobody(t *testing.T) {
	var keys *trust.Keys
	if keys.Find("") != nil || keys.Len() != 0 || keys.All() != nil {
		t.Error("nil Keys has keys")
	}
	keys = new(trust.Keys)
	keys.Add(trust.Key{Public: public("a"), Uses: trust.Uses{Any: true}})
	if keys.Find("") != nil {
		t.Error("a code that names no key finds one")
	}
	for _, u := range []trust.Use{trust.Test, "", "future"} {
		if (trust.Uses{}).Allows(u) {
			t.Errorf("the zero Uses allow %q", u)
		}
	}
	var rs trust.Recognitions
	if _, gap := rs.Recognise("", "", "hc1", new(cert.Test), day("2026-01-01")); gap != trust.GapIssuer {
		t.Errorf("no recognition, and the gap is %q", gap)
	}
	if _, gap := (trust.Recognitions{{}}).Recognise("", "", "hc1", new(cert.Test), day("2026-01-01")); gap == "" {
		t.Error("the zero Recognition recognises")
	}
}

func TestUses(t *testing.T) {
	for _, v := range []struct {
		comment string
		uses    trust.Uses
		use     trust.Use
		want    bool
	}{
		{"a listed use", trust.Uses{Of: []trust.Use{"test", "stamp"}}, trust.Stamp, true},
		{"another", trust.Uses{Of: []trust.Use{"test"}}, trust.Vaccination, false},
		{"no restriction", trust.Uses{Any: true}, trust.Vaccination, true},
		{"no restriction is no office: a stamp", trust.Uses{Any: true}, trust.Stamp, false},
		{"no restriction is no office: an order", trust.Uses{Any: true}, trust.Notice, false},
		{"no restriction is no office: a receipt", trust.Uses{Any: true}, trust.Receipt, false},
		{"no restriction is no office: rules", trust.Uses{Any: true}, trust.Rules, false},
		{"no restriction is no office: something of tomorrow", trust.Uses{Any: true}, "visa", false},
		{"no restriction, and an office by name", trust.Uses{Any: true, Of: []trust.Use{trust.Stamp}}, trust.Stamp, true},
		{"no use is no use, even if one lists it", trust.Uses{Of: []trust.Use{""}}, "", false},
		{"an event of a kind of tomorrow", trust.Uses{Of: []trust.Use{"test"}}, trust.UseFor("scan"), false},
	} {
		if got := v.uses.Allows(v.use); got != v.want {
			t.Errorf("%s: got %v", v.comment, got)
		}
	}
}

func TestInForce(t *testing.T) {
	k := trust.Key{NotBefore: day("2026-01-01"), NotAfter: day("2026-12-31")}
	for _, v := range []struct {
		comment     string
		key         trust.Key
		policy      trust.Policy
		issued, now string
		want        bool
	}{
		{"both within", k, trust.ValidAtIssuance, "2026-06-01", "2026-07-01", true},
		{"signed in time, the key ended since: a dose outlives a key", k, trust.ValidAtIssuance, "2026-06-01", "2036-07-01", true},
		{"the same where a country asks for a key in force now", k, trust.ValidNow, "2026-06-01", "2036-07-01", false},
		{"signed after the key ended", k, trust.ValidAtIssuance, "2027-06-01", "2027-07-01", false},
		{"signed before the key began", k, trust.ValidAtIssuance, "2025-06-01", "2026-07-01", false},
		{"not said when: judged by now", k, trust.ValidAtIssuance, "", "2026-07-01", true},
		{"not said when, and the key has ended", k, trust.ValidAtIssuance, "", "2036-07-01", false},
		{"the first moment", k, trust.ValidNow, "2026-06-01", "2026-01-01", true},
		{"the last moment", k, trust.ValidNow, "2026-06-01", "2026-12-31", true},
		{"a list that states no dates", trust.Key{}, trust.ValidNow, "1999-01-01", "2036-07-01", true},
		{"an end and no beginning", trust.Key{NotAfter: day("2026-12-31")}, trust.ValidNow, "", "2027-01-01", false},
	} {
		if got := v.policy.InForce(v.key, day(v.issued), day(v.now)); got != v.want {
			t.Errorf("%s: got %v", v.comment, got)
		}
	}
}

func TestKeyID8(t *testing.T) {
	if got := fmt.Sprintf("%x", trust.KeyID8([]byte("abc"))); got != "ba7816bf8f01cfea" { // FIPS 180-4, example of SHA-256
		t.Errorf("got %s", got)
	}
}

func TestEveryKeyOfAnIdentifierIsFound(t *testing.T) {
	var keys trust.Keys
	keys.Add(trust.Key{ID: "8 bytes.", Country: "XB", Public: public("b")})
	keys.Add(trust.Key{ID: "8 bytes.", Country: "XA", Public: public("a")})
	keys.Add(trust.Key{ID: "8 bytes.", Country: "XA", Public: public("c")})
	keys.Add(trust.Key{ID: "another", Country: "XA", Public: public("a")})
	if n := len(keys.Find("8 bytes.")); n != 3 || keys.Len() != 4 {
		t.Errorf("found %d of 3, %d of 4", n, keys.Len())
	}
	if keys.Find("8 bytes") != nil {
		t.Error("found by a part of the identifier")
	}
	var order []string
	for _, k := range keys.All() {
		order = append(order, k.Country+" "+k.ID)
	}
	if want := []string{"XA 8 bytes.", "XA 8 bytes.", "XA another", "XB 8 bytes."}; !slices.Equal(order, want) {
		t.Errorf("order %q", order)
	}
}

// One key that several lists state is one key, whatever the order of the lists.
func TestStatementsOfOneKeyAreMerged(t *testing.T) {
	base := trust.Key{ID: "id", Country: "XA", Public: public("a")}
	with := func(f func(*trust.Key)) trust.Key {
		k := base
		f(&k)
		return k
	}
	statements := []trust.Key{
		base,
		with(func(k *trust.Key) { k.Uses.Of = []trust.Use{"vaccination", "recovery"} }),
		with(func(k *trust.Key) { k.Uses.Of = []trust.Use{"test", "recovery"}; k.Domains = []string{"PH4H"} }),
		with(func(k *trust.Key) { k.NotBefore, k.NotAfter = day("2026-01-01"), day("2026-06-30") }),
		with(func(k *trust.Key) {
			k.NotBefore, k.NotAfter = day("2026-03-01"), day("2026-12-31")
			k.Domains = []string{"DCC"}
		}),
		with(func(k *trust.Key) { k.Demo, k.DER, k.Source, k.Authority = true, []byte{1}, "list", "Ministry" }),
	}
	want := trust.Key{
		ID: "id", Country: "XA", Public: public("a"), Demo: true, DER: []byte{1}, Source: "list", Authority: "Ministry",
		Uses: trust.Uses{Of: []trust.Use{"recovery", "test", "vaccination"}}, Domains: []string{"DCC", "PH4H"},
		NotBefore: day("2026-01-01"), NotAfter: day("2026-12-31"),
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var keys trust.Keys
		for _, i := range r.Perm(len(statements)) {
			keys.Add(statements[i])
		}
		if got := keys.Find("id"); len(got) != 1 || keys.Len() != 1 || !reflect.DeepEqual(got[0], want) {
			t.Fatalf("got %+v", got)
		}
	}
	if !slices.Equal(statements[1].Uses.Of, []trust.Use{"vaccination", "recovery"}) {
		t.Error("merging changed a statement that was added")
	}
	var keys trust.Keys
	keys.Add(base)
	keys.Add(with(func(k *trust.Key) { k.Uses.Any = true }))
	if !keys.Find("id")[0].Uses.Allows(trust.Antibody) {
		t.Error("a list that restricts nothing was not heard")
	}
}

func TestRecognise(t *testing.T) {
	pcr := &cert.Test{
		Statement:  cert.Statement{Disease: cert.Coded{Source: cert.Coding{Code: cert.COVID19}}},
		Method:     cert.NucleicAcid,
		Laboratory: cert.Facility{ID: "XB-7", Name: "Port Laboratory"},
	}
	unnamed := &cert.Test{Statement: pcr.Statement, Method: cert.NucleicAcid}
	dose := &cert.Vaccination{Statement: pcr.Statement}
	rule := trust.Recognition{
		By: "XA", Of: "XB", Uses: trust.Uses{Of: []trust.Use{trust.Test}}, From: day("2026-01-01"), Until: day("2026-07-01"),
		Formats: []string{"hc1"}, Diseases: []string{cert.COVID19}, Methods: []string{"nucleic_acid"}, Laboratories: []string{"XB-7", "City Laboratory"},
	}
	with := func(f func(*trust.Recognition)) trust.Recognitions {
		r := rule
		f(&r)
		return trust.Recognitions{r}
	}
	one := trust.Recognitions{rule}
	for _, v := range []struct {
		comment    string
		rs         trust.Recognitions
		by, of     string
		format, at string
		event      cert.Event
		want       trust.Gap
	}{
		{"all met", one, "XA", "XB", "hc1", "2026-03-01", pcr, ""},
		{"the first moment", one, "XA", "XB", "hc1", "2026-01-01", pcr, ""},
		{"the end is no longer within", one, "XA", "XB", "hc1", "2026-07-01", pcr, trust.GapTime},
		{"too early", one, "XA", "XB", "hc1", "2025-12-31", pcr, trust.GapTime},
		{"another has said so, not this one", one, "XC", "XB", "hc1", "2026-03-01", pcr, trust.GapIssuer},
		{"another's certificates", one, "XA", "XC", "hc1", "2026-03-01", pcr, trust.GapIssuer},
		{"a key that names no country", one, "XA", "", "hc1", "2026-03-01", pcr, trust.GapIssuer},
		{"anyone's, a key that names no country too", with(func(r *trust.Recognition) { r.Of = trust.Anyone }), "XA", "", "hc1", "2026-03-01", pcr, ""},
		{"another kind of evidence", one, "XA", "XB", "hc1", "2026-03-01", dose, trust.GapUse},
		{"no evidence", one, "XA", "XB", "hc1", "2026-03-01", nil, trust.GapUse},
		{"another format", one, "XA", "XB", "shc", "2026-03-01", pcr, trust.GapFormat},
		{"another disease", with(func(r *trust.Recognition) { r.Diseases = []string{"16541001"} }), "XA", "XB", "hc1", "2026-03-01", pcr, trust.GapDisease},
		{"another method", with(func(r *trust.Recognition) { r.Methods = []string{"antigen_rapid"} }), "XA", "XB", "hc1", "2026-03-01", pcr, trust.GapMethod},
		{"another laboratory", with(func(r *trust.Recognition) { r.Laboratories = []string{"XB-8"} }), "XA", "XB", "hc1", "2026-03-01", pcr, trust.GapLaboratory},
		{"a laboratory by its name", with(func(r *trust.Recognition) { r.Laboratories = []string{"Port Laboratory"} }), "XA", "XB", "hc1", "2026-03-01", pcr, ""},
		{"a test that names no laboratory", one, "XA", "XB", "hc1", "2026-03-01", unnamed, trust.GapLaboratory},
		{"any laboratory, as a word", with(func(r *trust.Recognition) { r.Laboratories = []string{"*"} }), "XA", "XB", "hc1", "2026-03-01", unnamed, ""},
		{"nothing narrowed", with(func(r *trust.Recognition) { r.Formats, r.Diseases, r.Methods, r.Laboratories = nil, nil, nil, nil }), "XA", "XB", "shc", "2026-03-01", unnamed, ""},
		{"methods and laboratories say nothing of a dose", with(func(r *trust.Recognition) { r.Uses.Any = true }), "XA", "XB", "hc1", "2026-03-01", dose, ""},
		{"no end is no recognition", with(func(r *trust.Recognition) { r.Until = time.Time{} }), "XA", "XB", "hc1", "2026-03-01", pcr, trust.GapTime},
		{"the nearest miss of several", slices.Concat(one, with(func(r *trust.Recognition) { r.Methods = []string{"serology"} }), with(func(r *trust.Recognition) { r.Of = "XC" })), "XA", "XB", "vds", "2026-03-01", pcr, trust.GapFormat},
		{"one that is met among others", slices.Concat(with(func(r *trust.Recognition) { r.Of = "XC" }), one), "XA", "XB", "hc1", "2026-03-01", pcr, ""},
	} {
		t.Run(v.comment, func(t *testing.T) {
			r, gap := v.rs.Recognise(v.by, v.of, v.format, v.event, day(v.at))
			if gap != v.want {
				t.Errorf("got %q, want %q", gap, v.want)
			}
			if gap == "" && r.By != v.by {
				t.Errorf("met by the statement of %q", r.By)
			}
		})
	}
	if !one.Stated("XA") || one.Stated("XB") {
		t.Error("who has stated anything")
	}
}

func BenchmarkFind(b *testing.B) {
	var keys trust.Keys
	for i := range 1000 {
		id := trust.KeyID8([]byte{byte(i), byte(i >> 8)})
		keys.Add(trust.Key{ID: id, Country: "XA", Public: public(id)})
	}
	id := trust.KeyID8([]byte{7, 1})
	for b.Loop() {
		if len(keys.Find(id)) != 1 {
			b.Fatal("not found")
		}
	}
}
