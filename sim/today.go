package sim

import (
	"math/bits"
	"slices"
)

// maxTrace is how many days of networks can be kept.
const maxTrace = 30

const (
	block  = 32  // people between two counts of random contacts
	stride = 128 // random contacts between two entries of the index of blocks
)

// today is what one day's networks depend on. It is kept for as many days as
// tracing looks back: with it every contact of that day can be computed again,
// so nobody needs a diary.
type today struct {
	day    int
	out    []uint64 // bit by person: meets nobody outside home
	before []uint32 // random contacts of all people before each block
	jump   []uint32 // the block in which each stride begins
	match  permutation
	thin   [3]uint64 // of the random contacts of each kind, so many are left, in 2^-32
	work   [networks]chance
	locked bool

	gate, trial, thinning key
}

func (d *today) isOut(p uint32) bool { return d.out[p>>6]>>(p&63)&1 != 0 }

// randoms is how many random contacts somebody has who is not out.
func (m *Model) randoms(d *today, p uint32) uint32 {
	c := uint64(m.town.random[p])
	thin := d.thin[kindOf(m.town.age[p])]
	if thin == 1<<32 {
		return uint32(c)
	}
	c *= thin
	n := uint32(c >> 32)
	if d.thinning.u32(uint64(p)) < uint32(c) {
		n++
	}
	return n
}

// begin makes the networks of a day: who is out, and how many random contacts
// there are. It returns how many are in quarantine.
func (m *Model) begin(d *today, day int) (quarantined int) {
	n := int(m.town.n)
	words := (n + 63) / 64
	d.day = day
	d.locked = m.locked
	d.gate = m.keys.gate.of(uint64(day))
	d.trial = m.keys.trial.of(uint64(day))
	d.thinning = m.keys.thin.of(uint64(day))
	for i := range d.thin {
		d.thin[i] = 1 << 32
		if m.locked || m.shielded && i == 2 {
			d.thin[i] = m.lockdownRandom
		}
	}
	for i := range d.work {
		d.work[i] = m.workDaily
		if m.locked || m.shielded && i >= 3 {
			d.work[i] = m.workLocked
		}
	}
	d.out = sized(d.out, words)
	d.before = sized(d.before, 2*words+1)
	plain := d.thin[0] == 1<<32 && d.thin[2] == 1<<32
	found := make([]int, m.threads)
	parallel(m.threads, words, func(worker, from, to int) {
		count := 0
		for w := from; w < to; w++ {
			out := m.away[w]
			people := m.until[w*64 : min(n, w*64+64)]
			for i, until := range people {
				if int(until) >= day {
					out |= 1 << i
					count++
				}
			}
			d.out[w] = out
			for half := range 2 {
				sum := uint32(0)
				for i := half * block; i < min(len(people), half*block+block); i++ {
					switch {
					case out>>i&1 != 0:
					case plain:
						sum += uint32(m.town.random[w*64+i])
					default:
						sum += m.randoms(d, uint32(w*64+i))
					}
				}
				d.before[2*w+half] = sum
			}
		}
		found[worker] = count
	})
	sum := uint32(0)
	d.jump = d.jump[:0]
	for i, c := range d.before {
		if i == len(d.before)-1 {
			c = 0
		}
		d.before[i] = sum
		for c > 0 && uint32(len(d.jump))*stride < sum+c {
			d.jump = append(d.jump, uint32(i))
		}
		sum += c
	}
	d.match = newPermutation(sum, m.keys.matching.of(uint64(day)))
	for _, c := range found {
		quarantined += c
	}
	return quarantined
}

func sized[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

// stub is the number of the first random contact of somebody who is not out.
func (m *Model) stub(d *today, p uint32) uint32 {
	s := d.before[p/block]
	for q := p &^ (block - 1); q < p; q++ {
		if !d.isOut(q) {
			s += m.randoms(d, q)
		}
	}
	return s
}

// partner is whom a random contact is with. All random contacts of the day are
// put in an order of chance and paired off, first with second, third with
// fourth.
func (m *Model) partner(d *today, stub uint32) (uint32, bool) {
	x := d.match.forward(stub) ^ 1
	if x >= d.match.n {
		return 0, false // the odd one
	}
	x = d.match.back(x)
	b := d.jump[x/stride]
	for d.before[b+1] <= x {
		b++
	}
	left := x - d.before[b]
	out := uint32(d.out[b/2] >> (b % 2 * block))
	for here := ^out; ; here &= here - 1 {
		q := b*block + uint32(bits.TrailingZeros32(here))
		c := m.randoms(d, q)
		if left < c {
			return q, true
		}
		left -= c
	}
}

// open says whether the edge between two places is used today.
func (d *today) open(a, b uint32, net int) bool {
	return uint64(d.gate.pair(min(a, b), max(a, b))) < d.work[net]
}

// A contact is somebody met outside home.
type contact struct {
	who  uint32
	slot uint8 // which of the possible contacts of the day it was
}

const (
	slotAfter  = 0
	slotBefore = maxHalf
	slotExtra  = 2 * maxHalf
	slotRandom = 128
)

// outside appends everybody whom somebody met outside home that day. It is
// symmetric: who met p has met p.
func (m *Model) outside(met []contact, d *today, p uint32) []contact {
	if d.isOut(p) {
		return met
	}
	t := m.town
	q := t.place[p]
	net := t.network(q)
	meet := func(other uint32, slot uint32) {
		if !d.open(q, other, net) {
			return
		}
		if who := t.at[other]; !d.isOut(who) {
			met = append(met, contact{who, uint8(slot)})
		}
	}
	for i := range t.half[net] {
		if t.gone[q]>>i&1 == 0 {
			meet(t.after(q, i+1, net), slotAfter+i)
		}
		if other := t.before(q, i+1, net); t.gone[other]>>i&1 == 0 {
			meet(other, slotBefore+i)
		}
	}
	for i, other := range t.extra[t.extraOf[q]:t.extraOf[q+1]] {
		meet(other, min(slotExtra+uint32(i), slotRandom-1))
	}
	n := m.randoms(d, p)
	if n == 0 {
		return met
	}
	first := m.stub(d, p)
	for i := range n {
		if who, ok := m.partner(d, first+i); ok && who != p {
			met = append(met, contact{who, uint8(min(slotRandom+i, 255))})
		}
	}
	return met
}
