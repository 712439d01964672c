package shc_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/shc"
)

const (
	dose = `{"resourceType":"Immunization","status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"208"}]},"patient":{"reference":"resource:0"},"occurrenceDateTime":"2021-05-04"}`
	lab  = `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"94500-6"}]},"subject":{"reference":"resource:0"},"effectiveDateTime":"2021-05-31T23:30:00+02:00","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"260415000"}]}}`
)

// What bundles in the field look like, and what becomes of them.
func TestQuirks(t *testing.T) {
	with := strings.NewReplacer
	test := func(c *cert.Certificate) *cert.Test { return c.Events[0].(*cert.Test) }
	shot := func(c *cert.Certificate) *cert.Vaccination { return c.Events[0].(*cert.Vaccination) }
	for _, v := range []struct {
		comment  string
		resource string
		losses   string // "path what; ..."
		check    func(c *cert.Certificate) bool
	}{
		{"a dose", dose, "", func(c *cert.Certificate) bool {
			return shot(c).Product.Code() == "EU/1/20/1528" && shot(c).Prophylaxis.Code() == "1119349007" && shot(c).Disease.Code() == cert.COVID19
		}},
		{"a test", lab, "", func(c *cert.Certificate) bool {
			e := test(c)
			return e.Method == cert.NucleicAcid && e.Type.Code() == cert.CodeNucleicAcid && e.Type.Source.Code == "94500-6" && e.Result == cert.NotDetected &&
				e.SampledAt.Format("15:04 -07:00") == "23:30 +02:00" && e.Disease.Code() == cert.COVID19
		}},
		{"a dose that was not given", with(`"completed"`, `"not-done"`).Replace(dose), "entry.1.resource.status dropped", none},
		{"a dose entered in error", with(`"completed"`, `"entered-in-error"`).Replace(dose), "entry.1.resource.status dropped", none},
		{"no status", with(`"status":"completed",`, ``).Replace(dose), "entry.1.resource.status dropped", none},
		{"a subpotent dose", with(`"status"`, `"isSubpotent":true,"status"`).Replace(dose), "entry.1.resource.isSubpotent dropped", none},
		{"a preliminary result", with(`"final"`, `"preliminary"`).Replace(lab), "entry.1.resource.status dropped", none},
		{"a result entered in error", with(`"final"`, `"entered-in-error"`).Replace(lab), "entry.1.resource.status dropped", none},
		{"a corrected result", with(`"final"`, `"corrected"`).Replace(lab), "", func(c *cert.Certificate) bool { return test(c).Result == cert.NotDetected }},
		{"positive under another code", with("260415000", "10828004").Replace(lab), "", func(c *cert.Certificate) bool {
			return test(c).Result == cert.Detected && test(c).Outcome.Code() == cert.CodeDetected && test(c).Outcome.Source.Code == "10828004"
		}},
		{"negative under another code", with("260415000", "260385009").Replace(lab), "", func(c *cert.Certificate) bool {
			return test(c).Result == cert.NotDetected && test(c).Outcome.Code() == cert.CodeNotDetected
		}},
		{"an inconclusive result is not negative", with("260415000", "419984006").Replace(lab), "", func(c *cert.Certificate) bool {
			return test(c).Result == cert.Invalid && test(c).Outcome.Code() == "419984006"
		}},
		{"an unknown result is not negative", with("260415000", "1").Replace(lab), "entry.1.resource.valueCodeableConcept not_mapped", func(c *cert.Certificate) bool {
			return test(c).Result == "" && test(c).Outcome.Code() == "1"
		}},
		{"a code of the wrong system", with("http://snomed.info/sct", "urn:x").Replace(lab), "entry.1.resource.valueCodeableConcept not_mapped", func(c *cert.Certificate) bool {
			return test(c).Result == ""
		}},
		{"two codings that contradict", with(`"260415000"}`, `"260415000"},{"system":"http://snomed.info/sct","code":"260373001"}`).Replace(lab),
			"entry.1.resource.valueCodeableConcept not_mapped", func(c *cert.Certificate) bool { return test(c).Result == "" }},
		{"a result in words", with(`"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"260415000"}]}`, `"valueString":"Not Detected"`).Replace(lab),
			"entry.1.resource.valueString guessed", func(c *cert.Certificate) bool {
				return test(c).Result == cert.NotDetected && test(c).Outcome.Source.Display == "Not Detected"
			}},
		{"a result in other words", with(`"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"260415000"}]}`, `"valueString":"not negative"`).Replace(lab),
			"entry.1.resource.valueString not_mapped", func(c *cert.Certificate) bool { return test(c).Result == "" }},
		{"a rapid antigen test", with("94500-6", "97097-0").Replace(lab), "", func(c *cert.Certificate) bool {
			return test(c).Method == cert.AntigenRapid && test(c).Type.Code() == cert.CodeAntigenRapid
		}},
		{"a test of unknown kind", with("94500-6", "2093-3").Replace(lab), "entry.1.resource.code not_mapped", func(c *cert.Certificate) bool {
			return test(c).Method == "" && test(c).Disease.Code() == ""
		}},
		{"antibodies with a value", with("94500-6", "94505-5", `"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"260415000"}]}`,
			`"valueQuantity":{"value":12.50,"comparator":">","unit":"AU/mL"}`).Replace(lab), "", func(c *cert.Certificate) bool {
			return c.Events[0].(*cert.Antibody).Value == ">12.50 AU/mL"
		}},
		{"sampled on a day", with("2021-05-31T23:30:00+02:00", "2021-05-31").Replace(lab), "entry.1.resource.effectiveDateTime guessed", func(c *cert.Certificate) bool {
			return test(c).SampledAt.Format("2006-01-02T15:04Z07:00") == "2021-05-31T00:00Z"
		}},
		{"sampled without an offset", with("23:30:00+02:00", "23:30:00").Replace(lab), "entry.1.resource.effectiveDateTime assumed_utc", func(c *cert.Certificate) bool {
			return test(c).SampledAt.Hour() == 23
		}},
		{"sampled at no time", with("2021-05-31T23:30:00+02:00", "yesterday").Replace(lab), "entry.1.resource.effectiveDateTime unreadable", func(c *cert.Certificate) bool {
			return test(c).SampledAt.IsZero()
		}},
		{"a dose with a time of day", with("2021-05-04", "2021-05-04T23:00:00-08:00").Replace(dose), "entry.1.resource.occurrenceDateTime trimmed", func(c *cert.Certificate) bool {
			return shot(c).Date.String() == "2021-05-04"
		}},
		{"a dose in a month", with("2021-05-04", "2021-05").Replace(dose), "", func(c *cert.Certificate) bool { return shot(c).Date.String() == "2021-05" }},
		{"a dose on no day", with("2021-05-04", "2021-02-30").Replace(dose), "entry.1.resource.occurrenceDateTime unreadable", func(c *cert.Certificate) bool { return shot(c).Date.IsZero() }},
		{"yellow fever", with(`"208"`, `"37"`).Replace(dose), "", func(c *cert.Certificate) bool {
			return shot(c).Disease.Code() == "16541001" && shot(c).Product.Code() == "37"
		}},
		{"a vaccine that nobody knows", with(`"208"`, `"9999"`).Replace(dose), "entry.1.resource.vaccineCode not_mapped", func(c *cert.Certificate) bool {
			return shot(c).Product.Code() == "9999" && shot(c).Disease.Code() == ""
		}},
		{"a disease that is named", with(`"208"`, `"9999"`, `"status"`, `"protocolApplied":[{"doseNumberPositiveInt":1,"targetDisease":[{"coding":[{"system":"http://snomed.info/sct","code":"14189004"}]}]}],"status"`).Replace(dose), "",
			func(c *cert.Certificate) bool { return shot(c).Disease.Code() == "14189004" && shot(c).Dose == 1 }},
		{"about somebody else", with("resource:0", "resource:7").Replace(dose), "entry.1.resource.patient guessed", func(c *cert.Certificate) bool { return len(c.Events) == 1 }},
		{"a performer in a null", with(`"status"`, `"performer":[{"actor":{"display":null}}],"lotNumber":7,"status"`).Replace(dose),
			"entry.1.resource.performer.0.actor.display null; entry.1.resource.performer.0 dropped; entry.1.resource.lotNumber unreadable", func(c *cert.Certificate) bool { return len(c.Events) == 1 }},
		{"what no model holds", with(`"status"`, `"note":[{"text":"x"}],"route":{},"status"`).Replace(dose), "entry.1.resource.note dropped; entry.1.resource.route dropped", func(c *cert.Certificate) bool { return len(c.Events) == 1 }},
		{"another resource", `{"resourceType":"Condition"}`, "entry.1 dropped", none},
		{"no resource", `{}`, "entry.1 dropped", none},
		{"a resource that is none", `7`, "entry.1 dropped", none},
	} {
		t.Run(v.comment, func(t *testing.T) {
			c := verify(t, sign(t, bundle(v.resource))).Certificate
			var losses []string
			for _, l := range c.Losses {
				losses = append(losses, l.Field+" "+l.What)
			}
			if got := strings.Join(losses, "; "); got != v.losses {
				t.Errorf("losses %q, want %q", got, v.losses)
			}
			if !v.check(c) {
				t.Errorf("mapped to %+v", c.Events)
			}
		})
	}
}

