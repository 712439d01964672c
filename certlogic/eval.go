package certlogic

import (
	"math"
	"strconv"
	"strings"
)

// machine is one evaluation.
type machine struct {
	root    Value
	acc     Value // accumulator and current of the innermost lambda
	current Value
	steps   int    // that are left
	watch   *watch // only for Breakpoints
}

// fail makes the error of a node. It stays out of line to keep the frame of
// eval small.
//
//go:noinline
func (n *node) fail(cause error, why string) *Error {
	return &Error{At: n.place(), Op: n.name, Why: why, Cause: cause}
}

// eval puts the value of a node into out.
func (m *machine) eval(n *node, out *Value) *Error {
	if m.steps--; m.steps < 0 {
		return n.fail(ErrLimit, "more than "+strconv.Itoa(MaxSteps)+" steps")
	}
	switch n.op {
	case opLiteral:
		*out = n.lit
		return nil
	case opArray:
		return m.array(n, out)
	case opVar:
		return m.variable(n, out)
	case opIf:
		guard, err := m.truth(n, 0)
		if err != nil {
			return err
		}
		if guard {
			return m.eval(&n.args[1], out)
		}
		return m.eval(&n.args[2], out)
	case opAnd:
		return m.and(n, out)
	case opNot:
		b, err := m.truth(n, 0)
		*out = boolean(!b)
		return err
	case opEqual:
		return m.equal(n, out)
	case opIn:
		return m.in(n, out)
	case opPlus:
		return m.plus(n, out)
	case opLess, opMore, opAtMost, opAtLeast:
		return m.compare(n, Int, out)
	case opBefore, opAfter, opNotAfter, opNotBefore:
		return m.compare(n, Moment, out)
	case opPlusTime:
		return m.plusTime(n, out)
	case opBirth:
		return m.birth(n, out)
	case opReduce:
		return m.reduce(n, out)
	case opExtract:
		return m.extract(n, out)
	}
	if n.bad == nil { // the zero Expr
		return n.fail(ErrForm, "no expression")
	}
	return n.fail(n.bad.Cause, n.bad.Why)
}

func (m *machine) array(n *node, out *Value) *Error {
	if n.lit.kind == Array {
		*out = n.lit
		return nil
	}
	items := make([]Value, len(n.args))
	for i := range items {
		if err := m.eval(&n.args[i], &items[i]); err != nil {
			return err
		}
	}
	if *out = array(items); !out.fits() {
		return n.fail(ErrLimit, "the array grows too large")
	}
	return nil
}

func (m *machine) variable(n *node, out *Value) *Error {
	m.steps -= textSize(n.lit.s)
	switch {
	case !n.lambda:
		*out = *follow(&m.root, n.path)
	case len(n.path) == 0:
		*out, _ = object([]key{{tag("accumulator"), "accumulator"}, {tag("current"), "current"}}, []Value{m.acc, m.current})
		if !out.fits() {
			return n.fail(ErrLimit, "the accumulator grows too large")
		}
	case n.path[0].name == "accumulator":
		*out = *follow(&m.acc, n.path[1:])
	case n.path[0].name == "current":
		*out = *follow(&m.current, n.path[1:])
	default:
		*out = Value{}
	}
	if out.kind == Number {
		return n.fail(ErrKind, "the value is a number, but no integer of 64 bits")
	}
	return nil
}

// follow returns the value at a path below v, or null.
func follow(v *Value, path []fragment) *Value {
	for i := range path {
		f := &path[i]
		switch v.kind {
		case Object:
			at := v.box.find(&f.key)
			if at < 0 {
				return &null
			}
			v = &v.box.items[at]
		case Array:
			if uint(f.index) >= uint(len(v.box.items)) {
				return &null
			}
			v = &v.box.items[f.index]
		default:
			return &null
		}
	}
	return v
}

// truth evaluates an operand that must be truthy or falsy.
func (m *machine) truth(n *node, i int) (bool, *Error) {
	var v Value
	if err := m.eval(&n.args[i], &v); err != nil {
		return false, err
	}
	truthy, ok := v.truth()
	if !ok {
		return false, n.wrong(i, v.kind)
	}
	return truthy, nil
}

// wrong is the error for an operand of a kind that the operation does not take.
func (n *node) wrong(i int, k Kind) *Error {
	return n.fail(ErrKind, "operand "+strconv.Itoa(i+1)+" is of kind "+k.String())
}

func (m *machine) and(n *node, out *Value) *Error {
	for i := range n.args {
		if err := m.eval(&n.args[i], out); err != nil {
			return err
		}
		truthy, ok := out.truth()
		if !ok {
			return n.wrong(i, out.kind)
		}
		if !truthy {
			break
		}
	}
	return nil
}

// pair evaluates two operands.
func (m *machine) pair(n *node, x *[2]Value) *Error {
	if err := m.eval(&n.args[0], &x[0]); err != nil {
		return err
	}
	return m.eval(&n.args[1], &x[1])
}

// same is the equality of === and in. ok is false if both are of a kind that
// has none.
func same(v, w *Value) (equal, ok bool) {
	if v.kind != w.kind {
		return false, true
	}
	switch v.kind {
	case String:
		return v.s == w.s, true
	case Null, Bool, Int:
		return v.n == w.n, true
	}
	return false, false
}

