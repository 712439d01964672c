// Package monitor answers one question: what was published in a country's name
// that the country did not send, and what else should it know today?
//
// It compares the entries of a log (package tlog), of which the caller has proven
// that everybody sees them, with the acts that the country has sent. It decides
// nothing and asks nobody: the same entries give the same [Notice]s.
//
//	unsent      alarm   an act of the country took effect that it did not send: a
//	                    stolen key, or an office of its own that nobody told
//	withheld    alarm   an act that the country sent long ago is not in the log
//	about       alarm   the keyholders stated something about the country
//	forged      notice  an entry in the country's name that everybody refuses: no
//	                    harm, but somebody tried, and the log took it
//	burst       notice  a country has withdrawn many more certificates for one reason
//	unread      notice  a country, or the keyholders, stated something critical that
//	                    this program is too old for
//	ends        notice  something of the country's own ends soon, or has ended
//	quiet       notice  a country on which this one relies has stated nothing for long,
//	                    or its withdrawals have ended: nobody learns of new ones
//
// Notices of entries come once, with the entry that they are about; those of
// states come as long as they hold.
package monitor

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/pratique/pratique/act"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust"
)

// Code is what a notice is about.
type Code string

// The codes.
const (
	Unsent   Code = "unsent"
	Withheld Code = "withheld"
	About    Code = "about"
	Forged   Code = "forged"
	Burst    Code = "burst"
	Unread   Code = "unread"
	Ends     Code = "ends"
	Quiet    Code = "quiet"
)

// Alarm reports whether somebody should be woken.
func (c Code) Alarm() bool { return c == Unsent || c == Withheld || c == About }

// Notice is one thing that the country should know.
type Notice struct {
	Code  Code
	By    string    // who stated it, or whom it is about
	Index int64     // of the entry; -1: of none
	What  string    // the kind and the identifier of what was stated: "key xa-1"
	At    time.Time // when it was issued, or when it ends
	Count int64     // of a burst: how many more
	Why   string    // of a burst its reason; of what everybody refuses, why
}

// Watch says for whom to look.
type Watch struct {
	Country string
	Root    act.Root
	Sent    [][]byte  // the acts that the country has sent, signatures included
	Sending time.Time // what was issued before this moment must be in the log
	From    int64     // entries before this one were looked at before

	Soon  time.Duration // what ends within it is said; zero: 30 days
	Quiet time.Duration // after which a country is quiet; zero: 60 days
	Burst int64         // withdrawals for one reason at a time that are many; zero: 1,000
}

// Look goes through all entries of a log, from the first.
func Look(w Watch, entries [][]byte, at time.Time) []Notice {
	w.Soon, w.Quiet, w.Burst = cmp.Or(w.Soon, 30*24*time.Hour), cmp.Or(w.Quiet, 60*24*time.Hour), cmp.Or(w.Burst, 1000)
	sent := map[[sha256.Size]byte]bool{}
	for _, e := range w.Sent {
		sent[sha256.Sum256(e)] = true
	}
	var out []Notice
	s := act.NewState(w.Root)
	there := map[[sha256.Size]byte]bool{}
	for i, e := range entries {
		h := sha256.Sum256(e)
		refused := s.Apply(e)
		if refused == nil {
			there[h] = true
		}
		a, err := open(e)
		if err != nil || int64(i) < w.From {
			continue
		}
		n := Notice{By: a.By, Index: int64(i), What: what(a.Body), At: a.Issued}
		switch {
		case a.By == w.Country && refused != nil && !sent[h]:
			n.Code, n.Why = Forged, string(act.ReasonOf(refused))
		case a.By == w.Country && !sent[h]:
			n.Code = Unsent
		case a.By == act.ByRoot && refused == nil && concerns(a.Body, w.Country):
			n.Code = About
		default:
			continue
		}
		out = append(out, n)
	}
	for _, e := range w.Sent {
		a, err := open(e)
		if err == nil && a.By == w.Country && a.Issued.Before(w.Sending) && !there[sha256.Sum256(e)] {
			out = append(out, Notice{Code: Withheld, By: a.By, Index: -1, What: what(a.Body), At: a.Issued})
		}
	}
	return append(out, w.standing(s, at)...)
}

