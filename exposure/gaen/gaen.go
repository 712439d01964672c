// Package gaen answers one question: did this phone hear the identifiers of
// these published keys, and what does that mean under a configuration that a
// health authority published? It speaks the formats of Apple's and Google's
// exposure notification (GAEN), on which the apps of Japan and most of the world
// stood.
//
//	e, found, err := gaen.Open(file, size, keys...)      // an archive of keys, verified
//	seen, err := gaen.NewSeen(sightings)                 // what the phone heard
//	matches := seen.Match(e.Keys, 2)                     // whose identifiers those were
//	windows, err := gaen.Windows(matches, mapping, rand) // for how long, how near
//	a, err := rule.Assess(windows)                       // an exposure.Assessment, day by day
//
// And for a server: [Intake.Sift] says which keys of a person may be published,
// [Batch.Exports] makes exports of many, [Export.Sign] and [Pack] the archive,
// [Index] the list of them.
//
// Nothing of what a phone heard, and no day of an assessment, goes into anything
// that is made here for others.
//
// # Keys and identifiers
//
// Exposure Notification, Cryptography Specification and Bluetooth Specification,
// v1.2. With a key of 16 bytes that is used from interval s on for n intervals
// of ten minutes, 1 to 144:
//
//	identifier key  = HKDF-SHA256(key, no salt, "EN-RPIK", 16)
//	metadata key    = HKDF-SHA256(key, no salt, "EN-AEMK", 16)
//	identifier(j)   = AES-128(identifier key, "EN-RPI" 6*%x00 j in 4 bytes, least first), s <= j < s+n
//	sent metadata   = metadata XOR the first bytes of AES-128(metadata key, identifier)
//	metadata        = byte of versions and confidence, power in dBm (signed), 2*%x00
//
// # Exports
//
// Exposure Key export file format and verification (Google, with Apple). An
// archive (ZIP) holds export.bin and export.sig and nothing else. The first is 16
// bytes of ASCII, "EK Export v1" and four spaces, and a message
// TemporaryExposureKeyExport; the second a message TEKSignatureList. A signature is
// ECDSA over the hash of all of export.bin.
//
// A key that is none (15 bytes, a period of 145, no beginning) is a [Finding],
// and the rest of the export survives. Unknown fields are skipped; the two that
// SignatureInfo once had are kept. [Export.Append] writes the same bytes that
// were read, or [ParseExport] said that it would not: [OtherBytes], for a file with
// an unknown field, fields in another order, a field twice, a number longer than
// it need be, no number where one is usual, or a key that was left out.
//
// # Matching
//
// An identifier counts in its own ten minutes and two hours before and after
// them, by the clock of the phone that heard it, so that clocks may differ; not
// when it was heard more than twenty minutes after the first time, for then
// somebody repeated it (exposure-notifications-internals, getValidSightingsForRpi).
// This leaves a window of hours for who relays what is heard elsewhere at once:
// nothing in the protocol stops that.
//
// A key that is published while it is in use lets anybody be taken for its owner
// who then is told to have been near: [Key.Dead] says when it no longer does, and
// no export holds one before.
//
// # Windows and rules
//
// A [Window] is the sightings of one key on one day (UTC), of at most half an
// hour, as scan instances (Google, Exposure Notification API, ExposureWindow):
// packets at most 25 seconds apart are one scan, with the least and the mean
// attenuation (power sent less strength received, at least 0 dB); it stands for
// the whole minutes since the scan before, at most five, and for two where that
// is not known. A window begins at its first packet and its day is that one's.
//
// A [Rule] judges windows. It is data that an authority published: no weight,
// threshold or offset is in this code. There are two forms of it, [Config] and
// [Summaries], and [Germany] and [Japan] as they stood.
//
// # Germany's form
//
// Its members have the names that its public test cases use.
//
//  1. A window's transmission risk level is the offset of its report type plus the
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
// # Japan's form
//
//  1. A window's score is the sum over its scans of the seconds since the last
//     scan times the weight of the mean attenuation (up to three thresholds, and
//     beyond), times the weights of its report type and infectiousness. Windows
//     of which one of the two is unknown, revoked or none are ignored, and counted.
//  2. A window below the least score counts no further, but by its scans.
//  3. The score of a day is the sum. A day with a score is low, and high if it
//     meets all conditions of an alert: on the score, on the mean weight of a
//     second, on the seconds of all scans, on the highest and the lowest mean
//     attenuation. Minutes are the score over 60, to one decimal, half up.
//
// Japan's app told its user of high days alone. Source: Google's reference for
// DailySummariesConfig with exposure-notifications-internals, DailySummaryUtils;
// cocoa-mhlw/cocoa, ExposureRiskCalculationService and the configuration that is
// published there. Finland's form is the same with a condition on the score alone.
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
// An archive has at most [MaxArchive] bytes, two files, a directory of 1 KiB and
// no comment; export.bin at most [MaxExport] bytes and [MaxKeys] keys; export.sig
// [MaxSignatures] bytes and ten signatures. An index: [MaxIndex], [MaxListed]. A
// set of sightings: [MaxSightings].
//
// A configuration has at most [MaxConfig] bytes and [MaxRanges] entries in each
// list; unknown, repeated and missing members are refused, so that a parameter
// that this build does not know is never left out in silence. A rule takes at
// most [MaxScans] scans.
package gaen

import (
	"errors"
	"fmt"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
)

// Rule says which days have a risk.
type Rule interface {
	// Assess judges windows; their order does not matter.
	Assess(windows []Window) (exposure.Assessment, error)
}

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
type ReportType int8

// The report types (temporary exposure key export, enum ReportType).
const (
	UnknownReport     ReportType = 0
	ConfirmedTest     ReportType = 1
	ClinicalDiagnosis ReportType = 2
	SelfReport        ReportType = 3
	Recursive         ReportType = 4
	Revoked           ReportType = 5 // what was reported is taken back
)

// Infectiousness of the other person on the day.
type Infectiousness int8

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
	MinAttenuation     int // dB, the least within the scan
	TypicalAttenuation int // dB, the mean within the scan
	Seconds            int // since the last scan; a negative one counts as none
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
