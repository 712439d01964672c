package vds_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"slices"
	"testing"
	"time"

	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/trust"
)

// The parts of the raw cryptography's speed at which seals are verified, by
// their signer (one signature) and by its authority (two, both on P-256),
// measured in turns so that both see the same machine.
func BenchmarkAgainstRaw(b *testing.B) {
	k := key(b, elliptic.P256())
	sum := sha256.Sum256([]byte("content"))
	sig, err := ecdsa.SignASN1(rand.Reader, k, sum[:])
	if err != nil {
		b.Fatal(err)
	}
	ca := newAuthority(b, key(b, elliptic.P256()), x509.ECDSAWithSHA256)
	i := ca.issuer(b, k, nil)
	raw := func() bool { return ecdsa.VerifyASN1(&k.PublicKey, sum[:], sig) }
	text := issue(b, i, person(aDose(1), aDose(2)))
	verify := func(keys *trust.Keys) func() bool {
		return func() bool {
			u, err := vds.Read(text)
			if err != nil {
				return false
			}
			_, err = u.Verify(keys)
			return err == nil
		}
	}
	for _, v := range []struct {
		name      string
		raw, full func() bool
	}{
		{"verify/signer", raw, verify(keysOf(i.Key))},
		{"verify/authority", func() bool { ok := raw(); return raw() && ok }, verify(keysOf(ca.trust))},
		{"issue", func() bool { _, err := ecdsa.SignASN1(rand.Reader, k, sum[:]); return err == nil }, func() bool {
			_, err := i.Issue(person(aDose(1), aDose(2)), rand.Reader)
			return err == nil
		}},
	} {
		b.Run(v.name, func(b *testing.B) {
			var raw, full []time.Duration
			for b.Loop() {
				start := time.Now()
				ok := v.raw()
				middle := time.Now()
				ok = v.full() && ok
				raw, full = append(raw, middle.Sub(start)), append(full, time.Since(middle))
				if !ok {
					b.Fatal("failed")
				}
			}
			slices.Sort(raw)
			slices.Sort(full)
			n := len(raw) / 2 // medians: a machine that others use has long tails
			b.ReportMetric(float64(raw[n].Nanoseconds()), "raw-ns")
			b.ReportMetric(float64(full[n].Nanoseconds()), "full-ns")
			b.ReportMetric(float64(raw[n])/float64(full[n]), "of-raw")
		})
	}
}

// All of verification but the signature.
func BenchmarkRead(b *testing.B) {
	ca := newAuthority(b, key(b, elliptic.P256()), x509.ECDSAWithSHA256)
	text := issue(b, ca.issuer(b, key(b, elliptic.P256()), nil), person(aDose(1), aDose(2)))
	b.ReportAllocs()
	for b.Loop() {
		u, err := vds.Read(text)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := u.SkipVerification(); err != nil {
			b.Fatal(err)
		}
	}
}
