package scan_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
	"golang.org/x/image/bmp"
	"rsc.io/qr/coding"

	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/internal/qr/scan"
)

func encoded(t testing.TB, encode func(b *bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// losslessWebP writes black and white as VP8L: no transforms, no references,
// one bit for each channel of a pixel.
func losslessWebP(g *image.Gray) []byte {
	var bits []byte
	n := 0
	put := func(v uint, width int) {
		for i := range width {
			if n%8 == 0 {
				bits = append(bits, 0)
			}
			bits[n/8] |= byte(v>>i&1) << (n % 8)
			n++
		}
	}
	put(0x2F, 8)
	put(uint(g.Rect.Dx()-1), 14)
	put(uint(g.Rect.Dy()-1), 14)
	put(0, 4)     // no alpha, version 0
	put(0, 3)     // no transform, no colour cache, no meta codes
	for range 3 { // green, red, blue: a simple code of two symbols, 0 and 255
		put(0b0011, 3) // simple, two symbols, the first of one bit
		put(0, 1)
		put(255, 8)
	}
	put(0b101, 3) // alpha: a simple code of one symbol of eight bits
	put(255, 8)
	put(0b001, 3) // distance: a simple code of one symbol of one bit
	put(0, 1)
	for _, v := range g.Pix {
		put(uint(v>>7)*7, 3)
	}
	put(0, 8)
	if len(bits)%2 == 1 {
		bits = append(bits, 0)
	}
	out := []byte("RIFF")
	out = binary.LittleEndian.AppendUint32(out, uint32(12+len(bits)))
	out = append(out, "WEBPVP8L"...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(bits)))
	return append(out, bits...)
}

func files(t testing.TB, g *image.Gray) map[string][]byte {
	return map[string][]byte{
		"PNG":  encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, g) }),
		"JPEG": encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, g, nil) }),
		"GIF":  encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, g, nil) }),
		"BMP":  encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, g) }),
		"WebP": losslessWebP(g),
	}
}

// Every format named is read.
func TestFormats(t *testing.T) {
	g := picture(must(qr.Encode("HC1:FORMATS", qr.Q)), 4)
	for name, data := range files(t, g) {
		codes, err := scan.ReadBytes(data, scan.Limits{})
		if err != nil || len(codes) != 1 || codes[0].Text != "HC1:FORMATS" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every kind of picture that the decoders return is read, transparent ground
// being white, also where it does not begin at 0, 0.
func TestColourModels(t *testing.T) {
	g := picture(must(qr.Encode("HC1:COLOURS", qr.Q)), 4)
	r := g.Rect.Add(image.Pt(-7, 13))
	clear := func(img draw.Image) image.Image {
		for y := range g.Rect.Dy() {
			for x := range g.Rect.Dx() {
				c := color.Color(color.Black)
				if g.GrayAt(x, y).Y > 127 {
					c = color.NRGBA{0, 0, 0, 0} // as dark as the code but for its transparency
				}
				img.Set(r.Min.X+x, r.Min.Y+y, c)
			}
		}
		return img
	}
	opaque := func(img draw.Image) image.Image {
		draw.Draw(img, r, g, image.Point{}, draw.Src)
		return img
	}
	ycc := image.NewYCbCr(r, image.YCbCrSubsampleRatio420)
	for y := range g.Rect.Dy() {
		copy(ycc.Y[ycc.YOffset(r.Min.X, r.Min.Y+y):], g.Pix[y*g.Stride:][:g.Rect.Dx()])
	}
	grey := color.Palette{color.Black, color.Gray{128}, color.White, color.Transparent}
	for name, img := range map[string]image.Image{
		"Gray":               opaque(image.NewGray(r)),
		"Gray16":             opaque(image.NewGray16(r)),
		"RGBA":               opaque(image.NewRGBA(r)),
		"RGBA64":             opaque(image.NewRGBA64(r)),
		"CMYK":               opaque(image.NewCMYK(r)),
		"Paletted":           opaque(image.NewPaletted(r, grey)),
		"YCbCr":              ycc,
		"part of a larger":   opaque(image.NewGray(r.Inset(-50))).(*image.Gray).SubImage(r),
		"clear RGBA":         clear(image.NewRGBA(r)),
		"clear NRGBA":        clear(image.NewNRGBA(r)),
		"clear NRGBA64":      clear(image.NewNRGBA64(r)),
		"clear RGBA64":       clear(image.NewRGBA64(r)),
		"clear Paletted":     clear(image.NewPaletted(r, grey)),
		"of an unknown kind": unknown{opaque(image.NewNRGBA(r))},
	} {
		codes, err := scan.Read(img)
		if err != nil || codes[0].Text != "HC1:COLOURS" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type unknown struct{ image.Image }

// What is no picture, or a damaged one, is refused as such, and never read.
func TestNotAPicture(t *testing.T) {
	g := picture(must(qr.Encode("HC1:WHOLE", qr.Q)), 4)
	for _, data := range [][]byte{nil, {}, []byte("HC1:NCFOXN"), []byte("%PDF-1.7"), []byte("<svg/>"), make([]byte, 100)} {
		if codes, err := scan.ReadBytes(data, scan.Limits{}); !errors.Is(err, scan.ErrPicture) || codes != nil {
			t.Errorf("%.8q: got %v", data, err)
		}
	}
	for name, data := range files(t, g) {
		for _, n := range []int{5, 8, 16, 40, len(data) / 2} {
			if codes, err := scan.ReadBytes(data[:n], scan.Limits{}); !errors.Is(err, scan.ErrPicture) || codes != nil {
				t.Errorf("%s, %d bytes of %d: got %v", name, n, len(data), err)
			}
		}
	}
}

// Files and pictures over the limits are refused before they are decoded: a
// small file that claims to be huge costs nothing.
func TestLimits(t *testing.T) {
	g := picture(must(qr.Encode("HC1:LIMITS", qr.Q)), 4)
	side := g.Rect.Dx()
	for name, data := range files(t, g) {
		for _, c := range []struct {
			limits scan.Limits
			want   error
		}{
			{scan.Limits{MaxBytes: len(data), MaxPixels: side * side}, nil},
			{scan.Limits{MaxBytes: len(data) - 1}, scan.ErrTooLarge},
			{scan.Limits{MaxPixels: side*side - 1}, scan.ErrTooLarge},
		} {
			if _, err := scan.ReadBytes(data, c.limits); !errors.Is(err, c.want) {
				t.Errorf("%s, %+v: got %v, want %v", name, c.limits, err, c.want)
			}
		}
	}
	huge := encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, image.NewGray(image.Rect(0, 0, 1, 1))) })
	binary.BigEndian.PutUint32(huge[16:], 1<<20)
	binary.BigEndian.PutUint32(huge[20:], 1<<20)
	if _, err := scan.ReadBytes(huge, scan.Limits{}); err == nil || errors.Is(err, scan.ErrNone) {
		t.Errorf("a million by a million pixels: got %v", err)
	}
}

// Bytes come out as they went in: DIVOC puts compressed files into a code. A
// content that is no UTF-8 is taken for ISO 8859-1 as text.
func TestBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	data := make([]byte, 1200)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	for _, c := range []struct{ content, text string }{
		{string(data), ""},
		{"PK\x03\x04\x14\x00\xff\xfe\x00", "PK\x03\x04\x14\x00ÿþ\x00"},
		{"caf\xe9", "café"},
		{"café ☕", "café ☕"},
		{"\x82\xa0\x82\xa2", "\u0082\u00a0\u0082¢"}, // not guessed to be Shift JIS
	} {
		codes, err := scan.Read(must(qr.Encode(c.content, qr.M)).Image(3))
		if err != nil || string(codes[0].Bytes) != c.content {
			t.Errorf("%.10q: not read as it was (%v)", c.content, err)
			continue
		}
		if c.text != "" && codes[0].Text != c.text {
			t.Errorf("%.10q: text %q, want %q", c.content, codes[0].Text, c.text)
		}
	}
}

