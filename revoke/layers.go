package revoke

import (
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/filter"
)

// Population is all that an issuer signed up to a moment, known by one of the
// schemes: what the layers of a list are exact for.
type Population struct {
	Scheme Scheme
	Count  int
	Issued time.Time // up to and including this moment
}

// layer is what was withdrawn of a population for one reason.
type layer struct {
	reason Reason
	by     time.Time // all of it was withdrawn by then
	filter *filter.Filter
}

// MaxLayers is the most layers of a list; with as many, build anew from all entries.
const MaxLayers = 64

// Errors of [List.Compact].
var (
	ErrUnsolved   = filter.ErrUnsolved // two handles are equal, or none are hashes
	ErrPopulation = errors.New("the list has layers for another population: build it anew from all its entries")
	ErrLayers     = fmt.Errorf("the list has %d layers: build it anew from all its entries", MaxLayers)
)

// Population is the one for which the list has layers; false if it has none.
func (l *List) Population() (Population, bool) {
	if l == nil || l.population.Count == 0 {
		return Population{}, false
	}
	return l.population, true
}

// Layers is how many layers the list has, and the bytes that they take.
func (l *List) Layers() (n, bytes int) {
	for _, y := range l.layers {
		bytes += len(y.filter.Bytes())
	}
	return len(l.layers), bytes
}

// Compact moves those entries of a list that are of the population into new
// layers, one for each reason, and leaves the others. handles gives the
// population's handles, p.Count of them, in any order but always the same; it
// is run through several times. Moment and bounds of a single entry are not
// kept: an entry that counts for certificates from before a moment only, or of
// a signer, stays an entry.
//
// A list with layers gets further ones for its later entries, of the same
// population. On error the list is unchanged.
func (l *List) Compact(p Population, handles iter.Seq[[16]byte]) error {
	switch have, layered := l.Population(); {
	case p.Count <= 0 || p.Issued.IsZero() || !slices.Contains(schemes, p.Scheme) || p.Scheme == BySigner:
		return errors.New("a population has a scheme, a size and a moment up to which it was issued")
	case layered && (have.Scheme != p.Scheme || have.Count != p.Count || !have.Issued.Equal(p.Issued)):
		return ErrPopulation
	}
	moved := map[Reason][]Entry{}
	for h := range handles {
		e, ok := l.entries[Handle{p.Scheme, h}]
		if ok && e.Before.IsZero() && e.Reason != Ended {
			moved[e.Reason] = append(moved[e.Reason], e)
		}
	}
	keys := func(yield func(filter.Key) bool) {
		for h := range handles {
			if !yield(filter.Key(h)) {
				return
			}
		}
	}
	layers := slices.Clone(l.layers)
	for _, reason := range reasons { // in an order that does not change
		if len(moved[reason]) == 0 {
			continue
		}
		y := layer{reason: reason}
		members := make([]filter.Key, 0, len(moved[reason]))
		for _, e := range moved[reason] {
			members = append(members, filter.Key(e.Hash))
			if e.Since.After(y.by) {
				y.by = e.Since
			}
		}
		var err error
		if y.filter, err = filter.Build(members, p.Count, keys); err != nil {
			return fmt.Errorf("building the layer of reason %s: %w", reason, err)
		}
		layers = append(layers, y)
	}
	if len(layers) > MaxLayers {
		return ErrLayers
	}
	l.layers = layers
	l.population = p
	for _, es := range moved {
		for _, e := range es {
			delete(l.entries, e.Handle)
		}
	}
	return nil
}

// covers reports whether the layers can answer for a certificate: it was issued
// within their time, or after it, when entries alone count.
func (p Population) covers(issued time.Time, handles []Handle) bool {
	return !issued.IsZero() && slices.ContainsFunc(handles, func(h Handle) bool { return h.Scheme == p.Scheme })
}

// within returns what the layers say of a certificate that they cover. Of two
// layers the later counts.
func (l *List) within(issued time.Time, handles []Handle) (Entry, bool) {
	if len(l.layers) == 0 || issued.After(l.population.Issued) {
		return Entry{}, false
	}
	for _, y := range slices.Backward(l.layers) {
		for _, h := range handles {
			if h.Scheme == l.population.Scheme && y.filter.Has(filter.Key(h.Hash)) {
				return Entry{Handle: h, Reason: y.reason, Since: y.by}, true
			}
		}
	}
	return Entry{}, false
}

// population reads the line "population by-uci 1000 2026-11-01T00:00:00Z".
func population(rest string) (p Population, err error) {
	f := strings.Split(rest, " ")
	if len(f) != 3 {
		return p, errors.New("want: population scheme count issued")
	}
	if p.Scheme = Scheme(f[0]); !slices.Contains(schemes, p.Scheme) || p.Scheme == BySigner {
		return p, fmt.Errorf("unknown scheme %q of a population", f[0])
	}
	if p.Count, err = strconv.Atoi(f[1]); err != nil || p.Count <= 0 || strconv.Itoa(p.Count) != f[1] {
		return p, errors.New("a population has a count above 0")
	}
	p.Issued, err = moment(f[2])
	return p, err
}

// readLayer reads the line "layer fraud 2026-11-01T00:00:00Z AgYE...".
func readLayer(rest string) (y layer, err error) {
	f := strings.Split(rest, " ")
	if len(f) != 3 {
		return y, errors.New("want: layer reason by filter")
	}
	if y.reason = Reason(f[0]); !slices.Contains(reasons, y.reason) || y.reason == Ended {
		return y, fmt.Errorf("unknown reason %q of a layer", f[0])
	}
	if f[1] != "-" || y.reason != Unstated {
		if y.by, err = moment(f[1]); err != nil {
			return y, err
		}
	}
	data, err := base64.StdEncoding.Strict().DecodeString(f[2])
	if err != nil {
		return y, errors.New("a filter is written in base64")
	}
	y.filter, err = filter.Parse(data)
	return y, err
}

// write writes the lines of population and layers.
func (l *List) writeLayers(b *strings.Builder) {
	p, ok := l.Population()
	if !ok {
		return
	}
	fmt.Fprintf(b, "population %s %d %s\n", p.Scheme, p.Count, rfc(p.Issued))
	for _, y := range l.layers {
		fmt.Fprintf(b, "layer %s %s %s\n", y.reason, rfc(y.by), base64.StdEncoding.EncodeToString(y.filter.Bytes()))
	}
}
