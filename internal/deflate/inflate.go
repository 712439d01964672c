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
		if r.run(literals, distances) {
			return nil
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

// run decodes symbols as long as they have short codes, the end of the stream
// is not near and there is room; it reports whether the block is done. What it
// does not do, and every error, is left to block. It is the one place where the
// reader's state is kept in registers, and literals have a loop of their own,
// so that they stay there: two short codes and their extra bits, 5 of a length
// and 13 of a distance, are 36 bits.
func (r *reader) run(literals, distances *code) (done bool) {
	bits, n, pos := r.bits, r.n, r.pos
	out, at := r.out[:min(cap(r.out), r.limit)], len(r.out)
	for !done {
		if n < 2*fastBits+5+13 {
			if len(r.src)-pos < 8 {
				break
			}
			bits |= binary.LittleEndian.Uint64(r.src[pos:]) << n
			pos += int((63 - n) >> 3)
			n |= 56
		}
		var e uint
		for n >= 2*fastBits+5+13 && at < len(out) {
			e = uint(literals.fast[bits%(1<<fastBits)])
			if e-1 >= endOfBlock<<6-1 {
				break
			}
			out[at] = byte(e >> 6)
			at++
			bits >>= e & 63
			n -= e & 63
		}
		if n < 2*fastBits+5+13 {
			continue
		}
		symbol := e >> 6
		if symbol == endOfBlock && e != 0 {
			bits >>= e & 63
			n -= e & 63
			done = true
			break
		}
		if symbol <= endOfBlock || symbol > maxLength {
			break
		}
		l := lengths[symbol-endOfBlock-1]
		after := bits >> (e & 63)
		length := int(l.base) + int(after&(1<<(l.extra&63)-1))
		after >>= l.extra & 63
		f := uint(distances.fast[after%(1<<fastBits)])
		if f == 0 || f>>6 > maxDistance {
			break
		}
		d := offsets[f>>6]
		after >>= f & 63
		distance := int(d.base) + int(after&(1<<(d.extra&63)-1))
		from := at - distance
		if from < r.start || length > len(out)-at {
			break
		}
		bits = after >> (d.extra & 63)
		n -= e&63 + uint(l.extra) + f&63 + uint(d.extra)
		if distance >= length {
			copy(out[at:at+length], out[from:])
			at += length
			continue
		}
		for range length { // the match overlaps itself
			out[at] = out[from]
			at++
			from++
		}
	}
	r.bits, r.n, r.out, r.pos = bits, n, out[:at], pos
	return done
}

// corrupt is the error of bits that mean nothing: those after the end do not count.
func (r *reader) corrupt() error {
	if r.short() {
		return ErrTruncated
	}
	return ErrCorrupt
}

// codes reads the codes of a block that brings its own.
func (r *reader) codes(literals, distances *code) error {
	r.fill()
	nl, nd, nc := int(r.take(5))+257, int(r.take(5))+1, int(r.take(4))+4
	if nl > maxLength+1 || nd > maxDistance+1 {
		return ErrCorrupt
	}
	var used [maxLength + 1 + maxDistance + 1]entry
	var length [len(order)]uint8
	for _, i := range order[:nc] {
		r.fill()
		length[i] = uint8(r.take(3))
	}
	n := 0
	for s, l := range length {
		if l != 0 {
			used[n] = entry{uint16(s), l}
			n++
		}
	}
	// Until the code of distances is known, its place is taken by that of lengths.
	if r.short() || !distances.build(used[:n], lengthBits) {
		return r.corrupt()
	}
	n, err := r.lengths(distances, &used, nl+nd)
	if err != nil {
		return err
	}
	split := n
	for ; split > 0 && int(used[split-1].symbol) >= nl; split-- {
		used[split-1].symbol -= uint16(nl)
	}
	if !literals.build(used[:split], fastBits) || !distances.build(used[split:n], fastBits) {
		return ErrCorrupt
	}
	return nil
}

// lengths reads the lengths of the codes of so many symbols, written in code c,
// and returns how many are used. Like run it keeps what changes in registers.
func (r *reader) lengths(c *code, used *[maxLength + 1 + maxDistance + 1]entry, symbols int) (n int, err error) {
	stream, left := r.bits, r.n
	last := uint8(0)
	for i := 0; i < symbols && err == nil; {
		if left < lengthBits+7 { // a code, and the bits after it
			r.bits, r.n = stream, left
			r.fill()
			stream, left = r.bits, r.n
		}
		e := c.fast[stream%(1<<lengthBits)]
		stream >>= e & 63
		left -= uint(e & 63)
		if e>>6 < 16 && e != 0 {
			last = uint8(e >> 6)
			used[n] = entry{uint16(i), last}
			i++
			if last != 0 {
				n++
			}
			continue
		}
		again, more := 3, uint(2)
		switch e >> 6 {
		case 16:
			if i == 0 {
				err = ErrCorrupt
			}
		case 17:
			last, more = 0, 3
		case 18:
			last, again, more = 0, 11, 7
		default: // e is 0
			err = ErrCorrupt
		}
		again += int(stream & (1<<more - 1))
		stream >>= more
		left -= more
		if again > symbols-i {
			err = ErrCorrupt
			break
		}
		if last == 0 {
			i += again
			continue
		}
		for range again {
			used[n] = entry{uint16(i), last}
			i++
			n++
		}
	}
	r.bits, r.n = stream, left
	if err != nil || r.short() {
		return 0, r.corrupt()
	}
	return n, nil
}