// Symbols of other writers are read: every version and level of one, and the
// modes that our writer does not use of another.
func TestOtherWriters(t *testing.T) {
	drawn := func(size int, dark func(x, y int) bool) *image.Gray {
		const scale, quiet = 3, 4
		return each(blank(scale*(size+2*quiet), scale*(size+2*quiet)), func(x, y int, _ float64) float64 {
			if dark(x/scale-quiet, y/scale-quiet) {
				return 0
			}
			return 255
		})
	}
	for v := coding.Version(1); v <= 40; v++ {
		for l := coding.L; l <= coding.H; l++ {
			plan, err := coding.NewPlan(v, l, coding.Mask(int(v)%8))
			if err != nil {
				t.Fatal(err)
			}
			text := "shc:/" + strings.Repeat("5", max(1, (8*plan.DataBytes-78)*3/10-2))
			code, err := plan.Encode(coding.String("shc:/"), coding.Num(text[5:]))
			if err != nil {
				t.Fatal(err)
			}
			codes, err := scan.Read(drawn(code.Size, code.Black))
			if err != nil || len(codes) != 1 || codes[0].Text != text {
				t.Errorf("%v-%v: %v", v, l, err)
			}
		}
	}
	for _, c := range []struct {
		text, charset string
		want          string
	}{
		{"証明書", "Shift_JIS", "\x8f\xd8\x96\xbe\x8f\x91"}, // Kanji mode
		{"attestation é", "UTF-8", "attestation é"},      // with an extended channel
	} {
		code, failed := encoder.Encoder_encode(c.text, decoder.ErrorCorrectionLevel_M, map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_CHARACTER_SET: c.charset})
		if failed != nil {
			t.Fatal(failed)
		}
		m := code.GetMatrix()
		codes, err := scan.Read(drawn(m.GetWidth(), func(x, y int) bool {
			return x >= 0 && y >= 0 && x < m.GetWidth() && y < m.GetHeight() && m.Get(x, y) == 1
		}))
		if err != nil || string(codes[0].Bytes) != c.want {
			t.Errorf("%s: %v, got %q", c.charset, err, codes)
		}
	}
}

// Whatever bytes are given, the reader returns codes or one of its errors.
func FuzzReadBytes(f *testing.F) {
	g := picture(must(qr.Encode("HC1:FUZZ", qr.Q)), 2)
	for _, data := range files(f, g) {
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		codes, err := scan.ReadBytes(data, scan.Limits{MaxBytes: 1 << 20, MaxPixels: 1 << 20})
		if err == nil && len(codes) == 0 {
			t.Error("neither codes nor an error")
		}
		if err != nil && (codes != nil || !errors.Is(err, scan.ErrNone) && !errors.Is(err, scan.ErrPicture) && !errors.Is(err, scan.ErrTooLarge)) {
			t.Errorf("%d codes and %v", len(codes), err)
		}
	})
}
