//go:build js && wasm && !desk

package main

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/scrypt"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/wallet"
	"github.com/pratique/pratique/words"
)

// asks is what the page of a holder asks: a wallet in clear, and what to do with it.
type asks struct {
	Wallet     string    `json:"wallet"` // empty: one that holds nobody
	Label      string    `json:"label"`
	Labels     []string  `json:"labels"`
	IDs        []string  `json:"ids"`
	Texts      []string  `json:"texts"`
	Declare    *declared `json:"declare"`
	To         string    `json:"to"`   // a new label
	Name       *string   `json:"name"` // as it may be printed
	MRZ        *string   `json:"mrz"`  // the travel document; empty: none
	Sealed     string    `json:"sealed"`
	Passphrase string    `json:"passphrase"`
	Salt       string    `json:"salt"` // hexadecimal
	Work       int       `json:"work"`
	Now        time.Time `json:"now"`
	At         time.Time `json:"at"`
	Lang       string    `json:"lang"`

	In       string       `json:"in"`
	Region   string       `json:"region"`
	Legs     []verify.Leg `json:"legs"`
	Category string       `json:"category"`

	Document bool `json:"document"` // on a sheet
	Named    bool `json:"named"`
}

// declared is one thing that a person says themselves.
type declared struct {
	Kind   wallet.Kind `json:"kind"`
	In     string      `json:"in"`
	Region string      `json:"region"`
	From   string      `json:"from"`
	Until  string      `json:"until"` // empty: still there
	Risk   string      `json:"risk"`
	Word   string      `json:"word"`
}

// refused is a code of what a holder asked and cannot be; the page has the words.
type refused struct {
	Refused string `json:"refused"`
}

// holding makes a function of a wallet.
func holding(f func(asks, wallet.File) (any, error)) func(string) (any, error) {
	return func(options string) (any, error) {
		in := asks{Lang: "en"}
		if err := strictly([]byte(options), &in); err != nil {
			return nil, fmt.Errorf("reading options: %w", err)
		}
		var file wallet.File
		if in.Wallet != "" {
			var err error
			if file, _, err = wallet.Parse([]byte(in.Wallet)); err != nil {
				return refused{"file"}, nil
			}
		}
		out, err := f(in, file)
		for _, r := range []struct {
			err  error
			code string
		}{
			{wallet.ErrLimit, "limit"}, {wallet.ErrFile, "file"}, {wallet.ErrPerson, "person"}, {wallet.ErrItem, "item"},
			{wallet.ErrText, "text"}, {wallet.ErrWrite, "text"}, {wallet.ErrSealed, "sealed"}, {wallet.ErrWork, "work"},
			{wallet.ErrPassphrase, "passphrase"}, {errTaken, "taken"}, {errLines, "lines"}, {errDeclared, "declared"},
		} {
			if errors.Is(err, r.err) {
				return refused{r.code}, nil
			}
		}
		return out, err
	}
}

var (
	errTaken    = errors.New("somebody else has this label")
	errLines    = errors.New("these are no passport lines")
	errDeclared = errors.New("this cannot be declared")
)

// clear is a wallet as text.
func clear(f wallet.File) (string, error) {
	b, err := f.Bytes()
	return string(b), err
}

// shownItem is a thing that somebody holds, as a page shows it.
type shownItem struct {
	ID       string      `json:"id"`
	Kind     wallet.Kind `json:"kind"`
	Title    string      `json:"title"`
	Country  string      `json:"country,omitempty"`
	Place    string      `json:"place,omitempty"`
	Until    string      `json:"until,omitempty"`
	Text     string      `json:"text,omitempty"`    // of the code, where it is one
	Proved   string      `json:"proved,omitempty"`  // pass, fail, unknown: whether a certificate is authentic and in force
	Reasons  []string    `json:"reasons,omitempty"` // why not
	Owner    string      `json:"owner,omitempty"`   // the name in it, where the signature verified
	Demo     bool        `json:"demo,omitempty"`
	Learn    []string    `json:"learn"` // who could learn what from it
	Declared bool        `json:"declared,omitempty"`
	when     string
}

