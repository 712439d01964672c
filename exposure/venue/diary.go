package venue

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/pratique/pratique/internal/signed"
)

const diaryName = "pratique-diary"

// ErrDiary means that a text is no diary at all.
var ErrDiary = errors.New("not a " + diaryName + " text")

// Diary is where somebody was, as they wrote it down.
type Diary []Visit

// ParseDiary reads a diary. Lines that cannot be read are findings.
func ParseDiary(text []byte) (Diary, []Finding, error) {
	if len(text) > MaxDiary {
		return nil, nil, fmt.Errorf("%w: longer than %d bytes", ErrDiary, MaxDiary)
	}
	f, err := signed.Parse(text)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("%w: %w", ErrDiary, err)
	case len(f.Signatures) > 0:
		return nil, nil, fmt.Errorf("%w: nobody signs a diary", ErrDiary)
	case f.Name != diaryName || f.Major != 1:
		return nil, nil, fmt.Errorf("%w: it is %s/%d.%d", ErrDiary, f.Name, f.Major, f.Minor)
	}
	var out Diary
	var found []Finding
	n := 1
	for line := range strings.Lines(string(f.Body())) {
		if n++; n > MaxVisits+1 {
			return nil, nil, fmt.Errorf("%w: more than %d visits", ErrDiary, MaxVisits)
		}
		v, ok := parseVisit(strings.TrimSuffix(line, "\n"))
		if !ok {
			found = append(found, Finding{n})
			continue
		}
		out = append(out, v)
	}
	return out, found, nil
}

func parseVisit(line string) (Visit, bool) {
	word := strings.SplitN(line, " ", 6)
	if len(word) != 6 || word[0] != "visit" {
		return Visit{}, false
	}
	v := Visit{System: System(word[1]), Name: word[5]}
	place, readable := parsePlace(v.System, word[2])
	from, begun := parseMoment(word[3])
	until, ended := parseMoment(word[4])
	if word[4] == "-" {
		until, ended = time.Time{}, true
	}
	v.Place, v.From, v.Until = place, from, until
	return v, readable && begun && ended && (until.IsZero() || from.Before(until)) && isName(v.Name)
}

func isName(s string) bool {
	return s != "" && len(s) <= maxName && strings.IndexFunc(s, unicode.IsControl) < 0
}

// parsePlace and printPlace write what is no text in hexadecimal digits.
func parsePlace(s System, text string) (string, bool) {
	place := text
	if s != NewZealand && s != England {
		b, err := hex.DecodeString(text)
		if err != nil || strings.ToLower(text) != text {
			return "", false
		}
		place = string(b)
	}
	return place, isPlace(s, place)
}

func printPlace(s System, place string) string {
	if s == NewZealand || s == England {
		return place
	}
	return hex.EncodeToString([]byte(place))
}

// parseMoment reads a moment that is printed in one way only.
func parseMoment(s string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil && t.Format(time.RFC3339) == s && strings.HasSuffix(s, "Z")
}

func printMoment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}

// Bytes prints the diary, in its order. A visit that the grammar cannot hold is
// left out: [Code.Visit] makes none.
func (d Diary) Bytes() []byte {
	out := []byte(diaryName + "/1.0\n")
	for _, v := range d {
		line := "visit " + string(v.System) + " " + printPlace(v.System, v.Place) + " " + printMoment(v.From) + " " + printMoment(v.Until) + " " + v.Name
		if _, ok := parseVisit(line); ok {
			out = append(append(out, line...), '\n')
		}
	}
	return out
}

// Since forgets the visits that ended before a moment, or began before it if
// nobody knows when they ended. The apps forget after two or three weeks.
func (d Diary) Since(t time.Time) Diary {
	var out Diary
	for _, v := range d {
		last := v.Until
		if last.IsZero() {
			last = v.From
		}
		if !last.Before(t) {
			out = append(out, v)
		}
	}
	return out
}
