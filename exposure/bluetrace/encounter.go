package bluetrace

import (
	"bytes"
	"crypto/hpke"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Reason is why a record says nothing of a user. The words are the reference's,
// and foreign.
type Reason string

// The reasons.
const (
	NoMessage        Reason = "no_msg"
	ExpiredID        Reason = "expired_id" // sent before or after its time: a replay, or a wrong clock
	FailedDecryption Reason = "failed_decryption"
	Foreign          Reason = "foreign" // of another organisation: see Keys.Split
)

// Encounter is a record with what its authority knows of it.
type Encounter struct {
	Record      Record
	UID         UID // of whom was met, if there is no reason against it
	From, Until time.Time
	Reason      Reason // empty: the record is good
}

// Open says of each record whom it is about, in the order of the records.
func (k *Keys) Open(records []Record) []Encounter {
	out := make([]Encounter, len(records))
	for i, r := range records {
		out[i] = k.encounter(r)
	}
	return out
}

func (k *Keys) encounter(r Record) Encounter {
	e := Encounter{Record: r}
	switch {
	case r.Org != k.org:
		e.Reason = Foreign
		return e
	case r.Msg == "":
		e.Reason = NoMessage
		return e
	}
	t, err := k.OpenTempID(r.Msg)
	if err != nil {
		e.Reason = FailedDecryption
		return e
	}
	e.From, e.Until = t.From, t.Until
	if r.At.Before(t.From) || r.At.After(t.Until) {
		e.Reason = ExpiredID
		return e
	}
	e.UID = t.UID
	return e
}

// Split parts one's own records from those of others, by organisation.
func (k *Keys) Split(records []Record) (own []Record, foreign map[string][]Record) {
	foreign = map[string][]Record{}
	for _, r := range records {
		if r.Org == k.org {
			own = append(own, r)
		} else {
			foreign[r.Org] = append(foreign[r.Org], r)
		}
	}
	return own, foreign
}

// Count is all that an authority answers about records that it was sent.
type Count struct {
	Good    int `json:"good"`
	Expired int `json:"expired"`
	Failed  int `json:"failed"` // not to be opened, without a message, of another organisation
}

// CountOf counts encounters.
func CountOf(encounters []Encounter) Count {
	var c Count
	for _, e := range encounters {
		switch e.Reason {
		case "":
			c.Good++
		case ExpiredID:
			c.Expired++
		default:
			c.Failed++
		}
	}
	return c
}

// ErrSealed means that a message is not for this organisation, was changed, or
// holds something else than records of it.
var ErrSealed = errors.New("not records that were sealed for this organisation")

const (
	sealedInfo = "pratique-encounters/1.0 "
	sealedUnit = 1024 // bytes, of which what is sealed is a multiple
)

// Seal seals records, all of one organisation and at least one, for the authority
// that issued their TempIDs. Its randomness is that of crypto/hpke.
func Seal(records []Record, to hpke.PublicKey) ([]byte, error) {
	if len(records) == 0 || len(records) > MaxRecords {
		return nil, fmt.Errorf("sealing records: 1 to %d of them", MaxRecords)
	}
	org := records[0].Org
	if !IsOrg(org) || slices.ContainsFunc(records, func(r Record) bool { return r.Org != org }) {
		return nil, errors.New("sealing records: they are of several organisations, or of none")
	}
	sorted := slices.SortedFunc(slices.Values(records), compareRecords)
	plain := append(appendRecords([]byte{'{'}, sorted), '}')
	if rest := len(plain) % sealedUnit; rest > 0 {
		plain = append(plain, bytes.Repeat([]byte{' '}, sealedUnit-rest)...)
	}
	sealed, err := hpke.Seal(to, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(sealedInfo+org), plain)
	if err != nil {
		return nil, fmt.Errorf("sealing records: %w", err)
	}
	return sealed, nil
}

// Unseal returns records that another authority sealed for this organisation.
// Records that say they are of another one are findings.
func Unseal(sealed []byte, org string, key hpke.PrivateKey) ([]Record, []Finding, error) {
	if len(sealed) > MaxUpload {
		return nil, nil, fmt.Errorf("%w: longer than %d bytes", ErrSealed, MaxUpload)
	}
	plain, err := hpke.Open(key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(sealedInfo+org), sealed)
	if err != nil {
		return nil, nil, ErrSealed
	}
	var f struct {
		Records list `json:"records"`
	}
	if json.Unmarshal(plain, &f) != nil {
		return nil, nil, ErrSealed
	}
	records, found := parse(f.Records, func(j *recordJSON) (Record, bool) {
		r, ok := j.record()
		return r, ok && r.Org == org
	})
	return records, found, nil
}
