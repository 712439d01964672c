package totp_test

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"hash"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/internal/totp"
)

const digits = "1234567890123456789012345678901234567890123456789012345678901234"

// The table of RFC 6238, appendix B, with the secrets of its reference program.
func TestVectorsOfTheRFC(t *testing.T) {
	hashes := []struct {
		secret string
		hash   func() hash.Hash
	}{{digits[:20], sha1.New}, {digits[:32], sha256.New}, {digits, sha512.New}}
	for _, v := range []struct {
		at   int64
		want [3]string
	}{
		{59, [3]string{"94287082", "46119246", "90693936"}},
		{1111111109, [3]string{"07081804", "68084774", "25091201"}},
		{1111111111, [3]string{"14050471", "67062674", "99943326"}},
		{1234567890, [3]string{"89005924", "91819424", "93441116"}},
		{2000000000, [3]string{"69279037", "90698825", "38618901"}},
		{20000000000, [3]string{"65353130", "77737706", "47863826"}},
	} {
		for i, h := range hashes {
			if got := totp.Secret(h.secret).Digits(totp.Step(time.Unix(v.at, 0)), 8, h.hash); got != v.want[i] {
				t.Errorf("at %d, hash %d: got %s, want %s", v.at, i, got, v.want[i])
			}
		}
		if got, want := totp.Secret(digits[:20]).At(time.Unix(v.at, 0)), v.want[0][2:]; got != want {
			t.Errorf("at %d: got %s, want %s", v.at, got, want)
		}
	}
}

// The table of RFC 4226, appendix D.
func TestVectorsOfHOTP(t *testing.T) {
	for step, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := totp.Secret(digits[:20]).Digits(int64(step), 6, sha1.New); got != want {
			t.Errorf("step %d: got %s, want %s", step, got, want)
		}
	}
}

// A code is right for a step before and after its own, and good once.
func TestMatch(t *testing.T) {
	s := totp.Secret(digits[:20])
	at := time.Unix(1111111111, 0)
	code := s.At(at)
	for _, v := range []struct {
		comment string
		secret  totp.Secret
		code    string
		at      time.Time
		last    int64
		want    bool
	}{
		{"in its step", s, code, at, 0, true},
		{"a step late", s, code, at.Add(totp.Period), 0, true},
		{"a step early", s, code, at.Add(-totp.Period), 0, true},
		{"two steps late", s, code, at.Add(2 * totp.Period), 0, false},
		{"two steps early", s, code, at.Add(-2 * totp.Period), 0, false},
		{"replayed", s, code, at, totp.Step(at), false},
		{"older than the last that was used", s, code, at.Add(totp.Period), totp.Step(at) + 1, false},
		{"another code", s, "000000", at, 0, false},
		{"of eight digits", s, "14050471", at, 0, false},
		{"empty", s, "", at, 0, false},
		{"of no secret", nil, totp.Secret(nil).At(at), at, 0, false},
	} {
		step, ok := v.secret.Match(v.code, v.at, v.last)
		if ok != v.want || ok && step != totp.Step(at) {
			t.Errorf("%s: %v in step %d", v.comment, ok, step)
		}
	}
}

// What an authenticator reads is what we wrote.
func TestURI(t *testing.T) {
	s, err := totp.New(strings.NewReader(digits))
	if err != nil {
		t.Fatal(err)
	}
	uri := s.URI("Health authority of Norland", "north-7/a.müller")
	if want := "otpauth://totp/Health%20authority%20of%20Norland:north-7%2Fa.m%C3%BCller?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Health%20authority%20of%20Norland"; uri != want {
		t.Errorf("got %s", uri)
	}
	k, err := totp.Parse(uri)
	if err != nil || k.Issuer != "Health authority of Norland" || k.Account != "north-7/a.müller" || string(k.Secret) != string(s) {
		t.Errorf("%+v, %v", k, err)
	}
	odd := totp.Key{Issuer: "a&secret=b+c?", Account: "@=/", Secret: s}
	if k, err := totp.Parse(odd.String()); err != nil || k.Issuer != odd.Issuer || k.Account != odd.Account {
		t.Errorf("%s is read as %+v, %v", odd, k, err)
	}
	if _, err := totp.New(strings.NewReader("too short")); err == nil {
		t.Error("a secret of too few random bytes")
	}
}

// What is not such an address, or asks for what we do not do, is refused.
func TestRefused(t *testing.T) {
	good := "otpauth://totp/a:b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	if _, err := totp.Parse(good); err != nil {
		t.Fatal(err)
	}
	if k, err := totp.Parse(good + "&issuer=a&algorithm=SHA1&digits=6&period=30"); err != nil || k.String() != good+"&issuer=a" {
		t.Errorf("the usual parameters: %v, %v", k, err)
	}
	for _, bad := range []string{
		"", "otpauth://hotp/a:b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "otpauth://totp/ab?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
		"otpauth://totp/a:b", "otpauth://totp/a:b?", "otpauth://totp/a:b?issuer=a", "otpauth://totp/:b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
		"otpauth://totp/a:b%0a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "otpauth://totp/a:b:c?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
		good + "&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", good + "&issuer=c", good + "&algorithm=SHA256", good + "&digits=8", good + "&period=60",
		good + "&image=x", good + "&", good + "#x", strings.ToLower(good), good + "=", strings.Replace(good, "GEZD", "GEZ1", 1),
		"otpauth://totp/a:b?secret=GEZDGNBV", "otpauth://totp/" + strings.Repeat("a", 65) + ":b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
	} {
		if k, err := totp.Parse(bad); err == nil || k.Secret != nil {
			t.Errorf("taken: %s", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("otpauth://totp/a:b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
	f.Add("otpauth://totp/Norland%20health:a.m%C3%BCller?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Norland%20health&period=30")
	f.Add("otpauth://totp/a%3Ab:c?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJR")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := totp.Parse(text)
		if err != nil {
			return
		}
		again, err := totp.Parse(k.String())
		if err != nil || again.String() != k.String() || again.Issuer != k.Issuer || again.Account != k.Account {
			t.Errorf("%q becomes %q: %v", text, k.String(), err)
		}
	})
}

func FuzzSecret(f *testing.F) {
	f.Add("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
	f.Add("gezdgnbv")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := totp.ParseSecret(text)
		if err == nil && (s.String() != text || base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(s) != text) {
			t.Errorf("%q is written %q", text, s.String())
		}
	})
}
