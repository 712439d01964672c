// Package cose answers one question: did this key sign these bytes, as a
// COSE_Sign1 message (RFC 9052 section 4.2) of a health certificate says?
//
// [Parse] takes a message apart, [Message.Verify] tries one public key, [Sign]
// makes a message. Which key may sign what is not asked here.
//
// # What is read
//
//   - The array of four, bare, in tag 18 (COSE_Sign1), or in tag 18 in tag 61
//     (CWT, RFC 8392): all three are in the field.
//   - Headers alg (1) and kid (4), protected or not; the protected one wins.
//     The unprotected alg is read because the field has messages with an empty
//     protected header (as a string of no bytes, or as a0): what a key may
//     verify is bound to its type, so that alg cannot be turned against it.
//     A kid of no bytes is none; one of more than 255 bytes is refused. Headers
//     that are not known are ignored, unless crit (2) lists them: then the
//     message is read, and does not verify ([ErrCritical]).
//   - What was signed is rebuilt from the bytes of the protected header and the
//     payload as received, never from what they mean.
//
// # Algorithms
//
// ES256 with P-256, ES384 with P-384, ES512 with P-521 (a curve goes with one
// algorithm), PS256, PS384 and PS512 with RSA of 2048 to 4096 bits, EdDSA with
// Ed25519. A key of another type than the algorithm wants did not sign.
//
// An ECDSA signature is r and s, each as wide as the curve (RFC 9053 section
// 2.1); any other length, ASN.1 among them, does not verify. Neither COSE nor
// the certificates demand a low s, so that (r, s) and (r, n-s) both verify:
// who remembers a signature must remember r alone (see format/hc1, Handle).
package cose

import (
	"crypto/sha256"
	"errors"
	"strconv"

	"github.com/pratique/pratique/internal/cbor"
)

// What can be wrong with a message. Texts that are not CBOR give a [*cbor.Error].
var (
	ErrTag      = errors.New("tagged as something else than a COSE_Sign1 message")
	ErrShape    = errors.New("not an array of protected header, header, payload and signature")
	ErrDetached = errors.New("the payload is not in the message")
	ErrHeader   = errors.New("a header of the wrong type or size")
)

// Alg is a signature algorithm by its number in the COSE registry. The zero
// Alg is none.
type Alg int64

// The algorithms that can be verified.
const (
	ES256 Alg = -7
	EdDSA Alg = -8
	ES384 Alg = -35
	ES512 Alg = -36
	PS256 Alg = -37
	PS384 Alg = -38
	PS512 Alg = -39
)

// String returns the name of an algorithm that can be verified, "alg -999" for
// one that cannot, and "none".
func (a Alg) String() string {
	switch a {
	case 0:
		return "none"
	case ES256:
		return "ES256"
	case ES384:
		return "ES384"
	case ES512:
		return "ES512"
	case PS256:
		return "PS256"
	case PS384:
		return "PS384"
	case PS512:
		return "PS512"
	case EdDSA:
		return "EdDSA"
	}
	return "alg " + strconv.FormatInt(int64(a), 10)
}

// Message is a COSE_Sign1 message. Its strings are pieces of the text parsed.
type Message struct {
	Alg       Alg
	KeyID     string // raw bytes; empty: the message names no key
	Protected string // the protected header, as received
	Payload   string
	Signature string
	Critical  bool // a header must be understood to verify the message, and is not known here
	// Hash is the SHA-256 of what was signed (the Sig_structure), which names
	// the message whatever its signature.
	Hash [sha256.Size]byte
}

// The tags and header labels that are read (RFC 9052 sections 2 and 3.1, RFC 8392).
const (
	tagSign1 = 18
	tagCWT   = 61

	labelAlg         = 1
	labelCritical    = 2
	labelContentType = 3
	labelKeyID       = 4

	maxKeyID = 255
)

