package certlogic

import (
	"slices"
	"strings"
)

// Issue is a mistake in an expression.
type Issue struct {
	// At is where it is, a JSON pointer (RFC 6901); empty for the whole expression.
	At string
	// Message says what is wrong and what to do.
	Message string
}

// Check lists the mistakes of an expression that can be seen without data:
// what is not formed as the language asks, and what is certain to be an error
// wherever evaluation reaches it, such as comparing date-times with <. It lists
// a hundred at most, and finds none in an expression that can do without error.
func Check(json []byte) []Issue {
	e, err := Parse(json)
	if err != nil {
		return []Issue{{"", err.Error()}}
	}
	return e.Issues()
}

// Issues lists the mistakes of the expression, as [Check] does.
func (e *Expr) Issues() []Issue { return slices.Clone(e.issues) }

// Reads lists the paths that the expression reads, ascending, each once. "" is
// all the data, and a path stands for all that is below it. A path inside the lambda of reduce does not begin at the data but
// at accumulator or current, and is listed with "./" before it. Paths below
// operators that are unknown are listed too.
func (e *Expr) Reads() []string {
	var paths []string
	e.root.reads(&paths)
	slices.Sort(paths)
	return slices.Compact(paths)
}

func (n *node) reads(paths *[]string) {
	if n.name == "var" && n.lit.kind == String {
		path := n.lit.s
		if n.lambda {
			path = "./" + path
		}
		*paths = append(*paths, path)
	}
	for i := range n.args {
		n.args[i].reads(paths)
	}
}

// kinds is the set of kinds that a value may have, bit k for Kind k.
type kinds uint16

const (
	jsonKinds  kinds = 1<<Null | 1<<Bool | 1<<Int | 1<<String | 1<<Array | 1<<Object
	truthKinds       = jsonKinds
	equalKinds kinds = 1<<Null | 1<<Bool | 1<<Int | 1<<String
	allKinds         = jsonKinds | 1<<Moment
)

func (k kinds) String() string {
	var words []string
	for kind := Null; kind <= Moment; kind++ {
		if k&(1<<kind) != 0 {
			words = append(words, kind.String())
		}
	}
	return strings.Join(words, " or ")
}

// kinds returns the kinds that the value of a node may have, a bad node's
// being any, and adds an issue for each operand that can have none of the
// kinds that its operation takes. Data have no date-times, so only the context
// of a lambda can give one to var.
func (c *compiler) kinds(n *node) kinds {
	have := make([]kinds, len(n.args))
	muted := c.muted
	c.muted = muted || n.op == opBad && n.bad.Cause == ErrOperator
	for i := range n.args {
		have[i] = c.kinds(&n.args[i])
	}
	c.muted = muted
	takes := func(i int, want kinds, hint string) {
		if have[i]&want == 0 {
			c.issue(&n.args[i], "this is always "+have[i].String()+", but "+shortQuote(n.name)+" takes "+want.String()+" here"+hint)
		}
	}
	switch n.op {
	case opLiteral:
		return 1 << n.lit.kind
	case opArray:
		return 1 << Array
	case opVar:
		if n.lambda {
			return allKinds
		}
		return jsonKinds
	case opIf:
		takes(0, truthKinds, "")
		return have[1] | have[2]
	case opAnd:
		var all kinds
		for i := range have {
			takes(i, truthKinds, "")
			all |= have[i]
		}
		return all & truthKinds
	case opNot:
		takes(0, truthKinds, "")
		return 1 << Bool
	case opEqual:
		if have[0]&have[1]&equalKinds == 0 && have[0]|have[1] == have[0]&have[1] {
			c.issue(n, "two values of kind "+have[0].String()+" cannot be compared with ===")
		}
		return 1 << Bool
	case opIn:
		takes(1, 1<<Array, "")
		return 1 << Bool
	case opPlus:
		takes(0, 1<<Int, "")
		takes(1, 1<<Int, "")
		return 1 << Int
	case opLess, opMore, opAtMost, opAtLeast:
		for i := range have {
			takes(i, 1<<Int, ": for date-times use before, after, not-before, not-after")
		}
		return 1 << Bool
	case opBefore, opAfter, opNotAfter, opNotBefore:
		for i := range have {
			takes(i, 1<<Moment, `: make one with {"plusTime": [..., 0, "day"]}`)
		}
		return 1 << Bool
	case opPlusTime, opBirth:
		takes(0, 1<<String, "")
		c.date(n)
		return 1 << Moment
	case opReduce:
		takes(0, 1<<Array|1<<Null, "")
		return have[1] | have[2]
	case opExtract:
		takes(0, 1<<String|1<<Null, "")
		return 1<<String | 1<<Null
	}
	return allKinds
}

// date checks a date that is written in the expression.
func (c *compiler) date(n *node) {
	a := &n.args[0]
	if a.op != opLiteral || a.lit.kind != String {
		return
	}
	parse := parseMoment
	if n.op == opBirth {
		parse = parseBirth
	}
	if _, ok := parse(a.lit.s); !ok {
		c.issue(a, "this is no date that "+n.name+" reads: write it like 2021-05-31"+
			map[bool]string{true: "", false: " or 2021-05-31T10:00:00Z"}[n.op == opBirth])
	}
}
