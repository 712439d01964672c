package main

import (
	"bytes"
	"compress/flate"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// card is a SMART Health Card that is being made, step by step, so that each
// step can be made wrongly.
type card struct {
	key    key
	header string // JSON; %s is the identifier of the key
	body   string // the payload, JSON

	zip   func([]byte) []byte // instead of raw DEFLATE at level 9
	sig   func([]byte) []byte // changes the signature
	parts func([]string) []string
}

const cardHeader = `{"zip":"DEF","alg":"ES256","kid":"%s"}`

// cardKey is a key whose identifier is its thumbprint (RFC 7638).
func cardKey(label string) key {
	k := ecKey(label, elliptic.P256(), -7)
	x, y := coordinates(k)
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + x + `","y":"` + y + `"}`))
	k.id = string(sum[:])
	return k
}

func coordinates(k key) (x, y string) {
	b, err := k.priv.(*ecdsa.PrivateKey).PublicKey.Bytes()
	must(err)
	return b64(b[1:33]), b64(b[33:])
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// jws makes the card as a compact JWS.
func (c card) jws() string {
	head := c.header
	if head == "" {
		head = cardHeader
	}
	if strings.Contains(head, "%s") {
		head = fmt.Sprintf(head, b64([]byte(c.key.id)))
	}
	zip := c.zip
	if zip == nil {
		zip = rawDeflate
	}
	parts := []string{b64([]byte(head)), b64(zip([]byte(c.body)))}
	sig := c.key.sign([]byte(parts[0] + "." + parts[1]))
	if c.sig != nil {
		sig = c.sig(sig)
	}
	parts = append(parts, b64(sig))
	if c.parts != nil {
		parts = c.parts(parts)
	}
	return strings.Join(parts, ".")
}

func rawDeflate(b []byte) []byte {
	var buf bytes.Buffer
	w, err := flate.NewWriter(&buf, 9)
	must(err)
	w.Write(b)
	w.Close()
	return buf.Bytes()
}

// digits writes a JWS as the text of a QR code.
func digits(jws string) string {
	var b strings.Builder
	for i := range len(jws) {
		fmt.Fprintf(&b, "%02d", jws[i]-45)
	}
	return "shc:/" + b.String()
}

// chunks writes a JWS as the texts of n QR codes.
func chunks(jws string, n int) []string {
	d := strings.TrimPrefix(digits(jws), "shc:/")
	size := (len(d)/n + 2) &^ 1
	var out []string
	for i := range n {
		part := d[min(len(d), i*size):min(len(d), (i+1)*size)]
		out = append(out, fmt.Sprintf("shc:/%d/%d/%s", i+1, n, part))
	}
	return out
}

// The payload of a card, of the same invented person.

const (
	issuerURL = "https://health.norland.example/cards"
	patient   = `{"resourceType":"Patient","name":[{"family":"Lindqvist-Örn","given":["Åsa"]}],"birthDate":"1984-05-09"}`
	labResult = `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"94500-6"}]},` +
		`"subject":{"reference":"resource:0"},"effectiveDateTime":"2026-12-01T08:00:00Z","performer":[{"display":"Norland State Laboratory"}],` +
		`"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"260415000"}]}}`
	lastDose = `{"resourceType":"Immunization","status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"208"}]},` +
		`"patient":{"reference":"resource:0"},"occurrenceDateTime":"2026-10-01","performer":[{"actor":{"display":"Norland Clinic"}}],"lotNumber":"L7",` +
		`"protocolApplied":[{"doseNumberPositiveInt":2,"seriesDosesPositiveInt":2}]}`
)

// claims is a payload: the members before vc, and the resources after the patient.
func claims(head string, resources ...string) string {
	entries := `{"fullUrl":"resource:0","resource":` + patient + `}`
	for i, r := range resources {
		entries += fmt.Sprintf(`,{"fullUrl":"resource:%d","resource":%s}`, i+1, r)
	}
	return `{` + head + `"vc":{"type":["https://smarthealth.cards#health-card"],"credentialSubject":{"fhirVersion":"4.0.1","fhirBundle":` +
		`{"resourceType":"Bundle","type":"collection","entry":[` + entries + `]}}}}`
}

var cardClaims = fmt.Sprintf(`"iss":%q,"nbf":%d,"exp":%d,`, issuerURL, issued.Unix(), expires.Unix())

// aCard is a negative test on a card, changed.
func aCard(change func(c *card)) string {
	c := card{key: healthCards, body: claims(cardClaims, labResult)}
	if change != nil {
		change(&c)
	}
	return c.jws()
}
