package intake

import (
	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/vocab"
)

// Claim is what one of several results of an order says.
type Claim struct {
	Code   string // of the test, in LOINC
	Method cert.Method
	Says   cert.Result
	Place  string
	Usable bool // it is final, and has no error of its own
}

// Reduce says which results of one order to certify, for one sample was taken:
// of those of one method the summary rather than the genes that it looks for,
// and the first of several that say the same. Where they do not say the same,
// none is certified. Each claim has at most one finding: an error, or that it
// is left out because another says it. Antibodies of several classes are
// results of their own.
func Reduce(claims []Claim) []*Finding {
	out := make([]*Finding, len(claims))
	counts := func(c Claim) bool { return c.Usable && c.Method != cert.Serology }
	summaries := map[cert.Method]bool{}
	for _, c := range claims {
		if counts(c) && vocab.Summary(c.Code) {
			summaries[c.Method] = true
		}
	}
	first := map[cert.Method]int{}
	contradicted := map[cert.Method]bool{}
	for i, c := range claims {
		if !counts(c) {
			continue
		}
		if summaries[c.Method] && !vocab.Summary(c.Code) {
			out[i] = &Finding{Information, Left, c.Place}
			continue
		}
		f, found := first[c.Method]
		switch {
		case !found:
			first[c.Method] = i
		case claims[f].Says == c.Says:
			out[i] = &Finding{Information, Several, c.Place}
		default:
			contradicted[c.Method] = true
		}
	}
	for i, c := range claims {
		if counts(c) && contradicted[c.Method] && (out[i] == nil || out[i].Code == Several) {
			out[i] = &Finding{Error, Contradiction, c.Place}
		}
	}
	return out
}
