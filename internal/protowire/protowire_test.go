package protowire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"testing"

	"github.com/pratique/pratique/internal/protowire"
)

// fields reads a message to its end.
func fields(b []byte) ([]protowire.Field, error) {
	var out []protowire.Field
	m := protowire.Message(b)
	for {
		f, ok := m.Next()
		if !ok {
			return out, m.Err()
		}
		out = append(out, f)
	}
}

// Every type is read as the documentation of the format has it.
func TestFieldsAreRead(t *testing.T) {
	vectors := []struct {
		Comment string
		Hex     string
		Want    protowire.Field
	}{
		{"the documentation's first example: field 1 is 150", "089601", protowire.Field{Number: 1, Type: protowire.Varint, Value: 150}},
		{"its string: field 2 is testing", "120774657374696e67", protowire.Field{Number: 2, Type: protowire.Bytes, Bytes: []byte("testing")}},
		{"64 bits, least first", "090102000000000080", protowire.Field{Number: 1, Type: protowire.Fixed64, Value: 1<<63 | 0x201}},
		{"32 bits", "0d01000080", protowire.Field{Number: 1, Type: protowire.Fixed32, Value: 1<<31 | 1}},
		{"the largest field number", "f8ffffff0f01", protowire.Field{Number: 1<<29 - 1, Type: protowire.Varint, Value: 1}},
		{"64 bits set", "08ffffffffffffffffff01", protowire.Field{Number: 1, Type: protowire.Varint, Value: math.MaxUint64}},
		{"a varint longer than it need be", "08968100", protowire.Field{Number: 1, Type: protowire.Varint, Value: 150}},
		{"no bytes", "1200", protowire.Field{Number: 2, Type: protowire.Bytes, Bytes: []byte{}}},
	}
	for _, v := range vectors {
		b, _ := hex.DecodeString(v.Hex)
		got, err := fields(b)
		if err != nil || len(got) != 1 || got[0].Number != v.Want.Number || got[0].Type != v.Want.Type || got[0].Value != v.Want.Value || !bytes.Equal(got[0].Bytes, v.Want.Bytes) {
			t.Errorf("%s: got %+v, %v", v.Comment, got, err)
		}
	}
}

// What is no message is refused, whatever stood before.
func TestBrokenMessages(t *testing.T) {
	vectors := []struct {
		Comment string
		Hex     string
		Want    error
	}{
		{"a tag alone", "08", protowire.ErrTruncated},
		{"a varint without end", "08ffff", protowire.ErrTruncated},
		{"a varint beyond 64 bits", "08ffffffffffffffffff02", protowire.ErrField},
		{"a varint of eleven bytes", "088080808080808080808001", protowire.ErrField},
		{"bytes beyond the end", "120374", protowire.ErrTruncated},
		{"a length that no memory has", "12ffffffffffffffffff01", protowire.ErrTruncated},
		{"seven of eight bytes", "0901020000000000", protowire.ErrTruncated},
		{"three of four", "0d010000", protowire.ErrTruncated},
		{"field 0", "0001", protowire.ErrField},
		{"field 2^29", "808080801001", protowire.ErrField},
		{"a group", "0b0c", protowire.ErrField},
		{"wire type 7", "0f00", protowire.ErrField},
	}
	for _, v := range vectors {
		b, _ := hex.DecodeString("089601" + v.Hex)
		if got, err := fields(b); !errors.Is(err, v.Want) || len(got) != 1 {
			t.Errorf("%s: got %d fields, %v", v.Comment, len(got), err)
		}
	}
}

