package lists_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// The list in testdata was made and signed by OpenSSL: authorities of Norland
// (P-384), Sudmark (RSA) and Westland (Brainpool), and a certificate that is
// none. Norland's certified its signer.
func TestMasterList(t *testing.T) {
	data, err := os.ReadFile("testdata/master/master.ml")
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile("testdata/master/norland.pub.pem")
	if err != nil {
		t.Fatal(err)
	}
	pins, err := lists.PinnedKeys(pem)
	if err != nil {
		t.Fatal(err)
	}
	l, err := lists.Read("master.ml", data, pins...)
	if err != nil {
		t.Fatal(err)
	}
	if l.Kind != lists.MasterList || len(l.Keys) != 2 || len(l.Proven) != 1 || len(l.Skipped) != 2 || len(l.Problems) != 0 {
		t.Errorf("%s: %d keys, proven by %v, skipped %v, %v", l.Kind, len(l.Keys), l.Proven, l.Skipped, l.Problems)
	}
	for _, k := range l.Keys {
		if !slices.Equal(k.Uses.Of, []trust.Use{trust.SealAuthority}) || !k.Demo || k.Source != "master.ml" || len(k.ID) != 20 || k.DER == nil {
			t.Errorf("%+v", k)
		}
	}
	if l.Keys[0].Country != "XA" || l.Keys[1].Country != "XB" || l.Skipped[0].Country != "XC" || !strings.Contains(l.Skipped[0].Why, "brainpool") {
		t.Errorf("%s, %s; %v", l.Keys[0].Country, l.Keys[1].Country, l.Skipped)
	}
	for comment, change := range map[string]func([]byte) []byte{
		"another byte in a certificate": func(b []byte) []byte { b[len(b)/3]++; return b },
		"another byte in the signature": func(b []byte) []byte { b[len(b)-3]++; return b },
	} {
		l, err := lists.Read("master.ml", change(slices.Clone(data)), pins...)
		if err == nil && l.Proven != nil {
			t.Errorf("%s: proven", comment)
		}
	}
	if l, err := lists.Read("master.ml", data); err != nil || len(l.Problems) != 1 || l.Problems[0].Code != lists.NotProven {
		t.Errorf("without a pinned key: %v, %v", l.Problems, err)
	}
	if _, err := lists.Read("master.ml", data[:len(data)-1], pins...); err == nil {
		t.Error("cut: read")
	}
}
