package hc1_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/internal/base45"
	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/internal/deflate"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// vector is a file of the public test data of the EU (dgc-testdata).
type vector struct {
	JSON       any
	CBOR       hexBytes
	COSE       hexBytes
	COMPRESSED hexBytes
	BASE45     string
	PREFIX     string
	TESTCTX    struct {
		CERTIFICATE     string
		VALIDATIONCLOCK string
		DESCRIPTION     string
	}
	EXPECTEDRESULTS map[string]bool
}

type hexBytes []byte

func (h *hexBytes) UnmarshalText(b []byte) error {
	out, err := hex.DecodeString(string(b))
	*h = out
	return err
}

// noise are the flags that contradict what was signed, or the algorithm that
// the message names; other implementations fail them too.
var noise = map[string]string{
	"ES/2DCode/raw/401.json": "VERIFY", // keys on P-384 under ES256
	"ES/2DCode/raw/402.json": "VERIFY",
	"ES/2DCode/raw/403.json": "VERIFY",
	// The JSON beside them is not what was signed.
	"FR/2DCode/raw/test_pcr_ok.json": "DECODE VALIDJSON",
	"PL/1.3.0/2DCode/raw/1.json":     "DECODE VALIDJSON",
	"PL/1.3.0/2DCode/raw/5.json":     "DECODE VALIDJSON",
	// A centre of 99 characters and an identifier of 51, where the schema (1.0.0) allows 50.
	"HU/2DCode/raw/3.json": "SCHEMAVALIDATION",
}

// judged is how many flags of each kind are in the data, without noise and
// without those whose file lacks what the step needs.
var judged = map[string]int{
	"UNPREFIX": 146, "B45DECODE": 136, "COMPRESSION": 121, "VERIFY": 150, "DECODE": 143, "VALIDJSON": 126,
	"SCHEMAVALIDATION": 131, "EXPIRATIONCHECK": 101, "KEYUSAGE": 37,
}

// text returns the code, or makes it of the message, as far as the file has them.
func (v *vector) text(t *testing.T) string {
	switch {
	case v.PREFIX != "":
		return v.PREFIX
	case v.COSE != nil:
		return wrap(t, v.COSE)
	}
	return ""
}

// payload returns the claims that were signed, or makes some around bare content.
func (v *vector) payload(t *testing.T) []byte {
	if u, err := hc1.Read(v.text(t)); err == nil {
		return []byte(u.RawSkippingVerification())
	}
	return v.claims()
}

// claims returns what the file has as CBOR: claims, or content to put into some.
func (v *vector) claims() []byte {
	c, err := cbor.Read(string(v.CBOR))
	if err != nil {
		return v.CBOR
	}
	for k := range c.Pairs {
		if k == (cbor.Key{Int: -260}) {
			return v.CBOR
		}
	}
	b := cbor.AppendInt(cbor.AppendMap(nil, 1), -260)
	return append(cbor.AppendInt(cbor.AppendMap(b, 1), 1), v.CBOR...)
}

func (v *vector) key(t *testing.T) trust.Key {
	der, err := base64.StdEncoding.DecodeString(v.TESTCTX.CERTIFICATE)
	if err != nil {
		t.Fatal(err)
	}
	return keyOf(t, der)
}

