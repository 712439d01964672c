package hc1

import (
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/cbor"
)

// The kinds of content.
const (
	kindDCC      = "dcc"
	kindICVP     = "icvp"
	kindDDCC     = "ddcc"
	kindLink     = "link"
	kindStamp    = "stamp"
	kindNotice   = "notice"
	kindExposure = "exposure"
	kindUnknown  = "unknown"
)

// The claims of a CWT (RFC 8392 section 4, hcert 1.0.5 section 3.3.1).
const (
	claimIssuer    = 1
	claimExpires   = 4
	claimNotBefore = 5
	claimIssued    = 6
	claimContent   = -260
)

// kinds are the keys of the content claim, those that we would rather show first.
var kinds = []struct {
	key  int64
	kind string
}{
	{1, kindDCC}, {-6, kindICVP}, {3, kindDDCC}, {4, kindDDCC}, {5, kindLink},
	{-7, kindStamp}, {-8, kindNotice}, {-9, kindExposure},
}

// claims are what is read of a payload before its signature is checked.
type claims struct {
	country string
	signed  cert.Period
	kind    string
	path    string     // where the content stands: "-260.1"
	content cbor.Value // unread
	group   cbor.Value // all of claim -260
}

// readClaims reads the claims of a payload.
func readClaims(payload cbor.Value) (claims, error) {
	if payload.Kind() != cbor.Map {
		return claims{}, ErrClaims
	}
	var c claims
	core := false
	for k, v := range payload.Pairs {
		if k.IsText {
			core = core || k.Text == "hcid" || k.Text == "name"
			continue
		}
		ok := true
		switch k.Int {
		case claimIssuer:
			c.country, ok = v.Text()
			ok = ok || v.Null()
		case claimExpires:
			c.signed.Until, ok = readTime(v)
		case claimNotBefore:
			c.signed.From, ok = readTime(v)
		case claimIssued:
			c.signed.Issued, ok = readTime(v)
		case claimContent:
			c.group, ok = v, v.Kind() == cbor.Map
		}
		if !ok {
			return claims{}, ErrClaim
		}
	}
	c.find(payload, core)
	return c, nil
}

// find finds the content and its kind.
func (c *claims) find(payload cbor.Value, core bool) {
	if c.group.Kind() == cbor.None {
		c.kind, c.content = kindUnknown, payload
		if core {
			c.kind = kindDDCC
		}
		return
	}
	c.kind, c.content, c.path = kindUnknown, c.group, "-260"
	best := len(kinds)
	for k, v := range c.group.Pairs {
		for i := range best {
			if !k.IsText && kinds[i].key == k.Int {
				best, c.kind, c.content = i, kinds[i].kind, v
				c.path = contentPath(k)
				break
			}
		}
	}
}

// readTime reads a NumericDate (RFC 8392 section 2), also one as a float
// (issuers ES, HU, LI), in tag 1, or as text in tag 0. Null is open.
func readTime(v cbor.Value) (time.Time, bool) {
	if v.Null() {
		return time.Time{}, true
	}
	if n, inner, ok := v.Tag(); ok {
		switch n {
		case 0:
			s, _ := inner.Text()
			t, what := parseMoment(s)
			return t.UTC(), what == ""
		case 1:
			v = inner
		}
	}
	return v.Seconds()
}
