// Package revoke answers one question: does this certificate no longer count,
// since when and why?
//
// An issuer withdraws a certificate by publishing a handle of it: 16 bytes of
// a SHA-256 over something that only the certificate itself reproduces
// ([Handles]; EU DCC gateway, revocation, hash types SIGNATURE, UCI and
// COUNTRYCODEUCI). A [List] holds one country's handles and says up to when it
// is complete. Look-up is exact: there are no false positives.
//
// A withdrawal carries a typed reason. One for error or fraud speaks against
// the certificate; one because a key was lost speaks against nobody, and asks
// for other evidence.
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
package revoke

import (
	"crypto/rsa"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/pratique/pratique/trust"
)

// Scheme says what a handle was made from.
type Scheme string

// The schemes, by the gateway's names SIGNATURE, UCI and COUNTRYCODEUCI.
const (
	BySignature Scheme = "by-signature"
	ByID        Scheme = "by-uci"
	ByCountryID Scheme = "by-country-uci"
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
)

// Entry is a withdrawal.
type Entry struct {
	Handle
	Reason Reason
	Since  time.Time
}

// List is what one country has withdrawn.
type List struct {
	Country string
	AsOf    time.Time // complete up to this moment
	Until   time.Time // not to be relied on after it
	Appeal  string
	entries map[Handle]Entry
}

// NewList returns a list of the entries. Of two with the same handle the earlier counts.
func NewList(country string, asOf, until time.Time, appeal string, entries ...Entry) *List {
	l := &List{Country: country, AsOf: asOf, Until: until, Appeal: appeal, entries: make(map[Handle]Entry, len(entries))}
	for _, e := range entries {
		if have, ok := l.entries[e.Handle]; !ok || e.Since.Before(have.Since) {
			l.entries[e.Handle] = e
		}
	}
	return l
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
		out = append(out, Handle{BySignature, hash(sig)})
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

func hash(b []byte) (h [16]byte) {
	full := sha256.Sum256(b)
	copy(h[:], full[:16])
	return h
}
