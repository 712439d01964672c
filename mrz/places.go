package mrz

import "slices"

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