func (m *machine) equal(n *node, out *Value) *Error {
	var x [2]Value
	if err := m.pair(n, &x); err != nil {
		return err
	}
	if m.watch != nil && lost(&x[0], &x[1]) {
		return n.fail(ErrUnpredictable, "the moment is compared as a text")
	}
	m.steps -= textSize(x[0].s)
	equal, ok := same(&x[0], &x[1])
	if !ok {
		return n.incomparable(x[0].kind)
	}
	*out = boolean(equal)
	return nil
}

func (n *node) incomparable(k Kind) *Error {
	return n.fail(ErrKind, "two values of kind "+k.String()+" cannot be compared")
}

func (m *machine) in(n *node, out *Value) *Error {
	var x [2]Value
	if err := m.pair(n, &x); err != nil {
		return err
	}
	if x[1].kind != Array {
		return n.wrong(1, x[1].kind)
	}
	list := x[1].box.items
	m.steps -= len(list) * (1 + textSize(x[0].s))
	for i := range list {
		if m.watch != nil && lost(&x[0], &list[i]) {
			return n.fail(ErrUnpredictable, "the moment is looked up as a text")
		}
		equal, ok := same(&x[0], &list[i])
		if !ok {
			return n.incomparable(x[0].kind)
		}
		if equal {
			*out = boolean(true)
			return nil
		}
	}
	*out = boolean(false)
	return nil
}

func (m *machine) plus(n *node, out *Value) *Error {
	var x [2]Value
	if err := m.pair(n, &x); err != nil {
		return err
	}
	for i := range x {
		if x[i].kind != Int {
			return n.wrong(i, x[i].kind)
		}
	}
	a, b := x[0].n, x[1].n
	if b > 0 && a > math.MaxInt64-b || b < 0 && a < math.MinInt64-b {
		return n.fail(ErrRange, "the sum has more than 64 bits")
	}
	*out = Value{kind: Int, n: a + b}
	return nil
}

// compare evaluates a comparison of two or three operands of one kind.
func (m *machine) compare(n *node, want Kind, out *Value) *Error {
	var x [3]Value
	for i := range n.args {
		if err := m.eval(&n.args[i], &x[i]); err != nil {
			return err
		}
		if x[i].kind != want {
			return n.wrong(i, x[i].kind)
		}
	}
	holds := true
	for i := 1; i < len(n.args) && holds; i++ {
		if m.watch != nil {
			m.watch.compare(n.op, &x[i-1], &x[i])
		}
		holds = n.op.holds(x[i-1].n, x[i].n)
	}
	*out = boolean(holds)
	return nil
}

// holds is the comparison of two integers or moments.
func (o op) holds(a, b int64) bool {
	switch o {
	case opLess, opBefore:
		return a < b
	case opMore, opAfter:
		return a > b
	case opAtMost, opNotAfter:
		return a <= b
	}
	return a >= b
}

// text evaluates the first operand, which must be a string.
func (m *machine) text(n *node, out *Value) *Error {
	if err := m.eval(&n.args[0], out); err != nil {
		return err
	}
	if out.kind != String {
		return n.wrong(0, out.kind)
	}
	m.steps -= textSize(out.s)
	return nil
}

func (m *machine) plusTime(n *node, out *Value) *Error {
	if err := m.text(n, out); err != nil {
		return err
	}
	if out.box != nil {
		*out = m.watch.shifted(n.n, n.unit)
		return nil
	}
	ms, ok := parseMoment(out.s)
	if !ok {
		return n.fail(ErrDate, "operand 1 is no date or date-time of an allowed form")
	}
	*out = Value{kind: Moment, n: shift(ms, n.n, n.unit)}
	return nil
}

func (m *machine) birth(n *node, out *Value) *Error {
	if err := m.text(n, out); err != nil {
		return err
	}
	if out.box != nil {
		return n.fail(ErrUnpredictable, "the moment is read as a date of birth")
	}
	ms, ok := parseBirth(out.s)
	if !ok {
		return n.fail(ErrDate, "operand 1 is no date of birth of the form YYYY, YYYY-MM or YYYY-MM-DD")
	}
	*out = Value{kind: Moment, n: ms}
	return nil
}

func (m *machine) reduce(n *node, out *Value) *Error {
	var list Value
	if err := m.eval(&n.args[0], &list); err != nil {
		return err
	}
	if list.kind != Array && list.kind != Null {
		return n.wrong(0, list.kind)
	}
	if err := m.eval(&n.args[2], out); err != nil || list.kind == Null {
		return err
	}
	acc, current := m.acc, m.current // of the lambda around this one
	for i := range list.box.items {
		m.acc, m.current = *out, list.box.items[i]
		if err := m.eval(&n.args[1], out); err != nil {
			return err
		}
	}
	m.acc, m.current = acc, current
	return nil
}

func (m *machine) extract(n *node, out *Value) *Error {
	if err := m.eval(&n.args[0], out); err != nil || out.kind == Null {
		return err
	}
	if out.kind != String {
		return n.wrong(0, out.kind)
	}
	if out.box != nil {
		return n.fail(ErrUnpredictable, "the moment is read as a certificate identifier")
	}
	m.steps -= textSize(out.s)
	*out = fragmentOf(strings.TrimPrefix(out.s, "URN:UVCI:"), n.n)
	return nil
}

// fragmentOf returns the fragment of a certificate identifier with this index,
// or null.
func fragmentOf(id string, index int64) Value {
	start := 0
	for i := 0; i <= len(id) && index >= 0; i++ {
		if i < len(id) && id[i] != '/' && id[i] != '#' && id[i] != ':' {
			continue
		}
		if index == 0 {
			return Value{kind: String, s: id[start:i]}
		}
		index--
		start = i + 1
	}
	return Value{}
}
