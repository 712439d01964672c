package claim_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/pratique/pratique/issue/claim"
)

func draw(t testing.TB) claim.Code {
	t.Helper()
	c, err := claim.Draw(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// No two of its characters are taken for each other, and none for one that is not
// in it.
func TestTheAlphabet(t *testing.T) {
	if len(claim.Alphabet) != 23 || strings.ContainsAny(claim.Alphabet, "0OQ1IL2Z5S8BV") {
		t.Errorf("alphabet %s", claim.Alphabet)
	}
	for i, r := range claim.Alphabet {
		if strings.LastIndexByte(claim.Alphabet, byte(r)) != i {
			t.Errorf("%c stands twice", r)
		}
	}
}

func TestACodeIsReadAsPeopleTypeIt(t *testing.T) {
	for range 100 {
		c := draw(t)
		text := c.String()
		if len(text) != 9 || text[4] != '-' || strings.Trim(text, claim.Alphabet+"-") != "" {
			t.Fatalf("written as %q", text)
		}
		for _, typed := range []string{text, strings.ToLower(text), strings.ReplaceAll(text, "-", ""), " " + strings.ReplaceAll(text, "", " ") + "\n", strings.ReplaceAll(text, "-", "\u2011")} {
			if got, err := claim.Parse(typed); err != nil || got != c {
				t.Errorf("%q is read as %v, %v", typed, got, err)
			}
		}
	}
}

// Any one wrong character and any two that changed places are found, in every place.
func TestTypingErrorsAreFound(t *testing.T) {
	for range 20 {
		text := strings.ReplaceAll(draw(t).String(), "-", "")
		found := func(typed string) {
			t.Helper()
			if _, err := claim.Parse(typed); typed != text && !errors.Is(err, claim.ErrTyped) {
				t.Errorf("%s was typed instead of %s, and taken", typed, text)
			}
		}
		for i := range text {
			for _, r := range claim.Alphabet {
				found(text[:i] + string(r) + text[i+1:])
			}
			for j := range i {
				b := []byte(text)
				b[i], b[j] = b[j], b[i]
				found(string(b))
			}
			found(text[:i] + text[i+1:])
			found(text[:i] + "3" + text[i:])
		}
	}
	for _, text := range []string{"", "-", "0OI1-LBSZ", "33333333 3", strings.Repeat(" ", 100), "K7RM_4XWA", "\xff\xfe"} {
		if c, err := claim.Parse(text); !errors.Is(err, claim.ErrTyped) || c != (claim.Code{}) {
			t.Errorf("%q: %v, %v", text, c, err)
		}
	}
	if (claim.Code{}).String() != "" {
		t.Error("the zero code is a code")
	}
}

// Codes are drawn evenly: each character about as often, in each place.
func TestCodesAreDrawnEvenly(t *testing.T) {
	const n = 23 * 400
	counts := map[[2]int]int{}
	for range n {
		text := strings.ReplaceAll(draw(t).String(), "-", "")
		for place := range text {
			counts[[2]int{place, int(text[place])}]++
		}
	}
	for place := range 8 {
		for _, r := range claim.Alphabet {
			if got := counts[[2]int{place, int(r)}]; got < 270 || got > 530 { // 400, and six and a half deviations
				t.Errorf("%c stands %d times in place %d", r, got, place)
			}
		}
	}
	if _, err := claim.Draw(bytes.NewReader([]byte{255, 254, 1, 2, 3, 4, 5, 6})); err == nil {
		t.Error("a code of six random characters")
	}
}

func TestACodeStaysOutOfLogs(t *testing.T) {
	c := draw(t)
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("claimed", "code", c)
	if strings.Contains(b.String(), c.String()) || !strings.Contains(b.String(), "a claim code") {
		t.Error("the log has the code, or nothing")
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"3333-3333", "k7rm4xwa", " 3 3 3 3-3 3 3 3 ", "33333333\u00a0", "0", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := claim.Parse(text)
		if err != nil {
			return
		}
		if again, err := claim.Parse(c.String()); err != nil || again != c {
			t.Errorf("%q is %v, which is read as %v, %v", text, c, again, err)
		}
	})
}
