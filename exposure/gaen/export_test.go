package gaen_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/protowire"
)

const header = "EK Export v1    "

// sample is an export with everything that one can have.
func sample() gaen.Export {
	keys := testKeys(3, day, 7)
	keys[0].Period, keys[0].Risk = 12, 8
	keys[1].Onset, keys[1].Variant, keys[1].Report = -14, 2, gaen.SelfReport
	keys[2].HasOnset, keys[2].Onset, keys[2].Report = false, 0, gaen.UnknownReport
	revised := testKeys(1, day, 8)
	revised[0].Report = gaen.Revoked
	return gaen.Export{Start: day.Time(), End: day.Time().Add(time.Hour), Region: "XA", Batch: 1, Batches: 1,
		Infos: []gaen.Info{{Version: "v1", ID: "901", Algorithm: gaen.ECDSAWithSHA256}}, Keys: keys, Revised: revised}
}

// What is written is read again, and written again as the same bytes.
func TestExportRoundTrip(t *testing.T) {
	e := sample()
	bin := e.Append(nil)
	got, findings, err := gaen.ParseExport(bin)
	if err != nil || len(findings) != 0 {
		t.Fatalf("%v, %v", findings, err)
	}
	if !bytes.Equal(got.Append(nil), bin) {
		t.Error("written again it is something else")
	}
	if !got.Start.Equal(e.Start) || !got.End.Equal(e.End) || got.Region != "XA" || got.Batch != 1 || got.Batches != 1 || !slices.Equal(got.Infos, e.Infos) {
		t.Errorf("head: got %+v", got)
	}
	for i, k := range got.Keys {
		w := e.Keys[i]
		if k.Data != w.Data || k.Start != w.Start || k.Period != w.Period || k.Risk != w.Risk || k.Report != w.Report || k.Onset != w.Onset || k.HasOnset != w.HasOnset || k.Variant != w.Variant {
			t.Errorf("key %d: got %+v, want %+v", i, k, w)
		}
	}
	if len(got.Keys) != 3 || len(got.Revised) != 1 || got.Revised[0].Report != gaen.Revoked {
		t.Errorf("%d keys, revised %+v", len(got.Keys), got.Revised)
	}
}

