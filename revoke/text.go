package revoke

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Header is the first line of a list in text form, and of one that has layers.
const (
	Header        = "pratique-withdrawals/1.0"
	HeaderLayered = "pratique-withdrawals/1.1"
)

// MaxEntries is the most entries that a list in text form may have; more are
// for its layers ([List.Compact]).
const MaxEntries = 100_000

// Parse reads a list in its text form. It accepts what [List.String] writes,
// and comments and empty lines besides.
func Parse(text string) (*List, error) {
	l := &List{entries: make(map[Handle]Entry)}
	var last Handle
	n := 0
	layered := false
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if n == 1 {
			if layered = line == HeaderLayered; !layered && line != Header {
				return nil, fmt.Errorf("reading withdrawals: line 1: want %q or %q", Header, HeaderLayered)
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
			return nil, fmt.Errorf("reading withdrawals: more than %d entries: make layers of them", MaxEntries)
		}
	}
	switch {
	case n == 0:
		return nil, fmt.Errorf("reading withdrawals: empty file: want %q", Header)
	case layered != (l.population.Count > 0):
		return nil, fmt.Errorf("reading withdrawals: a list of version 1.1, and no other, has a population")
	case layered && (l.Authority != "" || l.Country == ""):
		return nil, fmt.Errorf("reading withdrawals: a population is one country's")
	case l.Key != "" && l.Authority != "":
		return nil, fmt.Errorf("reading withdrawals: a list is about one key, or about the signers of one authority")
	case l.Key == "" && l.Authority == "" && (l.Country == "" || l.AsOf.IsZero() || l.Until.IsZero()):
		return nil, fmt.Errorf("reading withdrawals: country, as-of and until must be given")
	case !l.Until.IsZero() && !l.AsOf.Before(l.Until):
		return nil, fmt.Errorf("reading withdrawals: as-of is not before until")
	}
	return l, nil
}

func (l *List) line(line string, last *Handle) error {
	word, rest, _ := strings.Cut(line, " ")
	var err error
	once := func(unset bool) error {
		if !unset || len(l.entries) > 0 || len(l.layers) > 0 {
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
	case "key":
		if err = once(l.Key == ""); err == nil {
			l.Key, err = identifier(rest)
		}
	case "authority":
		if err = once(l.Authority == ""); err == nil {
			l.Authority, err = identifier(rest)
		}
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
	case "population":
		if err = once(l.population.Count == 0); err == nil {
			l.population, err = population(rest)
		}
	case "layer":
		if l.population.Count == 0 || len(l.entries) > 0 || len(l.layers) == MaxLayers {
			return fmt.Errorf("layers stand after their population and before the entries, at most %d", MaxLayers)
		}
		var y layer
		if y, err = readLayer(rest); err == nil {
			l.layers = append(l.layers, y)
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

// schemes and reasons are the words of an entry.
var (
	schemes = []Scheme{BySignature, ByID, ByCountryID, ByRID, BySigner}
	reasons = []Reason{Error, Fraud, KeyLost, Unstated, Ended}
)

func entry(line string) (Entry, error) {
	f := strings.Split(line, " ")
	if len(f) != 4 && len(f) != 5 {
		return Entry{}, fmt.Errorf("want: scheme handle reason since")
	}
	e := Entry{Handle: Handle{Scheme: Scheme(f[0])}, Reason: Reason(f[2])}
	if !slices.Contains(schemes, e.Scheme) {
		return Entry{}, fmt.Errorf("unknown scheme %q: want by-signature, by-uci, by-country-uci, by-rid or by-signer", f[0])
	}
	if !slices.Contains(reasons, e.Reason) {
		return Entry{}, fmt.Errorf("unknown reason %q: want error, fraud, key-lost, unstated or ended", f[2])
	}
	b, err := hex.DecodeString(f[1])
	if err != nil || len(b) != len(e.Hash) || f[1] != strings.ToLower(f[1]) {
		return Entry{}, fmt.Errorf("a handle is %d lower-case hex digits", 2*len(e.Hash))
	}
	copy(e.Hash[:], b)
	if f[3] != "-" || e.Reason != Unstated {
		if e.Since, err = moment(f[3]); err != nil {
			return Entry{}, err
		}
	}
	if len(f) == 5 {
		e.Before, err = moment(f[4])
	}
	return e, err
}

// maxIdentifier is the longest identifier of a key, in bytes.
const maxIdentifier = 64

// identifier reads the identifier of a key.
func identifier(s string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) == 0 || len(b) > maxIdentifier || base64.StdEncoding.EncodeToString(b) != s {
		return "", fmt.Errorf("want the identifier of a key in base64")
	}
	return string(b), nil
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
	if _, layered := l.Population(); layered {
		b.WriteString(HeaderLayered + "\n")
	} else {
		b.WriteString(Header + "\n")
	}
	for _, f := range []struct{ name, value string }{
		{"country", l.Country}, {"key", base64.StdEncoding.EncodeToString([]byte(l.Key))}, {"authority", base64.StdEncoding.EncodeToString([]byte(l.Authority))},
		{"as-of", rfc(l.AsOf)}, {"until", rfc(l.Until)}, {"appeal", l.Appeal},
	} {
		if f.value != "" && f.value != "-" {
			b.WriteString(f.name + " " + f.value + "\n")
		}
	}
	l.writeLayers(&b)
	for _, e := range l.Entries() {
		fmt.Fprintf(&b, "%s %x %s %s", e.Scheme, e.Hash, e.Reason, rfc(e.Since))
		if !e.Before.IsZero() {
			b.WriteString(" " + rfc(e.Before))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// rfc writes a moment, and one that is not stated as a hyphen.
func rfc(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}
