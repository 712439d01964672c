// Package efgs answers one question: which diagnosis keys did a country give to
// the European federation, which bytes did it sign, and what is wrong with which
// of them? It speaks the formats of the European Federation Gateway Service
// (EFGS), in which the countries with apps of Apple's and Google's exposure
// notification exchanged the keys of their ill.
//
//	keys, found, err := efgs.ParseBatch(body)       // or ParseJSON
//	err = verify(efgs.Signed(keys), signature)      // over which bytes
//	found = efgs.Check(keys, "DE", now)             // each key by itself
//	k, ok := keys[0].Key()                          // as package gaen has it
//
// # Batch
//
// A message of Protocol Buffers (Efgs.proto), or the same in JSON:
//
//	DiagnosisKeyBatch = { 1: repeated DiagnosisKey }
//	DiagnosisKey      = { 1: bytes keyData, 2: uint32 rollingStartIntervalNumber, 3: uint32 rollingPeriod,
//	                      4: int32 transmissionRiskLevel, 5: repeated string visitedCountries, 6: string origin,
//	                      7: enum reportType, 8: sint32 days_since_onset_of_symptoms }
//	JSON              = { "keys": [ { "keyData": base64, ..., "reportType": name / number, ... } ] }
//
// At most [MaxKeys] keys and [MaxBatch] bytes. A key whose own message is broken
// is a [Finding], and the rest of the batch survives; unknown fields are skipped.
// [AppendBatch] writes fields in the order of their numbers and none that is 0 or
// empty, as proto3 has it: a batch so written is written again as the same bytes.
//
// In JSON the gateway itself looks members up by the names above, the last of
// them with underscores; the general mapping (daysSinceOnsetOfSymptoms) is read
// here too. Numbers may stand in quotes, reports as names or numbers, base64 in
// either alphabet. A member that is unknown or stands twice is refused: two
// readers must not see two keys. [AppendJSON] writes what the gateway reads.
//
// # What is signed
//
// One signature covers a batch: detached CMS over bytes that are made of the
// keys, so that protobuf and JSON are signed alike (BatchSignatureUtils). Of each
// key, eight fields, each in base64 and with a dot behind:
//
//	keyData . start . period . risk . visited . origin . report . onset .
//
// Numbers are four bytes, most significant first, negative ones in two's
// complement; visited countries are joined by commas; a character beyond ASCII is
// a question mark. The keys stand in the order of the base64 of these bytes of the
// whole key, by ASCII. (The specification says: of the key data in base64. For some
// keys that is another order, as for data that begin with "C0" and "CA" in
// base64; the code is what verifies.) Nothing separates two keys.
//
// CMS itself is not here: [Signed] gives the bytes, whoever has a verifier asks it.
//
// # What is wrong with a key
//
// The gateway refused a batch with one bad key, and said "Invalid Signature" of
// most that can be wrong. [Check] names each key and its fault, so that a server
// can take the others, and a country can mend its own. Two faults here are none
// for the gateway: [Alive], a key that can still be used, which no country should
// ever give away, and [Repeated].
//
// # Days since onset
//
// The field holds more than days ([Onset]): European practice puts five kinds of
// knowledge into one number.
package efgs

import (
	"fmt"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
)

// Limits.
const (
	MaxKeys    = 5000    // of a batch
	MaxBatch   = 4 << 20 // bytes of it
	maxVisited = 64      // countries of a key
	maxCountry = 8       // bytes of a country
	maxData    = 64      // bytes of a key, good or not
)

// NoRisk is the transmission risk level of a key that has none.
const NoRisk = 0x7fffffff

// Key is a diagnosis key as it is exchanged. Nothing about it is checked.
type Key struct {
	Data    []byte // 16 bytes, if it is right
	Start   uint32 // interval of ten minutes since 1970
	Period  uint32 // intervals
	Risk    int32  // transmission risk level, 0 to 8 or NoRisk
	Visited []string
	Origin  string
	Report  int32 // as in gaen.ReportType
	Onset   int32 // see Onset
}

// Code is what is wrong with a key, for programs.
type Code string

