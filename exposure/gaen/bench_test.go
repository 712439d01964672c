package gaen_test

import (
	"bytes"
	"crypto/aes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
)

// fortnight is 20,000 sightings in the fortnight before a day, at any hour, so
// that no key can be passed over for its time; eight are of the first key.
func fortnight(keys []gaen.Key) []gaen.Sighting {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]gaen.Sighting, 20_000)
	for i := range out {
		random(uint64(i)).Read(out[i].ID[:])
		out[i].At = uint32(int64(day)*600 - r.Int64N(15*86400))
	}
	for i := range 8 {
		out[i] = heard(keys[0], i, 10)
	}
	return out
}

// Keys a second in one goroutine, with look-ups among 20,000 identifiers.
func BenchmarkMatch(b *testing.B) {
	keys := testKeys(20_000, day, 1)
	seen := seenOf(b, fortnight(keys)...)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if got := seen.Match(keys, 1); len(got) != 1 {
			b.Fatalf("%d matches", len(got))
		}
		n += len(keys)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "keys/s")
}

// The same with the standard library and no thought: one HKDF, one key
// schedule, 144 single blocks, a map, for each key.
func BenchmarkMatchNaive(b *testing.B) {
	keys := testKeys(20_000, day, 1)
	seen := map[[16]byte][]gaen.Sighting{}
	for _, s := range fortnight(keys) {
		seen[s.ID] = append(seen[s.ID], s)
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		hits := 0
		for i := range keys {
			hits += naive(&keys[i], seen)
		}
		if hits != 8 {
			b.Fatalf("%d hits", hits)
		}
		n += len(keys)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "keys/s")
}

func naive(k *gaen.Key, seen map[[16]byte][]gaen.Sighting) (hits int) {
	rpik, err := hkdf.Key(sha256.New, k.Data[:], nil, "EN-RPIK", 16)
	if err != nil {
		panic(err)
	}
	block, err := aes.NewCipher(rpik)
	if err != nil {
		panic(err)
	}
	var in, out [16]byte
	copy(in[:], "EN-RPI")
	for i := range uint32(k.Period) {
		binary.LittleEndian.PutUint32(in[12:], uint32(k.Start)+i)
		block.Encrypt(out[:], in[:])
		hits += len(seen[out])
	}
	return hits
}

// big is the archive of 500,000 keys in a file, and the key that opens it.
func big(b *testing.B) (name string, key gaen.PublicKey, keys []gaen.Key) {
	keys = testKeys(500_000, day, 1)
	exports, _, findings, err := gaen.Batch{From: now.Add(-time.Hour), Until: now, Region: "XA"}.Exports(keys, nil, now, nil)
	if err != nil || len(exports) != 1 || len(findings) != 0 {
		b.Fatalf("%d exports, %v, %v", len(exports), findings, err)
	}
	a, key := signed(b, exports[0])
	name = filepath.Join(b.TempDir(), "export.zip")
	if err := os.WriteFile(name, a, 0o600); err != nil {
		b.Fatal(err)
	}
	return name, key, keys[:1:1]
}

// An export of 500,000 keys is read, verified, parsed and matched in two
// goroutines; peak-MB is what the heap took from the system meanwhile.
func BenchmarkExport500k(b *testing.B) {
	name, key, keys := big(b)
	sightings := fortnight(keys)
	debug.FreeOSMemory()
	before, stop, peak := inUse(), make(chan bool), make(chan uint64)
	go func() {
		most := uint64(0)
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(time.Millisecond):
				most = max(most, inUse())
			}
		}
	}()
	for b.Loop() {
		f, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		info, _ := f.Stat()
		e, findings, err := gaen.Open(f, info.Size(), key)
		if err != nil || len(findings) != 0 || len(e.Keys) != 500_000 {
			b.Fatalf("%d keys, %v, %v", len(e.Keys), findings, err)
		}
		if got := seenOf(b, sightings...).Match(e.Keys, 2); len(got) != 1 {
			b.Fatalf("%d matches", len(got))
		}
		f.Close()
	}
	close(stop)
	b.ReportMetric(float64(<-peak)/(1<<20), "peak-MB")
	b.ReportMetric(float64(before)/(1<<20), "before-MB")
}

// inUse is the memory that was taken from the system and not given back.
func inUse() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64() - s[1].Value.Uint64()
}

// The parts of it: inflating and verifying, then parsing, of 500,000 keys.
func BenchmarkParse500k(b *testing.B) {
	name, key, _ := big(b)
	a, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	bin, sig, err := gaen.Unpack(bytes.NewReader(a), int64(len(a)))
	if err != nil {
		b.Fatal(err)
	}
	signatures, err := gaen.ParseSignatures(sig)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("unpack", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := gaen.Unpack(bytes.NewReader(a), int64(len(a))); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if err := gaen.Verify(bin, signatures, key); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parse", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := gaen.ParseExport(bin); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(len(bin))/500_000, "bin-B/key")
	b.ReportMetric(float64(len(a))/500_000, "zip-B/key")
}

// A server makes an export of 100,000 keys.
func BenchmarkPublish(b *testing.B) {
	keys := testKeys(100_000, day, 1)
	for b.Loop() {
		if e, _, _, err := batch.Exports(keys, nil, now, nil); err != nil || len(e[0].Append(nil)) == 0 {
			b.Fatal(err)
		}
	}
}
