package verify

import (
	"github.com/pratique/pratique/words"
)

// SelfAnswer is a person's own colour in a language, in the form that
// `self --json` prints. Fields are only added. It holds health data.
type SelfAnswer struct {
	V           int              `json:"v"` // 1
	Purpose     string           `json:"purpose"`
	In          string           `json:"in"`
	At          string           `json:"at,omitempty"`
	Verdict     Colour           `json:"verdict"`
	Word        string           `json:"word"`
	Reasons     []SaidReason     `json:"reasons"`
	Used        []SaidReason     `json:"used"`
	Aside       []SaidAside      `json:"aside"`
	Obligations []SaidObligation `json:"obligations"`
	ChangesAt   string           `json:"changes_at,omitempty"`
	ChangesTo   string           `json:"changes_to,omitempty"`
	GreenAt     string           `json:"green_at,omitempty"`
	Rules       []SaidRules      `json:"rules"`
	Data        SaidData         `json:"data"`
}

// SaidAside is a thing that was set aside or marked, in words. Number counts
// the codes, or the items of the kind, from 1.
type SaidAside struct {
	Kind    string       `json:"kind"`
	Number  int          `json:"number"`
	Used    bool         `json:"used,omitempty"`
	Reasons []SaidReason `json:"reasons"`
}

// SaidRules names a set of rules.
type SaidRules struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
}

// In says the report in a language.
func (r SelfReport) In(lang string) SelfAnswer {
	word, _ := words.Say(lang, r.Verdict.String())
	a := SelfAnswer{
		V: 1, Purpose: PurposeSelf, In: r.To, At: rfc3339(r.At), Verdict: r.Verdict, Word: word,
		Reasons: sayAll(lang, r.Reasons), Used: sayAll(lang, r.Used), Aside: SayAside(lang, r.Aside),
		Obligations: sayObligations(lang, r.Obligations), Rules: make([]SaidRules, 0, len(r.Rules)),
		ChangesAt: rfc3339(r.ChangesAt), GreenAt: rfc3339(r.GreenAt),
		Data: SayData(r.Data),
	}
	if !r.ChangesAt.IsZero() {
		a.ChangesTo = r.ChangesTo.String()
	}
	for _, s := range r.Rules {
		a.Rules = append(a.Rules, SaidRules{ID: s.ID, Version: s.Version, Digest: s.Digest()})
	}
	return a
}

// SayReasons says reasons in a language, such as those of a receipt.
func SayReasons(lang string, reasons []Reason) []SaidReason { return sayAll(lang, reasons) }

// SayData says how old the data of a verifier is.
func SayData(d Data) SaidData {
	return SaidData{Bundle: d.Name, AsOf: rfc3339(d.AsOf), SoftExpiry: rfc3339(d.SoftExpiry), HardExpiry: rfc3339(d.HardExpiry)}
}

// SayAside says in a language what was set aside or marked.
func SayAside(lang string, list []Aside) []SaidAside {
	out := make([]SaidAside, 0, len(list))
	for _, x := range list {
		out = append(out, SaidAside{Kind: x.Kind, Number: x.number(), Used: x.Kept, Reasons: beside(sayAll(lang, x.Reasons))})
	}
	return out
}

// beside takes the colours from reasons that gave none: what is set aside
// makes nobody red.
func beside(said []SaidReason) []SaidReason {
	for i := range said {
		said[i].Colour = ""
	}
	return said
}

// number is what a person would call it: lines are counted from 1 already.
func (a Aside) number() int {
	if a.Kind == "line" {
		return a.Index
	}
	return a.Index + 1
}

func sayAll(lang string, reasons []Reason) []SaidReason {
	out := make([]SaidReason, 0, len(reasons))
	for _, r := range reasons {
		out = append(out, r.in(lang))
	}
	return out
}

func sayObligations(lang string, list []Obligation) []SaidObligation {
	out := make([]SaidObligation, 0, len(list))
	for _, o := range list {
		out = append(out, SaidObligation{ID: o.ID, What: o.What.In(lang), By: rfc3339(o.By), Where: o.Where.In(lang), Ends: o.Ends.In(lang), Unsure: o.Unsure})
	}
	return out
}
