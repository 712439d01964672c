package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/verify"
)

// bundleFile is how the names of bundles end.
const bundleFile = ".bundle"

// maxBundles is how many of them a desk looks at.
const maxBundles = 32

// deskBundles are the bundles beside a desk. The newest that a pinned key signed
// counts, and none that is older than the last one that did: that one is kept, so
// that the desk goes on with it when a stick was pulled out too early.
type deskBundles struct {
	p    *program
	base string
	name string // of the one file that counts; empty: all of the folder
	s    *settings
	pins []bundle.Pin
	now  *bundle.Bundle
}

// bundlesIn are the bundles of a folder, in the order of their names.
func bundlesIn(folder string) []string {
	names, _ := filepath.Glob(filepath.Join(escaped(folder), "*"+bundleFile)) // the pattern is well-formed
	names = slices.DeleteFunc(names, func(n string) bool {
		info, err := os.Stat(n)
		return err != nil || info.IsDir() || strings.HasPrefix(filepath.Base(n), ".")
	})
	return names[:min(len(names), maxBundles)]
}

// escaped is a path as a pattern that means itself. Windows has no such thing:
// a bracket is one there.
func escaped(path string) string {
	if filepath.Separator == '\\' {
		return path
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

func (d *deskBundles) candidates() []string {
	if d.name != "" {
		return []string{d.name}
	}
	return bundlesIn(d.base)
}

// kept is where the last good bundle is kept.
func (d *deskBundles) kept() string { return filepath.Join(d.base, "counts", "last"+bundleFile) }

// newest finds the bundle that counts. Whatever is wrong with another is said; if
// there is no good one, so is why.
func (d *deskBundles) newest() (*bundle.Bundle, error) {
	best := d.now
	if best == nil {
		best = d.last()
	}
	before := best
	var refused, older []error
	good := false
	for _, name := range d.candidates() {
		b, err := d.open(name)
		switch {
		case err != nil:
			refused = append(refused, err)
			continue
		case before != nil && bundle.Newer(before.Mark(), b.Mark()) != nil:
			older = append(older, olderBundle(filepath.Base(name), bundle.Newer(before.Mark(), b.Mark()), before.Mark()))
			continue
		case best == nil || b.AsOf.After(best.AsOf):
			best = b
		}
		good = true
	}
	if !good { // else they are those of the days before
		refused = append(refused, older...)
	}
	if best == nil {
		if len(refused) == 0 {
			return nil, failure("there is no bundle in "+quote(d.base), "put the one that your country gives out beside the program: pratique"+bundleFile)
		}
		for _, err := range refused[1:] {
			d.p.report(err)
		}
		return nil, refused[0]
	}
	for _, err := range refused {
		d.p.report(err)
	}
	if !good {
		d.p.warn("the desk goes on with the last good bundle, of %s", isoMoment(best.AsOf))
	}
	return best, nil
}

func (d *deskBundles) open(name string) (*bundle.Bundle, error) {
	data, err := readBundle(name)
	if err != nil {
		return nil, err
	}
	return openBundle(filepath.Base(name), data, d.pins)
}

// last is the bundle that was kept; nil, if there is none that is good.
func (d *deskBundles) last() *bundle.Bundle {
	if d.base == "" {
		return nil
	}
	data, err := readFile(d.kept(), bundle.MaxSize)
	if err != nil {
		return nil
	}
	b, err := openBundle(d.kept(), data, d.pins)
	if err != nil {
		d.p.warn("the bundle that was kept from the last shift is not used: %s", err)
		return nil
	}
	return b
}

// keep takes a bundle for the one that counts. If the disk does not take the
// copy, the desk works, and cannot tell an old one next time.
func (d *deskBundles) keep(b *bundle.Bundle) {
	d.now = b
	if d.base == "" { // where no desk is, nothing is kept
		return
	}
	if data, err := readFile(d.kept(), bundle.MaxSize); err == nil && string(data) == string(b.Bytes()) {
		return
	}
	err := os.MkdirAll(filepath.Dir(d.kept()), 0o755)
	if err == nil {
		err = replaceFile(d.kept(), b.Bytes(), 0o644)
	}
	if err != nil {
		d.p.warn("the bundle cannot be kept in %s: %s; the desk works, and will not know an older one by it", quote(filepath.Dir(d.kept())), cause(err))
	}
}

// seen is how the files look: what is the same twice is not being written.
func (d *deskBundles) seen() string {
	var b strings.Builder
	for _, name := range d.candidates() {
		if info, err := os.Stat(name); err == nil {
			fmt.Fprintf(&b, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		}
	}
	return b.String()
}

// renewer takes newer data while it serves.
type renewer interface {
	Renew(world json.RawMessage, relied *verify.World)
}

// watch looks whether somebody brought a newer bundle, every few seconds.
func (d *deskBundles) watch(ctx context.Context, every time.Duration, to renewer) {
	t := time.NewTicker(every)
	defer t.Stop()
	judged := d.seen()
	last := judged
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		now := d.seen()
		if now != judged && now == last {
			judged = now
			d.renew(to)
		}
		last = now
	}
}

// renew gives the desk a newer bundle, if there is one.
func (d *deskBundles) renew(to renewer) {
	b, err := d.newest()
	if err != nil {
		d.p.report(err)
		return
	}
	if b.Digest == d.now.Digest {
		return
	}
	data, err := bundleData(b, d.s)
	if err != nil {
		d.p.report(err)
		return
	}
	d.keep(b)
	to.Renew(data.text, data.world)
	fmt.Fprintf(d.p.errs, "pratique: the desk has newer data: %s of %s\n", b.Series(), isoMoment(b.AsOf))
}

// openBundles finds the bundle of a desk.
func openBundles(p *program, base, name string, s *settings) (*deskBundles, deskData, error) {
	d := &deskBundles{p: p, base: base, name: name, s: s}
	var b *bundle.Bundle
	var err error
	if name == demoBundle {
		b, err = (&relied{bundle: name}).opened(p, nil)
		d.now = b
	} else if d.pins, err = (&relied{pins: s.pinned(base)}).pinned(); err == nil {
		if len(d.pins) == 0 {
			return nil, deskData{}, d.unpinned()
		}
		b, err = d.newest()
	}
	if err != nil {
		return nil, deskData{}, err
	}
	d.now = b
	data, err := bundleData(b, s)
	return d, data, err
}

// unpinned is the refusal of bundles whose signer nobody named.
func (d *deskBundles) unpinned() error {
	hint := "`pratique bundle show FILE` says with which it is signed; compare that with what its publisher says by another way"
	for _, name := range d.candidates() {
		if b, err := shown(name); err == nil && len(b.By) > 0 {
			hint = "it says that it is signed with " + b.By[0] + ": compare that with what its publisher says by another way"
			break
		}
	}
	return failure("desk.txt does not say with which key the bundle is signed", "put it there: pin FINGERPRINT, or pin FILE", hint)
}
