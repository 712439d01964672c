package audit_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/issue/audit"
)

var day = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func records() []audit.Record {
	return []audit.Record{
		{At: day, Who: "office", Did: "issue", What: "issue_entry", Count: 2, Digest: sha256.Sum256([]byte("two"))},
		{At: day.Add(time.Hour), Who: "ana", Did: "withdraw", What: "proposal-7", Count: 1},
		{At: day.Add(time.Hour), Who: "office", Did: "close", What: "-"},
	}
}

func each(rs []audit.Record) iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		for _, r := range rs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func written(t testing.TB, rs []audit.Record) (string, audit.Head) {
	t.Helper()
	var b bytes.Buffer
	head, err := audit.Write(&b, "norland", each(rs))
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), head
}

// What is written is read, leads to the same head, and meets the heads of earlier.
func TestWrittenIsRead(t *testing.T) {
	text, head := written(t, records())
	_, yesterday := written(t, records()[:1])
	office, got, err := audit.Check(strings.NewReader(text), audit.Begin("norland"), yesterday, head)
	if err != nil || office != "norland" || got != head || head.N != 3 {
		t.Fatalf("got %q, %v, %v; want norland, %v", office, got, err, head)
	}
}

// Nobody changes, leaves out, puts in, moves or adds a line without being seen.
func TestChangesAreSeen(t *testing.T) {
	text, head := written(t, records())
	lines := strings.SplitAfter(text, "\n")
	join := func(l ...string) string { return strings.Join(l, "") }
	for comment, changed := range map[string]string{
		"a count":             strings.Replace(text, " 1 - ", " 2 - ", 1),
		"who":                 strings.Replace(text, " ana ", " bob ", 1),
		"a moment":            strings.Replace(text, "T09:", "T10:", 1),
		"a digest left out":   strings.Replace(text, " 2 "+strings.Fields(lines[2])[6], " 2 -", 1),
		"the office":          strings.Replace(text, "norland", "sudmark", 1),
		"first left out":      join(lines[0], lines[1], lines[3], lines[4], lines[5]),
		"last left out":       join(lines[0], lines[1], lines[2], lines[3], lines[5]),
		"two changed places":  join(lines[0], lines[1], lines[3], lines[2], lines[4], lines[5]),
		"a line twice":        join(lines[0], lines[1], lines[2], lines[2], lines[3], lines[4], lines[5]),
		"something after it":  text + "\n",
		"a tail":              text + "x",
		"no end":              join(lines[:5]...),
		"no last line feed":   strings.TrimSuffix(text, "\n"),
		"carriage returns":    strings.ReplaceAll(text, "\n", "\r\n"),
		"capital hex":         text[:len(text)-10] + strings.ToUpper(text[len(text)-10:]),
		"a number with zeros": strings.Replace(text, "\n2 ", "\n02 ", 1),
		"another header":      "x" + text,
		"nothing":             "",
		"a long line":         join(lines[0], lines[1]) + strings.Repeat("x", 2000) + "\n",
	} {
		if changed == text {
			t.Fatalf("%s: nothing was changed", comment)
		}
		if _, got, err := audit.Check(strings.NewReader(changed)); err == nil {
			t.Errorf("%s: accepted, with head %v", comment, got)
		}
	}
	// One that is whole and another than that of yesterday.
	other := records()
	other[0].Count = 1
	text, _ = written(t, other)
	if _, _, err := audit.Check(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := audit.Check(strings.NewReader(text), head); !errors.Is(err, audit.ErrChanged) {
		t.Errorf("written anew: %v", err)
	}
}

// A clock that goes back does not bring records out of their order.
func TestClockGoesBack(t *testing.T) {
	_, head, err := audit.Begin("norland").Next(audit.Record{At: day, Who: "a", Did: "b", What: "c"})
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := head.Next(audit.Record{At: day.Add(-time.Hour), Who: "a", Did: "b", What: "c"})
	if err != nil || !r.At.Equal(day) {
		t.Errorf("got %v, %v; want %v", r.At, err, day)
	}
}

// What could be taken for more than one word, or line, is no word.
func TestWords(t *testing.T) {
	for _, w := range []string{"", "a b", "a\nb", "a\x00", "é", "\x7f", strings.Repeat("x", audit.MaxWord+1)} {
		if _, _, err := audit.Begin("o").Next(audit.Record{At: day, Who: w, Did: "b", What: "c"}); !errors.Is(err, audit.ErrWord) {
			t.Errorf("%q: %v", w, err)
		}
	}
	if _, err := audit.Write(&bytes.Buffer{}, "a b", each(nil)); !errors.Is(err, audit.ErrWord) {
		t.Errorf("office: %v", err)
	}
}

func FuzzCheck(f *testing.F) {
	text, _ := written(f, records())
	f.Add(text)
	f.Add(strings.Replace(text, "ana", "bob", 1))
	f.Add(audit.Header + "\noffice x\nend 0 -\n")
	f.Fuzz(func(t *testing.T, text string) {
		office, head, err := audit.Check(strings.NewReader(text))
		if err != nil {
			return
		}
		if n := uint64(strings.Count(text, "\n")); n != head.N+3 || !strings.HasPrefix(text, audit.Header+"\noffice "+office+"\n") {
			t.Errorf("%d lines were taken for %d records", n, head.N)
		}
	})
}
