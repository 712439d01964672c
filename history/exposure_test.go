package history_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
)

func date(s string) cert.Date {
	d, err := cert.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// contact is a signed day with every field.
func contact() history.Exposure {
	return history.Exposure{Date: date("2026-11-03"), Risk: exposure.High, System: "bluetrace", Rule: "xb-distance-2", Jurisdiction: "XB", Authority: "Ministry of Health, contact tracing",
		Disease: cert.COVID19, Issued: moment("2026-11-07T18:00:00+08:00"), Expires: moment("2027-02-07T00:00:00Z")}
}

func (w world) statement(t testing.TB, x history.Exposure, h history.Holder) string {
	t.Helper()
	code, err := w.offices[x.Jurisdiction].Exposure(x, h, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// What an authority signs about a day, a border reads: every field, and none that was not there.
func TestExposure(t *testing.T) {
	w := newWorld(t)
	bare := history.Exposure{Date: date("2026-11-07"), Risk: exposure.Low, System: "b", Rule: "r", Jurisdiction: "XA", Issued: moment("2026-11-07T00:00:00Z"), Expires: moment("2026-11-07T00:00:01Z")}
	back := contact()
	back.Risk = exposure.None
	for _, x := range []history.Exposure{contact(), bare, back} {
		code := w.statement(t, x, holder)
		got, err := history.OpenExposure(code, w.keys)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Signed() || !got.Holder.Is(holder) || got.Holder.Is(other) || got.Hash == (history.Hash{}) {
			t.Errorf("whose, which or by whom is wrong: %+v", got)
		}
		if a, b := got.Issued.Format(time.RFC3339), x.Issued.Format(time.RFC3339); a != b || !got.Expires.Equal(x.Expires) {
			t.Errorf("made at %s until %s, want %s", a, got.Expires, b)
		}
		got.Issued, got.Expires, got.Holder, got.Hash, got.KeyID = x.Issued, x.Expires, x.Holder, x.Hash, ""
		if got != x {
			t.Errorf("got %+v, want %+v", got, x)
		}
		if u, err := hc1.Read(code); err != nil || u.Content() != "exposure" || u.Country() != x.Jurisdiction {
			t.Errorf("every reader of certificates can open it: %v", err)
		}
	}
}

// A statement fits a symbol of version 10: with every field at level L, without
// disease and authority at level M. The longest that there can be is still read.
func TestExposureSize(t *testing.T) {
	w := newWorld(t)
	long := contact()
	long.System, long.Rule, long.Disease, long.Authority = strings.Repeat("s", 32), strings.Repeat("r", 32), strings.Repeat("9", 32), strings.Repeat("a", 100)
	short := contact()
	short.Authority, short.Disease = "", ""
	for _, v := range []struct {
		Comment string
		X       history.Exposure
		Level   qr.Level
		Version int
	}{{"every field", contact(), qr.L, 10}, {"no field that can be left out", short, qr.M, 10}, {"every field at its longest", long, qr.L, 13}} {
		code := w.statement(t, v.X, holder)
		s, err := qr.Encode(code, v.Level)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d characters, version %d", v.Comment, len(code), s.Version())
		if s.Version() > v.Version {
			t.Errorf("%s: version %d, want at most %d", v.Comment, s.Version(), v.Version)
		}
	}
}

// A code that is not what it must be is refused with its reason.
func TestBadExposure(t *testing.T) {
	w := newWorld(t)
	xa := w.offices["XA"]
	type m = map[int64][]byte
	num, text := func(n int64) []byte { return cbor.AppendInt(nil, n) }, func(s string) []byte { return cbor.AppendText(nil, s) }
	day := func(s string) []byte { return num(moment(s).Unix() / 86400) }
	made := moment("2026-11-01T00:00:00Z") // by payload, at the offset of an hour
	if x, err := history.OpenExposure(sign(t, xa, payload(-9, nil, nil)), w.keys); err != nil || !x.Issued.Equal(made) || x.Date != date("2026-10-28") {
		t.Fatalf("the statement that the others are made from: %+v, %v", x, err)
	}
	for _, v := range []struct {
		Comment string
		Content int64
		Claims  m
		Fields  m
		Want    history.Code
	}{
		{"a stamp instead", -7, nil, nil, history.WrongContent},
		{"a notice instead", -8, nil, nil, history.WrongContent},
		{"another jurisdiction than the key's", -9, m{1: text("XB")}, nil, history.ForeignSigner},
		{"no moment", -9, m{6: nil}, nil, history.Malformed},
		{"made in a year beyond all calendars", -9, m{4: num(moment("3500-01-01T00:00:00Z").Unix()), 6: num(moment("3500-01-01T00:00:00Z").Unix())}, nil, history.Malformed},
		{"no risk", -9, nil, m{1: nil}, history.Malformed},
		{"a risk between low and high", -9, nil, m{1: num(3)}, history.Malformed},
		{"a risk below none", -9, nil, m{1: num(-1)}, history.Malformed},
		{"a risk in words", -9, nil, m{1: text("high")}, history.Malformed},
		{"no offset", -9, nil, m{2: nil}, history.Malformed},
		{"no system", -9, nil, m{3: nil}, history.Malformed},
		{"a system in capitals", -9, nil, m{3: text("BlueTrace")}, history.Malformed},
		{"a system of 33 letters", -9, nil, m{3: text(strings.Repeat("s", 33))}, history.Malformed},
		{"no rule", -9, nil, m{4: nil}, history.Malformed},
		{"a rule with a space", -9, nil, m{4: text("a b")}, history.Malformed},
		{"no salt", -9, nil, m{6: nil}, history.Malformed},
		{"no commitment", -9, nil, m{7: nil}, history.Malformed},
		{"no day", -9, nil, m{9: nil}, history.Malformed},
		{"a day in words", -9, nil, m{9: text("2026-10-28")}, history.Malformed},
		{"a day before all calendars", -9, nil, m{9: num(-1 << 40)}, history.Malformed},
		{"the day of the office on which it is made", -9, nil, m{9: day("2026-11-01T00:00:00Z")}, ""},
		{"the day after, which it is already fourteen hours ahead", -9, m{6: num(moment("2026-11-01T10:00:00Z").Unix())}, m{2: num(840), 9: day("2026-11-02T00:00:00Z")}, ""},
		{"the day after, where nobody has it yet", -9, nil, m{9: day("2026-11-02T00:00:00Z")}, history.Malformed},
		{"the day of UTC, which the office does not have yet", -9, nil, m{2: num(-600), 9: day("2026-11-01T00:00:00Z")}, ""},
		{"a day a year and a day before", -9, nil, m{9: day("2025-10-30T00:00:00Z")}, ""},
		{"a day before that", -9, nil, m{9: day("2025-10-29T00:00:00Z")}, history.Malformed},
		{"an authority of two lines", -9, nil, m{12: text("a\nb")}, history.Malformed},
		{"an authority with a name too long", -9, nil, m{12: text(strings.Repeat("a", 101))}, history.Malformed},
		{"an empty authority", -9, nil, m{12: text("")}, history.Malformed},
		{"an empty disease", -9, nil, m{11: text("")}, history.Malformed},
		{"a key of a later minor version", -9, nil, m{13: num(1)}, ""},
	} {
		t.Run(v.Comment, func(t *testing.T) {
			x, err := history.OpenExposure(sign(t, xa, payload(v.Content, v.Claims, v.Fields)), w.keys)
			var e *history.Error
			if errors.As(err, &e); (e == nil) != (v.Want == "") || e != nil && (e.Code != v.Want || x != (history.Exposure{})) {
				t.Errorf("got %v, want %q", err, v.Want)
			}
		})
	}
}

// Who may sign a day is an authority with a key for days: not one that stamps or orders.
func TestExposureSigners(t *testing.T) {
	xb := office(t, "XB", trust.Exposure)
	w := world{map[string]history.Office{"XB": xb}, new(trust.Keys)}
	code := w.statement(t, contact(), holder)
	for use, want := range map[trust.Use]history.Code{trust.Exposure: "", trust.Stamp: history.NotEntitled, trust.Notice: history.NotEntitled, trust.Test: history.NotEntitled} {
		k := xb.Key
		k.Uses = trust.Uses{Of: []trust.Use{use}}
		keys := new(trust.Keys)
		keys.Add(k)
		_, err := history.OpenExposure(code, keys)
		var e *history.Error
		if errors.As(err, &e); (e == nil) != (want == "") || e != nil && e.Code != want {
			t.Errorf("a key for %s: %v, want %q", use, err, want)
		}
	}
}

// An authority does not sign what a border would refuse.
func TestOfficeRefusesExposure(t *testing.T) {
	xb := office(t, "XB", trust.Exposure)
	if _, err := xb.Exposure(contact(), holder, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if _, err := office(t, "XB", trust.Notice).Exposure(contact(), holder, rand.Reader); err == nil {
		t.Error("with a key for notices: signed")
	}
	if _, err := xb.Exposure(contact(), history.Holder{}, rand.Reader); err == nil {
		t.Error("for nobody: signed")
	}
	for comment, change := range map[string]func(*history.Exposure){
		"no day":                       func(x *history.Exposure) { x.Date = cert.Date{} },
		"a month":                      func(x *history.Exposure) { x.Date.Day = 0 },
		"a day that there is not":      func(x *history.Exposure) { x.Date = cert.Date{Year: 2026, Month: 9, Day: 31} },
		"tomorrow":                     func(x *history.Exposure) { x.Date = date("2026-11-08") },
		"more than a year ago":         func(x *history.Exposure) { x.Date = date("2025-11-04") },
		"a risk that is none of three": func(x *history.Exposure) { x.Risk = "medium" },
		"no system":                    func(x *history.Exposure) { x.System = "" },
		"no rule":                      func(x *history.Exposure) { x.Rule = "" },
		"an authority of two lines":    func(x *history.Exposure) { x.Authority = "a\nb" },
		"a long authority":             func(x *history.Exposure) { x.Authority = strings.Repeat("a", 101) },
		"a long disease":               func(x *history.Exposure) { x.Disease = strings.Repeat("1", 33) },
		"no end":                       func(x *history.Exposure) { x.Expires = time.Time{} },
		"an end after two years":       func(x *history.Exposure) { x.Expires = x.Issued.AddDate(2, 0, 0) },
		"never made":                   func(x *history.Exposure) { x.Issued = time.Time{} },
		"an offset with seconds":       func(x *history.Exposure) { x.Issued = x.Issued.In(time.FixedZone("", 3601)) },
	} {
		x := contact()
		change(&x)
		if code, err := xb.Exposure(x, holder, rand.Reader); err == nil || code != "" {
			t.Errorf("%s: signed", comment)
		}
	}
}

// shown lists days as "DATE RISK SYSTEM by WHOM".
func shown(days []history.Exposure) []string {
	var out []string
	for _, x := range days {
		s := x.Date.String() + " " + string(x.Risk) + " " + x.System
		if x.Signed() {
			s += " by " + x.Jurisdiction
		}
		out = append(out, s)
	}
	return out
}

// What a later statement replaces, and what it does not.
func TestReplacedDays(t *testing.T) {
	at := moment("2026-11-22T12:00:00+01:00")
	n := byte(0)
	day := func(change ...func(*history.Exposure)) history.Exposure {
		x := contact()
		n++
		x.KeyID, x.Holder, x.Hash = "key", commitment, history.Hash{n}
		for _, c := range change {
			c(&x)
		}
		return x
	}
	later := func(x *history.Exposure) { x.Issued = x.Issued.Add(time.Second) }
	risk := func(r exposure.Risk) func(*history.Exposure) { return func(x *history.Exposure) { x.Risk = r } }
	high := "2026-11-03 high bluetrace by XB"
	low := "2026-11-03 low bluetrace by XB"
	for _, v := range []struct {
		Comment string
		Days    []history.Exposure
		Want    []string
		Found   string
	}{
		{"one", []history.Exposure{day()}, []string{high}, "[]"},
		{"a later one of the same day", []history.Exposure{day(), day(later, risk(exposure.Low))}, []string{low}, "[statement 0: replaced]"},
		{"the other way round", []history.Exposure{day(later), day(risk(exposure.Low))}, []string{high}, "[statement 1: replaced]"},
		{"of the same second: both stand", []history.Exposure{day(), day(risk(exposure.Low))}, []string{high, low}, "[]"},
		{"by another rule", []history.Exposure{day(), day(later, risk(exposure.Low), func(x *history.Exposure) { x.Rule = "next" })}, []string{low}, "[statement 0: replaced]"},
		{"taken back", []history.Exposure{day(), day(later, risk(exposure.None))}, nil, "[statement 0: replaced statement 1: takes_back (kept)]"},
		{"taken back, and stated again", []history.Exposure{day(), day(later, risk(exposure.None)), day(later, later)}, []string{high}, "[statement 0: replaced statement 1: replaced]"},
		{"taken back without having been shown", []history.Exposure{day(risk(exposure.None))}, nil, "[statement 0: takes_back (kept)]"},
		{"by another country", []history.Exposure{day(), day(later, risk(exposure.None), func(x *history.Exposure) { x.Jurisdiction = "XA" })}, []string{high}, "[statement 1: takes_back (kept)]"},
		{"by another authority of the country", []history.Exposure{day(), day(later, risk(exposure.Low), func(x *history.Exposure) { x.Authority = "City of B" })}, []string{high, low}, "[]"},
		{"of another day", []history.Exposure{day(), day(later, risk(exposure.None), func(x *history.Exposure) { x.Date.Day = 4 })}, []string{high}, "[statement 1: takes_back (kept)]"},
		{"of another system", []history.Exposure{day(), day(later, risk(exposure.None), func(x *history.Exposure) { x.System = "venue" })}, []string{high}, "[statement 1: takes_back (kept)]"},
		{"of another disease", []history.Exposure{day(), day(later, risk(exposure.None), func(x *history.Exposure) { x.Disease = "" })}, []string{high}, "[statement 1: takes_back (kept)]"},
		{"about somebody else", []history.Exposure{day(), day(later, risk(exposure.None), func(x *history.Exposure) { x.Holder = history.Commitment{} })}, []string{high}, "[statement 1: other_holder]"},
		{"by one that has expired", []history.Exposure{day(), day(later, risk(exposure.None), func(x *history.Exposure) { x.Expires = at.Add(-time.Second) })}, []string{high}, "[statement 1: expired]"},
		{"by one of tomorrow", []history.Exposure{day(), day(risk(exposure.None), func(x *history.Exposure) { x.Issued = at.Add(history.Skew + time.Second) })}, []string{high}, "[statement 1: future]"},
		{"by one that nobody opened", []history.Exposure{day(), day(later, risk(exposure.None), func(x *history.Exposure) { x.KeyID = "" })}, []string{high}, "[statement 1: unknown_signer]"},
		{"twice the same", []history.Exposure{day(func(x *history.Exposure) { x.Hash = history.Hash{200} }), day(func(x *history.Exposure) { x.Hash = history.Hash{200} })}, []string{high}, "[statement 1: repeated]"},
	} {
		t.Run(v.Comment, func(t *testing.T) {
			e, found := history.History{Statements: v.Days}.Sift(holder, at)
			if got := shown(e.Exposure); !slices.Equal(got, v.Want) || fmt.Sprint(found) != v.Found {
				t.Errorf("got %q, found %v; want %q, %s", got, found, v.Want, v.Found)
			}
		})
	}
}

// A day that a device states and one that an authority signs stand side by side,
// and nobody makes the one into the other.
func TestOwnWordIsNotSigned(t *testing.T) {
	signed := contact()
	signed.KeyID, signed.Holder, signed.Hash = "key", commitment, history.Hash{1}
	own := history.Exposure{Date: signed.Date, Risk: signed.Risk, System: signed.System, Rule: signed.Rule}
	e, found := history.History{Exposure: []history.Exposure{own}, Statements: []history.Exposure{signed}}.Sift(holder, moment("2026-11-22T12:00:00+01:00"))
	if want := []history.Exposure{own, signed}; len(found) != 0 || !reflect.DeepEqual(e.Exposure, want) {
		t.Errorf("got %+v, found %v", e.Exposure, found)
	}
	// Written among the person's own days it is their own word.
	e, found = history.History{Exposure: []history.Exposure{signed}}.Sift(holder, moment("2026-11-22T12:00:00+01:00"))
	if len(found) != 0 || !reflect.DeepEqual(e.Exposure, []history.Exposure{own}) {
		t.Errorf("got %+v, found %v", e.Exposure, found)
	}
	// A release from an order does not touch it.
	release := history.Notice{Jurisdiction: "XB", Issued: signed.Issued.AddDate(0, 0, 1), Expires: signed.Expires, Release: true, Order: "quarantine", Reason: "tested negative", From: signed.Issued.AddDate(0, 0, 1), Of: sha("order"), KeyID: "key", Holder: commitment, Hash: history.Hash{2}}
	e, _ = history.History{Statements: []history.Exposure{signed}, Notices: []history.Notice{release}}.Sift(holder, moment("2026-11-22T12:00:00+01:00"))
	if len(e.Exposure) != 1 || len(e.Notices) != 1 {
		t.Errorf("%d days, %d notices", len(e.Exposure), len(e.Notices))
	}
}

// No exposure and nobody looked are two things: the last look of each system is kept.
func TestChecked(t *testing.T) {
	f, found, err := history.Parse([]byte("pratique-history/1.0\nchecked 2026-11-20 gaen\nchecked 2026-11-22 gaen\nchecked 2026-11-19 venue\nchecked 2026-11-23 venue\nchecked 2026-11-22 gaen\nchecked 2026-11-18 venue\n"))
	if err != nil || len(found) != 0 || len(f.Checked) != 6 {
		t.Fatal(f, found, err)
	}
	h, _ := f.Open(nil)
	h.Checked = append(h.Checked, history.Check{Until: cert.Date{Year: 2026}, System: "gaen"}, history.Check{Until: date("2026-11-01"), System: "G A E N"})
	e, found := h.Sift(holder, moment("2026-11-22T12:00:00+01:00"))
	if want := []history.Check{{date("2026-11-22"), "gaen"}, {date("2026-11-19"), "venue"}}; !slices.Equal(e.Checked, want) {
		t.Errorf("got %v, want %v", e.Checked, want)
	}
	if want := "[checked 0: replaced checked 3: future checked 4: repeated checked 5: replaced checked 6: unknown_code checked 7: unknown_code]"; fmt.Sprint(found) != want {
		t.Errorf("found %v, want %s", found, want)
	}
	if e, _ := (history.History{}).Sift(holder, moment("2026-11-22T12:00:00+01:00")); len(e.Checked) != 0 {
		t.Errorf("nobody looked, and %v", e.Checked)
	}
}

// Days of UTC are not of the future where UTC has them, nor where the place has.
func TestDaysOfUTC(t *testing.T) {
	for at, last := range map[string]string{
		"2026-11-22T23:59:59Z":      "2026-11-22",
		"2026-11-23T00:00:00Z":      "2026-11-23",
		"2026-11-22T13:59:59-10:00": "2026-11-22",
		"2026-11-22T14:00:00-10:00": "2026-11-23", // in UTC it is tomorrow already
		"2026-11-23T00:00:00+14:00": "2026-11-23", // in UTC it is still yesterday
		"2026-11-22T23:59:59+14:00": "2026-11-22",
	} {
		day := date(last)
		next := cert.DateOf(day.First().AddDate(0, 0, 1))
		for d, n := range map[cert.Date]int{day: 0, next: 2} {
			h := history.History{Exposure: []history.Exposure{{Date: d, Risk: exposure.Low, System: "gaen", Rule: "r"}}, Checked: []history.Check{{Until: d, System: "gaen"}}}
			if e, found := h.Sift(holder, moment(at)); len(found) != n || len(e.Exposure) != 1-n/2 {
				t.Errorf("%s at %s: found %v", d, at, found)
			}
		}
	}
}

// What a stranger wrote never opens into half a statement, nor into one without a signer.
func FuzzOpenExposure(f *testing.F) {
	w := fixedWorld()
	x := contact()
	x.Jurisdiction = "XA"
	f.Add(w.statement(f, x, holder))
	f.Add(sign(f, w.offices["XA"], payload(-9, nil, nil)))
	f.Add(sign(f, w.offices["XA"], payload(-7, nil, nil)))
	f.Add("HC1:")
	f.Fuzz(func(t *testing.T, text string) {
		if x, err := history.OpenExposure(text, w.keys); err == nil && (!x.Signed() || x.Jurisdiction == "" || !x.Date.Full() || x.System == "") {
			t.Errorf("opened by half: %+v", x)
		}
	})
}

// What a signer wrote never breaks the reader, and what is read is signed again and read the same.
func FuzzExposureContent(f *testing.F) {
	w := fixedWorld()
	xa := w.offices["XA"]
	f.Add(payload(-9, nil, nil))
	f.Add(payload(-9, nil, map[int64][]byte{1: cbor.AppendInt(nil, 0), 11: cbor.AppendText(nil, "840539006"), 12: cbor.AppendText(nil, "Office")}))
	f.Add(payload(-9, nil, map[int64][]byte{9: cbor.AppendInt(nil, -25567), 3: cbor.AppendBytes(nil, bytes.Repeat([]byte{1}, 16))}))
	f.Fuzz(func(t *testing.T, claims []byte) {
		x, err := history.OpenExposure(sign(t, xa, claims), w.keys)
		if err != nil || !x.Issued.Before(x.Expires) || x.Expires.Sub(x.Issued) > 367*24*time.Hour || x.Expires.After(xa.Key.NotAfter) || !x.Expires.Equal(x.Expires.Truncate(time.Second)) {
			return
		}
		again, err := history.OpenExposure(w.statement(t, x, holder), w.keys)
		if err != nil {
			t.Fatal(err)
		}
		again.Holder, again.Hash, again.Issued, again.Expires = x.Holder, x.Hash, x.Issued, x.Expires
		if again != x {
			t.Errorf("%+v became %+v", x, again)
		}
	})
}

// A verifier of certificates that meets a code of a history names it, and judges nobody by it.
func TestVerifiersDoNotJudge(t *testing.T) {
	w := newWorld(t)
	at := moment("2026-11-08T12:00:00+01:00")
	order := history.Notice{Jurisdiction: "XB", Issued: contact().Issued, Order: "isolation", Reason: "r", Appeal: "a", Until: contact().Issued.AddDate(0, 0, 10)}
	stamp := full()
	stamp.At, stamp.Until = at.Add(-time.Hour), at.AddDate(0, 6, 0)
	for content, code := range map[string]string{"stamp": w.stamp(t, stamp, holder), "notice": w.notice(t, order, holder), "exposure": w.statement(t, contact(), holder)} {
		r := verify.Check(&verify.World{Keys: w.keys}, code, verify.Question{Trip: verify.Direct("XA", nil, "XC", at), At: at})
		if r.Content != content || r.Verdict != verify.Grey || r.Checks.Signature != verify.Pass || len(r.Reasons) == 0 || r.Reasons[0].Code != "content_unsupported" {
			t.Errorf("%s: content %q, %s, %+v", content, r.Content, r.Verdict, r.Reasons)
		}
		if p, _ := r.Person(); p.Name != "" || !p.BirthDate.IsZero() {
			t.Errorf("%s: a person is shown: %+v", content, p)
		}
	}
}
