package mrz

import "slices"

// A Name is the name of one person as one document writes it. Any field may be
// empty. Printed forms are in any script; ICAO forms are those of passport
// lines and of fnt and gnt, A to Z and <.
type Name struct {
	Family, Given         string
	FamilyICAO, GivenICAO string

	// Truncated says that the ICAO form may have lost letters because its
	// field was full. See [Document.Truncated]. A part of [MaxDCC] letters is
	// taken as truncated without it.
	Truncated bool
}

// A Class says how two names stand to each other. The zero Class is Unknown;
// greater is better.
type Class uint8

const (
	Unknown     Class = iota // nothing to compare
	Different                // no rule leads from one to the other
	Swapped                  // the same parts in other places
	PartMissing              // a part of one is not in the other, the rest agrees
	Truncated                // one is shortened; what is left agrees
	Variant                  // rules of spelling lead from one to the other
	Same                     // identical after normalisation
)

func (c Class) String() string {
	if c > Same {
		return ""
	}
	return [...]string{"unknown", "different", "swapped", "part_missing", "truncated", "variant", "same"}[c]
}

// A Result is the answer of [Match].
type Result struct {
	Class Class
	// Near is a hint beside Different: one typing slip (a letter too many, too
	// few, wrong, or two exchanged) is all that keeps the names apart. It is a
	// reason to look again, never to accept.
	Near    bool
	Reasons []Reason
}

// String is for debugging only; it holds personal data.
func (r Result) String() string {
	s := r.Class.String()
	if r.Near {
		s += ", near"
	}
	for i, reason := range r.Reasons {
		if i == 0 {
			s += ": "
		} else {
			s += "; "
		}
		s += reason.String()
	}
	return s
}

// Match compares two names. Match(b, a) is Match(a, b) with the sides of its
// reasons exchanged, and a name is Same as itself if there is anything in it.
func Match(a, b Name) Result {
	if b.less(a) {
		r := match(b, a)
		r.Reasons = flipped(r.Reasons)
		return r
	}
	return match(a, b)
}

func (n Name) less(m Name) bool {
	if c := slices.Compare([]string{n.Family, n.Given, n.FamilyICAO, n.GivenICAO}, []string{m.Family, m.Given, m.FamilyICAO, m.GivenICAO}); c != 0 {
		return c < 0
	}
	return !n.Truncated && m.Truncated
}

// match compares every form of a with every form of b. Forms of one kind (both
// ICAO, or both printed in the same script) are compared directly, the others
// across. The best answer counts, but Same only if all direct ones agree.
func match(a, b Name) Result {
	ap, ai := a.forms()
	bp, bi := b.forms()
	if ap == nil && ai == nil || bp == nil && bi == nil {
		return Result{Reasons: []Reason{{Code: NothingToCompare, Part: Whole}}}
	}
	for _, f := range []*form{ap, ai, bp, bi} {
		if f != nil && f.tooLong() {
			if a == b {
				return Result{Class: Same}
			}
			return Result{Reasons: []Reason{{Code: TooLong, Part: Whole}}}
		}
	}
	var c comparisons
	compare := func(x, y *form) Result {
		if x == nil || y == nil {
			return Result{}
		}
		r := compareForms(x, y)
		if x.icao == y.icao && (x.icao || x.scripts == y.scripts) {
			c.direct = append(c.direct, r)
		} else {
			c.cross = append(c.cross, r)
		}
		return r
	}
	compare(ai, bi)
	compare(ap, bp)
	if c.agree() && len(c.direct) == 2 {
		return c.direct[0]
	}
	c.icao = ai != nil && bi != nil
	if ap != nil && bp != nil && len(c.cross) > 0 {
		// Printed in two scripts: a rule must lead from one to the other.
		c.contradicted = c.cross[0].Class <= Different
	}
	for _, r := range []struct {
		printed *form
		Result
	}{{ap, compare(ap, bi)}, {bp, compare(ai, bp)}} {
		c.contradicted = c.contradicted || r.Class == Different && r.printed.alphabetic()
	}
	r := c.choose()
	if slices.ContainsFunc(r.Reasons, func(r Reason) bool { return r.Code == ICAODiffers }) {
		r.Reasons = unique(slices.Concat(r.Reasons, faults(ap, ai), flipped(faults(bp, bi))))
	}
	return r
}

// faults explains how the ICAO form of one document departs from its printed
// form, which stands first in the reasons.
func faults(printed, icao *form) []Reason {
	if printed == nil || icao == nil {
		return nil
	}
	if r := compareForms(printed, icao); r.Class < Same && r.Class > Swapped {
		return r.Reasons
	}
	return nil
}

func flipped(rs []Reason) []Reason {
	for i := range rs {
		rs[i] = rs[i].flip()
	}
	return rs
}

// comparisons are those of the forms of two names.
type comparisons struct {
	direct, cross []Result
	icao          bool // the ICAO forms are among the direct ones, the first
	contradicted  bool // a printed form speaks against the direct ones
}

func (c comparisons) agree() bool {
	return len(c.direct) > 0 && !slices.ContainsFunc(c.direct, func(r Result) bool { return r.Class != Same })
}

// choose takes the best of the comparisons.
func (c comparisons) choose() Result {
	every := slices.Concat(c.direct, c.cross)
	best := slices.MaxFunc(every, func(a, b Result) int { return int(a.Class) - int(b.Class) })
	if best.Class <= Different {
		for _, r := range c.direct {
			best.Near = best.Near || r.Near
		}
		return best
	}
	// Where the forms of one document disagree, nothing is Same.
	var doubt Code
	for i, r := range c.direct {
		if r.Class < best.Class && doubt == "" {
			doubt = PrintedDiffers
			if c.icao && i == 0 {
				doubt = ICAODiffers
			}
		}
	}
	if c.agree() && c.contradicted {
		doubt = PrintedDiffers
	}
	if doubt == "" {
		return best
	}
	out := Result{Class: min(best.Class, Variant), Reasons: []Reason{{Code: doubt, Part: Whole}}}
	for _, r := range every {
		if r.Class > Different {
			out.Reasons = append(out.Reasons, r.Reasons...)
		}
	}
	out.Reasons = unique(out.Reasons)
	return out
}
