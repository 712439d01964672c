package history_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/base45"
	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/internal/cose"
	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/trust"
)

// full has every field of a stamp.
func full() history.Stamp {
	return history.Stamp{Jurisdiction: "XA", At: moment("2026-11-12T09:00:00+05:45"), Until: moment("2027-11-12T00:00:00Z"), Direction: history.Exit,
		Port: "XAABC123", Purpose: "pilgrimage", Category: "visitor", Previous: sha("before")}
}

// What an office stamps, a border reads: every field, with the offset of the port.
func TestStamp(t *testing.T) {
	w := newWorld(t)
	for _, s := range []history.Stamp{full(), {Jurisdiction: "XA", At: moment("2026-11-12T09:00:00-09:30"), Until: moment("2027-11-12T00:00:00Z"), Direction: history.Entry}} {
		got, err := history.OpenStamp(w.stamp(t, s, holder), w.keys)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Holder.Is(holder) || got.Holder.Is(other) || got.Holder.Is(history.Holder{}) || got.Hash == (history.Hash{}) || got.KeyID == "" {
			t.Errorf("whose, which or by whom is wrong: %+v", got)
		}
		if a, b := got.At.Format(time.RFC3339), s.At.Format(time.RFC3339); a != b {
			t.Errorf("at %s, want %s", a, b)
		}
		if !got.Until.Equal(s.Until) {
			t.Errorf("until %s, want %s", got.Until, s.Until)
		}
		got.At, got.Until, got.Holder, got.Hash, got.KeyID = s.At, s.Until, s.Holder, s.Hash, s.KeyID
		if !reflect.DeepEqual(got, s) {
			t.Errorf("got %+v, want %+v", got, s)
		}
	}
}

