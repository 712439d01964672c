package gaen

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/pratique/pratique/internal/protowire"
)

// Limits of an export.
const (
	MaxExport = 32 << 20 // bytes of export.bin
	MaxKeys   = 600_000  // in one; Google's server writes at most 500,000
	maxInfos  = 10       // phones look at no more
	maxText   = 256      // bytes of a region, an identifier, a version
	maxSecond = 253402300799
)

// header is how export.bin begins.
const header = "EK Export v1    "

// ErrExport means that a file is no key export, as a whole.
var ErrExport = errors.New("not a key export")

// Export is a file of keys. [ParseExport] reads one, [Open] reads one that is
// signed, [Batch.Exports] makes them.
type Export struct {
	// Start and End are between which moments the keys reached the server. With
	// Batch they tell an export from all others of a server.
	Start, End     time.Time
	Region         string
	Batch, Batches int32 // from 1; phones take only 1 of 1
	Infos          []Info
	Keys           []Key // published for the first time
	Revised        []Key // published again, as something else is known of them
}

// Info says with which key an export is signed (SignatureInfo).
type Info struct {
	Bundle, Package string // of the apps: no longer written, still met
	Version, ID     string // of the key
	Algorithm       string // object identifier
}

// Code is what is wrong with a key, for programs.
type Code string

// What can be wrong with a key of an export.
const (
	Malformed   Code = "malformed"    // its message is none, or holds a number that its field cannot
	WrongLength Code = "wrong_length" // of the key: not 16 bytes
	WrongPeriod Code = "wrong_period" // not 1 to 144 intervals
	WrongStart  Code = "wrong_start"  // no beginning, or one before 1970
	OtherBytes  Code = "other_bytes"  // of the whole file: read, and not written like this here
)

// Finding says what is wrong with one key. The key is left out and the rest stays.
type Finding struct {
	Index   int  `json:"index"` // in what was given; -1: of the whole
	Revised bool `json:"revised,omitempty"`
	Code    Code `json:"code"`
}

// String says it in a line.
func (f Finding) String() string {
	switch {
	case f.Index < 0:
		return string(f.Code)
	case f.Revised:
		return fmt.Sprintf("revised key %d: %s", f.Index, f.Code)
	}
	return fmt.Sprintf("key %d: %s", f.Index, f.Code)
}

// ParseExport reads export.bin. Nothing is verified: [Open] does that. A key
// that is none is a [Finding]; the error is only for what is no export at all.
func ParseExport(bin []byte) (Export, []Finding, error) {
	if len(bin) > MaxExport {
		return Export{}, nil, fmt.Errorf("%w: longer than %d bytes", ErrExport, MaxExport)
	}
	p := parser{total: int64(len(bin))}
	if _, err := p.Write(bin); err != nil {
		return Export{}, nil, err
	}
	return p.end()
}

// parser reads an export in whatever pieces it comes, so that one of half a
// million keys need never be in memory twice.
type parser struct {
	total    int64 // bytes that are to come, to know how much room keys will need
	rest     []byte
	begun    bool // the header was read
	out      Export
	findings []Finding
	seen     [2]int // keys and revised keys, good or not
	last     int    // number of the field before
	stood    uint   // numbers of fields that stood, as bits
	other    bool   // something is not as it would be written
}

// maxField is the length of the longest field, a key or whatever is skipped.
const maxField = 64 << 10

// Write reads a piece. It implements io.Writer.
func (p *parser) Write(piece []byte) (int, error) {
	b := piece
	if len(p.rest) > 0 {
		b = append(p.rest, piece...)
	}
	if !p.begun {
		if len(b) < len(header) {
			p.rest = append([]byte(nil), b...)
			return len(piece), nil
		}
		if string(b[:len(header)]) != header {
			return 0, fmt.Errorf("%w: it begins with another header", ErrExport)
		}
		b, p.begun = b[len(header):], true
	}
	m := protowire.Message(b)
	for {
		left := m.Left()
		f, ok := m.Next()
		if !ok {
			break
		}
		if err := p.field(&m, f, left-m.Left()); err != nil {
			return 0, err
		}
		b = b[left-m.Left():]
	}
	if err := m.Err(); err != nil && (!errors.Is(err, protowire.ErrTruncated) || len(b) > maxField) {
		return 0, fmt.Errorf("%w: %w", ErrExport, err)
	}
	p.rest = append(p.rest[:0:0], b...)
	return len(piece), nil
}

