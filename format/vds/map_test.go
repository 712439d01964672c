package vds_test

import (
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/trust"
)

const tested = `{"hdr":{"t":"icao.test","v":1,"is":"XAA"},"msg":{"utci":"T1","pid":{"n":"SECRETNAME  ANA","dob":"1971-03-05","dt":"P","dn":"P1"},"sp":{"spn":"Lab","ctr":"AUS"},"dat":{"sc":"2021-05-31T23:30:00+02:00","ri":"2021-06-01T04:00:00Z"},"tr":{"tc":"molecular(PCR)","r":"negative","m":"nasopharyngeal"}}}`

// What seals in the field look like, and what becomes of them.
func TestQuirks(t *testing.T) {
	i := newAuthority(t, key(t, elliptic.P256()), 0).issuer(t, key(t, elliptic.P256()), nil)
	with := strings.NewReplacer
	shot := func(c *cert.Certificate) *cert.Vaccination { return c.Events[0].(*cert.Vaccination) }
	test := func(c *cert.Certificate) *cert.Test { return c.Events[0].(*cert.Test) }
	for _, v := range []struct {
		comment, data, losses string
		check                 func(c *cert.Certificate) bool
	}{
		{"a vaccination", vacc, "", func(c *cert.Certificate) bool {
			e := shot(c)
			return e.ID == "U1" && e.Country == "AU" && e.Disease.Code() == cert.COVID19 && e.Disease.Source.Code == "RA01.0" && e.Prophylaxis.Code() == "J07BX03" &&
				e.Product.Code() == "EU/1/20/1528" && e.Product.Source.Display == "Comirnaty" && e.Date.String() == "2021-03-01" && e.Dose == 1 && e.Lot == "L" &&
				c.Subject.Name() == cert.Name{Family: "SECRETNAME", Given: "ANA"} && c.Issuer.Country == "XAA"
		}},
		{"a brand in more words", with("Comirnaty", "AstraZeneca Vaxzevria").Replace(vacc), "", func(c *cert.Certificate) bool { return shot(c).Product.Code() == "EU/1/21/1529" }},
		{"two brands", with("Comirnaty", "Comirnaty or Vaxzevria").Replace(vacc), "", func(c *cert.Certificate) bool { return shot(c).Product.Code() == "" }},
		{"another disease", with("XM68M6", "XM0N24", "RA01.0", "1D47", "Comirnaty", "Stamaril").Replace(vacc), "", func(c *cert.Certificate) bool {
			return shot(c).Disease.Code() == "16541001" && shot(c).Prophylaxis.Code() == "XM0N24"
		}},
		{"no disease", with(`"dis":"RA01.0",`, "").Replace(vacc), "", func(c *cert.Certificate) bool { return shot(c).Disease.Code() == cert.COVID19 }},
		{"a disease that nobody knows", with("RA01.0", "XX99").Replace(vacc), "ve.0.dis not_mapped", func(c *cert.Certificate) bool { return shot(c).Disease.Code() == "XX99" }},
		{"a dose of no number", with(`"seq":1`, `"seq":"1"`).Replace(vacc), "ve.0.vd.0.seq unreadable", func(c *cert.Certificate) bool { return shot(c).Dose == 0 }},
		{"a day that is none", with("2021-03-01", "2021-02-30").Replace(vacc), "ve.0.vd.0.dvc unreadable", func(c *cert.Certificate) bool { return shot(c).Date.IsZero() }},
		{"what no model holds", with(`"seq":1`, `"seq":1,"clinician":{},"x":null`, `"uvci":"U1"`, `"uvci":"U1","more":1`).Replace(vacc),
			"more dropped; ve.0.vd.0.clinician dropped; ve.0.vd.0.x dropped", func(c *cert.Certificate) bool { return len(c.Events) == 1 }},
		{"a name in one piece", with("SECRETNAME  ANA", "SECRETNAME ANA").Replace(vacc), "", func(c *cert.Certificate) bool {
			return c.Subject.Name() == cert.Name{Full: "SECRETNAME ANA"}
		}},
		{"a name in three pieces", with("SECRETNAME  ANA", "A  B  C").Replace(vacc), "", func(c *cert.Certificate) bool { return c.Subject.Name().Full == "A  B  C" }},
		{"a sex of another alphabet", with(`"n":`, `"sex":"w","n":`).Replace(vacc), "pid.sex not_mapped", func(c *cert.Certificate) bool { return c.Subject.Sex == "" }},
		{"a birth year", with(`"n":`, `"dob":"1971","n":`).Replace(vacc), "", func(c *cert.Certificate) bool { return c.Subject.BirthDate == cert.Date{Year: 1971} }},
		{"a null", with(`"n":`, `"dob":null,"ai":7,"n":`).Replace(vacc), "pid.dob null; pid.ai unreadable", func(c *cert.Certificate) bool { return len(c.Subject.Documents) == 0 }},
		{"another kind of seal", with("icao.vacc", "icao.dta").Replace(vacc), "msg not_mapped", func(c *cert.Certificate) bool { return len(c.Events) == 0 && c.Carrier.Content == "unknown" }},
		{"a test", tested, "tr guessed", func(c *cert.Certificate) bool {
			e := test(c)
			return e.ID == "T1" && e.Country == "AU" && e.Method == cert.NucleicAcid && e.Type.Code() == cert.CodeNucleicAcid && e.Result == cert.NotDetected &&
				e.Outcome.Code() == cert.CodeNotDetected && e.Outcome.Source.Code == "negative" && e.Specimen.Code() == "258500001" &&
				e.SampledAt.Format(time.RFC3339) == "2021-05-31T23:30:00+02:00" && e.Laboratory.Name == "Lab" && e.Disease.Code() == cert.COVID19 &&
				reflect.DeepEqual(c.Subject.Documents, []cert.Document{{Type: "passport", Number: "P1"}})
		}},
		{"an abnormal result is neither", with("negative", "abnormal").Replace(tested), "tr.r not_mapped; tr guessed", func(c *cert.Certificate) bool {
			return test(c).Result == "" && test(c).Outcome.Code() == "abnormal"
		}},
		{"a normal result is not negative", with("negative", "normal").Replace(tested), "tr.r not_mapped; tr guessed", func(c *cert.Certificate) bool { return test(c).Result == "" }},
		{"a result in capitals is unknown", with("negative", "NEGATIVE").Replace(tested), "tr.r not_mapped; tr guessed", func(c *cert.Certificate) bool { return test(c).Result == "" }},
		{"an antigen test", with("molecular(PCR)", "antigen").Replace(tested), "tr.tc guessed; tr guessed", func(c *cert.Certificate) bool { return test(c).Method == cert.AntigenRapid }},
		{"antibodies", with("molecular(PCR)", "antibody").Replace(tested), "tr guessed; dat.ri dropped; tr.m dropped", func(c *cert.Certificate) bool {
			return c.Events[0].(*cert.Antibody).Result == cert.NotDetected
		}},
		{"a method that nobody knows", with("molecular(PCR)", "smell").Replace(tested), "tr.tc not_mapped; tr guessed", func(c *cert.Certificate) bool { return test(c).Method == "" }},
		{"a moment without an offset", with("23:30:00+02:00", "23:30:00").Replace(tested), "dat.sc assumed_utc; tr guessed", func(c *cert.Certificate) bool { return test(c).SampledAt.Hour() == 23 }},
		{"the laboratory's telephone", with(`"spn":`, `"cd":{"p":"+1"},"spn":`).Replace(tested), "sp.cd dropped; tr guessed", func(c *cert.Certificate) bool { return true }},
	} {
		t.Run(v.comment, func(t *testing.T) {
			c, err := read(t, seal(t, i, v.data)).SkipVerification()
			if err != nil {
				t.Fatal(err)
			}
			var losses []string
			for _, l := range c.Losses {
				losses = append(losses, l.Field+" "+l.What)
			}
			if got := strings.Join(losses, "; "); got != v.losses {
				t.Errorf("losses %q, want %q", got, v.losses)
			}
			if !v.check(c) {
				t.Errorf("mapped to %+v", c)
			}
		})
	}
}

