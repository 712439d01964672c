package access

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pratique/pratique/cert"
)

// Laboratory is one that issues under an authority, with what it may. See the
// package documentation for the form of its file. The zero Laboratory may
// issue nothing.
type Laboratory struct {
	Authority string
	ID        string
	Name      string
	Clock     time.Duration // of its working hours, east of UTC
	Limits    map[cert.Kind]Limit
	Stopped   *Stop // nil: it works; not part of the file
}

// Limit is what a laboratory may issue of one kind. The zero Limit is nothing.
type Limit struct {
	Day   int           // certificates a day of UTC, as the register counts them
	Each  int           // of these, by one account or machine
	Valid time.Duration // the longest validity: whole hours
}

const (
	laboratoryName = "pratique-laboratory/1.0"
	maxLaboratory  = 4096 // bytes of a file
	maxName        = 100  // bytes of a name that is shown
	maxID          = 32
	mostADay       = 10_000_000
	longestValid   = 100 * 366 * day
	day            = 24 * time.Hour
)

// kinds are those that can be issued, in the order of the file.
var kinds = []cert.Kind{cert.KindAntibody, cert.KindDeclaration, cert.KindExemption, cert.KindNotice, cert.KindRecovery, cert.KindTest, cert.KindVaccination}

// Which limit stands against a certificate.
const (
	LimitKind  = "kind"  // the laboratory may not issue this kind
	LimitDay   = "day"   // no more today
	LimitEach  = "each"  // no more today by this account or machine
	LimitValid = "valid" // not for so long
)

// LimitError says which limit stands against a certificate.
type LimitError struct {
	Kind  cert.Kind
	What  string        // LimitKind, LimitDay, LimitEach or LimitValid
	Most  int           // of LimitDay and LimitEach
	Valid time.Duration // of LimitValid
}

func (e *LimitError) Error() string {
	switch e.What {
	case LimitDay:
		return fmt.Sprintf("this laboratory issues at most %d certificates of kind %s a day", e.Most, e.Kind)
	case LimitEach:
		return fmt.Sprintf("nobody here issues more than %d certificates of kind %s a day", e.Most, e.Kind)
	case LimitValid:
		return fmt.Sprintf("certificates of kind %s are valid for %s at most here", e.Kind, hours(e.Valid))
	}
	return fmt.Sprintf("this laboratory issues no certificates of kind %s", e.Kind)
}

// Within returns a [*LimitError] if a certificate of a kind, with this validity,
// goes beyond the limits, where with it the laboratory has issued day of the kind
// today and who asks has issued each. It counts nothing: the register does, in
// the transaction that issues.
func (l Laboratory) Within(kind cert.Kind, day, each int, valid time.Duration) error {
	have := l.Limits[kind]
	switch {
	case have.Day <= 0 || have.Each <= 0 || have.Valid <= 0:
		return &LimitError{Kind: kind, What: LimitKind}
	case valid <= 0 || valid > have.Valid:
		return &LimitError{Kind: kind, What: LimitValid, Valid: have.Valid}
	case day <= 0 || day > have.Day:
		return &LimitError{Kind: kind, What: LimitDay, Most: have.Day}
	case each <= 0 || each > have.Each:
		return &LimitError{Kind: kind, What: LimitEach, Most: have.Each}
	}
	return nil
}

// String is the file of the laboratory.
func (l Laboratory) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nauthority %s\nlaboratory %s\nname %s\nclock %s\n", laboratoryName, l.Authority, l.ID, l.Name, clock(l.Clock))
	for _, k := range slices.Sorted(maps.Keys(l.Limits)) {
		m := l.Limits[k]
		fmt.Fprintf(&b, "allow %s day %d each %d valid %s\n", k, m.Day, m.Each, hours(m.Valid))
	}
	b.WriteString("end\n")
	return b.String()
}

// ParseLaboratory reads the file of a laboratory.
func ParseLaboratory(text string) (Laboratory, error) {
	if len(text) > maxLaboratory {
		return Laboratory{}, fmt.Errorf("reading laboratory: longer than %d bytes", maxLaboratory)
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, '\r') {
		return Laboratory{}, errors.New("reading laboratory: want UTF-8 with lines that end in LF")
	}
	l := Laboratory{Limits: map[cert.Kind]Limit{}}
	lines := strings.Split(text, "\n")
	for n, line := range lines {
		if err := l.line(n, line, len(lines)); err != nil {
			return Laboratory{}, fmt.Errorf("reading laboratory: line %d: %w", n+1, err)
		}
	}
	if l.String() != text {
		return Laboratory{}, errors.New("reading laboratory: want allow lines sorted by kind, numbers without zeros before them, whole days as days, and single spaces")
	}
	return l, nil
}

