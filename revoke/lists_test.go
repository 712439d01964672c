package revoke_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/trust"
)

var cardKey = strings.Repeat("k", 32)

func kid() string { return base64.RawURLEncoding.EncodeToString([]byte(cardKey)) }

// card is a SMART Health Card that was verified.
func card(rid string, issued time.Time) trust.Signed {
	return trust.Signed{Key: trust.Key{ID: cardKey}, RevocationID: rid, Certificate: &cert.Certificate{Signed: cert.Period{Issued: issued}}}
}

func TestACardIsWithdrawnByItsIdentifier(t *testing.T) {
	ls, skipped, err := revoke.ReadCards([]byte(`{"kid":"` + kid() + `","method":"rid","ctr":1,"rids":["gone","old.1664492124"]}`))
	if err != nil || len(ls) != 1 || skipped != nil {
		t.Fatalf("%v: %d lists, skipped %v", err, len(ls), skipped)
	}
	moment := time.Unix(1664492124, 0)
	for _, v := range []struct {
		comment string
		s       trust.Signed
		covered bool
		want    bool
	}{
		{"withdrawn", card("gone", moment), true, true},
		{"issued before the moment", card("old", moment.Add(-time.Second)), true, true},
		{"issued at the moment", card("old", moment), true, false},
		{"another identifier", card("good", moment), true, false},
		{"an identifier in other letters", card("GONE", moment), true, false},
		{"no identifier", card("", moment), true, false},
		{"of another key", trust.Signed{Key: trust.Key{ID: "other"}, RevocationID: "gone", Certificate: &cert.Certificate{}}, false, false},
	} {
		e, ok := ls[0].Withdraws(v.s)
		if ok != v.want || ls[0].Covers(v.s) != v.covered || ok && e.Reason != revoke.Unstated {
			t.Errorf("%s: %v %+v", v.comment, ok, e)
		}
	}
	again, err := revoke.Parse(ls[0].String())
	if err != nil || again.String() != ls[0].String() || again.Key != cardKey {
		t.Errorf("%v:\n%s", err, ls[0])
	}
	if !strings.Contains(ls[0].String(), " unstated - 2022-09-29T22:55:24Z\n") {
		t.Errorf("the text is\n%s", ls[0])
	}
}

func TestABadCardListIsRefusedAsAWhole(t *testing.T) {
	with := func(members string) string { return `{"kid":"` + kid() + `","method":"rid",` + members + `}` }
	for _, v := range []struct{ comment, text, want string }{
		{"no JSON", `{"rids":[`, "reading card revocation list"},
		{"no key", `{"method":"rid","rids":[]}`, "kid is no thumbprint"},
		{"a key with padding", `{"kid":"` + kid() + `=","method":"rid","rids":[]}`, "kid is no thumbprint"},
		{"another method", `{"kid":"` + kid() + `","method":"bloom","rids":[]}`, "a method that is not known"},
		{"no array", with(`"rids":{}`), "rids is no array"},
		{"a number", with(`"rids":["a",1]`), "entry 2: not an identifier"},
		{"an empty identifier", with(`"rids":[""]`), "entry 1: not an identifier"},
		{"a long identifier", with(`"rids":["` + strings.Repeat("a", 25) + `"]`), "entry 1: not an identifier"},
		{"a space", with(`"rids":["a b"]`), "entry 1: not an identifier"},
		{"an identifier twice", with(`"rids":["a","b","a.5"]`), "entry 3: an identifier stands twice"},
		{"a moment in words", with(`"rids":["a.b"]`), "entry 1: not a moment"},
		{"a moment with a zero before it", with(`"rids":["a.05"]`), "entry 1: not a moment"},
		{"two moments", with(`"rids":["a.5.6"]`), "entry 1: not a moment"},
		{"milliseconds beyond the year 9999", with(`"rids":["a.1664492124000000"]`), "entry 1: not a moment"},
		{"members twice", with(`"rids":[],"rids":[]`), "reading card revocation list"},
	} {
		if ls, _, err := revoke.ReadCards([]byte(v.text)); err == nil || ls != nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
	// A snapshot loses one list, and says so; its time is that of the fetch.
	ls, skipped, err := revoke.ReadCards([]byte(`{"issuerInfo":[{"crls":[` + with(`"rids":["a"]`) + `,` + with(`"rids":["a","a"]`) + `],"lastRetrieved":"2026-11-20T04:00:00Z"},{},5]}`))
	if err != nil || len(ls) != 1 || len(skipped) != 1 || skipped[0].Entry != "issuer 1 list 2" || !ls[0].AsOf.Equal(time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)) {
		t.Errorf("%v: %v, skipped %v", err, ls, skipped)
	}
}

