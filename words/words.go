// Package words answers one question: how is this reason said to a person?
//
// Every answer of the program is a reason code with typed parameters; this
// package holds the one catalogue that turns it into a sentence, in each
// language the same facts. Codes are for machines and never change their
// meaning; sentences are for people and may be improved.
//
// # The catalogue
//
// A language is a text file. A line in brackets begins an entry, and is the
// code; `text` says what is, `next` what to do now. A parameter stands in
// braces and must be one that the code declares (see [Codes]):
//
//	[signature_expired]
//	text = The signature ended on {until}.
//	next = Ask for a certificate that was renewed or issued again.
//
// An entry may have no `next`: then nothing need be done. A line that begins
// with # is a comment. An entry that a language lacks is said in English.
//
// # Languages and drafts
//
// [Languages] are complete, and were written by people who answer for them.
// [Drafts] are the other languages of the United Nations: complete, and
// translations that nobody who grew up with the language has reviewed yet.
// Whoever shows a draft says that it is one, and shows a sentence of [Languages]
// beside it. A draft becomes a language by being read, corrected, and moved from
// one list to the other.
//
// A program for pages (GOOS=js) has [Languages] in it and not the drafts, which
// would make it a quarter larger than its page may be: the page fetches the file
// of the language that somebody chose, and gives it to [Learn].
//
// # Parameters
//
// A parameter is a text, a number, a jurisdiction, a moment, a span of time, a
// word that the catalogue says itself, a choice of such words or all of them
// ([Text], [Count], [Place], [Moment], [Span], [Word], [List], [All]). Moments are
// said at the offset that they carry, and say it.
package words

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed en.txt fr.txt countries.txt
var files embed.FS

// Languages are those of the catalogue; the first is what others fall back to.
func Languages() []string { return []string{"en", "fr"} }

// Drafts are further languages, unreviewed.
func Drafts() []string { return []string{"ar", "es", "ru", "zh"} }

// Kind is the type of a parameter.
type Kind uint8

// The kinds of parameters.
const (
	KindText Kind = iota
	KindCount
	KindPlace
	KindMoment
	KindSpan
	KindWord
	KindList
	KindAll
)

// Param is a named value in a sentence.
type Param struct {
	Name string
	kind Kind
	text string
	n    int64
	at   time.Time
}

// Text is a parameter that is said as it stands. It must never be personal.
func Text(name, s string) Param { return Param{Name: name, kind: KindText, text: s} }

// Count is a whole number.
func Count(name string, n int) Param { return Param{Name: name, kind: KindCount, n: int64(n)} }

// Place is a jurisdiction by its code; it is said by its name where one is known.
func Place(name, code string) Param { return Param{Name: name, kind: KindPlace, text: code} }

// Moment is a point in time, said at its own offset.
func Moment(name string, t time.Time) Param { return Param{Name: name, kind: KindMoment, at: t} }

// Span is a length of time, said in the largest unit that loses nothing of interest.
func Span(name string, d time.Duration) Param {
	return Param{Name: name, kind: KindSpan, n: int64(d)}
}

// Word is a parameter that has an entry of its own in the catalogue:
// "vaccination" is said as the language says it.
func Word(name, code string) Param { return Param{Name: name, kind: KindWord, text: code} }

// List is a choice of words that the catalogue says itself: "test, vaccination or recovery".
func List(name string, codes ...string) Param {
	return Param{Name: name, kind: KindList, text: strings.Join(codes, " ")}
}

// All are words that the catalogue says itself, together: "name, birth date and result".
func All(name string, codes ...string) Param {
	return Param{Name: name, kind: KindAll, text: strings.Join(codes, " ")}
}

// Value returns the parameter for machines: text, number, RFC 3339 or hours.
func (p Param) Value() any {
	switch p.kind {
	case KindCount:
		return p.n
	case KindMoment:
		return p.at.Format(time.RFC3339)
	case KindSpan:
		return time.Duration(p.n).Hours()
	}
	return p.text
}

// Say returns what is, and what to do next, in a language. A code that the
// catalogue lacks is said as itself: a reason is never dropped.
func Say(lang, code string, params ...Param) (text, next string) {
	e, ok := catalogue(lang)[code]
	said := lang
	if !ok {
		said = Languages()[0]
		e, ok = catalogue(said)[code]
	}
	if !ok {
		return code, ""
	}
	return fill(said, e.text, params), fill(said, e.next, params)
}

// Has reports whether the catalogue has the code in the language.
func Has(lang, code string) bool {
	_, ok := catalogue(lang)[code]
	return ok
}

func fill(lang, s string, params []Param) string {
	if !strings.Contains(s, "{") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		if i := slices.IndexFunc(params, func(p Param) bool { return p.Name == name }); i >= 0 {
			b.WriteString(isolated(lang, params[i].say(lang)))
		} else {
			b.WriteString("?")
		}
		s = after
	}
}

type entry struct{ text, next string }

// catalogue returns the entries of a language; none for a language that is not there.
func catalogue(lang string) map[string]entry {
	if m, ok := learned.Load(lang); ok {
		return m.(map[string]entry)
	}
	if read, ok := catalogues[lang]; ok {
		return read()
	}
	return nil
}

// catalogues are the files by language, each read when it is first asked.
var catalogues = map[string]func() map[string]entry{
	"en": once("en"), "fr": once("fr"),
	"ar": once("ar"), "es": once("es"), "ru": once("ru"), "zh": once("zh"),
}

func once(lang string) func() map[string]entry {
	return sync.OnceValue(func() map[string]entry { return mustRead(lang) })
}

// mustRead reads an embedded file: that it parses is a promise of the tests. A
// draft that is not embedded has no entries.
func mustRead(lang string) map[string]entry {
	b, err := files.ReadFile(lang + ".txt")
	if err != nil && slices.Contains(Drafts(), lang) {
		if b, err = drafts.ReadFile(lang + ".txt"); err != nil {
			return nil
		}
	}
	if err != nil {
		panic(err)
	}
	m, err := parse(string(b))
	if err != nil {
		panic(fmt.Sprintf("words: %s.txt: %v", lang, err))
	}
	return m
}

// learned are the drafts that a page gave, by language.
var learned sync.Map

// maxCatalogue is the longest text that Learn takes, in bytes.
const maxCatalogue = 1 << 20

// Learn takes the text of a draft for a program that was built without it. It
// takes no other language: what is built in and reviewed is not replaced.
func Learn(lang, text string) error {
	if !slices.Contains(Drafts(), lang) || len(text) > maxCatalogue {
		return fmt.Errorf("learning words: %q is no draft, or it is longer than %d bytes", lang, maxCatalogue)
	}
	m, err := parse(text)
	if err != nil {
		return fmt.Errorf("learning words: %w", err)
	}
	learned.Store(lang, m)
	return nil
}

func parse(text string) (map[string]entry, error) {
	m := make(map[string]entry)
	code := ""
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[' && line[len(line)-1] == ']':
			code = line[1 : len(line)-1]
			if _, twice := m[code]; twice {
				return nil, fmt.Errorf("line %d: %s stands twice", i+1, code)
			}
			m[code] = entry{}
		default:
			key, val, ok := strings.Cut(line, " = ")
			e, known := m[code]
			if !ok || !known {
				return nil, fmt.Errorf("line %d: want a code in brackets, text or next", i+1)
			}
			switch key {
			case "text":
				e.text = val
			case "next":
				e.next = val
			default:
				return nil, fmt.Errorf("line %d: unknown word %q", i+1, key)
			}
			m[code] = e
		}
	}
	return m, nil
}
