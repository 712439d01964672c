package trust

import (
	"slices"
	"time"

	"github.com/pratique/pratique/cert"
)

// Anyone stands for every jurisdiction, laboratory, format or method in a [Recognition].
const Anyone = "*"

// Recognition is a statement of one jurisdiction: it recognises certificates
// of another's issuers and laboratories, of these kinds, for this time.
type Recognition struct {
	By           string    // who recognises
	Of           string    // whose certificates, or Anyone
	Uses         Uses      // which kinds of evidence; Any: all, orders and releases too, and never what is derived from certificates of others, which [Derived] alone says
	Formats      []string  // hc1, shc, vds, divoc; empty: all that the verifier reads
	Diseases     []string  // disease codes; empty: all
	Methods      []string  // for tests: nucleic_acid, antigen_rapid ...; empty: all
	Laboratories []string  // for tests: laboratory identifiers or names; empty: all of the issuer's
	From         time.Time // zero: always been
	Until        time.Time // zero is refused by readers: a recognition ends or is renewed
	Note         string    // conditions in words, and where they are published
}

// Gap says which part of a recognition was not met. Empty: met.
type Gap string

// The gaps, from far to near: the verdict names the nearest miss.
const (
	GapIssuer     Gap = "issuer"     // the destination recognises nobody of this jurisdiction
	GapTime       Gap = "time"       // did, or will, but not at this moment
	GapUse        Gap = "use"        // not this kind of evidence
	GapFormat     Gap = "format"     // not in this format
	GapDisease    Gap = "disease"    // not for this disease
	GapMethod     Gap = "method"     // not this kind of test
	GapLaboratory Gap = "laboratory" // not this laboratory
)

var nearness = []Gap{GapIssuer, GapTime, GapUse, GapFormat, GapDisease, GapMethod, GapLaboratory}

// Recognitions are statements of many jurisdictions.
type Recognitions []Recognition

// Stated reports whether by has said anything at all about whom it recognises.
func (rs Recognitions) Stated(by string) bool {
	return slices.ContainsFunc(rs, func(r Recognition) bool { return r.By == by })
}

// Recognise looks for a statement of by that covers the event of a certificate
// whose key answers for country of, at the moment at. It returns the statement
// and no gap, or the nearest miss and what it lacks.
func (rs Recognitions) Recognise(by, of, format string, e cert.Event, at time.Time) (Recognition, Gap) {
	best, miss := -1, Recognition{}
	for _, r := range rs {
		if r.By != by {
			continue
		}
		g := r.gap(of, format, e, at)
		if g == "" {
			return r, ""
		}
		if n := slices.Index(nearness, g); n > best {
			best, miss = n, r
		}
	}
	if best < 0 {
		return Recognition{}, GapIssuer
	}
	return miss, nearness[best]
}

func (r Recognition) gap(of, format string, e cert.Event, at time.Time) Gap {
	if r.Of != Anyone && (of == "" || r.Of != of) {
		return GapIssuer
	}
	if (!r.From.IsZero() && at.Before(r.From)) || !at.Before(r.Until) {
		return GapTime
	}
	if e == nil || !r.Uses.Any && !r.Uses.Allows(UseFor(e.Kind())) {
		return GapUse
	}
	if !covers(r.Formats, format) {
		return GapFormat
	}
	if !covers(r.Diseases, e.About().Disease.Code()) {
		return GapDisease
	}
	t, ok := e.(*cert.Test)
	if !ok {
		return ""
	}
	if !covers(r.Methods, string(t.Method)) {
		return GapMethod
	}
	if !covers(r.Laboratories, t.Laboratory.ID) && !covers(r.Laboratories, t.Laboratory.Name) {
		return GapLaboratory
	}
	return ""
}

// covers reports whether the list has the word; an empty list covers all.
func covers(list []string, word string) bool {
	return len(list) == 0 || slices.Contains(list, Anyone) || (word != "" && slices.Contains(list, word))
}
