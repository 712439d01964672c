package mrz

import "strings"

// A walk looks for the simplest text that two stretches of lattices can both
// be written as. Every step leads forward in one of them, so the search is a
// recursion over the places reached, each looked at once.
type walk struct {
	x, y       *lattice
	xend, yend int
	prefix     bool // stop where x ends: x is then a beginning of y
	memo       map[uint64]step
}

// A position is a place in a lattice, or a letter inside an edge.
type position struct {
	place, edge, letter int
}

func (p position) key() uint64 {
	return uint64(p.place)<<12 | uint64(p.edge)<<4 | uint64(p.letter)
}

type step struct {
	cost   int32
	x, y   position
	xe, ye int16 // the edges entered, or -1
	vowel  bool
}

// find gives the cost of the simplest common text and the rules on its way.
func find(x *lattice, xi, xend int, y *lattice, yi, yend int, prefix bool, part Part) (int32, []Reason) {
	w := walk{x: x, y: y, xend: xend, yend: yend, prefix: prefix, memo: make(map[uint64]step)}
	px, py := position{place: xi}, position{place: yi}
	cost := w.best(px, py)
	if cost >= impossible || cost%unwritten/guessed > maxGuesses {
		return impossible, nil
	}
	var reasons []Reason
	for !w.done(px, py) {
		s := w.memo[w.key(px, py)]
		for _, r := range w.explain(s, px, py, part) {
			if r.Code == Cyrillic || r.Code == Greek || r.Code == Arabic {
				// The general rule of a script is told once, not for each letter.
				r.A, r.B = x.written(xi, xend), y.written(yi, yend)
			}
			reasons = append(reasons, r)
		}
		px, py = s.x, s.y
	}
	return cost, unique(reasons)
}

func (w *walk) key(px, py position) uint64 { return px.key()<<32 | py.key() }

func (w *walk) done(px, py position) bool {
	return px.letter == 0 && px.place == w.xend &&
		(w.prefix || py.letter == 0 && py.place == w.yend)
}

func (w *walk) best(px, py position) int32 {
	if w.done(px, py) {
		return 0
	}
	key := w.key(px, py)
	if s, ok := w.memo[key]; ok {
		return s.cost
	}
	res := step{cost: impossible}
	try := func(cost int32, s step) {
		if c := cost + w.best(s.x, s.y); c < res.cost {
			s.cost = c
			res = s
		}
	}
	xs, ys := ways(w.x, px, w.xend), ways(w.y, py, w.yend)
	for _, a := range xs {
		if a.letter == 0 {
			try(a.cost, step{x: a.next, y: py, xe: a.edge, ye: -1})
		}
	}
	for _, b := range ys {
		if b.letter == 0 {
			try(b.cost, step{x: px, y: b.next, xe: -1, ye: b.edge})
		}
	}
	for _, a := range xs {
		for _, b := range ys {
			if a.letter != 0 && a.letter == b.letter && a.wide == b.wide {
				try(a.cost+b.cost, step{x: a.next, y: b.next, xe: a.edge, ye: b.edge})
			}
		}
	}
	// After an Arabic letter the other side may have vowels of its own.
	if afterArabic(w.x, px, w.y, py, w.yend) {
		for _, b := range ys {
			if isVowel(b.letter) {
				try(b.cost+unwritten, step{x: px, y: b.next, xe: -1, ye: b.edge, vowel: true})
			}
		}
	}
	if afterArabic(w.y, py, w.x, px, w.xend) {
		for _, a := range xs {
			if isVowel(a.letter) {
				try(a.cost+unwritten, step{x: a.next, y: py, xe: a.edge, ye: -1, vowel: true})
			}
		}
	}
	w.memo[key] = res
	return res.cost
}

// afterArabic says whether p is after an Arabic letter and q before a letter of
// a script that writes its vowels.
func afterArabic(l *lattice, p position, m *lattice, q position, end int) bool {
	return p.letter == 0 && p.place > 0 && l.g[p.place-1].script == arabic &&
		q.place < end && m.g[q.place].script != arabic
}

// A way is one letter onward; letter is 0 for an edge that writes nothing.
type way struct {
	letter byte
	wide   string // the rest of a letter that has no rule
	cost   int32
	edge   int16
	next   position
}

func ways(l *lattice, p position, end int) []way {
	if p.letter > 0 {
		e := l.edges[p.place][p.edge]
		return []way{{letter: e.out[p.letter], edge: -1, next: onward(p, e)}}
	}
	if p.place >= end {
		return nil
	}
	out := make([]way, 0, len(l.edges[p.place]))
	for i, e := range l.edges[p.place] {
		if e.to > end {
			continue
		}
		w := way{cost: e.cost, edge: int16(i), next: position{place: e.to}}
		switch {
		case e.out == "":
		case e.out[0] >= 0x80:
			w.letter, w.wide = e.out[0], e.out[1:]
		default:
			w.letter = e.out[0]
			w.next = onward(position{place: p.place, edge: i}, e)
		}
		out = append(out, w)
	}
	return out
}

func onward(p position, e edge) position {
	if p.letter+1 == len(e.out) {
		return position{place: e.to}
	}
	p.letter++
	return p
}

// explain gives the rules of the edges that a step entered.
func (w *walk) explain(s step, px, py position, part Part) []Reason {
	var out []Reason
	if s.vowel {
		out = append(out, Reason{Code: ArabicVowels, Part: part})
	}
	var xe, ye edge
	if s.xe >= 0 {
		xe = w.x.edges[px.place][s.xe]
	}
	if s.ye >= 0 {
		ye = w.y.edges[py.place][s.ye]
	}
	if s.xe >= 0 && s.ye >= 0 && xe.out == ye.out && xe.code == ye.code &&
		w.x.written(px.place, xe.to) == w.y.written(py.place, ye.to) {
		return out
	}
	if xe.code != "" {
		out = append(out, Reason{Code: xe.code, Part: part, A: w.x.written(px.place, xe.to), B: xe.out})
	}
	if ye.code != "" {
		out = append(out, Reason{Code: ye.code, Part: part, A: ye.out, B: w.y.written(py.place, ye.to)})
	}
	return out
}

// written is what stands in the glyphs, for explanations.
func (l *lattice) written(i, j int) string {
	var b strings.Builder
	for _, g := range l.g[i:j] {
		if g.plain() {
			b.WriteRune(g.base)
		} else {
			b.WriteString(g.text())
		}
	}
	return b.String()
}

func unique(rs []Reason) []Reason {
	var out []Reason
next:
	for _, r := range rs {
		for _, o := range out {
			if o == r {
				continue next
			}
		}
		out = append(out, r)
	}
	return out
}
