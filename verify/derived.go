package verify

import (
	"cmp"
	"encoding/base64"
	"slices"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/words"
)

// SaidDerived says from which certificate of another issuer this one was made,
// and by whom.
type SaidDerived struct {
	Of      string `json:"of"` // the jurisdiction that answers for the original
	By      string `json:"by"` // the one that signed this one
	Issuer  string `json:"issuer,omitempty"`
	KeyID   string `json:"kid,omitempty"` // of the original, base64
	Format  string `json:"format"`        // of the original
	Content string `json:"content,omitempty"`
	Hash    string `json:"hash"` // SHA-256 of what was signed of the original, in hexadecimal
}

// DerivedFrom returns what the certificate was derived from, if its signature
// verified and it names an original.
func (r Report) DerivedFrom() (cert.Derivation, bool) {
	if r.Signed == nil || r.Checks.Signature != Pass || r.Signed.Certificate == nil || !r.Signed.Certificate.Derived.Names() {
		return cert.Derivation{}, false
	}
	return *r.Signed.Certificate.Derived, true
}

// Original names a certificate, for one that is derived from it: whose it is,
// which bytes were signed, how long it is in force, and what it is withdrawn by.
func Original(s trust.Signed) *cert.Derivation {
	c := s.Certificate
	authority := c.Issuer.Authority
	if len(c.Events) > 0 {
		authority = cmp.Or(c.Events[0].About().Authority, authority)
	}
	p := lifeOf(c)
	d := &cert.Derivation{
		Country: s.Key.Country, Issuer: cmp.Or(s.Key.Issuer, authority, s.Key.Authority), KeyID: base64.StdEncoding.EncodeToString([]byte(s.Key.ID)),
		Format: c.Carrier.Format, Content: c.Carrier.Content, Hash: c.Carrier.Hash, Issued: p.Issued, Until: p.Until,
	}
	d.Marks, d.Signer = revoke.Marks(s)
	return d
}

// derived says that a certificate is no original. One that names no original,
// or one of its own country, cannot be judged: nobody knows what it rests on.
func derived(r *Report, s trust.Signed) {
	switch d := s.Certificate.Derived; {
	case d == nil:
	case !d.Names() || d.Country == s.Key.Country:
		r.add("original_unknown", answers("country", s.Key))
	default:
		r.add("derived_from", words.Place("of", d.Country), answers("country", s.Key))
	}
}

// lifeOf is the life of a signature; a derived certificate does not outlive its
// original, whatever it says itself.
func lifeOf(c *cert.Certificate) cert.Period {
	p := c.Signed
	if d := c.Derived; d != nil && !d.Until.IsZero() && (p.Until.IsZero() || d.Until.Before(p.Until)) {
		p.Until = d.Until
	}
	return p
}

// originalWithdrawn asks the lists about the certificate that this one was
// derived from.
func originalWithdrawn(r *Report, w *World, s trust.Signed, q Question) {
	d := s.Certificate.Derived
	var ls []*revoke.List
	for _, l := range w.Withdrawals {
		if l.CoversOriginal(d) {
			ls = append(ls, l)
		}
	}
	if len(ls) == 0 {
		r.add("withdrawals_not_checked", words.Place("country", d.Country))
		return
	}
	for _, l := range ls {
		e, ok := l.WithdrawsOriginal(s.Certificate)
		if !ok || q.At.Before(e.Since) {
			continue
		}
		r.Checks.Unrevoked = Fail
		if e.Reason == revoke.KeyLost || e.Reason == revoke.Ended {
			r.add("original_key_lost", words.Place("of", d.Country))
			return
		}
		r.add("original_withdrawn", words.Place("of", d.Country), words.Word("why", string(e.Reason)), words.Text("appeal", l.Appeal))
		return
	}
	for _, l := range ls {
		if !l.Until.IsZero() && q.Now.After(l.Until) {
			r.add("withdrawals_old", r.moment("since", l.AsOf))
			return
		}
	}
	r.Checks.Unrevoked = Pass
}

// endorsers asks whether the destination recognises what a country derives from
// certificates of others. It must have said so by the word derived: who
// recognises the certificates of a country does not thereby recognise all those
// whom that country recognises.
func (w *World) endorsers(by string, s trust.Signed, format string, e cert.Event, at time.Time) trust.Gap {
	stated := slices.DeleteFunc(slices.Clone(w.Recognitions), func(r trust.Recognition) bool { return !slices.Contains(r.Uses.Of, trust.Derived) })
	_, gap := stated.Recognise(by, s.Key.Country, format, e, at)
	return gap
}
