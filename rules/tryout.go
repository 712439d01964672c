package rules

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/certlogic"
)

// tries is how many examples are made up for a rule.
const tries = 600

// tryOut evaluates a rule on examples that are made up for it, and counts what
// came out. The values of the fields that it reads are drawn from the codes in
// its own logic and value sets, and from dates on both sides of the numbers
// that it counts with. The examples are the same each time.
func (s *Set) tryOut(r *Rule) map[Verdict]int {
	at := s.From.Add(s.Until.Sub(s.From) / 2)
	x := inventor{rand: rand.New(rand.NewPCG(1, 1)), at: at}
	x.learn(r.Logic)
	for _, p := range r.reads {
		if id, ok := strings.CutPrefix(p, "external.valueSets."); ok {
			x.codes = append(x.codes, s.ValueSets[id]...)
		}
	}
	n := map[Verdict]int{}
	for range tries {
		data, err := certlogic.FromAny(map[string]any{"payload": x.payload(r), "external": x.external(s, r)})
		if err != nil {
			n[Open]++
			continue
		}
		v, _, _ := verdict(r.expr.Eval(data))
		n[v]++
	}
	return n
}

// inventor makes up data for a rule.
type inventor struct {
	rand    *rand.Rand
	at      time.Time
	codes   []string
	numbers []int
}

// learn collects the texts and whole numbers of an expression.
func (x *inventor) learn(logic json.RawMessage) {
	x.codes, x.numbers = []string{"other"}, []int{0, 1, 2}
	walk(logic, func(v any) {
		switch v := v.(type) {
		case string:
			x.codes = append(x.codes, v)
		case float64:
			x.numbers = append(x.numbers, int(v))
		}
	})
}

// walk calls f for each literal of an expression.
func walk(logic json.RawMessage, f func(v any)) {
	var tree any
	if json.Unmarshal(logic, &tree) != nil {
		return
	}
	var down func(v any)
	down = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, w := range v {
				down(w)
			}
		case []any:
			for _, w := range v {
				down(w)
			}
		default:
			f(v)
		}
	}
	down(tree)
}

// payload mostly has one event, of a kind that the rule reads; sometimes two
// of different kinds, two of one kind, or none.
func (x *inventor) payload(r *Rule) map[string]any {
	p := map[string]any{"ver": viewVersion}
	var kinds []string
	for _, path := range r.reads {
		if f := strings.Split(path, "."); len(f) > 1 && f[0] == "payload" && len(f[1]) == 1 && !slices.Contains(kinds, f[1]) {
			kinds = append(kinds, f[1])
		}
	}
	x.rand.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	if len(kinds) > 1 {
		kinds = kinds[:[]int{1, 1, 1, 1, 1, 1, 2, 0}[x.rand.IntN(8)]]
	} else if !x.often() {
		kinds = []string{"x"}
	}
	for _, k := range kinds {
		e := map[string]any{"co": "XA"}
		p[k] = []any{e}
		if !x.often() {
			p[k] = []any{e, e}
		}
		for _, path := range r.reads {
			if f, ok := strings.CutPrefix(path, "payload."+k+".0."); ok && x.often() {
				e[f] = x.value(f)
			}
		}
	}
	if x.often() {
		p["dob"] = x.day([]int{24, 30 * 24, 365 * 24}[x.rand.IntN(3)]).Format(time.DateOnly)
	}
	return p
}

func (x *inventor) often() bool { return x.rand.IntN(8) > 0 }

func (x *inventor) code() string { return x.codes[x.rand.IntN(len(x.codes))] }

// number is one that the rule counts with, or one beside it.
func (x *inventor) number() int { return x.numbers[x.rand.IntN(len(x.numbers))] + x.rand.IntN(3) - 1 }

// day is about a number of units before or, seldom, after the moment.
func (x *inventor) day(hours int) time.Time {
	d := time.Duration(x.number()*hours) * time.Hour
	if !x.often() {
		d = -d
	}
	return x.at.Add(-d + time.Duration(x.rand.IntN(48)-24)*time.Minute)
}