// standing is what holds now.
func (w Watch) standing(s *act.State, at time.Time) (out []Notice) {
	for _, b := range s.Bursts(w.Burst) {
		if at.Sub(b.Issued) <= w.Soon {
			out = append(out, Notice{Code: Burst, By: b.By, Index: -1, What: "document withdrawals " + b.ID, At: b.Issued, Count: b.To - b.From, Why: b.Reason})
		}
	}
	relies := map[string]bool{}
	for _, r := range s.Recognitions(at) {
		if r.By == w.Country && at.Before(r.Until) {
			relies[r.Of] = true
		}
	}
	for _, m := range append(s.Members(), act.Member{Party: act.Party{Code: act.ByRoot}}) {
		if s.Unread(m.Code) {
			out = append(out, Notice{Code: Unread, By: m.Code, Index: -1})
		}
		if relies[m.Code] && m.Left.IsZero() && at.Sub(m.Issued) > w.Quiet {
			out = append(out, Notice{Code: Quiet, By: m.Code, Index: -1, At: m.Issued})
		}
		if m.Code == w.Country && m.Left.IsZero() {
			out = w.ends(out, "party "+m.Code, m.Code, m.Until, at)
		}
	}
	for _, d := range s.Documents(at) {
		switch {
		case d.Ended:
		case d.By == w.Country:
			out = w.ends(out, "document "+string(d.Class)+" "+d.ID, d.By, d.Until, at)
		case relies[d.By] && d.Class == act.Withdrawals && at.After(d.Until):
			out = append(out, Notice{Code: Quiet, By: d.By, Index: -1, What: "document withdrawals " + d.ID, At: d.Until})
		}
	}
	for _, k := range s.Keys(at.Add(-w.Soon)).All() {
		if k.Country == w.Country {
			out = w.ends(out, "key", k.Country, k.NotAfter, at)
		}
	}
	for _, r := range s.Recognitions(at.Add(-w.Soon)) {
		if r.By == w.Country {
			out = w.ends(out, "recognise "+r.Of, r.By, r.Until, at)
		}
	}
	for _, l := range s.Laboratories(at.Add(-w.Soon)) {
		if l.Country == w.Country {
			out = w.ends(out, "laboratory "+l.ID, l.Country, l.Until, at)
		}
	}
	for _, l := range s.Lanes(at.Add(-w.Soon)) {
		if l.By == w.Country {
			out = w.ends(out, "lane "+l.ID, l.By, l.Until, at)
		}
	}
	slices.SortStableFunc(out, func(a, b Notice) int { return a.At.Compare(b.At) })
	return out
}

// ends says of something of the country's own that it ends soon, or has.
func (w Watch) ends(out []Notice, what, by string, until, at time.Time) []Notice {
	if until.IsZero() || until.Sub(at) > w.Soon || at.Sub(until) > w.Soon {
		return out
	}
	return append(out, Notice{Code: Ends, By: by, Index: -1, What: what, At: until})
}

func open(entry []byte) (act.Act, error) {
	f, err := signed.Parse(entry)
	if err != nil {
		return act.Act{}, err
	}
	return act.Parse(f.Text)
}

// concerns reports whether the keyholders speak of a country.
func concerns(b act.Body, country string) bool {
	switch b := b.(type) {
	case act.Party:
		return b.Code == country
	case act.End:
		return b.Kind == "party" && b.ID == country
	}
	return false
}

// what names what an act states.
func what(b act.Body) string {
	switch b := b.(type) {
	case act.Party:
		return "party " + b.Code
	case act.Policy:
		return "policy " + b.ID
	case act.Key:
		return "key"
	case act.Recognition:
		return "recognise " + b.Of
	case act.Laboratory:
		return "laboratory " + b.ID
	case act.Lane:
		return "lane " + b.ID
	case act.Limit:
		return "limit " + b.Key
	case act.Document:
		return "document " + string(b.Class) + " " + b.ID
	case act.End:
		return "end of " + b.Kind + " " + b.ID
	}
	return ""
}

// Reliance says who counts on certificates of a country: what they would refuse if
// its keys went.
type Reliance struct {
	By    string // who recognises them
	Uses  trust.Uses
	Until time.Time // how long
}

// Relying lists who counts on a country's certificates.
func Relying(s *act.State, country string, at time.Time) []Reliance {
	var out []Reliance
	for _, r := range s.Recognitions(at) {
		if (r.Of == country || r.Of == trust.Anyone) && r.By != country && at.Before(r.Until) {
			out = append(out, Reliance{r.By, r.Uses, r.Until})
		}
	}
	slices.SortStableFunc(out, func(a, b Reliance) int { return cmp.Compare(a.By, b.By) })
	return out
}
