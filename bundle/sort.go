package bundle

import (
	"bytes"
	"cmp"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/verify"
)

// File is a file that somebody relies on, of whatever kind.
type File struct {
	Name      string
	Data      []byte
	Signature []byte // that stood in a file beside it; nil: none
}

// Kind says what a file is for.
type Kind string

// The kinds, as [Sort] tells them apart.
const (
	KeyList        Kind = "list" // of keys, recognitions, authorities
	WithdrawalList Kind = "withdrawals"
	CardList       Kind = "cards" // withdrawals of SMART Health Cards
	SignerList     Kind = "signers"
	AreaList       Kind = "areas"
	RuleSet        Kind = "rules"
)

// FileError says which file cannot be taken. The cause is that of its reader.
type FileError struct {
	Name string
	Kind Kind
	Err  error
}

func (e *FileError) Error() string { return e.Name + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }

// Sorted is what files say, file by file.
type Sorted struct {
	Lists       []lists.List
	Withdrawals []*revoke.List
	Rules       []*rules.Set
	RuleFiles   []string // the names of those in Rules
	Areas       []File   // signed lists, which count once the keys are known
	Left        []lists.Skipped
	sums        [][32]byte // of the files of Lists
}

// Sort tells files apart by what they begin with, and reads them. It is the one
// place that knows how files become what a verifier relies on. A file that
// cannot be read, or is of no known kind, is refused and not passed over: it
// could be the list of withdrawals. The order of the files does not matter but
// for which of several sources names a key. Pins are keys that signed lists
// must be signed with.
func Sort(files []File, pins ...crypto.PublicKey) (Sorted, error) {
	var s Sorted
	var signers []File // until their authorities are known
	for _, f := range files {
		kind := kindOf(f.Data)
		if kind == SignerList {
			signers = append(signers, f)
			continue
		}
		if err := s.take(kind, f, pins); err != nil {
			return Sorted{}, &FileError{f.Name, kind, err}
		}
	}
	lists.Locate(s.Lists)
	return s, s.takeSigners(signers)
}

// kindOf tells a file by how it begins.
func kindOf(data []byte) Kind {
	text := withoutMark(data)
	switch {
	case bytes.HasPrefix(text, []byte("pratique-withdrawals/")):
		return WithdrawalList
	case bytes.HasPrefix(text, []byte("pratique-areas/")):
		return AreaList
	case bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) && bytes.Contains(text, []byte(`"pratique-rules/`)):
		return RuleSet
	case revoke.IsCRL(data):
		return SignerList
	case bytes.Contains(text, []byte(`"rids"`)):
		return CardList
	}
	return KeyList
}

func withoutMark(data []byte) []byte { return bytes.TrimPrefix(data, []byte("\uFEFF")) }

func (s *Sorted) take(kind Kind, f File, pins []crypto.PublicKey) error {
	text := withoutMark(f.Data)
	switch kind {
	case WithdrawalList:
		l, err := revoke.Parse(string(text))
		if err == nil {
			s.Withdrawals = append(s.Withdrawals, l)
		}
		return err
	case AreaList:
		s.Areas = append(s.Areas, File{Name: f.Name, Data: text})
		return nil
	case RuleSet:
		set, err := rules.Parse(text)
		if err == nil {
			s.Rules, s.RuleFiles = append(s.Rules, set), append(s.RuleFiles, f.Name)
		}
		return err
	case CardList:
		if alone, err := s.takeCards(f.Name, text); alone || err != nil {
			return err
		}
	}
	return s.takeList(f, pins)
}

// takeCards reads the withdrawals of SMART Health Cards that are in a file. It
// reports whether the file is nothing else.
func (s *Sorted) takeCards(name string, data []byte) (bool, error) {
	alone, within := revoke.IsCards(data)
	if !alone && !within {
		return false, nil
	}
	ls, skipped, err := revoke.ReadCards(data)
	if err != nil {
		return false, err
	}
	s.Withdrawals = append(s.Withdrawals, ls...)
	for _, k := range skipped {
		s.Left = append(s.Left, lists.Skipped{Entry: name + " " + k.Entry, Why: "a revocation list: " + k.Why})
	}
	return alone, nil
}

func (s *Sorted) takeList(f File, pins []crypto.PublicKey) error {
	var l lists.List
	var err error
	if f.Signature != nil {
		l, err = lists.ReadDetached(f.Name, f.Data, f.Signature, pins...)
	} else {
		l, err = lists.Read(f.Name, f.Data, pins...)
	}
	if err == nil {
		s.Lists, s.sums = append(s.Lists, l), append(s.sums, digest(f.Data))
	}
	return err
}

// takeSigners reads the revocation lists of authorities that are relied on, or
// that a list names. One of another authority is about nobody here.
func (s *Sorted) takeSigners(files []File) error {
	if len(files) == 0 {
		return nil
	}
	var authorities [][]byte
	for _, l := range s.Lists {
		for _, k := range l.Keys {
			if k.Uses.Allows(trust.SealAuthority) && k.DER != nil {
				authorities = append(authorities, k.DER)
			}
		}
		for _, i := range l.Issuers {
			authorities = append(authorities, i.DER)
		}
	}
	for _, f := range files {
		l, err := revoke.ReadCRL(f.Data, authorities...)
		switch {
		case errors.Is(err, revoke.ErrNoAuthority):
			s.Left = append(s.Left, lists.Skipped{Entry: f.Name, Why: "no authority that is relied on signed this revocation list"})
		case err != nil:
			return &FileError{f.Name, SignerList, err}
		default:
			s.Withdrawals = append(s.Withdrawals, l)
		}
	}
	return nil
}

