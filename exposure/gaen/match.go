package gaen

import (
	"bytes"
	"cmp"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
)

// MaxSightings is how many sightings a set holds: a fortnight in which every
// scan of five minutes heard sixty phones.
const MaxSightings = 1 << 18

// ErrSightings means that a list of sightings is too long.
var ErrSightings = errors.New("too many sightings")

// Sighting is one packet that a phone received.
type Sighting struct {
	ID       Identifier
	Metadata Metadata // encrypted
	At       uint32   // seconds since 1970, UTC
	Previous uint32   // when the scan before began, in seconds since 1970; 0 is unknown
	RSSI     int8     // received signal strength, in dBm
}

func (s *Sighting) interval() Interval { return Interval(s.At / intervalSeconds) }

// Seen is what a phone heard, ready to be compared with many keys. It does not
// change, and may be asked by several goroutines at once.
type Seen struct {
	sightings []Sighting // by identifier, then time
	filter    []uint64   // a bit for each value of the first bytes of an identifier
	mask      uint64     // of bits of the filter
	first     Interval   // of those near a sighting
	near      []uint64   // a bit for each interval from first on: a sighting is within the tolerance
}

// NewSeen makes a set of sightings. The slice stays the caller's.
//
// It takes 32 bytes for each sighting, and 8 to 16 more for the filter: with 64
// to 128 bits for each, one in a hundred identifiers that were not seen has to be
// looked for.
func NewSeen(sightings []Sighting) (*Seen, error) {
	if len(sightings) > MaxSightings {
		return nil, fmt.Errorf("%w: more than %d", ErrSightings, MaxSightings)
	}
	s := &Seen{sightings: slices.Clone(sightings)}
	if len(sightings) == 0 {
		return s, nil
	}
	slices.SortFunc(s.sightings, func(a, b Sighting) int {
		return cmp.Or(bytes.Compare(a.ID[:], b.ID[:]), cmp.Compare(a.At, b.At), cmp.Compare(a.RSSI, b.RSSI))
	})
	size := 1 << bits.Len(uint(64*len(sightings)))
	s.filter, s.mask = make([]uint64, size/64), uint64(size-1)
	least, most := noInterval, Interval(0)
	for i := range s.sightings {
		h := prefixOf(s.sightings[i].ID[:]) & s.mask
		s.filter[h/64] |= 1 << (h % 64)
		least, most = min(least, s.sightings[i].interval()), max(most, s.sightings[i].interval())
	}
	s.first = max(least, Tolerance) - Tolerance
	s.near = make([]uint64, (most+Tolerance-s.first)/64+1)
	for i := range s.sightings {
		at := s.sightings[i].interval()
		for j := max(at, Tolerance) - Tolerance; j <= at+Tolerance; j++ {
			s.near[(j-s.first)/64] |= 1 << ((j - s.first) % 64)
		}
	}
	return s, nil
}

// Len returns the number of sightings.
func (s *Seen) Len() int { return len(s.sightings) }

// prefixOf returns the first bytes of an identifier: they are the output of a cipher. Who
// sends identifiers that begin alike makes one bit of the filter stand for them.
func prefixOf(id []byte) uint64 { return binary.LittleEndian.Uint64(id) }

// isNear reports whether something was seen within the tolerance of an interval.
func (s *Seen) isNear(i Interval) bool {
	at := i - s.first // wraps around below first
	return at/64 < Interval(len(s.near)) && s.near[at/64]>>(at%64)&1 != 0
}

// Match is a key of which identifiers were seen.
type Match struct {
	Key       Key
	Sightings []Sighting // by time; never none
}

// Match returns the keys of which identifiers were seen at a time at which they
// could be sent, in the order of the keys. It works in as many goroutines as
// workers says, at least in one.
//
// An identifier counts in its own ten minutes and the two hours before and
// after; what was seen more than twenty minutes after the first time was sent by
// somebody else, who repeats it, and does not count.
func (s *Seen) Match(keys []Key, workers int) []Match {
	if len(s.sightings) == 0 {
		return nil
	}
	const chunk = 4096
	found := make([][]Match, (len(keys)+chunk-1)/chunk)
	var next atomic.Int64
	work := func() {
		w := matcher{seen: s}
		w.prepare()
		for n := int(next.Add(1)) - 1; n < len(found); n = int(next.Add(1)) - 1 {
			for i := n * chunk; i < min((n+1)*chunk, len(keys)); i++ {
				if hits := w.match(&keys[i]); len(hits) > 0 {
					found[n] = append(found[n], Match{keys[i], hits})
				}
			}
		}
	}
	var group sync.WaitGroup
	for range min(workers, len(found)) - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
	return slices.Concat(found...)
}

// matcher has the room that one goroutine needs. The blocks that are encrypted
// differ between two keys by their intervals alone, and those that are not being
// written can be encrypted side by side by the processor: that is half the speed.
type matcher struct {
	seen    *Seen
	start   Interval // of the blocks in in
	in, out [daySize]byte
}

func (w *matcher) prepare() {
	for i := 0; i < daySize; i += blockSize {
		copy(w.in[i:], prefix)
	}
	w.start = noInterval
}

// match returns the sightings of a key.
func (w *matcher) match(k *Key) []Sighting {
	s := w.seen
	period := Interval(min(k.Period, MaxPeriod))
	first, last := Interval(0), period // what lies before and behind is near nothing
	for first < last && !s.isNear(k.Start+first) {
		first++
	}
	for first < last && !s.isNear(k.Start+last-1) {
		last--
	}
	if first == last {
		return nil
	}
	if k.Start != w.start {
		w.start = k.Start
		for i := range Interval(MaxPeriod) {
			binary.LittleEndian.PutUint32(w.in[i*blockSize+12:], uint32(k.Start+i))
		}
	}
	w.encrypt(schedule(k.IdentifierKey()), int(first)*blockSize, int(last)*blockSize)
	var hits []Sighting
	for i := first; i < last; i++ {
		id := w.out[i*blockSize : (i+1)*blockSize]
		if h := prefixOf(id) & s.mask; s.filter[h/64]>>(h%64)&1 != 0 {
			hits = s.collect(hits, Identifier(id), k.Start+i)
		}
	}
	slices.SortStableFunc(hits, func(a, b Sighting) int { return cmp.Compare(a.At, b.At) })
	return hits
}

func (w *matcher) encrypt(b cipher.Block, from, until int) {
	for i := from; i < until; i += blockSize {
		b.Encrypt(w.out[i:i+blockSize], w.in[i:i+blockSize])
	}
}

// collect appends the sightings of an identifier that was sent in an interval.
func (s *Seen) collect(hits []Sighting, id Identifier, sent Interval) []Sighting {
	i, found := slices.BinarySearchFunc(s.sightings, id, func(x Sighting, id Identifier) int { return bytes.Compare(x.ID[:], id[:]) })
	if !found {
		return hits
	}
	var begun *Sighting
	for ; i < len(s.sightings) && s.sightings[i].ID == id; i++ {
		x := &s.sightings[i]
		if at := x.interval(); at+Tolerance < sent || at > sent+Tolerance {
			continue
		}
		if begun == nil {
			begun = x
		}
		if x.At-begun.At <= replayed {
			hits = append(hits, *x)
		}
	}
	return hits
}

// replayed is for how many seconds one identifier can be seen: twice its life.
const replayed = 2 * intervalSeconds
