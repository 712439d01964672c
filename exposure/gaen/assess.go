package gaen

import (
	"fmt"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
)

// day gathers what the windows of a date add up to.
type day struct {
	time int64 // normalized, in seconds times a million
	seen map[encounter]bool
}

// encounter is what tells two encounters of a day apart.
type encounter struct {
	risk        exposure.Risk
	level       int
	calibration int
}

// Assess judges windows, in whatever order they come.
func (c *Config) Assess(windows []Window) (exposure.Assessment, error) {
	if err := c.check(); err != nil {
		return exposure.Assessment{}, err
	}
	var out exposure.Assessment
	days := map[cert.Date]*day{}
	scans := 0
	for _, w := range windows {
		if err := w.check(); err != nil {
			return exposure.Assessment{}, err
		}
		if scans += len(w.Scans) + 1; scans > MaxScans {
			return exposure.Assessment{}, fmt.Errorf("%w: more than %d scans", ErrWindow, MaxScans)
		}
		level, ok := c.level(w)
		if !ok {
			out.Ignored++
			continue
		}
		if c.drops(w, level) {
			continue
		}
		d := days[w.Date]
		if d == nil {
			d = &day{seen: map[encounter]bool{}}
			days[w.Date] = d
		}
		time := c.normalized(w, level)
		d.time += time
		d.seen[encounter{riskOf(c.PerWindow, time, perMinute*milli), level, w.Calibration}] = true
	}
	for date, d := range days {
		tenths := (d.time*10 + microMinute/2) / microMinute
		risk := riskOf(c.PerDay, tenths*(milli/10), 1)
		if risk == "" {
			continue
		}
		one := exposure.Day{Date: date, Risk: risk, Minutes: float64(tenths) / 10}
		for e := range d.seen {
			switch e.risk {
			case exposure.Low:
				one.Low++
			case exposure.High:
				one.High++
			}
		}
		out.Days = append(out.Days, one)
	}
	out.Sort()
	return out, nil
}

// level returns the transmission risk level of a window.
func (c *Config) level(w Window) (int, bool) {
	var level int
	switch w.ReportType {
	case ConfirmedTest:
		level = c.Encoding.ConfirmedTest
	case ClinicalDiagnosis:
		level = c.Encoding.ClinicalDiagnosis
	case SelfReport:
		level = c.Encoding.SelfReport
	case Recursive:
		level = c.Encoding.Recursive
	default:
		return 0, false
	}
	switch w.Infectiousness {
	case Standard:
		return level + c.Encoding.Standard, true
	case HighInfectious:
		return level + c.Encoding.High, true
	}
	return 0, false
}

func (c *Config) drops(w Window, level int) bool {
	for _, f := range c.LevelFilters {
		if f.Drop.holds(int64(level)*milli, 1) {
			return true
		}
	}
	for _, f := range c.MinutesFilters {
		seconds := int64(0)
		for _, s := range w.Scans {
			if f.Attenuation.holds(int64(s.MinAttenuation)*milli, 1) {
				seconds += int64(max(s.Seconds, 0))
			}
		}
		if f.Drop.holds(seconds*milli, perMinute) {
			return true
		}
	}
	return false
}

// normalized returns the normalized time of a window, in seconds times a million.
func (c *Config) normalized(w Window, level int) int64 {
	weighted := int64(0) // seconds times a thousand
	for _, s := range w.Scans {
		for _, r := range c.Weights {
			if r.Attenuation.holds(int64(s.MinAttenuation)*milli, 1) {
				weighted += int64(max(s.Seconds, 0)) * int64(r.Weight)
				break
			}
		}
	}
	for _, v := range c.Values {
		if v.Level == level {
			return weighted * int64(v.Value)
		}
	}
	return 0
}
