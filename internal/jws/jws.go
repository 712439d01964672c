// Package jws answers one question: what is in a compact JSON Web Signature
// (RFC 7515 section 7.1), and did an ECDSA key sign it (RFC 7518 section 3.4)?
//
// It is the part of JOSE that health codes need and no more: no key ever comes
// out of a header, no algorithm is chosen by one, and whoever reads a payload
// says first what a header must state.
//
// [Parse] is strict: three parts of base64url without padding, white space or
// bits that mean nothing, and a header that is a JSON object with no key twice
// (package jcs). A header of more than [MaxHeader] bytes is refused; the caller
// bounds the rest.
package jws

import (
	"bytes"
	"encoding/base64"
	"errors"

	"github.com/pratique/pratique/internal/jcs"
)

// MaxHeader is the length of the longest header, in bytes.
const MaxHeader = 2048

// What can be wrong with a text, beside what package jcs says of its header.
var (
	ErrParts  = errors.New("not three parts with dots between")
	ErrBase64 = errors.New("not base64url without padding")
	ErrHeader = errors.New("the header is too long or no JSON object")
)

// Message is a signature with what it signs. Nothing of it is verified.
type Message struct {
	Header    jcs.Value
	Signed    []byte // the first two parts as received: what is signed
	Payload   []byte
	Signature string // bytes
}

// Parse reads a text, of which Signed is a part.
func Parse(text []byte) (Message, error) { return new(Reader).Parse(text) }

// Reader reads one text after the other in the same memory, for who is done
// with a message when the next one comes. The zero Reader is ready.
type Reader struct {
	payload []byte
	json    jcs.Reader
}

// Forget keeps the memory, and nothing of the message.
func (r *Reader) Forget() {
	clear(r.payload)
	r.json.Forget()
}

// Parse is [Parse]. Header and Payload are lost with the next call of a method.
func (r *Reader) Parse(text []byte) (Message, error) {
	if bytes.Count(text, dot) != 2 {
		return Message{}, ErrParts
	}
	last := bytes.LastIndexByte(text, '.')
	first := bytes.IndexByte(text, '.')
	m := Message{Signed: text[:last]}
	var short, least [256]byte
	header, err := appendDecode(short[:0], text[:first])
	if err != nil {
		return Message{}, err
	}
	payload, err := appendDecode(r.payload[:0], text[first+1:last])
	if err != nil {
		return Message{}, err
	}
	r.payload, m.Payload = payload, payload
	signature, err := appendDecode(least[:0], text[last+1:])
	if err != nil {
		return Message{}, err
	}
	m.Signature = string(signature)
	if len(header) > MaxHeader {
		return Message{}, ErrHeader
	}
	if m.Header, err = r.json.Parse(string(header)); err != nil {
		return Message{}, err
	}
	if m.Header.Kind() != jcs.Object {
		return Message{}, ErrHeader
	}
	return m, nil
}

var dot = []byte{'.'}

// Decode decodes base64url without padding (RFC 7515 section 2), strictly: what
// it accepts, [Encode] gives back.
func Decode(s string) ([]byte, error) {
	var short [128]byte // for most, no other memory is needed
	return appendDecode(nil, append(short[:0], s...))
}

func appendDecode(dst, text []byte) ([]byte, error) {
	if bytes.IndexByte(text, '\r') >= 0 || bytes.IndexByte(text, '\n') >= 0 { // which package base64 skips
		return nil, ErrBase64
	}
	out, err := strict.AppendDecode(dst, text)
	if err != nil {
		return nil, ErrBase64
	}
	return out, nil
}

// Encode is the inverse of Decode.
func Encode(b []byte) string { return strict.EncodeToString(b) }

var strict = base64.RawURLEncoding.Strict()

// Make makes a compact text of a header, which is JSON, and a payload, and has
// sign sign it.
func Make(header string, payload []byte, sign func(signed []byte) ([]byte, error)) (string, error) {
	text := make([]byte, 0, (len(header)+len(payload))*4/3+96)
	text = strict.AppendEncode(text, []byte(header))
	text = append(text, '.')
	text = strict.AppendEncode(text, payload)
	sig, err := sign(text)
	if err != nil {
		return "", err
	}
	return string(strict.AppendEncode(append(text, '.'), sig)), nil
}
