package vds_test

import (
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/trust/lists"
)

// Nothing panics, nothing but what was signed verifies, and what can be read
// reads again from its canonical form.
func FuzzRead(f *testing.F) {
	ca := newAuthority(f, key(f, elliptic.P256()), 0)
	i := ca.issuer(f, key(f, elliptic.P256()), nil)
	for _, data := range []string{vacc, tested} {
		f.Add(seal(f, i, data))
	}
	f.Add(`{"data":{"hdr":{"t":"icao.vacc","v":1,"is":"UTO"},"msg":{"ve":[{"vd":[{"seq":-1}]},null,7]}},"sig":{}}`)
	text, err := i.Issue(person(aDose(1)), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	keys := keysOf(ca.trust)
	f.Fuzz(func(t *testing.T, text string) {
		u, err := vds.Read(text)
		if err != nil {
			if strings.HasSuffix(codeOf(err), "_broken") {
				t.Fatalf("no code for %v", err)
			}
			return
		}
		if _, err := u.SkipVerification(); err != nil && codeOf(err) != "payload_doses" {
			t.Fatal(err)
		}
		if s, err := u.Verify(keys); err == nil && s.Key.Country != "XA" {
			t.Fatal("a forgery verifies")
		}
		raw := u.RawSkippingVerification()
		if again, err := vds.JSON(raw); err != nil || string(again) != string(raw) {
			t.Fatalf("%v: the canonical form is not its own", err)
		}
		vds.Schema(raw)
	})
}

// Whatever is in a certificate, it is one or is refused.
func FuzzAuthority(f *testing.F) {
	ca := newAuthority(f, key(f, elliptic.P256()), 0)
	f.Add(ca.trust.DER)
	f.Add(ca.issuer(f, key(f, elliptic.P256()), nil).Key.DER)
	f.Add([]byte{0x30, 0x03, 0x02, 0x01, 0x00})
	f.Fuzz(func(t *testing.T, der []byte) {
		k, err := lists.Authority(der)
		if err == nil && (k.ID == "" || k.Public == nil || k.Uses.Any || len(k.Uses.Of) != 1) {
			t.Fatalf("%+v", k)
		}
	})
}
