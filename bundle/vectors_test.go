package bundle_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/vectors"
)

// whys are the refusals, by the words of the vectors.
var whys = map[string]error{"torn": bundle.ErrTorn, "unsigned": bundle.ErrUnsigned, "signer": bundle.ErrSigner, "changed": bundle.ErrChanged,
	"format": bundle.ErrFormat, "version": bundle.ErrVersion, "other": bundle.ErrOther}

// judged opens a case as a verifier does.
func judged(c vectors.BundleCase) (*bundle.Bundle, []byte, error) {
	data := c.Bundle
	open := func() (*bundle.Bundle, error) {
		u, err := bundle.Parse(data)
		if err != nil {
			return nil, err
		}
		return u.Verify(bundle.Pin{ID: c.Pin})
	}
	b, err := open()
	if err != nil || c.Delta == nil {
		return b, data, err
	}
	if data, err = bundle.Apply(b, c.Delta); err != nil {
		return nil, nil, err
	}
	b, err = open()
	return b, data, err
}

func TestOurOwnVectors(t *testing.T) {
	f, err := vectors.LoadBundles()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range f.Cases {
		b, data, err := judged(c)
		if c.Result == "invalid" {
			if why := whys[c.Why]; why == nil || !errors.Is(err, why) {
				t.Errorf("case %d, %s: %v, want %s", c.ID, c.Comment, err, c.Why)
			}
			continue
		}
		if err != nil {
			t.Errorf("case %d, %s: %v", c.ID, c.Comment, err)
			continue
		}
		if b.Digest != c.Digest || b.Series() != c.Series || len(b.Keys) != c.Keys || len(b.Recognitions) != c.Recognitions ||
			len(b.Contents.Rules) != c.Rules || len(b.Withdrawals) != c.Withdrawals || b.Unknown(c.Program) != c.Unknown {
			t.Errorf("case %d, %s: %s %s, %d keys, %d recognitions, %d rule sets, %d lists, unknown %q", c.ID, c.Comment, b.Series(), b.Digest,
				len(b.Keys), len(b.Recognitions), len(b.Contents.Rules), len(b.Withdrawals), b.Unknown(c.Program))
		}
		if !bytes.Equal(b.Bytes(), data) {
			t.Errorf("case %d, %s: it is not written as it was read", c.ID, c.Comment)
		}
	}
}
