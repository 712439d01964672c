package gaen

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// exposureFile is what Japan's server published for its app, as far as it is
// used. What is for another version of the service, or for iPhones alone, has a
// name here and is not looked at.
type exposureFile struct {
	Mapping   *mappingPart    `json:"google_diagnosis_keys_data_mapping_config"`
	Summaries *summariesPart  `json:"google_daily_summaries_config"`
	GoogleV1  json.RawMessage `json:"google_exposure_config"`
	AppleV1   json.RawMessage `json:"apple_exposure_config_v1"`
	AppleV2   json.RawMessage `json:"apple_exposure_config_v2"`
}

type mappingPart struct {
	Otherwise *Infectiousness           `json:"infectiousness_when_days_since_onset_missing"`
	Report    ReportType                `json:"report_type_when_missing"`
	ByOnset   map[string]Infectiousness `json:"infectiousness_for_days_since_onset_of_symptoms"`
}

type summariesPart struct {
	Thresholds     []int     `json:"attenuation_bucket_threshold_db"`
	Weights        []Decimal `json:"attenuation_bucket_weights"`
	Days           int       `json:"days_since_exposure_threshold"`
	Infectiousness struct {
		High     *Decimal `json:"High"`
		Standard *Decimal `json:"Standard"`
	} `json:"infectiousness_weights"`
	Least   Decimal `json:"minimum_window_score"`
	Reports struct {
		Clinical   *Decimal `json:"ConfirmedClinicalDiagnosis"`
		Test       *Decimal `json:"ConfirmedTest"`
		SelfReport *Decimal `json:"SelfReport"`
		Recursive  *Decimal `json:"Recursive"`
	} `json:"report_type_weights"`
}

type alertFile struct {
	Version          int        `json:"format_version"`
	ScoreSum         *Condition `json:"DailySummary_DaySummary_ScoreSum"`
	Average          *Condition `json:"DailySummary_DaySummary_WeightedDurationAverage"`
	Seconds          *Condition `json:"ExposureWindow_ScanInstance_SecondsSinceLastScanSum"`
	MostAttenuation  *Condition `json:"ExposureWindow_ScanInstance_TypicalAttenuationDb_Max"`
	LeastAttenuation *Condition `json:"ExposureWindow_ScanInstance_TypicalAttenuationDb_Min"`
}

// ParseSummaries reads a configuration from the two files in JSON of Japan's
// server: the exposure configuration, and the conditions of an alert. Unknown,
// repeated and missing members are refused; so is a number of days after which
// windows are forgotten, for the answer here does not depend on the day on which
// it is asked.
func ParseSummaries(exposure, alert []byte) (Mapping, Summaries, error) {
	var e exposureFile
	var a alertFile
	for _, f := range []struct {
		data []byte
		to   any
	}{{exposure, &e}, {alert, &a}} {
		if err := parseStrictly(f.data, f.to); err != nil {
			return Mapping{}, Summaries{}, err
		}
	}
	if e.Mapping == nil || e.Summaries == nil {
		return Mapping{}, Summaries{}, fmt.Errorf("%w: the mapping or the daily summaries are missing", ErrConfig)
	}
	m, err := e.Mapping.mapping()
	if err != nil {
		return Mapping{}, Summaries{}, err
	}
	s, err := e.Summaries.summaries(&a)
	if err != nil {
		return Mapping{}, Summaries{}, err
	}
	return m, s, nil
}

// ParseMapping reads a mapping by itself: the part of Japan's configuration.
func ParseMapping(data []byte) (Mapping, error) {
	var p mappingPart
	if err := parseStrictly(data, &p); err != nil {
		return Mapping{}, err
	}
	return p.mapping()
}

func (p *mappingPart) mapping() (Mapping, error) {
	bad := fmt.Errorf("%w: the mapping of the onset of symptoms has not all days from -14 to 14, or a level that there is not", ErrConfig)
	m := Mapping{Report: p.Report}
	if p.Otherwise == nil || len(p.ByOnset) != len(m.ByOnset) || p.Report < UnknownReport || p.Report > Revoked {
		return Mapping{}, bad
	}
	m.Otherwise = *p.Otherwise
	for i := range m.ByOnset {
		level, ok := p.ByOnset[strconv.Itoa(i-maxOnset)]
		if !ok {
			return Mapping{}, bad
		}
		m.ByOnset[i] = level
	}
	for _, level := range append(m.ByOnset[:], m.Otherwise) {
		if level < 0 || level > HighInfectious {
			return Mapping{}, bad
		}
	}
	return m, nil
}

func (p *summariesPart) summaries(a *alertFile) (Summaries, error) {
	s := Summaries{Thresholds: p.Thresholds, Weights: p.Weights, Least: p.Least}
	for _, w := range []struct{ to, from *Decimal }{{&s.Standard, p.Infectiousness.Standard}, {&s.High, p.Infectiousness.High}, {&s.ConfirmedTest, p.Reports.Test},
		{&s.Clinical, p.Reports.Clinical}, {&s.SelfReport, p.Reports.SelfReport}, {&s.Recursive, p.Reports.Recursive}} {
		if w.from == nil {
			return Summaries{}, fmt.Errorf("%w: a weight is missing", ErrConfig)
		}
		*w.to = *w.from
	}
	for _, c := range []struct{ to, from *Condition }{{&s.Alert.ScoreSum, a.ScoreSum}, {&s.Alert.Average, a.Average}, {&s.Alert.Seconds, a.Seconds},
		{&s.Alert.MostAttenuation, a.MostAttenuation}, {&s.Alert.LeastAttenuation, a.LeastAttenuation}} {
		if c.from == nil {
			return Summaries{}, fmt.Errorf("%w: a condition is missing", ErrConfig)
		}
		*c.to = *c.from
	}
	switch {
	case a.Version != 1:
		return Summaries{}, fmt.Errorf("%w: the conditions are of another version than 1", ErrConfig)
	case p.Days != 0:
		return Summaries{}, fmt.Errorf("%w: days_since_exposure_threshold is not 0", ErrConfig)
	}
	return s, s.check()
}
