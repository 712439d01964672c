package keyserver

import (
	"bytes"
	"os"
	"testing"
)

// content is what the signatures in testdata cover, which OpenSSL made. In
// indefinite.cms the lengths of outer elements are left open, as Bouncy Castle
// writes them, the library of most countries.
const content = "the bytes of a batch"

var cmsFiles = []string{"indefinite.cms", "no-attributes.cms", "rsa.cms"}

func TestSignaturesOfOthers(t *testing.T) {
	for _, name := range cmsFiles {
		cms, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := VerifyDetached(cms, []byte(content))
		if err != nil || c.Subject.CommonName != "batches" {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := VerifyDetached(cms, []byte(content+".")); err == nil {
			t.Errorf("%s: verified other bytes", name)
		}
		for _, end := range []int{1, 20, 30} { // within the signature, before the ends of open lengths
			bad := bytes.Clone(cms)
			bad[len(bad)-end-10] ^= 0x40
			if _, err := VerifyDetached(bad, []byte(content)); err == nil {
				t.Errorf("%s: verified another signature", name)
			}
		}
	}
}

// What is DER already stays as it is.
func TestDER(t *testing.T) {
	for _, name := range cmsFiles[1:] {
		cms, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := toDER(cms); err != nil || !bytes.Equal(again, cms) {
			t.Errorf("%s became another: %v", name, err)
		}
	}
}

// What is read as BER is written as elements whose lengths are right, and reads
// again as the same.
func FuzzDetached(f *testing.F) {
	for _, name := range cmsFiles {
		cms, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(cms)
	}
	f.Add([]byte{0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0})
	f.Add([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff})
	f.Add(bytes.Repeat([]byte{0x30, 0x80}, 1000))
	f.Fuzz(func(t *testing.T, b []byte) {
		der, err := toDER(b)
		if err == nil {
			again, err := toDER(der)
			if err != nil || !bytes.Equal(der, again) {
				t.Errorf("%x became %x, and that %x, %v", b, der, again, err)
			}
		}
		if c, err := VerifyDetached(b, []byte("other bytes")); err == nil {
			t.Errorf("%x verified", c.Raw)
		}
	})
}
