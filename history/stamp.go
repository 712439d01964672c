package history

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/trust"
)

// Direction is the way in which a border was crossed.
type Direction string

// The directions.
const (
	Entry Direction = "entry"
	Exit  Direction = "exit"
)

// Stamp is a crossing of a border, signed by the desk that decided it. One that
// [OpenStamp] did not return has no KeyID, and counts for nothing.
//
// # Form
//
// An HC1 code whose claim -260 is {-7: stamp}, under a key with the use "stamp"
// of the jurisdiction that claim 1 states. Claim 6 (issued) is the moment of the
// decision, claim 4 (expires) until when the stamp is to be relied on; there is no
// claim 5.
//
//	stamp = { 1: 1 / 2,          ; entry, exit
//	          2: -840 to 840,    ; offset of the port from UTC, in minutes
//	          ? 3: text,         ; port: 1 to 8 capitals and digits, UN/LOCODE without its space
//	          ? 4: uint,         ; purpose of the journey, from the table below
//	          ? 5: uint,         ; category of the traveller, from the table below
//	          6: bytes .size 16, ; salt
//	          7: bytes .size 16, ; commitment to the document, see Commitment
//	          ? 8: bytes .size 16 } ; hash of the stamp before, see Hash
//
//	purpose   1 tourism  2 business  3 work  4 study  5 family  6 transit  7 pilgrimage
//	          8 medical  9 official  10 return
//	category  1 resident  2 visitor  3 business  4 crew  5 pilgrim  6 diplomat  7 refugee
//
// A number that is not in the table is read as "unknown"; other keys are ignored,
// so that the form can grow. The content is printed as RFC 8949 section 4.2.1
// has it, and not compressed: see the size in the tests, a symbol of version 10.
//
// # What is not in it
//
// No name, no number of a document, no nationality, no health data, no verdict.
type Stamp struct {
	Jurisdiction string
	At           time.Time // whole seconds, at the offset of the port
	Until        time.Time // expires; at most a year and a day after
	Direction    Direction
	Port         string
	Purpose      string
	Category     string
	Holder       Commitment
	Previous     Hash // zero: the desk was shown no stamp
	Hash         Hash // of this stamp
	KeyID        string
	Demo         bool // signed with a demo key
}

// unknownWord stands for a number that a table lacks.
const unknownWord = "unknown"

var (
	purposes   = []string{"", "tourism", "business", "work", "study", "family", "transit", "pilgrimage", "medical", "official", "return"}
	categories = []string{"", "resident", "visitor", "business", "crew", "pilgrim", "diplomat", "refugee"}
)

const maxOffset = 14 * 60 // minutes: Kiritimati

// Stamp signs a stamp for the holder of a document, in the office's jurisdiction:
// of s it takes At with its offset, Until, Direction, Port, Purpose, Category and
// Previous. Salt and signature are from rand.
func (o Office) Stamp(s Stamp, h Holder, rand io.Reader) (string, error) {
	var err error
	if s.Holder, err = h.Commit(rand); err != nil {
		return "", &Error{OtherHolder, err}
	}
	body, ok := s.appendTo(nil)
	if !ok {
		return "", &Error{Malformed, errMalformed}
	}
	return o.seal(trust.Stamp, contentStamp, body, s.At, s.Until, rand)
}

func (s *Stamp) appendTo(b []byte) ([]byte, bool) {
	direction := slices.Index([]Direction{"", Entry, Exit}, s.Direction)
	purpose, category := slices.Index(purposes, s.Purpose), slices.Index(categories, s.Category)
	offset, whole := offsetOf(s.At)
	if direction < 1 || purpose < 0 || category < 0 || !whole || s.Port != "" && !isPort(s.Port) {
		return nil, false
	}
	n := 4
	for _, there := range []bool{s.Port != "", purpose > 0, category > 0, s.Previous != Hash{}} {
		if there {
			n++
		}
	}
	b = cbor.AppendMap(b, n)
	b = cbor.AppendInt(cbor.AppendInt(b, 1), int64(direction))
	b = cbor.AppendInt(cbor.AppendInt(b, 2), int64(offset))
	if s.Port != "" {
		b = cbor.AppendText(cbor.AppendInt(b, 3), s.Port)
	}
	if purpose > 0 {
		b = cbor.AppendInt(cbor.AppendInt(b, 4), int64(purpose))
	}
	if category > 0 {
		b = cbor.AppendInt(cbor.AppendInt(b, 5), int64(category))
	}
	b = cbor.AppendBytes(cbor.AppendInt(b, 6), s.Holder.Salt[:])
	b = cbor.AppendBytes(cbor.AppendInt(b, 7), s.Holder.Digest[:])
	if s.Previous != (Hash{}) {
		b = cbor.AppendBytes(cbor.AppendInt(b, 8), s.Previous[:])
	}
	return b, true
}