type shownPerson struct {
	Label    string      `json:"label"`
	Name     string      `json:"name,omitempty"`
	Document string      `json:"document,omitempty"` // its country and the end of its number
	Items    []shownItem `json:"items"`
}

// held shows a wallet: what everybody holds, the newest first.
func (v *verifier) held(in asks, f wallet.File) (any, error) {
	out := struct {
		People []shownPerson `json:"people"`
		Unread int           `json:"unread"` // lines that nobody is said to own
	}{[]shownPerson{}, len(f.Unread)}
	for _, p := range f.People {
		s := shownPerson{Label: p.Label, Name: p.Name, Items: []shownItem{}}
		if n := p.Holder.Number; n != "" {
			s.Document = p.Holder.Country + " …" + n[max(0, len(n)-3):]
		}
		for _, i := range p.Items() {
			s.Items = append(s.Items, v.shown(i, in))
		}
		slices.Reverse(s.Items)
		slices.SortStableFunc(s.Items, func(a, b shownItem) int { return cmp.Compare(b.when, a.when) })
		out.People = append(out.People, s)
	}
	return out, nil
}

func (v *verifier) shown(i wallet.Item, in asks) shownItem {
	face := wallet.Look(i)
	s := shownItem{ID: i.ID(), Kind: i.Kind, Title: face.Title(in.Lang), Country: face.Country, Learn: face.Lesson.Say(in.Lang), Declared: i.Kind.Declared()}
	if s.Country != "" {
		s.Place = words.Country(in.Lang, s.Country)
	}
	if !face.Until.IsZero() {
		s.Until = face.Until.Format(time.RFC3339)
	}
	for _, p := range face.Params {
		if p.Name == "at" || p.Name == "from" {
			s.when, _ = p.Value().(string)
			break
		}
	}
	if !s.Declared && i.Kind != wallet.KindUnread {
		s.Text = i.Text
	}
	if i.Kind == wallet.KindCertificate {
		v.proved(&s, i.Text, in)
	}
	return s
}

// proved says whether a certificate is authentic and in force, which is no
// answer for any journey.
func (v *verifier) proved(s *shownItem, text string, in asks) {
	r := verify.Check(v.relied(), text, verify.Question{At: in.Now, Now: in.Now})
	c, status := r.Checks, verify.Pass
	for _, one := range []verify.Status{c.Signature, c.KeyUse, c.InForce, c.Schema, c.Unrevoked} {
		if one != verify.Pass && status != verify.Fail {
			status = one
		}
	}
	if c.Signature == verify.Pass && c.KeyUse == verify.Pass && c.InForce == verify.Pass && c.Schema == verify.Pass && c.Unrevoked == verify.Unknown {
		status = verify.Pass // nobody said that it was withdrawn; the line beside says since when that is known
	}
	s.Proved = status.String()
	if p, ok := r.Person(); ok {
		s.Owner = p.Name
	}
	if r.Signed != nil {
		s.Demo = r.Signed.Key.Demo
	}
	for _, said := range r.In(in.Lang, "").Reasons {
		if said.Code != "no_destination" {
			s.Reasons = append(s.Reasons, strings.TrimSpace(said.Text+" "+said.Next))
		}
	}
}

// relied is the world, or one that trusts nobody.
func (v *verifier) relied() *verify.World {
	if v.world == nil {
		v.world = new(verify.World)
	}
	return v.world
}

// seen is what a text is, and whose it may be.
type seen struct {
	Text  string      `json:"text"`
	Kind  wallet.Kind `json:"kind,omitempty"`
	Title string      `json:"title,omitempty"`
	Label string      `json:"label,omitempty"` // of whom it may be; empty: it does not say
	Why   string      `json:"why,omitempty"`   // it is not taken
	Part  bool        `json:"part,omitempty"`  // of a card whose other codes are missing
}

