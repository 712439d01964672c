package mrz

// A Date is a calendar date; parts that are not known are 0.
type Date struct {
	Year, Month, Day int
}

// before compares dates, with unknown parts as early as can be.
func (d Date) before(e Date) bool {
	if d.Year != e.Year {
		return d.Year < e.Year
	}
	if d.Month != e.Month {
		return d.Month < e.Month
	}
	return d.Day < e.Day
}

// A ShortDate is a date as the lines write it: YYMMDD, with << for a part that
// is not known. The century is not written.
type ShortDate string

// parts gives the year within its century (-1: unknown), month and day.
func (d ShortDate) parts() (year, month, day int, ok bool) {
	if len(d) != 6 {
		return 0, 0, 0, false
	}
	var v [3]int
	for i := range v {
		a, b := d[2*i], d[2*i+1]
		switch {
		case a == '<' && b == '<':
			v[i] = -1
		case digits(string(d[2*i : 2*i+2])):
			v[i] = int(a-'0')*10 + int(b-'0')
		default:
			return 0, 0, 0, false
		}
	}
	if v[1] == 0 || v[1] > 12 || v[2] == 0 || v[2] > lastDay(v[0], v[1]) {
		return 0, 0, 0, false
	}
	return v[0], max(v[1], 0), max(v[2], 0), true
}

// lastDay is the last day of a month that may be unknown. Two digits of a year
// tell leap years but for 00, where we allow the 29th: 2000 was one.
func lastDay(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year >= 0 && year%4 != 0 {
			return 28
		}
		return 29
	}
	return 31
}

// Born reads a date of birth on the day today: the latest such date that is
// not after it. So somebody who is a hundred years old reads as a newborn; a
// date that has to be compared is better compared with [Compare].
func (d ShortDate) Born(today Date) Date {
	year, month, day, ok := d.parts()
	if !ok {
		return Date{}
	}
	if year < 0 {
		return Date{Month: month, Day: day}
	}
	born := Date{Year: today.Year - today.Year%100 + year, Month: month, Day: day}
	if today.before(born) {
		born.Year -= 100
	}
	return born
}

// Expires reads a date of expiry: the one from 50 years before the year of
// today to 49 years after it.
func (d ShortDate) Expires(today Date) Date {
	year, month, day, ok := d.parts()
	if !ok {
		return Date{}
	}
	if year < 0 {
		return Date{Month: month, Day: day}
	}
	first := today.Year - 50
	return Date{Year: first + ((year-first)%100+100)%100, Month: month, Day: day}
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
