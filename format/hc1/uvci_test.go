package hc1_test

import (
	"strings"
	"testing"

	"github.com/pratique/pratique/format/hc1"
)

func TestUVCI(t *testing.T) {
	for _, v := range []struct {
		comment, text string
		want          hc1.UVCI
		ok            bool
	}{
		{"opaque", "URN:UVCI:01:SE:EHM100000024GI5HMGZKSMS", hc1.UVCI{Country: "SE", Opaque: "EHM100000024GI5HMGZKSMS"}, true},
		{"issuer and opaque, with check", "URN:UVCI:01:NL:187/37512422923#Z", hc1.UVCI{Country: "NL", Issuer: "187", Opaque: "37512422923", Check: 'Z'}, true},
		{"three parts", "URN:UVCI:01:AT:10807/1525/A1#B", hc1.UVCI{Country: "AT", Issuer: "10807", Vaccine: "1525", Opaque: "A1", Check: 'B'}, true},
		{"check is a separator", "URN:UVCI:01:XA:1#/", hc1.UVCI{Country: "XA", Opaque: "1", Check: '/'}, true},
		{"lower case (BG, CH)", "urn:uvci:01:bg:ufr5plgku8wdszk7#0", hc1.UVCI{Country: "BG", Opaque: "UFR5PLGKU8WDSZK7", Check: '0'}, true},
		{"another name (NL)", "URN:UCI:01:NL:33385024475", hc1.UVCI{}, false},
		{"no name (ES)", "01ES11VBB823DB3EB6D47BA11F09#5", hc1.UVCI{}, false},
		{"version of another issuer", "URN:UVCI:V1:DE:K39TJ90CKBYOEWL5", hc1.UVCI{}, false},
		{"slashes instead of colons", "URN/UVCI/01/NL/DADFCC47", hc1.UVCI{}, false},
		{"no country", "URN:UVCI:01:DADFCC47", hc1.UVCI{}, false},
		{"country of three", "URN:UVCI:01:NLD:DADFCC47", hc1.UVCI{}, false},
		{"four parts", "URN:UVCI:01:XA:1/2/3/4", hc1.UVCI{}, false},
		{"an empty part", "URN:UVCI:01:XA:1//3", hc1.UVCI{}, false},
		{"nothing", "URN:UVCI:01:XA:", hc1.UVCI{}, false},
		{"check alone", "URN:UVCI:01:XA:#A", hc1.UVCI{}, false},
		{"check of two", "URN:UVCI:01:XA:1#AB", hc1.UVCI{}, false},
		{"# and no check", "URN:UVCI:01:XA:1#", hc1.UVCI{}, false},
		{"check outside the alphabet", "URN:UVCI:01:XA:1#?", hc1.UVCI{}, false},
		{"a hyphen", "URN:UVCI:01:XA:1-2", hc1.UVCI{}, false},
		{"a letter that becomes an I in capitals", "URN:UVCı:01:XA:1", hc1.UVCI{}, false},
		{"too long", "URN:UVCI:01:XA:" + strings.Repeat("1", 66), hc1.UVCI{}, false},
		{"as long as allowed", "URN:UVCI:01:XA:" + strings.Repeat("1", 65), hc1.UVCI{Country: "XA", Opaque: strings.Repeat("1", 65)}, true},
	} {
		got, err := hc1.ParseUVCI(v.text)
		if (err == nil) != v.ok || got != v.want {
			t.Errorf("%s: %+v, %v", v.comment, got, err)
		}
		if err == nil && got.String() != strings.ToUpper(v.text) {
			t.Errorf("%s: printed as %s", v.comment, got)
		}
	}
}

// The vector that the guidelines' own implementation gives, and those of two other countries.
func TestCheckCharacter(t *testing.T) {
	for text, want := range map[string]byte{
		"URN:UVCI:01:NL:187/37512422923":                  'Z',
		"URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813": 'B',
		"URN:UVCI:01:AT:71EE2559DE38C6BF7304FB65A1A451EC": '3',
	} {
		if got, ok := hc1.CheckCharacter(text); !ok || got != want {
			t.Errorf("%s: %c, want %c", text, got, want)
		}
	}
	if _, ok := hc1.CheckCharacter("lower case"); ok {
		t.Error("a character without a value was counted")
	}
	// One wrong character, and two exchanged, are found.
	const text = "URN:UVCI:01:NL:187/37512422923"
	for i := 15; i < len(text)-1; i++ {
		b := []byte(text)
		b[i] = '5' + b[i]&1
		if c, _ := hc1.CheckCharacter(string(b)); c == 'Z' && string(b) != text {
			t.Errorf("a wrong character at %d is not found", i)
		}
		b = []byte(text)
		b[i], b[i+1] = b[i+1], b[i]
		if c, _ := hc1.CheckCharacter(string(b)); c == 'Z' && string(b) != text {
			t.Errorf("an exchange at %d is not found", i)
		}
	}
}

func TestNewUVCI(t *testing.T) {
	u, err := hc1.NewUVCI("NL", "187", "37512422923")
	if err != nil || u.String() != "URN:UVCI:01:NL:187/37512422923#Z" {
		t.Errorf("%s, %v", u, err)
	}
	if u, err := hc1.NewUVCI("XA", "", "A1B2"); err != nil || u.Check == 0 {
		t.Errorf("%s, %v", u, err)
	}
	for _, v := range [][3]string{{"xa", "", "1"}, {"XA", "a", "1"}, {"XA", "", ""}, {"XAB", "", "1"}, {"XA", "1/2", "3"}, {"XA", "", "1#2"}, {"XA", "", strings.Repeat("1", 64)}} {
		if u, err := hc1.NewUVCI(v[0], v[1], v[2]); err == nil {
			t.Errorf("%q became %s", v, u)
		}
	}
}

func FuzzUVCI(f *testing.F) {
	f.Add("URN:UVCI:01:NL:187/37512422923#Z")
	f.Add("urn:uvci:01:bg:ufr5plgku8wdszk7#0")
	f.Add("URN:UVCI:01:XA:1/2/3")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := hc1.ParseUVCI(s)
		if err == nil && u.String() != strings.ToUpper(s) {
			t.Errorf("%q was read as %+v, which prints as %q", s, u, u)
		}
	})
}
