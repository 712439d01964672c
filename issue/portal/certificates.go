package portal

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/rest"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/access"
	"github.com/pratique/pratique/issue/intake"
	"github.com/pratique/pratique/issue/watch"
)

// Wanted is a certificate that somebody asks for.
type Wanted struct {
	Key    string      `json:"key,omitempty"` // of the sender's choice; of a single one the header Idempotency-Key
	Format string      `json:"format"`        // hc1, icvp, shc, vds
	Until  time.Time   `json:"until,omitzero"`
	Lines  string      `json:"lines,omitempty"` // of the passport: the name in its letters, compared with what was typed
	Form   intake.Form `json:"form"`
}

// Certified is what was issued.
type Certified struct {
	Serial   string           `json:"serial"`
	Code     string           `json:"code,omitempty"` // the certificate, as its QR code has it; of a blind one none
	Format   string           `json:"format"`
	Kind     cert.Kind        `json:"kind"`
	Issued   string           `json:"issued"`
	Until    string           `json:"until,omitempty"`
	Again    bool             `json:"again,omitempty"`    // it had been issued before for this key
	Findings []intake.Finding `json:"findings,omitempty"` // to be looked at
}

// Preview is a certificate as it would be.
type Preview struct {
	Findings   []intake.Finding  `json:"findings"`
	Ready      bool              `json:"ready"` // it can be issued
	Printed    string            `json:"printed,omitempty"`
	FamilyICAO string            `json:"family_icao,omitempty"`
	GivenICAO  string            `json:"given_icao,omitempty"`
	Neutral    *cert.Certificate `json:"certificate,omitempty"` // in the neutral form
}

// Line is the answer to one of many.
type Line struct {
	Line int        `json:"line"` // from 1
	Key  string     `json:"key,omitempty"`
	Done *Certified `json:"certificate,omitempty"`
	Not  *Fault     `json:"error,omitempty"`

	// Of tables and messages.
	Ready  bool          `json:"ready,omitempty"`  // of a dry run: it would be issued
	Result string        `json:"result,omitempty"` // which result of the sender it is, also when it is corrected
	Do     intake.Action `json:"do,omitempty"`     // replace, withdraw: propose that what was certified of this result before be withdrawn
}

// Hashed is a certificate that the sender has built, of which the office signs the
// hash and sees nothing else.
type Hashed struct {
	Format string    `json:"format"`
	Kind   cert.Kind `json:"kind"`
	Serial string    `json:"serial,omitempty"`
	Signer string    `json:"signer"` // SHA-256 of the certificate of GET /v1/signer, hexadecimal
	Leaf   string    `json:"leaf"`   // SHA-256 of what shall be signed, hexadecimal
	Issued time.Time `json:"issued"`
	Until  time.Time `json:"until,omitzero"`
}

// Signature is what the sender of a [Hashed] puts into the certificate.
type Signature struct {
	Certified
	Signature string `json:"signature"` // base64
}

// Signer is the key that signs now.
type Signer struct {
	Certificate string `json:"certificate"` // PEM
	Fingerprint string `json:"fingerprint"` // SHA-256, hexadecimal
}

// Serial is that of a certificate.
type Serial struct {
	Serial string `json:"serial"`
}

// Row is what the register has of a certificate.
type Row struct {
	Serial     string    `json:"serial"`
	Format     string    `json:"format"`
	Kind       cert.Kind `json:"kind"`
	Laboratory string    `json:"laboratory"`
	Clerk      string    `json:"clerk"`
	Signer     string    `json:"signer"`
	Leaf       string    `json:"leaf"`
	Issued     string    `json:"issued"`
	Until      string    `json:"until,omitempty"`
	Withdrawn  string    `json:"withdrawn,omitempty"`
	Reason     string    `json:"reason,omitempty"`
}

func certificateRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/v1/check", needs: access.Issue, about: "What would be certified, and what is wrong with it: nothing is issued", in: kind[Wanted](), out: kind[Preview](), do: (*Portal).preview},
		{method: http.MethodPost, path: "/v1/certificates", needs: access.Issue, about: "Issue a certificate; the header Idempotency-Key has a key of the sender's choice, by which the same request gives the same certificate", in: kind[Wanted](), out: kind[Certified](), do: (*Portal).certify},
		{method: http.MethodPost, path: "/v1/certificates/many", needs: access.Issue, about: "Issue certificates: a line of JSON (application/x-ndjson) for each, with its key; a line answers each, in order", do: (*Portal).certifyMany},
		{method: http.MethodGet, path: "/v1/signer", needs: access.Issue, about: "The key that signs now, for who builds the certificate (?format=&kind=)", out: kind[Signer](), do: (*Portal).signer},
		{method: http.MethodPost, path: "/v1/blind", needs: access.Issue, about: "Sign the hash of a certificate that the sender has built; with Idempotency-Key", in: kind[Hashed](), out: kind[Signature](), do: (*Portal).blind},
		{method: http.MethodPost, path: "/v1/entries", needs: access.Find, about: "What the register has of a certificate", in: kind[Serial](), out: kind[Row](), do: (*Portal).entry},
	}
}

// read makes of what is wanted a certificate, with what is wrong with it.
func (p *Portal) read(c *call, q Wanted, now time.Time) (*cert.Certificate, []intake.Finding, error) {
	if q.Form.Country == "" {
		q.Form.Country = p.o.Country
	}
	if q.Form.Authority == "" {
		q.Form.Authority = p.o.Name
	}
	if q.Form.Laboratory == "" && q.Form.Kind == string(cert.KindTest) {
		q.Form.Laboratory = c.lab.Name
	}
	if q.Form.Basis == string(cert.Transcribed) {
		return nil, nil, errTranscribed
	}
	out, err := q.Form.Certificate()
	if err != nil {
		return nil, nil, err
	}
	found := intake.Name(&out.Subject, q.Lines, now)
	return out, append(found, intake.Check(out, now)...), nil
}

// order is what the office is asked for.
func (p *Portal) order(c *call, q Wanted, now time.Time) (issue.Order, []intake.Finding, error) {
	out, found, err := p.read(c, q, now)
	if err != nil {
		return issue.Order{}, nil, err
	}
	if intake.HasError(found) {
		return issue.Order{}, nil, &Fault{Status: http.StatusUnprocessableEntity, Code: "findings", Text: "this cannot be certified as it is", Hint: "look at the findings", Findings: found}
	}
	return issue.Order{Laboratory: c.actor.Laboratory, Clerk: registered(c.actor), Permit: c.permit(out.Events[0].Kind()), Key: q.Key, Format: q.Format, Until: q.Until, Certificate: out}, found, nil
}

func certified(i issue.Issued, found []intake.Finding) Certified {
	e := i.Entry
	return Certified{Serial: e.Serial, Code: i.Text, Format: e.Format, Kind: e.Kind, Issued: second(e.Issued), Until: second(e.Until), Again: i.Again, Findings: found}
}

func (p *Portal) preview(c *call) (any, error) {
	q, err := ask[Wanted](c)
	if err != nil {
		return nil, err
	}
	out, found, err := p.read(c, q, p.o.Now())
	if err != nil {
		return nil, err
	}
	v := Preview{Findings: found, Ready: !intake.HasError(found), Neutral: out}
	if v.Findings == nil {
		v.Findings = []intake.Finding{}
	}
	if len(out.Subject.Names) > 0 {
		n := out.Subject.Names[0]
		v.Printed, v.FamilyICAO, v.GivenICAO = n.String(), n.FamilyICAO, n.GivenICAO
	}
	return v, nil
}

// key is the header by which a request is known again.
func (c *call) key() (string, error) {
	k := c.r.Header.Get("Idempotency-Key")
	if k == "" {
		return "", bad("key", "Idempotency-Key", "the header Idempotency-Key is missing", "send a key of your own choice, another one for each certificate, 1 to 128 bytes: who gets no answer sends the same again")
	}
	return k, nil
}

