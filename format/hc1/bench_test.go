package hc1_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"github.com/pratique/pratique/format/hc1"
)

func BenchmarkRawVerify(b *testing.B) {
	key := demo().Signer.(*ecdsa.PrivateKey)
	sum := sha256.Sum256([]byte("content"))
	sig, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if !ecdsa.VerifyASN1(&key.PublicKey, sum[:], sig) {
			b.Fatal("does not verify")
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	text, keys := issue(b, demo(), testCertificate()), keysOf(demo().Key)
	b.ReportAllocs()
	for b.Loop() {
		u, err := hc1.Read(text)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := u.Verify(keys); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyParallel(b *testing.B) {
	text, keys := issue(b, demo(), testCertificate()), keysOf(demo().Key)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			u, err := hc1.Read(text)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := u.Verify(keys); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// The parts of the raw cryptography's speed at which codes are verified and
// issued, measured in turns so that both see the same machine.
func BenchmarkAgainstRaw(b *testing.B) {
	key := demo().Signer.(*ecdsa.PrivateKey)
	sum := sha256.Sum256([]byte("content"))
	sig, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		b.Fatal(err)
	}
	i, c, keys := demo(), testCertificate(), keysOf(demo().Key)
	text := issue(b, i, c)
	for _, v := range []struct {
		name      string
		raw, full func() bool
	}{
		{"verify", func() bool { return ecdsa.VerifyASN1(&key.PublicKey, sum[:], sig) }, func() bool {
			u, err := hc1.Read(text)
			if err != nil {
				return false
			}
			_, err = u.Verify(keys)
			return err == nil
		}},
		{"issue", func() bool { _, err := ecdsa.SignASN1(rand.Reader, key, sum[:]); return err == nil }, func() bool {
			_, err := i.Issue(c, rand.Reader)
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
	text := issue(b, demo(), testCertificate())
	b.ReportAllocs()
	for b.Loop() {
		u, err := hc1.Read(text)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := u.SkipVerification(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRawSign(b *testing.B) {
	key := demo().Signer.(*ecdsa.PrivateKey)
	sum := sha256.Sum256([]byte("content"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ecdsa.SignASN1(rand.Reader, key, sum[:]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIssue(b *testing.B) {
	i, c := demo(), testCertificate()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := i.Issue(c, rand.Reader); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSchema(b *testing.B) {
	raw := verify(b, issue(b, demo(), testCertificate())).Raw
	b.ReportAllocs()
	for b.Loop() {
		if hc1.Schema(string(raw)) != nil {
			b.Fatal("issues")
		}
	}
}

func BenchmarkJSON(b *testing.B) {
	raw := verify(b, issue(b, demo(), testCertificate())).Raw
	b.ReportAllocs()
	for b.Loop() {
		if _, err := hc1.JSON(raw); err != nil {
			b.Fatal(err)
		}
	}
}
