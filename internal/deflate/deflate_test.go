package deflate_test

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/internal/deflate"
)

const limit = 1 << 16

// theirs inflates with the standard library: the whole stream, and nothing after it.
func theirs(src []byte) ([]byte, error) {
	r := bytes.NewReader(src)
	z, err := zlib.NewReader(r)
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(z, limit+1))
	switch {
	case err != nil:
		return nil, err
	case len(out) > limit:
		return nil, errors.New("too large")
	case r.Len() != 0:
		return nil, errors.New("trailing")
	}
	return out, nil
}

// theirsRaw is theirs for a stream without head and checksum.
func theirsRaw(src []byte) ([]byte, error) {
	r := bytes.NewReader(src)
	out, err := io.ReadAll(io.LimitReader(flate.NewReader(r), limit+1))
	switch {
	case err != nil:
		return nil, err
	case len(out) > limit:
		return nil, errors.New("too large")
	case r.Len() != 0:
		return nil, errors.New("trailing")
	}
	return out, nil
}

// agreeRaw judges one stream as raw DEFLATE.
func agreeRaw(t testing.TB, src []byte) {
	t.Helper()
	ours, err := deflate.DecodeRaw([]byte("before"), src, limit)
	want, wantErr := theirsRaw(src)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%x, raw: %v, the standard library says %v", src, err, wantErr)
	}
	if !bytes.HasPrefix(ours, []byte("before")) || err == nil && !bytes.Equal(ours[6:], want) {
		t.Fatalf("%x, raw: %x, want %x", src, ours, want)
	}
}

// agree judges one stream by this package and by the standard library, whole
// and without its head. It reports whether both read it.
func agree(t testing.TB, src []byte) bool {
	t.Helper()
	if len(src) > 2 {
		agreeRaw(t, src[2:])
		agreeRaw(t, src[2:max(2, len(src)-4)])
	}
	ours, err := deflate.Decode([]byte("before"), src, limit)
	want, wantErr := theirs(src)
	if !bytes.HasPrefix(ours, []byte("before")) {
		t.Fatalf("%x: what was there before is lost", src)
	}
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%x: %v, the standard library says %v", src, err, wantErr)
	}
	if err == nil && !bytes.Equal(ours[6:], want) {
		t.Fatalf("%x: %x, want %x", src, ours[6:], want)
	}
	return err == nil
}

// samples are contents of many kinds.
func samples() map[string][]byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 3000)
	for i := range random {
		random[i] = byte(rnd.Uint32())
	}
	skew := make([]byte, 4000)
	for i := range skew {
		skew[i] = byte(rnd.ExpFloat64() * 3)
	}
	fib := []byte{} // frequencies that make the longest codes
	for i, n := 0, [2]int{1, 1}; i < 20; i++ {
		fib = append(fib, bytes.Repeat([]byte{byte('a' + i)}, n[0])...)
		n = [2]int{n[1], n[0] + n[1]}
	}
	rnd.Shuffle(len(fib), func(i, j int) { fib[i], fib[j] = fib[j], fib[i] })
	return map[string][]byte{
		"nothing": {}, "a byte": {7}, "two": {1, 1}, "three": []byte("aaa"), "four": []byte("aaaa"),
		"zeros": make([]byte, 2000), "most zeros": make([]byte, limit), "random": random, "skewed": skew, "long codes": fib,
		"text":            []byte(strings.Repeat("URN:UVCI:01:XA:187/37512422923 Ministry of Health of Alba ", 3)),
		"far":             append(append([]byte("a phrase that comes again"), random...), "a phrase that comes again"...),
		"farthest":        append(append([]byte("a phrase that comes again"), make([]byte, 40000)...), "a phrase that comes again"...),
		"random and long": bytes.Repeat(random, 20),
		"all bytes": func() []byte {
			b := make([]byte, 256)
			for i := range b {
				b[i] = byte(i)
			}
			return b
		}(),
	}
}

