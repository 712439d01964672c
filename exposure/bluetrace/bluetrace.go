// Package bluetrace answers one question: whose phone was near that of somebody
// who fell ill, as the one authority can tell that gave both phones what they
// sent? It is the authority's side of BlueTrace, the protocol of Singapore's
// TraceTogether and, with its own seal, of Australia's COVIDSafe.
//
//	keys, err := bluetrace.NewKeys("SG_MOH", key, old...)        // the authority's secrets
//	ids, err := keys.Batch(uid, now, 100, 15*time.Minute, rand)  // what a phone will send
//	up, found, err := bluetrace.ParseUpload(file)                // what somebody ill uploads
//	uid, code, err := keys.OpenToken(up.Token, now)              // who they are
//	own, foreign := keys.Split(up.Records)                       // whose phones theirs met
//	met := keys.Open(own)                                        // users of this authority
//	sealed, err := bluetrace.Seal(foreign["AU_DTA"], theirKey)   // for the other one
//
// Here, other than with package gaen, an authority knows its users, and learns
// from an upload whom they met. What this package adds is that it learns nothing
// of another authority's users: their records leave it sealed, unread, and for
// that authority alone.
//
// # TempIDs
//
// What a phone sends for a while, instead of who it is (opentrace-cloud-functions,
// getTempIDs, CustomEncrypter):
//
//	TempID = base64( sealed 29 bytes | IV 16 bytes | tag 16 bytes )     ; 84 characters
//	sealed = AES-GCM with a nonce of 16 bytes, of UID | begin | expiry
//	UID    = 21 bytes, in base64 the 28 characters of an account
//	begin, expiry = int32, seconds since 1970, most significant byte first
//
// A key has 16, 24 or 32 bytes; the reference advises 32. The first key of an
// authority issues, all of them open. The first TempID of a batch begins a
// minute early.
//
// # Tokens
//
// Who uploads proves with a token who they are and that a health official gave
// them a code: the same seal over {"uid", "createdAt", "upload"} in JSON, with
// seconds that may have a fraction and a code of six characters, for
// [TokenLife]. (How the phone and the caller recognize each other is left to the
// authority; the first characters of an account's number, which the reference
// uses, must not be.)
//
// # Messages and uploads
//
// Two phones exchange one message each, in JSON without white space:
//
//	{"v":2,"id":TempID,"o":organisation,"mp":model}            ; read from the peripheral
//	{"v":2,"id":TempID,"o":organisation,"mc":model,"rs":dBm}   ; written by the central
//
// An upload is {"token", "records": [record], "events": [...]} with
//
//	record = { "timestamp", "msg": TempID, "org", "modelC", "modelP", "rssi", ? "txPower" }
//
// A time above 10^10 is in milliseconds, as the reference has it. Unknown members
// are skipped; a record that cannot be read is a [Finding], and the others survive.
//
// Each record of one's own organisation is opened, or has a [Reason] by which it
// is not: those of the reference. A record of another organisation is
// [Foreign], and nothing else about it is known.
//
// # Records for another authority
//
// [Seal] makes of records of one organisation a message for the authority that
// issued their TempIDs: HPKE (RFC 9180), mode base, single shot, HKDF-SHA256,
// AES-256-GCM, info "pratique-encounters/1.0 " and the organisation. What is sealed
// is {"records": [record]}, sorted by TempID and time so that the order in which
// they were met does not show, and spaces up to a multiple of 1024 bytes so that
// their number hardly does. It says nothing of who uploaded them. That authority
// learns when its own users were near somebody ill who uses the other system, how
// near, and the models of both phones: what it needs to reckon a distance, and no
// more. It answers, if at all, with a [Count].
//
// # COVIDSafe
//
// Here phones seal what they exchange for the server (AU-COVIDSafe/mobile-android,
// Encryption):
//
//	blob   = base64( ephemeral key 33 bytes | nonce 2 bytes | ciphertext | MAC 16 bytes )
//	secret = SHA-256(ECDH on P-256), 16 bytes for AES-128 and 16 for HMAC-SHA256
//	ciphertext = AES-CBC, PKCS #7, IV = AES(nonce | 14 * %x0E)
//	MAC    = the first 16 bytes of HMAC(ephemeral key | nonce | ciphertext)
//
// Line ends within the base64 are skipped, as Android's encoder writes them. The
// same ephemeral key serves for some minutes, with a nonce of two bytes: two
// blobs of one key with one nonce show where their texts begin alike, to whoever
// holds them. That is so in the protocol; blobs made here have each their own key.
//
// An upload is {"records": [{ "timestamp", "org", "localBlob", "remoteBlob", ... }]}: the
// remote blob holds { "timestamp", "modelC" / "modelP", "rssi", "txPower", "msg" }, the local
// one what the uploader's own phone added. Even strength and models are for the
// server alone, so a bridge for COVIDSafe stands there. What a phone of another
// system sent stands in place of the remote blob as that system made it.
//
// # Limits
//
// An upload has at most [MaxUpload] bytes and [MaxRecords] records, a message
// [MaxMessage] bytes. No error repeats a TempID, an account or a code.
package bluetrace

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// Limits.
const (
	MaxUpload  = 32 << 20 // bytes
	MaxRecords = 200_000
	MaxMessage = 4096           // bytes: a Bluetooth message, a blob, a token
	MaxBatch   = 1000           // TempIDs
	maxOrg     = 32             // bytes
	maxModel   = 128            // bytes
	maxRecord  = 4 * MaxMessage // bytes of a record
)

