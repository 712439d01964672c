package filter

import "encoding/binary"

// Bytes encodes a filter.
func (f *Filter) Bytes() []byte {
	out := []byte{byte(f.kind)}
	if f.kind != staged {
		return out
	}
	out = append(out, byte(f.first.columns))
	if f.first.columns > 0 {
		out = f.first.append(out)
	}
	return f.second.append(out)
}

func (t *table) append(out []byte) []byte {
	out = append(out, byte(t.words))
	out = binary.AppendUvarint(out, uint64(len(t.blocks)))
	for _, b := range t.blocks {
		out = binary.AppendUvarint(out, uint64(len(b)/t.columns))
	}
	for _, b := range t.blocks {
		for _, w := range b {
			out = binary.LittleEndian.AppendUint64(out, w)
		}
	}
	return out
}

// Parse reads an encoded filter. Its error is [ErrFormat].
func Parse(data []byte) (*Filter, error) {
	if len(data) == 0 || len(data) > MaxBytes || data[0] > byte(staged) {
		return nil, ErrFormat
	}
	f := &Filter{kind: kind(data[0])}
	data = data[1:]
	if f.kind == staged {
		if len(data) == 0 || data[0] > maxColumns {
			return nil, ErrFormat
		}
		k := int(data[0])
		data = data[1:]
		if k > 0 {
			var ok bool
			if f.first, data, ok = parseTable(data, k); !ok {
				return nil, ErrFormat
			}
		}
		var ok bool
		if f.second, data, ok = parseTable(data, 1); !ok {
			return nil, ErrFormat
		}
	}
	if len(data) != 0 {
		return nil, ErrFormat
	}
	return f, nil
}

func parseTable(data []byte, columns int) (table, []byte, bool) {
	if len(data) == 0 {
		return table{}, nil, false
	}
	t := table{columns: columns, words: int(data[0])}
	if t.words != 1 && t.words != 2 && t.words != 4 {
		return table{}, nil, false
	}
	data = data[1:]
	n, data, ok := number(data, MaxBytes/8)
	if !ok || n == 0 || n > len(data) {
		return table{}, nil, false
	}
	t.blocks = make([][]uint64, n)
	lengths, total := make([]int, n), 0
	for i := range lengths {
		if lengths[i], data, ok = number(data, MaxBytes/8/columns); !ok || lengths[i] <= t.words {
			return table{}, nil, false
		}
		if total += lengths[i] * columns; total > MaxBytes/8 {
			return table{}, nil, false
		}
	}
	if total*8 > len(data) {
		return table{}, nil, false
	}
	all := make([]uint64, total)
	for i := range all {
		all[i] = binary.LittleEndian.Uint64(data[8*i:])
	}
	data = data[8*total:]
	for i, l := range lengths {
		t.blocks[i], all = all[:l*columns:l*columns], all[l*columns:]
	}
	return t, data, true
}

// number reads an unsigned varint in its shortest form, up to limit.
func number(data []byte, limit int) (int, []byte, bool) {
	v, n := binary.Uvarint(data)
	if n <= 0 || v > uint64(limit) || n > 1 && data[n-1] == 0 {
		return 0, nil, false
	}
	return int(v), data[n:], true
}
