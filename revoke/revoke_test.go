package revoke_test

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/trust"
)

const list = `pratique-withdrawals/1.0
country XA
as-of 2026-11-01T00:00:00Z
until 2026-12-01T00:00:00Z
appeal https://appeals.norland.example/
by-country-uci 5c7f9d5f2ea1d6a8d3b1c3fce2a0d9b1 error 2026-10-01T00:00:00Z
by-signature 00112233445566778899aabbccddeeff fraud 2026-10-28T09:00:00Z
by-signature 00112233445566778899aabbccddef00 key-lost 2026-10-28T09:00:00Z
`

func TestAListIsWrittenAsItWasRead(t *testing.T) {
	l, err := revoke.Parse(list)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.String(); got != list {
		t.Errorf("got\n%s\nwant\n%s", got, list)
	}
}

func TestABadListSaysWhere(t *testing.T) {
	for comment, v := range map[string][2]string{
		"nothing":           {"", "empty file"},
		"another file":      {"pratique-trust/1.0\n", "line 1"},
		"a later version":   {strings.Replace(list, "/1.0", "/2.0", 1), "line 1"},
		"no country":        {strings.Replace(list, "country XA\n", "", 1), "must be given"},
		"twice":             {strings.Replace(list, "country XA\n", "country XA\ncountry XB\n", 1), "twice"},
		"unknown scheme":    {strings.Replace(list, "by-country-uci", "by-name", 1), "unknown scheme"},
		"unknown reason":    {strings.Replace(list, "fraud", "whim", 1), "unknown reason"},
		"short handle":      {strings.Replace(list, "ddeeff fraud", "ddee fraud", 1), "hex digits"},
		"capital handle":    {strings.Replace(list, "ddeeff fraud", "DDEEFF fraud", 1), "hex digits"},
		"local time":        {strings.Replace(list, "09:00:00Z", "09:00:00+02:00", 1), "want a moment"},
		"wrong order":       {strings.Replace(list, "ccddef00", "ccddeefe", 1), "must ascend"},
		"two scopes":        {strings.Replace(list, "country XA\n", "key AAAA\nauthority AAAA\n", 1), "one key, or about the signers of one authority"},
		"a key twice":       {strings.Replace(list, "country XA\n", "key AAAA\nkey AAAA\n", 1), "twice"},
		"no identifier":     {strings.Replace(list, "country XA\n", "key AA\n", 1), "in base64"},
		"a long identifier": {strings.Replace(list, "country XA\n", "key "+strings.Repeat("AAAA", 22)+"\n", 1), "in base64"},
		"a reason, no time": {strings.Replace(list, "fraud 2026-10-28T09:00:00Z", "fraud -", 1), "want a moment"},
		"a sixth word":      {strings.Replace(list, "fraud 2026-10-28T09:00:00Z", "fraud 2026-10-28T09:00:00Z 2026-10-28T09:00:00Z x", 1), "want: scheme"},
		"a bad fifth word":  {strings.Replace(list, "fraud 2026-10-28T09:00:00Z", "fraud 2026-10-28T09:00:00Z -", 1), "want a moment"},
		"ends before start": {strings.Replace(list, "until 2026-12", "until 2026-10", 1), "not before until"},
	} {
		if _, err := revoke.Parse(v[0]); err == nil || !strings.Contains(err.Error(), v[1]) {
			t.Errorf("%s: got %v, want an error with %q", comment, err, v[1])
		}
	}
}

func signed(key trust.Key, sig string) trust.Signed {
	b, _ := hex.DecodeString(sig)
	return trust.Signed{
		Key: key, Signature: string(b),
		Certificate: &cert.Certificate{
			Issuer: cert.Issuer{Country: "XA"},
			Events: []cert.Event{&cert.Test{Statement: cert.Statement{ID: "URN:UVCI:01:XA:1#X"}}},
		},
	}
}

func TestAMalleatedSignatureIsStillWithdrawn(t *testing.T) {
	ec := trust.Key{Public: &ecdsa.PublicKey{}}
	s := signed(ec, "0102030405060708")
	l := revoke.NewList("XA", time.Time{}, time.Time{}, "", revoke.Entry{Handle: revoke.Handles(s)[0], Reason: revoke.Fraud})
	if _, ok := l.Find(revoke.Handles(signed(ec, "01020304ffffffff"))); !ok {
		t.Error("a change of the second half of an ECDSA signature escaped the withdrawal")
	}
	if _, ok := l.Find(revoke.Handles(signed(ec, "01020305"+"05060708"))[:1]); ok {
		t.Error("another signature was found withdrawn")
	}
	r := trust.Key{Public: &rsa.PublicKey{}}
	a, b := revoke.Handles(signed(r, "0102030405060708")), revoke.Handles(signed(r, "01020304ffffffff"))
	if a[0] == b[0] {
		t.Error("an RSA signature counts as a whole")
	}
}

func TestACertificateIsFoundByEachOfItsHandles(t *testing.T) {
	s := signed(trust.Key{Public: &ecdsa.PublicKey{}}, "0102030405060708")
	hs := revoke.Handles(s)
	if len(hs) != 3 {
		t.Fatalf("%d handles, want 3", len(hs))
	}
	for _, h := range hs {
		l := revoke.NewList("XA", time.Time{}, time.Time{}, "", revoke.Entry{Handle: h, Reason: revoke.Error})
		if e, ok := l.Find(hs); !ok || e.Reason != revoke.Error {
			t.Errorf("not found by %s", h.Scheme)
		}
	}
	if _, ok := (*revoke.List)(nil).Find(hs); ok {
		t.Error("no list withdrew something")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(list)
	f.Add(compacted(f).String())
	f.Add("pratique-withdrawals/1.0\nkey AAAA\nby-rid 00112233445566778899aabbccddeeff unstated - 2022-09-29T23:35:24Z\n")
	f.Add("pratique-withdrawals/1.0\nauthority AAAA\nas-of 2026-11-01T00:00:00Z\nby-signer 00112233445566778899aabbccddeeff ended 2026-10-28T09:00:00Z\n")
	f.Add("pratique-withdrawals/1.0\ncountry XA\nas-of 2026-11-01T00:00:00Z\nuntil 2026-12-01T00:00:00Z\n")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := revoke.Parse(text)
		if err != nil {
			return
		}
		again, err := revoke.Parse(l.String())
		if err != nil || again.String() != l.String() {
			t.Errorf("%v: what parses does not re-encode: %q", err, l.String())
		}
	})
}