// authority is a CSCA for tests, and what it certifies.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t testing.TB, name string) authority {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := authority{key: k}
	a.cert = a.certify(t, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Country: []string{"XA"}, CommonName: name}, SubjectKeyId: []byte(name),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}, nil, k)
	return a
}

func (a authority) certify(t testing.TB, c, parent *x509.Certificate, k crypto.Signer) *x509.Certificate {
	t.Helper()
	c.NotBefore, c.NotAfter = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, k.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	out, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// signer is a signer that the authority certified, with a test that it signed for.
func (a authority) signer(t testing.TB, serial int64, sampled time.Time) trust.Signed {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := a.certify(t, &x509.Certificate{SerialNumber: big.NewInt(serial), AuthorityKeyId: a.cert.SubjectKeyId}, a.cert, k)
	return trust.Signed{Key: trust.Key{DER: c.Raw}, Certificate: &cert.Certificate{Events: []cert.Event{&cert.Test{SampledAt: sampled}}}}
}

func (a authority) crl(t testing.TB, change func(*x509.RevocationList), entries ...x509.RevocationListEntry) []byte {
	t.Helper()
	l := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: day(10), NextUpdate: day(20), RevokedCertificateEntries: entries}
	if change != nil {
		change(l)
	}
	der, err := x509.CreateRevocationList(rand.Reader, l, a.cert, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func day(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }

func TestASignerIsRevokedByItsAuthority(t *testing.T) {
	a, other := newAuthority(t, "a"), newAuthority(t, "b")
	// A serial number whose first bit is set has a zero before it in DER.
	const odd = 0x8001
	der := a.crl(t, nil,
		x509.RevocationListEntry{SerialNumber: big.NewInt(odd), RevocationTime: day(5), ReasonCode: 1},
		x509.RevocationListEntry{SerialNumber: big.NewInt(3), RevocationTime: day(5)},
		x509.RevocationListEntry{SerialNumber: big.NewInt(4), RevocationTime: day(5), ReasonCode: 4},
		x509.RevocationListEntry{SerialNumber: big.NewInt(8), RevocationTime: day(5), ReasonCode: 8})
	text := pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})
	for _, data := range [][]byte{der, text} {
		if !revoke.IsCRL(data) {
			t.Fatal("a revocation list is not known as one")
		}
	}
	l, err := revoke.ReadCRL(text, other.cert.Raw, a.cert.Raw)
	if err != nil || l.Authority != "a" || !l.AsOf.Equal(day(10)) || !l.Until.Equal(day(20)) {
		t.Fatalf("%v: %+v", err, l)
	}
	if again, err := revoke.Parse(l.String()); err != nil || again.String() != l.String() {
		t.Errorf("%v:\n%s", err, l)
	}
	for _, v := range []struct {
		comment string
		s       trust.Signed
		want    revoke.Reason
	}{
		{"its key was lost", a.signer(t, odd, day(1)), revoke.KeyLost},
		{"for no reason that is said", a.signer(t, 3, day(1)), revoke.KeyLost},
		{"replaced, and it signed for what happened before", a.signer(t, 4, day(4)), ""},
		{"replaced, and it signed for what happened later", a.signer(t, 4, day(6)), revoke.Ended},
		{"taken from the list", a.signer(t, 8, day(6)), ""},
		{"not on the list", a.signer(t, 5, day(6)), ""},
		{"another authority's with the same number", other.signer(t, 3, day(6)), ""},
		{"without a certificate", trust.Signed{Certificate: &cert.Certificate{}}, ""},
	} {
		e, ok := l.Withdraws(v.s)
		if ok != (v.want != "") || e.Reason != v.want {
			t.Errorf("%s: %v %+v", v.comment, ok, e)
		}
	}
	late := a.signer(t, 4, time.Time{})
	for comment, e := range map[string]cert.Event{
		"a dose": &cert.Vaccination{Date: cert.Date{Year: 2026, Month: 11, Day: 7}}, "a report": &cert.Test{SampledAt: day(1), ReportedAt: day(6)},
		"an antibody test": &cert.Antibody{SampledAt: day(6)}, "a recovery": &cert.Recovery{FirstPositive: cert.Date{Year: 2026, Month: 11, Day: 9}},
	} {
		late.Certificate = &cert.Certificate{Events: []cert.Event{e}}
		if _, ok := l.Withdraws(late); !ok {
			t.Errorf("%s of later, signed by a key that was replaced, counts", comment)
		}
	}
}