// What can be wrong with a key.
const (
	Malformed    Code = "malformed"     // its message is none, or holds a number or a text that its field cannot
	WrongLength  Code = "wrong_length"  // of the key: not 16 bytes
	Old          Code = "old"           // of more than 15 days before today (UTC)
	Future       Code = "future"        // its use begins after the next ten minutes
	WrongPeriod  Code = "wrong_period"  // not 1 to 144 intervals
	WrongRisk    Code = "wrong_risk"    // not 0 to 8 nor NoRisk
	WrongReport  Code = "wrong_report"  // not 0 to 5
	WrongOrigin  Code = "wrong_origin"  // of another country than the one that signs
	WrongCountry Code = "wrong_country" // visited: not two capitals
	WrongOnset   Code = "wrong_onset"   // none of the five patterns
	Alive        Code = "alive"         // it can still be used: see gaen.Key.Dead
	Repeated     Code = "repeated"      // the same key data stands before
)

// Finding says what is wrong with one key.
type Finding struct {
	Index int  `json:"index"` // in the batch, from 0
	Code  Code `json:"code"`
}

// String says it in a line.
func (f Finding) String() string { return fmt.Sprintf("key %d: %s", f.Index, f.Code) }

const (
	maxAge          = 15 * 24 * time.Hour
	day             = 24 * time.Hour
	intervalSeconds = 600
)

// Check says what is wrong with the keys of a batch that a country signed, at a
// moment. Of each key the first fault is named.
func Check(keys []Key, origin string, at time.Time) []Finding {
	var found []Finding
	seen := map[string]bool{}
	for i := range keys {
		k := &keys[i]
		code := k.check(origin, at)
		if code == "" && seen[string(k.Data)] {
			code = Repeated
		}
		seen[string(k.Data)] = true
		if code != "" {
			found = append(found, Finding{i, code})
		}
	}
	return found
}

// check judges a key by itself (DiagnosisKeyBatchValidator, and what is said above).
func (k *Key) check(origin string, at time.Time) Code {
	first := at.UTC().Truncate(day).Add(-maxAge).Unix() / intervalSeconds
	last := at.Unix()/intervalSeconds + 1
	start := int64(k.Start)
	_, known := OnsetOf(k.Onset)
	switch {
	case len(k.Data) != gaen.KeySize:
		return WrongLength
	case start < first:
		return Old
	case start > last:
		return Future
	case k.Period < 1 || k.Period > gaen.MaxPeriod:
		return WrongPeriod
	case (k.Risk < 0 || k.Risk > 8) && k.Risk != NoRisk:
		return WrongRisk
	case k.Report < 0 || k.Report > int32(gaen.Revoked):
		return WrongReport
	case k.Origin != origin || !isCountry(origin):
		return WrongOrigin
	case !known:
		return WrongOnset
	case at.Unix() < (start+int64(k.Period)+gaen.Tolerance)*intervalSeconds:
		return Alive
	}
	for _, c := range k.Visited {
		if !isCountry(c) {
			return WrongCountry
		}
	}
	return ""
}

func isCountry(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

// Key returns the key as phones know it, if it is one. What they have no field
// for is lost: the countries, and of the onset all but a day that is known, or
// the last day of a range.
func (k *Key) Key() (gaen.Key, bool) {
	if len(k.Data) != gaen.KeySize || k.Start == 0 || k.Start > 1<<31-1 || k.Period < 1 || k.Period > gaen.MaxPeriod || k.Report < 0 || k.Report > int32(gaen.Revoked) {
		return gaen.Key{}, false
	}
	out := gaen.Key{Data: [gaen.KeySize]byte(k.Data), Start: gaen.Interval(k.Start), Period: uint8(k.Period), Report: gaen.ReportType(k.Report)}
	if k.Risk != NoRisk {
		out.Risk = k.Risk
	}
	if o, ok := OnsetOf(k.Onset); ok && o.Kind <= Range {
		out.Onset, out.HasOnset = int16(o.Days), true
	}
	return out, true
}

// FromKey returns a key as it is exchanged. Without a known onset it says that
// nothing is known of symptoms.
func FromKey(k gaen.Key, origin string, visited []string) Key {
	out := Key{Data: k.Data[:], Start: uint32(k.Start), Period: uint32(k.Period), Risk: k.Risk, Visited: visited, Origin: origin, Report: int32(k.Report)}
	onset := Onset{Kind: NotKnown}
	if k.HasOnset {
		onset = Onset{Kind: Date, Days: int(k.Onset)}
	}
	out.Onset = onset.Value()
	return out
}