func (p *Portal) certify(c *call) (any, error) {
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	q, err := ask[Wanted](c)
	if err != nil {
		return nil, err
	}
	q.Key = key
	o, found, err := p.order(c, q, p.o.Now())
	if err != nil {
		return nil, err
	}
	i, err := p.o.Office.Issue(c, o)
	if err != nil {
		return nil, err
	}
	p.issued(c, []issue.Issued{i})
	return certified(i, found), nil
}

// certifyMany serves orders as they come, some at a time, and answers as it goes.
func (p *Portal) certifyMany(c *call) (any, error) {
	if !rest.Is(c.r, "application/x-ndjson") {
		return nil, media("lines of JSON", "application/x-ndjson")
	}
	s, err := p.stream(c)
	if err != nil {
		return nil, err
	}
	defer s.end()
	c.w.Header().Set("Content-Type", "application/x-ndjson")
	c.wrote = true
	answers := json.NewEncoder(c.w)
	answers.SetEscapeHTML(false)
	in := bufio.NewScanner(s)
	in.Buffer(make([]byte, 0, 64<<10), MaxBody)
	for n := 0; ; {
		var lines []Line
		var b batch
		for len(lines) < batchSize && n < MaxLines && !p.closing.Load() {
			if !in.Scan() {
				break
			}
			if len(bytes.TrimSpace(in.Bytes())) == 0 {
				continue
			}
			n++
			l := Line{Line: n}
			o, found, err := p.line(c, in.Bytes(), &l)
			if err != nil {
				l.Not = p.explain(manyRoute, err)
			} else {
				b.add(o, found, len(lines))
			}
			lines = append(lines, l)
		}
		p.issue(c, manyRoute, b, lines)
		for _, l := range lines {
			if err := answers.Encode(l); err != nil {
				return nil, err
			}
		}
		if len(lines) == batchSize && n < MaxLines && !p.closing.Load() {
			if err := s.flush(); err != nil {
				return nil, err
			}
			continue
		}
		switch {
		case p.closing.Load():
			_ = answers.Encode(Line{Line: n + 1, Not: &Fault{Code: "unavailable", Text: "the service stops", Hint: "send the rest again in a moment, with the same keys"}})
		case in.Err() != nil:
			_ = answers.Encode(Line{Line: n + 1, Not: &Fault{Code: "bad_request", Text: "the line is too long, or did not come", Hint: "send the rest again, with the same keys"}})
		case n == MaxLines && in.Scan():
			_ = answers.Encode(Line{Line: n + 1, Not: &Fault{Code: "too_large", Text: "too many orders at once", Hint: "send the rest in another request"}})
		}
		return nil, nil
	}
}

const manyRoute = "POST /v1/certificates/many"

// batch are orders that are issued together, and the lines that answer them.
type batch struct {
	orders []issue.Order
	found  [][]intake.Finding
	at     []int
}

func (b *batch) add(o issue.Order, found []intake.Finding, line int) {
	b.orders, b.found, b.at = append(b.orders, o), append(b.found, found), append(b.at, line)
}

// issue issues a batch and answers in its lines.
func (p *Portal) issue(c *call, route string, b batch, lines []Line) {
	issued, errs := p.o.Office.IssueAll(c, b.orders)
	var done []issue.Issued
	for i, at := range b.at {
		if errs[i] != nil {
			lines[at].Not = p.explain(route, errs[i])
			continue
		}
		l := certified(issued[i], b.found[i])
		lines[at].Done = &l
		done = append(done, issued[i])
	}
	p.issued(c, done)
}

// line reads one of many orders.
func (p *Portal) line(c *call, text []byte, l *Line) (issue.Order, []intake.Finding, error) {
	var q Wanted
	if err := unread(rest.Body(rest.Read(bytes.NewReader(text), &q), MaxBody)); err != nil {
		return issue.Order{}, nil, err
	}
	if len(q.Key) <= 128 {
		l.Key = q.Key
	}
	return p.order(c, q, p.o.Now())
}

