package venue

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/jws"
	"github.com/pratique/pratique/internal/protowire"
)

func malformed(what string) error { return fmt.Errorf("%w: %s", ErrMalformed, what) }

// object reads a JSON object, strictly.
func object(b []byte) (jcs.Value, bool) {
	v, err := jcs.Parse(string(b))
	return v, err == nil && v.Kind() == jcs.Object
}

func readNewZealand(s string) (Code, error) {
	b, ok := decode(s)
	if !ok {
		return Code{}, malformed("no base64")
	}
	o, ok := object(b)
	if !ok {
		return Code{}, malformed("no JSON object")
	}
	kind, _ := o.Get("typ").Text()
	version, _ := o.Get("ver").Text()
	if version != "c19:1" {
		return Code{}, ErrVersion
	}
	number, _ := o.Get("gln").Text()
	name, named := o.Get("opn").Text()
	address, placed := o.Get("adr").Text()
	if kind != "entry" || !named || !placed || !isPlace(NewZealand, number) {
		return Code{}, malformed("not typ, gln, opn and adr")
	}
	return Code{System: NewZealand, Place: number, Name: name, Address: address}, nil
}

func readEngland(s string, keys map[string]*ecdsa.PublicKey) (Code, error) {
	m, err := jws.Parse([]byte(s))
	if err != nil {
		return Code{}, malformed("no signed text")
	}
	algorithm, _ := m.Header.Get("alg").Text()
	kid, _ := m.Header.Get("kid").Text()
	key := keys[kid]
	switch {
	case algorithm != string(jws.ES256):
		return Code{}, malformed("signed with another algorithm than ES256")
	case key == nil:
		return Code{}, ErrUnknownKey
	}
	if err := jws.ES256.Verify(key, m.Signed, m.Signature); err != nil {
		return Code{}, ErrSignature
	}
	o, ok := object(m.Payload)
	id, _ := o.Get("id").Text()
	name, named := o.Get("opn").Text()
	if !ok || !named || !isPlace(England, id) {
		return Code{}, malformed("not id and opn")
	}
	postcode, _ := o.Get("pc").Text()
	return Code{System: England, Place: id, Name: name, Address: postcode}, nil
}

// readFrame reads the frame that Germany and Switzerland share.
func readFrame(s string, system System) (Code, error) {
	b, ok := decode(s)
	if !ok {
		return Code{}, malformed("no base64")
	}
	place := sha256.Sum256(append([]byte("CWA-GUID"), b...))
	c := Code{System: system, Place: string(place[:])}
	var location, notifier, country []byte
	m := protowire.Message(b)
	version := readFields(&m, func(f protowire.Field) {
		switch f.Number {
		case 2:
			location = m.Bytes(f)
		case 3:
			notifier = m.Bytes(f)
		case 4:
			country = m.Bytes(f)
		}
	})
	if m.Err() != nil || location == nil || notifier == nil {
		return Code{}, malformed("no message with a location")
	}
	if version != 1 && system == German {
		return Code{}, ErrVersion
	}
	if err := c.readLocation(location, system); err != nil {
		return Code{}, err
	}
	if err := checkNotifier(notifier); err != nil || system != German {
		return c, err
	}
	return c, c.readGermany(country)
}

// readFields reads a message and returns its field 1, the version.
func readFields(m *protowire.Reader, read func(protowire.Field)) (version int64) {
	for {
		f, ok := m.Next()
		switch {
		case !ok:
			return version
		case f.Number == 1:
			version = m.Int(f, 0, math.MaxUint32)
		default:
			read(f)
		}
	}
}

// readLocation reads the TraceLocation. Its moments have other numbers in Germany.
func (c *Code) readLocation(b []byte, system System) error {
	begin, end := 4, 5
	if system == German {
		begin, end = 5, 6
	}
	const latest = 1 << 33 // seconds: the year 2242
	var name, address []byte
	m := protowire.Message(b)
	readFields(&m, func(f protowire.Field) {
		switch f.Number {
		case 2:
			name = m.Bytes(f)
		case 3:
			address = m.Bytes(f)
		case begin:
			c.From = moment(m.Int(f, 0, latest))
		case end:
			c.Until = moment(m.Int(f, 0, latest))
		}
	})
	if m.Err() != nil || !utf8.Valid(name) || !utf8.Valid(address) || c.Until.Before(c.From) {
		return malformed("no location")
	}
	c.Name, c.Address = string(name), string(address)
	return nil
}

// moment returns a moment in seconds since 1970, of which 0 is none.
func moment(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

const seedSize = 16 // bytes in a German code, 32 in a Swiss one

func checkNotifier(b []byte) error {
	seed := 0
	m := protowire.Message(b)
	readFields(&m, func(f protowire.Field) {
		if f.Number == 3 {
			seed = len(m.Bytes(f))
		}
	})
	if m.Err() != nil || seed < seedSize {
		return malformed("no seed: whoever knows the name would know the place")
	}
	return nil
}

// readGermany reads the CWALocationData, for how long a visit usually is.
func (c *Code) readGermany(b []byte) error {
	m := protowire.Message(b)
	readFields(&m, func(f protowire.Field) {
		if f.Number == 3 {
			c.Length = time.Duration(m.Int(f, 0, 24*60)) * time.Minute
		}
	})
	if m.Err() != nil {
		return malformed("no usual length of a visit")
	}
	return nil
}

const (
	franceHeader = 17      // bytes that are not sealed
	franceLeast  = 17 + 49 // with a key of 33 bytes and a tag of 16
	franceMost   = 512
)

func readFrance(s string) (Code, error) {
	b, ok := decode(s)
	if !ok || len(b) < franceLeast || len(b) > franceMost {
		return Code{}, malformed("no location-specific part")
	}
	switch {
	case b[0]>>5 != 0:
		return Code{}, ErrVersion
	case b[0]&3 != 0:
		return Code{}, malformed("padding that is not 0")
	}
	return Code{System: France, Place: string(b[1:franceHeader])}, nil
}

// isPlace reports whether a place can be one of the system.
func isPlace(s System, place string) bool {
	letters := func(n int, of string) bool {
		return len(place) == n && strings.Trim(place, of) == ""
	}
	const digits = "0123456789"
	switch s {
	case NewZealand:
		return letters(13, digits)
	case England:
		return letters(8, digits+"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	case German, Switzerland:
		return len(place) == sha256.Size
	case France:
		return len(place) == franceHeader-1
	}
	return false
}