func (x *inventor) value(field string) any {
	switch field {
	case "dn", "sd":
		return max(x.number(), 0)
	case "dt", "fr", "df", "du", "due":
		if day, err := time.Parse(time.DateOnly, x.code()); err == nil { // beside one that the rule names
			return day.AddDate(0, 0, x.rand.IntN(21)-10).Format(time.DateOnly)
		}
		return x.day([]int{24, 24, 30 * 24, 365 * 24}[x.rand.IntN(4)]).Format(time.DateOnly)
	case "sc", "reported", "at", "from", "until":
		return x.day([]int{1, 24}[x.rand.IntN(2)])
	case "lifelong", "release":
		return true
	}
	return x.code()
}

func (x *inventor) external(s *Set, r *Rule) map[string]any {
	m := map[string]any{"validationClock": x.at, "valueSets": s.valueSets, "countryCode": s.country(), "issuerCountryCode": x.code(), "kid": x.code(),
		"iat": x.day(24), "exp": x.at.AddDate(1, 0, 0), "region": s.Region}
	if s.Jurisdiction == Any && slices.Contains(r.reads, "external.countryCode") {
		m["countryCode"] = x.code() // of a template, that of whoever takes it
	}
	trip := map[string]any{}
	for _, path := range r.reads {
		f, ok := strings.CutPrefix(path, "external.trip.")
		switch {
		case !ok || !x.often():
		case f == "via" || strings.HasPrefix(f, "via."):
			trip["via"] = []string{x.code()}
		case f == "stays" || strings.HasPrefix(f, "stays."):
			trip["stays"] = []any{map[string]any{"in": x.code(), "until": x.day(24).Format(time.DateOnly)}}
		case f == "arrive":
			trip["arrive"] = x.at
		case strings.HasPrefix(f, "among."):
			continue // below: rules find it always
		case f == "residence" && x.rand.IntN(3) == 0:
			trip[f] = m["countryCode"]
		default:
			trip[f] = x.code()
		}
	}
	if len(r.among) > 0 {
		among := map[string]any{}
		for _, name := range r.among {
			among[name] = map[string]any{"ago": []int{0, max(0, x.number()), never}[x.rand.IntN(3)], "days": max(0, x.number()), "hours": max(0, x.number())}
		}
		trip["among"] = among
	}
	m["trip"] = trip
	if slices.ContainsFunc(r.reads, func(p string) bool { return strings.HasPrefix(p, "external.derived") }) && !x.often() {
		m["derived"] = map[string]any{"of": x.code(), "format": "hc1"}
	}
	m["history"] = x.history(r)
	return m
}

// history has something of each thing that the rule reads.
func (x *inventor) history(r *Rule) map[string]any {
	m := map[string]any{}
	for _, path := range r.reads {
		f := strings.Split(strings.TrimPrefix(path, historyPath), ".")
		if !strings.HasPrefix(path, historyPath) || !x.often() {
			continue
		}
		switch f[0] {
		case "stays", "areas":
			var list []any
			for range 1 + x.rand.IntN(2) {
				list = append(list, map[string]any{"in": x.code(), "region": x.code(), "until": x.day(24), "level": x.code(), "cases": max(x.number(), 0)})
			}
			m[f[0]] = list
		case "symptom":
			m["symptom"] = x.day(24).Format(time.DateOnly)
		default:
			if len(f) > 1 {
				o, _ := m[f[0]].(map[string]any)
				if o == nil {
					o = map[string]any{}
				}
				o[f[1]], m[f[0]] = x.day(24), o
			}
		}
	}
	return m
}

// pinsBirthDate reports whether the date of birth is an operand of === or in,
// which sees the text and not an age.
func pinsBirthDate(logic json.RawMessage) bool {
	var tree any
	return json.Unmarshal(logic, &tree) == nil && pins(tree)
}

func pins(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for op, w := range v {
			operands, _ := w.([]any)
			for _, o := range operands {
				if m, ok := o.(map[string]any); ok && (op == "===" || op == "in") && m["var"] == "payload.dob" {
					return true
				}
			}
			if pins(w) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, pins)
	}
	return false
}

// identities are the paths that lead to who the person is.
func identities(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return !readsIdentity([]string{p}) })
}
