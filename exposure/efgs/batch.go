package efgs

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/pratique/pratique/internal/protowire"
)

// ErrBatch means that a body is no batch of keys, as a whole.
var ErrBatch = errors.New("not a batch of diagnosis keys")

// ParseBatch reads a batch in Protocol Buffers. The findings are of keys that
// could not be read, by where they stood; the others are returned.
func ParseBatch(body []byte) ([]Key, []Finding, error) {
	if len(body) > MaxBatch {
		return nil, nil, fmt.Errorf("%w: longer than %d bytes", ErrBatch, MaxBatch)
	}
	var keys []Key
	var found []Finding
	m := protowire.Message(body)
	for n := 0; ; {
		f, ok := m.Next()
		if !ok {
			break
		}
		if f.Number != 1 {
			continue
		}
		if n == MaxKeys {
			return nil, nil, fmt.Errorf("%w: more than %d keys", ErrBatch, MaxKeys)
		}
		if k, ok := readKey(m.Bytes(f)); ok {
			keys = append(keys, k)
		} else {
			found = append(found, Finding{n, Malformed})
		}
		n++
	}
	if err := m.Err(); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrBatch, err)
	}
	return keys, found, nil
}

func readKey(b []byte) (Key, bool) {
	var k Key
	good := true
	m := protowire.Message(b)
	text := func(f protowire.Field) string {
		s := m.Bytes(f)
		good = good && len(s) <= maxCountry && utf8.Valid(s)
		return string(s)
	}
	for good {
		f, ok := m.Next()
		if !ok {
			break
		}
		switch f.Number {
		case 1:
			k.Data = m.Bytes(f)
			good = len(k.Data) <= maxData
		case 2:
			k.Start = uint32(m.Int(f, 0, math.MaxUint32))
		case 3:
			k.Period = uint32(m.Int(f, 0, math.MaxUint32))
		case 4:
			k.Risk = int32(m.Int(f, math.MinInt32, math.MaxInt32))
		case 5:
			k.Visited = append(k.Visited, text(f))
			good = good && len(k.Visited) <= maxVisited
		case 6:
			k.Origin = text(f)
		case 7:
			k.Report = int32(m.Int(f, math.MinInt32, math.MaxInt32))
		case 8:
			k.Onset = int32(m.Signed(f, math.MinInt32, math.MaxInt32))
		}
	}
	return k, good && m.Err() == nil
}

// AppendBatch appends a batch in Protocol Buffers.
func AppendBatch(dst []byte, keys []Key) []byte {
	var room []byte
	for i := range keys {
		room = keys[i].append(room[:0])
		dst = protowire.AppendBytes(dst, 1, room)
	}
	return dst
}

// append writes the message of a key, without what is 0 or empty.
func (k *Key) append(dst []byte) []byte {
	number := func(n int, v int64) {
		if v != 0 {
			dst = protowire.AppendInt(dst, n, v)
		}
	}
	if len(k.Data) > 0 {
		dst = protowire.AppendBytes(dst, 1, k.Data)
	}
	number(2, int64(k.Start))
	number(3, int64(k.Period))
	number(4, int64(k.Risk))
	for _, c := range k.Visited {
		dst = protowire.AppendBytes(dst, 5, c)
	}
	if k.Origin != "" {
		dst = protowire.AppendBytes(dst, 6, k.Origin)
	}
	number(7, int64(k.Report))
	if k.Onset != 0 {
		dst = protowire.AppendSigned(dst, 8, int64(k.Onset))
	}
	return dst
}
