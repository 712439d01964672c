// Package watch answers one question: does a laboratory with valid access certify
// as it always did?
//
// The false certificates of 2021 were made by people and programs with accounts
// that were in order. What gives them away is how they work: many at once, at
// night, for one minute of sampling, for the same person, for ages that do not
// come otherwise, or never with a positive result. A [Laboratory] is told of each
// certificate and compares it with its own last eight weeks; an [Alert] says what
// was seen, what was expected, and stops nobody: an officer looks, and may stop the
// laboratory (package issue/access).
//
// # What is kept
//
// Counts: by day and hour, by account, by result, by ages in bands of ten years,
// and the most results for one minute of a day. For the present day alone, the
// minutes of sampling, and a tag for each person, which is a keyed hash under a
// secret that is drawn each day and overwritten the next, mixed with the key of the
// service ([Watch.Add]). So tags of two days cannot be compared, and a copy of the records tells
// nothing of anybody. No name, date of birth or serial is kept, and nothing is said
// about one person: an alert has numbers and the name of an account.
//
// # Rules
//
// Nothing is said in the first 28 days with certificates, beside what is a matter
// of one day ([Person], [Minute]). Then there is an alert when
//
//   - [Volume]: an hour has more than 20, and 3 times the mean and 1.6 times the most
//     of the same hour of the week, or a day likewise with 50; both as much higher
//     as the last week was above the mean, up to 4 times;
//   - [Account]: an account has on a day more than 20 and 1.75 times its most on any
//     day (with fewer than ten days, that of any account), as much higher, and
//     twice the mean of the others that day, where there are three;
//   - [Hours]: 3 certificates of a day are in hours of the week in which, with the
//     hour before and after, there was none;
//   - [Minute]: more results than 15 (in the first days 30), and than twice the most
//     that there were, are said to be sampled in one minute;
//   - [Person]: somebody gets a sixth certificate in a day, and two more than
//     anybody ever got;
//   - [Ages]: in two weeks an account, with at least 100, differs in the shares of
//     its bands from all others of the laboratory by more than 0.2 and chance;
//   - [Negative]: in four weeks an account has so few positive results that this
//     would happen once in a million times at half the rate of the others;
//   - [Positive]: so many, at three times the rate of the others.
//
// Where an account has no others beside it, Ages, Negative and Positive compare
// with the laboratory's weeks before, and Negative at a tenth of their rate, since
// waves of infection end. One alert of a kind and an account a day, of the last
// three kinds one a week. docs/access.md says how often a laboratory alerts that
// does nothing wrong, and how soon forgeries are noticed; a test measures it.
package watch

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Kind is what an alert is about.
type Kind string

// The kinds.
const (
	Volume   Kind = "volume"
	Account  Kind = "account"
	Hours    Kind = "hours"
	Minute   Kind = "minute"
	Person   Kind = "person"
	Ages     Kind = "ages"
	Negative Kind = "negative"
	Positive Kind = "positive"
)

// Alert says that something is as it never was.
type Alert struct {
	Authority, Laboratory string
	Kind                  Kind
	By                    string // the account or machine, if it is about one
	At                    time.Time
	Seen                  int     // certificates, or positive results
	Of                    int     // among so many; zero: not a share
	Expected              float64 // the most that would have been usual
	Closed                string  // by whom; empty: nobody has looked yet
}

// ID names the alert among those of its authority.
func (a Alert) ID() string {
	return fmt.Sprintf("%s/%s/%s/%s", a.Laboratory, a.At.UTC().Format("20060102T150405.000000"), a.Kind, a.By)
}

// String explains the alert.
func (a Alert) String() string {
	switch a.Kind {
	case Volume:
		return fmt.Sprintf("%d certificates, where up to %.0f would be usual for this hour or day", a.Seen, a.Expected)
	case Account:
		return fmt.Sprintf("%d certificates by %s today, where up to %.0f would be usual", a.Seen, a.By, a.Expected)
	case Hours:
		return fmt.Sprintf("%d certificates in hours in which this laboratory never certifies; the last by %s", a.Seen, a.By)
	case Minute:
		return fmt.Sprintf("%d results are said to be sampled in one minute, where up to %.0f would be usual; the last by %s", a.Seen, a.Expected, a.By)
	case Person:
		return fmt.Sprintf("one person got %d certificates in a day; the last by %s", a.Seen, a.By)
	case Ages:
		return fmt.Sprintf("the ages of the %d persons whom %s certified differ from the others' in %d%% of them, where up to %.0f%% would be usual", a.Of, a.By, a.Seen, a.Expected)
	case Negative:
		return fmt.Sprintf("%d of %d results by %s are positive, where at least %.1f would be usual", a.Seen, a.Of, a.By, a.Expected)
	case Positive:
		return fmt.Sprintf("%d of %d results by %s are positive, where at most %.1f would be usual", a.Seen, a.Of, a.By, a.Expected)
	}
	return "nothing"
}

