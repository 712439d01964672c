package cbor_test

import (
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/cbor"
)

func unhex(t testing.TB, s string) string {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The examples of RFC 8949 appendix A, as JSON says them.
func TestExamplesOfTheRFC(t *testing.T) {
	for _, v := range []struct{ hex, json string }{
		{"00", "0"}, {"01", "1"}, {"0a", "10"}, {"17", "23"}, {"1818", "24"}, {"1819", "25"}, {"1864", "100"},
		{"1903e8", "1000"}, {"1a000f4240", "1000000"}, {"1b000000e8d4a51000", "1000000000000"},
		{"1bffffffffffffffff", "18446744073709551615"}, {"c249010000000000000000", "18446744073709551616"},
		{"3bffffffffffffffff", "-18446744073709551616"}, {"c349010000000000000000", "-18446744073709551617"},
		{"20", "-1"}, {"29", "-10"}, {"3863", "-100"}, {"3903e7", "-1000"},
		{"f90000", "0"}, {"f98000", "-0"}, {"f93c00", "1"}, {"fb3ff199999999999a", "1.1"}, {"f93e00", "1.5"},
		{"f97bff", "65504"}, {"fa47c35000", "100000"}, {"fa7f7fffff", "3.4028234663852886e+38"},
		{"fb7e37e43c8800759c", "1e+300"}, {"f90001", "5.960464477539063e-08"}, {"f90400", "0.00006103515625"},
		{"f9c400", "-4"}, {"fbc010666666666666", "-4.1"},
		{"f4", "false"}, {"f5", "true"}, {"f6", "null"}, {"f7", "null"},
		{"c074323031332d30332d32315432303a30343a30305a", `"2013-03-21T20:04:00Z"`},
		{"c11a514b67b0", `"2013-03-21T20:04:00Z"`}, {"c1fb41d452d9ec200000", `"2013-03-21T20:04:00.5Z"`},
		{"d74401020304", `"AQIDBA"`}, {"d818456449455446", `"ZElFVEY"`},
		{"d82076687474703a2f2f7777772e6578616d706c652e636f6d", `"http://www.example.com"`},
		{"40", `""`}, {"4401020304", `"AQIDBA"`}, {"60", `""`}, {"6161", `"a"`}, {"6449455446", `"IETF"`},
		{"62225c", `"\"\\"`}, {"62c3bc", `"ü"`}, {"63e6b0b4", `"水"`}, {"64f0908591", `"𐅑"`},
		{"80", "[]"}, {"83010203", "[1,2,3]"}, {"8301820203820405", "[1,[2,3],[4,5]]"},
		{"98190102030405060708090a0b0c0d0e0f101112131415161718181819", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25]"},
		{"a0", "{}"}, {"a201020304", `{"1":2,"3":4}`}, {"a26161016162820203", `{"a":1,"b":[2,3]}`},
		{"826161a161626163", `["a",{"b":"c"}]`}, {"a56161614161626142616361436164614461656145", `{"a":"A","b":"B","c":"C","d":"D","e":"E"}`},
		{"5f42010243030405ff", `"AQIDBAU"`}, {"7f657374726561646d696e67ff", `"streaming"`},
		{"9fff", "[]"}, {"9f018202039f0405ffff", "[1,[2,3],[4,5]]"}, {"9f01820203820405ff", "[1,[2,3],[4,5]]"},
		{"83018202039f0405ff", "[1,[2,3],[4,5]]"}, {"83019f0203ff820405", "[1,[2,3],[4,5]]"},
		{"bf61610161629f0203ffff", `{"a":1,"b":[2,3]}`}, {"826161bf61626163ff", `["a",{"b":"c"}]`}, {"bf6346756ef563416d7421ff", `{"Fun":true,"Amt":-2}`},
		// not of the appendix
		{"1800", "0"}, {"1b0000000000000001", "1"}, {"7801" + "61", `"a"`}, {"bb0000000000000000", "{}"}, // longer than needed
		{"62e280a8", ""}, // two bytes promised, the rest follows: see below
		{"63e280a8", `"\u2028"`}, {"63010a7f", `"\u0001\u000a\u007f"`},
		{"c14161", `"YQ"`}, {"c101", `"1970-01-01T00:00:01Z"`}, {"c26161", `"a"`},
	} {
		val, err := cbor.Read(unhex(t, v.hex))
		if v.json == "" {
			if err == nil {
				t.Errorf("%s was read", v.hex)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", v.hex, err)
			continue
		}
		if got, err := val.AppendJSON([]byte("x")); err != nil || string(got) != "x"+v.json {
			t.Errorf("%s: %s, %v, want %s", v.hex, got, err, v.json)
		}
		if val.Raw() != unhex(t, v.hex) {
			t.Errorf("%s: raw %x", v.hex, val.Raw())
		}
	}
}

func TestWhatIsNotWellFormedIsRefused(t *testing.T) {
	for _, v := range []struct {
		comment, hex string
		at           int
		want         error
	}{
		{"nothing", "", 0, cbor.ErrTruncated},
		{"head cut", "19ff", 0, cbor.ErrTruncated},
		{"head cut within 64 bits", "1b00000000000000", 0, cbor.ErrTruncated},
		{"text cut", "6261", 0, cbor.ErrTruncated},
		{"bytes longer than memory", "5b7fffffffffffffff", 0, cbor.ErrTruncated},
		{"bytes of the greatest length", "5bffffffffffffffff00", 0, cbor.ErrTruncated},
		{"array longer than what is left", "83" + "0000", 0, cbor.ErrTruncated},
		{"array of the greatest length", "9bffffffffffffffff00", 0, cbor.ErrTruncated},
		{"map of the greatest length", "bbffffffffffffffff00", 0, cbor.ErrTruncated},
		{"map half there", "a20000", 3, cbor.ErrTruncated},
		{"key without a value", "a100", 2, cbor.ErrTruncated},
		{"tag of nothing", "c0", 1, cbor.ErrTruncated},
		{"open array", "9f", 1, cbor.ErrTruncated},
		{"open map", "bf", 1, cbor.ErrTruncated},
		{"open text", "7f", 1, cbor.ErrTruncated},
		{"open text after a chunk", "7f6161", 3, cbor.ErrTruncated},
		{"two items", "0000", 1, cbor.ErrTrailing},
		{"break alone", "ff", 0, cbor.ErrMalformed},
		{"break in an array of definite length", "81ff", 1, cbor.ErrMalformed},
		{"break instead of a value", "bf00ff", 2, cbor.ErrMalformed},
		{"break instead of a key", "a1ff00", 1, cbor.ErrKey},
		{"reserved 28", "1c", 0, cbor.ErrMalformed},
		{"reserved 29 of text", "7d", 0, cbor.ErrMalformed},
		{"reserved 30 of a tag", "de00", 0, cbor.ErrMalformed},
		{"integer of indefinite length", "1f", 0, cbor.ErrMalformed},
		{"negative integer of indefinite length", "3f", 0, cbor.ErrMalformed},
		{"tag of indefinite length", "df00", 0, cbor.ErrMalformed},
		{"simple value 24 in two bytes", "f818", 0, cbor.ErrMalformed},
		{"false in two bytes", "f814", 0, cbor.ErrMalformed},
		{"chunk of another kind", "7f4161ff", 1, cbor.ErrMalformed},
		{"chunk of indefinite length", "7f7fffff", 1, cbor.ErrMalformed},
		{"chunk that is a number", "5f00ff", 1, cbor.ErrMalformed},
		{"text that is Latin-1", "61fc", 0, cbor.ErrUTF8},
		{"text with an overlong nul", "62c080", 0, cbor.ErrUTF8},
		{"text with a surrogate", "63eda080", 0, cbor.ErrUTF8},
		{"character cut by a chunk", "7f61c361bcff", 1, cbor.ErrUTF8},
		{"key that is Latin-1", "a161fc00", 1, cbor.ErrUTF8},
		{"key that is bytes", "a1416100", 1, cbor.ErrKey},
		{"key that is an array", "a18000", 1, cbor.ErrKey},
		{"key that is a map", "a1a000", 1, cbor.ErrKey},
		{"key that is null", "a1f600", 1, cbor.ErrKey},
		{"key that is a tag", "a1c00000", 1, cbor.ErrKey},
		{"key in chunks", "a17f6161ff00", 1, cbor.ErrKey},
		{"key beyond 64 bits with a sign", "a11b800000000000000000", 1, cbor.ErrKey},
		{"negative key beyond 64 bits", "a13bffffffffffffffff00", 1, cbor.ErrKey},
		{"key twice", "a204000400", 3, cbor.ErrDuplicate},
		{"key twice, in another width", "a20400180400", 3, cbor.ErrDuplicate},
		{"text key twice", "a2636e616d00636e616d00", 6, cbor.ErrDuplicate},
		{"text key twice, in another width", "a2636e616d0078036e616d00", 6, cbor.ErrDuplicate},
		{"empty text key twice", "a260006000", 3, cbor.ErrDuplicate},
		{"key twice after a map that has it once", "bf00a1010001000100ff", 7, cbor.ErrDuplicate},
		{"4 and text 4", "a20400613400", 3, cbor.ErrDuplicate},
		{"text -260 and -260", "a2642d323630003901030" + "0", 7, cbor.ErrDuplicate},
	} {
		_, err := cbor.Read(unhex(t, v.hex))
		var e *cbor.Error
		if !errors.As(err, &e) || !errors.Is(err, v.want) || e.Offset != v.at {
			t.Errorf("%s: %v, want %v at %d", v.comment, err, v.want, v.at)
		}
	}
	for _, ok := range []string{
		"a2616100a0",       // not a map of two
		"a1a1616100616100", // map as key
	} {
		if _, err := cbor.Read(unhex(t, ok)); err == nil {
			t.Errorf("%s was read", ok)
		}
	}
	for _, ok := range []string{"a200006000", "a2613500613400", "a2623034000400", "82a10400a10400", "a201a1010002a10100"} {
		if _, err := cbor.Read(unhex(t, ok)); err != nil {
			t.Errorf("%s: %v: keys that only look alike", ok, err)
		}
	}
}

func TestLimits(t *testing.T) {
	nest := func(open, end string, n int) string { return strings.Repeat(open, n) + "\x00" + strings.Repeat(end, n) }
	pairs := func(n int) string {
		b := cbor.AppendMap(nil, n)
		for i := range n {
			b = cbor.AppendInt(cbor.AppendInt(b, int64(i)), 0)
		}
		return string(b)
	}
	items := func(n int) string {
		b := cbor.AppendArray(nil, n-1)
		return string(b) + strings.Repeat("\x00", n-1)
	}
	for _, v := range []struct {
		comment, text string
		want          error
	}{
		{"arrays as deep as allowed", nest("\x81", "", cbor.MaxDepth), nil},
		{"arrays one deeper", nest("\x81", "", cbor.MaxDepth+1), cbor.ErrDepth},
		{"tags as deep as allowed", nest("\xc7", "", cbor.MaxDepth), nil},
		{"tags one deeper", nest("\xc7", "", cbor.MaxDepth+1), cbor.ErrDepth},
		{"open arrays one deeper", nest("\x9f", "\xff", cbor.MaxDepth+1), cbor.ErrDepth},
		{"ten thousand arrays", nest("\x81", "", 10000), cbor.ErrDepth},
		{"ten thousand open maps", nest("\xbf\x00", "\xff", 10000), cbor.ErrDepth},
		{"ten thousand maps as keys", strings.Repeat("\xa1", 10000), cbor.ErrKey},
		{"ten thousand tags", nest("\xc0", "", 10000), cbor.ErrDepth},
		{"as many items as allowed", items(cbor.MaxItems), nil},
		{"one item more", items(cbor.MaxItems + 1), cbor.ErrSize},
		{"a hundred thousand chunks", "\x7f" + strings.Repeat("\x60", 100000) + "\xff", cbor.ErrSize},
		{"as many pairs as allowed", pairs(cbor.MaxPairs), nil},
		{"one pair more", pairs(cbor.MaxPairs + 1), cbor.ErrSize},
	} {
		if _, err := cbor.Read(v.text); !errors.Is(err, v.want) {
			t.Errorf("%s: %v, want %v", v.comment, err, v.want)
		}
	}
}

// A value is asked what it holds, and answers only to its own kind.
func TestKinds(t *testing.T) {
	for _, v := range []struct {
		hex  string
		kind cbor.Kind
	}{
		{"17", cbor.Int}, {"3bffffffffffffffff", cbor.Int}, {"4101", cbor.Bytes}, {"6161", cbor.Text}, {"7fff", cbor.Text}, {"5fff", cbor.Bytes},
		{"8100", cbor.Array}, {"a0", cbor.Map}, {"c000", cbor.Tag}, {"f4", cbor.Bool}, {"f6", cbor.Null}, {"f7", cbor.Null},
		{"f93c00", cbor.Float}, {"fa3f800000", cbor.Float}, {"e0", cbor.Simple}, {"f8ff", cbor.Simple},
	} {
		val, err := cbor.Read(unhex(t, v.hex))
		if err != nil {
			t.Fatalf("%s: %v", v.hex, err)
		}
		_, isInt := val.Int()
		_, isFloat := val.Float()
		_, isText := val.Text()
		_, isBytes := val.Bytes()
		_, isBool := val.Bool()
		_, _, isTag := val.Tag()
		items, pairs := 0, 0
		for range val.Items {
			items++
		}
		for range val.Pairs {
			pairs++
		}
		is := map[cbor.Kind]bool{
			cbor.Int: isInt || v.hex == "3bffffffffffffffff", cbor.Float: isFloat, cbor.Text: isText, cbor.Bytes: isBytes,
			cbor.Bool: isBool, cbor.Tag: isTag, cbor.Null: val.Null(), cbor.Array: items == 1, cbor.Map: v.hex == "a0", cbor.Simple: val.Kind() == cbor.Simple,
		}
		n := 0
		for _, yes := range is {
			if yes {
				n++
			}
		}
		if val.Kind() != v.kind || !is[v.kind] || pairs != 0 || (n != 1 && v.kind != cbor.Map) {
			t.Errorf("%s: kind %d, want %d; answers %v", v.hex, val.Kind(), v.kind, is)
		}
	}
	if _, ok := must(t, "1b8000000000000000").Int(); ok {
		t.Error("2^63 was given as an int64")
	}
	if n, ok := must(t, "3b7fffffffffffffff").Int(); !ok || n != math.MinInt64 {
		t.Errorf("least integer: %d, %v", n, ok)
	}
	if (cbor.Value{}).Kind() != cbor.None {
		t.Error("the zero Value is something")
	}
	if _, err := (cbor.Value{}).AppendJSON(nil); err == nil {
		t.Error("the zero Value has JSON")
	}
}

func must(t testing.TB, h string) cbor.Value {
	t.Helper()
	v, err := cbor.Read(unhex(t, h))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWhatJSONCannotSayIsAnError(t *testing.T) {
	for _, v := range []struct{ comment, hex string }{
		{"not a number", "f97e00"}, {"infinite", "fa7f800000"}, {"infinite, within a map", "a10081f9fc00"},
		{"simple value", "e0"}, {"moment beyond the year 9999", "c11b0000003afff44180"}, {"moment that is not a number", "c1f97e00"},
		{"integer of 65 bytes", "c25841" + strings.Repeat("ff", 65)},
	} {
		got, err := must(t, v.hex).AppendJSON([]byte("kept"))
		if !errors.Is(err, cbor.ErrNoJSON) || string(got) != "kept" {
			t.Errorf("%s: %s, %v", v.comment, got, err)
		}
	}
}

func TestSeconds(t *testing.T) {
	for _, v := range []struct {
		hex, want string
		ok        bool
	}{
		{"1a60b89cbf", "2021-06-03T09:11:27Z", true},
		{"fb41d82e272fc00000", "2021-06-03T09:11:27Z", true},
		{"fb41d82e272fe00000", "2021-06-03T09:11:27.5Z", true},
		{"f90000", "1970-01-01T00:00:00Z", true},
		{"20", "1969-12-31T23:59:59Z", true},
		{"1b0000003afff4417f", "9999-12-31T23:59:59Z", true},
		{"1b0000003afff44180", "", false},
		{"3b0000000e79747c00", "", false},
		{"1bffffffffffffffff", "", false},
		{"f97e00", "", false}, {"f97c00", "", false}, {"fbffefffffffffffff", "", false}, {"6131", "", false}, {"f6", "", false},
	} {
		got, ok := must(t, v.hex).Seconds()
		if ok != v.ok || ok && got.Format("2006-01-02T15:04:05.999Z07:00") != v.want {
			t.Errorf("%s: %v, %v, want %s, %v", v.hex, got, ok, v.want, v.ok)
		}
	}
}
