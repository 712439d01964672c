package divoc_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/divoc"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/vectors"
)

// cases are the vectors' certificates of DIVOC, by what they are about.
func cases(t testing.TB) (*trust.Keys, map[string]vectors.Case) {
	t.Helper()
	f, err := vectors.Load("formats")
	if err != nil {
		t.Fatal(err)
	}
	l, err := lists.Read("norland-formats.txt", []byte(f.Files["norland-formats.txt"]))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]vectors.Case{}
	for _, c := range f.Cases {
		if c.ID >= 230 && c.ID < 320 {
			out[c.Comment] = c
		}
	}
	if len(out) < 50 {
		t.Fatalf("%d cases", len(out))
	}
	return l.Set(), out
}

const (
	zipped   = "a negative nucleic acid test with DIVOC, in a zip, PS256"
	bare     = "the same as JSON"
	dose     = "a complete vaccination of version 2"
	aged     = "one of version 1: an age and no date of birth"
	namesake = "one of another country whose key has the same name, Ed25519"
)

func text(t testing.TB, comment string) string {
	t.Helper()
	_, all := cases(t)
	c, ok := all[comment]
	if !ok {
		t.Fatalf("no case %q", comment)
	}
	return c.Text
}

func verified(t testing.TB, comment string) *cert.Certificate {
	t.Helper()
	keys, all := cases(t)
	u, err := divoc.Read(all[comment].Text)
	if err != nil {
		t.Fatal(err)
	}
	s, err := u.Verify(keys)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Signature) == 0 || s.Key.Country == "" || s.Certificate.Carrier.Hash == "" {
		t.Errorf("%s: %+v", comment, s.Key)
	}
	return s.Certificate
}

// Each kind of certificate says in the model what it says, and what it loses.
func TestWhatACertificateSays(t *testing.T) {
	for _, v := range []struct{ comment, event, person, losses string }{
		{zipped, `{"kind":"test","id":"90210","disease":{"source":{"display":"COVID-19"},"mapped":{"system":"http://snomed.info/sct","code":"840539006"}},"country":"XA","authority":"https://immunisation.norland.example/",` +
			`"type":{"source":{"display":"RT-PCR"},"mapped":{"system":"http://loinc.org","code":"LP6464-4"}},"method":"nucleic_acid","name":"Norland Amplify","device":{"source":{"display":"Norland Reagents"}},` +
			`"specimen":{"source":{"display":"Nasopharynx"}},"sampled_at":"2026-12-01T08:00:00Z","reported_at":"2026-12-01T13:00:00Z",` +
			`"outcome":{"source":{"display":"Negative"},"mapped":{"system":"http://snomed.info/sct","code":"260415000"}},"result":"not_detected","laboratory":{"name":"Norland Clinic","country":"XA"}}`,
			`{"names":[{"full":"Åsa Lindqvist-Örn"}],"birth_date":"1984-05-09","sex":"female","nationality":"XA","documents":[{"type":"passport","number":"XA1234567"}]}`,
			"credentialSubject.id guessed, credentialSubject.refId dropped, credentialSubject.address dropped, evidence.0.verifier.name dropped, evidence.0.facility.address.city dropped, evidence.0.batch dropped, evidence.0.sampleOrigin not_mapped"},
		{dose, `{"kind":"vaccination","id":"92047670169","disease":{"mapped":{"system":"http://snomed.info/sct","code":"840539006"}},"country":"XA","authority":"https://immunisation.norland.example/",` +
			`"prophylaxis":{"source":{"system":"http://id.who.int/icd/release/11/mms","code":"XM0GQ8","display":"COVID-19 vaccine, mRNA"},"mapped":{"system":"http://snomed.info/sct","code":"1119349007"}},` +
			`"product":{"source":{"display":"COVID-19 vaccine Pfizer"},"mapped":{"system":"https://ec.europa.eu/health/documents/community-register/html/","code":"EU/1/20/1528"}},` +
			`"maker":{"source":{"display":"Norland Pharma"}},"lot":"L7","date":"2026-10-01","dose":2,"doses":2,"centre":{"name":"Norland Clinic"},"clinician":"B. Nurse"}`,
			"", "credentialSubject.id guessed, credentialSubject.refId dropped, credentialSubject.address dropped, evidence.0.facility.address.city dropped, evidence.0.date trimmed, evidence.0.effectiveStart dropped, evidence.0.effectiveUntil dropped"},
		{aged, "", `{"names":[{"full":"Åsa Lindqvist-Örn"}],"sex":"female","nationality":"XA","documents":[{"type":"passport","number":"XA1234567"}]}`,
			"credentialSubject.id guessed, credentialSubject.refId dropped, credentialSubject.age dropped, credentialSubject.address dropped, evidence.0.facility.address.city dropped, evidence.0.vaccine guessed, evidence.0.date trimmed, evidence.0.effectiveStart dropped, evidence.0.effectiveUntil dropped"},
	} {
		c := verified(t, v.comment)
		all, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Subject json.RawMessage
			Events  []json.RawMessage
		}
		if err := json.Unmarshal(all, &got); err != nil || len(got.Events) != 1 {
			t.Fatal(err, len(got.Events))
		}
		if v.event != "" && string(got.Events[0]) != v.event {
			t.Errorf("%s: got\n%s\nwant\n%s", v.comment, got.Events[0], v.event)
		}
		if v.person != "" && string(got.Subject) != v.person {
			t.Errorf("%s: got\n%s\nwant\n%s", v.comment, got.Subject, v.person)
		}
		var losses []string
		for _, l := range c.Losses {
			losses = append(losses, l.Field+" "+l.What)
		}
		if s := strings.Join(losses, ", "); s != v.losses {
			t.Errorf("%s: lost\n%s\nwant\n%s", v.comment, s, v.losses)
		}
	}
}

