package rules_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/rules"
)

// vectors is the folder of public test data.
func vectors(t testing.TB) string {
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	return dir
}

func load[T any](t testing.TB, file string) T {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// publicRule is a rule of a member state with its own tests.
type publicRule struct {
	Rule  json.RawMessage
	Tests []struct {
		Name, File string
		Payload    json.RawMessage
		External   struct {
			ValidationClock time.Time
			ValueSets       string
		}
		Expected bool
	}
}

func publicRules(t testing.TB) map[string]publicRule {
	dir := vectors(t)
	files, _ := filepath.Glob(filepath.Join(dir, "rules", "*", "*.json"))
	if len(files) == 0 {
		t.Fatal("no public rules found")
	}
	out := map[string]publicRule{}
	for _, f := range files {
		out[strings.TrimPrefix(f, dir)] = load[publicRule](t, f)
	}
	return out
}

// wrapped gives bare rules the envelope without which nothing is enforced.
func wrapped(country string, rs []*rules.Rule, valueSets map[string][]string) rules.File {
	f := envelope(country)
	f.Rules = rs
	f.ValueSets = valueSets
	return f
}

func envelope(country string) rules.File {
	return rules.File{
		Format: rules.Format, ID: "imported", Version: "1.0.0", Jurisdiction: country, Purpose: "entry",
		Title:      rules.Texts{"en": "Imported rules"},
		LegalBasis: rules.Basis{Text: rules.Texts{"en": "The law of the example"}, URL: "https://law.example/"},
		From:       time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC),
		Appeal:  rules.Contact{Name: "Office of appeals", URL: "https://appeal.example/"},
		Accepts: []rules.Accept{{Kind: cert.KindTest}, {Kind: cert.KindVaccination}, {Kind: cert.KindRecovery}},
	}
}

// Every public rule keeps the gateway's schema, and its own tests give what
// they expect when the payload takes the way of a certificate: through the
// neutral model into the view, and through selection.
func TestPublicRules(t *testing.T) {
	sets := load[map[string]map[string][]string](t, filepath.Join(vectors(t), "rules", "valuesets.json"))
	parsed, judged, other, zero := 0, 0, 0, 0
	for name, p := range publicRules(t) {
		rs, err := rules.ParseEU(p.Rule)
		if err != nil || len(rs) != 1 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := rules.CheckRule(rs[0]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		parsed++
		for _, c := range p.Tests {
			set, err := rules.New(wrapped(rs[0].Country, rs, sets[c.External.ValueSets]))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var payload rules.Payload
			if err := json.Unmarshal(c.Payload, &payload); err != nil {
				t.Fatalf("%s: %s: %v", name, c.File, err)
			}
			certificate, err := payload.Certificate()
			if err != nil {
				t.Fatalf("%s: %s: %v", name, c.File, err)
			}
			clock := c.External.ValidationClock
			if clock.IsZero() {
				clock = time.Date(2022, 6, 1, 0, 0, 0, 0, time.UTC)
			}
			r := set.Evaluate(certificate, rules.Trip{}, clock)
			if len(r.Outcomes) != 1 {
				other++ // the rule is not about this kind of evidence, or there is none, or not yet valid
				continue
			}
			judged++
			want := rules.Failed
			if c.Expected {
				want = rules.Passed
			}
			if o := r.Outcomes[0]; o.Verdict == rules.Open && slices.Equal(o.Lacks, []string{"v.0.dn"}) && strings.Contains(string(c.Payload), `"dn": 0`) {
				zero++ // a dose number of zero is none in the neutral model
				continue
			}
			if r.Outcomes[0].Verdict != want {
				t.Errorf("%s: %s: got %s (%v), want %s", name, c.File, r.Outcomes[0].Verdict, r.Outcomes[0].Err, want)
			}
		}
	}
	if parsed != 72 {
		t.Errorf("parsed %d rules, want 72", parsed)
	}
	if judged < 200 {
		t.Errorf("judged %d tests only", judged)
	}
	if zero != 9 {
		t.Errorf("%d tests with a dose number of zero, want 9", zero)
	}
	t.Logf("%d rules; of their tests %d judged through certificates, %d not selected", parsed, judged, other)
}

// selectionCase is a case of the German app.
type selectionCase struct {
	Description               string
	DCC                       string
	Rules                     json.RawMessage
	CountryOfArrival          string
	ValidationClock           int64
	ExpPass, ExpFail, ExpOpen int
}

// The cases of the German app: which rules are selected, and what they give on
// a real certificate with the external parameters that they read. One of them
// reads the certificate's identifier, which our view does not have: that rule
// is open, by conviction and in so many words.
func TestPublicSelection(t *testing.T) {
	suite := load[struct {
		General   struct{ ValueSetProtocolBuffer []byte }
		TestCases []selectionCase
	}](t, filepath.Join(vectors(t), "rules", "cwa-rule-selection-cases.json"))
	if len(suite.TestCases) == 0 {
		t.Fatal("no cases")
	}
	valueSets := decodeValueSets(t, suite.General.ValueSetProtocolBuffer)
	for _, set := range load[map[string]map[string][]string](t, filepath.Join(vectors(t), "rules", "valuesets.json")) {
		valueSets["country-2-codes"] = set["country-2-codes"]
	}
	identity := 0
	for _, c := range suite.TestCases {
		rs, err := rules.ParseEU(c.Rules)
		if err != nil {
			t.Errorf("%s: %v", c.Description, err)
			continue
		}
		certificate, at := decodeDCC(t, c.DCC), time.Unix(c.ValidationClock, 0)
		selected := rules.Select(rs, rules.Query{Country: c.CountryOfArrival, Kind: certificate.Events[0].Kind(), At: at})
		if len(selected) != c.ExpPass+c.ExpFail+c.ExpOpen {
			t.Errorf("%s: %d rules selected", c.Description, len(selected))
		}
		for _, r := range rs {
			if rules.CheckRule(r) == nil {
				t.Errorf("%s: the gateway asks for a description of 20 characters", c.Description)
			}
			r.Description[0].Desc = "The description of an example"
		}
		set, err := rules.New(wrapped(c.CountryOfArrival, rs, valueSets))
		if err != nil {
			t.Fatalf("%s: %v", c.Description, err)
		}
		got := map[rules.Verdict]int{}
		for _, o := range set.Evaluate(certificate, rules.Trip{}, at).Outcomes {
			if o.Why == rules.OpenIdentity {
				identity++
				o.Verdict = rules.Passed // what the German app says
			}
			got[o.Verdict]++
		}
		if got[rules.Passed] != c.ExpPass || got[rules.Failed] != c.ExpFail || got[rules.Open] != c.ExpOpen {
			t.Errorf("%s: got %v, want %d %d %d", c.Description, got, c.ExpPass, c.ExpFail, c.ExpOpen)
		}
	}
	if identity != 1 {
		t.Errorf("%d rules read identity, want 1", identity)
	}
}

// decodeDCC is an HC1 reader for test data: it verifies nothing.
func decodeDCC(t *testing.T, code string) *cert.Certificate {
	t.Helper()
	z, err := zlib.NewReader(bytes.NewReader(base45(t, strings.TrimPrefix(code, "HC1:"))))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var tag cbor.RawTag
	if err := cbor.Unmarshal(raw, &tag); err != nil {
		t.Fatal(err)
	}
	var sign1 struct {
		_           struct{} `cbor:",toarray"`
		Protected   []byte
		Unprotected map[int]any
		Payload     []byte
		Signature   []byte
	}
	if err := cbor.Unmarshal(tag.Content, &sign1); err != nil {
		t.Fatal(err)
	}
	header := map[int]any{}
	if len(sign1.Protected) > 0 {
		if err := cbor.Unmarshal(sign1.Protected, &header); err != nil {
			t.Fatal(err)
		}
	}
	kid, ok := header[4].([]byte)
	if !ok {
		kid, _ = sign1.Unprotected[4].([]byte)
	}
	var cwt struct {
		Iss   string                 `cbor:"1,keyasint"`
		Exp   int64                  `cbor:"4,keyasint"`
		Iat   int64                  `cbor:"6,keyasint"`
		HCert map[int]map[string]any `cbor:"-260,keyasint"`
	}
	mode, _ := cbor.DecOptions{DefaultMapType: nil}.DecMode()
	if err := mode.Unmarshal(sign1.Payload, &cwt); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(stringKeys(cwt.HCert[1]))
	if err != nil {
		t.Fatal(err)
	}
	var p rules.Payload
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	c, err := p.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	c.Issuer = cert.Issuer{Country: cwt.Iss, KeyID: base64.StdEncoding.EncodeToString(kid)}
	c.Signed = cert.Period{Issued: time.Unix(cwt.Iat, 0), Until: time.Unix(cwt.Exp, 0)}
	return c
}

func stringKeys(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = stringKeys(v[k])
		}
	case map[any]any:
		m := map[string]any{}
		for k, x := range v {
			m[k.(string)] = stringKeys(x)
		}
		return m
	case []any:
		for i := range v {
			v[i] = stringKeys(v[i])
		}
	}
	return v
}