var (
	// ErrKeys means that an authority's name or keys cannot be such.
	ErrKeys = errors.New("not the keys of an organisation")
	// ErrUID means that an account is not 21 bytes, or 28 characters of base64.
	ErrUID = errors.New("not the number of an account")
	// ErrTempID means that a text is no TempID of this authority.
	ErrTempID = errors.New("not a TempID of this organisation")
	// ErrTime means that a time is not within what 32 bits hold, or ends before it begins.
	ErrTime = errors.New("not a time that a TempID can have")
)

const (
	uidSize   = 21
	plainSize = uidSize + 4 + 4
	ivSize    = 16
	tagSize   = 16
	early     = time.Minute // by which the first TempID of a batch begins
)

// UID is the number of an account, which only its authority ever sees.
type UID [uidSize]byte

// ParseUID reads an account as the authority's other systems write it.
func ParseUID(s string) (UID, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != uidSize {
		return UID{}, ErrUID
	}
	return UID(b), nil
}

// String returns the account as its authority's other systems write it.
func (u UID) String() string { return base64.StdEncoding.EncodeToString(u[:]) }

// Keys are the secrets of an authority. The zero Keys open nothing.
type Keys struct {
	org  string
	aead []cipher.AEAD // the first issues
}

// NewKeys makes the keys of an organisation, such as SG_MOH: the one that issues,
// and older ones that still open.
func NewKeys(org string, key []byte, older ...[]byte) (*Keys, error) {
	if !IsOrg(org) {
		return nil, fmt.Errorf("%w: its name is not 1 to %d capitals, digits and _", ErrKeys, maxOrg)
	}
	k := &Keys{org: org}
	for _, secret := range append([][]byte{key}, older...) {
		block, err := aes.NewCipher(secret)
		if err != nil {
			return nil, fmt.Errorf("%w: one is not of 16, 24 or 32 bytes", ErrKeys)
		}
		a, err := cipher.NewGCMWithNonceSize(block, ivSize)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKeys, err)
		}
		k.aead = append(k.aead, a)
	}
	return k, nil
}

// IsOrg reports whether a text can be the name of an organisation.
func IsOrg(s string) bool {
	return s != "" && len(s) <= maxOrg && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// seal returns base64 of the sealed text, the IV and the tag.
func (k *Keys) seal(plain []byte, rand io.Reader) (string, error) {
	if len(k.aead) == 0 {
		return "", ErrKeys
	}
	var iv [ivSize]byte
	if _, err := io.ReadFull(rand, iv[:]); err != nil {
		return "", fmt.Errorf("reading random bytes: %w", err)
	}
	b := k.aead[0].Seal(nil, iv[:], plain, nil)
	tag := len(b) - tagSize
	return base64.StdEncoding.EncodeToString(append(append(b[:tag:tag], iv[:]...), b[tag:]...)), nil
}

// open is the inverse of seal, with whichever key.
func (k *Keys) open(text string) ([]byte, bool) {
	if len(text) > MaxMessage || strings.ContainsAny(text, "\r\n") {
		return nil, false
	}
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(b) < ivSize+tagSize {
		return nil, false
	}
	n := len(b) - ivSize - tagSize
	iv, sealed := b[n:n+ivSize], append(b[:n:n], b[n+ivSize:]...)
	for _, a := range k.aead {
		if plain, err := a.Open(nil, iv, sealed, nil); err == nil {
			return plain, true
		}
	}
	return nil, false
}

// TempID is what a phone sends between two moments. Its other fields are the authority's.
type TempID struct {
	Text        string
	UID         UID
	From, Until time.Time
}

// Issue makes a TempID.
func (k *Keys) Issue(uid UID, from, until time.Time, rand io.Reader) (TempID, error) {
	begin, end := from.Unix(), until.Unix()
	if begin < 0 || end > math.MaxInt32 || begin >= end {
		return TempID{}, ErrTime
	}
	plain := append(make([]byte, 0, plainSize), uid[:]...)
	plain = binary.BigEndian.AppendUint32(plain, uint32(begin))
	plain = binary.BigEndian.AppendUint32(plain, uint32(end))
	text, err := k.seal(plain, rand)
	if err != nil {
		return TempID{}, fmt.Errorf("issuing TempID: %w", err)
	}
	return TempID{text, uid, time.Unix(begin, 0).UTC(), time.Unix(end, 0).UTC()}, nil
}

// Batch makes the TempIDs of a phone, one after the other, each for as long.
func (k *Keys) Batch(uid UID, now time.Time, n int, life time.Duration, rand io.Reader) ([]TempID, error) {
	if n < 1 || n > MaxBatch || life < time.Second {
		return nil, fmt.Errorf("issuing TempIDs: 1 to %d, each for a second or more", MaxBatch)
	}
	out := make([]TempID, n)
	for i := range out {
		from := now.Add(time.Duration(i)*life - early)
		var err error
		if out[i], err = k.Issue(uid, from, from.Add(life), rand); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// OpenTempID says whose a TempID is, and when it may be sent.
func (k *Keys) OpenTempID(text string) (TempID, error) {
	plain, ok := k.open(text)
	if !ok || len(plain) != plainSize {
		return TempID{}, ErrTempID
	}
	begin, end := int32(binary.BigEndian.Uint32(plain[uidSize:])), int32(binary.BigEndian.Uint32(plain[uidSize+4:]))
	return TempID{text, UID(plain[:uidSize]), time.Unix(int64(begin), 0).UTC(), time.Unix(int64(end), 0).UTC()}, nil
}
