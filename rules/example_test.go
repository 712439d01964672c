package rules_test

import (
	"fmt"
	"time"

	"github.com/pratique/pratique/rules"
)

// A set answers rule by rule, says what would do instead, and by when.
func Example() {
	set, err := rules.Pack("sudmark")
	if err != nil {
		fmt.Println(err)
		return
	}
	tooOld := certificate("hc1", test(80, "not_detected"))
	trip := rules.Trip{From: "XA", Purpose: "entry"}
	arrival := time.Date(2026, 12, 3, 14, 20, 0, 0, time.FixedZone("", 8*3600))

	result := set.Evaluate(tooOld, trip, arrival)
	fmt.Println(result.Answer)
	for _, o := range result.Outcomes {
		fmt.Println(o.Rule.Identifier, o.Verdict)
	}
	w := set.Outlook(tooOld, trip, arrival).Remedies[0].Window
	fmt.Printf("a new test, sampled from %s to %s\n", w.From.In(arrival.Location()).Format(time.DateTime), w.Until.In(arrival.Location()).Format(time.DateTime))
	// Output:
	// not_met
	// TR-XB-0001 passed
	// TR-XB-0002 passed
	// TR-XB-0003 failed
	// TR-XB-0004 passed
	// GR-XB-0001 passed
	// a new test, sampled from 2026-11-30 14:20:00 to 2026-12-03 14:20:00
}