// Every word of the tables is stamped and read; a number that they lack is unknown.
func TestTables(t *testing.T) {
	w := newWorld(t)
	read := func(code string) history.Stamp {
		t.Helper()
		s, err := history.OpenStamp(code, w.keys)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	purposes := strings.Fields("tourism business work study family transit pilgrimage medical official return")
	categories := strings.Fields("resident visitor business crew pilgrim diplomat refugee")
	for i, p := range purposes {
		s := full()
		s.Purpose, s.Category = p, categories[i%len(categories)]
		got := read(w.stamp(t, s, holder))
		if got.Purpose != s.Purpose || got.Category != s.Category {
			t.Errorf("%s and %s were read as %s and %s", s.Purpose, s.Category, got.Purpose, got.Category)
		}
		byNumber := read(sign(t, w.offices["XA"], payload(-7, nil, map[int64][]byte{4: cbor.AppendInt(nil, int64(i+1))})))
		if byNumber.Purpose != p {
			t.Errorf("purpose %d is %q, not %s", i+1, byNumber.Purpose, p)
		}
	}
	for i, c := range categories {
		if got := read(sign(t, w.offices["XA"], payload(-7, nil, map[int64][]byte{5: cbor.AppendInt(nil, int64(i+1))}))); got.Category != c {
			t.Errorf("category %d is %q, not %s", i+1, got.Category, c)
		}
	}
	got := read(sign(t, w.offices["XA"], payload(-7, nil, map[int64][]byte{4: cbor.AppendInt(nil, 11), 5: cbor.AppendInt(nil, 8), 99: cbor.AppendText(nil, "later")})))
	if got.Purpose != "unknown" || got.Category != "unknown" {
		t.Errorf("of a later table: %q and %q", got.Purpose, got.Category)
	}
}

// The largest stamp fits a symbol of version 10 at level M.
func TestStampSize(t *testing.T) {
	w := newWorld(t)
	for _, v := range []struct {
		Comment string
		Stamp   history.Stamp
		Version int
		Level   qr.Level
	}{
		{"every field, in full", full(), 10, qr.M},
		{"every field, with level L", full(), 9, qr.L},
		{"no field that can be left out, and no chain", history.Stamp{Jurisdiction: "XA", At: full().At, Until: full().Until, Direction: history.Entry}, 9, qr.M},
	} {
		code := w.stamp(t, v.Stamp, holder)
		s, err := qr.Encode(code, v.Level)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d characters, version %d", v.Comment, len(code), s.Version())
		if s.Version() > v.Version {
			t.Errorf("%s: version %d, want at most %d", v.Comment, s.Version(), v.Version)
		}
		u, err := hc1.Read(code)
		if err != nil || u.Country() != "XA" {
			t.Errorf("%s: every reader of certificates can open it: %v", v.Comment, err)
		}
	}
}

// Two stamps of one person do not show that they are of one, and show no name or number.
func TestStampsAreUnlinked(t *testing.T) {
	w := newWorld(t)
	open := func() history.Stamp {
		s, err := history.OpenStamp(w.stamp(t, full(), holder), w.keys)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	a, b := open(), open()
	if a.Holder.Salt == b.Holder.Salt || a.Holder.Digest == b.Holder.Digest || a.Hash == b.Hash {
		t.Error("two stamps share salt, commitment or hash")
	}
}

// A commitment is to the document, however it is written, and to no other.
func TestHolder(t *testing.T) {
	c, err := holder.Commit(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		Comment string
		Change  func(*history.Holder)
		Want    bool
	}{
		{"the same", func(*history.Holder) {}, true},
		{"small letters", func(h *history.Holder) { h.Number = "l898902c3" }, true},
		{"with fillers, spaces and hyphens", func(h *history.Holder) { h.Number = " L898-902 C3<<"; h.Country = "UTO" }, true},
		{"another number", func(h *history.Holder) { h.Number = "L898902C4" }, false},
		{"another country", func(h *history.Holder) { h.Country = "UTA" }, false},
		{"another day of birth", func(h *history.Holder) { h.Birth.Day = 13 }, false},
		{"no day of birth", func(h *history.Holder) { h.Birth.Day = 0 }, false},
		{"no birth date", func(h *history.Holder) { h.Birth = cert.Date{} }, false},
		{"another century: the zone does not have it", func(h *history.Holder) { h.Birth.Year = 1874 }, true},
		{"a character moved from the country to the number", func(h *history.Holder) { h.Country, h.Number = "UT", "OL898902C3" }, false},
		{"no number", func(h *history.Holder) { h.Number = "<<" }, false},
		{"no country", func(h *history.Holder) { h.Country = "" }, false},
		{"nobody", func(h *history.Holder) { *h = history.Holder{} }, false},
	} {
		h := holder
		v.Change(&h)
		if got := c.Is(h); got != v.Want {
			t.Errorf("%s: %v", v.Comment, got)
		}
	}
	if _, err := (history.Holder{}).Commit(rand.Reader); err == nil {
		t.Error("nobody commits")
	}
	if _, err := holder.Commit(bytes.NewReader(make([]byte, 15))); err == nil {
		t.Error("a salt of 15 bytes")
	}
	fixed, err := holder.Commit(bytes.NewReader(make([]byte, 16)))
	if err != nil {
		t.Fatal(err)
	}
	if want := [16]byte([]byte(fixedDigest)); fixed.Digest != want {
		t.Errorf("%x, want %x", fixed.Digest, want)
	}
}

// fixedDigest was computed by another program.
const fixedDigest = "\xa1\x5c\x47\x9b\xfa\x29\x50\xad\xb5\xde\x80\xb9\x4f\xa8\x19\x0a"

// sign makes a code of a payload, as somebody who does not use this package would.
func sign(t testing.TB, o history.Office, payload []byte) string {
	t.Helper()
	m, err := cose.Sign(rand.Reader, o.Signer, o.Key.ID, payload)
	if err != nil {
		t.Fatal(err)
	}
	return string(base45.AppendEncode([]byte("HC1:"), history.Store(m)))
}

// payload makes claims by hand. Fields of the content replace those of a good stamp; nil leaves one out.
func payload(content int64, claims map[int64][]byte, fields map[int64][]byte) []byte {
	num, text, b16 := func(n int64) []byte { return cbor.AppendInt(nil, n) }, func(s string) []byte { return cbor.AppendText(nil, s) }, cbor.AppendBytes(nil, make([]byte, 16))
	body := map[int64][]byte{1: num(1), 2: num(60), 6: b16, 7: b16}
	if content == -8 {
		body[3], body[4], body[5], body[9], body[10] = text("isolation"), text("reason"), text("appeal"), num(moment("2026-11-01T00:00:00Z").Unix()), num(moment("2026-11-11T00:00:00Z").Unix())
	}
	if content == -9 {
		body[3], body[4], body[9] = text("bluetrace"), text("bt-1"), num(moment("2026-10-28T00:00:00Z").Unix()/86400)
	}
	all := map[int64][]byte{1: text("XA"), 4: num(moment("2027-01-01T00:00:00Z").Unix()), 6: num(moment("2026-11-01T00:00:00Z").Unix())}
	for k, v := range fields {
		body[k] = v
	}
	all[-260] = append(cbor.AppendInt(cbor.AppendMap(nil, 1), content), object(body)...)
	for k, v := range claims {
		all[k] = v
	}
	return object(all)
}

func object(m map[int64][]byte) []byte {
	n := 0
	var b []byte
	for k, v := range m {
		if v != nil {
			n++
			b = append(cbor.AppendInt(b, k), v...)
		}
	}
	return append(cbor.AppendMap(nil, n), b...)
}

// A code that is not what it must be is refused with its reason.
func TestBadCodes(t *testing.T) {
	w := newWorld(t)
	xa := w.offices["XA"]
	num, text, raw := func(n int64) []byte { return cbor.AppendInt(nil, n) }, func(s string) []byte { return cbor.AppendText(nil, s) }, func(n int) []byte { return cbor.AppendBytes(nil, make([]byte, n)) }
	type m = map[int64][]byte
	ones := cbor.AppendBytes(nil, bytes.Repeat([]byte{1}, 16))
	good := sign(t, xa, payload(-7, nil, nil))
	if _, err := history.OpenStamp(good, w.keys); err != nil {
		t.Fatalf("the stamp that the others are made from: %v", err)
	}
	if _, err := history.OpenNotice(sign(t, xa, payload(-8, nil, nil)), w.keys); err != nil {
		t.Fatalf("the notice that the others are made from: %v", err)
	}
	bad := []struct {
		Comment string
		Code    string
		Want    history.Code
	}{
		{"no code", "https://example.org", history.NotACode},
		{"cut off", good[:len(good)-7], history.NotACode},
		{"a character changed in the signature", flip(t, xa, -1), history.Forged},
		{"a bit changed in the content", flip(t, xa, 60), history.Forged},
		{"a certificate instead of a stamp", sign(t, xa, payload(1, nil, nil)), history.WrongContent},
		{"a notice instead of a stamp", sign(t, xa, payload(-8, nil, nil)), history.WrongContent},
		{"no content claim", sign(t, xa, payload(-7, m{-260: nil}, nil)), history.WrongContent},
		{"a certificate beside the stamp", sign(t, xa, payload(-7, m{-260: append(cbor.AppendMap(nil, 2), append(append(num(-7), object(m{1: num(1)})...), append(num(1), object(nil)...)...)...)}, nil)), history.WrongContent},
		{"the content is no map", sign(t, xa, payload(-7, m{-260: append(cbor.AppendMap(nil, 1), append(num(-7), num(1)...)...)}, nil)), history.Malformed},
		{"no issuer", sign(t, xa, payload(-7, m{1: nil}, nil)), history.Malformed},
		{"an issuer that is no country", sign(t, xa, payload(-7, m{1: text("QQ")}, nil)), history.Malformed},
		{"another jurisdiction than the key's", sign(t, xa, payload(-7, m{1: text("XB")}, nil)), history.ForeignSigner},
		{"no moment", sign(t, xa, payload(-7, m{6: nil}, nil)), history.Malformed},
		{"no end of the signature", sign(t, xa, payload(-7, m{4: nil}, nil)), history.Malformed},
		{"an end before the beginning", sign(t, xa, payload(-7, m{4: num(0)}, nil)), history.Malformed},
		{"a beginning of its own", sign(t, xa, payload(-7, m{5: num(1)}, nil)), history.Malformed},
		{"signed before the key was in force", sign(t, xa, payload(-7, m{6: num(moment("2024-12-31T23:59:59Z").Unix())}, nil)), history.KeyNotInForce},
		{"no direction", sign(t, xa, payload(-7, nil, m{1: nil})), history.Malformed},
		{"a third direction", sign(t, xa, payload(-7, nil, m{1: num(3)})), history.Malformed},
		{"no offset", sign(t, xa, payload(-7, nil, m{2: nil})), history.Malformed},
		{"an offset of fifteen hours", sign(t, xa, payload(-7, nil, m{2: num(900)})), history.Malformed},
		{"a port in small letters", sign(t, xa, payload(-7, nil, m{3: text("xaabc")})), history.Malformed},
		{"a port that is long enough for a name", sign(t, xa, payload(-7, nil, m{3: text("ANNAMARIA")})), history.Malformed},
		{"an empty port", sign(t, xa, payload(-7, nil, m{3: text("")})), history.Malformed},
		{"a purpose in words", sign(t, xa, payload(-7, nil, m{4: text("tourism")})), history.Malformed},
		{"a category of nought", sign(t, xa, payload(-7, nil, m{5: num(0)})), history.Malformed},
		{"no salt", sign(t, xa, payload(-7, nil, m{6: nil})), history.Malformed},
		{"a short salt", sign(t, xa, payload(-7, nil, m{6: raw(8)})), history.Malformed},
		{"a long commitment", sign(t, xa, payload(-7, nil, m{7: raw(32)})), history.Malformed},
		{"a hash of noughts, which names none", sign(t, xa, payload(-7, nil, m{8: raw(16)})), history.Malformed},
		{"a hash of the wrong length", sign(t, xa, payload(-7, nil, m{8: raw(32)})), history.Malformed},
	}
	for _, v := range bad {
		t.Run(v.Comment, func(t *testing.T) {
			s, err := history.OpenStamp(v.Code, w.keys)
			if e, ok := err.(*history.Error); !ok || e.Code != v.Want || s != (history.Stamp{}) {
				t.Errorf("got %v, want %s", err, v.Want)
			}
		})
	}
	for comment, code := range map[string]string{
		"a stamp instead of a notice":       sign(t, xa, payload(-8, m{-260: append(cbor.AppendMap(nil, 1), append(num(-7), object(nil)...)...)}, nil)),
		"an order without an end":           sign(t, xa, payload(-8, nil, m{10: nil})),
		"an order that ends as it begins":   sign(t, xa, payload(-8, nil, m{10: num(moment("2026-11-01T00:00:00Z").Unix())})),
		"an order of two years":             sign(t, xa, payload(-8, nil, m{10: num(moment("2028-11-01T00:00:00Z").Unix())})),
		"an order without appeal":           sign(t, xa, payload(-8, nil, m{5: nil})),
		"an order without reason":           sign(t, xa, payload(-8, nil, m{4: nil})),
		"a reason of two lines":             sign(t, xa, payload(-8, nil, m{4: text("a\nb")})),
		"an order in capitals":              sign(t, xa, payload(-8, nil, m{3: text("ISOLATION")})),
		"an order that names another":       sign(t, xa, payload(-8, nil, m{8: ones})),
		"a release that names none":         sign(t, xa, payload(-8, nil, m{1: num(2), 10: nil})),
		"a release with an end":             sign(t, xa, payload(-8, nil, m{1: num(2), 8: ones})),
		"a beginning beyond all calendars":  sign(t, xa, payload(-8, nil, m{9: num(1 << 60)})),
		"an order that begins in year 1":    sign(t, xa, payload(-8, nil, m{9: num(-62135596800)})),
		"a reason that is longer than most": sign(t, xa, payload(-8, nil, m{4: text(strings.Repeat("x", 301))})),
	} {
		n, err := history.OpenNotice(code, w.keys)
		if e, ok := err.(*history.Error); !ok || e.Code != history.Malformed && e.Code != history.WrongContent || n != (history.Notice{}) {
			t.Errorf("%s: got %v", comment, err)
		}
	}
}

// flip changes one bit of a signed stamp, counted from the end if negative.
func flip(t *testing.T, o history.Office, at int) string {
	t.Helper()
	m, err := cose.Sign(rand.Reader, o.Signer, o.Key.ID, payload(-7, nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	if at < 0 {
		at += len(m)
	}
	// The last bits of the content are of the commitment or of a time: well-formed whatever they are.
	if at == 60 {
		at = bytes.LastIndex(m, make([]byte, 8)) + 2
	}
	m[at] ^= 1
	return string(base45.AppendEncode([]byte("HC1:"), history.Store(m)))
}

// Who may sign a stamp is the jurisdiction's key for stamps, in force, and nobody else.
func TestSigners(t *testing.T) {
	xa := office(t, "XA", trust.Stamp)
	code, err := xa.Stamp(full(), holder, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	with := func(change ...func(*trust.Key)) *trust.Keys {
		keys := new(trust.Keys)
		for _, c := range change {
			k := xa.Key
			c(&k)
			keys.Add(k)
		}
		return keys
	}
	good := func(*trust.Key) {}
	abroad := func(k *trust.Key) { k.Country = "XB" }
	for _, v := range []struct {
		Comment string
		Keys    *trust.Keys
		Want    history.Code
	}{
		{"its key", with(good), ""},
		{"its key, with no restriction: that is one of certificates", with(func(k *trust.Key) { k.Uses = trust.Uses{Any: true} }), history.NotEntitled},
		{"its key, with no restriction and this use by name", with(func(k *trust.Key) { k.Uses.Any = true }), ""},
		{"no key", new(trust.Keys), history.UnknownSigner},
		{"nil", nil, history.UnknownSigner},
		{"a key for tests alone", with(func(k *trust.Key) { k.Uses.Of = []trust.Use{trust.Test} }), history.NotEntitled},
		{"a key for nothing", with(func(k *trust.Key) { k.Uses = trust.Uses{} }), history.NotEntitled},
		{"a key of another country", with(abroad), history.ForeignSigner},
		{"a key of no country", with(func(k *trust.Key) { k.Country = "" }), history.ForeignSigner},
		{"the same key listed for two countries", with(abroad, good), ""},
		{"another key of its name", with(func(k *trust.Key) { k.Public = office(t, "XA").Key.Public }), history.Forged},
		{"another key of its name beside it", with(func(k *trust.Key) { k.Public = office(t, "XA").Key.Public }, good), ""},
		{"a key that ended before", with(func(k *trust.Key) { k.NotAfter = full().At.Add(-time.Second) }), history.KeyNotInForce},
		{"a key that ended at that second", with(func(k *trust.Key) { k.NotAfter = full().At }), ""},
		{"a key that began after", with(func(k *trust.Key) { k.NotBefore = full().At.Add(time.Second) }), history.KeyNotInForce},
	} {
		t.Run(v.Comment, func(t *testing.T) {
			_, err := history.OpenStamp(code, v.Keys)
			var e *history.Error
			if errors.As(err, &e); (e == nil) != (v.Want == "") || e != nil && e.Code != v.Want {
				t.Errorf("got %v, want %q", err, v.Want)
			}
		})
	}
}

// An office does not sign what a border would refuse.
func TestOfficeRefuses(t *testing.T) {
	xa := office(t, "XA", trust.Stamp, trust.Notice)
	strange := xa
	strange.Signer = office(t, "XA").Signer
	tests := office(t, "XA", trust.Test)
	nowhere := office(t, "Utopia", trust.Stamp)
	with := func(change func(*history.Stamp)) history.Stamp { s := full(); change(&s); return s }
	for _, v := range []struct {
		Comment string
		Office  history.Office
		Stamp   history.Stamp
		Holder  history.Holder
	}{
		{"nobody's office", history.Office{}, full(), holder},
		{"a signer with another key", strange, full(), holder},
		{"a key for tests", tests, full(), holder},
		{"an office of nowhere", nowhere, full(), holder},
		{"for nobody", xa, full(), history.Holder{}},
		{"no moment", xa, with(func(s *history.Stamp) { s.At = time.Time{} }), holder},
		{"before the key", xa, with(func(s *history.Stamp) { s.At = moment("2024-12-31T23:59:59Z") }), holder},
		{"no end", xa, with(func(s *history.Stamp) { s.Until = time.Time{} }), holder},
		{"for more than a year", xa, with(func(s *history.Stamp) { s.Until = s.At.AddDate(1, 0, 3) }), holder},
		{"after the key", xa, with(func(s *history.Stamp) { s.At, s.Until = moment("2027-12-01T00:00:00Z"), moment("2028-01-01T00:00:01Z") }), holder},
		{"no direction", xa, with(func(s *history.Stamp) { s.Direction = "" }), holder},
		{"a name for a port", xa, with(func(s *history.Stamp) { s.Port = "Anna Maria" }), holder},
		{"a purpose that is no purpose", xa, with(func(s *history.Stamp) { s.Purpose = "health" }), holder},
		{"an offset with seconds", xa, with(func(s *history.Stamp) { s.At = s.At.In(time.FixedZone("", 3601)) }), holder},
		{"an offset beyond all islands", xa, with(func(s *history.Stamp) { s.At = s.At.In(time.FixedZone("", 15*3600)) }), holder},
	} {
		if code, err := v.Office.Stamp(v.Stamp, v.Holder, rand.Reader); err == nil || code != "" {
			t.Errorf("%s: stamped", v.Comment)
		}
	}
	order := history.Notice{Issued: full().At, Expires: full().Until, Order: "isolation", Reason: "contact", Appeal: "+99 555 0100", From: full().At, Until: full().At.AddDate(0, 0, 10)}
	if _, err := xa.Notice(order, holder, rand.Reader); err != nil {
		t.Fatal(err)
	}
	for comment, change := range map[string]func(*history.Notice){
		"no end":                  func(n *history.Notice) { n.Until = time.Time{} },
		"no reason":               func(n *history.Notice) { n.Reason = "" },
		"no appeal":               func(n *history.Notice) { n.Appeal = "" },
		"no order":                func(n *history.Notice) { n.Order = "" },
		"a reason with a line":    func(n *history.Notice) { n.Reason = "a\nb" },
		"a reason without end":    func(n *history.Notice) { n.Reason = strings.Repeat("x", 301) },
		"an order that names one": func(n *history.Notice) { n.Of = sha("x") },
		"a release of nothing":    func(n *history.Notice) { n.Release, n.Until = true, time.Time{} },
		"a release with an end":   func(n *history.Notice) { n.Release, n.Of = true, sha("x") },
	} {
		n := order
		change(&n)
		if _, err := xa.Notice(n, holder, rand.Reader); err == nil {
			t.Errorf("%s: signed", comment)
		}
	}
}

// A signature that was turned into its twin is of the same stamp, and shown with it counts once.
func TestTwin(t *testing.T) {
	w := newWorld(t)
	o := w.offices["XA"]
	m, err := cose.Sign(rand.Reader, o.Signer, o.Key.ID, payload(-7, nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	first := string(base45.AppendEncode([]byte("HC1:"), history.Store(m)))
	n := o.Key.Public.(*ecdsa.PublicKey).Params().N
	s := new(big.Int).Sub(n, new(big.Int).SetBytes(m[len(m)-32:]))
	s.FillBytes(m[len(m)-32:])
	twin := string(base45.AppendEncode([]byte("HC1:"), history.Store(m)))
	a, errA := history.OpenStamp(first, w.keys)
	b, errB := history.OpenStamp(twin, w.keys)
	if errA != nil || errB != nil || first == twin || a.Hash != b.Hash {
		t.Errorf("%v, %v, hashes %x and %x", errA, errB, a.Hash, b.Hash)
	}
}

// A notice becomes evidence that rules can judge, with all that it says.
func TestNoticeEvent(t *testing.T) {
	w := newWorld(t)
	n := history.Notice{Jurisdiction: "XA", Issued: moment("2026-11-05T09:00:00+09:00"), Order: "quarantine", Reason: "contact on a flight", Appeal: "appeal@health.example",
		From: moment("2026-11-05T00:00:00+09:00"), Until: moment("2026-11-12T00:00:00+09:00"), Disease: cert.COVID19, Authority: "Health Office of the North"}
	got, err := history.OpenNotice(w.notice(t, n, holder), w.keys)
	if err != nil {
		t.Fatal(err)
	}
	e := got.Event()
	if e.Release || e.Order.Code() != n.Order || e.Reason != n.Reason || e.Appeal != n.Appeal || e.Country != "XA" || e.Authority != n.Authority || e.Disease.Code() != cert.COVID19 ||
		e.From.Format(time.RFC3339) != n.From.Format(time.RFC3339) || e.Until.Format(time.RFC3339) != n.Until.Format(time.RFC3339) {
		t.Errorf("got %+v", e)
	}
}

// No error repeats a document's number or the text of a code.
func TestErrorsAreSilent(t *testing.T) {
	w := newWorld(t)
	for _, text := range []string{"HC1:ANNA MARIA", "L898902C3", w.stamp(t, full(), holder) + "X"} {
		_, err := history.OpenStamp(text, w.keys)
		if err == nil || strings.Contains(err.Error(), "ANNA") || strings.Contains(err.Error(), "L898902C3") || strings.Contains(err.Error(), text) {
			t.Errorf("got %v", err)
		}
	}
}

// fixedWorld has the same key in every process, as the seeds are made in one and
// tried in another.
func fixedWorld() world {
	o := officeOf(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), "XA", trust.Stamp, trust.Notice, trust.Exposure)
	w := world{map[string]history.Office{"XA": o}, new(trust.Keys)}
	w.keys.Add(o.Key)
	return w
}

// What a stranger wrote never opens into half a stamp, nor into one without a signer.
func FuzzOpenStamp(f *testing.F) {
	w := fixedWorld()
	f.Add(w.stamp(f, full(), holder))
	f.Add(sign(f, w.offices["XA"], payload(-7, nil, nil)))
	f.Add(sign(f, w.offices["XA"], payload(-8, nil, nil)))
	f.Add("HC1:")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := history.OpenStamp(text, w.keys); err == nil && (s.KeyID == "" || s.Jurisdiction == "") {
			t.Errorf("opened and signed by nobody: %+v", s)
		}
		if n, err := history.OpenNotice(text, w.keys); err == nil && (n.KeyID == "" || n.Reason == "") {
			t.Errorf("opened without reason: %+v", n)
		}
	})
}

// The fields of a content come from a signer, not from a stranger, and must
// still never break the reader: what is read is printed again and read the same.
func FuzzStampContent(f *testing.F) {
	w := newWorld(f)
	xa := w.offices["XA"]
	f.Add(payload(-7, nil, nil))
	f.Add(payload(-7, nil, map[int64][]byte{3: cbor.AppendText(nil, "XAABC"), 4: cbor.AppendInt(nil, 99)}))
	f.Add(payload(-8, nil, nil))
	f.Add(payload(-8, nil, map[int64][]byte{1: cbor.AppendInt(nil, 2), 8: cbor.AppendBytes(nil, bytes.Repeat([]byte{1}, 16)), 10: nil}))
	f.Fuzz(func(t *testing.T, claims []byte) {
		code := sign(t, xa, claims)
		if s, err := history.OpenStamp(code, w.keys); err == nil && s.Purpose != "unknown" && s.Category != "unknown" && s.Until.Sub(s.At) < 300*24*time.Hour && s.Until.After(s.At) && s.Until.Before(xa.Key.NotAfter) {
			again, err := history.OpenStamp(w.stamp(t, s, holder), w.keys)
			if err != nil {
				t.Fatal(err)
			}
			again.Holder, again.Hash, again.At, again.Until = s.Holder, s.Hash, s.At, s.Until
			if again != s {
				t.Errorf("%+v became %+v", s, again)
			}
		}
		if n, err := history.OpenNotice(code, w.keys); err == nil && n.Order == "" {
			t.Errorf("got %+v", n)
		}
	})
}