// Two countries' keys of one name do not cross: a certificate is verified under
// the key of the issuer that it names, and a key bound to nobody is nobody's.
func TestAKeyIsNotKnownByItsName(t *testing.T) {
	keys, all := cases(t)
	for comment, want := range map[string]string{zipped: "XA", namesake: "XB"} {
		u, err := divoc.Read(all[comment].Text)
		if err != nil {
			t.Fatal(err)
		}
		if u.KeyID() != "did:india" {
			t.Errorf("%s: the key is called %q", comment, u.KeyID())
		}
		s, err := u.Verify(keys)
		if err != nil || s.Key.Country != want {
			t.Errorf("%s: %v, %s", comment, err, s.Key.Country)
		}
	}
	u, err := divoc.Read(all[zipped].Text)
	if err != nil {
		t.Fatal(err)
	}
	loose := new(trust.Keys)
	for _, k := range keys.Find("did:india") {
		k.Issuer = ""
		loose.Add(k)
	}
	if _, err := u.Verify(loose); loose.Len() == 0 || !errors.Is(err, trust.ErrUnknownKey) {
		t.Errorf("under keys that are bound to nobody: %v", err)
	}
}

// The same archive is read from its bytes, from the characters that stand for
// them, from base64, and as JSON; and it is the same certificate.
func TestEveryFormOfATextIsTheSame(t *testing.T) {
	chars := text(t, zipped)
	raw := make([]byte, 0, len(chars))
	for _, r := range chars {
		raw = append(raw, byte(r))
	}
	if s := divoc.Text(string(raw)); s != text(t, "the same in base64") || divoc.Text(s) != s {
		t.Errorf("as text: %.20s", s)
	}
	want := verified(t, zipped).Carrier.Hash
	for form, s := range map[string]string{"characters": chars, "bytes": string(raw), "base64": text(t, "the same in base64"), "json": text(t, bare), "as text": divoc.Text(chars), "bytes as text": divoc.Text(string(raw)), "with a line end": text(t, bare) + "\r\n"} {
		u, err := divoc.Read(s)
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		if c, err := u.SkipVerification(); err != nil || c.Carrier.Hash != want {
			t.Errorf("%s: %v, %+v", form, err, c)
		}
	}
}

// What cannot be read names its step and cause, and repeats nothing but the
// address of a context.
func TestErrorsNameStepAndCause(t *testing.T) {
	_, all := cases(t)
	got := map[string]string{}
	for comment, c := range all {
		_, err := divoc.Read(c.Text)
		if err == nil {
			continue
		}
		e, ok := errors.AsType[*divoc.Error](err)
		if !ok || strings.Contains(err.Error(), "Lindqvist") || strings.HasSuffix(e.Code(), "_broken") || (e.Step == divoc.StepContext) != (e.Context != "") {
			t.Errorf("%s: %+v", comment, err)
			continue
		}
		got[e.Code()] = comment
	}
	for _, want := range []string{"zip_members", "zip_name", "zip_encrypted", "zip_too_large", "zip_malformed", "text_base64", "json_duplicate",
		"header_detached", "header_member", "context_unknown", "cover_dropped", "claims_shape", "claims_issuer", "claims_time", "signature_proof"} {
		if got[want] == "" {
			t.Errorf("no case is refused as %s: %v", want, got)
		}
	}
	if _, err := divoc.Read(all["a context that is not bundled"].Text); err == nil || !strings.Contains(err.Error(), "https://evil.example/context.jsonld") {
		t.Errorf("the context is not named: %v", err)
	}
}

