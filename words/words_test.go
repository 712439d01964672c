package words_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/words"
)

var hole = regexp.MustCompile(`\{([a-z_]+)\}`)

func TestEveryCodeIsSaidInEveryLanguage(t *testing.T) {
	for _, lang := range words.Languages() {
		for code := range words.Codes {
			if !words.Has(lang, code) {
				t.Errorf("%s: no entry for %s", lang, code)
				continue
			}
			if text, _ := words.Say(lang, code); text == "" {
				t.Errorf("%s: %s says nothing", lang, code)
			}
		}
		for _, code := range words.Said(lang) {
			if _, ok := words.Codes[code]; !ok {
				t.Errorf("%s: %s is no declared code", lang, code)
			}
		}
	}
}

// A draft says every code, nothing that is no code, and has every hole of the
// English sentence and no other.
func TestDraftsSayTheSameAsEnglish(t *testing.T) {
	for _, lang := range words.Drafts() {
		if slices.Contains(words.Languages(), lang) {
			t.Errorf("%s is a language and a draft", lang)
		}
		said := words.Said(lang)
		for code := range words.Codes {
			if !slices.Contains(said, code) {
				t.Errorf("%s: no entry for %s", lang, code)
			}
		}
		for _, code := range said {
			if _, ok := words.Codes[code]; !ok {
				t.Errorf("%s: %s is no declared code", lang, code)
			}
			if got, want := holes(lang, code), holes("en", code); !slices.Equal(got, want) {
				t.Errorf("%s: %s uses %v, English uses %v", lang, code, got, want)
			}
			enText, enNext := words.Say("en", code)
			if text, next := words.Say(lang, code); text == "" || (next == "") != (enNext == "") {
				t.Errorf("%s: %s lacks its text or its next step", lang, code)
			} else if text == enText && enText != "?" && enText != "COVID-19" {
				t.Errorf("%s: %s is not translated", lang, code)
			}
		}
		t.Logf("%s: %d of %d entries", lang, len(said), len(words.Codes))
		if text, _ := words.Say(lang, "a_code_of_tomorrow"); text != "a_code_of_tomorrow" {
			t.Errorf("%s: an unknown code is said as %q", lang, text)
		}
		if got := words.Country(lang, "CH"); got == "CH" || got == "?" {
			t.Errorf("%s: Switzerland is said as %q", lang, got)
		}
	}
}

// A rule that asks about what a certificate does not state is not called unmet:
// nobody knows whether it is.
func TestWhatIsNotStatedIsNotCalledUnmet(t *testing.T) {
	for _, lang := range append(words.Languages(), words.Drafts()...) {
		unmet, _, _ := strings.Cut(words.Source(lang, "rule_failed"), "{rule}")
		if said := words.Source(lang, "rule_lacks"); unmet == "" || strings.HasPrefix(said, unmet) {
			t.Errorf("%s: %q begins like %q", lang, said, unmet)
		}
	}
}

// A program that was built without the drafts is given one, and then says it.
// What is built in and reviewed is not replaced.
func TestADraftIsLearned(t *testing.T) {
	before, _ := words.Say("es", "red")
	if err := words.Learn("es", "[red]\ntext = ¡alto!\n"); err != nil {
		t.Fatal(err)
	}
	if got, _ := words.Say("es", "red"); got != "¡alto!" {
		t.Errorf("learned, red is said as %q", got)
	}
	if got, _ := words.Say("es", "green"); got != "meets the rules" {
		t.Errorf("an entry that the draft lacks is said as %q, want English", got)
	}
	words.Forget("es")
	if got, _ := words.Say("es", "red"); got != before {
		t.Errorf("forgotten, red is said as %q, want %q", got, before)
	}
	for comment, v := range map[string][2]string{
		"a reviewed language":      {"fr", "[red]\ntext = x\n"},
		"a language of no list":    {"xx", "[red]\ntext = x\n"},
		"a text without a code":    {"es", "text = x\n"},
		"a code that stands twice": {"es", "[red]\ntext = x\n[red]\ntext = y\n"},
		"a text that is too long":  {"es", strings.Repeat("#", 2<<20)},
	} {
		if err := words.Learn(v[0], v[1]); err == nil {
			t.Errorf("%s is taken", comment)
		}
	}
}

