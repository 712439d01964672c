package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const folder = "../../docs/pictures"

// most is how large all pictures may be together, in bytes.
const most = 3_000_000

func names(t *testing.T) []string {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		if f.Name() != record {
			out = append(out, f.Name())
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d pictures", len(out))
	}
	return out
}

// A screen is named with its picture, a picture belongs to a screen that is named.
func TestEveryPictureIsNamedAndEveryNamedOneIsThere(t *testing.T) {
	text, err := os.ReadFile("../../docs/screens.md")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, m := range regexp.MustCompile(`!\[([^\]]*)\]\(pictures/([^)]+)\)`).FindAllStringSubmatch(string(text), -1) {
		named = append(named, m[2])
		if len(m[1]) < 10 {
			t.Errorf("%s: who does not see it is told %q", m[2], m[1])
		}
	}
	have := names(t)
	for _, n := range have {
		if !slices.Contains(named, n) {
			t.Errorf("docs/screens.md does not name %s", n)
		}
	}
	for _, n := range named {
		if !slices.Contains(have, n) {
			t.Errorf("docs/screens.md names %s, which is not there: make pictures", n)
		}
	}
}

// What the screens said stands beside the pictures; web/test/pictures.test.mjs
// holds it against what they say now.
func TestEveryScreenThatIsRecordedHasItsPicture(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(folder, record))
	if err != nil {
		t.Fatal(err)
	}
	var said map[string][]string
	if err := json.Unmarshal(text, &said); err != nil || len(said) < 20 {
		t.Fatalf("%d screens, %v", len(said), err)
	}
	have := names(t)
	for name, lines := range said {
		if !slices.Contains(have, name+".png") {
			t.Errorf("the screen %s has no picture: make pictures", name)
		}
		if len(lines) == 0 {
			t.Errorf("the screen %s says nothing", name)
		}
	}
	for _, n := range have {
		if s := strings.TrimSuffix(n, ".png"); s != n && s != "verdicts" && s != "verdicts-grey" && said[s] == nil {
			t.Errorf("%s is of no screen", n)
		}
	}
}

func TestThePicturesAreSmall(t *testing.T) {
	total := 0
	for _, n := range names(t) {
		b, err := os.ReadFile(filepath.Join(folder, n))
		if err != nil {
			t.Fatal(err)
		}
		total += len(b)
		c, kind, err := image.DecodeConfig(bytes.NewReader(b))
		if err != nil || "."+kind != filepath.Ext(n) || c.Width < 320 || c.Height < 240 || c.Width > 2000 || c.Height > 2600 {
			t.Errorf("%s: %s, %d by %d, %v", n, kind, c.Width, c.Height, err)
		}
		if _, ok := c.ColorModel.(color.Palette); !ok && kind == "png" {
			t.Errorf("%s was not made by this command", n)
		}
	}
	if total > most {
		t.Errorf("%d bytes together", total)
	}
}

func TestTheLoopMovesAndTheGreyRowIsGrey(t *testing.T) {
	f, err := os.Open(filepath.Join(folder, "loop.gif"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	g, err := gif.DecodeAll(f)
	if err != nil || len(g.Image) < 8 || g.LoopCount != 0 {
		t.Fatalf("%d pictures, %v", len(g.Image), err)
	}
	for i, d := range g.Delay {
		if d < 100 {
			t.Errorf("picture %d is gone after %d hundredths of a second: nobody has read it", i, d)
		}
	}
	img, err := read(filepath.Join(folder, "verdicts-grey.png"))
	if err != nil {
		t.Fatal(err)
	}
	p, ok := img.(*image.Paletted)
	if !ok {
		t.Fatalf("%T", img)
	}
	for _, c := range p.Palette {
		if c := rgba(c); c.R != c.G || c.G != c.B {
			t.Fatalf("%v is no grey", c)
		}
	}
}

func TestFewColoursStayAsTheyAreAndManyComeNear(t *testing.T) {
	few := image.NewRGBA(image.Rect(0, 0, 40, 40))
	many := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for y := range 64 {
		for x := range 64 {
			few.Set(x%40, y%40, color.RGBA{uint8(x % 3 * 100), uint8(y % 2 * 255), 7, 255})
			many.Set(x, y, color.RGBA{uint8(4 * x), uint8(4 * y), uint8(x + y), 255})
		}
	}
	for comment, x := range map[string]struct {
		img  image.Image
		most int
	}{"few": {few, 0}, "many": {many, 40}} {
		out := reduced(x.img)
		if len(out.Palette) > 256 {
			t.Errorf("%s: %d colours", comment, len(out.Palette))
		}
		for y := range x.img.Bounds().Dy() {
			for xx := range x.img.Bounds().Dx() {
				a, b := rgba(x.img.At(xx, y)), rgba(out.At(xx, y))
				for p := range 3 {
					if d := int(channel(a, p)) - int(channel(b, p)); d > x.most || -d > x.most {
						t.Fatalf("%s: %v became %v", comment, a, b)
					}
				}
			}
		}
	}
}

func TestTheSamePhotographsGiveTheSamePictures(t *testing.T) {
	from := t.TempDir()
	img := image.NewRGBA(image.Rect(0, 0, 32, 24))
	for i := range img.Pix {
		img.Pix[i] = uint8(i*i + i/7)
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	for _, n := range []string{"a", "row-green", "row-amber", "row-red", "row-grey", "loop-0", "loop-1", "loop-2"} {
		f, err := os.Create(filepath.Join(from, n+".png"))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, img); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	one, two := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(two, "old.png"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{one, two} {
		if err := small(from, to); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []string{"a.png", "verdicts.png", "verdicts-grey.png", "loop.gif"} {
		a, _ := os.ReadFile(filepath.Join(one, n))
		b, _ := os.ReadFile(filepath.Join(two, n))
		if len(a) == 0 || !bytes.Equal(a, b) {
			t.Errorf("%s differs", n)
		}
	}
	if _, err := os.Stat(filepath.Join(two, "old.png")); err == nil {
		t.Error("a picture of an older screen stays")
	}
	if err := small(t.TempDir(), one); err == nil {
		t.Error("no photographs, and nobody says so")
	}
}
