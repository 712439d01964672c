package bluetrace_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/bluetrace"
)

const one = `{"timestamp":1600000100,"msg":"` + tempID + `","org":"SG_MOH","modelC":"Phone A","modelP":"Phone B","rssi":-60,"txPower":12}`

func upload(records ...string) []byte {
	return []byte(`{"token":"` + token + `","records":[` + strings.Join(records, ",") + `],"events":[{"timestamp":1,"msg":"scan"}]}`)
}

func record(change ...func(*bluetrace.Record)) bluetrace.Record {
	r := bluetrace.Record{At: start.Add(100 * time.Second), Msg: tempID, Org: "SG_MOH", ModelC: "Phone A", ModelP: "Phone B", RSSI: -60, TxPower: 12, HasTxPower: true}
	for _, f := range change {
		f(&r)
	}
	return r
}

// An upload is read as phones write it; a bad record is a finding and the others survive.
func TestParseUpload(t *testing.T) {
	change := func(from, to string) string {
		s := strings.Replace(one, from, to, 1)
		if s == one {
			t.Fatalf("%s is not in the record", from)
		}
		return s
	}
	vectors := []struct {
		Comment string
		Record  string
		Want    *bluetrace.Record // nil: a finding
	}{
		{"as it is written", one, ptr(record())},
		{"in milliseconds", change("1600000100", "1600000100999"), ptr(record())},
		{"with a fraction", change("1600000100", "1600000100.5"), ptr(record())},
		{"without power", change(`,"txPower":12`, ``), ptr(record(func(r *bluetrace.Record) { r.TxPower, r.HasTxPower = 0, false }))},
		{"with members of the server", change(`"org"`, `"isValid":true,"org"`), ptr(record())},
		{"a strength with a fraction", change("-60", "-59.7"), ptr(record())},
		{"without a message", change(`"msg":"`+tempID+`",`, ``), ptr(record(func(r *bluetrace.Record) { r.Msg = "" }))},
		{"of another organisation", change("SG_MOH", "AU_DTA"), ptr(record(func(r *bluetrace.Record) { r.Org = "AU_DTA" }))},
		{"without an organisation", change(`"org":"SG_MOH",`, ``), nil},
		{"an organisation in small letters", change("SG_MOH", "sg_moh"), nil},
		{"no time", change("1600000100", "0"), nil},
		{"a time before 1970", change("1600000100", "-5"), nil},
		{"a time beyond all", change("1600000100", "1e300"), nil},
		{"a text for a time", change("1600000100", `"now"`), nil},
		{"a strength beyond a byte", change("-60", "-600"), nil},
		{"a power beyond a byte", change(`"txPower":12`, `"txPower":200`), nil},
		{"a model that is a book", change("Phone A", strings.Repeat("x", 129)), nil},
		{"a control character", change("Phone A", `\u0000`), nil},
		{"a message that is a book", change(tempID, strings.Repeat("x", bluetrace.MaxMessage+1)), nil},
		{"a number for a record", "7", nil},
	}
	for _, v := range vectors {
		up, found, err := bluetrace.ParseUpload(upload(one, v.Record, one))
		want := []bluetrace.Record{record(), record()}
		var findings []bluetrace.Finding
		if v.Want != nil {
			want = slices.Insert(want, 1, *v.Want)
		} else {
			findings = []bluetrace.Finding{{Index: 1}}
		}
		if err != nil || up.Token != token || !slices.Equal(up.Records, want) || !slices.Equal(found, findings) {
			t.Errorf("%s: got %+v, %v, %v", v.Comment, up.Records, found, err)
		}
	}
	for comment, data := range map[string]string{
		"nothing":      "",
		"a list":       "[]",
		"no records":   `{"token":"x"}`,
		"a long token": `{"token":"` + strings.Repeat("x", bluetrace.MaxMessage+1) + `","records":[]}`,
		"too many":     `{"records":[` + strings.Repeat("1,", bluetrace.MaxRecords) + `1]}`,
		"an object":    `{"records":{}}`,
		"too long":     strings.Repeat(" ", bluetrace.MaxUpload) + `{}`,
		"cut short":    string(upload(one)[:100]),
	} {
		if up, found, err := bluetrace.ParseUpload([]byte(data)); !errors.Is(err, bluetrace.ErrUpload) || up.Records != nil || found != nil {
			t.Errorf("%s: %d records, %v", comment, len(up.Records), err)
		}
	}
}