// recognise says of texts what they are and whose they may be: of the person who
// has something with the same name, else of somebody new who has this name.
// Codes that are parts of one card become one text, once all are there.
func (v *verifier) recognise(in asks, f wallet.File) (any, error) {
	out := struct {
		Seen []seen `json:"seen"`
	}{[]seen{}}
	names := map[string]string{}
	for _, p := range f.People {
		for _, c := range p.Certificates {
			if n := nameOf(c); n != "" {
				names[strings.ToLower(n)] = p.Label
			}
		}
	}
	var parts []string
	isPart := func(err error) bool { e, ok := errors.AsType[*format.Error](err); return ok && e.Code == "code_part" }
	look := func(text string) {
		kind, err := wallet.Recognise(text)
		s := seen{Text: text, Kind: kind}
		if err != nil {
			s.Part = isPart(err)
			s.Why = v.why(in.Lang, text, err)
			out.Seen = append(out.Seen, s)
			return
		}
		if kind != wallet.KindWallet && kind != wallet.KindHistory {
			s.Title = wallet.Look(wallet.Item{Kind: kind, Text: text}).Title(in.Lang)
		}
		if n := nameOf(text); kind == wallet.KindCertificate && n != "" {
			s.Label = cmp.Or(names[strings.ToLower(n)], n)
			names[strings.ToLower(n)] = s.Label
		}
		out.Seen = append(out.Seen, s)
	}
	for _, text := range in.Texts {
		if _, err := wallet.Recognise(text); isPart(err) {
			parts = append(parts, strings.Trim(text, "\r\n"))
			continue
		}
		look(text)
	}
	if len(parts) > 0 {
		look(strings.Join(parts, "\n"))
	}
	return out, nil
}

// why says in a language why a text is not taken.
func (v *verifier) why(lang, text string, err error) string {
	if _, ok := errors.AsType[*format.Error](err); !ok {
		said, next := words.Say(lang, "read_text")
		return strings.TrimSpace(said + " " + next)
	}
	for _, r := range verify.Check(v.relied(), text, verify.Question{}).In(lang, "").Reasons {
		return strings.TrimSpace(r.Text + " " + r.Next)
	}
	return ""
}

// nameOf is the name in a certificate, whoever signed it, as a label may be.
func nameOf(text string) string {
	u, err := format.Read(text)
	if err != nil {
		return ""
	}
	c, err := u.SkipVerification()
	if err != nil {
		return ""
	}
	name := strings.Join(strings.Fields(c.Subject.Name().String()), " ")
	if len(name) > wallet.MaxLabel {
		return ""
	}
	return name
}

// kept is a wallet after something was put into it.
type kept struct {
	Wallet    string            `json:"wallet"`
	New       int               `json:"new"`
	Known     int               `json:"known"`
	People    []string          `json:"people"`
	Conflicts []wallet.Conflict `json:"conflicts"`
}

// keep puts texts, or what somebody declares, into a wallet.
func keep(in asks, f wallet.File) (any, error) {
	if in.Declare != nil {
		line, err := in.Declare.line()
		if err != nil {
			return nil, err
		}
		in.Texts = []string{line}
	}
	out := kept{People: []string{}, Conflicts: []wallet.Conflict{}}
	for _, text := range in.Texts {
		g, a, err := f.Add(in.Label, text)
		if err != nil {
			return nil, err
		}
		f = g
		out.New, out.Known = out.New+len(a.New), out.Known+a.Known
		out.Conflicts = append(out.Conflicts, a.Conflicts...)
		for _, l := range a.People {
			if !slices.Contains(out.People, l) {
				out.People = append(out.People, l)
			}
		}
	}
	var err error
	out.Wallet, err = clear(f)
	return out, err
}

