package venue_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/venue"
)

const diaryText = `pratique-diary/1.0
visit nz 9429300000017 2026-11-02T10:00:00Z 2026-11-02T11:00:00Z The Blue Teapot
visit gb 4AB2C9ZZ 2026-11-03T10:00:00Z - The  Pilchard
visit de 0000000000000000000000000000000000000000000000000000000000000000 2026-11-04T10:00:00Z 2026-11-04T12:00:00Z Friseur
visit fr 00000000000000000000000000000000 2026-11-05T10:00:00Z - -
`

// A diary is written again byte for byte.
func TestDiary(t *testing.T) {
	d, found, err := venue.ParseDiary([]byte(diaryText))
	if err != nil || len(found) != 0 || len(d) != 4 {
		t.Fatalf("%d visits, %v, %v", len(d), found, err)
	}
	if got := string(d.Bytes()); got != diaryText {
		t.Errorf("got %s", got)
	}
	if d[1].Name != "The  Pilchard" || !d[1].Until.IsZero() || d[0].Until.Sub(d[0].From) != time.Hour {
		t.Errorf("got %+v", d)
	}
}

// A line that is none is left out, and the rest survives.
func TestBadLines(t *testing.T) {
	for comment, line := range map[string]string{
		"another word":              "stay nz 9429300000017 2026-11-02T10:00:00Z - x",
		"another system":            "visit xx 9429300000017 2026-11-02T10:00:00Z - x",
		"a place of another system": "visit nz 4AB2C9ZZ 2026-11-02T10:00:00Z - x",
		"large digits":              "visit fr 0000000000000000000000000000000A 2026-11-02T10:00:00Z - x",
		"a short place":             "visit fr 000000000000000000000000000000 2026-11-02T10:00:00Z - x",
		"no name":                   "visit gb 4AB2C9ZZ 2026-11-02T10:00:00Z -",
		"an empty name":             "visit gb 4AB2C9ZZ 2026-11-02T10:00:00Z - ",
		"a long name":               "visit gb 4AB2C9ZZ 2026-11-02T10:00:00Z - " + strings.Repeat("x", 401),
		"a name with a tab":         "visit gb 4AB2C9ZZ 2026-11-02T10:00:00Z - a\tb",
		"another offset":            "visit gb 4AB2C9ZZ 2026-11-02T10:00:00+01:00 - x",
		"half a second":             "visit gb 4AB2C9ZZ 2026-11-02T10:00:00.5Z - x",
		"no beginning":              "visit gb 4AB2C9ZZ - 2026-11-02T10:00:00Z x",
		"an end before":             "visit gb 4AB2C9ZZ 2026-11-02T10:00:00Z 2026-11-02T10:00:00Z x",
		"an empty line":             "",
	} {
		d, found, err := venue.ParseDiary([]byte(diaryText + line + "\n" + strings.SplitAfter(diaryText, "\n")[1]))
		if err != nil || len(d) != 5 || !slices.Equal(found, []venue.Finding{{Index: 6}}) {
			t.Errorf("%s: %d visits, %v, %v", comment, len(d), found, err)
		}
	}
}

// What is no diary is refused, whole.
func TestBadDiary(t *testing.T) {
	for comment, text := range map[string]string{
		"nothing":         "",
		"another kind":    "pratique-history/1.0\n",
		"a later version": "pratique-diary/2.0\n",
		"no last end":     strings.TrimSuffix(diaryText, "\n"),
		"too many visits": "pratique-diary/1.0\n" + strings.Repeat("x\n", venue.MaxVisits+1),
		"too long":        diaryText + strings.Repeat("x", venue.MaxDiary),
	} {
		if d, found, err := venue.ParseDiary([]byte(text)); !errors.Is(err, venue.ErrDiary) || d != nil || found != nil {
			t.Errorf("%s: %d visits, %v", comment, len(d), err)
		}
	}
}

// What ended before is forgotten, and what nobody knows the end of by its beginning.
func TestSince(t *testing.T) {
	d, _, _ := venue.ParseDiary([]byte(diaryText))
	for moment, want := range map[string]int{"2026-11-01T00:00:00Z": 4, "2026-11-02T11:00:00Z": 4, "2026-11-02T11:00:01Z": 3, "2026-11-03T10:00:01Z": 2, "2026-11-06T00:00:00Z": 0} {
		at, err := time.Parse(time.RFC3339, moment)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Since(at); len(got) != want {
			t.Errorf("since %s: %d visits, want %d", moment, len(got), want)
		}
	}
}

// A visit lasts as long as the code says, or nobody knows.
func TestVisit(t *testing.T) {
	at := time.Date(2026, 11, 2, 10, 0, 0, 999, time.FixedZone("", 3600))
	v := venue.Code{System: venue.German, Place: "p", Name: "n", Length: time.Hour}.Visit(at)
	if !v.From.Equal(at.Truncate(time.Second)) || v.Until.Sub(v.From) != time.Hour || v.From.Location() != time.UTC {
		t.Errorf("got %+v", v)
	}
	if v := (venue.Code{System: venue.France}).Visit(at); !v.Until.IsZero() || v.Name != "-" {
		t.Errorf("got %+v", v)
	}
}

// A diary without findings is written again as the same bytes.
func FuzzParseDiary(f *testing.F) {
	f.Add([]byte(diaryText))
	f.Add([]byte("pratique-diary/1.0\nvisit gb 4AB2C9ZZ 2026-11-03T10:00:00Z - x\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, found, err := venue.ParseDiary(text)
		if err != nil {
			return
		}
		out := d.Bytes()
		if head, _, _ := bytes.Cut(text, []byte("\n")); len(found) == 0 && string(head) == "pratique-diary/1.0" && !bytes.Equal(out, text) {
			t.Errorf("%q\nbecame %q", text, out)
		}
		again, found, err := venue.ParseDiary(out)
		if err != nil || len(found) != 0 || !slices.Equal(again, d) {
			t.Errorf("%q is read as %v, %v, %v", out, again, found, err)
		}
	})
}
