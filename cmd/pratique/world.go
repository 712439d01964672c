package main

import (
	"bytes"
	"cmp"
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/verify"
)

// relied are the flags that say on what a verifier relies.
type relied struct {
	files []string
	pins  []string
}

func (r *relied) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&r.files, "trust", nil, "a `FILE|DIR` with what you rely on; may be repeated")
	f.StringArrayVar(&r.pins, "pin", nil, "a `FILE` with the public key that a list must be signed with, if it is signed; may be repeated")
}

// sources is what the files say, file by file.
type sources struct {
	lists       []lists.List
	withdrawals []*revoke.List
	rules       []string // files with rule sets
	crls        []file   // X.509 revocation lists, until their authorities are known
	left        []lists.Skipped
	areas       map[string][]byte
}

// file is a file that was read.
type file struct {
	name string
	data []byte
}

// maxFiles is the most files that folders of --trust may have.
const maxFiles = 10_000

// read reads everything that the flags name. A file that cannot be read, or
// that is of no known kind, is refused and not passed over: it could be the
// list of withdrawals.
func (r *relied) read() (sources, error) {
	var s sources
	pins, err := r.pinned()
	if err != nil {
		return s, err
	}
	for _, name := range r.files {
		files, err := filesOf(name)
		if err != nil {
			return s, err
		}
		for _, file := range files {
			if err := s.readFile(file, pins); err != nil {
				return s, err
			}
		}
	}
	lists.Locate(s.lists)
	return s, s.readCRLs()
}

// readCRLs reads the revocation lists of authorities that are relied on, or
// that a list names. One of another authority is about nobody here.
func (s *sources) readCRLs() error {
	var authorities [][]byte
	for _, l := range s.lists {
		for _, k := range l.Keys {
			if k.Uses.Allows(trust.SealAuthority) && k.DER != nil {
				authorities = append(authorities, k.DER)
			}
		}
		for _, i := range l.Issuers {
			authorities = append(authorities, i.DER)
		}
	}
	for _, f := range s.crls {
		l, err := revoke.ReadCRL(f.data, authorities...)
		switch {
		case errors.Is(err, revoke.ErrNoAuthority):
			s.left = append(s.left, lists.Skipped{Entry: f.name, Why: "no authority that is relied on signed this revocation list"})
		case err != nil:
			return failure(quote(f.name)+": "+err.Error(), "ask its publisher for a new copy; nothing was verified, because it could be the list that matters")
		default:
			s.withdrawals = append(s.withdrawals, l)
		}
	}
	return nil
}

// readCards reads the revocation lists of SMART Health Cards that are in a
// file. It reports whether the file is nothing else.
func (s *sources) readCards(name string, data []byte) (bool, error) {
	alone, within := revoke.IsCards(data)
	if !alone && !within {
		return false, nil
	}
	ls, skipped, err := revoke.ReadCards(data)
	if err != nil {
		return false, failure(quote(name)+": "+err.Error(), "ask its publisher for a new copy; nothing was verified, because it could be the list that matters")
	}
	s.withdrawals = append(s.withdrawals, ls...)
	for _, k := range skipped {
		s.left = append(s.left, lists.Skipped{Entry: name + " " + k.Entry, Why: "a revocation list: " + k.Why})
	}
	return alone, nil
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

// readFile reads a file of any kind that is relied on.
func (s *sources) readFile(name string, pins []crypto.PublicKey) error {
	data, err := readFile(name, lists.MaxSize)
	if err != nil {
		return failure("reading "+quote(name)+": "+cause(err), "nothing was verified, because it could be the list that matters")
	}
	text := bytes.TrimPrefix(data, []byte("\uFEFF"))
	switch {
	case bytes.HasPrefix(text, []byte("pratique-withdrawals/")):
		l, err := revoke.Parse(string(text))
		if err != nil {
			return failure(quote(name)+": "+err.Error(), "mend the line, or ask its publisher for a new copy")
		}
		s.withdrawals = append(s.withdrawals, l)
		return nil
	case bytes.HasPrefix(text, []byte("pratique-areas/")):
		if s.areas == nil {
			s.areas = map[string][]byte{}
		}
		s.areas[name] = text
		return nil
	case bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) && bytes.Contains(text, []byte(`"pratique-rules/`)):
		s.rules = append(s.rules, name)
		return nil
	case revoke.IsCRL(data):
		s.crls = append(s.crls, file{name, data})
		return nil
	case bytes.Contains(text, []byte(`"rids"`)):
		if alone, err := s.readCards(name, text); alone || err != nil {
			return err
		}
	}
	l, err := readList(name, data, pins)
	switch {
	case errors.Is(err, lists.ErrUnknownKind):
		return failure(quote(name)+" is no list, certificate, withdrawal or rule set that is known here", "take it out of what --trust names; `pratique help verify` says which kinds are read")
	case err != nil:
		return failure(quote(name)+": "+err.Error(), "ask its publisher for a new copy; nothing was verified, because it could be the list that matters")
	}
	s.lists = append(s.lists, l)
	return nil
}

