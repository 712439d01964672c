package gaen_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/exposure/gaen"
)

func ago2() cert.Date { return cert.DateOf((day - 288).Time()) }

// near is a scan of the second bucket of Japan's configuration.
func near(seconds int) gaen.Scan { return scan(50, 60, seconds) }

func window(r gaen.ReportType, i gaen.Infectiousness, scans ...gaen.Scan) gaen.Window {
	return gaen.Window{Date: ago2(), ReportType: r, Infectiousness: i, Scans: scans}
}

func repeat(n int, s gaen.Scan) []gaen.Scan {
	out := make([]gaen.Scan, n)
	for i := range out {
		out[i] = s
	}
	return out
}

// Japan's configuration alerts where it did: from a score of 1350 and fifteen
// minutes on, both.
func TestJapan(t *testing.T) {
	const high = gaen.HighInfectious
	vectors := []struct {
		Comment string
		Windows []gaen.Window
		Want    exposure.Risk
		Minutes float64
		Ignored int
	}{
		{"fifteen minutes, near: 2250", []gaen.Window{window(test, high, repeat(3, near(300))...)}, "high", 37.5, 0},
		{"fourteen minutes, near: enough score, too short", []gaen.Window{window(test, high, near(300), near(300), near(240))}, "low", 35, 0},
		{"fifteen minutes at up to 46 dB: 900", []gaen.Window{window(test, high, repeat(3, scan(40, 46, 300))...)}, "low", 15, 0},
		{"22 and a half at up to 46 dB: 1350", []gaen.Window{window(test, high, append(repeat(4, scan(40, 46, 300)), scan(40, 46, 150))...)}, "high", 22.5, 0},
		{"a second less", []gaen.Window{window(test, high, append(repeat(4, scan(40, 46, 300)), scan(40, 46, 149))...)}, "low", 22.5, 0},
		{"47 dB is near", []gaen.Window{window(test, high, repeat(3, scan(40, 47, 300))...)}, "high", 37.5, 0},
		{"61 dB is medium: 1170", []gaen.Window{window(test, high, repeat(3, scan(40, 61, 300))...)}, "low", 19.5, 0},
		{"65 dB is medium: 1560 in twenty minutes", []gaen.Window{window(test, high, repeat(4, scan(40, 65, 300))...)}, "high", 26, 0},
		{"66 dB hardly counts: an hour is 36", []gaen.Window{window(test, high, repeat(12, scan(40, 66, 300))...)}, "low", 0.6, 0},
		{"the mean attenuation counts, not the least", []gaen.Window{window(test, high, repeat(3, scan(1, 90, 300))...)}, "low", 0.2, 0},
		{"two windows of a day add up", []gaen.Window{window(test, high, repeat(2, near(300))...), window(self, gaen.Standard, near(300))}, "high", 37.5, 0},
		{"far seconds count as seconds", []gaen.Window{window(test, high, near(300), near(240)), window(test, high, repeat(2, scan(90, 90, 180))...)}, "high", 22.6, 0},
		{"a negative time counts as none", []gaen.Window{window(test, high, near(300), near(300), near(300), near(-300))}, "high", 37.5, 0},
		{"nobody infectious is ignored", []gaen.Window{window(test, 0, repeat(9, near(300))...)}, "", 0, 1},
		{"revoked and unknown are ignored", []gaen.Window{window(gaen.Revoked, high, near(300)), window(0, high, near(300))}, "", 0, 2},
		{"a window without scans", []gaen.Window{window(test, high)}, "", 0, 0},
	}
	_, rule := gaen.Japan()
	for _, v := range vectors {
		a, err := rule.Assess(v.Windows)
		if err != nil {
			t.Fatal(err)
		}
		var d exposure.Day
		if len(a.Days) == 1 && a.Days[0].Date == ago2() {
			d = a.Days[0]
		}
		if d.Risk != v.Want || d.Minutes != v.Minutes || a.Ignored != v.Ignored || len(a.Days) != min(len(v.Want), 1) {
			t.Errorf("%s: got %+v, %d ignored, want %q, %v minutes, %d ignored", v.Comment, a.Days, a.Ignored, v.Want, v.Minutes, v.Ignored)
		}
	}
}