func holes(lang, code string) []string {
	used := map[string]bool{}
	for _, m := range hole.FindAllStringSubmatch(words.Source(lang, code), -1) {
		used[m[1]] = true
	}
	return slices.Sorted(maps.Keys(used))
}

func TestSentencesUseDeclaredParametersAndAllLanguagesTheSame(t *testing.T) {
	for code, declared := range words.Codes {
		var first []string
		for _, lang := range words.Languages() {
			used := map[string]bool{}
			for _, m := range hole.FindAllStringSubmatch(words.Source(lang, code), -1) {
				used[m[1]] = true
				if !slices.Contains(strings.Fields(declared), m[1]) {
					t.Errorf("%s: %s uses {%s}, which is not declared", lang, code, m[1])
				}
			}
			names := slices.Sorted(maps.Keys(used))
			if first == nil {
				first = names
			} else if !slices.Equal(first, names) {
				t.Errorf("%s: %s uses %v, the first language uses %v", lang, code, names, first)
			}
		}
	}
}

func TestAReasonIsNeverDropped(t *testing.T) {
	if text, _ := words.Say("en", "a_code_of_tomorrow"); text != "a_code_of_tomorrow" {
		t.Errorf("an unknown code is said as %q", text)
	}
	if en, _ := words.Say("en", "amber"); en == "" {
		t.Error("amber says nothing")
	} else if xx, _ := words.Say("xx", "amber"); xx != en {
		t.Errorf("an unknown language says %q, want English", xx)
	}
	if got, _ := words.Say("en", "signature_expired"); !strings.Contains(got, "?") {
		t.Errorf("a missing parameter is not shown as missing: %q", got)
	}
}

func TestParametersAreSaidForPeople(t *testing.T) {
	east := time.FixedZone("", 8*3600)
	at := time.Date(2026, 12, 3, 14, 20, 0, 0, east)
	for _, v := range []struct {
		comment, lang, want string
		p                   words.Param
	}{
		{"a moment keeps its offset", "en", "3 Dec 2026, 14:20 UTC+08:00", words.Moment("until", at)},
		{"a moment in UTC", "en", "3 Dec 2026, 06:20 UTC", words.Moment("until", at.UTC())},
		{"French months", "fr", "3 déc. 2026, 14:20 UTC+08:00", words.Moment("until", at)},
		{"no moment", "en", "?", words.Moment("until", time.Time{})},
		{"hours as rules count them", "en", "72 hours", words.Span("until", 72*time.Hour)},
		{"one hour", "fr", "1 heure", words.Span("until", time.Hour)},
		{"days", "en", "180 days", words.Span("until", 180*24*time.Hour)},
		{"minutes", "en", "45 minutes", words.Span("until", 45*time.Minute)},
		{"a place by name", "fr", "Suisse", words.Place("until", "CH")},
		{"a place of the demo", "en", "Norland", words.Place("until", "XA")},
		{"a place without a name", "en", "QZ", words.Place("until", "QZ")},
		{"no place", "en", "?", words.Place("until", "")},
		{"a word of the catalogue", "fr", "guérison", words.Word("until", "recovery")},
		{"a word with a hyphen", "en", "the key was lost", words.Word("until", "key-lost")},
		{"a word that the catalogue lacks", "fr", "stamp", words.Word("until", "stamp")},
		{"all of them", "fr", "test, vaccination et guérison", words.All("until", "test", "vaccination", "recovery")},
		{"a choice", "en", "test, vaccination or recovery", words.List("until", "test", "vaccination", "recovery")},
		{"a choice of one", "fr", "guérison", words.List("until", "recovery")},
		{"no choice", "en", "?", words.List("until")},
		{"a number", "en", "3", words.Count("until", 3)},
	} {
		want, _ := words.Say(v.lang, "signature_expired", words.Text("until", v.want))
		if got, _ := words.Say(v.lang, "signature_expired", v.p); got != want {
			t.Errorf("%s: got %q, want %q", v.comment, got, want)
		}
	}
}

func TestABraceInAParameterIsNoPlaceholder(t *testing.T) {
	got, _ := words.Say("en", "rule_failed", words.Text("rule", "{says}"), words.Text("says", "x"))
	if !strings.Contains(got, "{says}") {
		t.Errorf("a parameter was expanded twice: %q", got)
	}
}