// keyOf makes a key of a signer's certificate.
func keyOf(t testing.TB, der []byte) trust.Key {
	t.Helper()
	k, err := lists.FromCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func stepOf(err error) hc1.Step {
	if e, ok := errors.AsType[*hc1.Error](err); ok {
		return e.Step
	}
	return ""
}

// judge answers a flag. It returns false for known where the file lacks what
// the step needs.
func (v *vector) judge(t *testing.T, flag string, listed func(set, code string) bool) (pass, known bool) {
	switch flag {
	case "UNPREFIX":
		_, err := hc1.Read(v.PREFIX)
		return stepOf(err) != hc1.StepPrefix && (v.BASE45 == "" || v.PREFIX[4:] == v.BASE45), v.PREFIX != ""
	case "B45DECODE":
		text := v.BASE45
		if text == "" {
			text = strings.TrimPrefix(v.PREFIX, "HC1:")
		}
		got, err := base45.AppendDecode(nil, text)
		return err == nil && (v.COMPRESSED == nil || bytes.Equal(got, v.COMPRESSED)), true
	case "COMPRESSION":
		got, err := deflate.Decode(nil, v.COMPRESSED, hc1.MaxContent)
		return err == nil && bytes.Equal(got, v.COSE), v.COMPRESSED != nil
	case "VERIFY":
		u, err := hc1.Read(v.text(t))
		if err != nil {
			return false, true
		}
		_, err = u.Verify(keysOf(v.key(t)))
		return err == nil, true
	case "DECODE":
		u, err := hc1.Read(v.text(t))
		if err != nil {
			return false, true
		}
		return same(t, []byte(u.RawSkippingVerification()), v.JSON), v.JSON != nil
	case "VALIDJSON":
		return same(t, v.claims(), v.JSON), v.JSON != nil && v.CBOR != nil
	case "SCHEMAVALIDATION":
		raw := v.payload(t)
		if strings.Contains(v.TESTCTX.DESCRIPTION, "Should not verify schema - incorrect") {
			return hc1.Unlisted(string(raw), listed) == nil, true // nine vectors of PL mean the value sets, which no other vector does
		}
		return hc1.Schema(string(raw)) == nil, true
	case "EXPIRATIONCHECK":
		at, err := time.Parse(time.RFC3339, v.TESTCTX.VALIDATIONCLOCK)
		if err != nil {
			at, err = time.Parse("2006-01-02T15:04:05-0700", v.TESTCTX.VALIDATIONCLOCK)
		}
		u := read(t, v.text(t))
		return !at.Before(u.Signed().Issued) && !at.After(u.Signed().Until), err == nil
	case "KEYUSAGE":
		c, err := read(t, v.text(t)).SkipVerification()
		if err != nil || len(c.Events) == 0 {
			return false, false
		}
		k := v.key(t)
		return !slices.ContainsFunc(c.Events, func(e cert.Event) bool { return !k.Uses.Allows(trust.UseFor(e.Kind())) }), true
	}
	return false, false
}

// same reports whether a payload's content is this JSON.
func same(t *testing.T, payload []byte, want any) bool {
	b, err := hc1.JSON(string(payload))
	if err != nil {
		return false
	}
	var got any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Errorf("not JSON: %s", b)
	}
	return reflect.DeepEqual(got, want)
}

// valueSets reads the public value sets.
func valueSets(t *testing.T) func(set, code string) bool {
	sets := make(map[string]map[string]any)
	files, err := filepath.Glob(filepath.Join(vectors(t), "valuesets", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no value sets", err)
	}
	for _, f := range files {
		var s struct {
			ID     string         `json:"valueSetId"`
			Values map[string]any `json:"valueSetValues"`
		}
		if err := json.Unmarshal(file(t, f), &s); err != nil {
			t.Fatal(f, err)
		}
		sets[s.ID] = s.Values
	}
	return func(set, code string) bool { _, ok := sets[set][code]; return ok }
}

// Every flag of the EU's test data is judged as it says.
func TestPublicVectors(t *testing.T) {
	dir := filepath.Join(vectors(t), "dcc")
	listed := valueSets(t)
	files, counts := 0, make(map[string]int)
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		files++
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			var v vector
			if err := json.Unmarshal(file(t, path), &v); err != nil {
				t.Fatal(err)
			}
			for flag, want := range v.EXPECTEDRESULTS {
				flag = strings.TrimPrefix(flag, "EXPECTED")
				if strings.Contains(noise[filepath.ToSlash(name)], flag) {
					continue
				}
				pass, known := v.judge(t, flag, listed)
				if !known {
					continue
				}
				counts[flag]++
				if pass != want {
					t.Errorf("%s is %v, want %v", flag, pass, want)
				}
			}
		})
		return nil
	})
	if err != nil || files != 179 {
		t.Errorf("%d files, want 179: %v", files, err)
	}
	if !maps.Equal(counts, judged) {
		t.Errorf("flags judged: %v, want %v", counts, judged)
	}
}

