package gaen

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"time"
)

// Numbers of the protocol.
const (
	KeySize         = 16             // bytes of a temporary exposure key
	MaxPeriod       = 144            // intervals for which a key is used, at most and mostly: a day
	Tolerance       = 12             // intervals by which two clocks may differ
	intervalSeconds = 600            //
	maxInterval     = 1<<31 - 1      // the field is an int32
	noInterval      = ^Interval(0)   // of nothing
	maxOnset        = 14             // days before or after onset that mean something to a phone
	prefix          = "EN-RPI"       // of what becomes an identifier
	blockSize       = aes.BlockSize  // of an identifier
	daySize         = MaxPeriod * 16 // bytes of the identifiers of a day
)

// Interval is ten minutes, counted from 1970-01-01T00:00:00Z (ENIntervalNumber).
type Interval uint32

// IntervalOf returns the interval that holds a moment. A moment before 1970 is
// in the first, and one after the year 2106 in the last of 32 bits of seconds.
func IntervalOf(t time.Time) Interval {
	return Interval(min(max(t.Unix(), 0), 1<<32-1) / intervalSeconds)
}

// Time returns the beginning of the interval.
func (i Interval) Time() time.Time { return time.Unix(int64(i)*intervalSeconds, 0).UTC() }

// Key is a temporary exposure key with what is said of it: 16 random bytes that
// a phone used for a day, or for less, to make the identifiers that it sent out.
type Key struct {
	Data   [KeySize]byte
	Start  Interval // when its use began
	Risk   int32    // transmission risk level: deprecated, by older servers
	Onset  int16    // days since the onset of symptoms, if HasOnset
	Period uint8    // intervals of its use, 1 to 144
	Report ReportType
	// Variant is of the virus (VariantOfConcern).
	Variant  uint8
	HasOnset bool
	stated   fields // which defaults are written although they need not be
}

// fields are the optional fields of a key that stood in a message.
type fields uint8

const (
	statedRisk fields = 1 << iota
	statedPeriod
	statedReport
	statedVariant
)

// End returns the first interval in which the key is no longer used.
func (k Key) End() Interval { return k.Start + Interval(k.Period) }

// Dead returns the moment from which nobody can use the key any more to be
// taken for its owner: the end of its use, and the two hours by which clocks may
// differ. Until then it is not for anybody's eyes.
func (k Key) Dead() time.Time { return (k.End() + Tolerance).Time() }

// Identifier is a rolling proximity identifier: what a phone sent for ten minutes.
type Identifier [16]byte

// Metadata is the associated encrypted metadata that was sent beside it.
type Metadata [4]byte

// IdentifierKey returns the rolling proximity identifier key.
func (k Key) IdentifierKey() [16]byte { return derive(&k.Data, "EN-RPIK") }

// MetadataKey returns the associated encrypted metadata key.
func (k Key) MetadataKey() [16]byte { return derive(&k.Data, "EN-AEMK") }

// Identifiers returns the identifiers of the key, in the order of its intervals.
func (k Key) Identifiers() []Identifier {
	block := schedule(k.IdentifierKey())
	out := make([]Identifier, min(k.Period, MaxPeriod))
	var in [blockSize]byte
	copy(in[:], prefix)
	for i := range out {
		binary.LittleEndian.PutUint32(in[12:], uint32(k.Start)+uint32(i))
		block.Encrypt(out[i][:], in[:])
	}
	return out
}

// Seal encrypts metadata, or decrypts it, which is the same: nothing about it
// is authenticated, so that who relays an identifier can change a bit of it and
// with it the power that is stated.
func (k Key) Seal(id Identifier, m Metadata) Metadata {
	return decrypt(schedule(k.MetadataKey()), id, m)
}

// decrypt applies the first bytes of the key stream (AES-CTR) of an identifier.
func decrypt(b cipher.Block, id Identifier, m Metadata) Metadata {
	b.Encrypt(id[:], id[:])
	for i := range m {
		m[i] ^= id[i]
	}
	return m
}

// schedule expands a key of 16 bytes.
func schedule(key [16]byte) cipher.Block {
	b, err := aes.NewCipher(key[:])
	if err != nil {
		panic("gaen: " + err.Error()) // 16 bytes are a key
	}
	return b
}

// derive is HKDF with SHA-256 (RFC 5869), no salt, and 16 bytes of output, as
// four plain hashes: a general one costs more than what is done with its output.
func derive(data *[KeySize]byte, info string) [16]byte {
	var m hmac
	m.key(nil)
	random := m.sum(copy(m.inner[sha256.BlockSize:], data[:]))
	m.key(random[:])
	n := copy(m.inner[sha256.BlockSize:], info)
	m.inner[sha256.BlockSize+n] = 1
	out := m.sum(n + 1)
	return [16]byte(out[:16])
}

// hmac is HMAC with SHA-256 (RFC 2104) of a key of at most a hash, and of a text
// of at most a hash, which the caller puts behind the first block of inner.
type hmac struct {
	inner, outer [sha256.BlockSize + sha256.Size]byte
}

const (
	ipad = "66666666666666666666666666666666" // 0x36, 32 times
	opad = `\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\` // 0x5c, 32 times
)

func (m *hmac) key(k []byte) {
	copy(m.inner[:], ipad+ipad)
	copy(m.outer[:], opad+opad)
	subtle.XORBytes(m.inner[:], m.inner[:], k)
	subtle.XORBytes(m.outer[:], m.outer[:], k)
}

func (m *hmac) sum(n int) [sha256.Size]byte {
	sum := sha256.Sum256(m.inner[:sha256.BlockSize+n])
	copy(m.outer[sha256.BlockSize:], sum[:])
	return sha256.Sum256(m.outer[:])
}

// Sender is what metadata says of the phone that sent it.
type Sender struct {
	Major, Minor int // of the protocol: 1.0 or 1.1
	Confidence   int // in the calibration of its power, 0 to 3
	Power        int // with which it sent, in dBm
}

// Sender returns what decrypted metadata says.
func (m Metadata) Sender() Sender {
	return Sender{Major: int(m[0] >> 6), Minor: int(m[0] >> 4 & 3), Confidence: int(m[0] >> 2 & 3), Power: int(int8(m[1]))}
}

// Metadata returns what a phone encrypts. Numbers beyond their bits are cut.
func (s Sender) Metadata() Metadata {
	return Metadata{byte(s.Major)<<6 | byte(s.Minor)&3<<4 | byte(s.Confidence)&3<<2, byte(int8(s.Power))}
}
