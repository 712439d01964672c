package main

import (
	"bytes"
	"compress/zlib"
	"time"

	"github.com/pratique/pratique/internal/base45"
)

// code is an HC1 code that is being made, step by step, so that each step can
// be made wrongly.
type code struct {
	key key

	dcc    omap // the European certificate
	claims omap // the CWT; hcert (-260) is filled from dcc where it is nil
	prot   omap // protected header
	unprot omap

	payload  func([]byte) []byte // changes the encoded claims before they are signed
	protRaw  []byte              // instead of the encoded protected header
	after    func([]byte) []byte // changes the payload after it was signed
	sig      func([]byte) []byte // changes the signature
	tbs      func(prot, payload []byte) []byte
	envelope func(prot, unprot, payload, sig any) any // instead of tag 18 around an array of four
	cose     func([]byte) []byte                      // changes the encoded envelope
	zip      func([]byte) []byte                      // instead of zlib at level 9
	base     func([]byte) string                      // instead of base45
	text     func(string) string                      // changes the text with its prefix
}

// instants of the story: a sample in Norland in the morning, a flight two days later.
var (
	sampled = time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	issued  = time.Date(2026, 12, 1, 14, 0, 0, 0, time.UTC)
	expires = issued.AddDate(0, 0, 14)
	arrives = time.Date(2026, 12, 3, 13, 20, 0, 0, time.UTC)
)

func newCode(k key, dcc omap) *code {
	return &code{
		key: k, dcc: dcc,
		claims: omap{{1, "XA"}, {4, int(expires.Unix())}, {6, int(issued.Unix())}, {-260, nil}},
		prot:   omap{{1, k.alg}, {4, []byte(k.id)}},
	}
}

// String makes the code.
func (c *code) String() string {
	prot := c.protRaw
	if prot == nil {
		prot = encode(c.prot)
	}
	claims := append(omap(nil), c.claims...)
	for i := range claims {
		if claims[i].k == -260 && claims[i].v == nil {
			claims[i].v = omap{{1, c.dcc}}
		}
	}
	payload := encode(claims)
	if c.payload != nil {
		payload = c.payload(payload)
	}
	tbs := encode([]any{"Signature1", prot, []byte{}, payload})
	if c.tbs != nil {
		tbs = c.tbs(prot, payload)
	}
	sig := c.key.sign(tbs)
	if c.sig != nil {
		sig = c.sig(sig)
	}
	if c.after != nil {
		payload = c.after(payload)
	}
	unprot := c.unprot
	if unprot == nil {
		unprot = omap{}
	}
	var env any = tag{18, []any{prot, unprot, payload, sig}}
	if c.envelope != nil {
		env = c.envelope(prot, unprot, payload, sig)
	}
	b := encode(env)
	if c.cose != nil {
		b = c.cose(b)
	}
	if c.zip == nil {
		c.zip = func(b []byte) []byte { return deflate(b, zlib.BestCompression) }
	}
	b = c.zip(b)
	if c.base == nil {
		c.base = func(b []byte) string { return string(base45.AppendEncode(nil, b)) }
	}
	text := "HC1:" + c.base(b)
	if c.text != nil {
		text = c.text(text)
	}
	return text
}

func deflate(b []byte, level int) []byte {
	var buf bytes.Buffer
	w, err := zlib.NewWriterLevel(&buf, level)
	must(err)
	w.Write(b)
	w.Close()
	return buf.Bytes()
}

// The three kinds of certificates, of an invented person.

func person() omap {
	return omap{{"fn", "Lindqvist-Örn"}, {"fnt", "LINDQVIST<OERN"}, {"gn", "Åsa"}, {"gnt", "AASA"}}
}

func dcc(group string, entry omap) omap {
	return omap{{"ver", "1.3.0"}, {"nam", person()}, {"dob", "1984-05-09"}, {group, []any{entry}}}
}

func testEntry() omap {
	return omap{{"tg", "840539006"}, {"tt", "LP6464-4"}, {"nm", "Norland PCR"}, {"sc", "2026-12-01T08:00:00Z"}, {"tr", "260415000"},
		{"tc", "Norland State Laboratory"}, {"co", "XA"}, {"is", "Norland Health Agency"}, {"ci", "URN:UVCI:01:XA:T7K2M4Q9#A"}}
}

func doseEntry() omap {
	return omap{{"tg", "840539006"}, {"vp", "1119349007"}, {"mp", "EU/1/20/1528"}, {"ma", "ORG-100030215"}, {"dn", 2}, {"sd", 2},
		{"dt", "2026-10-01"}, {"co", "XA"}, {"is", "Norland Health Agency"}, {"ci", "URN:UVCI:01:XA:V7K2M4Q9#B"}}
}

func recoveryEntry() omap {
	return omap{{"tg", "840539006"}, {"fr", "2026-09-01"}, {"co", "XA"}, {"is", "Norland Health Agency"},
		{"df", "2026-09-12"}, {"du", "2027-02-28"}, {"ci", "URN:UVCI:01:XA:R7K2M4Q9#C"}}
}
