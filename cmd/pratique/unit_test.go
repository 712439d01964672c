package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestAMomentHasADateATimeAndAnOffset(t *testing.T) {
	want := time.Date(2026, 12, 3, 6, 20, 0, 0, time.UTC)
	for _, s := range []string{
		"2026-12-03T14:20:00+08:00", "2026-12-03T06:20:00Z", "2026-12-03t06:20:00z", "2026-12-03 14:20 +08:00", "2026-12-03 14:20+08",
		"2026-12-03T14:20+0800", "2026-12-03 06:20 UTC", "2026-12-03 14:20 UTC+08:00", " 2026-12-03T14:20:00.000+08:00 ",
	} {
		if got, err := moment("--at", s); err != nil || !got.Equal(want) {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "2026-12-03", "2026-12-03T14:20:00", "2026-12-03 14:20", "2026-13-03T14:20:00Z", "now", "2026-12-03T14:20:00+8", "1764742800"} {
		if got, err := moment("--at", s); err == nil || !got.IsZero() {
			t.Errorf("%q was taken for %v", s, got)
		}
	}
}

func FuzzMoment(f *testing.F) {
	f.Add("2026-12-03T14:20:00+08:00")
	f.Add("2026-12-03 14:20 UTC+08:00")
	f.Add("2026-12-03")
	f.Fuzz(func(t *testing.T, s string) {
		m, err := moment("--at", s)
		if err != nil {
			return
		}
		again, err := moment("--at", m.Format(time.RFC3339Nano))
		if err != nil || !again.Equal(m) {
			t.Errorf("%q: written as %v and read as %v, %v", s, m, again, err)
		}
	})
}

func TestASlipIsSeen(t *testing.T) {
	names := []string{"verify", "read", "issue", "key", "trust", "rules"}
	for typed, want := range map[string]string{
		"verfy": "verify", "veriyf": "verify", "vreify": "verify", "isue": "issue", "ke": "key", "rulse": "rules", "tust": "trust",
		"conform": "", "x": "", "": "", "serve": "",
	} {
		if got := nearest(typed, names); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func TestColoursAreShownWhereTheyAreWanted(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, v := range []struct {
		comment string
		env     map[string]string
		want    bool
	}{
		{"a file", nil, false},
		{"a file, and colours are demanded", map[string]string{"CLICOLOR_FORCE": "1"}, true},
		{"demanded and refused", map[string]string{"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, false},
		{"not demanded", map[string]string{"CLICOLOR_FORCE": "0"}, false},
	} {
		if l := lookOf(f, func(k string) string { return v.env[k] }); l.colour != v.want || l.terminal || l.width != plainWidth {
			t.Errorf("%s: %+v", v.comment, l)
		}
	}
}

func TestTheLanguageIsThatOfTheEnvironment(t *testing.T) {
	for _, v := range []struct{ all, messages, lang, want string }{
		{"", "", "", "en"}, {"", "", "fr_FR.UTF-8", "fr"}, {"", "", "fr", "fr"}, {"", "", "de_DE.UTF-8", "en"}, {"", "", "C", "en"},
		{"", "fr_BE", "en_GB", "fr"}, {"en_US", "fr_BE", "fr_BE", "en"},
	} {
		env := map[string]string{"LC_ALL": v.all, "LC_MESSAGES": v.messages, "LANG": v.lang}
		if got := language(func(k string) string { return env[k] }); got != v.want {
			t.Errorf("%+v: %q", v, got)
		}
	}
}

func TestTextsFromOutsideCannotMoveTheCursor(t *testing.T) {
	for in, want := range map[string]string{
		"Zoë Müller":           "Zoë Müller",
		"王小明":                  "王小明",
		"\x1b[2J\x1b[32mGREEN": "�[2J�[32mGREEN",
		"a\nb\rc\u009b":        "a�b�c�",
		"\u202eDER\u202c":      "�DER�",
		"\xff":                 "�",
	} {
		if got := printable(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestWrapLosesNothingAndKeepsTheWidth(t *testing.T) {
	text := strings.Repeat("a few words of ätherisch length ", 12)
	got := look{width: 40}.wrap("  ! ", "    ", text)
	for line := range strings.Lines(got) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 40 {
			t.Errorf("a line of %d: %q", n, line)
		}
	}
	if a, b := strings.Join(strings.Fields(strings.TrimPrefix(got, "  ! ")), " "), strings.Join(strings.Fields(text), " "); a != b {
		t.Errorf("got %q, want %q", a, b)
	}
}

func TestTextIsReadAsItsWriterMeantIt(t *testing.T) {
	for comment, in := range map[string]string{
		"UTF-8":                   "HC1:6BF é",
		"UTF-8 with its mark":     "\xEF\xBB\xBFHC1:6BF é",
		"UTF-16 of Windows":       "\xFF\xFEH\x00C\x001\x00:\x006\x00B\x00F\x00 \x00\xE9\x00",
		"UTF-16, big end first":   "\xFE\xFF\x00H\x00C\x001\x00:\x006\x00B\x00F\x00 \x00\xE9",
		"UTF-16 cut in two bytes": "\xFF\xFEH\x00C\x001\x00:\x006\x00B\x00F\x00 \x00\xE9\x00\x00",
	} {
		if got := textOf([]byte(in)); got != "HC1:6BF é" {
			t.Errorf("%s: %q", comment, got)
		}
	}
	if got := textOf([]byte("\xFF\xFE")); got != "" {
		t.Errorf("a mark alone: %q", got)
	}
}

func TestTheCodeOnASheetIsFoundBesideOthers(t *testing.T) {
	for _, v := range []struct {
		comment string
		in      []string
		want    string
	}{
		{"a code and a web address", []string{"https://example.org", "HC1:6BF"}, "HC1:6BF"},
		{"two codes", []string{"HC1:6BF", "WIFI:S:x;;", "HC1:NCF"}, "HC1:6BF HC1:NCF"},
		{"no code", []string{"https://example.org", "WIFI:S:x;;"}, "https://example.org"},
	} {
		if got := strings.Join(healthCodes(v.in), " "); got != v.want {
			t.Errorf("%s: %q", v.comment, got)
		}
	}
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	name := t.TempDir() + "/f"
	if err := writeNew(name, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeNew(name, []byte("b"), 0o600); err == nil {
		t.Error("written over")
	}
	if err := replaceFile(name, []byte("c"), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(name); string(b) != "c" {
		t.Errorf("it has %q", b)
	}
	if left, err := filepath.Glob(filepath.Dir(name) + "/.*"); err != nil || len(left) > 0 {
		t.Errorf("the file in between was left: %q, %v", left, err)
	}
}

func FuzzForm(f *testing.F) {
	for _, e := range examples {
		f.Add([]byte(e))
	}
	f.Add([]byte(`{"nam":{"fn":"A"},"dob":"1980","t":[{"tg":"1"}]}`))
	f.Add([]byte(`{"subject":{"names":[{"family":"A"}]},"events":[{"kind":"recovery"}]}`))
	f.Add([]byte(`{"kind":"test","sampled":"x"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parseForm(b)
		if (c == nil) == (err == nil) {
			t.Errorf("a certificate beside an error, or neither: %v", err)
		}
	})
}
