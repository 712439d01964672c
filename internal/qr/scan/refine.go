package scan

import (
	"math"

	"github.com/pratique/pratique/internal/qr/layout"
)

// A pose is a view given by where four places of a symbol lie: the middles of
// the finder patterns and of the last alignment pattern (or, in version 1,
// which has none, where a fourth finder would be).
type pose struct {
	from, to [4]point
}

func newPose(t *triple, v *view, version layout.Version) (p pose) {
	n := float64(version.Size())
	last := n - 3.5
	if version > 1 {
		last = n - 6.5
	}
	p.from = [4]point{{3.5, 3.5}, {n - 3.5, 3.5}, {3.5, n - 3.5}, {last, last}}
	p.to = [4]point{t.corner.mid, t.right.mid, t.down.mid, v.at(last, last)}
	return p
}

func (p *pose) view() (view, bool) { return newView(p.from[:], p.to[:]) }

// align moves the fourth place to where the alignment pattern is seen.
func (f *frame) align(p *pose, v *view, inverted bool) {
	at := p.from[3]
	mid := v.at(at.x, at.y)
	l := local{mid, v.at(at.x+1, at.y).minus(mid), v.at(at.x, at.y+1).minus(mid)}
	if found, ok := f.findAlignment(l, 4, inverted); ok {
		p.to[3] = found
	}
}

// findAlignment returns the middle of the alignment pattern that is seen best
// up to reach modules away from where it is expected.
func (f *frame) findAlignment(l local, reach float64, inverted bool) (point, bool) {
	best, move := 0.0, point{}
	try := func(x, y float64) {
		m := local{l.at(x, y), l.right, l.down}
		// Of two equals the nearer: a tenth for the whole reach.
		if s := f.alignmentScore(&m, inverted) - 0.1*math.Hypot(x, y)/reach; s > best {
			best, move = s, point{x, y}
		}
	}
	for y := -reach; y <= reach; y += 0.5 {
		for x := -reach; x <= reach; x += 0.5 {
			try(x, y)
		}
	}
	coarse := move
	for y := -0.375; y < 0.4; y += 0.125 {
		for x := -0.375; x < 0.4; x += 0.125 {
			try(coarse.x+x, coarse.y+y)
		}
	}
	return l.at(move.x, move.y), best > 0.5
}

func (f *frame) alignmentScore(l *local, inverted bool) float64 {
	var t tally
	for y := -2; y <= 2; y++ {
		for x := -2; x <= 2; x++ {
			dark := max(x, -x, y, -y) != 1
			t.add(f.darkness(l.at(float64(x), float64(y)), inverted), dark)
		}
	}
	return t.score()
}

// refine moves the four places until the function patterns agree best.
func (f *frame) refine(p *pose, t *target, inverted bool) view {
	best, ok := p.view()
	if !ok {
		return best
	}
	score := f.score(&best, t.marks, inverted)
	n := float64(t.version.Size())
	module := p.to[1].minus(p.to[0]).length() / (n - 7)
	for step := 0.8 * module; step > 0.08*module; step /= 2 {
		for range 2 {
			before := score
			for i := range p.to {
				for _, d := range [4]point{{step, 0}, {-step, 0}, {0, step}, {0, -step}} {
					q := *p
					q.to[i] = q.to[i].plus(d)
					v, ok := q.view()
					if !ok {
						continue
					}
					if s := f.score(&v, t.marks, inverted); s > score {
						*p, best, score = q, v, s
					}
				}
			}
			if score == before {
				break
			}
		}
	}
	return best
}
