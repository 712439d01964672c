package mrz

import (
	"slices"
	"strings"
)

// An outcome is what the comparison of one part, or of a whole form, gives.
type outcome struct {
	class       Class
	reasons     []Reason
	slips       int // typing slips that were overlooked
	left, right []skipped

	xmore, ymore bool // one side has ordinary components that the other lacks
}

// compareParts compares the family names or the given names of two forms. With
// slip, one typing slip may be overlooked, which is then counted.
func compareParts(x, y *part, where Part, slip bool) outcome {
	if x.icao == y.icao && slices.Equal(x.g, y.g) {
		return outcome{class: Same}
	}
	cost, reasons := find(x.lattice, 0, len(x.g), y.lattice, 0, len(y.g), false, where)
	switch {
	case cost == 0 && x.icao != y.icao:
		return outcome{class: Same, reasons: reasons}
	case cost < unwritten:
		return outcome{class: Variant, reasons: reasons}
	}
	if xc, yc := x.covered(), y.covered(); xc != yc {
		return outcome{class: Unknown, reasons: []Reason{{Code: ScriptNotCovered, Part: where, A: x.text, B: y.text}}}
	}
	out := align(x, y, where, slip)
	if out.class == Different && slip && oneSlip(strings.ReplaceAll(x.rec, "<", ""), strings.ReplaceAll(y.rec, "<", "")) {
		return outcome{class: Variant, slips: 1, reasons: []Reason{{Code: OneLetterDiffers, Part: where, A: x.text, B: y.text}}}
	}
	return out
}

// An alignment links the components of two parts in their order, so that the
// worst link is as good as can be.
type alignment struct {
	x, y  *part
	where Part
	slip  bool
	memo  map[alignState]alignStep
	pairs map[[4]int]link
}

// maxPairs is the number of pairs of components up to which joined components
// are looked for; it bounds the work on senseless input.
const maxPairs = 64

// An alignState is how far we are, and what has been used.
type alignState struct {
	i, j           int
	xskip, yskip   bool // an ordinary component of x, of y was left over
	matched, slips bool
}

type alignStep struct {
	grade grade
	cost  int
	link  link
	next  alignState
}

// A grade orders classes from good to bad.
type grade uint8

const (
	gSame grade = iota
	gVariant
	gTruncated
	gMissing
	gUnsure
	gDifferent
)

func (g grade) class() Class {
	return [...]Class{Same, Variant, Truncated, PartMissing, Unknown, Different}[g]
}

// A link is one step of an alignment.
type link struct {
	grade       grade
	cost        int
	reasons     []Reason
	slip        bool
	left, right *skipped
}

func align(x, y *part, where Part, slip bool) outcome {
	a := alignment{x: x, y: y, where: where, slip: slip, memo: map[alignState]alignStep{}, pairs: map[[4]int]link{}}
	s := alignState{}
	best := a.best(s)
	if best.grade == gDifferent {
		return outcome{class: Different, reasons: []Reason{a.difference()}}
	}
	out := outcome{class: best.grade.class()}
	for s.i < len(x.words) || s.j < len(y.words) {
		step := a.memo[s]
		out.reasons = append(out.reasons, step.link.reasons...)
		if step.link.slip {
			out.slips++
		}
		if step.link.left != nil {
			out.left = append(out.left, *step.link.left)
		}
		if step.link.right != nil {
			out.right = append(out.right, *step.link.right)
		}
		s = step.next
	}
	out.xmore, out.ymore = s.xskip, s.yskip
	out.reasons = unique(out.reasons)
	return out
}

// difference says how two parts differ: at least whether it is the order.
func (a *alignment) difference() Reason {
	r := Reason{Code: ComponentsDiffer, Part: a.where, A: a.x.text, B: a.y.text}
	list := func(p *part) []string {
		var s []string
		for _, w := range p.words {
			s = append(s, w.rec)
		}
		slices.Sort(s)
		return s
	}
	if slices.Equal(list(a.x), list(a.y)) {
		r.Code = OrderChanged
	}
	return r
}

