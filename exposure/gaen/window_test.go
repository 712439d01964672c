package gaen_test

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"

	"github.com/pratique/pratique/exposure/gaen"
)

// all makes everybody infectious, as far as anything is known.
func all() gaen.Mapping {
	m := gaen.Mapping{Otherwise: gaen.Standard, Report: gaen.ConfirmedTest}
	for i := range m.ByOnset {
		m.ByOnset[i] = gaen.HighInfectious
	}
	return m
}

// packet is a packet so many seconds after the beginning of a key's use.
func packet(k gaen.Key, after uint32, attenuation int, previous int) gaen.Sighting {
	s := heard(k, int(after/600), int(after%600))
	s.Metadata = k.Seal(s.ID, gaen.Sender{Major: 1, Confidence: 2, Power: 0}.Metadata())
	s.RSSI = int8(-attenuation)
	if previous >= 0 {
		s.Previous = s.At - uint32(previous)
	}
	return s
}

func scan(least, mean, seconds int) gaen.Scan {
	return gaen.Scan{MinAttenuation: least, TypicalAttenuation: mean, Seconds: seconds}
}

// Packets become scans and scans windows, by the numbers of the service.
func TestWindows(t *testing.T) {
	k := key(1, 2) // begins at midnight, so minutes are whole
	vectors := []struct {
		Comment string
		Packets []gaen.Sighting
		Want    [][]gaen.Scan
	}{
		{"one packet, five minutes after the scan before", []gaen.Sighting{packet(k, 600, 50, 300)}, [][]gaen.Scan{{scan(50, 50, 300)}}},
		{"the scan before is unknown", []gaen.Sighting{packet(k, 600, 50, -1)}, [][]gaen.Scan{{scan(50, 50, 120)}}},
		{"the scan before was long ago", []gaen.Sighting{packet(k, 6000, 50, 3000)}, [][]gaen.Scan{{scan(50, 50, 300)}}},
		{"whole minutes: 61 seconds across two ends of a minute are two", []gaen.Sighting{packet(k, 600, 50, 61)}, [][]gaen.Scan{{scan(50, 50, 120)}}},
		{"59 seconds within a minute are none", []gaen.Sighting{packet(k, 659, 50, 59)}, [][]gaen.Scan{{scan(50, 50, 0)}}},
		{"a scan before that is to come", []gaen.Sighting{func() gaen.Sighting { s := packet(k, 600, 50, 0); s.Previous += 600; return s }()}, [][]gaen.Scan{{scan(50, 50, 0)}}},
		{"the mean is rounded half up, the least is the least", []gaen.Sighting{packet(k, 600, 50, 300), packet(k, 602, 51, 300)}, [][]gaen.Scan{{scan(50, 51, 300)}}},
		{"25 seconds apart are one scan", []gaen.Sighting{packet(k, 600, 50, 300), packet(k, 625, 60, 300), packet(k, 650, 61, 300)}, [][]gaen.Scan{{scan(50, 57, 300)}}},
		{"26 seconds apart are two", []gaen.Sighting{packet(k, 600, 50, 300), packet(k, 626, 60, 300)}, [][]gaen.Scan{{scan(50, 50, 300), scan(60, 60, 300)}}},
		{"nearer than touching is 0 dB", []gaen.Sighting{func() gaen.Sighting { s := packet(k, 600, 0, 300); s.RSSI = 20; return s }()}, [][]gaen.Scan{{scan(0, 0, 300)}}},
		{"half an hour begins another window", []gaen.Sighting{packet(k, 0, 50, 300), packet(k, 1799, 50, 300), packet(k, 1801, 50, 300), packet(k, 1900, 50, 300)},
			[][]gaen.Scan{{scan(50, 50, 300), scan(50, 50, 300)}, {scan(50, 50, 300), scan(50, 50, 300)}}},
		{"nothing", nil, nil},
	}
	for _, v := range vectors {
		windows, err := gaen.Windows(seenOf(t, v.Packets...).Match([]gaen.Key{k}, 1), all(), random(1))
		if err != nil {
			t.Fatal(err)
		}
		var got [][]gaen.Scan
		for _, w := range windows {
			got = append(got, w.Scans)
			if w.Date != ago2() || w.ReportType != gaen.ConfirmedTest || w.Infectiousness != gaen.Standard || w.Calibration != 2 {
				t.Errorf("%s: window %+v", v.Comment, w)
			}
		}
		if !reflect.DeepEqual(got, v.Want) {
			t.Errorf("%s: got %v, want %v", v.Comment, got, v.Want)
		}
	}
}

// A window has the day of its first packet, although it ends after midnight.
func TestWindowOverMidnight(t *testing.T) {
	k := key(1, 2)
	last := packet(k, 143*600+590, 50, 300)
	late := last
	late.At += 20
	windows, err := gaen.Windows(seenOf(t, last, late).Match([]gaen.Key{k}, 1), all(), random(1))
	if err != nil || len(windows) != 1 || windows[0].Date != ago2() || len(windows[0].Scans) != 1 {
		t.Errorf("got %+v, %v", windows, err)
	}
}

