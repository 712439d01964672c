package efgs_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/efgs"
	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/protowire"
)

// now is noon of a day, and today its first interval.
var now = time.Date(2020, 11, 2, 12, 0, 0, 0, time.UTC)

const today = 2_673_792

func key(change ...func(*efgs.Key)) efgs.Key {
	k := efgs.Key{Data: []byte("0123456789abcdef"), Start: today - 288, Period: 144, Risk: efgs.NoRisk, Visited: []string{"IT", "FR"}, Origin: "DE", Report: 1, Onset: 4000}
	for _, f := range change {
		f(&k)
	}
	return k
}

// Every string that the gateway's own test data says is signed comes out, byte for byte.
func TestPublicStrings(t *testing.T) {
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	b, err := os.ReadFile(filepath.Join(dir, "exposure/efgs-signed-strings.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(lines) != 2500 {
		t.Fatalf("%d lines, want 2500", len(lines))
	}
	for n, line := range lines {
		part := strings.Split(strings.TrimSpace(line), "|")
		if len(part) != 17 {
			t.Fatalf("line %d: %d parts", n+1, len(part))
		}
		number := func(i int) uint32 { return binary.BigEndian.Uint32(array(t, part[2*i])) }
		words := func(i int) []string { return strings.Split(strings.Trim(part[2*i], "[]"), ",") }
		k := efgs.Key{Data: array(t, part[0]), Start: number(1), Period: number(2), Risk: int32(number(3)), Visited: words(4), Origin: words(5)[0],
			Report: int32(number(6)), Onset: int32(number(7))}
		if got := base64.StdEncoding.EncodeToString(efgs.Signed([]efgs.Key{k})); got != part[16] {
			t.Fatalf("line %d: got %s, want %s", n+1, got, part[16])
		}
	}
}

// array reads bytes in decimal.
func array(t *testing.T, s string) []byte {
	t.Helper()
	var b []byte
	for _, w := range strings.Split(strings.Trim(s, "[]"), ",") {
		var n byte
		if _, err := fmt.Sscan(w, &n); err != nil {
			t.Fatal(err)
		}
		b = append(b, n)
	}
	return b
}

// What is signed of a key, written out by hand.
func TestSigned(t *testing.T) {
	k := key(func(k *efgs.Key) { k.Onset = -2 })
	want := strings.Join([]string{"MDEyMzQ1Njc4OWFiY2RlZg==", "ACjLYA==", "AAAAkA==", "f////w==", "SVQsRlI=", "REU=", "AAAAAQ==", "/////g==", ""}, ".")
	if got := string(efgs.Signed([]efgs.Key{k})); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := string(efgs.Signed([]efgs.Key{{}})); got != ".AAAAAA==.AAAAAA==.AAAAAA==...AAAAAA==.AAAAAA==." {
		t.Errorf("an empty key: %s", got)
	}
	if a, b := efgs.Signed([]efgs.Key{{Origin: "É"}}), efgs.Signed([]efgs.Key{{Origin: "?"}}); !bytes.Equal(a, b) {
		t.Errorf("beyond ASCII: %s", a)
	}
	if got := efgs.Signed(nil); len(got) != 0 {
		t.Errorf("nothing: %s", got)
	}
}

// The order is that of base64 of the whole key's bytes: not that of the bytes,
// nor that of the base64 of the key data.
func TestSignedOrder(t *testing.T) {
	data := func(b ...byte) efgs.Key { return efgs.Key{Data: append(b, make([]byte, 16-len(b))...)} }
	// Their base64 begins with "//", "C0", "CA" and "aa"; that of these begins with "Ly", "Qz", "Q0" and "YW".
	keys := []efgs.Key{data(0xff, 0xf0), data(0x0b, 0x40), data(0x08), data(0x69, 0xa0)}
	texts := make([]string, len(keys))
	for i, k := range keys {
		texts[i] = string(efgs.Signed([]efgs.Key{k}))
	}
	whole := func(a, b string) int {
		return strings.Compare(base64.StdEncoding.EncodeToString([]byte(a)), base64.StdEncoding.EncodeToString([]byte(b)))
	}
	want := strings.Join(slices.SortedFunc(slices.Values(texts), whole), "")
	byData := strings.Join(slices.Sorted(slices.Values(texts)), "") // each begins with the base64 of its data
	for range 24 {
		rand.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		if got := string(efgs.Signed(keys)); got != want || got == byData {
			t.Fatalf("got %s", got)
		}
	}
	if strings.Index(want, "CAAAAA") > strings.Index(want, "C0AAAA") {
		t.Errorf("CA stands behind C0: %s", want)
	}
}

// Of a batch each bad key is named with its fault, and no other.
func TestCheck(t *testing.T) {
	vectors := []struct {
		Comment string
		Change  func(*efgs.Key)
		Want    efgs.Code
	}{
		{"as it should be", func(k *efgs.Key) {}, ""},
		{"15 bytes", func(k *efgs.Key) { k.Data = k.Data[1:] }, efgs.WrongLength},
		{"no bytes", func(k *efgs.Key) { k.Data = nil }, efgs.WrongLength},
		{"15 days before today", func(k *efgs.Key) { k.Start = today - 15*144 }, ""},
		{"ten minutes more", func(k *efgs.Key) { k.Start = today - 15*144 - 1 }, efgs.Old},
		{"of 1970", func(k *efgs.Key) { k.Start = 0 }, efgs.Old},
		{"in ten minutes, for the gateway no fault of its time, but alive", func(k *efgs.Key) { k.Start = today + 73 }, efgs.Alive},
		{"in twenty minutes", func(k *efgs.Key) { k.Start = today + 74 }, efgs.Future},
		{"of another century", func(k *efgs.Key) { k.Start = 1<<32 - 1 }, efgs.Future},
		{"today's", func(k *efgs.Key) { k.Start = today }, efgs.Alive},
		{"dead for a minute", func(k *efgs.Key) { k.Start, k.Period = today, 60 }, ""},
		{"alive for ten minutes more", func(k *efgs.Key) { k.Start, k.Period = today, 61 }, efgs.Alive},
		{"no period", func(k *efgs.Key) { k.Period = 0 }, efgs.WrongPeriod},
		{"a day and ten minutes", func(k *efgs.Key) { k.Period = 145 }, efgs.WrongPeriod},
		{"a risk of 8", func(k *efgs.Key) { k.Risk = 8 }, ""},
		{"a risk of 9", func(k *efgs.Key) { k.Risk = 9 }, efgs.WrongRisk},
		{"a negative risk", func(k *efgs.Key) { k.Risk = -1 }, efgs.WrongRisk},
		{"a report of 6", func(k *efgs.Key) { k.Report = 6 }, efgs.WrongReport},
		{"a negative report", func(k *efgs.Key) { k.Report = -1 }, efgs.WrongReport},
		{"of another country", func(k *efgs.Key) { k.Origin = "FR" }, efgs.WrongOrigin},
		{"of no country", func(k *efgs.Key) { k.Origin = "" }, efgs.WrongOrigin},
		{"a country in small letters", func(k *efgs.Key) { k.Visited = []string{"IT", "fr"} }, efgs.WrongCountry},
		{"no country visited", func(k *efgs.Key) { k.Visited = nil }, ""},
		{"an onset of 15 days", func(k *efgs.Key) { k.Onset = 15 }, efgs.WrongOnset},
	}
	for _, v := range vectors {
		keys := []efgs.Key{key(func(k *efgs.Key) { k.Data = []byte("another key here") }), key(v.Change), key(func(k *efgs.Key) { k.Data = []byte("and a third one.") })}
		var want []efgs.Finding
		if v.Want != "" {
			want = []efgs.Finding{{Index: 1, Code: v.Want}}
		}
		if got := efgs.Check(keys, "DE", now); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", v.Comment, got, want)
		}
	}
	if got := efgs.Check([]efgs.Key{key(), key(), key()}, "DE", now); fmt.Sprint(got) != "[key 1: repeated key 2: repeated]" {
		t.Errorf("three times the same: %v", got)
	}
	if got := efgs.Check([]efgs.Key{key()}, "de", now); len(got) != 1 || got[0].Code != efgs.WrongOrigin {
		t.Errorf("a signer of no country: %v", got)
	}
}

