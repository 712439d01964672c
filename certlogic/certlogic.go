// Package certlogic answers one question: what does this rule say about this
// data, and at which moments does it begin to say something else?
//
// A rule is an expression of CertLogic, the small language of JSON in which
// countries publish what they ask of a health certificate. [Parse] reads an
// expression once, [Expr.Eval] evaluates it many times, [Check] finds its
// mistakes before it is published, [Expr.Explain] says it in plain words,
// [Expr.Trace] says what held and what failed, and [Expr.Breakpoints] computes
// the exact moments at which the answer changes. Nothing here reads the clock,
// the network or the disk: the moment of the check is part of the data.
//
// # The language
//
// The language is CertLogic 1.3.3 (ehn-dcc-development/eu-dcc-business-rules,
// certlogic/specification). An expression is a literal (a boolean, an integer,
// a string), an array of expressions, or an object with one key, the operator,
// whose value is the array of its operands. null, an empty object and a number
// that is no integer are values, but no literals.
//
//	{"var": "a.b.0"}                   the value at a path; null where there is none
//	{"if": [guard, then, else]}        only the branch that is taken is evaluated
//	{"and": [a, b, ...]}               the first falsy operand, or else the last
//	{"!": [a]}                         true if a is falsy, false if a is truthy
//	{"===": [a, b]}                    equality without conversion
//	{"in": [a, list]}                  whether an item of list equals a
//	{"+": [a, b]}                      the sum of two integers
//	{"<": [a, b]} {"<": [a, b, c]}     also > <= >=; of integers; three operands: a < b and b < c
//	{"before": [a, b]} ...             also after not-before not-after; of date-times, two or three
//	{"plusTime": [text, n, unit]}      the date-time written in text, n units later; unit: year month day hour
//	{"dccDateOfBirth": [text]}         the last date that a full or partial date of birth can be
//	{"reduce": [list, lambda, first]}  a left fold; the lambda sees only accumulator and current
//	{"extractFromUVCI": [text, n]}     fragment n of a certificate identifier
//
// Falsy are false, null, "", 0, [] and {}; a date-time is neither falsy nor
// truthy; everything else is truthy. A path is split at full stops, a fragment
// of digits is the index of an item of an array, and "" is all the data.
// plusTime and dccDateOfBirth read YYYY and YYYY-MM (as the last day) and
// YYYY-MM-DD; plusTime also reads YYYY-MM-DDThh:mm:ss[.fraction] followed by
// nothing (then it is UTC), by Z, or by an offset written ±h ±hh ±hmm ±hhmm
// ±h:mm or ±hh:mm. The fraction is cut to milliseconds. A year or a month later
// is the same day number of that month, counted on where the month is too
// short: 31 January plus one month is 3 March (2 March in a leap year).
//
// # Errors
//
// An error is a value of type [*Error], never false. An operand of a wrong
// kind, a date that does not exist, an operator of a later version or a wrong
// number of operands is an error when, and only when, evaluation reaches it.
// The text of an error says where in the rule it arose and of which kinds the
// operands were; it never repeats the data, which may be personal.
//
// # Where the public engines disagree
//
// The specification leaves some points open, and the public engines differ on
// them. TestPeer compares all the rest with the reference implementation, on
// random expressions. Here:
//
//   - A date that is not in the calendar (2021-02-30, hour 24, second 60) is an error.
//   - Two arrays, two objects or two date-times are never equal nor unequal:
//     comparing them with === or in is an error.
//   - A path with an empty fragment ("x.") and a surplus operand are errors.
//   - A fragment is an index only if it is all digits ("1a" is a name), and
//     only of an array; strings and arrays have no other members.
//   - Integers have 64 bits, and a sum beyond them is an error. 1.0 and 1e2 are
//     integers. Any other number in the data may be carried, and is an error
//     as soon as an expression reads it.
//   - plusTime adds at most 100,000 years.
//
// # Limits
//
// An expression has at most [MaxExprSize] bytes, data [MaxDataSize]; both have
// at most [MaxDepth] levels and [MaxValues] values; a key may not occur twice
// in an object; text is valid UTF-8. An evaluation takes at most [MaxSteps]
// steps, a step being one operation, one item that `in` looks at, or 64 bytes of
// text that are compared or taken apart; beyond that it is an error that wraps
// [ErrLimit], and so is a result that would be much larger than data may be.
package certlogic

