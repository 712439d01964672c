package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/trust"
)

// register is that of a laboratory of Norland, as small as the story needs it. It
// stands for the desk of an issuer.
type register struct {
	file    string // a line of JSON for each entry, and one for each withdrawal
	entries []entry
}

// entry is a line of the register.
type entry struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Born      string    `json:"born"`
	Document  string    `json:"document"`
	Result    string    `json:"result"`
	Sampled   time.Time `json:"sampled"`
	Issued    time.Time `json:"issued"`
	Text      string    `json:"text"`
	Withdrawn string    `json:"withdrawn,omitempty"` // why
	Since     time.Time `json:"since,omitzero"`
}

func newRegister(dir string) (*register, error) {
	l := &register{file: filepath.Join(dir, "register.jsonl"), entries: []entry{}}
	return l, l.append()
}

// append writes lines to the register; they are safe on the disk when it returns.
func (l *register) append(lines ...entry) error {
	f, err := os.OpenFile(l.file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	for _, e := range lines {
		var b []byte
		if b, err = json.Marshal(e); err == nil {
			_, err = f.Write(append(b, '\n'))
		}
		if err != nil {
			break
		}
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// withdrawn is the list that Norland publishes. It names nobody.
func (l *register) withdrawn(key trust.Key, asOf time.Time) (*revoke.List, error) {
	list := revoke.NewList("XA", asOf, ended, "https://appeals.norland.example/")
	var own trust.Keys
	own.Add(key)
	for _, e := range l.entries {
		if e.Withdrawn == "" {
			continue
		}
		u, err := format.Read(e.Text)
		if err != nil {
			return nil, err
		}
		s, err := u.Verify(&own)
		if err != nil {
			return nil, err
		}
		list.Add(revoke.Entry{Handle: revoke.Handles(s)[0], Reason: revoke.Reason(e.Withdrawn), Since: e.Since})
	}
	return list, nil
}

// labForm is what the laboratory types. The name in the letters of passports is
// read from the lines, never typed.
type labForm struct {
	Lines   string `json:"lines"`
	Family  string `json:"family"`
	Given   string `json:"given"`
	Born    string `json:"born"`
	Sampled string `json:"sampled"`
	Result  string `json:"result"`
}

var firstForm = labForm{
	Lines: strings.TrimSpace(passport), Family: "Eriksson", Given: "Anna Maria", Born: "1974-08-12", Sampled: sampled.Format(time.RFC3339), Result: string(cert.NotDetected),
}

// previewed is what a form comes to, before anything is signed.
type previewed struct {
	Name    string   `json:"name"`
	ICAO    string   `json:"icao"`  // as passports write it
	Match   string   `json:"match"` // how the printed name and the lines fit
	Fits    bool     `json:"fits"`
	Born    string   `json:"born"`
	Number  string   `json:"number"`
	Sampled string   `json:"sampled"`
	Result  string   `json:"result"`
	Wrong   []string `json:"wrong"` // sentences; none: it can be issued
	form    labForm
	at      time.Time
	doc     mrz.Document
}

// read reads a form at a moment.
func (f labForm) read(now time.Time) previewed {
	p := previewed{Name: strings.TrimSpace(f.Given + " " + f.Family), Born: f.Born, Wrong: []string{}, form: f}
	wrong := func(s string) { p.Wrong = append(p.Wrong, s) }
	doc, err := mrz.Parse(f.Lines)
	if err != nil {
		wrong("The passport lines cannot be read: a letter is missing, or a check digit is wrong. Type both lines again.")
	} else {
		p.doc, p.Number = doc, doc.Number
		n := doc.Holder()
		p.ICAO = n.FamilyICAO + "<<" + n.GivenICAO
		born, bad := cert.ParseDate(f.Born)
		if bad != nil || born.Year < 1880 {
			wrong("The date of birth is written 1974-08-12.")
		}
		c := mrz.Compare(doc, mrz.Name{Family: f.Family, Given: f.Given}, mrz.Date{Year: int(born.Year), Month: int(born.Month), Day: int(born.Day)})
		p.Match, p.Fits = c.Name.Class.String(), c.Name.Class == mrz.Same || c.Name.Class == mrz.Variant || c.Name.Class == mrz.Truncated
		if !p.Fits {
			wrong("The printed name is not the one of the passport lines. Look at both again.")
		}
		if bad == nil && doc.Birth != mrz.ShortDate(born.String()[2:4]+born.String()[5:7]+born.String()[8:]) {
			wrong("The passport lines have another date of birth.")
		}
	}
	if strings.TrimSpace(f.Family) == "" || len(f.Family) > 80 || len(f.Given) > 80 {
		wrong("A family name is needed, of up to 80 letters.")
	}
	p.at, err = time.Parse(time.RFC3339, f.Sampled)
	if err != nil || p.at.After(now) || p.at.Before(begun) {
		wrong("The sample was taken before now, at a moment such as 2026-12-02T07:30:00+01:00.")
	}
	p.Sampled, p.Result = say(p.at, "Norland"), f.Result
	if f.Result != string(cert.Detected) && f.Result != string(cert.NotDetected) {
		wrong("A result is needed.")
	}
	return p
}

func (t *Tour) preview(w http.ResponseWriter, r *http.Request) {
	var in labForm
	if take(w, r, &in) {
		answer(w, in.read(t.now()))
	}
}

// issue signs what the form says. The register has it before the code leaves.
func (t *Tour) issue(w http.ResponseWriter, r *http.Request) {
	var in labForm
	if !take(w, r, &in) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	p := in.read(t.clock)
	if len(p.Wrong) > 0 {
		no(w, http.StatusConflict, strings.Join(p.Wrong, " "))
		return
	}
	if len(t.lab.entries) >= 100 {
		no(w, http.StatusConflict, "The laboratory of the tour closes after a hundred certificates. Start the tour again.")
		return
	}
	e := entry{
		ID: fmt.Sprintf("URN:UVCI:01:XA:TOUR%d", len(t.lab.entries)+1), Name: p.Name, Born: p.Born, Document: p.Number,
		Result: p.Result, Sampled: p.at, Issued: t.clock,
	}
	n := p.doc.Holder()
	born, _ := cert.ParseDate(p.Born)
	text, err := hc1.Issuer{Signer: t.cast.lab.Signer, Key: t.cast.lab.Public()}.Issue(&cert.Certificate{
		Signed: cert.Period{Issued: t.clock, Until: t.clock.AddDate(1, 0, 0)},
		Subject: cert.Person{
			Names:     []cert.Name{{Family: strings.TrimSpace(in.Family), Given: strings.TrimSpace(in.Given), FamilyICAO: n.FamilyICAO, GivenICAO: n.GivenICAO}},
			BirthDate: born,
		},
		Events: []cert.Event{&cert.Test{
			Statement: cert.Statement{ID: e.ID, Disease: cert.Coded{Source: cert.Coding{Code: cert.COVID19}}, Country: "XA", Authority: authority},
			Method:    cert.NucleicAcid, SampledAt: p.at, Result: cert.Result(p.Result), Laboratory: cert.Facility{Name: laboratory},
		}},
	}, nil)
	if err == nil {
		e.Text = text
		err = t.lab.append(e)
	}
	if err != nil {
		no(w, http.StatusInternalServerError, "The certificate was not issued: the register could not be written, or the form has something that a certificate cannot say.")
		return
	}
	t.lab.entries = append(t.lab.entries, e)
	t.tell(w)
}

// withdraw takes a certificate back. The list is published, and the desk fetches it.
func (t *Tour) withdraw(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID     string `json:"id"`
		Reason string `json:"reason"`
	}
	if !take(w, r, &in) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if reason := revoke.Reason(in.Reason); reason != revoke.Error && reason != revoke.Fraud && reason != revoke.KeyLost {
		no(w, http.StatusConflict, "A withdrawal needs one of the reasons.")
		return
	}
	for i, e := range t.lab.entries {
		if e.ID != in.ID {
			continue
		}
		if e.Withdrawn == "" {
			e.Withdrawn, e.Since = in.Reason, t.clock
			if err := t.lab.append(e); err != nil {
				no(w, http.StatusInternalServerError, "The register could not be written: nothing was withdrawn.")
				return
			}
			t.lab.entries[i] = e
		}
		if err := t.renew(); err != nil {
			no(w, http.StatusInternalServerError, "The desk could not be told. Start the tour again.")
			return
		}
		t.tell(w)
		return
	}
	no(w, http.StatusNotFound, "The register does not have that certificate.")
}

// picture draws a code, to be saved, dragged or photographed.
func (t *Tour) picture(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	c, ok := t.cast.codes[r.URL.Query().Get("of")]
	if n := len(t.lab.entries); n > 0 && r.URL.Query().Get("of") == "anna" {
		c, ok = shown{Text: t.lab.entries[n-1].Text}, true
	}
	t.mu.Unlock()
	if !ok {
		no(w, http.StatusNotFound, "There is no such code yet.")
		return
	}
	s, err := qr.Encode(c.Text, qr.M)
	if err != nil {
		no(w, http.StatusInternalServerError, "The code cannot be drawn.")
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(s.PNG(qr.Style{Scale: 6, Caption: "DEMO - NOT VALID"}))
}
