// Package revoke answers one question: does this certificate no longer count,
// since when and why?
//
// An issuer withdraws a certificate by publishing a handle of it: 16 bytes of
// a SHA-256 over something that only the certificate itself reproduces
// ([Handles]; EU DCC gateway, revocation, hash types SIGNATURE, UCI and
// COUNTRYCODEUCI). A [List] holds the handles of one country, of one key, or of
// the signers of one authority, and says up to when it is complete. Look-up is
// exact: there are no false positives.
//
// A withdrawal carries a typed reason. One for error or fraud speaks against
// the certificate; one because a key was lost speaks against nobody, and asks
// for other evidence.
//
// # What is read
//
//	pratique-withdrawals/1.0   our own text, see below ([Parse])
//	card revocation lists      {"kid","method":"rid","ctr","rids":[...]}, which issuers of
//	                           SMART Health Cards publish for each of their keys
//	                           (framework 1.4.0, section on revocation), alone or within a
//	                           snapshot of the VCI directory ([ReadCards])
//	X.509 revocation lists     of an authority (CSCA), about its signers, once it
//	                           is known who signed them ([ReadCRL])
//
// A card revocation list says neither why nor since when ([Unstated]); an
// identifier in it may stand for the cards that were issued before a moment
// ([Entry.Before]), so that a person gets another one. A signer that an
// authority has withdrawn because its key was lost, or for no reason that is
// said, counts for nothing ([KeyLost]); one that was merely replaced, or closed
// down, counts for what happened before ([Ended]).
//
// # Text format
//
// A list is a text file. It bears no signature of its own: whoever gives it to
// a verifier answers for it.
//
//	pratique-withdrawals/1.0
//	country XA
//	as-of 2026-11-01T00:00:00Z
//	until 2026-12-01T00:00:00Z
//	appeal https://appeals.norland.example/
//	# scheme, handle in hex, reason, since
//	by-signature 00112233445566778899aabbccddeeff fraud 2026-10-28T09:00:00Z
//
// `as-of` is the moment up to which the list is complete, `until` the one
// after which it must not be relied on. Schemes are by-signature, by-uci and
// by-country-uci; reasons error, fraud and key-lost. Lines that begin with #
// and empty lines are ignored. Entries are in ascending order of scheme and
// handle, each one once. At most [MaxEntries] in a text list.
//
// A list about one key, or about the signers of one authority, says so in the
// place of country, or after it, by the identifier in base64; as-of and until may
// then be missing, because what such lists are made of may lack them:
//
//	pratique-withdrawals/1.0
//	key 3Kfdg+XwP+7gXyywtUfUADwBumDOPKMQx+iELL11W9s=
//	# - for a moment that nobody states; then, before which the card was issued
//	by-rid 00112233445566778899aabbccddeeff unstated - 2022-09-29T23:35:24Z
//
//	pratique-withdrawals/1.0
//	authority 8hYPzJV1vG0fKr0IXKUmyQAAAAA=
//	as-of 2026-11-01T00:00:00Z
//	until 2026-12-01T00:00:00Z
//	by-signer 00112233445566778899aabbccddeeff ended 2026-10-28T09:00:00Z
//
// # Layers
//
// A country that withdraws many says so in little more than the fewest bits that
// can say it. A list of version 1.1 names its population, all that was issued up
// to a moment, and has layers: for a reason, a filter without false answers
// over the population (package internal/filter; 10,000,000 issued and 100,000
// withdrawn take 108 kB), and the moment by which all of it was withdrawn. What
// was issued or withdrawn later stands as entries, until a further layer takes
// it up ([List.Compact]); of a certificate that does not say when it was issued,
// or has no handle of the population's scheme, the list knows nothing
// ([List.Covers]). Only the issuer can make layers: nobody else knows all that
// it issued. They tell who holds a handle whether it is withdrawn, and nobody
// how many handles there are of whom.
//
//	pratique-withdrawals/1.1
//	country XA
//	as-of 2026-11-01T00:00:00Z
//	until 2026-12-01T00:00:00Z
//	population by-country-uci 10000000 2026-10-31T23:59:59Z
//	layer error 2026-10-31T18:00:00Z AgYE...
//	by-country-uci 00112233445566778899aabbccddeeff fraud 2026-11-01T00:00:00Z
package revoke

import (
	"crypto/rsa"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/trust"
)

// Scheme says what a handle was made from.
type Scheme string

// The schemes, by the gateway's names SIGNATURE, UCI and COUNTRYCODEUCI.
const (
	BySignature Scheme = "by-signature"
	ByID        Scheme = "by-uci"
	ByCountryID Scheme = "by-country-uci"
	ByRID       Scheme = "by-rid"    // the identifier of a SMART Health Card; in a list about its key
	BySigner    Scheme = "by-signer" // the serial number of the signer's certificate; in a list about its authority
)

// Handle is what a withdrawn certificate is found by.
type Handle struct {
	Scheme Scheme
	Hash   [16]byte
}

// Reason is why a certificate was withdrawn.
type Reason string

// The reasons.
const (
	Error   Reason = "error"
	Fraud   Reason = "fraud"
	KeyLost Reason = "key-lost"

	Unstated Reason = "unstated" // the list does not say why
	Ended    Reason = "ended"    // of a signer: its key was taken out of use
)

// Entry is a withdrawal.
type Entry struct {
	Handle
	Reason Reason
	Since  time.Time // zero: not stated
	Before time.Time // only what was issued before it; zero: whatever
}

