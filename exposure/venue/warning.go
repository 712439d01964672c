package venue

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pratique/pratique/exposure"
)

// ErrWarnings means that a file is no list of warnings of its system, as a whole.
var ErrWarnings = errors.New("not a list of warnings")

// Warning is that somebody infectious was at a place, at a time.
type Warning struct {
	System System
	// From and Until are zero where they are sealed.
	From, Until time.Time
	Risk        exposure.Risk // of other systems than Germany's
	place       string        // as it is published: open, or a hash
	level       int           // transmission risk level, of Germany's
	sealed      *report
}

// published is how a visit's place stands in the warnings of its system.
func (v *Visit) published() string {
	switch v.System {
	case NewZealand:
		sum := sha512.Sum384([]byte(v.Place))
		return string(sum[:])
	case German:
		sum := sha256.Sum256([]byte(v.Place))
		return string(sum[:])
	}
	return v.Place
}

// list is a JSON list of entries that are not read yet, with an end to it.
type list []json.RawMessage

// UnmarshalJSON implements [json.Unmarshaler].
func (l *list) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return errors.New("no list")
	}
	for *l = (list{}); d.More(); {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		if len(*l) == MaxWarnings {
			return fmt.Errorf("more than %d entries", MaxWarnings)
		}
		*l = append(*l, raw)
	}
	return nil
}

const maxEntry = 64 << 10 // bytes

// entries reads each entry by itself. One that is none is a finding.
func entries[T any](l list, warnings func(T) ([]Warning, bool)) ([]Warning, []Finding, error) {
	var out []Warning
	var found []Finding
	for i, raw := range l {
		var entry T
		w, ok := []Warning(nil), len(raw) <= maxEntry && json.Unmarshal(raw, &entry) == nil
		if ok {
			w, ok = warnings(entry)
		}
		if !ok {
			found = append(found, Finding{i})
			continue
		}
		if out = append(out, w...); len(out) > MaxWarnings {
			return nil, nil, fmt.Errorf("%w: more than %d", ErrWarnings, MaxWarnings)
		}
	}
	return out, found, nil
}

func unmarshal(data []byte, to any) error {
	if len(data) > MaxFile {
		return fmt.Errorf("%w: longer than %d bytes", ErrWarnings, MaxFile)
	}
	if err := json.Unmarshal(data, to); err != nil {
		return fmt.Errorf("%w: %w", ErrWarnings, err)
	}
	return nil
}

// interval reads two moments that are written with offsets, to the second.
func interval(from, until string) (a, b time.Time, ok bool) {
	a, first := time.Parse(time.RFC3339, from)
	b, second := time.Parse(time.RFC3339, until)
	a, b = a.UTC().Truncate(time.Second), b.UTC().Truncate(time.Second)
	return a, b, first == nil && second == nil && a.Before(b)
}

// ParseNewZealand reads New Zealand's list of exposure events.
func ParseNewZealand(data []byte) ([]Warning, []Finding, error) {
	var f struct {
		Items *list `json:"items"`
	}
	if err := unmarshal(data, &f); err != nil {
		return nil, nil, err
	}
	if f.Items == nil {
		return nil, nil, fmt.Errorf("%w: no items", ErrWarnings)
	}
	type item struct {
		Hash  string `json:"glnHash"`
		Start string `json:"start"`
		End   string `json:"end"`
	}
	return entries(*f.Items, func(e item) ([]Warning, bool) {
		hash, err := base64.StdEncoding.Strict().DecodeString(e.Hash)
		from, until, ok := interval(e.Start, e.End)
		return []Warning{{System: NewZealand, From: from, Until: until, Risk: exposure.High, place: string(hash)}}, err == nil && ok && len(hash) == sha512.Size384
	})
}

// ParseEngland reads the list of risky venues of England and Wales.
func ParseEngland(data []byte) ([]Warning, []Finding, error) {
	var f struct {
		Venues *list `json:"venues"`
	}
	if err := unmarshal(data, &f); err != nil {
		return nil, nil, err
	}
	if f.Venues == nil {
		return nil, nil, fmt.Errorf("%w: no venues", ErrWarnings)
	}
	type venue struct {
		ID     string `json:"id"`
		Window struct {
			From  string `json:"from"`
			Until string `json:"until"`
		} `json:"riskyWindow"`
		Message string `json:"messageType"`
	}
	risk := map[string]exposure.Risk{"M1": exposure.Low, "M2": exposure.High, "M3": exposure.High}
	return entries(*f.Venues, func(e venue) ([]Warning, bool) {
		from, until, ok := interval(e.Window.From, e.Window.Until)
		r := risk[e.Message]
		return []Warning{{System: England, From: from, Until: until, Risk: r, place: e.ID}}, ok && r != exposure.None && isPlace(England, e.ID)
	})
}

const (
	since1900   = 2_208_988_800 // seconds from 1900 to 1970
	franceHigh  = 3             // level from which a French warning is high
	longestStay = 14 * 24 * time.Hour
)

// ParseFrance reads a file of clusters of France.
func ParseFrance(data []byte) ([]Warning, []Finding, error) {
	var f list
	if err := unmarshal(data, &f); err != nil {
		return nil, nil, err
	}
	type cluster struct {
		Place     string `json:"ltid"`
		Exposures []struct {
			Start    int64   `json:"s"`
			Duration int64   `json:"d"`
			Level    float64 `json:"r"`
		} `json:"exp"`
	}
	return entries(f, func(c cluster) ([]Warning, bool) {
		place, err := hex.DecodeString(strings.ReplaceAll(c.Place, "-", ""))
		if err != nil || !isPlace(France, string(place)) {
			return nil, false
		}
		var out []Warning
		for _, e := range c.Exposures {
			if e.Start < since1900 || e.Start > since1900+1<<33 || e.Duration < 1 || e.Duration > int64(longestStay/time.Second) || e.Level <= 0 {
				return nil, false
			}
			w := Warning{System: France, From: time.Unix(e.Start-since1900, 0).UTC(), Risk: exposure.Low, place: string(place)}
			w.Until = w.From.Add(time.Duration(e.Duration) * time.Second)
			if e.Level >= franceHigh {
				w.Risk = exposure.High
			}
			out = append(out, w)
		}
		return out, true
	})
}
