package bundle

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
)

// Errors of a bundle that is one, and must not be relied on.
var (
	ErrUnsigned = errors.New("nobody signed this bundle")
	ErrSigner   = errors.New("none of the keys that the verifier was given signed this bundle")
	ErrChanged  = errors.New("the signature of a given key does not verify: the bundle was changed, or the signature made up")
)

// Bundle is a bundle whose signature was verified, or skipped by name. The zero
// Bundle trusts nobody.
type Bundle struct {
	Manifest
	Digest string   // SHA-256 of its text: its identity
	Size   int      // bytes of the file
	By     []string // the identifiers of the given keys that signed it
	Contents

	unknown  []string // critical sections that this build does not know
	sections []section
	head     []byte // text and signatures, as received
}

// Unverified is a bundle before anybody said whose it is.
type Unverified struct {
	file signed.File
	raw  []byte
	m    Manifest
	body []byte
}

// The sections that this build knows; true: critical.
var known = map[string]bool{"areas": true, "keys": true, "recognitions": true, "rules": true, "withdrawals": true,
	"sources": false, "root": false, "checkpoint": false, "proof": false}

// Build writes a bundle, signed by each of the signers. What the manifest says
// of signers and sections is put there; covers is that of the withdrawals,
// unless it is given.
func Build(m Manifest, c Contents, rand io.Reader, signers ...crypto.Signer) ([]byte, error) {
	sections, err := c.sections()
	if err != nil {
		return nil, fmt.Errorf("building bundle: %w", err)
	}
	m.Signers, m.Sections = nil, nil
	for _, s := range signers {
		m.Signers = append(m.Signers, s.Public())
	}
	if err := sortKeys(m.Signers); err != nil {
		return nil, fmt.Errorf("building bundle: %w", err)
	}
	if m.Covers.IsZero() {
		m.Covers = c.Complete()
		if m.Covers.After(m.AsOf) { // a list that says more than anybody can know
			m.Covers = m.AsOf
		}
	}
	for _, s := range sections {
		m.Sections = append(m.Sections, s.line())
	}
	text, err := m.text()
	if err != nil {
		return nil, fmt.Errorf("building bundle: %w", err)
	}
	for _, s := range signers {
		if text, err = signed.Sign(text, s, rand); err != nil {
			return nil, fmt.Errorf("building bundle: %w", err)
		}
	}
	return file(text, sections), nil
}

func sortKeys(keys []crypto.PublicKey) error {
	for _, k := range keys {
		if _, err := signed.KeyID(k); err != nil {
			return err
		}
	}
	slices.SortFunc(keys, func(a, b crypto.PublicKey) int {
		x, _ := signed.KeyID(a)
		y, _ := signed.KeyID(b)
		return strings.Compare(x, y)
	})
	return nil
}

func (s section) line() Section {
	sum := digest(s.content)
	return Section{s.name, s.critical, len(s.content), hex.EncodeToString(sum[:])}
}

// file puts a text and sections together.
func file(head []byte, sections []section) []byte {
	out := append(bytes.Clone(head), '\n')
	for _, s := range sections {
		out = pack(out, s.content)
	}
	return out
}

// sections are the contents as they stand in a file.
func (c Contents) sections() ([]section, error) {
	keys, err := c.keyRecords()
	if err != nil {
		return nil, err
	}
	var recognitions, sets, withdrawals, sources [][]byte
	for _, r := range c.Recognitions {
		recognitions = append(recognitions, recognitionRecord(r))
	}
	for _, s := range c.Rules {
		sets = append(sets, s.Encode())
	}
	for _, l := range c.Withdrawals {
		withdrawals = append(withdrawals, []byte(l.String()))
	}
	for _, s := range c.Sources {
		sources = append(sources, sourceRecord(s))
	}
	return ordered([]section{
		{"areas", true, join(c.Areas)}, {"keys", true, join(keys)}, {"recognitions", true, join(recognitions)},
		{"rules", true, join(sets)}, {"withdrawals", true, join(withdrawals)}, {"sources", false, join(sources)},
	}), nil
}

