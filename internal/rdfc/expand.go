package rdfc

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// expander walks a document and collects its statements.
type expander struct {
	quads   map[quad]bool
	dropped []Drop
	blanks  int
	bytes   int
}

// place is where the walk is.
type place struct {
	ctx  *active
	path string
	term term // the property that a value belongs to; zero at the top
}

// pointer escapes a key as RFC 6901 does.
var pointer = strings.NewReplacer("~", "~0", "/", "~1")

func (p place) at(key string) place {
	p.path += "/" + pointer.Replace(key)
	return p
}

// drop notes a dropped part; more than allowed are refused at the end.
func (e *expander) drop(path, why string) {
	if len(e.dropped) <= MaxDropped {
		e.dropped = append(e.dropped, Drop{path, why})
	}
}

func (e *expander) add(q quad) error {
	if e.quads[q] {
		return nil
	}
	e.quads[q] = true
	e.bytes += len(q.s.value) + len(q.p) + len(q.o.value) + len(q.o.datatype)
	if len(e.quads) > MaxQuads || e.bytes > MaxBytes {
		return fmt.Errorf("%w: more than %d statements or %d bytes", ErrLimit, MaxQuads, MaxBytes)
	}
	return nil
}

// node adds the statements of a node object and returns the node; kind 0 if it
// cannot be named.
func (e *expander) node(m map[string]any, p place) (object, error) {
	p, types, err := p.inside(m)
	if err != nil {
		return object{}, err
	}
	self, err := e.identify(m, p)
	if err != nil {
		return object{}, err
	}
	seen := ""
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if key == "@context" {
			continue
		}
		iri, err := p.ctx.expand(key, true, false)
		if err != nil {
			return object{}, err
		}
		at := p.at(key)
		switch {
		case iri == "@id":
			continue // identify has read it
		case iri == "@type":
			if seen != "" {
				return object{}, fmt.Errorf("%w: two keys say @type", ErrInvalid)
			}
			seen = key
			err = e.types(self, m[key], place{types, at.path, term{}})
		case keyword(iri):
			err = fmt.Errorf("%w: %s", ErrUnsupported, iri)
		case strings.HasPrefix(iri, "_:"):
			e.drop(at.path, "blank_property")
		case !strings.Contains(iri, ":"):
			e.drop(at.path, "undefined_term")
		case !absolute(iri):
			e.drop(at.path, "bad_iri")
		default:
			at.term, _ = p.ctx.lookup(key)
			err = e.values(self, iri, m[key], at)
		}
		if err != nil {
			return object{}, err
		}
	}
	return self, nil
}

// inside enters the contexts of a node object: back out of a type's, into the
// property's, the object's own, and its types' (JSON-LD 1.1 API, section 5.1.2,
// steps 7 to 11). It also returns the context in which the types are read.
func (p place) inside(m map[string]any) (place, *active, error) {
	a := p.ctx
	if a.revert != nil {
		alone := len(m) == 1
		value := false
		for key := range m {
			iri, err := a.expand(key, true, false)
			if err != nil {
				return p, nil, err
			}
			value = value || iri == "@value"
			alone = alone && iri == "@id"
		}
		if !value && !alone {
			a = a.revert
		}
	}
	var err error
	if p.term.in != nil {
		if a, err = a.enter(p.term.in, true); err != nil {
			return p, nil, err
		}
	}
	if c, ok := m["@context"]; ok {
		if a, err = a.embedded(c); err != nil {
			return p, nil, err
		}
	}
	types := a
	for _, name := range typeNames(m, types) {
		if t, ok := types.lookup(name); ok && t.in != nil {
			if a, err = a.enterType(t.in); err != nil {
				return p, nil, err
			}
		}
	}
	p.ctx = a
	return p, types, nil
}

