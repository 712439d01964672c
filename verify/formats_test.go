package verify_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/vectors"
	"github.com/pratique/pratique/verify"
)

// What a format has no place for is what no certificate in that format has: the
// rules' own list is held against every certificate of the vectors.
func TestWhatFormatsCarryIsWhatTheirReadersFind(t *testing.T) {
	set, err := rules.Pack("norland")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, name := range vectors.Names() {
		f, err := vectors.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range f.Cases {
			u, err := format.Read(c.Text)
			if err != nil {
				continue
			}
			got, err := u.SkipVerification()
			if err != nil {
				continue
			}
			for i := range got.Events {
				view, err := json.Marshal(set.View(got, i, rules.Trip{}, c.Question.At))
				if err != nil {
					t.Fatal(err)
				}
				var v struct{ Payload map[string]json.RawMessage }
				if err := json.Unmarshal(view, &v); err != nil {
					t.Fatal(err)
				}
				for array, raw := range v.Payload {
					var list []map[string]any
					if len(array) != 1 || json.Unmarshal(raw, &list) != nil {
						continue
					}
					for field := range list[0] {
						seen[got.Carrier.Format]++
						if path := array + ".0." + field; !rules.Carries(got.Carrier, path) {
							t.Errorf("%s/%d: a certificate of %s/%s has %s, of which the rules say that it has no place for it", name, c.ID, got.Carrier.Format, got.Carrier.Content, path)
						}
					}
				}
			}
		}
	}
	if seen["hc1"] < 500 || seen["shc"] < 100 || seen["vds"] < 100 {
		t.Errorf("fields looked at: %v", seen)
	}
}

// A rule that turns on something for which the format has no place is open, and
// the answer amber, with what would do; where the format has a place and the
// certificate is silent, or the value is wrong, it is not met.
func TestWhatAFormatLacksLeavesARuleOpen(t *testing.T) {
	dose := func(change func(v *cert.Vaccination)) cert.Event {
		v := &cert.Vaccination{
			Statement: cert.Statement{Disease: cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}, Country: "XA"},
			Date:      cert.Date{Year: 2026, Month: 6, Day: 1}, Dose: 2, Doses: 2, Lot: "L1",
			Prophylaxis: cert.Coded{Source: cert.Coding{Code: "1119349007"}}, Product: cert.Coded{Source: cert.Coding{Code: "EU/1/20/1528"}}, Maker: cert.Coded{Source: cert.Coding{Code: "ORG-100030215"}},
		}
		change(v)
		return v
	}
	all := func(*cert.Vaccination) {}
	course := func(v *cert.Vaccination) { v.Dose, v.Doses = 0, 0 }
	lot := func(v *cert.Vaccination) { v.Lot = "" }
	const (
		doses = `{">=":[{"var":"payload.v.0.dn"},{"var":"payload.v.0.sd"}]}`
		lots  = `{"in":[{"var":"payload.v.0.lot"},["L1","L2"]]}`
		both  = `{"and":[{"in":[{"var":"payload.v.0.lot"},["L1","L2"]]},{"===":[{"var":"payload.v.0.mp"},"another"]}]}`
	)
	for _, v := range []struct {
		carrier string
		change  func(*cert.Vaccination)
		logic   string
		verdict rules.Verdict
		lacks   string
	}{
		{"hc1/dcc", all, doses, rules.Passed, ""},
		{"hc1/dcc", course, doses, rules.Open, "v.0.dn v.0.sd"}, // has a place: an error, as the EU's engines have it
		{"hc1/icvp", course, doses, rules.Open, "v.0.sd"},
		{"hc1/ddcc", all, doses, rules.Passed, ""},
		{"shc/fhir", course, doses, rules.Open, "v.0.dn v.0.sd"}, // has a place, too
		{"vds/icao.vacc", course, doses, rules.Open, "v.0.sd"},
		{"divoc/credential", all, doses, rules.Passed, ""},
		{"hc1/dcc", lot, lots, rules.Open, "v.0.lot"},
		{"hc1/icvp", all, lots, rules.Passed, ""},
		{"hc1/icvp", lot, lots, rules.Failed, "v.0.lot"},
		{"shc/fhir", lot, lots, rules.Failed, "v.0.lot"},
		{"vds/icao.vacc", lot, lots, rules.Failed, "v.0.lot"},
		{"hc1/dcc", lot, both, rules.Failed, "v.0.lot"}, // whatever the lot, the product is another
	} {
		set := oneRule(t, v.logic)
		format, content, _ := strings.Cut(v.carrier, "/")
		c := &cert.Certificate{Carrier: cert.Carrier{Format: format, Content: content}, Issuer: cert.Issuer{Country: "XA"}, Events: []cert.Event{dose(v.change)}}
		at := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
		o := set.Evaluate(c, rules.Trip{}, at).Outcomes[0]
		lacks := strings.Join(slices.Sorted(slices.Values(o.Lacks)), " ")
		if o.Verdict != v.verdict || !strings.Contains(lacks, v.lacks) || v.lacks == "" && lacks != "" {
			t.Errorf("%s, %s: %s (%s), lacks %q", v.carrier, v.logic, o.Verdict, o.Why, lacks)
		}
		if v.verdict == rules.Passed {
			continue
		}
		// The answer is amber either way, and says what the certificate lacks.
		w := &verify.World{Rules: []*rules.Set{set}}
		r := verify.CheckSigned(w, fake{format, content}, trust.Signed{Certificate: c, Key: trust.Key{Country: "XA", Uses: trust.Uses{Any: true}}},
			verify.Question{Trip: verify.Direct("", nil, "XA", at), At: at})
		if r.Verdict != verify.Amber || codes(r)[0] != "rule_lacks" && v.lacks != "" {
			t.Errorf("%s, %s: %s %v", v.carrier, v.logic, r.Verdict, codes(r))
		}
	}
}

// oneRule is a set of Norland with one rule about vaccinations.
func oneRule(t *testing.T, logic string) *rules.Set {
	t.Helper()
	set, err := rules.Pack("norland")
	if err != nil {
		t.Fatal(err)
	}
	f, err := rules.Decode(set.Encode())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(f.Rules, func(r *rules.Rule) bool { return r.CertificateType == "Vaccination" })
	r := *f.Rules[i]
	r.Logic = json.RawMessage(logic)
	r.AffectedFields = []string{"v.0"}
	f.Rules, f.Tests, f.Obligations, f.Refuse, f.Infection = []*rules.Rule{&r}, nil, nil, nil, nil
	f.Accepts = []rules.Accept{{Kind: cert.KindVaccination}}
	maps.DeleteFunc(f.Cures, func(id string, _ rules.Cure) bool { return id != r.Identifier })
	if set, err = rules.New(f); err != nil {
		t.Fatal(err)
	}
	return set
}

// fake is a code of any format.
type fake struct{ format, content string }

func (f fake) Format() string                             { return f.format }
func (f fake) Content() string                            { return f.content }
func (fake) Country() string                              { return "XA" }
func (fake) KeyID() string                                { return "k" }
func (fake) Algorithm() string                            { return "ES256" }
func (fake) Signed() cert.Period                          { return cert.Period{} }
func (fake) Verify(*trust.Keys) (trust.Signed, error)     { return trust.Signed{}, fmt.Errorf("not asked") }
func (fake) SkipVerification() (*cert.Certificate, error) { return nil, fmt.Errorf("not asked") }
