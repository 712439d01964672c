package scan

import (
	"cmp"
	"math"
	"slices"
)

// A crossing is a place where a finder pattern may be: nested squares whose
// widths along any line through the middle are as 1:1:3:1:1.
type crossing struct {
	x, y  float64
	chord [4]float64 // 7 modules long, turned by 0, 45, 90 and 135 degrees; 0 if not seen
	hits  int        // rows that crossed it
	dark  bool       // dark on light, as usual; false in a code of inverted colours
}

// maxCrossings and maxFinders bound what is looked at in a picture. A page of
// [maxCodes] codes has 60 finder patterns.
const (
	maxCrossings = 300
	maxFinders   = 3 * maxCodes
)

// crossings returns the places that five runs of a row, and of three other
// directions, point to, those that most rows agree on first.
func (r *reader) crossings(f *frame) []crossing {
	var found []crossing
	open := 0 // those before have been passed by the rows
	meet := func(x, y int, run *[5]int, colour uint8) {
		p, ok := f.meet(x, y, run, colour)
		if !r.pay(meetCost+len(found)-open) || !ok {
			return
		}
		if !confirm(found[open:], &p) && len(found) < 4*maxCrossings {
			found = append(found, p)
		}
	}
	for y := 1; y < f.h; y += 2 {
		for open < len(found) && found[open].y+found[open].chord[0] < float64(y) {
			open++
		}
		line := f.dark[y*f.w:][:f.w]
		var run [5]int // the last runs of one colour; the last one is growing
		colour := line[0]
		for x, c := range line {
			if c == colour {
				run[4]++
				continue
			}
			if ratio(&run) {
				meet(x, y, &run, colour)
			}
			run = [5]int{run[1], run[2], run[3], run[4], 1}
			colour = c
		}
		if ratio(&run) {
			meet(f.w, y, &run, colour)
		}
		if r.left <= r.kept {
			break
		}
	}
	slices.SortStableFunc(found, func(a, b crossing) int { return b.hits - a.hits })
	return found[:min(len(found), maxCrossings)]
}

// confirm tells whether p is one of those found, and if so adds it to this.
func confirm(found []crossing, p *crossing) bool {
	for i := range found {
		q := &found[i]
		if near := q.chord[0] / 4; math.Abs(q.x-p.x) < near && math.Abs(q.y-p.y) < near &&
			q.dark == p.dark && p.chord[0] < 1.5*q.chord[0] && q.chord[0] < 1.5*p.chord[0] {
			n := float64(q.hits)
			q.x, q.y = (q.x*n+p.x)/(n+1), (q.y*n+p.y)/(n+1)
			for k, c := range p.chord {
				q.chord[k] = (q.chord[k]*n + c) / (n + 1)
			}
			q.hits++
			return true
		}
	}
	return false
}

// ratio tells whether five runs are as 1:1:3:1:1.
func ratio(run *[5]int) bool {
	if run[0] == 0 {
		return false
	}
	all := run[0] + run[1] + run[2] + run[3] + run[4]
	if all < 7 {
		return false
	}
	// In fourteenths of all, each narrow run may be off by half a module and
	// half a pixel, the wide one by three times as much.
	slack := all + 7
	for i, n := range run {
		want, s := 2*all, slack
		if i == 2 {
			want, s = 6*all, 3*slack
		}
		if d := 14*n - want; d > s || -d > s {
			return false
		}
	}
	return true
}

// meet takes five runs that end before x and checks them in the other
// directions, of which one may fail.
func (f *frame) meet(x, y int, run *[5]int, colour uint8) (crossing, bool) {
	width := run[0] + run[1] + run[2] + run[3] + run[4]
	cx := float64(x-run[4]-run[3]) - float64(run[2])/2
	down, high, ok := f.cross(int(cx), y, 0, 1, colour, width)
	if !ok {
		return crossing{}, false
	}
	cy := float64(y) + 0.5 + down
	over, wide, ok := f.cross(int(cx), int(cy), 1, 0, colour, width)
	if !ok || wide > 2*high || high > 2*wide {
		return crossing{}, false
	}
	cx = float64(int(cx)) + 0.5 + over
	_, falling, ok1 := f.cross(int(cx), int(cy), 1, 1, colour, width)
	_, rising, ok2 := f.cross(int(cx), int(cy), 1, -1, colour, width)
	chord := [4]float64{float64(wide), math.Sqrt2 * float64(falling), float64(high), math.Sqrt2 * float64(rising)}
	return crossing{cx, cy, chord, 1, colour == 1}, ok1 || ok2
}