// Japan's mapping makes people infectious from three days before the onset to ten after.
func TestJapanMapping(t *testing.T) {
	m, _ := gaen.Japan()
	for i, level := range m.ByOnset {
		want := gaen.Infectiousness(0)
		if onset := i - 14; onset >= -3 && onset <= 10 {
			want = gaen.HighInfectious
		}
		if level != want {
			t.Errorf("onset %d: got %d, want %d", i-14, level, want)
		}
	}
	if m.Otherwise != gaen.HighInfectious || m.Report != gaen.ConfirmedTest {
		t.Errorf("got %d, %d", m.Otherwise, m.Report)
	}
}

// Germany's configuration here is the one of its public cases.
func TestGermanyIsThePublicOne(t *testing.T) {
	var f publicFile
	if err := json.Unmarshal(public(t, "risk-cases.json"), &f); err != nil {
		t.Fatal(err)
	}
	want := parse(t, string(f.Config))
	mapping, got := gaen.Germany()
	want.MinutesFilters, want.LevelFilters = nil, nil // both are empty lists there
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if mapping.ByOnset[15] != gaen.Standard || mapping.ByOnset[16] != gaen.HighInfectious || mapping.ByOnset[14] != 0 || mapping.Otherwise != 0 {
		t.Errorf("mapping %+v", mapping)
	}
}