func TestAListOfNobodyIsNoList(t *testing.T) {
	a, namesake, other := newAuthority(t, "a"), newAuthority(t, "a"), newAuthority(t, "b")
	der := a.crl(t, nil, x509.RevocationListEntry{SerialNumber: big.NewInt(3), RevocationTime: day(5)})
	partial := func(id asn1.ObjectIdentifier) []byte {
		return a.crl(t, func(l *x509.RevocationList) {
			l.ExtraExtensions = []pkix.Extension{{Id: id, Critical: true, Value: []byte{5, 0}}}
		})
	}
	elsewhere := a.crl(t, nil, x509.RevocationListEntry{SerialNumber: big.NewInt(3), RevocationTime: day(5),
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 29}, Critical: true, Value: []byte{0x30, 0}}}})
	for _, v := range []struct {
		comment     string
		data        []byte
		authorities [][]byte
		want        string
	}{
		{"no authority", der, nil, revoke.ErrNoAuthority.Error()},
		{"another authority", der, [][]byte{other.cert.Raw}, revoke.ErrNoAuthority.Error()},
		{"an authority of the same name", der, [][]byte{namesake.cert.Raw}, "signature does not verify"},
		{"a signer is no authority", der, [][]byte{a.signer(t, 3, day(1)).Key.DER}, revoke.ErrNoAuthority.Error()},
		{"about changes alone", partial(asn1.ObjectIdentifier{2, 5, 29, 27}), [][]byte{a.cert.Raw}, "not complete in itself"},
		{"about a part", partial(asn1.ObjectIdentifier{2, 5, 29, 28}), [][]byte{a.cert.Raw}, "not complete in itself"},
		{"an entry about another issuer", elsewhere, [][]byte{a.cert.Raw}, "not complete in itself"},
		{"cut", der[:len(der)-3], [][]byte{a.cert.Raw}, "not an X.509 revocation list"},
		{"more after it", append(append([]byte(nil), der...), 0), [][]byte{a.cert.Raw}, "not an X.509 revocation list"},
		{"a certificate", a.cert.Raw, [][]byte{a.cert.Raw}, "not an X.509 revocation list"},
	} {
		if l, err := revoke.ReadCRL(v.data, v.authorities...); err == nil || l != nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
	if revoke.IsCRL(a.cert.Raw) || revoke.IsCRL([]byte("hello")) {
		t.Error("something else is a revocation list")
	}
}

func TestThePublicCardLists(t *testing.T) {
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	for name, want := range map[string]string{
		"crl-3Kfdg.json": "",
		"negative/badcrl/duplicate-rid/.well-known/crl/hrvC0uzB16UXK83BnPo7Glg685b1D6iYOyJd5hpRaAA.json": "an identifier stands twice",
	} {
		b, err := os.ReadFile(filepath.Join(dir, "shc", name))
		if err != nil {
			t.Fatal(err)
		}
		ls, _, err := revoke.ReadCards(b)
		switch {
		case want == "" && (err != nil || len(ls) != 1 || len(ls[0].Entries()) != 4):
			t.Errorf("%s: %v", name, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

func FuzzReadCards(f *testing.F) {
	f.Add([]byte(`{"kid":"` + kid() + `","method":"rid","ctr":1,"rids":["gone","old.1664492124"]}`))
	f.Add([]byte(`{"issuerInfo":[{"crls":[{"kid":"x","rids":[]}],"lastRetrieved":"2026-11-20T04:00:00Z"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		ls, _, err := revoke.ReadCards(data)
		if err != nil && ls != nil {
			t.Fatal("a list beside the error")
		}
		for _, l := range ls {
			if again, err := revoke.Parse(l.String()); err != nil || again.String() != l.String() {
				t.Fatalf("%v: %s", err, l)
			}
		}
	})
}

func FuzzReadCRL(f *testing.F) {
	a := newAuthority(f, "a")
	f.Add(a.crl(f, nil, x509.RevocationListEntry{SerialNumber: big.NewInt(0x8001), RevocationTime: day(5), ReasonCode: 1}))
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: a.crl(f, nil)}))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := revoke.ReadCRL(data, a.cert.Raw)
		if err != nil {
			if l != nil || !errors.Is(err, revoke.ErrNoAuthority) && err.Error() == "" {
				t.Fatal(err)
			}
			return
		}
		if again, err := revoke.Parse(l.String()); err != nil || again.String() != l.String() {
			t.Fatalf("%v: %s", err, l)
		}
	})
}
