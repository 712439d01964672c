package tlog

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
)

// Algorithm is the type of a signature (c2sp.org/signed-note, signature types).
// A key of another type than these two can be written down; it never counts.
type Algorithm byte

// The algorithms of this build.
const (
	LogEd25519     Algorithm = 0x01 // a log's signature over the checkpoint
	WitnessEd25519 Algorithm = 0x04 // a witness's, over the checkpoint and the time
)

// Key is the public key of a log or a witness with its name. The zero Key
// verifies nothing.
type Key struct {
	Name      string
	Algorithm Algorithm
	Public    []byte
}

// NewKey names the public key of a log or witness.
func NewKey(name string, a Algorithm, public crypto.PublicKey) (Key, error) {
	ed, ok := public.(ed25519.PublicKey)
	switch {
	case !ok || len(ed) != ed25519.PublicKeySize || a != LogEd25519 && a != WitnessEd25519:
		return Key{}, errors.New("naming key: logs and witnesses sign with Ed25519")
	case !isName(name):
		return Key{}, errors.New("naming key: a name has no spaces and no plus sign")
	}
	return Key{name, a, ed}, nil
}

// ParseKey reads a verifier key: name+hash+base64.
func ParseKey(text string) (Key, error) {
	name, rest, _ := strings.Cut(text, "+")
	id, encoded, _ := strings.Cut(rest, "+")
	b, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(b) < 2 || !isName(name) || len(text) > 4096 || strings.ContainsAny(encoded, "\r\n") {
		return Key{}, fmt.Errorf("reading key: %w: not of the form name+hash+base64", ErrFormat)
	}
	k := Key{name, Algorithm(b[0]), b[1:]}
	if (k.Algorithm == LogEd25519 || k.Algorithm == WitnessEd25519) && len(k.Public) != ed25519.PublicKeySize {
		return Key{}, fmt.Errorf("reading key: %w: not of 32 bytes", ErrFormat)
	}
	if fmt.Sprintf("%08x", k.ID()) != id {
		return Key{}, fmt.Errorf("reading key: %w: the hash is not that of the name and the key", ErrFormat)
	}
	return k, nil
}

// String writes the verifier key.
func (k Key) String() string {
	return fmt.Sprintf("%s+%08x+%s", k.Name, k.ID(), base64.StdEncoding.EncodeToString(append([]byte{byte(k.Algorithm)}, k.Public...)))
}

// ID is the short identifier that stands in signatures. Who wants to can make
// another key with the same one: it proves nothing.
func (k Key) ID() uint32 {
	h := sha256.New()
	h.Write([]byte(k.Name + "\n"))
	h.Write([]byte{byte(k.Algorithm)})
	h.Write(k.Public)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

func isName(s string) bool {
	return s != "" && utf8.ValidString(s) && !strings.Contains(s, "+") && strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r < 0x20 }) < 0
}

// verifier is a key as package note asks for it.
type verifier struct {
	key  Key
	when *int64 // of a cosignature that verifies, the time that it states
}

func (v verifier) Name() string    { return v.key.Name }
func (v verifier) KeyHash() uint32 { return v.key.ID() }

func (v verifier) Verify(msg, sig []byte) bool {
	if len(v.key.Public) != ed25519.PublicKeySize {
		return false
	}
	switch v.key.Algorithm {
	case LogEd25519:
		return ed25519.Verify(v.key.Public, msg, sig)
	case WitnessEd25519:
		if len(sig) != 8+ed25519.SignatureSize {
			return false
		}
		at := binary.BigEndian.Uint64(sig)
		if at > 1<<63-1 || !ed25519.Verify(v.key.Public, cosigned(int64(at), msg), sig[8:]) {
			return false
		}
		*v.when = int64(at)
		return true
	}
	return false
}

// cosigned is what a witness signs.
func cosigned(at int64, checkpoint []byte) []byte {
	return append([]byte("cosignature/v1\ntime "+strconv.FormatInt(at, 10)+"\n"), checkpoint...)
}

// signer signs notes with a key of a log or, with a time, of a witness.
type signer struct {
	key  Key
	at   int64
	with crypto.Signer
}

func (s signer) Name() string    { return s.key.Name }
func (s signer) KeyHash() uint32 { return s.key.ID() }

func (s signer) Sign(msg []byte) ([]byte, error) {
	if s.key.Algorithm == LogEd25519 {
		return s.with.Sign(nil, msg, crypto.Hash(0))
	}
	sig, err := s.with.Sign(nil, cosigned(s.at, msg), crypto.Hash(0))
	if err != nil {
		return nil, err
	}
	return append(binary.BigEndian.AppendUint64(nil, uint64(s.at)), sig...), nil
}

// Sign returns the checkpoint as a note that the log of that origin has signed.
// The signer's key is an Ed25519 one; a token that holds it will do.
func Sign(c Checkpoint, log crypto.Signer) ([]byte, error) {
	if _, err := ParseCheckpoint(c.String()); err != nil {
		return nil, fmt.Errorf("signing checkpoint: %w", err)
	}
	k, err := NewKey(c.Origin, LogEd25519, log.Public())
	if err != nil {
		return nil, fmt.Errorf("signing checkpoint: %w", err)
	}
	b, err := note.Sign(&note.Note{Text: c.String()}, signer{key: k, with: log})
	if err != nil {
		return nil, fmt.Errorf("signing checkpoint: %w", err)
	}
	return b, nil
}

// Cosign returns the line that a witness of that name adds to a checkpoint. It
// says nothing of who else has signed, and must only be given for a checkpoint
// that follows all that the witness has cosigned before ([Checkpoint.Follows]).
func Cosign(c Checkpoint, name string, witness crypto.Signer, at time.Time) (string, error) {
	k, err := NewKey(name, WitnessEd25519, witness.Public())
	if err != nil {
		return "", fmt.Errorf("cosigning: %w", err)
	}
	if at.Unix() <= 0 {
		return "", errors.New("cosigning: no time")
	}
	text := c.String()
	if _, err := ParseCheckpoint(text); err != nil {
		return "", fmt.Errorf("cosigning: %w", err)
	}
	b, err := note.Sign(&note.Note{Text: text}, signer{k, at.Unix(), witness})
	if err != nil {
		return "", fmt.Errorf("cosigning: %w", err)
	}
	return string(b[len(text)+1:]), nil
}
