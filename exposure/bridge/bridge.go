// Package bridge answers one question: what may one country's tracking system
// tell another's, and is this it?
//
// The systems that countries built share no identifier: a phone with exposure
// notification (GAEN) and one with BlueTrace that stood side by side have no
// common record, and nothing here makes one. What can cross without breaking
// either model crosses in an envelope that the sending country signs.
//
// # Objects
//
//	attestation  somebody's test was positive: how it was found, the day, and a
//	             commitment that only the person can open ([Attestation])
//	correction   an attestation was wrong, or is now confirmed ([Correction])
//	rule         the published parameters by which a system says "exposed"
//	warnings     of places and times, as the sender's venue system publishes them
//	keys         diagnosis keys that are dead, as a batch of package efgs
//	records      BlueTrace records of the receiver's own TempIDs, sealed for it by
//	             package bluetrace
//
// A day of exposure, the seventh object, is a statement to one person and not to
// another country: it is theirs to show (package history), says whether they or
// an authority states it, and needs no envelope.
//
// There is no object for an account, a telephone number, a contact, an
// identifier that was heard, a place where somebody was, or somebody's colour.
// An envelope of another kind is refused, however it is signed.
//
// # Envelope
//
// A text of package internal/signed, signed by a key of the sending country that
// is entitled to exposure statements ([trust.Exposure]):
//
//	pratique-bridge/1.0
//	from XA
//	to XC                        ; or * for everybody
//	system bluetrace             ; that of the body
//	carries records
//	made 2026-11-20T06:00:00Z
//	until 2026-12-04T06:00:00Z   ; at most 60 days later
//	body <base64>
//
// Its lines stand in this order, each once. Records are for one country; rules,
// warnings and keys may be for all. At most [MaxBody] bytes are carried.
//
// The same envelope twice is the same text: who keeps the [Envelope.ID] of those
// that were used sees a replay.
package bridge

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust"
)

// Limits.
const (
	MaxBody = 34 << 20 // bytes
	MaxLife = 60 * 24 * time.Hour
)

// Errors. What is wrong is in the text; nothing of a body is.
var (
	ErrEnvelope = errors.New("not an envelope of the bridge")
	ErrSigner   = errors.New("no trusted key of the sending country signed the envelope")
	ErrOver     = errors.New("the envelope is not in force")
	ErrReceiver = errors.New("the envelope is for another country")
)

// Kind is what an envelope carries.
type Kind string

// The kinds.
const (
	KindAttestation Kind = "attestation"
	KindCorrection  Kind = "correction"
	KindRule        Kind = "rule"
	KindWarnings    Kind = "warnings"
	KindKeys        Kind = "keys"
	KindRecords     Kind = "records"
)

// The systems that an envelope may come from, by kind.
var systems = map[Kind][]string{
	KindAttestation: {"gaen", "bluetrace", "covidsafe", "laboratory"},
	KindCorrection:  {"gaen", "bluetrace", "covidsafe", "laboratory"},
	KindRule:        {"gaen-config", "gaen-summaries"},
	KindWarnings:    {"nz", "gb", "de", "fr"},
	KindKeys:        {"gaen"},
	KindRecords:     {"bluetrace", "covidsafe"},
}

const name = "pratique-bridge"

// Everybody is the receiver of what is for all.
const Everybody = "*"

// Envelope is one object under way.
type Envelope struct {
	From, To    string // jurisdictions
	System      string
	Kind        Kind
	Made, Until time.Time // whole seconds
	Body        []byte
}

// ID tells an envelope from others: the SHA-256 of its text.
func (e Envelope) ID() string {
	h := sha256.Sum256(e.text())
	return hex.EncodeToString(h[:])
}

func (e Envelope) text() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s/1.0\nfrom %s\nto %s\nsystem %s\ncarries %s\nmade %s\nuntil %s\nbody ",
		name, e.From, e.To, e.System, e.Kind, moment(e.Made), moment(e.Until))
	b.WriteString(base64.StdEncoding.EncodeToString(e.Body))
	b.WriteByte('\n')
	return b.Bytes()
}

// Seal checks an envelope as its receiver will, at the moment that it was made,
// and signs it.
func (e Envelope) Seal(signer crypto.Signer, rand io.Reader) ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	return signed.Sign(e.text(), signer, rand)
}