// end returns what was read.
func (p *parser) end() (Export, []Finding, error) {
	if !p.begun || len(p.rest) > 0 {
		return Export{}, nil, fmt.Errorf("%w: it ends within a field", ErrExport)
	}
	const always = 1<<1 | 1<<2 | 1<<4 | 1<<5 // fields that are always written
	if p.other || len(p.findings) > 0 || p.stood&always != always {
		p.findings = append(p.findings, Finding{Index: -1, Code: OtherBytes})
	}
	return p.out, p.findings, nil
}

// field reads a field that took size bytes. The shortest form of a field is one,
// so that a field that is as long as the one that would be written is the same.
func (p *parser) field(m *protowire.Reader, f protowire.Field, size int) error {
	e, want, err := &p.out, 0, error(nil)
	switch f.Number {
	case 1:
		err, want = readMoment(m, f, &e.Start), 9
	case 2:
		err, want = readMoment(m, f, &e.End), 9
	case 3:
		if err = readText(m, f, &e.Region); e.Region != "" {
			want = sizeOf(len(e.Region))
		}
	case 4:
		e.Batch = int32(m.Int(f, 0, math.MaxInt32))
		want = 1 + protowire.Size(uint64(e.Batch))
	case 5:
		e.Batches = int32(m.Int(f, 0, math.MaxInt32))
		want = 1 + protowire.Size(uint64(e.Batches))
	case 6:
		want, err = p.info(m.Bytes(f))
	case 7:
		want, err = p.key(m.Bytes(f), &e.Keys, &p.seen[0])
	case 8:
		want, err = p.key(m.Bytes(f), &e.Revised, &p.seen[1])
	}
	if err == nil {
		err = m.Err()
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrExport, err)
	}
	p.other = p.other || size != want || f.Number < p.last || f.Number == p.last && f.Number < 6
	p.last = f.Number
	p.stood |= 1 << min(f.Number, 31)
	return nil
}

// sizeOf returns the length of a field of so many bytes with a number below 16.
func sizeOf(n int) int { return 1 + protowire.Size(uint64(n)) + n }

func (p *parser) info(b []byte) (size int, err error) {
	if len(p.out.Infos) == maxInfos {
		return 0, fmt.Errorf("more than %d signatures announced", maxInfos)
	}
	i, err := readInfo(b)
	p.out.Infos = append(p.out.Infos, i)
	p.other = p.other || !bytes.Equal(i.append(nil), b)
	return sizeOf(len(b)), err
}

// key reads a key, or finds what is wrong with it.
func (p *parser) key(b []byte, keys *[]Key, n *int) (size int, err error) {
	if p.seen[0]+p.seen[1] == MaxKeys {
		return 0, fmt.Errorf("more than %d keys", MaxKeys)
	}
	k, code := readKey(b)
	if code != "" {
		p.findings = append(p.findings, Finding{*n, n == &p.seen[1], code})
	} else {
		if *keys == nil { // the others will be as long
			*keys = make([]Key, 0, min(p.total/int64(sizeOf(len(b)))+1, MaxKeys))
		}
		*keys = append(*keys, k)
		var room [64]byte
		p.other = p.other || !bytes.Equal(k.append(room[:0]), b)
	}
	*n++
	return sizeOf(len(b)), nil
}

func readMoment(m *protowire.Reader, f protowire.Field, to *time.Time) error {
	s := m.Fixed64(f)
	if s > maxSecond {
		return errors.New("a moment after the year 9999")
	}
	*to = time.Unix(int64(s), 0).UTC()
	return nil
}

func readText(m *protowire.Reader, f protowire.Field, to *string) error {
	b := m.Bytes(f)
	if len(b) > maxText || !utf8.Valid(b) {
		return fmt.Errorf("a text is longer than %d bytes or not UTF-8", maxText)
	}
	*to = string(b)
	return nil
}

func readInfo(b []byte) (Info, error) {
	var i Info
	for m := protowire.Message(b); ; {
		f, ok := m.Next()
		if !ok {
			return i, m.Err()
		}
		if f.Number >= 1 && f.Number <= 5 {
			if err := readText(&m, f, i.texts()[f.Number-1]); err != nil {
				return i, err
			}
		}
	}
}

