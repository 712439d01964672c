package main

import (
	"testing"
	"time"
)

// What --example prints can be issued at the moment at which it is printed, in
// whatever year that is.
func TestExamplesAreOfThePast(t *testing.T) {
	for now, want := range map[string]string{
		"2026-12-02T18:00:00+01:00": "2026-12-02T07:30:00+01:00",
		"2026-12-02T07:30:00+01:00": "2026-12-02T07:30:00+01:00",
		"2026-12-02T07:29:59+01:00": "2026-12-01T07:30:00+01:00",
		"2026-11-24T03:40:00Z":      "2026-11-23T07:30:00+01:00",
		"2031-03-01T23:00:00Z":      "2031-03-01T07:30:00+01:00",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := justNow(`"`+sampledAt+`"`, at); got != `"`+want+`"` {
			t.Errorf("at %s: %s, want %s", now, got, want)
		}
	}
}
