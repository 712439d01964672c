package history

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/trust"
)

// Skew is how far the clocks of two desks may differ: a stamp so far ahead of the
// moment of the verdict is not of the future, and two stamps so far apart are in
// the order in which they name each other.
const Skew = 15 * time.Minute

// History is a file whose codes were opened and verified. Whose they are is not
// asked yet.
type History struct {
	Stays      []Stay
	Stamps     []Stamp
	Notices    []Notice
	Exposure   []Exposure // the person's own word, whatever it says
	Statements []Exposure // signed
	Checked    []Check
	Venues     []Venue
	Symptoms   []Symptom
}

// Open opens and verifies the codes of a file. It is the slow half: one signature
// a code. The findings count the codes of the file.
func (f File) Open(keys *trust.Keys) (History, []Finding) {
	h := History{Stays: f.Stays, Exposure: f.Exposure, Checked: f.Checked, Venues: f.Venues, Symptoms: f.Symptoms}
	var found findings
	h.Stamps = openAll(f.Stamps, KindStamp, keys, &found, OpenStamp)
	h.Notices = openAll(f.Notices, KindNotice, keys, &found, OpenNotice)
	h.Statements = openAll(f.Statements, KindStatement, keys, &found, OpenExposure)
	return h, found
}

func openAll[T any](codes []string, kind Kind, keys *trust.Keys, found *findings, open func(string, *trust.Keys) (T, error)) []T {
	var out []T
	for i, text := range codes {
		x, err := open(text, keys)
		if err != nil {
			found.refuse(kind, i, codeOf(err))
			continue
		}
		out = append(out, x)
	}
	return out
}

func codeOf(err error) Code {
	if e, ok := err.(*Error); ok {
		return e.Code
	}
	return NotACode
}

// Evidence is what of a history counts for a holder at a moment. Only
// [History.Sift] makes one; the zero Evidence knows nothing.
type Evidence struct {
	At      time.Time
	Stays   []Stay    // declared
	Stamps  []*Stamp  // the history's own, in the order of time
	Notices []*Notice // orders and releases, likewise
	// Exposure are days with a risk, by date. Of one day there can be several,
	// of several systems, of the person's own word and signed.
	Exposure []Exposure
	// Checked are the systems that looked, each with the last day up to which it
	// did. Without one, no exposure day means that nobody looked.
	Checked  []Check
	Venues   []Venue
	Symptoms []Symptom

	stays []stay // those of Stays, in their order
	spans []span // what the stamps say, in the order of time
}

// Sift keeps what counts for the holder of a document at a moment, and says of
// all else why it does not. The findings count the items of h. The evidence does
// not depend on the order of what h holds.
func (h History) Sift(holder Holder, at time.Time) (Evidence, []Finding) {
	e := Evidence{At: at}
	var found findings
	position := e.siftStamps(h.Stamps, holder, &found)
	e.chain(position, &found)
	e.siftStays(h.Stays, &found)
	e.siftNotices(h.Notices, holder, &found)
	e.siftExposure(&h, holder, &found)
	e.siftChecked(h.Checked, &found)
	e.Symptoms = siftDays(h.Symptoms, KindSymptom, cert.DateOf(at), &found,
		func(x Symptom) (cert.Date, bool) { return x.Date, isWord(x.Word) },
		func(a, b Symptom) int { return cmp.Or(compareDates(a.Date, b.Date), cmp.Compare(a.Word, b.Word)) })
	e.siftVenues(h.Venues, &found)
	return e, found.sorted()
}

func isRisk(r exposure.Risk) bool { return r == exposure.Low || r == exposure.High }

func compareDates(a, b cert.Date) int {
	return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Day, b.Day))
}

// siftStamps keeps the stamps that are the holder's, in the order of time, and
// returns for each the item that it was.
func (e *Evidence) siftStamps(stamps []Stamp, holder Holder, found *findings) []int {
	position := screen(stamps, KindStamp, holder, e.At, found, func(s *Stamp) signature {
		return signature{s.KeyID, &s.Holder, s.At, s.Until, s.Hash}
	})
	slices.SortFunc(position, func(i, j int) int { return compareStamps(&stamps[i], &stamps[j]) })
	// Clocks of neighbours differ: within the skew a stamp follows the one that it names.
	for i := 0; i+1 < len(position); i++ {
		a, b := &stamps[position[i]], &stamps[position[i+1]]
		if a.Previous == b.Hash && b.At.Sub(a.At) <= Skew {
			position[i], position[i+1] = position[i+1], position[i]
		}
	}
	e.Stamps = make([]*Stamp, len(position))
	for i, p := range position {
		e.Stamps[i] = &stamps[p]
	}
	return position
}

// signature is who signed something, of whom, when, until when and what.
type signature struct {
	keyID         string
	holder        *Commitment
	issued, until time.Time
	hash          Hash
}

// screen returns which of the signed items are the holder's and to be relied on
// at a moment, each once, in the order in which they were signed.
func screen[T any](items []T, kind Kind, holder Holder, at time.Time, found *findings, of func(*T) signature) []int {
	position := make([]int, 0, len(items))
	for i := range items {
		switch s := of(&items[i]); {
		case s.keyID == "":
			found.refuse(kind, i, UnknownSigner)
		case !s.holder.Is(holder):
			found.refuse(kind, i, OtherHolder)
		case s.issued.After(at.Add(Skew)):
			found.refuse(kind, i, Future)
		case at.After(s.until):
			found.refuse(kind, i, Expired)
		default:
			position = append(position, i)
		}
	}
	slices.SortFunc(position, func(i, j int) int {
		a, b := of(&items[i]), of(&items[j])
		return cmp.Or(a.issued.Compare(b.issued), bytes.Compare(a.hash[:], b.hash[:]), cmp.Compare(i, j))
	})
	return slices.CompactFunc(position, func(i, j int) bool {
		same := of(&items[i]).hash == of(&items[j]).hash
		if same {
			found.refuse(kind, max(i, j), Repeated)
		}
		return same
	})
}

