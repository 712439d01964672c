package certlogic

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Explain says in plain words what the expression asks, in English ("en") or
// French ("fr"); any other language gives English. A short rule is one
// sentence, a longer one an indented list. "The rule is met" stands for the
// answer true. Paths of the EU certificate and of the data beside it have
// ordinary names; others are quoted. Of an expression of thousands of parts the end is left out,
// and of long lists. Nothing is said about any person.
func (e *Expr) Explain(lang string) string {
	s := speaker{tongue: tongueFor(lang), left: mostSaid}
	s.statement(&e.root, 0, "")
	return strings.TrimSuffix(s.out.String(), "\n")
}

// speaker turns nodes into words.
type speaker struct {
	tongue *tongue
	out    strings.Builder
	m      *machine // to show values beside names, or nil
	left   int      // nodes that may still be said
}

// mostSaid bounds the nodes of one explanation or trace: an operand in the
// middle of a comparison is said twice, and so may be what is below it.
const mostSaid = 10_000

const ellipsis = "…"

// tired reports whether enough has been said.
func (s *speaker) tired() bool {
	s.left--
	return s.left < 0
}

// line writes one sentence of the list.
func (s *speaker) line(depth int, text string) {
	first, size := utf8.DecodeRuneInString(text)
	s.out.WriteString(strings.Repeat("  ", depth))
	if depth > 0 {
		s.out.WriteString("- ")
	}
	s.out.WriteRune(unicode.ToUpper(first))
	s.out.WriteString(text[size:])
	s.out.WriteByte('\n')
}

// statement writes what a node asks where its value is the answer of the rule.
// lead stands before it: "otherwise, ".
func (s *speaker) statement(n *node, depth int, lead string) {
	t := s.tongue
	switch {
	case s.tired():
		s.line(depth, lead+ellipsis)
	case n.op == opAnd:
		s.line(depth, lead+t.all)
		s.parts(n, depth+1)
	case n.alternatives() != nil:
		s.line(depth, lead+t.any)
		for i := range n.alternatives() {
			s.statement(&n.alternatives()[i], depth+1, "")
		}
	case n.op == opIf && n.args[1].short() && n.args[2].short():
		s.line(depth, lead+fill(t.ifThenElse, s.condition(&n.args[0], false), s.answer(&n.args[1]), s.answer(&n.args[2]))+".")
	case n.op == opIf:
		guard := s.condition(&n.args[0], false)
		switch then := &n.args[1]; {
		case then.short():
			s.line(depth, lead+fill(t.ifThen, guard, s.answer(then))+".")
		case then.op == opIf:
			s.line(depth, lead+fill(t.when, guard))
			s.statement(then, depth+1, "")
		default: // a list follows at once
			s.statement(then, depth, lead+fill(t.whenList, guard))
		}
		s.statement(&n.args[2], depth, t.otherwise)
	default:
		s.line(depth, lead+s.answer(n)+".")
	}
}

// parts writes the operands of a conjunction, with those of conjunctions in it.
func (s *speaker) parts(n *node, depth int) {
	for i := range n.args {
		if a := &n.args[i]; a.op == opAnd && !s.tired() {
			s.parts(a, depth)
		} else {
			s.statement(a, depth, "")
		}
	}
}

// alternatives returns the conditions of {"in": [true, [a, b, ...]]}, which is
// how rules write "a or b", or nil.
func (n *node) alternatives() []node {
	if n.op != opIn || n.args[0].op != opLiteral || n.args[0].lit.kind != Bool || n.args[0].lit.n == 0 || n.args[1].op != opArray {
		return nil
	}
	for i := range n.args[1].args {
		if !n.args[1].args[i].decides() {
			return nil
		}
	}
	return n.args[1].args
}

// decides reports whether the value of a node is always a boolean.
func (n *node) decides() bool {
	switch n.op {
	case opNot, opEqual, opIn:
		return true
	case opAnd:
		for i := range n.args {
			if !n.args[i].decides() {
				return false
			}
		}
		return true
	}
	return n.compares()
}

// short reports whether a node is said in a part of a sentence.
func (n *node) short() bool {
	return n.op != opIf && n.op != opAnd && n.alternatives() == nil
}

// answer is what a short node asks where its value is the answer.
func (s *speaker) answer(n *node) string {
	t := s.tongue
	switch {
	case n.op == opLiteral && n.lit.kind == Bool && n.lit.n != 0:
		return t.met
	case n.op == opLiteral && n.lit.kind == Bool:
		return t.unmet
	case n.decides():
		return s.condition(n, false)
	}
	return fill(t.answerIs, s.value(n))
}

func (n *node) compares() bool { return n.op >= opLess && n.op <= opNotBefore }

