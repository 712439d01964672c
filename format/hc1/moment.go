package hc1

import (
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
)

// What a reader had to do to a field; see the package doc.
const (
	lossNull       = "null"
	lossTrimmed    = "trimmed"
	lossAssumedUTC = "assumed_utc"
	lossGuessed    = "guessed"
	lossUnreadable = "unreadable"
	lossDropped    = "dropped"
	lossNotMapped  = "not_mapped"
)

// parseMoment reads a date with a time of day as issuers write it: RFC 3339,
// also with a space for the T, without seconds, with any number of digits of a
// fraction, and with a zone of hours alone, without its colon, or missing (read
// as UTC). A date alone is its beginning in UTC. It returns the loss, if any.
func parseMoment(s string) (time.Time, string) {
	if len(s) < 10 {
		return time.Time{}, lossUnreadable
	}
	day, err := cert.ParseDate(s[:10])
	if err != nil {
		return time.Time{}, lossUnreadable
	}
	if len(s) == 10 {
		return day.First(), lossGuessed
	}
	p := scanner{s: s[10:], ok: true}
	if !p.skip('T') && !p.skip('t') && !p.skip(' ') {
		return time.Time{}, lossUnreadable
	}
	hour := p.number(23)
	p.ok = p.skip(':') && p.ok
	minute, second, nano := p.number(59), 0, 0
	if p.skip(':') {
		second = p.number(59)
		if p.skip('.') || p.skip(',') {
			nano = p.fraction()
		}
	}
	zone, loss := p.zone()
	if !p.ok || p.s != "" {
		return time.Time{}, lossUnreadable
	}
	return time.Date(int(day.Year), time.Month(day.Month), int(day.Day), hour, minute, second, nano, zone), loss
}

// scanner reads a text from its front.
type scanner struct {
	s  string
	ok bool
}

func (p *scanner) skip(b byte) bool {
	if p.s == "" || p.s[0] != b {
		return false
	}
	p.s = p.s[1:]
	return true
}

// number reads two digits.
func (p *scanner) number(most int) int {
	if len(p.s) < 2 || !digit(p.s[0]) || !digit(p.s[1]) {
		p.ok = false
		return 0
	}
	n := int(p.s[0]-'0')*10 + int(p.s[1]-'0')
	p.s = p.s[2:]
	p.ok = p.ok && n <= most
	return n
}

// fraction reads digits as nanoseconds; those after the ninth are cut.
func (p *scanner) fraction() int {
	p.ok = p.ok && p.s != "" && digit(p.s[0])
	n, unit := 0, 100_000_000
	for p.s != "" && digit(p.s[0]) {
		n += int(p.s[0]-'0') * unit
		unit /= 10
		p.s = p.s[1:]
	}
	return n
}

func (p *scanner) zone() (*time.Location, string) {
	if p.s == "" {
		return time.UTC, lossAssumedUTC
	}
	if p.skip('Z') || p.skip('z') {
		return time.UTC, ""
	}
	sign := 1
	if p.skip('-') {
		sign = -1
	} else if !p.skip('+') {
		p.ok = false
		return time.UTC, ""
	}
	seconds := p.number(23) * 3600
	p.skip(':')
	if p.s != "" {
		seconds += p.number(59) * 60
	}
	if seconds == 0 {
		return time.UTC, ""
	}
	return time.FixedZone("", sign*seconds), ""
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

// parseDay reads a date as issuers write it: as the schema wants it, with a
// time of day (BG, PL, SG), or with XX or 00 for what is unknown. It returns
// the loss, if any.
func parseDay(s string) (cert.Date, string) {
	if d, err := cert.ParseDate(s); err == nil {
		return d, ""
	}
	if len(s) > 10 {
		if t, loss := parseMoment(s); loss != lossUnreadable {
			return cert.DateOf(t), lossTrimmed // the day where it was written
		}
		return cert.Date{}, lossUnreadable
	}
	known := s
	for range 2 {
		for _, unknown := range [...]string{"-XX", "-xx", "-00"} {
			known = strings.TrimSuffix(known, unknown)
		}
	}
	if d, err := cert.ParseDate(known); err == nil && known != s && known != "" {
		return d, lossGuessed
	}
	return cert.Date{}, lossUnreadable
}