// What a seal can carry survives issue and read, and the seal reads as it was
// printed: its text is canonical.
func TestRoundTrip(t *testing.T) {
	ca := newAuthority(t, key(t, elliptic.P256()), 0)
	i := ca.issuer(t, key(t, elliptic.P256()), nil)
	other := aDose(3)
	other.Product.Source.Display = "Spikevax"
	for _, in := range []*cert.Certificate{person(aDose(1), aDose(2), other), person(aTest())} {
		text := issue(t, i, in)
		s, err := read(t, text).Verify(keysOf(ca.trust))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(text, `{"data":`+string(s.Raw)+`,"sig":{"alg":"ES256","cer":"`) {
			t.Error("the text is not canonical")
		}
		if raw, err := vds.JSON(s.Raw); err != nil || string(raw) != string(s.Raw) {
			t.Errorf("JSON: %v", err)
		}
		if issues := vds.Schema(s.Raw); len(issues) != 0 {
			t.Errorf("issues %v", issues)
		}
		c := s.Certificate
		if !reflect.DeepEqual(c.Subject.Names, in.Subject.Names) || c.Subject.BirthDate != in.Subject.BirthDate {
			t.Errorf("person %+v", c.Subject)
		}
		if len(c.Events) != len(in.Events) {
			t.Fatalf("%d events", len(c.Events))
		}
		for n := range c.Events {
			switch a := in.Events[n].(type) {
			case *cert.Vaccination:
				b := c.Events[n].(*cert.Vaccination)
				if b.ID != a.ID || b.Country != a.Country || b.Disease.Source != a.Disease.Source || b.Prophylaxis.Source != a.Prophylaxis.Source ||
					b.Product.Source != a.Product.Source || b.Lot != a.Lot || b.Date != a.Date || b.Dose != a.Dose || b.NextDue != a.NextDue || b.Centre != a.Centre {
					t.Errorf("%+v became %+v", a, b)
				}
				// a proof of vaccination does not say of what type the travel document is
				if want := []cert.Document{{Number: "P1234567"}, {Type: "other", Number: "ID-9"}}; !reflect.DeepEqual(c.Subject.Documents, want) || c.Subject.Sex != in.Subject.Sex {
					t.Errorf("person %+v", c.Subject)
				}
			case *cert.Test:
				b := c.Events[n].(*cert.Test)
				if b.ID != a.ID || b.Country != a.Country || b.Type.Source != a.Type.Source || b.Method != a.Method || !b.SampledAt.Equal(a.SampledAt) ||
					b.SampledAt.Format(time.RFC3339) != a.SampledAt.Format(time.RFC3339) || !b.ReportedAt.Equal(a.ReportedAt) || b.Result != a.Result ||
					b.Specimen.Source != a.Specimen.Source || b.Laboratory != a.Laboratory {
					t.Errorf("%+v became %+v", a, b)
				}
			}
		}
	}
}

