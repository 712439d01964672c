package lists

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust"
)

const textName = "pratique-trust"

// Text is the trust list of one jurisdiction in our own form: the keys that it
// trusts, and whose certificates it recognises. A ministry can write it with
// any editor, a machine can write the same, and either can sign it: it is a
// text of internal/signed.
//
//	text        = "pratique-trust/1." minor LF head *(LF entry)
//	head        = *comment
//	              "jurisdiction " code LF
//	              ["authority " words LF]
//	              "issued " moment LF
//	              "until " moment LF
//	              ["demo" LF]                  ; every key is a demo key
//	              *("note " words LF)
//	entry       = *comment (key / recognise)   ; an empty line before each
//	comment     = "#" *char LF
//
//	key         = "key " code " " base64 LF    ; who answers for it, its identifier
//	              ["  authority " words LF]
//	              ["  issuer " words LF]       ; the only issuer that it signs for (iss of a SMART Health Card, issuer of a DIVOC certificate)
//	              "  uses " uses LF
//	              ["  domains " list LF]
//	              ["  from " moment LF]
//	              ["  until " moment LF]
//	              ("  spki " base64 LF / "  certificate " base64 LF)
//
//	recognise   = "recognise " (code / "*") LF ; whose certificates; * is everybody's
//	              "  uses " uses LF
//	              ["  formats " list LF]       ; hc1 shc vds divoc
//	              ["  diseases " list LF]      ; codes
//	              ["  methods " list LF]       ; for tests: nucleic_acid antigen_rapid serology
//	              *("  laboratory " words LF)  ; for tests: identifier or name
//	              ["  from " moment LF]
//	              "  until " moment LF
//	              *("  note " words LF)
//
//	uses        = "any" [" " list] / list      ; test vaccination recovery antibody ...
//	list        = word *(" " word)             ; no word twice
//	words       = char *char                   ; no space at either end, 1000 bytes at most
//	code        = ISO 3166-1 alpha-2, a user-assigned code, or an organisation's, as [Country] writes it
//	moment      = RFC 3339 with whole seconds and an offset, "Z" for UTC
//	base64      = RFC 4648, section 4
//
// The use "any" is every kind of health certificate, and of a recognition every
// kind of evidence. What an office signs beside certificates (stamp notice
// receipt areas exposure ...) a key may sign only if it is named, after any too.
//
// The fields of a block stand in this order. What is left out does not narrow a
// recognition: no formats are all formats. A recognition is always one by the
// file's own jurisdiction, and always ends. A certificate states its own
// validity; from and until stand beside it only where the list says otherwise.
// A SubjectPublicKeyInfo is written as RFC 5480, 3279 and 8410 say, with named
// curves and uncompressed points.
//
// A later minor version may add kinds of entries and fields. A reader of 1.0
// keeps an entry that has one in [Entry.Other] and takes nothing from it, so
// that a condition that it does not know never widens a recognition. In 1.0
// itself an unknown word is an error.
//
// What [Parse] reads, [Text.Bytes] writes again byte for byte.
type Text struct {
	Minor        int
	Comment      []string // lines that begin with #
	Jurisdiction string
	Authority    string
	Issued       time.Time
	Until        time.Time
	Demo         bool
	Note         string // lines
	Entries      []Entry
}

// Entry is a key, a recognition, or what a later version has.
type Entry struct {
	Comment     []string
	Key         *trust.Key
	Recognition *trust.Recognition
	Other       []string // the lines of an entry that this version does not know
}

// ErrText means that a text breaks the grammar; the error says where.
var ErrText = errors.New("not a " + textName + " text")

// Parse reads a text without its signatures, which are not its own: see
// internal/signed, and [Read] for both.
func Parse(text []byte) (Text, error) {
	f, err := signed.Parse(text)
	if err == nil && len(f.Signatures) > 0 {
		err = errors.New("the signatures do not belong to the text")
	}
	if err != nil {
		return Text{}, fmt.Errorf("%w: %w", ErrText, err)
	}
	t, err := parseText(f)
	if err != nil {
		return Text{}, err
	}
	return t, nil
}

func parseText(f signed.File) (Text, error) {
	if f.Name != textName {
		return Text{}, fmt.Errorf("%w: it is a %s", ErrText, f.Name)
	}
	if f.Major != 1 {
		return Text{}, fmt.Errorf("%w: %s/%d.%d", ErrVersion, textName, f.Major, f.Minor)
	}
	p := textParser{text: Text{Minor: f.Minor}}
	body := strings.TrimSuffix(string(f.Body()), "\n")
	if strings.Count(body, "\n\n") > MaxEntries {
		return Text{}, fmt.Errorf("%w: more than %d entries", ErrTooLarge, MaxEntries)
	}
	line := 2
	for i, b := range strings.Split(body, "\n\n") {
		if err := p.block(b, i == 0, line); err != nil {
			return Text{}, fmt.Errorf("%w: %w", ErrText, err)
		}
		line += strings.Count(b, "\n") + 2
	}
	return p.text, nil
}

