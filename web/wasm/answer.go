//go:build js && wasm

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/verify"
)

// question is what a page asks.
type question struct {
	Text     string          `json:"text"`
	Texts    []string        `json:"texts"`
	World    json.RawMessage `json:"world"`
	To       string          `json:"to"`
	Region   string          `json:"region"`
	From     string          `json:"from"`
	Via      []string        `json:"via"`
	Category string          `json:"category"`
	Trip     *verify.Trip    `json:"trip"`
	At       time.Time       `json:"at"`
	Now      time.Time       `json:"now"`
	Purpose  string          `json:"purpose"`
	MRZ      string          `json:"mrz"`
	Lang     string          `json:"lang"`
	Input    string          `json:"input"`
	Payload  bool            `json:"payload"`
	Decision *decision       `json:"decision"`
}

// asked reads options, and sees to the world that they name.
func (v *verifier) asked(options string) (question, verify.Question, error) {
	q := question{Lang: "en", Input: "code"}
	if err := strictly([]byte(options), &q); err != nil {
		return q, verify.Question{}, fmt.Errorf("reading options: %w", err)
	}
	if len(q.World) > 0 && (v.world == nil || !bytes.Equal(v.of, q.World)) {
		if _, err := v.load(string(q.World)); err != nil {
			return q, verify.Question{}, err
		}
	}
	if v.world == nil {
		v.world = new(verify.World) // which trusts nobody
	}
	ask := verify.Question{Purpose: q.Purpose, At: q.At, Now: q.Now}
	switch {
	case q.Trip != nil:
		ask.Trip = *q.Trip
	case q.To != "":
		ask.Trip = verify.Direct(q.From, q.Via, q.To, q.At)
		ask.Trip.Category = q.Category
		ask.Trip.Legs[len(ask.Trip.Legs)-1].Region = q.Region
	}
	if q.MRZ != "" {
		d, err := mrz.Parse(q.MRZ)
		if err != nil {
			return q, ask, fmt.Errorf("reading passport lines: %w", err)
		}
		ask.Passport = &d
	}
	return q, ask, nil
}

func (v *verifier) verify(options string) (any, error) {
	q, ask, err := v.asked(options)
	if err != nil {
		return nil, err
	}
	return q.answer(verify.Check(v.world, q.Text, ask)), nil
}

func (q question) answer(r verify.Report) verify.Answer {
	a := r.In(q.Lang, q.Input)
	if q.Payload {
		a = withPayload(a, r)
	}
	return a
}

// joint is the answer to several codes of one person.
type joint struct {
	Verdict verify.Colour   `json:"verdict"`
	By      int             `json:"by"` // of the texts; -1: none
	Others  []int           `json:"others"`
	Answers []verify.Answer `json:"answers"`

	// Where several codes meet together what none meets alone: the answer to all
	// of them, and on which of the texts it rests.
	Answer *verify.Answer `json:"answer,omitempty"`
	Codes  []int          `json:"codes,omitempty"`
}

func (v *verifier) together(options string) (any, error) {
	q, ask, err := v.asked(options)
	if err != nil {
		return nil, err
	}
	reports := make([]verify.Report, len(q.Texts))
	answers := make([]verify.Answer, len(q.Texts))
	for i, text := range q.Texts {
		reports[i] = verify.Check(v.world, text, ask)
		answers[i] = q.answer(reports[i])
	}
	j := verify.Together(reports)
	out := joint{Verdict: j.Verdict, By: j.By, Others: append([]int{}, j.Others...), Answers: answers}
	if r, by := verify.Jointly(reports); len(by) > 1 {
		a := q.answer(r)
		out.Verdict, out.Answer, out.Codes = r.Verdict, &a, by
	}
	return out, nil
}

// strictly decodes JSON; a member that is not known is an error, because it
// could be the one that matters.
func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