func base45(t *testing.T, s string) []byte {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	var out []byte
	for len(s) > 0 {
		n, unit, group := 0, 1, min(3, len(s))
		for _, c := range s[:group] {
			n, unit = n+unit*strings.IndexRune(alphabet, c), unit*45
		}
		if group == 3 {
			out = append(out, byte(n>>8))
		}
		out, s = append(out, byte(n)), s[group:]
	}
	if len(out) == 0 {
		t.Fatal("empty code")
	}
	return out
}

// decodeValueSets reads the German app's protocol buffer: sets 1 to 7, each
// with items of a key and a display text.
func decodeValueSets(t *testing.T, b []byte) map[string][]string {
	names := []string{"", "sct-vaccines-covid-19", "vaccines-covid-19-names", "vaccines-covid-19-auth-holders", "disease-agent-targeted",
		"covid-19-lab-test-type", "covid-19-lab-test-manufacturer-and-name", "covid-19-lab-result"}
	out := map[string][]string{}
	fields(t, b, func(set int, items []byte) {
		fields(t, items, func(_ int, item []byte) {
			fields(t, item, func(field int, text []byte) {
				if field == 1 {
					out[names[set]] = append(out[names[set]], string(text))
				}
			})
		})
	})
	if len(out) != 7 {
		t.Fatalf("%d value sets", len(out))
	}
	return out
}

// fields calls f for each length-delimited field of a protocol buffer.
func fields(t *testing.T, b []byte, f func(field int, content []byte)) {
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		size, m := binary.Uvarint(b[n:])
		if key&7 != 2 || n <= 0 || m <= 0 || uint64(len(b)-n-m) < size {
			t.Fatal("malformed protocol buffer")
		}
		f(int(key>>3), b[n+m:n+m+int(size)])
		b = b[n+m+int(size):]
	}
}
