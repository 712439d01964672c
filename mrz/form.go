package mrz

import "slices"

// A form is one of the two ways in which a document writes a name. A part that
// it lacks is taken from the other way.
type form struct {
	family, given *part
	icao          bool
	scripts       uint16
	placeholder   string
}

// forms gives the printed and the ICAO form, nil where there is none.
func (n Name) forms() (printed, icao *form) {
	pf, pg := newPart(n.Family, false, len(n.Family) >= MaxDCC), newPart(n.Given, false, len(n.Given) >= MaxDCC)
	cf := newPart(n.FamilyICAO, true, n.Truncated || len(n.FamilyICAO) >= MaxDCC)
	cg := newPart(n.GivenICAO, true, n.Truncated || len(n.GivenICAO) >= MaxDCC)
	if pf != nil || pg != nil {
		printed = newForm(either(pf, cf), either(pg, cg), false)
	}
	if cf != nil || cg != nil {
		icao = newForm(either(cf, pf), either(cg, pg), true)
	}
	return printed, icao
}

func either(a, b *part) *part {
	if a != nil {
		return a
	}
	return b
}

func newForm(family, given *part, icao bool) *form {
	f := &form{family: family, given: given, icao: icao}
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

// alphabetic says whether a printed form is in scripts that write vowels, so
// that its ICAO form follows from it by rules.
func (f *form) alphabetic() bool {
	return f != nil && f.scripts&^(1<<latin|1<<cyrillic|1<<greek) == 0
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
