package gaen_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/exposure/gaen"
)

// A reader goes on behind what it saw last, and reads all if that is gone.
func TestIndex(t *testing.T) {
	x, err := gaen.ParseIndex("v1/1.zip\nv1/2.zip\nother/deep/x\n")
	if err != nil || len(x) != 3 {
		t.Fatalf("%v, %v", x, err)
	}
	for last, want := range map[string]int{"": 3, "v1/1.zip": 2, "other/deep/x": 0, "v1/0.zip": 3} {
		if got := x.After(last); len(got) != want || want > 0 && got[len(got)-1] != "other/deep/x" {
			t.Errorf("after %q: %v", last, got)
		}
	}
	open, err := gaen.ParseIndex("v1/1.zip\nv1/2.zip\nother/deep/x")
	if err != nil || !slices.Equal(open, x) {
		t.Errorf("without an end to its last line: %v, %v", open, err)
	}
	if x, err := gaen.ParseIndex(""); err != nil || len(x) != 0 || x.String() != "" {
		t.Errorf("empty: %v, %v", x, err)
	}
}

// A list that leads somewhere else is refused, whole.
func TestBadIndex(t *testing.T) {
	for comment, text := range map[string]string{
		"an empty line":           "a\n\nb\n",
		"only an end":             "\n",
		"from the root":           "/a\n",
		"another host":            "//example.org/a\n",
		"another scheme":          "https://example.org/a\n",
		"above":                   "../a\n",
		"above, within":           "a/../b\n",
		"here":                    "./a\n",
		"a space":                 "a b\n",
		"a carriage return":       "a\r\n",
		"a letter beyond ASCII":   "é\n",
		"a control character":     "a\x00b\n",
		"a name like a book":      strings.Repeat("a", 513),
		"more than anybody reads": strings.Repeat("a\n", gaen.MaxListed+1),
		"too long":                strings.Repeat("a", gaen.MaxIndex+1),
	} {
		if x, err := gaen.ParseIndex(text); !errors.Is(err, gaen.ErrIndex) || x != nil {
			t.Errorf("%s: got %v, %v", comment, x, err)
		}
	}
}

// What is read is written again as the same text, but for the end of the last line.
func FuzzParseIndex(f *testing.F) {
	f.Add("v1/1.zip\nv1/2.zip\n")
	f.Add("a")
	f.Add("a/../b")
	f.Fuzz(func(t *testing.T, text string) {
		x, err := gaen.ParseIndex(text)
		if err != nil {
			return
		}
		if got := x.String(); got != text && got != text+"\n" {
			t.Errorf("%q became %q", text, got)
		}
	})
}
