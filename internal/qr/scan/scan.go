// Package scan answers one question: which texts are in this picture?
//
//	codes, err := scan.ReadBytes(data, scan.Limits{})
//
// [ReadBytes] takes a PNG, JPEG, GIF (first frame), WebP or BMP file, [Read] a
// picture already decoded. Both return all QR codes (model 2, versions 1 to
// 40) in reading order, each once: turned by any angle, mirrored, in inverted
// colours, on a transparent ground (taken as white), aslant, on paper that
// curls, in uneven light, with noise, partly covered.
//
// # How
//
// The picture becomes grey and is told into dark and light. Rows that cross
// dark and light as 1:1:3:1:1 show where finder patterns may be; each is laid
// under its picture and moved until they agree best, which gives its scale and
// slant. Three that face the same way give the perspective and, with the
// version information and the timing lines, the version. The alignment
// patterns correct what the finders could not tell, one by one if need be.
// A module is dark if it is darker than the modules around it.
//
// If there is nothing to be found so, or finder patterns are left over, the
// next step of this ladder follows; the first that leaves none over ends it,
// unless the codes that it read have so small modules that it may have missed
// their neighbours on the page: then the finer steps, 6 and 7, follow.
//
//  1. reduced to 1.2 megapixels, dark and light by the surroundings
//  2. half of that in each direction: noise averages out, large modules fit
//  3. step 1 with one level for the whole picture: blurred and small modules
//  4. step 1 enlarged twice, if it has less than 0.4 megapixels: tiny modules
//  5. a third of step 1 in each direction: strong noise
//  6. reduced to 5 megapixels: a small code in a large photograph
//  7. reduced to 16 megapixels: a small code on a scanned page
//
// In each step the modules are tried as they are and sharpened. If all steps
// have found nothing, any two finder patterns are tried with a third where it
// should be: it may be hidden.
//
// # Limits
//
// The work in one picture is bounded, whatever is in it: what a step costs is
// taken from a budget, which lasts for about 0.2 seconds on one core for a
// megapixel and for half a second for sixteen, beside decoding the file; half of
// it is kept for the finer steps, and each code that is read adds to it, because
// a page has several. A code in a small picture takes 2 to 6 milliseconds, a
// picture of a megapixel without one 5 to 15. A page of A4 at 200 dpi with eight
// to eighteen codes takes 0.1 seconds, a photograph of it 0.3.
//
// Not read are: modules smaller than two pixels (unless each is a whole one),
// blur of more than half a module, codes of which two finder patterns are
// hidden or one is cut off with more than the level allows, paper that curls
// by more than about a twentieth of a code's width (a fiftieth below version
// 7), Micro QR.
//
// There is no character set in what a symbol says but by convention:
// [Code.Bytes] are its bytes as they are, [Code.Text] is a reading of them.
// Kanji are given in Shift JIS; extended channels, FNC1 and structured append
// are passed over.
//
// Source: ISO/IEC 18004:2015 for the symbol; the search is this package's own.
// It reads no clock and no orientation from the file, needing neither.
package scan

import (
	"cmp"
	"errors"
	"image"
	"math"
	"slices"

	"github.com/pratique/pratique/internal/qr/layout"
)

// ErrNone means that no QR code could be read in the picture.
var ErrNone = errors.New("no QR code can be read: hold it flat, closer and in even light")

// A Code is what one symbol says.
type Code struct {
	// Text is the content as a text: as UTF-8 if it is, else as ISO 8859-1.
	Text string
	// Bytes is the content as it is.
	Bytes []byte
}

// The work allowed in one picture, counted in pixels looked at once, which
// takes about 6 ns, and what the other steps cost in these.
const (
	budget   = 32 << 20
	more     = 3 << 20 // for each code read, at most maxCodes times: a page has several
	maxCodes = 20

	meetCost     = 40     // a row that crosses what may be a finder pattern
	crossingCost = 2_500  // laying a finder pattern under a crossing
	settleCost   = 60_000 // moving it until it agrees
	alignCost    = 20_000 // looking for one alignment pattern
	moduleCost   = 25     // sampling a module and decoding it, both ways
	markCost     = 300    // a module of a function pattern while refining
	tripleCost   = 20     // comparing three finder patterns
)

// smallest is the side of the smallest picture that can hold a symbol.
const smallest = 21

// Read returns the codes in a picture. The error is [ErrNone] if there is none.
func Read(img image.Image) ([]Code, error) {
	if b := img.Bounds(); b.Dx() < smallest || b.Dy() < smallest {
		return nil, ErrNone
	}
	full := grey(img, 16<<20)
	r := reader{left: budgetOf(full), widest: full.w}
	r.climb(full)
	if len(r.found) == 0 {
		return nil, ErrNone
	}
	return r.codes(), nil
}

// budgetOf is the budget of a picture: looking at a large one in full is not
// to take what reading its codes needs.
func budgetOf(full *plane) int { return budget + 2*len(full.pix) }

// A reader looks for the codes of one picture.
type reader struct {
	left    int // of the budget
	kept    int // of it, for the steps to come
	widest  int // the width of the finest step
	found   []symbol
	targets [layout.MaxVersion + 1]*target
}

// A symbol is a code that was read, and where: its corners clockwise, in
// shares of the picture's width, and so many modules a side.
type symbol struct {
	content []byte
	corners [4]point
	size    int
}

