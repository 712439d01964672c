package lists_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// A list as a ministry of health would write it by hand.
const handWritten = `pratique-trust/1.0
# Utopia's trust list. Questions: trust@health.example
jurisdiction XA
authority Ministry of Health of Utopia
issued 2026-11-23T08:00:00+08:00
until 2026-12-23T08:00:00+08:00
demo
note Decree 12 of 2026.
note The list is renewed every month.

# The key of our own laboratories.
key XA 3q2+7wABAgM=
  authority National Laboratory
  uses test recovery
  domains DCC
  from 2026-01-01T00:00:00Z
  until 2028-01-01T00:00:00Z
  spki MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=

# Agreement of 20 October 2026.
recognise XB
  uses test
  formats hc1 vds
  diseases 840539006
  methods nucleic_acid
  laboratory XB-LAB-7
  laboratory Central Laboratory, Port City
  from 2026-11-01T00:00:00+08:00
  until 2027-05-01T00:00:00+08:00
  note Tests of the named laboratories only.
  note https://health.example/agreement

recognise *
  uses vaccination
  diseases 16541001
  until 2027-01-01T00:00:00Z
`

func ExampleRead() {
	l, err := lists.Read("utopia.txt", []byte(handWritten))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, k := range l.Keys {
		fmt.Printf("%s: key %x of %s for %s\n", l.Jurisdiction, k.ID, k.Authority, k.Uses.Of)
	}
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	pcr := &cert.Test{Method: cert.NucleicAcid, Laboratory: cert.Facility{ID: "XB-LAB-7"}}
	pcr.Disease.Source.Code = cert.COVID19
	_, gap := l.Recognitions.Recognise("XA", "XB", "hc1", pcr, at)
	fmt.Printf("a PCR test of laboratory 7: %q\n", gap)
	pcr.Laboratory.ID = "XB-LAB-8"
	_, gap = l.Recognitions.Recognise("XA", "XB", "hc1", pcr, at)
	fmt.Printf("a PCR test of laboratory 8: %q\n", gap)
	for _, p := range l.Problems {
		fmt.Println(p.Text)
	}
	// Output:
	// XA: key deadbeef00010203 of National Laboratory for [test recovery]
	// a PCR test of laboratory 7: ""
	// a PCR test of laboratory 8: "laboratory"
	// the list is written by hand: it bears no signature
}

func moment(t testing.TB, s string) time.Time {
	t.Helper()
	m, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTextSaysAllOfIt(t *testing.T) {
	text, err := lists.Parse([]byte(handWritten))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := text.Bytes(); err != nil || string(got) != handWritten {
		t.Errorf("written again: %v\n%s", err, got)
	}
	if text.Jurisdiction != "XA" || text.Authority != "Ministry of Health of Utopia" || !text.Demo || text.Note != "Decree 12 of 2026.\nThe list is renewed every month." ||
		!text.Issued.Equal(moment(t, "2026-11-23T00:00:00Z")) || !text.Until.Equal(moment(t, "2026-12-23T00:00:00Z")) || len(text.Comment) != 1 || len(text.Entries) != 3 {
		t.Errorf("head %+v", text)
	}
	k := *text.Entries[0].Key
	if k.ID != "\xde\xad\xbe\xef\x00\x01\x02\x03" || k.Country != "XA" || k.Authority != "National Laboratory" || !reflect.DeepEqual(k.Uses, trust.Uses{Of: []trust.Use{"test", "recovery"}}) ||
		!slices.Equal(k.Domains, []string{"DCC"}) || !k.NotBefore.Equal(moment(t, "2026-01-01T00:00:00Z")) || !k.NotAfter.Equal(moment(t, "2028-01-01T00:00:00Z")) || k.DER != nil || !k.Demo {
		t.Errorf("key %+v", k)
	}
	if _, ok := k.Public.(ed25519.PublicKey); !ok {
		t.Errorf("key %T", k.Public)
	}
	r := *text.Entries[1].Recognition
	r.From, r.Until = r.From.UTC(), r.Until.UTC()
	want := trust.Recognition{
		By: "XA", Of: "XB", Uses: trust.Uses{Of: []trust.Use{"test"}}, Formats: []string{"hc1", "vds"}, Diseases: []string{"840539006"}, Methods: []string{"nucleic_acid"},
		Laboratories: []string{"XB-LAB-7", "Central Laboratory, Port City"}, From: moment(t, "2026-10-31T16:00:00Z").UTC(), Until: moment(t, "2027-04-30T16:00:00Z").UTC(),
		Note: "Tests of the named laboratories only.\nhttps://health.example/agreement",
	}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("recognition %+v", r)
	}
	if r := text.Entries[2].Recognition; r.Of != trust.Anyone || r.By != "XA" || !r.From.IsZero() || r.Formats != nil {
		t.Errorf("recognition %+v", r)
	}
}

