package cert_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
)

func TestADateMayLackItsParts(t *testing.T) {
	for _, v := range []struct {
		comment, text string
		want          cert.Date
		first, end    string
	}{
		{"a day", "1984-05-09", cert.Date{Year: 1984, Month: 5, Day: 9}, "1984-05-09", "1984-05-10"},
		{"a month", "1984-05", cert.Date{Year: 1984, Month: 5}, "1984-05-01", "1984-06-01"},
		{"the last month of a year", "1984-12", cert.Date{Year: 1984, Month: 12}, "1984-12-01", "1985-01-01"},
		{"a year", "1984", cert.Date{Year: 1984}, "1984-01-01", "1985-01-01"},
		{"a leap day", "2024-02-29", cert.Date{Year: 2024, Month: 2, Day: 29}, "2024-02-29", "2024-03-01"},
		{"nothing", "", cert.Date{}, "0001-01-01", "0001-01-01"},
	} {
		d, err := cert.ParseDate(v.text)
		if err != nil || d != v.want || d.String() != v.text {
			t.Errorf("%s: %+v, %v, written %q", v.comment, d, err, d)
		}
		if got := d.First().Format(time.DateOnly); got != v.first {
			t.Errorf("%s: begins %s, want %s", v.comment, got, v.first)
		}
		if got := d.End().Format(time.DateOnly); got != v.end {
			t.Errorf("%s: ends %s, want %s", v.comment, got, v.end)
		}
		if d.IsZero() != (v.text == "") || d.Full() != (len(v.text) == 10) {
			t.Errorf("%s: zero %v, full %v", v.comment, d.IsZero(), d.Full())
		}
	}
}

func TestWhatIsNoDateIsRefused(t *testing.T) {
	for _, text := range []string{
		"1984-5-9", "84-05-09", "1984-13", "1984-00", "1984-02-30", "2023-02-29", "1984-05-00", "1984/05/09", "0000", "198 ", "1984-05-09T00:00:00", "1984-05-0x", "١٩٨٤",
	} {
		if d, err := cert.ParseDate(text); err == nil || d != (cert.Date{}) {
			t.Errorf("%q was read as %v", text, d)
		}
	}
}

func TestCompatibleDatesAreThoseThatCanBeTheSameDay(t *testing.T) {
	for _, v := range []struct {
		a, b string
		want bool
	}{
		{"1984-05-09", "1984-05-09", true}, {"1984-05-09", "1984-05", true}, {"1984-05-09", "1984", true}, {"1984-05-09", "", true},
		{"1984-05-09", "1984-05-10", false}, {"1984-05", "1984-06", false}, {"1984", "1985", false}, {"1984-05", "1985-05-09", false},
	} {
		a, _ := cert.ParseDate(v.a)
		b, _ := cert.ParseDate(v.b)
		if a.Compatible(b) != v.want || b.Compatible(a) != v.want {
			t.Errorf("%s and %s: want %v", v.a, v.b, v.want)
		}
	}
}

func TestADateOfAMomentIsThatOfItsPlace(t *testing.T) {
	at := time.Date(2026, 12, 31, 23, 30, 0, 0, time.FixedZone("", -3600))
	if got := cert.DateOf(at).String(); got != "2026-12-31" {
		t.Errorf("at the place it is %s", got)
	}
	if got := cert.DateOf(at.UTC()).String(); got != "2027-01-01" {
		t.Errorf("in UTC it is %s", got)
	}
	if !cert.DateOf(time.Time{}).IsZero() {
		t.Error("no moment has a date")
	}
}

func TestANameIsPrintedAsFarAsItIsKnown(t *testing.T) {
	for _, v := range []struct {
		comment string
		name    cert.Name
		want    string
	}{
		{"both parts", cert.Name{Family: "Örn", Given: "Åsa"}, "Åsa Örn"},
		{"a single name", cert.Name{Given: "Sukarno"}, "Sukarno"},
		{"the passport's form alone", cert.Name{FamilyICAO: "VAN<DER<BERG", GivenICAO: "ANNA<MARIA"}, "ANNA MARIA VAN DER BERG"},
		{"one part printed, the other in the passport's form", cert.Name{Family: "Örn", GivenICAO: "AASA"}, "AASA Örn"},
		{"never split", cert.Name{Full: "Dwi Putri", Family: "x"}, "Dwi Putri"},
		{"nothing", cert.Name{}, ""},
	} {
		if got := v.name.String(); got != v.want {
			t.Errorf("%s: %q, want %q", v.comment, got, v.want)
		}
	}
	if (cert.Person{}).Name() != (cert.Name{}) {
		t.Error("a person without names has one")
	}
}

func TestAnUnknownResultIsNotNegative(t *testing.T) {
	for code, want := range map[string]cert.Result{
		cert.CodeDetected: cert.Detected, cert.CodeNotDetected: cert.NotDetected, "": "", "negative": "", "260415000 ": "",
	} {
		if got := cert.ResultOf(code); got != want {
			t.Errorf("%q is %q, want %q", code, got, want)
		}
	}
	for code, want := range map[string]cert.Method{cert.CodeNucleicAcid: cert.NucleicAcid, cert.CodeAntigenRapid: cert.AntigenRapid, "LP0": ""} {
		if got := cert.MethodOf(code); got != want {
			t.Errorf("%q is %q, want %q", code, got, want)
		}
	}
}

