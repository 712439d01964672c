package hc1

import (
	"sync"

	"github.com/pratique/pratique/internal/base45"
	"github.com/pratique/pratique/internal/deflate"
)

// buffer is the memory that a code passes through. Nothing of it is in a
// result: what leaves is copied into a text of its own.
type buffer struct {
	packed  []byte // compressed
	content []byte // not compressed
}

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// unpack decodes and inflates what follows the prefix.
func unpack(text string) (string, error) {
	b := buffers.Get().(*buffer)
	defer buffers.Put(b)
	var err error
	if b.packed, err = base45.AppendDecode(b.packed[:0], text); err != nil {
		return "", &Error{StepBase45, err}
	}
	if b.content, err = deflate.Decode(b.content[:0], b.packed, MaxContent); err != nil {
		return "", &Error{StepZlib, err}
	}
	return string(b.content), nil
}

// pack is the inverse of unpack, with the prefix before it.
func pack(content []byte) string {
	b := buffers.Get().(*buffer)
	defer buffers.Put(b)
	b.packed = deflate.Encode(b.packed[:0], content)
	b.content = base45.AppendEncode(append(b.content[:0], prefix...), b.packed)
	return string(b.content)
}
