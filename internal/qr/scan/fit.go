package scan

import (
	"math"

	"github.com/pratique/pratique/internal/qr/layout"
)

// A point is a place in a plane, or a step between two.
type point struct{ x, y float64 }

func (p point) plus(q point) point    { return point{p.x + q.x, p.y + q.y} }
func (p point) minus(q point) point   { return point{p.x - q.x, p.y - q.y} }
func (p point) times(k float64) point { return point{k * p.x, k * p.y} }
func (p point) length() float64       { return math.Hypot(p.x, p.y) }
func (p point) cross(q point) float64 { return p.x*q.y - p.y*q.x }
func (p point) dot(q point) float64   { return p.x*q.x + p.y*q.y }

// A view maps places in a symbol, in modules, to places in a picture:
// (x, y) goes to ((v0 x + v1 y + v2) / w, (v3 x + v4 y + v5) / w) with
// w = v6 x + v7 y + 1.
type view [8]float64

func (v *view) at(x, y float64) point {
	w := v[6]*x + v[7]*y + 1
	return point{(v[0]*x + v[1]*y + v[2]) / w, (v[3]*x + v[4]*y + v[5]) / w}
}

// newView returns the view that maps the places from to the places to, four or
// more; if more, with the least squares of the errors.
func newView(from, to []point) (v view, ok bool) {
	// Both are moved and scaled to about the unit square: the products below
	// would otherwise eat up the precision.
	f0, fk := spread(from)
	t0, tk := spread(to)
	var a [8][9]float64 // the normal equations
	add := func(row *[9]float64) {
		for i := range 8 {
			for j := range 9 {
				a[i][j] += row[i] * row[j]
			}
		}
	}
	for i := range from {
		p, q := from[i].minus(f0).times(fk), to[i].minus(t0).times(tk)
		add(&[9]float64{p.x, p.y, 1, 0, 0, 0, -p.x * q.x, -p.y * q.x, q.x})
		add(&[9]float64{0, 0, 0, p.x, p.y, 1, -p.x * q.y, -p.y * q.y, q.y})
	}
	h, ok := solve(&a)
	if !ok {
		return v, false
	}
	// Back: first the symbol's side, then the picture's.
	m := [9]float64{h[0] * fk, h[1] * fk, 0, h[3] * fk, h[4] * fk, 0, h[6] * fk, h[7] * fk, 0}
	for r := range 3 {
		c := 1.0
		if r < 2 {
			c = h[3*r+2]
		}
		m[3*r+2] = c - m[3*r]*f0.x - m[3*r+1]*f0.y
	}
	for i := range 3 {
		m[i] = m[i]/tk + m[6+i]*t0.x
		m[3+i] = m[3+i]/tk + m[6+i]*t0.y
	}
	if math.Abs(m[8]) < 1e-9 {
		return v, false
	}
	for i := range v {
		v[i] = m[i] / m[8]
	}
	return v, true
}

// spread returns the mean of some points and the factor that brings them to
// about one unit from it.
func spread(points []point) (mean point, scale float64) {
	for _, p := range points {
		mean = mean.plus(p)
	}
	mean = mean.times(1 / float64(len(points)))
	far := 1e-9
	for _, p := range points {
		far = max(far, p.minus(mean).length())
	}
	return mean, 1 / far
}

// solve solves eight linear equations by elimination with row pivots.
func solve(a *[8][9]float64) (x [8]float64, ok bool) {
	for i := range 8 {
		pivot := i
		for j := i + 1; j < 8; j++ {
			if math.Abs(a[j][i]) > math.Abs(a[pivot][i]) {
				pivot = j
			}
		}
		a[i], a[pivot] = a[pivot], a[i]
		if !(math.Abs(a[i][i]) > 1e-12) { // or not a number
			return x, false
		}
		for j := range 8 {
			if j == i {
				continue
			}
			k := a[j][i] / a[i][i]
			for c := i; c < 9; c++ {
				a[j][c] -= k * a[i][c]
			}
		}
	}
	for i := range x {
		x[i] = a[i][8] / a[i][i]
	}
	return x, true
}

