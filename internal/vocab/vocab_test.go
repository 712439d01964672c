package vocab_test

import (
	"testing"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/vocab"
)

func TestWhatStandsInNoTableStandsForNothing(t *testing.T) {
	for _, code := range []string{"", "999", "2O8", " 208"} {
		if v := vocab.VaccineOf(code); v != (vocab.Vaccine{}) {
			t.Errorf("the vaccine %q is %+v", code, v)
		}
		if m := vocab.MethodOf(code); m != "" || vocab.Summary(code) {
			t.Errorf("the test %q is %s", code, m)
		}
	}
	for comment, c := range map[string]cert.Coding{
		"no code": {System: cert.SNOMED}, "another system": {System: cert.CVX, Code: "260373001"}, "no system": {Code: "260373001"},
	} {
		if r := vocab.OutcomeOf(c); r != "" {
			t.Errorf("%s: %s", comment, r)
		}
	}
	for _, s := range []string{"", "not positive", "neg", "détecté"} {
		if r := vocab.OutcomeOfWord(s); r != "" {
			t.Errorf("%q is %s", s, r)
		}
	}
	if h := vocab.HolderOf("EU/1/99/9999"); h != (cert.Coding{}) {
		t.Errorf("an unknown product is held by %+v", h)
	}
	if vocab.Says("", "") {
		t.Error("no code says no outcome")
	}
}

func TestAGeneIsNoSummary(t *testing.T) {
	for code, want := range map[string]bool{"94500-6": true, "94309-2": true, "97097-0": true, "94314-0": false, "94316-5": false, "94640-0": false} {
		if vocab.Summary(code) != want {
			t.Errorf("%s: want %v", code, want)
		}
	}
}

func TestEveryProductIsIssuedWithACodeThatTellsIt(t *testing.T) {
	for _, product := range []string{"EU/1/20/1528", "EU/1/20/1507", "EU/1/21/1529", "EU/1/20/1525", "EU/1/21/1618", "Covaxin", "Sputnik-V", "BBIBP-CorV", "CoronaVac"} {
		v := vocab.VaccineOf(vocab.CVXOf(product))
		if v.Product != product || v.Disease != cert.COVID19 {
			t.Errorf("%s is issued as one that tells %+v", product, v)
		}
		if h := vocab.HolderOf(product); h.Code == "" || h.System == "" {
			t.Errorf("nobody holds %s", product)
		}
		if c := vocab.Product(product); vocab.Prophylaxis(v.Kind).Code != v.Kind || c.Code != product || c.System == "" {
			t.Errorf("%s is coded %+v", product, c)
		}
	}
}