// Both forms are rules, and find what they should in the same windows.
func TestRules(t *testing.T) {
	_, germany := gaen.Germany()
	_, japan := gaen.Japan()
	windows := []gaen.Window{window(test, gaen.HighInfectious, repeat(5, scan(50, 55, 300))...)}
	for name, rule := range map[string]gaen.Rule{"Germany": &germany, "Japan": &japan} {
		if a, err := rule.Assess(windows); err != nil || a.Count(exposure.High) != 1 {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
}

const exposureJSON = `{"google_diagnosis_keys_data_mapping_config": {"infectiousness_when_days_since_onset_missing": 1, "report_type_when_missing": 1,
 "infectiousness_for_days_since_onset_of_symptoms": {"-14":0,"-13":0,"-12":0,"-11":0,"-10":0,"-9":0,"-8":0,"-7":0,"-6":0,"-5":0,"-4":0,"-3":0,"-2":1,"-1":1,"0":2,
  "1":2,"2":2,"3":2,"4":2,"5":1,"6":1,"7":1,"8":1,"9":1,"10":1,"11":0,"12":0,"13":0,"14":0}},
 "google_daily_summaries_config": {"attenuation_bucket_threshold_db": [50, 60, 70], "attenuation_bucket_weights": [2.0, 1, 0.5, 0],
  "days_since_exposure_threshold": 0, "infectiousness_weights": {"High": 2, "Standard": 1}, "minimum_window_score": 300.0,
  "report_type_weights": {"ConfirmedClinicalDiagnosis": 0.5, "ConfirmedTest": 1.0, "SelfReport": 0, "Recursive": 0}},
 "apple_exposure_config_v1": {"minimum_risk_score": 21}}`

const alertJSON = `{"format_version": 1, "DailySummary_DaySummary_ScoreSum": {"op": ">=", "value": 900.0},
 "DailySummary_DaySummary_WeightedDurationAverage": {"op": "NOP", "value": 0.0},
 "ExposureWindow_ScanInstance_SecondsSinceLastScanSum": {"op": "NOP", "value": 0.0},
 "ExposureWindow_ScanInstance_TypicalAttenuationDb_Max": {"op": "NOP", "value": 0.0},
 "ExposureWindow_ScanInstance_TypicalAttenuationDb_Min": {"op": "NOP", "value": 0.0}}`

// Every number of the form does what it says.
func TestSummaries(t *testing.T) {
	average, seconds, most, least := `WeightedDurationAverage": {"op": "NOP", "value": 0.0`, `SecondsSinceLastScanSum": {"op": "NOP", "value": 0.0`, `Db_Max": {"op": "NOP", "value": 0.0`, `Db_Min": {"op": "NOP", "value": 0.0`
	set := func(part, op, value string) [2]string {
		return [2]string{part, strings.Replace(part, `"NOP", "value": 0.0`, `"`+op+`", "value": `+value, 1)}
	}
	fifteen := []gaen.Window{window(test, gaen.Standard, repeat(3, scan(40, 55, 300))...)} // a score of 900, 1 a second
	vectors := []struct {
		Comment string
		Windows []gaen.Window
		Alert   [2]string
		Want    exposure.Risk
	}{
		{"a score of 900", fifteen, [2]string{}, "high"},
		{"of a diagnosis, half of it", []gaen.Window{window(clinical, gaen.Standard, repeat(3, scan(40, 55, 300))...)}, [2]string{}, "low"},
		{"of a diagnosis of somebody very infectious", []gaen.Window{window(clinical, gaen.HighInfectious, repeat(3, scan(40, 55, 300))...)}, [2]string{}, "high"},
		{"self reports weigh nothing", []gaen.Window{window(self, gaen.Standard, repeat(9, scan(40, 55, 300))...)}, [2]string{}, ""},
		{"windows below the least score do not count", []gaen.Window{window(test, gaen.Standard, scan(40, 55, 299)), window(test, gaen.Standard, scan(40, 55, 299)), window(test, gaen.Standard, scan(40, 55, 299)), window(test, gaen.Standard, scan(40, 55, 299))}, [2]string{}, ""},
		{"but a window at it does", []gaen.Window{window(test, gaen.Standard, scan(40, 55, 300))}, [2]string{}, "low"},
		{"a mean weight of 1 is more than 0.999", fifteen, set(average, ">", "0.999"), "high"},
		{"and not more than 1", fifteen, set(average, ">", "1"), "low"},
		{"exactly 1", fifteen, set(average, "==", "1.0"), "high"},
		{"less than 1.001", fifteen, set(average, "<", "1.001"), "high"},
		{"at most 0.999", fifteen, set(average, "<=", "0.999"), "low"},
		{"at least 900 seconds", fifteen, set(seconds, ">=", "900"), "high"},
		{"more than 900 seconds", fifteen, set(seconds, ">", "900"), "low"},
		{"never beyond 55 dB", fifteen, set(most, "<=", "55"), "high"},
		{"never as far as 55 dB", fifteen, set(most, "<", "55"), "low"},
		{"once nearer than 56 dB", fifteen, set(least, "<", "56"), "high"},
		{"once nearer than 55 dB", fifteen, set(least, "<", "55"), "low"},
		{"no condition is no alert", fifteen, [2]string{`">=", "value": 900`, `"NOP", "value": 900`}, "low"},
	}
	for _, v := range vectors {
		alert := strings.Replace(alertJSON, v.Alert[0], v.Alert[1], 1)
		if v.Alert[0] != "" && alert == alertJSON {
			t.Fatalf("%s: nothing was changed", v.Comment)
		}
		_, rule, err := gaen.ParseSummaries([]byte(exposureJSON), []byte(alert))
		if err != nil {
			t.Errorf("%s: %v", v.Comment, err)
			continue
		}
		a, err := rule.Assess(v.Windows)
		if err != nil {
			t.Fatal(err)
		}
		var got exposure.Risk
		if len(a.Days) == 1 {
			got = a.Days[0].Risk
		}
		if got != v.Want {
			t.Errorf("%s: got %q, want %q", v.Comment, got, v.Want)
		}
	}
}

// A configuration with a mistake is refused, whole.
func TestBadSummaries(t *testing.T) {
	vectors := []struct{ Comment, From, To string }{
		{"two thresholds", `[50, 60, 70]`, `[50, 60]`},
		{"thresholds that fall", `[50, 60, 70]`, `[50, 70, 60]`},
		{"a threshold beyond a byte", `[50, 60, 70]`, `[50, 60, 256]`},
		{"a negative threshold", `[50, 60, 70]`, `[-1, 60, 70]`},
		{"three weights", `[2.0, 1, 0.5, 0]`, `[2.0, 1, 0.5]`},
		{"a weight beyond 2.5", `[2.0, 1, 0.5, 0]`, `[2.501, 1, 0.5, 0]`},
		{"a negative weight", `[2.0, 1, 0.5, 0]`, `[2.0, 1, 0.5, -1]`},
		{"a weight with four places", `[2.0, 1, 0.5, 0]`, `[2.0, 1, 0.5, 0.0001]`},
		{"days after which windows are forgotten", `"days_since_exposure_threshold": 0`, `"days_since_exposure_threshold": 10`},
		{"no weight of the infectiousness", `"High": 2, `, ``},
		{"no weight of a report", `, "Recursive": 0`, ``},
		{"an unknown weight", `"Recursive": 0`, `"Recursive": 0, "Revoked": 1`},
		{"a day missing", `"13":0,`, ``},
		{"a day too many", `"14":0`, `"14":0,"15":0`},
		{"a day written otherwise", `"13":0`, `"+13":0`},
		{"a level of three", `"14":0`, `"14":3`},
		{"a level below none", `"14":0`, `"14":-1`},
		{"no level otherwise", `"infectiousness_when_days_since_onset_missing": 1, `, ``},
		{"a report that there is not", `"report_type_when_missing": 1`, `"report_type_when_missing": 6`},
		{"a section that is not known", `"apple_exposure_config_v1"`, `"apple_exposure_config_v3"`},
		{"no summaries", `"google_daily_summaries_config"`, `"google_exposure_config"`},
		{"a section twice", `"apple_exposure_config_v1": {`, `"apple_exposure_config_v1": {}, "apple_exposure_config_v1": {`},
		{"a version that is not known", `"format_version": 1`, `"format_version": 2`},
		{"a comparison that there is not", `">="`, `"~"`},
		{"no comparison", `"op": ">=", `, `"op": "!=", `},
		{"a condition missing", `"DailySummary_DaySummary_ScoreSum": {"op": ">=", "value": 900.0},`, ``},
		{"a number in quotes", `"value": 900.0`, `"value": "900.0"`},
	}
	for _, v := range vectors {
		a, b := strings.Replace(exposureJSON, v.From, v.To, 1), strings.Replace(alertJSON, v.From, v.To, 1)
		if a == exposureJSON && b == alertJSON {
			t.Errorf("%s: nothing was changed", v.Comment)
		}
		if _, s, err := gaen.ParseSummaries([]byte(a), []byte(b)); !errors.Is(err, gaen.ErrConfig) || !reflect.DeepEqual(s, gaen.Summaries{}) {
			t.Errorf("%s: got %v", v.Comment, err)
		}
	}
	var zero gaen.Summaries
	if _, err := zero.Assess(nil); !errors.Is(err, gaen.ErrConfig) {
		t.Errorf("the zero configuration: %v", err)
	}
	_, s := gaen.Japan()
	for comment, w := range map[string][]gaen.Window{"no date": {{ReportType: 1, Infectiousness: 1}}, "too many": {window(test, 1, repeat(gaen.MaxScans, near(1))...)}} {
		if _, err := s.Assess(w); !errors.Is(err, gaen.ErrWindow) {
			t.Errorf("%s: %v", comment, err)
		}
	}
}

// The heaviest input under the heaviest configuration does not overflow.
func TestSummariesDoNotOverflow(t *testing.T) {
	s := gaen.Summaries{Thresholds: []int{1, 2, 3}, Weights: []gaen.Decimal{2500, 2500, 2500, 2500}, Standard: 2500, High: 2500, ConfirmedTest: 2500,
		Alert: gaen.Alert{ScoreSum: gaen.Condition{Op: gaen.Greater, Value: 1_000_000_000}, Average: gaen.Condition{Op: gaen.Equal, Value: 2500}}}
	a, err := s.Assess([]gaen.Window{window(test, 2, repeat(gaen.MaxScans-1, scan(0, 99, gaen.MaxSeconds))...)})
	if want := 9999 * 60 * 15.625; err != nil || len(a.Days) != 1 || a.Days[0].Minutes != want || a.Days[0].Risk != exposure.High {
		t.Errorf("got %+v, %v, want %v minutes", a, err, want)
	}
}

// Whatever is read is a rule that answers.
func FuzzParseSummaries(f *testing.F) {
	f.Add([]byte(exposureJSON), []byte(alertJSON))
	f.Add([]byte(`{}`), []byte(`{}`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		_, s, err := gaen.ParseSummaries(a, b)
		if err != nil {
			return
		}
		if _, err := s.Assess([]gaen.Window{window(test, 1, scan(1, 2, 300))}); err != nil {
			t.Error(err)
		}
	})
}
