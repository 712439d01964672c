package certlogic_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/certlogic"
)

// What is read is written in one way, whatever way it was written before.
func TestCanonicalJSON(t *testing.T) {
	for _, c := range []struct{ comment, in, want string }{
		{"white space", " { \"a\" :\t[ 1 ,\r\n2 ] } ", `{"a":[1,2]}`},
		{"keys ascend", `{"b":1,"a":2,"":3,"aa":4}`, `{"":3,"a":2,"aa":4,"b":1}`},
		{"whole numbers", `[1.0,-0,10e-1,1E2,100e-2,0.0e99999999999999999999]`, `[1,0,1,100,1,0]`},
		{"numbers that are no integers stay as they are", `[1.50,1e-1,9223372036854775808,-1e19]`, `[1.50,1e-1,9223372036854775808,-1e19]`},
		{"the bounds of integers", `[9223372036854775807,-9223372036854775808,9223372036854775807.0]`, `[9223372036854775807,-9223372036854775808,9223372036854775807]`},
		{"escapes that are not needed", `"\u0041\/\u00e9\ud83d\ude00"`, `"A/é😀"`},
		{"escapes that are needed", `"\u0000\u001f\b\t\n\f\r\"\\"`, `"\u0000\u001f\b\t\n\f\r\"\\"`},
		{"empty ones", `[[],{},""]`, `[[],{},""]`},
	} {
		if got := data(t, c.in).String(); got != c.want {
			t.Errorf("%s: %s: got %s, want %s", c.comment, c.in, got, c.want)
		}
	}
}