// Every kind of key, and a certificate, is written so that it is read again.
func TestKeysInText(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der := signer(t, "XA", "a")
	fromDER, err := lists.FromCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	shorter := fromDER
	shorter.NotAfter = shorter.NotAfter.AddDate(-1, 0, 0)
	text := lists.Text{Jurisdiction: "XA", Issued: begin, Until: end}
	add := func(k trust.Key) { text.Entries = append(text.Entries, lists.Entry{Key: &k}) }
	for _, k := range []crypto.PublicKey{
		testKey(t, elliptic.P256(), "a").Public(), testKey(t, elliptic.P384(), "a").Public(), testKey(t, elliptic.P521(), "a").Public(),
		rsaKey.Public(), ed25519.NewKeyFromSeed(make([]byte, 32)).Public(),
	} {
		add(trust.Key{ID: "id", Country: "XA", Public: k, Uses: trust.Uses{Any: true}, NotAfter: end, Demo: true})
		b, err := text.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if want := b64(spki(t, k)); !strings.Contains(string(b), "spki "+want+"\n") {
			t.Errorf("%T is not written as crypto/x509 writes it", k)
		}
	}
	add(fromDER)
	add(shorter)
	b, err := text.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := lists.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range again.Entries {
		got, want := *e.Key, *text.Entries[i].Key
		if !got.NotAfter.Equal(want.NotAfter) || !got.NotBefore.Equal(want.NotBefore) {
			t.Errorf("key %d: dates %v to %v", i, got.NotBefore, got.NotAfter)
		}
		got.NotAfter, got.NotBefore, want.NotAfter, want.NotBefore, want.Authority, got.Authority = time.Time{}, time.Time{}, time.Time{}, time.Time{}, "", ""
		if !reflect.DeepEqual(got, want) {
			t.Errorf("key %d: got %+v, want %+v", i, got, want)
		}
	}
	if n := strings.Count(string(b), "\n  until "); n != 6 { // the certificate's own end is not said twice
		t.Errorf("%d ends are written:\n%s", n, b)
	}
}

func TestSignedText(t *testing.T) {
	ministry, stranger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32)), ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, 32))
	file, err := signed.Sign([]byte(handWritten), ministry, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := read(t, file, stranger.Public(), ministry.Public())
	id, err := signed.KeyID(ministry.Public())
	if err != nil || !slices.Equal(l.Proven, []string{id}) || l.Problems != nil || len(l.Keys) != 1 || len(l.Recognitions) != 2 || l.Keys[0].Source != "test" {
		t.Errorf("proven by %v, problems %v, %v", l.Proven, l.Problems, err)
	}
	for comment, l := range map[string]lists.List{"no pinned key": read(t, file), "another pinned key": read(t, file, stranger.Public())} {
		if l.Proven != nil || !slices.Equal(codes(l), []string{lists.NotProven}) {
			t.Errorf("%s: proven by %v, problems %v", comment, l.Proven, l.Problems)
		}
	}
	changed := bytes.Replace(file, []byte("uses test\n"), []byte("uses any\n"), 1)
	if _, err := lists.Read("test", changed, ministry.Public()); !errors.Is(err, signed.ErrSignature) {
		t.Errorf("a list that was changed after a pinned key signed it: %v", err)
	}
	if _, err := lists.Parse(file); !errors.Is(err, lists.ErrText) {
		t.Errorf("signatures are no part of the text: %v", err)
	}
}

