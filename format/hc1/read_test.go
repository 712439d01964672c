package hc1_test

import (
	"bytes"
	"compress/zlib"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/internal/base45"
	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/internal/cose"
	"github.com/pratique/pratique/words"
)

func TestEveryStepNamesWhatIsWrong(t *testing.T) {
	good := issue(t, demo(), testCertificate())
	message := func(parts ...any) string { return wrap(t, claims(t, parts)) }
	sig, none := make([]byte, 64), map[int]any{}
	payload := func(v any) string { return message([]byte{}, none, claims(t, v), sig) }
	raw := func(b string) string { return message([]byte{}, none, []byte(b), sig) }
	zipped := func(b []byte) string { return "HC1:" + string(base45.AppendEncode(nil, b)) }
	bomb := func() string {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		if _, err := w.Write(make([]byte, 9<<20)); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		return zipped(b.Bytes())
	}
	for _, v := range []struct{ comment, text, code string }{
		{"nothing", "", "prefix_missing"},
		{"half a prefix", "HC1", "prefix_missing"},
		{"no prefix (public vector H3)", good[4:], "prefix_missing"},
		{"another prefix (public vector H1)", "HL0:" + good[4:], "prefix_missing"},
		{"lower case", "hc1:" + good[4:], "prefix_missing"},
		{"an older version", "HC0:" + good[4:], "prefix_missing"},
		{"a newer version (public vector H2)", "HC2:" + good[4:], "prefix_newer"},
		{"a much newer version", "HCZ:" + good[4:], "prefix_newer"},
		{"space before", " " + good, "prefix_missing"},
		{"a text that no symbol holds", "HC1:" + strings.Repeat("0", hc1.MaxText), "prefix_too_long"},
		{"prefix alone", "HC1:", "zlib_truncated"},
		{"lower case in the code", "HC1:" + strings.ToLower(good[4:]), "base45_character"},
		{"a line broken within", good[:40] + "\n" + good[40:], "base45_character"},
		{"a character left over", "HC1:6BF0", "base45_length"},
		{"a group too large", "HC1::::", "base45_value"},
		{"not compressed (public vector Z2)", zipped([]byte("\xd2\x84\x4d\xa2")), "zlib_header"},
		{"checksum changed", func() string {
			b, err := base45.AppendDecode(nil, good[4:])
			if err != nil {
				t.Fatal(err)
			}
			b[len(b)-1] ^= 1
			return zipped(b)
		}(), "zlib_checksum"},
		{"more after the stream", func() string {
			b, err := base45.AppendDecode(nil, good[4:])
			if err != nil {
				t.Fatal(err)
			}
			return zipped(append(b, 0, 0))
		}(), "zlib_trailing"},
		{"a bomb", bomb(), "zlib_too_large"},
		{"nothing compressed", wrap(t, nil), "cbor_truncated"},
		{"not CBOR", wrap(t, []byte("\xff\xff")), "cbor_malformed"},
		{"two items", wrap(t, []byte("\x00\x00")), "cbor_trailing"},
		{"nested ten thousand deep", wrap(t, bytes.Repeat([]byte("\x81"), 10000)), "cbor_depth"},
		{"not a message", wrap(t, []byte("\xa0")), "cose_shape"},
		{"a message of another kind", wrap(t, []byte("\xd1\x84\x40\xa0\x40\x40")), "cose_tag"},
		{"payload elsewhere", message([]byte{}, none, nil, sig), "cose_detached"},
		{"kid is text", message(claims(t, map[int]any{4: "kid"}), none, []byte{}, sig), "cose_header"},
		{"payload of no bytes", raw(""), "cbor_truncated"},
		{"payload nested ten thousand deep", raw(strings.Repeat("\x81", 10000)), "cbor_depth"},
		{"payload with a claim twice", raw("\xa2\x01\x62XA\x01\x62XB"), "cbor_duplicate"},
		{"payload is a list", payload([]int{1}), "cwt_shape"},
		{"issuer is a number", payload(map[int]any{1: 5}), "cwt_claim"},
		{"expiry is text", payload(map[int]any{4: "tomorrow"}), "cwt_claim"},
		{"expiry beyond the year 9999", payload(map[int]any{4: 1 << 40}), "cwt_claim"},
		{"issued at no number", raw("\xa1\x06\xf9\x7e\x00"), "cwt_claim"},
		{"content is text", payload(map[int]any{-260: "x"}), "cwt_claim"},
	} {
		u, err := hc1.Read(v.text)
		var e *hc1.Error
		if u != nil || !errors.As(err, &e) || e.Code() != v.code || !strings.HasPrefix(v.code, string(e.Step)) {
			t.Errorf("%s: %v, want code %s", v.comment, err, v.code)
			continue
		}
		if len(v.text) > 8 && strings.Contains(err.Error(), v.text[4:8]) {
			t.Errorf("%s: the error repeats the code: %v", v.comment, err)
		}
	}
	for _, text := range []string{good, "\r\n" + good + "\r\n", good + "\n\n"} {
		if _, err := hc1.Read(text); err != nil {
			t.Errorf("line ends around: %v", err)
		}
	}
}