// line reads the line with number n, from 0.
func (l *Laboratory) line(n int, line string, of int) error {
	word, rest, _ := strings.Cut(line, " ")
	switch head := []string{laboratoryName, "authority", "laboratory", "name", "clock"}; {
	case n < len(head) && word != head[n]:
		return fmt.Errorf("want %s", head[n])
	case n == of-1: // after the last LF
		if n <= len(head) || line != "" {
			return errors.New("want end, and a LF after it")
		}
		return nil
	case n == of-2:
		if line != "end" {
			return errors.New("want end")
		}
		return nil
	}
	var err error
	switch n {
	case 0:
		if rest != "" {
			err = errors.New("want nothing after the name of the form")
		}
	case 1:
		l.Authority, err = rest, checkID(rest)
	case 2:
		l.ID, err = rest, checkID(rest)
	case 3:
		if l.Name = rest; !isText(rest) {
			err = fmt.Errorf("want a name of 1 to %d bytes that begins and ends with no space", maxName)
		}
	case 4:
		l.Clock, err = parseClock(rest)
	default:
		err = l.allow(line)
	}
	return err
}

// allow reads a limit.
func (l *Laboratory) allow(line string) error {
	f := strings.Split(line, " ")
	if len(f) != 8 || f[0] != "allow" || f[2] != "day" || f[4] != "each" || f[6] != "valid" {
		return errors.New(`want "allow KIND day NUMBER each NUMBER valid NUMBERd" or "end"`)
	}
	kind := cert.Kind(f[1])
	if !slices.Contains(kinds, kind) {
		return fmt.Errorf("kind %.20q is none that can be issued: want one of %v", f[1], kinds)
	}
	if _, twice := l.Limits[kind]; twice {
		return fmt.Errorf("kind %s stands twice", kind)
	}
	var m Limit
	var err error
	if m.Day, err = strconv.Atoi(f[3]); err != nil || m.Day < 1 || m.Day > mostADay {
		return fmt.Errorf("day: want a number from 1 to %d", mostADay)
	}
	if m.Each, err = strconv.Atoi(f[5]); err != nil || m.Each < 1 || m.Each > m.Day {
		return fmt.Errorf("each: want a number from 1 to that of the day, %d", m.Day)
	}
	if m.Valid, err = parseHours(f[7]); err != nil {
		return err
	}
	l.Limits[kind] = m
	return nil
}

// hours writes a duration as days if it is whole days, else as hours.
func hours(d time.Duration) string {
	if d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	return strconv.Itoa(int(d/time.Hour)) + "h"
}

func parseHours(s string) (time.Duration, error) {
	unit := time.Hour
	digits, isHours := strings.CutSuffix(s, "h")
	if !isHours {
		digits, _ = strings.CutSuffix(s, "d")
		unit = day
	}
	n, err := strconv.Atoi(digits)
	if err != nil || digits == s || n < 1 || n > int(longestValid/unit) {
		return 0, fmt.Errorf("valid: want hours like 72h or days like 180d, up to %s", hours(longestValid))
	}
	return time.Duration(n) * unit, nil
}

// clock writes an offset from UTC as ISO 8601 does.
func clock(d time.Duration) string {
	sign := '+'
	if d < 0 {
		sign, d = '-', -d
	}
	return fmt.Sprintf("%c%02d:%02d", sign, int(d/time.Hour), int(d%time.Hour/time.Minute))
}

func parseClock(s string) (time.Duration, error) {
	t, err := time.Parse("-07:00", s)
	if err != nil {
		return 0, errors.New("clock: want an offset from UTC like +08:00")
	}
	_, east := t.Zone()
	d := time.Duration(east) * time.Second
	if d < -12*time.Hour || d > 14*time.Hour || clock(d) != s {
		return 0, errors.New("clock: want an offset from UTC, from -12:00 to +14:00")
	}
	return d, nil
}

// checkID returns an error for what is not the name of an authority, a
// laboratory, an account or a machine.
func checkID(s string) error {
	if IsID(s) {
		return nil
	}
	return fmt.Errorf("want a name of up to %d small letters, digits, dots and hyphens that begins with a letter", maxID)
}

// IsID reports whether s can name an authority, a laboratory, an account or a
// machine.
func IsID(s string) bool {
	return s != "" && len(s) <= maxID && s[0] >= 'a' && s[0] <= 'z' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
}

func isText(s string) bool {
	return s != "" && len(s) <= maxName && strings.TrimSpace(s) == s && strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }) < 0
}
