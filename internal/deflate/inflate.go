// Package deflate answers one question: which bytes does a small compressed
// stream stand for, of zlib (RFC 1950) or raw DEFLATE (RFC 1951)?
//
// It reads and writes whole streams of some hundred bytes, in memory. For
// those it takes a fraction of the time and of the memory of compress/zlib,
// which is made for long streams (a writer there holds 1.2 MB and clears half
// of it for each stream), and writes them a little smaller: it looks for
// matches of three bytes too. What it reads is exactly what compress/zlib
// reads without a dictionary, which tests hold it to.
//
// [Decode] stops at its limit, refuses a stream that goes on after its
// checksum, and verifies the checksum; [DecodeRaw] reads what has neither head
// nor checksum. [Encode] and [EncodeRaw] write the same bytes for the same
// content on every machine and with every version of Go.
package deflate

import (
	"encoding/binary"
	"errors"
	"hash/adler32"
)

// What can be wrong with a stream.
var (
	ErrHeader    = errors.New("not a zlib stream")
	ErrTruncated = errors.New("the stream ends too early")
	ErrCorrupt   = errors.New("the stream is corrupt")
	ErrChecksum  = errors.New("the checksum is wrong")
	ErrTooLarge  = errors.New("the content is larger than allowed")
	ErrTrailing  = errors.New("bytes after the stream")
)

// Decode appends to dst what the stream src stands for, at most limit bytes.
// On error it returns dst with what was appended before, so that its memory
// can be used again.
func Decode(dst, src []byte, limit int) ([]byte, error) {
	if len(src) < 2 {
		return dst, ErrTruncated
	}
	// Method 8, a window of at most 32 kB, no dictionary, a multiple of 31.
	if h := binary.BigEndian.Uint16(src); h>>8&15 != 8 || h>>12 > 7 || h&0x20 != 0 || h%31 != 0 {
		return dst, ErrHeader
	}
	out, rest, err := decode(dst, src[2:], limit)
	switch {
	case err != nil:
	case len(rest) < 4:
		err = ErrTruncated
	case binary.BigEndian.Uint32(rest) != adler32.Checksum(out[len(dst):]):
		err = ErrChecksum
	case len(rest) > 4:
		err = ErrTrailing
	}
	return out, err
}

// DecodeRaw is Decode for a stream without head and checksum.
func DecodeRaw(dst, src []byte, limit int) ([]byte, error) {
	out, rest, err := decode(dst, src, limit)
	if err == nil && len(rest) > 0 {
		err = ErrTrailing
	}
	return out, err
}

// decode appends what the blocks at the beginning of src stand for, and returns
// what follows them.
func decode(dst, src []byte, limit int) (out, rest []byte, err error) {
	r := reader{src: src, out: dst, start: len(dst), limit: len(dst) + limit}
	if err := r.blocks(); err != nil {
		return r.out, nil, err
	}
	return r.out, src[r.pos-int(r.n/8):], nil
}

// reader takes bits from src, the lowest of each byte first.
type reader struct {
	src  []byte
	pos  int    // of the next byte to load
	bits uint64 // loaded; those above n are zero, or equal to what will be loaded again
	n    uint   // number of bits loaded

	out          []byte
	start, limit int // of out
}

// fill loads at least 48 bits, or all that is left.
func (r *reader) fill() {
	if len(r.src)-r.pos >= 8 {
		r.bits |= binary.LittleEndian.Uint64(r.src[r.pos:]) << r.n
		r.pos += int((63 - r.n) >> 3)
		r.n |= 56
		return
	}
	for r.n <= 56 && r.pos < len(r.src) {
		r.bits |= uint64(r.src[r.pos]) << r.n
		r.pos++
		r.n += 8
	}
}

// take returns n bits, of which there must have been a fill. Where the stream
// ended they are zero, and r.n wraps, which the caller finds out with short.
func (r *reader) take(n uint) uint32 {
	v := uint32(r.bits & (1<<n - 1))
	r.bits >>= n
	r.n -= n
	return v
}

// short reports whether more bits were taken than there are.
func (r *reader) short() bool { return int(r.n) < 0 }