// condition says that a node is truthy or, if not is set, falsy.
func (s *speaker) condition(n *node, not bool) string {
	t := s.tongue
	if s.tired() {
		return ellipsis
	}
	switch {
	case n.op == opNot:
		return s.condition(&n.args[0], !not)
	case n.op == opAnd:
		return s.several(n.args, not, !not)
	case len(n.alternatives()) > 0:
		return s.several(n.alternatives(), not, not)
	case n.op == opIf:
		return fill(t.ifInline, s.condition(&n.args[0], false), s.condition(&n.args[1], not), s.condition(&n.args[2], not))
	case n.op == opEqual, n.op == opIn, n.compares():
		return s.comparison(n, not)
	case n.op == opLiteral:
		truthy, _ := n.lit.truth()
		if truthy != not {
			return t.always
		}
		return t.never
	case not:
		return fill(t.missing, strings.TrimSuffix(s.value(n), " ("+t.absent+")"))
	}
	return fill(t.given, s.value(n))
}

// several joins conditions with "and" or "or". One that is itself joined, but
// by the other word, stands in brackets.
func (s *speaker) several(conditions []node, not, and bool) string {
	parts := make([]string, len(conditions))
	for i := range conditions {
		parts[i] = s.condition(&conditions[i], not)
		if conditions[i].mixes(not, and) {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, s.glue(and))
}

// mixes reports whether the condition is said with commas, or with the other
// word than that between it and its neighbours.
func (n *node) mixes(not, and bool) bool {
	for n.op == opNot {
		n, not = &n.args[0], !not
	}
	switch {
	case n.op == opIf:
		return true
	case n.op == opAnd, n.compares() && len(n.args) == 3:
		return and == not
	case len(n.alternatives()) > 0:
		return and != not
	}
	return false
}

func (s *speaker) glue(and bool) string {
	if and {
		return s.tongue.and
	}
	return s.tongue.or
}

// comparison says ===, in, and the comparisons of integers and date-times.
func (s *speaker) comparison(n *node, not bool) string {
	t := s.tongue
	verb := t.verb(n.op, not)
	switch {
	case n.op == opIn && n.args[1].op == opArray && len(n.args[1].args) == 1:
		verb = t.verb(opEqual, not)
	case n.op == opIn && n.args[1].op == opArray:
		verb = t.oneOf[0]
		if not {
			verb = t.oneOf[1]
		}
	}
	text := fill(verb, s.value(&n.args[0]), s.value(&n.args[1]))
	if len(n.args) == 3 {
		text += s.glue(!not) + fill(verb, s.value(&n.args[1]), s.value(&n.args[2]))
	}
	return text
}

// value is a node as a noun.
func (s *speaker) value(n *node) string {
	t := s.tongue
	if s.tired() {
		return ellipsis
	}
	switch n.op {
	case opLiteral:
		return s.literal(&n.lit)
	case opArray:
		return s.list(n)
	case opVar:
		return s.variable(n)
	case opIf:
		return "(" + fill(t.ifInline, s.condition(&n.args[0], false), s.value(&n.args[1]), s.value(&n.args[2])) + ")"
	case opAnd, opNot, opEqual, opIn, opLess, opMore, opAtMost, opAtLeast, opBefore, opAfter, opNotAfter, opNotBefore:
		return fill(t.whether, s.condition(n, false))
	case opPlus:
		return fill(t.plus, s.value(&n.args[0]), s.value(&n.args[1]))
	case opPlusTime:
		return s.later(n)
	case opBirth:
		return fill(t.birth, s.value(&n.args[0]))
	case opReduce:
		if which := n.counted(); which != nil {
			return fill(t.count, s.value(&n.args[0]), s.condition(which, false))
		}
		if what, which := n.latest(); what != nil {
			return fill(t.latest, s.value(what), s.value(&n.args[0]), s.condition(which, false), s.value(&n.args[2]))
		}
		return fill(t.fold, s.value(&n.args[0]), s.value(&n.args[2]), s.value(&n.args[1]))
	case opExtract:
		return fill(t.part, strconv.FormatInt(n.n+1, 10), s.value(&n.args[0]))
	}
	if n.bad == nil {
		return fill(t.unknown, "no expression")
	}
	why := n.bad.Why
	if n.name != "" {
		why = shortQuote(n.name) + ": " + why
	}
	return fill(t.unknown, why)
}

// counted returns the condition of a reduce that counts the items for which it
// is truthy, which is how rules write "how many", or nil.
func (n *node) counted() *node {
	number := func(n *node, want int64) bool {
		return n.op == opLiteral && n.lit.kind == Int && n.lit.n == want
	}
	sum := &n.args[1]
	if !number(&n.args[2], 0) || sum.op != opPlus {
		return nil
	}
	so, add := &sum.args[0], &sum.args[1]
	if so.op != opVar {
		so, add = add, so
	}
	if so.op == opVar && so.lit.s == "accumulator" && add.op == opIf && number(&add.args[1], 1) && number(&add.args[2], 0) {
		return &add.args[0]
	}
	return nil
}

// latest returns what a reduce finds that takes an item's date-time if a
// condition holds of it and it is after the one so far, and the condition; or nil.
func (n *node) latest() (what, which *node) {
	pick := &n.args[1]
	if pick.op != opIf || pick.args[0].op != opAnd || len(pick.args[0].args) != 2 || !soFar(&pick.args[2]) {
		return nil, nil
	}
	which, later := &pick.args[0].args[0], &pick.args[0].args[1]
	if later.op != opAfter || len(later.args) != 2 || !later.args[0].same(&pick.args[1]) || !soFar(&later.args[1]) {
		return nil, nil
	}
	return &pick.args[1], which
}

// soFar reports whether a node is what a reduce has so far.
func soFar(n *node) bool { return n.op == opVar && n.lambda && n.lit.s == "accumulator" }

// same reports whether two nodes are written alike.
func (n *node) same(m *node) bool {
	if n.op != m.op || n.unit != m.unit || n.n != m.n || n.name != m.name || n.bad != nil || m.bad != nil || len(n.args) != len(m.args) || !n.lit.Equal(m.lit) {
		return false
	}
	for i := range n.args {
		if !n.args[i].same(&m.args[i]) {
			return false
		}
	}
	return true
}

// later is plusTime as a noun.
func (s *speaker) later(n *node) string {
	base := s.value(&n.args[0])
	if n.n == 0 {
		return base
	}
	amount, form := n.n, s.tongue.later
	if amount < 0 {
		amount, form = -amount, s.tongue.earlier
	}
	word := s.tongue.units[n.unit][1]
	if amount == 1 {
		word = s.tongue.units[n.unit][0]
	}
	return fill(form, base, strconv.FormatInt(amount, 10)+" "+word) + s.shown(n)
}

// mostListed is how many items of a list are said.
const mostListed = 24

func (s *speaker) list(n *node) string {
	if len(n.args) == 0 {
		return s.tongue.empty
	}
	var parts []string
	for i := range n.args {
		if i == mostListed {
			parts = append(parts, fill(s.tongue.more, strconv.Itoa(len(n.args)-i)))
			break
		}
		parts = append(parts, s.value(&n.args[i]))
	}
	return strings.Join(parts, ", ")
}

func (s *speaker) literal(v *Value) string {
	t := s.tongue
	switch {
	case v.kind == Bool && v.n != 0:
		return t.yes
	case v.kind == Bool:
		return t.no
	case v.kind != String:
		return v.String()
	}
	text := s.quote(v.s)
	if meaning := t.pick(codes(v.s)); meaning != "" {
		text += " (" + meaning + ")"
	}
	return text
}

func (s *speaker) variable(n *node) string {
	t := s.tongue
	path := n.lit.s
	if n.lambda {
		member, inItem := strings.CutPrefix(path, "current.")
		switch {
		case path == "accumulator":
			return t.accumulator
		case path == "current":
			return t.current
		case inItem && len(n.path) == 2 && n.path[1].index >= 0:
			return fill(t.member, fill(t.nth, strconv.Itoa(n.path[1].index+1)), t.current)
		case inItem:
			return fill(t.member, s.quote(member), t.current)
		}
		return s.quote(path)
	}
	name, entry := named(path)
	text := t.pick(name)
	switch {
	case path == "":
		text = t.everything
	case text == "":
		text = s.quote(path)
	case entry > 0:
		text += fill(t.entry, strconv.Itoa(entry+1))
	}
	return text + s.shown(n)
}

// shown is the value of a node in brackets, if values are to be shown and this
// is one that fits into a sentence.
func (s *speaker) shown(n *node) string {
	if s.m == nil || n.lambda {
		return ""
	}
	var v Value
	if err := s.m.eval(n, &v); err != nil {
		return ""
	}
	switch v.kind {
	case Null:
		return " (" + s.tongue.absent + ")"
	case Bool, Int:
		return " (" + v.String() + ")"
	case Moment:
		return " (" + strings.Replace(formatMoment(v.n), ".000Z", "Z", 1) + ")"
	case String:
		text := v.s
		if len(text) > mostShown {
			text = strings.ToValidUTF8(text[:mostShown], "") + ellipsis
		}
		return " (" + visible(text) + ")"
	}
	return ""
}

// mostShown is how many bytes of a text are shown beside a name.
const mostShown = 80

func (s *speaker) quote(text string) string { return fill(s.tongue.quote, visible(text)) }

// visible replaces characters that begin a line or turn the direction of
// writing, with which a rule or a certificate could disguise an explanation.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return utf8.RuneError
		}
		return r
	}, text)
}

// fill puts parts in the places {1}, {2} and {3} of a phrase.
func fill(phrase string, parts ...string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(phrase, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString(parts[after[0]-'1'])
		phrase = after[2:]
	}
}
