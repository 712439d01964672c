package qr_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"rsc.io/qr/coding"

	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/internal/qr/layout"
	"github.com/pratique/pratique/internal/qr/scan"
)

var levels = []qr.Level{qr.Q, qr.M, qr.L, qr.H}

// certificate is a text as long as an HC1 certificate, and of its characters.
func certificate(n int) string { return "HC1:" + random(n-4, layout.Alphabet) }

func random(n int, alphabet string) string {
	r := rand.New(rand.NewPCG(18004, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

const (
	digits = "0123456789"
	octets = "\x00\x01\x7f\x80\xff\xfe{}abcxyz\n é"
)

// capacities are rows of table 7: characters in digits, alphanumeric, bytes.
var capacities = []struct {
	version int
	level   qr.Level
	most    [3]int
}{
	{1, qr.L, [3]int{41, 25, 17}},
	{1, qr.M, [3]int{34, 20, 14}},
	{1, qr.Q, [3]int{27, 16, 11}},
	{1, qr.H, [3]int{17, 10, 7}},
	{7, qr.Q, [3]int{207, 125, 86}},
	{9, qr.L, [3]int{552, 335, 230}},
	{10, qr.Q, [3]int{364, 221, 151}},
	{15, qr.M, [3]int{991, 600, 412}},
	{19, qr.Q, [3]int{1063, 644, 442}},
	{22, qr.L, [3]int{2409, 1460, 1003}},
	{40, qr.L, [3]int{7089, 4296, 2953}},
	{40, qr.M, [3]int{5596, 3391, 2331}},
	{40, qr.Q, [3]int{3993, 2420, 1663}},
	{40, qr.H, [3]int{3057, 1852, 1273}},
}

// A symbol holds what the standard's table says, and not one character more.
func TestCapacity(t *testing.T) {
	for _, c := range capacities {
		for i, alphabet := range []string{digits, "A", "a"} {
			n := c.most[i]
			o := qr.Options{Level: c.level, MaxVersion: c.version}
			s, err := o.Encode(random(n, alphabet))
			if err != nil {
				t.Errorf("%d-%v: %d of %q: %v", c.version, c.level, n, alphabet, err)
			} else if s.Version() != c.version {
				t.Errorf("%d-%v: %d of %q fit version %d", c.version, c.level, n, alphabet, s.Version())
			}
			if _, err := o.Encode(random(n+1, alphabet)); !errors.Is(err, qr.ErrTooLong) {
				t.Errorf("%d-%v: %d of %q: got %v, want ErrTooLong", c.version, c.level, n+1, alphabet, err)
			}
		}
	}
}

// For every version and level, the symbol is module for module the one that an
// older encoder draws, and a third program reads the text in it.
func TestAgreesWithOthers(t *testing.T) {
	var masks [8]int
	for version := 1; version <= 40; version++ {
		for _, level := range levels {
			v := layout.Version(version)
			room := 8*v.DataCodewords(level) - 4 - v.CountBits(layout.Alphanumeric)
			text := random(room*2/11, layout.Alphabet[10:])
			s := encode(t, qr.Options{Level: level}, text)
			if s.Version() != version || s.Level() != level || s.Size() != v.Size() {
				t.Fatalf("%d-%v: got %d-%v", version, level, s.Version(), s.Level())
			}
			masks[s.Mask()]++
			code := map[qr.Level]coding.Level{qr.L: coding.L, qr.M: coding.M, qr.Q: coding.Q, qr.H: coding.H}[level]
			plan, err := coding.NewPlan(coding.Version(version), code, coding.Mask(s.Mask()))
			if err != nil {
				t.Fatal(err)
			}
			other, err := plan.Encode(coding.Alpha(text))
			if err != nil {
				t.Fatal(err)
			}
			for y := range s.Size() {
				for x := range s.Size() {
					if s.Dark(x, y) != other.Black(x, y) {
						t.Fatalf("%d-%v: module %d, %d differs", version, level, x, y)
					}
				}
			}
			if got := readOther(t, s); got != text {
				t.Errorf("%d-%v: another reader reads %q, want %q", version, level, got, text)
			}
		}
	}
	for m, n := range masks {
		if n == 0 {
			t.Errorf("mask %d was never best", m)
		}
	}
}

func encode(t testing.TB, o qr.Options, text string) *qr.Symbol {
	t.Helper()
	s, err := o.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// readOther reads a symbol by another library, from its modules.
func readOther(t testing.TB, s *qr.Symbol) string {
	t.Helper()
	m, err := gozxing.NewSquareBitMatrix(s.Size())
	if err != nil {
		t.Fatal(err)
	}
	for y := range s.Size() {
		for x := range s.Size() {
			if s.Dark(x, y) {
				m.Set(x, y)
			}
		}
	}
	// ISO 8859-1 keeps bytes as they are, as runes of the same number.
	result, err := decoder.NewDecoder().Decode(m, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_CHARACTER_SET: "ISO-8859-1"})
	if err != nil {
		t.Fatalf("another reader: %v", err)
	}
	return result.GetText()
}

func latin1(b string) string {
	var out strings.Builder
	for i := range len(b) {
		out.WriteRune(rune(b[i]))
	}
	return out.String()
}

// Texts of mixed modes come out as they went in, by another reader and by ours.
func TestMixedTexts(t *testing.T) {
	for _, text := range []string{
		"",
		"0",
		"A",
		"a",
		"\x00",
		"shc:/" + random(1200, digits), // byte, then numeric
		"https://example.org/01234567890123456789/ABCDEFGHIJ", // all three
		certificate(598),
		"été 2026 ☂",
		random(1500, octets), // as DIVOC's compressed credentials
		"A1a" + random(30, digits) + "b" + random(30, layout.Alphabet),
	} {
		s := encode(t, qr.Options{Level: qr.M}, text)
		if got := readOther(t, s); got != latin1(text) {
			t.Errorf("%.20q: another reader reads %q", text, got)
		}
		codes, err := scan.Read(s.Image(3))
		if err != nil || len(codes) != 1 || string(codes[0].Bytes) != text {
			t.Errorf("%.20q: own reader: %v", text, err)
		}
	}
}

// The zero Options mean level Q; a SMART Health Card of the longest size for
// one symbol fits the version that its specification allows; HC1 texts take
// what the documentation says.
func TestSizes(t *testing.T) {
	for _, c := range []struct {
		text    string
		options qr.Options
		version int
		level   qr.Level
	}{
		{certificate(598), qr.Options{}, 19, qr.Q},
		{certificate(598), qr.Options{Level: qr.M}, 15, qr.M},
		{"shc:/" + random(2*1191, digits), qr.Options{Level: qr.L}, 22, qr.L},
		{certificate(3000), qr.Options{Fallback: true}, 38, qr.M},
		{certificate(4296), qr.Options{Fallback: true}, 40, qr.L},
		{certificate(700), qr.Options{Fallback: true, MaxVersion: 16}, 15, qr.L},
		{certificate(2000), qr.Options{Level: qr.H, Fallback: true}, 37, qr.Q},
	} {
		s, err := c.options.Encode(c.text)
		if err != nil {
			t.Errorf("%d characters, %+v: %v", len(c.text), c.options, err)
		} else if s.Version() != c.version || s.Level() != c.level {
			t.Errorf("%d characters, %+v: got %d-%v, want %d-%v", len(c.text), c.options, s.Version(), s.Level(), c.version, c.level)
		}
	}
}

// What does not fit is refused with advice, and without the text.
func TestTooLong(t *testing.T) {
	for _, c := range []struct {
		text    string
		options qr.Options
		advice  string
	}{
		{certificate(3000), qr.Options{}, "use level M"},
		{certificate(4200), qr.Options{}, "use level L"},
		{certificate(700), qr.Options{MaxVersion: 16}, "use level L"},
		{certificate(4297), qr.Options{Fallback: true}, "split it"},
		{certificate(700), qr.Options{Fallback: true, MaxVersion: 10}, "split it"},
		{random(7090, digits), qr.Options{Level: qr.L}, "split it"},
		{random(1<<20, digits), qr.Options{Level: qr.L}, "split it"},
	} {
		s, err := c.options.Encode(c.text)
		if s != nil || !errors.Is(err, qr.ErrTooLong) || !strings.Contains(err.Error(), c.advice) {
			t.Errorf("%d characters, %+v: got %v, want advice %q", len(c.text), c.options, err, c.advice)
		} else if strings.Contains(err.Error(), c.text[:10]) {
			t.Errorf("the error holds the text: %v", err)
		}
	}
	for _, o := range []qr.Options{{Level: 4}, {MaxVersion: 41}, {MaxVersion: -1}} {
		if _, err := o.Encode("A"); err == nil || errors.Is(err, qr.ErrTooLong) {
			t.Errorf("%+v: got %v", o, err)
		}
	}
}

// Whatever is encoded and drawn is read again, byte for byte, and always gives
// the same symbol.
func FuzzEncode(f *testing.F) {
	f.Add("", uint8(0), uint8(3))
	f.Add(certificate(598), uint8(0), uint8(4))
	f.Add("shc:/56762909524320603460292437404460312229595326546034602925", uint8(2), uint8(2))
	f.Add("A1B2C3\x00\xff123456789", uint8(3), uint8(5))
	f.Add(random(2000, octets), uint8(1), uint8(2))
	f.Fuzz(func(t *testing.T, text string, level, scale uint8) {
		o := qr.Options{Level: qr.Level(level % 4), Fallback: true}
		s, err := o.Encode(text)
		if err != nil {
			if len(text) <= 1273 {
				t.Fatal(err)
			}
			return
		}
		png := s.PNG(qr.Style{Scale: 2 + int(scale%4)})
		if again := encode(t, o, text); string(again.PNG(qr.Style{Scale: 2 + int(scale%4)})) != string(png) {
			t.Error("the same text gave another picture")
		}
		codes, err := scan.ReadBytes(png, scan.Limits{})
		if err != nil || len(codes) != 1 || string(codes[0].Bytes) != text {
			t.Errorf("%d-%v, %d bytes: not read again: %v", s.Version(), s.Level(), len(text), err)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	for _, c := range []struct {
		name  string
		text  string
		level qr.Level
	}{
		{"certificate-Q", certificate(598), qr.Q},
		{"certificate-M", certificate(598), qr.M},
		{"shc-L", "shc:/" + random(1200, digits), qr.L},
		{"largest", random(7089, digits), qr.L},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := qr.Encode(c.text, c.level); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func ExampleEncode() {
	s, err := qr.Encode("HC1:DEMO", qr.Q)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("version %d, level %v, %d modules a side, at least %.1f mm wide\n", s.Version(), s.Level(), s.Size(), s.MinWidth())
	// Output: version 1, level Q, 21 modules a side, at least 9.6 mm wide
}
