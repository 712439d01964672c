package desk

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/scrypt"
)

// Officers are those who may confirm a decision that takes two, each with a
// passphrase of their own. See the package documentation for the form of the
// file. The zero Officers are nobody.
type Officers struct {
	list []enrolled
}

type enrolled struct {
	name      string
	work      int // log2 of scrypt's N
	salt, key []byte
}

const (
	officersName  = "pratique-officers/1.0"
	officersWork  = 16 // 64 MB and a fifth of a second; an old computer has that
	mostWork      = 18
	mostOfficers  = 200
	leastLetters  = 10
	maxPassphrase = 1024
	saltLength    = 16
	keyLength     = 32
)

var (
	// ErrOfficer means that an officer cannot be called that.
	ErrOfficer = errors.New("an officer is named by up to 32 letters, digits and ._-")
	// ErrShort means that a passphrase is too short, or longer than any.
	ErrShort = fmt.Errorf("a passphrase has %d letters at least", leastLetters)
)

// ParseOfficers reads a file of officers.
func ParseOfficers(text string) (Officers, error) {
	var o Officers
	head, rest, whole := strings.Cut(text, "\n")
	if head != officersName || !whole {
		return Officers{}, fmt.Errorf("reading officers: want %s on the first line", officersName)
	}
	n := 1
	for line := range strings.Lines(rest) {
		n++
		e, ok := parseOfficer(line)
		if !ok || o.has(e.name) || len(o.list) == mostOfficers {
			return Officers{}, fmt.Errorf("reading officers: line %d is not one that this program wrote, or repeats a name", n)
		}
		o.list = append(o.list, e)
	}
	return o, nil
}

func parseOfficer(line string) (enrolled, bool) {
	var e enrolled
	var salt, key string
	if n, err := fmt.Sscanf(line, "officer %s scrypt %d %s %s\n", &e.name, &e.work, &salt, &key); n != 4 || err != nil {
		return e, false
	}
	e.salt, _ = base64.RawURLEncoding.Strict().DecodeString(salt)
	e.key, _ = base64.RawURLEncoding.Strict().DecodeString(key)
	ok := isOfficer(e.name) && e.work >= officersWork && e.work <= mostWork && len(e.salt) == saltLength && len(e.key) == keyLength
	return e, ok && e.String() == line
}

func (e enrolled) String() string {
	return fmt.Sprintf("officer %s scrypt %d %s %s\n", e.name, e.work, base64.RawURLEncoding.EncodeToString(e.salt), base64.RawURLEncoding.EncodeToString(e.key))
}

// String is the file of the officers.
func (o Officers) String() string {
	s := officersName + "\n"
	for _, e := range o.list {
		s += e.String()
	}
	return s
}

// Len is how many they are.
func (o Officers) Len() int { return len(o.list) }

func (o Officers) has(name string) bool {
	for _, e := range o.list {
		if e.name == name {
			return true
		}
	}
	return false
}

// With returns them with an officer, whose passphrase is then this one. An empty
// passphrase takes the officer off the list.
func (o Officers) With(name, passphrase string) (Officers, error) {
	if !isOfficer(name) {
		return Officers{}, ErrOfficer
	}
	var out Officers
	for _, e := range o.list {
		if e.name != name {
			out.list = append(out.list, e)
		}
	}
	if passphrase == "" {
		return out, nil
	}
	if len([]rune(passphrase)) < leastLetters || len(passphrase) > maxPassphrase {
		return Officers{}, ErrShort
	}
	if len(out.list) == mostOfficers {
		return Officers{}, fmt.Errorf("a desk has %d officers at most", mostOfficers)
	}
	e := enrolled{name: name, work: officersWork, salt: make([]byte, saltLength)}
	rand.Read(e.salt) // never fails
	e.key = e.stretch(passphrase)
	out.list = append(out.list, e)
	return out, nil
}

func (e enrolled) stretch(passphrase string) []byte {
	key, err := scrypt.Key([]byte(passphrase), e.salt, 1<<e.work, 8, 1, keyLength)
	if err != nil {
		panic(err) // the work is one of ours
	}
	return key
}

// Confirms reports whether this is the passphrase of the officer. It costs as
// much where there is no such officer, so that nobody learns who is on the list.
func (o Officers) Confirms(name, passphrase string) bool {
	if len(passphrase) > maxPassphrase {
		return false
	}
	found := enrolled{work: officersWork, salt: make([]byte, saltLength), key: make([]byte, keyLength)}
	known := false
	for _, e := range o.list {
		if e.name == name {
			found, known = e, true
		}
	}
	same := subtle.ConstantTimeCompare(found.stretch(passphrase), found.key) == 1
	return same && known
}
