package act

import (
	"crypto"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/tlog"
	"github.com/pratique/pratique/trust"
)

const day = 24 * time.Hour

// How long the kinds of statements may hold: nothing is for ever, and what is
// still meant is stated again.
const (
	LongestParty       = 5 * 366 * day
	LongestKey         = 20 * 366 * day // an authority's certificate states its own life
	LongestRecognition = 3 * 366 * day
	LongestLaboratory  = 5 * 366 * day
	LongestLane        = 2 * 366 * day
	LongestPolicy      = 2 * 366 * day
	LongestRules       = 2 * 366 * day
	LongestList        = 92 * day // area lists, withdrawals, bundles
)

// Party admits a jurisdiction, or renews its admission, "without prejudice to
// statehood".
type Party struct {
	Code      string
	Name      string
	Region    string
	Signers   []crypto.PublicKey // whose signatures its acts bear
	Threshold int                // how many of them
	Until     time.Time
	Notes     []string
}

// Policy is what the network asks of its log and of the programs.
type Policy struct {
	ID      string
	Log     tlog.Policy // the witnesses that must agree
	Program string      // the least version that may judge by this network; empty: any
	Until   time.Time
}

// Key states that a key may sign certificates, as in a trust list.
type Key struct{ trust.Key }

// Recognition states whose certificates count, as in a trust list. The notes are
// its conditions.
type Recognition struct {
	ID         string
	Reciprocal bool // it holds only as long as the other recognises its own, too
	trust.Recognition
}

// Laboratory registers a laboratory of the party.
type Laboratory struct {
	Country       string // who registers it: the act's party
	ID            string
	Name          string // as certificates have it
	Accreditation string
	Diseases      []string // codes; none: all
	Methods       []string // none: all
	From, Until   time.Time
}

// Lane is a fast track as two countries agree on it: who may use it, with which
// evidence, and what they must do after entry.
type Lane struct {
	By           string // whose border
	ID           string
	Of           []string // whose certificates
	Categories   []string // business, crew, official, pilgrim ...
	Laboratories []string // as certificates name them; none: all that are recognised
	Evidence     []Evidence
	Obligations  []Obligation
	Quota        Quota
	From, Until  time.Time
	Notes        []string
}

// Evidence is one of the things that a lane accepts.
type Evidence struct {
	Kind    string // test, vaccination ...
	Method  string // empty: any
	Disease string // a code; empty: any
	Hours   int    // how old at arrival, at most; 0: any age
}

// Obligation is what a traveller of a lane does after entry.
type Obligation struct {
	Code  string // arrival_test, itinerary, sponsor ...
	Hours int    // within which; 0: as long as the stay
	Text  string
}

// Quota is how many may use a lane. The zero Quota is no limit.
type Quota struct {
	Count int64
	Per   string // day, week, month
}

// Limit says that what a key signed later does not count, because it was stolen
// or lost, and leaves alone what it signed before.
type Limit struct {
	Key         string    // base64, as the key's own act has it
	Reason      string    // stolen, lost, misused
	IssuedUntil time.Time // what states a later issue does not count
	Committed   bool      // and before it what the party had committed to in a document of the class commitment
}

// Class is the kind of a [Document].
type Class string

// The classes of documents.
const (
	Rules       Class = "rules"
	Values      Class = "values"
	Areas       Class = "areas"
	Withdrawals Class = "withdrawals"
	Commitment  Class = "commitment" // what was issued, as the root of a tree of hashes
	Bundle      Class = "bundle"
)

// Document publishes a file by its hash. A later version of the same class and
// identifier replaces it.
type Document struct {
	Class   Class
	ID      string
	Version int64
	Hash    string // SHA-256 of the file, hex
	Size    int64
	AsOf    time.Time // of withdrawals and commitments: what was issued up to then is covered
	Counts  []Count   // of withdrawals: how many for which reason
	Until   time.Time
}

// Count is how many certificates are withdrawn for a reason, in all.
type Count struct {
	Reason string // as package revoke has them
	Count  int64
}

// End ends what was stated before its time.
type End struct {
	Kind   string // party, key, recognise, laboratory, lane, document
	ID     string // as in the first line of what it ends; of a recognition its id
	Reason string
	Notes  []string
}

// Other is a statement of a later version that may be passed over: its kind
// begins with "?".
type Other struct{ Lines []string }

// parseBlock reads what an act states, and the optional lines after it.
func parseBlock(a Act, text string) (Body, []string, error) {
	lines := strings.Split(text, "\n")
	kind, arg, _ := strings.Cut(lines[0], " ")
	if strings.HasPrefix(kind, "?") {
		if slices.ContainsFunc(lines[1:], func(l string) bool { return !strings.HasPrefix(l, "  ") }) || len(lines) > maxLines {
			return nil, nil, fmt.Errorf("%w: a second block", ErrFormat)
		}
		return Other{lines}, nil, nil
	}
	end := len(lines)
	for end > 1 && strings.HasPrefix(lines[end-1], "  ?") {
		end--
	}
	optional := slices.Clone(lines[end:])
	if len(optional) == 0 {
		optional = nil
	}
	r := newReader(strings.Join(lines[1:end], "\n"), "  ")
	if end == 1 {
		r.lines = nil
	}
	read, ok := kinds[kind]
	if !ok && word(kind, 80) {
		return nil, nil, fmt.Errorf("%w: the kind %q", ErrNewer, kind)
	}
	if !ok {
		return nil, nil, fmt.Errorf("%w: no kind of statement", ErrFormat)
	}
	b := read(a, r, arg)
	if err := r.done(); err != nil {
		return nil, nil, err
	}
	return b, optional, nil
}

