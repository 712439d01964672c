package gaen_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
)

// Somebody's keys are published, and a phone that was near finds out by itself.
func Example() {
	now := time.Date(2026, 11, 4, 9, 0, 0, 0, time.UTC)
	monday := gaen.IntervalOf(time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC))

	// The phone of somebody who falls ill: Monday's key, and today's.
	key := gaen.Key{Start: monday, Period: 144, Report: gaen.ConfirmedTest, HasOnset: true, Onset: 1}
	rand.Read(key.Data[:])
	today := key
	today.Data[0] ^= 1
	today.Start += 2 * 144

	// Another phone hears it on Monday at noon for twenty minutes, at 50 dB.
	var heard []gaen.Sighting
	for minute := 0; minute < 20; minute += 5 {
		at := time.Date(2026, 11, 2, 12, minute, 0, 0, time.UTC)
		id := key.Identifiers()[gaen.IntervalOf(at)-key.Start]
		heard = append(heard, gaen.Sighting{ID: id, Metadata: key.Seal(id, gaen.Sender{Major: 1, Power: -10}.Metadata()),
			At: uint32(at.Unix()), Previous: uint32(at.Unix() - 300), RSSI: -60})
	}

	// The server takes what nobody can use any more.
	kept, found := gaen.Intake{}.Sift([]gaen.Key{key, today}, now)
	fmt.Println(len(kept), found)
	exports, _, _, err := gaen.Batch{From: now.Add(-time.Hour), Until: now, Region: "XA", Least: 100, Jitter: 20}.Exports(kept, nil, now, rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	bin, sig, _ := exports[0].Sign(rand.Reader, signer, "901", "v1")
	archive, _ := gaen.Pack(bin, sig)

	// Every phone gets the same file, and looks for itself.
	e, _, err := gaen.Open(bytes.NewReader(archive), int64(len(archive)), gaen.PublicKey{ID: "901", Version: "v1", Key: &signer.PublicKey})
	if err != nil {
		fmt.Println(err)
		return
	}
	seen, _ := gaen.NewSeen(heard)
	mapping, japan := gaen.Japan()
	windows, _ := gaen.Windows(seen.Match(e.Keys, 1), mapping, rand.Reader)
	a, _ := japan.Assess(windows)
	for _, d := range a.Days {
		fmt.Println(d.Date, d.Risk, d.Minutes)
	}
	// Output:
	// 1 [key 1: alive]
	// 2026-11-02 high 50
}
