package rules

import (
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/certlogic"
)

// KindHistory is the kind of evidence that is all that one person holds: every
// event of all their certificates and their [History]. It is judged as a whole,
// by General rules, and only where a trip has a history.
const KindHistory cert.Kind = "history"

// MaxDays is how far back a set may look on where a person was.
const MaxDays = 400

// History is what rules may know of where a person was and what happened to
// them there, beside the events of their certificates. Nobody but the person
// has all of it; what it rests on is for package history to say.
type History struct {
	Stays    []Presence  `json:"stays,omitempty"`
	Unknown  []Gap       `json:"unknown,omitempty"`
	Exposure []RiskDay   `json:"exposure,omitempty"`
	Checked  cert.Date   `json:"checked,omitzero"` // up to this day a device looked for exposures
	Warnings []Warning   `json:"warnings,omitempty"`
	Symptoms []cert.Date `json:"symptoms,omitempty"` // days on which there were some
	Orders   []Order     `json:"orders,omitempty"`   // of health authorities, in force
	Releases []Release   `json:"releases,omitempty"` // by health authorities
}

// Presence is a time in a place. Where an area list said something of that
// place at that time, it has the level and the figure of the list.
type Presence struct {
	In     string    `json:"in"`
	Region string    `json:"region,omitempty"`
	Until  time.Time `json:"until"` // the last moment there
	Proved bool      `json:"proved,omitempty"`
	Level  string    `json:"level,omitempty"`
	Cases  int       `json:"cases,omitempty"` // per 100,000 people, within the days of the list, rounded up
}

// Gap is a time of which it is not known where the person was, or what was to
// be said of the place.
type Gap struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Place is not known: nothing is said of the time. Else only the level and
	// the figure of the place are not.
	Place bool `json:"place,omitempty"`
}

// RiskDay is a day of exposure, as a tracking system reckons.
type RiskDay struct {
	Day  cert.Date `json:"day"`
	Risk string    `json:"risk"` // low, high
}

// Warning is a warning for a place at which the person was.
type Warning struct {
	Until time.Time `json:"until"`
	Risk  string    `json:"risk"`
}

// Order is what a health authority ordered.
type Order struct {
	Of    string    `json:"of"` // isolation, quarantine, monitoring, test ...
	Until time.Time `json:"until"`
}

// Release is the end that a health authority made to an order.
type Release struct {
	At      time.Time `json:"at"`
	Disease string    `json:"disease,omitempty"` // code; empty: not stated
}

const historyPath = "external.history."

// members is the history as rules see it: of each thing the last time, so that
// a rule can say how long ago it must be, and the places one by one, for rules
// that ask for more than a last time.
func (h *History) members(c *cert.Certificate, accepts func(cert.Event) bool) map[string]any {
	m := members{}
	stays, areas, area := h.presences()
	if len(stays) > 0 {
		m["stays"] = stays
	}
	if len(areas) > 0 {
		m["areas"], m["area"] = areas, area
	}
	exposure, venue, order := members{}, latest{}, latest{}
	days := map[string]cert.Date{}
	for _, d := range h.Exposure {
		days[d.Risk] = laterDay(days[d.Risk], d.Day)
	}
	for risk, d := range days {
		exposure.date(strings.ToValidUTF8(risk, "\uFFFD"), d)
	}
	exposure.date("checked", h.Checked)
	for _, w := range h.Warnings {
		venue.add(w.Risk, w.Until)
	}
	for _, o := range h.Orders {
		order.add(o.Of, o.Until)
	}
	var symptom cert.Date
	for _, d := range h.Symptoms {
		symptom = laterDay(symptom, d)
	}
	m.date("symptom", symptom)
	m.object("exposure", exposure)
	m.object("venue", venue.members())
	m.object("order", order.members())
	m.object("test", lastTests(c, accepts))
	return m
}

// presences are the places one by one, those of which an area list spoke, and
// the last moment in an area of each level.
func (h *History) presences() (stays, areas []any, area map[string]any) {
	levels := latest{}
	for _, p := range h.Stays {
		s := members{}
		s.text("in", p.In)
		s.text("region", p.Region)
		s.moment("until", p.Until)
		s.flag("proved", p.Proved)
		stays = append(stays, map[string]any(s))
		if p.Level == "" {
			continue
		}
		a := members{"cases": p.Cases}
		a.text("in", p.In)
		a.text("region", p.Region)
		a.text("level", p.Level)
		a.moment("until", p.Until)
		areas = append(areas, map[string]any(a))
		levels.add(p.Level, p.Until)
	}
	return stays, areas, levels.members()
}

