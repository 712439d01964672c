package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/verify"
)

// relied are the flags that say on what a verifier relies.
type relied struct {
	files  []string
	pins   []string
	bundle string
	last   string
}

func (r *relied) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&r.files, "trust", nil, "a `FILE|DIR` with what you rely on; may be repeated")
	f.StringVar(&r.bundle, "bundle", "", "a `FILE` with all that you rely on, signed: see `pratique help bundle`; demo is the one in this program")
	f.StringArrayVar(&r.pins, "pin", nil, "a `FILE` with the public key that a bundle, or a signed list, must be signed with; of a bundle also its FINGERPRINT; may be repeated")
	f.StringVar(&r.last, "last", "", "a `FILE` that remembers the last bundle; an older one is refused")
}

// given reports whether anything is relied on.
func (r *relied) given() bool { return len(r.files) > 0 || r.bundle != "" }

// sources is what the files and the bundle say.
type sources struct {
	bundle.Sorted
	bundle *bundle.Bundle // nil: none
}

// maxFiles is the most files that folders of --trust may have.
const maxFiles = 10_000

// read reads everything that the flags name. A file that cannot be read, or
// that is of no known kind, is refused and not passed over: it could be the
// list of withdrawals.
func (r *relied) read(p *program) (sources, error) {
	pins, err := r.pinned()
	if err != nil {
		return sources{}, err
	}
	var s sources
	if r.bundle != "" {
		if s.bundle, err = r.opened(p, pins); err != nil {
			return sources{}, err
		}
	}
	files, err := r.collect()
	if err != nil {
		return sources{}, err
	}
	if s.Sorted, err = bundle.Sort(files, publicKeys(pins)...); err != nil {
		return sources{}, unsorted(err)
	}
	return s, nil
}

// collect reads the files and folders of --trust.
func (r *relied) collect() ([]bundle.File, error) {
	var files []bundle.File
	for _, given := range r.files {
		names, err := filesOf(given)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := readFile(name, lists.MaxSize)
			if err != nil {
				return nil, failure("reading "+quote(name)+": "+cause(err), "nothing was verified, because it could be the list that matters")
			}
			f := bundle.File{Name: name, Data: data}
			if signature, err := readFile(strings.TrimSuffix(name, filepath.Ext(name))+".sig", 4096); err == nil {
				f.Signature = signature
			}
			files = append(files, f)
		}
	}
	return files, nil
}

// unsorted is the refusal of a file that is relied on.
func unsorted(err error) error {
	e, ok := errors.AsType[*bundle.FileError](err)
	if !ok {
		return err
	}
	name := quote(e.Name)
	switch {
	case e.Kind == bundle.RuleSet && errors.Is(e.Err, rules.ErrNewer):
		return failure("the rules "+name+": "+e.Err.Error(), "update the program")
	case e.Kind == bundle.RuleSet:
		return failure("the rules "+name+": "+e.Err.Error(), "`pratique rules check "+e.Name+"` lists all that is wrong")
	case e.Kind == bundle.WithdrawalList:
		return failure(name+": "+e.Err.Error(), "mend the line, or ask its publisher for a new copy")
	case errors.Is(e.Err, lists.ErrUnknownKind):
		return failure(name+" is no list, certificate, withdrawal or rule set that is known here", "take it out of what --trust names; `pratique help verify` says which kinds are read, and a bundle is named by --bundle")
	}
	return failure(name+": "+e.Err.Error(), "ask its publisher for a new copy; nothing was verified, because it could be the list that matters")
}

// filesOf is the file, or the files of the folder and of those in it. Names
// that begin with a full stop are left out, and so are texts for people (.md)
// and signatures of lists (.sig), which are read with their list.
func filesOf(name string) ([]string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, failure("opening "+quote(name)+": "+cause(err), "--trust names a file or a folder; `pratique help verify` says which kinds are read")
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	var files []string
	err = filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
		hidden := path != name && strings.HasPrefix(d.Name(), ".")
		switch {
		case err != nil:
			return err
		case d.IsDir() && hidden:
			return filepath.SkipDir
		case !d.IsDir() && !hidden && !strings.HasSuffix(d.Name(), ".md") && !strings.HasSuffix(d.Name(), ".sig"):
			files = append(files, path)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, failure("reading the folder "+quote(name)+": "+cause(err), "give it, and all that is in it, the right to be read")
	case len(files) == 0:
		return nil, failure("the folder "+quote(name)+" is empty", "put the certificates or lists there that you rely on")
	case len(files) > maxFiles:
		return nil, failure(fmt.Sprintf("the folder %s has more than %d files", quote(name), maxFiles), "make one list of them: `pratique trust import`")
	}
	return files, nil
}

