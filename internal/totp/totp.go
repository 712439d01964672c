// Package totp answers one question: which digits does an authenticator show at
// this moment?
//
// It is the time-based one-time password of RFC 6238 on the HOTP of RFC 4226,
// with the parameters that every authenticator takes: SHA-1, six digits, steps
// of 30 seconds from 1970. SHA-1 stands in an HMAC here, where its collisions
// are no weakness (RFC 6238 section 1.2, RFC 6194 section 3.3). A [Secret] of
// another hash or length than its creator's is for [Secret.Digits], which takes
// both.
//
// [Secret.Match] says in which step a code is right, one step before and after
// the present one included (section 5.2). Whoever asks must keep the step and
// refuse a step that is not later than the last one: a code is good once.
//
// # Text
//
// [Secret.URI] is what authenticators read from a QR picture, the form of
// Google's "Key URI Format", and [Parse] reads the same form back:
//
//	uri = "otpauth://totp/" label "?secret=" base32 "&issuer=" issuer
//	label = issuer ":" account, both percent-encoded
//
// Parse also takes the parameters algorithm=SHA1, digits=6 and period=30 once
// each, in any order, which say nothing new; anything else is refused. What it
// reads, [Key.String] writes in the one canonical form.
package totp

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"hash"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// Period is the length of a step.
	Period = 30 * time.Second
	// Length is how many digits a code has.
	Length = 6
	// MaxURI is the length of the longest text that Parse reads, in bytes.
	MaxURI = 1024

	size     = 20 // of a new secret: as long as the hash (RFC 4226 section 4, R6)
	leastKey = 16
	mostKey  = 64
	maxName  = 64
)

// ErrURI means that a text is not the address of a secret.
var ErrURI = errors.New("not an otpauth address of a time-based code with SHA1, 6 digits and 30 seconds")

// Secret is what an authenticator and we share. The zero Secret matches nothing.
type Secret []byte

// New makes a secret of a source of random bytes.
func New(random io.Reader) (Secret, error) {
	s := make(Secret, size)
	if _, err := io.ReadFull(random, s); err != nil {
		return nil, err
	}
	return s, nil
}

// Step is the number of the step of a moment.
func Step(at time.Time) int64 { return at.Unix() / int64(Period/time.Second) }

// At is the code of a moment.
func (s Secret) At(at time.Time) string { return s.Digits(Step(at), Length, sha1.New) }

// Digits is the code of a step, with another number of digits, up to nine, or
// another hash (RFC 4226 section 5.3).
func (s Secret) Digits(step int64, digits int, h func() hash.Hash) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	m := hmac.New(h, s)
	m.Write(counter[:])
	sum := m.Sum(nil)
	at := sum[len(sum)-1] & 15
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	power := uint32(1)
	for range digits {
		power *= 10
	}
	text := strconv.FormatUint(uint64(n%power), 10)
	return strings.Repeat("0", digits-len(text)) + text
}

// Match returns the step in which a code is right at a moment, among the present
// one, the one before and the one after, which must be later than the last used.
// It takes the same time for every code of the right length.
func (s Secret) Match(code string, at time.Time, last int64) (step int64, ok bool) {
	if len(s) < leastKey || len(code) != Length {
		return 0, false
	}
	now := Step(at)
	for _, n := range []int64{now - 1, now, now + 1} {
		same := subtle.ConstantTimeCompare([]byte(s.Digits(n, Length, sha1.New)), []byte(code)) == 1
		if same && n > last && !ok {
			step, ok = n, true
		}
	}
	return step, ok
}

// Key is a secret with the names under which an authenticator shows it.
type Key struct {
	Issuer, Account string // up to 64 bytes each, without a colon
	Secret          Secret
}

// URI is the address of the secret for an authenticator.
func (s Secret) URI(issuer, account string) string {
	return Key{issuer, account, s}.String()
}

// String is the address in its canonical form.
func (k Key) String() string {
	issuer := escape(k.Issuer)
	return "otpauth://totp/" + issuer + ":" + escape(k.Account) + "?secret=" + k.Secret.String() + "&issuer=" + issuer
}

// escape leaves only what RFC 3986 calls unreserved, so that it can stand in the
// path and in the query.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// Parse reads the address of a secret.
func Parse(uri string) (Key, error) {
	rest, ok := strings.CutPrefix(uri, "otpauth://totp/")
	label, query, both := strings.Cut(rest, "?")
	if !ok || !both || len(uri) > MaxURI || strings.ContainsAny(uri, "#+") {
		return Key{}, ErrURI
	}
	issuer, account, both := strings.Cut(label, ":")
	if !both {
		return Key{}, ErrURI
	}
	var k Key
	var err error
	if k.Issuer, err = url.PathUnescape(issuer); err != nil || !isName(k.Issuer) {
		return Key{}, ErrURI
	}
	if k.Account, err = url.PathUnescape(account); err != nil || !isName(k.Account) {
		return Key{}, ErrURI
	}
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if seen[name] || !k.take(name, value) {
			return Key{}, ErrURI
		}
		seen[name] = true
	}
	if !seen["secret"] {
		return Key{}, ErrURI
	}
	return k, nil
}

// take takes a parameter.
func (k *Key) take(name, value string) bool {
	switch name {
	case "secret":
		s, err := ParseSecret(value)
		k.Secret = s
		return err == nil
	case "issuer":
		v, err := url.PathUnescape(value)
		return err == nil && v == k.Issuer
	case "algorithm":
		return value == "SHA1"
	case "digits":
		return value == "6"
	case "period":
		return value == "30"
	}
	return false
}

// ParseSecret reads a secret in base32 without padding (RFC 4648), in capitals:
// 16 to 64 bytes, and no bits that mean nothing.
func ParseSecret(text string) (Secret, error) {
	s, err := alphabet.DecodeString(text)
	if err != nil || len(s) < leastKey || len(s) > mostKey || alphabet.EncodeToString(s) != text {
		return nil, errors.New("not a secret of 16 to 64 bytes in base32")
	}
	return s, nil
}

// String is the secret in base32, for somebody who types it.
func (s Secret) String() string { return alphabet.EncodeToString(s) }

var alphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

func isName(s string) bool {
	return s != "" && len(s) <= maxName && !strings.ContainsRune(s, ':') && strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) < 0
}
