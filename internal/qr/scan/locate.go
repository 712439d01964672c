package scan

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/pratique/pratique/internal/qr/layout"
)

// A triple is three finder patterns that may belong to one symbol: the corner
// between the two others, then these in clockwise order, all facing the same
// way.
type triple struct {
	corner, right, down finder
	size                float64 // estimate of the symbol's side in modules
	oddness             float64 // how far from a plain symbol
}

// triples returns the sets of three that may be a symbol, the likeliest first.
func triples(found []finder) []triple {
	var all []triple
	for i, corner := range found {
		for j := range found {
			for k := range j {
				if j == i || k == i {
					continue
				}
				if t, ok := newTriple(corner, found[j], found[k]); ok {
					all = append(all, t)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(s, t triple) int { return cmp.Compare(s.oddness, t.oddness) })
	return all
}

// pairs returns sets of three of which the third is where it should be, given
// the two others: for symbols of which one finder pattern is hidden.
func pairs(found []finder) []triple {
	var all []triple
	for i, a := range found {
		for _, b := range found[:i] {
			step := b.mid.minus(a.mid)
			side := point{-step.y, step.x} // as long, a quarter turn to the right
			for _, third := range [...]point{
				a.mid.plus(side), a.mid.minus(side), // the two are a side of the square
				b.mid.plus(side), b.mid.minus(side),
				a.mid.plus(step.plus(side).times(0.5)), // or its diagonal
				a.mid.plus(step.minus(side).times(0.5)),
			} {
				c := finder{local{third, a.right.plus(b.right).times(0.5), a.down.plus(b.down).times(0.5)}, 0, a.inverted}
				for _, corner := range [][3]finder{{a, b, c}, {b, a, c}, {c, a, b}} {
					if t, ok := newTriple(corner[0], corner[1], corner[2]); ok {
						all = append(all, t)
					}
				}
			}
		}
	}
	slices.SortStableFunc(all, func(s, t triple) int { return cmp.Compare(s.oddness, t.oddness) })
	return all
}

func newTriple(corner, a, b finder) (t triple, ok bool) {
	if a.inverted != corner.inverted || b.inverted != corner.inverted {
		return t, false
	}
	u, w := a.mid.minus(corner.mid), b.mid.minus(corner.mid)
	if u.cross(w) < 0 {
		a, b, u, w = b, a, w, u
	}
	skew := math.Abs(u.dot(w)) / (u.length() * w.length()) // cosine of the angle at the corner
	if !(skew < 0.7) {
		return t, false
	}
	var ok1, ok2, ok3 bool
	t.corner, ok1 = corner.facing(u, w)
	t.right, ok2 = a.facing(u, w)
	t.down, ok3 = b.facing(u, w)
	if !ok1 || !ok2 || !ok3 {
		return t, false
	}
	// Seen in perspective, the modules between two places number their distance
	// over the geometric mean of the module at the one and at the other.
	across := u.length() / math.Sqrt(t.corner.right.length()*t.right.right.length())
	along := w.length() / math.Sqrt(t.corner.down.length()*t.down.down.length())
	t.size = (across+along)/2 + 7
	if across > 1.2*along || along > 1.2*across || t.size < 18 || t.size > 1.1*layout.MaxSize {
		return t, false
	}
	odd := math.Abs(math.Log(across/along)) + skew
	// Of codes side by side, the finders of one are nearest to each other.
	t.oddness = odd + 0.1*math.Log(t.size) - 0.3*(t.corner.score+t.right.score+t.down.score)
	return t, true
}

// leastSymbol is the score of the function patterns below which no symbol is
// worth reading. Chance gives 0 with a deviation of 0.05 to 0.1; true ones were
// seen from 0.5, on bent paper and half covered, to 1.
const leastSymbol = 0.3

// try reads the symbol whose finder patterns may be those of t.
func (r *reader) try(f *frame, t *triple) (symbol, bool) {
	guesses := r.guesses(f, t)
	for i := range guesses {
		g := &guesses[i]
		if g.score < leastSymbol || g.score < guesses[0].score-0.2 || i == 3 {
			break
		}
		for way := range ways {
			at := r.way(f, t, g, way)
			if at == nil || !r.pay(g.version.Size()*g.version.Size()*moduleCost) {
				continue
			}
			s := f.sample(at, g.version.Size(), t.corner.inverted)
			for _, s := range [...]*sheet{s, s.sharp()} {
				if content, ok := decode(s.modules(), g.target); ok {
					return symbol{content, corners(f, at, float64(g.version.Size())), g.version.Size()}, true
				}
			}
		}
	}
	return symbol{}, false
}

const ways = 3

// way returns one of the ways to tell where a symbol's places lie: by the
// guess's view as it is; with what is not flat corrected at each alignment
// pattern; with a finder or alignment pattern that was seen wrongly moved. It
// returns nil if there is nothing to go by, or no budget.
func (r *reader) way(f *frame, t *triple, g *guess, way int) func(x, y float64) point {
	switch n := len(g.version.Alignments()); {
	case way == 0:
		return g.view.at
	case way == 1 && n > 2 && r.pay(n*n*alignCost):
		return f.newMesh(&g.view, t, g.version).at
	case way == 2 && r.pay(len(g.marks)*markCost):
		v := f.refine(&g.pose, g.target, t.corner.inverted)
		return v.at
	}
	return nil
}

// corners returns where the corners of a symbol are, in shares of the width.
func corners(f *frame, at func(x, y float64) point, n float64) (c [4]point) {
	for i, p := range [4]point{{0, 0}, {n, 0}, {n, n}, {0, n}} {
		c[i] = at(p.x, p.y).times(1 / float64(f.w))
	}
	return c
}

// A guess is a version, and how the symbol lies if it has this version.
type guess struct {
	*target
	pose  pose
	view  view
	score float64
}

// guesses returns the versions that the symbol may have, the likeliest first:
// by how well the function patterns agree, and whether the symbol names it.
func (r *reader) guesses(f *frame, t *triple) []guess {
	var guesses []guess
	for v := layout.Version(1); v <= layout.MaxVersion; v++ {
		n := float64(v.Size())
		if math.Abs(n-t.size) > 2.5+0.06*t.size || !r.pay(alignCost) {
			continue
		}
		view, ok := t.view(n)
		if !ok {
			continue
		}
		g := guess{target: r.target(v), pose: newPose(t, &view, v)}
		if v > 1 {
			f.align(&g.pose, &view, t.corner.inverted)
		}
		if g.view, ok = g.pose.view(); !ok {
			continue
		}
		g.score = f.score(&g.view, g.marks, t.corner.inverted)
		if v >= 7 && t.names(f, v) {
			g.score += 0.3
		}
		guesses = append(guesses, g)
	}
	slices.SortStableFunc(guesses, func(a, b guess) int { return cmp.Compare(b.score, a.score) })
	return guesses
}

// view returns the view from the twelve corners of the finder patterns, for a
// symbol of n modules a side.
func (t *triple) view(n float64) (view, bool) {
	var from, to []point
	for _, p := range [...]struct {
		x, y float64
		*local
	}{{3.5, 3.5, &t.corner.local}, {n - 3.5, 3.5, &t.right.local}, {3.5, n - 3.5, &t.down.local}} {
		for _, c := range [4]point{{-3.5, -3.5}, {3.5, -3.5}, {3.5, 3.5}, {-3.5, 3.5}} {
			from = append(from, point{p.x + c.x, p.y + c.y})
			to = append(to, p.local.at(c.x, c.y))
		}
	}
	return newView(from, to)
}

// names tells whether the version information beside one of the finders is
// that of v. Any two of the words differ in 8 bits or more. In a mirrored
// symbol the two places have changed sides.
func (t *triple) names(f *frame, v layout.Version) bool {
	var seen [2]uint32
	for i := range 18 {
		x, y := float64(i%3)-7, float64(i/3)-3
		if f.darkness(t.right.at(x, y), t.right.inverted) > 0 {
			seen[0] |= 1 << i
		}
		if f.darkness(t.down.at(y, x), t.down.inverted) > 0 {
			seen[1] |= 1 << i
		}
	}
	word := layout.VersionBits(v)
	return bits.OnesCount32(word^seen[0]) <= 3 || bits.OnesCount32(word^seen[1]) <= 3
}
