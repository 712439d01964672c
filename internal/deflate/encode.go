package deflate

import (
	"encoding/binary"
	"hash/adler32"
	"math/bits"
	"sync"
)

// MaxEncode is the length of the longest content that Encode compresses.
// Content that is longer is stored as it is.
const MaxEncode = 1<<16 - 1

// Encode appends to dst the zlib stream of content.
//
// It takes the cheapest way through all matches (the shortest path over the
// content, where a literal or a match costs as many bits as its code), first
// with the costs of a guess and then with those of the codes that the first
// way leads to. There is one block, with its own codes, with the fixed codes,
// or stored, whichever is smallest.
func Encode(dst, content []byte) []byte {
	dst = append(dst, 0x78, 0xda) // a window of 32 kB, slowest compression
	return binary.BigEndian.AppendUint32(EncodeRaw(dst, content), adler32.Checksum(content))
}

// EncodeRaw is Encode without head and checksum.
func EncodeRaw(dst, content []byte) []byte {
	if len(content) > MaxEncode {
		return appendStored(dst, content)
	}
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	return e.block(dst, content)
}

// appendStored appends blocks that are not compressed.
func appendStored(dst, content []byte) []byte {
	for {
		n := min(len(content), 1<<16-1)
		last := byte(0)
		if n == len(content) {
			last = 1
		}
		dst = append(dst, last, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
		dst = append(dst, content[:n]...)
		if content = content[n:]; last == 1 {
			return dst
		}
	}
}

// What bounds a match (RFC 1951), and the search for one.
const (
	minMatch  = 3
	maxMatch  = 258
	maxWindow = 1 << 15
	goodMatch = 64 // a match of this length ends the search
	maxTries  = 32
	hashBits  = 11
)

// step is how a position is reached: by a literal (distance 0) or a match.
type step struct{ length, distance uint16 }

// encoder is the memory of Encode.
type encoder struct {
	head [1 << hashBits]uint16 // the last position with a hash, and 1
	prev []uint16              // the one before each position, and 1
	cost []uint32              // of the cheapest way to each position, in bits
	step []step                // its last step
	way  []step                // all steps of the cheapest way, the last first

	literals  tree
	distances tree
	extra     uint32   // the extra bits of both
	lengths   tree     // the code in which the lengths of theirs are written
	runs      []uint16 // those lengths: symbol, and extra bits from bit 8
	out       writer
}

var encoders = sync.Pool{New: func() any { return new(encoder) }}

func (e *encoder) block(dst, content []byte) []byte {
	e.literals.guess(endOfBlock+1, 6, 7)
	e.distances.guess(0, 0, 5)
	for range 2 {
		e.search(content)
		e.count(content)
		e.literals.build(maxBits)
		e.distances.build(maxBits)
	}
	l, d := &e.literals, &e.distances
	own := e.header() + l.size(l.length[:]) + d.size(d.length[:]) + e.extra
	fixed := l.size(fixedLiteralLengths[:]) + d.size(fixedDistanceLengths[:]) + e.extra
	if stored := 8 * uint32(len(content)+4); stored < min(own, fixed) {
		return appendStored(dst, content)
	}
	e.out = writer{dst: dst}
	if fixed < own {
		e.out.put(1|1<<1, 3)
		l.use(fixedLiteralLengths[:])
		d.use(fixedDistanceLengths[:])
	} else {
		e.out.put(1|2<<1, 3)
		e.writeHeader()
	}
	e.write(content)
	return e.out.end()
}

// search finds the cheapest way through content.
func (e *encoder) search(content []byte) {
	n := len(content)
	clear(e.head[:])
	e.prev = grow(e.prev, n)
	e.cost = grow(e.cost, n+1)
	e.step = grow(e.step, n+1)
	for i := range e.cost {
		e.cost[i] = 1 << 31
	}
	e.cost[0] = 0
	for i := range n {
		e.reach(i, step{1, 0}, e.literals.cost[content[i]])
		if n-i < minMatch {
			continue
		}
		h := (uint32(content[i]) | uint32(content[i+1])<<8 | uint32(content[i+2])<<16) * 0x9e3779b1 >> (32 - hashBits)
		e.prev[i] = e.head[h]
		e.head[h] = uint16(i + 1)
		e.matches(content, i)
	}
	e.way = e.way[:0]
	for i := n; i > 0; i -= int(e.step[i].length) {
		e.way = append(e.way, e.step[i])
	}
}

// reach takes a step from position i, if that is the cheapest way.
func (e *encoder) reach(i int, s step, cost uint32) {
	to := i + int(s.length)
	if cost += e.cost[i]; cost < e.cost[to] {
		e.cost[to] = cost
		e.step[to] = s
	}
}

// matches takes every match at position i, the nearest of each length.
func (e *encoder) matches(content []byte, i int) {
	longest, most := minMatch-1, min(len(content)-i, maxMatch)
	at := int(e.prev[i]) - 1
	for range maxTries {
		if at < 0 || i-at > maxWindow || longest >= min(most, goodMatch) {
			return
		}
		n := 0
		for n < most && content[at+n] == content[i+n] {
			n++
		}
		if n > longest {
			d := distanceSymbol(i - at)
			cost := e.distances.cost[d] + uint32(offsets[d].extra)
			for l := longest + 1; l <= n; l++ {
				s := lengthSymbols[l-minMatch]
				e.reach(i, step{uint16(l), uint16(i - at)}, cost+e.literals.cost[s]+uint32(lengths[s-endOfBlock-1].extra))
			}
			longest = n
		}
		at = int(e.prev[at]) - 1
	}
}

// lengthSymbols are the symbols of the lengths from 3.
var lengthSymbols = func() (t [maxMatch - minMatch + 1]uint16) {
	for i, s := range lengths {
		for n := range 1 << s.extra {
			t[int(s.base)-minMatch+n] = uint16(endOfBlock + 1 + i) // 258 has a symbol of its own, the last
		}
	}
	return t
}()

// distanceSymbol returns the symbol of a distance: two for each power of two.
func distanceSymbol(d int) int {
	if d--; d < 4 {
		return d
	}
	n := bits.Len(uint(d)) - 1
	return 2*n + d>>(n-1)&1
}

// count counts the symbols of the way.
func (e *encoder) count(content []byte) {
	e.literals.reset(maxLength + 1)
	e.distances.reset(maxDistance + 1)
	e.extra = 0
	at := 0
	for j := len(e.way) - 1; j >= 0; j-- {
		s := e.way[j]
		if s.distance == 0 {
			e.literals.freq[content[at]]++
		} else {
			l, d := lengthSymbols[s.length-minMatch], distanceSymbol(int(s.distance))
			e.literals.freq[l]++
			e.distances.freq[d]++
			e.extra += uint32(lengths[l-endOfBlock-1].extra) + uint32(offsets[d].extra)
		}
		at += int(s.length)
	}
	e.literals.freq[endOfBlock]++
}

// write writes the way.
func (e *encoder) write(content []byte) {
	w := &e.out
	at := 0
	for j := len(e.way) - 1; j >= 0; j-- {
		s := e.way[j]
		if s.distance == 0 {
			e.literals.put(w, int(content[at]))
		} else {
			symbol := int(lengthSymbols[s.length-minMatch])
			l := lengths[symbol-endOfBlock-1]
			e.literals.put(w, symbol)
			w.put(uint32(s.length-l.base), uint(l.extra))
			symbol = distanceSymbol(int(s.distance))
			d := offsets[symbol]
			e.distances.put(w, symbol)
			w.put(uint32(s.distance-d.base), uint(d.extra))
		}
		at += int(s.length)
	}
	e.literals.put(w, endOfBlock)
}

// header prepares the lengths of both codes as they are written, and returns
// the number of bits they take.
func (e *encoder) header() uint32 {
	nl, nd := e.literals.used(endOfBlock+1), e.distances.used(1)
	var all [maxLength + 1 + maxDistance + 1]uint8
	copy(all[:nl], e.literals.length[:])
	copy(all[nl:], e.distances.length[:nd])
	e.runs = appendRuns(e.runs[:0], all[:nl+nd])
	e.lengths.reset(len(order))
	extra := uint32(0)
	for _, r := range e.runs {
		e.lengths.freq[r&0xff]++
		extra += uint32(runBits(int(r & 0xff)))
	}
	e.lengths.build(7)
	return 5 + 5 + 4 + 3*uint32(e.lengthsWritten()) + e.lengths.size(e.lengths.length[:]) + extra
}

// lengthsWritten returns how many lengths of the code for lengths are written.
func (e *encoder) lengthsWritten() int {
	n := len(order)
	for n > 4 && e.lengths.length[order[n-1]] == 0 {
		n--
	}
	return n
}

// appendRuns appends lengths as the symbols of section 3.2.7.
func appendRuns(runs []uint16, length []uint8) []uint16 {
	for i := 0; i < len(length); {
		l, n := length[i], 1
		for i+n < len(length) && length[i+n] == l {
			n++
		}
		i += n
		if l != 0 { // the first is written, and then repeated
			runs = append(runs, uint16(l))
			n--
		}
		for n > 0 {
			switch {
			case n < 3:
				runs = append(runs, uint16(l))
				n--
			case l != 0:
				m := min(n, 6)
				runs = append(runs, 16|uint16(m-3)<<8)
				n -= m
			case n < 11:
				runs = append(runs, 17|uint16(n-3)<<8)
				n = 0
			default:
				m := min(n, 138)
				runs = append(runs, 18|uint16(m-11)<<8)
				n -= m
			}
		}
	}
	return runs
}

// runBits returns the number of extra bits of a symbol of the code for lengths.
func runBits(symbol int) uint8 {
	switch symbol {
	case 16:
		return 2
	case 17:
		return 3
	case 18:
		return 7
	}
	return 0
}

func (e *encoder) writeHeader() {
	w, n := &e.out, e.lengthsWritten()
	w.put(uint32(e.literals.used(endOfBlock+1)-endOfBlock-1), 5)
	w.put(uint32(e.distances.used(1)-1), 5)
	w.put(uint32(n-4), 4)
	for _, i := range order[:n] {
		w.put(uint32(e.lengths.length[i]), 3)
	}
	for _, r := range e.runs {
		symbol := int(r & 0xff)
		e.lengths.put(w, symbol)
		w.put(uint32(r>>8), uint(runBits(symbol)))
	}
}

// writer writes bits, the lowest of each byte first.
type writer struct {
	dst  []byte
	bits uint64
	n    uint
}

// put writes the n lowest bits of v, at most 32; the others are zero.
func (w *writer) put(v uint32, n uint) {
	w.bits |= uint64(v) << w.n
	if w.n += n; w.n >= 32 {
		w.dst = binary.LittleEndian.AppendUint32(w.dst, uint32(w.bits))
		w.bits >>= 32
		w.n -= 32
	}
}

// end writes what is left, to a whole byte.
func (w *writer) end() []byte {
	for ; int(w.n) > 0; w.n -= min(w.n, 8) {
		w.dst = append(w.dst, byte(w.bits))
		w.bits >>= 8
	}
	return w.dst
}

// grow returns s with length n, its contents whatever they were.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n+n/4)[:n]
	}
	return s[:n]
}