// readList reads a list, with the signature that stands beside it in a file of
// the same name with .sig, if one does.
func readList(name string, data []byte, pins []crypto.PublicKey) (lists.List, error) {
	signature, err := readFile(strings.TrimSuffix(name, filepath.Ext(name))+".sig", 4096)
	if err != nil {
		return lists.Read(name, data, pins...)
	}
	return lists.ReadDetached(name, data, signature, pins...)
}

// pinned reads the keys that lists must be signed with.
func (r *relied) pinned() ([]crypto.PublicKey, error) {
	var pins []crypto.PublicKey
	for _, name := range r.pins {
		const hint = "--pin names a public key or a certificate (PEM, DER), or a signer's DID document; keys of Ed25519 or P-256, for a signature beside a list also P-384 and P-521"
		data, err := readFile(name, 64<<10)
		if err != nil {
			return nil, failure("reading "+quote(name)+": "+cause(err), hint)
		}
		keys, err := lists.PinnedKeys(data)
		if err != nil {
			return nil, failure(quote(name)+": "+err.Error(), hint)
		}
		pins = append(pins, keys...)
	}
	return pins, nil
}

// world makes of all that is relied on what verify asks. What was not taken is
// said on standard error.
func (r *relied) world(p *program, ruleNames []string, to string) (*verify.World, error) {
	s, err := r.read()
	if err != nil {
		return nil, err
	}
	w := &verify.World{Keys: new(trust.Keys)}
	for _, k := range s.left {
		p.warn("%s was left out: %s", k.Entry, k.Why)
	}
	for _, l := range s.lists {
		p.tellOdd(l, false)
		for _, k := range l.Keys {
			w.Keys.Add(k)
		}
		w.Recognitions = append(w.Recognitions, l.Recognitions...)
		w.Data = older(w.Data, l)
	}
	if w.Keys.Len() == 0 {
		p.warn("no key was found in what --trust names: no signer can be checked")
	}
	w.Withdrawals = joined(s.withdrawals)
	p.areaLists(w, s.areas, p.now())
	w.Rules, err = loadRules(append(s.rules, ruleNames...), to)
	return w, err
}

// older takes the moments of a list into those of all data: as old as the
// oldest, and good as long as the first to end.
func older(d verify.Data, l lists.List) verify.Data {
	if !l.Issued.IsZero() && (d.AsOf.IsZero() || l.Issued.Before(d.AsOf)) {
		d.AsOf = l.Issued
	}
	if !l.Until.IsZero() && (d.HardExpiry.IsZero() || l.Until.Before(d.HardExpiry)) {
		d.HardExpiry = l.Until
	}
	return d
}

// joined makes one list of those of one country, one key or one authority:
// complete up to the earlier moment, and to be relied on until the earlier end.
func joined(ls []*revoke.List) []*revoke.List {
	type scope struct{ country, key, authority string }
	var out []*revoke.List
	at := map[scope]int{}
	for _, l := range ls {
		of := scope{l.Country, l.Key, l.Authority}
		i, ok := at[of]
		if !ok {
			at[of] = len(out)
			out = append(out, l)
			continue
		}
		a := out[i]
		asOf, until := a.AsOf, a.Until
		if l.AsOf.Before(asOf) { // also one that is not stated
			asOf = l.AsOf
		}
		if until.IsZero() || !l.Until.IsZero() && l.Until.Before(until) {
			until = l.Until
		}
		out[i] = revoke.NewList(a.Country, asOf, until, cmp.Or(a.Appeal, l.Appeal), append(a.Entries(), l.Entries()...)...)
		out[i].Key, out[i].Authority = a.Key, a.Authority
	}
	return out
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
