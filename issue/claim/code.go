package claim

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Alphabet are the characters of a code, by their value: 23, which is a prime.
const Alphabet = "34679ACDEFGHJKMNPRTUWXY"

const (
	length  = 8
	size    = len(Alphabet)
	maxText = 64 // longest text that is looked at, in bytes
)

// Code is a claim code. It opens a certificate: it belongs to the person, and into
// no log. The zero Code is none.
type Code struct{ values [length]byte } // value + 1 of each character

// Draw makes a code.
func Draw(random io.Reader) (Code, error) {
	var v [length]byte
	for i := range length - 1 {
		for {
			var b [1]byte
			if _, err := io.ReadFull(random, b[:]); err != nil {
				return Code{}, fmt.Errorf("drawing a code: %w", err)
			}
			if int(b[0]) < 256/size*size { // each as likely as the others
				v[i] = b[0] % byte(size)
				break
			}
		}
	}
	return checked(v), nil
}

// weights of the characters in the check, modulo 23: all different and none zero,
// so that one wrong character and two that changed places always show.
var weights = [length]int{2, 3, 4, 5, 6, 7, 8, 1}

// checked sets the last character so that the weighted sum is a multiple of 23.
func checked(v [length]byte) Code {
	v[length-1] = byte((size - sum(v)%size) % size)
	var c Code
	for i := range v {
		c.values[i] = v[i] + 1
	}
	return c
}

// sum is the weighted sum of all but the last.
func sum(v [length]byte) int {
	n := 0
	for i := range length - 1 {
		n += int(v[i]) * weights[i]
	}
	return n
}

// Parse reads a code as people type it: in small letters or capitals, with or
// without spaces and hyphens. The error is [ErrTyped], and repeats nothing.
func Parse(text string) (Code, error) {
	if len(text) > maxText {
		return Code{}, ErrTyped
	}
	var v [length]byte
	n := 0
	for _, r := range text {
		switch r {
		case ' ', '\t', '\n', '\r', '-', '\u00a0', '\u2010', '\u2011', '\u2013':
			continue
		}
		if 'a' <= r && r <= 'z' {
			r -= 'a' - 'A'
		}
		i := strings.IndexRune(Alphabet, r)
		if i < 0 || n == length {
			return Code{}, ErrTyped
		}
		v[n] = byte(i)
		n++
	}
	if n < length || (sum(v)+int(v[length-1]))%size != 0 {
		return Code{}, ErrTyped
	}
	return checked(v), nil
}

// String writes the code in two groups.
func (c Code) String() string {
	if c == (Code{}) {
		return ""
	}
	b := make([]byte, 0, length+1)
	for i, v := range c.values {
		if i == length/2 {
			b = append(b, '-')
		}
		b = append(b, Alphabet[v-1])
	}
	return string(b)
}

// LogValue keeps a code out of logs.
func (Code) LogValue() slog.Value { return slog.StringValue("a claim code") }