// pinned reads the keys that lists and bundles must be signed with.
func (r *relied) pinned() ([]bundle.Pin, error) {
	var pins []bundle.Pin
	for _, name := range r.pins {
		const hint = "--pin names a public key or a certificate (PEM, DER), or a signer's DID document; keys of Ed25519 or P-256, for a signature beside a list also P-384 and P-521; or the fingerprint of who signs a bundle, 64 digits"
		if id := asFingerprint(name); id != "" {
			pins = append(pins, bundle.Pin{ID: id})
			continue
		}
		data, err := readFile(name, 64<<10)
		if err != nil {
			return nil, failure("reading "+quote(name)+": "+cause(err), hint)
		}
		keys, err := lists.PinnedKeys(data)
		if err != nil {
			return nil, failure(quote(name)+": "+err.Error(), hint)
		}
		for _, k := range keys {
			pins = append(pins, bundle.Pin{Key: k})
		}
	}
	return pins, nil
}

// asFingerprint is the identifier of a key as people write it: 64 hexadecimal
// digits, perhaps in groups; empty if it is none.
func asFingerprint(s string) string {
	s = strings.ToLower(strings.NewReplacer(" ", "", ":", "", "-", "").Replace(s))
	if b, err := hex.DecodeString(s); err != nil || len(b) != 32 {
		return ""
	}
	return s
}

// world makes of all that is relied on what verify asks. What was not taken is
// said on standard error.
func (r *relied) world(p *program, ruleNames []string, to string) (*verify.World, error) {
	s, err := r.read(p)
	if err != nil {
		return nil, err
	}
	w, err := p.worldOf(s, to)
	if err != nil {
		return nil, err
	}
	if w.Keys.Len() == 0 {
		p.warn("no key was found in what --trust names: no signer can be checked")
	}
	more, err := loadRules(ruleNames, to)
	w.Rules = append(w.Rules, more...)
	return w, err
}

// worldOf joins files and bundle, and tells what is odd about them.
func (p *program) worldOf(s sources, to string) (*verify.World, error) {
	c, left := p.contents(s)
	for _, k := range left {
		p.warn("%s was left out: %s", k.Entry, k.Why)
	}
	data := s.Data()
	if b := s.bundle; b != nil {
		w, err := b.World(to, builtFrom().Version)
		if err != nil {
			return nil, failure(err.Error(), "ask its publisher for a new copy")
		}
		if len(s.Lists)+len(c.Rules)+len(c.Withdrawals)+len(c.Areas) == 0 {
			return w, nil
		}
		c = beside(b.Contents, c)
		data = both(w.Data, data)
	}
	w, err := c.World(to)
	if err != nil {
		return nil, failure(err.Error(), "name a real destination: --to CH")
	}
	w.Data = data
	return w, nil
}

// contents makes one of the files, and tells what is odd about each.
func (p *program) contents(s sources) (bundle.Contents, []lists.Skipped) {
	for _, l := range s.Lists {
		p.tellOdd(l, false)
	}
	c, left := s.Contents(p.now())
	return c, slices.Concat(s.Left, left)
}

// beside adds files to a bundle.
func beside(b, files bundle.Contents) bundle.Contents {
	return bundle.Contents{
		Keys: slices.Concat(b.Keys, files.Keys), Recognitions: slices.Concat(b.Recognitions, files.Recognitions), Rules: slices.Concat(b.Rules, files.Rules),
		Withdrawals: slices.Concat(b.Withdrawals, files.Withdrawals), Areas: slices.Concat(b.Areas, files.Areas), Sources: slices.Concat(b.Sources, files.Sources),
	}
}

// both is how old a bundle is that files stand beside: no bundle alone is what
// the answer rests on, and the first end of both counts.
func both(b, files verify.Data) verify.Data {
	b.Name, b.Digest = "", ""
	if h := files.HardExpiry; !h.IsZero() && h.Before(b.HardExpiry) {
		b.HardExpiry = h
	}
	return b
}

// grave are the oddities of a list that everybody who relies on it should know.
var grave = []string{lists.NotProven, lists.NoKeys, lists.SecretKey, lists.Environment, lists.WiderThanKey, lists.UnknownWord, lists.NewerVersion}

// tellOdd says on standard error what of a list was not taken, and what is odd
// about it. Unless all is wanted, the first few stand for the rest.
func (p *program) tellOdd(l lists.List, all bool) {
	const few = 3
	rest := 0
	for i, s := range l.Skipped {
		if i >= few && !all {
			rest++
			continue
		}
		p.warn("%s: %s was left out: %s", l.Name, strings.Join(trimmed(s.Entry, s.Country, s.KeyID), " "), s.Why)
	}
	for _, odd := range l.Problems {
		switch {
		case odd.Code == lists.NotSigned || odd.Code == lists.NoKeys && len(l.Skipped) > 0:
			// what one writes by hand, or was just said
		case all || slices.Contains(grave, odd.Code):
			p.warn("%s: %s", strings.TrimSpace(l.Name+" "+odd.Entry), odd.Text)
		default:
			rest++
		}
	}
	if rest > 0 {
		p.warn("%s: and %d more, which `pratique trust list %s` shows", l.Name, rest, l.Name)
	}
}