func ptr[T any](v T) *T { return &v }

// What is written is read again.
func TestUploadRoundTrip(t *testing.T) {
	u := bluetrace.Upload{Token: token, Records: []bluetrace.Record{record(), record(func(r *bluetrace.Record) {
		r.ModelC, r.Msg, r.HasTxPower, r.TxPower = "Ein „Telefon“\\", "", false, 0
	})}}
	b := u.Append(nil)
	got, found, err := bluetrace.ParseUpload(b)
	if err != nil || len(found) != 0 || got.Token != u.Token || !slices.Equal(got.Records, u.Records) || !json.Valid(b) {
		t.Errorf("%s is read as %+v, %v, %v", b, got, found, err)
	}
}

// Each record says whom it is about, or by the words of the reference why not.
func TestOpenRecords(t *testing.T) {
	k := keys(t, "SG_MOH", secret(0))
	until := start.Add(15 * time.Minute)
	vectors := []struct {
		Comment string
		Change  func(*bluetrace.Record)
		Want    bluetrace.Reason
	}{
		{"in its time", func(r *bluetrace.Record) {}, ""},
		{"as it begins", func(r *bluetrace.Record) { r.At = start }, ""},
		{"as it ends", func(r *bluetrace.Record) { r.At = until }, ""},
		{"before", func(r *bluetrace.Record) { r.At = start.Add(-time.Second) }, bluetrace.ExpiredID},
		{"after: somebody repeats it", func(r *bluetrace.Record) { r.At = until.Add(time.Second) }, bluetrace.ExpiredID},
		{"no message", func(r *bluetrace.Record) { r.Msg = "" }, bluetrace.NoMessage},
		{"a message of nobody", func(r *bluetrace.Record) { r.Msg = "x" }, bluetrace.FailedDecryption},
		{"of another organisation, although it would open", func(r *bluetrace.Record) { r.Org = "AU_DTA" }, bluetrace.Foreign},
		{"of another organisation", func(r *bluetrace.Record) { r.Org, r.Msg = "AU_DTA", "x" }, bluetrace.Foreign},
	}
	var records []bluetrace.Record
	for _, v := range vectors {
		records = append(records, record(v.Change))
	}
	got := k.Open(records)
	for i, v := range vectors {
		e := got[i]
		if e.Reason != v.Want || e.Record != records[i] || (e.UID == uid) != (v.Want == "") || v.Want != "" && e.UID != (bluetrace.UID{}) {
			t.Errorf("%s: got %+v", v.Comment, e)
		}
	}
	if c := bluetrace.CountOf(got); c != (bluetrace.Count{Good: 3, Expired: 2, Failed: 4}) {
		t.Errorf("got %+v", c)
	}
	own, foreign := k.Split(records)
	if len(own) != 7 || len(foreign) != 1 || len(foreign["AU_DTA"]) != 2 {
		t.Errorf("split into %d and %v", len(own), foreign)
	}
}

