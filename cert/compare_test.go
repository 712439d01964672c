package cert_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
)

func TestCompare(t *testing.T) {
	make := func(f func(c *cert.Certificate, v *cert.Vaccination)) *cert.Certificate {
		v := &cert.Vaccination{
			Statement: cert.Statement{ID: "1", Country: "XA", Disease: cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}},
			Maker:     cert.Coded{Source: cert.Coding{Code: "ORG-1"}}, Dose: 2,
		}
		c := &cert.Certificate{
			Carrier: cert.Carrier{Format: "hc1", Hash: "1"}, Signed: cert.Period{Issued: time.Unix(1, 0)}, Losses: []cert.Loss{{Field: "x", What: "null"}},
			Subject: cert.Person{Names: []cert.Name{{Family: "Doe", Given: "Jo"}}}, Events: []cert.Event{v},
		}
		if f != nil {
			f(c, v)
		}
		return c
	}
	for _, v := range []struct {
		comment string
		change  func(c *cert.Certificate, v *cert.Vaccination)
		want    string
	}{
		{"nothing", nil, ""},
		{"another carrier, key and life", func(c *cert.Certificate, _ *cert.Vaccination) {
			c.Carrier, c.Issuer.KeyID, c.Signed, c.Losses = cert.Carrier{Format: "shc"}, "k", cert.Period{}, nil
		}, ""},
		{"a field is gone", func(_ *cert.Certificate, v *cert.Vaccination) { v.ID, v.Dose = "", 0 }, "lost events.0.dose 2>, lost events.0.id 1>"},
		{"a field is another", func(c *cert.Certificate, _ *cert.Vaccination) { c.Subject.Names[0].Given = "J" }, "changed subject.names.0.given Jo>J"},
		{"a code is another, and means the same", func(_ *cert.Certificate, v *cert.Vaccination) {
			v.Disease = cert.Coded{Source: cert.Coding{System: cert.ICD11, Code: "RA01"}, Mapped: v.Disease.Source}
		}, "recoded events.0.disease 840539006>RA01"},
		{"a code means something else", func(_ *cert.Certificate, v *cert.Vaccination) { v.Maker.Source.Code = "ORG-2" }, "changed events.0.maker ORG-1>ORG-2"},
		{"a code is gone, a flag and a list are new", func(c *cert.Certificate, v *cert.Vaccination) {
			v.Maker, v.Lifelong, c.Subject.Documents = cert.Coded{}, true, []cert.Document{{Number: "7"}}
		}, "lost events.0.maker ORG-1>, added subject.documents.0.number >7, added events.0.lifelong >true"},
		{"the event is gone", func(c *cert.Certificate, _ *cert.Vaccination) { c.Events = nil },
			"lost events.0.country XA>, lost events.0.disease 840539006>, lost events.0.dose 2>, lost events.0.id 1>, lost events.0.kind vaccination>, lost events.0.maker ORG-1>"},
	} {
		ds, err := cert.Compare(make(nil), make(v.change))
		var got []string
		for _, d := range ds {
			got = append(got, fmt.Sprintf("%s %s %s>%s", d.What, d.Field, d.Before, d.After))
		}
		if err != nil || strings.Join(got, ", ") != v.want {
			t.Errorf("%s: %s, %v", v.comment, strings.Join(got, ", "), err)
		}
	}
}