// texts are the fields of an Info, from number 1 on.
func (i *Info) texts() [5]*string {
	return [...]*string{&i.Bundle, &i.Package, &i.Version, &i.ID, &i.Algorithm}
}

// readKey reads one key, or says what is wrong with it.
func readKey(b []byte) (Key, Code) {
	k := Key{Period: MaxPeriod}
	length, period := 0, int64(MaxPeriod)
	m := protowire.Message(b)
	for {
		f, ok := m.Next()
		if !ok {
			break
		}
		switch f.Number {
		case 1:
			length = copy(k.Data[:], m.Bytes(f))
			if len(f.Bytes) != KeySize {
				length = 0
			}
		case 2:
			k.Risk = int32(m.Int(f, math.MinInt32, math.MaxInt32))
			k.stated |= statedRisk
		case 3:
			k.Start = Interval(max(m.Int(f, math.MinInt32, maxInterval), 0))
		case 4:
			period = m.Int(f, math.MinInt32, math.MaxInt32)
			k.stated |= statedPeriod
		case 5:
			k.Report = ReportType(m.Int(f, 0, math.MaxInt8))
			k.stated |= statedReport
		case 6:
			k.Onset, k.HasOnset = int16(m.Signed(f, math.MinInt16, math.MaxInt16)), true
		case 8:
			k.Variant = uint8(m.Int(f, 0, math.MaxUint8))
			k.stated |= statedVariant
		}
	}
	switch {
	case m.Err() != nil:
		return Key{}, Malformed
	case length != KeySize:
		return Key{}, WrongLength
	case period < 1 || period > MaxPeriod:
		return Key{}, WrongPeriod
	case k.Start == 0:
		return Key{}, WrongStart
	}
	k.Period = uint8(period)
	return k, ""
}

// append writes the message of a key: less than 128 bytes.
func (k Key) append(dst []byte) []byte {
	dst = protowire.AppendBytes(dst, 1, k.Data[:])
	if k.Risk != 0 || k.stated&statedRisk != 0 {
		dst = protowire.AppendInt(dst, 2, int64(k.Risk))
	}
	dst = protowire.AppendInt(dst, 3, int64(k.Start))
	if k.Period != MaxPeriod || k.stated&statedPeriod != 0 {
		dst = protowire.AppendInt(dst, 4, int64(k.Period))
	}
	if k.Report != 0 || k.stated&statedReport != 0 {
		dst = protowire.AppendInt(dst, 5, int64(k.Report))
	}
	if k.HasOnset {
		dst = protowire.AppendSigned(dst, 6, int64(k.Onset))
	}
	if k.Variant != 0 || k.stated&statedVariant != 0 {
		dst = protowire.AppendInt(dst, 8, int64(k.Variant))
	}
	return dst
}

// Append appends export.bin. It writes the keys in the order in which they
// stand: [Batch.Exports] has put them in one that says nothing.
func (e *Export) Append(dst []byte) []byte {
	dst = e.appendHead(append(dst, header...))
	return appendKeys(appendKeys(dst, 7, e.Keys), 8, e.Revised)
}

func appendKeys(dst []byte, number int, keys []Key) []byte {
	for _, k := range keys {
		var room [64]byte
		dst = protowire.AppendBytes(dst, number, k.append(room[:0]))
	}
	return dst
}

func (e *Export) appendHead(dst []byte) []byte {
	dst = protowire.AppendFixed64(dst, 1, uint64(max(e.Start.Unix(), 0)))
	dst = protowire.AppendFixed64(dst, 2, uint64(max(e.End.Unix(), 0)))
	if e.Region != "" {
		dst = protowire.AppendBytes(dst, 3, e.Region)
	}
	dst = protowire.AppendInt(dst, 4, int64(e.Batch))
	dst = protowire.AppendInt(dst, 5, int64(e.Batches))
	for i := range e.Infos {
		dst = protowire.AppendBytes(dst, 6, e.Infos[i].append(nil))
	}
	return dst
}

func (i *Info) append(dst []byte) []byte {
	for n, s := range i.texts() {
		if *s != "" {
			dst = protowire.AppendBytes(dst, n+1, *s)
		}
	}
	return dst
}
