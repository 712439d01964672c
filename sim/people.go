package sim

import "math/bits"

// maxHalf bounds the half-degree of an occupation network: one bit each.
const maxHalf = 32

// The kinds of people by age group.
func kindOf(age uint8) int {
	switch {
	case age < 2:
		return 0
	case age < 7:
		return 1
	}
	return 2
}

// The occupation networks: primary and secondary school, work, the seventies,
// eighty and over. networkKind says whose contacts their degree is.
const networks = 5

var networkKind = [networks]int{0, 0, 1, 2, 2}

// town is the population and what is permanent among it: households and
// occupation networks. It does not change during a run.
//
// People of a household have consecutive numbers. An occupation network is a
// ring in which everybody is joined to their nearest neighbours on both sides;
// some edges are rewired (Watts and Strogatz 1998). Only the rewired ones are
// stored. All five rings lie one behind the other in one numbering of places.
type town struct {
	n        uint32
	age      []uint8 // age group
	home     []uint8 // place in the household <<4 | size of the household
	random   []uint8 // random contacts on an ordinary day
	place    []uint32
	at       []uint32 // who has a place
	ring     [networks + 1]uint32
	gone     []uint32 // by place: bit d-1 is set if the edge to the d-th next is rewired, or beyond the half-degree
	half     [networks]uint32
	extraOf  []uint32 // by place: where its rewired edges begin in extra
	extra    []uint32 // the places at their other ends
	contacts [3]float64
	everyone float64 // mean weighted contacts a day, of everybody and of each kind
}

func (t *town) network(place uint32) int {
	for i := 1; i < networks; i++ {
		if place < t.ring[i] {
			return i - 1
		}
	}
	return networks - 1
}

func newTown(s *Scenario, seed key) (*town, error) {
	kinds, n, err := households(s.AgeWeights, s.HouseholdWeights, s.People)
	if err != nil {
		return nil, &FieldError{Field: "households", Reason: err.Error()}
	}
	t := &town{n: uint32(s.People)}
	t.age = make([]uint8, s.People)
	t.home = make([]uint8, s.People)
	t.settle(kinds, n)
	t.random = make([]uint8, s.People)
	var dist [3]cumulative
	for i := range dist {
		dist[i] = counts(s.RandomMean[i], s.RandomSD[i])
	}
	k := seed.of(drawRandomCount)
	for p := range t.random {
		t.random[p] = uint8(dist[kindOf(t.age[p])].draw(k.u32(uint64(p))))
	}
	t.employ(s, seed)
	t.join(s, seed)
	t.count(s)
	return t, nil
}

// settle fills the households, the last one as far as there are people.
func (t *town) settle(kinds []composition, n []int) {
	p := 0
	for p < len(t.age) { // once, but for rounding
		for i, c := range kinds {
			for range n[i] {
				first, pos := p, 0
				for a := Ages - 1; a >= 0; a-- { // the oldest first
					for range c.people[a] {
						if p == len(t.age) {
							break
						}
						t.age[p] = uint8(a)
						t.home[p] = uint8(pos << 4)
						p++
						pos++
					}
				}
				for q := first; q < p; q++ {
					t.home[q] |= uint8(pos)
				}
			}
		}
	}
}

// household is the range of numbers of somebody's household.
func (t *town) household(p uint32) (from, to uint32) {
	h := uint32(t.home[p])
	from = p - h>>4
	return from, from + h&15
}

// employ gives everybody a place in an occupation network.
func (t *town) employ(s *Scenario, seed key) {
	var byAge [Ages]float64
	for _, a := range t.age {
		byAge[a]++
	}
	adults := byAge[2] + byAge[3] + byAge[4] + byAge[5] + byAge[6]
	var limits [networks]chance // an adult's draw, cumulated over the networks but work
	sum := 0.0
	for i, v := range [networks]float64{
		float64(s.WorkWithChildren * byAge[0]), float64(s.WorkWithChildren * byAge[1]), 0,
		float64(s.WorkWithOld * byAge[7]), float64(s.WorkWithOld * byAge[8]),
	} {
		sum += v / adults
		limits[i] = chanceOf(sum)
	}
	k := seed.of(drawWork)
	in := make([]uint8, t.n)
	for p, a := range t.age {
		net := uint8(2)
		switch {
		case a < 2:
			net = a
		case a >= 7:
			net = a - 4
		default:
			u := uint64(k.u32(uint64(p)))
			for i, limit := range limits {
				if u < limit {
					net = uint8(i)
					break
				}
			}
		}
		in[p] = net
		t.ring[net+1]++
	}
	for i := range networks {
		t.ring[i+1] += t.ring[i]
	}
	t.at = make([]uint32, t.n)
	t.place = make([]uint32, t.n)
	next := t.ring
	for p, net := range in {
		t.at[next[net]] = uint32(p)
		next[net]++
	}
	k = seed.of(drawRing)
	for i := range networks { // shuffled (Durstenfeld 1964)
		ring := t.at[t.ring[i]:t.ring[i+1]]
		for j := len(ring) - 1; j > 0; j-- {
			x := k.below(uint64(t.ring[i])+uint64(j), uint32(j+1))
			ring[j], ring[x] = ring[x], ring[j]
		}
	}
	for q, p := range t.at {
		t.place[p] = uint32(q)
	}
}