func (r *reader) blocks() error {
	var literals, distances code
	for last := false; !last; {
		r.fill()
		last = r.take(1) == 1
		kind := r.take(2)
		if r.short() {
			return ErrTruncated
		}
		var err error
		switch kind {
		case 0:
			err = r.stored()
		case 1:
			err = r.block(&fixedLiterals, &fixedDistances)
		case 2:
			if err = r.codes(&literals, &distances); err == nil {
				err = r.block(&literals, &distances)
			}
		default:
			err = ErrCorrupt
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stored copies a block that is not compressed.
func (r *reader) stored() error {
	r.take(r.n % 8)
	r.fill()
	n, inverse := r.take(16), r.take(16)
	if r.short() {
		return ErrTruncated
	}
	if n != ^inverse&0xffff {
		return ErrCorrupt
	}
	r.pos -= int(r.n / 8)
	r.bits, r.n = 0, 0
	if int(n) > len(r.src)-r.pos {
		return ErrTruncated
	}
	if len(r.out)+int(n) > r.limit {
		return ErrTooLarge
	}
	r.out = append(r.out, r.src[r.pos:r.pos+int(n)]...)
	r.pos += int(n)
	return nil
}

// block decodes a compressed block.
func (r *reader) block(literals, distances *code) error {
	for {
		if done, err := r.run(literals, distances); done || err != nil {
			return err
		}
		r.fill()
		symbol := literals.decode(r)
		switch {
		case r.short():
			return ErrTruncated
		case symbol < endOfBlock:
			if len(r.out) == r.limit {
				return ErrTooLarge
			}
			r.out = append(r.out, byte(symbol))
			continue
		case symbol == endOfBlock:
			return nil
		case symbol > maxLength:
			return ErrCorrupt
		}
		l := lengths[symbol-endOfBlock-1]
		length := int(l.base) + int(r.take(uint(l.extra)))
		symbol = distances.decode(r)
		if symbol > maxDistance {
			if r.short() {
				return ErrTruncated
			}
			return ErrCorrupt
		}
		d := offsets[symbol]
		distance := int(d.base) + int(r.take(uint(d.extra)))
		if r.short() {
			return ErrTruncated
		}
		var err error
		if r.out, err = r.copy(r.out, distance, length); err != nil {
			return err
		}
	}
}

// copy appends what stands so far back in out, and so long.
func (r *reader) copy(out []byte, distance, length int) ([]byte, error) {
	from := len(out) - distance
	switch {
	case from < r.start:
		return out, ErrCorrupt
	case len(out)+length > r.limit:
		return out, ErrTooLarge
	case distance >= length:
		return append(out, out[from:from+length]...), nil
	}
	for i := range length { // the match overlaps itself
		out = append(out, out[from+i])
	}
	return out, nil
}

// run decodes symbols as long as they have short codes and the end of the
// stream is not near; it reports whether the block is done. It is the one place
// where the reader's state is kept in registers: two short codes and their
// extra bits, 5 of a length and 13 of a distance, are 36 bits.
func (r *reader) run(literals, distances *code) (done bool, err error) {
	bits, n, out, src, pos, limit := r.bits, r.n, r.out, r.src, r.pos, r.limit
	for err == nil {
		if n < 2*fastBits+5+13 {
			if len(src)-pos < 8 {
				break
			}
			bits |= binary.LittleEndian.Uint64(src[pos:]) << n
			pos += int((63 - n) >> 3)
			n |= 56
		}
		e := uint(literals.fast[bits%(1<<fastBits)])
		if e == 0 {
			break
		}
		if e < endOfBlock<<4 {
			if len(out) == limit {
				err = ErrTooLarge
				break
			}
			out = append(out, byte(e>>4))
			bits >>= e & 15
			n -= e & 15
			continue
		}
		symbol := e >> 4
		if symbol > maxLength {
			err = ErrCorrupt
			break
		}
		if symbol == endOfBlock {
			bits >>= e & 15
			n -= e & 15
			done = true
			break
		}
		l := lengths[symbol-endOfBlock-1]
		after := bits >> (e & 15)
		length := int(l.base) + int(after&(1<<l.extra-1))
		after >>= l.extra
		f := uint(distances.fast[after%(1<<fastBits)])
		if f == 0 {
			break
		}
		if f>>4 > maxDistance {
			err = ErrCorrupt
			break
		}
		d := offsets[f>>4]
		after >>= f & 15
		distance := int(d.base) + int(after&(1<<d.extra-1))
		bits = after >> d.extra
		n -= e&15 + uint(l.extra) + f&15 + uint(d.extra)
		out, err = r.copy(out, distance, length)
	}
	r.bits, r.n, r.out, r.pos = bits, n, out, pos
	return done, err
}

// codes reads the codes of a block that brings its own.
func (r *reader) codes(literals, distances *code) error {
	r.fill()
	nl, nd, nc := int(r.take(5))+257, int(r.take(5))+1, int(r.take(4))+4
	if nl > maxLength+1 || nd > maxDistance+1 {
		return ErrCorrupt
	}
	var length [maxLength + 1 + maxDistance + 1]uint8
	for _, i := range order[:nc] {
		r.fill()
		length[i] = uint8(r.take(3))
	}
	if r.short() {
		return ErrTruncated
	}
	var c code
	if !c.build(length[:len(order)]) {
		return ErrCorrupt
	}
	clear(length[:len(order)])
	for i := 0; i < nl+nd; {
		if r.n < 7+7 { // a code, and the bits after it
			r.fill()
		}
		symbol := c.decode(r)
		if r.short() {
			return ErrTruncated
		}
		if symbol < 16 {
			length[i] = uint8(symbol)
			i++
			continue
		}
		var same uint8
		var n int
		switch symbol {
		case 16:
			if i == 0 {
				return ErrCorrupt
			}
			same, n = length[i-1], 3+int(r.take(2))
		case 17:
			n = 3 + int(r.take(3))
		case 18:
			n = 11 + int(r.take(7))
		default:
			return ErrCorrupt
		}
		if r.short() {
			return ErrTruncated
		}
		if n > nl+nd-i {
			return ErrCorrupt
		}
		for range n {
			length[i] = same
			i++
		}
	}
	if !literals.build(length[:nl]) || !distances.build(length[nl:nl+nd]) {
		return ErrCorrupt
	}
	return nil
}
