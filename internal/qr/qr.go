// Package qr answers one question: how does a text become a QR picture?
//
//	s, err := qr.Encode(text, qr.Q)
//	os.WriteFile("code.png", s.PNG(qr.Style{Scale: 4}), 0o644)
//
// [Encode] takes any text (or bytes in a string, up to [MaxLength]), cuts it
// into numeric, alphanumeric and byte segments so that the fewest bits are
// used, takes the smallest version that holds them at the level asked for, and
// of the eight masks the one with the least penalty. The same text gives the
// same symbol, always. The text is written as it is: no character set is
// announced, so readers take bytes above 127 for UTF-8 or ISO 8859-1.
//
// A [Symbol] becomes a picture by [Symbol.PNG], [Symbol.SVG], [Symbol.Image]
// or [Symbol.Terminal], all with the quiet zone of four light modules around it
// that the standard asks for. Reading a picture is the subpackage scan.
//
// # Which level, how large
//
// Level Q, the zero [Level], is what the EU certificate guidelines recommend
// (volume 3, "interoperable 2D code"): a quarter of the code may be damaged.
// Level M makes the modules of the same print larger, which old cameras like.
// An HC1 certificate of 600 characters has 93 modules a side at Q (version
// 19) and 77 at M (version 15). The guidelines ask for a diagonal of 35 to 60
// mm on paper; [Symbol.MinWidth] is the width below which a module is less
// than [MinModule].
//
// Source: ISO/IEC 18004:2015, model 2 symbols.
package qr

import (
	"errors"
	"fmt"

	"github.com/pratique/pratique/internal/qr/layout"
)

// A Level says how much damage a symbol survives. The zero Level is Q.
type Level = layout.Level

// The levels: about 25, 15, 7 and 30 % of a symbol may be unreadable.
const (
	Q = layout.Q
	M = layout.M
	L = layout.L
	H = layout.H
)

// Quiet is the width of the light border of every picture, in modules (6.3.8).
const Quiet = 4

// MaxLength is the longest text in bytes: what version 40-L holds in digits.
const MaxLength = 7089

// ErrTooLong means that no version allowed holds the text at the level asked
// for. Its text names a level that would do, if there is one.
var ErrTooLong = errors.New("text too long for a QR symbol")

// Options say which symbols are wanted. The zero Options mean level Q and any
// version.
type Options struct {
	// Level is the error correction wanted. The zero Level is Q.
	Level Level
	// Fallback allows the next lower level (H, Q, M, L) where the text does not
	// fit; [Symbol.Level] tells which was taken.
	Fallback bool
	// MaxVersion bounds the size: a SMART Health Card, for example, may not
	// exceed version 22. Zero means 40.
	MaxVersion int
}

// A Symbol is a QR symbol: a square of dark and light modules.
type Symbol struct {
	grid    layout.Grid
	version layout.Version
	level   Level
	mask    int
}

// Encode returns the symbol of a text at a level, of the smallest version that
// holds it.
func Encode(text string, level Level) (*Symbol, error) {
	return Options{Level: level}.Encode(text)
}

// Encode returns the symbol of a text, of the smallest version that holds it.
func (o Options) Encode(text string) (*Symbol, error) {
	if o.Level > H {
		return nil, fmt.Errorf("encoding QR symbol: no level %d", o.Level)
	}
	limit := layout.Version(o.MaxVersion)
	if limit == 0 {
		limit = layout.MaxVersion
	}
	if limit < 1 || limit > layout.MaxVersion {
		return nil, fmt.Errorf("encoding QR symbol: no version %d", o.MaxVersion)
	}
	if len(text) > MaxLength {
		return nil, fmt.Errorf("encoding QR symbol: %w: %d bytes, at most %d: split it", ErrTooLong, len(text), MaxLength)
	}
	version, level, segments := fit(text, o.Level, limit)
	switch {
	case version == 0:
		return nil, fmt.Errorf("encoding QR symbol: %w: version %d does not hold %d bytes at any level: shorten or split it",
			ErrTooLong, limit, len(text))
	case level != o.Level && !o.Fallback:
		return nil, fmt.Errorf("encoding QR symbol: %w: version %d does not hold %d bytes at level %v: use level %v, or shorten or split it",
			ErrTooLong, limit, len(text), o.Level, level)
	}
	return draw(version, level, codewords(version, level, segments)), nil
}

// fit returns the smallest version that holds the text, at the level or the
// first lower one where it fits at all; 0 if it fits nowhere.
func fit(text string, level Level, limit layout.Version) (layout.Version, Level, []segment) {
	// The widths of the character counts, and so the best cut, change at
	// versions 10 and 27 only.
	classes := []layout.Version{1, 10, 27, layout.MaxVersion + 1}
	var cuts [3][]segment
	for {
		for i := range cuts {
			if cuts[i] == nil && classes[i] <= limit {
				cuts[i] = cut(text, classes[i])
			}
			for v := classes[i]; v < classes[i+1] && v <= limit; v++ {
				if bitLength(cuts[i], v) <= 8*v.DataCodewords(level) {
					return v, level, cuts[i]
				}
			}
		}
		switch level {
		case H:
			level = Q
		case Q, M:
			level++
		default:
			return 0, level, nil
		}
	}
}

// Size returns the side in modules, without the quiet zone: 21 to 177.
func (s *Symbol) Size() int { return s.grid.Size }

// Version returns the version, 1 to 40.
func (s *Symbol) Version() int { return int(s.version) }

// Level returns the level of error correction.
func (s *Symbol) Level() Level { return s.level }

// Mask returns the number of the mask, 0 to 7.
func (s *Symbol) Mask() int { return s.mask }

// Dark tells whether a module is dark. Modules outside are light.
func (s *Symbol) Dark(x, y int) bool { return s.grid.Dark(x, y) }
