package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/issue/intake"
)

// Three ways to say what shall be certified: the simple form, which a person
// fills in; the content of a European certificate; and the neutral certificate
// of this program. All are strict: a member that is not known is refused,
// because it could be a misspelling of one that matters.

func source(code string) cert.Coded { return cert.Coded{Source: cert.Coding{Code: code}} }

func person(family, given, familyICAO, givenICAO string, born cert.Date) cert.Person {
	return cert.Person{
		Names:     []cert.Name{{Family: family, Given: given, FamilyICAO: familyICAO, GivenICAO: givenICAO}},
		BirthDate: born,
	}
}

// content is the content of a European certificate (eu-dcc-schema 1.3.3).
type content struct {
	Ver string    `json:"ver"` // ignored: codes are made in the version of today
	DOB cert.Date `json:"dob"`
	Nam struct {
		FN  string `json:"fn"`
		GN  string `json:"gn"`
		FNT string `json:"fnt"`
		GNT string `json:"gnt"`
	} `json:"nam"`
	T []struct {
		shared
		TT string    `json:"tt"`
		NM string    `json:"nm"`
		MA string    `json:"ma"`
		SC time.Time `json:"sc"`
		TR string    `json:"tr"`
		TC string    `json:"tc"`
	} `json:"t"`
	V []struct {
		shared
		VP string    `json:"vp"`
		MP string    `json:"mp"`
		MA string    `json:"ma"`
		DN int       `json:"dn"`
		SD int       `json:"sd"`
		DT cert.Date `json:"dt"`
	} `json:"v"`
	R []struct {
		shared
		FR cert.Date `json:"fr"`
		DF cert.Date `json:"df"`
		DU cert.Date `json:"du"`
	} `json:"r"`
}

// shared are the members of all entries.
type shared struct {
	TG string `json:"tg"`
	CO string `json:"co"`
	IS string `json:"is"`
	CI string `json:"ci"`
}

func (s shared) statement() cert.Statement {
	return cert.Statement{ID: s.CI, Disease: source(s.TG), Country: s.CO, Authority: s.IS}
}

func (d content) certificate() *cert.Certificate {
	c := &cert.Certificate{Subject: person(d.Nam.FN, d.Nam.GN, d.Nam.FNT, d.Nam.GNT, d.DOB)}
	for _, t := range d.T {
		c.Events = append(c.Events, &cert.Test{Statement: t.statement(), Type: source(t.TT), Name: t.NM, Device: source(t.MA), SampledAt: t.SC,
			Outcome: source(t.TR), Laboratory: cert.Facility{Name: t.TC}})
	}
	for _, v := range d.V {
		c.Events = append(c.Events, &cert.Vaccination{Statement: v.statement(), Prophylaxis: source(v.VP), Product: source(v.MP), Maker: source(v.MA),
			Dose: v.DN, Doses: v.SD, Date: v.DT})
	}
	for _, r := range d.R {
		c.Events = append(c.Events, &cert.Recovery{Statement: r.statement(), FirstPositive: r.FR, From: r.DF, Until: r.DU})
	}
	return c
}

// parseForm reads one of the three ways.
func parseForm(data []byte) (*cert.Certificate, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, errors.New("not an object in JSON")
	}
	if err := once(json.NewDecoder(bytes.NewReader(data))); err != nil {
		return nil, err
	}
	switch {
	case members["kind"] != nil:
		var f intake.Form
		if err := strict(data, &f); err != nil {
			return nil, err
		}
		return f.Certificate()
	case members["nam"] != nil:
		var d content
		if err := strict(data, &d); err != nil {
			return nil, err
		}
		return d.certificate(), nil
	case members["subject"] != nil:
		c := new(cert.Certificate)
		if err := json.Unmarshal(data, c); err != nil {
			return nil, plainJSON(err)
		}
		return c, nil
	}
	return nil, errors.New("it has neither kind (the simple form), nor nam (a European certificate), nor subject (a neutral one)")
}

