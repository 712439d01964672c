package hc1_test

import (
	"encoding/json"
	"testing"

	"github.com/pratique/pratique/format/hc1"
)

// FuzzRead reads any text. What is read must be usable; and unless it is the
// content that was signed, it must not verify.
func FuzzRead(f *testing.F) {
	ever := make(map[string]bool) // what was signed
	for _, text := range []string{
		issue(f, demo(), testCertificate()), issue(f, demo(), vaccinationCertificate()), issue(f, demo(), recoveryCertificate()),
		signed(f, claims(f, map[int]any{-260: map[int]any{-6: object{"n": "x"}}})),
		signed(f, dcc(f, person(object{"t": []any{nil, entry(object{"sc": "2026-02-28"})}, "v": nil}))),
	} {
		f.Add(text)
		ever[string(verify(f, text).Raw)] = true
	}
	f.Add(wrap(f, []byte("\xd2\x84\x40\xa0\x40\x40")))
	f.Add("HC1:")
	f.Add("HC2:6BF")
	keys := keysOf(demo().Key)
	f.Fuzz(func(t *testing.T, text string) {
		u, err := hc1.Read(text)
		if err != nil {
			if u != nil || stepOf(err) == "" {
				t.Errorf("%v beside %v", err, u)
			}
			return
		}
		c, err := u.SkipVerification()
		if (err == nil) != (c != nil) {
			t.Errorf("%v beside %v", err, c)
		}
		if c != nil {
			if _, err := c.MarshalJSON(); err != nil {
				t.Error(err)
			}
		}
		if b, err := hc1.JSON(u.RawSkippingVerification()); err == nil && !json.Valid(b) {
			t.Errorf("not JSON: %s", b)
		}
		hc1.Schema(u.RawSkippingVerification())
		if s, err := u.Verify(keys); err == nil && !ever[string(s.Raw)] {
			t.Errorf("verifies, and was never signed: %x", s.Raw)
		}
	})
}

// FuzzContent maps any payload, signed or not: whatever an issuer signs is read
// without harm.
func FuzzContent(f *testing.F) {
	f.Add(dcc(f, person(object{"t": []any{entry(nil)}})))
	f.Add(dcc(f, person(object{"v": []any{dose(object{"dn": 2.5, "dt": "2026-01-15T00:00:00"})}})))
	f.Add(dcc(f, object{"ver": nil, "nam": nil, "dob": nil, "r": []any{nil, object{}}}))
	f.Add(claims(f, map[int]any{-260: map[int]any{-6: deployed(nil)}}))
	f.Add(claims(f, map[int]any{-260: map[int]any{-6: deployed(nil), -10: object{"co": "XB", "fm": "hc1", "h": make([]byte, 32), "kid": []byte("x"), "iat": 1, "exp": 2, "w": []any{make([]byte, 17)}}}}))
	f.Add(claims(f, map[int]any{-260: map[int]any{-6: later(nil)}}))
	f.Add(claims(f, map[int]any{-260: map[int]any{4: object{"name": "x", "test": object{"result": object{"code": "260415000"}, "date": "2021-07-08"}}}}))
	f.Add(claims(f, object{"hcid": "x", "vaccine_valid": "2021-07-22", "total_doses": "2"}))
	f.Add(claims(f, map[int]any{-260: map[int]any{5: []any{object{"u": "shlink:/e30"}}}}))
	f.Add(claims(f, map[int]any{4: 1.5, 6: nil, -260: map[int]any{3: nil}}))
	f.Add([]byte("\xa1\x39\x01\x03\xa1\x01\xa1\x61t\x81\xa1\x62sc\xc1\xfb\x7f\xef\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		u, err := hc1.Read(signed(t, payload))
		if err != nil {
			return
		}
		s, err := u.Verify(keysOf(demo().Key))
		if err != nil {
			if stepOf(err) != hc1.StepPayload {
				t.Errorf("signed, and not verified: %v", err)
			}
			return
		}
		if _, err := s.Certificate.MarshalJSON(); err != nil {
			t.Error(err)
		}
		hc1.Schema(s.Raw)
		if s.Raw != string(payload) {
			t.Errorf("%x became %x", payload, s.Raw)
		}
	})
}
