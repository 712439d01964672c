package format_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/vectors"
	"github.com/pratique/pratique/words"
)

// Every case of the vectors that is a health code of some format is read, or
// refused for a reason that has a sentence in every language; what is refused by
// a format names the format and its cause.
func TestARefusalHasASentenceAndACause(t *testing.T) {
	causes := map[string]bool{}
	for _, name := range vectors.Names() {
		f, err := vectors.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range f.Cases {
			_, err := format.Read(c.Text)
			if err == nil {
				continue
			}
			e, ok := errors.AsType[*format.Error](err)
			if !ok {
				t.Errorf("%s %d: %v is no *Error", name, c.ID, err)
				continue
			}
			for _, lang := range words.Languages() {
				if !words.Has(lang, e.Code) {
					t.Errorf("%s %d: %s has no words for %s", name, c.ID, lang, e.Code)
				}
			}
			if e.Err != nil && (e.Format == "" || e.Cause == "" || strings.HasSuffix(e.Cause, "_broken")) {
				t.Errorf("%s %d: format %q, cause %q: %v", name, c.ID, e.Format, e.Cause, err)
			}
			causes[e.Format+" "+e.Code] = true
		}
	}
	for _, want := range []string{
		"hc1 read_base45", "hc1 read_zlib", "hc1 read_cbor", "hc1 read_cose",
		"shc read_text", "shc read_numeric", "shc read_jws", "shc read_header", "shc read_signature", "shc read_deflate", "shc read_json", "shc read_claims",
		"shc code_part", "shc code_mixed", "shc code_several",
		"divoc read_text", "divoc read_zip", "divoc read_json", "divoc read_signature", "divoc read_header", "divoc read_claims", "divoc read_context", "divoc read_cover",
		"vds read_json", "vds read_header", "vds read_certificate", "vds read_signature", "vds newer_version",
	} {
		if !causes[want] {
			t.Errorf("no case is refused as %s", want)
		}
	}
}

func TestAPartOfACardSaysHowManyAreMissing(t *testing.T) {
	for _, v := range []struct {
		comment, text    string
		of, have, number int
	}{
		{"one of three", "shc:/2/3/5676", 3, 1, 2},
		{"two of three", "shc:/2/3/5676\nshc:/1/3/5676", 3, 2, 0},
		{"one of three, twice", "shc:/2/3/5676\nshc:/2/3/5676", 3, 1, 2},
	} {
		_, err := format.Read(v.text)
		e, ok := errors.AsType[*format.Error](err)
		if !ok || e.Code != "code_part" || e.Of != v.of || e.Have != v.have || e.Number != v.number {
			t.Errorf("%s: %+v", v.comment, err)
		}
	}
}

func TestAFileOfCardsIsTakenApart(t *testing.T) {
	for _, v := range []struct {
		comment, text string
		want          []string
	}{
		{"two cards", `{"verifiableCredential":["eyJ.a.b","eyK.a.b"]}`, []string{"eyJ.a.b", "eyK.a.b"}},
		{"a card", "eyJ.a.b", []string{"eyJ.a.b"}},
		{"something else", "HC1:6BF", []string{"HC1:6BF"}},
		{"a broken file", `{"verifiableCredential":["eyJ`, []string{`{"verifiableCredential":["eyJ`}},
	} {
		if got := format.Codes(v.text); strings.Join(got, " ") != strings.Join(v.want, " ") {
			t.Errorf("%s: got %q", v.comment, got)
		}
	}
}