// keyRecords writes the keys. A certificate is kept where something may be asked
// of it: of an authority, and of a signer whose authority has withdrawn some.
func (c Contents) keyRecords() ([][]byte, error) {
	revoking := map[string]bool{}
	for _, l := range c.Withdrawals {
		if l.Authority != "" {
			revoking[l.Authority] = true
		}
	}
	var out [][]byte
	for _, k := range c.Keys {
		whole := k.Uses.Allows(trust.SealAuthority)
		if !whole && len(revoking) > 0 && k.DER != nil {
			cert, err := pki.Parse(k.DER)
			whole = err == nil && revoking[cert.AuthorityKey]
		}
		k.Source, k.Authority = trimmed(k.Source, 200), trimmed(k.Authority, 1000)
		record, err := keyRecord(k, whole)
		if err != nil {
			return nil, err
		}
		out = append(out, record)
	}
	return out, nil
}

// Parse reads a bundle and believes nothing of it.
func Parse(data []byte) (*Unverified, error) {
	u, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("reading bundle: %w", err)
	}
	return u, nil
}

func parse(data []byte) (*Unverified, error) {
	if !bytes.HasPrefix(data, []byte(fileName+"/")) {
		return nil, ErrFormat
	}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrFormat, MaxSize)
	}
	head, body, whole := bytes.Cut(data, []byte("\n\n"))
	if !whole && len(data) < MaxText {
		return nil, ErrTorn
	}
	if len(head) >= MaxText {
		return nil, fmt.Errorf("%w: a text of more than %d bytes", ErrFormat, MaxText)
	}
	head = data[:len(head)+1]
	f, err := signed.Parse(head)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	m, err := parseManifest(f)
	if err != nil {
		return nil, err
	}
	return &Unverified{file: f, raw: data, m: m, body: body}, nil
}

// Claims is what a bundle says of itself. Nobody has verified it.
func (u *Unverified) Claims() Manifest { return u.m }

