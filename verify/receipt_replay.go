package verify

import (
	"slices"

	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/words"
)

// Agreement says what came of asking the question of a receipt again.
type Agreement uint8

// The agreements. The zero Agreement says nothing.
const (
	Undecided Agreement = iota // not all that the receipt names was at hand: see the differences
	Agrees                     // the same verdict for the same reasons, by the rules that it names
	Disagrees                  // another answer, with all that it names at hand
	Another                    // it is a receipt for another code
)

// String returns undecided, agrees, disagrees or another_code.
func (a Agreement) String() string {
	switch a {
	case Agrees:
		return "agrees"
	case Disagrees:
		return "disagrees"
	case Another:
		return "another_code"
	}
	return "undecided"
}

// MarshalText implements [encoding.TextMarshaler].
func (a Agreement) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Replayed is the answer to the question of a receipt, asked again.
type Replayed struct {
	Agreement   Agreement
	Report      Report   // empty for another code
	Differences []Reason // none of them gives a colour
}

// Replay asks the question of a receipt again: of the same code, for the time
// that the receipt states, by the rule sets that it names out of w, which are
// found by their digest. It trusts what the receipt says; see [OpenReceipt].
//
// The receipt does not hold the way of the person. They give it again; for a
// trip without legs it is the destination alone. Nor does it hold the passport,
// if one was shown: give it, or nil.
//
// The differences, and their parameters:
//
//	receipt_other_code        it is for another code; nothing else is looked at
//	receipt_other_trip        the trip is not the one that was asked about
//	receipt_rules_missing     set version        w does not have it in any version
//	receipt_rules_changed     set version has    w has another, which was asked in its place
//	receipt_other_data        then now           keys, recognitions and withdrawals are not of the bundle that it names
//	receipt_passport_needed                      the receipt says how a passport compared, and none was given
//	receipt_verdict_differs   then now
//	receipt_reason_gone       reason rule        the receipt says it, the new answer does not
//	receipt_reason_new        reason rule        the other way round
func (r Receipt) Replay(w *World, text string, t Trip, passport *mrz.Document) Replayed {
	if r.commitCode(text) != r.Code {
		return Replayed{Agreement: Another, Differences: []Reason{{Code: "receipt_other_code"}}}
	}
	var out Replayed
	if len(t.Legs) == 0 {
		t.Legs = []Leg{{Jurisdiction: r.To, Region: r.Region, Arrive: r.At}}
	}
	if r.commitTrip(text, t) != r.Trip {
		out.differ("receipt_other_trip")
	}
	then := *w
	then.Rules, then.KeyPolicy, then.Data = out.cited(r, w.Rules), r.KeyPolicy, r.Data
	sameRules := len(out.Differences) == 0
	if w.Data.Digest == r.Data.Digest {
		then.Data.Unknown = w.Data.Unknown // which the receipt does not hold
	}
	if d := w.Data; d.Name != r.Data.Name || d.Digest != r.Data.Digest || !d.AsOf.Equal(r.Data.AsOf) {
		out.differ("receipt_other_data", words.Moment("then", r.Data.AsOf), words.Moment("now", d.AsOf))
	}
	if passport == nil && slices.ContainsFunc(r.Reasons, func(r Reason) bool { return r.Code == "name_differs" || r.Code == "birth_differs" }) {
		out.differ("receipt_passport_needed")
	}
	sameAll := len(out.Differences) == 0
	out.Report = Check(&then, text, Question{Trip: t, Purpose: r.Purpose, At: r.At, Now: r.Time, Passport: passport})
	switch same := out.compare(r); {
	case same && sameRules:
		out.Agreement = Agrees
	case !same && sameAll:
		out.Agreement = Disagrees
	}
	return out
}

func (out *Replayed) differ(code string, params ...words.Param) {
	out.Differences = append(out.Differences, Reason{Code: code, Params: params})
}

// cited finds the sets that a receipt names, or others of the same name in
// their place: the one in force, if one is.
func (out *Replayed) cited(r Receipt, have []*rules.Set) []*rules.Set {
	var found []*rules.Set
	for _, c := range r.Rules {
		var named []*rules.Set
		for _, s := range have {
			if s.ID == c.ID {
				named = append(named, s)
			}
		}
		set, version := words.Text("set", c.ID), words.Text("version", c.Version)
		if i := slices.IndexFunc(named, func(s *rules.Set) bool { return s.Digest() == c.Digest }); i >= 0 {
			found = append(found, named[i])
		} else if len(named) > 0 {
			s := append(inForceAt(slices.Clone(named), r.At), named[0])[0]
			found = append(found, s)
			out.differ("receipt_rules_changed", set, version, words.Text("has", s.Version))
		} else {
			out.differ("receipt_rules_missing", set, version)
		}
	}
	return found
}

// compare lists how the new answer differs from what the receipt says.
func (out *Replayed) compare(r Receipt) (same bool) {
	n := len(out.Differences)
	if out.Report.Verdict != r.Verdict {
		out.differ("receipt_verdict_differs", words.Word("then", r.Verdict.String()), words.Word("now", out.Report.Verdict.String()))
	}
	now := printable(out.Report.Reasons)
	out.beside("receipt_reason_gone", r.Reasons, now)
	out.beside("receipt_reason_new", now, r.Reasons)
	return len(out.Differences) == n
}

// beside names the reasons of one answer that the other lacks.
func (out *Replayed) beside(code string, of, other []Reason) {
	for _, r := range of {
		if !slices.ContainsFunc(other, func(o Reason) bool { return o.line() == r.line() }) {
			out.differ(code, words.Text("reason", r.Code), words.Text("rule", r.Rule))
		}
	}
}