// Result is that of a test.
type Result int

// The results. The zero Result is that of what is no test.
const (
	None Result = iota
	IsNegative
	IsPositive
)

// Certified is what the watch is told of one certificate.
type Certified struct {
	At      time.Time // issued
	By      string    // account or machine
	Result  Result
	Sampled time.Time // zero: not known, or no test
	Age     int       // in years; negative: not known. Only its band is kept
	Tag     uint64    // of the person, for this day; zero: not known
}

const (
	weeks     = 8
	history   = weeks * 7
	learning  = 28  // days with certificates
	bands     = 10  // of ages: of ten years, and those not known
	most      = 200 // accounts of a laboratory that are told apart
	chance    = 1e-6
	longWeeks = 28 // days for rates
	longAges  = 14
)

// tally counts what an account did on a day.
type tally struct {
	N, Tests, Positive int
	Ages               [bands]int
}

func (t *tally) add(o tally) {
	t.N += o.N
	t.Tests += o.Tests
	t.Positive += o.Positive
	for i, n := range o.Ages {
		t.Ages[i] += n
	}
}

func (t tally) less(o tally) tally {
	t.N -= o.N
	t.Tests -= o.Tests
	t.Positive -= o.Positive
	for i, n := range o.Ages {
		t.Ages[i] -= n
	}
	return t
}

// date is a day of a laboratory.
type date struct {
	Number int // since 1970
	N      int
	Hours  [24]int
	Minute int // the most results for one minute of sampling
	Person int // the most certificates of one person
	By     map[string]tally
}

// Laboratory is what a laboratory did in the last eight weeks and today. Its JSON
// is what a [Store] keeps. The zero Laboratory has a clock of UTC and knows nothing.
type Laboratory struct {
	Clock   time.Duration // east of UTC
	Past    []date        // with certificates, the oldest first
	Today   date
	Odd     int // certificates of today in hours in which there are none
	Minutes map[int64]int
	Persons map[uint64]int
	Secret  []byte         // of today's tags
	Raised  map[string]int // the day of the last alert of a kind and an account

	usual *usual // what Past says for today; nil: not computed yet
}

// Add counts a certificate and returns what it gives cause for. Certificates of
// a day before the present one are counted with the present one.
func (l *Laboratory) Add(c Certified) []Alert {
	local := l.at(c.At)
	if l.usual == nil {
		l.usual = l.compute()
	}
	by := c.By
	if _, known := l.Today.By[by]; !known && len(l.Today.By) >= most {
		by = ""
	}
	hour := local.Hour()
	l.Today.N++
	l.Today.Hours[hour]++
	t := l.Today.By[by]
	t.N++
	t.Ages[band(c.Age)]++
	if c.Result != None {
		t.Tests++
	}
	if c.Result == IsPositive {
		t.Positive++
	}
	l.Today.By[by] = t
	if l.usual.quiet[hour] {
		l.Odd++
	}
	var same, repeated int
	if !c.Sampled.IsZero() {
		minute := c.Sampled.Unix() / 60
		l.Minutes[minute]++
		same = l.Minutes[minute]
		l.Today.Minute = max(l.Today.Minute, same)
	}
	if c.Tag != 0 {
		l.Persons[c.Tag]++
		repeated = l.Persons[c.Tag]
		l.Today.Person = max(l.Today.Person, repeated)
	}
	return l.judge(c.At, by, hour, same, repeated)
}

// at turns to the day of a moment, if it is a later one, and returns the moment
// by the laboratory's clock.
func (l *Laboratory) at(moment time.Time) time.Time {
	local := moment.UTC().Add(l.Clock)
	if number := int(math.Floor(float64(local.Unix()) / 86400)); number > l.Today.Number || l.Today.By == nil {
		l.turn(number)
	}
	return local
}

func band(age int) int {
	if age < 0 {
		return bands - 1
	}
	return min(age/10, bands-2)
}

// turn begins a day. What belonged to one day is forgotten.
func (l *Laboratory) turn(number int) {
	if l.Today.N > 0 {
		l.Past = append(l.Past, l.Today)
	}
	l.Past = slices.DeleteFunc(l.Past, func(d date) bool { return d.Number < number-history })
	l.Today = date{Number: number, By: map[string]tally{}}
	l.Odd, l.Minutes, l.Persons, l.Secret = 0, map[int64]int{}, map[uint64]int{}, nil
	if l.Raised == nil {
		l.Raised = map[string]int{}
	}
	for k, n := range l.Raised {
		if n < number-7 {
			delete(l.Raised, k)
		}
	}
	l.usual = nil
}
