package rdfc

import (
	"fmt"
	"slices"
	"strings"
)

// term is what a context says about one word.
type term struct {
	iri   string   // the IRI that it stands for, or the keyword: "@id", "@type"
	as    string   // what its values are: "" as written, "@id", "@vocab", "@json", or a datatype
	set   bool     // its values are a set: one value may stand alone
	other string   // a container that is not read: "@graph", "@list"
	in    *context // what words mean inside: in the property's values, or in nodes of the type
}

// same reports whether two contexts mean the same by a word. Scoped contexts
// are the same only if they are one.
func (t term) same(o term) bool { return t == o }

// prefix reports whether the word may begin a compact IRI: a plain term whose
// IRI ends as if more was to come (JSON-LD 1.1, section 4.1.5).
func (t term) prefix() bool {
	return t.as == "" && !t.set && t.other == "" && t.in == nil && t.iri != "" && strings.IndexByte(":/?#[]@", t.iri[len(t.iri)-1]) >= 0
}

// context is a bundled JSON-LD context, or one that is scoped to a term of it.
type context struct {
	protected bool // no later context may give its words another meaning
	base      string
	vocab     string
	terms     map[string]term
}

// active is the context in force at a place of a document: the contexts that
// were met on the way, the last one first. The zero active knows no word.
type active struct {
	*context
	below  *active // met before
	revert *active // what a node below goes back to, where this one does not propagate
	depth  int
}

// lookup returns what a word means here.
func (a *active) lookup(word string) (term, bool) {
	for ; a != nil; a = a.below {
		if a.context != nil {
			if t, ok := a.terms[word]; ok {
				return t, true
			}
		}
	}
	return term{}, false
}

// guarded reports whether a word's meaning is protected here.
func (a *active) guarded(word string) bool {
	now, _ := a.lookup(word)
	for ; a != nil; a = a.below {
		if a.context == nil {
			continue
		}
		if t, ok := a.terms[word]; ok && !t.same(now) {
			return false // an override hid it
		} else if ok && a.protected {
			return true
		}
	}
	return false
}

func (a *active) baseIRI() string {
	for ; a != nil; a = a.below {
		if a.context != nil && a.base != "" {
			return a.base
		}
	}
	return ""
}

func (a *active) vocabIRI() string {
	for ; a != nil; a = a.below {
		if a.context != nil && a.vocab != "" {
			return a.vocab
		}
	}
	return ""
}

// enter returns the context in force once c was met. Only a property's own
// context may override what is protected.
func (a *active) enter(c *context, override bool) (*active, error) {
	if a.depth >= MaxContexts {
		return nil, fmt.Errorf("%w: more than %d contexts one upon another", ErrLimit, MaxContexts)
	}
	if !override {
		for word, t := range c.terms {
			if have, ok := a.lookup(word); ok && !have.same(t) && a.guarded(word) {
				return nil, fmt.Errorf("%w: a protected term is redefined", ErrInvalid)
			}
		}
	}
	return &active{context: c, below: a, revert: a.revert, depth: a.depth + 1}, nil
}

// enterType is enter for the context of a type, which ends with the node.
func (a *active) enterType(c *context) (*active, error) {
	next, err := a.enter(c, false)
	if err == nil && next.revert == nil {
		next.revert = a
	}
	return next, err
}

// embedded enters what an @context entry names: a bundled context or several.
func (a *active) embedded(v any) (*active, error) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) > 16 {
		return nil, fmt.Errorf("%w: more than 16 contexts", ErrLimit)
	}
	for _, v := range list {
		url, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("%w: one is written into the document", ErrContext)
		}
		c, ok := bundled[url]
		if !ok {
			return nil, fmt.Errorf("%w: %.200q", ErrContext, url)
		}
		next, err := a.enter(c, false)
		if err != nil {
			return nil, err
		}
		a = next
	}
	return a, nil
}

// expand returns the IRI or keyword that a word, compact IRI or reference
// stands for (JSON-LD 1.1 API, section 5.2.2). What it cannot expand it
// returns as it is; "" is a word that looks like a keyword and is none.
func (a *active) expand(s string, vocab, reference bool) (string, error) {
	if strings.HasPrefix(s, "@") {
		if keyword(s) {
			return s, nil
		}
		if keywordLike(s) {
			return "", nil
		}
	}
	t, ok := a.lookup(s)
	if ok && (vocab || strings.HasPrefix(t.iri, "@")) {
		return t.iri, nil
	}
	if i := strings.IndexByte(s, ':'); i > 0 {
		if s[:i] == "_" || strings.HasPrefix(s[i+1:], "//") {
			return s, nil
		}
		if t, ok := a.lookup(s[:i]); ok && t.prefix() {
			return t.iri + s[i+1:], nil
		}
		return s, nil
	}
	if v := a.vocabIRI(); vocab && v != "" {
		return v + s, nil
	}
	if base := a.baseIRI(); reference && base != "" {
		if !strings.HasPrefix(s, "#") {
			return "", fmt.Errorf("%w: a relative reference", ErrUnsupported)
		}
		document, _, _ := strings.Cut(base, "#")
		return document + s, nil
	}
	return s, nil
}

func keyword(s string) bool {
	return slices.Contains([]string{"@base", "@container", "@context", "@direction", "@graph", "@id", "@import",
		"@included", "@index", "@json", "@language", "@list", "@nest", "@none", "@prefix", "@propagate",
		"@protected", "@reverse", "@set", "@type", "@value", "@version", "@vocab"}, s)
}

func keywordLike(s string) bool {
	for _, r := range s[1:] {
		if r|0x20 < 'a' || r|0x20 > 'z' {
			return false
		}
	}
	return len(s) > 1
}
