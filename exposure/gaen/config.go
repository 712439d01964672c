package gaen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/pratique/pratique/exposure"
)

// Config says how windows become risks. Read one with [ParseConfig]; the zero
// Config finds no risk in anything, and [Config.Assess] refuses it.
//
//	config = { minutesAtAttenuationFilters?: [ { attenuationRange: range, dropIfMinutesInRange: range } ],
//	           trlFilters?: [ { dropIfTrlInRange: range } ],
//	           minutesAtAttenuationWeights: [ { attenuationRange: range, weight: decimal } ],
//	           normalizedTimePerEWToRiskLevelMapping: [ { normalizedTimeRange: range, riskLevel: 1 | 2 } ],
//	           normalizedTimePerDayToRiskLevelMapping: [ { normalizedTimeRange: range, riskLevel: 1 | 2 } ],
//	           trlEncoding: { infectiousnessOffsetStandard, infectiousnessOffsetHigh,
//	                          reportTypeOffsetRecursive, reportTypeOffsetSelfReport,
//	                          reportTypeOffsetConfirmedClinicalDiagnosis, reportTypeOffsetConfirmedTest },
//	           transmissionRiskValueMapping: [ { transmissionRiskLevel: integer, transmissionRiskValue: decimal } ] }
//	range   = { min: decimal, max: decimal, minExclusive?: boolean, maxExclusive?: boolean }
//	decimal = digits [ "." 1*3 digit ], at most 1000000, weights and values at most 100
//
// A risk level of 1 is low, 2 is high.
type Config struct {
	MinutesFilters []MinutesFilter `json:"minutesAtAttenuationFilters,omitempty"`
	LevelFilters   []LevelFilter   `json:"trlFilters,omitempty"`
	Weights        []Weight        `json:"minutesAtAttenuationWeights"`
	PerWindow      []Level         `json:"normalizedTimePerEWToRiskLevelMapping"`
	PerDay         []Level         `json:"normalizedTimePerDayToRiskLevelMapping"`
	Encoding       Encoding        `json:"trlEncoding"`
	Values         []Value         `json:"transmissionRiskValueMapping"`
}

// MinutesFilter drops windows with these minutes at these attenuations.
type MinutesFilter struct {
	Attenuation Range `json:"attenuationRange"`
	Drop        Range `json:"dropIfMinutesInRange"`
}

// LevelFilter drops windows with these transmission risk levels.
type LevelFilter struct {
	Drop Range `json:"dropIfTrlInRange"`
}

// Weight is what a minute at these attenuations counts.
type Weight struct {
	Attenuation Range   `json:"attenuationRange"`
	Weight      Decimal `json:"weight"`
}

// Level maps normalized times, in minutes, to a risk.
type Level struct {
	Time  Range `json:"normalizedTimeRange"`
	Level int   `json:"riskLevel"` // 1 low, 2 high
}

// Encoding has the offsets that add up to a transmission risk level.
type Encoding struct {
	Standard          int `json:"infectiousnessOffsetStandard"`
	High              int `json:"infectiousnessOffsetHigh"`
	Recursive         int `json:"reportTypeOffsetRecursive"`
	SelfReport        int `json:"reportTypeOffsetSelfReport"`
	ClinicalDiagnosis int `json:"reportTypeOffsetConfirmedClinicalDiagnosis"`
	ConfirmedTest     int `json:"reportTypeOffsetConfirmedTest"`
}

// Value is what a transmission risk level is worth.
type Value struct {
	Level int     `json:"transmissionRiskLevel"`
	Value Decimal `json:"transmissionRiskValue"`
}

// Range is a range of numbers. Both ends belong to it but where it says otherwise.
type Range struct {
	Min          Decimal `json:"min"`
	Max          Decimal `json:"max"`
	MinExclusive bool    `json:"minExclusive,omitempty"`
	MaxExclusive bool    `json:"maxExclusive,omitempty"`
}

// Decimal is a number in thousandths.
type Decimal int64

// UnmarshalJSON implements [json.Unmarshaler]: digits, with at most three after
// a point, no sign and no exponent.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	whole, part, dot := strings.Cut(string(b), ".")
	if dot && part == "" || whole == "" || len(whole) > 7 || len(part) > 3 {
		return fmt.Errorf("%w: a number is no decimal of at most three places", ErrConfig)
	}
	n := Decimal(0)
	for _, c := range whole + (part + "000")[:3] {
		if c < '0' || c > '9' {
			return fmt.Errorf("%w: a number is no decimal of at most three places", ErrConfig)
		}
		n = n*10 + Decimal(c-'0')
	}
	if n > maxMilli {
		return fmt.Errorf("%w: a number exceeds %d", ErrConfig, maxMilli/milli)
	}
	*d = n
	return nil
}