// join rewires the rings.
func (t *town) join(s *Scenario, seed key) {
	rewired := chanceOf(s.WorkRewired)
	k, kHalf := seed.of(drawRewire), seed.of(drawHalf)
	t.gone = make([]uint32, t.n)
	t.extraOf = make([]uint32, t.n+1)
	type edge struct{ a, b uint32 }
	var edges []edge
	for i := range networks {
		from, to := t.ring[i], t.ring[i+1]
		size := to - from
		if size < 2 {
			for q := from; q < to; q++ {
				t.gone[q] = ^uint32(0)
			}
			continue
		}
		mean := float64(s.WorkMean[networkKind[i]] / s.WorkDaily / 2)
		floor := uint32(mean)
		more := chanceOf(mean - float64(floor))
		if limit := (size - 1) / 2; floor >= limit { // a small town: everybody knows everybody
			floor, more = limit, 0
		}
		t.half[i] = floor
		if more > 0 {
			t.half[i]++
		}
		for q := from; q < to; q++ {
			half := floor
			if uint64(kHalf.u32(uint64(q))) < more {
				half++
			}
			t.gone[q] = ^uint32(0) << half // nothing is left of a shift by 32
			for d := uint32(1); d <= half; d++ {
				// Either end may keep the edge and lead its other end anywhere.
				draw := k.at(uint64(q)*maxHalf + uint64(d-1))
				other := from + add(q-from, d, size)
				keep := q
				switch {
				case uint64(uint32(draw)) < rewired:
				case draw>>32 < rewired:
					keep = other
				default:
					continue
				}
				for try := uint64(0); try < 8; try++ {
					x := from + k.of(1).below((uint64(q)*maxHalf+uint64(d-1))*8+try, size)
					gap := sub(x-from, keep-from, size)
					if gap > half && size-gap > half { // neither oneself nor a neighbour
						t.gone[q] |= 1 << (d - 1)
						edges = append(edges, edge{keep, x})
						t.extraOf[keep]++
						t.extraOf[x]++
						break
					}
				}
			}
		}
	}
	sum := uint32(0)
	for q, n := range t.extraOf {
		t.extraOf[q] = sum
		sum += n
	}
	t.extra = make([]uint32, sum)
	next := make([]uint32, t.n)
	copy(next, t.extraOf)
	for _, e := range edges {
		t.extra[next[e.a]] = e.b
		next[e.a]++
		t.extra[next[e.b]] = e.a
		next[e.b]++
	}
}

// count takes the mean contacts a day by which infectiousness is divided.
func (t *town) count(s *Scenario) {
	var home, work, random, people [3]uint64
	for p, a := range t.age {
		kind := kindOf(a)
		people[kind]++
		home[kind] += uint64(t.home[p]&15) - 1
		random[kind] += uint64(t.random[p])
	}
	for q, p := range t.at {
		net := t.network(uint32(q))
		half := int(t.half[net])
		degree := int(t.extraOf[q+1] - t.extraOf[q])
		degree += half - bits.OnesCount32(t.gone[q]&(1<<half-1))
		for d := 1; d <= half; d++ {
			if t.gone[t.before(uint32(q), uint32(d), net)]>>(d-1)&1 == 0 {
				degree++
			}
		}
		work[kindOf(t.age[p])] += uint64(degree)
	}
	var sum, all float64
	for i := range people {
		w := float64(s.HouseholdWeight*float64(home[i])) + float64(s.WorkDaily*float64(work[i])) + float64(random[i])
		sum += w
		all += float64(people[i])
		if people[i] > 0 {
			t.contacts[i] = w / float64(people[i])
		}
	}
	t.everyone = sum / all
}

// before and after are the places d further back and on in a ring.
func (t *town) before(q, d uint32, net int) uint32 {
	from := t.ring[net]
	return from + sub(q-from, d, t.ring[net+1]-from)
}

func (t *town) after(q, d uint32, net int) uint32 {
	from := t.ring[net]
	return from + add(q-from, d, t.ring[net+1]-from)
}