// Parse takes a message apart. It does not verify.
func Parse(text string) (Message, error) {
	v, err := cbor.Read(text)
	if err != nil {
		return Message{}, err
	}
	if n, inner, ok := v.Tag(); ok && n == tagCWT {
		if inner.Kind() != cbor.Tag {
			return Message{}, ErrTag
		}
		v = inner
	}
	if n, inner, ok := v.Tag(); ok {
		if n != tagSign1 {
			return Message{}, ErrTag
		}
		v = inner
	}
	var m Message
	if err := m.fill(v); err != nil {
		return Message{}, err
	}
	var room [1024]byte
	m.Hash = sha256.Sum256(m.appendSigned(room[:0]))
	return m, nil
}

// fill reads the array of four.
func (m *Message) fill(v cbor.Value) error {
	var part [4]cbor.Value
	n := 0
	for i, item := range v.Items {
		if i < len(part) {
			part[i] = item
		}
		n++
	}
	if n != len(part) || part[1].Kind() != cbor.Map {
		return ErrShape
	}
	if part[2].Null() {
		return ErrDetached
	}
	var ok [3]bool
	m.Protected, ok[0] = part[0].Bytes()
	m.Payload, ok[1] = part[2].Bytes()
	m.Signature, ok[2] = part[3].Bytes()
	if !ok[0] || !ok[1] || !ok[2] {
		return ErrShape
	}
	return m.headers(part[1])
}

// headers reads both headers: the unprotected one first, so that the protected wins.
func (m *Message) headers(unprotected cbor.Value) error {
	var protected cbor.Value
	if m.Protected != "" {
		var err error
		if protected, err = cbor.Read(m.Protected); err != nil {
			return err
		}
		if protected.Kind() != cbor.Map {
			return ErrHeader
		}
	}
	if err := m.header(unprotected, false); err != nil {
		return err
	}
	return m.header(protected, true)
}

func (m *Message) header(h cbor.Value, protected bool) error {
	for k, v := range h.Pairs {
		if k.IsText {
			continue
		}
		switch k.Int {
		case labelAlg:
			n, ok := v.Int()
			if !ok && v.Kind() != cbor.Text {
				return ErrHeader
			}
			m.Alg = Alg(n) // a name instead of a number (RFC 9052 allows it) is of no algorithm known here
		case labelKeyID:
			id, ok := v.Bytes()
			if !ok || len(id) > maxKeyID {
				return ErrHeader
			}
			if id != "" {
				m.KeyID = id
			}
		case labelCritical:
			if !protected {
				return ErrHeader
			}
			var err error
			if m.Critical, err = critical(v, h); err != nil {
				return err
			}
		}
	}
	return nil
}

// critical reads a list of labels that must be understood (RFC 9052 section
// 3.1) and reports whether one of them is not. The list must not be empty, and
// each must be in the protected header h.
func critical(list, h cbor.Value) (unknown bool, err error) {
	n := 0
	for _, label := range list.Items {
		n++
		want, isInt := label.Int()
		name, isText := label.Text()
		if !isInt && !isText {
			return false, ErrHeader
		}
		present := false
		for k := range h.Pairs {
			present = present || k == cbor.Key{Text: name, Int: want, IsText: isText}
		}
		if !present {
			return false, ErrHeader
		}
		unknown = unknown || isText || want < labelAlg || want > labelKeyID
	}
	if n == 0 {
		return false, ErrHeader
	}
	return unknown, nil
}

// appendSigned appends the bytes that the signature is over: the Sig_structure
// of RFC 9052 section 4.4, with no external data.
func (m *Message) appendSigned(dst []byte) []byte {
	dst = cbor.AppendArray(dst, 4)
	dst = cbor.AppendText(dst, "Signature1")
	dst = append(cbor.AppendBytesHead(dst, len(m.Protected)), m.Protected...)
	dst = cbor.AppendBytesHead(dst, 0)
	return append(cbor.AppendBytesHead(dst, len(m.Payload)), m.Payload...)
}
