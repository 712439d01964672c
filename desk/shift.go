package desk

import (
	"crypto"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/rest"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/verify"
)

const (
	maxShifts = 16             // at once: several windows on one desk
	longest   = 16 * time.Hour // a shift, of which the officer has forgotten the end
	maxBody   = 64 << 10
	maxLate   = 1000 // decisions made while the desk was away
	tolerance = 10 * time.Minute
	tries     = 5  // wrong passphrases of second officers in a shift
	remembers = 64 // receipts, so that one that is sent twice is counted once
)

// shift is an officer's time at the desk.
type shift struct {
	officer string
	ahead   time.Duration // of the officer's clock before the computer's
	until   time.Time     // by the computer's clock
	signer  crypto.Signer // nil: receipts are not signed
	done    []decided
	wrong   int // passphrases of second officers
}

// begin opens a shift.
func (d *Desk) begin(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Officer    string    `json:"officer"`
		Clock      time.Time `json:"clock"`
		Passphrase string    `json:"passphrase"`
	}
	if !receive(w, r, &in) {
		return
	}
	if !isOfficer(in.Officer) {
		refuse(w, http.StatusBadRequest, BadRequest, "an officer is named by up to 32 letters, digits and ._-")
		return
	}
	if in.Clock.Before(d.floor()) {
		refuse(w, http.StatusConflict, WrongClock, "it is later than that: the data, or the last decision, is of "+d.floor().Format(time.RFC3339))
		return
	}
	now := d.o.Now()
	s := &shift{officer: in.Officer, ahead: in.Clock.Sub(now), until: now.Add(longest)}
	if d.o.Key != nil {
		d.opening.Lock()
		signer, err := d.o.Key(in.Passphrase)
		d.opening.Unlock()
		switch {
		case err != nil && d.o.Sealed:
			refuse(w, http.StatusForbidden, WrongPass, "the passphrase does not open the key of this desk")
			return
		case err != nil:
			refuse(w, http.StatusInternalServerError, NoKey, "the key of this desk cannot be opened")
			return
		}
		s.signer = signer
	}
	token := make([]byte, 32)
	rand.Read(token) // never fails
	name := base64.RawURLEncoding.EncodeToString(token)
	d.mu.Lock()
	defer d.mu.Unlock()
	for t, old := range d.shifts {
		if now.After(old.until) || len(d.shifts) >= maxShifts && old.officer == in.Officer {
			delete(d.shifts, t)
		}
	}
	if len(d.shifts) >= maxShifts {
		refuse(w, http.StatusConflict, BadRequest, "too many shifts are open: end one, or start the desk again")
		return
	}
	d.shifts[name] = s
	reply(w, struct {
		Token string `json:"token"`
		Signs bool   `json:"signs"`
	}{name, s.signer != nil})
}

func isOfficer(s string) bool {
	return s != "" && len(s) <= 32 && strings.IndexAny(s[:1], "._-") != 0 &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == ""
}

// inShift lets only those through who know the token of a shift.
func (d *Desk) inShift(do func(http.ResponseWriter, *http.Request, *shift)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		d.mu.Lock()
		s := d.shifts[token]
		if s != nil && d.o.Now().After(s.until) {
			delete(d.shifts, token)
			s = nil
		}
		d.mu.Unlock()
		if s == nil {
			refuse(w, http.StatusUnauthorized, NoShift, "no shift is open here: begin one")
			return
		}
		do(w, r, s)
	}
}

func (d *Desk) end(w http.ResponseWriter, r *http.Request, s *shift) {
	d.mu.Lock()
	for t, have := range d.shifts {
		if have == s {
			delete(d.shifts, t)
		}
	}
	d.mu.Unlock()
	reply(w, struct{}{})
}

// decided is a receipt that was counted, and what was answered.
type decided struct {
	text, answer string
}

// decide counts a decision and signs its receipt.
func (d *Desk) decide(w http.ResponseWriter, r *http.Request, s *shift) {
	var in struct {
		Receipt string `json:"receipt"`
		Confirm string `json:"confirm"`
	}
	if !receive(w, r, &in) {
		return
	}
	receipt, err := verify.ParseReceipt([]byte(in.Receipt))
	if err != nil {
		refuse(w, http.StatusBadRequest, NotAReceipt, err.Error())
		return
	}
	if why := d.foreign(receipt, in.Receipt, s); why != "" {
		refuse(w, http.StatusConflict, ForeignReceipt, why)
		return
	}
	if len(receipt.Officers) > 1 && !d.confirm(w, s, receipt.Officers[1], in.Confirm) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	answer := struct {
		Receipt string `json:"receipt"`
		Signed  bool   `json:"signed"`
	}{in.Receipt, s.signer != nil}
	if i := slices.IndexFunc(s.done, func(x decided) bool { return x.text == in.Receipt }); i >= 0 {
		answer.Receipt = s.done[i].answer // sent again, because the answer was lost
		reply(w, answer)
		return
	}
	if s.signer != nil {
		signed, err := receipt.Sign(s.signer, rand.Reader)
		if err != nil {
			refuse(w, http.StatusInternalServerError, NoKey, "the key of this desk does not sign")
			return
		}
		answer.Receipt = string(signed)
	}
	err = d.o.Counts.Add(Entry{Hour: receipt.Time, Verdict: receipt.Verdict, Outcome: receipt.Outcome, Override: receipt.Override, Sentence: receipt.TextCode})
	if err != nil {
		refuse(w, http.StatusInsufficientStorage, NotCounted, cause(err))
		return
	}
	s.done = append(s.done[max(0, len(s.done)-remembers+1):], decided{in.Receipt, answer.Receipt})
	reply(w, answer)
}