// offsetOf returns the offset of a moment in minutes, if it is one that ports have.
func offsetOf(t time.Time) (int, bool) {
	_, seconds := t.Zone()
	return seconds / 60, seconds%60 == 0 && seconds/60 >= -maxOffset && seconds/60 <= maxOffset
}

func isPort(s string) bool { return len(s) <= 8 && isRegion(s) && !strings.Contains(s, "-") }

// OpenStamp reads the code of a stamp and verifies it. The error is an [*Error].
// To whom it belongs is for [History.Sift] to ask.
func OpenStamp(text string, keys *trust.Keys) (Stamp, error) {
	c, err := open(text, contentStamp, trust.Stamp, keys)
	if err != nil {
		return Stamp{}, err
	}
	return c.stamp()
}

// StampSkippingVerification returns what the code of a stamp says although
// nobody checked who signed it: to look at one's own, not to decide anything.
func StampSkippingVerification(text string) (Stamp, error) {
	c, err := skim(text, contentStamp)
	if err != nil {
		return Stamp{}, err
	}
	return c.stamp()
}

func (c sealed) stamp() (Stamp, error) {
	s := Stamp{Jurisdiction: c.jurisdiction, Until: c.until, Hash: c.hash, KeyID: c.keyID, Demo: c.demo}
	r := fields{content: c.content}
	s.Direction = [...]Direction{"", Entry, Exit}[r.number(1, 1, 2)]
	s.At = c.issued.In(zone(r.number(2, -maxOffset, maxOffset)))
	s.Port = r.text(3, 8, true)
	s.Purpose = r.word(4, purposes)
	s.Category = r.word(5, categories)
	r.bytes(6, s.Holder.Salt[:])
	r.bytes(7, s.Holder.Digest[:])
	s.Previous = r.hash(8)
	if r.broken || s.Port != "" && !isPort(s.Port) {
		return Stamp{}, &Error{Malformed, errMalformed}
	}
	return s, nil
}

func zone(minutes int) *time.Location {
	if minutes == 0 {
		return time.UTC
	}
	return time.FixedZone("", minutes*60)
}

// fields reads the map of a content. One that is not as it must be breaks it all.
type fields struct {
	content cbor.Value
	broken  bool
}

func (r *fields) get(key int64) (cbor.Value, bool) {
	for k, v := range r.content.Pairs {
		if k == (cbor.Key{Int: key}) {
			return v, true
		}
	}
	return cbor.Value{}, false
}

// number reads a number that must be there.
func (r *fields) number(key, low, high int64) int {
	v, _ := r.get(key)
	n, ok := v.Int()
	if !ok || n < low || n > high {
		r.broken = true
		return 0
	}
	return int(n)
}

// word reads a number of a table that may be missing.
func (r *fields) word(key int64, table []string) string {
	v, there := r.get(key)
	if !there {
		return ""
	}
	n, ok := v.Int()
	switch {
	case !ok || n < 1:
		r.broken = true
		return ""
	case n >= int64(len(table)):
		return unknownWord
	}
	return table[n]
}

// text reads a text of 1 to most bytes, on one line.
func (r *fields) text(key int64, most int, optional bool) string {
	v, there := r.get(key)
	if !there && optional {
		return ""
	}
	s, ok := v.Text()
	if !ok || s == "" || len(s) > most || !isLine(s) {
		r.broken = true
		return ""
	}
	return s
}

// bytes reads a byte string of the length of dst.
func (r *fields) bytes(key int64, dst []byte) {
	v, _ := r.get(key)
	s, ok := v.Bytes()
	if !ok || len(s) != len(dst) {
		r.broken = true
		return
	}
	copy(dst, s)
}

// hash reads a hash that may be missing. One of noughts names nothing, and is refused.
func (r *fields) hash(key int64) Hash {
	var h Hash
	if _, there := r.get(key); there {
		r.bytes(key, h[:])
		r.broken = r.broken || h == Hash{}
	}
	return h
}
