package revoke

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/trust"
)

// Marks are the handles of a certificate as a certificate derived from it
// carries them ([cert.Derivation.Marks]), ascending: "by-uci" and 32 hex digits. That
// of the signer of a seal is among them, and the second return is its authority.
func Marks(s trust.Signed) (marks []string, authority string) {
	handles := Handles(s)
	if c, err := pki.Parse(s.Key.DER); err == nil && c.AuthorityKey != "" && s.Certificate != nil && s.Certificate.Carrier.Format == "vds" {
		authority = base64.StdEncoding.EncodeToString([]byte(c.AuthorityKey))
		handles = append(handles, SignerHandle(c.Serial))
	}
	slices.SortFunc(handles, compare)
	for _, h := range slices.Compact(handles) {
		marks = append(marks, string(h.Scheme)+" "+hex.EncodeToString(h.Hash[:]))
	}
	return marks, authority
}

// handleOf reads a mark.
func handleOf(mark string) (Handle, bool) {
	scheme, text, _ := strings.Cut(mark, " ")
	h := Handle{Scheme: Scheme(scheme)}
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(h.Hash) || !slices.Contains(schemes, h.Scheme) {
		return Handle{}, false
	}
	copy(h.Hash[:], b)
	return h, true
}

// CoversOriginal reports whether the list is about such certificates as the one
// that another was derived from.
func (l *List) CoversOriginal(d *cert.Derivation) bool {
	is := func(id, text string) bool { return text == base64.StdEncoding.EncodeToString([]byte(id)) }
	switch {
	case l == nil || d == nil:
		return false
	case l.population.Count > 0 && !l.population.covers(d.Issued, handlesOf(d)):
		return false
	case l.Key != "":
		return is(l.Key, d.KeyID)
	case l.Authority != "":
		return is(l.Authority, d.Signer)
	}
	return l.Country != "" && l.Country == d.Country
}

// handlesOf are the handles of an original; a mark of a scheme that is not
// known withdraws nothing.
func handlesOf(d *cert.Derivation) []Handle {
	var out []Handle
	for _, mark := range d.Marks {
		if h, ok := handleOf(mark); ok {
			out = append(out, h)
		}
	}
	return out
}

// WithdrawsOriginal returns the withdrawal of the certificate that this one was
// derived from, if the list covers it.
func (l *List) WithdrawsOriginal(c *cert.Certificate) (Entry, bool) {
	if c == nil || !l.CoversOriginal(c.Derived) {
		return Entry{}, false
	}
	d := c.Derived
	handles := slices.DeleteFunc(handlesOf(d), func(h Handle) bool { return (h.Scheme == BySigner) != (l.Authority != "") })
	e, ok := l.Find(handles)
	if !ok {
		e, ok = l.within(d.Issued, handles)
	}
	switch {
	case !ok, !e.Before.IsZero() && !d.Issued.Before(e.Before):
		return Entry{}, false
	case e.Reason == Ended && !after(&cert.Certificate{Signed: cert.Period{Issued: d.Issued}, Events: c.Events}, e.Since):
		return Entry{}, false
	}
	return e, true
}