// The five kinds of knowledge, at the ends of their ranges.
func TestOnset(t *testing.T) {
	known := 0
	for v := int32(-200); v < 5000; v++ {
		o, ok := efgs.OnsetOf(v)
		if !ok {
			if o != (efgs.Onset{}) {
				t.Errorf("%d: %+v", v, o)
			}
			continue
		}
		known++
		if o.Value() != v {
			t.Errorf("%d is %+v, which is %d", v, o, o.Value())
		}
	}
	if want := 29 * (1 + 19 + 3); known != want {
		t.Errorf("%d values say something, want %d", known, want)
	}
	for v, want := range map[int32]efgs.Onset{
		-14:  {Kind: efgs.Date, Days: -14},
		14:   {Kind: efgs.Date, Days: 14},
		86:   {Kind: efgs.Range, Range: 1, Days: -14},
		701:  {Kind: efgs.Range, Range: 7, Days: 1},
		1914: {Kind: efgs.Range, Range: 19, Days: 14},
		1993: {Kind: efgs.NoDate, Days: -7},
		3000: {Kind: efgs.NoSymptom},
		4014: {Kind: efgs.NotKnown, Days: 14},
	} {
		if got, ok := efgs.OnsetOf(v); !ok || got != want {
			t.Errorf("%d: got %+v, want %+v", v, got, want)
		}
	}
	for _, v := range []int32{-15, 15, 85, 1915, 1985, 2015, 4015, 5000, -1 << 31, 1<<31 - 1} {
		if o, ok := efgs.OnsetOf(v); ok {
			t.Errorf("%d says %+v", v, o)
		}
	}
}

