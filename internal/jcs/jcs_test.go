package jcs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/jcs"
)

func parse(t testing.TB, text string) jcs.Value {
	t.Helper()
	v, err := jcs.Parse(text)
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

// One text of all that say the same: the form that is signed.
func TestCanonical(t *testing.T) {
	for _, v := range []struct{ comment, text, want string }{
		{"RFC 8785 section 3.2.2", `{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}`, `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`},
		{"RFC 8785 section 3.2.3: keys by their UTF-16", `{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
			"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}"},
		{"keys that differ in the second half of a pair", `{"a😁":1,"a😀":2,"a":3,"":4,"aé":5,"az":6}`, `{"":4,"a":3,"az":6,"aé":5,"a😀":2,"a😁":1}`},
		{"empty things", " [ { } , [ ] , \"\" ] \r\n\t", `[{},[],""]`},
		{"sorted at every depth", `{"b":{"d":1,"c":[{"z":1,"y":2}]},"a":0}`, `{"a":0,"b":{"c":[{"y":2,"z":1}],"d":1}}`},
		{"escapes of all kinds", `"\b\t\n\f\r\u0000\u001F\u007f\/"`, "\"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f/\""},
		{"zero has no sign", `[-0,-0.0,0e5,-0E-3]`, `[0,0,0,0]`},
		{"the greatest safe integers", `[9007199254740991,-9007199254740991]`, `[9007199254740991,-9007199254740991]`},
		{"an integer in another dress", `[1.0,100e-2,1e2,1E+2]`, `[1,1,100,100]`},
	} {
		t.Run(v.comment, func(t *testing.T) {
			got := string(parse(t, v.text).AppendCanonical(nil))
			if got != v.want {
				t.Errorf("got %s, want %s", got, v.want)
			}
			if again := string(parse(t, got).AppendCanonical(nil)); again != got {
				t.Errorf("printing again gives %s", again)
			}
		})
	}
}

// RFC 8785 appendix B.
func TestNumbers(t *testing.T) {
	for bits, want := range map[uint64]string{
		0x0000000000000000: "0", 0x8000000000000000: "0", 0x0000000000000001: "5e-324", 0x8000000000000001: "-5e-324",
		0x7fefffffffffffff: "1.7976931348623157e+308", 0xffefffffffffffff: "-1.7976931348623157e+308",
		0x4340000000000000: "9007199254740992", 0xc340000000000000: "-9007199254740992", 0x4430000000000000: "295147905179352830000",
		0x44b52d02c7e14af5: "9.999999999999997e+22", 0x44b52d02c7e14af6: "1e+23", 0x44b52d02c7e14af7: "1.0000000000000001e+23",
		0x444b1ae4d6e2ef4e: "999999999999999700000", 0x444b1ae4d6e2ef4f: "999999999999999900000", 0x444b1ae4d6e2ef50: "1e+21",
		0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7", 0x3eb0c6f7a0b5ed8d: "0.000001",
		0x41b3de4355555553: "333333333.3333332", 0x41b3de4355555554: "333333333.33333325", 0x41b3de4355555555: "333333333.3333333",
		0x41b3de4355555556: "333333333.3333334", 0x41b3de4355555557: "333333333.33333343", 0xbecbf647612f3696: "-0.0000033333333333333333",
		0x43143ff3c1cb0959: "1424953923781206.2",
	} {
		if got := string(jcs.AppendNumber(nil, math.Float64frombits(bits))); got != want {
			t.Errorf("%016x: got %s, want %s", bits, got, want)
		}
	}
}

// What two readers could take for two things is refused.
func TestRefused(t *testing.T) {
	deep := strings.Repeat("[", jcs.MaxDepth+1) + strings.Repeat("]", jcs.MaxDepth+1)
	var wide strings.Builder
	for i := range jcs.MaxMembers + 1 {
		wide.WriteString(`,"` + string(rune('a'+i/26)) + string(rune('a'+i%26)) + `":0`)
	}
	for _, v := range []struct {
		comment, text string
		want          error
	}{
		{"nothing", "", jcs.ErrTruncated},
		{"white space", "  ", jcs.ErrTruncated},
		{"two equal keys", `{"a":1,"a":1}`, jcs.ErrDuplicate},
		{"two equal keys, one escaped", `{"a":1,"\u0061":2}`, jcs.ErrDuplicate},
		{"two equal keys, deep", `[{"x":{"k":1,"l":2,"k":3}}]`, jcs.ErrDuplicate},
		{"2^53", `9007199254740992`, jcs.ErrNumber},
		{"2^53+1, which some round silently", `{"n":9007199254740993}`, jcs.ErrNumber},
		{"-2^53", `-9007199254740992`, jcs.ErrNumber},
		{"an integer of a hundred digits", strings.Repeat("9", 100), jcs.ErrNumber},
		{"an integer in another dress", `1e17`, jcs.ErrNumber},
		{"an integer in another dress, just too large", `9007199254740992.0`, jcs.ErrNumber},
		{"beyond the range", `1e400`, jcs.ErrNumber},
		{"so small that it becomes zero", `1e-400`, jcs.ErrNumber},
		{"a leading zero", `01`, jcs.ErrSyntax},
		{"a leading zero, negative", `-01`, jcs.ErrSyntax},
		{"a leading point", `.5`, jcs.ErrSyntax},
		{"a trailing point", `5.`, jcs.ErrTruncated},
		{"a plus", `+5`, jcs.ErrSyntax},
		{"no exponent", `5e`, jcs.ErrTruncated},
		{"infinity", `Infinity`, jcs.ErrSyntax},
		{"hexadecimal", `0x10`, jcs.ErrTrailing},
		{"a comma too many", `[1,]`, jcs.ErrSyntax},
		{"a comma too many, object", `{"a":1,}`, jcs.ErrSyntax},
		{"a comment", "[1/**/]", jcs.ErrSyntax},
		{"a key without quotes", `{a:1}`, jcs.ErrSyntax},
		{"single quotes", `'a'`, jcs.ErrSyntax},
		{"a tab in a string", "\"\t\"", jcs.ErrSyntax},
		{"a zero byte", "\x00", jcs.ErrSyntax},
		{"a byte order mark", "\ufeff1", jcs.ErrSyntax},
		{"a word in capitals", `True`, jcs.ErrSyntax},
		{"half a word", `tru`, jcs.ErrTruncated},
		{"not UTF-8", "\"\xff\"", jcs.ErrUTF8},
		{"a surrogate in UTF-8", "\"\xed\xa0\x80\"", jcs.ErrUTF8},
		{"half a pair", `"\ud83d"`, jcs.ErrUTF8},
		{"the second half alone", `"\ude00"`, jcs.ErrUTF8},
		{"a pair in the wrong order", `"\ude00\ud83d"`, jcs.ErrUTF8},
		{"an unknown escape", `"\x41"`, jcs.ErrSyntax},
		{"half an escape", `"\u00`, jcs.ErrTruncated},
		{"an escape that is no number", `"\u00zz"`, jcs.ErrSyntax},
		{"an open string", `"abc`, jcs.ErrTruncated},
		{"an open object", `{"a":1`, jcs.ErrTruncated},
		{"two values", `1 2`, jcs.ErrTrailing},
		{"too deep", deep, jcs.ErrDepth},
		{"too many members", "{" + wide.String()[1:] + "}", jcs.ErrSize},
		{"too many values", "[" + strings.Repeat("0,", jcs.MaxValues) + "0]", jcs.ErrSize},
	} {
		t.Run(v.comment, func(t *testing.T) {
			got, err := jcs.Parse(v.text)
			var e *jcs.Error
			if !errors.Is(err, v.want) || !errors.As(err, &e) {
				t.Errorf("got %v, want %v", err, v.want)
			}
			if got.Kind() != jcs.None {
				t.Error("an error comes with a value")
			}
		})
	}
	if _, err := jcs.Parse(deep[1 : len(deep)-1]); err != nil {
		t.Errorf("at the limit of depth: %v", err)
	}
	if _, err := jcs.Parse("{" + wide.String()[8:] + "}"); err != nil {
		t.Errorf("at the limit of members: %v", err)
	}
}

// Every byte in a string is judged alike wherever it stands, as by encoding/json.
func TestEveryByteInAString(t *testing.T) {
	for size := range 20 {
		for at := range size {
			for b := range 0x80 { // above are parts of characters
				text := `["` + strings.Repeat("é", at) + string([]byte{byte(b)}) + strings.Repeat("x", size-at) + `"]`
				_, err := jcs.Parse(text)
				if want := json.Valid([]byte(text)); (err == nil) != want {
					t.Errorf("byte %#x at %d of %d: %v, valid is %v", b, at, size, err, want)
				}
			}
		}
	}
}

// A reader says of each text what Parse says, whatever it read before, and what
// Parse read stays.
func TestReader(t *testing.T) {
	var r jcs.Reader
	kept := parse(t, `{"kept":[1,2]}`)
	texts := []string{`{"a":1,"b":[true,null,"x"]}`, `{"a":1,"a":2}`, `[`, `"` + strings.Repeat("x", 1000) + `"`, `[` + strings.Repeat(`{"k":[]},`, 100) + `0]`, "\xff", `{"a":2}`, ``, `7 7`, `7`}
	for _, text := range texts {
		want, wantErr := jcs.Parse(text)
		got, err := r.Parse(text)
		if !reflect.DeepEqual(err, wantErr) || got.Kind() != want.Kind() {
			t.Errorf("%.40s: %v, %v, want %v, %v", text, got.Kind(), err, want.Kind(), wantErr)
		} else if err == nil && string(got.AppendCanonical(nil)) != string(want.AppendCanonical(nil)) {
			t.Errorf("%.40s: got %s", text, got.AppendCanonical(nil))
		}
	}
	r.Forget()
	if got := string(kept.AppendCanonical(nil)); got != `{"kept":[1,2]}` {
		t.Errorf("what was read became %s", got)
	}
}

// A value can be asked for everything, and says no to what it is not.
func TestAsk(t *testing.T) {
	v := parse(t, `{"n":null,"b":true,"i":-12,"f":1.5,"s":"a\u00e9\n","a":[1,"x",{}],"o":{"k":"v"},"e":1e3}`)
	if v.Len() != 8 || v.Get("a").Len() != 3 || v.Get("s").Len() != 0 {
		t.Error("lengths")
	}
	if s, ok := v.Get("s").Text(); s != "aé\n" || !ok {
		t.Errorf("text %q", s)
	}
	if n, ok := v.Get("i").Int(); n != -12 || !ok {
		t.Errorf("integer %d", n)
	}
	if n, ok := v.Get("e").Int(); n != 1000 || !ok {
		t.Errorf("integer with exponent %d", n)
	}
	if f, ok := v.Get("f").Float(); f != 1.5 || !ok {
		t.Errorf("float %v", f)
	}
	if _, ok := v.Get("f").Int(); ok {
		t.Error("1.5 is an integer")
	}
	if b, ok := v.Get("b").Bool(); !b || !ok {
		t.Error("true is not")
	}
	if v.Get("n").Kind() != jcs.Null || v.Get("x").Kind() != jcs.None || v.Get("a").Item(2).Kind() != jcs.Object || v.Get("a").Item(3).Kind() != jcs.None {
		t.Error("kinds")
	}
	if s, ok := v.Get("o").Get("k").Text(); s != "v" || !ok || v.Get("a").Raw() != `[1,"x",{}]` {
		t.Error("what is within")
	}
	for want, part := range map[string]jcs.Value{"a.2": v.Get("a").Item(2), "o.k": v.Get("o").Get("k"), "n": v.Get("n"), "a": v.Get("a"), "a.0": v.Get("a").Item(0), "e": v.Get("e")} {
		if got := part.Path(v); got != want {
			t.Errorf("path %q, want %q", got, want)
		}
	}
	if v.Path(v) != "" || v.Get("a").Path(v.Get("o")) != "" || v.Get("s").Path(parse(t, "{}")) != "" {
		t.Error("a path to what is elsewhere")
	}
	var none jcs.Value
	if none.Path(v) != "" || v.Path(none) != "" {
		t.Error("a path to nothing")
	}
	_, text := none.Text()
	_, number := none.Float()
	if text || number || none.Len() != 0 || none.Get("a").Kind() != jcs.None || none.Raw() != "" || none.AppendCanonical(nil) != nil {
		t.Error("nothing is something")
	}
}

var seeds = []string{`{"a":[1,-2.5e-3,"x\u00e9\ud83d\ude00\n",null,true,{"b":{}}],"":"\\"}`, `[1e21,0.000001,9007199254740991]`, ` "x" `, `{"a":1,"a":2}`, "[[[[]]]]", `{"😀":1,"דּ":2}`}

// The canonical form says the same as the text, to encoding/json, and is its own canonical form.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := jcs.Parse(text)
		if err != nil {
			return
		}
		out := v.AppendCanonical(nil)
		again := parse(t, string(out)).AppendCanonical(nil)
		if !bytes.Equal(out, again) {
			t.Fatalf("%s prints again as %s", out, again)
		}
		var a, b any
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			t.Fatalf("encoding/json refuses %q: %v", text, err)
		}
		if err := json.Unmarshal(out, &b); err != nil || !reflect.DeepEqual(a, b) {
			t.Fatalf("%q and %s differ: %v", text, out, err)
		}
	})
}

