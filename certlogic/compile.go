package certlogic

import (
	"strconv"
	"strings"
)

// op is what a node does. The comparisons stand together and in the same order
// for integers and for date-times.
type op uint8

const (
	opBad op = iota // has no answer: see node.bad
	opLiteral
	opArray
	opVar
	opIf
	opAnd
	opNot
	opEqual
	opIn
	opPlus
	opLess
	opMore
	opAtMost
	opAtLeast
	opBefore
	opAfter
	opNotAfter
	opNotBefore
	opPlusTime
	opBirth
	opReduce
	opExtract
)

// operators are the operators with the least and the most operands.
var operators = [...]struct {
	name        string
	least, most int
}{
	opVar:       {"var", 1, 1},
	opIf:        {"if", 3, 3},
	opAnd:       {"and", 2, MaxValues},
	opNot:       {"!", 1, 1},
	opEqual:     {"===", 2, 2},
	opIn:        {"in", 2, 2},
	opPlus:      {"+", 2, 2},
	opLess:      {"<", 2, 3},
	opMore:      {">", 2, 3},
	opAtMost:    {"<=", 2, 3},
	opAtLeast:   {">=", 2, 3},
	opBefore:    {"before", 2, 3},
	opAfter:     {"after", 2, 3},
	opNotAfter:  {"not-after", 2, 3},
	opNotBefore: {"not-before", 2, 3},
	opPlusTime:  {"plusTime", 3, 3},
	opBirth:     {"dccDateOfBirth", 1, 1},
	opReduce:    {"reduce", 3, 3},
	opExtract:   {"extractFromUVCI", 2, 2},
}

func operator(name string) op {
	for o := opVar; int(o) < len(operators); o++ {
		if operators[o].name == name {
			return o
		}
	}
	return opBad
}

// node is one expression of the tree. It is the same for all evaluations.
type node struct {
	op     op
	unit   unit       // of plusTime
	lambda bool       // var: of the context of a lambda
	n      int64      // the amount of plusTime, the index of extractFromUVCI
	path   []fragment // of var
	args   []node     // operands that are expressions
	lit    Value      // of a literal, and of an array of nothing but literals; the path of var
	name   string     // the operator as written, or empty
	bad    *Error     // why a bad node has no answer, without its place
	up     *node
	slot   int // which operand of up
}

// fragment is a part of a path: a name and, if it is all digits, an index.
type fragment struct {
	key
	index int // or -1
}

// splitPath splits a path at full stops. It reports false if a fragment is
// empty; the empty path has no fragments.
func splitPath(path string) ([]fragment, bool) {
	if path == "" {
		return nil, true
	}
	parts := strings.Split(path, ".")
	steps := make([]fragment, len(parts))
	for i, part := range parts {
		if part == "" {
			return nil, false
		}
		steps[i] = fragment{key{tag(part), part}, -1}
		if strings.Trim(part, "0123456789") == "" {
			if n, err := strconv.ParseInt(part, 10, 32); err == nil {
				steps[i].index = int(n)
			}
		}
	}
	return steps, true
}

// place is where a node stands in its expression, as a JSON pointer.
func (n *node) place() string {
	if n.up == nil {
		return ""
	}
	at := n.up.place()
	if n.up.name != "" {
		at += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(n.up.name)
	}
	return at + "/" + strconv.Itoa(n.slot)
}

// compiler turns the JSON of an expression into its tree.
type compiler struct {
	issues []Issue
	muted  bool // below an unknown operator, of whose operands nothing is known
}

func compile(source Value) *Expr {
	e := &Expr{source: source}
	c := compiler{}
	c.node(&e.root, source)
	c.kinds(&e.root)
	e.issues = c.issues
	return e
}

// maxIssues is how many issues are listed. Nobody reads more, and a rule made
// for it could have a hundred thousand.
const maxIssues = 100

func (c *compiler) issue(n *node, message string) {
	if !c.muted && len(c.issues) < maxIssues {
		c.issues = append(c.issues, Issue{n.place(), message})
	}
}

// spoil makes a node bad, for the first reason found, and adds an issue.
func (c *compiler) spoil(n *node, cause error, message string) {
	n.op = opBad
	if n.bad == nil {
		n.bad = &Error{Op: n.name, Why: message, Cause: cause}
	}
	c.issue(n, message)
}

func (c *compiler) node(n *node, v Value) {
	n.op = opLiteral
	switch v.kind {
	case Bool, Int, String:
		n.lit = v
	case Array:
		n.op = opArray
		c.operands(n, v.box.items)
		if constant(n.args) {
			n.lit = v
		}
	case Object:
		c.operation(n, v.box)
	case Null:
		c.spoil(n, ErrForm, "null is no expression: to read a value that may be missing, use var")
	case Number:
		c.spoil(n, ErrForm, "a number that is no integer of 64 bits: use an integer, in a smaller unit if need be")
	}
}