// confirm lets a receipt through that a second officer confirmed.
func (d *Desk) confirm(w http.ResponseWriter, s *shift, officer, passphrase string) bool {
	d.opening.Lock()
	defer d.opening.Unlock()
	if d.o.Officers.Len() == 0 || s.wrong >= tries {
		refuse(w, http.StatusForbidden, NoConfirming, "nobody can confirm here: send the person to the second desk")
		return false
	}
	if !d.o.Officers.Confirms(officer, passphrase) {
		s.wrong++
		refuse(w, http.StatusForbidden, WrongOfficer, "that is no officer of this desk with their passphrase")
		return false
	}
	return true
}

// foreign says why a receipt is not one that this desk gives in this shift.
func (d *Desk) foreign(r verify.Receipt, text string, s *shift) string {
	now := d.o.Now().Add(s.ahead)
	have := d.restsOn(r)
	switch {
	case text != string(r.Bytes()):
		return "it is signed already"
	case r.Desk != d.o.Name:
		return "it names another desk"
	case r.To != d.o.Country || r.Region != d.o.Region:
		return "it names another destination"
	case len(r.Officers) == 0 || r.Officers[0] != s.officer:
		return "it does not name the officer of this shift"
	case r.Time.Before(now.Add(-tolerance)) || r.Time.After(now.Add(tolerance)):
		return "it is not of now"
	case have == nil:
		return "it rests on other data than this desk has"
	case r.TextCode != "" && !slices.ContainsFunc(d.o.Sentences, func(x Sentence) bool { return x.Code == r.TextCode }):
		return "this desk does not have that sentence"
	}
	for _, c := range r.Rules {
		if !slices.ContainsFunc(have.Rules, func(set *rules.Set) bool { return set.Digest() == c.Digest }) {
			return "it names rules that this desk does not have"
		}
	}
	return ""
}

// restsOn is what of all that this desk gave to pages a receipt rests on; nil: nothing.
func (d *Desk) restsOn(r verify.Receipt) *verify.World {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, g := range d.given {
		have := g.relied.Data
		if r.KeyPolicy == g.relied.KeyPolicy && r.Data.Name == have.Name && r.Data.Digest == have.Digest && r.Data.AsOf.Equal(have.AsOf) && r.Data.HardExpiry.Equal(have.HardExpiry) {
			return g.relied
		}
	}
	return nil
}

// late counts decisions that were made while the desk could not be reached.
func (d *Desk) late(w http.ResponseWriter, r *http.Request, s *shift) {
	var in struct {
		Counts []struct {
			Hour     time.Time       `json:"hour"`
			Verdict  string          `json:"verdict"`
			Outcome  verify.Outcome  `json:"outcome"`
			Override verify.Override `json:"override"`
			Sentence string          `json:"sentence"`
		} `json:"counts"`
	}
	if !receive(w, r, &in) {
		return
	}
	if len(in.Counts) > maxLate {
		refuse(w, http.StatusBadRequest, BadRequest, "too many at once")
		return
	}
	now := d.o.Now().Add(s.ahead)
	var entries []Entry
	for _, c := range in.Counts {
		e := Entry{Hour: c.Hour, Outcome: c.Outcome, Override: c.Override, Sentence: c.Sentence}
		ok := e.Hour.Year() >= verify.Epoch.Year() && !e.Hour.After(now.Add(tolerance))
		for _, v := range []verify.Colour{verify.Green, verify.Amber, verify.Red, verify.Grey} {
			if v.String() == c.Verdict {
				e.Verdict = v
			}
		}
		if !ok || e.Verdict.String() != c.Verdict || !isOutcome(e.Outcome) || e.Verdict == verify.Green && e.Outcome == verify.Refused || !isWord(string(e.Override)) || !isWord(e.Sentence) {
			refuse(w, http.StatusBadRequest, BadRequest, "this is no decision that could have been made")
			return
		}
		entries = append(entries, e)
	}
	if err := d.o.Counts.Add(entries...); err != nil {
		refuse(w, http.StatusInsufficientStorage, NotCounted, cause(err))
		return
	}
	reply(w, struct {
		Counted int `json:"counted"`
	}{len(entries)})
}

func isOutcome(o verify.Outcome) bool {
	return slices.Contains([]verify.Outcome{verify.Admitted, verify.SecondDesk, verify.HealthService, verify.Refused}, o)
}

// isWord reports whether s can stand as a field of a line of counts, or is empty.
func isWord(s string) bool {
	return len(s) <= 32 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") == ""
}

// receive reads the JSON of a request, strictly.
func receive(w http.ResponseWriter, r *http.Request, into any) bool {
	err := rest.Read(http.MaxBytesReader(w, r.Body, maxBody), into)
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		refuse(w, http.StatusRequestEntityTooLarge, BadRequest, "too long")
	} else if err != nil {
		refuse(w, http.StatusBadRequest, BadRequest, "not what this call takes")
	}
	return err == nil
}