// change replaces a part of the hand-written list that must be there.
func change(t testing.TB, old, new string) string {
	t.Helper()
	if !strings.Contains(handWritten, old) {
		t.Fatalf("%q is not there to be changed", old)
	}
	return strings.Replace(handWritten, old, new, 1)
}

func TestTextGrammar(t *testing.T) {
	for _, v := range []struct{ comment, text, want string }{
		{"another kind", change(t, "pratique-trust/1.0", "pratique-rules/1.0"), "it is a pratique-rules"},
		{"no head", "pratique-trust/1.0\n", "line 2: an empty line"},
		{"carriage returns", strings.ReplaceAll(handWritten, "\n", "\r\n"), "carriage return"},
		{"no jurisdiction", change(t, "jurisdiction XA\n", ""), "line 3: jurisdiction: not the code"},
		{"a jurisdiction in words", change(t, "jurisdiction XA", "jurisdiction Utopia"), "write UTOPIA for Utopia"},
		{"an alpha-3 code", change(t, "jurisdiction XA", "jurisdiction FRA"), "write FR for FRA"},
		{"a code in lower case", change(t, "recognise XB", "recognise xb"), "line 21: recognise: write XB for xb"},
		{"no end of the list", change(t, "until 2026-12-23T08:00:00+08:00\ndemo", "demo"), "until: not a moment"},
		{"a list that ends before it begins", change(t, "until 2026-12-23", "until 2026-10-23"), "line 6: until: not after issued"},
		{"a date for a moment", change(t, "2026-11-23T08:00:00+08:00", "2026-11-23"), "issued: not a moment"},
		{"a moment without offset", change(t, "2026-11-23T08:00:00+08:00", "2026-11-23T08:00:00"), "issued: not a moment"},
		{"UTC written as an offset", change(t, "2026-11-23T08:00:00+08:00", "2026-11-23T00:00:00+00:00"), "issued: not a moment"},
		{"a part of a second", change(t, "2026-11-23T08:00:00+08:00", "2026-11-23T08:00:00.5+08:00"), "issued: not a moment"},
		{"demo with a value", change(t, "demo\n", "demo yes\n"), "line 7: demo: no value, or a space too many"},
		{"a field out of order", change(t, "authority Ministry of Health of Utopia\nissued 2026-11-23T08:00:00+08:00\n", "issued 2026-11-23T08:00:00+08:00\nauthority Ministry of Health of Utopia\n"), "line 5: authority is out of order"},
		{"a field twice", change(t, "  uses test\n", "  uses test\n  uses test\n"), "line 23: uses is out of order or stands twice"},
		{"an unknown field", change(t, "  formats hc1 vds\n", "  colour blue\n"), `line 23: "colour" is none of: recognise uses`},
		{"an unknown entry", change(t, "recognise XB", "recognize XB"), `line 21: "recognize" begins no entry`},
		{"a field that is not indented", change(t, "  formats", "formats"), "line 23: it is not indented by 2 spaces"},
		{"a field that is indented more", change(t, "  formats", "   formats"), "line 23: it is not indented by 2 spaces"},
		{"a tab", change(t, "  formats", "\tformats"), "line 23: it is not indented by 2 spaces"},
		{"a space at the end", change(t, "  formats hc1 vds", "  formats hc1 vds "), "line 23: formats: no value, or a space too many"},
		{"two spaces", change(t, "hc1 vds", "hc1  vds"), "formats: a space too many, or a word twice"},
		{"a word twice", change(t, "hc1 vds", "hc1 hc1"), "formats: a space too many, or a word twice"},
		{"no value", change(t, "formats hc1 vds", "formats"), "line 23: formats: no value"},
		{"two empty lines", change(t, "\n\nrecognise *", "\n\n\nrecognise *"), "an empty line where none is expected"},
		{"an empty line at the end", handWritten + "\n", "an empty line where none is expected"},
		{"an empty line within", change(t, "  formats", "\n  formats"), "line 21: until: not a moment"},
		{"a comment within", change(t, "  formats", "  # hc1 only\n  formats"), `"#" is none of`},
		{"a comment at the end", handWritten + "\n# end\n", "a comment that nothing follows"},
		{"a recognition without end", change(t, "  until 2027-01-01T00:00:00Z\n", ""), "line 33: until: not a moment"},
		{"a recognition that ends before it begins", change(t, "until 2027-05-01", "until 2025-05-01"), "line 29: until: not after from"},
		{"a recognition of nothing", change(t, "  uses vaccination\n", ""), "uses: missing"},
		{"any and what it has already", change(t, "uses test\n", "uses any test\n"), "any has test already"},
		{"any behind another", change(t, "uses test\n", "uses stamp any\n"), "any stands first"},
		{"any and an office", change(t, "uses test recovery\n", "uses any stamp receipt\n"), ""},
		{"a laboratory twice", change(t, "laboratory Central Laboratory, Port City", "laboratory XB-LAB-7"), "laboratory: one stands twice"},
		{"a long line", change(t, "Decree 12", strings.Repeat("x", 1001)), "longer than 1000 bytes"},
		{"a recognition by another", change(t, "recognise XB\n", "recognise XB\n  by XC\n"), `"by" is none of`},
		{"a key without identifier", change(t, "key XA 3q2+7wABAgM=", "key XA"), "key: not base64"},
		{"an identifier in the other alphabet", change(t, "3q2+7wABAgM=", "3q2-7wABAgM="), "key: not base64"},
		{"an identifier of 65 bytes", change(t, "3q2+7wABAgM=", b64(make([]byte, 65))), "longer than 64 bytes"},
		{"a key for everybody", change(t, "key XA", "key *"), "key: not the code"},
		{"a key without key", change(t, "  spki MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n", ""), "either spki or certificate"},
		{"a key that is none", change(t, "MCowBQYDK2VwAyEA11", "MCowBQYDK2VxAyEA11"), "the kind of key is not supported"},
		{"a key that is not base64", change(t, "MCowBQ", "MCowB!"), "spki: not base64"},
		{"a key that never ends is one, a list is not", change(t, "  until 2028-01-01T00:00:00Z\n", ""), ""},
	} {
		t.Run(v.comment, func(t *testing.T) {
			got, err := lists.Parse([]byte(v.text))
			if v.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.Is(err, lists.ErrText) || !strings.Contains(err.Error(), v.want) {
				t.Errorf("got %v, want %q", err, v.want)
			}
			if !reflect.DeepEqual(got, lists.Text{}) {
				t.Error("a text beside the error")
			}
		})
	}
	many := handWritten + strings.Repeat("\nrecognise XB\n  uses any\n  until 2027-01-01T00:00:00Z\n", lists.MaxEntries)
	if _, err := lists.Parse([]byte(many)); !errors.Is(err, lists.ErrTooLarge) {
		t.Errorf("too many entries: %v", err)
	}
}

