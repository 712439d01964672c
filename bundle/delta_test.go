package bundle_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
)

// large is a bundle as a border has it: 500 keys, 72 rules.
func large(t testing.TB) bundle.Contents {
	t.Helper()
	c := contents(t, 500)
	c.Rules = []*rules.Set{rulesOf(t, 72)}
	return c
}

// rulesOf is a set with so many rules, no two alike.
func rulesOf(t testing.TB, n int) *rules.Set {
	t.Helper()
	f := pack(t, "sudmark").File
	rule := f.Rules[0]
	f.Rules = slices.Clone(f.Rules)
	for i := len(f.Rules); i < n; i++ {
		r := *rule
		r.Identifier = strings.TrimRight(rule.Identifier, "0123456789") + string([]byte{'9', byte('0' + i/100), byte('0' + i/10%10), byte('0' + i%10)})
		r.Description = nil
		for _, d := range rule.Description {
			d.Desc += strings.Repeat(" and so on", i%7)
			r.Description = append(r.Description, d)
		}
		f.Rules = append(f.Rules, &r)
	}
	s, err := rules.New(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Rules) != n {
		t.Fatalf("%d rules", len(s.Rules))
	}
	return s
}

func following(m bundle.Manifest, hours int) bundle.Manifest {
	m.AsOf, m.Soft, m.Hard = m.AsOf.Add(time.Duration(hours)*time.Hour), m.Soft.Add(time.Duration(hours)*time.Hour), m.Hard.Add(time.Duration(hours)*time.Hour)
	return m
}

// One key changed among 500: under 4 kB, and the result is the bundle itself.
func TestADeltaOfOneKeyIsSmall(t *testing.T) {
	c := large(t)
	old := open(t, build(t, manifest(), c, ministry), pinned(t))
	changed := c
	changed.Keys = slices.Clone(c.Keys)
	changed.Keys[250].NotAfter = now
	changed.Keys[251] = contents(t, 501).Keys[500]
	data := build(t, following(manifest(), 1), changed, ministry)
	next := open(t, data, pinned(t))
	delta := bundle.Delta(old, next)
	t.Logf("bundle of 500 keys and 72 rules: %d bytes; delta: %d bytes", len(data), len(delta))
	if len(delta) > 4000 {
		t.Errorf("the delta has %d bytes", len(delta))
	}
	if len(data) > 90_000 {
		t.Errorf("the bundle has %d bytes", len(data))
	}
	made, err := bundle.Apply(old, delta)
	if err != nil || !bytes.Equal(made, data) {
		t.Fatalf("it makes something else: %v", err)
	}
	if err := bundle.Newer(old.Mark(), next.Mark()); err != nil {
		t.Error(err)
	}
}

func TestADeltaOfAnythingMakesTheBundle(t *testing.T) {
	c := contents(t, 7)
	fewer := c
	fewer.Keys, fewer.Rules, fewer.Withdrawals = c.Keys[:2], c.Rules[:1], nil
	for comment, v := range map[string][2]bundle.Contents{
		"more": {fewer, c}, "fewer": {c, fewer}, "all": {{}, c}, "none": {c, {}}, "the same": {c, c},
	} {
		old, data := open(t, build(t, manifest(), v[0], ministry), pinned(t)), build(t, following(manifest(), 1), v[1], ministry)
		made, err := bundle.Apply(old, bundle.Delta(old, open(t, data, pinned(t))))
		if err != nil || !bytes.Equal(made, data) {
			t.Errorf("%s: %v", comment, err)
		}
	}
}

func TestADeltaIsForOneBundleAndWhole(t *testing.T) {
	old := open(t, build(t, manifest(), contents(t, 3), ministry), pinned(t))
	next := open(t, build(t, following(manifest(), 1), contents(t, 4), ministry), pinned(t))
	delta := bundle.Delta(old, next)
	if _, err := bundle.Apply(next, delta); !errors.Is(err, bundle.ErrOther) {
		t.Errorf("to another bundle: %v", err)
	}
	for n := 0; n < len(delta); n += 7 {
		if _, err := bundle.Apply(old, delta[:n]); err == nil {
			t.Fatalf("%d of %d bytes were taken", n, len(delta))
		}
		spoiled := slices.Clone(delta)
		spoiled[n] ^= 0x20
		if made, err := bundle.Apply(old, spoiled); err == nil {
			u, err := bundle.Parse(made)
			if err == nil {
				_, err = u.Verify(pinned(t))
			}
			if err == nil {
				t.Fatalf("byte %d spoiled, and the bundle is good", n)
			}
		}
	}
	if _, err := bundle.Apply(old, old.Bytes()); !errors.Is(err, bundle.ErrFormat) {
		t.Errorf("a bundle is no delta: %v", err)
	}
	if _, err := bundle.Apply(&bundle.Bundle{}, delta); !errors.Is(err, bundle.ErrOther) {
		t.Errorf("to nothing: %v", err)
	}
}

func TestWhatChangedIsSaidByEntry(t *testing.T) {
	c := contents(t, 3)
	old := open(t, build(t, manifest(), c, ministry), pinned(t))
	next := c
	next.Keys = append(slices.Clone(c.Keys[1:]), contents(t, 4).Keys[3])
	next.Keys[0].Uses = trust.Uses{Of: []trust.Use{trust.Vaccination}}
	next.Rules = c.Rules[:1]
	next.Withdrawals = []*revoke.List{revoke.NewList("XA", now, now.AddDate(0, 0, 8), "https://appeals.norland.example/", append(c.Withdrawals[0].Entries(),
		revoke.Entry{Handle: revoke.CardHandle("y"), Reason: revoke.Error, Since: now})...)}
	got := bundle.Diff(old, open(t, build(t, following(manifest(), 1), next, ministry), pinned(t)))
	var said []string
	for _, x := range got {
		said = append(said, x.Section+" "+x.Entry+" "+string(x.Sign))
	}
	want := []string{"keys XA 2qZsNHx/Sj8= added", "keys XA AAAAAAAAAAA= gone", "keys XC njd5uX9KfBU= changed", "rules baseline-entry, 1.0.0 gone", "withdrawals XA, 1 -> 2 changed"}
	if len(said) != 5 || said[4] != want[4] || !strings.HasSuffix(said[3], " gone") || !strings.HasSuffix(said[0], " added") || !strings.HasSuffix(said[1], " gone") || !strings.HasSuffix(said[2], " changed") {
		t.Errorf("%q", said)
	}
	if d := bundle.Diff(old, old); len(d) != 0 {
		t.Errorf("from itself: %v", d)
	}
}