// public returns a file of the public vectors.
func public(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The public examples are read by what they look like; each negative one is
// refused for the reason in its name.
func TestThePublicExamples(t *testing.T) {
	l, err := lists.Read("jwks.json", []byte(public(t, "shc/jwks.json")))
	if err != nil {
		t.Fatal(err)
	}
	keys := l.Set()
	const negative = "shc/negative/test-example-00-"
	for _, v := range []struct{ name, want string }{ // the format; or reason and cause
		{"shc/example-00-d-jws.txt", "shc"}, {"shc/example-00-e-file.smart-health-card", "shc"}, {"shc/example-00-f-qr-code-numeric-value-0.txt", "shc"},
		{"shc/example-02-d-jws.txt", "shc"}, {"shc/example-02-e-file.smart-health-card", "shc"},
		{"shc/example-02-f-qr-code-numeric-value-0.txt shc/example-02-f-qr-code-numeric-value-1.txt shc/example-02-f-qr-code-numeric-value-2.txt", "shc"},
		{"shc/example-02-f-qr-code-numeric-value-2.txt shc/example-02-f-qr-code-numeric-value-0.txt", "code_part text_missing"},
		{"shc/example-02-f-qr-code-numeric-value-2.txt", "code_part text_part"},
		{"shc/example-03-d-jws.txt", "shc"}, {"shc/example-03-e-file.smart-health-card", "shc"}, {"shc/example-03-f-qr-code-numeric-value-0.txt", "shc"},
		{"shc/negative/test-example-1195-byte-qrnumeric.txt", "shc"}, // the longest that fits
		{negative + "d-jws-wrong_jws_header_kid.txt", "unknown key"},
		{negative + "d-jws-no_jws_header_kid.txt", "no key id"},
		{negative + "d-jws-no_jws_header_alg.txt", "algorithm"},
		{negative + "d-jws-invalid-signature.txt", "signature"},
		{negative + "d-jws-no_jws_header_zip.txt", "read_header header_zip"},
		{negative + "d-jws-no_deflate.txt", "read_header header_zip"},
		{negative + "d-jws-der-signature.txt", "read_signature signature_der"},
		{negative + "d-jws-trailing_chars.txt", "read_text text_space"},
		{negative + "e-file-invalid_deflate.smart-health-card", "read_deflate deflate_zlib"},
		{negative + "e-file-multi-jws.smart-health-card", "code_several text_several"},
		{negative + "f-qr-code-numeric-value-0-odd-count.txt", "read_numeric numeric_length"},
		{negative + "f-qr-code-numeric-value-0-number-too-big.txt", "read_numeric numeric_value"},
		{negative + "f-qr-code-numeric-value-0-wrong_qr_header.txt", "read_text text_unknown"},
		{"vdsnc/ICAOJPQR1Contents.txt", "unknown key"}, {"vdsnc/ICAOAUQR1Contents.txt", "unknown key"}, {"vdsnc/ICAOAUQR1Unpacked.json", "unknown key"},
	} {
		var texts []string
		for name := range strings.FieldsSeq(v.name) {
			texts = append(texts, public(t, name))
		}
		u, err := format.Read(strings.Join(texts, "\n"))
		var got string
		switch e, refused := errors.AsType[*format.Error](err); {
		case refused:
			got = e.Code + " " + e.Cause
		default:
			got = verified(u, keys)
		}
		if got != v.want {
			t.Errorf("%s: %s, want %s", v.name, got, v.want)
		}
	}
}

// verified says which format verifies, or why it does not.
func verified(u format.Unverified, keys *trust.Keys) string {
	s, err := u.Verify(keys)
	for want, name := range map[error]string{trust.ErrUnknownKey: "unknown key", trust.ErrNoKeyID: "no key id", trust.ErrAlgorithm: "algorithm", trust.ErrSignature: "signature"} {
		if errors.Is(err, want) {
			return name
		}
	}
	if err != nil {
		return err.Error()
	}
	if b, err := format.JSON(s); err != nil || len(b) == 0 {
		return "no JSON"
	}
	return s.Certificate.Carrier.Format
}

// Whatever is scanned is read, or refused for a reason that has a sentence;
// what is read verifies under no key of a stranger.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"formats", "hc1"} {
		file, err := vectors.Load(name)
		if err != nil {
			f.Fatal(err)
		}
		for i, c := range file.Cases {
			if i%7 == 0 && len(c.Text) < 4000 {
				f.Add(c.Text)
			}
		}
	}
	f.Add("shc:/1/2/5676\nshc:/2/2/2909")
	f.Add(`{"verifiableCredential":["ey..","ey.."]}`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, code := range format.Codes(text) {
			u, err := format.Read(code)
			if err == nil {
				if _, err := u.Verify(nil); err == nil {
					t.Fatal("nobody's key signed it")
				}
				continue
			}
			e, ok := errors.AsType[*format.Error](err)
			if !ok || !words.Has("en", e.Code) || !words.Has("fr", e.Code) || e.Code == "code_part" && (e.Have == 0 || e.Of <= e.Have) {
				t.Fatalf("%+v", err)
			}
		}
	})
}
