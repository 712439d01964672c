package fhir_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/issue/fhir"
	"github.com/pratique/pratique/issue/intake"
)

func TestWhatIsNoResourceIsRefused(t *testing.T) {
	for _, v := range []struct {
		comment, text string
		want          error
		answer        string
	}{
		{"nothing", "", jcs.ErrTruncated, "structure"},
		{"no JSON", "MSH|^~\\&|", jcs.ErrSyntax, "structure"},
		{"truncated", `{"resourceType":"Bundle","entry":[`, jcs.ErrTruncated, "structure"},
		{"a list", `[]`, fhir.ErrResource, "not-supported"},
		{"another resource", `{"resourceType":"MedicationRequest"}`, fhir.ErrResource, "not-supported"},
		{"a member twice", `{"resourceType":"Observation","status":"final","status":"preliminary"}`, jcs.ErrDuplicate, "structure"},
		{"a bomb of arrays", strings.Repeat("[", 100000), jcs.ErrDepth, "structure"},
		{"a bomb of resources", `{"resourceType":"Bundle","type":"collection","entry":[` + strings.Repeat(`{},`, jcs.MaxValues) + `{}]}`, jcs.ErrSize, "structure"},
		{"Latin-1", "{\"resourceType\":\"Patient\",\"name\":\"\xd6rn\"}", jcs.ErrUTF8, "structure"},
		{"a byte order mark", "\ufeff{}", jcs.ErrSyntax, "structure"},
		{"beyond the limit", strings.Repeat(" ", fhir.MaxText+1), fhir.ErrTooLong, "too-long"},
	} {
		_, err := fhir.Read([]byte(v.text), options())
		if !errors.Is(err, v.want) {
			t.Errorf("%s: %v", v.comment, err)
			continue
		}
		if a := string(fhir.Refusal(err)); !strings.Contains(a, `"severity":"fatal","code":"`+v.answer+`"`) {
			t.Errorf("%s: answered %s", v.comment, a)
		}
	}
}

// message is one of the files, with some of it replaced.
func message(t *testing.T, name string, replace ...string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/messages/" + name + ".fhir.json")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(string(text), replace[i]) {
			t.Fatalf("%s has no %q", name, replace[i])
		}
	}
	return []byte(strings.NewReplacer(replace...).Replace(string(text)))
}

