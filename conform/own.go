package conform

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/certlogic"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/verify"
)

// Own answers questions by this program: the example of an adapter, and what
// other answers are compared with.
type Own struct {
	Version string
	Rand    io.Reader
}

// Answer answers a question.
func (o Own) Answer(q Request) Answer {
	a, err := o.answer(q)
	if err != nil {
		a = Answer{Refused: err.Error()}
	}
	a.ID = q.ID
	return a
}

func (o Own) answer(q Request) (Answer, error) {
	switch q.Op {
	case "hello":
		return Answer{Name: "pratique", Version: o.Version, Roles: Roles(), Judges: judged}, nil
	case "read":
		return read(q.Text)
	case "verify":
		return check(q)
	case "issue":
		return o.issue(q)
	case "eval":
		return eval(q)
	}
	return Answer{Unsupported: "a question that this version does not know"}, nil
}

func read(text string) (Answer, error) {
	o := verify.SkipVerification(text)
	if len(o.Report.Reasons) > 0 {
		return Answer{Refused: o.Report.Reasons[0].Code}, nil
	}
	return Answer{Format: o.Report.Format, Payload: o.Payload}, nil
}

// check verifies a code.
func check(q Request) (Answer, error) {
	if q.World == nil || q.Question == nil {
		return Answer{}, fmt.Errorf("verifying: no world, or no question")
	}
	w, err := q.World.known()
	if err != nil {
		return Answer{}, err
	}
	r := verify.Check(w, q.Text, verify.Question{
		Trip: verify.Direct(q.Question.From, q.Question.Via, q.Question.To, q.Question.At), Purpose: q.Question.Purpose, At: q.Question.At, Now: q.Question.Now,
	})
	said := r.In("en", "").WithPayload(r)
	a := Answer{Format: said.Format, Payload: said.Payload, Verdict: said.Verdict.String(), ChangesAt: said.ChangesAt, Checks: map[string]string{
		"signature": r.Checks.Signature.String(), "key_use": r.Checks.KeyUse.String(), "in_force": r.Checks.InForce.String(), "schema": r.Checks.Schema.String(),
		"unrevoked": r.Checks.Unrevoked.String(), "recognised": r.Checks.Recognised.String(), "rules": r.Checks.Rules.String(),
	}}
	for _, x := range said.Reasons {
		a.Reasons = append(a.Reasons, x.Code)
	}
	if p := said.Person; p != nil {
		a.Person = &Person{p.Name, p.BirthDate.String()}
	}
	return a, nil
}

// known makes of a world's files what the verifier knows.
func (v World) known() (*verify.World, error) {
	var files []bundle.File
	for _, name := range slices.Sorted(maps.Keys(v.Files)) {
		files = append(files, bundle.File{Name: name, Data: []byte(v.Files[name])})
	}
	s, err := bundle.Sort(files)
	if err != nil {
		return nil, err
	}
	w := &verify.World{Keys: new(trust.Keys), Rules: s.Rules, Withdrawals: s.Withdrawals}
	for _, l := range s.Lists {
		for _, k := range l.Keys {
			w.Keys.Add(k)
		}
		w.Recognitions = append(w.Recognitions, l.Recognitions...)
	}
	if v.KeyPolicy == "now" {
		w.KeyPolicy = trust.ValidNow
	}
	if v.AsOf != nil {
		w.Data.AsOf = *v.AsOf
	}
	if v.HardExpiry != nil {
		w.Data.HardExpiry = *v.HardExpiry
	}
	return w, nil
}

func (o Own) issue(q Request) (Answer, error) {
	if q.Key == nil {
		return Answer{}, fmt.Errorf("issuing: no key")
	}
	var c cert.Certificate
	if err := json.Unmarshal(q.Certificate, &c); err != nil {
		return Answer{}, fmt.Errorf("issuing: %w", err)
	}
	c.Signed = cert.Period{Issued: q.At, Until: q.Until}
	signer, err := q.Key.signer()
	if err != nil {
		return Answer{}, err
	}
	key, err := q.Key.public(q.Format)
	if err != nil {
		return Answer{}, err
	}
	var text string
	switch q.Format {
	case "hc1":
		text, err = hc1.Issuer{Signer: signer, Key: key}.Issue(&c, o.Rand)
	case "icvp":
		text, err = hc1.Issuer{Signer: signer, Key: key}.IssueICVP(&c, o.Rand)
	case "shc":
		text, err = shc.Issuer{Signer: signer, Key: key, URL: q.Key.Issuer}.Issue(&c, o.Rand)
	case "vds":
		text, err = vds.Issuer{Signer: signer, Key: key, Country: threeLetters(key.Country)}.Issue(&c, o.Rand)
	default:
		return Answer{Unsupported: "codes of this format are not made here"}, nil
	}
	return Answer{Text: text}, err
}

// threeLetters is a country as travel documents write it; of exercises, one
// that ISO 3166-1 leaves to users.
func threeLetters(country string) string {
	if three := lists.Alpha3(country); three != "" {
		return three
	}
	return country + "A"
}

func eval(q Request) (Answer, error) {
	e, err := certlogic.Parse(q.Logic)
	if err != nil {
		return Answer{Error: err.Error()}, nil
	}
	data, err := certlogic.FromJSON(q.Data)
	if err != nil {
		return Answer{Error: err.Error()}, nil
	}
	v, err := e.Eval(data)
	if err != nil {
		return Answer{Error: err.Error()}, nil
	}
	return Answer{Result: v.AppendJSON(nil)}, nil
}
