package demo_test

import (
	"bytes"
	"testing"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/demo"
)

// The starter bundle is the same everywhere, small, and says that it is a demo.
func TestTheStarterBundleIsSmallAndSaysDEMO(t *testing.T) {
	data, signer, err := demo.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := demo.Bundle()
	if err != nil || !bytes.Equal(data, again) {
		t.Fatalf("it is another each time: %v", err)
	}
	if len(data) > 20_000 {
		t.Errorf("it has %d bytes", len(data))
	}
	u, err := bundle.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	b, err := u.Verify(bundle.Pin{ID: signer})
	if err != nil {
		t.Fatal(err)
	}
	if !b.Manifest.Demo || len(b.Keys) == 0 || len(b.Contents.Rules) != 2 || len(b.Withdrawals) != 1 || len(b.Recognitions) == 0 {
		t.Errorf("%+v", b.Manifest)
	}
	for _, k := range b.Keys {
		if !k.Demo {
			t.Error("a key of it is none of a demo")
		}
	}
}
