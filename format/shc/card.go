package shc

import (
	"crypto/sha256"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/deflate"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/jws"
)

// The kinds of content.
const (
	kindFHIR    = "fhir"
	kindUnknown = "unknown"
)

// typeCard is the type that every health card has; #immunization, #laboratory
// and #covid19 beside it are out of use since version 1.4.0.
const typeCard = "https://smarthealth.cards#health-card"

// card is an opened card.
type card struct {
	sum       [sha256.Size]byte // of what was signed
	signature string
	algorithm string
	keyID     string
	critical  bool
	raw       string // the payload, inflated
	kind      string
	issuer    string
	signed    cert.Period
	id        string // by which it can be withdrawn
	unread    error  // why the payload is no certificate
	// The certificate, for the first who asks: reading the payload again would
	// cost more than to have read it at once.
	ready atomic.Pointer[cert.Certificate]
}

// memory is what a card passes through. Nothing of it is in a result: what
// leaves is copied.
type memory struct {
	text, content []byte
	jws           jws.Reader
	json          jcs.Reader
}

var memories = sync.Pool{New: func() any { return new(memory) }}

// open opens a text in any of its forms.
func open(text string) (*card, error) {
	m := memories.Get().(*memory)
	defer func() {
		clear(m.text) // a person's data does not wait for the next card
		clear(m.content)
		m.jws.Forget()
		m.json.Forget()
		memories.Put(m)
	}()
	var err error
	if m.text, err = compact(m.text[:0], text); err != nil {
		return nil, err
	}
	message, err := m.jws.Parse(m.text)
	if err != nil {
		return nil, &Error{StepJWS, err}
	}
	c := &card{sum: sha256.Sum256(message.Signed), signature: message.Signature}
	if err := c.header(message.Header); err != nil {
		return nil, err
	}
	if m.content, err = deflate.DecodeRaw(m.content[:0], message.Payload, MaxContent); err != nil {
		if zlibHeader(message.Payload) {
			err = ErrZlib
		}
		return nil, &Error{StepDeflate, err}
	}
	c.raw = string(m.content)
	payload, err := m.json.Parse(c.raw)
	if err != nil {
		return nil, &Error{StepJSON, err}
	}
	if err := c.claims(payload); err != nil {
		return nil, err
	}
	out, err := c.mapped(payload)
	c.ready.Store(out)
	c.unread = err
	return c, nil
}

// header reads the header. Members that are not needed are ignored.
func (c *card) header(header jcs.Value) error {
	zip := ""
	for k, v := range header.Members {
		ok := true
		switch k {
		case "alg":
			c.algorithm, ok = v.Text()
		case "zip":
			zip, ok = v.Text()
		case "kid":
			c.keyID, ok = v.Text()
		case "crit":
			c.critical = true
		}
		if !ok {
			return &Error{StepHeader, ErrMember}
		}
	}
	switch {
	case c.algorithm == string(jws.ES256):
	case c.algorithm == "":
		c.algorithm = "none"
	case len(c.algorithm) > 16 || strings.Trim(c.algorithm, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-+") != "":
		c.algorithm = "unknown"
	}
	if id, err := jws.Decode(c.keyID); err == nil && len(id) == sha256.Size {
		c.keyID = string(id)
	}
	switch alg := jws.Alg(c.algorithm); {
	case zip != "DEF":
		return &Error{StepHeader, ErrZip}
	case alg != jws.ES256 || len(c.signature) == alg.Size():
		return nil
	case jws.IsDER(c.signature):
		return &Error{StepSignature, ErrDER}
	}
	return &Error{StepSignature, ErrSize}
}

// zlibHeader reports whether b begins as RFC 1950 does.
func zlibHeader(b []byte) bool {
	return len(b) > 2 && b[0]&15 == 8 && (int(b[0])<<8|int(b[1]))%31 == 0
}

// claims reads the claims of the payload.
func (c *card) claims(v jcs.Value) error {
	if v.Kind() != jcs.Object {
		return &Error{StepClaims, ErrClaims}
	}
	ok := false
	if c.issuer, ok = v.Get("iss").Text(); !ok || !isURL(c.issuer) {
		return &Error{StepClaims, ErrIssuer}
	}
	from, ok := seconds(v.Get("nbf"))
	if !ok {
		return &Error{StepClaims, ErrTime}
	}
	c.signed.Issued, c.signed.From = from, from
	if exp := v.Get("exp"); exp.Kind() != jcs.None {
		if c.signed.Until, ok = seconds(exp); !ok {
			return &Error{StepClaims, ErrTime}
		}
	}
	vc := v.Get("vc")
	c.id = revocationID(vc)
	c.kind = kindUnknown
	for _, t := range vc.Get("type").Items {
		if s, _ := t.Text(); s == typeCard {
			c.kind = kindFHIR
		}
	}
	return nil
}

// isURL reports whether s is a URL of https of printable ASCII with a host, at
// most 2,048 bytes.
func isURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok || len(s) > 2048 || rest == "" || rest[0] == '/' {
		return false
	}
	for i := range len(rest) {
		if c := rest[i]; c <= ' ' || c > '~' || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			return false
		}
	}
	return true
}

// maxSeconds is the last second of the year 9999.
const maxSeconds = 253402300799

// seconds reads a NumericDate (RFC 7519 section 2), to the millisecond: a
// floating-point number keeps no more.
func seconds(v jcs.Value) (time.Time, bool) {
	f, ok := v.Float()
	if !ok || f < 0 || f > maxSeconds {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(math.Round(f * 1000))).UTC(), true
}
