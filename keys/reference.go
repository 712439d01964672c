package keys

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"
)

// MaxReference is the longest reference, in bytes.
const MaxReference = 2048

// scheme is how a reference begins, and with it a key file that holds one.
const scheme = "pkcs11:"

// Errors of keys in hardware, where callers have something to say about the next step.
var (
	// ErrBuild means that this program was built without PKCS #11.
	ErrBuild = errors.New("this build signs with no keys in hardware")
	// ErrPIN means that no PIN was given, or that the token refused it.
	ErrPIN = errors.New("the PIN is missing or wrong")
	// ErrLocked means that the token takes no PIN any more.
	ErrLocked = errors.New("the PIN is locked")
	// ErrToken means that the token is not there, or no longer.
	ErrToken = errors.New("the token is not there")
	// ErrObject means that the token has no such key, or that it has one where a
	// new one was asked for.
	ErrObject = errors.New("the key in the token")
	// ErrHardware means that the token answered with a fault.
	ErrHardware = errors.New("the token cannot do it")
)

// A Reference says where a key is that never leaves its hardware: a PKCS #11 URI
// (RFC 7512). The grammar is a part of that of the RFC:
//
//	pkcs11:token=issuer;object=norland-1?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/pratique/pin
//
//	token, serial    the token, by its label or its serial number: one of both
//	object, id       the key, by its label or its identifier: at least one
//	type             private, if it is there
//	module-path      the library of the hardware, an absolute path: it is loaded
//	                 into the program, so a reference is as trusted as a program
//	pin-source       the file whose first line is the PIN, an absolute path
//
// Octets other than letters, digits and - . _ ~ : / may be written %XX. An
// attribute stands once; others are refused. The PIN itself (pin-value) is
// refused above all: a command line and a log are no place for it.
type Reference struct {
	Token, Serial string
	Object        string
	ID            []byte
	Module        string
	PINSource     string
}

// Refers reports whether a text is a reference, or a key file that holds one.
func Refers(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) >= len(scheme) && strings.EqualFold(string(text[:len(scheme)]), scheme)
}

// ParseReference reads a reference.
func ParseReference(text string) (Reference, error) {
	var r Reference
	if len(text) > MaxReference {
		return r, fmt.Errorf("reading key reference: longer than %d bytes", MaxReference)
	}
	if !Refers([]byte(text)) {
		return r, errors.New("reading key reference: it begins otherwise than with pkcs11")
	}
	where, how, _ := strings.Cut(text[len(scheme):], "?")
	seen := map[string]bool{}
	err := attributes(where, ";", seen, r.path)
	if err == nil {
		err = attributes(how, "&", seen, r.query)
	}
	if err == nil {
		err = r.check()
	}
	if err != nil {
		return Reference{}, fmt.Errorf("reading key reference: %w", err)
	}
	return r, nil
}

// attributes gives the attributes of a part to take.
func attributes(text, separator string, seen map[string]bool, take func(name, value string) error) error {
	if text == "" {
		return nil
	}
	for part := range strings.SplitSeq(text, separator) {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return errors.New("an attribute without a value")
		}
		v, err := unescape(value)
		if err != nil {
			return err
		}
		if v == "" {
			return errors.New("an attribute with an empty value")
		}
		if seen[name] {
			return errors.New("an attribute stands twice")
		}
		seen[name] = true
		if err := take(name, v); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reference) path(name, value string) error {
	switch name {
	case "token":
		r.Token = value
	case "serial":
		r.Serial = value
	case "object":
		r.Object = value
	case "id":
		r.ID = []byte(value)
	case "type":
		if value != "private" {
			return errors.New("type: a key that signs is private")
		}
	default:
		return errors.New("an attribute that is not known: there are token, serial, object, id, type")
	}
	return nil
}

func (r *Reference) query(name, value string) error {
	switch name {
	case "module-path":
		r.Module = value
	case "pin-source":
		r.PINSource = strings.TrimPrefix(strings.TrimPrefix(value, "file://"), "file:")
	case "pin-value":
		return errors.New("pin-value: the PIN does not belong here: write it into a file and name that by pin-source")
	default:
		return errors.New("an attribute that is not known: behind the ? there are module-path and pin-source")
	}
	return nil
}

func (r Reference) check() error {
	plain := func(s string) bool {
		return strings.IndexFunc(s, func(c rune) bool { return c < ' ' || c == 0x7F }) < 0
	}
	switch {
	case (r.Token == "") == (r.Serial == ""):
		return errors.New("name the token by its label or by its serial number, not by both")
	case r.Object == "" && len(r.ID) == 0:
		return errors.New("name the key in the token by object or id")
	case len(r.Token) > 32 || len(r.Serial) > 16: // CK_TOKEN_INFO
		return errors.New("the label of a token has at most 32 bytes, its serial number 16")
	case r.Module == "":
		return errors.New("name the library of the hardware by module-path, behind a question mark")
	case !absolute(r.Module), r.PINSource != "" && !absolute(r.PINSource):
		return errors.New("the library and the file with the PIN have absolute paths")
	case !plain(r.Token + r.Serial + r.Object + r.Module + r.PINSource):
		return errors.New("a control character")
	}
	return nil
}

// absolute takes paths of Windows, too: c:/... .
func absolute(name string) bool {
	if len(name) > 2 && name[1] == ':' && (name[2] == '/' || name[2] == '\\') {
		return true
	}
	return path.IsAbs(name)
}

// String writes a reference as [ParseReference] reads it.
func (r Reference) String() string {
	var b strings.Builder
	b.WriteString(scheme)
	separator := ""
	add := func(name, value string) {
		if value != "" {
			b.WriteString(separator + name + "=")
			escape(&b, value)
			separator = ";"
		}
	}
	add("token", r.Token)
	add("serial", r.Serial)
	add("object", r.Object)
	if len(r.ID) > 0 {
		b.WriteString(separator + "id=")
		for _, c := range r.ID {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	b.WriteString("?module-path=")
	escape(&b, r.Module)
	if r.PINSource != "" {
		b.WriteString("&pin-source=file:")
		escape(&b, r.PINSource)
	}
	return b.String()
}

// open are the octets that stand for themselves (RFC 3986, section 2.3, and the
// two of paths).
func open(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~:/", c) >= 0
}

func escape(b *strings.Builder, value string) {
	for i := range len(value) {
		if open(value[i]) {
			b.WriteByte(value[i])
		} else {
			fmt.Fprintf(b, "%%%02X", value[i])
		}
	}
}

func unescape(text string) (string, error) {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '%' {
			if i+2 >= len(text) {
				return "", errors.New("a % without two digits behind it")
			}
			high, low := digit(text[i+1]), digit(text[i+2])
			if high < 0 || low < 0 {
				return "", errors.New("a % without two digits behind it")
			}
			c, i = byte(high<<4|low), i+2
		} else if c <= ' ' || c >= 0x7F {
			return "", errors.New("a space, or a character that is not ASCII: write it %XX")
		}
		out = append(out, c)
	}
	return string(out), nil
}

func digit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
