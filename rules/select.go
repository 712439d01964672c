package rules

import (
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
)

// Query says which rules are wanted.
type Query struct {
	Type    string    // Acceptance or Invalidation; empty: Acceptance
	Country string    // of arrival for acceptance, of the issuer for invalidation
	Region  string    // within the country; empty: rules of no region
	Kind    cert.Kind // of the evidence
	At      time.Time // the moment of the check
}

// Select returns the rules that a certificate must meet: those of the type and
// the country, of exactly the region (in any case of letters), about the kind
// of evidence or General, valid at the moment (both ends included); of several
// versions of one rule the highest. The order is that of the rules.
//
// This is the selection of the EU's reference apps
// (dgc-certlogic-android, DefaultGetRulesUseCase).
func Select(rules []*Rule, q Query) []*Rule {
	if q.Type == "" {
		q.Type = Acceptance
	}
	return appendSelected(nil, rules, q)
}

func appendSelected(out, rules []*Rule, q Query) []*Rule {
next:
	for _, r := range rules {
		if r.Type != q.Type || r.Country != q.Country || !r.Applies(q.Kind) || !r.InForce(q.At) || !strings.EqualFold(r.Region, q.Region) {
			continue
		}
		for i, have := range out {
			if have.Identifier == r.Identifier {
				if have.version.less(r.version) {
					out[i] = r
				}
				continue next
			}
		}
		out = append(out, r)
	}
	return out
}

// Select returns the acceptance rules of the set that apply to a kind of
// evidence at a moment. It is empty outside the set's own time.
func (s *Set) Select(k cert.Kind, at time.Time) []*Rule {
	if s.state(at) != "" {
		return nil
	}
	return Select(s.Rules, s.query(Acceptance, k, at))
}

func (s *Set) query(typ string, k cert.Kind, at time.Time) Query {
	return Query{Type: typ, Country: s.country(), Region: s.Region, Kind: k, At: at}
}

// country is that of the rules of the set.
func (s *Set) country() string {
	if s.Jurisdiction == Any {
		return templateCountry
	}
	return s.Jurisdiction
}
