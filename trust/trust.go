// Package trust answers one question: may this key sign this kind of
// certificate, for which jurisdiction, at this moment, and does the
// destination recognise it?
//
// [Keys] are what a verifier holds: keys of many countries, found by the
// identifier that a code names. [Recognition] is what a destination has said
// about the issuers and laboratories of another. The two are apart because
// they are different answers: a key proves who signed, a recognition says
// whether that counts here.
//
// Nothing in this package reads the clock, the network or the disk. Readers of
// the lists that countries publish are in trust/lists.
//
// # Key identifiers
//
// An identifier is raw bytes in a string. In HC1 it is the first 8 bytes of
// the SHA-256 of the signer's certificate (see [KeyID8]); identifiers may
// collide, so look-up gives every key that has one, and a verifier tries all. In
// a SMART Health Card it is the 32 bytes of the key's thumbprint (RFC 7638), and
// the pair of it and [Key.Issuer] names a key: service providers sign with one
// key for many issuers. Of an authority of ICAO seals ([SealAuthority]) it is
// the subject key identifier of its certificate, which its signers name. In a
// DIVOC certificate it is the text of its verification method, "did:india", which
// several countries share: such a key counts only where [Key.Issuer] binds it to
// the issuer that the certificate names.
//
// # Uses
//
// A use is a word of an open set. A key entitles to the uses that it lists, or
// to all kinds of health certificates where its own certificate restricts none.
// What an office signs beside certificates (a stamp, an order of isolation, a
// receipt, an area list ...) a key may sign only where it is said by name. An
// unknown word entitles to nothing, and so does the zero [Uses].
package trust

import (
	"cmp"
	"crypto"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"github.com/pratique/pratique/cert"
)

// Errors of verification. Readers of a format wrap them; ask with errors.Is.
var (
	// ErrUnknownKey means that no key of the list has the identifier that the
	// code names: nothing can be said about the signature.
	ErrUnknownKey = errors.New("no trusted key has this key id")
	// ErrSignature means that a key with the identifier is known and the
	// signature does not verify under it: the code is not authentic.
	ErrSignature = errors.New("the signature does not verify under the key that the code names")
	// ErrAlgorithm means that the code uses a signature algorithm that this
	// build does not know: nothing can be said about the signature.
	ErrAlgorithm = errors.New("unknown signature algorithm")
	// ErrCritical means that the code marks something as critical that this
	// build does not know: it must not be read without it.
	ErrCritical = errors.New("unknown critical part")
	// ErrNoKeyID means that the code names no key.
	ErrNoKeyID = errors.New("the code names no key")
)

// Use is what a key may sign.
type Use string

// The uses known today.
const (
	Test        Use = "test"
	Vaccination Use = "vaccination"
	Recovery    Use = "recovery"
	Antibody    Use = "antibody"
	Exemption   Use = "exemption"
	Declaration Use = "declaration"
	Notice      Use = "notice"
	Stamp       Use = "stamp"
	Receipt     Use = "receipt"
	Exposure    Use = "exposure"
	Areas       Use = "areas"
	Venue       Use = "venue"
	Rules       Use = "rules"
	Bundle      Use = "bundle"
	Derived     Use = "derived"

	// SealAuthority is the use of an authority (CSCA) whose signers' ICAO seals
	// are trusted; it signs their certificates and no health certificate.
	SealAuthority Use = "seal_authority"
)

// UseFor returns the use that a key needs to sign evidence of a kind.
func UseFor(k cert.Kind) Use { return Use(k) }

// certificates are the uses that a key without restriction has: the kinds of
// health certificates. A laboratory's key whose certificate says nothing must
// not be one that stamps passports or orders people into isolation.
var certificates = []Use{Test, Vaccination, Recovery, Antibody, Exemption, Declaration}

// Uses is the set of uses that a key, or a recognition, covers. The zero Uses covers none.
type Uses struct {
	Any bool  // no restriction: all kinds of health certificates
	Of  []Use // these, too
}

// Allows reports whether a key with these uses may sign u.
func (s Uses) Allows(u Use) bool {
	return u != "" && (slices.Contains(s.Of, u) || s.Any && slices.Contains(certificates, u))
}

