package main

import (
	"crypto"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/demo"
)

// demoBundle is the name of the bundle that is in this program.
const demoBundle = "demo"

// opened opens the bundle that is relied on, under a pinned key.
func (r *relied) opened(p *program, pins []bundle.Pin) (*bundle.Bundle, error) {
	var data []byte
	var err error
	if r.bundle == demoBundle {
		var signer string
		if data, signer, err = demo.Bundle(); err != nil {
			return nil, err
		}
		pins = append(pins, bundle.Pin{ID: signer})
	} else if data, err = readBundle(r.bundle); err != nil {
		return nil, err
	}
	b, err := openBundle(r.bundle, data, pins)
	if err != nil {
		return nil, err
	}
	return b, remember(r.last, r.bundle, b)
}

func readBundle(name string) ([]byte, error) {
	data, err := readFile(name, bundle.MaxSize)
	if err != nil {
		return nil, failure("reading the bundle "+quote(name)+": "+cause(err), "name the file that its publisher gives out; `pratique help bundle` says how one is made")
	}
	return data, nil
}

// openBundle verifies a bundle, and says in words why one is refused.
func openBundle(name string, data []byte, pins []bundle.Pin) (*bundle.Bundle, error) {
	u, err := bundle.Parse(data)
	if err != nil {
		return nil, badBundle(name, err)
	}
	if len(pins) == 0 {
		said := "nobody signed it"
		if ids := u.Signers(); len(ids) > 0 {
			said = "it says that it is signed with " + strings.Join(ids, ", ") + ": compare that with what its publisher says by another way, then --pin it"
		}
		return nil, misuse("the bundle "+quote(name)+" is relied on by nobody's word: name the key that signs it", "--pin FILE, or --pin FINGERPRINT", said)
	}
	b, err := u.Verify(pins...)
	if errors.Is(err, bundle.ErrSigner) {
		return nil, failure("the bundle "+quote(name)+" is signed by none of the keys of --pin", "somebody else made it, or the key was changed: ask its publisher by another way; it names "+strings.Join(u.Signers(), ", "))
	}
	if err != nil {
		return nil, badBundle(name, err)
	}
	return b, nil
}

// badBundle is the refusal of a bundle.
func badBundle(name string, err error) error {
	name = quote(name)
	switch {
	case errors.Is(err, bundle.ErrTorn):
		return failure("the bundle "+name+" is cut short or damaged", "copy it again; a stick that was pulled out too early leaves such a file")
	case errors.Is(err, bundle.ErrUnsigned):
		return failure("nobody signed the bundle "+name, "ask its publisher for one that is signed; `pratique bundle build --key KEY` signs")
	case errors.Is(err, bundle.ErrChanged):
		return failure("the bundle "+name+" was changed after it was signed", "do not rely on it; ask its publisher for a new copy, and tell them")
	case errors.Is(err, bundle.ErrVersion):
		return failure("the bundle "+name+" is of a later version than this program reads", "update the program")
	case errors.Is(err, bundle.ErrFormat) && strings.HasSuffix(err.Error(), bundle.ErrFormat.Error()):
		return failure(name+" is no bundle", "a bundle begins with pratique-bundle/1.0; other files are for --trust")
	}
	return failure("the bundle "+name+": "+err.Error(), "ask its publisher for a new copy")
}

// olderBundle is the refusal of a bundle that may not follow the last one.
func olderBundle(name string, err error, last bundle.Mark) error {
	name = quote(name)
	switch {
	case errors.Is(err, bundle.ErrOlder):
		return failure("the bundle "+name+" is older than the last one, which was of "+isoMoment(last.AsOf), "somebody put an old file there: take the newest of its publisher")
	case errors.Is(err, bundle.ErrSplit):
		return failure("the bundle "+name+" is another one of the same moment as the last one", "two were given out for "+isoMoment(last.AsOf)+", and they differ: tell its publisher, and others who rely on it")
	}
	return failure("the bundle "+name+" is none of "+last.Series+", as the last one was", "to rely on another from now on, remove what remembers the last one")
}

const lastName = "pratique-last/1.0"

// remember holds a bundle against what a file remembers of the last one, and
// writes it down. Without a file nothing is remembered.
func remember(file, name string, b *bundle.Bundle) error {
	if file == "" {
		return nil
	}
	last, err := readMark(file)
	if err != nil {
		return err
	}
	if err := bundle.Newer(last, b.Mark()); err != nil {
		return olderBundle(name, err, last)
	}
	if last == b.Mark() {
		return nil
	}
	m := b.Mark()
	text := fmt.Sprintf("%s\n%s %s %s\n", lastName, m.Series, m.AsOf.Format(time.RFC3339), m.Digest)
	if err := replaceFile(file, []byte(text), 0o644); err != nil {
		return failure("writing "+quote(file)+", which remembers the last bundle: "+cause(err), "name another file: --last FILE")
	}
	return nil
}

// readMark reads what a file remembers of the last bundle; nothing, if it is not there.
func readMark(file string) (bundle.Mark, error) {
	data, err := readFile(file, 4096)
	if errors.Is(err, os.ErrNotExist) {
		return bundle.Mark{}, nil
	}
	bad := failure("the file "+quote(file)+" does not say which bundle was the last", "it is written by this program; if you know that the bundle at hand is the newest, remove it")
	if err != nil {
		return bundle.Mark{}, failure("reading "+quote(file)+": "+cause(err), "--last names the file that remembers the last bundle")
	}
	head, line, _ := strings.Cut(string(data), "\n")
	f := strings.Fields(line)
	if head != lastName || len(f) != 3 || asFingerprint(f[2]) == "" {
		return bundle.Mark{}, bad
	}
	at, err := time.Parse(time.RFC3339, f[1])
	if err != nil {
		return bundle.Mark{}, bad
	}
	return bundle.Mark{Series: f[0], AsOf: at.UTC(), Digest: f[2]}, nil
}

// publicKeys are the pins that are whole keys.
func publicKeys(pins []bundle.Pin) []crypto.PublicKey {
	var keys []crypto.PublicKey
	for _, p := range pins {
		if p.Key != nil {
			keys = append(keys, p.Key)
		}
	}
	return keys
}

// badDelta is the refusal of a delta.
func badDelta(name string, err error) error {
	name = quote(name)
	switch {
	case errors.Is(err, bundle.ErrOther):
		return failure("the delta "+name+" is for another bundle than this one", "take the delta for the bundle that you have, or the whole bundle")
	case errors.Is(err, bundle.ErrVersion):
		return failure("the delta "+name+" is of a later version than this program reads", "update the program")
	case errors.Is(err, bundle.ErrTorn):
		return failure("the delta "+name+" is cut short or damaged", "copy it again, or take the whole bundle")
	}
	return failure(name+" is no delta", "`pratique bundle diff --delta FILE` makes one")
}