func (a *alignment) best(s alignState) alignStep {
	n, m := len(a.x.words), len(a.y.words)
	if s.i == n && s.j == m {
		if s.matched {
			return alignStep{}
		}
		return alignStep{grade: gDifferent}
	}
	if step, ok := a.memo[s]; ok {
		return step
	}
	res := alignStep{grade: gDifferent}
	try := func(l link, next alignState) {
		if l.grade == gDifferent {
			return
		}
		rest := a.best(next)
		step := alignStep{grade: max(l.grade, rest.grade), cost: l.cost + rest.cost, link: l, next: next}
		if step.grade < res.grade || step.grade == res.grade && step.grade != gDifferent && step.cost < res.cost {
			res = step
		}
	}
	reach := 3 // how many components may be joined
	if n*m > maxPairs {
		reach = 1
	}
	for k := 1; k <= reach && s.i+k <= n; k++ {
		for q := 1; q <= reach && s.j+q <= m; q++ {
			next := s
			next.i, next.j = s.i+k, s.j+q
			l := a.pair(s.i, next.i, s.j, next.j)
			if l.grade != gDifferent {
				next.matched = s.matched || a.ordinary(s, k, q)
				try(l, next)
			}
			if k == 1 && q == 1 && a.slip && !s.slips {
				if l := a.slipped(s.i, s.j); l.slip {
					next.slips, next.matched = true, true
					try(l, next)
				}
			}
		}
	}
	if s.i < n {
		l, next := a.skip(a.x, s.i, s.j == m && a.y.cut), s
		next.i++
		if a.x.words[s.i].kind == ordinary {
			next.xskip = true
		}
		if !next.xskip || !next.yskip {
			try(l, next)
		}
	}
	if s.j < m {
		l, next := a.skip(a.y, s.j, s.i == n && a.x.cut), s
		next.j++
		if a.y.words[s.j].kind == ordinary {
			next.yskip = true
		}
		if !next.xskip || !next.yskip {
			try(l.flip(), next)
		}
	}
	a.memo[s] = res
	return res
}

func (l link) flip() link {
	l.left, l.right = l.right, l.left
	l.reasons = slices.Clone(l.reasons)
	for i := range l.reasons {
		l.reasons[i] = l.reasons[i].flip()
	}
	return l
}

func (a *alignment) ordinary(s alignState, k, q int) bool {
	has := func(ws []word) bool {
		return slices.ContainsFunc(ws, func(w word) bool { return w.kind == ordinary })
	}
	return has(a.x.words[s.i:s.i+k]) && has(a.y.words[s.j:s.j+q])
}

// skip leaves a component of p over. Particles, titles and suffixes are noted,
// to be judged when the whole name has been seen.
func (a *alignment) skip(p *part, i int, cut bool) link {
	w := p.words[i]
	if cut {
		return link{grade: gTruncated, cost: 16, reasons: []Reason{{Code: CutOff, Part: a.where, A: w.text}}}
	}
	switch w.kind {
	case particle, title, suffix:
		return link{grade: gVariant, cost: 8, left: &skipped{text: w.text, rec: w.rec, kind: w.kind, part: a.where}}
	case marker:
		return link{grade: gMissing, reasons: []Reason{{Code: BirthName, Part: a.where, A: w.text}}}
	}
	code := ComponentMissing
	if patronymic(w.rec) {
		code = PatronymicMissing
	}
	return link{grade: gMissing, cost: 32, reasons: []Reason{{Code: code, Part: a.where, A: w.text}}}
}

func (a *alignment) slipped(i, j int) link {
	v, w := a.x.words[i], a.y.words[j]
	if !oneSlip(v.rec, w.rec) {
		return link{}
	}
	return link{grade: gVariant, cost: 1000, slip: true, reasons: []Reason{{
		Code: OneLetterDiffers, Part: a.where, A: v.text, B: w.text}}}
}

// pair links the components i to k of x with j to q of y.
func (a *alignment) pair(i, k, j, q int) link {
	id := [4]int{i, k, j, q}
	l, ok := a.pairs[id]
	if !ok {
		l = a.judge(i, k, j, q)
		a.pairs[id] = l
	}
	return l
}