// Whatever values the signature lets somebody exchange, what is read of them
// does not become better: it is the same, or it is empty.
func TestNothingIsGainedByAnExchange(t *testing.T) {
	keys, _ := cases(t)
	read := func(s string) *cert.Certificate {
		u, err := divoc.Read(s)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := u.Verify(keys)
		if err != nil {
			t.Fatal(err)
		}
		return signed.Certificate
	}
	groups := [][]string{{"certificateId", "batch", "vaccine", "manufacturer", "icd11Code"}, {"date", "effectiveStart", "effectiveUntil"}, {"dose", "totalDoses"}}
	for _, of := range []string{dose, "the first dose of two"} {
		whole := text(t, of)
		want := read(whole).Events[0].(*cert.Vaccination)
		n := 0
		for _, group := range groups {
			for order := range permutations(group) {
				v := read(exchanged(t, whole, group, order)).Events[0].(*cert.Vaccination)
				n++
				if v.ID != "" && v.ID != want.ID || !v.Date.IsZero() && v.Date != want.Date || v.Dose != 0 && (v.Dose != want.Dose || v.Doses != want.Doses) ||
					v.Product.Mapped.Code != "" && v.Product.Mapped != want.Product.Mapped || v.Disease.Mapped.Code != "" && v.Disease.Mapped != want.Disease.Mapped {
					t.Errorf("%s: %v as %v: %+v", of, group, order, v)
				}
			}
		}
		if n != 120+6+2 {
			t.Errorf("%d exchanges", n)
		}
	}
	whole := text(t, "a positive test whose batch is called negative")
	group := []string{"certificateId", "batch", "testType", "manufacturer", "disease", "sampleOrigin", "result"}
	n := 0
	for order := range permutations(group) {
		n++
		if c := read(exchanged(t, whole, group, order)).Events[0].(*cert.Test); c.Result == cert.NotDetected {
			t.Fatalf("%v: a positive test is negative", order)
		}
	}
	if n != 5040 {
		t.Errorf("%d exchanges", n)
	}
}

// exchanged gives the members of a group each other's values.
func exchanged(t *testing.T, doc string, group, order []string) string {
	var v map[string]any
	d := json.NewDecoder(strings.NewReader(doc))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	e := v["evidence"].([]any)[0].(map[string]any)
	old := map[string]any{}
	for _, k := range group {
		old[k] = e[k]
	}
	for i, k := range group {
		e[k] = old[order[i]]
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func permutations(of []string) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		p := slices.Clone(of)
		var from func(k int) bool
		from = func(k int) bool {
			if k == len(p) {
				return yield(p)
			}
			for i := k; i < len(p); i++ {
				p[k], p[i] = p[i], p[k]
				more := from(k + 1)
				p[k], p[i] = p[i], p[k]
				if !more {
					return false
				}
			}
			return true
		}
		from(0)
	}
}

func TestPrintingShowsNothing(t *testing.T) {
	u, err := divoc.Read(text(t, zipped))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(verb, u); s != "DIVOC certificate, not verified" {
			t.Errorf("%s: %s", verb, s)
		}
	}
	if u.Format() != "divoc" || u.Content() != "test" || u.Country() != "" || u.Issuer() != "https://immunisation.norland.example/" || u.Algorithm() != "PS256" || u.Signed().Issued.IsZero() {
		t.Error(u.Format(), u.Content(), u.Issuer(), u.Algorithm(), u.Signed())
	}
}

// A certificate keeps its bytes, and its schema is judged by them.
func TestSchemaAndJSON(t *testing.T) {
	keys, all := cases(t)
	for comment, want := range map[string]string{bare: "", dose: ""} {
		u, err := divoc.Read(all[comment].Text)
		if err != nil {
			t.Fatal(err)
		}
		s, err := u.Verify(keys)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(divoc.Schema(s.Raw)); got != "[]" {
			t.Errorf("%s: %s, want %s", comment, got, want)
		}
		if b, err := divoc.JSON(s.Raw); err != nil || string(b) != all[comment].Text {
			t.Errorf("%s: %v, other bytes", comment, err)
		}
	}
	u, err := divoc.Read(strings.Replace(all[dose].Text, `"batch":"L7",`, "", 1))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(divoc.Schema(u.RawSkippingVerification())); got != "[{evidence.0.batch missing}]" {
		t.Errorf("got %s", got)
	}
}

// The largest certificate whose parts all look alike is read, or refused, in the
// time of a scan: nobody can write a graph that is hard to put in order.
func TestPartsThatLookAlikeCostLittle(t *testing.T) {
	whole := text(t, bare)
	begin := strings.Index(whole, `"evidence":[`) + len(`"evidence":[`)
	end := strings.Index(whole, `],"nonTransferable"`)
	part := strings.Replace(whole[begin:end], `"id":"https://immunisation.norland.example/test/90210",`, "", 1)
	for _, v := range []struct {
		n    int
		want string
	}{{divoc.MaxEvidence, ""}, {divoc.MaxEvidence + 1, "payload_events"}} {
		doc := whole[:begin] + strings.TrimSuffix(strings.Repeat(part+",", v.n), ",") + whole[end:]
		if len(doc) > divoc.MaxContent {
			t.Fatalf("%d bytes", len(doc))
		}
		allocated := testing.AllocsPerRun(1, func() {
			_, err := divoc.Read(doc)
			got := ""
			if e, ok := errors.AsType[*divoc.Error](err); ok {
				got = e.Code()
			}
			if got != v.want {
				t.Errorf("%d parts: %v, want %s", v.n, err, v.want)
			}
		})
		if allocated > 200_000 {
			t.Errorf("%d parts: %.0f allocations", v.n, allocated)
		}
	}
}
