package scan

import "github.com/pratique/pratique/internal/qr/layout"

// A mesh corrects a view where the paper is not flat: it says how far from
// where the view has them the alignment patterns are. The finders stand where
// the grid of alignment patterns has none.
type mesh struct {
	view  *view
	lines []float64 // rows and columns of the patterns' middles
	off   []point   // for each crossing of two lines, row by row
}

// newMesh looks for the alignment patterns one after the other, each where
// those before it let it be expected. The version is 7 at least.
func (f *frame) newMesh(v *view, t *triple, version layout.Version) *mesh {
	m := &mesh{view: v}
	for _, a := range version.Alignments() {
		m.lines = append(m.lines, float64(a)+0.5)
	}
	n := len(m.lines)
	m.off = make([]point, n*n)
	for j, y := range m.lines {
		for i, x := range m.lines {
			if last := n - 1; (i == 0 && (j == 0 || j == last)) || (i == last && j == 0) {
				continue // a finder, which the view has right
			}
			at := v.at(x, y)
			var expect point
			switch {
			case i > 0 && j > 0:
				expect = m.off[j*n+i-1].plus(m.off[(j-1)*n+i]).minus(m.off[(j-1)*n+i-1])
			case i+j == 1: // by the slope of the finder pattern beside it
				expect = t.corner.at(x-3.5, y-3.5).minus(at)
			case i > 0:
				expect = m.off[j*n+i-1]
			default:
				expect = m.off[(j-1)*n+i]
			}
			l := local{at.plus(expect), v.at(x+1, y).minus(at), v.at(x, y+1).minus(at)}
			if found, ok := f.findAlignment(l, 2.5, t.corner.inverted); ok {
				expect = found.minus(at)
			}
			m.off[j*n+i] = expect
		}
	}
	return m
}

// at returns the place of a place in the symbol.
func (m *mesh) at(x, y float64) point {
	p := m.view.at(x, y)
	i, u := m.cell(x)
	j, w := m.cell(y)
	k := j*len(m.lines) + i
	upper := m.off[k].times(1 - u).plus(m.off[k+1].times(u))
	k += len(m.lines)
	lower := m.off[k].times(1 - u).plus(m.off[k+1].times(u))
	return p.plus(upper.times(1 - w)).plus(lower.times(w))
}

// cell returns the line before x, and how far x is to the next; the outermost
// cells go on beyond their lines.
func (m *mesh) cell(x float64) (int, float64) {
	i := 0
	for i < len(m.lines)-2 && x > m.lines[i+1] {
		i++
	}
	return i, (x - m.lines[i]) / (m.lines[i+1] - m.lines[i])
}

// A sheet has the shade of each module of a symbol, dark high.
type sheet struct {
	size  int
	shade []int
}

// sample reads the shades, each the mean of five places in the module.
func (f *frame) sample(at func(x, y float64) point, size int, inverted bool) *sheet {
	s := &sheet{size, make([]int, size*size)}
	mid := float64(size) / 2
	for y := range size {
		cy := float64(y) + 0.5
		here := at(mid, cy)
		dx, dy := at(mid+0.22, cy).minus(here), at(mid, cy+0.22).minus(here)
		for x := range size {
			p := at(float64(x)+0.5, cy)
			sum := 2 * f.at(p.x, p.y)
			sum += f.at(p.x+dx.x+dy.x, p.y+dx.y+dy.y)
			sum += f.at(p.x+dx.x-dy.x, p.y+dx.y-dy.y)
			sum += f.at(p.x-dx.x+dy.x, p.y-dx.y+dy.y)
			sum += f.at(p.x-dx.x-dy.x, p.y-dx.y-dy.y)
			if inverted {
				sum = -sum
			}
			s.shade[y*size+x] = -sum
		}
	}
	return s
}

// modules tells dark from light: what is darker than the mean of the modules
// around. As masks make half of a symbol dark everywhere, this needs to know
// nothing of the light.
func (s *sheet) modules() *layout.Grid {
	const radius = 6
	g := &layout.Grid{Size: s.size}
	stride := s.size + 1
	sums := make([]int, stride*stride)
	for y := range s.size {
		left := 0
		for x := range s.size {
			left += s.shade[y*s.size+x]
			sums[(y+1)*stride+x+1] = sums[y*stride+x+1] + left
		}
	}
	for y := range s.size {
		y0, y1 := max(0, y-radius), min(s.size, y+radius+1)
		for x := range s.size {
			x0, x1 := max(0, x-radius), min(s.size, x+radius+1)
			sum := sums[y1*stride+x1] - sums[y0*stride+x1] - sums[y1*stride+x0] + sums[y0*stride+x0]
			if s.shade[y*s.size+x]*(y1-y0)*(x1-x0) > sum {
				g.Set(x, y, true)
			}
		}
	}
	return g
}

// sharp returns the sheet with what a blurred picture mixes into a module from
// its four neighbours taken out.
func (s *sheet) sharp() *sheet {
	out := &sheet{s.size, make([]int, len(s.shade))}
	n := s.size
	for y := range n {
		for x := range n {
			v := s.shade[y*n+x]
			around := s.shade[max(0, y-1)*n+x] + s.shade[min(n-1, y+1)*n+x] +
				s.shade[y*n+max(0, x-1)] + s.shade[y*n+min(n-1, x+1)]
			out.shade[y*n+x] = 8*v - around
		}
	}
	return out
}
