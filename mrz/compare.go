package mrz

// A DateMatch says how two dates of birth stand to each other. The zero
// DateMatch is DateUnknown; greater is better.
type DateMatch uint8

const (
	DateUnknown    DateMatch = iota // no part is known on both sides
	DateDifferent                   // a part known on both sides differs
	DateCompatible                  // what is known on both sides agrees, but not all is
	DateEqual                       // year (in its century), month and day agree
)

func (m DateMatch) String() string {
	if m > DateEqual {
		return ""
	}
	return [...]string{"unknown", "different", "compatible", "equal"}[m]
}

// A Comparison is the answer of [Compare].
type Comparison struct {
	Name  Result
	Birth DateMatch
	// DayMonth is a hint beside DateDifferent: day and month are exchanged.
	DayMonth bool
}

// Compare compares the holder of a passport with the person of a certificate.
// Unknown parts of the date of birth are 0. The lines do not write the century,
// so it is not compared.
func Compare(d Document, person Name, birth Date) Comparison {
	c := Comparison{Name: Match(d.Holder(), person)}
	year, month, day, ok := d.Birth.parts()
	if !ok {
		return c
	}
	known, differ := 0, false
	see := func(has, same bool) {
		if has {
			known++
			differ = differ || !same
		}
	}
	see(year >= 0 && birth.Year > 0, year == birth.Year%100)
	see(month > 0 && birth.Month > 0, month == birth.Month)
	see(day > 0 && birth.Day > 0, day == birth.Day)
	switch {
	case differ:
		c.Birth = DateDifferent
		c.DayMonth = year >= 0 && year == birth.Year%100 && month != day &&
			month > 0 && month == birth.Day && day == birth.Month
	case known == 3:
		c.Birth = DateEqual
	case known > 0:
		c.Birth = DateCompatible
	}
	return c
}
