package scan

// A frame is a plane with what counts as dark in it.
type frame struct {
	*plane
	dark   []uint8 // 1 for each dark pixel
	levels []uint8 // the shade between dark and light, for each block of block by block pixels
	across int     // blocks in a row
}

const block = 8

// threshold tells dark from light by the mean of the surroundings: radius
// blocks in each direction. A radius of 0 takes one level for the whole
// picture, the one that parts its shades best.
func threshold(p *plane, radius int) *frame {
	f := &frame{plane: p, across: (p.w + block - 1) / block}
	down := (p.h + block - 1) / block
	f.levels = make([]uint8, f.across*down)
	hist := histogram(p)
	if radius == 0 {
		level := otsu(&hist)
		for i := range f.levels {
			f.levels[i] = level
		}
	} else {
		f.localLevels(radius, down)
	}
	f.paint(margin(&hist, len(p.pix)))
	return f
}

// localLevels fills the levels with means.
func (f *frame) localLevels(radius, down int) {
	// sums has the sum of all blocks' means above and to the left.
	stride := f.across + 1
	sums := make([]uint32, stride*(down+1))
	row := make([]uint32, f.across)
	for by := range down {
		clear(row)
		y0, y1 := by*block, min((by+1)*block, f.h)
		for y := y0; y < y1; y++ {
			line := f.pix[y*f.w:][:f.w]
			for bx := range row {
				s := uint32(0)
				for _, v := range line[bx*block : min((bx+1)*block, f.w)] {
					s += uint32(v)
				}
				row[bx] += s
			}
		}
		left := uint32(0)
		for bx, s := range row {
			pixels := uint32((y1 - y0) * (min((bx+1)*block, f.w) - bx*block))
			left += s / pixels
			sums[(by+1)*stride+bx+1] = left + sums[by*stride+bx+1]
		}
	}
	for by := range down {
		y0, y1 := max(0, by-radius), min(down, by+radius+1)
		for bx := range f.across {
			x0, x1 := max(0, bx-radius), min(f.across, bx+radius+1)
			s := sums[y1*stride+x1] - sums[y0*stride+x1] - sums[y1*stride+x0] + sums[y0*stride+x0]
			f.levels[by*f.across+bx] = uint8(s / uint32((y1-y0)*(x1-x0)))
		}
	}
}

// paint marks what is darker than its level by more than a margin, without
// which the noise of an even ground would be taken for a pattern.
func (f *frame) paint(margin int) {
	f.dark = make([]uint8, len(f.pix))
	for y := range f.h {
		levels := f.levels[y/block*f.across:][:f.across]
		line, out := f.pix[y*f.w:][:f.w], f.dark[y*f.w:][:f.w]
		for bx, level := range levels {
			least := uint8(max(0, int(level)-margin))
			end := min((bx+1)*block, f.w)
			part := out[bx*block : end]
			for i, v := range line[bx*block : end] {
				d := uint8(0)
				if v < least {
					d = 1
				}
				part[i] = d
			}
		}
	}
}

// level returns the shade between dark and light at a place.
func (f *frame) level(x, y float64) int {
	bx := max(0, min(int(x)/block, f.across-1))
	by := max(0, min(int(y)/block, len(f.levels)/f.across-1))
	return int(f.levels[by*f.across+bx])
}

func histogram(p *plane) (hist [256]int) {
	for _, v := range p.pix {
		hist[v]++
	}
	return hist
}

// margin returns a fortieth of the range of shades, the outermost 2 % left out.
func margin(hist *[256]int, n int) int {
	low, high := 0, 255
	for s := hist[0]; s < n/50 && low < 255; s += hist[low] {
		low++
	}
	for s := hist[255]; s < n/50 && high > low; s += hist[high] {
		high--
	}
	return (high - low) / 40
}

// otsu returns the level between the two classes of shades that differ most
// (Otsu 1979).
func otsu(hist *[256]int) uint8 {
	n, sum := 0, 0
	for v, c := range hist {
		n += c
		sum += v * c
	}
	best, level := -1.0, 128
	below, belowSum := 0, 0
	for v, c := range hist {
		below += c
		belowSum += v * c
		if below == 0 || below == n {
			continue
		}
		d := float64(belowSum)/float64(below) - float64(sum-belowSum)/float64(n-below)
		if between := float64(below) * float64(n-below) * d * d; between > best {
			best, level = between, v+1
		}
	}
	return uint8(min(level, 255))
}
