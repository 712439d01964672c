package scan

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"
)

var (
	// ErrPicture means that the data is no picture in a format known here, or
	// a damaged one.
	ErrPicture = errors.New("not a readable picture (PNG, JPEG, GIF, WebP or BMP)")
	// ErrTooLarge means that the file or the picture exceeds the limits.
	ErrTooLarge = errors.New("picture too large")
)

// Limits bound what [ReadBytes] takes. The zero Limits are for pictures of
// one's own: a page scanned at 600 dpi passes. Decoding needs 1 to 8 bytes a
// pixel, and three times as much for a progressive JPEG, so up to 1 GB for the
// largest; who reads the pictures of strangers sets MaxPixels lower.
type Limits struct {
	// MaxBytes is the largest file. Zero means 32 MiB.
	MaxBytes int
	// MaxPixels is the largest picture, width times height, known before it is
	// decoded. Zero means 40 million.
	MaxPixels int
}

// decoders are known by how their files begin; the registry of package image
// is not used, because it depends on what else is linked.
var decoders = []struct {
	magic  string // ? stands for any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}{
	{"\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
	{"\xff\xd8", jpeg.DecodeConfig, jpeg.Decode},
	{"GIF8?a", gif.DecodeConfig, gif.Decode},
	{"RIFF????WEBPVP8", webp.DecodeConfig, webp.Decode},
	{"BM????\x00\x00\x00\x00", bmp.DecodeConfig, bmp.Decode},
}

// ReadBytes returns the codes in a picture file. The error is [ErrPicture],
// [ErrTooLarge] or [ErrNone], with what was wrong.
func ReadBytes(data []byte, l Limits) ([]Code, error) {
	if l.MaxBytes <= 0 {
		l.MaxBytes = 32 << 20
	}
	if l.MaxPixels <= 0 {
		l.MaxPixels = 40_000_000
	}
	if len(data) > l.MaxBytes {
		return nil, fmt.Errorf("reading picture: %w: %d bytes, at most %d", ErrTooLarge, len(data), l.MaxBytes)
	}
	for _, f := range decoders {
		if !begins(data, f.magic) {
			continue
		}
		c, err := f.config(bytes.NewReader(data))
		if err != nil || c.Width <= 0 || c.Height <= 0 {
			return nil, fmt.Errorf("reading picture: %w", ErrPicture)
		}
		if c.Width > l.MaxPixels/c.Height {
			return nil, fmt.Errorf("reading picture: %w: %d by %d pixels, at most %d in all: make it smaller or cut it out",
				ErrTooLarge, c.Width, c.Height, l.MaxPixels)
		}
		img, err := f.decode(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("reading picture: %w", ErrPicture)
		}
		return Read(img)
	}
	return nil, fmt.Errorf("reading picture: %w", ErrPicture)
}

func begins(data []byte, magic string) bool {
	if len(data) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != data[i] {
			return false
		}
	}
	return true
}