// Contents makes one of all files. Area lists are opened at a moment, because
// one of the future counts for nothing; those that are left out are named.
func (s Sorted) Contents(at time.Time) (Contents, []lists.Skipped) {
	keys := new(trust.Keys)
	var c Contents
	for i, l := range s.Lists {
		for _, k := range l.Keys {
			keys.Add(k)
		}
		c.Recognitions = append(c.Recognitions, l.Recognitions...)
		c.Sources = append(c.Sources, source(l, s.sums[i]))
	}
	c.Keys, c.Rules = keys.All(), slices.Clone(s.Rules)
	c.Withdrawals = joined(s.Withdrawals)
	var left []lists.Skipped
	areas := slices.Clone(s.Areas)
	slices.SortStableFunc(areas, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	for _, f := range areas {
		if _, err := history.OpenAreas(f.Data, keys, at); err != nil {
			left = append(left, lists.Skipped{Entry: f.Name, Why: err.Error()})
			continue
		}
		c.Areas = append(c.Areas, f.Data)
	}
	return c, left
}

// Data is how old what the files say is: as old as the oldest list that says
// it, and good as long as the first to end.
func (s Sorted) Data() verify.Data {
	var d verify.Data
	for _, l := range s.Lists {
		if !l.Issued.IsZero() && (d.AsOf.IsZero() || l.Issued.Before(d.AsOf)) {
			d.AsOf = l.Issued
		}
		if !l.Until.IsZero() && (d.HardExpiry.IsZero() || l.Until.Before(d.HardExpiry)) {
			d.HardExpiry = l.Until
		}
	}
	return d
}

// joined makes one list of those of one country, one key or one authority:
// complete up to the earlier moment, and to be relied on until the earlier end.
// A list with a filter in it stays by itself, and is asked beside the others.
func joined(ls []*revoke.List) []*revoke.List {
	type scope struct{ country, key, authority string }
	var out []*revoke.List
	at := map[scope]int{}
	for _, l := range ls {
		if _, layered := l.Population(); layered {
			out = append(out, l)
			continue
		}
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

// Contents is all that a verifier relies on, whatever files it came from.
type Contents struct {
	Keys         []trust.Key
	Recognitions trust.Recognitions
	Rules        []*rules.Set
	Withdrawals  []*revoke.List
	Areas        [][]byte // signed lists (package history), under keys among Keys
	Sources      []Source
}

// Source is a list that keys and recognitions were taken from: for people, it
// decides nothing.
type Source struct {
	Name         string
	Kind         lists.Kind
	Jurisdiction string
	Issued       time.Time
	Until        time.Time
	Digest       string // SHA-256 of the file, hexadecimal
	Proof        Proof
}

// Proof is what is known of the signature of a source.
type Proof string

// The proofs.
const (
	Proven    Proof = "proven"     // under a key that who made the bundle had pinned
	NotProven Proof = "not_proven" // signed, and not under such a key
	NotSigned Proof = "not_signed"
)

func source(l lists.List, sum [32]byte) Source {
	p := NotSigned
	if len(l.Proven) > 0 {
		p = Proven
	} else if slices.ContainsFunc(l.Problems, func(p lists.Problem) bool { return p.Code == lists.NotProven }) {
		p = NotProven
	}
	return Source{Name: l.Name, Kind: l.Kind, Jurisdiction: l.Jurisdiction, Issued: l.Issued, Until: l.Until, Digest: fmt.Sprintf("%x", sum), Proof: p}
}

// World is what verify asks. A template of rules becomes a set of the country
// to; where none is named, it is left out, because nobody asks for it.
func (c Contents) World(to string) (*verify.World, error) {
	w := &verify.World{Keys: new(trust.Keys), Recognitions: slices.Clone(c.Recognitions), Withdrawals: slices.Clone(c.Withdrawals)}
	for _, k := range c.Keys {
		w.Keys.Add(k)
	}
	for _, set := range c.Rules {
		if set.Jurisdiction == rules.Any {
			if to == "" {
				continue
			}
			var err error
			if set, err = set.For(to); err != nil {
				return nil, err
			}
		}
		w.Rules = append(w.Rules, set)
	}
	for i, text := range c.Areas {
		l, err := history.OpenAreas(text, w.Keys, anyTime)
		if err != nil {
			return nil, fmt.Errorf("area list %d: %w", i+1, err)
		}
		w.Areas = append(w.Areas, l)
	}
	return w, nil
}

// anyTime is later than every list: of which of them was in force when, package
// history keeps account.
var anyTime = time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)

// Jurisdictions are those of which there are keys, in order.
func (c Contents) Jurisdictions() []string {
	var of []string
	for _, k := range c.Keys {
		if !slices.Contains(of, k.Country) {
			of = append(of, k.Country)
		}
	}
	slices.Sort(of)
	return of
}

// HasDemo reports whether a key for exercises is among the keys.
func (c Contents) HasDemo() bool {
	return slices.ContainsFunc(c.Keys, func(k trust.Key) bool { return k.Demo })
}

// Complete is the moment up to which all lists of withdrawals are complete; zero
// if there is none, or one does not say.
func (c Contents) Complete() time.Time {
	var covers time.Time
	for _, l := range c.Withdrawals {
		if l.AsOf.IsZero() {
			return time.Time{}
		}
		if covers.IsZero() || l.AsOf.Before(covers) {
			covers = l.AsOf
		}
	}
	return covers.UTC()
}

// trimmed is s without its end, where it is too long to be kept.
func trimmed(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}
