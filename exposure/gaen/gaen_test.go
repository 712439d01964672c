package gaen_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/exposure/gaen"
)

// config is ours: minutes within 60 dB count once, up to 70 dB half. A day is
// low from 10 and high from 20 minutes.
const config = `{
 "minutesAtAttenuationFilters": [{"attenuationRange": {"min": 0, "max": 70}, "dropIfMinutesInRange": {"min": 0, "max": 1, "maxExclusive": true}}],
 "trlFilters": [{"dropIfTrlInRange": {"min": 1, "max": 1}}],
 "minutesAtAttenuationWeights": [
  {"attenuationRange": {"min": 0, "max": 60, "maxExclusive": true}, "weight": 1},
  {"attenuationRange": {"min": 60, "max": 70}, "weight": 0.5}],
 "normalizedTimePerEWToRiskLevelMapping": [
  {"normalizedTimeRange": {"min": 0, "max": 20, "minExclusive": true, "maxExclusive": true}, "riskLevel": 1},
  {"normalizedTimeRange": {"min": 20, "max": 9999}, "riskLevel": 2}],
 "normalizedTimePerDayToRiskLevelMapping": [
  {"normalizedTimeRange": {"min": 10, "max": 20, "maxExclusive": true}, "riskLevel": 1},
  {"normalizedTimeRange": {"min": 20, "max": 9999}, "riskLevel": 2}],
 "trlEncoding": {"infectiousnessOffsetStandard": 1, "infectiousnessOffsetHigh": 2, "reportTypeOffsetRecursive": 0,
  "reportTypeOffsetSelfReport": 2, "reportTypeOffsetConfirmedClinicalDiagnosis": 4, "reportTypeOffsetConfirmedTest": 6},
 "transmissionRiskValueMapping": [{"transmissionRiskLevel": 3, "transmissionRiskValue": 0.5},
  {"transmissionRiskLevel": 5, "transmissionRiskValue": 1}, {"transmissionRiskLevel": 7, "transmissionRiskValue": 1}, {"transmissionRiskLevel": 8, "transmissionRiskValue": 1.125}]}`