// A seal is not made of what it cannot say, and the reason names the field and
// nothing of the person.
func TestIssueRefuses(t *testing.T) {
	ca := newAuthority(t, key(t, elliptic.P256()), 0)
	good := ca.issuer(t, key(t, elliptic.P256()), nil)
	dose := func(f func(e *cert.Vaccination)) *cert.Certificate { e := aDose(1); f(e); return person(e) }
	test := func(f func(e *cert.Test)) *cert.Certificate { e := aTest(); f(e); return person(e) }
	for _, v := range []struct {
		comment string
		cert    *cert.Certificate
		change  func(i *vds.Issuer)
		want    string
	}{
		{"no events", person(), nil, "events missing"},
		{"a dose and a test", person(aDose(1), aTest()), nil, "events conflict"},
		{"two tests", person(aTest(), aTest()), nil, "events conflict"},
		{"a recovery", person(&cert.Recovery{}), nil, "events.0 type"},
		{"two identifiers", person(aDose(1), func() *cert.Vaccination { e := aDose(2); e.ID = "2"; return e }()), nil, "events.1.id conflict"},
		{"no identifier", dose(func(e *cert.Vaccination) { e.ID = "" }), nil, "events.0.id missing"},
		{"a long identifier", dose(func(e *cert.Vaccination) { e.ID = "URN:UVCI:01:XA:1" }), nil, "events.0.id length"},
		{"no kind of vaccine", dose(func(e *cert.Vaccination) { e.Prophylaxis = cert.Coded{}; e.Disease.Source.Code = "XX" }), nil, "events.0.prophylaxis missing"},
		{"no product", dose(func(e *cert.Vaccination) { e.Product = cert.Coded{} }), nil, "events.0.product missing"},
		{"no day", dose(func(e *cert.Vaccination) { e.Date.Day = 0 }), nil, "events.0.date missing"},
		{"no country", dose(func(e *cert.Vaccination) { e.Country = "" }), nil, "events.0.country missing"},
		{"another country in two letters", dose(func(e *cert.Vaccination) { e.Country = "XB" }), nil, "events.0.country length"},
		{"a long centre", dose(func(e *cert.Vaccination) { e.Centre.Name = strings.Repeat("a", 21) }), nil, "events.0.centre.name length"},
		{"no name", func() *cert.Certificate { c := person(aDose(1)); c.Subject.Names = nil; return c }(), nil, "subject.names missing"},
		{"a long name", func() *cert.Certificate {
			c := person(aDose(1))
			c.Subject.Names[0].Given = strings.Repeat("SECRET", 9)
			return c
		}(), nil, "subject.names.0 length"},
		{"a test for something else", test(func(e *cert.Test) { e.Disease = cert.Coded{} }), nil, "events.0.disease type"},
		{"no result", test(func(e *cert.Test) { e.Result = "" }), nil, "events.0.result missing"},
		{"an invalid test", test(func(e *cert.Test) { e.Result = cert.Invalid }), nil, "events.0.result missing"},
		{"no report", test(func(e *cert.Test) { e.ReportedAt = time.Time{} }), nil, "events.0.reported_at missing"},
		{"not issued", func() *cert.Certificate { c := person(aDose(1)); c.Signed.Issued = time.Time{}; return c }(), nil, "signed.issued missing"},
		{"issued after the key", func() *cert.Certificate { c := person(aDose(1)); c.Signed.Issued = end.AddDate(2, 0, 0); return c }(), nil, "signed.issued conflict"},
		{"no signer", person(aDose(1)), func(i *vds.Issuer) { i.Signer = nil }, "key missing"},
		{"no certificate", person(aDose(1)), func(i *vds.Issuer) { i.Key.DER = nil }, "key.der missing"},
		{"another signer", person(aDose(1)), func(i *vds.Issuer) { i.Signer = key(t, elliptic.P256()) }, "key conflict"},
		{"no country of issue", person(aDose(1)), func(i *vds.Issuer) { i.Country = "XA" }, "country missing"},
		{"a signer of tests", person(aDose(1)), func(i *vds.Issuer) {
			*i = ca.issuer(t, key(t, elliptic.P256()), func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{documents(t, "NT")} })
		}, "key.der conflict"},
		{"a signer of barcodes for visas", person(aDose(1)), func(i *vds.Issuer) {
			*i = ca.issuer(t, key(t, elliptic.P256()), func(c *x509.Certificate) { c.UnknownExtKeyUsage = nil })
		}, "key.der conflict"},
		{"another use", person(aDose(1)), func(i *vds.Issuer) { i.Key.Uses = trust.Uses{Of: []trust.Use{trust.Test}} }, "key.uses conflict"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			i := good
			if v.change != nil {
				v.change(&i)
			}
			text, err := i.Issue(v.cert, rand.Reader)
			e, ok := errors.AsType[*vds.FieldError](err)
			if !ok || e.Field+" "+e.What != v.want || text != "" || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("got %v, want %s", err, v.want)
			}
		})
	}
}