// cross walks from a place both ways and tells whether the five runs that it
// crosses are as 1:1:3:1:1; if so, how far the middle is from the pixel's
// middle, and their length, both counted in steps.
func (f *frame) cross(x, y, dx, dy int, colour uint8, width int) (middle float64, length int, ok bool) {
	if uint(x) >= uint(f.w) || uint(y) >= uint(f.h) || f.dark[y*f.w+x] != colour {
		return 0, 0, false
	}
	most := width // no run of a pattern is longer than this in any direction
	walk := func(dx, dy int) (n [3]int) {
		px, py, c := x+dx, y+dy, colour
		for i := range n {
			for uint(px) < uint(f.w) && uint(py) < uint(f.h) && f.dark[py*f.w+px] == c && n[i] <= most {
				n[i]++
				px, py = px+dx, py+dy
			}
			c ^= 1
		}
		return n
	}
	a, b := walk(-dx, -dy), walk(dx, dy)
	run := [5]int{a[2], a[1], a[0] + 1 + b[0], b[1], b[2]}
	length = run[0] + run[1] + run[2] + run[3] + run[4]
	return float64(b[0]-a[0]) / 2, length, ratio(&run) && length < 2*width
}

// A finder is a finder pattern that has been looked at closely.
type finder struct {
	local
	score    float64 // how well it agrees, at most 1
	inverted bool
}

// leastFinder is the score below which there is no finder pattern. True ones
// were seen from 0.45 (blurred, aslant) to 1, what only crosses like one below
// 0.36.
const leastFinder = 0.4

// finders returns the finder patterns, the clearest first.
func (r *reader) finders(f *frame) []finder {
	var found []finder
	for _, c := range r.crossings(f) {
		if !r.pay(crossingCost) {
			break
		}
		best := finder{inverted: !c.dark}
		for turn := range 4 {
			l := local{point{c.x, c.y}, c.side(turn), c.side(turn + 4)}
			if s := f.finderScore(&l, best.inverted); s > best.score {
				best.local, best.score = l, s
			}
		}
		if best.score < leastFinder-0.15 {
			continue
		}
		r.pay(settleCost)
		best.score = f.settle(&best.local, best.inverted)
		if best.score < leastFinder || slices.ContainsFunc(found, func(g finder) bool {
			return g.mid.minus(best.mid).length() < 3*g.right.length()
		}) {
			continue
		}
		found = append(found, best)
	}
	slices.SortStableFunc(found, func(a, b finder) int { return cmp.Compare(b.score, a.score) })
	return found[:min(len(found), maxFinders)]
}

// side returns the step of one module, if the pattern is turned by so many
// eighths of a half circle: by the chord in this direction, or by the two on
// both sides of it, which are longer by 1/cos 22.5°.
func (c *crossing) side(turn int) point {
	k := turn / 2
	length := c.chord[k]
	if turn%2 == 1 {
		length = 0.924 * (length + c.chord[(k+1)%4]) / 2
	}
	sin, cos := math.Sincos(float64(turn) * math.Pi / 8)
	return point{cos * length / 7, sin * length / 7}
}

// facing returns the finder turned by quarters so that its right is along u
// and its down along w; false if it faces elsewhere.
func (g finder) facing(u, w point) (finder, bool) {
	for range 4 {
		if g.right.dot(u) > 0.8*g.right.length()*u.length() && g.down.dot(w) > 0.8*g.down.length()*w.length() {
			return g, true
		}
		g.right, g.down = g.down, g.right.times(-1)
	}
	return finder{}, false
}
