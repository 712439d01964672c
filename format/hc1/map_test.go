package hc1_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	oracle "github.com/fxamacker/cbor/v2"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
)

type object = map[string]any

// person is content about somebody, with more fields.
func person(more object) object {
	o := object{"ver": "1.3.0", "dob": "1979-04-14", "nam": object{"fn": "Doe", "fnt": "DOE", "gn": "Jo", "gnt": "JO"}}
	for k, v := range more {
		o[k] = v
	}
	return o
}

// entry is a test, with fields changed; a field set to nothing is left out.
func entry(change object) object {
	o := object{"tg": "840539006", "tt": "LP6464-4", "nm": "PCR", "sc": "2026-02-28T17:30:00+02:00", "tr": "260415000", "tc": "Lab", "co": "XA", "is": "Ministry", "ci": "URN:1"}
	for k, v := range change {
		o[k] = v
	}
	return o
}

func dose(change object) object {
	o := object{"tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2, "dt": "2026-01-15", "co": "XA", "is": "Ministry", "ci": "URN:1"}
	for k, v := range change {
		o[k] = v
	}
	return o
}

func mapped(t *testing.T, content any) *cert.Certificate {
	t.Helper()
	return verify(t, signed(t, dcc(t, content))).Certificate
}

func TestCertificatesAreMapped(t *testing.T) {
	statement := cert.Statement{ID: "URN:1", Disease: snomed(cert.COVID19), Country: "XA", Authority: "Ministry"}
	for name, v := range map[string]struct {
		content object
		want    cert.Event
	}{
		"test": {object{"t": []any{entry(object{"dr": "2026-03-01T08:00:00Z"})}}, &cert.Test{
			Statement: statement, Type: cert.Coded{Source: cert.Coding{System: cert.LOINC, Code: "LP6464-4"}}, Method: cert.NucleicAcid, Name: "PCR",
			SampledAt: time.Date(2026, 2, 28, 17, 30, 0, 0, time.FixedZone("", 7200)), ReportedAt: issued,
			Outcome: snomed("260415000"), Result: cert.NotDetected, Laboratory: cert.Facility{Name: "Lab"},
		}},
		"rapid test, positive": {object{"t": []any{entry(object{"tt": "LP217198-3", "ma": "1232", "nm": nil, "tr": "260373001"})}}, &cert.Test{
			Statement: statement, Type: cert.Coded{Source: cert.Coding{System: cert.LOINC, Code: "LP217198-3"}}, Method: cert.AntigenRapid,
			Device:    cert.Coded{Source: cert.Coding{System: cert.EUDevice, Code: "1232"}},
			SampledAt: time.Date(2026, 2, 28, 17, 30, 0, 0, time.FixedZone("", 7200)),
			Outcome:   snomed("260373001"), Result: cert.Detected, Laboratory: cert.Facility{Name: "Lab"},
		}},
		"test with codes that nobody knows": {object{"t": []any{entry(object{"tt": "new", "tr": "maybe"})}}, &cert.Test{
			Statement: statement, Type: cert.Coded{Source: cert.Coding{System: cert.LOINC, Code: "new"}}, Name: "PCR",
			SampledAt: time.Date(2026, 2, 28, 17, 30, 0, 0, time.FixedZone("", 7200)),
			Outcome:   snomed("maybe"), Laboratory: cert.Facility{Name: "Lab"},
		}},
		"vaccination": {object{"v": []any{dose(nil)}}, &cert.Vaccination{
			Statement: statement, Prophylaxis: snomed("1119349007"), Product: cert.Coded{Source: cert.Coding{System: cert.EUVaccine, Code: "EU/1/20/1528"}},
			Maker: cert.Coded{Source: cert.Coding{System: cert.EUHolder, Code: "ORG-100030215"}}, Dose: 2, Doses: 2, Date: cert.Date{Year: 2026, Month: 1, Day: 15},
		}},
		"vaccination outside the European registers": {object{"v": []any{dose(object{"vp": "J07BX03", "mp": "CoronaVac", "ma": "Sinovac-Biotech", "dn": 3.0})}}, &cert.Vaccination{
			Statement: statement, Prophylaxis: cert.Coded{Source: cert.Coding{System: cert.ATC, Code: "J07BX03"}},
			Product: cert.Coded{Source: cert.Coding{System: "http://ec.europa.eu/temp/vaccineproductname", Code: "CoronaVac"}},
			Maker:   cert.Coded{Source: cert.Coding{System: "http://ec.europa.eu/temp/vaccinemanufacturer", Code: "Sinovac-Biotech"}},
			Dose:    3, Doses: 2, Date: cert.Date{Year: 2026, Month: 1, Day: 15},
		}},
		"recovery": {object{"r": []any{object{"tg": "840539006", "fr": "2026-01-02", "df": "2026-01-13", "du": "2026-07-01", "co": "XA", "is": "Ministry", "ci": "URN:1"}}}, &cert.Recovery{
			Statement: statement, FirstPositive: cert.Date{Year: 2026, Month: 1, Day: 2}, From: cert.Date{Year: 2026, Month: 1, Day: 13}, Until: cert.Date{Year: 2026, Month: 7, Day: 1},
		}},
	} {
		c := mapped(t, person(v.content))
		if len(c.Events) != 1 || !equal(c.Events[0], v.want) {
			t.Errorf("%s: %+v, want %+v", name, c.Events, v.want)
		}
		if c.Carrier.Version != "1.3.0" || c.Signed != (cert.Period{Issued: issued, Until: expires}) || c.Issuer.Country != "XA" ||
			c.Subject.BirthDate != (cert.Date{Year: 1979, Month: 4, Day: 14}) ||
			!slices.Equal(c.Subject.Names, []cert.Name{{Family: "Doe", Given: "Jo", FamilyICAO: "DOE", GivenICAO: "JO"}}) {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// equal compares events; moments by what they print as, with their offset.
func equal(a, b cert.Event) bool {
	x, y := cert.Certificate{Events: []cert.Event{a}}, cert.Certificate{Events: []cert.Event{b}}
	p, errP := x.MarshalJSON()
	q, errQ := y.MarshalJSON()
	return errP == nil && errQ == nil && string(p) == string(q)
}

// What issuers in the field write is read, and what had to be done to it is said.
func TestQuirksOfTheField(t *testing.T) {
	tag := func(n uint64, v any) any { return oracle.Tag{Number: n, Content: v} }
	test := func(o object) object { return person(object{"t": []any{entry(o)}}) }
	vacc := func(o object) object { return person(object{"v": []any{dose(o)}}) }
	at := func(c *cert.Certificate) string { return c.Events[0].(*cert.Test).SampledAt.Format(time.RFC3339Nano) }
	day := func(c *cert.Certificate) string { return c.Events[0].(*cert.Vaccination).Date.String() }
	born := func(c *cert.Certificate) string { return c.Subject.BirthDate.String() }
	name := func(c *cert.Certificate) string { return c.Subject.Name().String() }
	doses := func(c *cert.Certificate) string {
		return fmt.Sprint(c.Events[0].(*cert.Vaccination).Dose, c.Events[0].(*cert.Vaccination).Doses)
	}
	for _, v := range []struct {
		comment string
		content object
		get     func(*cert.Certificate) string
		want    string
		losses  string
	}{
		{"moment in tag 0 (AD, EE, HU, RO, SE, SI, TH)", test(object{"sc": tag(0, "2026-02-28T17:30:00Z")}), at, "2026-02-28T17:30:00Z", ""},
		{"moment as seconds in tag 1", test(object{"sc": tag(1, 1772299800)}), at, "2026-02-28T17:30:00Z", ""},
		{"offset kept", test(object{"sc": "2026-02-28T17:30:00-03:30"}), at, "2026-02-28T17:30:00-03:30", ""},
		{"offset without colon", test(object{"sc": "2026-02-28T17:30:00+0200"}), at, "2026-02-28T17:30:00+02:00", ""},
		{"offset of hours alone", test(object{"sc": "2026-02-28T17:30:00+02"}), at, "2026-02-28T17:30:00+02:00", ""},
		{"offset zero", test(object{"sc": "2026-02-28T17:30:00-00:00"}), at, "2026-02-28T17:30:00Z", ""},
		{"fraction (CY, LT, VA)", test(object{"sc": "2026-02-28T17:30:00.123456+02:00"}), at, "2026-02-28T17:30:00.123456+02:00", ""},
		{"more digits than there are nanoseconds", test(object{"sc": "2026-02-28T17:30:00.1234567894444Z"}), at, "2026-02-28T17:30:00.123456789Z", ""},
		{"space for the T, lower case, no seconds", test(object{"sc": "2026-02-28 17:30z"}), at, "2026-02-28T17:30:00Z", ""},
		{"no zone", test(object{"sc": "2026-02-28T17:30:00"}), at, "2026-02-28T17:30:00Z", "t.0.sc assumed_utc"},
		{"no time", test(object{"sc": "2026-02-28"}), at, "2026-02-28T00:00:00Z", "t.0.sc guessed"},
		{"spaces around a moment", test(object{"sc": " 2026-02-28T17:30:00Z "}), at, "2026-02-28T17:30:00Z", "t.0.sc trimmed"},
		{"no date of the calendar", test(object{"sc": "2026-02-30T17:30:00Z"}), at, "0001-01-01T00:00:00Z", "t.0.sc unreadable"},
		{"25 o'clock", test(object{"sc": "2026-02-28T25:30:00Z"}), at, "0001-01-01T00:00:00Z", "t.0.sc unreadable"},
		{"zone and more", test(object{"sc": "2026-02-28T17:30:00Z?"}), at, "0001-01-01T00:00:00Z", "t.0.sc unreadable"},
		{"point without digits", test(object{"sc": "2026-02-28T17:30:00.Z"}), at, "0001-01-01T00:00:00Z", "t.0.sc unreadable"},
		{"a month", test(object{"sc": "2026-02"}), at, "0001-01-01T00:00:00Z", "t.0.sc unreadable"},
		{"moment is a number", test(object{"sc": 5}), at, "0001-01-01T00:00:00Z", "t.0.sc unreadable"},
		{"moment null", test(object{"sc": nil}), at, "0001-01-01T00:00:00Z", "t.0.sc null"},

		{"date with a time (BG, CO, JO, LB)", vacc(object{"dt": "2026-01-15T00:00:00"}), day, "2026-01-15", "v.0.dt trimmed"},
		{"date with a time and an offset: the day where it was written (PL, DE)", vacc(object{"dt": "2026-01-15T00:30:00+02:00"}), day, "2026-01-15", "v.0.dt trimmed"},
		{"date with milliseconds (SG)", vacc(object{"dt": "2026-01-15T00:00:00.000Z"}), day, "2026-01-15", "v.0.dt trimmed"},
		{"date in tag 1004", vacc(object{"dt": tag(1004, "2026-01-15")}), day, "2026-01-15", ""},
		{"date of a month", vacc(object{"dt": "2026-01"}), day, "2026-01", ""},
		{"no date", vacc(object{"dt": "15.01.2026"}), day, "", "v.0.dt unreadable"},
		{"date and a broken time", vacc(object{"dt": "2026-01-15T9"}), day, "", "v.0.dt unreadable"},

		{"born in a year", person(object{"dob": "1964"}), born, "1964", ""},
		{"born in a month (LU, RO)", person(object{"dob": "1967-03"}), born, "1967-03", ""},
		{"birth date not known (LU, RO)", person(object{"dob": ""}), born, "", ""},
		{"born at a time (BG)", person(object{"dob": "1978-01-26T00:00:00"}), born, "1978-01-26", "dob trimmed"},
		{"born on a day XX", person(object{"dob": "1978-01-XX"}), born, "1978-01", "dob guessed"},
		{"born on XX-XX", person(object{"dob": "1978-XX-XX"}), born, "1978", "dob guessed"},
		{"born on 00-00", person(object{"dob": "1978-00-00"}), born, "1978", "dob guessed"},
		{"birth date is a number", person(object{"dob": 1978}), born, "", "dob unreadable"},

		{"doses as floats (IE)", vacc(object{"dn": 2.0, "sd": float32(2)}), doses, "2 2", ""},
		{"booster after one dose", vacc(object{"dn": 2, "sd": 1}), doses, "2 1", ""},
		{"half a dose", vacc(object{"dn": 1.5}), doses, "0 2", "v.0.dn unreadable"},
		{"dose as text, and absurd", vacc(object{"dn": "2", "sd": 1 << 40}), doses, "0 0", "v.0.dn unreadable,v.0.sd unreadable"},
		{"negative dose", vacc(object{"dn": -1}), doses, "0 2", "v.0.dn unreadable"},

		{"only a transliterated family name (FR, MY)", person(object{"nam": object{"fnt": "DOE<ROE"}}), name, "DOE ROE", ""},
		{"spaces around a name", person(object{"nam": object{"fn": " Doe", "gn": "Jo  "}}), name, "Jo Doe", "nam.fn trimmed,nam.gn trimmed"},
		{"a name in normal form D is kept", person(object{"nam": object{"fn": "Muller\u0308"}}), name, "Muller\u0308", ""},
		{"no name", person(object{"nam": object{}}), name, "", ""},
		{"name null", person(object{"nam": nil}), name, "", "nam null"},
		{"name is text", person(object{"nam": "Jo Doe"}), name, "", "nam unreadable"},
		{"a part of the name null, one unknown", person(object{"nam": object{"fn": nil, "gn": "Jo", "mn": "X"}}), name, "Jo", "nam.fn null,nam.mn dropped"},

		{"groups null (BG)", person(object{"t": nil, "r": nil}), name, "Jo Doe", "r null,t null"},
		{"group is no list", person(object{"t": entry(nil)}), name, "Jo Doe", "t unreadable"},
		{"entries null and of another type", person(object{"t": []any{nil, "x", entry(nil)}}), at, "2026-02-28T17:30:00+02:00", "t.0 null,t.1 unreadable"},
		{"a field that the schema does not have (rd for dr, TW)", test(object{"rd": "x"}), at, "2026-02-28T17:30:00+02:00", "t.0.rd dropped"},
		{"a top field that the schema does not have", person(object{"x": 1}), name, "Jo Doe", "x dropped"},
		{"an identifier is kept to the byte", test(object{"ci": " urn:1 "}), func(c *cert.Certificate) string { return c.Events[0].About().ID }, " urn:1 ", ""},
		{"a code with spaces", test(object{"tr": "260415000 "}), func(c *cert.Certificate) string { return string(c.Events[0].(*cert.Test).Result) }, "not_detected", "t.0.tr trimmed"},
		{"a device null (IE)", test(object{"ma": nil}), at, "2026-02-28T17:30:00+02:00", "t.0.ma null"},
		{"empty texts (NL)", test(object{"co": "", "tc": "", "ma": ""}), at, "2026-02-28T17:30:00+02:00", ""},
		{"a code is a number", test(object{"tg": 840539006}), at, "2026-02-28T17:30:00+02:00", "t.0.tg unreadable"},
	} {
		c := mapped(t, v.content)
		losses := ""
		slices.SortFunc(c.Losses, func(a, b cert.Loss) int { return slices.Compare([]byte(a.Field), []byte(b.Field)) })
		for i, l := range c.Losses {
			if i > 0 {
				losses += ","
			}
			losses += l.Field + " " + l.What
		}
		if got := v.get(c); got != v.want || losses != v.losses {
			t.Errorf("%s: %q with losses %q, want %q with %q", v.comment, got, losses, v.want, v.losses)
		}
	}
}

// Several groups and entries give several events, in their order.
func TestSeveralEventsAreKept(t *testing.T) {
	c := mapped(t, person(object{"v": []any{dose(nil), dose(object{"dn": 3})}, "t": []any{entry(nil)}}))
	kinds := map[cert.Kind]int{}
	for _, e := range c.Events {
		kinds[e.Kind()]++
	}
	if !reflect.DeepEqual(kinds, map[cert.Kind]int{cert.KindTest: 1, cert.KindVaccination: 2}) {
		t.Error(kinds)
	}
	if got := hc1.Schema(string(dcc(t, person(object{"v": []any{dose(nil)}, "t": []any{entry(nil)}})))); !slices.Contains(got, hc1.Issue{What: "one_group"}) {
		t.Errorf("the schema allows it: %v", got)
	}
}

// What is beside the certificate in the content claim is said to be lost.
func TestOtherContentBesideACertificate(t *testing.T) {
	c := verify(t, signed(t, claims(t, map[int]any{-260: map[int]any{1: person(nil), 5: "vhlink:/x"}}))).Certificate
	if !slices.Equal(c.Losses, []cert.Loss{{Field: "-260.5", What: "dropped"}}) {
		t.Error(c.Losses)
	}
}

// A certificate is its own: reading other codes does not change it.
func TestACertificateSharesNoMemory(t *testing.T) {
	s := verify(t, issue(t, demo(), testCertificate()))
	before, err := s.Certificate.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	raw := string(s.Raw)
	for range 50 {
		c := vaccinationCertificate()
		c.Subject.Names[0].Family = "Someone Else With A Longer Name"
		verify(t, issue(t, demo(), c))
	}
	after, err := s.Certificate.MarshalJSON()
	if err != nil || string(after) != string(before) || string(s.Raw) != raw {
		t.Errorf("changed from %s to %s", before, after)
	}
}
