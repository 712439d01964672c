package gaen

import (
	"fmt"
	"io"
	"math"
	"time"

	"github.com/pratique/pratique/cert"
)

// Mapping says what a key means for those who met its owner. The zero Mapping
// makes nobody infectious.
type Mapping struct {
	// Infectiousness by days since the onset of symptoms, from -14 to 14.
	ByOnset [2*maxOnset + 1]Infectiousness
	// Otherwise is that of a key without such a day, or with one beyond.
	Otherwise Infectiousness
	// Report is the type of a key whose type is unknown.
	Report ReportType
}

// of returns what a mapping makes of a key.
func (m *Mapping) of(k *Key) (Infectiousness, ReportType) {
	i, r := m.Otherwise, k.Report
	if k.HasOnset && k.Onset >= -maxOnset && k.Onset <= maxOnset {
		i = m.ByOnset[k.Onset+maxOnset]
	}
	if r == UnknownReport || r > Revoked {
		r = m.Report
	}
	return i, r
}

// Numbers of windows (exposure-notifications-internals, ContactTracingFeature).
const (
	windowSeconds = 30 * perMinute
	sameScan      = 3 * (4 + 13) / 2 // seconds between two packets of a scan: 1.5 times its longest
	longestScan   = 5 * perMinute    // since the scan before, at most
	unknownScan   = 2 * perMinute    // if that is not known
)

// Windows makes exposure windows of matches, in a random order: the order of
// the keys would tell a server that made it who was met before whom.
//
// The matches are in the order in which the exports were read. A key that comes
// again changes nothing but its report, from [ClinicalDiagnosis] to
// [ConfirmedTest] or to [Revoked]; with another time of use it is not the same
// key, and left out. Of keys that are revoked, or of no known report, there are
// no windows.
func Windows(matches []Match, mapping Mapping, rand io.Reader) ([]Window, error) {
	var out []Window
	for _, m := range latest(matches) {
		if infectiousness, report := mapping.of(&m.Key); report >= ConfirmedTest && report <= Recursive {
			out = append(out, m.windows(infectiousness, report)...)
		}
	}
	if err := shuffle(out, rand); err != nil {
		return nil, fmt.Errorf("exposure windows: %w", err)
	}
	return out, nil
}

// latest returns each key once, as it was published last.
func latest(matches []Match) []Match {
	out := make([]Match, 0, len(matches))
	position := map[[KeySize]byte]int{}
	for _, m := range matches {
		i, again := position[m.Key.Data]
		if !again {
			position[m.Key.Data] = len(out)
			out = append(out, m)
			continue
		}
		if k := &out[i].Key; k.Start == m.Key.Start && k.Period == m.Key.Period && k.Report.becomes(m.Key.Report) {
			k.Report = m.Key.Report
		}
	}
	return out
}

// becomes reports whether a report may be replaced by another.
func (r ReportType) becomes(other ReportType) bool {
	return r == ClinicalDiagnosis && (other == ConfirmedTest || other == Revoked)
}

// windows cuts the sightings of a key into windows of half an hour, and these
// into scans.
func (m *Match) windows(infectiousness Infectiousness, report ReportType) []Window {
	var out []Window
	block := schedule(m.Key.MetadataKey())
	var begun, previous uint32
	sum, count := 0, 0 // of the attenuations of the scan
	for i, s := range m.Sightings {
		sender := decrypt(block, s.ID, s.Metadata).Sender()
		if i == 0 || s.At-begun >= windowSeconds {
			begun = s.At
			out = append(out, Window{Date: cert.DateOf(time.Unix(int64(s.At), 0).UTC()), ReportType: report,
				Infectiousness: infectiousness, Calibration: sender.Confidence})
		}
		w := &out[len(out)-1]
		if len(w.Scans) == 0 || s.At-previous > sameScan {
			w.Scans = append(w.Scans, Scan{MinAttenuation: math.MaxInt, Seconds: s.sincePrevious()})
			sum, count = 0, 0
		}
		attenuation := max(sender.Power-int(s.RSSI), 0)
		sum, count = sum+attenuation, count+1
		scan := &w.Scans[len(w.Scans)-1]
		scan.MinAttenuation = min(scan.MinAttenuation, attenuation)
		scan.TypicalAttenuation = (2*sum + count) / (2 * count) // the mean, half up
		previous = s.At
	}
	return out
}

// sincePrevious returns for how long the scan stands, in whole minutes.
func (s *Sighting) sincePrevious() int {
	if s.Previous == 0 {
		return unknownScan
	}
	return min(max(int(s.At/perMinute)-int(s.Previous/perMinute), 0)*perMinute, longestScan)
}
