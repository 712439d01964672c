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

// A pilgrim shows a certificate for each disease: together they meet what each
// alone does not, and no certificate of somebody else, or that does not count, helps.
func TestWhatSeveralCertificatesMeetTogether(t *testing.T) {
	at := time.Date(2026, 5, 20, 6, 0, 0, 0, time.FixedZone("", 3*3600))
	var sets []*rules.Set
	for _, name := range rules.Family("hajj") {
		s, err := rules.Pack(name)
		if err != nil {
			t.Fatal(err)
		}
		sets = append(sets, s)
	}
	if len(sets) != 4 {
		t.Fatal(len(sets))
	}
	w := &verify.World{Rules: sets}
	q := verify.Question{At: at, Trip: verify.Trip{
		Legs:     []verify.Leg{{Jurisdiction: "NG", Depart: at.Add(-12 * time.Hour)}, {Jurisdiction: "SA", Arrive: at}},
		Category: "pilgrim", Residence: "NG", AllTold: true,
	}}
	report := func(name, disease string, day cert.Date, change func(c *cert.Certificate)) verify.Report {
		c := &cert.Certificate{
			Carrier: cert.Carrier{Format: "hc1", Content: "dcc"},
			Subject: cert.Person{Names: []cert.Name{{Family: name, Given: "Åsa"}}, BirthDate: cert.Date{Year: 1984, Month: 5, Day: 9}},
			Signed:  cert.Period{Issued: at.AddDate(-1, 0, 0), Until: at.AddDate(1, 0, 0)},
			Events:  []cert.Event{&cert.Vaccination{Statement: cert.Statement{Disease: cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: disease}}}, Date: day, Dose: 2, Doses: 2}},
		}
		if change != nil {
			change(c)
		}
		return verify.CheckSigned(w, fake{"hc1", "dcc"}, trust.Signed{Certificate: c, Key: trust.Key{Country: "NG", Uses: trust.Uses{Any: true}}}, q)
	}
	day := func(y, m, d int) cert.Date { return cert.Date{Year: int16(y), Month: int8(m), Day: int8(d)} }
	covid := report("Lindqvist", cert.COVID19, day(2025, 10, 1), nil)
	meningitis := report("Lindqvist", cert.Meningococcal, day(2025, 10, 1), nil)
	polio := report("Lindqvist", cert.Polio, day(2026, 3, 1), nil)
	fever := report("Lindqvist", cert.YellowFever, day(2001, 3, 1), nil)
	fresh := report("Lindqvist", cert.YellowFever, day(2026, 5, 11), nil)
	others := report("Berg", cert.YellowFever, day(2001, 3, 1), nil)
	ended := report("Lindqvist", cert.Polio, day(2026, 3, 1), func(c *cert.Certificate) { c.Signed.Until = at.AddDate(0, 0, -1) })
	for _, v := range []struct {
		comment string
		reports []verify.Report
		want    verify.Colour
		first   string // reason
		by      []int
	}{
		{"all four", []verify.Report{covid, meningitis, polio, fever}, verify.Green, "accepted_together", []int{0, 1, 2, 3}},
		{"in another order, and one twice", []verify.Report{fever, polio, polio, covid, meningitis}, verify.Green, "accepted_together", []int{0, 1, 3, 4}},
		{"one is missing", []verify.Report{covid, meningitis, fever}, verify.Amber, "disease_not_accepted", []int{0, 1, 2}},
		{"one does not protect yet: that is said, and until when", []verify.Report{covid, meningitis, polio, fresh}, verify.Amber, "rule_failed", []int{0, 1, 2, 3}},
		{"one is of somebody else", []verify.Report{covid, meningitis, polio, others}, verify.Amber, "disease_not_accepted", []int{0, 1, 2}},
		{"one has ended", []verify.Report{covid, meningitis, ended, fever}, verify.Amber, "disease_not_accepted", []int{0, 1, 3}},
		{"one alone", []verify.Report{covid}, verify.Amber, "disease_not_accepted", []int{0}},
		{"none", nil, verify.Grey, "", nil},
	} {
		got, by := verify.Jointly(v.reports)
		reasons := codes(got)
		if got.Verdict != v.want || v.first != "" && reasons[0] != v.first || !slices.Equal(by, v.by) {
			t.Errorf("%s: %s by %v, %v; want %s by %v", v.comment, got.Verdict, by, reasons, v.want, v.by)
		}
		if n := len(slices.DeleteFunc(reasons, func(c string) bool { return c != "disease_not_accepted" && c != "rule_failed" })); v.want == verify.Amber && len(v.reports) > 1 && n != 1 {
			t.Errorf("%s: %d things are said to be missing, want the one that is", v.comment, n)
		}
	}
}