// What other formats say is put into a seal's words.
func TestIssueFromOthers(t *testing.T) {
	ca := newAuthority(t, key(t, elliptic.P256()), 0)
	i := ca.issuer(t, key(t, elliptic.P256()), nil)
	c := person(&cert.Vaccination{
		Statement:   cert.Statement{ID: "U1", Country: "XA", Disease: cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}},
		Prophylaxis: cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: "1119349007"}},
		Product:     cert.Coded{Source: cert.Coding{System: cert.EUVaccine, Code: "EU/1/20/1507"}},
		Date:        cert.Date{Year: 2021, Month: 1, Day: 2}, Centre: cert.Facility{Name: "C"},
	})
	c.Subject.Names = []cert.Name{{Family: "Müller", Given: "Jörg", FamilyICAO: "MUELLER", GivenICAO: "JOERG<P"}}
	i.Key.Country = "XA"
	raw := read(t, issue(t, i, c)).RawSkippingVerification()
	for _, want := range []string{`"n":"MUELLER  JOERG P"`, `"des":"XM0GQ8"`, `"dis":"RA01.0"`, `"nam":"Spikevax"`, `"ctr":"XAA"`, `"seq":0`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %s in %s", want, raw)
		}
	}
}

// Schema names what is wrong and repeats nothing.
func TestSchema(t *testing.T) {
	with := strings.NewReplacer
	for _, v := range []struct{ comment, data, want string }{
		{"in order", vacc, ""},
		{"in order, a test", tested, ""},
		{"no JSON", "x", " json_malformed"},
		{"no header", "{}", " header_shape"},
		{"another kind", with("icao.vacc", "icao.dta").Replace(vacc), "hdr.t no_schema"},
		{"no identifier", with(`"uvci"`, `"u"`).Replace(vacc), "msg.uvci missing"},
		{"a long identifier", with(`"U1"`, `"1234567890123"`).Replace(vacc), "msg.uvci length"},
		{"a number for a text", with(`"lot":"L"`, `"lot":1`).Replace(vacc), "msg.ve.0.vd.0.lot type"},
		{"a day that is none", with("2021-03-01", "01/03/2021").Replace(vacc), "msg.ve.0.vd.0.dvc date"},
		{"no doses", with(`"vd"`, `"VD"`).Replace(vacc), "msg.ve.0.vd missing"},
		{"no vaccine", with(`"ve"`, `"VE"`).Replace(vacc), "msg.ve missing"},
		{"a dose of no number", with(`"seq":1`, `"seq":1.5`).Replace(vacc), "msg.ve.0.vd.0.seq range"},
		{"a result of its own", with("negative", "NEG").Replace(tested), "msg.tr.r value"},
		{"a moment without an offset", with("23:30:00+02:00", "23:30:00").Replace(tested), "msg.dat.sc date_time"},
		{"no person", with(`"pid"`, `"PID"`).Replace(tested), "msg.pid missing"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			var got []string
			for _, i := range vds.Schema(v.data) {
				got = append(got, i.Path+" "+i.What)
			}
			if s := strings.Join(got, "; "); s != v.want {
				t.Errorf("got %q, want %q", s, v.want)
			}
		})
	}
}