func none(c *cert.Certificate) bool { return len(c.Events) == 0 }

// The parts of a patient.
func TestPatient(t *testing.T) {
	c := verify(t, sign(t, wrap(`{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"resource:0","resource":{"resourceType":"Patient",
		"name":[{"use":"official","family":" Ek ","given":["A","B"],"suffix":["Jr"]},{"text":"Whole Name"},{}],"birthDate":"1971","gender":"other",
		"identifier":[{"type":{"coding":[{"code":"PPN"}]},"value":"P1"},{"value":"X"}],"telecom":[]}}]}`))).Certificate
	want := []cert.Name{{Family: "Ek", Given: "A B"}, {Full: "Whole Name"}}
	if !slices.Equal(c.Subject.Names, want) || c.Subject.BirthDate.String() != "1971" || c.Subject.Sex != cert.Unspecified ||
		!slices.Equal(c.Subject.Documents, []cert.Document{{Type: "passport", Number: "P1"}}) {
		t.Errorf("%+v", c.Subject)
	}
	if len(c.Losses) != 4 { // the spaces, the suffix, the second identifier, the telephone
		t.Errorf("losses %v", c.Losses)
	}
}

// Schema names what is missing and repeats nothing.
func TestSchema(t *testing.T) {
	for _, v := range []struct{ comment, payload, want string }{
		{"in order", bundle(dose, lab), ""},
		{"no JSON", "x", " json_malformed"},
		{"another credential", strings.Replace(bundle(), "#health-card", "#other", 1), "vc.type no_schema"},
		{"another version of FHIR", strings.Replace(bundle(), "4.0.1", "5.0.0", 1), "fhirVersion value"},
		{"no patient", wrap(`{"resourceType":"Bundle","type":"collection","entry":[]}`), "fhirBundle.entry missing"},
		{"an identifier in the URL", strings.Replace(bundle(dose), "resource:1", "urn:uuid:1", 1), "fhirBundle.entry.1.fullUrl value"},
		{"a dose without a day", bundle(strings.Replace(dose, `"occurrenceDateTime":"2021-05-04"`, `"x":1`, 1)), "entry.1.resource.occurrenceDateTime missing"},
		{"a birth date that is none", strings.Replace(bundle(), "1971-03-05", "1971-13-05", 1), "entry.0.resource.birthDate date"},
		{"a rid that is too long", strings.Replace(bundle(), `"vc":{`, `"vc":{"rid":"`+strings.Repeat("a", 25)+`",`, 1), "vc.rid pattern"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			var got []string
			for _, i := range shc.Schema(v.payload) {
				got = append(got, i.Path+" "+i.What)
			}
			if s := strings.Join(got, "; "); !strings.HasSuffix(s, v.want) || (s == "") != (v.want == "") {
				t.Errorf("got %q, want %q", s, v.want)
			}
		})
	}
}

// A credential of another kind is verified and not mapped.
func TestUnknownCredential(t *testing.T) {
	text := sign(t, strings.Replace(bundle(dose), "#health-card", "#other", 1))
	u, err := shc.Read(text)
	if err != nil || u.Content() != "unknown" {
		t.Fatal(err, u.Content())
	}
	c := verify(t, text).Certificate
	if len(c.Events) != 0 || len(c.Subject.Names) != 0 || !slices.Equal(c.Losses, []cert.Loss{{Field: "vc", What: "not_mapped"}}) {
		t.Errorf("%+v", c)
	}
}
