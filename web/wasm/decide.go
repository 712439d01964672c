//go:build js && wasm

package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// decision is what an officer enters.
type decision struct {
	Verdict  string   `json:"verdict"`
	Outcome  string   `json:"outcome"`
	Override string   `json:"override"`
	TextCode string   `json:"text_code"`
	Desk     string   `json:"desk"`
	Officers []string `json:"officers"`
	Appeal   []string `json:"appeal"`
}

// receipt is the text of a receipt, not signed, or what is still needed for it:
// override (a reason), officer (a second one), verdict (it has changed: look again).
type receipt struct {
	Text  string `json:"text,omitempty"`
	Needs string `json:"needs,omitempty"`
}

func (v *verifier) receipt(options string) (any, error) {
	q, ask, err := v.asked(options)
	if err != nil {
		return nil, err
	}
	if q.Decision == nil {
		return nil, errors.New("no decision")
	}
	d := q.Decision
	seen, err := colour(d.Verdict)
	if err != nil {
		return nil, err
	}
	r, err := verify.NewReceipt(v.world, q.Text, ask, verify.Decision{
		Verdict: seen, Outcome: verify.Outcome(d.Outcome), Override: verify.Override(d.Override), TextCode: d.TextCode,
		Desk: d.Desk, Officers: d.Officers, Appeal: d.Appeal,
	}, rand.Reader)
	switch {
	case errors.Is(err, verify.ErrVerdict):
		return receipt{Needs: "verdict"}, nil
	case errors.Is(err, verify.ErrOverride):
		return receipt{Needs: "override"}, nil
	case errors.Is(err, verify.ErrOfficers):
		return receipt{Needs: "officer"}, nil
	case err != nil:
		return nil, err
	}
	return receipt{Text: string(r.Bytes())}, nil
}

func colour(s string) (verify.Colour, error) {
	for _, c := range []verify.Colour{verify.Green, verify.Amber, verify.Red, verify.Grey} {
		if c.String() == s {
			return c, nil
		}
	}
	return verify.Grey, errors.New("no such verdict")
}

// slip is a receipt in words, for paper.
type slip struct {
	Time     string   `json:"time"` // for people, in the language
	At       string   `json:"at,omitempty"`
	Desk     string   `json:"desk"`
	To       string   `json:"to"`
	Purpose  string   `json:"purpose"`
	Verdict  string   `json:"verdict"`
	Word     string   `json:"word"`
	Reasons  []string `json:"reasons"`
	Outcome  string   `json:"outcome"`
	Override string   `json:"override,omitempty"`
	TextCode string   `json:"text_code,omitempty"`
	Officers []string `json:"officers"`
	Appeal   []string `json:"appeal"`
	Rules    []string `json:"rules"`
	AsOf     string   `json:"as_of,omitempty"`
}

// saySlip says a receipt, signed or not, in a language. It verifies nothing.
func saySlip(options string) (any, error) {
	var in struct {
		Text string `json:"text"`
		Lang string `json:"lang"`
	}
	if err := strictly([]byte(options), &in); err != nil {
		return nil, fmt.Errorf("reading options: %w", err)
	}
	r, err := verify.ParseReceipt([]byte(in.Text))
	if err != nil {
		return nil, err
	}
	say := func(code string) string { text, _ := words.Say(in.Lang, code); return text }
	moment := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return words.SayMoment(in.Lang, t)
	}
	s := slip{
		Time: moment(r.Time), Desk: r.Desk, To: words.Country(in.Lang, r.To), Purpose: say(r.Purpose),
		Verdict: r.Verdict.String(), Word: say(r.Verdict.String()), Reasons: []string{}, Rules: []string{},
		Outcome: say("decision_" + string(r.Outcome)), TextCode: r.TextCode, Officers: append([]string{}, r.Officers...),
		Appeal: r.Appeal, AsOf: moment(r.Data.AsOf),
	}
	if !r.At.Equal(r.Time) {
		s.At = moment(r.At)
	}
	if r.Override != "" {
		s.Override = say("override_" + string(r.Override))
	}
	for _, reason := range r.Said() {
		text, _ := words.Say(in.Lang, reason.Code, reason.Params...)
		s.Reasons = append(s.Reasons, text)
	}
	for _, c := range r.Rules {
		s.Rules = append(s.Rules, strings.TrimSpace(c.ID+" "+c.Version))
	}
	return s, nil
}