// One key of one export, byte by byte, as the format's description has it.
func TestExportBytes(t *testing.T) {
	e := gaen.Export{Start: time.Unix(1, 0), End: time.Unix(2, 0), Region: "XA", Batch: 1, Batches: 1,
		Keys: []gaen.Key{{Data: [16]byte{0xff}, Start: 300, Period: 144, Report: gaen.ConfirmedTest, HasOnset: true, Onset: -2}}}
	want := hex.EncodeToString([]byte(header)) + "090100000000000000" + "110200000000000000" + "1a025841" + "2001" + "2801" +
		"3a19" + "0a10ff" + strings.Repeat("00", 15) + "18ac02" + "2801" + "3003"
	if got := hex.EncodeToString(e.Append(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// key builds the message of a key from its fields.
func message(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

var (
	goodData   = protowire.AppendBytes(nil, 1, "0123456789abcdef")
	goodStart  = protowire.AppendInt(nil, 3, int64(day))
	someFields = func() []byte {
		b := protowire.AppendFixed64(nil, 1, 1_590_000_000)
		b = protowire.AppendFixed64(b, 2, 1_590_003_600)
		return protowire.AppendInt(protowire.AppendInt(b, 4, 1), 5, 1)
	}
)

// A bad key is left out with its reason, and the keys around it survive.
func TestBadKeys(t *testing.T) {
	vectors := []struct {
		Comment string
		Key     []byte
		Want    gaen.Code // empty: it is a key, and what is around it is still exact
		Odd     bool      // read, but not as it would be written
	}{
		{"data and beginning are enough", message(goodData, goodStart), "", false},
		{"the default period, written out", message(goodData, goodStart, protowire.AppendInt(nil, 4, 144)), "", false},
		{"a report of 0, written out", message(goodData, goodStart, protowire.AppendInt(nil, 5, 0)), "", false},
		{"a report type of the future", message(goodData, goodStart, protowire.AppendInt(nil, 5, 9)), "", false},
		{"a negative risk", message(goodData, protowire.AppendInt(nil, 2, -1), goodStart), "", false},
		{"an unknown field", message(goodData, goodStart, protowire.AppendInt(nil, 7, 1)), "", true},
		{"fields in another order", message(goodStart, goodData), "", true},
		{"a field twice: the last counts", message(goodData, protowire.AppendInt(nil, 3, 1), goodStart), "", true},
		{"15 bytes", message(protowire.AppendBytes(nil, 1, "0123456789abcde"), goodStart), gaen.WrongLength, true},
		{"17 bytes", message(protowire.AppendBytes(nil, 1, "0123456789abcdefg"), goodStart), gaen.WrongLength, true},
		{"17 bytes after 16", message(goodData, protowire.AppendBytes(nil, 1, "0123456789abcdefg"), goodStart), gaen.WrongLength, true},
		{"no bytes", goodStart, gaen.WrongLength, true},
		{"nothing", nil, gaen.WrongLength, true},
		{"no beginning", goodData, gaen.WrongStart, true},
		{"a beginning before 1970", message(goodData, protowire.AppendInt(nil, 3, -1)), gaen.WrongStart, true},
		{"a beginning beyond an int32", message(goodData, protowire.AppendInt(nil, 3, 1<<31)), gaen.Malformed, true},
		{"a period of 0", message(goodData, goodStart, protowire.AppendInt(nil, 4, 0)), gaen.WrongPeriod, true},
		{"a period of 145", message(goodData, goodStart, protowire.AppendInt(nil, 4, 145)), gaen.WrongPeriod, true},
		{"a period of 256 + 1", message(goodData, goodStart, protowire.AppendInt(nil, 4, 257)), gaen.WrongPeriod, true},
		{"a negative period", message(goodData, goodStart, protowire.AppendInt(nil, 4, -144)), gaen.WrongPeriod, true},
		{"an onset that no field holds", message(goodData, goodStart, protowire.AppendSigned(nil, 6, 40_000)), gaen.Malformed, true},
		{"a text for a number", message(goodData, protowire.AppendBytes(nil, 3, "x")), gaen.Malformed, true},
		{"a number for the data", message(protowire.AppendInt(nil, 1, 1), goodStart), gaen.Malformed, true},
		{"a message that ends early", []byte{0x0a, 0x10, 1}, gaen.Malformed, true},
	}
	around := message(goodData, goodStart)
	for _, revised := range []bool{false, true} {
		number := 7
		if revised {
			number = 8
		}
		for _, v := range vectors {
			bin := append([]byte(header), someFields()...)
			for _, k := range [][]byte{around, v.Key, around} {
				bin = protowire.AppendBytes(bin, number, k)
			}
			e, findings, err := gaen.ParseExport(bin)
			if err != nil {
				t.Errorf("%s: %v", v.Comment, err)
				continue
			}
			var want []gaen.Finding
			if v.Want != "" {
				want = append(want, gaen.Finding{Index: 1, Revised: revised, Code: v.Want})
			}
			if v.Odd {
				want = append(want, gaen.Finding{Index: -1, Code: gaen.OtherBytes})
			}
			if !slices.Equal(findings, want) {
				t.Errorf("%s: found %v, want %v", v.Comment, findings, want)
			}
			n := 3
			if v.Want != "" {
				n = 2
			}
			if len(e.Keys)+len(e.Revised) != n {
				t.Errorf("%s: %d keys survive, want %d", v.Comment, len(e.Keys)+len(e.Revised), n)
			}
		}
	}
}

// What is no export at all is refused, whole.
func TestBadExports(t *testing.T) {
	good := sample()
	bin := good.Append(nil)
	info := protowire.AppendBytes(nil, 6, protowire.AppendBytes(nil, 4, "901"))
	vectors := []struct {
		Comment string
		Bin     []byte
	}{
		{"nothing", nil},
		{"a header alone is an empty export, half a header is not", []byte(header[:15])},
		{"a version that is not known", append([]byte("EK Export v2    "), bin[16:]...)},
		{"cut short", bin[:len(bin)-1]},
		{"a moment after the year 9999", append([]byte(header), protowire.AppendFixed64(nil, 1, 1<<40)...)},
		{"a moment as a number of another type", append([]byte(header), protowire.AppendInt(nil, 1, 5)...)},
		{"a negative batch", append([]byte(header), protowire.AppendInt(nil, 4, -1)...)},
		{"a region that is not UTF-8", append([]byte(header), protowire.AppendBytes(nil, 3, "\xff")...)},
		{"a region that is a book", append([]byte(header), protowire.AppendBytes(nil, 3, strings.Repeat("x", 257))...)},
		{"eleven signatures announced", append([]byte(header), bytes.Repeat(info, 11)...)},
		{"a signature announced that is none", append([]byte(header), protowire.AppendBytes(nil, 6, "\x08")...)},
		{"a name of a key that is not UTF-8", append([]byte(header), protowire.AppendBytes(nil, 6, protowire.AppendBytes(nil, 4, "\xff"))...)},
		{"a number where a key stands", append([]byte(header), protowire.AppendInt(nil, 7, 5)...)},
		{"more keys than memory should be taken for", append([]byte(header), bytes.Repeat([]byte{0x3a, 0}, gaen.MaxKeys+1)...)},
		{"too long", append([]byte(header), make([]byte, gaen.MaxExport)...)},
	}
	for _, v := range vectors {
		if e, findings, err := gaen.ParseExport(v.Bin); !errors.Is(err, gaen.ErrExport) || e.Keys != nil || findings != nil {
			t.Errorf("%s: got %d keys, %d findings, %v", v.Comment, len(e.Keys), len(findings), err)
		}
	}
}

// Order and repetition of the parts are read, and said to be not as they would be written.
func TestOtherBytes(t *testing.T) {
	k := protowire.AppendBytes(nil, 7, message(goodData, goodStart))
	vectors := []struct {
		Comment string
		Body    []byte
		Exact   bool
	}{
		{"as it is written", message(someFields(), k), true},
		{"revised keys behind", message(someFields(), k, protowire.AppendBytes(nil, 8, message(goodData, goodStart))), true},
		{"revised keys before", message(someFields(), protowire.AppendBytes(nil, 8, message(goodData, goodStart)), k), false},
		{"the head behind", message(k, someFields()), false},
		{"an unknown field", message(someFields(), k, protowire.AppendInt(nil, 99, 1)), false},
		{"a field twice", message(someFields(), someFields(), k), false},
		{"no moments", message(protowire.AppendInt(protowire.AppendInt(nil, 4, 1), 5, 1), k), false},
		{"a tag longer than it need be", message(someFields(), []byte{0xba, 0x00}, k[1:]), false},
		{"a key's length longer than it need be", message(someFields(), k[:1], []byte{k[1] | 0x80, 0}, k[2:]), false},
	}
	for _, v := range vectors {
		e, findings, err := gaen.ParseExport(append([]byte(header), v.Body...))
		if err != nil || len(e.Keys) != 1 {
			t.Errorf("%s: %d keys, %v", v.Comment, len(e.Keys), err)
			continue
		}
		if exact := len(findings) == 0; exact != v.Exact || !exact && !slices.Equal(findings, []gaen.Finding{{Index: -1, Code: gaen.OtherBytes}}) {
			t.Errorf("%s: found %v", v.Comment, findings)
		}
		if same := bytes.Equal(e.Append([]byte{}), append([]byte(header), v.Body...)); same != v.Exact {
			t.Errorf("%s: written again, the same: %v", v.Comment, same)
		}
	}
}

// The fields that SignatureInfo once had are kept.
func TestOldInfo(t *testing.T) {
	e := sample()
	e.Infos[0].Bundle, e.Infos[0].Package = "org.example.ios", "org.example.android"
	got, findings, err := gaen.ParseExport(e.Append(nil))
	if err != nil || len(findings) != 0 || !slices.Equal(got.Infos, e.Infos) {
		t.Errorf("got %+v, %v, %v", got.Infos, findings, err)
	}
}

// A finding says which key, and nothing of it.
func TestFindingString(t *testing.T) {
	for want, f := range map[string]gaen.Finding{
		"key 3: wrong_length":        {Index: 3, Code: gaen.WrongLength},
		"revised key 0: wrong_start": {Revised: true, Code: gaen.WrongStart},
		"other_bytes":                {Index: -1, Code: gaen.OtherBytes},
	} {
		if got := f.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// The signed export that Google's server comes with is opened under its key,
// holds its keys, and is written again as the same bytes.
func TestPublicExport(t *testing.T) {
	archive := public(t, "gaen-export-2-keys.zip")
	key := gaen.PublicKey{ID: "some_id", Version: "1", Key: publicKey(t, public(t, "gaen-export-2-keys.public.pem"))}
	e, findings, err := gaen.Open(bytes.NewReader(archive), int64(len(archive)), key)
	if err != nil || len(findings) != 0 {
		t.Fatalf("%v, %v", findings, err)
	}
	var want struct {
		Keys []struct {
			Key    string
			Start  gaen.Interval `json:"rollingStartNumber"`
			Period uint8         `json:"rollingPeriod"`
			Risk   int32         `json:"transmissionRisk"`
		} `json:"temporaryExposureKeys"`
	}
	if err := json.Unmarshal(public(t, "gaen-export-2-keys.json"), &want); err != nil {
		t.Fatal(err)
	}
	if len(want.Keys) != 2 || len(e.Keys) != 2 || e.Region != "US" {
		t.Fatalf("%d keys, want %d of 2; region %s", len(e.Keys), len(want.Keys), e.Region)
	}
	for _, w := range want.Keys {
		data, _ := base64.StdEncoding.DecodeString(w.Key)
		if !slices.ContainsFunc(e.Keys, func(k gaen.Key) bool {
			return bytes.Equal(k.Data[:], data) && k.Start == w.Start && k.Period == w.Period && k.Risk == w.Risk
		}) {
			t.Errorf("the key that begins at %d is missing", w.Start)
		}
	}
	bin, sig, err := gaen.Unpack(bytes.NewReader(archive), int64(len(archive)))
	if err != nil || !bytes.Equal(e.Append(nil), bin) {
		t.Errorf("written again it is something else: %v", err)
	}
	signatures, err := gaen.ParseSignatures(sig)
	if err != nil || !bytes.Equal(gaen.AppendSignatures(nil, signatures...), sig) {
		t.Errorf("the signatures written again are something else: %v", err)
	}
	bin[40] ^= 1
	if err := gaen.Verify(bin, signatures, key); !errors.Is(err, gaen.ErrSignature) {
		t.Errorf("one bit changed: %v", err)
	}
}

// What is read is written again as the same bytes, or was said to be otherwise.
func FuzzParseExport(f *testing.F) {
	e := sample()
	f.Add(e.Append(nil))
	f.Add([]byte(header))
	f.Add(append([]byte(header), protowire.AppendBytes(nil, 8, message(goodData, goodStart))...))
	f.Add(append(append([]byte(header), someFields()...), protowire.AppendBytes(nil, 7, goodStart)...))
	f.Fuzz(func(t *testing.T, bin []byte) {
		e, findings, err := gaen.ParseExport(bin)
		if err != nil {
			return
		}
		out := e.Append(nil)
		if exact := len(findings) == 0; exact != bytes.Equal(out, bin) {
			t.Errorf("found %v of %x\nwhich becomes %x", findings, bin, out)
		}
		again, findings, err := gaen.ParseExport(out)
		if err != nil || len(findings) != 0 || len(again.Keys) != len(e.Keys) || len(again.Revised) != len(e.Revised) {
			t.Errorf("what was written is not read: %v, %v", findings, err)
		}
	})
}