// Reading is strict.
func TestMalformedJSON(t *testing.T) {
	for _, text := range []string{
		``, ` `, `nul`, `nulls`, `tru`, `True`, `'a'`, `a`, `//`, "\xef\xbb\xbf1",
		`1 2`, `{}{}`, `[1,]`, `[,1]`, `[1 2]`, `[`, `[1`, `]`, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,}`, `{a:1}`, `{"a" 1}`, `{1:1}`,
		`01`, `-`, `-a`, `+1`, `1.`, `.5`, `1e`, `1e+`, `0x1`, `--1`, `1.e1`, `Infinity`, `NaN`, `1_000`,
		`"`, `"a`, `"\`, `"\x"`, `"\u12"`, `"\u12g4"`, `"\ud800"`, `"\ud800\u0041"`, `"\udc00"`, `"\ud800\ud800"`, "\"\x01\"", "\"\n\"", "\"\xff\"", "\"\\n\xc3\"", "\"\xed\xa0\x80\"",
		`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `[{"x":{"b":1,"a":1,"b":1}}]`,
	} {
		if v, err := certlogic.FromJSON([]byte(text)); !errors.Is(err, certlogic.ErrSyntax) || v.Kind() != certlogic.Null {
			t.Errorf("%q: got %v, %v; want an error of syntax", text, v, err)
		}
		if e, err := certlogic.Parse([]byte(text)); !errors.Is(err, certlogic.ErrSyntax) || e != nil {
			t.Errorf("%q: parsed with %v, want an error of syntax", text, err)
		}
		if issues := certlogic.Check([]byte(text)); len(issues) != 1 {
			t.Errorf("%q: got the issues %v, want one", text, issues)
		}
	}
}

// Every limit is one value above what is accepted.
func TestLimits(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	list := func(n int) string { return "[" + strings.Repeat("1,", n-2) + "1]" } // with itself n values
	for _, c := range []struct {
		comment, text string
		expr, data    bool // accepted as
	}{
		{"levels", nested(certlogic.MaxDepth), true, true},
		{"one level more", nested(certlogic.MaxDepth + 1), false, false},
		{"a bomb of arrays", nested(10_000), false, false},
		{"a bomb of arrays that never closes", strings.Repeat("[", 250_000), false, false},
		{"a bomb of objects", strings.Repeat(`{"!":[`, 10_000) + "1" + strings.Repeat("]}", 10_000), false, false},
		{"values", list(certlogic.MaxValues), true, true},
		{"one value more", list(certlogic.MaxValues + 1), false, false},
		{"bytes of an expression", `"` + strings.Repeat("a", certlogic.MaxExprSize-2) + `"`, true, true},
		{"one byte more", `"` + strings.Repeat("a", certlogic.MaxExprSize-1) + `"`, false, true},
		{"bytes of data", `"` + strings.Repeat("a", certlogic.MaxDataSize-2) + `"`, false, true},
		{"one byte of data more", `"` + strings.Repeat("a", certlogic.MaxDataSize-1) + `"`, false, false},
	} {
		if _, err := certlogic.Parse([]byte(c.text)); (err == nil) != c.expr || err != nil && !errors.Is(err, certlogic.ErrLimit) {
			t.Errorf("%s: as an expression: %v", c.comment, err)
		}
		if _, err := certlogic.FromJSON([]byte(c.text)); (err == nil) != c.data || err != nil && !errors.Is(err, certlogic.ErrLimit) {
			t.Errorf("%s: as data: %v", c.comment, err)
		}
	}
}

// Evaluation ends, whatever a rule does, and what it gives can be printed.
func TestEvaluationLimits(t *testing.T) {
	many := data(t, "["+strings.Repeat("1,", 50_000)+"1]")
	long := data(t, `{"x":["`+strings.Repeat("/", 1_000_000)+`"],"y":[`+strings.Repeat("1,", 50_000)+`1]}`)
	for _, c := range []struct {
		comment, logic string
		data           certlogic.Value
	}{
		{"a loop in a loop", `{"reduce":[{"var":""},{"reduce":[{"var":"accumulator"},{"var":"accumulator"},{"var":"accumulator"}]},{"var":""}]}`, many},
		{"a search in a loop", `{"reduce":[{"var":""},{"if":[{"in":[0,{"var":"accumulator"}]},[],{"var":"accumulator"}]},{"var":""}]}`, many},
		{"a result that doubles", `{"reduce":[{"var":""},[{"var":"accumulator"},{"var":"accumulator"}],0]}`, many},
		{"a result that deepens", `{"reduce":[{"var":""},[{"var":"accumulator"}],0]}`, many},
		{"a result that deepens by the context of the lambda", `{"reduce":[{"var":""},{"var":""},0]}`, many},
		{"a long text taken apart in a loop", `{"reduce":[{"var":"y"},{"if":[{"extractFromUVCI":[{"var":"accumulator"},2000000]},0,{"var":"accumulator"}]},{"reduce":[{"var":"x"},{"var":"current"},0]}]}`, long},
	} {
		if v, err := parse(t, c.logic).Eval(c.data); !errors.Is(err, certlogic.ErrLimit) {
			t.Errorf("%s: got a %v, %v; want an error of limits", c.comment, v.Kind(), err)
		}
	}
	// Just under the limit is an answer.
	if v, err := parse(t, `{"reduce":[{"var":""},{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`).Eval(many); err != nil || v.String() != "50001" {
		t.Errorf("a sum of many: got %v, %v", v, err)
	}
}

// Go's values become the same values as their JSON.
func TestFromAny(t *testing.T) {
	paris := time.FixedZone("", 2*3600)
	for _, c := range []struct {
		comment string
		in      any
		want    string
	}{
		{"a context as callers build it", map[string]any{
			"payload": data(t, `{"v":[{"dn":1}]}`),
			"external": map[string]any{
				"validationClock": time.Date(2021, 5, 1, 12, 0, 0, 5e6, paris),
				"valueSets":       map[string][]string{"x": {"a", "b"}},
				"names":           map[string]string{"y": "z"},
				"more":            map[string]certlogic.Value{"n": {}},
				"list":            []certlogic.Value{{}, {}},
			},
		}, `{"external":{"list":[null,null],"more":{"n":null},"names":{"y":"z"},"validationClock":"2021-05-01T10:00:00.005Z","valueSets":{"x":["a","b"]}},"payload":{"v":[{"dn":1}]}}`},
		{"integers", []any{int8(-1), int16(-2), int32(-3), int64(-4), -5, uint8(1), uint16(2), uint32(3), uint64(4), uint(5)}, `[-1,-2,-3,-4,-5,1,2,3,4,5]`},
		{"an integer of more than 63 bits", uint64(math.MaxUint64), `18446744073709551615`},
		{"whole floats", []any{2.0, float32(3), math.Copysign(0, -1), 1e18}, `[2,3,0,1000000000000000000]`},
		{"other floats", []any{1.5, 1e19, 9223372036854775808.0}, `[1.5,1e+19,9.223372036854776e+18]`},
		{"nothing", nil, `null`},
		{"empty ones", []any{[]any{}, map[string]any{}, []string(nil), ""}, `[[],{},[],""]`},
	} {
		v, err := certlogic.FromAny(c.in)
		if err != nil || v.String() != c.want {
			t.Errorf("%s: got %v, %v; want %s", c.comment, v, err, c.want)
		}
		if _, err := certlogic.FromJSON([]byte(v.String())); err != nil {
			t.Errorf("%s: cannot be read again: %v", c.comment, err)
		}
	}

	deep := any(nil)
	for range certlogic.MaxDepth + 1 {
		deep = []any{deep}
	}
	for _, c := range []struct {
		comment string
		in      any
		want    error
	}{
		{"no number", math.NaN(), certlogic.ErrRange},
		{"no finite number", math.Inf(-1), certlogic.ErrRange},
		{"no JSON", struct{}{}, certlogic.ErrKind},
		{"no UTF-8", "\xff", certlogic.ErrSyntax},
		{"a key that is no UTF-8", map[string]any{"\xff": 1}, certlogic.ErrSyntax},
		{"too deep", deep, certlogic.ErrLimit},
		{"too many", make([]any, 1_000_000), certlogic.ErrLimit},
		{"a year of five digits", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), certlogic.ErrRange},
	} {
		if v, err := certlogic.FromAny(c.in); !errors.Is(err, c.want) || v.Kind() != certlogic.Null {
			t.Errorf("%s: got %v, %v; want %v", c.comment, v, err, c.want)
		}
	}
}

// With changes a copy.
func TestWith(t *testing.T) {
	x := data(t, `"new"`)
	for _, c := range []struct{ in, path, want string }{
		{`{"a":{"b":1,"c":2}}`, "a.b", `{"a":{"b":"new","c":2}}`},
		{`{"a":{"c":2}}`, "a.b", `{"a":{"b":"new","c":2}}`},
		{`{"z":1}`, "a.b.c", `{"a":{"b":{"c":"new"}},"z":1}`},
		{`null`, "a", `{"a":"new"}`},
		{`{"a":null}`, "a.b", `{"a":{"b":"new"}}`},
		{`[1]`, "", `"new"`},
		{`{"a":[1]}`, "a.0", ``},
		{`{"a":1}`, "a.b", ``},
		{`{}`, "a.", ``},
	} {
		v := data(t, c.in)
		w, ok := v.With(c.path, x)
		if ok != (c.want != "") || ok && w.String() != c.want {
			t.Errorf("%s with %s: got %v, %v; want %s", c.in, c.path, w, ok, c.want)
		}
		if v.String() != c.in {
			t.Errorf("%s became %v", c.in, v)
		}
		if ok && w.At(c.path).String() != `"new"` {
			t.Errorf("%s at %s: got %v", w, c.path, w.At(c.path))
		}
	}
}

// The reader agrees with the standard library on everything that has no key
// twice and no half of a surrogate pair.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.50e+3,"\u00e9\n",true,null,{}]}`, `[[],[0],"\ud83d\ude00"]`, `{"a":1,"a":2}`, `1e400`, `"\ud800"`, ` [ 1 , 2 ] `, `{"b":{"a":0.0}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		v, err := certlogic.FromJSON(in)
		if err != nil {
			return
		}
		if !json.Valid(in) {
			t.Fatalf("%q is no JSON", in)
		}
		out := v.AppendJSON(nil)
		w, err := certlogic.FromJSON(out)
		if err != nil || !w.Equal(v) || !v.Equal(w) || !bytes.Equal(w.AppendJSON(nil), out) {
			t.Fatalf("%q became %q, then %v, %v", in, out, w, err)
		}
		var a, b any
		if err := json.Unmarshal(in, &a); err != nil {
			return // a number that no float64 holds
		}
		if err := json.Unmarshal(out, &b); err != nil {
			t.Fatalf("%q became %q: %v", in, out, err)
		}
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(b)
		if !bytes.Equal(x, y) && !bytes.Contains(x, []byte("-0")) {
			t.Fatalf("%q became %q: %s is not %s", in, out, x, y)
		}
	})
}
