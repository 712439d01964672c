package base45_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/base45"
)

func TestExamplesOfTheRFC(t *testing.T) {
	for _, v := range []struct{ comment, bytes, text string }{
		{"RFC 9285 section 4.3, example 1", "AB", "BB8"},
		{"RFC 9285 section 4.3, example 2", "Hello!!", "%69 VD92EX0"},
		{"RFC 9285 section 4.3, example 3", "base-45", "UJCLQE7W581"},
		{"RFC 9285 section 4.4", "ietf!", "QED8WEX0"},
		{"nothing", "", ""},
		{"one byte, the least", "\x00", "00"},
		{"one byte, the greatest", "\xff", "U5"},
		{"two bytes, the greatest", "\xff\xff", "FGW"},
		{"the space is a digit", "\x00\x24", " 00"},
	} {
		text := string(base45.AppendEncode(nil, []byte(v.bytes)))
		if text != v.text {
			t.Errorf("%s: encoded %q, want %q", v.comment, text, v.text)
		}
		got, err := base45.AppendDecode(nil, text)
		if err != nil || string(got) != v.bytes {
			t.Errorf("%s: decoded %q, %v, want %q", v.comment, got, err, v.bytes)
		}
		if len(text) != base45.EncodedLen(len(v.bytes)) || len(got) != base45.DecodedLen(len(text)) {
			t.Errorf("%s: lengths are not as foretold", v.comment)
		}
	}
}

func TestWhatIsNoBase45IsRefusedWithItsPlace(t *testing.T) {
	for _, v := range []struct {
		comment, text string
		pos           int
		want          error
	}{
		{"one character", "A", 0, base45.ErrLength},
		{"one character after a group", "BB8A", 3, base45.ErrLength},
		{"three above 65535 (RFC 9285: GGW is 65536)", "GGW", 0, base45.ErrValue},
		{"the greatest three", "BB8:::", 3, base45.ErrValue},
		{"two above 255", "V5", 0, base45.ErrValue},
		{"the greatest two", "BB8::", 3, base45.ErrValue},
		{"lower case", "BB8bb8", 3, base45.ErrCharacter},
		{"second of three", "B_8", 1, base45.ErrCharacter},
		{"third of three", "BB\n", 2, base45.ErrCharacter},
		{"last of two", "BB8A\xff", 4, base45.ErrCharacter},
		{"character beyond ASCII", "Ä8", 0, base45.ErrCharacter},
		{"nul", "\x00\x00\x00", 0, base45.ErrCharacter},
		{"the character is named before the value", "::_", 2, base45.ErrCharacter},
	} {
		got, err := base45.AppendDecode([]byte("kept"), v.text)
		var e *base45.Error
		if !errors.As(err, &e) || !errors.Is(err, v.want) || e.Pos != v.pos {
			t.Errorf("%s: %v, want %v at %d", v.comment, err, v.want, v.pos)
		}
		if string(got) != "kept" {
			t.Errorf("%s: half a result was left: %q", v.comment, got)
		}
		if err != nil && strings.Contains(err.Error(), v.text) && len(v.text) > 2 {
			t.Errorf("%s: the error repeats the text", v.comment)
		}
	}
}

// Every pair of bytes has a text of its own, and no other text means it.
func TestEveryGroupOfThree(t *testing.T) {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	seen := make(map[string]bool)
	for a := range len(alphabet) {
		for b := range len(alphabet) {
			for c := range len(alphabet) {
				text := string([]byte{alphabet[a], alphabet[b], alphabet[c]})
				got, err := base45.AppendDecode(nil, text)
				if (err == nil) != (a+b*45+c*45*45 <= 0xffff) {
					t.Fatalf("%q: %v", text, err)
				}
				if err != nil {
					continue
				}
				if seen[string(got)] {
					t.Fatalf("%q: a second text for %x", text, got)
				}
				seen[string(got)] = true
			}
		}
	}
	if len(seen) != 1<<16 {
		t.Errorf("%d groups, want 65536", len(seen))
	}
}

func FuzzBase45(f *testing.F) {
	for _, s := range []string{"", "A", "BB8", "%69 VD92EX0", "QED8WEX0", "GGW", "::", "bb8", "BB8 ", "\xff\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := string(base45.AppendEncode(nil, []byte(s)))
		if back, err := base45.AppendDecode(nil, text); err != nil || string(back) != s {
			t.Errorf("bytes %x became %q, then %x, %v", s, text, back, err)
		}
		got, err := base45.AppendDecode(nil, s)
		if err != nil {
			return
		}
		if again := base45.AppendEncode(nil, got); string(again) != s {
			t.Errorf("text %q means %x, which prints as %q", s, got, again)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	text := string(base45.AppendEncode(nil, bytes.Repeat([]byte("\x78\xda\x01\xfe"), 90)))
	dst := make([]byte, 0, 512)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := base45.AppendDecode(dst, text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	src := bytes.Repeat([]byte("\x78\xda\x01\xfe"), 90)
	dst := make([]byte, 0, 1024)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		base45.AppendEncode(dst, src)
	}
}
