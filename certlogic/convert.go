package certlogic

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// FromAny returns the value of x, which is built of nil, bool, string, Go's
// integers and floats, [time.Time] (which becomes a text: RFC 3339, UTC, with
// milliseconds), Value, and slices and maps of these: []any, []string,
// []Value, map[string]any, map[string]string, map[string][]string and
// map[string]Value. A value that is larger than any
// that [FromJSON] accepts is refused.
func FromAny(x any) (Value, error) {
	c := converter{left: maxSize}
	v, err := c.value(x, MaxDepth)
	if err != nil {
		return Value{}, &wrapped{"converting data: " + err.Error(), err}
	}
	return v, nil
}

type converter struct{ left int }

func (c *converter) value(x any, depth int) (Value, error) {
	if c.left--; c.left < 0 {
		return Value{}, errSize
	}
	switch x := x.(type) {
	case nil:
		return Value{}, nil
	case Value:
		if x.box != nil {
			if c.left -= x.box.size - 1; c.left < 0 {
				return Value{}, errSize
			}
			if x.box.depth > depth {
				return Value{}, errDepth
			}
		}
		return x, nil
	case bool:
		return boolean(x), nil
	case string:
		c.left -= textSize(x)
		return text(x)
	case time.Time:
		return instant(x)
	case float64:
		return float(x)
	case float32:
		return float(float64(x))
	}
	if v, ok := integer(x); ok {
		return v, nil
	}
	if depth == 0 {
		return Value{}, errDepth
	}
	switch x := x.(type) {
	case []any:
		return sequence(c, x, depth)
	case []string:
		return sequence(c, x, depth)
	case []Value:
		return sequence(c, x, depth)
	case map[string]any:
		return mapping(c, x, depth)
	case map[string]string:
		return mapping(c, x, depth)
	case map[string][]string:
		return mapping(c, x, depth)
	case map[string]Value:
		return mapping(c, x, depth)
	}
	return Value{}, &wrapped{"a Go type that is no JSON value", ErrKind}
}

func sequence[T any](c *converter, list []T, depth int) (Value, error) {
	if len(list) > c.left {
		return Value{}, errSize
	}
	items := make([]Value, len(list))
	for i, x := range list {
		v, err := c.value(x, depth-1)
		if err != nil {
			return Value{}, err
		}
		items[i] = v
	}
	return array(items), nil
}

func mapping[T any](c *converter, m map[string]T, depth int) (Value, error) {
	if len(m) > c.left {
		return Value{}, errSize
	}
	keys, items := make([]key, 0, len(m)), make([]Value, 0, len(m))
	for name, x := range m {
		v, err := c.value(x, depth-1)
		if err != nil {
			return Value{}, err
		}
		if !utf8.ValidString(name) {
			return Value{}, &wrapped{"a key that is no UTF-8", ErrSyntax}
		}
		keys, items = append(keys, key{tag(name), name}), append(items, v)
	}
	v, _ := object(keys, items) // a map has no name twice
	return v, nil
}

func text(s string) (Value, error) {
	if !utf8.ValidString(s) {
		return Value{}, &wrapped{"a text that is no UTF-8", ErrSyntax}
	}
	return Value{kind: String, s: s}, nil
}

func instant(t time.Time) (Value, error) {
	ms := t.UnixMilli()
	if ms < minClock || ms > maxClock {
		return Value{}, &wrapped{"a time outside the years 0 to 9999", ErrRange}
	}
	return Value{kind: String, s: formatMoment(ms)}, nil
}

func float(f float64) (Value, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}, &wrapped{"a number that is not finite", ErrRange}
	}
	if f == math.Trunc(f) && f >= -1<<63 && f < 1<<63 {
		return Value{kind: Int, n: int64(f)}, nil
	}
	return Value{kind: Number, s: strconv.FormatFloat(f, 'g', -1, 64)}, nil
}

func integer(x any) (Value, bool) {
	switch x := x.(type) {
	case int:
		return Value{kind: Int, n: int64(x)}, true
	case int64:
		return Value{kind: Int, n: x}, true
	case uint64:
		if x > math.MaxInt64 {
			return Value{kind: Number, s: strconv.FormatUint(x, 10)}, true
		}
		return Value{kind: Int, n: int64(x)}, true
	case uint:
		return integer(uint64(x))
	case int32:
		return Value{kind: Int, n: int64(x)}, true
	case uint32:
		return Value{kind: Int, n: int64(x)}, true
	case int16:
		return Value{kind: Int, n: int64(x)}, true
	case uint16:
		return Value{kind: Int, n: int64(x)}, true
	case int8:
		return Value{kind: Int, n: int64(x)}, true
	case uint8:
		return Value{kind: Int, n: int64(x)}, true
	}
	return Value{}, false
}
