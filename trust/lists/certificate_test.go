package lists_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// Keys of tests are derived from a word: they are known to everybody.
func testKey(t testing.TB, curve elliptic.Curve, word string) *ecdsa.PrivateKey {
	t.Helper()
	h := sha256.Sum256([]byte(word))
	b := make([]byte, (curve.Params().BitSize+7)/8)
	copy(b[len(b)-32:], h[:])
	b[len(b)-32] &= 0x7f
	k, err := ecdsa.ParseRawPrivateKey(curve, b)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var (
	begin = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	end   = time.Date(2028, 1, 2, 3, 4, 5, 0, time.UTC)
)

// issued is a signer's certificate as package crypto/x509 makes it; a nil
// issuer signs itself.
func issued(t testing.TB, subject pkix.Name, key crypto.Signer, issuer *x509.Certificate, issuerKey crypto.Signer, change func(*x509.Certificate)) []byte {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: subject, NotBefore: begin, NotAfter: end, KeyUsage: x509.KeyUsageDigitalSignature}
	if change != nil {
		change(c)
	}
	if issuer == nil {
		issuer, issuerKey = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, issuer, key.Public(), issuerKey)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func oid(s ...int) asn1.ObjectIdentifier { return s }

// odd builds certificates that package crypto/x509 neither makes nor reads. Its
// signature is nonsense, which nobody checks here.
type odd struct {
	serial  string // content octets
	subject []attribute
	dates   [2]attribute
	spki    []byte
	exts    map[string][]byte
}

type attribute struct {
	oid   asn1.ObjectIdentifier
	tag   casn1.Tag
	value string
}

var (
	c2      = attribute{oid(2, 5, 4, 6), casn1.PrintableString, "XA"}
	utc     = [2]attribute{{nil, casn1.UTCTime, "260102030405Z"}, {nil, casn1.UTCTime, "280102030405Z"}}
	purpose = oid(2, 5, 29, 37)
)

func (o odd) der(t testing.TB) []byte {
	t.Helper()
	var b cryptobyte.Builder
	algorithm := func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oid(1, 2, 840, 10045, 4, 3, 2)) }
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(casn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes([]byte(o.serial)) })
			b.AddASN1(casn1.SEQUENCE, algorithm)
			b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {})
			b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, d := range o.dates {
					b.AddASN1(d.tag, func(b *cryptobyte.Builder) { b.AddBytes([]byte(d.value)) })
				}
			})
			b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, a := range o.subject {
					b.AddASN1(casn1.SET, func(b *cryptobyte.Builder) {
						b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
							b.AddASN1ObjectIdentifier(a.oid)
							b.AddASN1(a.tag, func(b *cryptobyte.Builder) { b.AddBytes([]byte(a.value)) })
						})
					})
				}
			})
			b.AddBytes(o.spki)
			if len(o.exts) > 0 {
				b.AddASN1(casn1.Tag(3).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) {
					b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
						for id, value := range o.exts {
							b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
								b.AddBytes([]byte(id))
								b.AddASN1OctetString(value)
							})
						}
					})
				})
			}
		})
		b.AddASN1(casn1.SEQUENCE, algorithm)
		b.AddASN1BitString([]byte("no signature"))
	})
	der, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func spki(t testing.TB, key crypto.PublicKey) []byte {
	t.Helper()
	b, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// explicitSPKI writes a P-256 key with its curve written out and not named.
func explicitSPKI(t testing.TB, key *ecdsa.PublicKey, change func(*curveParams)) []byte {
	t.Helper()
	p := elliptic.P256().Params()
	g := slices.Concat([]byte{4}, p.Gx.FillBytes(make([]byte, 32)), p.Gy.FillBytes(make([]byte, 32)))
	params := curveParams{1, fieldID{oid(1, 2, 840, 10045, 1, 1), p.P}, coefficients{new(big.Int).Sub(p.P, big.NewInt(3)).Bytes(), p.B.Bytes()}, g, p.N, 1}
	if change != nil {
		change(&params)
	}
	point, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return marshal(t, struct {
		Algorithm struct {
			ID     asn1.ObjectIdentifier
			Params curveParams
		}
		Key asn1.BitString
	}{struct {
		ID     asn1.ObjectIdentifier
		Params curveParams
	}{oid(1, 2, 840, 10045, 2, 1), params}, asn1.BitString{Bytes: point, BitLength: 8 * len(point)}})
}

type (
	fieldID struct {
		Type  asn1.ObjectIdentifier
		Prime *big.Int
	}
	coefficients struct{ A, B []byte }
	curveParams  struct {
		Version  int
		Field    fieldID
		Curve    coefficients
		Base     []byte
		Order    *big.Int
		Cofactor int
	}
)

// rsaSPKI writes an RSA key of a modulus, with the NULL that its algorithm asks for or without.
func rsaSPKI(t testing.TB, n *big.Int, e int, null bool) []byte {
	t.Helper()
	key := marshal(t, struct {
		N *big.Int
		E int
	}{n, e})
	algorithm := []asn1.RawValue{{FullBytes: marshal(t, oid(1, 2, 840, 113549, 1, 1, 1))}}
	if null {
		algorithm = append(algorithm, asn1.NullRawValue)
	}
	return marshal(t, struct {
		Algorithm []asn1.RawValue
		Key       asn1.BitString
	}{algorithm, asn1.BitString{Bytes: key, BitLength: 8 * len(key)}})
}

// modulus is a number of so many bits that looks like one of an RSA key.
func modulus(bits uint) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(1), bits-1)
	return n.SetBit(n, 0, 1)
}

