// Package protowire answers one question: which fields stand in a small
// Protocol Buffers message, in what order, and how is one written?
//
// It is the wire format alone (Protocol Buffers documentation, "Encoding"): a
// message is a list of fields, each a number, a wire type and a value. What a
// number means is for the caller; so are presence, repetition and the limits of
// a message, whose bytes are at hand and bound all that is read.
//
//	m := protowire.Message(b)
//	for {
//		f, ok := m.Next()
//		if !ok {
//			break
//		}
//		switch f.Number {
//		case 1:
//			name = string(m.Bytes(f))
//		}
//	}
//	if err := m.Err(); err != nil { ... }
//
// # What is read
//
// Varints of at most 10 bytes, 64 and 32 bits, and bytes with a length. Groups
// (deprecated, in none of the formats here) are refused, as are the field number
// 0, one above 2^29-1, a varint beyond 64 bits and whatever runs over the end.
// A varint with more bytes than it needs is read, as every reader of this format
// reads it; who needs to know whether the bytes are the ones that would be
// written compares them.
//
// # Types
//
// A field that has another wire type than its message says is an error of the
// whole message: [Reader.Int] and the others note it, and [Reader.Err] tells.
// (Official readers treat it as unknown; no issuer is known to write such a
// field, and a key that lost its number in silence would be another key.)
//
// # What is written
//
// The Append functions write a field with the shortest varints. Fields that are
// absent are not written: whether 0 is written is for the caller to say.
package protowire

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// What can be wrong with a message.
var (
	ErrTruncated = errors.New("the message ends within a field")
	ErrField     = errors.New("a field of a number or a type that there is not")
	ErrType      = errors.New("a field of another type than its number says")
	ErrRange     = errors.New("a number that its field cannot hold")
)

// Type is a wire type.
type Type uint8

// The wire types. 3 and 4 began and ended groups.
const (
	Varint  Type = 0
	Fixed64 Type = 1
	Bytes   Type = 2
	Fixed32 Type = 5
)

// Field is one field of a message.
type Field struct {
	Number int
	Type   Type
	Value  uint64 // of types Varint, Fixed64 and Fixed32
	Bytes  []byte // of type Bytes: a part of the message
}

// Reader reads the fields of a message, one after the other.
type Reader struct {
	rest []byte
	err  error
}

// Message returns a reader of a message.
func Message(b []byte) Reader { return Reader{rest: b} }

// Err returns what was wrong, once Next has returned false.
func (r *Reader) Err() error { return r.err }

// Left returns how many bytes are still to be read.
func (r *Reader) Left() int { return len(r.rest) }

// Next returns the next field, or false at the end and at the first error.
func (r *Reader) Next() (Field, bool) {
	if r.err != nil || len(r.rest) == 0 {
		return Field{}, false
	}
	tag := r.varint()
	f := Field{Number: int(tag >> 3), Type: Type(tag & 7)}
	if r.err == nil && (tag>>3 == 0 || tag>>3 > 1<<29-1) {
		r.err = ErrField
	}
	switch f.Type {
	case Varint:
		f.Value = r.varint()
	case Fixed64:
		if b := r.take(8); b != nil {
			f.Value = binary.LittleEndian.Uint64(b)
		}
	case Fixed32:
		if b := r.take(4); b != nil {
			f.Value = uint64(binary.LittleEndian.Uint32(b))
		}
	case Bytes:
		f.Bytes = r.take(r.varint())
	default:
		r.fail(ErrField)
	}
	if r.err != nil {
		return Field{}, false
	}
	return f, true
}

func (r *Reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *Reader) take(n uint64) []byte {
	if r.err != nil || n > uint64(len(r.rest)) {
		r.fail(ErrTruncated)
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *Reader) varint() uint64 {
	if r.err != nil {
		return 0
	}
	if len(r.rest) > 0 && r.rest[0] < 0x80 { // by far the most
		v := uint64(r.rest[0])
		r.rest = r.rest[1:]
		return v
	}
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		if r.err = ErrTruncated; n < 0 {
			r.err = ErrField
		}
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// Int returns the number of a field of type int32, int64 or of an enumeration,
// which must be from least to most; if it is not, the message is in error.
func (r *Reader) Int(f Field, least, most int64) int64 {
	return r.ranged(f, int64(f.Value), least, most)
}

// Signed returns the number of a field of type sint32 or sint64 (zigzag).
func (r *Reader) Signed(f Field, least, most int64) int64 {
	return r.ranged(f, int64(f.Value>>1)^-int64(f.Value&1), least, most)
}

func (r *Reader) ranged(f Field, v, least, most int64) int64 {
	switch {
	case f.Type != Varint:
		r.fail(ErrType)
	case v < least || v > most:
		r.fail(ErrRange)
	default:
		return v
	}
	return 0
}

// Fixed64 returns the number of a field of type fixed64.
func (r *Reader) Fixed64(f Field) uint64 {
	if f.Type != Fixed64 {
		r.fail(ErrType)
		return 0
	}
	return f.Value
}

// Bytes returns what a field of type bytes, or of a message, holds.
func (r *Reader) Bytes(f Field) []byte {
	if f.Type != Bytes {
		r.fail(ErrType)
		return nil
	}
	return f.Bytes
}

// AppendVarint appends a varint.
func AppendVarint(dst []byte, v uint64) []byte { return binary.AppendUvarint(dst, v) }

// Size returns how many bytes a varint takes.
func Size(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }

func appendTag(dst []byte, number int, t Type) []byte {
	return binary.AppendUvarint(dst, uint64(number)<<3|uint64(t))
}

// AppendInt appends a field of type int32, int64, uint32, uint64 or of an
// enumeration. A negative number takes ten bytes, as the format has it.
func AppendInt(dst []byte, number int, v int64) []byte {
	return binary.AppendUvarint(appendTag(dst, number, Varint), uint64(v))
}

// AppendSigned appends a field of type sint32 or sint64.
func AppendSigned(dst []byte, number int, v int64) []byte {
	return binary.AppendUvarint(appendTag(dst, number, Varint), uint64(v)<<1^uint64(v>>63))
}

// AppendFixed64 appends a field of type fixed64.
func AppendFixed64(dst []byte, number int, v uint64) []byte {
	return binary.LittleEndian.AppendUint64(appendTag(dst, number, Fixed64), v)
}

// AppendBytes appends a field of type bytes, string or of a message.
func AppendBytes[B ~[]byte | ~string](dst []byte, number int, v B) []byte {
	return append(binary.AppendUvarint(appendTag(dst, number, Bytes), uint64(len(v))), v...)
}