// What a certificate says is not said again, and not in an unusual form.
func TestTextWithCertificate(t *testing.T) {
	der := signer(t, "XA", "a")
	k := testKey(t, elliptic.P256(), "a").Public()
	text := func(id []byte, lines ...string) []byte {
		return []byte("pratique-trust/1.0\njurisdiction XA\nissued 2026-11-23T08:00:00Z\nuntil 2026-12-23T08:00:00Z\n\nkey XA " + b64(id) + "\n  uses any\n" + strings.Join(lines, "\n") + "\n")
	}
	id := []byte(trust.KeyID8(der))
	broken := slices.Clone(der)
	broken[len(broken)-1]++
	explicit := explicitSPKI(t, &testKey(t, elliptic.P256(), "a").PublicKey, nil)
	restricted := issued(t, pkix.Name{Country: []string{"XB"}}, testKey(t, elliptic.P256(), "a"), nil, nil, func(c *x509.Certificate) {
		c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{oid(1, 3, 6, 1, 4, 1, 1847, 2021, 1, 1)}
	})
	for _, v := range []struct {
		comment string
		text    []byte
		want    string   // of the error
		codes   []string // of problems, besides not_signed
	}{
		{"a certificate", text(id, "  certificate "+b64(der)), "", nil},
		{"with an end of the list's own", text(id, "  until 2027-01-01T00:00:00Z", "  certificate "+b64(der)), "", nil},
		{"with its own end", text(id, "  until 2028-01-02T03:04:05Z", "  certificate "+b64(der)), "until: the certificate says the same", nil},
		{"with its own beginning, in other words", text(id, "  from 2026-01-02T04:04:05+01:00", "  certificate "+b64(der)), "from: the certificate says the same", nil},
		{"and the key beside it", text(id, "  spki "+b64(spki(t, k)), "  certificate "+b64(der)), "either spki or certificate", nil},
		{"under another identifier", text([]byte("other"), "  certificate "+b64(der)), "", []string{lists.OtherID}},
		{"of another country, for less than the list says", text([]byte(trust.KeyID8(restricted)), "  certificate "+b64(restricted)), "", []string{lists.OtherCountry, lists.WiderThanKey}},
		{"that is none", text(id, "  certificate AAAA"), "not an X.509 certificate", nil},
		{"of a weak key", text(id, "  certificate "+b64(odd{serial: "\x01", dates: utc, spki: rsaSPKI(t, modulus(1024), 3, true)}.der(t))), "RSA key of 1024 bits", nil},
		{"a key with its curve written out", text(id, "  spki "+b64(explicit)), "not in the usual form", nil},
	} {
		t.Run(v.comment, func(t *testing.T) {
			l, err := lists.Read("test", v.text)
			if v.want != "" {
				if err == nil || !strings.Contains(err.Error(), v.want) {
					t.Errorf("got %v, want %q", err, v.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := append([]string{lists.NotSigned}, v.codes...)
			slices.Sort(want)
			if got := codes(l); !slices.Equal(got, want) || len(l.Keys) != 1 {
				t.Errorf("problems %v", l.Problems)
			}
		})
	}
}

func TestMisspellingsAreNoted(t *testing.T) {
	for old, new := range map[string]string{"uses test\n": "uses tset\n", "formats hc1 vds": "formats HC1", "methods nucleic_acid": "methods PCR", "uses test recovery": "uses test recvery"} {
		l := read(t, []byte(change(t, old, new)))
		if !slices.Contains(codes(l), lists.UnknownWord) || len(l.Keys) != 1 || len(l.Recognitions) != 2 {
			t.Errorf("%s: problems %v", new, l.Problems)
		}
	}
}

// A condition that this program does not know must not widen a recognition.
func TestLaterMinorVersion(t *testing.T) {
	later := strings.Replace(change(t, "  formats hc1 vds\n", "  formats hc1 vds\n  seasons winter\n"), "/1.0", "/1.7", 1) + "\n# new\nlane XB\n  green\n"
	l := read(t, []byte(later))
	if len(l.Recognitions) != 1 || l.Recognitions[0].Of != trust.Anyone || len(l.Skipped) != 2 || !slices.Contains(codes(l), lists.NewerVersion) {
		t.Errorf("recognitions %v, skipped %v", l.Recognitions, l.Skipped)
	}
	text, err := lists.Parse([]byte(later))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := text.Bytes(); err != nil || string(got) != later {
		t.Errorf("written again: %v\n%s", err, got)
	}
	if _, err := lists.Parse([]byte(strings.Replace(later, "until 2027-01-01", "until never", 1))); err == nil {
		t.Error("what is wrong in 1.0 is wrong in 1.7")
	}
}

// A text says what it was given to say, or is not written at all.
func TestTextIsNotWrittenIfItWouldSayOtherwise(t *testing.T) {
	good := func() lists.Text {
		text, err := lists.Parse([]byte(handWritten))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for comment, f := range map[string]func(*lists.Text){
		"a recognition by another":  func(x *lists.Text) { x.Entries[1].Recognition.By = "XC" },
		"a recognition without end": func(x *lists.Text) { x.Entries[1].Recognition.Until = time.Time{} },
		"fields in a laboratory's name": func(x *lists.Text) {
			x.Entries[2].Recognition.Laboratories = []string{"X\n  from 2020-01-01T00:00:00Z"}
		},
		"an entry in a name":                        func(x *lists.Text) { x.Entries[0].Key.Authority = "X\n\nrecognise *\n  uses any" },
		"an entry in a comment":                     func(x *lists.Text) { x.Entries[0].Comment = []string{"recognise *"} },
		"an empty comment":                          func(x *lists.Text) { x.Comment = []string{""} },
		"a use that reads as all":                   func(x *lists.Text) { x.Entries[1].Recognition.Uses.Of = []trust.Use{"any"} },
		"a use of two words":                        func(x *lists.Text) { x.Entries[1].Recognition.Uses.Of = []trust.Use{"test vaccination"} },
		"no use":                                    func(x *lists.Text) { x.Entries[0].Key.Uses = trust.Uses{} },
		"a disease of two words":                    func(x *lists.Text) { x.Entries[1].Recognition.Diseases = []string{"1 2"} },
		"an empty format, which is not all":         func(x *lists.Text) { x.Entries[1].Recognition.Formats = []string{""} },
		"a part of a second":                        func(x *lists.Text) { x.Until = x.Until.Add(time.Millisecond) },
		"an offset with seconds":                    func(x *lists.Text) { x.Until = x.Until.In(time.FixedZone("", 3601)) },
		"a demo key that would pass for a real one": func(x *lists.Text) { x.Demo, x.Entries[0].Key.Country = false, "FR" },
		"no jurisdiction":                           func(x *lists.Text) { x.Jurisdiction = "" },
		"an empty line in a note":                   func(x *lists.Text) { x.Note = "a\n\nb" },
		"a key of no kind":                          func(x *lists.Text) { x.Entries[0].Key.Public = "key" },
		"a certificate that is none":                func(x *lists.Text) { x.Entries[0].Key.DER = []byte("?") },
		"an empty entry":                            func(x *lists.Text) { x.Entries[0] = lists.Entry{} },
		"an unknown entry in 1.0":                   func(x *lists.Text) { x.Entries[0] = lists.Entry{Other: []string{"lane XB"}} },
		"several entries in an unknown one":         func(x *lists.Text) { x.Entries[0] = lists.Entry{Other: []string{"lane XB", "", "recognise *"}} },
		"a control character":                       func(x *lists.Text) { x.Authority = "Ministry\x1b" },
	} {
		x := good()
		f(&x)
		if b, err := x.Bytes(); err == nil || b != nil {
			t.Errorf("%s: written\n%s", comment, b)
		}
	}
}

// What a text parses to, it writes again byte for byte.
func FuzzParse(f *testing.F) {
	f.Add([]byte(handWritten))
	f.Add([]byte("pratique-trust/1.3\njurisdiction XA\nissued 2026-11-23T08:00:00Z\nuntil 2026-12-23T08:00:00Z\n\n# c\nlane XB\n  x\n"))
	f.Add([]byte("pratique-trust/1.0\njurisdiction XA\nissued 2026-11-23T08:00:00Z\nuntil 2026-12-23T08:00:00Z\n\nkey FR AA==\n  uses any\n  certificate " + b64(signer(f, "FR", "a")) + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		text, err := lists.Parse(b)
		if err != nil {
			return
		}
		if got, err := text.Bytes(); err != nil || !bytes.Equal(got, b) {
			t.Fatalf("%v\ngot\n%s\nwant\n%s", err, got, b)
		}
		l, err := lists.Read("test", b)
		if err != nil {
			t.Fatalf("Parse reads it and Read does not: %v", err)
		}
		for _, r := range l.Recognitions {
			if r.By != l.Jurisdiction || r.Until.IsZero() {
				t.Fatalf("recognition %+v", r)
			}
		}
	})
}

// Whatever is read, nothing is lost without a word, and no key is of no use.
func FuzzRead(f *testing.F) {
	a := signer(f, "XA", "a")
	h := sha256.Sum256([]byte("who"))
	who := ed25519.NewKeyFromSeed(h[:])
	f.Add([]byte(handWritten))
	f.Add(snapshot(f))
	f.Add([]byte(`{"issuer_metadata":[{"canonical_iss":"https://a.example","locations":[{"country":"JPN"}]}]}`))
	f.Add(a)
	f.Add([]byte(b64(a)))
	f.Add(encode(f, []any{entry(f, "DSC", "EL", a, nil), entry(f, "CSCA", "EL", a, nil), 5}))
	f.Add(append([]byte("AAAA\n"), encode(f, map[string]any{"certificates": []any{entry(f, "DSC", "DE", a, nil)}})...))
	f.Add(encode(f, whoDocument(whoEntry("DCC", "FRA", "DSC", whoJWK(f, testKey(f, elliptic.P256(), "a").Public(), a)), "did:web:x", whoEntry("-", "-", "SCA", nil))))
	f.Add(encode(f, prove(f, whoDocument(whoEntry("PH4H", "xxa", "DSC", whoJWK(f, testKey(f, elliptic.P256(), "b").Public()))), testKey(f, elliptic.P256(), "who"))))
	f.Add([]byte(`{"certs":[{"keyId":"AAAA","use":"tv","crv":"P-256","x":"AA==","y":"AA=="}]}`))
	f.Add([]byte(`{"eu_keys":{"AAAA":[{"subjectPk":"AAAA","keyUsage":["t"]}]}}`))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","kid":"x","x":"AA","y":"AA"}]}`))
	f.Add([]byte(`{"dsc_trust_list":{"SE":{"keys":[{"kid":"AAAA","x5c":["AAAA"]}]}}}`))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n" + b64(a) + "\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := lists.Read("test", b, who.Public(), testKey(t, elliptic.P256(), "who").Public())
		if err != nil {
			if !reflect.DeepEqual(l, lists.List{}) {
				t.Fatal("a list beside the error")
			}
			return
		}
		if l.Proven == nil && l.Kind != lists.Certificates && !slices.ContainsFunc(l.Problems, func(p lists.Problem) bool { return p.Code == lists.NotProven || p.Code == lists.NotSigned }) {
			t.Fatalf("neither proven nor said to be not: %v", l.Problems)
		}
		if len(l.Keys) == 0 && len(l.Countries) == 0 && l.Kind != lists.Own && !slices.Contains(codes(l), lists.NoKeys) {
			t.Fatal("no keys, and nothing says so")
		}
		for _, k := range l.Keys {
			if k.Public == nil || k.ID == "" || k.Source == "" || lists.TestCode(k.Country) && !k.Demo {
				t.Fatalf("key %+v", k)
			}
		}
		for _, s := range l.Skipped {
			if s.Why == "" || s.Entry == "" {
				t.Fatalf("skipped %+v", s)
			}
		}
		if _, err := json.Marshal(l.Skipped); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkParseText(b *testing.B) {
	text, err := lists.Parse([]byte(handWritten))
	if err != nil {
		b.Fatal(err)
	}
	key := text.Entries[0]
	for range 500 {
		text.Entries = append(text.Entries, key)
	}
	data, err := text.Bytes()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := lists.Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}

// A register's key comes as it is published: in PEM, or as a JSON Web Key.
func TestPublicKeys(t *testing.T) {
	ed := `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}` // RFC 8037, appendix A.2
	for _, v := range []struct {
		comment, data string
		keys          int
		bad           bool
	}{
		{"one in PEM", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki(t, testKey(t, elliptic.P256(), "a").Public())})), 1, false},
		{"a JSON Web Key", ed, 1, false},
		{"a set of them", `{"keys":[` + ed + `,` + ed + `]}`, 2, false},
		{"a DID document", `{"verificationMethod":[{"id":"did:x#1","publicKeyJwk":` + ed + `}]}`, 1, false},
		{"a secret one", strings.Replace(ed, `"x"`, `"d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x"`, 1), 0, true},
		{"half of one", strings.Replace(ed, "11qYAYKxCrfVS", "", 1), 0, true},
		{"none", `{"keys":[]}`, 0, true},
		{"a text", "hello", 0, true},
	} {
		keys, err := lists.PublicKeys([]byte(v.data))
		if len(keys) != v.keys || (err != nil) != v.bad {
			t.Errorf("%s: %d keys, %v", v.comment, len(keys), err)
		}
	}
}
