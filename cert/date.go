package cert

import (
	"errors"
	"time"
)

// Date is a calendar date that may lack its day, its month, or everything. It
// is an interval, not a moment: it has no place and so no offset.
//
// Text form: YYYY-MM-DD, YYYY-MM, YYYY or the empty string.
type Date struct {
	Year  int16 // 0: unknown
	Month int8  // 1 to 12, 0: unknown
	Day   int8  // 1 to 31, 0: unknown
}

// ErrDate means that a text is no date of the form YYYY-MM-DD, YYYY-MM, YYYY or "".
var ErrDate = errors.New("not a date of the form YYYY-MM-DD, YYYY-MM or YYYY")

// ParseDate reads a date in its text form, strictly: what it accepts,
// [Date.String] prints again byte for byte.
func ParseDate(s string) (Date, error) {
	var d Date
	switch len(s) {
	case 0:
		return d, nil
	case 4, 7, 10:
	default:
		return Date{}, ErrDate
	}
	y, ok := digits(s[:4])
	if !ok || y == 0 {
		return Date{}, ErrDate
	}
	d.Year = int16(y)
	if len(s) >= 7 {
		m, ok := digits(s[5:7])
		if !ok || s[4] != '-' || m < 1 || m > 12 {
			return Date{}, ErrDate
		}
		d.Month = int8(m)
	}
	if len(s) == 10 {
		day, ok := digits(s[8:10])
		if !ok || s[7] != '-' || day < 1 || day > daysIn(d.Year, d.Month) {
			return Date{}, ErrDate
		}
		d.Day = int8(day)
	}
	return d, nil
}

func digits(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

func daysIn(year int16, month int8) int {
	return time.Date(int(year), time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// DateOf returns the calendar date of a moment, at the place that its offset names.
func DateOf(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	y, m, d := t.Date()
	return Date{Year: int16(y), Month: int8(m), Day: int8(d)}
}

// IsZero reports whether nothing is known.
func (d Date) IsZero() bool { return d.Year == 0 }

// Full reports whether year, month and day are known.
func (d Date) Full() bool { return d.Day != 0 }

// First returns the earliest moment that the date can mean, in UTC; the zero
// time if nothing is known.
func (d Date) First() time.Time {
	if d.Year == 0 {
		return time.Time{}
	}
	return time.Date(int(d.Year), time.Month(max(d.Month, 1)), int(max(d.Day, 1)), 0, 0, 0, 0, time.UTC)
}

// End returns the first moment after all that the date can mean, in UTC: the
// date is the interval [First, End). The zero time if nothing is known.
func (d Date) End() time.Time {
	switch f := d.First(); {
	case d.Year == 0:
		return f
	case d.Month == 0:
		return f.AddDate(1, 0, 0)
	case d.Day == 0:
		return f.AddDate(0, 1, 0)
	default:
		return f.AddDate(0, 0, 1)
	}
}

// Compatible reports whether both can be the same day: what one lacks, the
// other may have. An unknown date is compatible with every date, which proves nothing.
func (d Date) Compatible(o Date) bool {
	return (d.Year == 0 || o.Year == 0 || d.Year == o.Year) &&
		(d.Month == 0 || o.Month == 0 || d.Month == o.Month) &&
		(d.Day == 0 || o.Day == 0 || d.Day == o.Day)
}

// String returns the text form that [ParseDate] reads.
func (d Date) String() string {
	b, _ := d.AppendText(make([]byte, 0, 10))
	return string(b)
}

// AppendText implements [encoding.TextAppender]. It never fails.
func (d Date) AppendText(b []byte) ([]byte, error) {
	if d.Year == 0 {
		return b, nil
	}
	y := int(d.Year)
	b = append(b, byte('0'+y/1000%10), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10))
	if d.Month == 0 {
		return b, nil
	}
	b = append(b, '-', byte('0'+d.Month/10), byte('0'+d.Month%10))
	if d.Day == 0 {
		return b, nil
	}
	return append(b, '-', byte('0'+d.Day/10), byte('0'+d.Day%10)), nil
}

// MarshalText implements [encoding.TextMarshaler].
func (d Date) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *Date) UnmarshalText(b []byte) error {
	v, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
