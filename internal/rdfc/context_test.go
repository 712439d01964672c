package rdfc

import (
	"errors"
	"testing"
)

// The bundled contexts never contradict each other, so the rules for those that
// do are tried on contexts made up here.
func TestProtectedWords(t *testing.T) {
	scoped := &context{terms: map[string]term{"x": {iri: "x:scoped"}}}
	guard := &context{protected: true, terms: map[string]term{"x": {iri: "x:1"}, "y": {iri: "x:1", in: scoped}}}
	same := &context{terms: map[string]term{"x": {iri: "x:1"}, "y": {iri: "x:1", in: scoped}}}
	other := &context{terms: map[string]term{"x": {iri: "x:2"}}}
	enter := func(a *active, c *context, override bool) *active {
		t.Helper()
		next, err := a.enter(c, override)
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	root := new(active)
	guarded := enter(enter(root, guard, false), same, false)
	if _, err := guarded.enter(other, false); !errors.Is(err, ErrInvalid) {
		t.Errorf("a protected word was redefined, even after the same definition without protection: %v", err)
	}
	over := enter(guarded, other, true)
	if got, _ := over.lookup("x"); got.iri != "x:2" {
		t.Errorf("a property's context may override, got %v", got)
	}
	if over.guarded("x") || !over.guarded("y") {
		t.Error("only what was overridden loses its guard")
	}
	enter(over, &context{terms: map[string]term{"x": {iri: "x:3"}}}, false)
	if _, err := over.enter(&context{terms: map[string]term{"y": {iri: "x:1"}}}, false); !errors.Is(err, ErrInvalid) {
		t.Errorf("a protected word lost its scoped context: %v", err)
	}
}

func TestTypeScopeEndsWithTheNode(t *testing.T) {
	top, err := new(active).enter(&context{terms: map[string]term{"x": {iri: "x:top"}}}, false)
	if err != nil {
		t.Fatal(err)
	}
	one, err := top.enterType(&context{terms: map[string]term{"x": {iri: "x:one"}}})
	if err != nil {
		t.Fatal(err)
	}
	two, err := one.enterType(&context{terms: map[string]term{"x": {iri: "x:two"}}})
	if err != nil {
		t.Fatal(err)
	}
	if one.revert != top || two.revert != top {
		t.Error("a node below must find the context from before all types of the node above")
	}
}

func TestExpand(t *testing.T) {
	a, err := new(active).enter(&context{vocab: "https://v.example/", base: "https://b.example/doc#old", terms: map[string]term{
		"ex": {iri: "https://ex.example/"}, "no": {iri: "https://no.example/x"}, "typed": {iri: "https://typed.example/", as: "@id"}, "id": {iri: "@id"},
	}}, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		s                string
		vocab, reference bool
		want             string
	}{
		{"ex", true, false, "https://ex.example/"},
		{"ex:a", true, false, "https://ex.example/a"},
		{"ex:a", false, true, "https://ex.example/a"},
		{"ex://a", true, false, "ex://a"},
		{"no:a", true, false, "no:a"},
		{"typed:a", true, false, "typed:a"},
		{"_:b", true, false, "_:b"},
		{"word", true, false, "https://v.example/word"},
		{"#f", false, true, "https://b.example/doc#f"},
		{"word", false, false, "word"},
		{"id", false, true, "@id"},
		{"@type", false, false, "@type"},
		{"@nothing", true, true, ""},
		{"@", true, false, "https://v.example/@"},
	} {
		if got, err := a.expand(v.s, v.vocab, v.reference); got != v.want || err != nil {
			t.Errorf("expand(%q, %v, %v) = %q, %v, want %q", v.s, v.vocab, v.reference, got, err, v.want)
		}
	}
	if _, err := a.expand("path", false, true); !errors.Is(err, ErrUnsupported) {
		t.Errorf("a relative path: %v", err)
	}
}