func TestCertificateGivesKey(t *testing.T) {
	key := testKey(t, elliptic.P256(), "signer")
	der := issued(t, pkix.Name{Country: []string{"XA"}, Organization: []string{"Ministry of Health"}, CommonName: "Signer 1"}, key, nil, nil, func(c *x509.Certificate) {
		c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{oid(1, 3, 6, 1, 4, 1, 1847, 2021, 1, 1), oid(1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1, 3)}
	})
	k, err := lists.FromCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.Sum256(der)
	if k.ID != string(h[:8]) || !key.PublicKey.Equal(k.Public) || k.Country != "XA" || k.Authority != "Ministry of Health" ||
		!k.NotBefore.Equal(begin) || !k.NotAfter.Equal(end) || !bytes.Equal(k.DER, der) || !k.Demo {
		t.Errorf("got %+v", k)
	}
	for use, want := range map[trust.Use]bool{trust.Test: true, trust.Recovery: true, trust.Vaccination: false, trust.Stamp: false} {
		if k.Uses.Allows(use) != want {
			t.Errorf("uses %+v", k.Uses)
		}
	}
}

// Which purposes a certificate names, and what it may sign (EU DCC hcert specification, section 5.1).
func TestPurposes(t *testing.T) {
	right, wrong := []int{1, 3, 6, 1, 4, 1, 1847, 2021, 1}, []int{1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1}
	with := func(prefix []int, n int) asn1.ObjectIdentifier { return append(slices.Clip(prefix), n) }
	ours := func(n int) asn1.ObjectIdentifier {
		return oid(1, 2, 840, 113556, 1, 8000, 2554, 54094, 24460, 1236, 18923, 42127, 13201834, 9096552, 1, n)
	}
	for _, v := range []struct {
		comment  string
		purposes []asn1.ObjectIdentifier
		want     trust.Uses
	}{
		{"none", nil, trust.Uses{Any: true}},
		{"one", []asn1.ObjectIdentifier{with(right, 2)}, trust.Uses{Of: []trust.Use{trust.Vaccination}}},
		{"the wrong spelling of 2021", []asn1.ObjectIdentifier{with(wrong, 1), with(wrong, 3)}, trust.Uses{Of: []trust.Use{trust.Test, trust.Recovery}}},
		{"both spellings of one", []asn1.ObjectIdentifier{with(wrong, 1), with(right, 1)}, trust.Uses{Of: []trust.Use{trust.Test}}},
		{"none of ours, as a fifth of WHO's list has", []asn1.ObjectIdentifier{oid(1, 3, 6, 1, 5, 5, 7, 3, 2)}, trust.Uses{Any: true}},
		{"one that looks like ours", []asn1.ObjectIdentifier{with(right, 4), oid(1, 3, 6, 1, 4, 1, 1847, 2021, 1, 1, 1)}, trust.Uses{Any: true}},
		{"one of ours beside another", []asn1.ObjectIdentifier{oid(1, 3, 6, 1, 5, 5, 7, 3, 2), with(right, 1)}, trust.Uses{Of: []trust.Use{trust.Test}}},
		{"an office", []asn1.ObjectIdentifier{ours(1)}, trust.Uses{Of: []trust.Use{trust.Stamp}}},
		{"two offices beside a certificate", []asn1.ObjectIdentifier{ours(2), with(right, 1), ours(5)}, trust.Uses{Of: []trust.Use{trust.Notice, trust.Test, "exposure"}}},
		{"an office of tomorrow", []asn1.ObjectIdentifier{ours(13), ours(0)}, trust.Uses{Any: true}},
		{"one with a number that no register holds", []asn1.ObjectIdentifier{oid(2, 999, 1<<62, 1847)}, trust.Uses{Any: true}},
	} {
		o := odd{serial: "\x01", subject: []attribute{c2}, dates: utc, spki: spki(t, testKey(t, elliptic.P256(), "a").Public())}
		if v.purposes != nil {
			o.exts = map[string][]byte{string(marshal(t, purpose)): marshal(t, v.purposes)}
		}
		k, err := lists.FromCertificate(o.der(t))
		if err != nil || k.Uses.Any != v.want.Any || !slices.Equal(k.Uses.Of, v.want.Of) {
			t.Errorf("%s: got %+v, %v", v.comment, k.Uses, err)
		}
	}
}