func TestWhatIsKnownBeforeVerification(t *testing.T) {
	u := read(t, issue(t, demo(), testCertificate()))
	if u.Format() != "hc1" || u.Content() != "dcc" || u.Country() != "XA" || u.KeyID() != demo().Key.ID || u.Algorithm() != "ES256" {
		t.Error(u.Format(), u.Content(), u.Country(), u.KeyID(), u.Algorithm())
	}
	if u.Signed() != (cert.Period{Issued: issued, Until: expires}) {
		t.Error(u.Signed())
	}
}

func TestKindsOfContent(t *testing.T) {
	eu := map[string]any{"ver": "1.3.0"}
	for _, v := range []struct {
		comment, kind, json string
		payload             any
	}{
		{"European", "dcc", `{"ver":"1.3.0"}`, map[int]any{-260: map[int]any{1: eu}}},
		{"of the IHR", "icvp", `{"n":"x"}`, map[int]any{-260: map[int]any{-6: map[string]any{"n": "x"}}}},
		{"core data set, vaccination", "ddcc", `{"ver":"1.3.0"}`, map[int]any{-260: map[int]any{3: eu}}},
		{"core data set, test", "ddcc", `{"ver":"1.3.0"}`, map[int]any{-260: map[int]any{4: eu}}},
		{"health link", "link", `"vhlink:/x"`, map[int]any{-260: map[int]any{5: "vhlink:/x"}}},
		{"health link in a list", "link", `[{"u":"shlink:/x"}]`, map[int]any{-260: map[int]any{5: []any{map[string]any{"u": "shlink:/x"}}}}},
		{"border stamp", "stamp", `{"1":1}`, map[int]any{-260: map[int]any{-7: map[int]any{1: 1}}}},
		{"notice of a health authority", "notice", `{"1":1}`, map[int]any{-260: map[int]any{-8: map[int]any{1: 1}}}},
		{"exposure statement", "exposure", `{"1":1}`, map[int]any{-260: map[int]any{-9: map[int]any{1: 1}}}},
		{"of a number that nobody uses", "unknown", `{"9":"x"}`, map[int]any{-260: map[int]any{9: "x"}}},
		{"nothing in the claim", "unknown", `{}`, map[int]any{-260: map[int]any{}}},
		{"without the claim", "unknown", `{"1":"XA"}`, map[int]any{1: "XA"}},
		{"core data set at the top", "ddcc", `{"hcid":"x"}`, map[string]any{"hcid": "x"}},
		{"several: the European first", "dcc", `{"ver":"1.3.0"}`, map[int]any{-260: map[int]any{5: "x", 1: eu, -6: "y"}}},
		{"a stamp beside a certificate is a certificate", "dcc", `{"ver":"1.3.0"}`, map[int]any{-260: map[int]any{-7: map[int]any{1: 1}, 1: eu}}},
	} {
		for _, lang := range words.Languages() {
			if !words.Has(lang, "content_"+v.kind) {
				t.Errorf("%s: no name in %s", v.kind, lang)
			}
		}
		text := signed(t, claims(t, v.payload))
		if got := read(t, text).Content(); got != v.kind {
			t.Errorf("%s: %q, want %q", v.comment, got, v.kind)
		}
		s := verify(t, text)
		c := s.Certificate
		if c.Carrier.Content != v.kind || c.Carrier.Format != "hc1" || len(c.Carrier.Hash) != 64 || c.Issuer.KeyID != "AQIDBAUGBwg=" || len(c.Events) != 0 {
			t.Errorf("%s: %+v", v.comment, c)
		}
		for path, kind := range map[string]string{"stamp": "not_mapped", "notice": "not_mapped", "exposure": "not_mapped", "unknown": "not_mapped", "ddcc": "not_mapped", "link": "unreadable"} {
			if path == v.kind && (len(c.Losses) == 0 || c.Losses[len(c.Losses)-1].What != kind) {
				t.Errorf("%s: losses %v", v.comment, c.Losses)
			}
		}
		if got, err := hc1.JSON(s.Raw); err != nil || string(got) != v.json {
			t.Errorf("%s: JSON %s, %v, want %s", v.comment, got, err, v.json)
		}
	}
	// What is signed and cannot be a certificate is an error, and not one of trust.
	for name, content := range map[string]any{"text": "x", "null": nil, "list": []int{}} {
		u := read(t, signed(t, dcc(t, content)))
		s, err := u.Verify(keysOf(demo().Key))
		var e *hc1.Error
		if !errors.As(err, &e) || e.Code() != "payload_shape" || s.Certificate != nil || s.Raw != "" {
			t.Errorf("content is %s: %v", name, err)
		}
	}
}