// clearModule is the side of a module in pixels from which on the finder
// patterns of a blurred page were all seen; with 1.3 pixels most were not.
const clearModule = 2.5

// blurredModule is the side of a module in pixels below which a reduced picture
// shows none as it is.
const blurredModule = 1.5

// crowded tells whether a code was read whose modules are so small in the frame
// that others beside it may have been overlooked.
func (r *reader) crowded(f *frame) bool {
	return slices.ContainsFunc(r.found, func(s symbol) bool {
		side := s.corners[2].minus(s.corners[0]).length() / math.Sqrt2 * float64(f.w)
		return side < clearModule*float64(s.size)
	})
}

// climb goes up the ladder until nothing is left over.
func (r *reader) climb(full *plane) {
	base := full.within(1_200_000)
	const finer = 5 // the steps from this one on see more than those before
	steps := [...]func() *frame{
		func() *frame { return threshold(base, 6) },
		func() *frame { return threshold(base.smaller(2), 6) },
		func() *frame { return threshold(base, 0) },
		func() *frame {
			if len(base.pix) > 400_000 {
				return nil
			}
			return threshold(base.larger(2), 0)
		},
		func() *frame { return threshold(base.smaller(3), 6) },
		func() *frame {
			if p := full.within(5_000_000); len(p.pix) > 2*len(base.pix) {
				return threshold(p, 6)
			}
			return nil
		},
		func() *frame {
			if len(full.pix) > 5_000_000 {
				return threshold(full, 6)
			}
			return nil
		},
	}
	type rest struct {
		*frame
		finders []finder
	}
	var rests []rest
	done := false // nothing is left over in what could be seen so far
	for i, step := range steps {
		if r.left <= 0 {
			break
		}
		if done && i < finer {
			continue
		}
		f := step()
		if f == nil || min(f.w, f.h) < smallest {
			continue
		}
		r.kept = 0
		if len(full.pix) > 2*len(f.pix) {
			r.kept = r.left / 2 // what is small here is clear in a finer step
			if i < finer {
				r.kept = max(r.kept, len(full.pix)+budget/2)
			}
		}
		if !r.pay(len(f.pix)) {
			continue
		}
		over := r.look(f)
		if done = len(r.found) > 0 && len(over) < 3; done && !r.crowded(f) {
			return
		}
		rests = append(rests, rest{f, over})
	}
	if len(r.found) > 0 {
		return
	}
	r.kept = 0
	for _, s := range rests {
		r.tryAll(s.frame, pairs(s.finders))
	}
}

// pay takes from the budget and tells whether there is some left.
func (r *reader) pay(cost int) bool {
	r.left -= cost
	return r.left > r.kept
}

// look reads the symbols in a frame and returns the finder patterns that were
// left over.
func (r *reader) look(f *frame) []finder {
	found := r.finders(f)
	free := func() []finder {
		return slices.DeleteFunc(found, func(g finder) bool { return r.taken(f, g.mid) })
	}
	found = free()
	if cost := len(found) * len(found) * len(found) / 2 * tripleCost; cost < r.left-r.kept && r.pay(cost) {
		r.tryAll(f, triples(found))
	}
	return free()
}

func (r *reader) tryAll(f *frame, triples []triple) {
	for i := range triples {
		t := &triples[i]
		if r.taken(f, t.corner.mid) || r.taken(f, t.right.mid) || r.taken(f, t.down.mid) {
			continue
		}
		if r.left <= r.kept {
			return
		}
		if f.w < r.widest && t.corner.right.length() < blurredModule {
			continue // not here: a finer step follows
		}
		if s, ok := r.try(f, t); ok {
			if r.found = append(r.found, s); len(r.found) <= maxCodes {
				r.left += more
			}
		}
	}
}

// taken tells whether a place lies in a symbol that was read.
func (r *reader) taken(f *frame, p point) bool {
	p = p.times(1 / float64(f.w))
	return slices.ContainsFunc(r.found, func(s symbol) bool {
		for i, c := range s.corners {
			if s.corners[(i+1)%4].minus(c).cross(p.minus(c)) < 0 {
				return false
			}
		}
		return true
	})
}

// codes returns what was found, in reading order: line by line, a code being
// in a line if its middle is not lower than that of the line's first by half
// the height of the larger of them. What is there twice comes once.
func (r *reader) codes() []Code {
	middle := func(s symbol) point {
		return s.corners[0].plus(s.corners[1]).plus(s.corners[2]).plus(s.corners[3]).times(0.25)
	}
	half := func(s symbol) float64 { return s.corners[2].minus(s.corners[0]).length() / (2 * math.Sqrt2) }
	slices.SortStableFunc(r.found, func(a, b symbol) int { return cmp.Compare(middle(a).y, middle(b).y) })
	var codes []Code
	for rest := r.found; len(rest) > 0; {
		first := rest[0]
		n := 1
		for n < len(rest) && middle(rest[n]).y-middle(first).y < max(half(first), half(rest[n])) {
			n++
		}
		line := rest[:n]
		rest = rest[n:]
		slices.SortStableFunc(line, func(a, b symbol) int { return cmp.Compare(middle(a).x, middle(b).x) })
		for _, s := range line {
			c := Code{text(s.content), s.content}
			if !slices.ContainsFunc(codes, func(d Code) bool { return string(d.Bytes) == string(c.Bytes) }) {
				codes = append(codes, c)
			}
		}
	}
	return codes
}
