package certlogic

import (
	"sort"
	"strconv"
	"time"
)

// Kind is the kind of a [Value].
type Kind uint8

// The kinds of values.
const (
	Null Kind = iota
	Bool
	Int    // an integer of 64 bits
	String // a text
	Array
	Object
	Moment // a date-time with milliseconds, made by plusTime and dccDateOfBirth
	Number // a number that is no Int: it can be carried, but not read by an expression
)

// String returns the kind as a word.
func (k Kind) String() string {
	names := [...]string{"null", "boolean", "integer", "string", "array", "object", "date-time", "non-integer number"}
	if int(k) >= len(names) {
		return "kind " + strconv.Itoa(int(k))
	}
	return names[k]
}

// Value is a JSON value or a date-time. It never changes and may be shared by
// goroutines. The zero Value is null. Do not compare two with ==.
//
// A value may hold personal data: it is for the caller to decide whether it is
// shown, and it should never be logged.
type Value struct {
	kind Kind
	n    int64  // of a Bool 0 or 1, of an Int itself, of a Moment milliseconds since 1970
	s    string // of a String itself, of a Number its JSON
	box  *box   // of an Array or Object its content; of a String or Moment its link to the clock, see watch
}

// box is the content of an array or object.
type box struct {
	items []Value // of an object: in the order of keys
	keys  []key   // of an object: ascending by name
	size  int     // values and 64 bytes of text, in this and all below
	depth int     // levels of arrays and objects, this one included
	clock *link   // only while Breakpoints evaluates
}

// key is a name in an object.
type key struct {
	tag  uint64
	name string
}

// tagged is how many bytes of a name are in its tag.
const tagged = 7

// tag packs the length of a name (255 for longer ones) and its first seven
// bytes. The length stands above the bytes, so names with different tags
// differ, and names of up to seven bytes with the same tag are the same.
func tag(name string) uint64 {
	t := uint64(min(len(name), 255))
	for i := 0; i < tagged && i < len(name); i++ {
		t = t<<8 | uint64(name[i])
	}
	return t
}

var (
	null        Value
	emptyArray  = box{size: 1, depth: 1}
	emptyObject = box{size: 1, depth: 1}
)

func boolean(b bool) Value {
	if b {
		return Value{kind: Bool, n: 1}
	}
	return Value{kind: Bool}
}

func array(items []Value) Value {
	if len(items) == 0 {
		return Value{kind: Array, box: &emptyArray}
	}
	b := &box{items: items}
	b.measure()
	return Value{kind: Array, box: b}
}

// object makes an object of names and values, which it takes and sorts.
// It reports false if a name occurs twice.
func object(keys []key, items []Value) (Value, bool) {
	if len(keys) == 0 {
		return Value{kind: Object, box: &emptyObject}, true
	}
	b := &box{items: items, keys: keys}
	b.measure()
	sort.Sort((*byName)(b))
	for i := 1; i < len(keys); i++ {
		if keys[i-1].name == keys[i].name {
			return Value{}, false
		}
	}
	return Value{kind: Object, box: b}, true
}

type byName box

func (b *byName) Len() int           { return len(b.keys) }
func (b *byName) Less(i, j int) bool { return b.keys[i].name < b.keys[j].name }
func (b *byName) Swap(i, j int) {
	b.keys[i], b.keys[j] = b.keys[j], b.keys[i]
	b.items[i], b.items[j] = b.items[j], b.items[i]
}

// maxSize is the size above which a value is refused. All that FromJSON
// accepts is well below.
const maxSize = 4 * MaxValues

// textSize is what a text adds to the size of a value and to the steps of an
// evaluation that goes through it.
func textSize(s string) int { return len(s) >> 6 }

// measure sets size and depth. It cannot overflow: whoever makes a box from
// other boxes refuses it when it does not fit.
func (b *box) measure() {
	b.size, b.depth = 1, 1
	for i := range b.items {
		v := &b.items[i]
		if v.kind == Array || v.kind == Object {
			b.size += v.box.size
			b.depth = max(b.depth, 1+v.box.depth)
		} else {
			b.size += 1 + textSize(v.s)
		}
	}
	for i := range b.keys {
		b.size += textSize(b.keys[i].name)
	}
}

