package access

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Work is what Argon2id spends on a passphrase (RFC 9106). The zero Work is the
// second recommendation of its section 4: 64 MiB, three passes, four lanes.
type Work struct {
	Memory uint32 // KiB
	Passes uint32
	Lanes  uint8
}

const (
	leastLetters  = 10
	leastDistinct = 5
	maxPassphrase = 1024 // bytes
	saltLength    = 16
	tagLength     = 32
	mostMemory    = 1 << 20 // KiB
	mostPasses    = 16
	mostLanes     = 16
)

// ErrPassphrase means that a passphrase is not one to be used.
var ErrPassphrase = fmt.Errorf("a passphrase has %d letters at least, %d of them different, and is not the name of the account", leastLetters, leastDistinct)

// checkPassphrase refuses what would be guessed first.
func checkPassphrase(passphrase, name string) error {
	distinct := map[rune]bool{}
	for _, r := range passphrase {
		distinct[r] = true
	}
	if len(passphrase) > maxPassphrase || !utf8.ValidString(passphrase) || utf8.RuneCountInString(passphrase) < leastLetters ||
		len(distinct) < leastDistinct || len(name) >= leastLetters/2 && strings.Contains(strings.ToLower(passphrase), name) {
		return ErrPassphrase
	}
	return nil
}

// stretched is what is kept of a passphrase.
type stretched struct {
	Work
	salt, tag []byte
}

// String is the form of the reference implementation of Argon2 ("PHC string").
func (s stretched) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, s.Memory, s.Passes, s.Lanes, b64.EncodeToString(s.salt), b64.EncodeToString(s.tag))
}

var b64 = base64.RawStdEncoding.Strict()

// parseStretched reads that form, with limits that no forged record can make a
// computer work beyond.
func parseStretched(text string) (stretched, error) {
	var s stretched
	var salt, tag string
	var version int
	f := strings.Split(text, "$")
	if len(f) == 6 && len(text) < 200 {
		salt, tag = f[4], f[5]
		fmt.Sscanf(f[2]+" "+f[3], "v=%d m=%d,t=%d,p=%d", &version, &s.Memory, &s.Passes, &s.Lanes)
	}
	s.salt, _ = b64.DecodeString(salt)
	s.tag, _ = b64.DecodeString(tag)
	ok := s.Passes >= 1 && s.Passes <= mostPasses && s.Lanes >= 1 && s.Lanes <= mostLanes &&
		s.Memory >= 8*uint32(s.Lanes) && s.Memory <= mostMemory && len(s.salt) == saltLength && len(s.tag) == tagLength
	if !ok || s.String() != text {
		return stretched{}, errors.New("not a passphrase as this program keeps it")
	}
	return s, nil
}

// stretch computes the tag of a passphrase. The salt and the work are those of s.
func (g *Gate) stretch(ctx context.Context, s stretched, passphrase string) ([]byte, error) {
	select {
	case g.slots <- struct{}{}:
		defer func() { <-g.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	// The pepper: a stolen copy of the records alone gives nothing to try out.
	peppered := g.mac("passphrase", norm.NFKC.String(passphrase))
	return argon2.IDKey(peppered, s.salt, s.Passes, s.Memory, s.Lanes, tagLength), nil
}

// keep makes what is kept of a new passphrase.
func (g *Gate) keep(ctx context.Context, passphrase string) (string, error) {
	s := stretched{Work: g.o.Work, salt: make([]byte, saltLength)}
	if _, err := io.ReadFull(g.o.Random, s.salt); err != nil {
		return "", err
	}
	var err error
	if s.tag, err = g.stretch(ctx, s, passphrase); err != nil {
		return "", err
	}
	return s.String(), nil
}

// right reports whether a passphrase is the one kept. It works as long where
// none is kept, or what is kept cannot be read.
func (g *Gate) right(ctx context.Context, kept, passphrase string) (bool, error) {
	s, err := parseStretched(kept)
	known := err == nil
	if !known {
		s = stretched{Work: g.o.Work, salt: make([]byte, saltLength), tag: make([]byte, tagLength)}
	}
	if len(passphrase) > maxPassphrase {
		passphrase, known = "", false
	}
	tag, err := g.stretch(ctx, s, passphrase)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(tag, s.tag) == 1 && known, nil
}
