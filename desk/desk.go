package desk

import (
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pratique/pratique/verify"
)

// Options say which desk it is.
type Options struct {
	Name      string     // as receipts have it: up to 32 letters, digits and "._-"
	Country   string     // where one arrives at this desk
	Region    string     // of it, if rules are made by region
	Appeal    []string   // where to object, one line each; those of the rules are added
	Sentences []Sentence // fixed sentences, for decisions that need a word
	Version   string     // of the program

	World  json.RawMessage // what the page's verifier relies on, until [Desk.Renew]
	Relied *verify.World   // the same; receipts are held against it

	// Key opens the key that signs receipts. Nil: receipts are not signed.
	Key    func(passphrase string) (crypto.Signer, error)
	Sealed bool // the key needs a passphrase

	Officers Officers // who may confirm what takes two

	Counts *Counts
	Pages  http.Handler
	Hosts  []string         // as browsers name this machine: "localhost:7411"
	Now    func() time.Time // the clock; nil means [time.Now]
}

// Sentence is a sentence that an officer may choose, and never writes freely.
type Sentence struct {
	Code string `json:"code"` // small letters and "_", up to 32
	Text string `json:"text"`
}

// Words of refusals, beside the status of HTTP.
const (
	BadRequest     = "bad_request"     // not what is said in the package documentation
	NoShift        = "no_shift"        // no shift has this token, or it is over
	WrongClock     = "wrong_clock"     // the clock is before the floor
	WrongPass      = "wrong_pass"      // the passphrase does not open the key
	NoKey          = "no_key"          // the key cannot be opened
	NotCounted     = "not_counted"     // the disk does not take it
	WrongOfficer   = "wrong_officer"   // no officer of the list confirmed with their passphrase
	NoConfirming   = "no_confirming"   // nobody confirms here, or nobody any more in this shift
	ForeignReceipt = "foreign_receipt" // not a receipt of this desk, this shift, now, by this data
	NotAReceipt    = "not_a_receipt"
)

// Settings is what a page must know of its desk.
type Settings struct {
	Desk      string     `json:"desk"`
	Country   string     `json:"country"`
	Region    string     `json:"region,omitempty"`
	Appeal    []string   `json:"appeal"`
	Sentences []Sentence `json:"sentences"`
	Signs     bool       `json:"signs"`   // it has a key for receipts
	Sealed    bool       `json:"sealed"`  // which a passphrase opens
	Seconds   bool       `json:"seconds"` // somebody may confirm what takes two officers
	Clock     time.Time  `json:"clock"`   // what this computer believes
	Floor     time.Time  `json:"floor"`   // it is not earlier than this
	Version   string     `json:"version"`
}

// Desk serves one desk. See the package documentation.
type Desk struct {
	o       Options
	handler http.Handler
	opening sync.Mutex // opening a sealed key takes a second by intention: one at a time

	mu     sync.Mutex
	shifts map[string]*shift
	given  []given // what pages may rest on, the newest first
}

// given is what the desk gave to pages.
type given struct {
	world  json.RawMessage
	relied *verify.World
	tag    string
}

// kept is how many of them are kept: a page that still rests on the
// last bundle but one finishes with its traveller, and its receipt is signed.
const kept = 4

// Renew gives pages something newer to rely on, from now on.
func (d *Desk) Renew(world json.RawMessage, relied *verify.World) {
	sum := sha256.Sum256(world)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.given = slices.Insert(d.given, 0, given{world, relied, fmt.Sprintf("%q", hex.EncodeToString(sum[:16]))})
	d.given = d.given[:min(len(d.given), kept)]
}

// now is what pages rely on that ask now.
func (d *Desk) now() given {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.given[0]
}

// New returns a desk.
func New(o Options) (*Desk, error) {
	switch {
	case o.Name == "" || o.Country == "":
		return nil, errors.New("opening desk: it needs a name and a country")
	case o.Relied == nil || len(o.World) == 0 || o.Counts == nil || o.Pages == nil || len(o.Hosts) == 0:
		return nil, errors.New("opening desk: data, counts, pages or hosts are missing")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Desk{o: o, shifts: map[string]*shift{}}
	d.Renew(o.World, o.Relied)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/desk", d.settings)
	mux.HandleFunc("GET /api/world", d.world)
	mux.HandleFunc("GET /api/return", d.weekly)
	mux.HandleFunc("POST /api/shift", d.begin)
	mux.HandleFunc("POST /api/end", d.inShift(d.end))
	mux.HandleFunc("POST /api/decision", d.inShift(d.decide))
	mux.HandleFunc("POST /api/counts", d.inShift(d.late))
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, BadRequest, "there is no such call")
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/desk/", http.StatusSeeOther)
	})
	mux.Handle("/", o.Pages)
	d.handler = guard(o.Hosts, mux)
	return d, nil
}

// ServeHTTP implements [http.Handler].
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.handler.ServeHTTP(w, r) }

// floor is the newest moment that is certain.
func (d *Desk) floor() time.Time {
	floor := verify.Epoch
	for _, t := range []time.Time{d.now().relied.Data.AsOf, d.o.Counts.Last()} {
		if t.After(floor) {
			floor = t
		}
	}
	return floor
}

func (d *Desk) settings(w http.ResponseWriter, r *http.Request) {
	reply(w, Settings{
		Desk: d.o.Name, Country: d.o.Country, Region: d.o.Region,
		Appeal: append([]string{}, d.o.Appeal...), Sentences: append([]Sentence{}, d.o.Sentences...),
		Signs: d.o.Key != nil, Sealed: d.o.Sealed, Seconds: d.o.Officers.Len() > 0, Clock: d.o.Now(), Floor: d.floor(), Version: d.o.Version,
	})
}

func (d *Desk) world(w http.ResponseWriter, r *http.Request) {
	now := d.now()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", now.tag)
	if r.Header.Get("If-None-Match") == now.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(now.world)
}

// weekly gives the return of a week, or the list of weeks.
func (d *Desk) weekly(w http.ResponseWriter, r *http.Request) {
	week := r.URL.Query().Get("week")
	if week == "" {
		weeks, err := d.o.Counts.Weeks()
		if err != nil {
			refuse(w, http.StatusInternalServerError, NotCounted, cause(err))
			return
		}
		reply(w, struct {
			Weeks []string `json:"weeks"`
		}{weeks})
		return
	}
	if !IsWeek(week) {
		refuse(w, http.StatusBadRequest, BadRequest, "a week is written 2026-W49")
		return
	}
	sums, err := d.o.Counts.Week(week)
	if err != nil {
		refuse(w, http.StatusInternalServerError, NotCounted, cause(err))
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+d.o.Name+"-"+week+`.csv"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Write(sums.CSV(d.o.Name, d.o.Country))
}

// reply answers with JSON.
func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(v) // a page that has gone needs no answer
}

// refuse answers with a word of this package and a sentence for people.
func refuse(w http.ResponseWriter, status int, word, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(struct {
		Error string `json:"error"`
		Why   string `json:"why"`
	}{word, why})
}

// cause is what an error of the disk says, without the way to the file.
func cause(err error) string {
	s := err.Error()
	if i := strings.LastIndex(s, ": "); i >= 0 {
		return s[i+2:]
	}
	return s
}
