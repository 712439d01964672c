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

// A form is one of the two ways in which a document writes a name. A part that
// it lacks is taken from the other way.
type form struct {
	family, given *part
	scripts       uint16
	placeholder   string
}

// forms gives the printed and the ICAO form, nil where there is none.
func (n Name) forms() (printed, icao *form) {
	pf, pg := newPart(n.Family, false, len(n.Family) >= MaxDCC), newPart(n.Given, false, len(n.Given) >= MaxDCC)
	cf := newPart(n.FamilyICAO, true, n.Truncated || len(n.FamilyICAO) >= MaxDCC)
	cg := newPart(n.GivenICAO, true, n.Truncated || len(n.GivenICAO) >= MaxDCC)
	if pf != nil || pg != nil {
		printed = newForm(either(pf, cf), either(pg, cg))
	}
	if cf != nil || cg != nil {
		icao = newForm(either(cf, pf), either(cg, pg))
	}
	return printed, icao
}

func either(a, b *part) *part {
	if a != nil {
		return a
	}
	return b
}

func newForm(family, given *part) *form {
	f := &form{family: family, given: given}
	for _, p := range []**part{&f.family, &f.given} {
		if *p == nil {
			continue
		}
		for _, g := range (*p).g {
			if g.script != separator && g.script != digit {
				f.scripts |= 1 << g.script
			}
		}
	}
	// A word for a missing part is no name, if there is another part.
	if f.family != nil && f.given != nil {
		switch {
		case f.given.placeholder():
			f.placeholder, f.given = f.given.rec, nil
		case f.family.placeholder():
			f.placeholder, f.family = f.family.rec, nil
		}
	}
	return f
}

