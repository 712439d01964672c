package rules

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// node is the shape of a JSON value: what encoding/json forgets or forgives.
type node struct {
	kind  json.Delim // '{', '[', or 0 for a text, number or boolean
	null  bool
	keys  []string // of an object
	items []node   // of an object in the order of keys, of an array
}

var (
	errTooLarge = fmt.Errorf("larger than %d bytes", MaxSize)
	errTooMany  = fmt.Errorf("more than %d values", maxValues)
	errTooDeep  = fmt.Errorf("more than %d levels", maxDepth)
)

// strictly reads the shape of one JSON value within the limits. It refuses
// what encoding/json would let pass: invalid UTF-8, a key twice in one object,
// text after the value.
func strictly(data []byte) (node, error) {
	if len(data) > MaxSize {
		return node{}, errTooLarge
	}
	if !utf8.Valid(data) {
		return node{}, errors.New("not UTF-8")
	}
	s := shaper{dec: json.NewDecoder(bytes.NewReader(data)), left: maxValues}
	s.dec.UseNumber()
	v, err := s.value(maxDepth)
	if err != nil {
		return node{}, err
	}
	if _, err := s.dec.Token(); err != io.EOF {
		return node{}, errors.New("text after the value")
	}
	return v, nil
}

type shaper struct {
	dec  *json.Decoder
	left int // values that may still come
}

func (s *shaper) value(depth int) (node, error) {
	if s.left--; s.left < 0 {
		return node{}, errTooMany
	}
	if depth == 0 {
		return node{}, errTooDeep
	}
	tok, err := s.dec.Token()
	if err != nil {
		return node{}, fmt.Errorf("no JSON: %w", err)
	}
	d, ok := tok.(json.Delim)
	if !ok {
		return node{null: tok == nil}, nil
	}
	v := node{kind: d}
	for s.dec.More() {
		if d == '{' {
			tok, err := s.dec.Token()
			if err != nil {
				return node{}, fmt.Errorf("no JSON: %w", err)
			}
			v.keys = append(v.keys, tok.(string)) // the decoder lets nothing else stand here
		}
		item, err := s.value(depth - 1)
		if err != nil {
			return node{}, err
		}
		v.items = append(v.items, item)
	}
	if _, err := s.dec.Token(); err != nil {
		return node{}, fmt.Errorf("no JSON: %w", err)
	}
	return v, v.twice()
}

func (v node) twice() error {
	keys := slices.Sorted(slices.Values(v.keys))
	for i := 1; i < len(keys); i++ {
		if keys[i] == keys[i-1] {
			return fmt.Errorf("member %q stands twice in one object", keys[i])
		}
	}
	return nil
}

// decode decodes data, whose shape v is, into dst. It refuses members that the
// type does not have, also when they differ in case only, and null.
func decode(data []byte, v node, dst any) error {
	if err := v.fits(reflect.TypeOf(dst).Elem(), ""); err != nil {
		return err
	}
	err := json.Unmarshal(data, dst)
	if e, ok := err.(*json.UnmarshalTypeError); ok { // its text repeats the value
		return fmt.Errorf("%s: want %s, not %s", e.Field, e.Type, strings.SplitN(e.Value, " ", 2)[0])
	}
	return err
}

// leaves are types that read themselves, or that are kept as they stand.
var (
	textual = reflect.TypeFor[encoding.TextUnmarshaler]()
	raw     = reflect.TypeFor[json.RawMessage]()
)

func (v node) fits(t reflect.Type, path string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == raw {
		return nil
	}
	if v.null {
		return fmt.Errorf("%s: null; leave the member out", at(path))
	}
	if reflect.PointerTo(t).Implements(textual) {
		return nil
	}
	switch {
	case t.Kind() == reflect.Struct && v.kind == '{':
		for i, k := range v.keys {
			f, ok := member(t, k)
			if !ok {
				return fmt.Errorf("%s: unknown member %q", at(path), short(k))
			}
			if err := v.items[i].fits(f, join(path, k)); err != nil {
				return err
			}
		}
	case t.Kind() == reflect.Map && v.kind == '{':
		for i, k := range v.keys {
			if err := v.items[i].fits(t.Elem(), join(path, short(k))); err != nil {
				return err
			}
		}
	case t.Kind() == reflect.Slice && v.kind == '[':
		for i := range v.items {
			if err := v.items[i].fits(t.Elem(), path+"["+strconv.Itoa(i)+"]"); err != nil {
				return err
			}
		}
	}
	return nil // of another kind: encoding/json says so
}

func member(t reflect.Type, name string) (reflect.Type, bool) {
	for f := range t.Fields() {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == name && tag != "" {
			return f.Type, true
		}
		if f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct {
			if t, ok := member(f.Type, name); ok {
				return t, true
			}
		}
	}
	return nil, false
}

func at(path string) string {
	if path == "" {
		return "file"
	}
	return path
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// short cuts a name from a file to a length that an error text can take.
func short(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}
