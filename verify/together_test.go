package verify_test

import (
	"slices"
	"testing"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
)

// report is an answer about somebody; nobody without a name.
func report(c verify.Colour, family, given, born string) verify.Report {
	r := verify.Report{Verdict: c}
	if family == "" {
		return r
	}
	d, _ := cert.ParseDate(born)
	r.Checks.Signature = verify.Pass
	r.Signed = &trust.Signed{Certificate: &cert.Certificate{Subject: cert.Person{Names: []cert.Name{{Family: family, Given: given}}, BirthDate: d}}}
	return r
}

func TestSeveralCodesOfOnePersonAreAnsweredTogether(t *testing.T) {
	me := func(c verify.Colour) verify.Report { return report(c, "Lindqvist", "Åsa", "1984-05-09") }
	nobody := func(c verify.Colour) verify.Report { return report(c, "", "", "") }
	for _, v := range []struct {
		comment string
		reports []verify.Report
		want    verify.Colour
		by      int
		others  []int
	}{
		{"no code at all", nil, verify.Grey, -1, nil},
		{"one code", []verify.Report{me(verify.Amber)}, verify.Amber, 0, nil},
		{"the second suffices", []verify.Report{me(verify.Amber), me(verify.Green)}, verify.Green, 1, nil},
		{"the first that suffices is the one", []verify.Report{me(verify.Green), me(verify.Green)}, verify.Green, 0, nil},
		{"an infection is not hidden by a vaccination", []verify.Report{me(verify.Red), me(verify.Green)}, verify.Red, 0, nil},
		{"nor by the other order", []verify.Report{me(verify.Green), me(verify.Red)}, verify.Red, 1, nil},
		{"a code that cannot be read takes nothing away", []verify.Report{nobody(verify.Grey), me(verify.Green)}, verify.Green, 1, nil},
		{"what is needed is said rather than that nothing is known", []verify.Report{nobody(verify.Grey), me(verify.Amber)}, verify.Amber, 1, nil},
		{"a forged code beside a good one", []verify.Report{me(verify.Green), nobody(verify.Red)}, verify.Red, 1, nil},
		{"somebody else's code does not help", []verify.Report{me(verify.Amber), report(verify.Green, "Berg", "Ole", "1984-05-09")}, verify.Amber, 0, []int{1}},
		{"nor does it harm", []verify.Report{me(verify.Green), report(verify.Red, "Berg", "Ole", "1984-05-09")}, verify.Green, 0, []int{1}},
		{"a namesake of another birthday", []verify.Report{me(verify.Amber), report(verify.Green, "Lindqvist", "Åsa", "1984-05-10")}, verify.Amber, 0, []int{1}},
		{"another spelling of the name", []verify.Report{me(verify.Amber), report(verify.Green, "LINDQVIST", "AASA", "1984-05-09")}, verify.Green, 1, nil},
		{"a second name that only one has, a year that is all that is known", []verify.Report{me(verify.Amber), report(verify.Green, "Lindqvist", "Åsa Maria", "1984")}, verify.Green, 1, nil},
		{"a name that cannot be compared", []verify.Report{me(verify.Amber), report(verify.Green, "გიორგი", "", "1984-05-09")}, verify.Amber, 0, []int{1}},
	} {
		got := verify.Together(v.reports)
		if got.Verdict != v.want || got.By != v.by || !slices.Equal(got.Others, v.others) {
			t.Errorf("%s: %v by %d, others %v; want %v by %d, others %v", v.comment, got.Verdict, got.By, got.Others, v.want, v.by, v.others)
		}
	}
}