func read(t *testing.T, text []byte, o intake.Options) intake.Message {
	t.Helper()
	m, err := fhir.Read(text, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWhatIsWrongHasItsPlace(t *testing.T) {
	finding := func(s intake.Severity, c intake.Code, at string) intake.Finding {
		return intake.Finding{Severity: s, Code: c, Place: at}
	}
	const entry = "Bundle.entry[1].resource"
	for _, v := range []struct {
		comment, old, new string
		want              intake.Finding
	}{
		{"no status", `"status": "final",
    "code"`, `"code"`, finding(intake.Error, intake.Missing, entry+".status")},
		{"an unknown status", `"status": "final",
    "code"`, `"status": "done", "code"`, finding(intake.Error, intake.UnknownCode, entry+".status")},
		{"a null result", `"valueCodeableConcept": {`, `"valueCodeableConcept": null, "x": {`, finding(intake.Error, intake.Missing, entry+".value")},
		{"a birth date in words", `"1974-08-12"`, `"twelfth of August"`, finding(intake.Error, intake.Unreadable, "Bundle.entry[0].resource.birthDate")},
		{"a birth date to come", `"1974-08-12"`, `"2074-08-12"`, finding(intake.Error, intake.Future, "Bundle.entry[0].resource.birthDate")},
		{"a name of a control character", `"Eriksson"`, `"Eriks\u0007son"`, finding(intake.Error, intake.Unreadable, "Bundle.entry[0].resource.name")},
		{"a name as long as a book", `"Eriksson"`, `"` + strings.Repeat("Eriksson", 50) + `"`, finding(intake.Error, intake.Size, "Bundle.entry[0].resource.name")},
		{"no subject", `"subject": {
     "reference": "Patient/p1"
    },
    "effectiveDateTime"`, `"effectiveDateTime"`, finding(intake.Error, intake.Unresolved, "")}, // the report names the patient: see below
		{"a laboratory that is not there", `"Organization/lab"`, `"Organization/other"`, finding(intake.Warning, intake.Unresolved, entry+".performer[0]")},
		{"a specimen that is not there", `"Specimen/s1"`, `"Specimen/s2"`, finding(intake.Warning, intake.Unresolved, entry+".specimen")},
		{"a report of a result that is not there", `"Observation/o1"`, `"Observation/o2"`, finding(intake.Error, intake.Unresolved, "Bundle.entry[4].resource.result[0]")},
		{"two resources of one name", `"id": "lab"`, `"id": "p1", "resourceType": "Patient"`, finding(intake.Error, intake.Twice, "")},
		{"a specimen of a date alone", `"2026-12-02T07:20:00+01:00"`, `"2026-12-02"`, finding(intake.Error, intake.Imprecise, "Bundle.entry[2].resource.collection.collectedDateTime")},
	} {
		text := message(t, "obs-01-report-with-all-parts", v.old, v.new)
		got, err := fhir.Read(text, options())
		switch {
		case v.comment == "two resources of one name":
			if err == nil { // the type stands twice in one object
				t.Errorf("%s: read", v.comment)
			}
			continue
		case err != nil:
			t.Errorf("%s: %v", v.comment, err)
			continue
		case v.comment == "no subject":
			if got.Refused() {
				t.Errorf("%s: %+v", v.comment, got.Items)
			}
			continue
		}
		found := false
		for f := range got.All {
			found = found || f == v.want
		}
		if !found {
			t.Errorf("%s: found %+v", v.comment, got)
		}
		if v.comment != "a report of a result that is not there" && got.Refused() != (v.want.Severity == intake.Error) {
			t.Errorf("%s: refused %v", v.comment, got.Refused())
		}
	}
}

func TestACorrectionHasTheResultOfWhatItCorrects(t *testing.T) {
	first := read(t, message(t, "obs-01-report-with-all-parts"), options()).Items[0]
	again := read(t, message(t, "obs-01-report-with-all-parts", `"id": "b1"`, `"id": "b2"`), options()).Items[0]
	if again.Key != first.Key || again.Result != first.Result || first.Key == "" {
		t.Error("the same statement in another bundle has another key")
	}
	for name, do := range map[string]intake.Action{"obs-05-corrected": intake.Replace, "obs-06-entered-in-error": intake.Withdraw} {
		if it := read(t, message(t, name), options()).Items[0]; it.Result != first.Result || it.Key == first.Key || it.Do != do {
			t.Errorf("%s: %+v", name, it)
		}
	}
}

func TestAConfiguredOffsetIsTaken(t *testing.T) {
	o := options()
	o.Zone = time.FixedZone("", 3600)
	got := read(t, message(t, "obs-20-no-offset"), o)
	b, err := json.Marshal(got.Items[0].Certificate)
	if err != nil || !strings.Contains(string(b), `"sampled_at":"2026-12-02T07:30:00+01:00"`) {
		t.Errorf("%s, %v", b, err)
	}
}

func TestAnExerciseTakesWhatIsMarkedAlone(t *testing.T) {
	o := options()
	o.Exercise = true
	if got := read(t, message(t, "obs-28-test-message"), o); got.Refused() {
		t.Errorf("refused: %+v", got)
	}
	if got := read(t, message(t, "obs-12-two-patients"), o); !got.Refused() {
		t.Error("a real person in an exercise")
	}
}

func TestNoAnswerNamesThePerson(t *testing.T) {
	for _, name := range []string{"obs-08-preliminary", "obs-24-unknown-outcome", "imm-10-dose-of-next-year", "obs-30-anonymous"} {
		a := string(fhir.Outcome(read(t, message(t, name), options())))
		if !strings.Contains(a, `"severity":"error"`) || strings.Contains(a, "Eriksson") || strings.Contains(a, "1974") || strings.Contains(a, "42") && name == "obs-30-anonymous" {
			t.Errorf("%s: %s", name, a)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"obs-01-report-with-all-parts", "obs-13-single-with-contained", "obs-14-transaction", "obs-19-antibodies-with-titre", "imm-01-second-dose", "imm-02-european-product"} {
		text, err := os.ReadFile("testdata/messages/" + name + ".fhir.json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(`{"resourceType":"Bundle","type":"message"}`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := fhir.Read([]byte(text), options())
		if err != nil {
			if !json.Valid(fhir.Refusal(err)) {
				t.Error("the refusal is no JSON")
			}
			return
		}
		again, err := fhir.Read([]byte(text), options())
		a, b := fhir.Outcome(got), fhir.Outcome(again)
		if err != nil || string(a) != string(b) || !json.Valid(a) {
			t.Error("the same text has two answers")
		}
		for _, it := range got.Items {
			if (it.Certificate == nil) == (it.Do == intake.Issue || it.Do == intake.Replace) || (it.Certificate != nil && (it.Key == "" || intake.HasError(it.Findings))) {
				t.Errorf("an item that contradicts itself: %s at %s", it.Do, it.Place)
			}
		}
	})
}
