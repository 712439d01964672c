package shc_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/shc"
)

// The parts of the raw cryptography's speed at which cards are verified and
// issued, measured in turns so that both see the same machine.
func BenchmarkAgainstRaw(b *testing.B) {
	sum := sha256.Sum256([]byte("content"))
	sig, err := ecdsa.SignASN1(rand.Reader, demoKey, sum[:])
	if err != nil {
		b.Fatal(err)
	}
	i, c, keys := demo(b), person(aTest()), keysOf(demo(b).Key)
	verify := func(c *cert.Certificate) func() bool {
		text, err := shc.Numeric(issue(b, c))
		if err != nil {
			b.Fatal(err)
		}
		return func() bool {
			u, err := shc.Read(text)
			if err != nil {
				return false
			}
			_, err = u.Verify(keys)
			return err == nil
		}
	}
	raw := func() bool { return ecdsa.VerifyASN1(&demoKey.PublicKey, sum[:], sig) }
	for _, v := range []struct {
		name      string
		raw, full func() bool
	}{
		{"verify/test", raw, verify(person(aTest()))},
		{"verify/two-doses", raw, verify(person(aDose(), aDose()))},
		{"issue", func() bool { _, err := ecdsa.SignASN1(rand.Reader, demoKey, sum[:]); return err == nil }, func() bool {
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
	text, err := shc.Numeric(issue(b, person(aDose(), aDose(), aDose())))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		u, err := shc.Read(text)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := u.SkipVerification(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIssue(b *testing.B) {
	i, c := demo(b), person(aTest())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := i.Issue(c, rand.Reader); err != nil {
			b.Fatal(err)
		}
	}
}
