// Package base45 answers one question: which bytes does a base45 text stand for?
//
// It implements RFC 9285 for the bytes of a code, strictly. Two bytes are three
// characters (c + d*45 + e*45*45, least first), a last single byte is two. A
// text has exactly one meaning and bytes have exactly one text, so what
// [AppendDecode] accepts, [AppendEncode] prints again byte for byte.
//
// Refused, with the position: a character outside the alphabet (lower case
// among them), a group of three above 65535, a group of two above 255, and a
// single character left over at the end. The space is a character of the
// alphabet: who trims a base45 text may cut it.
package base45

import (
	"errors"
	"strconv"
)

// What can be wrong with a base45 text; see [Error].
var (
	// ErrCharacter means a character that the alphabet does not have.
	ErrCharacter = errors.New("character outside the alphabet")
	// ErrValue means a group that stands for more than its bytes can hold.
	ErrValue = errors.New("group exceeds its bytes")
	// ErrLength means a single character left over at the end.
	ErrLength = errors.New("one character left over")
)

// Error says what is wrong and where.
type Error struct {
	Pos int   // offset of the character, or of the group
	Err error // [ErrCharacter], [ErrValue] or [ErrLength]
}

// Error implements error. It does not repeat the text.
func (e *Error) Error() string {
	return "reading base45: character " + strconv.Itoa(e.Pos+1) + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// bad marks a byte outside the alphabet; a sum of three with it exceeds every group.
const bad = 1 << 20

// values holds the value of each byte.
var values = table()

func table() (t [256]uint32) {
	for i := range t {
		t[i] = bad
	}
	for i := range len(alphabet) {
		t[alphabet[i]] = uint32(i)
	}
	return t
}

// DecodedLen returns the number of bytes that n characters stand for, n/3*2
// and one for a last group of two.
func DecodedLen(n int) int { return n/3*2 + n%3/2 }

// EncodedLen returns the number of characters that stand for n bytes.
func EncodedLen(n int) int { return n/2*3 + n%2*2 }

// AppendDecode appends the bytes that text stands for. On error it returns
// dst as it was and an [*Error].
func AppendDecode(dst []byte, text string) ([]byte, error) {
	out, i := dst, 0
	for ; i+3 <= len(text); i += 3 {
		n := values[text[i]] + values[text[i+1]]*45 + values[text[i+2]]*45*45
		if n > 0xffff {
			return dst, fault(text, i, 3)
		}
		out = append(out, byte(n>>8), byte(n))
	}
	switch len(text) - i {
	case 1:
		return dst, &Error{i, ErrLength}
	case 2:
		n := values[text[i]] + values[text[i+1]]*45
		if n > 0xff {
			return dst, fault(text, i, 2)
		}
		out = append(out, byte(n))
	}
	return out, nil
}

// fault says what is wrong with the group of n characters at i.
func fault(text string, i, n int) error {
	for j := i; j < i+n; j++ {
		if values[text[j]] == bad {
			return &Error{j, ErrCharacter}
		}
	}
	return &Error{i, ErrValue}
}

// AppendEncode appends the text that stands for src.
func AppendEncode(dst, src []byte) []byte {
	for ; len(src) >= 2; src = src[2:] {
		n := uint(src[0])<<8 | uint(src[1])
		dst = append(dst, alphabet[n%45], alphabet[n/45%45], alphabet[n/(45*45)])
	}
	if len(src) == 1 {
		dst = append(dst, alphabet[src[0]%45], alphabet[src[0]/45])
	}
	return dst
}
