package shc_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// public returns a file of the public vectors.
func public(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	b, err := os.ReadFile(filepath.Join(dir, "shc", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// publicKeys returns the keys of a set.
func publicKeys(t testing.TB, jwks string) *trust.Keys {
	t.Helper()
	l, err := lists.Read("jwks.json", []byte(jwks))
	if err != nil || len(l.Keys) == 0 {
		t.Fatalf("%v, %d keys", err, len(l.Keys))
	}
	var keys trust.Keys
	for _, k := range l.Keys {
		keys.Add(k)
	}
	return &keys
}

// The examples of the framework read in each of their forms and verify under
// the published keys; what they say is what their own plain bundles say.
func TestPublicExamples(t *testing.T) {
	keys := publicKeys(t, public(t, "jwks.json"))
	for _, v := range []struct {
		number string
		chunks int
		events int
		rid    string
		until  time.Time
	}{
		{"00", 1, 3, "MKyCxh7p6uQ", time.Time{}},
		{"02", 3, 0, "YjKhdFoxL_g", time.Time{}},
		{"03", 1, 2, "vwAjHdarZuc", time.UnixMilli(1746643763678).UTC()},
	} {
		t.Run(v.number, func(t *testing.T) {
			base := "example-" + v.number
			compact := public(t, base+"-d-jws.txt")
			forms := map[string]string{"jws": compact, "file": public(t, base+"-e-file.smart-health-card")}
			var chunks []string
			for i := range v.chunks {
				chunks = append([]string{public(t, base+"-f-qr-code-numeric-value-"+string(rune('0'+i))+".txt")}, chunks...) // last first
			}
			joined, err := shc.Join(chunks)
			if err != nil {
				t.Fatal(err)
			}
			forms["numeric"] = joined
			if numeric, err := shc.Numeric(strings.TrimSpace(compact)); err != nil || numeric != strings.TrimSpace(joined) {
				t.Errorf("the digits are others: %v", err)
			}
			var want any
			if err := json.Unmarshal([]byte(public(t, base+"-c-jws-payload-minified.json")), &want); err != nil {
				t.Fatal(err)
			}
			for form, text := range forms {
				u, err := shc.Read(text)
				if err != nil {
					t.Fatalf("%s: %v", form, err)
				}
				s, err := u.Verify(keys)
				if err != nil {
					t.Fatalf("%s: %v", form, err)
				}
				raw, err := shc.JSON(s.Raw)
				if err != nil || string(raw) != strings.TrimSpace(public(t, base+"-c-jws-payload-minified.json")) {
					t.Errorf("%s: %v: the payload is another", form, err)
				}
				if len(s.Certificate.Events) != v.events || shc.RevocationID(s.Raw) != v.rid {
					t.Errorf("%s: %d events, rid %q", form, len(s.Certificate.Events), shc.RevocationID(s.Raw))
				}
				if !s.Certificate.Signed.Until.Equal(v.until) || s.Certificate.Signed.Issued.Unix() != 1715107763 {
					t.Errorf("%s: signed %v", form, s.Certificate.Signed)
				}
				if issues := shc.Schema(s.Raw); len(issues) != 0 {
					t.Errorf("%s: %v", form, issues)
				}
				if u.Issuer() != "https://spec.smarthealth.cards/examples/issuer" || u.Country() != "" || u.Content() != "fhir" || u.Algorithm() != "ES256" {
					t.Errorf("%s: what is known before verification", form)
				}
			}
		})
	}
}

// Example 00 maps without a loss but what no model could hold.
func TestPublicExampleMapped(t *testing.T) {
	u, err := shc.Read(public(t, "example-00-d-jws.txt"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := u.SkipVerification()
	if err != nil {
		t.Fatal(err)
	}
	if n := c.Subject.Name(); n.Family != "Anyperson" || n.Given != "John B." || c.Subject.BirthDate.String() != "1951-01-20" {
		t.Errorf("person %+v", c.Subject)
	}
	for i, want := range []struct{ cvx, product, date string }{
		{"207", "EU/1/20/1507", "2021-01-01"}, {"207", "EU/1/20/1507", "2021-01-29"}, {"229", "EU/1/20/1507", "2022-09-05"},
	} {
		v := c.Events[i].(*cert.Vaccination)
		if v.Product.Source != (cert.Coding{System: cert.CVX, Code: want.cvx}) || v.Product.Code() != want.product || v.Date.String() != want.date ||
			v.Disease.Code() != cert.COVID19 || v.Centre.Name != "ABC General Hospital" || v.Lot == "" {
			t.Errorf("event %d: %+v", i, v)
		}
	}
	if len(c.Losses) != 0 {
		t.Errorf("losses %v", c.Losses)
	}
}

// Each negative file is refused for the reason in its name.
func TestPublicNegatives(t *testing.T) {
	keys := publicKeys(t, public(t, "jwks.json"))
	judged := 0
	for name, want := range map[string]any{
		"d-jws-no_jws_header_alg.txt":                   trust.ErrAlgorithm,
		"d-jws-no_jws_header_kid.txt":                   trust.ErrNoKeyID,
		"d-jws-wrong_jws_header_kid.txt":                trust.ErrUnknownKey,
		"d-jws-invalid-signature.txt":                   trust.ErrSignature,
		"d-jws-no_jws_header_zip.txt":                   "header_zip",
		"d-jws-no_deflate.txt":                          "header_zip",
		"d-jws-der-signature.txt":                       "signature_der",
		"d-jws-trailing_chars.txt":                      "text_space",
		"e-file-invalid_deflate.smart-health-card":      "deflate_zlib",
		"e-file-multi-jws.smart-health-card":            "text_several",
		"f-qr-code-numeric-value-0-odd-count.txt":       "numeric_length",
		"f-qr-code-numeric-value-0-number-too-big.txt":  "numeric_value",
		"f-qr-code-numeric-value-0-wrong_qr_header.txt": "text_unknown",
	} {
		judged++
		u, err := shc.Read(public(t, "negative/test-example-00-"+name))
		if code, ok := want.(string); ok {
			e, is := errors.AsType[*shc.Error](err)
			if !is || e.Code() != code {
				t.Errorf("%s: got %v, want %s", name, err, code)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s, err := u.Verify(keys); !errors.Is(err, want.(error)) || s.Certificate != nil {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
	}
	if judged != 13 {
		t.Errorf("judged %d", judged)
	}
}

// The payload whose nbf is in milliseconds is refused even if its issuer signs
// it; the one that has expired reads, and says when it did.
func TestPublicPayloads(t *testing.T) {
	_, err := shc.Read(sign(t, minify(t, public(t, "negative/test-example-00-b-jws-payload-expanded-nbf_milliseconds.json"))))
	if e, ok := errors.AsType[*shc.Error](err); !ok || e.Code() != "claims_time" {
		t.Errorf("nbf in milliseconds: %v", err)
	}
	u, err := shc.Read(sign(t, minify(t, public(t, "negative/test-example-00-b-jws-payload-expanded-expired.json"))))
	if err != nil {
		t.Fatal(err)
	}
	if s := u.Signed(); s.Until.Sub(s.Issued) != time.Second || s.Until.Year() != 2021 {
		t.Errorf("signed %v", s)
	}
}

func minify(t *testing.T, text string) string {
	t.Helper()
	var v map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// A file with several cards gives each; each verifies under a key of the set.
func TestPublicFileOfSeveral(t *testing.T) {
	keys := publicKeys(t, public(t, "jwks.json"))
	cards, err := shc.Cards(public(t, "negative/test-example-00-e-file-multi-jws.smart-health-card"))
	if err != nil || len(cards) != 2 {
		t.Fatalf("%v, %d cards", err, len(cards))
	}
	for i, text := range cards {
		u, err := shc.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := u.Verify(keys); err != nil {
			t.Errorf("card %d: %v", i, err)
		}
	}
}

// The largest card for one QR code reads; so does one whose revocation list
// is broken, for the list is another matter.
func TestPublicOthers(t *testing.T) {
	u, err := shc.Read(public(t, "negative/test-example-1195-byte-qrnumeric.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.Verify(publicKeys(t, public(t, "jwks.json"))); err != nil {
		t.Error(err)
	}
	keys := publicKeys(t, `{"keys":[`+public(t, "negative/badcrl/public.json")+`]}`)
	u, err = shc.Read(public(t, "negative/badcrl/duplicate-rid/jws-crl-duplicate-rid.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if s, err := u.Verify(keys); err != nil || len(s.Certificate.Events) != 2 {
		t.Errorf("%v", err)
	}
}