// line is a history that says what was declared, and nothing else.
func (d declared) line() (string, error) {
	var h history.File
	bound := func(s string) history.Bound {
		day, err := cert.ParseDate(s)
		if err == nil {
			return history.Bound{Date: day}
		}
		t, _ := time.Parse(time.RFC3339, s)
		return history.Bound{At: t}
	}
	day, _ := cert.ParseDate(d.From)
	switch d.Kind {
	case wallet.KindStay:
		h.Stays = []history.Stay{{Place: history.Place{In: d.In, Region: strings.ToUpper(d.Region)}, From: bound(d.From), Until: bound(d.Until)}}
	case wallet.KindSymptom:
		h.Symptoms = []history.Symptom{{Date: day, Word: d.Word}}
	case wallet.KindExposure:
		h.Exposure = []history.Exposure{{Date: day, Risk: exposure.Risk(d.Risk), System: cmp.Or(d.Word, "told"), Rule: "own_word"}}
	case wallet.KindVenue:
		h.Venues = []history.Venue{{From: bound(d.From).At, Until: bound(d.Until).At, Risk: exposure.Risk(d.Risk)}}
	case wallet.KindChecked:
		h.Checked = []history.Check{{Until: day, System: cmp.Or(d.Word, "told")}}
	default:
		return "", errDeclared
	}
	text := h.Bytes()
	if _, found, err := history.Parse(text); err != nil || len(found) > 0 {
		return "", errDeclared
	}
	return string(text), nil
}

// part is a wallet with one person, and of what they hold the items that are named.
func part(in asks, f wallet.File) (any, error) {
	g, err := f.Export(in.Label, in.IDs...)
	if err != nil {
		return nil, err
	}
	text, err := clear(g)
	return kept{Wallet: text}, err
}

// forget takes a person, or items of theirs, out of a wallet.
func forget(in asks, f wallet.File) (any, error) {
	g, _, err := f.Delete(in.Label, in.IDs...)
	if err != nil {
		return nil, err
	}
	text, err := clear(g)
	return kept{Wallet: text}, err
}

// person makes or changes what a wallet says of somebody: label, name, document.
func person(in asks, f wallet.File) (any, error) {
	f.People = slices.Clone(f.People)
	i, ok := f.Find(in.Label)
	if !ok {
		i, f.People = len(f.People), append(f.People, wallet.Person{Label: in.Label})
	}
	p := &f.People[i]
	if in.To != "" && in.To != in.Label {
		if _, taken := f.Find(in.To); taken {
			return nil, errTaken
		}
		p.Label = in.To
	}
	if in.Name != nil {
		p.Name = *in.Name
	}
	if in.MRZ != nil {
		p.Holder = history.Holder{}
		if *in.MRZ != "" {
			d, err := mrz.Parse(*in.MRZ)
			if err != nil || d.Number == "" {
				return nil, errLines
			}
			p.Holder = holderOf(d)
		}
	}
	text, err := clear(f)
	return kept{Wallet: text}, err
}

// holderOf is by what stamps and notices know the holder of a document.
func holderOf(d mrz.Document) history.Holder {
	h := history.Holder{Number: d.Number, Country: d.Issuer}
	b := string(d.Birth)
	if len(b) != 6 {
		return h
	}
	two := func(i int) (int, bool) { n, err := strconv.Atoi(b[i : i+2]); return n, err == nil }
	if y, ok := two(0); ok {
		h.Birth.Year = int16(2000 + y) // any century: of the year, two digits count
	}
	month, _ := two(2)
	day, _ := two(4)
	h.Birth.Month, h.Birth.Day = int8(month), int8(day)
	return h
}

// seal and unseal are the copy that leaves the device: age, so that other
// programs open it too.
func seal(in asks, f wallet.File) (any, error) {
	b, err := f.Seal(in.Passphrase)
	return struct {
		Sealed string `json:"sealed"`
	}{string(b)}, err
}

func unseal(in asks, _ wallet.File) (any, error) {
	f, _, err := wallet.Open([]byte(in.Sealed), in.Passphrase)
	if err != nil {
		return nil, err
	}
	text, err := clear(f)
	return kept{Wallet: text}, err
}

// stretch makes a key of a passphrase, slowly (RFC 7914), for the copy at rest.
func stretch(in asks, _ wallet.File) (any, error) {
	salt, err := hex.DecodeString(in.Salt)
	switch {
	case err != nil || len(salt) < 16 || in.Work < wallet.Work || in.Work > wallet.MaxWork:
		return nil, errors.New("no such work or salt")
	case in.Passphrase == "":
		return nil, wallet.ErrPassphrase
	}
	key, err := scrypt.Key([]byte(in.Passphrase), salt, 1<<in.Work, 8, 1, 32)
	return struct {
		Key string `json:"key"`
	}{hex.EncodeToString(key)}, err
}