func authority(t testing.TB) hpke.PrivateKey {
	t.Helper()
	k, err := hpke.DHKEM(ecdh.X25519()).GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Records of another organisation open for its authority alone, and say nothing
// of who uploaded them, nor in which order they were met.
func TestSeal(t *testing.T) {
	theirs, other := authority(t), authority(t)
	their := keys(t, "AU_DTA", secret(5))
	var records []bluetrace.Record
	for i := range 5 {
		id, err := their.Issue(uid, start, start.Add(time.Hour), random(byte(i)))
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, record(func(r *bluetrace.Record) { r.Org, r.Msg = "AU_DTA", id.Text }))
	}
	sealed, err := bluetrace.Seal(records, theirs.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{tempID[:8], records[0].Msg[:8], "Phone", "AU_DTA", "records", token[:8]} {
		if bytes.Contains(sealed, []byte(s)) {
			t.Errorf("%q can be read", s)
		}
	}
	got, found, err := bluetrace.Unseal(sealed, "AU_DTA", theirs)
	if err != nil || len(found) != 0 || len(got) != 5 {
		t.Fatalf("%d records, %v, %v", len(got), found, err)
	}
	slices.Reverse(records)
	again, _ := bluetrace.Seal(records, theirs.PublicKey())
	reversed, _, err := bluetrace.Unseal(again, "AU_DTA", theirs)
	if err != nil || !slices.Equal(reversed, got) || bytes.Equal(again, sealed) {
		t.Errorf("the order shows: %v", err)
	}
	if c := bluetrace.CountOf(their.Open(got)); c != (bluetrace.Count{Good: 5}) {
		t.Errorf("opened by its authority: %+v", c)
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for comment, err := range map[string]error{
		"another authority":    third(bluetrace.Unseal(sealed, "AU_DTA", other)),
		"another organisation": third(bluetrace.Unseal(sealed, "SG_MOH", theirs)),
		"changed":              third(bluetrace.Unseal(changed, "AU_DTA", theirs)),
		"cut short":            third(bluetrace.Unseal(sealed[:20], "AU_DTA", theirs)),
		"nothing":              third(bluetrace.Unseal(nil, "AU_DTA", theirs)),
		"too long":             third(bluetrace.Unseal(make([]byte, bluetrace.MaxUpload+1), "AU_DTA", theirs)),
	} {
		if !errors.Is(err, bluetrace.ErrSealed) {
			t.Errorf("%s: %v", comment, err)
		}
	}
}

func third[A, B any](_ A, _ B, err error) error { return err }

// How many records are sealed shows in steps of a kilobyte only.
func TestSealedSize(t *testing.T) {
	key := authority(t)
	sizes := map[int]bool{}
	const n = 30
	for n := range n {
		records := make([]bluetrace.Record, n+1)
		for i := range records {
			records[i] = record()
		}
		sealed, err := bluetrace.Seal(records, key.PublicKey())
		if err != nil {
			t.Fatal(err)
		}
		sizes[len(sealed)] = true
	}
	rest := map[int]bool{}
	for size := range sizes {
		rest[size%1024] = true
	}
	if len(rest) != 1 || len(sizes) > n/4 {
		t.Errorf("%d numbers of records have %d sizes: %v", n, len(sizes), sizes)
	}
}

// Nothing is sealed that is not of one organisation; what was sealed so by somebody else is a finding.
func TestSealRefuses(t *testing.T) {
	key := authority(t)
	for comment, records := range map[string][]bluetrace.Record{
		"none":              nil,
		"two organisations": {record(), record(func(r *bluetrace.Record) { r.Org = "AU_DTA" })},
		"no organisation":   {record(func(r *bluetrace.Record) { r.Org = "" })},
	} {
		if sealed, err := bluetrace.Seal(records, key.PublicKey()); err == nil || sealed != nil {
			t.Errorf("%s were sealed", comment)
		}
	}
	seal := func(plain string) []byte {
		b, err := hpke.Seal(key.PublicKey(), hpke.HKDFSHA256(), hpke.AES256GCM(), []byte("pratique-encounters/1.0 SG_MOH"), []byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	records, found, err := bluetrace.Unseal(seal(`{"records":[`+one+`,`+strings.Replace(one, "SG_MOH", "AU_DTA", 1)+`,5]}  `), "SG_MOH", key)
	if err != nil || !slices.Equal(records, []bluetrace.Record{record()}) || fmt.Sprint(found) != "[record 1: unreadable record 2: unreadable]" {
		t.Errorf("got %v, %v, %v", records, found, err)
	}
	if _, _, err := bluetrace.Unseal(seal(`[]`), "SG_MOH", key); !errors.Is(err, bluetrace.ErrSealed) {
		t.Errorf("no records: %v", err)
	}
}

// A message is read and written as the protocol has it.
func TestMessage(t *testing.T) {
	const peripheral, central = `{"v":2,"id":"x","o":"SG_MOH","mp":"Phone B"}`, `{"v":2,"id":"x","o":"SG_MOH","mc":"Phone A","rs":-60}`
	for text, want := range map[string]bluetrace.Message{
		peripheral: {ID: "x", Org: "SG_MOH", Model: "Phone B"},
		central:    {ID: "x", Org: "SG_MOH", Model: "Phone A", RSSI: -60, Central: true},
	} {
		got, err := bluetrace.ParseMessage([]byte(text))
		if err != nil || got != want || string(want.Append(nil)) != text {
			t.Errorf("%s: got %+v, %v, written %s", text, got, err, want.Append(nil))
		}
	}
	for comment, text := range map[string]string{
		"version 1":             strings.Replace(peripheral, "2", "1", 1),
		"no version":            strings.Replace(peripheral, `"v":2,`, ``, 1),
		"no TempID":             strings.Replace(peripheral, `"id":"x",`, ``, 1),
		"no organisation":       strings.Replace(peripheral, `"o":"SG_MOH",`, ``, 1),
		"no model":              strings.Replace(peripheral, `,"mp":"Phone B"`, ``, 1),
		"no strength":           strings.Replace(central, `,"rs":-60`, ``, 1),
		"a strength of 1000":    strings.Replace(central, `-60`, `1000`, 1),
		"a member twice":        strings.Replace(peripheral, `"v":2`, `"v":2,"v":2`, 1),
		"a model that is long":  strings.Replace(peripheral, `Phone B`, strings.Repeat("x", 129), 1),
		"no JSON":               "x",
		"a list":                "[]",
		"too long":              peripheral + strings.Repeat(" ", bluetrace.MaxMessage),
		"an organisation: none": strings.Replace(peripheral, `SG_MOH`, `a b`, 1),
	} {
		if got, err := bluetrace.ParseMessage([]byte(text)); !errors.Is(err, bluetrace.ErrMessage) || got != (bluetrace.Message{}) {
			t.Errorf("%s: got %+v, %v", comment, got, err)
		}
	}
}

// Whatever an upload holds, what is read of it is written and read again, and can be sealed.
func FuzzUpload(f *testing.F) {
	f.Add(upload(one))
	f.Add([]byte(`{"records":[{"timestamp":1600000100999,"org":"AU_DTA","localBlob":"` + blob + `","remoteBlob":"` + blob + `"}]}`))
	f.Add([]byte(`{"v":2,"id":"x","o":"SG_MOH","mc":"Phone A","rs":-60}`))
	k := keys(f, "SG_MOH", secret(0))
	f.Fuzz(func(t *testing.T, data []byte) {
		if u, _, err := bluetrace.ParseUpload(data); err == nil {
			again, found, err := bluetrace.ParseUpload(u.Append(nil))
			if err != nil || len(found) != 0 || !slices.Equal(again.Records, u.Records) {
				t.Errorf("%+v became %+v, %v, %v", u, again, found, err)
			}
			k.Open(u.Records)
		}
		if records, _, err := bluetrace.ParseSealed(data); err == nil {
			for _, r := range records {
				if got, err := r.Open(server); err != nil && got != (bluetrace.Record{}) {
					t.Errorf("%+v with %v", got, err)
				}
			}
		}
		if m, err := bluetrace.ParseMessage(data); err == nil {
			if again, err := bluetrace.ParseMessage(m.Append(nil)); err != nil || again != m {
				t.Errorf("%+v became %+v, %v", m, again, err)
			}
		}
	})
}

// A day's upload of 5,000 records is opened.
func BenchmarkOpen(b *testing.B) {
	k := keys(b, "SG_MOH", secret(0))
	records := make([]bluetrace.Record, 5000)
	for i := range records {
		records[i] = record()
	}
	u := bluetrace.Upload{Token: token, Records: records}
	data := u.Append(nil)
	for b.Loop() {
		up, _, err := bluetrace.ParseUpload(data)
		if err != nil {
			b.Fatal(err)
		}
		if c := bluetrace.CountOf(k.Open(up.Records)); c.Good != 5000 {
			b.Fatalf("%+v", c)
		}
	}
}
