package hl7

import (
	"bufio"
	"errors"
	"io"
)

// The bytes of MLLP (HL7 2.5.1 chapter 2; Minimal Lower Layer Protocol): a
// block is 0x0b, a message, 0x1c, 0x0d.
const (
	blockStart = 0x0b
	blockEnd   = 0x1c
	blockLast  = 0x0d
)

// What can be wrong with a block; after each but the end, the next block can be read.
var (
	ErrBlockLong = errors.New("a block longer than the limit")
	ErrBlockCut  = errors.New("a block that begins within another")
	ErrBlockEnd  = errors.New("an end of a block within a block")
	ErrBlockJunk = errors.New("too much between two blocks")
)

// maxJunk is how much may stand between two blocks: line ends, and what is left of one that was cut.
const maxJunk = MaxMessage

// Blocks reads the blocks of MLLP.
type Blocks struct {
	r     *bufio.Reader
	begun bool // the start of a block has been read
}

// NewBlocks returns a reader of blocks.
func NewBlocks(r io.Reader) *Blocks { return &Blocks{r: bufio.NewReaderSize(r, 32<<10)} }

// Next returns the next message. After [ErrBlockLong], [ErrBlockCut] and
// [ErrBlockEnd] it can be called again, and goes on with the next block; the
// end is [io.EOF], and [io.ErrUnexpectedEOF] within a block.
func (b *Blocks) Next() ([]byte, error) {
	if err := b.start(); err != nil {
		return nil, err
	}
	b.begun = false
	var out []byte
	long := false
	for {
		c, err := b.r.ReadByte()
		if err != nil {
			return nil, cut(err)
		}
		switch c {
		case blockStart:
			b.begun = true
			return nil, ErrBlockCut
		case blockEnd:
			next, err := b.r.Peek(1)
			switch {
			case err != nil:
				return nil, cut(err)
			case next[0] != blockLast:
				return nil, ErrBlockEnd
			}
			b.r.Discard(1)
			if long {
				return nil, ErrBlockLong
			}
			return out, nil
		}
		if len(out) == MaxMessage {
			long, out = true, nil
		}
		if !long {
			out = append(out, c)
		}
	}
}

// start skips to the start of a block.
func (b *Blocks) start() error {
	for n := 0; !b.begun; n++ {
		c, err := b.r.ReadByte()
		if err != nil {
			return err
		}
		if n > maxJunk {
			return ErrBlockJunk
		}
		b.begun = c == blockStart
	}
	return nil
}

// cut is the end within a block.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Block frames a message.
func Block(message []byte) []byte {
	out := make([]byte, 0, len(message)+3)
	out = append(out, blockStart)
	out = append(out, message...)
	return append(out, blockEnd, blockLast)
}
