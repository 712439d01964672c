package gaen_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
)

// public reads a file of the public vectors.
func public(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	b, err := os.ReadFile(filepath.Join(dir, "exposure", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// random returns bytes that look random and are always the same.
func random(seed uint64) *rand.ChaCha8 {
	var s [32]byte
	binary.LittleEndian.PutUint64(s[:], seed)
	return rand.NewChaCha8(s)
}

// testKeys returns keys of the days before a day, in no order.
func testKeys(n int, day gaen.Interval, seed uint64) []gaen.Key {
	r := random(seed)
	keys := make([]gaen.Key, n)
	for i := range keys {
		r.Read(keys[i].Data[:])
		keys[i].Start, keys[i].Period = day-144*gaen.Interval(1+r.Uint64()%14), 144
		keys[i].Report = gaen.ConfirmedTest
		keys[i].Onset, keys[i].HasOnset = int16(r.Uint64()%10)-3, true
	}
	return keys
}

// day is the beginning of a day (UTC).
const day gaen.Interval = 2_650_032

type rpiFile struct {
	TEK      string
	Start    gaen.Interval `json:"rolling_start_interval_number"`
	RPIK     string
	AEMK     string
	Metadata string
	Pairs    []struct {
		I        int
		RPI, AEM string
	}
}

// The vector that Apple and Google published comes out: both keys, every
// identifier and every sealed metadata.
func TestPublicIdentifiers(t *testing.T) {
	var f rpiFile
	if err := json.Unmarshal(public(t, "gaen-rpi.json"), &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Pairs) != 72 {
		t.Fatalf("%d pairs, want 72", len(f.Pairs))
	}
	k := gaen.Key{Start: f.Start, Period: 144}
	b, _ := hex.DecodeString(f.TEK)
	copy(k.Data[:], b)
	var m gaen.Metadata
	b, _ = hex.DecodeString(f.Metadata)
	copy(m[:], b)
	for what, pair := range map[string][2]string{"identifier key": {f.RPIK, hex16(k.IdentifierKey())}, "metadata key": {f.AEMK, hex16(k.MetadataKey())}} {
		if pair[0] != pair[1] {
			t.Errorf("%s: got %s, want %s", what, pair[1], pair[0])
		}
	}
	all := k.Identifiers()
	for _, p := range f.Pairs {
		if got := hex16(all[p.I]); got != p.RPI {
			t.Errorf("identifier %d: got %s, want %s", p.I, got, p.RPI)
		}
		sealed := k.Seal(all[p.I], m)
		if got := hex.EncodeToString(sealed[:]); got != p.AEM {
			t.Errorf("metadata %d: got %s, want %s", p.I, got, p.AEM)
		}
		if k.Seal(all[p.I], sealed) != m {
			t.Errorf("metadata %d does not open", p.I)
		}
	}
}

func hex16[T ~[16]byte](b T) string { return hex.EncodeToString(b[:]) }

// The schedule is the one of the general functions of the standard library.
func TestScheduleAgainstStandardLibrary(t *testing.T) {
	r := random(1)
	for range 200 {
		var k gaen.Key
		r.Read(k.Data[:])
		k.Start, k.Period = gaen.Interval(r.Uint64()>>34), uint8(1+r.Uint64()%144)
		if want, _ := hkdf.Key(sha256.New, k.Data[:], nil, "EN-AEMK", 16); hex16(k.MetadataKey()) != hex.EncodeToString(want) {
			t.Fatalf("metadata key of %x: got %s, want %x", k.Data, hex16(k.MetadataKey()), want)
		}
		ids := k.Identifiers()
		want := naiveIdentifiers(&k)
		if len(ids) != int(k.Period) || len(want) != len(ids) {
			t.Fatalf("%d identifiers in %d intervals", len(ids), k.Period)
		}
		for i := range ids {
			if ids[i] != want[i] {
				t.Fatalf("identifier %d of %x: got %x, want %x", i, k.Data, ids[i], want[i])
			}
		}
		m := gaen.Metadata{1, 2, 3, 4}
		mk := k.MetadataKey()
		b, _ := aes.NewCipher(mk[:])
		sealed := m
		cipher.NewCTR(b, ids[0][:]).XORKeyStream(sealed[:], sealed[:])
		if got := k.Seal(ids[0], m); got != sealed {
			t.Fatalf("metadata: got %x, want %x", got, sealed)
		}
	}
}

// naiveIdentifiers is the specification read aloud, with the standard library.
func naiveIdentifiers(k *gaen.Key) []gaen.Identifier {
	rpik, err := hkdf.Key(sha256.New, k.Data[:], nil, "EN-RPIK", 16)
	if err != nil {
		panic(err)
	}
	c, err := aes.NewCipher(rpik)
	if err != nil {
		panic(err)
	}
	out := make([]gaen.Identifier, k.Period)
	for i := range out {
		padded := []byte("EN-RPI\x00\x00\x00\x00\x00\x00")
		padded = binary.LittleEndian.AppendUint32(padded, uint32(k.Start)+uint32(i))
		c.Encrypt(out[i][:], padded)
	}
	return out
}

// What a phone says of itself comes back, and has the bits of the Bluetooth specification.
func TestSender(t *testing.T) {
	vectors := []struct {
		Comment string
		Bytes   gaen.Metadata
		Want    gaen.Sender
	}{
		{"version 1.0, 0 dBm", gaen.Metadata{0x40, 0, 0, 0}, gaen.Sender{Major: 1}},
		{"version 1.1, medium confidence, -20 dBm", gaen.Metadata{0x58, 0xec, 0, 0}, gaen.Sender{Major: 1, Minor: 1, Confidence: 2, Power: -20}},
		{"everything at its end", gaen.Metadata{0xfc, 0x7f, 0, 0}, gaen.Sender{Major: 3, Minor: 3, Confidence: 3, Power: 127}},
	}
	for _, v := range vectors {
		if got := v.Bytes.Sender(); got != v.Want {
			t.Errorf("%s: got %+v, want %+v", v.Comment, got, v.Want)
		}
		if got := v.Want.Metadata(); got != v.Bytes {
			t.Errorf("%s: written as %x, want %x", v.Comment, got, v.Bytes)
		}
	}
	if got := (gaen.Metadata{0x43, 0, 9, 9}).Sender(); got != (gaen.Sender{Major: 1}) {
		t.Errorf("reserved bits mean something: %+v", got)
	}
}

// A key is dead two hours after its use, by the clock and not before.
func TestDead(t *testing.T) {
	k := gaen.Key{Start: day, Period: 144}
	want := time.Unix(int64(day)*600, 0).UTC().Add(26 * time.Hour)
	if got := k.Dead(); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
	if k.Period = 1; !k.Dead().Equal(want.Add(-143 * 10 * time.Minute)) {
		t.Errorf("a key of ten minutes: got %s", k.Dead())
	}
}

// Moments beyond what 32 bits hold are in the first or the last interval.
func TestIntervalOf(t *testing.T) {
	at := day.Time()
	for _, v := range []struct {
		at   time.Time
		want gaen.Interval
	}{{at, day}, {at.Add(10*time.Minute - 1), day}, {at.Add(-1), day - 1}, {time.Time{}, 0}, {time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC), (1<<32 - 1) / 600}} {
		if got := gaen.IntervalOf(v.at); got != v.want {
			t.Errorf("%s: got %d, want %d", v.at, got, v.want)
		}
	}
}