// A use and its purpose say the same, for ever: certificates outlive programs.
func TestPurposeOfAUse(t *testing.T) {
	const ours = "1.2.840.113556.1.8000.2554.54094.24460.1236.18923.42127.13201834.9096552.1."
	for use, want := range map[trust.Use]string{
		trust.Test: "1.3.6.1.4.1.1847.2021.1.1", trust.Vaccination: "1.3.6.1.4.1.1847.2021.1.2", trust.Recovery: "1.3.6.1.4.1.1847.2021.1.3",
		"stamp": ours + "1", "notice": ours + "2", "receipt": ours + "3", "areas": ours + "4", "exposure": ours + "5", "venue": ours + "6",
		"rules": ours + "7", "bundle": ours + "8", "derived": ours + "9", "antibody": ours + "10", "exemption": ours + "11", "declaration": ours + "12",
		"visa": "", "": "", "any": "",
	} {
		if got := lists.Purpose(use); got != want {
			t.Errorf("%s: %q, want %q", use, got, want)
		}
	}
}

// What is wrong with certificates of real lists, and more, must not lose the key.
func TestOddCertificatesAreRead(t *testing.T) {
	ec := testKey(t, elliptic.P256(), "a").Public().(*ecdsa.PublicKey)
	good := odd{serial: "\x01", subject: []attribute{c2}, dates: utc, spki: spki(t, ec)}
	with := func(f func(*odd)) odd {
		o := good
		f(&o)
		return o
	}
	compressed := func() []byte {
		b, err := ec.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Replace(spki(t, ec), slices.Concat([]byte{0x03, 66, 0}, b), slices.Concat([]byte{0x03, 34, 0, 2 + b[64]&1}, b[1:33]), 1)
	}()
	compressed[1] -= 32
	org := func(tag casn1.Tag, s string) []attribute { return []attribute{c2, {oid(2, 5, 4, 10), tag, s}} }
	for _, v := range []struct {
		comment string
		cert    odd
		check   func(trust.Key) bool
	}{
		{"nothing odd", good, func(k trust.Key) bool { return ec.Equal(k.Public) && k.NotBefore.Equal(begin) && k.NotAfter.Equal(end) }},
		{"a negative serial number", with(func(o *odd) { o.serial = "\x80" }), nil},
		{"a serial number of 40 bytes", with(func(o *odd) { o.serial = strings.Repeat("\x7f", 40) }), nil},
		{"a serial number with needless zeros", with(func(o *odd) { o.serial = "\x00\x00\x01" }), nil},
		{"a curve written out", with(func(o *odd) { o.spki = explicitSPKI(t, ec, nil) }), func(k trust.Key) bool { return ec.Equal(k.Public) }},
		{"a compressed point", with(func(o *odd) { o.spki = compressed }), func(k trust.Key) bool { return ec.Equal(k.Public) }},
		{"an RSA key without NULL, as Estonia's authority has", with(func(o *odd) { o.spki = rsaSPKI(t, modulus(2048), 65537, false) }),
			func(k trust.Key) bool { return k.Public.(*rsa.PublicKey).Size() == 256 }},
		{"an RSA key of the largest size", with(func(o *odd) { o.spki = rsaSPKI(t, modulus(4096), 65537, true) }), nil},
		{"a P-521 key", with(func(o *odd) { o.spki = spki(t, testKey(t, elliptic.P521(), "a").Public()) }), nil},
		{"an Ed25519 key", with(func(o *odd) { o.spki = spki(t, ed25519.PublicKey(make([]byte, 32))) }), nil},
		{"dates without seconds", with(func(o *odd) {
			o.dates = [2]attribute{{nil, casn1.UTCTime, "2601020304Z"}, {nil, casn1.GeneralizedTime, "202801020304Z"}}
		}), func(k trust.Key) bool { return k.NotBefore.Equal(begin.Truncate(time.Minute)) }},
		{"dates with an offset", with(func(o *odd) {
			o.dates = [2]attribute{{nil, casn1.UTCTime, "260102040405+0100"}, {nil, casn1.GeneralizedTime, "20280102040405+0100"}}
		}), func(k trust.Key) bool { return k.NotBefore.Equal(begin) && k.NotAfter.Equal(end) }},
		{"a date of the last century", with(func(o *odd) { o.dates[0].value = "500102030405Z" }), func(k trust.Key) bool { return k.NotBefore.Year() == 1950 }},
		{"two countries", with(func(o *odd) { o.subject = []attribute{c2, {c2.oid, c2.tag, "XB"}} }), func(k trust.Key) bool { return k.Country == "" }},
		{"one country twice", with(func(o *odd) { o.subject = []attribute{c2, {c2.oid, c2.tag, "xa "}} }), func(k trust.Key) bool { return k.Country == "XA" }},
		{"an alpha-3 country", with(func(o *odd) { o.subject = []attribute{{c2.oid, c2.tag, "che"}} }), func(k trust.Key) bool { return k.Country == "CH" && !k.Demo }},
		{"a country that is no code", with(func(o *odd) { o.subject = []attribute{{c2.oid, c2.tag, "Utopia\n"}} }), func(k trust.Key) bool { return k.Country == "UTOPIA" }},
		{"a country of two words", with(func(o *odd) { o.subject = []attribute{{c2.oid, c2.tag, "X A"}} }), func(k trust.Key) bool { return k.Country == "" }},
		{"no subject", with(func(o *odd) { o.subject = nil }), func(k trust.Key) bool { return k.Country == "" && k.Authority == "" }},
		{"only a common name", with(func(o *odd) { o.subject = []attribute{{oid(2, 5, 4, 3), casn1.UTF8String, "Signer"}} }), func(k trust.Key) bool { return k.Authority == "Signer" }},
		{"UTF-16", with(func(o *odd) { o.subject = org(30, "\x03\xa5\x03\xb3") }), func(k trust.Key) bool { return k.Authority == "Υγ" }},
		{"Latin-1", with(func(o *odd) { o.subject = org(casn1.T61String, "Sant\xe9") }), func(k trust.Key) bool { return k.Authority == "Santé" }},
		{"UTF-8 where Latin-1 is expected", with(func(o *odd) { o.subject = org(casn1.T61String, "Santé") }), func(k trust.Key) bool { return k.Authority == "Santé" }},
		{"what would spoil a terminal", with(func(o *odd) { o.subject = org(casn1.UTF8String, "\x1b[31mred\u202e\xff") }), func(k trust.Key) bool { return k.Authority == "[31mred" }},
	} {
		t.Run(v.comment, func(t *testing.T) {
			k, err := lists.FromCertificate(v.cert.der(t))
			if err != nil {
				t.Fatal(err)
			}
			if k.Public == nil || v.check != nil && !v.check(k) {
				t.Errorf("got %+v", k)
			}
		})
	}
}

