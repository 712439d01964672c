package bundle_test

import (
	"bytes"
	"testing"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/rules"
)

type ruleSet = *rules.Set

// What parses is written again as it was, unless another compressor wrote it;
// and then it is the same bundle.
func FuzzParse(f *testing.F) {
	small := build(f, manifest(), bundle.Contents{}, ministry)
	f.Add(small)
	f.Add(build(f, manifest(), contents(f, 2), ministry, keyOf(f, "b")))
	f.Add(build(f, bundle.Manifest{Jurisdiction: "XB", Name: "local"}, contents(f, 1)))
	f.Add([]byte("pratique-bundle/1.0\njurisdiction XB\nname a\n\n"))
	f.Add([]byte("pratique-bundle/1.3\njurisdiction XB\nname a\nsection x optional 1 6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b\n\n\x00\x01\x00\x00\x011\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		u, err := bundle.Parse(data)
		if err != nil {
			return
		}
		b, err := u.SkipVerification()
		if err != nil {
			return
		}
		again := b.Bytes()
		u, err = bundle.Parse(again)
		if err != nil {
			t.Fatal(err)
		}
		c, err := u.SkipVerification()
		if err != nil || c.Digest != b.Digest || !bytes.Equal(c.Bytes(), again) {
			t.Fatalf("written again it is another: %v", err)
		}
		if w, err := b.World("XB", ""); err == nil && w.Data.Digest != b.Digest {
			t.Error("the world does not name its bundle")
		}
		bundle.Diff(c, b)
	})
}

// No delta makes of a bundle one that does not hold together.
func FuzzApply(f *testing.F) {
	old := open(f, build(f, manifest(), contents(f, 3), ministry), pinned(f))
	next := open(f, build(f, following(manifest(), 1), contents(f, 4), ministry), pinned(f))
	f.Add(bundle.Delta(old, next))
	f.Add(bundle.Delta(old, old))
	f.Fuzz(func(t *testing.T, delta []byte) {
		made, err := bundle.Apply(old, delta)
		if err != nil {
			return
		}
		u, err := bundle.Parse(made)
		if err != nil {
			t.Fatal(err)
		}
		if u.Claims().Jurisdiction == "" {
			t.Error("a bundle of nobody")
		}
	})
}

func FuzzSort(f *testing.F) {
	for _, x := range files(f) {
		f.Add(x.Data)
	}
	f.Add([]byte(`{"kid":"3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s","method":"rid","ctr":1,"rids":["x"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := bundle.Sort([]bundle.File{{Name: "a", Data: data}})
		if err != nil {
			return
		}
		c, _ := s.Contents(now)
		b, err := bundle.Build(bundle.Manifest{Jurisdiction: "XB", Name: "a"}, c, nil)
		if err != nil {
			t.Fatalf("what is relied on cannot be written: %v", err)
		}
		u, err := bundle.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		back, err := u.SkipVerification()
		if err != nil {
			t.Fatal(err)
		}
		if len(back.Keys) != len(c.Keys) || len(back.Contents.Rules) != len(c.Rules) {
			t.Errorf("%d keys and %d rule sets became %d and %d", len(c.Keys), len(c.Rules), len(back.Keys), len(back.Contents.Rules))
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	data := build(b, manifest(), large(b), ministry)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := open(b, data, pinned(b)).World("XB", ""); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	c := large(b)
	for b.Loop() {
		build(b, manifest(), c, ministry)
	}
}