// Open reads an envelope for a country, which a trusted key of the sending
// country signed, and checks what it carries as far as its kind allows: single
// keys and warnings that are none are told by [Envelope.Keys] and
// [Envelope.Warnings], and spoil nothing else. The error is [ErrEnvelope],
// [ErrSigner], [ErrOver] or [ErrReceiver].
func Open(data []byte, keys *trust.Keys, me string, now time.Time) (Envelope, error) {
	f, err := signed.Parse(data)
	if err != nil {
		return Envelope{}, fmt.Errorf("%w: %w", ErrEnvelope, err)
	}
	e, err := parse(f)
	if err != nil {
		return Envelope{}, err
	}
	var theirs []crypto.PublicKey
	for _, k := range keys.All() {
		if k.Country == e.From && k.Uses.Allows(trust.Exposure) && k.InForce(e.Made) && signs(k.Public) {
			theirs = append(theirs, k.Public)
		}
	}
	if _, err := f.Verify(theirs...); err != nil {
		return Envelope{}, fmt.Errorf("%w: %w", ErrSigner, err)
	}
	switch {
	case e.To != Everybody && e.To != me:
		return Envelope{}, ErrReceiver
	case e.Made.After(now):
		return Envelope{}, fmt.Errorf("%w: it was made in the future", ErrOver)
	case !now.Before(e.Until):
		return Envelope{}, fmt.Errorf("%w: it ended", ErrOver)
	}
	return e, nil
}

func signs(k crypto.PublicKey) bool {
	switch k := k.(type) {
	case ed25519.PublicKey:
		return len(k) == ed25519.PublicKeySize
	case *ecdsa.PublicKey:
		return k.Curve == elliptic.P256()
	}
	return false
}

func parse(f signed.File) (Envelope, error) {
	if f.Name != name || f.Major != 1 || f.Minor != 0 {
		return Envelope{}, fmt.Errorf("%w: it is %s/%d.%d", ErrEnvelope, f.Name, f.Major, f.Minor)
	}
	lines := strings.Split(strings.TrimSuffix(string(f.Body()), "\n"), "\n")
	words := []string{"from", "to", "system", "carries", "made", "until", "body"}
	if len(lines) != len(words) {
		return Envelope{}, fmt.Errorf("%w: it has %d lines, not %d", ErrEnvelope, len(lines), len(words))
	}
	var v [7]string
	for i, word := range words {
		var ok bool
		if v[i], ok = strings.CutPrefix(lines[i], word+" "); !ok {
			return Envelope{}, fmt.Errorf("%w: line %d is not %q", ErrEnvelope, i+2, word)
		}
	}
	e := Envelope{From: v[0], To: v[1], System: v[2], Kind: Kind(v[3])}
	var ok [2]bool
	e.Made, ok[0] = parseMoment(v[4])
	e.Until, ok[1] = parseMoment(v[5])
	if !ok[0] || !ok[1] {
		return Envelope{}, fmt.Errorf("%w: made and until are moments such as 2026-11-20T06:00:00Z", ErrEnvelope)
	}
	body, err := base64.StdEncoding.Strict().DecodeString(v[6])
	if err != nil || strings.ContainsAny(v[6], "\r\n") {
		return Envelope{}, fmt.Errorf("%w: the body is not base64", ErrEnvelope)
	}
	e.Body = body
	return e, e.check()
}

// check says what is wrong with an envelope itself.
func (e Envelope) check() error {
	bad := func(what string) error { return fmt.Errorf("%w: %s", ErrEnvelope, what) }
	allowed, known := systems[e.Kind]
	switch {
	case !known:
		return bad("it carries something that may not cross")
	case !slices.Contains(allowed, e.System):
		return bad("its system has no such object")
	case !jurisdiction(e.From) || e.To != Everybody && !jurisdiction(e.To):
		return bad("from and to are jurisdictions of two letters")
	case e.From == e.To:
		return bad("it is from a country to itself")
	case e.To == Everybody && (e.Kind == KindRecords || e.Kind == KindAttestation || e.Kind == KindCorrection):
		return bad("such an object is for one country")
	case !e.Until.After(e.Made) || e.Until.Sub(e.Made) > MaxLife:
		return bad("it ends before it begins, or more than 60 days later")
	case e.Made != e.Made.UTC().Truncate(time.Second) || e.Until != e.Until.UTC().Truncate(time.Second):
		return bad("its moments are not whole seconds of UTC")
	case len(e.Body) == 0 || len(e.Body) > MaxBody:
		return bad(fmt.Sprintf("its body has not 1 to %d bytes", MaxBody))
	}
	return e.checkBody()
}

func jurisdiction(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func parseMoment(s string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, s)
	return t.UTC(), err == nil && strings.HasSuffix(s, "Z") && moment(t) == s
}