// compareStamps orders by time; of one moment, exits come first, as one leaves
// before one enters.
func compareStamps(a, b *Stamp) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	return cmp.Or(-cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.Jurisdiction, b.Jurisdiction), bytes.Compare(a.Hash[:], b.Hash[:]))
}

// siftStays keeps the declared stays that are possible.
func (e *Evidence) siftStays(stays []Stay, found *findings) {
	e.stays = make([]stay, 0, len(stays))
	for i, s := range stays {
		r, wrong := s.read(e.At)
		if wrong == "" && e.refuted(&r) {
			wrong = ContradictsStamp
		}
		if wrong != "" {
			found.refuse(KindStay, i, wrong)
			continue
		}
		if r.index = i; r.endsInFuture {
			found.mark(KindStay, i, EndsInFuture)
		}
		e.stays = append(e.stays, r)
	}
	slices.SortFunc(e.stays, func(a, b stay) int {
		if c := a.first.Compare(b.first); c != 0 {
			return c
		}
		return cmp.Or(a.from.Compare(b.from), a.until.Compare(b.until), a.last.Compare(b.last), compareStays(&stays[a.index], &stays[b.index]), cmp.Compare(a.index, b.index))
	})
	e.stays = slices.CompactFunc(e.stays, func(a, b stay) bool {
		same := compareStays(&stays[a.index], &stays[b.index]) == 0
		if same {
			found.refuse(KindStay, a.index, Repeated) // the later of the two
		}
		return same
	})
	for i := range e.stays {
		a := &e.stays[i]
		for j := i + 1; j < len(e.stays) && e.stays[j].first.Before(a.last); j++ {
			if b := &e.stays[j]; a.overlaps(b) {
				a.doubt, b.doubt = true, true
				found.mark(KindStay, a.index, Overlap)
				found.mark(KindStay, b.index, Overlap)
			}
		}
	}
	e.Stays = make([]Stay, len(e.stays))
	for i := range e.stays {
		e.Stays[i] = stays[e.stays[i].index]
	}
}

// compareStays orders stays by what they say, as they are written.
func compareStays(a, b *Stay) int {
	return cmp.Or(cmp.Compare(a.Place.In, b.Place.In), cmp.Compare(a.Place.Region, b.Place.Region), compareBounds(a.From, b.From), compareBounds(a.Until, b.Until))
}

func compareBounds(a, b Bound) int {
	_, x := a.At.Zone()
	_, y := b.At.Zone()
	return cmp.Or(compareDates(a.Date, b.Date), a.At.Compare(b.At), cmp.Compare(x, y))
}

// refuted reports whether stamps show that a declared stay was not so: a stay
// elsewhere with entry and exit, or a border crossed elsewhere within it.
func (e *Evidence) refuted(s *stay) bool {
	for i := range e.spans {
		if p := &e.spans[i]; p.grade == Stamped && s.clashes(Place{In: p.in}, p.from, p.until) {
			return true
		}
	}
	for i := range e.Stamps {
		if t := e.Stamps[i]; t.Jurisdiction != s.place.In && t.At.After(s.from) && t.At.Before(s.until) {
			return true
		}
	}
	return false
}

// siftDays keeps what is about a full date that is not in the future.
func siftDays[T any](items []T, kind Kind, today cert.Date, found *findings, read func(T) (cert.Date, bool), compare func(a, b T) int) []T {
	position := make([]int, 0, len(items))
	for i, x := range items {
		switch d, ok := read(x); {
		case !ok || !d.Full():
			found.refuse(kind, i, UnknownCode)
		case compareDates(d, today) > 0:
			found.refuse(kind, i, Future)
		default:
			position = append(position, i)
		}
	}
	return pick(items, position, kind, found, compare)
}

// pick returns the items in order, each once.
func pick[T any](items []T, position []int, kind Kind, found *findings, compare func(a, b T) int) []T {
	slices.SortFunc(position, func(i, j int) int { return cmp.Or(compare(items[i], items[j]), cmp.Compare(i, j)) })
	out := make([]T, 0, len(position))
	for _, p := range position {
		if len(out) > 0 && compare(out[len(out)-1], items[p]) == 0 {
			found.refuse(kind, p, Repeated)
			continue
		}
		out = append(out, items[p])
	}
	return out
}

func (e *Evidence) siftVenues(venues []Venue, found *findings) {
	position := make([]int, 0, len(venues))
	for i, v := range venues {
		switch {
		case !isRisk(v.Risk):
			found.refuse(KindVenue, i, UnknownCode)
		case !v.From.Before(v.Until):
			found.refuse(KindVenue, i, Reversed)
		case v.From.After(e.At):
			found.refuse(KindVenue, i, Future)
		default:
			position = append(position, i)
		}
	}
	e.Venues = pick(venues, position, KindVenue, found, func(a, b Venue) int {
		return cmp.Or(a.From.Compare(b.From), a.Until.Compare(b.Until), cmp.Compare(a.Risk, b.Risk))
	})
}
