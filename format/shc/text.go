package shc

import (
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/pratique/pratique/internal/jcs"
)

const prefix = "shc:/"

// offset is what each character of a JWS is lessened by before it is written
// as two digits: the ASCII value of "-", the least of them.
const offset = '-'

// greatest is the pair of digits of "z".
const greatest = 'z' - offset

// compact appends to dst the compact JWS of a text in any of its forms. On
// error it returns dst with what was appended before.
func compact(dst []byte, text string) ([]byte, error) {
	switch {
	case len(text) > MaxText:
		return dst, &Error{StepText, ErrTooLong}
	case strings.HasPrefix(text, prefix):
		body := text[len(prefix):]
		if strings.Contains(body, "/") {
			return fromChunks(dst, text)
		}
		return fromDigits(dst, body)
	case strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{"):
		cards, err := Cards(text)
		if err != nil {
			return dst, err
		}
		if len(cards) > 1 {
			return dst, &Error{StepText, ErrSeveral}
		}
		return append(dst, cards[0]...), nil
	case strings.ContainsAny(text, " \t\r\n"):
		return dst, &Error{StepText, ErrSpace}
	case !strings.HasPrefix(text, "ey"): // {" in base64
		return dst, &Error{StepText, ErrPrefix}
	}
	return append(dst, text...), nil
}

// fromChunks decodes the texts of the QR codes of a card in several, a line each.
func fromChunks(dst []byte, text string) ([]byte, error) {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	whole, err := Join(lines)
	if e, ok := err.(*Error); ok && e.Err == ErrMissing && len(lines) == 1 {
		return dst, &Error{StepText, ErrChunk}
	}
	if err != nil {
		return dst, err
	}
	return fromDigits(dst, whole[len(prefix):])
}

// fromDigits decodes the digits of a numeric text, four pairs at a time where
// there are so many. It tells at the end what was wrong anywhere: the top bit of
// a byte says so.
func fromDigits(dst []byte, digits string) ([]byte, error) {
	at, n := len(dst), len(digits)/2
	dst = append(dst, digits...) // what they stand for overwrites them
	in, out := dst[at:], dst[at:]
	var bad, wrong uint64
	for len(in) >= 8 {
		x := binary.LittleEndian.Uint64(in) ^ '0'*(lanes|lanes<<8)
		// Above 9 for what is no digit. A byte whose sum goes over into the next has its own top bit set.
		bad |= x | (x + 118*(lanes|lanes<<8))
		pairs := (x&(0xff*lanes))*10 + x>>8&(0xff*lanes)
		wrong |= pairs + (127-greatest)*lanes
		four := pairs + offset*lanes
		four = (four | four>>8) & 0x0000ffff0000ffff
		binary.LittleEndian.PutUint32(out, uint32(four|four>>16))
		in, out = in[8:], out[4:]
	}
	for len(in) >= 2 {
		tens, ones := in[0]-'0', in[1]-'0'
		bad |= uint64(tens | (tens + 118) | ones | (ones + 118))
		pair := tens*10 + ones
		wrong |= uint64(pair + 127 - greatest)
		out[0] = pair + offset
		in, out = in[2:], out[1:]
	}
	clear(dst[at+n:]) // a person's data, which the caller does not see
	dst = dst[:at+n]
	switch {
	case bad&(0x80*(lanes|lanes<<8)) != 0, len(digits)%2 != 0 && digits[len(digits)-1]-'0' > 9:
		return dst, &Error{StepNumeric, ErrDigits}
	case len(digits)%2 != 0:
		return dst, &Error{StepNumeric, ErrOdd}
	case wrong&(0x80*lanes) != 0:
		return dst, &Error{StepNumeric, ErrPair}
	}
	return dst, nil
}

// lanes is a one in each of four numbers of 16 bits.
const lanes = 0x0001000100010001

// Numeric returns a compact JWS as the text of a QR code: "shc:/" in a segment
// of bytes and the digits in a numeric one. A JWS of more than 1,195 characters
// does not fit the largest QR code that the framework allows (version 22).
func Numeric(jws string) (string, error) {
	out := make([]byte, 0, len(prefix)+2*len(jws))
	out = append(out, prefix...)
	for i := range len(jws) {
		c := jws[i]
		if c < offset || c > 'z' {
			return "", &Error{StepNumeric, ErrPair}
		}
		n := c - offset
		out = append(out, '0'+n/10, '0'+n%10)
	}
	return string(out), nil
}

// chunk is one of the QR codes of a card in several.
type chunk struct {
	number, of int
	digits     string
}

func readChunk(text string) (chunk, error) {
	var c chunk
	parts := strings.Split(strings.TrimPrefix(text, prefix), "/")
	if !strings.HasPrefix(text, prefix) || len(parts) != 3 {
		return chunk{}, &Error{StepText, ErrPrefix}
	}
	var ok, whole bool
	c.number, ok = count(parts[0])
	c.of, whole = count(parts[1])
	c.digits = parts[2]
	if !ok || !whole || c.number > c.of || c.digits == "" {
		return chunk{}, &Error{StepText, ErrPrefix}
	}
	return c, nil
}

// count reads a number from 1 to MaxChunks without leading zeros.
func count(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 1 && n <= MaxChunks && strconv.Itoa(n) == s
}

// Part says which of how many QR codes of a card a text is: 1, 1 for a card in
// one. It is false for a text that is no numeric card.
func Part(text string) (number, of int, ok bool) {
	text = strings.Trim(text, "\r\n")
	if body, found := strings.CutPrefix(text, prefix); found && !strings.Contains(body, "/") {
		return 1, 1, true
	}
	c, err := readChunk(text)
	return c.number, c.of, err == nil
}

// Join returns the one text of a card that came in several QR codes, in any
// order. A code scanned twice is one. The error is an [*Error]: ErrMissing
// where codes are still to come, ErrMixed where they are of different cards.
func Join(texts []string) (string, error) {
	if len(texts) == 0 {
		return "", &Error{StepText, ErrMissing}
	}
	if len(texts) == 1 && !strings.Contains(strings.TrimPrefix(texts[0], prefix), "/") {
		return texts[0], nil
	}
	var parts [MaxChunks]string
	of, have, size := 0, 0, 0
	for _, text := range texts {
		c, err := readChunk(strings.Trim(text, "\r\n"))
		if err != nil {
			return "", err
		}
		if of == 0 {
			of = c.of
		}
		seen := parts[c.number-1]
		if c.of != of || seen != "" && seen != c.digits {
			return "", &Error{StepText, ErrMixed}
		}
		if seen == "" {
			parts[c.number-1] = c.digits
			have++
			size += len(c.digits)
		}
	}
	switch {
	case have < of:
		return "", &Error{StepText, ErrMissing}
	case size > MaxText-len(prefix):
		return "", &Error{StepText, ErrTooLong}
	}
	return prefix + strings.Join(parts[:of], ""), nil
}

// Cards returns the compact JWS of each card of a file
// {"verifiableCredential":[...]} (.smart-health-card). The error is an [*Error].
func Cards(file string) ([]string, error) {
	if len(file) > MaxText {
		return nil, &Error{StepText, ErrTooLong}
	}
	v, err := jcs.Parse(file)
	if err != nil {
		return nil, &Error{StepText, err}
	}
	list := v.Get("verifiableCredential")
	var out []string
	for _, item := range list.Items {
		s, ok := item.Text()
		if !ok || len(out) == MaxCards {
			return nil, &Error{StepText, ErrFile}
		}
		if strings.ContainsAny(s, " \t\r\n") {
			return nil, &Error{StepText, ErrSpace}
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return nil, &Error{StepText, ErrFile}
	}
	return out, nil
}

// File returns a file of cards, each a compact JWS.
func File(cards ...string) []byte {
	out := []byte(`{"verifiableCredential":[`)
	for i, c := range cards {
		if i > 0 {
			out = append(out, ',')
		}
		out = jcs.AppendString(out, c)
	}
	return append(out, "]}\n"...)
}