// Signers are the identifiers of the keys that the bundle says it is signed
// with, and that it names whole. Nobody has verified that they did.
func (u *Unverified) Signers() []string {
	var ids []string
	for _, k := range u.m.Signers {
		id, _ := signed.KeyID(k)
		if slices.ContainsFunc(u.file.Signatures, func(s signed.Signature) bool { return s.KeyID == id }) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Pin is how a verifier knows who may sign: a key, or its identifier.
type Pin struct {
	Key crypto.PublicKey // Ed25519 or P-256; nil: see ID
	ID  string           // 64 hexadecimal digits: SHA-256 of the SubjectPublicKeyInfo
}

// Verify opens a bundle that one of the pinned keys signed. It fails with
// [ErrUnsigned], [ErrSigner], [ErrChanged], [ErrTorn], or an error of a part
// that cannot be read; nothing is relied on then.
func (u *Unverified) Verify(pins ...Pin) (*Bundle, error) {
	by, err := u.signedBy(pins)
	if err != nil {
		return nil, fmt.Errorf("verifying bundle: %w", err)
	}
	b, err := u.open()
	if err != nil {
		return nil, fmt.Errorf("reading bundle: %w", err)
	}
	b.By = by
	return b, nil
}

func (u *Unverified) signedBy(pins []Pin) ([]string, error) {
	if len(u.file.Signatures) == 0 {
		return nil, ErrUnsigned
	}
	var keys []crypto.PublicKey
	for _, p := range pins {
		if p.Key != nil {
			if _, err := signed.KeyID(p.Key); err == nil { // of another kind, it signed something else
				keys = append(keys, p.Key)
			}
			continue
		}
		for _, k := range u.m.Signers {
			if id, err := signed.KeyID(k); err == nil && id == strings.ToLower(p.ID) {
				keys = append(keys, k)
			}
		}
	}
	by, err := u.file.Verify(keys...)
	switch {
	case errors.Is(err, signed.ErrUnknownSigner):
		return nil, ErrSigner
	case errors.Is(err, signed.ErrSignature):
		return nil, ErrChanged
	}
	return by, err
}

// SkipVerification opens a bundle whoever signed it, for a caller who knows
// where it comes from: a page whose own program has verified it.
func (u *Unverified) SkipVerification() (*Bundle, error) {
	b, err := u.open()
	if err != nil {
		return nil, fmt.Errorf("reading bundle: %w", err)
	}
	return b, nil
}

// open unpacks the sections and holds each against its digest.
func (u *Unverified) open() (*Bundle, error) {
	sum := digest(u.file.Text)
	b := &Bundle{Manifest: u.m, Digest: hex.EncodeToString(sum[:]), Size: len(u.raw), head: u.file.Bytes()}
	rest := u.body
	for _, s := range u.m.Sections {
		content, after, err := unpack(rest, s.Size)
		if err != nil {
			return nil, err
		}
		if sum := digest(content); hex.EncodeToString(sum[:]) != s.Digest {
			return nil, ErrTorn
		}
		rest = after
		have := section{s.Name, s.Critical, content}
		b.sections = append(b.sections, have)
		if err := b.take(have); err != nil {
			return nil, fmt.Errorf("section %s: %w", s.Name, err)
		}
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%w: something follows the last section", ErrTorn)
	}
	return b, nil
}

// take reads a section.
func (b *Bundle) take(s section) error {
	if _, ok := known[s.name]; !ok {
		if s.critical {
			b.unknown = append(b.unknown, s.name)
		}
		return nil
	}
	entries, err := split(s.content)
	if err != nil {
		return err
	}
	for i, e := range entries {
		if err := b.entry(s.name, e); err != nil {
			return fmt.Errorf("entry %d: %w", i+1, err)
		}
	}
	return nil
}

func (b *Bundle) entry(name string, e []byte) error {
	switch name {
	case "areas":
		b.Areas = append(b.Areas, e)
		return nil
	case "keys":
		k, err := readKey(e)
		b.Keys = append(b.Keys, k)
		return err
	case "recognitions":
		r, err := readRecognition(e)
		b.Recognitions = append(b.Recognitions, r)
		return err
	case "rules":
		set, err := rules.Parse(e)
		if err == nil && !bytes.Equal(set.Encode(), e) {
			err = errRecord
		}
		b.Rules = append(b.Rules, set)
		return err
	case "withdrawals":
		l, err := revoke.Parse(string(e))
		if err == nil && l.String() != string(e) {
			err = errRecord
		}
		b.Withdrawals = append(b.Withdrawals, l)
		return err
	case "sources":
		s, err := readSource(e)
		b.Sources = append(b.Sources, s)
		return err
	}
	return nil
}

// Bytes writes the bundle again: with the same program the bytes that were read.
func (b *Bundle) Bytes() []byte { return file(b.head, b.sections) }

// World is what verify asks, for a destination (see [Contents.World]), with a
// program of a version: "v1.2.3", or anything else for a build between releases.
func (b *Bundle) World(to, program string) (*verify.World, error) {
	if b == nil || b.Digest == "" {
		return &verify.World{Keys: new(trust.Keys)}, nil
	}
	w, err := b.Contents.World(to)
	if err != nil {
		return nil, fmt.Errorf("opening bundle: %w", err)
	}
	w.Data = verify.Data{Name: b.Series(), Digest: b.Digest, AsOf: b.AsOf, SoftExpiry: b.Soft, HardExpiry: b.Hard, Unknown: b.Unknown(program)}
	return w, nil
}

// Unknown names what of a bundle a program of this version does not know and
// must know; empty: nothing.
func (b *Bundle) Unknown(program string) string {
	if tooOld(program, b.Program) {
		return "program " + b.Program
	}
	if len(b.unknown) > 0 {
		return b.unknown[0]
	}
	return ""
}

// areaLists reads the area lists, for people.
func (c Contents) areaLists() []history.AreaList {
	var out []history.AreaList
	for _, text := range c.Areas {
		f, err := signed.Parse(text)
		if err != nil {
			continue
		}
		if l, err := history.ParseAreas(f.Text); err == nil {
			out = append(out, l)
		}
	}
	return out
}

var (
	// ErrOlder means that a bundle is older than the one that was relied on before.
	ErrOlder = errors.New("the bundle is older than the last one that was accepted")
	// ErrSplit means that two bundles of the same moment differ: somebody shows
	// different verifiers different things.
	ErrSplit = errors.New("the bundle is another one of the same moment as the last one that was accepted")
	// ErrSeries means that a bundle is none of the series of the last one.
	ErrSeries = errors.New("the bundle is of another issuer or series than the last one that was accepted")
)

// Mark is what a verifier remembers of the last bundle that it accepted.
type Mark struct {
	Series string
	AsOf   time.Time
	Digest string
}

// Mark is what is to be remembered of a bundle.
func (b *Bundle) Mark() Mark { return Mark{b.Series(), b.AsOf, b.Digest} }

// Newer says whether a bundle may follow another: the same one again, or a
// later one of the series. It fails with [ErrOlder], [ErrSplit] or [ErrSeries].
// Nothing goes before the zero Mark.
func Newer(old, next Mark) error {
	switch {
	case old == Mark{} || old.Digest == next.Digest:
		return nil
	case old.Series != next.Series:
		return ErrSeries
	case next.AsOf.Before(old.AsOf):
		return ErrOlder
	case next.AsOf.Equal(old.AsOf):
		return ErrSplit
	}
	return nil
}