// What phones know of a key comes back; what they have no field for is lost.
func TestKey(t *testing.T) {
	g := gaen.Key{Data: [16]byte{7}, Start: today, Period: 77, Risk: 3, Report: gaen.SelfReport, HasOnset: true, Onset: -3}
	k := efgs.FromKey(g, "DE", []string{"IT"})
	if k.Origin != "DE" || k.Onset != -3 || !slices.Equal(k.Visited, []string{"IT"}) {
		t.Errorf("got %+v", k)
	}
	if got, ok := k.Key(); !ok || got != g {
		t.Errorf("got %+v", got)
	}
	g.HasOnset, g.Onset = false, 0
	if k := efgs.FromKey(g, "DE", nil); k.Onset != 4000 {
		t.Errorf("nothing known: %d", k.Onset)
	}
	for comment, change := range map[string]func(*efgs.Key){
		"short data":    func(k *efgs.Key) { k.Data = k.Data[1:] },
		"no period":     func(k *efgs.Key) { k.Period = 0 },
		"a long period": func(k *efgs.Key) { k.Period = 145 },
		"no beginning":  func(k *efgs.Key) { k.Start = 0 },
		"a late one":    func(k *efgs.Key) { k.Start = 1 << 31 },
		"a report":      func(k *efgs.Key) { k.Report = 9 },
	} {
		k := key(change)
		if got, ok := k.Key(); ok || got != (gaen.Key{}) {
			t.Errorf("%s: got %+v", comment, got)
		}
	}
	for onset, want := range map[int32]int16{701: 1, 5: 5} {
		k := key(func(k *efgs.Key) { k.Onset = onset })
		if got, _ := k.Key(); !got.HasOnset || got.Onset != want || got.Risk != 0 {
			t.Errorf("an onset of %d: %+v", onset, got)
		}
	}
	for _, onset := range []int32{2000, 3000, 4000, 50} {
		k := key(func(k *efgs.Key) { k.Onset = onset })
		if got, _ := k.Key(); got.HasOnset {
			t.Errorf("an onset of %d: %+v", onset, got)
		}
	}
}

