package venue_test

import (
	"fmt"
	"time"

	"github.com/pratique/pratique/exposure/venue"
)

// Somebody scans the code at a door, and days later finds out by themselves.
func Example() {
	code := "NZCOVIDTRACER:eyJ0eXAiOiJlbnRyeSIsInZlciI6ImMxOToxIiwiZ2xuIjoiOTQyOTMwMDAwMDAxNyIsIm9wbiI6IlRoZSBCbHVlIFRlYXBvdCIsImFkciI6IlBvcnQgQXNoZSJ9"
	c, err := venue.Read(code, venue.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	diary := venue.Diary{c.Visit(time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC))}
	fmt.Printf("%s", diary.Bytes())

	published := `{"items": [{"glnHash": "9MEGm8gPaW1rVHUsRJLSikzMreJzxyvHkQy+F/3EWNoDwSqE00riVatSb45VfYIU", "start": "2026-11-02T09:30:00Z", "end": "2026-11-02T11:00:00Z"}]}`
	warnings, _, err := venue.ParseNewZealand([]byte(published))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range diary.Match(warnings, venue.Germany()) {
		fmt.Println(v.From.Format(time.RFC3339), v.Until.Format(time.RFC3339), v.Risk)
	}
	// Output:
	// pratique-diary/1.0
	// visit nz 9429300000017 2026-11-02T10:00:00Z - The Blue Teapot
	// 2026-11-02T10:00:00Z 2026-11-02T11:00:00Z high
}
