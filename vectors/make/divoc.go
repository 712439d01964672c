package main

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"

	"github.com/pratique/pratique/internal/rdfc"
)

// credential is a DIVOC certificate that is being made, step by step, so that
// each step can be made wrongly. What is signed is found by package rdfc; that
// another program finds the same is tested beside format/divoc.
type credential struct {
	key    key
	method string // the name of the key; empty: that of key
	doc    string // JSON without its proof
	suite  string // empty: that of the key
	header string // of the signature; empty: that of the key

	shown func(string) string // changes the JSON with its proof
	sig   func([]byte) []byte
	pack  func(json string) string // nil: it stands as JSON, which is shorter here and can be read
}

// The keys of two countries, neither of which changed the software's default
// for the name of its key.
var (
	immunisation = keyNamed(rsaKey("Norland immunisation register", 2048), "did:india")
	sudmarkDoses = keyNamed(edKey("Sudmark immunisation register"), "did:india")
	unboundKey   = keyNamed(edKey("a key that is bound to no issuer"), "did:sudmark")
)

const (
	registerURL = "https://immunisation.norland.example/"
	sudmarkURL  = "https://doses.sudmark.example/"
)

func keyNamed(k key, method string) key {
	k.id = method
	return k
}

// publicPEM is the key as a register publishes it: nothing says whose it is.
func publicPEM(k key) string {
	der, err := x509.MarshalPKIXPublicKey(k.priv.Public())
	must(err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func (k key) rsa() bool { return k.alg == -37 }

// json makes the certificate.
func (c credential) json() string {
	suite, header := "Ed25519Signature2018", `{"alg":"EdDSA","b64":false,"crit":["b64"]}`
	if c.key.rsa() {
		suite, header = "RsaSignature2018", `{"alg":"PS256","b64":false,"crit":["b64"]}`
	}
	if c.suite != "" {
		suite = c.suite
	}
	if c.header != "" {
		header = c.header
	}
	method := c.method
	if method == "" {
		method = c.key.id
	}
	options := fmt.Sprintf(`"type":%q,"created":"2026-12-01T14:00:00Z","verificationMethod":%q,"proofPurpose":"assertionMethod"`, suite, method)
	first := statements(`{"@context":"https://w3id.org/security/v2",` + options + `}`)
	second := statements(c.doc)
	head := b64([]byte(header))
	sig := c.key.sign(slices.Concat([]byte(head+"."), first, second))
	if c.sig != nil {
		sig = c.sig(sig)
	}
	out := strings.TrimSuffix(c.doc, "}") + `,"proof":{` + options + `,"jws":"` + head + ".." + b64(sig) + `"}}`
	if c.shown != nil {
		out = c.shown(out)
	}
	return out
}

// statements is the hash of what a document states.
func statements(doc string) []byte {
	d, err := rdfc.Decode([]byte(doc))
	must(err)
	c, err := rdfc.Canonicalize(d)
	must(err)
	h := sha256.Sum256(c.NQuads)
	return h[:]
}

func (c credential) String() string {
	if c.pack != nil {
		return c.pack(c.json())
	}
	return c.json()
}

// characters are the characters that stand for bytes, as a scanner gives them
// for a code in byte mode that is not UTF-8.
func characters(b []byte) string {
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return string(out)
}

func base64Text(b []byte) string { return "B64:" + base64.StdEncoding.EncodeToString(b) }

// zipped is one of an archive.
type zipped struct {
	name   string // empty: certificate.json
	data   string
	method uint16 // as the header says: 0 stands for DEFLATE, 1 for stored
	flags  uint16
	size   uint32 // as the header says; 0: what it is
}

// archive makes a zip archive (PKWARE APPNOTE 6.3) with a data descriptor where
// the flags say so.
func archive(members ...zipped) []byte {
	var out, directory []byte
	le := binary.LittleEndian
	for _, m := range members {
		name := m.name
		if name == "" {
			name = "certificate.json"
		}
		data, method := rawDeflate([]byte(m.data)), uint16(8)
		if m.method == 1 {
			data, method = []byte(m.data), 0
		}
		size := uint32(len(m.data))
		if m.size != 0 {
			size = m.size
		}
		sum, packed := crc32.ChecksumIEEE([]byte(m.data)), uint32(len(data))
		fields := func(sum, packed, size uint32) []byte {
			b := le.AppendUint16(nil, 20)
			b = le.AppendUint16(b, m.flags)
			b = le.AppendUint16(b, method)
			b = le.AppendUint32(b, 0) // no date
			b = le.AppendUint32(le.AppendUint32(le.AppendUint32(b, sum), packed), size)
			return le.AppendUint16(le.AppendUint16(b, uint16(len(name))), 0)
		}
		at := uint32(len(out))
		out = append(out, "PK\x03\x04"...)
		if m.flags&8 != 0 {
			out = append(out, fields(0, 0, 0)...)
		} else {
			out = append(out, fields(sum, packed, size)...)
		}
		out = append(append(out, name...), data...)
		if m.flags&8 != 0 {
			out = append(out, "PK\x07\x08"...)
			out = le.AppendUint32(le.AppendUint32(le.AppendUint32(out, sum), packed), size)
		}
		directory = append(directory, "PK\x01\x02\x14\x00"...)
		directory = append(directory, fields(sum, packed, size)...)
		directory = append(directory, make([]byte, 10)...) // comment, disk, attributes
		directory = append(le.AppendUint32(directory, at), name...)
	}
	n := uint16(len(members))
	end := append([]byte("PK\x05\x06"), make([]byte, 4)...)
	end = le.AppendUint16(le.AppendUint16(end, n), n)
	end = le.AppendUint32(le.AppendUint32(end, uint32(len(directory))), uint32(len(out)))
	return slices.Concat(out, directory, end, []byte{0, 0})
}

// The certificates, of the same invented person.
const (
	divocPerson = `"credentialSubject":{"type":"Person","id":"did:Passport:XA1234567","refId":"7003","name":"Åsa Lindqvist-Örn","gender":"Female","dob":"1984-05-09","nationality":"XA",` +
		`"address":{"streetAddress":"1 Harbour Road","streetAddress2":"","district":"","city":"Nordhavn","addressRegion":"","addressCountry":"XA","postalCode":1001}}`
	divocPlace = `"facility":{"name":"Norland Clinic","address":{"streetAddress":"","district":"","city":"Nordhavn","addressCountry":"XA","postalCode":""}}`
	divocTest  = `{"@context":["https://www.w3.org/2018/credentials/v1","https://cowin.gov.in/credentials/testCertificate/v1"],"type":["VerifiableCredential","ProofOfTestCertificateCredential"],` +
		divocPerson + `,"issuer":"` + registerURL + `","issuanceDate":"2026-12-01T14:00:00Z","evidence":[{"id":"` + registerURL + `test/90210","feedbackUrl":"` + registerURL + `?90210","infoUrl":"` + registerURL + `?90210",` +
		`"certificateId":"90210","type":["TestDetails"],"batch":"B7","testType":"RT-PCR","testName":"Norland Amplify","manufacturer":"Norland Reagents","disease":"COVID-19","sampleOrigin":"Nasopharynx","result":"Negative",` +
		`"sampleCollectionTimestamp":"2026-12-01T08:00:00Z","resultTimestamp":"2026-12-01T13:00:00Z","verifier":{"name":"B. Nurse"},` + divocPlace + `}],"nonTransferable":"true"}`
	divocDose = `{"@context":["https://www.w3.org/2018/credentials/v1","https://cowin.gov.in/credentials/vaccination/v2"],"type":["VerifiableCredential","ProofOfVaccinationCredential"],` +
		divocPerson + `,"issuer":"` + registerURL + `","issuanceDate":"2026-10-01T14:00:00.012Z","evidence":[{"id":"` + registerURL + `vaccine/92047670169","feedbackUrl":"` + registerURL + `?92047670169","infoUrl":"` + registerURL + `?92047670169",` +
		`"certificateId":"92047670169","type":["Vaccination"],"batch":"L7","vaccine":"COVID-19 vaccine Pfizer","manufacturer":"Norland Pharma","icd11Code":"XM0GQ8","prophylaxis":"COVID-19 vaccine, mRNA","date":"2026-10-01T09:00:00.000Z",` +
		`"effectiveStart":"2026-10-01","effectiveUntil":"2027-10-01","dose":2,"totalDoses":2,"verifier":{"name":"B. Nurse"},` + divocPlace + `}],"nonTransferable":"true"}`
)

// divocV1 is a certificate of the first version: an age, no date of birth, no code.
var divocV1 = instead(instead(instead(divocDose, "vaccination/v2", "vaccination/v1"), `"dob":"1984-05-09"`, `"age":"42"`),
	`"icd11Code":"XM0GQ8","prophylaxis":"COVID-19 vaccine, mRNA",`, "")

// aDivoc is a negative test, changed.
func aDivoc(change func(c *credential)) string {
	c := credential{key: immunisation, doc: divocTest}
	if change != nil {
		change(&c)
	}
	return c.String()
}