// What is written is read again, in both forms, and is signed alike.
func TestBatchRoundTrip(t *testing.T) {
	keys := []efgs.Key{key(), key(func(k *efgs.Key) { k.Visited, k.Onset, k.Risk, k.Report = nil, -14, -5, 99 }), {}, {Data: []byte{1}, Origin: "FR"}}
	body := efgs.AppendBatch(nil, keys)
	got, found, err := efgs.ParseBatch(body)
	if err != nil || len(found) != 0 || !bytes.Equal(efgs.AppendBatch(nil, got), body) || !bytes.Equal(efgs.Signed(got), efgs.Signed(keys)) {
		t.Errorf("got %+v, %v, %v", got, found, err)
	}
	text := efgs.AppendJSON(nil, keys)
	if !json.Valid(text) {
		t.Errorf("no JSON: %s", text)
	}
	got, found, err = efgs.ParseJSON(text)
	if err != nil || len(found) != 0 || !bytes.Equal(efgs.AppendBatch(nil, got), body) {
		t.Errorf("in JSON %s: got %+v, %v, %v", text, got, found, err)
	}
}

// A batch byte by byte, as the message's description has it, and its JSON.
func TestBatchBytes(t *testing.T) {
	k := key(func(k *efgs.Key) { k.Risk, k.Onset, k.Visited = 7, -1, []string{"IT"} })
	want := "0a28" + "0a10" + hex.EncodeToString(k.Data) + "10e096a301" + "189001" + "2007" + "2a024954" + "32024445" + "3801" + "4001"
	if got := hex.EncodeToString(efgs.AppendBatch(nil, []efgs.Key{k})); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	const text = `{"keys":[{"keyData":"MDEyMzQ1Njc4OWFiY2RlZg==","rollingStartIntervalNumber":2673504,"rollingPeriod":144,"transmissionRiskLevel":7,"visitedCountries":["IT"],"origin":"DE","reportType":"CONFIRMED_TEST","days_since_onset_of_symptoms":-1}]}`
	if got := string(efgs.AppendJSON(nil, []efgs.Key{k})); got != text {
		t.Errorf("got %s", got)
	}
}

// A key whose message is broken is left out with its place, and the rest survives.
func TestBrokenKeys(t *testing.T) {
	good := efgs.AppendBatch(nil, []efgs.Key{key()})
	for comment, k := range map[string][]byte{
		"cut short":               {0x0a, 0x10, 1},
		"a number beyond 32 bits": protowire.AppendInt(nil, 2, 1<<32),
		"a negative period":       protowire.AppendInt(nil, 3, -1),
		"a text for a number":     protowire.AppendBytes(nil, 2, "x"),
		"a country of nine bytes": protowire.AppendBytes(nil, 5, "123456789"),
		"an origin of no UTF-8":   protowire.AppendBytes(nil, 6, "\xff"),
		"65 countries":            bytes.Repeat(protowire.AppendBytes(nil, 5, "IT"), 65),
		"a key of 65 bytes":       protowire.AppendBytes(nil, 1, make([]byte, 65)),
		"an onset beyond 32 bits": protowire.AppendSigned(nil, 8, 1<<31),
	} {
		keys, found, err := efgs.ParseBatch(append(protowire.AppendBytes(bytes.Clone(good), 1, k), good...))
		if err != nil || len(keys) != 2 || !slices.Equal(found, []efgs.Finding{{Index: 1, Code: efgs.Malformed}}) {
			t.Errorf("%s: %d keys, %v, %v", comment, len(keys), found, err)
		}
	}
	for comment, body := range map[string][]byte{
		"cut short":        good[:len(good)-1],
		"a number for one": protowire.AppendInt(nil, 1, 1),
		"5001 keys":        bytes.Repeat([]byte{0x0a, 0}, efgs.MaxKeys+1),
		"too long":         make([]byte, efgs.MaxBatch+1),
	} {
		if keys, found, err := efgs.ParseBatch(body); !errors.Is(err, efgs.ErrBatch) || keys != nil || found != nil {
			t.Errorf("%s: %d keys, %v", comment, len(keys), err)
		}
	}
	if keys, found, err := efgs.ParseBatch(append(protowire.AppendInt(nil, 9, 1), good...)); err != nil || len(keys) != 1 || len(found) != 0 {
		t.Errorf("an unknown field: %d keys, %v, %v", len(keys), found, err)
	}
}