import (
	"errors"
	"strconv"
	"strings"
)

// Version is the version of the CertLogic specification that this package
// evaluates.
const Version = "1.3.3"

// The limits of this package.
const (
	MaxExprSize = 256 << 10 // bytes of JSON of one expression
	MaxDataSize = 2 << 20   // bytes of JSON of one data context
	MaxDepth    = 200       // levels of nested arrays and objects
	MaxValues   = 100_000   // values in one expression or data context
	MaxSteps    = 1_000_000 // steps of one evaluation
)

var (
	// ErrSyntax means that the input is no JSON, or JSON with a key twice.
	ErrSyntax = errors.New("malformed JSON")
	// ErrLimit means that a limit of this package was passed.
	ErrLimit = errors.New("limit passed")
	// ErrOperator means that the operator is unknown to CertLogic 1.3.3:
	// the rule needs a later engine, or has a misspelling.
	ErrOperator = errors.New("unknown operator")
	// ErrForm means that the expression is not formed as the language asks.
	ErrForm = errors.New("malformed expression")
	// ErrKind means that an operand is of a kind that the operation does not take.
	ErrKind = errors.New("wrong kind of operand")
	// ErrDate means that a text is no date or date-time of the allowed forms.
	ErrDate = errors.New("not a date")
	// ErrRange means that a result is too large or too small.
	ErrRange = errors.New("out of range")
	// ErrUnpredictable means that the answer depends on the moment other than
	// through date-times, so that its changes cannot be computed.
	ErrUnpredictable = errors.New("the moments at which the answer changes cannot be predicted")
)

// Error says why an evaluation has no answer.
type Error struct {
	// At is where in the expression it arose, a JSON pointer (RFC 6901): "/if/1/and/0".
	At string
	// Op is the operator there, or empty.
	Op string
	// Why says what was wrong, without repeating data.
	Why string
	// Cause is one of ErrOperator, ErrForm, ErrKind, ErrDate, ErrRange, ErrLimit.
	Cause error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("evaluating ")
	if e.At == "" {
		b.WriteString("rule")
	} else {
		b.WriteString(e.At)
	}
	b.WriteString(": ")
	if e.Op != "" {
		b.WriteString(shortQuote(e.Op) + ": ")
	}
	b.WriteString(e.Why)
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Expr is an expression, ready for evaluation. It never changes: all methods
// may be called from several goroutines. The zero Expr evaluates to an error.
type Expr struct {
	source Value
	root   node
	issues []Issue
}

// Parse reads one expression. It refuses what is no JSON and what passes the
// limits. Mistakes in the use of the language are not refused but remembered:
// [Expr.Issues] lists them, and evaluation returns an error where it reaches
// one, so that a rule of a later version of the language has no answer rather
// than a wrong one.
func Parse(json []byte) (*Expr, error) {
	source, err := read(json, MaxExprSize)
	if err != nil {
		return nil, &wrapped{"reading expression: " + err.Error(), err}
	}
	return compile(source), nil
}

// MarshalJSON returns the expression as JSON. It is equivalent to what was
// parsed, and the same text for all equivalent ones: no white space, the keys
// of objects in ascending order, integers as digits, strings with the fewest
// escapes. Parsing it again gives the same expression.
func (e *Expr) MarshalJSON() ([]byte, error) { return e.source.MarshalJSON() }

// Eval evaluates the expression on data. The error, if any, is an [*Error].
func (e *Expr) Eval(data Value) (Value, error) {
	m := machine{root: data, steps: MaxSteps}
	var v Value
	if err := m.eval(&e.root, &v); err != nil {
		return Value{}, err
	}
	return v, nil
}

// wrapped is an error with a text of its own.
type wrapped struct {
	text  string
	cause error
}

func (w *wrapped) Error() string { return w.text }
func (w *wrapped) Unwrap() error { return w.cause }

// shortQuote quotes a name from a rule, cut to a length that a log can take.
func shortQuote(s string) string {
	const most = 40
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return strconv.Quote(s)
}
