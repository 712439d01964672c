package rules

import (
	"strconv"
	"time"

	"github.com/pratique/pratique/cert"
)

// Parameter is one number or word in which countries differ: what the standard
// calls a parameter of the baseline, and the clause that states it.
type Parameter struct {
	Name   string // "test.nucleic_acid.hours"
	Clause string // of docs/standard/standard.md
	unit   time.Duration
	end    bool // of the time in which it is accepted; else its beginning
	event  func(at time.Time) cert.Event
}

// Values of a parameter beside numbers.
const (
	NotAccepted = "not accepted"
	NoLimit     = "no limit"
	Depends     = "depends" // on the journey, or on what cannot be told
	Accepted    = "accepted"
	None        = "none" // no such rule
)

// Parameters are those of the baseline, in the order of the standard.
func Parameters() []Parameter {
	const day = 24 * time.Hour
	return []Parameter{
		{"test.nucleic_acid.hours", "B-TST-1", time.Hour, true, aTest(cert.CodeNucleicAcid, cert.NucleicAcid)},
		{"test.antigen.hours", "B-TST-2", time.Hour, true, aTest(cert.CodeAntigenRapid, cert.AntigenRapid)},
		{"vaccination.complete.from_days", "B-VAC-1", day, false, aDose(2, 2)},
		{"vaccination.complete.until_days", "B-VAC-2", day, true, aDose(2, 2)},
		{"vaccination.incomplete", "B-VAC-3", 0, false, aDose(1, 2)},
		{"recovery.from_days", "B-REC-1", day, false, aRecovery},
		{"recovery.until_days", "B-REC-2", day, true, aRecovery},
		{"exemption", "B-EXE-1", 0, false, anExemption},
		{"infection.hours", "B-INF-1", time.Hour, false, nil},
	}
}

// measured is how far a parameter is looked for, in years.
const measured = 3

// Measure says which value a set gives to a parameter. Nothing is taken from
// how the rules are written: a certificate of an invented person is put to the
// set at every moment from at on for three years, and what counts is how long
// it is accepted. The journey is not told.
func (s *Set) Measure(p Parameter, at time.Time) string {
	at = at.UTC().Truncate(24 * time.Hour)
	if p.event == nil {
		if s.Infection == nil {
			return None
		}
		return strconv.Itoa(s.Infection.Hours)
	}
	c := &cert.Certificate{
		Carrier: cert.Carrier{Format: "hc1", Content: "dcc", Version: "1.3.0"}, Issuer: cert.Issuer{Country: "XA"},
		Subject: cert.Person{Names: []cert.Name{{FamilyICAO: "MEASURE"}}, BirthDate: cert.Date{Year: 1980, Month: 1, Day: 1}},
		Events:  []cert.Event{p.event(at)},
	}
	spans, err := s.Timeline(c, Trip{}, at, at.AddDate(measured, 0, 0))
	if err != nil {
		return Depends
	}
	value := NotAccepted
	for i, span := range spans {
		switch {
		case span.Answer == Unclear && value == NotAccepted:
			value = Depends
		case span.Answer != Met:
		case p.unit == 0:
			return Accepted
		case !p.end:
			return count(span.From.Sub(at), p.unit)
		case i+1 == len(spans) || spans[i+1].Answer == Lapsed:
			return NoLimit
		default:
			return count(spans[i+1].From.Add(-time.Millisecond).Sub(at), p.unit)
		}
	}
	return value
}

func count(d, unit time.Duration) string { return strconv.Itoa(int(d / unit)) }

func of(code, system string) cert.Coded {
	return cert.Coded{Source: cert.Coding{System: system, Code: code}}
}

func stated() cert.Statement {
	return cert.Statement{ID: "URN:UVCI:01:XA:MEASURE", Disease: of(cert.COVID19, cert.SNOMED), Country: "XA", Authority: "Authority"}
}

func aTest(code string, method cert.Method) func(time.Time) cert.Event {
	return func(at time.Time) cert.Event {
		return &cert.Test{
			Statement: stated(), Type: of(code, cert.LOINC), Method: method, SampledAt: at, Outcome: of(cert.CodeNotDetected, cert.SNOMED), Result: cert.NotDetected,
			Device: of("1232", cert.EUDevice), Laboratory: cert.Facility{Name: "Laboratory"},
		}
	}
}

func aDose(dose, doses int) func(time.Time) cert.Event {
	return func(at time.Time) cert.Event {
		return &cert.Vaccination{
			Statement: stated(), Prophylaxis: of("1119349007", cert.SNOMED), Product: of("EU/1/20/1528", cert.EUVaccine), Maker: of("ORG-100030215", cert.EUHolder),
			Date: cert.DateOf(at), Dose: dose, Doses: doses,
		}
	}
}

func aRecovery(at time.Time) cert.Event {
	d := cert.DateOf(at)
	return &cert.Recovery{Statement: stated(), FirstPositive: d, From: d, Until: cert.DateOf(at.AddDate(measured, 0, 0))}
}

func anExemption(at time.Time) cert.Event {
	return &cert.Exemption{Statement: stated(), Of: of("test", ""), From: cert.DateOf(at), Until: cert.DateOf(at.AddDate(measured, 0, 0))}
}
