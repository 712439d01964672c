package access

import (
	"strings"
	"testing"
)

// What is kept of a passphrase is read as it is written, and cannot make a
// computer work without end.
func TestStretched(t *testing.T) {
	good := "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	if s, err := parseStretched(good); err != nil || s.Memory != 65536 || s.Passes != 3 || s.Lanes != 4 {
		t.Errorf("%+v, %v", s, err)
	}
	for _, v := range [][2]string{{"argon2id", "argon2i"}, {"v=19", "v=16"}, {"m=65536", "m=4294967295"}, {"m=65536", "m=31"}, {"t=3", "t=0"}, {"t=3", "t=17"},
		{"p=4", "p=0"}, {"p=4", "p=17"}, {"t=3", "t=03"}, {"$AAAA", "$"}, {"AAA$", "AAB$"}, {"$argon", "argon"}} {
		if _, err := parseStretched(strings.Replace(good, v[0], v[1], 1)); err == nil {
			t.Errorf("%s for %s: taken", v[1], v[0])
		}
	}
}

func FuzzStretched(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := parseStretched(text); err == nil && s.String() != text {
			t.Errorf("%q is written %q", text, s.String())
		}
	})
}