// typeNames returns the values of the key that says @type, sorted.
func typeNames(m map[string]any, a *active) []string {
	var names []string
	for key, v := range m {
		if t, ok := a.lookup(key); key != "@type" && (!ok || t.iri != "@type") {
			continue
		}
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, v := range list {
			if s, ok := v.(string); ok {
				names = append(names, s)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// identify returns the node that an object describes: what its @id says, or a
// new blank node. A node whose identifier cannot be written has kind 0: what is
// said of it is dropped.
func (e *expander) identify(m map[string]any, p place) (object, error) {
	found := ""
	for key := range m {
		iri, err := p.ctx.expand(key, true, false)
		if err != nil {
			return object{}, err
		}
		if iri != "@id" {
			continue
		}
		if found != "" {
			return object{}, fmt.Errorf("%w: two keys say @id", ErrInvalid)
		}
		found = key
	}
	if found == "" {
		if e.blanks++; e.blanks > MaxBlanks {
			return object{}, fmt.Errorf("%w: more than %d blank nodes", ErrLimit, MaxBlanks)
		}
		return object{kind: 'b', value: "n" + strconv.Itoa(e.blanks)}, nil
	}
	s, ok := m[found].(string)
	if !ok {
		return object{}, fmt.Errorf("%w: @id is not text", ErrInvalid)
	}
	iri, err := p.ctx.expand(s, false, true)
	if err != nil {
		return object{}, err
	}
	o := resource(iri)
	if o.kind == 0 {
		e.drop(p.at(found).path, "bad_iri")
	}
	return o, nil
}

// resource is the IRI or blank node that a text names, or kind 0.
func resource(iri string) object {
	if label, ok := strings.CutPrefix(iri, "_:"); ok {
		if label == "" {
			return object{}
		}
		return object{kind: 'b', value: "d" + label} // never one of ours
	}
	if !absolute(iri) {
		return object{}
	}
	return object{kind: 'i', value: iri}
}

func (e *expander) types(self object, v any, p place) error {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for i, v := range list {
		at := p
		if ok {
			at = p.at(strconv.Itoa(i))
		}
		s, isText := v.(string)
		if !isText {
			return fmt.Errorf("%w: @type is not text", ErrInvalid)
		}
		iri, err := p.ctx.expand(s, true, true)
		if err != nil {
			return err
		}
		if err := e.link(self, rdfType, resource(iri), at.path); err != nil {
			return err
		}
	}
	return nil
}

// link adds one statement, or notes that it cannot be written.
func (e *expander) link(s object, property string, o object, path string) error {
	if s.kind == 0 || o.kind == 0 {
		e.drop(path, "bad_iri")
		return nil
	}
	return e.add(quad{s, property, o})
}

// values adds what a property says: one value, or each of a set.
func (e *expander) values(self object, property string, v any, p place) error {
	if p.term.other != "" {
		return fmt.Errorf("%w: %s", ErrUnsupported, p.term.other)
	}
	if p.term.as == "@json" {
		b, err := appendJSON(nil, v)
		if err != nil {
			return err
		}
		return e.link(self, property, object{kind: 'l', value: string(b), datatype: rdfJSON}, p.path)
	}
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		for i, x := range v {
			if err := e.values(self, property, x, p.at(strconv.Itoa(i))); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		return e.object(self, property, v, p)
	}
	o, err := p.scalar(v)
	if err != nil {
		return err
	}
	return e.link(self, property, o, p.path)
}

// object adds a value that is an object: a set, a value object, or a node.
func (e *expander) object(self object, property string, m map[string]any, p place) error {
	inner, _, err := p.inside(m)
	if err != nil {
		return err
	}
	for key, v := range m {
		iri, err := inner.ctx.expand(key, true, false)
		if err != nil {
			return err
		}
		switch iri {
		case "@value":
			o, err := valueObject(m, inner)
			if err != nil || o.kind == 0 {
				return err
			}
			return e.link(self, property, o, p.path)
		case "@set":
			if len(m) > 1 {
				return fmt.Errorf("%w: a key beside @set", ErrInvalid)
			}
			return e.values(self, property, v, p.at(key))
		}
	}
	o, err := e.node(m, p)
	if err != nil {
		return err
	}
	return e.link(self, property, o, p.path)
}

// valueObject reads {"@value": ..., "@type": ..., "@language": ...}; kind 0 for null.
func valueObject(m map[string]any, p place) (object, error) {
	var value any
	var datatype, language string
	typed := false
	for key, v := range m {
		iri, err := p.ctx.expand(key, true, false)
		if err != nil {
			return object{}, err
		}
		text, isText := v.(string)
		switch iri {
		case "@value":
			value = v
		case "@type":
			typed = true
			if datatype, err = p.ctx.expand(text, true, true); err != nil {
				return object{}, err
			}
			if !isText || datatype != "@json" && !absolute(datatype) {
				return object{}, fmt.Errorf("%w: type of a value", ErrInvalid)
			}
		case "@language":
			if !isText || text == "" || strings.ContainsFunc(text, func(r rune) bool {
				return r != '-' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
			}) {
				return object{}, fmt.Errorf("%w: language of a value", ErrInvalid)
			}
			language = text
		default:
			if key != "@context" {
				return object{}, fmt.Errorf("%w: key beside @value", ErrUnsupported)
			}
		}
	}
	if language != "" {
		text, ok := value.(string)
		if !ok || typed {
			return object{}, fmt.Errorf("%w: language of a value", ErrInvalid)
		}
		return object{kind: 'l', value: text, datatype: rdfLangText, language: language}, nil
	}
	if datatype == "@json" {
		b, err := appendJSON(nil, value)
		return object{kind: 'l', value: string(b), datatype: rdfJSON}, err
	}
	return literal(value, datatype)
}

// scalar reads a value that stands alone, as its term says.
func (p place) scalar(v any) (object, error) {
	a := p.ctx
	if p.term.in != nil {
		var err error
		if a, err = a.enter(p.term.in, true); err != nil {
			return object{}, err
		}
	}
	text, isText := v.(string)
	switch as := p.term.as; {
	case isText && (as == "@id" || as == "@vocab"):
		iri, err := a.expand(text, as == "@vocab", true)
		return resource(iri), err
	case as == "@id" || as == "@vocab":
		return literal(v, "")
	default:
		return literal(v, as)
	}
}

// literal writes a native value (JSON-LD 1.1 API, section 7.2.2); kind 0 for null.
func literal(v any, datatype string) (object, error) {
	switch v := v.(type) {
	case nil:
		return object{}, nil
	case string:
		if datatype == "" {
			datatype = xsdString
		}
		return object{kind: 'l', value: v, datatype: datatype}, nil
	case bool:
		if datatype == "" {
			datatype = xsdBoolean
		}
		return object{kind: 'l', value: strconv.FormatBool(v), datatype: datatype}, nil
	case json.Number:
		lexical, datatype, err := number(v, datatype)
		return object{kind: 'l', value: lexical, datatype: datatype}, err
	}
	return object{}, fmt.Errorf("%w: a value is neither text nor number nor boolean", ErrInvalid)
}
