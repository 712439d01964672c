package main

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"github.com/pratique/pratique/wallet"
	"github.com/pratique/pratique/words"
)

// dots is the resolution of a page as a picture: a module of a code is four
// dots. The fonts are Go's own, which have Latin, Greek and Cyrillic letters.
const dots = 200

// drawer draws the pages of a sheet.
type drawer struct {
	head, title, text face
	missing           bool // a letter was asked for that the fonts lack
}

type face struct {
	font.Face
	font *sfnt.Font
	line float64 // in millimetres, as package wallet reckons it
}

func newDrawer() (*drawer, error) {
	load := func(ttf []byte, points, line float64) (face, error) {
		f, err := opentype.Parse(ttf)
		if err != nil {
			return face{}, err
		}
		drawn, err := opentype.NewFace(f, &opentype.FaceOptions{Size: points, DPI: dots, Hinting: font.HintingFull})
		return face{drawn, f, line}, err
	}
	var d drawer
	var err error
	if d.head, err = load(gobold.TTF, 16, 7); err != nil {
		return nil, err
	}
	if d.title, err = load(gobold.TTF, 9, 4); err != nil {
		return nil, err
	}
	d.text, err = load(goregular.TTF, 8, 3.5)
	return &d, err
}

func pixels(mm float64) int { return int(math.Round(mm * dots / 25.4)) }

// page draws one page, as a PNG that says how large it is.
func (d *drawer) page(s wallet.Sheet, p wallet.Page) []byte {
	img := image.NewGray(image.Rect(0, 0, pixels(wallet.PaperWidth), pixels(wallet.PaperHeight)))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	whose := p.Cells[0]
	left := p.Cells[0].X
	for _, c := range p.Cells[1:] {
		left = min(left, c.X)
	}
	if len(p.Cells) == 1 {
		left = wallet.PaperWidth - whose.X - whose.Size
	}
	y := d.write(img, d.head, left, whose.Y, whose.X-left-4, p.Label)
	if p.Name != "" {
		y = d.write(img, d.title, left, y, whose.X-left-4, p.Name)
	}
	for _, l := range p.Head {
		y = d.write(img, d.text, left, y, whose.X-left-4, l)
	}
	for i, c := range p.Cells {
		at := image.Pt(pixels(c.X), pixels(c.Y))
		code := c.Symbol.Image(4)
		draw.Draw(img, code.Bounds().Add(at), code, image.Point{}, draw.Src)
		if i == 0 {
			continue
		}
		y := d.write(img, d.title, c.TextX, c.Y+1, c.Wide, c.Title) + 1
		for _, l := range c.Lines {
			y = d.write(img, d.text, c.TextX, y, c.Wide, l)
		}
	}
	d.foot(img, s, p, left)
	for x := range 48 { // the fold, dashed, at both edges
		if x%8 < 5 {
			img.SetGray(x, pixels(wallet.Fold), color.Gray{})
			img.SetGray(img.Rect.Dx()-1-x, pixels(wallet.Fold), color.Gray{})
		}
	}
	var out bytes.Buffer
	png.Encode(&out, img) // to memory: never fails
	return sized(out.Bytes())
}

func (d *drawer) foot(img *image.Gray, s wallet.Sheet, p wallet.Page, left float64) {
	wide := wallet.PaperWidth - 2*left
	high := d.title.line
	for _, l := range p.Foot {
		high += float64(len(d.wrap(d.text, wide, l))) * d.text.line
	}
	y := wallet.PaperHeight - 10 - high
	for _, l := range p.Foot {
		y = d.write(img, d.text, left, y, wide, l)
	}
	number, _ := words.Say(s.Lang, "sheet_page", words.Count("number", p.Number), words.Count("of", p.Of))
	number = p.Label + " · " + number
	d.write(img, d.title, (wallet.PaperWidth-d.width(d.title, number))/2, y, wide, number)
}

// write writes a text on lines of a width and returns where the next line
// begins.
func (d *drawer) write(img *image.Gray, f face, x, y, wide float64, text string) float64 {
	for _, line := range d.wrap(f, wide, text) {
		ascent := float64(f.Metrics().Ascent) / 64 * 25.4 / dots
		pen := font.Drawer{Dst: img, Src: image.Black, Face: f, Dot: fixed.P(pixels(x), pixels(y+f.line*0.12+ascent*0.9))}
		pen.DrawString(line)
		y += f.line
	}
	return y
}

func (d *drawer) width(f face, text string) float64 {
	return float64(font.MeasureString(f, text)) / 64 * 25.4 / dots
}

// wrap breaks a text into lines; a word that is wider than a line is broken too.
func (d *drawer) wrap(f face, wide float64, text string) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(d.drawable(f, text)) {
		if next := strings.TrimSpace(line + " " + word); d.width(f, next) <= wide {
			line = next
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for d.width(f, word) > wide {
			n := 1
			letters := []rune(word)
			for n < len(letters) && d.width(f, string(letters[:n+1])) <= wide {
				n++
			}
			lines, word = append(lines, string(letters[:n])), string(letters[n:])
		}
		line = word
	}
	return append(lines, line)
}

// drawable puts a box in the place of each letter that the font lacks.
func (d *drawer) drawable(f face, text string) string {
	var b sfnt.Buffer
	return strings.Map(func(r rune) rune {
		if i, err := f.font.GlyphIndex(&b, r); err != nil || i == 0 && r > ' ' {
			d.missing = true
			return '□'
		}
		return r
	}, text)
}

// sized adds to a PNG how many dots it has a metre (ISO/IEC 15948, 11.3.4.3),
// after its header, so that it is printed in its size.
func sized(data []byte) []byte {
	const head = 8 + 12 + 13 // signature, and the chunk IHDR
	chunk := binary.BigEndian.AppendUint32(nil, 9)
	body := append([]byte("pHYs"), make([]byte, 9)...)
	perMetre := uint32(math.Round(dots / 0.0254))
	binary.BigEndian.PutUint32(body[4:], perMetre)
	binary.BigEndian.PutUint32(body[8:], perMetre)
	body[12] = 1
	chunk = binary.BigEndian.AppendUint32(append(chunk, body...), crc32.ChecksumIEEE(body))
	return append(append(append([]byte{}, data[:head]...), chunk...), data[head:]...)
}