func (f *form) tooLong() bool {
	return f.family != nil && len(f.family.g) >= MaxLetters || f.given != nil && len(f.given.g) >= MaxLetters
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
	var direct, cross []Result
	compare := func(list *[]Result, x, y *form) {
		if x != nil && y != nil {
			*list = append(*list, compareForms(x, y))
		}
	}
	compare(&direct, ai, bi)
	printed := ap != nil && bp != nil && ap.scripts == bp.scripts
	if printed {
		compare(&direct, ap, bp)
	}
	if all(direct, Same) && (len(direct) == 2 || !latinOnly(ap) && !latinOnly(bp)) {
		return direct[0]
	}
	compare(&cross, ap, bi)
	compare(&cross, ai, bp)
	if ap != nil && bp != nil && !printed {
		compare(&cross, ap, bp)
	}
	r := choose(direct, cross, ai != nil && bi != nil, latinOnly(ap) || latinOnly(bp))
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

func latinOnly(f *form) bool { return f != nil && f.scripts == 1<<latin }

func all(rs []Result, c Class) bool {
	return len(rs) > 0 && !slices.ContainsFunc(rs, func(r Result) bool { return r.Class != c })
}

// choose takes the best of the direct and cross comparisons. icao says that
// the ICAO forms were compared directly, which is then the first.
func choose(direct, cross []Result, icao, latinPrinted bool) Result {
	every := slices.Concat(direct, cross)
	best := slices.MaxFunc(every, func(a, b Result) int { return int(a.Class) - int(b.Class) })
	if best.Class <= Different {
		for _, r := range direct {
			best.Near = best.Near || r.Near
		}
		return best
	}
	// Where the forms of one document disagree, nothing is Same.
	var doubt Code
	for i, r := range direct {
		if r.Class < best.Class && doubt == "" {
			doubt = PrintedDiffers
			if icao && i == 0 {
				doubt = ICAODiffers
			}
		}
	}
	if latinPrinted && slices.ContainsFunc(cross, func(r Result) bool { return r.Class == Different }) && all(direct, Same) {
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

// compareForms compares two forms as they stand, and, if parts differ or are
// missing, with family and given name exchanged or divided elsewhere.
func compareForms(x, y *form) Result {
	straight := comparePlaces(x.family, y.family, x.given, y.given, false)
	r := Result{Class: straight.class, Reasons: straight.reasons}
	if r.Class > PartMissing {
		return withPlaceholder(r, x, y)
	}
	if once, ok := nameTwice(x, y); ok {
		return once
	}
	if s, ok := exchanged(x, y, r.Class); ok {
		return withPlaceholder(s, x, y)
	}
	if r.Class == Different {
		slip := comparePlaces(x.family, y.family, x.given, y.given, true)
		if slip.class != Different && slip.slips == 1 {
			r.Near = true
			r.Reasons = unique(slices.Concat(r.Reasons, only(slip.reasons, OneLetterDiffers)))
		}
	}
	return withPlaceholder(r, x, y)
}

func only(rs []Reason, c Code) []Reason {
	return slices.DeleteFunc(slices.Clone(rs), func(r Reason) bool { return r.Code != c })
}

func withPlaceholder(r Result, x, y *form) Result {
	if x.placeholder != y.placeholder {
		r.Reasons = append(r.Reasons, Reason{Code: Placeholder, Part: Whole, A: x.placeholder, B: y.placeholder})
		r.Class = min(r.Class, Variant)
	}
	return r
}

// comparePlaces compares family name with family name and given with given.
func comparePlaces(xf, yf, xg, yg *part, slip bool) outcome {
	out := outcome{class: Same}
	var missing []Reason
	compared := false
	for _, c := range []struct {
		x, y    *part
		where   Part
		missing Code
	}{{xf, yf, Family, FamilyMissing}, {xg, yg, Given, GivenMissing}} {
		switch {
		case c.x != nil && c.y != nil:
			compared = true
			out = out.and(compareParts(c.x, c.y, c.where, slip))
		case c.x != nil:
			missing = append(missing, Reason{Code: c.missing, Part: c.where, A: c.x.text})
		case c.y != nil:
			missing = append(missing, Reason{Code: c.missing, Part: c.where, B: c.y.text})
		}
	}
	switch {
	case !compared:
		return outcome{reasons: []Reason{{Code: NothingToCompare, Part: Whole}}}
	case len(missing) > 0:
		out.class = worse(out.class, PartMissing)
		out.reasons = append(out.reasons, missing...)
		// One part against two, and more in it than in its counterpart: then
		// both names have something that the other lacks, and too little left.
		if out.xmore && (xf == nil || xg == nil) || out.ymore && (yf == nil || yg == nil) {
			out.class = Different
		}
	}
	return settle(out)
}

// and joins the outcomes of two parts.
func (o outcome) and(p outcome) outcome {
	return outcome{
		class:   worse(o.class, p.class),
		reasons: slices.Concat(o.reasons, p.reasons),
		slips:   o.slips + p.slips,
		left:    slices.Concat(o.left, p.left),
		right:   slices.Concat(o.right, p.right),
		xmore:   o.xmore || p.xmore,
		ymore:   o.ymore || p.ymore,
	}
}

// worse gives the worse of two classes; Different outweighs Unknown.
func worse(a, b Class) Class {
	if a == Different || b == Different {
		return Different
	}
	return min(a, b)
}

// settle judges the particles, titles and suffixes that were left over: those
// on both sides have only moved.
func settle(o outcome) outcome {
	if o.class == Different {
		return o
	}
	for i := 0; i < len(o.left); i++ {
		l := o.left[i]
		j := slices.IndexFunc(o.right, func(r skipped) bool {
			return l.kind == r.kind && (l.rec == r.rec || l.kind == suffix && sameSuffix(l.rec, r.rec))
		})
		if j < 0 {
			continue
		}
		if l.kind != title {
			o.reasons = append(o.reasons, Reason{Code: ParticleMoved, Part: l.part, A: l.text, B: o.right[j].text})
			o.class = worse(o.class, Variant)
		}
		o.left, o.right = slices.Delete(o.left, i, i+1), slices.Delete(o.right, j, j+1)
		i--
	}
	for _, l := range o.left {
		o = o.leftOver(l, false)
		for _, r := range o.right {
			if l.kind != title && l.kind == r.kind && (l.kind == suffix || l.part == r.part) {
				return outcome{class: Different, reasons: []Reason{{Code: ComponentsDiffer, Part: l.part, A: l.text, B: r.text}}}
			}
		}
	}
	for _, r := range o.right {
		o = o.leftOver(r, true)
	}
	o.reasons = unique(o.reasons)
	return o
}

func (o outcome) leftOver(s skipped, right bool) outcome {
	r := Reason{Code: ParticleMissing, Part: s.part, A: s.text}
	class := PartMissing
	switch s.kind {
	case title:
		r.Code, class = Title, Variant
	case suffix:
		r.Code = SuffixMissing
	}
	if right {
		r = r.flip()
	}
	o.reasons = append(o.reasons, r)
	o.class = worse(o.class, class)
	return o
}

// nameTwice knows people of one name whose documents repeat it.
func nameTwice(x, y *form) (Result, bool) {
	twice := func(f *form) bool {
		return f.family != nil && f.given != nil && slices.Equal(f.family.g, f.given.g)
	}
	sole := func(f *form) *part {
		if f.family == nil || f.given == nil {
			return either(f.family, f.given)
		}
		return nil
	}
	s, t := sole(x), y.family
	if s == nil || !twice(y) {
		s, t = x.family, sole(y)
		if t == nil || !twice(x) {
			return Result{}, false
		}
	}
	o := compareParts(s, t, Whole, false)
	if o.class < Variant {
		return Result{}, false
	}
	return Result{Class: Variant, Reasons: append(o.reasons, Reason{Code: SingleNameTwice, Part: Whole, A: s.text, B: t.text})}, true
}

// exchanged compares with family and given name exchanged, and with the border
// between them ignored, in any order. All parts must find their counterparts:
// exchange explains where things are, not that they are missing.
func exchanged(x, y *form, straight Class) (Result, bool) {
	sole := (x.family == nil) != (x.given == nil) && (y.family == nil) != (y.given == nil)
	full := x.family != nil && x.given != nil && y.family != nil && y.given != nil
	if straight != PartMissing && (full || sole) {
		o := comparePlaces(x.family, y.given, x.given, y.family, false)
		if o.class >= PartMissing && o.class != Truncated && !(o.xmore && o.ymore) && !shortened(o.reasons) {
			code := Exchanged
			if sole {
				code = SingleName
			}
			return Result{Class: Swapped, Reasons: append(o.reasons, Reason{Code: code, Part: Whole})}, true
		}
	}
	if sole {
		return Result{}, false
	}
	for _, order := range [][2]bool{{false, false}, {true, true}, {false, true}, {true, false}} {
		if x.begin(order[0])&y.begin(order[1]) == 0 {
			continue
		}
		p, q := x.run(order[0]), y.run(order[1])
		if p == nil || q == nil {
			continue
		}
		if o := compareParts(p, q, Whole, false); o.class >= Variant && len(o.left)+len(o.right) == 0 {
			return Result{Class: Swapped, Reasons: append(o.reasons, Reason{Code: DividedElsewhere, Part: Whole})}, true
		}
	}
	return Result{}, false
}

// shortened says whether no more than a beginning of some component agrees.
func shortened(rs []Reason) bool {
	return slices.ContainsFunc(rs, func(r Reason) bool {
		return r.Code == Initial || r.Code == FirstLetterOnly || r.Code == CutOff
	})
}

// begin gives the letters with which a run may begin.
func (f *form) begin(givenFirst bool) uint32 {
	a, b := f.family, f.given
	if givenFirst {
		a, b = b, a
	}
	if a = either(a, b); a == nil {
		return 0
	}
	return a.words[0].first
}

// run is the whole name as one part, family name first or last.
func (f *form) run(givenFirst bool) *part {
	a, b := f.family, f.given
	if givenFirst {
		a, b = b, a
	}
	switch {
	case a == nil && b == nil:
		return nil
	case a == nil:
		return b
	case b == nil:
		return a
	case a.cut || b.cut:
		return nil
	}
	g := slices.Concat(a.g, []glyph{{base: '<'}}, b.g)
	return partOf(newLattice(g, a.icao && b.icao), false)
}
