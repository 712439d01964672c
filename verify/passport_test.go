package verify_test

import (
	"testing"

	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

func TestACertificateOfAnotherPersonIsNoEvidenceForThisOne(t *testing.T) {
	for _, v := range []struct {
		comment, names, birth string
		colour                verify.Colour
		reason                string
	}{
		{"the holder's own passport", "LINDQVIST<OERN<<AASA", "840509", verify.Green, "accepted"},
		{"another person", "BERGSTROEM<<KARIN", "840509", verify.Amber, "name_differs"},
		{"another birth date", "LINDQVIST<OERN<<AASA", "850509", verify.Amber, "birth_differs"},
		{"a birth date without a day", "LINDQVIST<OERN<<AASA", "8405<<", verify.Green, "accepted"},
	} {
		c := code{signed: negative()}
		n := &c.signed.Certificate.Subject.Names[0]
		n.Family, n.FamilyICAO, n.GivenICAO = "Lindqvist-Örn", "LINDQVIST<OERN", "AASA"
		q := toSudmark()
		line1 := "P<UTO" + v.names
		for len(line1) < 44 {
			line1 += "<"
		}
		d, err := mrz.Parse(line1 + "\n" + second(v.birth))
		if err != nil {
			t.Fatalf("%s: %v", v.comment, err)
		}
		q.Passport = &d
		r := verify.CheckCode(world(t), c, q)
		if r.Verdict != v.colour || codes(r)[0] != v.reason {
			t.Errorf("%s: %s with %v, want %s with %s", v.comment, r.Verdict, codes(r), v.colour, v.reason)
		}
		if a := r.In("en", "x"); a.Passport == nil || a.Passport.Name == "" {
			t.Errorf("%s: the answer does not say how the names compare", v.comment)
		}
	}
}

// second is the second line of a passport of Utopia with its check digits (ICAO Doc 9303-3, 4.9).
func second(birth string) string {
	number, expiry, optional := "L898902C3", "320415", "<<<<<<<<<<<<<<"
	body := number + digit(number) + "UTO" + birth + digit(birth) + "F" + expiry + digit(expiry) + optional + "<"
	return body + digit(body[0:10]+body[13:20]+body[21:43])
}

func digit(s string) string {
	sum := 0
	for i, c := range s {
		n := 0
		switch {
		case c >= '0' && c <= '9':
			n = int(c - '0')
		case c >= 'A' && c <= 'Z':
			n = int(c-'A') + 10
		}
		sum += n * []int{7, 3, 1}[i%3]
	}
	return string(rune('0' + sum%10))
}

func TestEveryStepOfANameMatchIsSaidInWords(t *testing.T) {
	for _, code := range mrz.Codes() {
		for _, lang := range words.Languages() {
			if !words.Has(lang, "mrz_"+string(code)) {
				t.Errorf("%s: no words for %s", lang, code)
			}
		}
	}
}