// A number that its field cannot hold, or a field of another type, is an error
// of the message and no other number.
func TestNumbersAreChecked(t *testing.T) {
	read := func(b []byte, f func(*protowire.Reader, protowire.Field) int64) (int64, error) {
		m := protowire.Message(b)
		field, ok := m.Next()
		if !ok {
			t.Fatal("no field")
		}
		v := f(&m, field)
		if _, again := m.Next(); again && m.Err() != nil {
			t.Error("it read on after an error")
		}
		return v, m.Err()
	}
	int32s := func(r *protowire.Reader, f protowire.Field) int64 { return r.Int(f, math.MinInt32, math.MaxInt32) }
	sint32s := func(r *protowire.Reader, f protowire.Field) int64 { return r.Signed(f, math.MinInt32, math.MaxInt32) }
	for _, v := range []int64{0, 1, -1, 150, math.MinInt32, math.MaxInt32} {
		if got, err := read(protowire.AppendInt(nil, 3, v), int32s); err != nil || got != v {
			t.Errorf("int %d: got %d, %v", v, got, err)
		}
		if got, err := read(protowire.AppendSigned(nil, 3, v), sint32s); err != nil || got != v {
			t.Errorf("sint %d: got %d, %v", v, got, err)
		}
	}
	for _, v := range []int64{math.MinInt32 - 1, math.MaxInt32 + 1, math.MinInt64, math.MaxInt64} {
		if got, err := read(protowire.AppendInt(nil, 3, v), int32s); !errors.Is(err, protowire.ErrRange) || got != 0 {
			t.Errorf("int %d: got %d, %v", v, got, err)
		}
		if got, err := read(protowire.AppendSigned(nil, 3, v), sint32s); !errors.Is(err, protowire.ErrRange) || got != 0 {
			t.Errorf("sint %d: got %d, %v", v, got, err)
		}
	}
	if got, err := read(protowire.AppendBytes(nil, 3, "x"), int32s); !errors.Is(err, protowire.ErrType) || got != 0 {
		t.Errorf("bytes for a number: got %d, %v", got, err)
	}
	for comment, f := range map[string]func(*protowire.Reader, protowire.Field) int64{
		"a number for bytes":   func(r *protowire.Reader, f protowire.Field) int64 { return int64(len(r.Bytes(f))) },
		"a varint for 64 bits": func(r *protowire.Reader, f protowire.Field) int64 { return int64(r.Fixed64(f)) },
	} {
		if got, err := read(protowire.AppendInt(nil, 3, 7), f); !errors.Is(err, protowire.ErrType) || got != 0 {
			t.Errorf("%s: got %d, %v", comment, got, err)
		}
	}
}

// A field that is -1 as int32 takes ten bytes and as sint32 one, as the format says.
func TestNegativeNumbers(t *testing.T) {
	if got := hex.EncodeToString(protowire.AppendInt(nil, 1, -1)); got != "08ffffffffffffffffff01" {
		t.Errorf("int32: %s", got)
	}
	if got := hex.EncodeToString(protowire.AppendSigned(nil, 1, -1)); got != "0801" {
		t.Errorf("sint32: %s", got)
	}
	for _, v := range []uint64{0, 1, 127, 128, 1<<14 - 1, 1 << 14, 1 << 63, math.MaxUint64} {
		if got, want := protowire.Size(v), len(protowire.AppendVarint(nil, v)); got != want {
			t.Errorf("size of %d: %d, want %d", v, got, want)
		}
	}
}

// Whatever is read can be written, and then is what is read again; where all
// varints were as short as they can be, it is the same bytes.
func FuzzMessage(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x08\x96\x01\x12\x07testing"))
	f.Add([]byte("\x09\x01\x02\x03\x04\x05\x06\x07\x08\x0d\x01\x02\x03\x04"))
	f.Add([]byte("\x08\x96\x81\x00"))
	f.Add([]byte("\x0b\x0c"))
	f.Fuzz(func(t *testing.T, b []byte) {
		first, err := fields(b)
		var out []byte
		for _, x := range first {
			switch x.Type {
			case protowire.Varint:
				out = protowire.AppendInt(out, x.Number, int64(x.Value))
			case protowire.Fixed64:
				out = protowire.AppendFixed64(out, x.Number, x.Value)
			case protowire.Bytes:
				out = protowire.AppendBytes(out, x.Number, x.Bytes)
			case protowire.Fixed32:
				out = append(protowire.AppendVarint(out, uint64(x.Number)<<3|5), byte(x.Value), byte(x.Value>>8), byte(x.Value>>16), byte(x.Value>>24))
			}
		}
		if err == nil && (len(out) > len(b) || len(out) == len(b) && !bytes.Equal(out, b)) {
			t.Errorf("%x\nbecame %x", b, out)
		}
		again, err := fields(out)
		if err != nil || len(again) != len(first) {
			t.Fatalf("written: %d fields, %v, of %d", len(again), err, len(first))
		}
	})
}

func BenchmarkMessage(b *testing.B) {
	m := protowire.AppendSigned(protowire.AppendInt(protowire.AppendInt(protowire.AppendBytes(nil, 1, make([]byte, 16)), 3, 2_650_000), 5, 1), 6, -3)
	b.ReportAllocs()
	for b.Loop() {
		if f, err := fields(m); err != nil || len(f) != 4 {
			b.Fatal(err)
		}
	}
}
