package bridge_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hpke"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure/bluetrace"
	"github.com/pratique/pratique/exposure/bridge"
	"github.com/pratique/pratique/exposure/efgs"
	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust"
)

var made = time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)

// world has the key of a health authority of each country.
type world struct {
	keys    trust.Keys
	signers map[string]*ecdsa.PrivateKey
}

func newWorld(t testing.TB) *world {
	w := &world{signers: map[string]*ecdsa.PrivateKey{}}
	for country, use := range map[string]trust.Use{"XA": trust.Exposure, "XB": trust.Exposure, "XC": trust.Exposure, "XD": trust.Stamp} {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		w.signers[country] = k
		w.keys.Add(trust.Key{ID: country, Country: country, Public: k.Public(), Uses: trust.Uses{Of: []trust.Use{use}},
			NotBefore: made.AddDate(0, -1, 0), NotAfter: made.AddDate(1, 0, 0)})
	}
	return w
}

// dead is a batch of n keys of a country that nobody can use any more.
func dead(n int, origin string) []efgs.Key {
	var keys []efgs.Key
	for i := range n {
		k := gaen.Key{Start: gaen.IntervalOf(made.AddDate(0, 0, -5).Truncate(24 * time.Hour)), Period: 144, Report: gaen.ConfirmedTest}
		k.Data[0], k.Data[15] = byte(i), 7
		keys = append(keys, efgs.FromKey(k, origin, nil))
	}
	return keys
}

func envelope(from, to, system string, kind bridge.Kind, body []byte) bridge.Envelope {
	return bridge.Envelope{From: from, To: to, System: system, Kind: kind, Made: made, Until: made.AddDate(0, 0, 14), Body: body}
}

func attestation() bridge.Attestation {
	return bridge.Attestation{ID: strings.Repeat("0a", 16), Report: gaen.ConfirmedTest, Sampled: cert.Date{Year: 2026, Month: 11, Day: 18},
		Commitment: bridge.Commit(secret, phoneKeys)}
}

var (
	secret    = []byte("sixteen and more bytes")
	phoneKeys = []gaen.Key{{Start: 2967840, Period: 144}, {Data: [16]byte{1}, Start: 2967984, Period: 144}}
)

// one of each kind.
func each() []bridge.Envelope {
	kit, err := bluetrace.NewKeys("SG_MOH", make([]byte, 32))
	if err != nil {
		panic(err)
	}
	id, err := kit.Issue(bluetrace.UID{1, 2, 3}, made.Add(-time.Hour), made, rand.Reader)
	if err != nil {
		panic(err)
	}
	private, err := hpke.DHKEM(ecdh.X25519()).GenerateKey()
	if err != nil {
		panic(err)
	}
	sealed, err := bluetrace.Seal([]bluetrace.Record{{At: made.Add(-time.Minute), Msg: id.Text, Org: "SG_MOH", ModelC: "a", ModelP: "b", RSSI: -60}}, private.PublicKey())
	if err != nil {
		panic(err)
	}
	return []bridge.Envelope{
		envelope("XA", "XC", "laboratory", bridge.KindAttestation, attestation().Bytes()),
		envelope("XA", "XC", "laboratory", bridge.KindCorrection, bridge.Correction{ID: attestation().ID, Report: gaen.Revoked}.Bytes()),
		envelope("XC", "*", "gaen", bridge.KindKeys, efgs.AppendBatch(nil, dead(3, "XC"))),
		envelope("XB", "*", "nz", bridge.KindWarnings, []byte(`{"items":[]}`)),
		envelope("XA", "XB", "covidsafe", bridge.KindRecords, sealed),
	}
}