// kinds are the readers of the kinds.
var kinds = map[string]func(a Act, r *reader, arg string) Body{
	"party": readParty, "policy": readPolicy, "key": readKey, "recognise": readRecognition, "laboratory": readLaboratory,
	"lane": readLane, "limit": readLimit, "document": readDocument, "end": readEnd,
}

func readLimit(_ Act, r *reader, arg string) Body {
	l := Limit{Key: arg, Reason: r.word(r.one("reason")), IssuedUntil: r.moment(r.one("issued-until"))}
	switch v, ok := r.next("committed"); {
	case ok && v != "yes":
		r.fail(fmt.Errorf("%w: committed yes, or nothing", ErrFormat))
	case ok:
		l.Committed = true
	}
	if arg == "" || len(arg) > 200 {
		r.fail(fmt.Errorf("%w: no key", ErrFormat))
	}
	return l
}

func (l Limit) write(w *writer) {
	w.line("limit " + l.Key)
	w.field("reason", l.Reason)
	w.moment("issued-until", l.IssuedUntil)
	if l.Committed {
		w.field("committed", "yes")
	}
}

func (Limit) until() (time.Time, time.Duration) { return time.Time{}, 0 }

func readDocument(_ Act, r *reader, arg string) Body {
	class, id, _ := strings.Cut(arg, " ")
	d := Document{Class: Class(class), ID: r.word(id), Version: r.number(r.one("version")), Hash: r.one("hash"), Size: r.number(r.one("size")),
		AsOf: r.moment(r.maybe("issued-until"))}
	for _, s := range r.many("count") {
		reason, n, _ := strings.Cut(s, " ")
		d.Counts = append(d.Counts, Count{r.word(reason), r.number(n)})
	}
	d.Until = r.moment(r.one("until"))
	switch {
	case r.err != nil:
	case !slices.Contains([]Class{Rules, Values, Areas, Withdrawals, Commitment, Bundle}, d.Class) && word(class, 80):
		r.fail(fmt.Errorf("%w: a document of the class %q", ErrNewer, class))
	case !isHash(d.Hash) || d.Version < 1 || d.Size < 1:
		r.fail(fmt.Errorf("%w: no hash, version or size", ErrFormat))
	case d.AsOf.IsZero() == (d.Class == Withdrawals || d.Class == Commitment) || (len(d.Counts) > 0) != (d.Class == Withdrawals):
		r.fail(fmt.Errorf("%w: withdrawals and commitments, and no others, say up to when; withdrawals are counted by reason", ErrFormat))
	case !slices.IsSortedFunc(d.Counts, func(a, b Count) int {
		if a.Reason <= b.Reason {
			return -1
		}
		return 1
	}):
		r.fail(fmt.Errorf("%w: the counts are not in the order of their reasons, or one stands twice", ErrFormat))
	}
	return d
}

func (d Document) write(w *writer) {
	w.line("document " + string(d.Class) + " " + d.ID)
	w.field("version", strconv.FormatInt(d.Version, 10))
	w.field("hash", d.Hash)
	w.field("size", strconv.FormatInt(d.Size, 10))
	w.moment("issued-until", d.AsOf)
	for _, c := range d.Counts {
		w.field("count", c.Reason+" "+strconv.FormatInt(c.Count, 10))
	}
	w.moment("until", d.Until)
}

func (d Document) until() (time.Time, time.Duration) {
	switch d.Class {
	case Rules, Values, Commitment:
		return d.Until, LongestRules
	}
	return d.Until, LongestList
}

func readEnd(_ Act, r *reader, arg string) Body {
	kind, id, _ := strings.Cut(arg, " ")
	e := End{Kind: kind, ID: id, Reason: r.word(r.one("reason")), Notes: r.many("note")}
	if r.err == nil && (!slices.Contains([]string{"party", "key", "recognise", "laboratory", "lane", "document"}, kind) || id == "" || len(id) > 200) {
		r.fail(fmt.Errorf("%w: no kind that can be ended", ErrFormat))
	}
	return e
}

func (e End) write(w *writer) {
	w.line("end " + e.Kind + " " + e.ID)
	w.field("reason", e.Reason)
	w.fields("note", e.Notes)
}

func (End) until() (time.Time, time.Duration) { return time.Time{}, 0 }

func (o Other) write(w *writer) {
	for _, l := range o.Lines {
		w.line(l)
	}
}

func (Other) until() (time.Time, time.Duration) { return time.Time{}, 0 }
