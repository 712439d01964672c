package main

import (
	"cmp"
	"image/color"
	"slices"
)

// box is a part of the colours of a picture.
type box struct{ colours []color.RGBA }

// choose picks at most n colours that stand for all: what is used most as it is,
// because it is the ground of buttons and cards, and of the rest the middles of
// boxes that are cut in half again and again (Heckbert's median cut).
func choose(count map[color.RGBA]int, n int) color.Palette {
	all := make([]color.RGBA, 0, len(count))
	for c := range count {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(number(a), number(b))) // the same in every run
	})
	var out color.Palette
	exact := len(all)
	if len(all) > n {
		exact = n / 8
	}
	for _, c := range all[:exact] {
		out = append(out, c)
	}
	if exact == len(all) {
		return out
	}
	boxes := []box{{all[exact:]}}
	for len(boxes) < n-exact {
		i := widest(boxes)
		if i < 0 {
			break
		}
		a, b := cut(boxes[i], count)
		boxes[i] = a
		boxes = append(boxes, b)
	}
	for _, b := range boxes {
		out = append(out, middle(b, count))
	}
	return out
}

func number(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }

// spread is how far the colours of a box lie apart, and in which part.
func spread(b box) (far, part int) {
	for p := range 3 {
		low, high := 255, 0
		for _, c := range b.colours {
			v := int(channel(c, p))
			low, high = min(low, v), max(high, v)
		}
		if high-low > far {
			far, part = high-low, p
		}
	}
	return far, part
}

func channel(c color.RGBA, part int) uint8 { return [3]uint8{c.R, c.G, c.B}[part] }

func widest(boxes []box) int {
	best, most := -1, 0
	for i, b := range boxes {
		if far, _ := spread(b); far > most {
			best, most = i, far
		}
	}
	return best
}

// cut cuts a box where half of its pixels lie on either side.
func cut(b box, count map[color.RGBA]int) (box, box) {
	_, part := spread(b)
	sorted := slices.Clone(b.colours)
	slices.SortFunc(sorted, func(x, y color.RGBA) int {
		return cmp.Or(cmp.Compare(channel(x, part), channel(y, part)), cmp.Compare(number(x), number(y)))
	})
	total := 0
	for _, c := range sorted {
		total += count[c]
	}
	at, sum := 1, count[sorted[0]]
	for at < len(sorted)-1 && sum < total/2 {
		sum += count[sorted[at]]
		at++
	}
	return box{colours: sorted[:at]}, box{colours: sorted[at:]}
}

// middle is the mean colour of a box, by how often each is used.
func middle(b box, count map[color.RGBA]int) color.RGBA {
	var sum [3]int
	total := 0
	for _, c := range b.colours {
		n := count[c]
		for p := range 3 {
			sum[p] += n * int(channel(c, p))
		}
		total += n
	}
	return color.RGBA{uint8(sum[0] / total), uint8(sum[1] / total), uint8(sum[2] / total), 255}
}
