package main

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"github.com/pratique/pratique/internal/qr/scan"
)

// maxPixels is the largest picture that is unpacked: more than any camera of a
// telephone makes, and not so much that a small file could fill the memory.
const maxPixels = 120_000_000

// pictures are the kinds that are read, by how they begin.
var pictures = []struct {
	magic  string
	size   func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}{
	{"\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
	{"\xFF\xD8\xFF", jpeg.DecodeConfig, jpeg.Decode},
	{"GIF8", gif.DecodeConfig, gif.Decode},
	{"RIFF", webp.DecodeConfig, webp.Decode},
	{"BM", bmp.DecodeConfig, bmp.Decode},
	{"II*\x00", tiff.DecodeConfig, tiff.Decode},
	{"MM\x00*", tiff.DecodeConfig, tiff.Decode},
}

// scanPicture returns the texts of the codes in a picture, at least one, or
// why there are none: a reason of the catalogue.
func scanPicture(data []byte) (texts []string, trouble string) {
	for _, kind := range pictures {
		if !bytes.HasPrefix(data, []byte(kind.magic)) {
			continue
		}
		c, err := kind.size(bytes.NewReader(data))
		if err != nil || c.Width <= 0 || c.Height <= 0 || c.Width > maxPixels/c.Height {
			return nil, "picture_broken"
		}
		img, err := kind.decode(bytes.NewReader(data))
		if err != nil {
			return nil, "picture_broken"
		}
		codes, err := scan.Read(img)
		if err != nil || len(codes) == 0 {
			return nil, "picture_none"
		}
		for _, c := range codes {
			texts = append(texts, c.Text)
		}
		return texts, ""
	}
	return nil, "picture_broken"
}

// isPicture tells a picture, or what one might take for a picture of a code,
// from text, by how it begins.
func isPicture(data []byte) bool {
	for _, kind := range pictures {
		if kind.magic != "BM" && bytes.HasPrefix(data, []byte(kind.magic)) {
			return true
		}
	}
	head := string(data[:min(len(data), 12)])
	return strings.HasPrefix(head, "%PDF-") || len(head) == 12 && head[4:8] == "ftyp" || // HEIC
		strings.HasPrefix(head, "BM") && strings.Contains(head, "\x00")
}