// AppendString and Parse are inverses.
func FuzzString(f *testing.F) {
	f.Add("a\"\\\x00\x1f\u2028😀")
	f.Fuzz(func(t *testing.T, s string) {
		want := strings.ToValidUTF8(s, "\ufffd")
		got, ok := parse(t, string(jcs.AppendString(nil, s))).Text()
		if !ok || len([]rune(got)) < len([]rune(want)) || strings.ToValidUTF8(s, "") == s && got != s {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

const seal = `{"hdr":{"is":"UTO","t":"icao.vacc","v":1},"msg":{"pid":{"dob":"1961-05-15","i":"PA0941262","n":"CITIZEN  JANE SUE","sex":"F"},"uvci":"VB0009990012","ve":[{"des":"XM68M6","dis":"RA01.0","nam":"Vaccine","vd":[{"adm":"General Practitioner","ctr":"AUS","dvc":"2021-09-15","lot":"300157P","seq":1}]}]}}`

func BenchmarkParse(b *testing.B) {
	b.SetBytes(int64(len(seal)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jcs.Parse(seal); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCanonical(b *testing.B) {
	v := parse(b, seal)
	b.ReportAllocs()
	for b.Loop() {
		if len(v.AppendCanonical(nil)) != len(seal) {
			b.Fatal("not canonical")
		}
	}
}
