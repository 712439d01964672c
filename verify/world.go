package verify

import (
	"time"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
)

// World is all that a verifier knows of the world: keys, recognitions, rules,
// withdrawals, and how old that is. The zero World trusts nobody.
// It may be used from several goroutines once it is complete.
type World struct {
	Keys         *trust.Keys
	Recognitions trust.Recognitions
	Rules        []*rules.Set
	Withdrawals  []*revoke.List
	Areas        []history.AreaList

	// KeyPolicy is what the relying country asks of a key's own validity.
	// Zero: valid when the certificate was issued.
	KeyPolicy trust.Policy

	Data Data
}

// Data says where a World came from and how long it may be relied on.
type Data struct {
	Name       string    // of the bundle, or empty for files given by hand
	Digest     string    // SHA-256 of the bundle in hexadecimal, which receipts cite; empty: not known
	AsOf       time.Time // when it was true; zero: not stated
	SoftExpiry time.Time // after it the answer says how old it is; zero: not stated
	HardExpiry time.Time // after it the answer is grey; zero: not stated
	Unknown    string    // what of it this build does not know and must: answers are grey; empty: nothing
}

// withdrawals returns the lists that are about such certificates as this one.
func (w *World) withdrawals(s trust.Signed) []*revoke.List {
	var out []*revoke.List
	for _, l := range w.Withdrawals {
		if l.Covers(s) {
			out = append(out, l)
		}
	}
	return out
}
