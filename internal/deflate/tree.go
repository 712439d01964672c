package deflate

import (
	"math/bits"
	"slices"
)

// tree is a Huffman code for encoding.
type tree struct {
	n      int         // symbols
	freq   [288]uint32 // how often each comes
	length [288]uint8  // of its code; 0: it has none
	code   [288]uint16 // the first bit lowest
	cost   [288]uint32 // what it would cost to use it: length, and a guess for those without

	rare   []uint32 // memory of build
	weight []uint32
}

// reset forgets how often symbols came.
func (t *tree) reset(n int) {
	t.n = n
	clear(t.freq[:])
}

// guess sets the costs before anything is known: of the symbols below split, and of the others.
func (t *tree) guess(split int, below, others uint32) {
	for i := range t.cost {
		t.cost[i] = others
		if i < split {
			t.cost[i] = below
		}
	}
}

// used returns the number of symbols up to the last that has a code, at least least.
func (t *tree) used(least int) int {
	n := t.n
	for n > least && t.length[n-1] == 0 {
		n--
	}
	return n
}

// size returns the bits that the symbols take with codes of these lengths.
func (t *tree) size(length []uint8) uint32 {
	sum := uint32(0)
	for s, f := range t.freq[:t.n] {
		sum += f * uint32(length[s])
	}
	return sum
}

// build finds the lengths of the codes, none longer than limit, with which the
// symbols take the fewest bits. At least two symbols get one, as old decoders
// want it.
func (t *tree) build(limit int) {
	t.rare = t.rare[:0]
	for s, f := range t.freq[:t.n] {
		if f != 0 {
			t.rare = append(t.rare, f<<9|uint32(s)) // f is at most MaxEncode+1
		}
	}
	for s := 0; len(t.rare) < 2; s++ {
		if t.freq[s] == 0 {
			t.rare = append(t.rare, 1<<9|uint32(s))
		}
	}
	slices.Sort(t.rare) // the rarest first
	count := limited(t.depths(), limit)
	clear(t.length[:])
	i, longest := 0, 0
	for l := limit; l > 0; l-- {
		for range count[l] {
			longest = max(longest, l)
			t.length[t.rare[i]&511] = uint8(l)
			i++
		}
	}
	for s, l := range t.length {
		t.cost[s] = uint32(l)
		if l == 0 {
			t.cost[s] = uint32(longest) + 1
		}
	}
	t.assign()
}

// depths returns the lengths of unlimited codes for the symbols of t.rare, in
// its order (Moffat and Katajainen, In-place calculation of minimum-redundancy
// codes, 1995). The memory holds weights, then parents, then depths.
func (t *tree) depths() []uint32 {
	n := len(t.rare)
	t.weight = grow(t.weight, n)
	a := t.weight
	for i, r := range t.rare {
		a[i] = r >> 9
	}
	root, leaf := 0, 0
	for next := range n - 1 {
		sum := uint32(0)
		for range 2 { // the two lightest, of the leaves and of the nodes made
			if leaf >= n || root < next && a[root] < a[leaf] {
				sum += a[root]
				a[root] = uint32(next)
				root++
			} else {
				sum += a[leaf]
				leaf++
			}
		}
		a[next] = sum
	}
	a[n-2] = 0
	for next := n - 3; next >= 0; next-- {
		a[next] = a[a[next]] + 1
	}
	room, root, leaf := 1, n-2, n-1
	for depth := uint32(0); room > 0; depth++ {
		inner := 0
		for root >= 0 && a[root] == depth {
			inner++
			root--
		}
		for ; room > inner; room-- {
			a[leaf] = depth
			leaf--
		}
		room = 2 * inner
	}
	return a
}

// limited returns how many codes there are of each length, where those longer
// than limit are cut to it, and as many others made longer as that needs.
func limited(depth []uint32, limit int) (count [maxBits + 1]int) {
	sum := 0 // of what the codes take of all codes; in parts of 2^limit
	for _, d := range depth {
		l := min(int(d), limit)
		count[l]++
		sum += 1 << (limit - l)
	}
	for ; sum > 1<<limit; sum-- {
		l := limit - 1
		for count[l] == 0 {
			l--
		}
		// A code of length l becomes two of l+1: one is its own, and one takes
		// in a code of length limit.
		count[l]--
		count[l+1] += 2
		count[limit]--
	}
	return count
}

// use takes codes of these lengths.
func (t *tree) use(length []uint8) {
	t.n = copy(t.length[:], length)
	t.assign()
}

// assign gives each symbol the code that follows from the lengths (RFC 1951
// section 3.2.2).
func (t *tree) assign() {
	var next [maxBits + 2]uint16
	var count [maxBits + 1]uint16
	for _, l := range t.length[:t.n] {
		count[l]++
	}
	count[0] = 0
	for l := 1; l <= maxBits; l++ {
		next[l+1] = (next[l] + count[l]) << 1
	}
	for s, l := range t.length[:t.n] {
		if l != 0 {
			t.code[s] = bits.Reverse16(next[l]) >> (16 - l)
			next[l]++
		}
	}
}

// put writes the code of a symbol.
func (t *tree) put(w *writer, symbol int) {
	w.put(uint32(t.code[symbol]), uint(t.length[symbol]))
}
