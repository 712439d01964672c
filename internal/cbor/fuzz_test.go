package cbor_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	oracle "github.com/fxamacker/cbor/v2"

	"github.com/pratique/pratique/internal/cbor"
)

// strict is the oracle with the limits of this package.
func strict(t testing.TB) oracle.DecMode {
	t.Helper()
	m, err := oracle.DecOptions{
		DupMapKey: oracle.DupMapKeyEnforcedAPF, MaxNestedLevels: cbor.MaxDepth, MaxArrayElements: 1 << 20, MaxMapPairs: 1 << 20,
		UTF8: oracle.UTF8RejectInvalid, BignumTag: oracle.BignumTagAllowed, IntDec: oracle.IntDecConvertNone,
	}.DecMode()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// again prints a value anew, in its shortest form; floats and simple values as they came.
func again(dst []byte, v cbor.Value) []byte {
	switch v.Kind() {
	case cbor.Int:
		if n, ok := v.Int(); ok {
			return cbor.AppendInt(dst, n)
		}
		return append(dst, v.Raw()...)
	case cbor.Bytes:
		s, _ := v.Bytes()
		return cbor.AppendBytes(dst, []byte(s))
	case cbor.Text:
		s, _ := v.Text()
		return cbor.AppendText(dst, s)
	case cbor.Tag:
		n, inner, _ := v.Tag()
		return again(cbor.AppendTag(dst, n), inner)
	case cbor.Array:
		n := 0
		for range v.Items {
			n++
		}
		dst = cbor.AppendArray(dst, n)
		for _, item := range v.Items {
			dst = again(dst, item)
		}
		return dst
	case cbor.Map:
		n := 0
		for range v.Pairs {
			n++
		}
		dst = cbor.AppendMap(dst, n)
		for k, item := range v.Pairs {
			if k.IsText {
				dst = cbor.AppendText(dst, k.Text)
			} else {
				dst = cbor.AppendInt(dst, k.Int)
			}
			dst = again(dst, item)
		}
		return dst
	}
	return append(dst, v.Raw()...)
}

// agree judges one text by this package and by the oracle. It reports whether
// both read it.
func agree(t testing.TB, s string) bool {
	t.Helper()
	v, err := cbor.Read(s)
	wellFormed := strict(t).Wellformed([]byte(s))
	if err != nil {
		if errors.Is(err, cbor.ErrSize) || errors.Is(err, cbor.ErrKey) || errors.Is(err, cbor.ErrDuplicate) ||
			errors.Is(err, cbor.ErrUTF8) || errors.Is(err, cbor.ErrDepth) {
			return false // stricter than well-formed, as documented
		}
		if wellFormed == nil {
			t.Errorf("%x: refused (%v), and is well-formed", s, err)
		}
		return false
	}
	if wellFormed != nil {
		t.Errorf("%x: read, and is not well-formed: %v", s, wellFormed)
	}
	short := string(again(nil, v))
	w, err := cbor.Read(short)
	if err != nil {
		t.Fatalf("%x: printed as %x, which is refused: %v", s, short, err)
	}
	if twice := string(again(nil, w)); twice != short {
		t.Errorf("%x: printed as %x, then as %x", s, short, twice)
	}
	// An array or map that states no length of 256 entries or more takes a byte less.
	if len(short) > len(s)+strings.Count(s, "\x9f")+strings.Count(s, "\xbf") {
		t.Errorf("%x: printed longer: %x", s, short)
	}
	a, errA := v.AppendJSON(nil)
	b, errB := w.AppendJSON(nil)
	if (errA == nil) != (errB == nil) || !bytes.Equal(a, b) {
		t.Errorf("%x: JSON %s, %v; printed anew %s, %v", s, a, errA, b, errB)
	}
	if errA == nil && !json.Valid(a) {
		t.Errorf("%x: no JSON: %s", s, a)
	}
	sameContent(t, s, short)
	return true
}

// sameContent asks the oracle whether two texts mean the same.
func sameContent(t testing.TB, s, short string) {
	t.Helper()
	var x, y any
	errX, errY := strict(t).Unmarshal([]byte(s), &x), strict(t).Unmarshal([]byte(short), &y)
	if (errX == nil) != (errY == nil) {
		t.Errorf("%x: the oracle says %v, of the text printed anew %v", s, errX, errY)
	}
	if errX != nil {
		return // a tag with content that the oracle interprets and refuses
	}
	core, err := oracle.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	p, errP := core.Marshal(x)
	q, errQ := core.Marshal(y)
	if (errP == nil) != (errQ == nil) || !bytes.Equal(p, q) {
		t.Errorf("%x: means %x, %v; printed anew %x, %v", s, p, errP, q, errQ)
	}
}

// Values that the oracle prints are read as what they are.
func TestOracleIsUnderstood(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	n := 0
	for range 3000 {
		v := invent(rnd, 4)
		b, err := oracle.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := cbor.Read(string(b))
		if err != nil {
			t.Fatalf("%x: %v", b, err)
		}
		have, err := got.AppendJSON(nil)
		if err != nil {
			t.Fatalf("%x: %v", b, err)
		}
		var x, y any
		want, err := json.Marshal(v)
		if err != nil || json.Unmarshal(want, &x) != nil || json.Unmarshal(have, &y) != nil {
			t.Fatalf("%x: %s, want %s, %v", b, have, want, err)
		}
		p, _ := json.Marshal(x)
		q, _ := json.Marshal(y)
		if !bytes.Equal(p, q) {
			t.Errorf("%x: %s, want %s", b, q, p)
		}
		if agree(t, string(b)) {
			n++
		}
	}
	if n != 3000 {
		t.Errorf("%d of 3000 judged", n)
	}
}

// invent makes a value that JSON can say too.
func invent(rnd *rand.Rand, depth int) any {
	kinds := 6
	if depth > 0 {
		kinds = 8
	}
	switch rnd.IntN(kinds) {
	case 0:
		return rnd.Int64N(1<<53) - 1<<52
	case 1:
		return rnd.IntN(60) - 30
	case 2:
		return math.Round(rnd.NormFloat64()*1e6) / 64
	case 3:
		return []any{nil, true, false}[rnd.IntN(3)]
	case 4:
		return "2021-06-11T17:30:00Z"[:rnd.IntN(21)]
	case 5:
		return []string{"Rogaliński-Król", "水", "𐅑 \"quoted\"", "\\\n\t\x01", ""}[rnd.IntN(5)]
	case 6:
		a := make([]any, rnd.IntN(5))
		for i := range a {
			a[i] = invent(rnd, depth-1)
		}
		return a
	default:
		m := make(map[string]any)
		for range rnd.IntN(6) {
			m[string(rune('a'+rnd.IntN(26)))+"x"] = invent(rnd, depth-1)
		}
		return m
	}
}

// Bytes at random, and texts with bytes changed at random, are judged as the oracle judges them.
func TestRandomBytesAreJudgedAlike(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	read := 0
	for range 30000 {
		b := make([]byte, 1+rnd.IntN(12))
		for i := range b {
			b[i] = byte(rnd.Uint32())
			if rnd.IntN(3) == 0 {
				b[i] = []byte{0x00, 0x18, 0x41, 0x61, 0x82, 0x9f, 0xa1, 0xbf, 0xff, 0xc0, 0xf6, 0xf9, 0x7f, 0x5f}[rnd.IntN(14)]
			}
		}
		if agree(t, string(b)) {
			read++
		}
	}
	for range 3000 {
		b, err := oracle.Marshal(invent(rnd, 3))
		if err != nil {
			t.Fatal(err)
		}
		b[rnd.IntN(len(b))] ^= 1 << rnd.IntN(8)
		if agree(t, string(b)) {
			read++
		}
	}
	if read < 3000 {
		t.Errorf("only %d texts were read: the test judges too little", read)
	}
}

func FuzzCBOR(f *testing.F) {
	for _, h := range []string{
		"00", "a401624154041a60b89cbf061a60b5f9bf390103a101a16376657265312e332e30", "bf61610161629f0203ffff", "7f657374726561646d696e67ff",
		"d2844da20126044899bf38effc7e1e51a0420102430102", "c074323031332d30332d32315432303a30343a30305a", "fb7e37e43c8800759c", "f97e00",
		"818181818181818181818181818181818181818181818181818181818181818181818100", "a204000400", "9bffffffffffffffff00", "c249010000000000000000",
		"5f42010243030405ff", "a1ff00", "f814",
	} {
		f.Add(unhex(f, h))
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 1<<12 {
			return
		}
		agree(t, s)
	})
}

func BenchmarkRead(b *testing.B) {
	payload := sample(b)
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cbor.Read(payload); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJSON(b *testing.B) {
	v, err := cbor.Read(sample(b))
	if err != nil {
		b.Fatal(err)
	}
	dst := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.AppendJSON(dst); err != nil {
			b.Fatal(err)
		}
	}
}

// sample is a payload of the usual shape and size.
func sample(t testing.TB) string {
	t.Helper()
	b, err := oracle.Marshal(map[int]any{1: "XA", 4: 1700000000, 6: 1690000000, -260: map[int]any{1: map[string]any{
		"ver": "1.3.0", "dob": "1964-08-12", "nam": map[string]any{"fn": "d'Arsøns - van Halen", "gn": "François-Joan", "fnt": "DARSONS<VAN<HALEN", "gnt": "FRANCOIS<JOAN"},
		"t": []any{map[string]any{"tg": "840539006", "tt": "LP6464-4", "nm": "Example", "sc": "2021-06-11T17:30:00Z", "tr": "260415000", "tc": "Example Test Corp",
			"co": "XA", "is": "Ministry of Health of Alba", "ci": "URN:UVCI:01:XA:DADFCC47C7334E45A906DB12FD859FB7#1"}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