// constant reports whether all nodes are literals or arrays of literals.
func constant(nodes []node) bool {
	for i := range nodes {
		if n := &nodes[i]; n.op != opLiteral && (n.op != opArray || n.lit.kind != Array) {
			return false
		}
	}
	return true
}

func (c *compiler) operands(n *node, items []Value) {
	n.args = make([]node, len(items))
	for i, v := range items {
		a := &n.args[i]
		a.up, a.slot, a.lambda = n, i, n.lambda
		if n.op == opReduce && i == 1 {
			a.lambda = true
		}
		c.node(a, v)
	}
}

func (c *compiler) operation(n *node, b *box) {
	if len(b.keys) != 1 {
		c.spoil(n, ErrForm, "an operation is an object with exactly one key, the operator; this has "+strconv.Itoa(len(b.keys)))
		return
	}
	n.name = b.keys[0].name
	operand := b.items[0]
	n.op = operator(n.name)
	if n.op == opVar {
		c.variable(n, operand)
		return
	}
	if operand.kind != Array {
		c.spoil(n, ErrForm, "the operands must be in an array: {"+shortQuote(n.name)+": [...]}")
		return
	}
	if n.op == opBad {
		c.spoil(n, ErrOperator, "unknown operator: "+advice(n.name))
		muted := c.muted
		c.muted = true
		c.operands(n, operand.box.items)
		c.muted = muted
		return
	}
	items := operand.box.items
	c.arity(n, len(items))
	switch is := operator(n.name); {
	case is == opPlusTime && len(items) > 0:
		c.plusTime(n, items)
		items = items[:1]
	case is == opExtract && len(items) > 0:
		c.extract(n, items)
		items = items[:1]
	}
	c.operands(n, items)
}

// arity checks the number of operands.
func (c *compiler) arity(n *node, have int) {
	want := operators[n.op]
	if have >= want.least && have <= want.most {
		return
	}
	text := strconv.Itoa(want.least)
	switch {
	case want.most == MaxValues:
		text = "at least " + text
	case want.most > want.least:
		text += " or " + strconv.Itoa(want.most)
	}
	text += " operand"
	if want.most > 1 {
		text += "s"
	}
	c.spoil(n, ErrForm, shortQuote(n.name)+" takes "+text+"; this has "+strconv.Itoa(have))
}

func (c *compiler) variable(n *node, path Value) {
	if path.kind != String {
		c.spoil(n, ErrForm, `var takes one path, a text: {"var": "payload.t.0"}`)
		return
	}
	steps, ok := splitPath(path.s)
	if !ok {
		c.spoil(n, ErrForm, "the path has an empty part: take out the surplus full stop")
	}
	n.path, n.lit = steps, path
}

func (c *compiler) plusTime(n *node, items []Value) {
	if len(items) > 1 && items[1].kind != Int {
		c.spoil(n, ErrForm, "the amount of plusTime must be written as an integer; it is not computed")
	} else if len(items) > 1 {
		n.n = items[1].n
	}
	if len(items) < 3 {
		return
	}
	u, ok := unitNamed(items[2].s)
	if items[2].kind != String || !ok {
		c.spoil(n, ErrForm, `the unit of plusTime must be one of "year", "month", "day", "hour"`)
	} else if n.unit = u; n.n > u.most() || n.n < -u.most() {
		c.spoil(n, ErrRange, "plusTime adds at most 100,000 years")
	}
}

func (c *compiler) extract(n *node, items []Value) {
	if len(items) > 1 && items[1].kind != Int {
		c.spoil(n, ErrForm, "the index of extractFromUVCI must be written as an integer; it is not computed")
	} else if len(items) > 1 {
		n.n = items[1].n
	}
}

// advice says what to write instead of an operator that others have.
func advice(name string) string {
	switch name {
	case "or", "||":
		return `write a or b as {"if": [a, a, b]}`
	case "==":
		return `write "===", which does not convert`
	case "!=", "!==":
		return `write {"!": [{"===": [a, b]}]}`
	case "!!":
		return `write {"!": [{"!": [a]}]}`
	case "&&":
		return `write "and"`
	case "not":
		return `write "!"`
	case "?:":
		return `write "if"`
	case "map", "filter", "all", "none", "some", "max", "min":
		return `write it with "reduce"`
	case "-":
		return `write {"+": [a, -1]} to subtract a number that is known`
	case "missing", "missing_some":
		return `write {"!": [{"var": path}]}`
	case "minusTime":
		return `write "plusTime" with a negative amount`
	}
	known := make([]string, 0, len(operators))
	for o := opVar; int(o) < len(operators); o++ {
		known = append(known, operators[o].name)
	}
	return "CertLogic " + Version + " has " + strings.Join(known, " ")
}