func TestEachObjectThatMayCrossCrosses(t *testing.T) {
	w := newWorld(t)
	for _, e := range each() {
		file, err := e.Seal(w.signers[e.From], rand.Reader)
		if err != nil {
			t.Fatalf("%s: %v", e.Kind, err)
		}
		me := e.To
		if me == bridge.Everybody {
			me = "XD"
		}
		got, err := bridge.Open(file, &w.keys, me, made.Add(time.Hour))
		if err != nil {
			t.Fatalf("%s: %v", e.Kind, err)
		}
		if !bytes.Equal(got.Body, e.Body) || got.ID() != e.ID() || got.Kind != e.Kind || !got.Until.Equal(e.Until) {
			t.Errorf("%s: arrived as something else", e.Kind)
		}
		again, err := got.Seal(w.signers[e.From], rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		a, _ := signed.Parse(file)
		b, _ := signed.Parse(again)
		if !bytes.Equal(a.Text, b.Text) {
			t.Errorf("%s: written again as other bytes", e.Kind)
		}
	}
}

func TestWhatMayNotCrossIsRefusedWhoeverSignsIt(t *testing.T) {
	w := newWorld(t)
	good := each()
	change := func(i int, f func(*bridge.Envelope)) bridge.Envelope { e := good[i]; f(&e); return e }
	for comment, e := range map[string]bridge.Envelope{
		"an account":                    change(0, func(e *bridge.Envelope) { e.Kind = "account" }),
		"a colour":                      change(0, func(e *bridge.Envelope) { e.Kind = "colour" }),
		"contacts":                      change(0, func(e *bridge.Envelope) { e.Kind = "contacts" }),
		"no kind":                       change(0, func(e *bridge.Envelope) { e.Kind = "" }),
		"keys of a system without keys": change(2, func(e *bridge.Envelope) { e.System = "bluetrace" }),
		"somebody's test for everybody": change(0, func(e *bridge.Envelope) { e.To = "*" }),
		"records for everybody":         change(4, func(e *bridge.Envelope) { e.To = "*" }),
		"from a country to itself":      change(0, func(e *bridge.Envelope) { e.To = e.From }),
		"from nobody":                   change(0, func(e *bridge.Envelope) { e.From = "" }),
		"without an end":                change(0, func(e *bridge.Envelope) { e.Until = time.Time{} }),
		"for a year":                    change(0, func(e *bridge.Envelope) { e.Until = made.AddDate(1, 0, 0) }),
		"empty":                         change(0, func(e *bridge.Envelope) { e.Body = nil }),
		"a name with the test": change(0, func(e *bridge.Envelope) {
			e.Body = append(bytes.Clone(e.Body), "name ANNA\n"...)
		}),
		"a day that nobody knows": change(0, func(e *bridge.Envelope) {
			e.Body = bytes.Replace(e.Body, []byte("2026-11-18"), []byte("2026-11"), 1)
		}),
		"an attestation of a revoked test": change(0, func(e *bridge.Envelope) {
			e.Body = bytes.Replace(e.Body, []byte("confirmed-test"), []byte("revoked"), 1)
		}),
		"a correction to a diagnosis": change(1, func(e *bridge.Envelope) {
			e.Body = bytes.Replace(e.Body, []byte("revoked"), []byte("clinical"), 1)
		}),
		"an identifier that is a name": change(1, func(e *bridge.Envelope) { e.Body = []byte("id ANNA\nreport revoked\n") }),
		"records that nobody sealed":   change(4, func(e *bridge.Envelope) { e.Body = []byte(`{"records":[]}`) }),
		"keys that are none":           change(2, func(e *bridge.Envelope) { e.Body = []byte("keys") }),
		"warnings that are none":       change(3, func(e *bridge.Envelope) { e.Body = []byte("[]") }),
		"a rule that is none":          change(2, func(e *bridge.Envelope) { e.Kind, e.System, e.Body = bridge.KindRule, "gaen-config", []byte("{}") }),
		"half a rule":                  change(2, func(e *bridge.Envelope) { e.Kind, e.System, e.Body = bridge.KindRule, "gaen-summaries", []byte("{}") }),
	} {
		if _, err := e.Seal(w.signers["XA"], rand.Reader); !errors.Is(err, bridge.ErrEnvelope) {
			t.Errorf("%s is signed: %v", comment, err)
		}
		// And refused where somebody else's program signed it.
		text := fmt.Sprintf("pratique-bridge/1.0\nfrom %s\nto %s\nsystem %s\ncarries %s\nmade %s\nuntil %s\nbody %s\n", e.From, e.To, e.System, e.Kind,
			e.Made.Format(time.RFC3339), e.Until.Format(time.RFC3339), base64.StdEncoding.EncodeToString(e.Body))
		file, err := signed.Sign([]byte(text), w.signers["XA"], rand.Reader)
		if err != nil {
			t.Fatalf("%s: %v", comment, err)
		}
		if _, err := bridge.Open(file, &w.keys, e.To, made); !errors.Is(err, bridge.ErrEnvelope) {
			t.Errorf("%s is opened: %v", comment, err)
		}
	}
}

func TestOnlyTheSendingCountryForItsReceiverInItsTime(t *testing.T) {
	w := newWorld(t)
	e := each()[0]
	file, err := e.Seal(w.signers["XA"], rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := e.Seal(w.signers["XB"], rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	stamps := e
	stamps.From = "XD"
	other, err := stamps.Seal(w.signers["XD"], rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := bytes.Cut(file, []byte("signature "))
	for comment, c := range map[string]struct {
		file []byte
		me   string
		at   time.Time
		want error
	}{
		"another country signed":           {foreign, "XC", made, bridge.ErrSigner},
		"a key for stamps signed":          {other, "XC", made, bridge.ErrSigner},
		"nobody signed":                    {text, "XC", made, bridge.ErrSigner},
		"one letter was changed":           {bytes.Replace(file, []byte("to XC"), []byte("to XB"), 1), "XB", made, bridge.ErrSigner},
		"for another country":              {file, "XB", made, bridge.ErrReceiver},
		"made in the future":               {file, "XC", made.Add(-time.Second), bridge.ErrOver},
		"at its end":                       {file, "XC", e.Until, bridge.ErrOver},
		"lines in another order":           {bytes.Replace(file, []byte("from XA\nto XC"), []byte("to XC\nfrom XA"), 1), "XC", made, bridge.ErrEnvelope},
		"of a later version":               {bytes.Replace(file, []byte("/1.0"), []byte("/2.0"), 1), "XC", made, bridge.ErrEnvelope},
		"another kind of signed file":      {bytes.Replace(file, []byte("pratique-bridge"), []byte("pratique-areas"), 1), "XC", made, bridge.ErrEnvelope},
		"a moment that is not in UTC":      {bytes.Replace(file, []byte("06:00:00Z"), []byte("06:00:00+00:00"), 1), "XC", made, bridge.ErrEnvelope},
		"base64 that is written otherwise": {bytes.Replace(file, []byte("\nbody "), []byte("\nbody  "), 1), "XC", made, bridge.ErrEnvelope},
	} {
		if _, err := bridge.Open(c.file, &w.keys, c.me, c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", comment, err, c.want)
		}
	}
	if _, err := bridge.Open(file, new(trust.Keys), "XC", made); !errors.Is(err, bridge.ErrSigner) {
		t.Errorf("who trusts nobody opened it: %v", err)
	}
}

// The hub must refuse keys that can still be used, from every partner: who
// has one can be taken for its owner.
func TestAKeyThatCanStillBeUsedNeverCrosses(t *testing.T) {
	keys := dead(3, "XC")
	keys[1].Start = uint32(gaen.IntervalOf(made))
	keys[2].Origin = "XB"
	e := envelope("XC", "*", "gaen", bridge.KindKeys, efgs.AppendBatch(nil, keys))
	good, found, err := e.Keys()
	if err != nil {
		t.Fatal(err)
	}
	if len(good) != 1 || !bytes.Equal(good[0].Data, keys[0].Data) {
		t.Errorf("%d keys pass, want the first alone", len(good))
	}
	if want := []efgs.Finding{{Index: 1, Code: efgs.Alive}, {Index: 2, Code: efgs.WrongOrigin}}; fmt.Sprint(found) != fmt.Sprint(want) {
		t.Errorf("found %v, want %v", found, want)
	}
}

// A broken key does not shift what is said of those after it.
func TestFindingsNameTheKeyWhereItStood(t *testing.T) {
	keys := dead(2, "XC")
	keys[1].Origin = "XB"
	body := append([]byte{0x0a, 0x02, 0x0a, 0x7f}, efgs.AppendBatch(nil, keys)...) // first, a key whose message is cut off
	e := envelope("XC", "*", "gaen", bridge.KindKeys, body)
	good, found, err := e.Keys()
	if err != nil || len(good) != 1 {
		t.Fatalf("%d keys, %v", len(good), err)
	}
	if want := []efgs.Finding{{Index: 0, Code: efgs.Malformed}, {Index: 2, Code: efgs.WrongOrigin}}; fmt.Sprint(found) != fmt.Sprint(want) {
		t.Errorf("found %v, want %v", found, want)
	}
}

// The public values of Google's server (pkg/verification, utils_test.go).
func TestTheCommitmentIsThatOfPublicVerificationCertificates(t *testing.T) {
	secret := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	var keys []gaen.Key
	for text, n := range map[string][3]int{"z2Cx9hdz2SlxZ8GEgqTYpA==": {1, 144, 3}, "dPCphLzfG4uzXneNimkPRQ==": {144, 144, 5}} {
		k := gaen.Key{Start: gaen.Interval(n[0]), Period: uint8(n[1]), Risk: int32(n[2])}
		b, _ := base64.StdEncoding.DecodeString(text)
		copy(k.Data[:], b)
		keys = append(keys, k)
	}
	c := bridge.Commit(secret, keys)
	if got := base64.StdEncoding.EncodeToString(c[:]); got != "2u1nHt5WWurJytFLF3xitNzM99oNrad2y4YGOL53AeY=" {
		t.Errorf("got %s", got)
	}
}

func TestOnlyThePersonOpensTheirCommitment(t *testing.T) {
	a := attestation()
	if !a.Opens(secret, phoneKeys) {
		t.Error("keys and secret do not open their own commitment")
	}
	other := append([]gaen.Key{}, phoneKeys...)
	other[0].Data[3] ^= 1
	for comment, opens := range map[string]bool{
		"another key":    a.Opens(secret, other),
		"fewer keys":     a.Opens(secret, phoneKeys[:1]),
		"another secret": a.Opens([]byte("another sixteen bytes"), phoneKeys),
		"no secret":      a.Opens(nil, phoneKeys),
		"nothing":        bridge.Attestation{}.Opens(nil, nil),
	} {
		if opens {
			t.Errorf("%s opens the commitment", comment)
		}
	}
	b := bridge.Commit([]byte("another sixteen bytes"), phoneKeys)
	if hex.EncodeToString(b[:]) == hex.EncodeToString(a.Commitment[:]) {
		t.Error("two attestations of one person are alike")
	}
}

func FuzzOpen(f *testing.F) {
	w := newWorld(f)
	for _, e := range each() {
		file, err := e.Seal(w.signers[e.From], rand.Reader)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := bridge.Open(data, &w.keys, "XC", made)
		if err != nil {
			return
		}
		if _, err := e.Seal(w.signers[e.From], rand.Reader); err != nil {
			t.Errorf("what was opened cannot be sealed: %v", err)
		}
	})
}
