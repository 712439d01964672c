package divoc_test

import (
	"testing"

	"github.com/pratique/pratique/format/divoc"
)

// Reading is unpacking and canonicalisation; verifying is the signature.
func BenchmarkRead(b *testing.B) {
	s := text(b, zipped)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := divoc.Read(s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	keys, all := cases(b)
	u, err := divoc.Read(all[zipped].Text)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := u.Verify(keys); err != nil {
			b.Fatal(err)
		}
	}
}

// An archive that unpacks to half a megabyte is refused before it is unpacked.
func BenchmarkBomb(b *testing.B) {
	s := text(b, "the same, and a header that says less")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := divoc.Read(s); err == nil {
			b.Fatal("it was read")
		}
	}
}
