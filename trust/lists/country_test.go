package lists_test

import (
	"testing"

	"golang.org/x/text/language"

	"github.com/pratique/pratique/trust/lists"
)

// Every country of another library's table that ISO 3166-1 assigns today has
// the same codes here.
func TestCountryCodes(t *testing.T) {
	// Withdrawn or reserved by ISO, but known to x/text.
	former := "AC AN BU CP CS CT DD DG DY FQ FX HV JT MI NH NQ NT PC PU PZ RH SU TA TP VD WK XK YD YU ZR"
	n := 0
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			two := string(a) + string(b)
			r, err := language.ParseRegion(two)
			if err != nil || !r.IsCountry() || r.String() != two || r.ISO3() == "ZZZ" || contains(former, two) {
				continue
			}
			n++
			if got := lists.Country(r.ISO3()); got != two {
				t.Errorf("Country(%s) = %s, want %s", r.ISO3(), got, two)
			}
			if got := lists.Alpha3(two); got != r.ISO3() {
				t.Errorf("Alpha3(%s) = %s, want %s", two, got, r.ISO3())
			}
			if got := lists.Country(two); got != two {
				t.Errorf("Country(%s) = %s", two, got)
			}
			if lists.TestCode(two) || lists.TestCode(r.ISO3()) {
				t.Errorf("%s is a test code", two)
			}
		}
	}
	for _, code := range []string{"", "XA", "EL", "CHE", "WHO", "AB"} {
		if got := lists.Alpha3(code); got != "" {
			t.Errorf("Alpha3(%s) = %s", code, got)
		}
	}
	if n != 249 {
		t.Errorf("%d countries", n)
	}
}

func contains(list, word string) bool {
	for i := 0; i+2 <= len(list); i += 3 {
		if list[i:i+2] == word {
			return true
		}
	}
	return false
}

func TestOtherCodes(t *testing.T) {
	for _, v := range []struct {
		comment, code, want string
		test                bool
	}{
		{"version 1 of WHO's list has lower case", "nld", "NL", false},
		{"what the Union writes for Greece", "EL", "GR", false},
		{"and for the United Kingdom", "uk", "GB", false},
		{"an organisation", "WHO", "WHO", false},
		{"an organisation that no country is", "IOM", "IOM", false},
		{"Kosovo", "XK", "XK", false},
		{"a test participant", "XXA", "XXA", true},
		{"a test participant whose alpha-2 would be Kosovo's", "XXK", "XXK", true},
		{"a test participant of another form", "XCL", "XCL", true},
		{"and its alpha-2", "XL", "XL", true},
		{"the Sovereign Order of Malta, in passports", "XOM", "XOM", false},
		{"nothing", "", "", false},
		{"a part of the table that is no code", "D A", "D A", false},
		{"another", "NDA", "NDA", false},
	} {
		if got := lists.Country(v.code); got != v.want || lists.TestCode(got) != v.test {
			t.Errorf("%s: %s is %s, test %v", v.comment, v.code, got, lists.TestCode(got))
		}
	}
}