// List is what one country has withdrawn; or what was, of all that one key
// signed, or of the signers that one authority certified.
type List struct {
	Country   string
	Key       string    // the identifier of the key, raw bytes
	Authority string    // the identifier of the authority's key, raw bytes
	AsOf      time.Time // complete up to this moment; zero: not stated
	Until     time.Time // not to be relied on after it; zero: not stated
	Appeal    string
	entries   map[Handle]Entry

	population Population // all that the layers are about
	layers     []layer
}

// NewList returns a list of the entries. Of two with the same handle the earlier counts.
func NewList(country string, asOf, until time.Time, appeal string, entries ...Entry) *List {
	l := &List{Country: country, AsOf: asOf, Until: until, Appeal: appeal, entries: make(map[Handle]Entry, len(entries))}
	l.Add(entries...)
	return l
}

// Add puts withdrawals on a list. Of two with the same handle the earlier counts.
func (l *List) Add(entries ...Entry) {
	for _, e := range entries {
		if have, ok := l.entries[e.Handle]; !ok || e.wider(have) {
			l.entries[e.Handle] = e
		}
	}
}

// wider reports whether an entry says more than another one of the same handle.
func (e Entry) wider(have Entry) bool {
	if !e.Before.Equal(have.Before) {
		return e.Before.IsZero() || !have.Before.IsZero() && e.Before.After(have.Before)
	}
	return e.Since.Before(have.Since)
}

// Covers reports whether the list is about such certificates as this one.
func (l *List) Covers(s trust.Signed) bool {
	switch {
	case l == nil:
		return false
	case l.population.Count > 0 && !l.population.covers(issued(s), Handles(s)):
		return false
	case l.Key != "":
		return l.Key == s.Key.ID
	case l.Authority != "":
		c, err := pki.Parse(s.Key.DER)
		return err == nil && c.AuthorityKey == l.Authority
	}
	return l.Country == s.Key.Country
}

func issued(s trust.Signed) time.Time {
	if s.Certificate == nil {
		return time.Time{}
	}
	return s.Certificate.Signed.Issued
}

// Withdraws returns the withdrawal of a certificate that the list covers.
func (l *List) Withdraws(s trust.Signed) (Entry, bool) {
	if !l.Covers(s) {
		return Entry{}, false
	}
	var e Entry
	var ok bool
	if l.Authority == "" {
		e, ok = l.Find(Handles(s))
	} else if c, err := pki.Parse(s.Key.DER); err == nil {
		e, ok = l.Find([]Handle{SignerHandle(c.Serial)})
	}
	if !ok {
		e, ok = l.within(issued(s), Handles(s))
	}
	if !ok || !e.Before.IsZero() && !s.Certificate.Signed.Issued.Before(e.Before) {
		return Entry{}, false
	}
	if e.Reason == Ended && !after(s.Certificate, e.Since) {
		return Entry{}, false
	}
	return e, true
}

// after reports whether a certificate states, or was issued after, something
// that happened after a moment.
func after(c *cert.Certificate, t time.Time) bool {
	if c.Signed.Issued.After(t) {
		return true
	}
	for _, e := range c.Events {
		var at time.Time
		switch e := e.(type) {
		case *cert.Test:
			if at = e.SampledAt; e.ReportedAt.After(at) {
				at = e.ReportedAt
			}
		case *cert.Antibody:
			at = e.SampledAt
		case *cert.Vaccination:
			at = earliest(e.Date)
		case *cert.Recovery:
			at = earliest(e.FirstPositive)
		}
		if at.After(t) {
			return true
		}
	}
	return false
}

// earliest is the first moment of a date, anywhere on Earth.
func earliest(d cert.Date) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return d.First().Add(-14 * time.Hour)
}

// Find returns the withdrawal of a certificate with any of the handles.
func (l *List) Find(handles []Handle) (Entry, bool) {
	if l == nil {
		return Entry{}, false
	}
	for _, h := range handles {
		if e, ok := l.entries[h]; ok {
			return e, true
		}
	}
	return Entry{}, false
}

// Entries returns all withdrawals, ordered by scheme and handle.
func (l *List) Entries() []Entry {
	out := make([]Entry, 0, len(l.entries))
	for _, e := range l.entries {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Entry) int { return compare(a.Handle, b.Handle) })
	return out
}

func compare(a, b Handle) int {
	if a.Scheme != b.Scheme {
		if a.Scheme < b.Scheme {
			return -1
		}
		return 1
	}
	return slices.Compare(a.Hash[:], b.Hash[:])
}

// Handles returns the handles by which a certificate may have been withdrawn.
// Of an ECDSA signature only the first half counts: the second can be changed
// by anybody without breaking it, and a withdrawal must survive that.
func Handles(s trust.Signed) []Handle {
	var out []Handle
	if sig := s.Signature; len(sig) > 0 {
		if _, isRSA := s.Key.Public.(*rsa.PublicKey); !isRSA {
			sig = sig[:len(sig)/2]
		}
		out = append(out, Handle{BySignature, hash([]byte(sig))})
	}
	if s.RevocationID != "" {
		out = append(out, CardHandle(s.RevocationID))
	}
	if s.Certificate == nil {
		return out
	}
	for _, e := range s.Certificate.Events {
		if id := e.About().ID; id != "" {
			out = append(out,
				Handle{ByID, hash([]byte(id))},
				Handle{ByCountryID, hash([]byte(s.Certificate.Issuer.Country + id))})
		}
	}
	return out
}

// CardHandle is the handle of a SMART Health Card, by its rid.
func CardHandle(rid string) Handle { return Handle{ByRID, hash([]byte(rid))} }

// SignerHandle is the handle of a signer, by the content octets of its
// certificate's serial number.
func SignerHandle(serial string) Handle { return Handle{BySigner, hash([]byte(serial))} }

func hash(b []byte) (h [16]byte) {
	full := sha256.Sum256(b)
	copy(h[:], full[:16])
	return h
}