// MarshalJSON is the inverse of UnmarshalJSON.
func (d Decimal) MarshalJSON() ([]byte, error) {
	s := fmt.Sprintf("%d.%03d", d/milli, d%milli)
	return []byte(strings.TrimSuffix(strings.TrimRight(s, "0"), ".")), nil
}

// holds reports whether n/per, in thousandths, is in the range.
func (r Range) holds(n, per int64) bool {
	low, high := int64(r.Min)*per, int64(r.Max)*per
	return (n > low || n == low && !r.MinExclusive) && (n < high || n == high && !r.MaxExclusive)
}

// ParseConfig reads a configuration in JSON.
func ParseConfig(data []byte) (Config, error) {
	var c Config
	if err := parseStrictly(data, &c); err != nil {
		return Config{}, err
	}
	if err := c.check(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// parseStrictly reads a JSON text of which every member is known and stands once.
func parseStrictly(data []byte, to any) error {
	if len(data) > MaxConfig {
		return fmt.Errorf("%w: longer than %d bytes", ErrConfig, MaxConfig)
	}
	if err := once(data); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return nil
}

// once refuses a text in which an object has a member twice, in whatever case
// of letters, a null, or something after the value.
func once(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := value(d, 0); err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("%w: something follows the object", ErrConfig)
	}
	return nil
}

const maxDepth = 8

func value(d *json.Decoder, depth int) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	if t == nil || depth > maxDepth {
		return fmt.Errorf("null, or nested too deeply")
	}
	open, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			k, err := d.Token()
			if err != nil {
				return err
			}
			name := strings.ToLower(k.(string))
			if seen[name] {
				return fmt.Errorf("a member stands twice")
			}
			seen[name] = true
		}
		if err := value(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// check refuses what would never find a risk, or find it by accident.
func (c *Config) check() error {
	bad := func(where string) error { return fmt.Errorf("%w: %s", ErrConfig, where) }
	for name, n := range map[string]int{"minutesAtAttenuationWeights": len(c.Weights), "normalizedTimePerEWToRiskLevelMapping": len(c.PerWindow),
		"normalizedTimePerDayToRiskLevelMapping": len(c.PerDay), "transmissionRiskValueMapping": len(c.Values)} {
		if n == 0 {
			return bad(name + " is missing or empty")
		}
	}
	if max(len(c.Weights), len(c.PerWindow), len(c.PerDay), len(c.Values), len(c.MinutesFilters), len(c.LevelFilters)) > MaxRanges {
		return bad(fmt.Sprintf("a list is longer than %d", MaxRanges))
	}
	if c.Encoding == (Encoding{}) {
		return bad("trlEncoding is missing")
	}
	e := c.Encoding
	for _, n := range []int{e.Standard, e.High, e.Recursive, e.SelfReport, e.ClinicalDiagnosis, e.ConfirmedTest} {
		if n < 0 || n > maxLevel {
			return bad("trlEncoding has an offset that is negative or large")
		}
	}
	if !c.rangesOrdered() {
		return bad("a range ends before it begins, or is missing")
	}
	for _, w := range c.Weights {
		if w.Weight > maxWeight {
			return bad("a weight exceeds 100")
		}
	}
	for _, l := range append(c.PerWindow[:len(c.PerWindow):len(c.PerWindow)], c.PerDay...) {
		if l.Level != 1 && l.Level != 2 {
			return bad("riskLevel is neither 1 nor 2")
		}
	}
	seen := map[int]bool{}
	for _, v := range c.Values {
		if v.Value > maxWeight || v.Level < 0 || v.Level > 2*maxLevel || seen[v.Level] {
			return bad("transmissionRiskValueMapping has a level twice, or a number that is large")
		}
		seen[v.Level] = true
	}
	return nil
}

func (c *Config) rangesOrdered() bool {
	var all []Range
	for _, f := range c.MinutesFilters {
		all = append(all, f.Attenuation, f.Drop)
	}
	for _, f := range c.LevelFilters {
		all = append(all, f.Drop)
	}
	for _, w := range c.Weights {
		all = append(all, w.Attenuation)
	}
	for _, l := range c.PerWindow {
		all = append(all, l.Time)
	}
	for _, l := range c.PerDay {
		all = append(all, l.Time)
	}
	for _, r := range all {
		if r.Min > r.Max || r == (Range{}) {
			return false
		}
	}
	return true
}

// riskOf returns the risk of a normalized time of n/per thousandths of a minute.
func riskOf(levels []Level, n, per int64) exposure.Risk {
	for _, l := range levels {
		if l.Time.holds(n, per) {
			return [...]exposure.Risk{1: exposure.Low, 2: exposure.High}[l.Level]
		}
	}
	return ""
}
