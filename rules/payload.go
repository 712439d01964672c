package rules

import (
	"fmt"
	"time"

	"github.com/pratique/pratique/cert"
)

// Payload is a certificate as rules see it: the EU's payload (eu-dcc-schema
// 1.3.3) without names and identifiers, with our fields and arrays beside its
// own. Dates are YYYY-MM-DD, YYYY-MM or YYYY, moments RFC 3339; all fields are
// optional. The package doc says what they mean.
type Payload struct {
	Ver string           `json:"ver,omitempty"`
	DOB cert.Date        `json:"dob,omitzero"`
	T   []testEntry      `json:"t,omitempty"`
	V   []doseEntry      `json:"v,omitempty"`
	R   []recoveryEntry  `json:"r,omitempty"`
	E   []exemptionEntry `json:"e,omitempty"`
	A   []antibodyEntry  `json:"a,omitempty"`
	D   []statementEntry `json:"d,omitempty"`
	N   []noticeEntry    `json:"n,omitempty"`
}

type common struct {
	TG string `json:"tg,omitempty"`
	CO string `json:"co,omitempty"`
	IS string `json:"is,omitempty"`
}

type testEntry struct {
	common
	TT       string    `json:"tt,omitempty"`
	NM       string    `json:"nm,omitempty"`
	MA       string    `json:"ma,omitempty"`
	SC       time.Time `json:"sc,omitzero"`
	TR       string    `json:"tr,omitempty"`
	TC       string    `json:"tc,omitempty"`
	Lab      string    `json:"lab,omitempty"`
	Specimen string    `json:"specimen,omitempty"`
	Reported time.Time `json:"reported,omitzero"`
}

type doseEntry struct {
	common
	VP       string    `json:"vp,omitempty"`
	MP       string    `json:"mp,omitempty"`
	MA       string    `json:"ma,omitempty"`
	DN       int       `json:"dn,omitempty"`
	SD       int       `json:"sd,omitempty"`
	DT       cert.Date `json:"dt,omitzero"`
	Lot      string    `json:"lot,omitempty"`
	Due      cert.Date `json:"due,omitzero"`
	From     time.Time `json:"from,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	Lifelong bool      `json:"lifelong,omitempty"`
}

type recoveryEntry struct {
	common
	FR cert.Date `json:"fr,omitzero"`
	DF cert.Date `json:"df,omitzero"`
	DU cert.Date `json:"du,omitzero"`
}

type exemptionEntry struct {
	common
	Of string    `json:"of,omitempty"`
	DF cert.Date `json:"df,omitzero"`
	DU cert.Date `json:"du,omitzero"`
}

type antibodyEntry struct {
	common
	TT  string    `json:"tt,omitempty"`
	SC  time.Time `json:"sc,omitzero"`
	TR  string    `json:"tr,omitempty"`
	TC  string    `json:"tc,omitempty"`
	Lab string    `json:"lab,omitempty"`
}

type statementEntry struct {
	common
	Of string    `json:"of,omitempty"`
	At time.Time `json:"at,omitzero"`
}

type noticeEntry struct {
	common
	Of      string    `json:"of,omitempty"`
	Release bool      `json:"release,omitempty"`
	DF      time.Time `json:"df,omitzero"`
	DU      time.Time `json:"du,omitzero"`
}

// Certificate returns the certificate of which the payload is the view: a DCC
// about nobody, signed by nobody.
func (p Payload) Certificate() (*cert.Certificate, error) {
	c := &cert.Certificate{Carrier: cert.Carrier{Format: "hc1", Content: "dcc", Version: p.Ver}}
	c.Subject.BirthDate = p.DOB
	if p.Ver != "" {
		if _, ok := parseVersion(p.Ver); !ok {
			return nil, fmt.Errorf("reading payload: ver: want three numbers: 1.3.0")
		}
	}
	for _, e := range p.T {
		c.Events = append(c.Events, e.event())
	}
	for _, e := range p.V {
		c.Events = append(c.Events, e.event())
	}
	for _, e := range p.R {
		c.Events = append(c.Events, &cert.Recovery{Statement: e.statement(), FirstPositive: e.FR, From: e.DF, Until: e.DU})
	}
	for _, e := range p.E {
		c.Events = append(c.Events, &cert.Exemption{Statement: e.statement(), Of: coded(cert.Pratique, e.Of), From: e.DF, Until: e.DU})
	}
	for _, e := range p.A {
		c.Events = append(c.Events, &cert.Antibody{Statement: e.statement(), Type: coded(cert.LOINC, e.TT), SampledAt: e.SC,
			Outcome: coded(cert.SNOMED, e.TR), Result: cert.ResultOf(e.TR), Laboratory: cert.Facility{Name: e.TC, ID: e.Lab}})
	}
	for _, e := range p.D {
		c.Events = append(c.Events, &cert.Declaration{Statement: e.statement(), Topic: coded(cert.Pratique, e.Of), At: e.At})
	}
	for _, e := range p.N {
		c.Events = append(c.Events, &cert.Notice{Statement: e.statement(), Order: coded(cert.Pratique, e.Of), Release: e.Release, From: e.DF, Until: e.DU})
	}
	return c, nil
}

func (e common) statement() cert.Statement {
	return cert.Statement{Disease: coded(cert.SNOMED, e.TG), Country: e.CO, Authority: e.IS}
}

func (e testEntry) event() *cert.Test {
	return &cert.Test{
		Statement: e.statement(),
		Type:      coded(cert.LOINC, e.TT), Method: cert.MethodOf(e.TT), Name: e.NM,
		Device: coded(cert.EUDevice, e.MA), Specimen: coded(cert.SNOMED, e.Specimen),
		SampledAt: e.SC, ReportedAt: e.Reported,
		Outcome: coded(cert.SNOMED, e.TR), Result: cert.ResultOf(e.TR),
		Laboratory: cert.Facility{Name: e.TC, ID: e.Lab},
	}
}

func (e doseEntry) event() *cert.Vaccination {
	return &cert.Vaccination{
		Statement:   e.statement(),
		Prophylaxis: coded(cert.SNOMED, e.VP), Product: coded(cert.EUVaccine, e.MP), Maker: coded(cert.EUHolder, e.MA),
		Dose: e.DN, Doses: e.SD, Date: e.DT, Lot: e.Lot, NextDue: e.Due,
		ProtectionFrom: e.From, ProtectionUntil: e.Until, Lifelong: e.Lifelong,
	}
}

func coded(system, code string) cert.Coded {
	if code == "" {
		return cert.Coded{}
	}
	return cert.Coded{Source: cert.Coding{System: system, Code: code}}
}
