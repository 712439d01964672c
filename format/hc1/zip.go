package hc1

import (
	"bytes"
	"compress/zlib"
	"io"
	"sync"
)

// buffer is the memory that opening a code needs besides its result. Nothing
// of it is in a result: what leaves is copied.
type buffer struct {
	packed  []byte // compressed
	content []byte // inflated
	source  bytes.Reader
	zr      io.ReadCloser // nil before the first use
}

// buffers keeps buffers between codes: making a new inflater takes 40 kB and
// longer than the rest of reading.
var buffers = sync.Pool{New: func() any { return new(buffer) }}

// inflate returns what b.packed holds, with its checksum verified.
func (b *buffer) inflate() (string, error) {
	b.source.Reset(b.packed)
	if b.zr == nil {
		zr, err := zlib.NewReader(&b.source)
		if err != nil {
			return "", endless(err)
		}
		b.zr = zr
	} else if err := b.zr.(zlib.Resetter).Reset(&b.source, nil); err != nil {
		return "", endless(err)
	}
	out := b.content[:0]
	for {
		if len(out) == cap(out) {
			out = append(out, 0)[:len(out)]
		}
		n, err := b.zr.Read(out[len(out):min(cap(out), MaxContent+1)])
		out = out[:len(out)+n]
		b.content = out
		switch {
		case len(out) > MaxContent:
			return "", ErrTooLarge
		case err == io.EOF && b.source.Len() != 0:
			return "", ErrTrailing
		case err == io.EOF:
			return string(out), nil
		case err != nil:
			return "", err
		}
	}
}

// endless makes the end of the source what it is: too early.
func endless(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// writer is the memory that making a code needs.
type writer struct {
	out bytes.Buffer
	zw  *zlib.Writer
}

var writers = sync.Pool{New: func() any {
	w := new(writer)
	w.zw, _ = zlib.NewWriterLevel(&w.out, zlib.BestCompression) // the level is valid
	return w
}}

// deflate returns content compressed, in memory that is the writer's.
func (w *writer) deflate(content []byte) ([]byte, error) {
	w.out.Reset()
	w.zw.Reset(&w.out)
	if _, err := w.zw.Write(content); err != nil {
		return nil, err
	}
	if err := w.zw.Close(); err != nil {
		return nil, err
	}
	return w.out.Bytes(), nil
}