func TestCertificatesThatGiveNoKey(t *testing.T) {
	ec := testKey(t, elliptic.P256(), "a").Public().(*ecdsa.PublicKey)
	good := odd{serial: "\x01", subject: []attribute{c2}, dates: utc, spki: spki(t, ec)}
	with := func(f func(*odd)) []byte {
		o := good
		f(&o)
		return o.der(t)
	}
	curve := func(id asn1.ObjectIdentifier) []byte {
		return bytes.Replace(spki(t, ec), marshal(t, oid(1, 2, 840, 10045, 3, 1, 7)), marshal(t, id), 1)
	}
	broken := spki(t, ec)
	broken[len(broken)-1] ^= 1
	brainpool := curve(oid(1, 3, 36, 3, 3, 2, 8, 1, 1, 7))
	brainpool[1]++
	brainpool[3]++
	for _, v := range []struct {
		comment string
		der     []byte
		want    string
	}{
		{"nothing", nil, "not an X.509 certificate"},
		{"something after it", append(good.der(t), 0), "not an X.509 certificate"},
		{"cut", good.der(t)[:100], "not an X.509 certificate"},
		{"too long", make([]byte, 64<<10+1), "longer than"},
		{"a weak RSA key, as one country signed with", with(func(o *odd) { o.spki = rsaSPKI(t, modulus(1024), 65537, true) }), "RSA key of 1024 bits"},
		{"a huge RSA key", with(func(o *odd) { o.spki = rsaSPKI(t, modulus(4097), 65537, true) }), "RSA key of 4097 bits"},
		{"an RSA key with the exponent 1", with(func(o *odd) { o.spki = rsaSPKI(t, modulus(2048), 1, true) }), "malformed"},
		{"an RSA key with an even exponent", with(func(o *odd) { o.spki = rsaSPKI(t, modulus(2048), 65536, true) }), "malformed"},
		{"a curve that is not read", with(func(o *odd) { o.spki = brainpool }), "brainpoolP256r1"},
		{"a point beside the curve", with(func(o *odd) { o.spki = broken }), "no point of its curve"},
		{"a curve with another generator, CVE-2020-0601", with(func(o *odd) {
			point, _ := ec.Bytes()
			o.spki = explicitSPKI(t, ec, func(p *curveParams) { p.Base = point })
		}), "written out"},
		{"a curve with another order", with(func(o *odd) {
			o.spki = explicitSPKI(t, ec, func(p *curveParams) { p.Order = new(big.Int).Sub(p.Order, big.NewInt(2)) })
		}), "written out"},
		{"a curve with another coefficient", with(func(o *odd) {
			o.spki = explicitSPKI(t, ec, func(p *curveParams) { p.Curve.A = []byte{0} })
		}), "written out"},
		{"no date", with(func(o *odd) { o.dates[1].value = "never" }), "end of the certificate's validity"},
		{"a 13th month", with(func(o *odd) { o.dates[0].value = "261302030405Z" }), "beginning of the certificate's validity"},
		{"purposes that cannot be read: nobody knows what it may sign", with(func(o *odd) { o.exts = map[string][]byte{string(marshal(t, purpose)): {1}} }), "extended key usage"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			k, err := lists.FromCertificate(v.der)
			if err == nil || !strings.Contains(err.Error(), v.want) {
				t.Errorf("got %v, want %q", err, v.want)
			}
			if k.Public != nil || k.ID != "" {
				t.Error("a key beside the error")
			}
		})
	}
}