// lastTests are the moments of the last samples: in which nothing was found by
// a test for present infection, and by one of nucleic acid, and in which
// something was.
func lastTests(c *cert.Certificate, accepts func(cert.Event) bool) members {
	last := latest{}
	for _, e := range c.Events {
		t, ok := e.(*cert.Test)
		if !ok || !accepts(e) {
			continue
		}
		infection := t.Method == cert.NucleicAcid || t.Method == cert.AntigenRapid
		switch {
		case t.Result == cert.Detected && t.Method != cert.Serology:
			last.add("positive", t.SampledAt)
		case t.Result == cert.NotDetected && infection:
			last.add("negative", t.SampledAt)
			if t.Method == cert.NucleicAcid {
				last.add("nucleic", t.SampledAt)
			}
		}
	}
	return last.members()
}

// laterDay returns the later of two days, of which a zero one is none.
func laterDay(a, b cert.Date) cert.Date {
	if a.IsZero() || (!b.IsZero() && b.First().After(a.First())) {
		return b
	}
	return a
}

// latest keeps the last moment of each name.
type latest map[string]time.Time

func (l latest) add(name string, t time.Time) {
	if have, ok := l[name]; name != "" && !t.IsZero() && (!ok || t.After(have)) {
		l[name] = t
	}
}

func (l latest) members() members {
	m := members{}
	for name, t := range l {
		m.moment(strings.ToValidUTF8(name, "\uFFFD"), t)
	}
	return m
}

// object adds an object that has members.
func (m members) object(name string, o members) {
	if len(o) > 0 {
		m[name] = map[string]any(o)
	}
}

// gap returns what keeps a rule with this outcome from being judged: a gap
// within the days on which the set looks back, that would turn the outcome if
// it were filled.
func (s *Set) gap(r *Rule, root certlogic.Value, have Verdict, trip Trip, at time.Time) (string, bool) {
	for path, guess := range s.guesses(r, root, trip, at) {
		if v, _, _ := verdict(r.expr.Eval(guess)); v != Open && v != have {
			return strings.TrimPrefix(path, "external."), true
		}
	}
	return "", false
}

// guesses are the views in which one gap of the days on which the set looks
// back is filled, in each way that the rule could tell apart, by the path that
// is filled.
func (s *Set) guesses(r *Rule, root certlogic.Value, trip Trip, at time.Time) iter.Seq2[string, certlogic.Value] {
	return func(yield func(string, certlogic.Value) bool) {
		if trip.History == nil || s.Looks == nil || len(r.places) == 0 {
			return
		}
		for _, g := range trip.History.Unknown {
			if !g.Until.After(at.AddDate(0, 0, -s.Looks.Days)) {
				continue
			}
			for _, path := range r.places {
				if !g.Place && path == historyPath+"stays" {
					continue
				}
				for _, code := range r.facts.codes {
					if guess, ok := filled(root, path, code, g); ok && !yield(path, guess) {
						return
					}
				}
			}
		}
	}
}

// filled is the view with a gap filled in a way that a rule could tell apart.
func filled(root certlogic.Value, path string, code certlogic.Value, g Gap) (certlogic.Value, bool) {
	entry := members{}
	entry.moment("until", g.Until)
	switch path {
	case historyPath + "area":
		level, ok := code.Text()
		if !ok || strings.Contains(level, ".") {
			return root, false
		}
		until, _ := certlogic.FromAny(entry["until"])
		return root.With(path+"."+level, until)
	case historyPath + "areas":
		entry["in"], entry["region"], entry["level"], entry["cases"] = code, code, code, 1_000_000
	default:
		entry["in"], entry["region"] = code, code
	}
	var list []any
	for i := range root.At(path).Len() {
		list = append(list, root.At(path+"."+strconv.Itoa(i)))
	}
	v, err := certlogic.FromAny(append(list, map[string]any(entry)))
	if err != nil {
		return root, false
	}
	return root.With(path, v)
}
