package gaen

import (
	"cmp"
	"fmt"
	"math"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
)

// Summaries is the other form of a configuration: the daily summaries that the
// service itself makes (Google, Exposure Notification API, DailySummariesConfig),
// and on top of them the conditions under which Japan's app alerted. Read one
// with [ParseSummaries]; the zero Summaries finds no risk in anything, and
// [Summaries.Assess] refuses it.
type Summaries struct {
	Thresholds     []int     // dB: up to which an attenuation is immediate, near, medium
	Weights        []Decimal // of a second that is immediate, near, medium, other
	Standard, High Decimal   // of the infectiousness
	ConfirmedTest  Decimal   // of the report type, and so the next
	Clinical       Decimal
	SelfReport     Decimal
	Recursive      Decimal
	Least          Decimal // score of a window that counts
	Alert          Alert
}

// Alert says which days are high: those that meet all conditions, if there is one.
type Alert struct {
	ScoreSum         Condition // seconds, weighted
	Average          Condition // weight of a second
	Seconds          Condition // of all scans
	MostAttenuation  Condition // dB, typical, of all scans
	LeastAttenuation Condition
}

// Condition compares a number with a value. The zero Condition is met.
type Condition struct {
	Op    Op      `json:"op"`
	Value Decimal `json:"value"`
}

// Op is a comparison.
type Op string

// The comparisons. Always compares nothing.
const (
	Always         Op = "NOP"
	Equal          Op = "=="
	Less           Op = "<"
	LessOrEqual    Op = "<="
	Greater        Op = ">"
	GreaterOrEqual Op = ">="
)

func (c Condition) none() bool { return c.Op == Always || c.Op == "" }

// met compares n/per, in thousandths, with the value.
func (c Condition) met(n, per int64) bool {
	d := cmp.Compare(n, int64(c.Value)*per)
	switch c.Op {
	case Equal:
		return d == 0
	case Less:
		return d < 0
	case LessOrEqual:
		return d <= 0
	case Greater:
		return d > 0
	case GreaterOrEqual:
		return d >= 0
	}
	return true
}

// summary is what the windows of a day add up to. With weights of at most 2.5
// and [MaxScans] scans of at most [MaxSeconds] no sum overflows.
type summary struct {
	score       int64 // seconds times a milliard: three weights
	weighted    int64 // seconds times a thousand, of the windows that count
	seconds     int64 // of all scans
	scans       bool
	most, least int // typical attenuation
}

const (
	milliard    = milli * milli * milli
	maxWeighing = 2500 // 2.500, as the service has it
)

// Assess judges windows, in whatever order they come.
func (c *Summaries) Assess(windows []Window) (exposure.Assessment, error) {
	if err := c.check(); err != nil {
		return exposure.Assessment{}, err
	}
	var out exposure.Assessment
	days := map[cert.Date]*summary{}
	scans := 0
	for _, w := range windows {
		if err := w.check(); err != nil {
			return exposure.Assessment{}, err
		}
		if scans += len(w.Scans) + 1; scans > MaxScans {
			return exposure.Assessment{}, fmt.Errorf("%w: more than %d scans", ErrWindow, MaxScans)
		}
		weight, ok := c.weight(w)
		if !ok {
			out.Ignored++
			continue
		}
		d := days[w.Date]
		if d == nil {
			d = &summary{most: math.MinInt, least: math.MaxInt}
			days[w.Date] = d
		}
		d.add(c, w, weight)
	}
	for date, d := range days {
		if d.score == 0 {
			continue
		}
		const tenth = milliard * perMinute / 10
		one := exposure.Day{Date: date, Risk: exposure.Low, Minutes: float64((d.score+tenth/2)/tenth) / 10}
		if c.Alert.any() && d.meets(&c.Alert) {
			one.Risk = exposure.High
		}
		out.Days = append(out.Days, one)
	}
	out.Sort()
	return out, nil
}

// weight returns what a second of a window counts, times a million, before its
// attenuation is looked at.
func (c *Summaries) weight(w Window) (int64, bool) {
	var report, infectious Decimal
	switch w.ReportType {
	case ConfirmedTest:
		report = c.ConfirmedTest
	case ClinicalDiagnosis:
		report = c.Clinical
	case SelfReport:
		report = c.SelfReport
	case Recursive:
		report = c.Recursive
	default:
		return 0, false
	}
	switch w.Infectiousness {
	case Standard:
		infectious = c.Standard
	case HighInfectious:
		infectious = c.High
	default:
		return 0, false
	}
	return int64(report) * int64(infectious), true
}

// add adds a window to its day. One below the least score counts only by its scans.
func (d *summary) add(c *Summaries, w Window, weight int64) {
	weighted := int64(0)
	for _, s := range w.Scans {
		seconds := int64(max(s.Seconds, 0))
		weighted += seconds * int64(c.Weights[c.distance(s.TypicalAttenuation)])
		d.seconds += seconds
		d.most, d.least = max(d.most, s.TypicalAttenuation), min(d.least, s.TypicalAttenuation)
		d.scans = true
	}
	if score := weighted * weight; score >= int64(c.Least)*milli*milli {
		d.score += score
		d.weighted += weighted
	}
}

func (c *Summaries) distance(attenuation int) int {
	for i, t := range c.Thresholds {
		if attenuation <= t {
			return i
		}
	}
	return len(c.Thresholds)
}

func (a *Alert) conditions() [5]Condition {
	return [...]Condition{a.ScoreSum, a.Average, a.Seconds, a.MostAttenuation, a.LeastAttenuation}
}

func (a *Alert) any() bool {
	for _, c := range a.conditions() {
		if !c.none() {
			return true
		}
	}
	return false
}

func (d *summary) meets(a *Alert) bool {
	if !d.scans {
		d.most, d.least = 0, 0
	}
	return a.ScoreSum.met(d.score, milli*milli) && a.Average.met(d.weighted, max(d.seconds, 1)) && a.Seconds.met(d.seconds*milli, 1) &&
		a.MostAttenuation.met(int64(d.most)*milli, 1) && a.LeastAttenuation.met(int64(d.least)*milli, 1)
}

// check refuses what would never find a risk, or find it by accident.
func (c *Summaries) check() error {
	bad := func(where string) error { return fmt.Errorf("%w: %s", ErrConfig, where) }
	if len(c.Thresholds) != 3 || len(c.Weights) != 4 {
		return bad("not three thresholds and four weights of attenuation")
	}
	if c.Thresholds[0] < 0 || c.Thresholds[0] > c.Thresholds[1] || c.Thresholds[1] > c.Thresholds[2] || c.Thresholds[2] > maxLevel {
		return bad("the thresholds of attenuation do not rise from 0 to 255")
	}
	most := Decimal(0)
	for _, w := range append([]Decimal{c.Standard, c.High, c.ConfirmedTest, c.Clinical, c.SelfReport, c.Recursive}, c.Weights...) {
		if w < 0 || w > maxWeighing {
			return bad("a weight is not from 0 to 2.5")
		}
		most = max(most, w)
	}
	if most == 0 {
		return bad("all weights are 0")
	}
	if c.Least < 0 || c.Least > maxMilli {
		return bad("minimum_window_score is negative or large")
	}
	for _, a := range c.Alert.conditions() {
		switch a.Op {
		case "", Always, Equal, Less, LessOrEqual, Greater, GreaterOrEqual:
		default:
			return bad("a condition compares in a way that there is not")
		}
		if a.Value < 0 || a.Value > maxMilli {
			return bad("a condition compares with a number that is negative or large")
		}
	}
	return nil
}