// Where package crypto/x509 reads a certificate too, both read the same.
func FuzzFromCertificate(f *testing.F) {
	k := testKey(f, elliptic.P256(), "a")
	ec := k.Public().(*ecdsa.PublicKey)
	f.Add(issued(f, pkix.Name{Country: []string{"XA"}, Organization: []string{"Ministry"}}, k, nil, nil, func(c *x509.Certificate) {
		c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{oid(1, 3, 6, 1, 4, 1, 1847, 2021, 1, 1)}
	}))
	f.Add(issued(f, pkix.Name{Country: []string{"XA"}}, testKey(f, elliptic.P384(), "a"), nil, nil, func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true }))
	f.Add(odd{serial: "\x80", subject: []attribute{c2, {oid(2, 5, 4, 10), 30, "\x03\xa5"}}, dates: utc, spki: explicitSPKI(f, ec, nil)}.der(f))
	f.Add(odd{serial: "\x01", subject: []attribute{c2}, dates: utc, spki: rsaSPKI(f, modulus(2048), 3, false)}.der(f))
	f.Fuzz(func(t *testing.T, der []byte) {
		k, err := lists.FromCertificate(der)
		if err != nil {
			return
		}
		if k.Public == nil || k.ID == "" || !k.Uses.Any && len(k.Uses.Of) == 0 {
			t.Fatalf("no key: %+v", k)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		if p, ok := c.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); ok && !p.Equal(k.Public) {
			t.Errorf("another key than crypto/x509 reads")
		}
		if !c.NotBefore.Equal(k.NotBefore) || !c.NotAfter.Equal(k.NotAfter) {
			t.Errorf("other dates than crypto/x509 reads: %v %v", k.NotBefore, c.NotBefore)
		}
	})
}
