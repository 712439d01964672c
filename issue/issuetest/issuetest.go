// Package issuetest answers one question: with which keys and results is an office
// tried? For tests.
package issuetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
)

// Day is a moment at which all keys are in force.
var Day = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// Ring is a set of demo keys: one for seals and one for all else. Key goes from
// one cohort to the next.
type Ring struct {
	mu     sync.Mutex
	now    *keys.Key
	seals  *keys.Key
	all    map[[32]byte]*keys.Key
	cohort int
	Broken bool // no key signs
}

// NewRing makes keys of Norland, the same each time but for seals.
func NewRing() (*Ring, error) {
	r := &Ring{all: map[[32]byte]*keys.Key{}}
	o := keys.Options{Country: "XA", Authority: "Norland Institute of Health", Demo: true, NotBefore: Day.AddDate(-1, 0, 0), NotAfter: Day.AddDate(10, 0, 0)}
	authority, err := keys.NewAuthority(o, rand.Reader)
	if err != nil {
		return nil, err
	}
	o.NotAfter = Day.AddDate(1, 0, 0)
	if r.seals, err = authority.Certify(o, rand.Reader); err != nil {
		return nil, err
	}
	r.all[r.seals.Fingerprint()] = r.seals
	return r, r.Turn()
}

// Turn lets the next cohort sign.
func (r *Ring) Turn() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cohort++
	k, err := keys.NewDemo(fmt.Sprint("cohort ", r.cohort), keys.Options{Country: "XA", Authority: "Norland Institute of Health", NotBefore: Day.AddDate(-1, 0, 0), NotAfter: Day.AddDate(2, 0, 0)})
	if err != nil {
		return err
	}
	if r.now != nil { // its secret part is destroyed
		r.all[r.now.Fingerprint()] = &keys.Key{Certificate: r.now.Certificate}
	}
	r.now = k
	r.all[k.Fingerprint()] = k
	return nil
}

// Use lets another key sign.
func (r *Ring) Use(k *keys.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = k
	r.all[k.Fingerprint()] = k
}

// Next implements issue.Keys.
func (r *Ring) Next(_ context.Context, p issue.Purpose, _ int) (*keys.Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.Broken:
		return nil, errors.New("no key")
	case p.Format == issue.VDS:
		return r.seals, nil
	}
	return r.now, nil
}

// Find implements issue.Keys.
func (r *Ring) Find(_ context.Context, _ string, fingerprint [32]byte) (*keys.Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k := r.all[fingerprint]; k != nil {
		return k, nil
	}
	return nil, errors.New("no such key")
}

// Trusted are the keys as a verifier knows them.
func (r *Ring) Trusted() *trust.Keys {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := new(trust.Keys)
	for _, k := range r.all {
		p := k.Public()
		out.Add(p)
		if id, ok := thumbprint(k); ok {
			p.ID = id
			out.Add(p)
		}
	}
	return out
}

// All is a permit for everything, and many a day.
func All() issue.Permit {
	return issue.Permit{Kinds: []cert.Kind{cert.KindTest, cert.KindVaccination, cert.KindRecovery, cert.KindAntibody}, Clerk: 1 << 30, Laboratory: 1 << 30, Life: 366 * 24 * time.Hour}
}

// Order is the order of a key in a format, about a person of that number.
func Order(key, format string, person int) issue.Order {
	c := &cert.Certificate{
		Subject: cert.Person{
			Names:       []cert.Name{{Family: fmt.Sprint("Eriksson ", letters(person)), Given: "Anna Maria"}},
			BirthDate:   cert.Date{Year: 1974, Month: 8, Day: int8(person%28) + 1},
			Sex:         cert.Female,
			Nationality: "XA",
			Documents:   []cert.Document{{Type: "passport", Number: "L898902C3", Country: "XA"}},
		},
	}
	c.Events = []cert.Event{Event(format)}
	return issue.Order{Laboratory: "laboratory-7", Clerk: "ana", Permit: All(), Key: key, Format: format, Certificate: c}
}

func letters(n int) string {
	s := ""
	for ; n > 0; n /= 26 {
		s += string(rune('A' + n%26))
	}
	return s
}

// Event is something that a format can state.
func Event(format string) cert.Event {
	about := cert.Statement{Disease: cert.CodedDisease(cert.Coding{System: cert.SNOMED, Code: cert.COVID19}), Country: "XA", Authority: "Norland Institute of Health"}
	if format == issue.ICVP {
		about.Disease = cert.CodedDisease(cert.Coding{System: cert.SNOMED, Code: cert.YellowFever})
		return &cert.Vaccination{Statement: about, Product: cert.Coded{Source: cert.Coding{System: cert.PreQual, Code: "YellowFeverProductd2c75a15ed309658b3968519ddb31690"}},
			Lot: "YF-2217", Date: cert.Date{Year: 2026, Month: 6, Day: 15}, Clinician: "Dr. B. Lind"}
	}
	return &cert.Test{Statement: about, Type: cert.Coded{Source: cert.Coding{System: cert.LOINC, Code: "LP6464-4"}}, Method: cert.NucleicAcid,
		SampledAt: Day.Add(-3 * time.Hour), ReportedAt: Day.Add(-time.Hour), Result: cert.NotDetected, Outcome: cert.Coded{Source: cert.NotDetected.Coding()},
		Laboratory: cert.Facility{Name: "Norland Institute of Health, Laboratory 7"}}
}

func thumbprint(k *keys.Key) (string, bool) {
	id, err := shc.Thumbprint(k.Certificate.PublicKey)
	return id, err == nil
}
