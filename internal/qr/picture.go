package qr

import (
	"image"
	"image/color"
	"math"
	"strconv"
	"strings"
)

// MinModule is the smallest side of a printed module in millimetres that this
// package advises: four dots of a 300 dpi printer, which the cameras of cheap
// telephones resolve at the distance where they focus.
const MinModule = 0.33

// Style says how a symbol is drawn. The zero Style has four pixels a module,
// no size on paper and no caption.
type Style struct {
	// Scale is the side of a module in pixels, at most 64. Zero means 4. A SVG
	// has no pixels and takes no notice of it.
	Scale int
	// Width is the width on paper in millimetres, quiet zone included. Zero
	// leaves it to whoever shows the picture.
	Width float64
	// Caption is one line below the quiet zone, such as SPECIMEN. Codes that
	// prove nothing must carry one. In a PNG only letters without accents
	// (drawn as capitals), digits and a few signs are drawn, others left blank.
	Caption string
}

// Module returns the side of a module in millimetres, if the symbol with its
// quiet zone is printed width millimetres wide.
func (s *Symbol) Module(width float64) float64 { return width / float64(s.Size()+2*Quiet) }

// MinWidth returns the least advisable width on paper in millimetres, quiet
// zone included: an HC1 certificate of 600 characters at level Q needs 33.3.
func (s *Symbol) MinWidth() float64 { return MinModule * float64(s.Size()+2*Quiet) }

// scale returns the pixels a module and the pixels of the side of a picture.
func (s *Symbol) scale(pixels int) (scale, side int) {
	scale = min(pixels, 64)
	if scale <= 0 {
		scale = 4
	}
	return scale, scale * (s.Size() + 2*Quiet)
}

// Image returns the picture in black and white, without caption, the side of a
// module being pixels long (see [Style] for zero and the most).
func (s *Symbol) Image(pixels int) *image.Paletted {
	scale, side := s.scale(pixels)
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range s.Size() {
		rows := img.Pix[(y+Quiet)*scale*side:][:scale*side]
		for x := range s.Size() {
			if s.Dark(x, y) {
				for i := range scale {
					rows[(x+Quiet)*scale+i] = 1
				}
			}
		}
		for i := 1; i < scale; i++ {
			copy(rows[i*side:], rows[:side])
		}
	}
	return img
}

// SVG returns the picture as a Scalable Vector Graphic: a light ground and one
// path that runs round the dark areas, so that no seams show at any size. The
// HC1 certificate of 600 characters at level Q takes 21 kB.
func (s *Symbol) SVG(st Style) []byte {
	width := s.Size() + 2*Quiet
	height := width
	if st.Caption != "" {
		height += captionHeight
	}
	b := make([]byte, 0, 3*width*width)
	b = append(b, `<svg xmlns="http://www.w3.org/2000/svg"`...)
	if st.Width > 0 && !math.IsInf(st.Width, 1) {
		mm := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
		b = append(b, ` width="`+mm(st.Width)+`mm" height="`+
			mm(math.Round(1000*st.Width/float64(width)*float64(height))/1000)+`mm"`...)
	}
	w, h := strconv.Itoa(width), strconv.Itoa(height)
	b = append(b, ` viewBox="0 0 `+w+" "+h+`" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h`+w+"v"+h+`H0z"/><path fill="#000" fill-rule="evenodd" d="`...)
	b = s.outline(b)
	b = append(b, `"/>`...)
	if st.Caption != "" {
		b = append(b, `<text x="`+strconv.Itoa(width/2)+`" y="`+strconv.Itoa(width+captionHeight-4)+
			`" text-anchor="middle" font-family="sans-serif" font-size="7" fill="#000">`+
			escape(st.Caption)+`</text>`...)
	}
	return append(b, "</svg>\n"...)
}

// escape makes a caption fit for XML: one line, no control characters.
func escape(caption string) string {
	caption = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == 0xFFFE || r == 0xFFFF {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(caption, " "))
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(caption)
}

// outline appends the path around the dark areas. Each loop keeps the dark
// side on its right; where two dark modules touch by a corner only, it turns
// right and so parts them.
func (s *Symbol) outline(b []byte) []byte {
	n := s.Size()
	done := make([]bool, n*n) // upper edges passed, by the module below
	for start := range done {
		x, y := start%n, start/n
		if done[start] || !s.Dark(x, y) || s.Dark(x, y-1) {
			continue
		}
		b = append(b, 'M')
		b = strconv.AppendInt(b, int64(x+Quiet), 10)
		b = append(b, ' ')
		b = strconv.AppendInt(b, int64(y+Quiet), 10)
		x0, y0 := x, y
		dx, dy, length := 1, 0, 0
		for {
			if dx == 1 {
				done[y*n+x] = true
			}
			x, y, length = x+dx, y+dy, length+1
			// The two modules ahead; a point is the corner of four modules.
			left := s.Dark(x+(dx+dy-1)/2, y+(dy-dx-1)/2)
			right := s.Dark(x+(dx-dy-1)/2, y+(dx+dy-1)/2)
			if right && !left {
				continue
			}
			b = appendLine(b, dx, dy, length)
			length = 0
			if right {
				dx, dy = dy, -dx
			} else {
				dx, dy = -dy, dx
			}
			// The first edge begins at a corner: the module left of it is light,
			// or its upper edge would have come first.
			if x == x0 && y == y0 && dx == 1 {
				break
			}
		}
		b = append(b, 'z')
	}
	return b
}

// appendLine appends a horizontal or vertical line.
func appendLine(b []byte, dx, dy, length int) []byte {
	if dx != 0 {
		return strconv.AppendInt(append(b, 'h'), int64(dx*length), 10)
	}
	return strconv.AppendInt(append(b, 'v'), int64(dy*length), 10)
}

// A Ground is what a terminal writes on.
type Ground int

const (
	// Painted sets black on white by escape sequences. It is right on every
	// terminal with colours.
	Painted Ground = iota
	// OnDark writes the light modules, for light letters on a dark ground.
	OnDark
	// OnLight writes the dark modules, for dark letters on a light ground.
	OnLight
)

// Terminal returns the picture in half blocks, two modules a character: the
// HC1 certificate of 600 characters at level Q takes 101 columns and 51 lines.
func (s *Symbol) Terminal(g Ground) string {
	var b strings.Builder
	end := s.Size() + Quiet
	for y := -Quiet; y < end; y += 2 {
		if g == Painted {
			b.WriteString("\x1b[38;5;16;48;5;231m") // black on white in the colour cube, which themes leave alone
		}
		for x := -Quiet; x < end; x++ {
			upper, lower := s.Dark(x, y), s.Dark(x, y+1)
			if g == OnDark {
				upper, lower = !upper, !lower
			}
			switch {
			case upper && lower:
				b.WriteString("█")
			case upper:
				b.WriteString("▀")
			case lower:
				b.WriteString("▄")
			default:
				b.WriteByte(' ')
			}
		}
		if g == Painted {
			b.WriteString("\x1b[0m")
		}
		b.WriteByte('\n')
	}
	return b.String()
}
