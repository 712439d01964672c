package rules

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/certlogic"
)

// carried are the fields of the payload that each kind of content has a place
// for, by array: what is not among them is no fault of whoever issued it. The
// European certificate stands for all that is not here.
var carried = map[string]map[string]string{
	"hc1/dcc":  {"t": "tg tt nm ma sc tr tc co is reported", "v": "tg vp mp ma dn sd dt co is", "r": "tg fr df du co is"},
	"hc1/icvp": {"v": "tg vp mp ma dn dt is lot from until lifelong"},
	"hc1/ddcc": {"t": "tg tt nm ma sc tr tc co is specimen", "v": "tg vp mp ma dn sd dt co is lot due from until"},
	"shc":      {"t": "tg tt sc tr tc is reported", "v": "tg vp mp dn sd dt is lot", "a": "tg tt sc tr tc is"},
	"vds":      {"t": "tg tt sc tr tc co is lab specimen reported", "v": "tg vp mp dn dt co is lot due", "a": "tg tt sc tr tc co is lab"},
	"divoc":    {"v": "tg vp mp ma dn sd dt co is lot due from until", "t": "tg tt nm sc tr tc co is specimen reported"},
}

// Carries reports whether a kind of content has a place for a field of the
// payload ("v.0.lot"). Of content that is not known here it is taken to have.
func Carries(c cert.Carrier, field string) bool {
	arrays, ok := carried[c.Format+"/"+c.Content]
	if !ok {
		if arrays, ok = carried[c.Format]; !ok {
			return true
		}
	}
	array, name, ok := strings.Cut(field, ".0.")
	return !ok || slices.Contains(strings.Fields(arrays[array]), name)
}

// without are those of the lacking fields that the format has no place for.
func (v view) without(lacks []string) []string {
	var out []string
	for _, f := range lacks {
		if !Carries(v.carrier, f) {
			out = append(out, f)
		}
	}
	return out
}

// turnsOn reports whether the rule would pass if fields that the format has no
// place for had values that the rule could tell apart.
func (r *Rule) turnsOn(v view, absent []string) bool {
	tries := maxGuesses
	var try func(v view, left []string) bool
	try = func(v view, left []string) bool {
		if len(left) == 0 {
			tries--
			got, _, _ := verdict(r.expr.Eval(v.root))
			return got == Passed
		}
		_, name, _ := strings.Cut(left[0], ".0.")
		for _, value := range r.guesses(v, name) {
			if tries <= 0 {
				return false
			}
			if guess, ok := v.filled(name, value); ok && try(guess, left[1:]) {
				return true
			}
		}
		return false
	}
	return try(v, absent)
}

// filled is the view with a value in a field of the judged event.
func (v view) filled(field string, value certlogic.Value) (view, bool) {
	e, ok := v.root.At("payload."+v.array+".0").With(field, value)
	if !ok {
		return v, false
	}
	list, err := certlogic.FromAny(map[string]certlogic.Value{"0": e})
	if err != nil {
		return v, false
	}
	v.root, ok = v.root.With("payload."+v.array, list)
	return v, ok
}

// guesses are values of a field that the rule could tell apart.
func (r *Rule) guesses(v view, field string) []certlogic.Value {
	var codes []any
	numbers := []int{0, 1}
	walk(r.Logic, func(x any) {
		switch x := x.(type) {
		case string:
			if !slices.Contains(r.reads, x) {
				codes = append(codes, x)
			}
		case float64:
			numbers = append(numbers, int(x))
		}
	})
	for _, p := range r.reads {
		if strings.HasPrefix(p, "external.valueSets.") {
			list := v.root.At(p)
			for i := range min(list.Len(), maxGuesses) {
				codes = append(codes, list.At(strconv.Itoa(i)))
			}
		}
	}
	var out []any
	switch field {
	case "dn", "sd":
		for _, n := range numbers {
			out = append(out, n, n+1)
		}
	case "lifelong", "release":
		out = []any{true}
	case "dt", "fr", "df", "du", "due", "sc", "reported", "at", "from", "until":
		clock, _ := v.root.At(certlogic.Clock).Text()
		at, err := time.Parse(time.RFC3339Nano, clock)
		if err != nil {
			return nil
		}
		layout := time.DateOnly
		if slices.Contains([]string{"sc", "reported", "at", "from", "until"}, field) {
			layout = time.RFC3339
		}
		for _, n := range numbers {
			for _, t := range []time.Time{at.AddDate(0, 0, -n), at.Add(-time.Duration(n) * time.Hour), at.AddDate(0, -n, 0), at.AddDate(-n, 0, 0), at.AddDate(0, 0, n), at.AddDate(0, n, 0)} {
				out = append(out, t.AddDate(0, 0, -1).Format(layout), t.Format(layout), t.AddDate(0, 0, 1).Format(layout))
			}
		}
	default:
		out = append(codes, "?")
	}
	var values []certlogic.Value
	for _, x := range out {
		if value, err := certlogic.FromAny(x); err == nil {
			values = append(values, value)
		}
	}
	return values
}