// JSON as issuers may write it is read; what two readers could read as two keys is refused.
func TestJSON(t *testing.T) {
	const data = `"keyData":"MDEyMzQ1Njc4OWFiY2RlZg=="`
	batch := func(k string) string { return `{"keys":[{` + k + `}]}` }
	type want struct {
		keys, found int
		err         bool
	}
	vectors := []struct {
		Comment string
		Text    string
		Want    want
	}{
		{"data alone", batch(data), want{keys: 1}},
		{"no keys", `{"keys":[]}`, want{}},
		{"nothing", `{}`, want{}},
		{"an empty key", batch(``), want{keys: 1}},
		{"numbers in quotes, a null", batch(data + `,"rollingPeriod":"144","origin":null,"visitedCountries":null,"keyData2":1`), want{err: true}},
		{"numbers in quotes", batch(data + `,"rollingPeriod":"144","origin":null,"visitedCountries":null`), want{keys: 1}},
		{"a report as a number", batch(data + `,"reportType":2`), want{keys: 1}},
		{"a report by name", batch(data + `,"reportType":"REVOKED"`), want{keys: 1}},
		{"the general name of the onset", batch(data + `,"daysSinceOnsetOfSymptoms":4000`), want{keys: 1}},
		{"both names of the onset", batch(data + `,"daysSinceOnsetOfSymptoms":1,"days_since_onset_of_symptoms":1`), want{err: true}},
		{"the other alphabet, no padding", batch(`"keyData":"_-8"`), want{keys: 1}},
		{"a member twice", batch(data + "," + data), want{err: true}},
		{"a member in another case", batch(`"KeyData":"AAAA"`), want{err: true}},
		{"an unknown member", batch(data + `,"x":1`), want{err: true}},
		{"another list", `{"keys":[],"more":[]}`, want{err: true}},
		{"keys twice", `{"keys":[],"keys":[]}`, want{err: true}},
		{"a list alone", `[]`, want{err: true}},
		{"something behind", `{"keys":[]}{}`, want{err: true}},
		{"a number for a key", `{"keys":[1]}`, want{err: true}},
		{"an object for a number", batch(`"rollingPeriod":{}`), want{err: true}},
		{"a list in a list", batch(`"visitedCountries":[["IT"]]`), want{err: true}},
		{"cut short", `{"keys":[{`, want{err: true}},
		{"no JSON", `keys`, want{err: true}},
		{"a text for a number", batch(`"rollingPeriod":"x"`), want{found: 1}},
		{"a fraction", batch(`"rollingPeriod":1.5`), want{found: 1}},
		{"an exponent", batch(`"rollingPeriod":1e2`), want{found: 1}},
		{"a number beyond 32 bits", batch(`"rollingStartIntervalNumber":4294967296`), want{found: 1}},
		{"a negative period", batch(`"rollingPeriod":-1`), want{found: 1}},
		{"an unknown report", batch(`"reportType":"MAYBE"`), want{found: 1}},
		{"no base64", batch(`"keyData":"!"`), want{found: 1}},
		{"a number for the data", batch(`"keyData":5`), want{found: 1}},
		{"a long key", batch(`"keyData":"` + strings.Repeat("A", 88) + `"`), want{found: 1}},
		{"a number for a country", batch(`"visitedCountries":[1]`), want{found: 1}},
		{"a country for a list", batch(`"visitedCountries":"IT"`), want{found: 1}},
		{"a long origin", batch(`"origin":"123456789"`), want{found: 1}},
		{"a bad key among good ones", `{"keys":[{` + data + `},{"rollingPeriod":true},{` + data + `}]}`, want{keys: 2, found: 1}},
		{"too many", `{"keys":[` + strings.Repeat("{},", efgs.MaxKeys) + `{}]}`, want{err: true}},
		{"too long", strings.Repeat(" ", efgs.MaxBatch) + `{}`, want{err: true}},
	}
	for _, v := range vectors {
		keys, found, err := efgs.ParseJSON([]byte(v.Text))
		if got := (want{len(keys), len(found), err != nil}); got != v.Want || err != nil && !errors.Is(err, efgs.ErrBatch) {
			t.Errorf("%s: got %+v, %v", v.Comment, got, err)
		}
	}
}

