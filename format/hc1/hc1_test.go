package hc1_test

import (
	"bytes"
	"compress/zlib"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	oracle "github.com/fxamacker/cbor/v2"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/internal/base45"
	"github.com/pratique/pratique/internal/cose"
	"github.com/pratique/pratique/trust"
)

// The examples of these tests are signed by an invented country.

var (
	issued  = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	expires = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	sampled = time.Date(2026, 2, 28, 17, 30, 0, 0, time.FixedZone("", 2*3600))
)

// demo is the same in every process, as fuzzing needs it.
var demo = sync.OnceValue(func() hc1.Issuer {
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte("demo"), 8))
	if err != nil {
		panic(err)
	}
	return issuerOf(k, "\x01\x02\x03\x04\x05\x06\x07\x08")
})

func issuerOf(k crypto.Signer, id string) hc1.Issuer {
	return hc1.Issuer{Signer: k, Key: trust.Key{
		ID: id, Public: k.Public(), Country: "XA", Uses: trust.Uses{Any: true}, Demo: true,
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}}
}

func keysOf(keys ...trust.Key) *trust.Keys {
	s := new(trust.Keys)
	for _, k := range keys {
		s.Add(k)
	}
	return s
}

func snomed(code string) cert.Coded {
	return cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: code}}
}

func base(events ...cert.Event) *cert.Certificate {
	return &cert.Certificate{
		Signed: cert.Period{Issued: issued, Until: expires},
		Subject: cert.Person{
			Names:     []cert.Name{{Family: "d'Arsøns - van Halen", Given: "François-Joan", FamilyICAO: "DARSONS<VAN<HALEN", GivenICAO: "FRANCOIS<JOAN"}},
			BirthDate: cert.Date{Year: 1979, Month: 4, Day: 14},
		},
		Events: events,
	}
}

func statement() cert.Statement {
	return cert.Statement{ID: "URN:UVCI:01:XA:187/37512422923", Disease: snomed(cert.COVID19), Country: "XA", Authority: "Ministry of Health of Alba"}
}

func testCertificate() *cert.Certificate {
	return base(&cert.Test{
		Statement: statement(), Type: cert.Coded{Source: cert.Coding{System: cert.LOINC, Code: cert.CodeNucleicAcid}}, Method: cert.NucleicAcid,
		Name: "Example PCR", SampledAt: sampled, Outcome: snomed(cert.CodeNotDetected), Result: cert.NotDetected,
		Laboratory: cert.Facility{Name: "Central laboratory of Alba"},
	})
}

func vaccinationCertificate() *cert.Certificate {
	return base(&cert.Vaccination{
		Statement: statement(), Prophylaxis: snomed("1119349007"), Product: cert.Coded{Source: cert.Coding{System: cert.EUVaccine, Code: "EU/1/20/1528"}},
		Maker: cert.Coded{Source: cert.Coding{System: cert.EUHolder, Code: "ORG-100030215"}}, Dose: 2, Doses: 2, Date: cert.Date{Year: 2026, Month: 1, Day: 15},
	})
}

func recoveryCertificate() *cert.Certificate {
	return base(&cert.Recovery{
		Statement: statement(), FirstPositive: cert.Date{Year: 2026, Month: 1, Day: 2}, From: cert.Date{Year: 2026, Month: 1, Day: 13}, Until: cert.Date{Year: 2026, Month: 7, Day: 1},
	})
}

func issue(t testing.TB, i hc1.Issuer, c *cert.Certificate) string {
	t.Helper()
	text, err := i.Issue(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// wrap compresses and encodes a message.
func wrap(t testing.TB, message []byte) string {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write(message); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return "HC1:" + string(base45.AppendEncode(nil, b.Bytes()))
}

// signed signs any payload.
func signed(t testing.TB, payload []byte) string {
	t.Helper()
	m, err := cose.Sign(rand.Reader, demo().Signer, demo().Key.ID, payload)
	if err != nil {
		t.Fatal(err)
	}
	return wrap(t, m)
}

// claims prints a payload with the oracle.
func claims(t testing.TB, v any) []byte {
	t.Helper()
	m, err := oracle.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// dcc prints a payload whose content is a European certificate.
func dcc(t testing.TB, content any) []byte {
	t.Helper()
	return claims(t, map[int]any{1: "XA", 4: expires.Unix(), 6: issued.Unix(), -260: map[int]any{1: content}})
}

func read(t testing.TB, text string) *hc1.Unverified {
	t.Helper()
	u, err := hc1.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func verify(t testing.TB, text string) trust.Signed {
	t.Helper()
	s, err := read(t, text).Verify(keysOf(demo().Key))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// vectors returns the folder of public vectors, or skips the test.
func vectors(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	return dir
}

// file reads a public vector, which must be there.
func file(t testing.TB, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimPrefix(b, []byte("\ufeff"))
}