// fits reports whether a value keeps the limits.
func (v *Value) fits() bool {
	return v.kind != Array && v.kind != Object || v.box.size <= maxSize && v.box.depth <= MaxDepth
}

// find returns the place of a name in an object, or -1.
func (b *box) find(k *key) int {
	if len(b.keys) > 16 {
		i := sort.Search(len(b.keys), func(i int) bool { return b.keys[i].name >= k.name })
		if i < len(b.keys) && b.keys[i].name == k.name {
			return i
		}
		return -1
	}
	for i := range b.keys {
		if b.keys[i].tag == k.tag && (len(k.name) <= tagged || b.keys[i].name == k.name) {
			return i
		}
	}
	return -1
}

// truth says whether a value is truthy; ok is false if it is neither truthy
// nor falsy.
func (v *Value) truth() (truthy, ok bool) {
	switch v.kind {
	case Null:
		return false, true
	case Bool, Int:
		return v.n != 0, true
	case String:
		return v.s != "", true
	case Array, Object:
		return len(v.box.items) > 0, true
	}
	return false, false
}

// Kind returns the kind of v.
func (v Value) Kind() Kind { return v.kind }

// Bool returns the boolean that v is; ok is false if it is none. The result of
// a rule that is no boolean is no answer.
func (v Value) Bool() (b, ok bool) { return v.n == 1 && v.kind == Bool, v.kind == Bool }

// Int returns the integer that v is; ok is false if it is none.
func (v Value) Int() (n int64, ok bool) {
	if v.kind != Int {
		return 0, false
	}
	return v.n, true
}

// Text returns the string that v is; ok is false if it is none.
func (v Value) Text() (s string, ok bool) {
	if v.kind != String {
		return "", false
	}
	return v.s, true
}

// Time returns the date-time that v is, in UTC; ok is false if it is none.
func (v Value) Time() (t time.Time, ok bool) {
	if v.kind != Moment {
		return time.Time{}, false
	}
	return time.UnixMilli(v.n).UTC(), true
}

// Len returns the number of items of an array or object, otherwise 0.
func (v Value) Len() int {
	if v.kind != Array && v.kind != Object {
		return 0
	}
	return len(v.box.items)
}

// At returns the value at a path, as {"var": path} does: null where there is none.
func (v Value) At(path string) Value {
	steps, ok := splitPath(path)
	if !ok {
		return Value{}
	}
	return *follow(&v, steps)
}

// With returns a copy of v in which the value at path is x. The path names
// members of objects, which are made where they are missing; ok is false if it
// is malformed or leads into something else. v is not changed.
func (v Value) With(path string, x Value) (w Value, ok bool) {
	steps, ok := splitPath(path)
	if !ok {
		return Value{}, false
	}
	return v.with(steps, x)
}

func (v Value) with(steps []fragment, x Value) (w Value, ok bool) {
	if len(steps) == 0 {
		return x, true
	}
	var old box
	switch v.kind {
	case Object:
		old = *v.box
	case Null:
	default:
		return Value{}, false
	}
	b := &box{keys: append([]key(nil), old.keys...), items: append([]Value(nil), old.items...)}
	i := b.find(&steps[0].key)
	if i < 0 {
		b.keys, b.items = append(b.keys, steps[0].key), append(b.items, Value{})
		sort.Sort((*byName)(b))
		i = b.find(&steps[0].key)
	}
	below, ok := b.items[i].with(steps[1:], x)
	if !ok {
		return Value{}, false
	}
	b.items[i] = below
	b.measure()
	w = Value{kind: Object, box: b}
	return w, w.fits()
}

// Equal reports whether v and w are the same value, item by item. It is not
// the operation ===, which does not compare arrays, objects and date-times.
func (v Value) Equal(w Value) bool {
	if v.kind != w.kind || v.n != w.n || v.s != w.s {
		return false
	}
	if v.kind != Array && v.kind != Object || v.box == w.box {
		return true
	}
	if len(v.box.items) != len(w.box.items) {
		return false
	}
	for i := range v.box.keys {
		if v.box.keys[i].name != w.box.keys[i].name {
			return false
		}
	}
	for i := range v.box.items {
		if !v.box.items[i].Equal(w.box.items[i]) {
			return false
		}
	}
	return true
}