// The audit of a batch gives each country its keys back, or says that it does not fit.
func TestAudit(t *testing.T) {
	a, err := efgs.ParseAudit([]byte(`[{"country":"DE","amount":2,"batchSignature":"AA==","uploaderCertificate":"x"},{"country":"IT","amount":1},{"country":"DE","amount":0}]`))
	if err != nil || len(a) != 3 || a[0].Signature != "AA==" {
		t.Fatalf("%+v, %v", a, err)
	}
	it := key(func(k *efgs.Key) { k.Origin = "IT" })
	parts, err := a.Parts([]efgs.Key{key(), key(), it})
	if err != nil || len(parts) != 3 || len(parts[0]) != 2 || !reflect.DeepEqual(parts[1], []efgs.Key{it}) || len(parts[2]) != 0 {
		t.Errorf("got %v, %v", parts, err)
	}
	for comment, keys := range map[string][]efgs.Key{
		"too few":              {key(), key()},
		"too many":             {key(), key(), it, it},
		"another order":        {key(), it, key()},
		"a key of another one": {key(), key(), key()},
	} {
		if parts, err := a.Parts(keys); !errors.Is(err, efgs.ErrAudit) || parts != nil {
			t.Errorf("%s: got %v, %v", comment, parts, err)
		}
	}
	if parts, err := (efgs.Audit{{Amount: -1}}).Parts(nil); !errors.Is(err, efgs.ErrAudit) || parts != nil {
		t.Errorf("a negative amount: %v", err)
	}
	for _, body := range []string{"", "{}", `[{"amount":"x"}]`, `[{}`, `[]x`, `[{}` + strings.Repeat(",{}", efgs.MaxKeys) + `]`, strings.Repeat(" ", efgs.MaxAudit) + "[]"} {
		if a, err := efgs.ParseAudit([]byte(body)); !errors.Is(err, efgs.ErrAudit) || a != nil {
			t.Errorf("%.20q: got %v, %v", body, a, err)
		}
	}
}

// A tag is read and written in one way.
func TestTag(t *testing.T) {
	tag, err := efgs.ParseTag("20201102-17")
	if err != nil || tag.Number != 17 || tag.Day != now.Truncate(24*time.Hour) || tag.String() != "20201102-17" {
		t.Errorf("got %v, %v", tag, err)
	}
	if tag, err := efgs.ParseTag("null"); err != nil || tag != (efgs.Tag{}) || tag.String() != "null" {
		t.Errorf("none: %v, %v", tag, err)
	}
	for _, s := range []string{"", "20201102", "20201102-", "20201102-0", "20201102-01", "20201102--1", "20201302-1", "2020-11-02", "20201102-1 ", "20201102-99999999999999999999"} {
		if tag, err := efgs.ParseTag(s); !errors.Is(err, efgs.ErrTag) || tag != (efgs.Tag{}) {
			t.Errorf("%q: got %v, %v", s, tag, err)
		}
	}
}