// readText reads a signed or unsigned text.
func (l *List) readText(data []byte, pinned []crypto.PublicKey) error {
	l.Kind = Own
	f, err := signed.Parse(data)
	if err != nil {
		return err
	}
	t, err := parseText(f)
	if err != nil {
		return err
	}
	// A key on another curve can have signed another list, and none of these.
	pinned = slices.DeleteFunc(slices.Clone(pinned), func(k crypto.PublicKey) bool {
		ec, ok := k.(*ecdsa.PublicKey)
		return ok && ec.Curve != elliptic.P256()
	})
	switch l.Proven, err = f.Verify(pinned...); {
	case errors.Is(err, signed.ErrUnsigned):
		l.problem(NotSigned, "", "the list is written by hand: it bears no signature")
	case errors.Is(err, signed.ErrUnknownSigner) && len(pinned) == 0:
		l.problem(NotProven, "", "the list's signature was not checked: no key to check it with was given")
	case errors.Is(err, signed.ErrUnknownSigner):
		l.problem(NotProven, "", "the list is signed by none of the given keys")
	case err != nil: // a given key's signature does not verify: the text was changed
		return err
	}
	l.take(t)
	return nil
}

// take takes what a text states, and says what is odd about it.
func (l *List) take(t Text) {
	l.Jurisdiction, l.Issued, l.Until = t.Jurisdiction, t.Issued, t.Until
	for i, e := range t.Entries {
		where := fmt.Sprintf("entry %d", i+1)
		switch {
		case e.Key != nil:
			k := *e.Key
			if k.DER != nil {
				if id := idOf(k); id != k.ID {
					l.problem(OtherID, where, "the list names the key %s, its certificate makes it %s; the list's stands", base64ID(k.ID), base64ID(id))
				}
				l.country(k, where)
				l.wider(k, where)
			}
			l.Keys = append(l.Keys, k)
			words(l, where, "use", knownUses, k.Uses.Of)
		case e.Recognition != nil:
			r := *e.Recognition
			l.Recognitions = append(l.Recognitions, r)
			words(l, where, "use", knownUses, r.Uses.Of)
			words(l, where, "format", knownFormats, r.Formats)
			words(l, where, "method", knownMethods, r.Methods)
		default:
			l.skip(where, "", "", errors.New("of a later version than this program reads"))
			l.problem(NewerVersion, where, "left out: it is of a later version than this program reads")
		}
	}
}

// idOf is the identifier that the certificate of a key makes it.
func idOf(k trust.Key) string {
	if k.Uses.Allows(trust.SealAuthority) {
		if a, err := Authority(k.DER); err == nil {
			return a.ID
		}
	}
	return trust.KeyID8(k.DER)
}

// The words that mean something today. Any other may be written, and is noted,
// because it is more often a misspelling than a word of tomorrow.
var (
	knownUses = []trust.Use{trust.Test, trust.Vaccination, trust.Recovery, trust.Antibody, trust.Exemption, trust.Declaration, trust.Notice,
		trust.Stamp, trust.Receipt, trust.Exposure, trust.Areas, trust.Venue, trust.Rules, trust.Bundle, trust.Derived, trust.SealAuthority}
	knownFormats = []string{"hc1", "shc", "vds", "divoc"}
	knownMethods = []string{string(cert.NucleicAcid), string(cert.AntigenRapid), string(cert.Serology)}
)

// words notes the words that nobody knows, which entitle to nothing.
func words[T ~string](l *List, where, what string, known, said []T) {
	for _, w := range said {
		if w != trust.Anyone && !slices.Contains(known, w) {
			l.problem(UnknownWord, where, "%q is no %s that this program knows: it entitles to nothing", printable(string(w)), what)
		}
	}
}

// wider notes a key whose certificate restricts it to less than the text says.
func (l *List) wider(k trust.Key, where string) {
	c, err := pki.Parse(k.DER)
	if err != nil || usesOf(c).Any {
		return
	}
	if k.Uses.Any || slices.ContainsFunc(k.Uses.Of, func(u trust.Use) bool { return !usesOf(c).Allows(u) }) {
		l.problem(WiderThanKey, where, "the list entitles the key to more than its certificate, which says %s", usesOf(c).Of)
	}
}
