package demo

import (
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/pratique/pratique/desk"
	"github.com/pratique/pratique/internal/rest"
	"github.com/pratique/pratique/verify"
)

// Tour is the play in a browser: a small laboratory of Norland, the wallet page
// and Sudmark's border desk, in one process. The wallet and the desk are the real
// ones; this package gives them a clock and a bar that guides.
//
// # The clock
//
// It stands still, and the visitor moves it, forward only. The programs take it
// as every program takes a clock (desk.Options.Now). To the pages it comes by a
// script that this handler writes into their HTML, before their own, and that
// stands in for the clock of the browser. The pages themselves have no setting,
// address or message by which their clock could be moved, so that nobody can do
// so outside of a tour.
//
// # What it answers, beside the pages and the desk
//
//	GET  /tour/api/state     the clock, what was issued, the codes of the story
//	GET  /tour/api/picture   ?of=NAME: a code as a picture
//	GET  /tour/api/stored    what lies in the folders of the laboratory and the desk
//	POST /tour/api/clock     {"to"}: the clock is moved
//	POST /tour/api/preview   a form: what the certificate would say
//	POST /tour/api/issue     a form: a certificate is issued
//	POST /tour/api/withdraw  {"id", "reason"}: one is withdrawn, and the desk told
//	POST /tour/api/restart   all of it anew
//	POST /tour/api/end       the folders are removed, and the program ends
//
// A refusal is {"error": sentence}. The guard of package desk stands before all:
// this machine's names alone, and nothing that another page asks for.
type Tour struct {
	o     TourOptions
	pages http.Handler

	mu    sync.Mutex
	clock time.Time
	set   int // of the folders: which one of several beginnings
	lab   *register
	cast  cast
	desk  *desk.Desk
	ended bool
}

// TourOptions say where a tour takes place.
type TourOptions struct {
	Pages   http.Handler // of package web, with those of the tour
	Hosts   []string     // as browsers name this machine: "localhost:7412"
	Folder  string       // an empty one of this tour alone: it is removed at the end
	Version string       // of the program
	End     func()       // called once, when the visitor has ended the tour
}

// Moments of the tour, beside those of the play.
var (
	collected = time.Date(2026, 12, 2, 12, 0, 0, 0, time.UTC) // the desk's data
	atHome    = noticed.Add(time.Hour)
)

// NewTour opens a tour.
func NewTour(o TourOptions) (*Tour, error) {
	if o.Pages == nil || len(o.Hosts) == 0 || o.Folder == "" {
		return nil, errors.New("opening tour: pages, hosts or the folder are missing")
	}
	t := &Tour{o: o}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tour/api/state", t.state)
	mux.HandleFunc("GET /tour/api/picture", t.picture)
	mux.HandleFunc("GET /tour/api/stored", t.stored)
	mux.HandleFunc("POST /tour/api/clock", t.move)
	mux.HandleFunc("POST /tour/api/preview", t.preview)
	mux.HandleFunc("POST /tour/api/issue", t.issue)
	mux.HandleFunc("POST /tour/api/withdraw", t.withdraw)
	mux.HandleFunc("POST /tour/api/restart", t.restart)
	mux.HandleFunc("POST /tour/api/end", t.end)
	for _, path := range []string{"/tour/{$}", "/desk/{$}", "/wallet/{$}"} {
		mux.HandleFunc("GET "+path, t.page)
	}
	mux.Handle("/", o.Pages)
	t.pages = mux
	if err := t.begin(); err != nil {
		return nil, fmt.Errorf("opening tour: %w", err)
	}
	return t, nil
}

// ServeHTTP implements [http.Handler]. All of it passes the guard of the desk.
func (t *Tour) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/" {
		http.Redirect(w, r, "/tour/", http.StatusSeeOther)
		return
	}
	t.mu.Lock()
	d := t.desk
	t.mu.Unlock()
	d.ServeHTTP(w, r)
}

// now is what the clock shows. The desk asks for it.
func (t *Tour) now() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.clock
}

// folder is where this beginning of the tour keeps what it keeps.
func (t *Tour) folder(name string) string {
	return filepath.Join(t.o.Folder, fmt.Sprintf("%d", t.set), name)
}

// begin makes everything anew. Only the constructor calls it without the lock.
func (t *Tour) begin() error {
	if err := os.RemoveAll(t.folder("")); err != nil {
		return err
	}
	t.set++
	if err := os.MkdirAll(t.folder("laboratory"), 0o700); err != nil {
		return err
	}
	var err error
	if t.cast, err = newCast(); err != nil {
		return err
	}
	if t.lab, err = newRegister(t.folder("laboratory")); err != nil {
		return err
	}
	t.clock = issued
	relied, text, err := t.relied(collected)
	if err != nil {
		return err
	}
	counts, err := desk.OpenCounts(desk.Folder(t.folder("desk")))
	if err != nil {
		return err
	}
	t.desk, err = desk.New(desk.Options{
		Name: "north-pier.3", Country: "XB",
		Sentences: []desk.Sentence{
			{Code: "infant", Text: "An infant below the age from which a certificate is asked."},
			{Code: "exemption_letter", Text: "A letter of exemption was seen."},
			{Code: "paper_card", Text: "A paper card was seen, such as the yellow one of the International Health Regulations."},
			{Code: "dead_phone", Text: "The telephone with the certificate does not work; other evidence was seen."},
		},
		World: text, Relied: relied, Version: t.o.Version, Counts: counts, Pages: t.pages, Hosts: t.o.Hosts, Now: t.now,
		Key: func(string) (crypto.Signer, error) { return t.cast.desk.Signer, nil },
	})
	return err
}