func (a *alignment) judge(i, k, j, q int) link {
	x, y := a.x, a.y
	xi, xk, yj, yq := x.words[i].from, x.words[k-1].to, y.words[j].from, y.words[q-1].to
	single := k == i+1 && q == j+1
	if single && x.icao == y.icao && slices.Equal(x.g[xi:xk], y.g[yj:yq]) {
		return link{}
	}
	unsure := link{grade: gDifferent}
	if x.words[i].first&y.words[j].first != 0 {
		cost, reasons := find(x.lattice, xi, xk, y.lattice, yj, yq, false, a.where)
		switch {
		case cost == 0 && x.icao != y.icao:
			return link{reasons: reasons}
		case cost < unwritten:
			return link{grade: gVariant, cost: int(cost), reasons: reasons}
		case cost < impossible && !a.otherArabic(i, k, j, q):
			unsure = link{grade: gUnsure, cost: int(cost), reasons: reasons}
		}
	}
	if l := a.listed(i, k, j, q); l.grade != gDifferent {
		return l
	}
	if single {
		if l := a.shortened(i, j); l.grade != gDifferent {
			return l
		}
	}
	return unsure
}

// arabic gives the line of the list of Arabic names in which some components,
// joined, stand.
func (p *part) arabic(i, k int) int {
	if k == i+1 {
		return p.words[i].arabic
	}
	s := ""
	for _, w := range p.words[i:k] {
		s += p.bare(w.from, w.to, w.rec)
	}
	return arabicName(s)
}

// otherArabic says whether the list knows the two as different names.
func (a *alignment) otherArabic(i, k, j, q int) bool {
	m, n := a.x.arabic(i, k), a.y.arabic(j, q)
	return m != 0 && n != 0 && m != n
}

// listed links transcriptions of one Arabic name, and JR with JUNIOR.
func (a *alignment) listed(i, k, j, q int) link {
	x, y := a.x, a.y
	v, w := x.words[i], y.words[j]
	r := Reason{Part: a.where}
	if k == i+1 && q == j+1 && v.kind == suffix && w.kind == suffix && sameSuffix(v.rec, w.rec) {
		r.Code = SuffixSpelled
	} else if m := x.arabic(i, k); m != 0 && m == y.arabic(j, q) {
		r.Code = ArabicName
	} else {
		return link{grade: gDifferent}
	}
	r.A, r.B = x.written(v.from, x.words[k-1].to), y.written(w.from, y.words[q-1].to)
	return link{grade: gVariant, cost: 2, reasons: []Reason{r}}
}

func sameSuffix(s, t string) bool {
	junior := func(s string) bool { return s == "JR" || s == "JNR" || s == "JUNIOR" }
	senior := func(s string) bool { return s == "SR" || s == "SNR" || s == "SENIOR" }
	return junior(s) && junior(t) || senior(s) && senior(t)
}

// shortened links an initial, or a component that a full field has cut, with
// the component of which it is the beginning.
func (a *alignment) shortened(i, j int) link {
	x, y := a.x, a.y
	v, w := x.words[i], y.words[j]
	if v.first&w.first == 0 {
		return link{grade: gDifferent}
	}
	try := func(p *part, pi int, v word, q *part, w word) (link, bool) {
		initial := p.letters(pi) == 1
		if !initial && !p.cut {
			return link{}, false
		}
		cost, reasons := find(p.lattice, v.from, v.to, q.lattice, w.from, w.to, true, a.where)
		if cost >= unwritten {
			return link{}, false
		}
		code := CutOff
		switch {
		case initial && len(p.words) == 1:
			code = FirstLetterOnly
		case initial && !p.cut:
			code = Initial
		}
		r := Reason{Code: code, Part: a.where, A: v.text, B: w.text}
		return link{grade: gTruncated, cost: 16 + int(cost), reasons: append(reasons, r)}, true
	}
	if l, ok := try(x, i, v, y, w); ok {
		return l
	}
	if l, ok := try(y, j, w, x, v); ok {
		return l.flip()
	}
	return link{grade: gDifferent}
}
