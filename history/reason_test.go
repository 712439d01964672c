package history_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/words"
)

// constants returns the values of the package's constants by the name of their
// type, from its text, so that one that is added cannot be forgotten below.
func constants(t *testing.T) map[string][]string {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			typ, ok := spec.Type.(*ast.Ident)
			lit, text := spec.Values[0].(*ast.BasicLit)
			if ok && text && lit.Kind == token.STRING {
				s, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				out[typ.Name] = append(out[typ.Name], s)
			}
			return true
		})
	}
	return out
}

// says fails unless the catalogue says a code as a sentence, whole, in every language.
func says(t *testing.T, code string, params []words.Param) {
	t.Helper()
	declared := strings.Fields(words.Codes[code])
	for _, d := range declared {
		if !slices.ContainsFunc(params, func(p words.Param) bool { return p.Name == d }) {
			t.Errorf("%s: {%s} is declared and not given", code, d)
		}
	}
	for _, lang := range words.Languages() {
		if !words.Has(lang, code) {
			t.Errorf("%s: no words for %s", lang, code)
			continue
		}
		text, next := words.Say(lang, code, params...)
		if both := text + " " + next; text == "" || strings.ContainsAny(both, "?{}_") || strings.Contains(both, "  ") {
			t.Errorf("%s: %s is said as %q, %q", lang, code, text, next)
		}
	}
}

// Everything that can be found, and every answer, is said in every language.
func TestEverythingIsSaid(t *testing.T) {
	all := constants(t)
	if len(all["Code"]) < 30 || len(all["Kind"]) != 9 || len(all["Presence"]) != 4 || len(all["Lacks"]) != 3 {
		t.Fatalf("found %v", all)
	}
	for _, code := range all["Code"] {
		for _, kind := range all["Kind"] {
			c, params := history.Finding{Kind: history.Kind(kind), Index: 7, Code: history.Code(code)}.Reason()
			says(t, c, params)
			says(t, history.Kind(kind).Name(), nil)
		}
	}
	for g := history.Declared; g <= history.Stamped; g++ {
		code, params := history.Part{Grade: g}.Reason()
		says(t, code, params)
		for _, p := range append(all["Presence"], "") {
			code, params := history.Answer{Presence: history.Presence(p), Grade: g}.Reason()
			says(t, code, params)
		}
	}
	for _, l := range all["Lacks"] {
		code, params := history.Lacks(l).Reason()
		says(t, code, params)
	}
	// And the catalogue has no kind, presence or lack that a history does not have.
	for typ, prefix := range map[string]string{"Kind": "history_kind_", "Presence": "history_presence_", "Lacks": "history_lacks_"} {
		for code := range words.Codes {
			if v, ok := strings.CutPrefix(code, prefix); ok && v != "none" && !slices.Contains(all[typ], v) {
				t.Errorf("%s is said, and nothing means it", code)
			}
		}
	}
}

// What a person reads is a sentence about the thing, with a step where there is one.
func TestSentences(t *testing.T) {
	w := newWorld(t)
	at := moment("2026-11-01T10:00:00+01:00")
	f := history.File{Stamps: []string{w.stamp(t, history.Stamp{Jurisdiction: "XA", Direction: history.Entry, At: at}, other)}}
	h, _ := f.Open(w.keys)
	e, found := h.Sift(holder, at.Add(time.Hour))
	if len(found) != 1 {
		t.Fatal(found)
	}
	code, params := found[0].Reason()
	for lang, want := range map[string]string{
		"en": "This stamp is about another document. Show the passport that you travelled with",
		"fr": "Ce tampon concerne un autre document. Montrez le passeport avec lequel vous avez voyagé",
	} {
		if text, next := words.Say(lang, code, params...); !strings.HasPrefix(text+" "+next, want) {
			t.Errorf("%s: %q, %q", lang, text, next)
		}
	}
	code, params = e.Was(history.Question{Place: history.Place{In: "XA"}, From: at.Add(-time.Hour)}).Reason()
	if text, next := words.Say("en", code, params...); text != "For a part of the time nothing is said. A gap is no fault." || next == "" {
		t.Errorf("%q, %q", text, next)
	}
	_, found, _ = history.Parse([]byte("pratique-history/1.0\ncolour red\n"))
	code, params = found[0].Reason()
	if text, _ := words.Say("en", code, params...); text != "Line 2 of the file cannot be read and was left out." {
		t.Error(text)
	}
}
