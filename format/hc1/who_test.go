package hc1_test

import (
	"crypto/rand"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
)

func day(t *testing.T, s string) cert.Date {
	t.Helper()
	d, err := cert.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func content(t *testing.T, key int, v any) *cert.Certificate {
	t.Helper()
	return verify(t, signed(t, claims(t, map[int]any{-260: map[int]any{key: v}}))).Certificate
}

const yellowFever = "YellowFeverProductd2c75a15ed309658b3968519ddb31690"

// deployed is a yellow card in the field set that is deployed, later one in the other.
func deployed(change object) object {
	o := object{"n": "Anna Maria Eriksson", "dob": "2021-08-12", "s": "female", "ntl": "XA", "nid": "L898902C3", "ndt": "PPN", "gn": "Bo Eriksson", "v": object{
		"vp": yellowFever, "dt": "2026-06-15", "bo": "LOT-7", "ma": "Institute of Vaccines", "mid": "IV-1", "is": "Norland Institute of Health", "cn": "Dr. B. Lind",
	}}
	for k, v := range change {
		o[k] = v
	}
	return o
}

func later(change object) object {
	o := object{"v": "1.0.0", "n": "Anna Maria Eriksson", "dob": "2021-08-12", "s": "female", "nt": "XAA", "id": "L898902C3", "dt": "PPN", "gn": "Bo Eriksson", "vx": object{
		"vp": yellowFever, "dt": "2026-06-15", "bo": "LOT-7", "is": "Norland Institute of Health", "cn": "Dr. B. Lind",
	}}
	for k, v := range change {
		o[k] = v
	}
	return o
}

func TestBothFieldSetsOfTheYellowCardAreRead(t *testing.T) {
	for name, v := range map[string]struct {
		content              object
		nationality, version string
		maker                cert.Coded
	}{
		"deployed": {deployed(nil), "XA", "", cert.Coded{Source: cert.Coding{Code: "IV-1", Display: "Institute of Vaccines"}}},
		"later":    {later(nil), "XAA", "1.0.0", cert.Coded{}},
	} {
		c := content(t, -6, v.content)
		s := c.Subject
		if s.Name().Full != "Anna Maria Eriksson" || s.BirthDate != day(t, "2021-08-12") || s.Sex != cert.Female || s.Nationality != v.nationality ||
			!slices.Equal(s.Documents, []cert.Document{{Type: "passport", Number: "L898902C3"}}) || s.Guardian == nil || s.Guardian.Name().Full != "Bo Eriksson" {
			t.Errorf("%s: %+v", name, s)
		}
		want := &cert.Vaccination{
			Statement: cert.Statement{Disease: cert.Coded{Mapped: cert.Coding{System: cert.SNOMED, Code: cert.YellowFever}}, Authority: "Norland Institute of Health"},
			Product:   cert.Coded{Source: cert.Coding{System: cert.PreQual, Code: yellowFever}}, Maker: v.maker, Lot: "LOT-7", Date: day(t, "2026-06-15"),
			ProtectionFrom: time.Date(2026, 6, 25, 0, 0, 0, 0, time.UTC), Lifelong: true, Clinician: "Dr. B. Lind",
		}
		if len(c.Events) != 1 || !equal(c.Events[0], want) {
			t.Errorf("%s: %+v, want %+v", name, c.Events[0], want)
		}
		if c.Carrier.Content != "icvp" || c.Carrier.Version != v.version || len(c.Losses) > 0 {
			t.Errorf("%s: %+v, %v", name, c.Carrier, c.Losses)
		}
	}
}

// What the Regulations say of a disease counts, whatever the certificate says of it.
func TestProtectionOfAYellowCard(t *testing.T) {
	dose := func(product, more string) object {
		o := object{"vp": product, "dt": "2026-06-15", "bo": "1", "is": "x"}
		for _, f := range strings.Fields(more) {
			k, v, _ := strings.Cut(f, "=")
			o[k] = v
		}
		return deployed(object{"v": o})
	}
	const polio = "PolioVaccineOralOPVTrivaProduct1234567890abcdef1234567890abcdef"
	for _, v := range []struct {
		comment     string
		content     object
		from, until string
		lifelong    bool
		losses      string
	}{
		{"yellow fever: ten days after the dose, for life", dose(yellowFever, ""), "2026-06-25", "", true, ""},
		{"an old end of ten years does not count (2014)", dose(yellowFever, "vls=2026-06-25 vle=2036-06-24"), "2026-06-25", "", true, "v.vle dropped"},
		{"from the day of the dose: ten days later all the same", dose(yellowFever, "vls=2026-06-15"), "2026-06-25", "", true, ""},
		{"from before that", dose(yellowFever, "vls=2026-06-20"), "2026-06-25", "", true, "v.vls dropped"},
		{"from later, as certified", dose(yellowFever, "vls=2026-07-01"), "2026-07-01", "", true, ""},
		{"by the disease, whatever the product", dose("871720004", "tg=1D47"), "2026-06-25", "", true, ""},
		{"polio: as certified", dose(polio, "vls=2026-07-13 vle=2027-06-15"), "2026-07-13", "2027-06-15", false, ""},
		{"polio: nothing certified", dose(polio, ""), "", "", false, ""},
		{"a day that is not known", dose(yellowFever, "dt=2026-06"), "", "", true, ""},
	} {
		c := content(t, -6, v.content)
		e := c.Events[0].(*cert.Vaccination)
		from, until, losses := "", "", ""
		if !e.ProtectionFrom.IsZero() {
			from = cert.DateOf(e.ProtectionFrom).String()
		}
		if !e.ProtectionUntil.IsZero() {
			until = cert.DateOf(e.ProtectionUntil).String()
		}
		for _, l := range c.Losses {
			losses += l.Field + " " + l.What
		}
		if from != v.from || until != v.until || e.Lifelong != v.lifelong || losses != v.losses {
			t.Errorf("%s: from %q until %q, lifelong %t, %q", v.comment, from, until, e.Lifelong, losses)
		}
	}
}

func TestTheSchemaOfAYellowCard(t *testing.T) {
	less := func(o object, key string) object {
		delete(o, key)
		return o
	}
	inside := func(o object, group, key string) object {
		delete(o[group].(object), key)
		return o
	}
	for _, v := range []struct {
		comment string
		content object
		want    string
	}{
		{"deployed", deployed(nil), ""},
		{"later", later(nil), ""},
		{"a list of one vaccination", deployed(object{"v": []any{deployed(nil)["v"]}}), ""},
		{"of two", deployed(object{"v": []any{deployed(nil)["v"], deployed(nil)["v"]}}), "v one_entry"},
		{"of none", deployed(object{"v": []any{}}), "v one_entry"},
		{"a number", deployed(object{"v": 1}), "v type"},
		{"no name", less(deployed(nil), "n"), "n missing"},
		{"no birth date", less(deployed(nil), "dob"), "dob missing"},
		{"a year of birth", deployed(object{"dob": "2021"}), ""},
		{"a birth date in words", deployed(object{"dob": "yesterday"}), "dob pattern"},
		{"no vaccination", less(deployed(nil), "v"), "v missing"},
		{"no vaccination, later", less(later(nil), "vx"), "vx missing"},
		{"no version, later", less(later(nil), "v"), "v missing"},
		{"no sex, deployed", less(deployed(nil), "s"), ""},
		{"no sex, later", less(later(nil), "s"), "s missing"},
		{"no product", inside(deployed(nil), "v", "vp"), "v.vp missing"},
		{"no lot", inside(later(nil), "vx", "bo"), "vx.bo missing"},
		{"no date", inside(deployed(nil), "v", "dt"), "v.dt missing"},
		{"no centre: a clinician does", inside(deployed(nil), "v", "is"), ""},
		{"neither", inside(inside(deployed(nil), "v", "is"), "v", "cn"), "v.is missing"},
	} {
		var got []string
		for _, i := range hc1.Schema(string(claims(t, map[int]any{-260: map[int]any{-6: v.content}}))) {
			got = append(got, i.Path+" "+i.What)
		}
		if strings.Join(got, ", ") != v.want {
			t.Errorf("%s: %v, want %q", v.comment, got, v.want)
		}
	}
}

// yellowCard is what the issuer of a yellow card states.
func yellowCard() *cert.Certificate {
	return &cert.Certificate{
		Signed: cert.Period{Issued: issued},
		Subject: cert.Person{
			Names: []cert.Name{{Full: "Anna Maria Eriksson"}}, BirthDate: cert.Date{Year: 2021, Month: 8, Day: 12}, Sex: cert.Female, Nationality: "XA",
			Documents: []cert.Document{{Type: "passport", Number: "L898902C3"}}, Guardian: &cert.Person{Names: []cert.Name{{Full: "Bo Eriksson"}}},
		},
		Events: []cert.Event{&cert.Vaccination{
			Statement: cert.Statement{Disease: cert.Coded{Mapped: cert.Coding{System: cert.SNOMED, Code: cert.YellowFever}}, Authority: "Norland Institute of Health"},
			Product:   cert.Coded{Source: cert.Coding{System: cert.PreQual, Code: yellowFever}}, Maker: cert.Coded{Source: cert.Coding{Code: "IV-1", Display: "Institute of Vaccines"}},
			Lot: "LOT-7", Date: cert.Date{Year: 2026, Month: 1, Day: 15}, Clinician: "Dr. B. Lind",
		}},
	}
}

func TestAYellowCardIsIssued(t *testing.T) {
	c := yellowCard()
	text, err := demo().IssueICVP(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := verify(t, text)
	got := s.Certificate
	want := *c.Events[0].(*cert.Vaccination)
	want.Lifelong, want.ProtectionFrom = true, time.Date(2026, 1, 25, 0, 0, 0, 0, time.UTC)
	if !equal(got.Events[0], &want) {
		t.Errorf("%+v, want %+v", got.Events[0], want)
	}
	if got.Carrier.Content != "icvp" || got.Signed != c.Signed || got.Issuer.Country != "XA" || len(got.Losses) > 0 || got.Subject.Guardian.Name() != c.Subject.Guardian.Name() ||
		got.Subject.Documents[0] != c.Subject.Documents[0] || got.Subject.Sex != cert.Female {
		t.Errorf("%+v", got)
	}
	if issues := hc1.Schema(s.Raw); issues != nil {
		t.Error(issues)
	}
	// Its life may be longer than the key's, or none.
	c.Signed.Until = demo().Key.NotAfter.AddDate(40, 0, 0)
	if text, err = demo().IssueICVP(c, rand.Reader); err != nil || verify(t, text).Certificate.Signed != c.Signed {
		t.Error(err)
	}
}

func TestAYellowCardThatCannotBeIssuedIsRefusedWithWhatToDo(t *testing.T) {
	dose := func(f func(e *cert.Vaccination)) func(*cert.Certificate) {
		return func(c *cert.Certificate) { f(c.Events[0].(*cert.Vaccination)) }
	}
	for _, v := range []struct {
		comment, field string
		change         func(*cert.Certificate)
	}{
		{"two vaccinations", "events", func(c *cert.Certificate) { c.Events = append(c.Events, c.Events[0]) }},
		{"a test", "events", func(c *cert.Certificate) { c.Events = testCertificate().Events }},
		{"no moment", "signed.issued", func(c *cert.Certificate) { c.Signed.Issued = time.Time{} }},
		{"before the key", "signed.issued", func(c *cert.Certificate) { c.Signed.Issued = issued.AddDate(-30, 0, 0) }},
		{"ends before it begins", "signed.until", func(c *cert.Certificate) { c.Signed.Until = issued.AddDate(0, 0, -1) }},
		{"begins later", "signed.from", func(c *cert.Certificate) { c.Signed.From = issued.AddDate(0, 0, 1) }},
		{"of another country", "issuer.country", func(c *cert.Certificate) { c.Issuer.Country = "XB" }},
		{"no name", "subject.names.0", func(c *cert.Certificate) { c.Subject.Names = nil }},
		{"no birth date", "subject.birth_date", func(c *cert.Certificate) { c.Subject.BirthDate = cert.Date{} }},
		{"a product of the European list", "events.0.product", dose(func(e *cert.Vaccination) {
			e.Product.Source = cert.Coding{System: cert.EUVaccine, Code: "EU/1/20/1528"}
		})},
		{"no product", "events.0.product", dose(func(e *cert.Vaccination) { e.Product = cert.Coded{} })},
		{"of another disease", "events.0.disease", dose(func(e *cert.Vaccination) { e.Disease = snomed(cert.Polio) })},
		{"no lot", "events.0.lot", dose(func(e *cert.Vaccination) { e.Lot = "" })},
		{"a month", "events.0.date", dose(func(e *cert.Vaccination) { e.Date.Day = 0 })},
		{"nobody answers for it", "events.0.authority", dose(func(e *cert.Vaccination) { e.Authority, e.Clinician = "", "" })},
		{"protects from the dose on", "events.0.protection_from", dose(func(e *cert.Vaccination) { e.ProtectionFrom = e.Date.First() })},
		{"protects for ten years", "events.0.protection_until", dose(func(e *cert.Vaccination) { e.ProtectionUntil = e.Date.First().AddDate(10, 0, 0) })},
	} {
		c := yellowCard()
		v.change(c)
		_, err := demo().IssueICVP(c, rand.Reader)
		e, ok := errors.AsType[*hc1.FieldError](err)
		if !ok || e.Field != v.field || e.Do == "" {
			t.Errorf("%s: %v, want %s", v.comment, err, v.field)
		}
	}
	if _, err := (hc1.Issuer{}).IssueICVP(yellowCard(), rand.Reader); err == nil {
		t.Error("issued without a key")
	}
}

// A core data set is read in each of the styles in which it is written.
func TestCoreDataSetsAreRead(t *testing.T) {
	vaccination := func(c *cert.Certificate) *cert.Vaccination { return c.Events[0].(*cert.Vaccination) }
	groups := object{
		"name": "Eddie Murphy", "birthDate": "1986-09-19", "sex": "male", "identifier": "1234567890",
		"certificate": object{"hcid": "US111", "issuer": object{"identifier": "x"}, "version": "RC2", "period": object{"start": "2021-07-08", "end": "2022-07-08"}, "kid": "1"},
		"vaccination": object{
			"vaccine": object{"system": cert.ICD11, "code": "XM68M6"}, "brand": object{"code": "TEST", "display": "Test"}, "manufacturer": "M", "maholder": "H", "lot": "PT1",
			"date": "2021-07-08", "validFrom": "2021-07-22", "dose": 1, "totalDoses": 2, "country": object{"code": "USA"}, "centre": "Site", "practitioner": "P",
			"disease": object{"system": cert.ICD11, "code": "RA01"}, "nextDose": "2021-07-29",
		},
	}
	c := content(t, 3, groups)
	e := vaccination(c)
	want := &cert.Vaccination{
		Statement:   cert.Statement{ID: "US111", Country: "USA", Disease: cert.CodedDisease(cert.Coding{System: cert.ICD11, Code: "RA01"})},
		Prophylaxis: cert.Coded{Source: cert.Coding{System: cert.ICD11, Code: "XM68M6"}}, Product: cert.Coded{Source: cert.Coding{Code: "TEST", Display: "Test"}},
		Maker: cert.Coded{Source: cert.Coding{Code: "H"}}, Lot: "PT1", Date: day(t, "2021-07-08"), Dose: 1, Doses: 2, NextDue: day(t, "2021-07-29"),
		ProtectionFrom: day(t, "2021-07-22").First(), Centre: cert.Facility{Name: "Site"}, Clinician: "P",
	}
	if !equal(e, want) {
		t.Errorf("%+v, want %+v", e, want)
	}
	if e.Disease.Code() != cert.COVID19 || c.Carrier.Version != "RC2" || c.Subject.Name().Full != "Eddie Murphy" || c.Subject.Sex != cert.Male ||
		!c.Signed.Until.Equal(time.Date(2022, 7, 8, 23, 59, 59, 0, time.UTC)) || !c.Signed.From.Equal(day(t, "2021-07-08").First()) {
		t.Errorf("%+v", c)
	}
	var lost []string
	for _, l := range c.Losses {
		lost = append(lost, l.Field)
	}
	slices.Sort(lost)
	if got := strings.Join(lost, " "); got != "certificate.issuer.identifier certificate.kid" {
		t.Errorf("lost %s", got)
	}

	flat := object{
		"name": "Eddie Murphy", "birth_date": "1986-09-19", "hcid": "US111", "vaccine": "1119349007", "brand": "TEST", "ma_holder": "H", "lot": "PT1", "date": "2021-07-08",
		"vaccine_valid": "2021-07-22", "dose": "2", "total_doses": 2, "country": "USA", "centre": "Site", "hw": "P", "pha": "Ministry", "due_date": "2021-07-29",
		"valid_from": "2021-07-08", "valid_until": "2022-07-08", "disease": "840539006",
	}
	for name, c := range map[string]*cert.Certificate{"under its key": content(t, 3, flat), "at the top": verify(t, signed(t, claims(t, flat))).Certificate} {
		e := vaccination(c)
		if e.ID != "US111" || e.Prophylaxis.Source.Code != "1119349007" || e.Dose != 2 || e.Doses != 2 || e.Authority != "Ministry" || e.Clinician != "P" ||
			e.ProtectionFrom != day(t, "2021-07-22").First() || e.NextDue != day(t, "2021-07-29") || c.Signed.Until.IsZero() || len(c.Losses) > 0 {
			t.Errorf("%s: %+v, losses %v", name, e, c.Losses)
		}
	}

	result := object{
		"name": "Eddie Murphy", "birthDate": "1986-09-19", "certificate": object{"hcid": "US112"},
		"test": object{
			"pathogen": "840539006", "type": object{"system": cert.LOINC, "code": "94500-6"}, "brand": "PCR kit", "manufacturer": "M", "origin": "258500001",
			"date": "2021-07-08T09:00:00+02:00", "result": object{"system": cert.SNOMED, "code": "260415000"}, "centre": "Lab", "country": "USA",
		},
	}
	for name, content := range map[string]*cert.Certificate{"test": content(t, 4, result)} {
		e, ok := content.Events[0].(*cert.Test)
		if !ok || e.Result != cert.NotDetected || e.Name != "PCR kit" || e.Laboratory.Name != "Lab" || e.ID != "US112" || e.Country != "USA" ||
			e.Disease.Code() != cert.COVID19 || !e.SampledAt.Equal(time.Date(2021, 7, 8, 7, 0, 0, 0, time.UTC)) || len(content.Losses) > 0 {
			t.Errorf("%s: %+v, losses %v", name, content.Events[0], content.Losses)
		}
	}
	if c := content(t, 3, object{"name": "Eddie Murphy"}); len(c.Events) != 0 || len(c.Losses) != 1 {
		t.Errorf("about nothing: %+v", c)
	}
}

// A health link is read in each of the four shapes in which it is published, and is no event.
func TestHealthLinksAreRead(t *testing.T) {
	const link = "vhlink:/eyJ1cmwiOiJodHRwczovL3JlY29yZHMuZXhhbXBsZS5vcmcvbS9hYmMiLCJrZXkiOiJBQUVDQXdRRkJnY0lDUW9MREEwT0R4QVJFaE1VRlJZWEdCa2FHeHdkSGg4IiwiZmxhZyI6IlAiLCJleHAiOjE3NjcyMjU2MDAsImxhYmVsIjoiSGFqaiIsInYiOjF9"
	want := []cert.Link{{Host: "records.example.org", Passcode: true, Until: time.Unix(1767225600, 0).UTC(), Label: "Hajj"}}
	for name, v := range map[string]any{"text": link, "list": []any{link}, "map": object{"u": link}, "list of maps": []any{object{"u": link}}} {
		c := content(t, 5, v)
		if !slices.Equal(c.Links, want) || len(c.Events) != 0 || len(c.Losses) != 0 {
			t.Errorf("%s: %+v, %v", name, c.Links, c.Losses)
		}
		b, err := c.MarshalJSON()
		if err != nil || strings.Contains(string(b), "AAECAwQF") {
			t.Errorf("%s: the neutral form has the key: %s", name, b)
		}
		links := read(t, signed(t, claims(t, map[int]any{-260: map[int]any{5: v}}))).LinksSkippingVerification()
		if len(links) != 1 || links[0].About() != want[0] {
			t.Errorf("%s: the links to follow are %v", name, links)
		}
	}
	for name, v := range map[string]any{"no link": "https://example.org", "a number": 5, "in a list in a list": []any{[]any{link}}, "another member": object{"x": link}} {
		if c := content(t, 5, v); len(c.Links) != 0 {
			t.Errorf("%s: %+v", name, c.Links)
		}
		if links := read(t, signed(t, claims(t, map[int]any{-260: map[int]any{5: v}}))).LinksSkippingVerification(); len(links) != 0 {
			t.Errorf("%s: %d links to follow", name, len(links))
		}
	}
	if links := new(hc1.Unverified).LinksSkippingVerification(); links != nil {
		t.Error("the zero code has links")
	}
}

func TestCodesThatTheWHOPublished(t *testing.T) {
	dir := filepath.Join(vectors(t), "who")
	for name, want := range map[string]struct {
		person, disease, date, losses string
	}{
		"icvp/DVCTestQR.txt":  {"Aulo Agerio", cert.YellowFever, "1904-08-23", "v.dn not_mapped, v.vle dropped"},
		"icvp/DVCTest3QR.txt": {"Albani Olivieri", cert.COVID19, "2023-07-04", "v.dn not_mapped"},
		"WHOQR1Contents.txt":  {"Eddie Murphy", cert.COVID19, "2021-07-08", ""},
	} {
		c, err := read(t, string(file(t, dir, filepath.FromSlash(name)))).SkipVerification()
		if err != nil {
			t.Fatal(name, err)
		}
		e, ok := c.Events[0].(*cert.Vaccination)
		losses := make([]string, 0, 2)
		for _, l := range c.Losses {
			losses = append(losses, l.Field+" "+l.What)
		}
		if !ok || c.Subject.Name().Full != want.person || e.Disease.Code() != want.disease || e.Date.String() != want.date || strings.Join(losses, ", ") != want.losses {
			t.Errorf("%s: %+v, %v", name, c.Events[0], losses)
		}
	}
}
