package hc1

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/trust"
)

// claimDerived is the key of the content claim that names what a certificate
// was derived from. It is ours and registered nowhere.
const claimDerived = -10

// The limits of a derivation that is read.
const (
	maxMarks  = 16
	markBytes = 1 + 16 // the scheme, and the handle
)

// schemes of marks, by their number from 1; a scheme never changes its number.
var schemes = []string{"by-signature", "by-uci", "by-country-uci", "by-rid", "by-signer"}

// derivation reads what a certificate was derived from. What cannot be read is
// a derivation that names no original, and never none: whoever cannot read it
// must not take the certificate for an original.
func (m mapper) derivation(v cbor.Value) {
	d, ok := readDerivation(v)
	if !ok {
		d = new(cert.Derivation)
		m.lose("-260.-10", lossUnreadable)
	}
	m.Derived = d
}

func readDerivation(v cbor.Value) (*cert.Derivation, bool) {
	d := new(cert.Derivation)
	if v.Kind() != cbor.Map {
		return nil, false
	}
	for k, v := range v.Pairs {
		var ok bool
		var b string
		switch k.Text {
		case "co":
			d.Country, ok = v.Text()
		case "is":
			d.Issuer, ok = v.Text()
		case "fm":
			d.Format, ok = v.Text()
		case "ct":
			d.Content, ok = v.Text()
		case "h":
			b, ok = v.Bytes()
			d.Hash = hex.EncodeToString([]byte(b))
			ok = ok && len(b) == 32
		case "kid":
			b, ok = v.Bytes()
			d.KeyID = base64.StdEncoding.EncodeToString([]byte(b))
		case "au":
			b, ok = v.Bytes()
			d.Signer = base64.StdEncoding.EncodeToString([]byte(b))
		case "iat":
			d.Issued, ok = readTime(v)
		case "exp":
			d.Until, ok = readTime(v)
		case "w":
			d.Marks, ok = readMarks(v)
		default:
			ok = true // added later, and optional
		}
		if !ok {
			return nil, false
		}
	}
	return d, d.Names() && d.Format != ""
}

func readMarks(v cbor.Value) ([]string, bool) {
	if v.Kind() != cbor.Array {
		return nil, false
	}
	var out []string
	for i, item := range v.Items {
		b, ok := item.Bytes()
		if !ok || len(b) != markBytes || i >= maxMarks {
			return nil, false
		}
		if n := int(b[0]); n >= 1 && n <= len(schemes) {
			out = append(out, schemes[n-1]+" "+hex.EncodeToString([]byte(b[1:])))
		}
	}
	return out, true
}

// appendDerivation prints what a certificate was derived from.
func (p *printer) appendDerivation(dst []byte, d *cert.Derivation) []byte {
	incomplete := func() []byte {
		p.refuse("derived", issueMissing, "name the original: its country, format and hash")
		return dst
	}
	hash, err := hex.DecodeString(d.Hash)
	if err != nil || !d.Names() || d.Format == "" {
		return incomplete()
	}
	type member struct {
		key   string
		value []byte
	}
	var ms []member
	add := func(key string, value []byte) { ms = append(ms, member{key, value}) }
	text := func(key, s string) {
		if s != "" {
			add(key, cbor.AppendText(nil, s))
		}
	}
	id := func(key, s string) bool {
		b, err := base64.StdEncoding.DecodeString(s)
		if err == nil && len(b) > 0 {
			add(key, cbor.AppendBytes(nil, b))
		}
		return err == nil
	}
	moment := func(key string, t time.Time) {
		if !t.IsZero() {
			add(key, cbor.AppendInt(nil, t.Unix()))
		}
	}
	add("h", cbor.AppendBytes(nil, hash))
	text("co", d.Country)
	text("ct", d.Content)
	text("fm", d.Format)
	text("is", d.Issuer)
	moment("exp", d.Until)
	moment("iat", d.Issued)
	if !id("au", d.Signer) || !id("kid", d.KeyID) {
		return incomplete()
	}
	if len(d.Marks) > 0 {
		w := cbor.AppendArray(nil, len(d.Marks))
		for _, mark := range d.Marks {
			scheme, text, _ := strings.Cut(mark, " ")
			h, err := hex.DecodeString(text)
			n := slices.Index(schemes, scheme)
			if err != nil || n < 0 || 1+len(h) != markBytes || len(d.Marks) > maxMarks {
				return incomplete()
			}
			w = cbor.AppendBytes(w, append([]byte{byte(n + 1)}, h...))
		}
		add("w", w)
	}
	slices.SortFunc(ms, func(a, b member) int {
		return cmp.Or(cmp.Compare(len(a.key), len(b.key)), strings.Compare(a.key, b.key))
	})
	dst = cbor.AppendMap(dst, len(ms))
	for _, m := range ms {
		dst = append(cbor.AppendText(dst, m.key), m.value...)
	}
	return dst
}

// group prints claim -260: the content under its key, and beside it what it was
// derived from.
func (p *printer) group(dst []byte, key int64) []byte {
	d := p.cert.Derived
	if d == nil {
		return p.top.append(cbor.AppendInt(cbor.AppendMap(dst, 1), key))
	}
	dst = p.top.append(cbor.AppendInt(cbor.AppendMap(dst, 2), key))
	return p.appendDerivation(cbor.AppendInt(dst, claimDerived), d)
}

// states checks that the key may sign what the certificate states; a derived
// one is signed by a key for derived ones, and ends no later than its original.
func (i Issuer) states(c *cert.Certificate) error {
	d := c.Derived
	switch {
	case d == nil && !i.Key.Uses.Allows(trust.UseFor(c.Events[0].Kind())):
		return &FieldError{"key.uses", "conflict", "sign with a key that may sign this kind of certificate"}
	case d != nil && !i.Key.Uses.Allows(trust.Derived):
		return &FieldError{"key.uses", "conflict", "sign with a key that may sign derived certificates"}
	case d != nil && d.Country == i.Key.Country:
		return &FieldError{"derived.country", "conflict", "a country derives from the certificates of others"}
	case d != nil && !d.Until.IsZero() && (c.Signed.Until.IsZero() || c.Signed.Until.After(d.Until)):
		return &FieldError{"signed.until", "conflict", "let the signature expire no later than that of the original"}
	}
	return nil
}