// The codes of the EU's quality assurance, which were issued for the field.
func TestQualityAssuranceCodes(t *testing.T) {
	var d struct {
		Codes []struct {
			Image, Text string
			KID         []byte
		}
		Certificates map[string]struct {
			Country string
			DER     []byte
		}
	}
	if err := json.Unmarshal(file(t, vectors(t), "qa", "codes.json"), &d); err != nil {
		t.Fatal(err)
	}
	keys := new(trust.Keys)
	for _, c := range d.Certificates {
		k := keyOf(t, c.DER)
		k.Country = c.Country
		keys.Add(k)
	}
	n := 0
	for _, c := range d.Codes {
		u := read(t, c.Text)
		s, err := u.Verify(keys)
		if err != nil || u.KeyID() != string(c.KID) || s.Key.Country != d.Certificates[base64.StdEncoding.EncodeToString(c.KID)].Country {
			t.Errorf("%s: %v", c.Image, err)
			continue
		}
		n++
		got := s.Certificate
		if len(got.Events) != 1 || len(got.Subject.Names) != 1 || got.Subject.Name().String() == "" || got.Carrier.Content != "dcc" {
			t.Errorf("%s: %d events, names %d", c.Image, len(got.Events), len(got.Subject.Names))
		}
		e := got.Events[0]
		a := e.About()
		if a.ID == "" || a.Country == "" || a.Authority == "" || a.Disease.Code() != cert.COVID19 {
			t.Errorf("%s: the statement lacks something: %+v", c.Image, a)
		}
		switch e := e.(type) {
		case *cert.Test:
			if e.SampledAt.IsZero() || e.Result == "" || e.Method == "" {
				t.Errorf("%s: the test lacks something: %+v", c.Image, e)
			}
		case *cert.Vaccination:
			if e.Date.IsZero() || e.Dose == 0 || e.Doses == 0 || e.Product.Code() == "" || e.Maker.Code() == "" {
				t.Errorf("%s: the vaccination lacks something: %+v", c.Image, e)
			}
		case *cert.Recovery:
			if e.FirstPositive.IsZero() || e.From.IsZero() || e.Until.IsZero() {
				t.Errorf("%s: the recovery lacks something: %+v", c.Image, e)
			}
		}
		if strings.HasPrefix(c.Image, "img/BG-1.0.0-specialcases") && strings.Contains(c.Image, "NULL") {
			if !slices.ContainsFunc(got.Losses, func(l cert.Loss) bool { return l.What == "null" }) {
				t.Errorf("%s: its nulls are no losses: %v", c.Image, got.Losses)
			}
		}
		if _, err := hc1.JSON(s.Raw); err != nil {
			t.Errorf("%s: %v", c.Image, err)
		}
	}
	if n != 35 {
		t.Errorf("%d codes verified, want 35", n)
	}
}

// The examples of the schema's own repository, version 1.3.3.
func TestSchemaExamples(t *testing.T) {
	dir := filepath.Join(vectors(t), "schema")
	for pattern, want := range map[string]struct {
		n     int
		valid bool
	}{"test/valid/*": {13, true}, "test/invalid/*": {6, false}, "examples/*/*": {27, true}} {
		files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil || len(files) != want.n {
			t.Errorf("%s: %d files, want %d: %v", pattern, len(files), want.n, err)
		}
		for _, f := range files {
			var content any
			if err := json.Unmarshal(file(t, f), &content); err != nil {
				t.Fatal(f, err)
			}
			if got := hc1.Schema(string(dcc(t, content))); (got == nil) != want.valid {
				t.Errorf("%s: %v", f, got)
			}
		}
	}
}

// WHO's samples are recognised by what they carry, and printed; mapping them is to come.
func TestOtherContent(t *testing.T) {
	dir := filepath.Join(vectors(t), "who")
	for name, want := range map[string]string{
		"WHOQR1Contents.txt": "ddcc", "icvp/DVCTestQR.txt": "icvp", "icvp/DVCTest3QR.txt": "icvp",
	} {
		u := read(t, string(file(t, dir, filepath.FromSlash(name))))
		if u.Content() != want {
			t.Errorf("%s: content %q, want %q", name, u.Content(), want)
		}
		var unpacked struct{ Contents map[string]any }
		if err := json.Unmarshal(file(t, dir, filepath.FromSlash(strings.Replace(strings.Replace(name, "QR.txt", "QRUnpacked.json", 1), "Contents.txt", "Unpacked.json", 1))), &unpacked); err != nil {
			t.Fatal(err)
		}
		var content any = unpacked.Contents
		if group, ok := unpacked.Contents["-260"].(map[string]any); ok {
			content = group["-6"]
		}
		if !same(t, []byte(u.RawSkippingVerification()), content) {
			t.Errorf("%s: its JSON is another", name)
		}
		c, err := u.SkipVerification()
		if err != nil || c.Carrier.Content != want || len(c.Events) != 1 {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
}
