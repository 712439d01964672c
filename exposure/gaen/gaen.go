// Package gaen answers one question: what do the exposure windows that a
// phone's exposure notification service returned mean, under a configuration
// that a health authority published?
//
//	c, err := gaen.ParseConfig(data)
//	a, err := c.Assess(windows)          // an exposure.Assessment, day by day
//
// The configuration is data: no weight, threshold or offset is in this code.
// Its form is the one that Germany's app published, under the names that its
// public test cases use; Switzerland's and others' weights can be written in
// it where they differ by numbers alone.
//
// # The rule
//
// A [Window] is the sightings of one key on one day (UTC), of at most half an
// hour, as scan instances (Google, Exposure Notification API, ExposureWindow).
//
//  1. Its transmission risk level is the offset of its report type plus the
//     offset of its infectiousness. A window of another report type (unknown,
//     revoked) or infectiousness (none) is not judged, and counted as ignored.
//  2. It is dropped if its level, or its minutes at an attenuation, are in the
//     range of a filter.
//  3. Its minutes are the sum over its scans of the seconds since the last
//     scan (none if negative) times the weight of the first range that holds the
//     least attenuation of the scan, over 60. A scan in no range weighs nothing.
//  4. Its normalized time is these minutes times the value of its level. A
//     level without a value is worth nothing.
//  5. Its risk is that of the first range of the mapping for windows that holds
//     its normalized time.
//  6. The normalized times of a day are added and rounded to one decimal, half
//     up; the day's risk is that of the first range of the mapping for days that
//     holds the sum. A day in no range is not reported.
//  7. Of each reported day, windows of the same level and calibration
//     confidence are one encounter; encounters are counted by the windows' risk.
//
// Source: corona-warn-app/cwa-documentation, "Epidemiological Motivation of the
// Transmission Risk Level" and solution_architecture.md, with the shared test
// configuration of the apps (exposure-windows-risk-calculation), whose 14 cases
// the tests of this package reproduce.
//
// # Arithmetic
//
// Weights, values and thresholds are decimals with at most three places, and all
// sums are of whole numbers, so the answer does not depend on the order of the
// windows, nor on a machine. (The apps add floating-point numbers; sums that lie
// exactly on a threshold may therefore differ there by the order of addition.)
//
// # Limits
//
// A configuration has at most [MaxConfig] bytes and [MaxRanges] entries in each
// list; unknown, repeated and missing members are refused, so that a parameter
// that this build does not know is never left out in silence. [Config.Assess]
// takes at most [MaxScans] scans.
package gaen

import (
	"errors"
	"fmt"

	"github.com/pratique/pratique/cert"
)

// The limits.
const (
	MaxConfig   = 64 << 10      // bytes
	MaxRanges   = 64            // in each list of a configuration
	MaxScans    = 10_000        // in all windows together
	MaxSeconds  = 60 * 60       // of one scan; phones report at most 300
	maxMilli    = 1_000_000_000 // 1,000,000.000: any threshold
	maxWeight   = 100_000       // 100.000: any weight or value, so that no sum overflows
	maxLevel    = 255
	milli       = 1000
	perMinute   = 60
	microMinute = milli * milli * perMinute // weight * value * second, of one minute
)

var (
	// ErrConfig means that a configuration breaks the grammar; the error says where.
	ErrConfig = errors.New("not a risk configuration")
	// ErrWindow means that a window cannot be one: no full date, no end to its
	// duration, too many scans.
	ErrWindow = errors.New("not an exposure window")
)

// ReportType says how the infection of the other person was reported.
type ReportType int

// The report types (temporary exposure key export, enum ReportType).
const (
	ConfirmedTest     ReportType = 1
	ClinicalDiagnosis ReportType = 2
	SelfReport        ReportType = 3
	Recursive         ReportType = 4
)

// Infectiousness of the other person on the day.
type Infectiousness int

// The levels (Exposure Notification API, Infectiousness).
const (
	Standard       Infectiousness = 1
	HighInfectious Infectiousness = 2
)

// Window is what was seen of one other device.
type Window struct {
	Date           cert.Date // of UTC, in full
	ReportType     ReportType
	Infectiousness Infectiousness
	Calibration    int // confidence, 0 to 3
	Scans          []Scan
}

// Scan is one sighting.
type Scan struct {
	MinAttenuation int // dB, the least within the scan
	Seconds        int // since the last scan; a negative one counts as none
}

func (w Window) check() error {
	if !w.Date.Full() {
		return fmt.Errorf("%w: no full date", ErrWindow)
	}
	for _, s := range w.Scans {
		if s.Seconds > MaxSeconds {
			return fmt.Errorf("%w: a scan of more than an hour", ErrWindow)
		}
	}
	return nil
}
