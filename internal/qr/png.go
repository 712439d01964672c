package qr

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"math"
)

// PNG returns the picture as a Portable Network Graphic of one bit a pixel: the
// HC1 certificate of 600 characters at level Q takes 1.9 kB at four pixels a module.
// With a [Style.Width] it says how large it is to be printed. The same symbol
// and style give the same bytes; another release of Go may pack them otherwise.
//
// It writes the format itself (ISO/IEC 15948) because image/png would have
// each row unlike the one above; here a row of modules is written once and
// then repeated by the filter "up" as zeros.
func (s *Symbol) PNG(st Style) []byte {
	scale, side := s.scale(st.Scale)
	stride := (side + 7) / 8
	caption := captionRows(st.Caption, side, scale)

	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	row := make([]byte, 1+stride) // its filter, and the pixels: 1 is white
	const filterNone, filterUp = 0, 2
	repeated := make([]byte, 1+stride)
	repeated[0] = filterUp
	for y := -Quiet; y < s.Size()+Quiet; y++ {
		row[0] = filterNone
		pixels := row[1:]
		for i := range pixels {
			pixels[i] = 0xFF
		}
		for x := range s.Size() {
			if s.Dark(x, y) {
				for i := (x + Quiet) * scale; i < (x+Quiet+1)*scale; i++ {
					pixels[i/8] &^= 0x80 >> (i % 8)
				}
			}
		}
		z.Write(row) // a bytes.Buffer does not fail, here and below
		for range scale - 1 {
			z.Write(repeated)
		}
	}
	for _, pixels := range caption {
		z.Write([]byte{filterNone})
		z.Write(pixels)
	}
	z.Close()

	out := []byte("\x89PNG\r\n\x1a\n")
	head := binary.BigEndian.AppendUint32(nil, uint32(side))
	head = binary.BigEndian.AppendUint32(head, uint32(side+len(caption)))
	out = appendChunk(out, "IHDR", append(head, 1, 0, 0, 0, 0)) // 1 bit, grey, not interlaced
	if perMetre := float64(side) / st.Width * 1000; st.Width > 0 && perMetre >= 1 && perMetre <= math.MaxInt32 {
		size := binary.BigEndian.AppendUint32(nil, uint32(math.Round(perMetre)))
		size = append(size, size...)
		out = appendChunk(out, "pHYs", append(size, 1)) // the unit is the metre
	}
	out = appendChunk(out, "IDAT", packed.Bytes())
	return appendChunk(out, "IEND", nil)
}

func appendChunk(out []byte, kind string, data []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	start := len(out)
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[start:]))
}

// A letter of the caption is 5 dots wide and 7 high, one dot apart from the
// next; dots above and 2 below keep the line off the edge.
const (
	letterWidth   = 5 + 1
	letterHeight  = 7
	captionHeight = letterHeight + 2
)

// captionRows draws the caption: rows of one bit a pixel, 1 is white. A dot is
// as large as a module, or smaller where the text would not fit.
func captionRows(caption string, side, scale int) [][]byte {
	text := []rune(caption)
	if len(text) == 0 {
		return nil
	}
	dot := max(1, min(scale, side/(letterWidth*(len(text)+1))))
	text = text[:min(len(text), side/(dot*letterWidth))] // at one pixel a dot, what does not fit is cut
	left := (side - dot*letterWidth*len(text)) / 2
	rows := make([][]byte, captionHeight*dot)
	for y := range rows {
		rows[y] = bytes.Repeat([]byte{0xFF}, (side+7)/8)
		if y >= letterHeight*dot {
			continue
		}
		for x := range dot * letterWidth * len(text) {
			bits := letter(text[x/(dot*letterWidth)])[y/dot]
			if bits<<(x/dot%letterWidth)&0x10 != 0 {
				rows[y][(left+x)/8] &^= 0x80 >> ((left + x) % 8)
			}
		}
	}
	return rows
}

// letter returns the dots of a letter, the lowest five bits of each row.
func letter(r rune) [letterHeight]byte {
	if 'a' <= r && r <= 'z' {
		r -= 'a' - 'A'
	}
	return font[r]
}

var font = map[rune][letterHeight]byte{
	'0': {0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E},
	'1': {0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E},
	'2': {0x0E, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1F},
	'3': {0x1F, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0E},
	'4': {0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02},
	'5': {0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E},
	'6': {0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E},
	'7': {0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08},
	'8': {0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E},
	'9': {0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C},
	'A': {0x0E, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11},
	'B': {0x1E, 0x11, 0x11, 0x1E, 0x11, 0x11, 0x1E},
	'C': {0x0E, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0E},
	'D': {0x1E, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1E},
	'E': {0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x1F},
	'F': {0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x10},
	'G': {0x0E, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0F},
	'H': {0x11, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11},
	'I': {0x0E, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0E},
	'J': {0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0C},
	'K': {0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11},
	'L': {0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1F},
	'M': {0x11, 0x1B, 0x15, 0x15, 0x11, 0x11, 0x11},
	'N': {0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11},
	'O': {0x0E, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0E},
	'P': {0x1E, 0x11, 0x11, 0x1E, 0x10, 0x10, 0x10},
	'Q': {0x0E, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0D},
	'R': {0x1E, 0x11, 0x11, 0x1E, 0x14, 0x12, 0x11},
	'S': {0x0F, 0x10, 0x10, 0x0E, 0x01, 0x01, 0x1E},
	'T': {0x1F, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04},
	'U': {0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0E},
	'V': {0x11, 0x11, 0x11, 0x11, 0x11, 0x0A, 0x04},
	'W': {0x11, 0x11, 0x11, 0x15, 0x15, 0x1B, 0x11},
	'X': {0x11, 0x11, 0x0A, 0x04, 0x0A, 0x11, 0x11},
	'Y': {0x11, 0x11, 0x0A, 0x04, 0x04, 0x04, 0x04},
	'Z': {0x1F, 0x01, 0x02, 0x04, 0x08, 0x10, 0x1F},
	'-': {0, 0, 0, 0x1F, 0, 0, 0},
	'.': {0, 0, 0, 0, 0, 0x0C, 0x0C},
	',': {0, 0, 0, 0, 0x0C, 0x04, 0x08},
	':': {0, 0x0C, 0x0C, 0, 0x0C, 0x0C, 0},
	'/': {0, 0x01, 0x02, 0x04, 0x08, 0x10, 0},
	'!': {0x04, 0x04, 0x04, 0x04, 0x04, 0, 0x04},
	'?': {0x0E, 0x11, 0x01, 0x02, 0x04, 0, 0x04},
}
