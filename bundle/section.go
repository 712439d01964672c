package bundle

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/pratique/pratique/internal/deflate"
)

// Limits of a bundle.
const (
	MaxSize     = 64 << 20  // bytes of a file
	MaxText     = 64 << 10  // bytes of its text and signatures
	MaxContent  = 128 << 20 // bytes of all sections, unpacked
	MaxSections = 32
	MaxEntries  = 200_000 // of a section
)

var (
	// ErrFormat means that the file is no bundle, or breaks the grammar.
	ErrFormat = errors.New("not a bundle")
	// ErrTorn means that the file is cut short, or damaged: it is not what was signed.
	ErrTorn = errors.New("the bundle is cut short or damaged")
	// ErrVersion means that the file is of a later kind than this build reads.
	ErrVersion = errors.New("a bundle of a later version than this program reads")
)

// section is a part of a bundle.
type section struct {
	name     string
	critical bool
	content  []byte
}

// join makes the content of a section of its entries.
func join(entries [][]byte) []byte {
	entries = slices.Clone(entries)
	slices.SortFunc(entries, bytes.Compare)
	var out []byte
	for _, e := range slices.CompactFunc(entries, bytes.Equal) {
		out = append(binary.AppendUvarint(out, uint64(len(e))), e...)
	}
	return out
}

// split takes the content of a section apart.
func split(content []byte) ([][]byte, error) {
	var out [][]byte
	for len(content) > 0 {
		n, used := binary.Uvarint(content)
		if used <= 0 || used > 1 && content[used-1] == 0 || n > uint64(len(content)-used) {
			return nil, errors.New("the length of an entry is wrong")
		}
		e := content[used : used+int(n) : used+int(n)]
		if len(out) > 0 && bytes.Compare(out[len(out)-1], e) >= 0 {
			return nil, errors.New("entries do not ascend")
		}
		if len(out) == MaxEntries {
			return nil, fmt.Errorf("more than %d entries", MaxEntries)
		}
		out, content = append(out, e), content[used+int(n):]
	}
	return out, nil
}

const (
	stored   = 0
	deflated = 1
)

// pack appends a content in pieces, each in the shorter form.
func pack(out, content []byte) []byte {
	for piece := range slices.Chunk(content, deflate.MaxEncode) {
		method, body := byte(deflated), deflate.EncodeRaw(nil, piece)
		if len(body) >= len(piece) {
			method, body = stored, piece
		}
		out = binary.BigEndian.AppendUint16(out, uint16(len(piece)))
		out = binary.BigEndian.AppendUint16(append(out, method), uint16(len(body)))
		out = append(out, body...)
	}
	return append(out, 0, 0)
}

// unpack takes a content of at most most bytes from the beginning of packed.
func unpack(packed []byte, most int) (content, rest []byte, err error) {
	for {
		if len(packed) < 2 {
			return nil, nil, ErrTorn
		}
		n := int(binary.BigEndian.Uint16(packed))
		if n == 0 {
			return content, packed[2:], nil
		}
		if len(packed) < 5 || len(content)+n > most {
			return nil, nil, ErrTorn
		}
		method, size := packed[2], int(binary.BigEndian.Uint16(packed[3:]))
		if packed = packed[5:]; len(packed) < size {
			return nil, nil, ErrTorn
		}
		before := len(content)
		switch method {
		case stored:
			content = append(content, packed[:size]...)
		case deflated:
			piece, err := deflate.DecodeRaw(nil, packed[:size], n)
			if err != nil {
				return nil, nil, ErrTorn
			}
			content = append(content, piece...)
		default:
			return nil, nil, ErrTorn
		}
		if len(content) != before+n {
			return nil, nil, ErrTorn
		}
		packed = packed[size:]
	}
}

func digest(b []byte) [32]byte { return sha256.Sum256(b) }

// ordered are sections by name, without those that are empty.
func ordered(sections []section) []section {
	sections = slices.DeleteFunc(slices.Clone(sections), func(s section) bool { return len(s.content) == 0 })
	slices.SortFunc(sections, func(a, b section) int { return cmp.Compare(a.name, b.name) })
	return sections
}
