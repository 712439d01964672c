package certlogic_test

import (
	"testing"
	"time"

	"github.com/pratique/pratique/certlogic"
)

// A value gives what it is, and nothing else.
func TestValueAccessors(t *testing.T) {
	moment, err := parse(t, `{"plusTime":["2021-05-01",0,"day"]}`).Eval(certlogic.Value{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		value                        certlogic.Value
		kind                         string
		isBool, isInt, isText, isDay bool
		len                          int
	}{
		{value: certlogic.Value{}, kind: "null"},
		{value: data(t, `true`), kind: "boolean", isBool: true},
		{value: data(t, `1`), kind: "integer", isInt: true},
		{value: data(t, `"a"`), kind: "string", isText: true},
		{value: data(t, `[1,2]`), kind: "array", len: 2},
		{value: data(t, `{"a":1}`), kind: "object", len: 1},
		{value: moment, kind: "date-time", isDay: true},
		{value: data(t, `1.5`), kind: "non-integer number"},
	} {
		b, isBool := c.value.Bool()
		n, isInt := c.value.Int()
		s, isText := c.value.Text()
		d, isDay := c.value.Time()
		if c.value.Kind().String() != c.kind || isBool != c.isBool || isInt != c.isInt || isText != c.isText || isDay != c.isDay || c.value.Len() != c.len {
			t.Errorf("%v: got kind %v, %v %v %v %v, length %d", c.value, c.value.Kind(), isBool, isInt, isText, isDay, c.value.Len())
		}
		if b != c.isBool || (n == 1) != c.isInt || (s == "a") != c.isText || d.Equal(time.Date(2021, 5, 1, 0, 0, 0, 0, time.UTC)) != c.isDay {
			t.Errorf("%v: got %v, %v, %v, %v", c.value, b, n, s, d)
		}
		if !c.value.Equal(c.value) || c.value.Equal(data(t, `"other"`)) {
			t.Errorf("%v is not itself, or another", c.value)
		}
	}
	if v := data(t, `{"a":[1,{"b":2}]}`); v.Equal(data(t, `{"a":[1,{"c":2}]}`)) || v.Equal(data(t, `{"a":[1]}`)) || !v.Equal(data(t, `{"a":[1.0,{"b":2}]}`)) || v.At("a.").Kind() != certlogic.Null {
		t.Error("objects are not compared by what is in them")
	}
	if k := certlogic.Kind(99); k.String() != "kind 99" {
		t.Errorf("an unknown kind is called %q", k)
	}
}
