package certlogic

import "strconv"

// A moment is a number of milliseconds since 1970-01-01T00:00:00Z in the
// Gregorian calendar, extended to before its beginning, without leap seconds:
// the time value of ECMA-262, section "Time-related Constants".

type unit uint8

const (
	year unit = iota
	month
	day
	hour
)

func unitNamed(name string) (unit, bool) {
	switch name {
	case "year":
		return year, true
	case "month":
		return month, true
	case "day":
		return day, true
	case "hour":
		return hour, true
	}
	return 0, false
}

const (
	msHour = 3_600_000
	msDay  = 24 * msHour

	// maxYears is the most that plusTime adds. As a date is written with four
	// digits of the year, no result leaves the years -100,001 to 110,000, and
	// nothing here overflows.
	maxYears = 100_000

	minClock = -62_167_219_200_000 // 0000-01-01T00:00:00.000Z
	maxClock = 253_402_300_799_999 // 9999-12-31T23:59:59.999Z
)

// most returns the largest amount of a unit that plusTime adds.
func (u unit) most() int64 {
	return maxYears * [...]int64{year: 1, month: 12, day: 365, hour: 8766}[u]
}

// dayOf counts the days from 1970-01-01 to the first of a month, given as
// months since January of the year 0. The year is taken to begin in March, so
// that the leap day is its last, and to be one of an era of 400.
func dayOf(months int64) int64 {
	months -= 2
	y := floorDiv(months, 12)
	era := floorDiv(y, 400)
	yoe := y - era*400
	doy := (153*(months-12*y) + 2) / 5
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

// monthOf is the inverse of dayOf for any day of the month: dayOf(m) <= d <
// dayOf(m+1).
func monthOf(d int64) int64 {
	d += 719468
	era := floorDiv(d, 146097)
	doe := d - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	return (era*400+yoe)*12 + (5*doy+2)/153 + 2
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// shift is the moment n units after ms. Hours and days have a fixed length,
// there being no daylight saving time in UTC. Within one month, a shift by
// months moves all moments by the same number of milliseconds: this is what
// setUTCMonth and setUTCFullYear of ECMA-262 do when a day number overflows,
// and what Breakpoints relies on.
func shift(ms, n int64, u unit) int64 {
	switch u {
	case hour:
		return ms + n*msHour
	case day:
		return ms + n*msDay
	case year:
		n *= 12
	}
	if n == 0 {
		return ms
	}
	m := monthOf(floorDiv(ms, msDay))
	return ms + (dayOf(m+n)-dayOf(m))*msDay
}

// digits reads n digits of s from i on, or returns -1.
func digits(s string, i, n int) int64 {
	if i+n > len(s) {
		return -1
	}
	var x int64
	for _, c := range []byte(s[i : i+n]) {
		if c -= '0'; c > 9 {
			return -1
		}
		x = 10*x + int64(c)
	}
	return x
}

// parseDate reads YYYY, YYYY-MM (both as their last day) or YYYY-MM-DD at the
// beginning of s, which has that length.
func parseDate(s string) (ms int64, ok bool) {
	y := digits(s, 0, 4)
	if y < 0 {
		return 0, false
	}
	if len(s) == 4 {
		return dayOf(12*y+12)*msDay - msDay, true
	}
	m := digits(s, 5, 2) - 1
	if s[4] != '-' || m < 0 || m > 11 {
		return 0, false
	}
	first, next := dayOf(12*y+m), dayOf(12*y+m+1)
	if len(s) == 7 {
		return next*msDay - msDay, true
	}
	d := digits(s, 8, 2) - 1
	if s[7] != '-' || d < 0 || first+d >= next {
		return 0, false
	}
	return (first + d) * msDay, true
}

// parseBirth reads a date of birth: what dccDateOfBirth accepts.
func parseBirth(s string) (ms int64, ok bool) {
	if len(s) != 4 && len(s) != 7 && len(s) != 10 {
		return 0, false
	}
	return parseDate(s)
}

// parseMoment reads a date or date-time: what plusTime accepts.
func parseMoment(s string) (ms int64, ok bool) {
	if len(s) <= 10 {
		return parseBirth(s)
	}
	date, ok := parseDate(s[:10])
	if !ok || len(s) < 19 || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return 0, false
	}
	h, m, sec := digits(s, 11, 2), digits(s, 14, 2), digits(s, 17, 2)
	if h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 59 {
		return 0, false
	}
	ms = date + h*msHour + m*60_000 + sec*1000
	s = s[19:]
	if s != "" && s[0] == '.' {
		fraction := 0
		for fraction+1 < len(s) && s[fraction+1]-'0' <= 9 {
			fraction++
		}
		if fraction == 0 {
			return 0, false
		}
		for i, worth := 1, int64(100); i <= min(fraction, 3); i, worth = i+1, worth/10 {
			ms += int64(s[i]-'0') * worth
		}
		s = s[1+fraction:]
	}
	offset, ok := parseOffset(s)
	return ms - offset, ok
}

// parseOffset reads the offset from UTC: nothing, Z, or a sign with h, hh,
// hmm, hhmm, h:mm or hh:mm.
func parseOffset(s string) (ms int64, ok bool) {
	if s == "" || s == "Z" {
		return 0, true
	}
	sign := int64(1)
	switch s[0] {
	case '+':
	case '-':
		sign = -1
	default:
		return 0, false
	}
	s = s[1:]
	var h, m int64
	switch {
	case len(s) == 1 || len(s) == 2:
		h = digits(s, 0, len(s))
	case (len(s) == 4 || len(s) == 5) && s[len(s)-3] == ':':
		h, m = digits(s, 0, len(s)-3), digits(s, len(s)-2, 2)
	case len(s) == 3 || len(s) == 4:
		h, m = digits(s, 0, len(s)-2), digits(s, len(s)-2, 2)
	default:
		return 0, false
	}
	if h < 0 || h > 23 || m < 0 || m > 59 {
		return 0, false
	}
	return sign * (h*msHour + m*60_000), true
}

// formatMoment writes a moment in UTC with milliseconds, the inverse of
// parseMoment for the years 0 to 9999. Other years get a sign and six digits,
// as in ECMA-262.
func formatMoment(ms int64) string {
	d := floorDiv(ms, msDay)
	m := monthOf(d)
	y := floorDiv(m, 12)
	buf := make([]byte, 0, 27)
	switch {
	case y < 0:
		buf = pad(append(buf, '-'), -y, 6)
	case y > 9999:
		buf = pad(append(buf, '+'), y, 6)
	default:
		buf = pad(buf, y, 4)
	}
	t := ms - d*msDay
	buf = pad(append(buf, '-'), m-12*y+1, 2)
	buf = pad(append(buf, '-'), d-dayOf(m)+1, 2)
	buf = pad(append(buf, 'T'), t/msHour, 2)
	buf = pad(append(buf, ':'), t/60_000%60, 2)
	buf = pad(append(buf, ':'), t/1000%60, 2)
	buf = pad(append(buf, '.'), t%1000, 3)
	return string(append(buf, 'Z'))
}

func pad(buf []byte, n int64, width int) []byte {
	s := strconv.FormatInt(n, 10)
	for range width - len(s) {
		buf = append(buf, '0')
	}
	return append(buf, s...)
}