// Whatever is read is written and read again, in both forms, and signed alike.
func FuzzBatch(f *testing.F) {
	f.Add(efgs.AppendBatch(nil, []efgs.Key{key()}))
	f.Add(efgs.AppendJSON(nil, []efgs.Key{key(), {}}))
	f.Add([]byte(`{"keys":[{"keyData":"_-8","rollingPeriod":"144","visitedCountries":["IT","\u00e9"],"reportType":7}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, parse := range []func([]byte) ([]efgs.Key, []efgs.Finding, error){efgs.ParseBatch, efgs.ParseJSON} {
			keys, _, err := parse(body)
			if err != nil {
				continue
			}
			signed := efgs.Signed(keys)
			written := efgs.AppendBatch(nil, keys)
			again, found, err := efgs.ParseBatch(written)
			if err != nil || len(found) != 0 || !bytes.Equal(efgs.Signed(again), signed) || !bytes.Equal(efgs.AppendBatch(nil, again), written) {
				t.Errorf("%+v became %+v, %v, %v", keys, again, found, err)
			}
			text := efgs.AppendJSON(nil, keys)
			again, found, err = efgs.ParseJSON(text)
			if err != nil || len(found) != 0 || !bytes.Equal(efgs.Signed(again), signed) {
				t.Errorf("%s became %+v, %v, %v", text, again, found, err)
			}
			efgs.Check(keys, "DE", now)
		}
	})
}

// Whatever an audit says, a batch is parted into it or is not.
func FuzzAudit(f *testing.F) {
	f.Add([]byte(`[{"country":"DE","amount":2},{"country":"IT","amount":1}]`), "20201102-1")
	f.Add([]byte(`[]`), "null")
	f.Fuzz(func(t *testing.T, body []byte, tag string) {
		if tag, err := efgs.ParseTag(tag); err == nil {
			if again, err := efgs.ParseTag(tag.String()); err != nil || again != tag {
				t.Errorf("%v became %v, %v", tag, again, err)
			}
		}
		a, err := efgs.ParseAudit(body)
		if err != nil {
			return
		}
		keys := []efgs.Key{key(), key()}
		parts, err := a.Parts(keys)
		n := 0
		for _, p := range parts {
			n += len(p)
		}
		if err == nil && n != len(keys) {
			t.Errorf("%d keys in %d parts", n, len(parts))
		}
	})
}

func benchmarkKeys() []efgs.Key {
	r := rand.NewChaCha8([32]byte{1})
	keys := make([]efgs.Key, efgs.MaxKeys)
	for i := range keys {
		keys[i] = key()
		keys[i].Data = make([]byte, 16)
		r.Read(keys[i].Data)
	}
	return keys
}

// A full batch is read, each key checked, and the bytes made that its signature covers.
func BenchmarkBatch(b *testing.B) {
	body := efgs.AppendBatch(nil, benchmarkKeys())
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		keys, found, err := efgs.ParseBatch(body)
		if err != nil || len(found) != 0 || len(efgs.Check(keys, "DE", now)) != 0 || len(efgs.Signed(keys)) == 0 {
			b.Fatal(err)
		}
	}
}

func BenchmarkJSON(b *testing.B) {
	body := efgs.AppendJSON(nil, benchmarkKeys())
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if keys, found, err := efgs.ParseJSON(body); err != nil || len(found) != 0 || len(keys) != efgs.MaxKeys {
			b.Fatal(err)
		}
	}
}