// packed compresses with the standard library, in all its ways.
func packed(t testing.TB, content []byte) map[string][]byte {
	t.Helper()
	out := make(map[string][]byte)
	for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, 1, 6, 9} {
		for _, parts := range []int{1, 3} { // several blocks, and empty ones between
			var b bytes.Buffer
			w, err := zlib.NewWriterLevel(&b, level)
			if err != nil {
				t.Fatal(err)
			}
			for i := range parts {
				if _, err := w.Write(content[len(content)*i/parts : len(content)*(i+1)/parts]); err != nil {
					t.Fatal(err)
				}
				if parts > 1 {
					if err := w.Flush(); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			out[fmt.Sprintf("level %d in %d", level, parts)] = b.Bytes()
		}
	}
	return out
}

func TestWhatTheStandardLibraryPacksIsRead(t *testing.T) {
	for name, content := range samples() {
		for how, stream := range packed(t, content) {
			got, err := deflate.Decode(nil, stream, limit)
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s, %s: %d bytes, want %d: %v", name, how, len(got), len(content), err)
			}
		}
	}
}

func TestBrokenStreamsAreRefusedAsTheStandardLibraryRefusesThem(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	read, refused := 0, 0
	for _, content := range samples() {
		if len(content) > 5000 {
			continue
		}
		for _, stream := range packed(t, content) {
			for range 20 {
				b := bytes.Clone(stream)
				switch rnd.IntN(3) {
				case 0:
					b = b[:rnd.IntN(len(b))]
				case 1:
					b[rnd.IntN(len(b))] ^= 1 << rnd.IntN(8)
				case 2:
					b = append(b[:rnd.IntN(len(b))], b[rnd.IntN(len(b)):]...)
				}
				if agree(t, b) {
					read++
				} else {
					refused++
				}
			}
		}
	}
	if refused < 500 {
		t.Errorf("%d refused, %d read: too few to judge by", refused, read)
	}
}

func TestErrorsAreNamed(t *testing.T) {
	good := packed(t, []byte("content, and more content"))["level 9 in 1"]
	change := func(i int, x byte) []byte {
		b := bytes.Clone(good)
		if i < 0 {
			i += len(b)
		}
		b[i] ^= x
		return b
	}
	for _, v := range []struct {
		comment string
		stream  []byte
		limit   int
		want    error
	}{
		{"as it was", good, 25, nil},
		{"nothing", nil, 25, deflate.ErrTruncated},
		{"half a header", good[:1], 25, deflate.ErrTruncated},
		{"header alone", good[:2], 25, deflate.ErrTruncated},
		{"no checksum", good[:len(good)-4], 25, deflate.ErrTruncated},
		{"half a checksum", good[:len(good)-2], 25, deflate.ErrTruncated},
		{"wrong checksum", change(-1, 1), 25, deflate.ErrChecksum},
		{"another method", change(0, 1), 25, deflate.ErrHeader},
		{"header check", change(1, 1), 25, deflate.ErrHeader},
		{"a dictionary", []byte{0x78, 0xbb, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}, 25, deflate.ErrHeader},
		{"CBOR, not compressed (public vector Z2)", []byte{0xd2, 0x84, 0x4d, 0xa2, 0x04}, 25, deflate.ErrHeader},
		{"kind of block that there is not", []byte{0x78, 0x9c, 0x07, 0, 0, 0, 1}, 25, deflate.ErrCorrupt},
		{"stored, length not confirmed", []byte{0x78, 0x9c, 1, 1, 0, 0, 0, 0, 0, 0, 0}, 25, deflate.ErrCorrupt},
		{"bytes after it", append(bytes.Clone(good), 0), 25, deflate.ErrTrailing},
		{"a byte too large", good, 24, deflate.ErrTooLarge},
		{"nothing allowed", good, 0, deflate.ErrTooLarge},
		{"a bomb", packed(t, make([]byte, 1<<20))["level 9 in 1"], limit, deflate.ErrTooLarge},
		{"a bomb that is stored", packed(t, make([]byte, limit+1))["level 0 in 1"], limit, deflate.ErrTooLarge},
		{"nothing, for nothing allowed", packed(t, nil)["level 9 in 1"], 0, nil},
	} {
		got, err := deflate.Decode(nil, v.stream, v.limit)
		if !errors.Is(err, v.want) || len(got) > v.limit {
			t.Errorf("%s: %d bytes, %v, want %v", v.comment, len(got), err, v.want)
		}
	}
	for i := range good {
		if _, err := deflate.Decode(nil, good[:i], limit); !errors.Is(err, deflate.ErrTruncated) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
	}
}