// renew gives the desk the public data as of now.
func (t *Tour) renew() error {
	relied, text, err := t.relied(t.clock)
	if err == nil {
		t.desk.Renew(text, relied)
	}
	return err
}

// told is what the pages of the tour show.
type told struct {
	Clock   time.Time        `json:"clock"`
	Moments map[string]mark  `json:"moments"`
	Issued  []entry          `json:"issued"`
	Codes   map[string]shown `json:"codes"`
	Form    labForm          `json:"form"`
	Asked   int              `json:"set"`
}

// mark is a moment of the story, and how it is said there.
type mark struct {
	At   time.Time `json:"at"`
	Said string    `json:"said"`
}

// shown is a code of the story.
type shown struct {
	Text  string `json:"text"`
	Whose string `json:"whose"`
}

func (t *Tour) state(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tell(w)
}

// tell answers with the state.
func (t *Tour) tell(w http.ResponseWriter) {
	s := told{Clock: t.clock, Moments: map[string]mark{
		"evening": {issued, say(issued, "Norland")}, "arrival": {arrival, say(arrival, "Sudmark")},
		"late": {delayed, say(delayed, "Sudmark")}, "home": {atHome, say(atHome, "Norland")},
	}, Issued: t.lab.entries, Codes: map[string]shown{}, Form: firstForm, Asked: t.set}
	for name, c := range t.cast.codes {
		s.Codes[name] = c
	}
	if n := len(t.lab.entries); n > 0 {
		last := t.lab.entries[n-1]
		s.Codes["anna"] = shown{last.Text, last.Name}
	}
	answer(w, s)
}

// say writes a moment as the clocks of a place show it.
func say(at time.Time, place string) string {
	return at.Format("Monday 2 January, 15:04") + " in " + place
}

// move moves the clock. Like any other it goes forward.
func (t *Tour) move(w http.ResponseWriter, r *http.Request) {
	var in struct {
		To time.Time `json:"to"`
	}
	if !take(w, r, &in) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case in.To.Before(t.clock):
		no(w, http.StatusConflict, "The clock goes forward only. To see an earlier moment again, start the tour again.")
	case in.To.After(t.clock.AddDate(1, 0, 0)):
		no(w, http.StatusConflict, "That is more than a year ahead: the story ends before.")
	default:
		t.clock = in.To.Truncate(time.Second)
		t.tell(w)
	}
}

func (t *Tour) restart(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.begin(); err != nil {
		no(w, http.StatusInternalServerError, "The tour cannot begin again: end the program and start it once more.")
		return
	}
	t.tell(w)
}

// lying is a file of the tour, as it is on the disk.
type lying struct {
	Store string `json:"store"` // the folder: laboratory or desk
	Name  string `json:"name"`
	Size  int    `json:"size"`
	Text  string `json:"text"`
}

// stored reads what lies in the folder of the tour, whoever put it there.
func (t *Tour) stored(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	files, err := t.files()
	if err != nil {
		no(w, http.StatusInternalServerError, "The folder of the tour cannot be read.")
		return
	}
	answer(w, struct {
		Folder string  `json:"folder"`
		Files  []lying `json:"files"`
	}{t.o.Folder, files})
}

func (t *Tour) files() ([]lying, error) {
	files := []lying{}
	root := os.DirFS(t.o.Folder)
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == "." {
			return fs.SkipAll // it is removed
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		parts := filepath.ToSlash(path)
		files = append(files, lying{Store: storeOf(parts), Name: parts, Size: len(b), Text: string(b)})
		return nil
	})
	return files, err
}

// end removes what was stored, says what is left, and ends the program.
func (t *Tour) end(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	err := os.RemoveAll(t.o.Folder)
	files, bad := t.files()
	if err != nil || bad != nil {
		no(w, http.StatusInternalServerError, "The folder of the tour cannot be removed: "+t.o.Folder)
		return
	}
	answer(w, struct {
		Folder string  `json:"folder"`
		Files  []lying `json:"files"`
	}{t.o.Folder, files})
	if !t.ended && t.o.End != nil {
		t.ended = true
		go t.o.End()
	}
}

// answer answers with JSON.
func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(v) // a page that has gone needs no answer
}

// no refuses, with a sentence for the visitor.
func no(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(struct {
		Error string `json:"error"`
	}{why})
}

// take reads the JSON of a request.
func take(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := rest.Read(http.MaxBytesReader(w, r.Body, 16<<10), into); err != nil {
		no(w, http.StatusBadRequest, "This is not what the tour asks for.")
		return false
	}
	return true
}

// relied is what the desk and the wallet rely on: for programs, and as a page's
// verifier reads it.
func (t *Tour) relied(asOf time.Time) (*verify.World, json.RawMessage, error) {
	withdrawn, err := t.lab.withdrawn(t.cast.lab.Public(), asOf)
	if err != nil {
		return nil, nil, err
	}
	return t.cast.world(asOf, withdrawn)
}