func TestTheMappedCodeStandsBesideTheSourcesOwn(t *testing.T) {
	c := cert.Coded{Source: cert.Coding{System: cert.CVX, Code: "208"}}
	if c.Code() != "208" {
		t.Errorf("without a mapping: %q", c.Code())
	}
	c.Mapped = cert.Coding{System: cert.EUVaccine, Code: "EU/1/20/1528"}
	if c.Code() != "EU/1/20/1528" || c.Source.Code != "208" {
		t.Errorf("mapped: %+v", c)
	}
}

// whole is a certificate with every kind of event, of an invented person.
func whole() cert.Certificate {
	at := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	s := cert.Statement{ID: "1", Disease: cert.Coded{Source: cert.Coding{Code: cert.COVID19}}, Country: "XA", Authority: "Norland Health Agency"}
	return cert.Certificate{
		Carrier: cert.Carrier{Format: "hc1", Content: "dcc", Version: "1.3.0", Hash: "00"},
		Issuer:  cert.Issuer{Country: "XA", KeyID: "AA=="},
		Signed:  cert.Period{Issued: at, Until: at.AddDate(0, 0, 14)},
		Subject: cert.Person{
			Names: []cert.Name{{Family: "Örn", Given: "Åsa"}}, BirthDate: cert.Date{Year: 1984, Month: 5}, Sex: cert.Female, Nationality: "XA",
			Documents: []cert.Document{{Type: "passport", Number: "X1", Country: "XA"}, {Type: "identity_card", Number: "2"}},
			Guardian:  &cert.Person{Names: []cert.Name{{Full: "Bo"}}},
		},
		Events: []cert.Event{
			&cert.Test{Statement: s, Method: cert.NucleicAcid, SampledAt: at, Result: cert.NotDetected, Laboratory: cert.Facility{Name: "L", ID: "7", Accreditation: "ISO 15189"}, Specimen: cert.Coded{Source: cert.Coding{Code: "258500001"}}},
			&cert.Vaccination{Statement: s, Dose: 2, Doses: 1, Date: cert.Date{Year: 2026}, Lifelong: true, ProtectionFrom: at},
			&cert.Recovery{Statement: s, FirstPositive: cert.Date{Year: 2026, Month: 9, Day: 1}},
			&cert.Antibody{Statement: s, SampledAt: at, Value: "12 BAU/ml"},
			&cert.Exemption{Statement: s, Until: cert.Date{Year: 2027, Month: 1, Day: 1}},
			&cert.Declaration{Statement: s, At: at, Says: "x"},
			&cert.Notice{Statement: s, Until: at, Release: true, Appeal: "https://appeals.norland.example/"},
		},
		Losses: []cert.Loss{{Field: "t.0.dr", What: "dropped"}},
	}
}

func TestACertificateIsReadAsItWasWritten(t *testing.T) {
	c := whole()
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var got cert.Certificate
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, c) {
		t.Errorf("got %+v\nwant %+v", got, c)
	}
	for _, kind := range []string{"test", "vaccination", "recovery", "antibody", "exemption", "declaration", "notice"} {
		if !strings.Contains(string(b), `{"kind":"`+kind+`"`) {
			t.Errorf("no event says that it is a %s", kind)
		}
	}
	for _, e := range got.Events {
		if e.About().Authority != "Norland Health Agency" {
			t.Errorf("the %s lost its authority", e.Kind())
		}
	}
}

func TestWhatIsNoCertificateGivesNone(t *testing.T) {
	for comment, text := range map[string]string{
		"an event of no kind":       `{"events":[{}]}`,
		"an event of another kind":  `{"events":[{"kind":"horoscope"}]}`,
		"an event that is a number": `{"events":[1]}`,
		"a date that is none":       `{"subject":{"birth_date":"soon"}}`,
		"no object":                 `[]`,
		"half an object":            `{"events":`,
	} {
		var c cert.Certificate
		if err := json.Unmarshal([]byte(text), &c); err == nil || !reflect.DeepEqual(c, cert.Certificate{}) {
			t.Errorf("%s: %v, %+v", comment, err, c)
		}
	}
	b, err := json.Marshal(cert.Certificate{})
	if err != nil || !strings.Contains(string(b), `"events":[]`) {
		t.Errorf("nothing is written as %s, %v", b, err)
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"", "1984", "1984-05", "1984-05-09", "2024-02-29", "1984-02-30"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := cert.ParseDate(s)
		if err != nil {
			return
		}
		if d.String() != s {
			t.Errorf("%q is written %q", s, d)
		}
		if !d.IsZero() && !d.First().Before(d.End()) {
			t.Errorf("%q begins %s and ends %s", s, d.First(), d.End())
		}
	})
}

func TestACodedOutcomeIsReadAsTheOutcomeItWasMadeOf(t *testing.T) {
	for _, r := range []cert.Result{cert.Detected, cert.NotDetected} {
		if c := r.Coding(); c.System != cert.SNOMED || cert.ResultOf(c.Code) != r {
			t.Errorf("%s is coded %+v", r, c)
		}
	}
	for _, r := range []cert.Result{cert.Invalid, ""} { // nothing may be read as negative
		if c := r.Coding(); c != (cert.Coding{}) {
			t.Errorf("%q is coded %+v", r, c)
		}
	}
}
