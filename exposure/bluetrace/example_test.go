package bluetrace_test

import (
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/pratique/pratique/exposure/bluetrace"
)

// A user of one authority meets users of two, and falls ill: each authority
// learns of its own, and of nobody else.
func Example() {
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	norland, _ := bluetrace.NewKeys("XA_HEALTH", []byte("norland's secret"))
	sudmark, _ := bluetrace.NewKeys("XB_HEALTH", []byte("sudmark's secret"))
	box, _ := hpke.DHKEM(ecdh.X25519()).GenerateKey() // Sudmark's, of which Norland has the public half

	var anna, boris bluetrace.UID
	rand.Read(anna[:])
	rand.Read(boris[:])
	a, _ := norland.Issue(anna, now, now.Add(15*time.Minute), rand.Reader)
	b, _ := sudmark.Issue(boris, now, now.Add(15*time.Minute), rand.Reader)

	// What the phone of somebody ill has heard, and gives to Norland.
	at := now.Add(5 * time.Minute)
	own, foreign := norland.Split([]bluetrace.Record{
		{At: at, Msg: a.Text, Org: "XA_HEALTH", ModelC: "Phone", ModelP: "Phone", RSSI: -60},
		{At: at, Msg: b.Text, Org: "XB_HEALTH", ModelC: "Phone", ModelP: "Phone", RSSI: -55},
	})
	fmt.Println("Norland:", bluetrace.CountOf(norland.Open(own)), "unread for XB_HEALTH:", len(foreign["XB_HEALTH"]))
	sealed, _ := bluetrace.Seal(foreign["XB_HEALTH"], box.PublicKey())

	records, _, err := bluetrace.Unseal(sealed, "XB_HEALTH", box)
	met := sudmark.Open(records)
	fmt.Println("Sudmark:", bluetrace.CountOf(met), met[0].UID == boris, err)
	// Output:
	// Norland: {1 0 0} unread for XB_HEALTH: 1
	// Sudmark: {1 0 0} true <nil>
}