// Key is a public key with the statement that makes it more than a number.
type Key struct {
	ID        string           // raw bytes, as codes name it
	Public    crypto.PublicKey // *ecdsa.PublicKey (P-256, P-384, P-521), *rsa.PublicKey or ed25519.PublicKey
	Country   string           // the jurisdiction that answers for it, as its list states
	Authority string           // within the country; empty: not stated
	Issuer    string           // the only issuer identifier that the key may sign for, as a SMART Health Card (iss) or a DIVOC certificate (issuer) names it; empty: any, and of DIVOC none
	Uses      Uses
	Domains   []string  // the trust domains that its list names: "DCC", "PH4H"; empty: none named
	NotBefore time.Time // zero: not stated
	NotAfter  time.Time // zero: not stated
	Source    string    // which list, as one prints it
	DER       []byte    // the signer's certificate, where the list has it
	Demo      bool      // a demo or test key: every answer says so
}

// KeyID8 is the identifier of HC1: the first 8 bytes of the SHA-256 of the
// signer's certificate in DER (EU DCC hcert specification, section 3.3.3).
func KeyID8(der []byte) string {
	h := sha256.Sum256(der)
	return string(h[:8])
}

// InForce says whether the key's own validity covers t.
func (k Key) InForce(t time.Time) bool {
	return !(!k.NotBefore.IsZero() && t.Before(k.NotBefore)) && !(!k.NotAfter.IsZero() && t.After(k.NotAfter))
}

// Keys is a set of keys by identifier. The zero Keys is empty and trusts nobody.
// It may be read from several goroutines once it is complete.
type Keys struct {
	byID map[string][]Key
	n    int
}

// Add puts a key into the set. A key that is there already (same identifier,
// same public key, same country and issuer) is merged, so that one key listed thrice for
// three uses is one key: its uses and domains are joined, its validity spans
// both where both state one and is the stated one else, and it is a demo key if
// either is. The order of additions does not matter for these; of what names
// the key (authority, source, certificate) the first stated stands.
func (s *Keys) Add(k Key) {
	if s.byID == nil {
		s.byID = make(map[string][]Key)
	}
	for i, have := range s.byID[k.ID] {
		if have.Country == k.Country && have.Issuer == k.Issuer && samePublic(have.Public, k.Public) {
			s.byID[k.ID][i] = merge(have, k)
			return
		}
	}
	s.byID[k.ID] = append(s.byID[k.ID], k)
	s.n++
}

func merge(a, b Key) Key {
	a.Uses.Any = a.Uses.Any || b.Uses.Any
	a.Uses.Of = union(a.Uses.Of, b.Uses.Of)
	a.Domains = union(a.Domains, b.Domains)
	a.Demo = a.Demo || b.Demo
	if a.NotBefore.IsZero() || !b.NotBefore.IsZero() && b.NotBefore.Before(a.NotBefore) {
		a.NotBefore = b.NotBefore
	}
	if b.NotAfter.After(a.NotAfter) {
		a.NotAfter = b.NotAfter
	}
	a.Authority = cmp.Or(a.Authority, b.Authority)
	a.Source = cmp.Or(a.Source, b.Source)
	if a.DER == nil {
		a.DER = b.DER
	}
	return a
}

// union returns the words of both, sorted, without changing either.
func union[T ~string](a, b []T) []T {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

func samePublic(a, b crypto.PublicKey) bool {
	k, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(b)
}

// Find returns every key that has the identifier; none has the empty one. The
// slice is the set's own: do not change it.
func (s *Keys) Find(id string) []Key {
	if s == nil || id == "" {
		return nil
	}
	return s.byID[id]
}

// Len returns the number of keys.
func (s *Keys) Len() int {
	if s == nil {
		return 0
	}
	return s.n
}

// All returns the keys, ordered by country, then identifier, then issuer, then source.
func (s *Keys) All() []Key {
	if s == nil {
		return nil
	}
	out := make([]Key, 0, s.n)
	for _, ks := range s.byID {
		out = append(out, ks...)
	}
	slices.SortStableFunc(out, func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.Country, b.Country), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Issuer, b.Issuer), cmp.Compare(a.Source, b.Source))
	})
	return out
}

// Signed is a certificate with the key that verifiably signed it. Only a
// format's Verify makes one.
type Signed struct {
	Certificate *cert.Certificate
	Key         Key
	Raw         string // the signed content, as received: bytes
	Signature   string // bytes as received; what withdrawals by signature are looked up with

	// RevocationID is what its issuer may withdraw it by, where its format has
	// such a thing: rid of a SMART Health Card. Empty: none.
	RevocationID string
}