// What is written is read by the standard library, and by this package.
func TestWhatIsWrittenIsRead(t *testing.T) {
	for name, content := range samples() {
		stream := deflate.Encode([]byte("before"), content)[6:]
		if got, err := theirs(stream); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: the standard library reads %d bytes, want %d: %v", name, len(got), len(content), err)
		}
		if got, err := deflate.Decode(nil, stream, limit); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: %d bytes, want %d: %v", name, len(got), len(content), err)
		}
		if best := len(packed(t, content)["level 9 in 1"]); len(stream) > best+best/500 && len(content) <= deflate.MaxEncode {
			t.Errorf("%s: %d bytes, the standard library needs %d", name, len(stream), best)
		}
		if raw := deflate.EncodeRaw(nil, content); !bytes.Equal(raw, stream[2:len(stream)-4]) {
			t.Errorf("%s: raw, it is not what stands between head and checksum", name)
		}
		if again := deflate.Encode(nil, content); !bytes.Equal(again, stream) {
			t.Errorf("%s: written differently a second time", name)
		}
	}
}

func FuzzEncode(f *testing.F) {
	for _, content := range samples() {
		if len(content) < 1000 {
			f.Add(content)
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		stream := deflate.Encode(nil, content)
		if got, err := theirs(stream); len(content) <= limit && (err != nil || !bytes.Equal(got, content)) {
			t.Errorf("%x became %x: %v", content, stream, err)
		}
		if got, err := deflate.Decode(nil, stream, len(content)); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%x became %x: %v", content, stream, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, content := range samples() {
		if len(content) < 500 {
			for _, stream := range packed(f, content) {
				f.Add(stream)
			}
		}
	}
	empty := []byte("\x78\x20\x00\x00\x00\x01\x31\x00\x00\xff\xff\x00\x00\x00\x01")
	f.Add(empty) // with a dictionary, of no bytes
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1 && src[1]&0x20 != 0 {
			if _, err := deflate.Decode(nil, src, limit); err == nil {
				t.Error("a stream that needs a dictionary was read")
			}
			return // theirs reads one that needs an empty one
		}
		agree(t, src)
	})
}

// sample is like the message in a code: half of it text, the signature random.
func sample() []byte {
	rnd := rand.New(rand.NewPCG(5, 6))
	b := []byte("ver e1.3.0 nam fn Musterfrau-Gößinger gn Gabriele fnt MUSTERFRAU<GOESSINGER gnt GABRIELE dob 1998-02-26 t tg 840539006 tt LP6464-4 nm Roche LightCycler qPCR sc 2021-02-20T12:34:56Z tr 260415000 tc Testing center Vienna 1 co AT is Ministry of Health, Austria ci URN:UVCI:01:AT:B5921A35D6A0D696421B3E2462178297#I")
	for range 70 {
		b = append(b, byte(rnd.Uint32()))
	}
	return b
}

// Decoding and encoding, in turns with the standard library, so that both see
// the same machine.
func BenchmarkAgainstTheirs(b *testing.B) {
	content := sample()
	stream := packed(b, content)["level 9 in 1"]
	dst := make([]byte, 0, 1024)
	r := bytes.NewReader(stream)
	z, err := zlib.NewReader(r)
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	w, err := zlib.NewWriterLevel(&out, 9)
	if err != nil {
		b.Fatal(err)
	}
	for _, v := range []struct {
		name         string
		theirs, ours func() error
	}{
		{"decode", func() error {
			r.Reset(stream)
			if err := z.(zlib.Resetter).Reset(r, nil); err != nil {
				return err
			}
			for {
				if _, err := z.Read(dst[:1024]); err == io.EOF {
					return nil
				} else if err != nil {
					return err
				}
			}
		}, func() error { _, err := deflate.Decode(dst, stream, limit); return err }},
		{"encode", func() error {
			out.Reset()
			w.Reset(&out)
			_, err := w.Write(content)
			return errors.Join(err, w.Close())
		}, func() error { deflate.Encode(dst, content); return nil }},
	} {
		b.Run(v.name, func(b *testing.B) {
			var theirs, ours []time.Duration
			for b.Loop() {
				start := time.Now()
				err := v.theirs()
				middle := time.Now()
				err = errors.Join(err, v.ours())
				theirs, ours = append(theirs, middle.Sub(start)), append(ours, time.Since(middle))
				if err != nil {
					b.Fatal(err)
				}
			}
			slices.Sort(theirs)
			slices.Sort(ours)
			n := len(theirs) / 2
			b.ReportMetric(float64(theirs[n].Nanoseconds()), "theirs-ns")
			b.ReportMetric(float64(ours[n].Nanoseconds()), "ours-ns")
			b.ReportMetric(float64(ours[n])/float64(theirs[n]), "of-theirs")
		})
	}
}
