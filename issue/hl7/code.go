package hl7

import (
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/vocab"
)

// systems are the names of code systems (HL7 table 0396), their object
// identifiers, and the local names that we read for the European registers.
var systems = map[string]string{
	"LN": cert.LOINC, "SCT": cert.SNOMED, "SNM": cert.SNOMED, "CVX": cert.CVX, "WC": cert.ATC, "ATC": cert.ATC, "MVX": vocab.MVX, "I11": cert.ICD11,
	"2.16.840.1.113883.6.1": cert.LOINC, "2.16.840.1.113883.6.96": cert.SNOMED, "2.16.840.1.113883.12.292": cert.CVX, "2.16.840.1.113883.6.59": cert.CVX,
	"2.16.840.1.113883.6.73": cert.ATC, "2.16.840.1.113883.12.227": vocab.MVX,
	"99EUV": cert.EUVaccine, "99EUH": cert.EUHolder, "99EUD": cert.EUDevice, "99WHO": cert.PreQual,
}

// codings returns the codings of a coded element (CE, CWE, CNE): code, text and
// system, and their alternates.
func codings(v Value) []cert.Coding {
	var out []cert.Coding
	for _, first := range []int{1, 4, 10} {
		code := v.Component(first).String()
		if code == "" {
			continue
		}
		system := v.Component(first + 2).String()
		if known, ok := systems[strings.ToUpper(system)]; ok {
			system = known
		} else if known, ok := systems[v.Component(map[int]int{1: 14, 4: 17, 10: 20}[first]).String()]; ok {
			system = known
		}
		out = append(out, cert.Coding{System: system, Code: code, Display: v.Component(first + 1).String()})
	}
	return out
}

// day reads a date (DT, or the date of a TS or DTM at the place where it was
// written). It may lack its day or its month.
func day(v Value) (cert.Date, bool) {
	s := v.String()
	if len(s) > 8 {
		s = s[:8]
	}
	if cut := strings.IndexAny(s, "+-."); cut >= 0 {
		s = s[:cut]
	}
	switch len(s) {
	case 0, 4:
	case 6:
		s = s[:4] + "-" + s[4:]
	case 8:
		s = s[:4] + "-" + s[4:6] + "-" + s[6:]
	default:
		return cert.Date{}, false
	}
	d, err := cert.ParseDate(s)
	return d, err == nil
}

// precision is how much of a moment was written.
type precision int

const (
	nothing  precision = iota
	wrong              // not a moment
	coarse             // a day, month, year or hour
	floating           // to the minute, without an offset
	exact
)

// moment reads a TS or DTM: YYYYMMDDHHMM[SS[.SSSS]][+/-ZZZZ].
func moment(v Value, zone *time.Location) (time.Time, precision) {
	s := v.String()
	if s == "" {
		return time.Time{}, nothing
	}
	digits, offset := s, ""
	if i := strings.IndexAny(s, "+-"); i >= 0 {
		digits, offset = s[:i], s[i:]
	}
	whole, _, _ := strings.Cut(digits, ".")
	layout := map[int]string{4: "2006", 6: "200601", 8: "20060102", 10: "2006010215", 12: "200601021504", 14: "20060102150405"}[len(whole)]
	if layout == "" || len(digits) > len(whole) && len(whole) != 14 || strings.HasSuffix(digits, ".") || len(digits) > 19 {
		return time.Time{}, wrong
	}
	how := exact
	switch {
	case offset != "":
		layout += "-0700"
	case zone == nil:
		how, zone = floating, time.UTC
	}
	if zone == nil {
		zone = time.UTC
	}
	t, err := time.ParseInLocation(layout, s, zone)
	if err != nil || t.Year() == 0 {
		return time.Time{}, wrong
	}
	if _, seconds := t.Zone(); offset != "" {
		t = t.In(time.FixedZone("", seconds)) // never the zone of this machine
	}
	if len(whole) < 12 {
		how = coarse
	}
	return t, how
}

// zoneOf is the offset that a moment states, or nil.
func (r *reader) zoneOf(v Value) *time.Location {
	s := v.String()
	if !strings.ContainsAny(s, "+-") {
		return nil
	}
	t, how := moment(v, nil)
	if how == wrong || how == nothing {
		return nil
	}
	_, seconds := t.Zone()
	return time.FixedZone("", seconds)
}