// once refuses an object that has a member twice: which one was meant?
func once(d *json.Decoder) error {
	var members []map[string]bool // of the objects around, nil for an array
	name := true                  // the next text is one of a member
	for {
		t, err := d.Token()
		if err != nil {
			return nil // the end; that it is JSON is known
		}
		switch t := t.(type) {
		case json.Delim:
			switch t {
			case '{':
				members, name = append(members, map[string]bool{}), true
				continue
			case '[':
				members = append(members, nil)
			default:
				members = members[:len(members)-1]
			}
			name = true
		case string:
			if in := members[len(members)-1]; in != nil && name {
				if in[t] {
					return fmt.Errorf("%q stands twice in one object", t)
				}
				in[t], name = true, false
				continue
			}
			name = true
		default:
			name = true
		}
	}
}

// strict decodes one object without members that its type lacks.
func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return plainJSON(err)
	}
	return nil
}

// plainJSON says what is wrong with JSON, and repeats no value of it.
func plainJSON(err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s: want %s, not %s", e.Field, e.Type, strings.SplitN(e.Value, " ", 2)[0])
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("unknown member %s", name)
	}
	if _, ok := errors.AsType[*time.ParseError](err); ok {
		return errors.New("a moment is written as 2026-12-02T07:30:00+01:00, with its offset")
	}
	if errors.Is(err, cert.ErrDate) {
		return cert.ErrDate
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("no JSON: at byte %d", e.Offset)
	}
	return errors.New("its JSON cannot be read")
}

// sampledAt is when the sample of the examples was taken.
const sampledAt = "2026-12-02T07:30:00+01:00"

// justNow puts the last such hour before now in the place of sampledAt, so that an
// example can be issued whenever it is asked for.
func justNow(example string, now time.Time) string {
	at, err := time.Parse(time.RFC3339, sampledAt)
	if err != nil {
		return example
	}
	days := now.Sub(at).Truncate(24*time.Hour) / (24 * time.Hour)
	if at = at.AddDate(0, 0, int(days)); at.After(now) {
		at = at.AddDate(0, 0, -1)
	}
	return strings.ReplaceAll(example, sampledAt, at.Format(time.RFC3339))
}

// examples are forms to begin with, by kind.
var examples = map[string]string{
	"test": `{
  "kind": "test",
  "family": "Eriksson",
  "given": "Anna Maria",
  "born": "1974-08-12",
  "disease": "covid-19",
  "method": "nucleic_acid",
  "sampled": "2026-12-02T07:30:00+01:00",
  "result": "not_detected",
  "laboratory": "Norland Institute of Health, Laboratory 7",
  "authority": "Norland Institute of Health"
}
`,
	"vaccination": `{
  "kind": "vaccination",
  "family": "Eriksson",
  "given": "Anna Maria",
  "born": "1974-08-12",
  "disease": "covid-19",
  "prophylaxis": "1119349007",
  "product": "EU/1/20/1528",
  "maker": "ORG-100030215",
  "dose": 2,
  "doses": 2,
  "date": "2026-06-15",
  "authority": "Norland Institute of Health"
}
`,
	"icvp": `{
  "kind": "vaccination",
  "family": "Eriksson",
  "given": "Anna Maria",
  "born": "1974-08-12",
  "sex": "female",
  "nationality": "XA",
  "passport": "L898902C3",
  "disease": "yellow-fever",
  "product": "YellowFeverProductd2c75a15ed309658b3968519ddb31690",
  "lot": "YF-2217",
  "date": "2026-06-15",
  "clinician": "Dr. B. Lind",
  "authority": "Norland Institute of Health"
}
`,
	"recovery": `{
  "kind": "recovery",
  "family": "Eriksson",
  "given": "Anna Maria",
  "born": "1974-08-12",
  "disease": "covid-19",
  "first_positive": "2026-09-01",
  "from": "2026-09-12",
  "until": "2027-02-28",
  "authority": "Norland Institute of Health"
}
`,
}

// exampleKinds are the kinds of examples: forms, and a table.
func exampleKinds() []string {
	return slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(examples)), "table")))
}
