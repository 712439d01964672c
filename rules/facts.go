package rules

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/pratique/pratique/certlogic"
)

// maxGuesses bounds the codes that are tried for a fact that is not known.
const maxGuesses = 300

// facts are what an expression reads of the trip, and the codes that it could
// tell apart there. A rule that asks "did the journey begin in one of these
// countries?" must not say no because nobody told it where the journey began.
type facts struct {
	paths []string          // external.trip.from ...
	codes []certlogic.Value // texts
}

const tripPath = "external.trip."

// factsOf collects the codes from the literals of the expression and from the
// value sets that it reads, and one that is in none of them.
func factsOf(logic json.RawMessage, reads []string, valueSets map[string][]string) facts {
	var f facts
	for _, p := range reads {
		name, ok := strings.CutPrefix(p, tripPath)
		if name, _, _ = strings.Cut(name, "."); ok && name != "arrive" && name != "among" && !slices.Contains(f.paths, tripPath+name) {
			f.paths = append(f.paths, tripPath+name)
		}
	}
	if len(f.paths) == 0 && len(placesOf(reads)) == 0 {
		return facts{}
	}
	codes := []string{"?"}
	for _, p := range reads {
		if level, ok := strings.CutPrefix(p, historyPath+"area."); ok {
			codes = append(codes, level)
		}
	}
	walk(logic, func(v any) {
		if s, ok := v.(string); ok && !slices.Contains(reads, s) {
			codes = append(codes, s)
		}
	})
	for _, p := range reads {
		if id, ok := strings.CutPrefix(p, "external.valueSets."); ok {
			codes = append(codes, valueSets[id]...)
		}
	}
	for _, c := range codes[:min(len(codes), maxGuesses)] {
		if v, err := certlogic.FromAny(c); err == nil {
			f.codes = append(f.codes, v)
		}
	}
	return f
}

// placesOf are the paths, of those that are read, that tell where the person was.
func placesOf(reads []string) []string {
	var out []string
	for _, name := range []string{"stays", "areas", "area"} {
		path := historyPath + name
		if slices.ContainsFunc(reads, func(p string) bool { return p == path || strings.HasPrefix(p, path+".") }) {
			out = append(out, path)
		}
	}
	return out
}

// missing returns the first fact of the trip that is not known and that would
// turn the answer of the expression, if it were one of the codes.
func (f facts) missing(e *certlogic.Expr, root certlogic.Value, have Verdict) (string, bool) {
	for _, path := range f.paths {
		if root.At(path).Kind() != certlogic.Null {
			continue
		}
		for _, code := range f.codes {
			guess, ok := root.With(path, asFact(path, code, root))
			if !ok {
				continue
			}
			if v, _, _ := verdict(e.Eval(guess)); v != Open && v != have {
				return strings.TrimPrefix(path, "external."), true
			}
		}
	}
	return "", false
}

// asFact gives a code the form of the fact.
func asFact(path string, code, root certlogic.Value) certlogic.Value {
	switch path {
	case tripPath + "via":
		v, _ := certlogic.FromAny([]certlogic.Value{code})
		return v
	case tripPath + "stays":
		clock, _ := root.At(certlogic.Clock).Text()
		day, _ := certlogic.FromAny(clock[:min(len(clock), len("2006-01-02"))])
		v, _ := certlogic.FromAny([]any{map[string]certlogic.Value{"in": code, "until": day}})
		return v
	}
	return code
}