// A local is where a pattern lies: its middle and the steps of one module.
type local struct{ mid, right, down point }

// at returns a place given in modules from the middle.
func (l *local) at(x, y float64) point {
	return point{l.mid.x + x*l.right.x + y*l.down.x, l.mid.y + x*l.right.y + y*l.down.y}
}

// A tally compares what is seen with what is expected: +1 where all agrees.
type tally struct{ agree, all int }

func (t *tally) add(darkness int, dark bool) {
	t.all += max(darkness, -darkness)
	if dark {
		t.agree += darkness
	} else {
		t.agree -= darkness
	}
}

func (t *tally) score() float64 {
	if t.all == 0 {
		return 0
	}
	return float64(t.agree) / float64(t.all)
}

// darkness returns how much darker than its surroundings a place is, with the
// opposite sign in a code of inverted colours.
func (f *frame) darkness(p point, inverted bool) int {
	d := f.level(p.x, p.y) - f.at(p.x, p.y)
	if inverted {
		return -d
	}
	return d
}

// finderScore compares nested squares of 9 modules, light border included,
// at four places in each module, so that half a module amiss shows.
func (f *frame) finderScore(l *local, inverted bool) float64 {
	var t tally
	for y := -4; y <= 4; y++ {
		for x := -4; x <= 4; x++ {
			ring := max(x, -x, y, -y)
			dark := ring <= 1 || ring == 3
			for _, d := range [4]point{{-.3, -.3}, {.3, -.3}, {-.3, .3}, {.3, .3}} {
				t.add(f.darkness(l.at(float64(x)+d.x, float64(y)+d.y), inverted), dark)
			}
		}
	}
	return t.score()
}

// settle moves a local until the finder pattern under it agrees best.
func (f *frame) settle(l *local, inverted bool) float64 {
	best := f.finderScore(l, inverted)
	module := max(l.right.length(), l.down.length())
	for step := 0.4; step > 0.04; step /= 2 {
		s := step * module
		for range 4 {
			before := best
			for _, move := range [...]local{
				{mid: point{s, 0}}, {mid: point{0, s}},
				{right: point{s / 4, 0}}, {right: point{0, s / 4}},
				{down: point{s / 4, 0}}, {down: point{0, s / 4}},
			} {
				for range 2 {
					moved := local{l.mid.plus(move.mid), l.right.plus(move.right), l.down.plus(move.down)}
					if score := f.finderScore(&moved, inverted); score > best {
						*l, best = moved, score
						break
					}
					move = local{move.mid.times(-1), move.right.times(-1), move.down.times(-1)}
				}
			}
			if best == before {
				break
			}
		}
	}
	return best
}

// A target is what all symbols of a version have in common.
type target struct {
	version layout.Version
	fixed   *layout.Grid
	marks   []mark // the function patterns, format information left out
}

type mark struct {
	x, y float64
	dark bool
}

// target returns the target of a version, made when first asked for.
func (r *reader) target(v layout.Version) *target {
	if r.targets[v] == nil {
		r.targets[v] = newTarget(v)
	}
	return r.targets[v]
}

func newTarget(v layout.Version) *target {
	fixed, pattern := layout.Function(v)
	n := v.Size()
	t := &target{version: v, fixed: fixed}
	for y := range n {
		for x := range n {
			format := (x == 8 && (y < 9 || y > n-9)) || (y == 8 && (x < 9 || x > n-9))
			if !fixed.Dark(x, y) || format {
				continue
			}
			t.marks = append(t.marks, mark{float64(x) + 0.5, float64(y) + 0.5, pattern.Dark(x, y)})
		}
	}
	return t
}

// score compares what is seen with what should be.
func (f *frame) score(v *view, marks []mark, inverted bool) float64 {
	var s tally
	for _, m := range marks {
		s.add(f.darkness(v.at(m.x, m.y), inverted), m.dark)
	}
	return s.score()
}
