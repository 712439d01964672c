package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// AdoptionFormat is the first member of an [Adoption].
const AdoptionFormat = "pratique-adoption/1.0"

// Adoption says that a country adopts the standard, and in what it deviates:
// one JSON object with these members, each once and spelt so.
//
//	adoption  = { format: "pratique-adoption/1.0", standard: "1.0", jurisdiction: country,
//	              from: moment, until: moment, contact: { name: text, url?, email?, phone? },
//	              deviations: [ deviation ] }
//	deviation = { clause: "B-TST-1", parameter?: name, value: text, reason: texts,
//	              from: moment, until: moment }
//
// A deviation that names a parameter ([Parameters]) can be measured in the
// country's rules, and value is what is measured there. One of another clause is
// a text for people. Every deviation ends or is renewed, like rules.
type Adoption struct {
	Format       string      `json:"format"`
	Standard     string      `json:"standard"`
	Jurisdiction string      `json:"jurisdiction"`
	From         time.Time   `json:"from"`
	Until        time.Time   `json:"until"`
	Contact      Contact     `json:"contact"`
	Deviations   []Deviation `json:"deviations"`
}

// Deviation is one thing that a country does otherwise than the standard.
type Deviation struct {
	Clause    string    `json:"clause"`
	Parameter string    `json:"parameter,omitempty"`
	Value     string    `json:"value"`
	Reason    Texts     `json:"reason"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until"`
}

// kept are the clauses from which nobody who adopts the standard deviates, and
// beginnings of such (docs/standard/standard.md, D-4).
var kept = []string{"H-", "G-2", "G-5", "C-3", "B-RUL-2"}

// maxDeviations is how many an adoption may declare: who needs more has another standard.
const maxDeviations = 100

// ErrAdoption means that a text is no adoption of the standard.
var ErrAdoption = errors.New("no adoption of the standard")

// ParseAdoption reads an adoption.
func ParseAdoption(data []byte) (*Adoption, error) {
	if _, err := strictly(data); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAdoption, err)
	}
	var a Adoption
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAdoption, err)
	}
	if err := a.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAdoption, err)
	}
	return &a, nil
}

func (a *Adoption) check() error {
	switch {
	case a.Format != AdoptionFormat:
		return errors.New("format: want " + AdoptionFormat)
	case a.Standard != "1.0":
		return errors.New("standard: want 1.0")
	case len(a.Jurisdiction) != 2 || strings.ToUpper(a.Jurisdiction) != a.Jurisdiction:
		return errors.New("jurisdiction: want two capitals")
	case a.From.IsZero() || !a.Until.After(a.From):
		return errors.New("until: an adoption ends after it begins")
	case a.Contact.Name == "" || a.Contact.URL == "" && a.Contact.Email == "" && a.Contact.Phone == "":
		return errors.New("contact: a name, and a url, an email or a phone")
	case a.Deviations == nil:
		return errors.New("deviations: missing; where there is none: []")
	case len(a.Deviations) > maxDeviations:
		return fmt.Errorf("deviations: more than %d", maxDeviations)
	}
	for i, d := range a.Deviations {
		if err := a.deviation(d); err != nil {
			return fmt.Errorf("deviations.%d: %w", i, err)
		}
		twice := func(o Deviation) bool {
			return d.Parameter != "" && o.Parameter == d.Parameter && d.From.Before(o.Until) && o.From.Before(d.Until)
		}
		if slices.ContainsFunc(a.Deviations[:i], twice) {
			return fmt.Errorf("deviations.%d: the parameter is declared twice for one time", i)
		}
	}
	return nil
}

func (a *Adoption) deviation(d Deviation) error {
	i := slices.IndexFunc(Parameters(), func(p Parameter) bool { return p.Name == d.Parameter })
	switch {
	case d.Clause == "":
		return errors.New("clause: missing")
	case slices.ContainsFunc(kept, func(k string) bool {
		return d.Clause == k || strings.HasSuffix(k, "-") && strings.HasPrefix(d.Clause, k)
	}):
		return errors.New("clause: who adopts the standard does not deviate from this one")
	case d.Value == "":
		return errors.New("value: missing")
	case d.Reason["en"] == "":
		return errors.New("reason: missing in English")
	case d.From.IsZero() || !d.Until.After(d.From):
		return errors.New("until: a deviation ends after it begins")
	case d.From.Before(a.From) || d.Until.After(a.Until):
		return errors.New("until: a deviation lies within the adoption")
	case d.Parameter != "" && i < 0:
		return errors.New("parameter: there is none of this name")
	case i >= 0 && Parameters()[i].Clause != d.Clause:
		return fmt.Errorf("clause: the parameter is that of %s", Parameters()[i].Clause)
	}
	return nil
}

// State says how a country's value of a parameter stands to the baseline's.
type State string

// The states.
const (
	Same       State = "same"       // the baseline's
	Declared   State = "declared"   // another, and the country says so
	Undeclared State = "undeclared" // another, and it does not
	Otherwise  State = "otherwise"  // another than the baseline's, and than it says
	Moot       State = "moot"       // the baseline's, although it says another
)

// Position is a country's value of a parameter.
type Position struct {
	Parameter Parameter
	Baseline  string
	Value     string
	State     State
	Deviation *Deviation // that is in force; nil: none
}

// Positions compares what a set does with what a baseline does and what the
// country declares, at a moment. Nothing declared is a nil adoption.
func Positions(baseline, set *Set, a *Adoption, at time.Time) []Position {
	var out []Position
	for _, p := range Parameters() {
		x := Position{Parameter: p, Baseline: baseline.Measure(p, at), Value: set.Measure(p, at), Deviation: a.find(p.Name, at)}
		switch d := x.Deviation; {
		case x.Value == x.Baseline && d == nil:
			x.State = Same
		case x.Value == x.Baseline:
			x.State = Moot
		case d == nil:
			x.State = Undeclared
		case d.Value == x.Value:
			x.State = Declared
		default:
			x.State = Otherwise
		}
		out = append(out, x)
	}
	return out
}

// find returns the deviation of a parameter that is in force.
func (a *Adoption) find(parameter string, at time.Time) *Deviation {
	if a == nil || at.Before(a.From) || !at.Before(a.Until) {
		return nil
	}
	for i, d := range a.Deviations {
		if d.Parameter == parameter && !at.Before(d.From) && at.Before(d.Until) {
			return &a.Deviations[i]
		}
	}
	return nil
}

// Others are the deviations of a moment that name no parameter: texts for people.
func (a *Adoption) Others(at time.Time) []Deviation {
	var out []Deviation
	if a == nil || at.Before(a.From) || !at.Before(a.Until) {
		return nil
	}
	for _, d := range a.Deviations {
		if d.Parameter == "" && !at.Before(d.From) && at.Before(d.Until) {
			out = append(out, d)
		}
	}
	return out
}
