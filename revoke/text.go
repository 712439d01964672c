package revoke

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Header is the first line of a list in text form.
const Header = "pratique-withdrawals/1.0"

// MaxEntries is the most entries that a list in text form may have; larger
// ones are for the binary filters of a bundle.
const MaxEntries = 100_000

// Parse reads a list in its text form. It accepts what [List.String] writes,
// and comments and empty lines besides.
func Parse(text string) (*List, error) {
	l := &List{entries: make(map[Handle]Entry)}
	var last Handle
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if n == 1 {
			if line != Header {
				return nil, fmt.Errorf("reading withdrawals: line 1: want %q", Header)
			}
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		if err := l.line(line, &last); err != nil {
			return nil, fmt.Errorf("reading withdrawals: line %d: %w", n, err)
		}
		if len(l.entries) > MaxEntries {
			return nil, fmt.Errorf("reading withdrawals: more than %d entries: build a filter instead", MaxEntries)
		}
	}
	switch {
	case n == 0:
		return nil, fmt.Errorf("reading withdrawals: empty file: want %q", Header)
	case l.Country == "" || l.AsOf.IsZero() || l.Until.IsZero():
		return nil, fmt.Errorf("reading withdrawals: country, as-of and until must be given")
	case !l.AsOf.Before(l.Until):
		return nil, fmt.Errorf("reading withdrawals: as-of is not before until")
	}
	return l, nil
}

func (l *List) line(line string, last *Handle) error {
	word, rest, _ := strings.Cut(line, " ")
	var err error
	once := func(unset bool) error {
		if !unset || len(l.entries) > 0 {
			return fmt.Errorf("%s stands twice or after an entry", word)
		}
		if rest == "" {
			return fmt.Errorf("%s needs a value", word)
		}
		return nil
	}
	switch word {
	case "country":
		err = once(l.Country == "")
		l.Country = rest
	case "appeal":
		err = once(l.Appeal == "")
		l.Appeal = rest
	case "as-of":
		if err = once(l.AsOf.IsZero()); err == nil {
			l.AsOf, err = moment(rest)
		}
	case "until":
		if err = once(l.Until.IsZero()); err == nil {
			l.Until, err = moment(rest)
		}
	default:
		var e Entry
		if e, err = entry(line); err != nil {
			return err
		}
		if len(l.entries) > 0 && compare(e.Handle, *last) <= 0 {
			return fmt.Errorf("entries must ascend by scheme and handle, each once")
		}
		*last = e.Handle
		l.entries[e.Handle] = e
	}
	return err
}

func entry(line string) (Entry, error) {
	f := strings.Split(line, " ")
	if len(f) != 4 {
		return Entry{}, fmt.Errorf("want: scheme handle reason since")
	}
	e := Entry{Handle: Handle{Scheme: Scheme(f[0])}, Reason: Reason(f[2])}
	switch e.Scheme {
	case BySignature, ByID, ByCountryID:
	default:
		return Entry{}, fmt.Errorf("unknown scheme %q: want by-signature, by-uci or by-country-uci", f[0])
	}
	switch e.Reason {
	case Error, Fraud, KeyLost:
	default:
		return Entry{}, fmt.Errorf("unknown reason %q: want error, fraud or key-lost", f[2])
	}
	b, err := hex.DecodeString(f[1])
	if err != nil || len(b) != len(e.Hash) || f[1] != strings.ToLower(f[1]) {
		return Entry{}, fmt.Errorf("a handle is %d lower-case hex digits", 2*len(e.Hash))
	}
	copy(e.Hash[:], b)
	e.Since, err = moment(f[3])
	return e, err
}

// moment reads RFC 3339 in UTC, in the one form that String writes.
func moment(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.IsZero() || t.Format(time.RFC3339) != s || !strings.HasSuffix(s, "Z") {
		return time.Time{}, fmt.Errorf("want a moment such as 2026-11-01T00:00:00Z")
	}
	return t, nil
}

// String writes the list in its text form.
func (l *List) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\ncountry %s\nas-of %s\nuntil %s\n", Header, l.Country, rfc(l.AsOf), rfc(l.Until))
	if l.Appeal != "" {
		fmt.Fprintf(&b, "appeal %s\n", l.Appeal)
	}
	for _, e := range l.Entries() {
		fmt.Fprintf(&b, "%s %x %s %s\n", e.Scheme, e.Hash, e.Reason, rfc(e.Since))
	}
	return b.String()
}

func rfc(t time.Time) string { return t.UTC().Format(time.RFC3339) }