func TestClaimsAreReadAsIssuersWriteThem(t *testing.T) {
	at := time.Date(2021, 6, 3, 9, 11, 27, 0, time.UTC)
	n := at.Unix()
	number := func(b []byte) string { return string(b) }
	for _, v := range []struct {
		comment, value string
		want           time.Time
	}{
		{"a whole number", number(cbor.AppendInt(nil, n)), at},
		{"a float (ES, HU, LI)", number(claims(t, float64(n))), at},
		{"a float with a fraction", number(claims(t, float64(n)+0.5)), at.Add(time.Second / 2)},
		{"in tag 1", "\xc1" + number(cbor.AppendInt(nil, n)), at},
		{"a date in tag 0", "\xc0" + number(cbor.AppendText(nil, "2021-06-03T11:11:27+02:00")), at},
		{"null", "\xf6", time.Time{}},
	} {
		payload := "\xa3\x04" + v.value + "\x05" + v.value + "\x06" + v.value
		s := read(t, signed(t, []byte(payload))).Signed()
		if s.Until != v.want || s.From != v.want || s.Issued != v.want {
			t.Errorf("%s: %+v, want %v", v.comment, s, v.want)
		}
	}
	u := read(t, signed(t, claims(t, map[int]any{1: "Ministry of IDPs", 2: "subject", 7: []byte("cti")})))
	if u.Country() != "Ministry of IDPs" || u.Signed() != (cert.Period{}) {
		t.Errorf("issuer that is no country (GE), claims that are not known (TG), times missing: %q, %+v", u.Country(), u.Signed())
	}
	if u := read(t, signed(t, []byte("\xa1\x01\xf6"))); u.Country() != "" {
		t.Errorf("issuer null: %q", u.Country())
	}
}

// Whatever verb of package fmt prints it, a code that was not verified shows nobody.
func TestPrintingACodeShowsNobody(t *testing.T) {
	if _, err := new(hc1.Unverified).Verify(keysOf(demo().Key)); err == nil {
		t.Error("the zero Unverified verifies")
	}
	u := read(t, issue(t, demo(), testCertificate()))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%e", "%t", "%c", "%U", "%T", "%p"} {
		for _, arg := range []any{u, *u, []any{u}, struct{ U *hc1.Unverified }{u}} {
			got := fmt.Sprintf(verb, arg)
			for _, secret := range []string{"DARSONS", "Arsøns", "1979", "37512422923", fmt.Sprintf("%x", "DARSONS"), fmt.Sprintf("%X", "DARSONS"), "68 65 82"} {
				if strings.Contains(got, secret) {
					t.Fatalf("%s of %T shows %q", verb, arg, secret)
				}
			}
		}
	}
}

// No cut and no change of a code verifies as something else.
func TestCutOrChangedCodesDoNotVerify(t *testing.T) {
	text := issue(t, demo(), testCertificate())
	keys := keysOf(demo().Key)
	want := verify(t, text)
	packed, err := base45.AppendDecode(nil, text[4:])
	if err != nil {
		t.Fatal(err)
	}
	try := func(what, changed string) {
		t.Helper()
		u, err := hc1.Read(changed)
		if err != nil {
			return
		}
		s, err := u.Verify(keys)
		if err == nil && s.Raw != want.Raw {
			t.Errorf("%s: verifies as something else", what)
		}
		if err != nil && s.Certificate != nil {
			t.Errorf("%s: a certificate beside an error", what)
		}
	}
	for i := range text {
		if _, err := hc1.Read(text[:i]); err == nil {
			t.Errorf("cut after %d characters: read", i)
		}
		b := []byte(text)
		b[i] ^= 1
		try(fmt.Sprint("character ", i), string(b))
	}
	for i := range len(packed) * 8 {
		b := bytes.Clone(packed)
		b[i/8] ^= 1 << (i % 8)
		try(fmt.Sprint("bit ", i), "HC1:"+string(base45.AppendEncode(nil, b)))
	}
}

// The same for what is under the compression, whose checksum hides it from the test above.
func TestChangedMessagesDoNotVerify(t *testing.T) {
	payload := dcc(t, map[string]any{"ver": "1.3.0", "nam": map[string]any{"fnt": "DOE"}, "dob": ""})
	message, err := cose.Sign(rand.Reader, demo().Signer, demo().Key.ID, payload)
	if err != nil {
		t.Fatal(err)
	}
	keys := keysOf(demo().Key)
	verified := 0
	for i := range len(message) * 8 {
		b := bytes.Clone(message)
		b[i/8] ^= 1 << (i % 8)
		u, err := hc1.Read(wrap(t, b))
		if err != nil {
			continue
		}
		if s, err := u.Verify(keys); err == nil {
			verified++
			if s.Raw != string(payload) {
				t.Errorf("bit %d: verifies as something else", i)
			}
		}
	}
	if verified > 8 { // a tag may change into none that counts, no more
		t.Errorf("%d changed messages verify", verified)
	}
	for i := range message {
		if u, err := hc1.Read(wrap(t, message[:i])); err == nil {
			t.Errorf("cut after %d bytes: read as %v", i, u)
		}
	}
}
