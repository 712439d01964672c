// Command pictures answers one question: how do photographs of screens become
// pictures that a repository can hold?
//
//	pictures FROM TO
//
// FROM has the photographs that web/test/pictures.test.mjs took. Each NAME.png
// becomes a picture of at most 256 colours in TO; row-COLOUR.png become the four
// verdicts side by side, in colour (verdicts.png) and in grey (verdicts-grey.png);
// loop-N.png become an animation (loop.gif). What lies in TO and is none of them
// is removed, so that no picture of an older screen stays. The record of what the
// screens said (screens.json) is left alone.
//
// The same photographs give the same bytes. A test of this package sees to it that
// docs/screens.md names every picture, and no other.
package main

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Verdicts stand in the row in the order of the colour table.
var verdicts = []string{"green", "amber", "red", "grey"}

const (
	record = "screens.json"
	gap    = 16  // pixels between the verdicts of the row
	height = 560 // pixels of the row
	rest   = 240 // hundredths of a second that a picture of the animation stays
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: pictures FROM TO")
		os.Exit(2)
	}
	if err := small(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

// small makes the pictures of one folder out of the photographs of another.
func small(from, to string) error {
	shots, err := filepath.Glob(filepath.Join(from, "*.png"))
	if err != nil || len(shots) == 0 {
		return errors.New("no photographs in " + from)
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	made := []string{record}
	row, loop := map[string]image.Image{}, map[string]image.Image{}
	for _, file := range shots {
		img, err := read(file)
		if err != nil {
			return err
		}
		name := filepath.Base(file)
		switch {
		case strings.HasPrefix(name, "row-"):
			row[strings.TrimSuffix(strings.TrimPrefix(name, "row-"), ".png")] = img
		case strings.HasPrefix(name, "loop-"):
			loop[name] = img
		default:
			made = append(made, name)
			if err := write(filepath.Join(to, name), img); err != nil {
				return err
			}
		}
	}
	four, err := beside(row)
	if err != nil {
		return err
	}
	for name, img := range map[string]image.Image{"verdicts.png": four, "verdicts-grey.png": grey(four)} {
		made = append(made, name)
		if err := write(filepath.Join(to, name), img); err != nil {
			return err
		}
	}
	if err := animate(filepath.Join(to, "loop.gif"), loop); err != nil {
		return err
	}
	made = append(made, "loop.gif")
	return keepOnly(to, made)
}

// keepOnly removes files of older makings.
func keepOnly(dir string, names []string) error {
	files, err := os.ReadDir(dir)
	for _, f := range files {
		if !slices.Contains(names, f.Name()) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, f.Name())))
		}
	}
	return err
}

func read(file string) (image.Image, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	return img, nil
}

func write(file string, img image.Image) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	e := png.Encoder{CompressionLevel: png.BestCompression}
	return errors.Join(e.Encode(f, reduced(img)), f.Close())
}

// beside puts the four verdicts side by side.
func beside(of map[string]image.Image) (image.Image, error) {
	width := -gap
	for _, v := range verdicts {
		if of[v] == nil {
			return nil, errors.New("no photograph of the verdict " + v)
		}
		width += of[v].Bounds().Dx() + gap
	}
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	x := 0
	for _, v := range verdicts {
		b := of[v].Bounds()
		draw.Draw(out, image.Rect(x, 0, x+b.Dx(), height), image.NewUniform(of[v].At(b.Min.X, b.Min.Y)), image.Point{}, draw.Src)
		draw.Draw(out, image.Rect(x, 0, x+b.Dx(), min(height, b.Dy())), of[v], b.Min, draw.Src)
		x += b.Dx() + gap
	}
	return out, nil
}

// grey is a picture as somebody sees it who sees no colours, or a printer.
func grey(img image.Image) image.Image {
	out := image.NewGray(img.Bounds())
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Src)
	return out
}

// animate writes the pictures one after the other; the last one stays longer.
func animate(file string, of map[string]image.Image) error {
	if len(of) < 3 {
		return errors.New("too few photographs for an animation")
	}
	names := make([]string, 0, len(of))
	for name := range of {
		names = append(names, name)
	}
	slices.Sort(names)
	var g gif.GIF
	for _, name := range names {
		g.Image = append(g.Image, reduced(of[name]))
		g.Delay = append(g.Delay, rest)
	}
	g.Delay[len(g.Delay)-1] = 2 * rest
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(gif.EncodeAll(f, &g), f.Close())
}

// reduced is a picture in at most 256 colours.
func reduced(img image.Image) *image.Paletted {
	b := img.Bounds()
	count := map[color.RGBA]int{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			count[rgba(img.At(x, y))]++
		}
	}
	palette := choose(count, 256)
	out := image.NewPaletted(image.Rect(0, 0, b.Dx(), b.Dy()), palette)
	nearest := map[color.RGBA]uint8{}
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := rgba(img.At(b.Min.X+x, b.Min.Y+y))
			i, ok := nearest[c]
			if !ok {
				i = uint8(palette.Index(c))
				nearest[c] = i
			}
			out.SetColorIndex(x, y, i)
		}
	}
	return out
}

func rgba(c color.Color) color.RGBA {
	r, g, b, _ := c.RGBA()
	return color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}
}
