package main

import (
	"encoding/binary"
	"fmt"
	"math"
)

// The tool writes CBOR by its own small encoder, because most vectors are
// things that the program's encoder would never write.

// pair is a member of a map; maps keep their order.
type pair struct{ k, v any }

type omap []pair

// set changes or adds a member.
func (m *omap) set(k, v any) {
	for i := range *m {
		if (*m)[i].k == k {
			(*m)[i].v = v
			return
		}
	}
	*m = append(*m, pair{k, v})
}

func (m *omap) del(k any) {
	for i := range *m {
		if (*m)[i].k == k {
			*m = append((*m)[:i:i], (*m)[i+1:]...)
			return
		}
	}
}

type tag struct {
	n uint64
	v any
}

type raw []byte              // already encoded
type wide struct{ n int }    // an integer in eight bytes, whatever its size
type endless struct{ v any } // indefinite length: omap, []any, string in two chunks

func encode(v any) []byte {
	switch v := v.(type) {
	case nil:
		return []byte{0xf6}
	case bool:
		if v {
			return []byte{0xf5}
		}
		return []byte{0xf4}
	case raw:
		return v
	case int:
		if v < 0 {
			return head(1, uint64(-1-v))
		}
		return head(0, uint64(v))
	case wide:
		return binary.BigEndian.AppendUint64([]byte{0x1b}, uint64(v.n))
	case float64:
		return binary.BigEndian.AppendUint64([]byte{0xfb}, math.Float64bits(v))
	case []byte:
		return append(head(2, uint64(len(v))), v...)
	case string:
		return append(head(3, uint64(len(v))), v...)
	case []any:
		b := head(4, uint64(len(v)))
		for _, e := range v {
			b = append(b, encode(e)...)
		}
		return b
	case omap:
		return members(head(5, uint64(len(v))), v)
	case tag:
		return append(head(6, v.n), encode(v.v)...)
	case endless:
		return indefinite(v.v)
	}
	panic(fmt.Sprintf("no CBOR for %T", v))
}

func indefinite(v any) []byte {
	var b []byte
	switch v := v.(type) {
	case string:
		b = append([]byte{0x7f}, encode(v[:len(v)/2])...)
		b = append(b, encode(v[len(v)/2:])...)
	case []any:
		b = []byte{0x9f}
		for _, e := range v {
			b = append(b, encode(e)...)
		}
	case omap:
		b = members([]byte{0xbf}, v)
	default:
		panic(fmt.Sprintf("no indefinite CBOR for %T", v))
	}
	return append(b, 0xff)
}

func members(b []byte, m omap) []byte {
	for _, p := range m {
		b = append(append(b, encode(p.k)...), encode(p.v)...)
	}
	return b
}

func head(major byte, n uint64) []byte {
	m := major << 5
	switch {
	case n < 24:
		return []byte{m | byte(n)}
	case n < 1<<8:
		return []byte{m | 24, byte(n)}
	case n < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{m | 25}, uint16(n))
	case n < 1<<32:
		return binary.BigEndian.AppendUint32([]byte{m | 26}, uint32(n))
	}
	return binary.BigEndian.AppendUint64([]byte{m | 27}, n)
}