// What a key says of its owner is mapped, and revoked or unknown reports give no window.
func TestMapping(t *testing.T) {
	vectors := []struct {
		Comment string
		Change  func(*gaen.Key, *gaen.Mapping)
		Report  gaen.ReportType // 0: no window
		Want    gaen.Infectiousness
	}{
		{"no onset", func(*gaen.Key, *gaen.Mapping) {}, gaen.ConfirmedTest, gaen.Standard},
		{"an onset", func(k *gaen.Key, m *gaen.Mapping) { k.HasOnset = true }, gaen.ConfirmedTest, gaen.HighInfectious},
		{"the first day", func(k *gaen.Key, m *gaen.Mapping) { k.HasOnset, k.Onset, m.ByOnset[0] = true, -14, 0 }, gaen.ConfirmedTest, 0},
		{"the last day", func(k *gaen.Key, m *gaen.Mapping) { k.HasOnset, k.Onset, m.ByOnset[28] = true, 14, 0 }, gaen.ConfirmedTest, 0},
		{"a day before the first", func(k *gaen.Key, m *gaen.Mapping) { k.HasOnset, k.Onset = true, -15 }, gaen.ConfirmedTest, gaen.Standard},
		{"a day of another system", func(k *gaen.Key, m *gaen.Mapping) { k.HasOnset, k.Onset = true, 1993 }, gaen.ConfirmedTest, gaen.Standard},
		{"no report", func(k *gaen.Key, m *gaen.Mapping) { k.Report, m.Report = 0, gaen.SelfReport }, gaen.SelfReport, gaen.Standard},
		{"a report of the future", func(k *gaen.Key, m *gaen.Mapping) { k.Report, m.Report = 77, gaen.SelfReport }, gaen.SelfReport, gaen.Standard},
		{"revoked", func(k *gaen.Key, m *gaen.Mapping) { k.Report = gaen.Revoked }, 0, 0},
		{"no report, and no mapping", func(k *gaen.Key, m *gaen.Mapping) { k.Report, m.Report = 0, 0 }, 0, 0},
		{"the zero mapping makes nobody infectious", func(k *gaen.Key, m *gaen.Mapping) { *m = gaen.Mapping{} }, gaen.ConfirmedTest, 0},
	}
	for _, v := range vectors {
		k, m := key(1, 2), all()
		v.Change(&k, &m)
		windows, err := gaen.Windows([]gaen.Match{{Key: k, Sightings: []gaen.Sighting{packet(k, 600, 50, 300)}}}, m, random(1))
		if err != nil {
			t.Fatal(err)
		}
		if v.Report == 0 {
			if len(windows) != 0 {
				t.Errorf("%s: got %+v", v.Comment, windows)
			}
			continue
		}
		if len(windows) != 1 || windows[0].ReportType != v.Report || windows[0].Infectiousness != v.Want {
			t.Errorf("%s: got %+v", v.Comment, windows)
		}
	}
}

// A key that comes again counts once, with its later report if that may follow.
func TestRevisedKeys(t *testing.T) {
	first := key(1, 2, func(k *gaen.Key) { k.Report = gaen.ClinicalDiagnosis })
	with := func(r gaen.ReportType, change ...func(*gaen.Key)) gaen.Key {
		k := first
		k.Report = r
		for _, f := range change {
			f(&k)
		}
		return k
	}
	vectors := []struct {
		Comment string
		Keys    []gaen.Key
		Want    gaen.ReportType // 0: no window
	}{
		{"the same again", []gaen.Key{first, first}, gaen.ClinicalDiagnosis},
		{"confirmed", []gaen.Key{first, with(gaen.ConfirmedTest)}, gaen.ConfirmedTest},
		{"revoked", []gaen.Key{first, with(gaen.Revoked)}, 0},
		{"confirmed, then revoked, which may not follow", []gaen.Key{first, with(gaen.ConfirmedTest), with(gaen.Revoked)}, gaen.ConfirmedTest},
		{"revoked, then confirmed", []gaen.Key{first, with(gaen.Revoked), with(gaen.ConfirmedTest)}, 0},
		{"downgraded", []gaen.Key{with(gaen.ConfirmedTest), first}, gaen.ConfirmedTest},
		{"with another period it is not the same", []gaen.Key{first, with(gaen.Revoked, func(k *gaen.Key) { k.Period = 1 })}, gaen.ClinicalDiagnosis},
		{"with another beginning it is not the same", []gaen.Key{first, with(gaen.Revoked, func(k *gaen.Key) { k.Start++ })}, gaen.ClinicalDiagnosis},
	}
	for _, v := range vectors {
		matches := seenOf(t, packet(first, 600, 50, 300)).Match(v.Keys, 1)
		windows, err := gaen.Windows(matches, all(), random(1))
		if err != nil {
			t.Fatal(err)
		}
		if want := min(int(v.Want), 1); len(windows) != want || want == 1 && windows[0].ReportType != v.Want {
			t.Errorf("%s: got %+v", v.Comment, windows)
		}
	}
}

// The order of windows is random, and nothing else about them is.
func TestWindowsAreShuffled(t *testing.T) {
	var matches []gaen.Match
	for i := range 8 {
		k := key(byte(i), 2+i)
		matches = append(matches, gaen.Match{Key: k, Sightings: []gaen.Sighting{packet(k, 600, 50, 300)}})
	}
	first := map[int8]int{}
	for seed := range 400 {
		windows, err := gaen.Windows(matches, all(), random(uint64(seed)))
		if err != nil || len(windows) != 8 {
			t.Fatalf("%d windows, %v", len(windows), err)
		}
		first[windows[0].Date.Day]++
	}
	for d, n := range first {
		if n < 20 || n > 90 {
			t.Errorf("day %d is first in %d of 400", d, n)
		}
	}
	if len(first) != 8 {
		t.Errorf("%d of 8 are ever first", len(first))
	}
	if w, err := gaen.Windows(matches, all(), bytes.NewReader(nil)); !errors.Is(err, io.EOF) || w != nil {
		t.Errorf("without randomness: %d windows, %v", len(w), err)
	}
}
