package sim

import "math/bits"

// Randomness is a function, not a sequence: a draw is named by the seed, what
// is drawn, the day and whom it concerns, and is the same whenever, and by
// whichever thread, it is asked for. This is splitmix64 (Steele, Lea, Flood
// 2014) read at a position of one's own choosing.
type key uint64

const golden = 0x9E3779B97F4A7C15

func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// at is the n-th draw.
func (k key) at(n uint64) uint64 { return mix(uint64(k) + (n+1)*golden) }

// u32 is the n-th draw as a number to compare with a [chance].
func (k key) u32(n uint64) uint32 { return uint32(k.at(n) >> 32) }

// pair is the draw of two people or places, in this order.
func (k key) pair(a, b uint32) uint32 { return k.u32(uint64(a)<<32 | uint64(b)) }

// below is a draw from 0 to limit-1. Its bias is under limit/2^64.
func (k key) below(n uint64, limit uint32) uint32 {
	hi, _ := bits.Mul64(k.at(n), uint64(limit))
	return uint32(hi)
}

// of is the key of a sub-stream: a day, a purpose.
func (k key) of(n uint64) key { return key(mix(mix(uint64(k)^golden) + (n+1)*0xD1342543DE82EF95)) }

// What is drawn. The numbers are part of the results: a new purpose goes to the
// end.
const (
	drawWork = iota // which adults are with children or old people all day
	drawRing        // the places in the occupation networks
	drawRewire
	drawHalf // half-degrees that are not whole
	drawRandomCount
	drawSpreader // how infectious somebody is by nature
	drawSeed
	drawPath     // how an infection goes
	drawTrial    // does this contact pass it on?
	drawGate     // is this edge of an occupation network used today?
	drawMatching // random contacts
	drawThin     // random contacts under lockdown
	drawFalse    // false symptoms
	drawComply
	drawApp
	drawSeen // did the app see the contact?
	drawStay // how long a quarantine is kept
	drawTest
)

// chance is a probability in units of 2^-32, for comparison with a draw of 32
// bits: 0 never, 1<<32 always.
type chance = uint64

// cumulative is a distribution on 0, 1, 2 ...: the chance of at most so much.
// Beyond its end lies nothing: the last entry counts as certain.
type cumulative []chance

func (c cumulative) draw(u uint32) int {
	for i, limit := range c {
		if uint64(u) < limit {
			return i
		}
	}
	return len(c) - 1
}

// permutation is a keyed bijection of 0..n-1, computed at any point in either
// direction without a table: four Feistel rounds on two digits of sizes a and b
// with ab just over n, repeated where it leads outside.
type permutation struct {
	n, a, b uint32
	keys    [4]key
}

func newPermutation(n uint32, k key) permutation {
	p := permutation{n: n, b: 1}
	for uint64(p.b)*uint64(p.b) < uint64(n) {
		p.b = max(p.b+1, uint32(uint64(p.b)*3/2)) // near the root, from above
	}
	for p.b > 1 && uint64(p.b-1)*uint64(p.b-1) >= uint64(n) {
		p.b--
	}
	p.a = 1
	if p.b > 0 {
		p.a = (n + p.b - 1) / p.b
	}
	for i := range p.keys {
		p.keys[i] = k.of(uint64(i))
	}
	return p
}

func (p *permutation) forward(x uint32) uint32 {
	for {
		l, r := x/p.b, x%p.b
		l = add(l, p.keys[0].below(uint64(r), p.a), p.a)
		r = add(r, p.keys[1].below(uint64(l), p.b), p.b)
		l = add(l, p.keys[2].below(uint64(r), p.a), p.a)
		r = add(r, p.keys[3].below(uint64(l), p.b), p.b)
		if x = l*p.b + r; x < p.n {
			return x
		}
	}
}

func (p *permutation) back(x uint32) uint32 {
	for {
		l, r := x/p.b, x%p.b
		r = sub(r, p.keys[3].below(uint64(l), p.b), p.b)
		l = sub(l, p.keys[2].below(uint64(r), p.a), p.a)
		r = sub(r, p.keys[1].below(uint64(l), p.b), p.b)
		l = sub(l, p.keys[0].below(uint64(r), p.a), p.a)
		if x = l*p.b + r; x < p.n {
			return x
		}
	}
}

func add(x, y, n uint32) uint32 {
	if x += y; x >= n {
		x -= n
	}
	return x
}

func sub(x, y, n uint32) uint32 {
	if x < y {
		x += n
	}
	return x - y
}