// issued tells those who count. That a watch does not answer keeps no certificate
// back that is in the register.
func (p *Portal) issued(c *call, all []issue.Issued) {
	var fresh []watch.Issued
	for _, i := range all {
		p.metrics.issued(i.Entry.Format, i.Entry.Kind, i.Again)
		if i.Again {
			continue
		}
		w := watch.Issued{Certified: watch.Certified{At: i.Entry.Issued, By: i.Entry.Clerk, Age: -1}}
		if k := i.Certificate; k != nil {
			w.Person, w.Age = person(k, i.Entry.Issued)
			if t, ok := k.Events[0].(*cert.Test); ok {
				w.Sampled, w.Result = t.SampledAt, watch.IsNegative
				if t.Result == cert.Detected {
					w.Result = watch.IsPositive
				}
			}
		}
		fresh = append(fresh, w)
	}
	if p.o.Watch == nil || len(fresh) == 0 {
		return
	}
	alerts, err := p.o.Watch.Add(c, p.o.Authority, c.actor.Laboratory, c.lab.Clock, fresh)
	if err != nil {
		p.fault("watch", err)
	}
	for _, a := range alerts {
		p.o.Log.Warn("an alert", "laboratory", a.Laboratory, "kind", a.Kind, "by", a.By)
	}
}

// person is who a certificate is about, in one form for however it is written, and
// the age in years; -1 is not known.
func person(c *cert.Certificate, at time.Time) (string, int) {
	s := c.Subject
	if len(s.Names) == 0 || s.BirthDate.Year == 0 {
		return "", -1
	}
	n := s.Names[0]
	age := at.Year() - int(s.BirthDate.Year)
	if d := s.BirthDate; d.Month != 0 && (int(d.Month) > int(at.Month()) || int(d.Month) == int(at.Month()) && int(d.Day) > at.Day()) {
		age--
	}
	return n.FamilyICAO + "<<" + n.GivenICAO + " " + s.BirthDate.String(), age
}

func (p *Portal) signer(c *call) (any, error) {
	q := c.r.URL.Query()
	k, err := p.o.Office.Signer(c, q.Get("format"), cert.Kind(q.Get("kind")))
	if err != nil {
		return nil, err
	}
	id := k.Fingerprint()
	return Signer{string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: k.Certificate.Raw})), hex.EncodeToString(id[:])}, nil
}

func (p *Portal) blind(c *call) (any, error) {
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	q, err := ask[Hashed](c)
	if err != nil {
		return nil, err
	}
	b := issue.Blind{Kind: q.Kind, Serial: q.Serial, Issued: q.Issued}
	if !hash(q.Signer, &b.Signer) || !hash(q.Leaf, &b.Leaf) {
		return nil, bad("pattern", "leaf", "signer and leaf are SHA-256", "write them as 64 hexadecimal digits")
	}
	i, err := p.o.Office.Issue(c, issue.Order{Laboratory: c.actor.Laboratory, Clerk: registered(c.actor), Permit: c.permit(q.Kind), Key: key, Format: q.Format, Until: q.Until, Blind: &b})
	if err != nil {
		return nil, err
	}
	p.issued(c, []issue.Issued{i})
	return Signature{certified(i, nil), base64.StdEncoding.EncodeToString(i.Entry.Signature)}, nil
}

func hash(text string, into *[32]byte) bool {
	b, err := hex.DecodeString(text)
	return err == nil && copy(into[:], b) == len(into) && len(b) == len(into)
}

func (p *Portal) entry(c *call) (any, error) {
	q, err := ask[Serial](c)
	if err != nil {
		return nil, err
	}
	e, w, err := p.o.Office.Register.Find(c, p.o.Authority, q.Serial)
	if err != nil {
		return nil, err
	}
	if c.actor.Laboratory != "" && e.Laboratory != c.actor.Laboratory {
		return nil, issue.ErrNoEntry // of another laboratory: as if there were none
	}
	return Row{Serial: e.Serial, Format: e.Format, Kind: e.Kind, Laboratory: e.Laboratory, Clerk: e.Clerk, Signer: hex.EncodeToString(e.Signer[:]), Leaf: hex.EncodeToString(e.Leaf[:]),
		Issued: second(e.Issued), Until: second(e.Until), Withdrawn: second(w.Since), Reason: string(w.Reason)}, nil
}
