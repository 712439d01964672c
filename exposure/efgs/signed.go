package efgs

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
)

// Signed returns the bytes that the signature of a batch covers. The order of
// the keys does not matter.
func Signed(keys []Key) []byte {
	type sorted struct{ order, text string }
	all := make([]sorted, len(keys))
	size := 0
	var room []byte
	for i := range keys {
		room = keys[i].appendSigned(room[:0])
		all[i] = sorted{base64.StdEncoding.EncodeToString(room), string(room)}
		size += len(room)
	}
	slices.SortFunc(all, func(a, b sorted) int { return strings.Compare(a.order, b.order) })
	out := make([]byte, 0, size)
	for _, k := range all {
		out = append(out, k.text...)
	}
	return out
}

// appendSigned appends what is signed of one key.
func (k *Key) appendSigned(dst []byte) []byte {
	dst = appendField(dst, k.Data)
	for _, n := range [...]uint32{k.Start, k.Period, uint32(k.Risk)} {
		dst = appendNumber(dst, n)
	}
	dst = appendField(dst, ascii(strings.Join(k.Visited, ",")))
	dst = appendField(dst, ascii(k.Origin))
	return appendNumber(appendNumber(dst, uint32(k.Report)), uint32(k.Onset))
}

func appendNumber(dst []byte, n uint32) []byte {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], n)
	return appendField(dst, b[:])
}

func appendField(dst, b []byte) []byte {
	return append(base64.StdEncoding.AppendEncode(dst, b), '.')
}

// ascii returns a text as Java's US_ASCII encodes it.
func ascii(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0x7f {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}