func parse(t testing.TB, s string) gaen.Config {
	t.Helper()
	c, err := gaen.ParseConfig([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// today is any day: only differences count.
var today = time.Date(2021, 7, 1, 0, 0, 0, 0, time.UTC)

func ago(days int) cert.Date { return cert.DateOf(today.AddDate(0, 0, -days)) }

func seen(age int, r gaen.ReportType, i gaen.Infectiousness, scans ...gaen.Scan) gaen.Window {
	return gaen.Window{Date: ago(age), ReportType: r, Infectiousness: i, Scans: scans}
}

func scans(n, attenuation, seconds int) []gaen.Scan {
	s := make([]gaen.Scan, n)
	for i := range s {
		s[i] = gaen.Scan{MinAttenuation: attenuation, Seconds: seconds}
	}
	return s
}

const test, clinical, self, recursive = gaen.ConfirmedTest, gaen.ClinicalDiagnosis, gaen.SelfReport, gaen.Recursive

// Every step of the rule does what the configuration says, and stops where it says.
func TestRule(t *testing.T) {
	vectors := []struct {
		Comment string
		Windows []gaen.Window
		Want    exposure.Risk // of the day before
		Minutes float64
		Low     int
		High    int
		Ignored int
	}{
		{Comment: "ten minutes near are low", Windows: []gaen.Window{seen(1, test, 1, scans(2, 30, 300)...)}, Want: "low", Minutes: 10, Low: 1},
		{Comment: "one second less is reported as no day but for rounding up to one decimal", Windows: []gaen.Window{seen(1, test, 1, gaen.Scan{MinAttenuation: 30, Seconds: 599})}, Want: "low", Minutes: 10, Low: 1},
		{Comment: "four seconds less round down: no day", Windows: []gaen.Window{seen(1, test, 1, gaen.Scan{MinAttenuation: 30, Seconds: 596})}},
		{Comment: "exactly half a tenth below rounds up", Windows: []gaen.Window{seen(1, test, 1, gaen.Scan{MinAttenuation: 30, Seconds: 597})}, Want: "low", Minutes: 10, Low: 1},
		{Comment: "twenty minutes are high for the day and for the window", Windows: []gaen.Window{seen(1, test, 1, scans(4, 30, 300)...)}, Want: "high", Minutes: 20, High: 1},
		{Comment: "the same minutes in two windows are high for the day, low for each, one encounter", Windows: []gaen.Window{seen(1, test, 1, scans(2, 30, 300)...), seen(1, test, 1, scans(2, 30, 300)...)}, Want: "high", Minutes: 20, Low: 1},
		{Comment: "with another confidence they are two encounters", Windows: []gaen.Window{seen(1, test, 1, scans(2, 30, 300)...), {Date: ago(1), ReportType: test, Infectiousness: 1, Calibration: 1, Scans: scans(2, 30, 300)}}, Want: "high", Minutes: 20, Low: 2},
		{Comment: "on two days they are two low days", Windows: []gaen.Window{seen(1, test, 1, scans(2, 30, 300)...), seen(2, test, 1, scans(2, 30, 300)...)}, Want: "low", Minutes: 10, Low: 1},
		{Comment: "59 dB counts in full", Windows: []gaen.Window{seen(1, test, 1, scans(2, 59, 300)...)}, Want: "low", Minutes: 10, Low: 1},
		{Comment: "60 dB counts half: the end of the first range is exclusive", Windows: []gaen.Window{seen(1, test, 1, scans(2, 60, 300)...)}},
		{Comment: "70 dB counts half: the end of the last range is not", Windows: []gaen.Window{seen(1, test, 1, scans(4, 70, 300)...)}, Want: "low", Minutes: 10, Low: 1},
		{Comment: "71 dB counts nothing, and the filter on minutes drops the window", Windows: []gaen.Window{seen(1, test, 1, scans(9, 71, 300)...)}},
		{Comment: "a negative time since the last scan counts as none, and takes nothing away", Windows: []gaen.Window{seen(1, test, 1, append(scans(2, 30, 300), gaen.Scan{MinAttenuation: 30, Seconds: -300})...)}, Want: "low", Minutes: 10, Low: 1},
		{Comment: "a value below one shortens the time", Windows: []gaen.Window{seen(1, self, 1, scans(4, 30, 300)...)}, Want: "low", Minutes: 10, Low: 1},
		{Comment: "a value with three places is kept in full", Windows: []gaen.Window{seen(1, test, 2, scans(2, 30, 300)...)}, Want: "low", Minutes: 11.3, Low: 1},
		{Comment: "the level of a filter is dropped", Windows: []gaen.Window{seen(1, recursive, 1, scans(9, 30, 300)...)}},
		{Comment: "a level without a value is worth nothing", Windows: []gaen.Window{seen(1, clinical, 2, scans(9, 30, 300)...)}},
		{Comment: "a revoked report is ignored, and counted", Windows: []gaen.Window{seen(1, 5, 1, scans(9, 30, 300)...)}, Ignored: 1},
		{Comment: "an unknown report type is ignored, and counted", Windows: []gaen.Window{seen(1, 0, 1, scans(9, 30, 300)...)}, Ignored: 1},
		{Comment: "no infectiousness is ignored, and counted", Windows: []gaen.Window{seen(1, test, 0, scans(9, 30, 300)...)}, Ignored: 1},
		{Comment: "a window without scans is nothing", Windows: []gaen.Window{seen(1, test, 1)}},
		{Comment: "less than a minute is dropped by the filter on minutes", Windows: []gaen.Window{seen(1, test, 1, scans(2, 30, 300)...), {Date: ago(1), ReportType: test, Infectiousness: 1, Calibration: 2, Scans: scans(1, 30, 59)}}, Want: "low", Minutes: 10, Low: 1},
	}
	c := parse(t, config)
	for _, v := range vectors {
		t.Run(v.Comment, func(t *testing.T) {
			a, err := c.Assess(v.Windows)
			if err != nil {
				t.Fatal(err)
			}
			var d exposure.Day
			if len(a.Days) > 0 && a.Days[0].Date == ago(1) {
				d = a.Days[0]
			}
			if d.Risk != v.Want || d.Minutes != v.Minutes || d.Low != v.Low || d.High != v.High || a.Ignored != v.Ignored {
				t.Errorf("got %+v, %d ignored, want %q, %v minutes, %d low, %d high, %d ignored", d, a.Ignored, v.Want, v.Minutes, v.Low, v.High, v.Ignored)
			}
		})
	}
}

// One number of the configuration changed changes the answer: it is data.
func TestConfigurationDecides(t *testing.T) {
	windows := []gaen.Window{seen(1, test, 1, scans(2, 30, 300)...)}
	for from, to := range map[string]string{
		`"min": 10, "max": 20, "maxExclusive": true}, "riskLevel": 1`: `"min": 11, "max": 20, "maxExclusive": true}, "riskLevel": 1`,
		`"weight": 1}`: `"weight": 0.9}`,
		`"transmissionRiskLevel": 7, "transmissionRiskValue": 1`: `"transmissionRiskLevel": 7, "transmissionRiskValue": 0.9`,
		`"reportTypeOffsetConfirmedTest": 6`:                     `"reportTypeOffsetConfirmedTest": 9`,
	} {
		changed := strings.Replace(config, from, to, 1)
		if changed == config {
			t.Fatalf("%s is not in the configuration", from)
		}
		for s, want := range map[string]int{config: 1, changed: 0} {
			c := parse(t, s)
			if a, err := c.Assess(windows); err != nil || len(a.Days) != want {
				t.Errorf("%s: %d days, %v, want %d", to, len(a.Days), err, want)
			}
		}
	}
}

// The order of windows and of scans never matters, down to the last digit.
func TestOrder(t *testing.T) {
	c := parse(t, config)
	rnd := rand.New(rand.NewPCG(1, 2))
	var windows []gaen.Window
	for range 300 {
		w := gaen.Window{Date: ago(rnd.IntN(14)), ReportType: gaen.ReportType(rnd.IntN(6)), Infectiousness: gaen.Infectiousness(rnd.IntN(3)), Calibration: rnd.IntN(4)}
		for range rnd.IntN(6) {
			w.Scans = append(w.Scans, gaen.Scan{MinAttenuation: rnd.IntN(90), Seconds: rnd.IntN(320) - 10})
		}
		windows = append(windows, w)
	}
	want, err := c.Assess(windows)
	if err != nil || len(want.Days) < 10 {
		t.Fatalf("%d days, %v", len(want.Days), err)
	}
	for range 50 {
		rnd.Shuffle(len(windows), func(i, j int) { windows[i], windows[j] = windows[j], windows[i] })
		for _, w := range windows {
			rnd.Shuffle(len(w.Scans), func(i, j int) { w.Scans[i], w.Scans[j] = w.Scans[j], w.Scans[i] })
		}
		if got, err := c.Assess(windows); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, %v, want %+v", got, err, want)
		}
	}
}

// The zero configuration finds nothing safe: it is refused.
func TestZeroConfig(t *testing.T) {
	var c gaen.Config
	if _, err := c.Assess(nil); !errors.Is(err, gaen.ErrConfig) {
		t.Errorf("got %v", err)
	}
}

// A configuration with a mistake is refused, whole.
func TestBadConfig(t *testing.T) {
	vectors := []struct{ Comment, From, To string }{
		{"an unknown member may be a parameter", `"trlFilters"`, `"newFilters": [], "trlFilters"`},
		{"a member stands twice", `"trlFilters"`, `"TRLFilters": [], "trlFilters"`},
		{"null is no list", `"trlFilters": [{"dropIfTrlInRange": {"min": 1, "max": 1}}]`, `"trlFilters": null`},
		{"a negative weight", `"weight": 0.5`, `"weight": -0.5`},
		{"a weight with an exponent", `"weight": 0.5`, `"weight": 5e-1`},
		{"four places", `"weight": 0.5`, `"weight": 0.5001`},
		{"a weight that would overflow", `"weight": 0.5`, `"weight": 101`},
		{"a threshold beyond all", `9999}`, `1000001}`},
		{"a level of three", `"riskLevel": 2`, `"riskLevel": 3`},
		{"a range that ends before it begins", `"min": 60, "max": 70`, `"min": 70, "max": 60`},
		{"a value given twice", `"transmissionRiskLevel": 5`, `"transmissionRiskLevel": 3`},
		{"a negative offset", `"reportTypeOffsetRecursive": 0`, `"reportTypeOffsetRecursive": -1`},
		{"a text for a number", `"weight": 0.5`, `"weight": "0.5"`},
		{"something after the object", `1.125}]}`, `1.125}]} {}`},
		{"no weights", `"minutesAtAttenuationWeights"`, `"minutesAtAttenuationweight"`},
	}
	for _, v := range vectors {
		t.Run(v.Comment, func(t *testing.T) {
			s := strings.Replace(config, v.From, v.To, 1)
			if s == config {
				t.Fatal("nothing was changed")
			}
			if _, err := gaen.ParseConfig([]byte(s)); !errors.Is(err, gaen.ErrConfig) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := gaen.ParseConfig([]byte(config + strings.Repeat(" ", gaen.MaxConfig))); !errors.Is(err, gaen.ErrConfig) {
		t.Errorf("a configuration that is too long: got %v", err)
	}
}

// A window that cannot be one is refused, and so are too many.
func TestBadWindow(t *testing.T) {
	c := parse(t, config)
	for comment, w := range map[string][]gaen.Window{
		"no date":              {{ReportType: 1, Infectiousness: 1}},
		"a month for a date":   {{Date: cert.Date{Year: 2021, Month: 7}, ReportType: 1, Infectiousness: 1}},
		"a scan of two hours":  {seen(1, test, 1, gaen.Scan{Seconds: 7200})},
		"scans without number": {seen(1, test, 1, scans(gaen.MaxScans, 30, 1)...)},
	} {
		if _, err := c.Assess(w); !errors.Is(err, gaen.ErrWindow) {
			t.Errorf("%s: got %v", comment, err)
		}
	}
	if _, err := c.Assess([]gaen.Window{seen(1, test, 1, scans(gaen.MaxScans-1, 30, gaen.MaxSeconds)...)}); err != nil {
		t.Errorf("the longest allowed: %v", err)
	}
}

// The heaviest input under the heaviest configuration does not overflow.
func TestNoOverflow(t *testing.T) {
	c := parse(t, strings.NewReplacer(`"weight": 1}`, `"weight": 100}`, `"transmissionRiskValue": 1}, {"transmissionRiskLevel": 8`, `"transmissionRiskValue": 100}, {"transmissionRiskLevel": 8`,
		`9999}`, `1000000}`).Replace(config))
	a, err := c.Assess([]gaen.Window{seen(1, test, 1, scans(gaen.MaxScans-1, 30, gaen.MaxSeconds)...)})
	if err != nil || len(a.Days) != 0 {
		t.Errorf("got %+v, %v: more minutes than any range has are in none", a, err)
	}
}

type publicFile struct {
	Config json.RawMessage `json:"defaultRiskCalculationConfiguration"`
	Cases  []struct {
		Description string
		Windows     []struct {
			Age            int `json:"ageInDays"`
			ReportType     int
			Infectiousness int
			Calibration    int `json:"calibrationConfidence"`
			Scans          []struct {
				MinAttenuation       int
				SecondsSinceLastScan int
			} `json:"scanInstances"`
		} `json:"exposureWindows"`
		Total    int  `json:"expTotalRiskLevel"`
		LowAge   *int `json:"expAgeOfMostRecentDateWithLowRisk"`
		HighAge  *int `json:"expAgeOfMostRecentDateWithHighRisk"`
		LowDays  int  `json:"expNumberOfDaysWithLowRisk"`
		HighDays int  `json:"expNumberOfDaysWithHighRisk"`
		LowEnc   int  `json:"expTotalMinimumDistinctEncountersWithLowRisk"`
		HighEnc  int  `json:"expTotalMinimumDistinctEncountersWithHighRisk"`
	} `json:"testCases"`
}

// The public cases of the German app come out as published, in every number.
func TestPublicCases(t *testing.T) {
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	b, err := os.ReadFile(filepath.Join(dir, "exposure/risk-cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var f publicFile
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Cases) != 14 {
		t.Fatalf("%d cases, want 14", len(f.Cases))
	}
	c := parse(t, string(f.Config))
	for _, v := range f.Cases {
		t.Run(v.Description, func(t *testing.T) {
			var windows []gaen.Window
			for _, w := range v.Windows {
				one := gaen.Window{Date: ago(w.Age), ReportType: gaen.ReportType(w.ReportType), Infectiousness: gaen.Infectiousness(w.Infectiousness), Calibration: w.Calibration}
				for _, s := range w.Scans {
					one.Scans = append(one.Scans, gaen.Scan{MinAttenuation: s.MinAttenuation, Seconds: s.SecondsSinceLastScan})
				}
				windows = append(windows, one)
			}
			a, err := c.Assess(windows)
			if err != nil {
				t.Fatal(err)
			}
			if want := [...]exposure.Risk{1: exposure.Low, 2: exposure.High}[v.Total]; a.Overall() != want {
				t.Errorf("overall %q, want %q", a.Overall(), want)
			}
			date := func(age *int) cert.Date {
				if age == nil {
					return cert.Date{}
				}
				return ago(*age)
			}
			if got, want := a.MostRecent(exposure.Low), date(v.LowAge); got != want {
				t.Errorf("most recent low %q, want %q", got, want)
			}
			if got, want := a.MostRecent(exposure.High), date(v.HighAge); got != want {
				t.Errorf("most recent high %q, want %q", got, want)
			}
			got := [4]int{a.Count(exposure.Low), a.Count(exposure.High), a.Encounters(exposure.Low), a.Encounters(exposure.High)}
			if want := [4]int{v.LowDays, v.HighDays, v.LowEnc, v.HighEnc}; got != want {
				t.Errorf("days and encounters %v, want %v", got, want)
			}
		})
	}
}

// What parses re-encodes to what parses to the same.
func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(config))
	f.Add([]byte(`{"trlEncoding":{}}`))
	f.Add([]byte(`[[[[[[[[[[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := gaen.ParseConfig(data)
		if err != nil {
			return
		}
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := gaen.ParseConfig(b)
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		b2, _ := json.Marshal(again)
		if string(b2) != string(b) {
			t.Errorf("%s\nbecame %s", b, b2)
		}
		if _, err := c.Assess([]gaen.Window{seen(1, test, 1, scans(9, 65, 300)...)}); err != nil {
			t.Error(err)
		}
	})
}

// A fortnight of a busy person: 280 windows of 6 scans.
func BenchmarkAssess(b *testing.B) {
	c := parse(b, config)
	var windows []gaen.Window
	for i := range 280 {
		windows = append(windows, seen(i%14, test, 1, scans(6, 40+i%40, 300)...))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Assess(windows); err != nil {
			b.Fatal(err)
		}
	}
}
